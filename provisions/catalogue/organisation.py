"""Who gets what: the region, its municipalities, their counters, tables and people (``config/organisation.toml``)."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, time, timedelta
from urllib.parse import urlsplit

from provisions.access import NOBODY_LISTED, Listed, is_assigned
from provisions.access.provider import SignIn
from provisions.catalogue.arrangements import (
    Arrangement,
    MailDomains,
    check_mail_domains,
    read_arrangement,
    read_consent,
    read_mail_domains,
)
from provisions.catalogue.budgets import read_budget
from provisions.catalogue.contacts import Contact, Webhook
from provisions.catalogue.entry import Entry
from provisions.catalogue.people import read_people, read_seconds
from provisions.catalogue.sign_in import read_sign_in
from provisions.catalogue.standby import StandbyCall, read_standby_call
from provisions.catalogue.themes import NEUTRAL
from provisions.domain.answering import AnswersBy
from provisions.domain.calendar import OfficeHours
from provisions.domain.delivery import LONGEST_HELD
from provisions.domain.keeping import AS_SHIPPED, Keeping, KeepTerm
from provisions.domain.rules import BudgetRule
from provisions.domain.rungs import RungName

DIRECTOR_CODE = re.compile(r"[a-z][a-z0-9.-]{0,39}")
HOW_A_CODE_LOOKS = "Gebruik een kleine letter, gevolgd door kleine letters, cijfers, punten en streepjes."
REFERENCE_PATTERN = "[A-Z]{2,5}-20[0-9]{2}-[0-9]{4,5}"
MORNING_MESSAGE = time(7, 30)
WHERE_SECRETS_STAND = "Vul in waar het staat: 'env:NAAM' of 'file:/pad'."
MANUAL, AUTOMATIC = "manual", "automatic"
AGENDA = "agenda"
OLD_KEEPING = "months_after_closing"  # of versions that had one term for a whole case
KEEP_LOOKS_MONTHS = 60
LETTERS_WAIT = 5  # minutes
MOST_LETTERS_WAIT = LONGEST_HELD // timedelta(minutes=1)


@dataclass(frozen=True)
class Municipality:
    """One municipality. ``tables``: those it has, by their rung. ``directors`` by staff code; the others are reached by
    ``default_director``. ``own_sender``: from whom its letters come, where the mail server may send for it. ``seconds``: the
    municipalities whose people may be the second person here, besides its own (four eyes). ``theme``: how the workplace looks to
    whoever works for this one alone; empty where that is as in the region. ``agendas``: the tables that get one agenda a working
    day. ``standby_call``: how its stand-by is called, where there is a gateway.
    ``budget``: the customised one, where it is set.
    """

    key: str
    name: str
    counters: Mapping[str, Contact]
    tables: Mapping[RungName, Contact]
    customisation_officer: Contact
    standby: Contact
    directors: Mapping[str, Contact]
    default_director: Contact
    team_leads: tuple[Contact, ...]
    office_hours: OfficeHours
    closing_days: Mapping[date, str]
    automatic_submission: bool
    legal_basis: str
    own_sender: Contact | None = None
    seconds: tuple[str, ...] = ()
    theme: str = ""
    portfolio_holder: Contact | None = None
    agendas: frozenset[RungName] = frozenset()
    standby_call: StandbyCall | None = None
    budget: BudgetRule | None = None

    @property
    def team(self) -> Contact:
        """Who answers when the case director is away."""
        return self.default_director


@dataclass(frozen=True)
class Organisation:
    """The region. ``municipalities`` in file order: the first is the default. ``message_domain``: for Message-IDs.

    ``morning_message``: from when (Amsterdam's clock) the team leads get the message of the day. ``keeping``: how long what is
    known of a client is kept. ``keep_looks_months``: how long it is kept who looked at what.
    ``arrangement``: that of municipalities on one installation (AVG, article 26); ``works_council``: its consent to showing the
    load of each director;
    ``central_desk``, ``escalation_table``: of the region, who is warned before somebody has no place;
    ``mail``: the domains to which mail may go, where they are named.
    ``letters_wait``: how long a letter waits for second thoughts. ``people``: who has which role where, where that is listed.
    ``sign_in``: how a provider of identities is read. ``theme``: how the workplace looks.
    """

    region: str
    sender: Contact
    message_domain: str
    maatwerkloket: Contact
    steering_group: Contact
    reference_pattern: str
    municipalities: Mapping[str, Municipality]
    morning_message: time = MORNING_MESSAGE
    keeping: Keeping = AS_SHIPPED
    keep_looks_months: int = KEEP_LOOKS_MONTHS
    letters_wait: timedelta = timedelta(minutes=LETTERS_WAIT)
    events_from: str = ""
    people: Listed = NOBODY_LISTED
    sign_in: SignIn = field(default_factory=SignIn)
    arrangement: Arrangement | None = None
    mail: MailDomains = field(default_factory=MailDomains)
    works_council: Arrangement | None = None
    central_desk: Contact | None = None
    escalation_table: Contact | None = None
    theme: str = NEUTRAL

    @property
    def event_source(self) -> str:
        """Who publishes events, in the notation of the NL GOV profile for CloudEvents."""
        return self.events_from or f"urn:nld:{self.message_domain}:systeem:basisvoorzieningen"

    def director(self, municipality: str, code: str | None) -> Contact:
        """Where letters go that are for the case director with this code, of a case in that municipality: the own address, or
        else the team. A code that is no director there (any more) is the team's; who is listed as one there has also the
        address of another municipality.
        """
        place = self.municipalities[municipality]
        if code is None or not is_assigned(self.people, code, municipality):
            return place.team
        places = (place, *self.municipalities.values()) if self.people.is_complete else (place,)
        return next((one.directors[code] for one in places if code in one.directors), place.team)

    def places_of_seconds(self, municipality: str) -> tuple[str, ...]:
        """In which municipalities somebody works who may be the second person (four eyes) for what is of ``municipality``: that
        one first.
        """
        place = self.municipalities.get(municipality)
        return (municipality, *(place.seconds if place else ()))

    def contacts(self) -> Iterator[Contact]:
        """Everyone who may get a message about a provision."""
        yield self.maatwerkloket
        yield from (contact for contact in (self.central_desk, self.escalation_table) if contact)
        for m in self.municipalities.values():
            yield from (*m.tables.values(), m.customisation_officer, m.standby, m.default_director)
            yield from (m.portfolio_holder,) if m.portfolio_holder else ()
            yield from (*m.counters.values(), *m.directors.values())

    def sender_of(self, municipality: Municipality) -> Contact:
        """From whom a letter comes: the municipality, and never the software or the region."""
        return municipality.own_sender or Contact(f"Gemeente {municipality.name}", self.sender.email)


def read_organisation(root: Entry) -> Organisation:
    """Read ``organisation.toml``. Faults are collected in ``root``."""
    region = root.table("region") or Entry(root.file, "region", {}, [])
    places = root.named_tables("municipality")
    municipalities = {key: _municipality(key, entry, places.keys()) for key, entry in places.items()}
    if not municipalities and "municipality" not in root.missing:
        root.fault("municipality", "er is geen gemeente.", "Voeg ten minste één [municipality.<sleutel>] toe.")
    pattern = region.text("reference_pattern", default=REFERENCE_PATTERN)
    try:
        re.compile(pattern)
    except re.error as error:
        region.fault(
            "reference_pattern",
            f"'{pattern}' is geen reguliere expressie ({error}).",
            f"Gebruik bijvoorbeeld '{REFERENCE_PATTERN}'.",
        )
    keeping, looks = _keeping(root)
    organisation = Organisation(
        region=region.text("name"),
        sender=_contact(region, "sender"),
        message_domain=_domain(region),
        maatwerkloket=_contact(region, "maatwerkloket"),
        steering_group=_contact(region, "steering_group"),
        reference_pattern=pattern,
        municipalities=municipalities,
        morning_message=_morning_message(region),
        keeping=keeping,
        keep_looks_months=looks,
        letters_wait=_letters_wait(region),
        events_from=_event_source(region),
        people=read_people(root, municipalities.keys()),
        sign_in=read_sign_in(root, municipalities.keys()),
        arrangement=read_arrangement(region),
        mail=read_mail_domains(root),
        theme=region.text("theme", default=NEUTRAL),
        works_council=read_consent(region),
        central_desk=_optional_contact(region, "central_desk"),
        escalation_table=_optional_contact(region, "escalation_table"),
    )
    check_mail_domains(organisation, root)
    region.done()
    root.done()
    return organisation


def _keeping(root: Entry) -> tuple[Keeping, int]:
    """How long what is known of a client is kept; and, in months, who looked at what."""
    entry = root.table("keeping", optional=True)
    if entry is None:
        return AS_SHIPPED, KEEP_LOOKS_MONTHS
    shipped = AS_SHIPPED
    terms = {one.name: _kept_for(entry, one.name, getattr(shipped, one.name)) for one in fields(Keeping)}
    if OLD_KEEPING in entry.values:
        if "lines" in entry.values:
            entry.fault(
                OLD_KEEPING, "de bewaartermijn van een traject staat er twee keer.", "Laat months_after_closing weg."
            )
        months = entry.number(OLD_KEEPING)
        terms["lines"] = KeepTerm(months=months)
    looks = entry.number("months_of_looks", default=KEEP_LOOKS_MONTHS)
    for key in (OLD_KEEPING, "months_of_looks"):
        if entry.values.get(key) == 0:
            entry.fault(key, "0 is geen bewaartermijn.", "Vul een aantal maanden in, ten minste 1.")
    entry.done()
    return Keeping(**terms), looks


def _kept_for(entry: Entry, key: str, shipped: KeepTerm) -> KeepTerm:
    entry.known.add(key)
    if key not in entry.values:
        return shipped
    text = entry.text(key)
    term = KeepTerm.parse(text)
    if term is None:
        entry.fault(key, f"'{text}' is geen bewaartermijn.", 'Schrijf bijvoorbeeld "6 maanden", "2 jaar" of "6 weken".')
    return term or shipped


def _letters_wait(region: Entry) -> timedelta:
    minutes = region.number("letters_wait", default=LETTERS_WAIT)
    if minutes > MOST_LETTERS_WAIT:
        region.fault("letters_wait", f"{minutes} minuten is te lang.", f"Vul ten hoogste {MOST_LETTERS_WAIT} in.")
    return timedelta(minutes=minutes)


def _morning_message(region: Entry) -> time:
    region.known.add("morning_message")
    return region.clock_time("morning_message") if "morning_message" in region.values else MORNING_MESSAGE


def _event_source(region: Entry) -> str:
    source = region.text("event_source", default="")
    if source and not re.fullmatch(r"urn:nld:[A-Za-z0-9%:._-]+", source):
        region.fault(
            "event_source",
            f"'{source}' is geen bron van gebeurtenissen.",
            "Schrijf hem als urn:nld:oin:<OIN van 20 cijfers>:systeem:basisvoorzieningen.",
        )
    return source


def _domain(region: Entry) -> str:
    domain = region.text("message_domain")
    if domain and not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", domain):
        region.fault("message_domain", f"'{domain}' is geen domein.", "Schrijf het als voorbeeld.nl.")
    return domain


def _municipality(key: str, entry: Entry, places: Collection[str]) -> Municipality:
    counters = entry.table("counters") or Entry(entry.file, "", {}, [])
    directors = entry.table("directors", optional=True) or Entry(entry.file, "", {}, [])
    for code in directors.values:
        if not DIRECTOR_CODE.fullmatch(code):
            directors.fault(code, "dit is geen code.", HOW_A_CODE_LOOKS)
    tables, agendas = _tables(entry)
    standby = _contact(entry, "standby")
    municipality = Municipality(
        key=key,
        name=entry.text("name"),
        counters={name: _contact(counters, name, asked=True) for name in counters.values},
        tables=tables,
        agendas=agendas,
        customisation_officer=_contact(entry, "customisation_officer", asked=True),
        standby=standby,
        standby_call=_standby_call(entry, standby),
        directors={code: _contact(directors, code, phone=True) for code in directors.values},
        default_director=_contact(entry, "default_director", phone=True),
        team_leads=tuple(_team_lead(lead) for lead in entry.tables("team_leads")),
        office_hours=_office_hours(entry),
        closing_days=_closing_days(entry),
        automatic_submission=entry.one_of("submission", (MANUAL, AUTOMATIC), default=MANUAL) == AUTOMATIC,
        legal_basis=entry.text("legal_basis"),
        own_sender=_optional_contact(entry, "sender"),
        seconds=read_seconds(entry, key, places),
        theme=entry.text("theme", default=""),
        budget=read_budget(entry),
        portfolio_holder=_optional_contact(entry, "portfolio_holder"),
    )
    if not municipality.team_leads and "team_leads" in entry.values:
        entry.fault("team_leads", "er is geen teamleider.", "Vul ten minste één contact in.")
    entry.done()
    return municipality


def _team_lead(entry: Entry) -> Contact:
    """With the staff code, where somebody chooses when messages come."""
    code = entry.text("code", default="")
    if code and not DIRECTOR_CODE.fullmatch(code):
        entry.fault("code", f"'{code}' is geen code.", HOW_A_CODE_LOOKS)
    return replace(_read_contact(entry, phone=False), code=code)


def _standby_call(entry: Entry, standby: Contact) -> StandbyCall | None:
    inner = entry.table("standby_call", optional=True)
    return read_standby_call(inner, _webhook(inner), standby) if inner else None


def _tables(entry: Entry) -> tuple[dict[RungName, Contact], frozenset[RungName]]:
    """The contact of each table (an optional one may be absent), and which of them get one agenda a working day."""
    with_contact = [rung for rung in RungName if rung.kind.contact]
    entry.known |= {rung.kind.contact for rung in with_contact}
    tables: dict[RungName, Contact] = {}
    agendas: set[RungName] = set()
    for rung in with_contact:
        key = rung.kind.contact
        if rung.kind.optional and key not in entry.values:
            continue
        inner = entry.table(key)
        wants = inner is not None and inner.flag(AGENDA, default=False)
        tables[rung] = Contact("", "") if inner is None else _read_contact(inner, phone=False, asked=True)
        if wants:
            agendas.add(rung)
            if tables[rung].webhook and inner is not None:
                inner.fault(AGENDA, "een systeem krijgt elk bericht meteen.", "Haal agenda weg, of webhook.")
    return tables, frozenset(agendas)


def _contact(entry: Entry, key: str, *, phone: bool = False, asked: bool = False) -> Contact:
    inner = entry.table(key)
    return Contact("", "") if inner is None else _read_contact(inner, phone=phone, asked=asked)


def _optional_contact(entry: Entry, key: str) -> Contact | None:
    entry.known.add(key)
    return _contact(entry, key) if key in entry.values else None


def _read_contact(entry: Entry, *, phone: bool, asked: bool = False) -> Contact:
    """``asked``: it gets letters that ask something, so that it may be said how it answers."""
    contact = Contact(
        entry.text("name"), entry.email("email"), entry.text("phone", default=None if phone else ""), _webhook(entry)
    )
    if asked:
        contact = _how_it_answers(entry, contact)
    entry.done()
    return contact


def _how_it_answers(entry: Entry, contact: Contact) -> Contact:
    said = entry.one_of("answers", [by.value for by in AnswersBy], default="")
    link = entry.flag("webhook_link", default=False)
    if link and contact.webhook is None:
        entry.fault("webhook_link", "er is geen webhook om de link aan te geven.", "Voeg webhook toe, of haal dit weg.")
    if contact.webhook is not None and said == AnswersBy.LINK_AND_CODE:
        entry.fault(
            "answers",
            "een code komt per e-mail, en berichten gaan hier naar een webhook.",
            "Kies link of sign-in, of haal webhook weg.",
        )
    return replace(contact, answers=AnswersBy(said) if said in list(AnswersBy) else None, webhook_link=link)


def _webhook(entry: Entry) -> Webhook | None:
    url = entry.text("webhook", default="")
    secret, token = entry.text("webhook_secret_from", default=""), entry.text("webhook_token_from", default="")
    if url and not _is_safe(url):
        entry.fault("webhook", "dit is geen veilig webadres.", "Schrijf het als https://machine.nl/pad.")
    if url and not secret:
        entry.fault("webhook", "het geheim waarmee berichten worden ondertekend, ontbreekt.", WHERE_SECRETS_STAND)
    for key, place in (("webhook_secret_from", secret), ("webhook_token_from", token)):
        if place and not re.fullmatch(r"env:[A-Z][A-Z0-9_]*|file:/.+", place):
            # What stands there may be the secret itself, so it is not repeated.
            entry.fault(key, "hier hoort de plek van het geheim, niet het geheim zelf.", WHERE_SECRETS_STAND)
        if place and not url:
            entry.fault(key, "er is geen webhook om te ondertekenen.", "Voeg webhook toe, of haal dit weg.")
    return Webhook(url, secret, token) if url else None


def _is_safe(url: str) -> bool:
    """HTTPS; without, only to this machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    local = host in ("localhost", "127.0.0.1", "::1")
    return (
        valid
        and bool(host)
        and "@" not in parts.netloc
        and (parts.scheme == "https" or (parts.scheme == "http" and local))
    )


def _office_hours(entry: Entry) -> OfficeHours:
    inner = entry.table("office_hours")
    if inner is None:
        return OfficeHours(time.min, time.max)
    faults = len(inner.faults)
    hours = OfficeHours(inner.clock_time("from"), inner.clock_time("until"))
    readable = len(inner.faults) == faults and not inner.missing
    if readable and hours.end <= hours.start:
        inner.fault("until", "de kantooruren eindigen voor ze beginnen.", "Vul een latere tijd in.")
    inner.done()
    return hours


def _closing_days(entry: Entry) -> dict[date, str]:
    days: dict[date, str] = {}
    for inner in entry.tables("closing_days", optional=True):
        days[inner.day("day")] = inner.text("reason")
        inner.done()
    return days
