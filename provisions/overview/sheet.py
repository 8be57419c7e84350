"""One page about a case to print: for a meeting, or for the client, as a page for a browser and as a PDF.

The client's page is in plain words, of what was asked: no rungs, no tables, no codes, nothing about who did what.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date

import typst

from provisions.catalogue import TEMPLATES, Config
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Status
from provisions.templates import environment
from provisions.views.standing import SUSPENDED, CaseView, ProvisionView

FOR_CLIENT, FOR_MEETING = "Dit hebben wij voor u gevraagd", "Traject"


@dataclass(frozen=True)
class Row:
    """A provision on the page: its name, how it stands (sentences), and until when."""

    name: str
    said: tuple[str, ...]
    by: str
    late: bool


@dataclass(frozen=True)
class Sheet:
    """What is on the page, ready to be read."""

    title: str
    lead: str
    rows: tuple[Row, ...]
    columns: tuple[str, str, str]
    closing: str
    points: int
    """The size of its letters on paper."""


def sheet(view: CaseView, config: Config, today: date, *, client: bool) -> Sheet:
    """The page of a case as it is on the day ``today`` (Amsterdam's)."""
    case, place = view.case, config.organisation.municipalities[view.case.municipality]
    made = dutch.dutch_date(today)
    if client:
        call = f" of bel {place.team.phone}" if place.team.phone else ""
        closing = (
            f"Hebt u een vraag, of klopt er iets niet? Vraag het uw begeleider{call}. Noem dan dit nummer: {case.reference}. "
            "Gooi dit papier niet zomaar weg: ook zonder naam gaat het over u."
        )
        rows = tuple(_for_client(p) for p in view.provisions)
        lead = f"Zo staat het op {made}. Gemeente {place.name}."
        return Sheet(FOR_CLIENT, lead, rows, ("Wat", "Hoe het ermee staat", "Wanneer"), closing, 12)
    director = f" · regisseur {case.director}" if case.director else ""
    lead = f"Gemeente {place.name}{director} · gestart op {dutch.dutch_date(case.opened)} · stand van {made}"
    rows = tuple(_for_meeting(p) for p in view.provisions)
    closing = "Alleen voor wie aan dit overleg deelneemt. Vernietig dit blad na afloop."
    return Sheet(f"{FOR_MEETING} {case.reference}", lead, rows, ("Voorziening", "Stand", "Uiterste datum"), closing, 9)


def as_html(page: Sheet) -> str:
    """For a browser, and to print from it."""
    return environment(TEMPLATES / "sheet", TEMPLATES / "report").get_template("sheet.html.j2").render(sheet=page)


def as_pdf(page: Sheet) -> bytes:
    """For paper and a screen reader (PDF/UA-1). The same page gives the same bytes."""
    source = (TEMPLATES / "sheet" / "sheet.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False)
    data = {"data": json.dumps(asdict(page))}
    made = typst.compile(source, sys_inputs=data, pdf_standards="ua-1", font_paths=fonts)
    assert isinstance(made, bytes)  # noqa: S101 - one document, one file
    return made


# --- for the client ----------------------------------------------------------------------------------------------------


def _for_client(p: ProvisionView) -> Row:
    said = _plainly(p)
    by = ""
    if p.due and p.provision.status is Status.WAITING and p.status != SUSPENDED:
        by = f"uiterlijk {dutch.dutch_date(p.due)}"
    return Row(dutch.capitalised(p.name), said, by, late=False)


def _plainly(p: ProvisionView) -> tuple[str, ...]:
    closed = dutch.dutch_date(p.provision.closed_on) if p.provision.closed_on else ""
    match p.provision.status:
        case Status.DELIVERED:
            return (f"Geregeld op {closed}.",)
        case Status.WITHDRAWN:
            return (f"U vraagt dit niet meer (sinds {closed}).",)
        case Status.ENDED | Status.HANDED_OVER:
            return (f"Wij doen dit niet meer (sinds {closed}).",)
        case Status.BLOCKED:
            return (f"Dit kan pas beginnen als dit er is: {dutch.listed([p.named(d) for d in p.blocked_by])}.",)
        case Status.REFUSED:
            return _refused(p)
    return _asked(p)


def _refused(p: ProvisionView) -> tuple[str, ...]:
    outcome = p.provision.outcome
    on = f" op {dutch.dutch_date(outcome.on)}" if outcome else ""
    objection = (
        (f"U kunt bezwaar maken tot en met {dutch.dutch_date(p.objection_until)}. Vraag uw begeleider om hulp.",)
        if p.objection_until
        else ()
    )
    return (f"Het antwoord was nee{on}.", "Wij vragen of het toch kan.", *objection)


def _asked(p: ProvisionView) -> tuple[str, ...]:
    started = p.provision.started_on
    said = [f"Gevraagd op {dutch.dutch_date(started)}." if started else "Gevraagd."]
    if p.status == SUSPENDED:
        until = f" tot {dutch.dutch_date(p.suspended_until)}" if p.suspended_until else ""
        said.append(f"Dit staat even stil{until}.")
    elif p.overdue:
        said.append("Het is er nog niet, en dat had wel gemoeten. Wij vragen hier extra aandacht voor.")
    return tuple(said)


# --- for a meeting -------------------------------------------------------------------------------------------------------


def _for_meeting(p: ProvisionView) -> Row:
    provision, said = p.provision, []
    if provision.status is Status.BLOCKED:
        said.append(f"wacht op {dutch.listed([p.named(d) for d in p.blocked_by])}")
    elif not provision.status.is_open:
        closed = f", {dutch.dutch_date(provision.closed_on)}" if provision.closed_on else ""
        said.append(f"{dutch.STATUS[provision.status]}{closed}")
    else:
        said.append(dutch.SUSPENDED if p.status == SUSPENDED else dutch.STATUS[provision.status])
        said += [f"ligt bij {dutch.holder(p.lies_with)}"] if p.lies_with else []
        said += [
            f"{rung.name.label}: {dutch.ANSWER[rung.answer]}" for rung in provision.rungs if rung.answer is not None
        ]
        if p.next_rung:
            said.append(f"daarna {p.next_rung.name.label}, {dutch.dutch_date(day_of(p.next_rung.at))}")
    titles = {rule.name: rule.title for rule in p.situation.rule.follow_ups}
    said += [f"{dutch.dutch_date(f.due)}: {titles.get(f.name, f.name)}" for f in provision.follow_ups if f.is_open]
    late = f" ({dutch.days(p.days_overdue)} te laat)" if p.overdue else ""
    by = f"{dutch.dutch_date(p.due)}{late}" if p.due and provision.status.is_open else ""
    return Row(dutch.capitalised(p.name), tuple(dutch.capitalised(one) for one in said), by, late=p.overdue)
