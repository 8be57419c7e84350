"""Tafel and Maatwerkloket: what lies with whoever answers, and the answer in its row."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.domain import dutch
from provisions.domain.case import BY_TABLE, Answer, ProvisionKey, Said
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.rules import CodeList
from provisions.usecases.replies import LONGEST_REMARK
from provisions.usecases.tables import Laid
from provisions.web.acts import amount, labelled
from provisions.web.forms import YES
from provisions.web.pages import Page
from provisions.web.visits import Visit

ANSWERS = [(said.value, dutch.capitalised(dutch.SAID[said])) for said in BY_TABLE]
TYPED = ("answer", "cause", "amount", "purpose", "spent_on", "remark", "because", "checked")
JUDGEMENTS = [(Said.SUBMITTED.value, "Indienen bij het Maatwerkloket"), (Said.NOT_SUBMITTED.value, "Niet indienen")]


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
    with_budget = given == Answer.CUSTOMISED_BUDGET.value  # what was typed for another answer counts for nothing
    typed = {name: visit.form.get(name, "").strip() or None for name in TYPED}
    visit.house.app.cases.reply_as_table(
        reference,
        key,
        laid.rung.value,
        given,
        by=visit.actor,
        cause=typed["cause"],
        amount=amount(typed["amount"]) if with_budget else None,
        purpose=typed["purpose"] if with_budget else None,
        spent_on=typed["spent_on"] if with_budget else None,
        remark=typed["remark"],
    )


def _table(visit: Visit, status: HTTPStatus = HTTPStatus.OK, wrong: int = 0, why: str = "") -> Response:
    codes = visit.house.app.config.catalogue.codes
    return visit.house.page(
        visit,
        "table.html.j2",
        status,
        title="Tafel",
        found=visit.seen.at_table(),
        answers=ANSWERS,
        causes=labelled(codes[CodeList.CAUSE]),
        purposes=labelled(codes[CodeList.BUDGET_WHY]),
        spent_on=labelled(codes[CodeList.BUDGET_WHAT]),
        most_remark=LONGEST_REMARK,
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
    because = visit.form.get("because", "")
    if not because:
        raise InvalidInput("Kies waarom.")
    visit.house.app.cases.reply_as_officer(
        reference,
        key,
        given,
        because=because,
        checked=visit.form.get("checked") == YES,
        by=visit.actor,
        remark=visit.form.get("remark", "").strip() or None,
    )


def _officer(visit: Visit, status: HTTPStatus = HTTPStatus.OK, wrong: int = 0, why: str = "") -> Response:
    return visit.house.page(
        visit,
        "officer.html.j2",
        status,
        title="Maatwerkloket",
        found=visit.seen.to_judge(),
        judgements=JUDGEMENTS,
        reasons=labelled(visit.house.app.config.catalogue.codes[CodeList.JUDGED]),
        most_remark=LONGEST_REMARK,
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
        return page(visit, HTTPStatus.CONFLICT, 0, visit.why(gone))
    except (InvalidInput, NotAllowed) as refusal:
        return page(visit, HTTPStatus.CONFLICT, number, visit.why(refusal))
    return RedirectResponse(f"{address}?gedaan=ja", HTTPStatus.SEE_OTHER)


def _kept(visit: Visit, wrong: int, why: str) -> dict[str, object]:
    form = visit.form
    return {
        "wrong": wrong,
        "why": why,
        "typed": {name: form.get(name, "")[:500] for name in TYPED},
        "done": visit.query.get("gedaan") == "ja" and not why,
    }


def _number(visit: Visit) -> int:
    typed = visit.form.get("nummer", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0


PAGES = (
    Page("/tafel", table, answer),
    Page("/maatwerkloket", officer, judge),
)
