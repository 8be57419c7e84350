"""Kengetallen: the monitor, and each quarter one click for what is still so."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from provisions import inputs
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.monitor import quarter_before
from provisions.domain.rules import CodeList
from provisions.inputs import no_such_page
from provisions.views.monitor import HEADS, NOT_SHOWN, QUESTIONS, Monitored, lines, said, share
from provisions.web.pages import Page
from provisions.web.taking_away import as_csv
from provisions.web.visits import Visit


def monitor(visit: Visit) -> Response:
    """The monitor of a day."""
    found, config = _found(visit), visit.house.app.config
    towns, every = config.organisation.municipalities, list(lines(config, found))
    return visit.house.page(
        visit,
        "monitor.html.j2",
        title="Monitor",
        day=found.found.day,
        before=quarter_before(found.found.day),
        region=config.organisation.region,
        places=[town.name for town in towns.values()],
        rows=every,
        told={town.name: _told(every, town.name, found, key) for key, town in towns.items()},
        half_years=found.half_years,
        said=said,
        share=share,
    )


def _told(every: Sequence[tuple[str, ...]], name: str, found: Monitored, key: str) -> list[tuple[str, ...]]:
    """The rows of a municipality of ``every``; a question of which nothing is to be seen, now and before, is one row."""
    hidden = NOT_SHOWN
    shown, before = found.found.municipalities[key], found.found.municipalities_before[key]
    gone = {
        QUESTIONS[question]: "" if before.included == 0 else hidden
        for question, marks in shown.answers.items()
        if marks is None and (before.answers[question] is None or before.included == 0)
    }
    rows = [row for row in every if row[0] == name and row[1] not in gone]
    return [*rows, *((name, what, "", hidden, "", was, "") for what, was in gone.items())]


def csv(visit: Visit) -> Response:
    """The same for a spreadsheet."""
    found = _found(visit)
    return as_csv(f"monitor-{found.found.day.isoformat()}", HEADS, lines(visit.house.app.config, found))


def quarter(visit: Visit) -> Response:
    """The clients about whom nobody said this quarter where they sleep."""
    return _quarter(visit)


def still_so(visit: Visit) -> Response:
    """It is still so of one of them."""
    try:
        address = UUID(visit.form.get("wie", ""))
    except ValueError:
        raise no_such_page() from None
    view = visit.seen.case(address, "kengetallen")
    try:
        visit.house.app.cases.still_so(view.case.reference, by=visit.actor)
    except (InvalidInput, NotAllowed) as refusal:
        return _quarter(visit, HTTPStatus.CONFLICT, visit.why(refusal))
    return RedirectResponse("/kengetallen?gedaan=ja", HTTPStatus.SEE_OTHER)


def _quarter(visit: Visit, status: HTTPStatus = HTTPStatus.OK, why: str = "") -> Response:
    rows, total = visit.seen.to_confirm()
    codes = visit.house.app.config.catalogue.codes
    return visit.house.page(
        visit,
        "still_so.html.j2",
        status,
        title="Kengetallen",
        rows=rows,
        total=total,
        living=codes[CodeList.LIVING],
        wlz=codes[CodeList.WLZ],
        why=why,
        told="Het is nog steeds zo." if visit.query.get("gedaan") == "ja" else "",
    )


def _found(visit: Visit) -> Monitored:
    asked = visit.query.get("op", "")
    try:
        day: date | None = inputs.day(asked, "de monitor", visit.house.today()) if asked else None
        return visit.house.app.monitoring.of(visit.actor, day)
    except InvalidInput:
        raise no_such_page() from None


PAGES = (
    Page("/rapporten/monitor", monitor),
    Page("/rapporten/monitor.csv", csv),
    Page("/kengetallen", quarter, still_so),
)
