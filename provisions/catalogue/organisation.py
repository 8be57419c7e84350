"""Who gets what: the region, its municipalities, their counters, tables and people (``config/organisation.toml``)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from provisions.catalogue.entry import Entry
from provisions.domain.calendar import AMSTERDAM, WorkingCalendar

DIRECTOR_CODE = re.compile(r"[a-z][a-z0-9.-]{0,39}")
REFERENCE_PATTERN = "[A-Z]{2,5}-[0-9-]{1,20}"
MORNING_MESSAGE = time(7, 30)
MANUAL, AUTOMATIC = "manual", "automatic"
KEEP_MONTHS = 24


@dataclass(frozen=True)
class Contact:
    """A desk, table or person that gets messages. ``phone`` is empty where nobody calls."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True)
class OfficeHours:
    """From ``start`` until ``end`` (Amsterdam's clock) on working days."""

    start: time
    end: time

    def are_on(self, moment: datetime, calendar: WorkingCalendar) -> bool:
        """Whether ``moment`` (aware) falls within office hours."""
        local = moment.astimezone(AMSTERDAM)
        return calendar.closed(local.date()) is None and self.start <= local.time() < self.end


@dataclass(frozen=True)
class Municipality:
    """One municipality. ``directors`` by staff code; the others are reached by ``default_director``."""

    key: str
    name: str
    counters: Mapping[str, Contact]
    doorbraaktafel: Contact
    regional_table: Contact | None
    customisation_officer: Contact
    standby: Contact
    directors: Mapping[str, Contact]
    default_director: Contact
    team_leads: tuple[Contact, ...]
    office_hours: OfficeHours
    closing_days: Mapping[date, str]
    automatic_submission: bool
    legal_basis: str

    def director(self, code: str | None) -> Contact:
        """The case director with this staff code, or the mailbox of all of them."""
        return self.directors.get(code or "", self.default_director)


@dataclass(frozen=True)
class Organisation:
    """The region. ``municipalities`` in file order: the first is the default. ``message_domain``: for Message-IDs.

    ``morning_message``: from when (Amsterdam's clock) the team leads get the message of the day. ``keep_months``: how
    long after its closing a case is kept whole.
    """

    region: str
    sender: Contact
    message_domain: str
    maatwerkloket: Contact
    steering_group: Contact
    reference_pattern: str
    municipalities: Mapping[str, Municipality]
    morning_message: time = MORNING_MESSAGE
    keep_months: int = KEEP_MONTHS

    @property
    def default_municipality(self) -> str:
        """The key of the first municipality."""
        return next(iter(self.municipalities))


def read_organisation(root: Entry) -> Organisation:
    """Read ``organisation.toml``. Faults are collected in ``root``."""
    region = root.table("region") or Entry(root.file, "region", {}, [])
    municipalities = {key: _municipality(key, entry) for key, entry in root.named_tables("municipality").items()}
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
    organisation = Organisation(
        region=region.text("name"),
        sender=_contact(region, "sender"),
        message_domain=_domain(region),
        maatwerkloket=_contact(region, "maatwerkloket"),
        steering_group=_contact(region, "steering_group"),
        reference_pattern=pattern,
        municipalities=municipalities,
        morning_message=_morning_message(region),
        keep_months=_keep_months(root),
    )
    region.done()
    root.done()
    return organisation


def _keep_months(root: Entry) -> int:
    entry = root.table("keeping", optional=True)
    if entry is None:
        return KEEP_MONTHS
    months = entry.number("months_after_closing")
    if entry.values.get("months_after_closing") == 0:
        entry.fault("months_after_closing", "0 is geen bewaartermijn.", "Vul een aantal maanden in, ten minste 1.")
    entry.done()
    return months


def _morning_message(region: Entry) -> time:
    region.known.add("morning_message")
    return region.clock_time("morning_message") if "morning_message" in region.values else MORNING_MESSAGE


def _domain(region: Entry) -> str:
    domain = region.text("message_domain")
    if domain and not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", domain):
        region.fault("message_domain", f"'{domain}' is geen domein.", "Schrijf het als voorbeeld.nl.")
    return domain


def _municipality(key: str, entry: Entry) -> Municipality:
    counters = entry.table("counters") or Entry(entry.file, "", {}, [])
    directors = entry.table("directors", optional=True) or Entry(entry.file, "", {}, [])
    for code in directors.values:
        if not DIRECTOR_CODE.fullmatch(code):
            directors.fault(
                code,
                "dit is geen code.",
                "Gebruik een kleine letter, gevolgd door kleine letters, cijfers, punten en streepjes.",
            )
    municipality = Municipality(
        key=key,
        name=entry.text("name"),
        counters={name: _contact(counters, name) for name in counters.values},
        doorbraaktafel=_contact(entry, "doorbraaktafel"),
        regional_table=_contact(entry, "regional_table") if "regional_table" in entry.values else None,
        customisation_officer=_contact(entry, "customisation_officer"),
        standby=_contact(entry, "standby"),
        directors={code: _contact(directors, code, phone=True) for code in directors.values},
        default_director=_contact(entry, "default_director", phone=True),
        team_leads=tuple(_read_contact(lead, phone=False) for lead in entry.tables("team_leads")),
        office_hours=_office_hours(entry),
        closing_days=_closing_days(entry),
        automatic_submission=entry.one_of("submission", (MANUAL, AUTOMATIC), default=MANUAL) == AUTOMATIC,
        legal_basis=entry.text("legal_basis"),
    )
    entry.known.add("regional_table")
    if not municipality.team_leads and "team_leads" in entry.values:
        entry.fault("team_leads", "er is geen teamleider.", "Vul ten minste één contact in.")
    entry.done()
    return municipality


def _contact(entry: Entry, key: str, *, phone: bool = False) -> Contact:
    inner = entry.table(key)
    return Contact("", "") if inner is None else _read_contact(inner, phone=phone)


def _read_contact(entry: Entry, *, phone: bool) -> Contact:
    contact = Contact(entry.text("name"), entry.email("email"), entry.text("phone", default=None if phone else ""))
    entry.done()
    return contact


def _office_hours(entry: Entry) -> OfficeHours:
    inner = entry.table("office_hours")
    if inner is None:
        return OfficeHours(time.min, time.max)
    hours = OfficeHours(inner.clock_time("from"), inner.clock_time("until"))
    if hours.end <= hours.start and time.min not in (hours.start, hours.end):
        inner.fault("until", "de kantooruren eindigen voor ze beginnen.", "Vul een latere tijd in.")
    inner.done()
    return hours


def _closing_days(entry: Entry) -> dict[date, str]:
    days: dict[date, str] = {}
    for inner in entry.tables("closing_days", optional=True):
        days[inner.day("day")] = inner.text("reason")
        inner.done()
    return days
