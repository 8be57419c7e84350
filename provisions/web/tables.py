"""Tafel and Maatwerkloket: what lies with whoever answers, and the answer in its row."""

from collections.abc import Sequence

from provisions.catalogue import Config
from provisions.domain.case import BY_TABLE, Desk, ProvisionKey
from provisions.usecases.cases import Cases
from provisions.usecases.tables import Laid
from provisions.usecases.tables import Tables as Seen
from provisions.web.acts import REMARK, amount, cause_of, judge_at, judgement, of_budget, remark
from provisions.web.forms import Field, Filled, Kind
from provisions.web.link_choices import label
from provisions.web.pages import Page
from provisions.web.rows import Answering, written
from provisions.web.visits import Visit, number_of


def _of_table(config: Config, _laid: Laid) -> Sequence[Field]:
    answers = [(said.value, label(said)) for said in BY_TABLE]
    answer = Field("answer", "Antwoord", Kind.ONE, answers, required=True)
    return (answer, *of_budget(config), cause_of(config), remark())


def _answer(cases: Cases, visit: Visit, laid: Laid, filled: Filled) -> None:
    cases.reply_as_table(
        laid.line.reference,
        str(ProvisionKey(laid.line.key, laid.line.round)),
        laid.rung.value,
        filled.one("answer"),
        by=visit.actor,
        cause=filled.text("cause"),
        amount=amount(filled.text("amount")),
        purpose=filled.text("purpose"),
        spent_on=filled.text("spent_on"),
        remark=filled.text("remark"),
    )


def _lying(seen: Seen, row: str) -> Laid:
    return seen.must_lie_with_table(number_of(row))


def _of_officer(config: Config, laid: Laid) -> Sequence[Field]:
    return judgement(config, laid.desk)


def _to_judge(seen: Seen, row: str) -> Laid:
    number, _, named = row.partition("-")
    desk = next((one for one in Desk if one.value == named), Desk.MAATWERKLOKET)
    return seen.must_be_to_judge(number_of(number), desk)


def _judge(cases: Cases, visit: Visit, laid: Laid, filled: Filled) -> None:
    key = str(ProvisionKey(laid.line.key, laid.line.round))
    judge_at(laid.desk, cases, visit.house.app.config, laid.line.reference, key, filled, visit.actor)


TABLE = Answering(
    "/tafel",
    "Tafel",
    "table.html.j2",
    "Antwoord vastleggen",
    Seen.at_table,
    _lying,
    _of_table,
    _answer,
    written(REMARK),
)
OFFICER = Answering(
    "/maatwerkloket",
    "Maatwerkloket",
    "officer.html.j2",
    "Vastleggen",
    Seen.to_judge,
    _to_judge,
    _of_officer,
    _judge,
    written(REMARK),
)
PAGES = tuple(Page(room.address, room.show, room.take) for room in (TABLE, OFFICER))
