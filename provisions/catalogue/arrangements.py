"""What a region has arranged: between its municipalities, and where mail may go (``config/organisation.toml``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from provisions.catalogue.entry import Entry
from provisions.domain import dutch

if TYPE_CHECKING:
    from provisions.catalogue.contacts import Contact
    from provisions.catalogue.organisation import Organisation

INTERNAL, SECURE = "internal", "secure"


@dataclass(frozen=True)
class Arrangement:
    """What was agreed: the day on which that was, and where it is to be found."""

    day: date
    reference: str


@dataclass(frozen=True)
class MailDomains:
    """The domains to which mail may go: ``internal`` to the municipalities, or ``secure`` by a relay or portal of theirs.

    Where none is named, mail may go anywhere.
    """

    named: Mapping[str, str] = field(default_factory=dict)

    def kind(self, address: str) -> str | None:
        """Whether an address is internal or secure; ``None`` when its domain is not named."""
        return self.named.get(address.rpartition("@")[2].lower())


def read_arrangement(region: Entry) -> Arrangement | None:
    """``arrangement`` of the region. Faults are collected."""
    entry = region.table("arrangement", optional=True)
    if entry is None:
        return None
    made = Arrangement(entry.day("day"), entry.text("reference"))
    entry.done()
    return made


def read_consent(region: Entry) -> Arrangement | None:
    """``works_council_consent`` of the region: without it nobody sees the load of each director. Faults are collected."""
    entry = region.table("works_council_consent", optional=True)
    if entry is None:
        return None
    given = Arrangement(entry.day("day"), entry.text("reference"))
    entry.done()
    return given


def read_mail_domains(root: Entry) -> MailDomains:
    """``[mail]``. Faults are collected in ``root``."""
    entry = root.table("mail", optional=True)
    if entry is None:
        return MailDomains()
    named: dict[str, str] = {}
    for kind in (INTERNAL, SECURE):
        for domain in entry.texts(kind, optional=True):
            if "@" in domain or "." not in domain:
                entry.fault(kind, f"'{domain}' is geen domein.", "Schrijf het als voorbeeld.nl, zonder @.")
            elif named.setdefault(domain.lower(), kind) != kind:
                entry.fault(kind, f"'{domain}' staat bij internal en bij secure.", "Noem elk domein één keer.")
    if not named and not entry.values:
        root.fault("mail", "er staat geen domein in.", "Noem domeinen bij internal of secure, of haal [mail] weg.")
    entry.done()
    return MailDomains(named)


def check_mail_domains(organisation: "Organisation", root: Entry) -> None:
    """Nobody gets mail at a domain that is not named, where domains are named."""
    if not organisation.mail.named:
        return
    for place, contact in _receivers(organisation):
        if "@" in contact.email and organisation.mail.kind(contact.email) is None:
            domain = contact.email.rpartition("@")[2]
            root.fault(
                "mail",
                f"het domein '{domain}' ({contact.name}, {place}) staat er niet bij.",
                "Noem het bij internal (binnen de gemeente) of secure (via een beveiligde weg), of verbeter het adres.",
            )


def arrangement_to_make(organisation: "Organisation") -> tuple[str, ...]:
    """What ``check`` asks of a region on one installation."""
    if len(organisation.municipalities) < 2 or organisation.arrangement is not None:
        return ()
    together = dutch.counted(len(organisation.municipalities), "gemeente werkt", "gemeenten werken")
    return (
        f"organisation.toml, [region], sleutel 'arrangement': {together} met één installatie. "
        "Daar hoort een regeling tussen hen bij (AVG art. 26). Is die er? Vul dan in: "
        'arrangement = { day = 2026-01-05, reference = "waar zij ligt" }.',
    )


def _receivers(organisation: "Organisation") -> Iterator[tuple[str, "Contact"]]:
    """Everybody who gets mail, each with the place in the file."""
    yield "region.maatwerkloket", organisation.maatwerkloket
    yield "region.steering_group", organisation.steering_group
    yield from _there("region", central_desk=organisation.central_desk, escalation_table=organisation.escalation_table)
    for key, m in organisation.municipalities.items():
        place = f"municipality.{key}"
        yield from ((f"{place}.{rung.kind.contact}", contact) for rung, contact in m.tables.items())
        yield f"{place}.customisation_officer", m.customisation_officer
        yield f"{place}.standby", m.standby
        yield f"{place}.default_director", m.default_director
        yield from _there(place, portfolio_holder=m.portfolio_holder)
        yield from ((f"{place}.team_leads", lead) for lead in m.team_leads)
        yield from ((f"{place}.counters.{name}", contact) for name, contact in m.counters.items())
        yield from ((f"{place}.directors.{code}", contact) for code, contact in m.directors.items())


def _there(place: str, **contacts: "Contact | None") -> "Iterator[tuple[str, Contact]]":
    """Those that are there, each with its place."""
    yield from ((f"{place}.{name}", contact) for name, contact in contacts.items() if contact is not None)
