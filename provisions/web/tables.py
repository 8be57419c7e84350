"""Tafel and Maatwerkloket: what lies with whoever answers, and the answer in its row."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.domain import dutch
from provisions.domain.case import Answer, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.rules import CodeList
from provisions.usecases.tables import Laid
from provisions.web.pages import Page
from provisions.web.visits import Visit

ANSWERS = [(answer.value, dutch.capitalised(dutch.ANSWER[answer])) for answer in Answer]
JUDGEMENTS = [("submitted", "Indienen bij het Maatwerkloket"), ("not_submitted", "Niet indienen")]


def table(visit: Visit) -> Response:
    """What lies with the table, oldest first."""
    return _table(visit)


def answer(visit: Visit) -> Response:
    """An answer to one of them."""
    return _answered(visit, "/tafel", visit.seen.must_lie_with_table, _answer, _table)


def _answer(visit: Visit, laid: Laid, reference: str, key: str) -> None:
    given = visit.form.get("answer", "")
    if not given:
        raise InvalidInput("Kies een antwoord.")
    cause = visit.form.get("cause") or None
    cases = visit.house.app.cases
    cases.answer(reference, key, laid.rung.value, given, by=visit.actor, cause=cause)


def _table(visit: Visit, status: HTTPStatus = HTTPStatus.OK, wrong: int = 0, why: str = "") -> Response:
    causes = visit.house.app.config.catalogue.codes[CodeList.CAUSE]
    return visit.house.page(
        visit,
        "table.html.j2",
        status,
        title="Tafel",
        found=visit.seen.at_table(),
        answers=ANSWERS,
        causes=list(causes.items()),
        today=visit.house.today(),
        **_kept(visit, wrong, why),
    )


def officer(visit: Visit) -> Response:
    """What waits for a judgement on submission, each ready to be read."""
    return _officer(visit)


def judge(visit: Visit) -> Response:
    """Submit one of them, or not."""
    return _answered(visit, "/maatwerkloket", visit.seen.must_be_to_judge, _judge, _officer)


def _judge(visit: Visit, _laid: Laid, reference: str, key: str) -> None:
    given = visit.form.get("answer", "")
    if not given:
        raise InvalidInput("Kies of u indient.")
    cases = visit.house.app.cases
    cases.submit(reference, key, given, reason=visit.form.get("reden", ""), by=visit.actor)


def _officer(visit: Visit, status: HTTPStatus = HTTPStatus.OK, wrong: int = 0, why: str = "") -> Response:
    return visit.house.page(
        visit,
        "officer.html.j2",
        status,
        title="Maatwerkloket",
        found=visit.seen.to_judge(),
        judgements=JUDGEMENTS,
        **_kept(visit, wrong, why),
    )


def _answered(
    visit: Visit,
    address: str,
    find: Callable[[int], Laid],
    record: Callable[[Visit, Laid, str, str], None],
    page: Callable[[Visit, HTTPStatus, int, str], Response],
) -> Response:
    """Record what was answered to the one in ``nummer``; refused, its row says why and keeps what was typed."""
    number = _number(visit)
    try:
        laid = find(number)
        line = laid.line
        record(visit, laid, line.reference, str(ProvisionKey(line.key, line.round)))
    except NotFound as gone:  # somebody else answered meanwhile
        return page(visit, HTTPStatus.CONFLICT, 0, " ".join(gone.lines))
    except (InvalidInput, NotAllowed) as refusal:
        return page(visit, HTTPStatus.CONFLICT, number, " ".join(refusal.lines))
    return RedirectResponse(f"{address}?gedaan=ja", HTTPStatus.SEE_OTHER)


def _kept(visit: Visit, wrong: int, why: str) -> dict[str, object]:
    form = visit.form
    return {
        "wrong": wrong,
        "why": why,
        "typed": {name: form.get(name, "")[:500] for name in ("answer", "cause", "reden")},
        "done": visit.query.get("gedaan") == "ja" and not why,
    }


def _number(visit: Visit) -> int:
    typed = visit.form.get("nummer", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0


PAGES = (
    Page("/tafel", table, answer),
    Page("/maatwerkloket", officer, judge),
)
