"""The customised budget (maatwerkbudget) with four eyes: asked, decided, spent, and accounted for."""

from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.access import Actor, Role
from provisions.app import App
from provisions.catalogue import Config
from provisions.cli import changing
from provisions.cli.arguments import parser
from provisions.database.connect import pooled
from provisions.domain import budget as figures
from provisions.domain.case import BudgetKind
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.lifecycle import Via
from provisions.domain.messages import MessageKind
from provisions.outbound.context import MessageFacts, asked_by
from provisions.usecases.intake import IntakeRequest
from provisions.views.budgets import Ledger, Ledgers
from tests.builders import CONFIG, day, refusal, typed
from tests.conftest import MovingClock

REF, OTHER = "TR-2026-0001", "TR-2026-0002"
DIRECTOR, COLLEAGUE, LEAD = (
    Actor.of("regie-1", [Role.CASE_DIRECTOR], ["voorbeeldstad"], Via.WEB),
    Actor.of("regie-2", [Role.CASE_DIRECTOR], ["voorbeeldstad"], Via.WEB),
    Actor.of("leider-1", [Role.TEAM_LEAD], ["voorbeeldstad"], Via.WEB),
)


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """Two cases of Voorbeeldstad, on Monday morning 2 November 2026, in office hours."""
    clock.set("2026-11-02T09:00:00+00:00")
    app = App(database, CONFIG, clock)
    for reference in (REF, OTHER):
        app.cases.intake(
            IntakeRequest(reference, "voluntary", ["id_document", "emergency_shelter"], director="regie-1"),
            by=typed("regie-1"),
        )
    return app


def ask(app: App, amount: str, what: str = "transport", by: Actor = DIRECTOR, ref: str = REF) -> tuple[str, str]:
    asked = app.cases.ask_budget(ref, amount=amount, why="less_stress", what=what, by=by)
    return f"A-{asked.approval}", f"B-{asked.number}"


def ledger(app: App, config: Config = CONFIG) -> Ledger:
    return Ledgers(pooled(app.engine), config, app.clock).of(["voorbeeldstad"])[0]


def test_outside_office_hours_a_small_amount_is_spent_first_and_seen_afterwards(app: App, clock: MovingClock) -> None:
    clock.set("2026-11-06T21:00:00+00:00")  # a Friday evening
    asked = app.cases.ask_budget(REF, amount="80", why="prevent_worse", what="night", by=DIRECTOR)
    assert asked.first
    assert asked.seen_by == day("2026-11-10")
    money = f"B-{asked.number}"
    app.cases.budget_spent(money, amount="75", by=DIRECTOR)
    assert not app.cases.ask_budget(REF, amount="100,01", why="prevent_worse", what="night", by=DIRECTOR).first
    clock.set("2026-11-09T09:00:00+00:00")
    app.cases.deny(money, because="de opvang had plek", by=COLLEAGUE)
    b = ledger(app).balance
    assert (b.taken, b.spent) == (7_500, 7_500)  # it is spent, whatever the second thinks of it


def test_more_than_is_left_takes_a_team_lead_with_a_reason(app: App) -> None:
    large, _ = ask(app, "24900")
    app.cases.approve(large, by=LEAD)
    small, money = ask(app, "150")
    refused = refusal(lambda: app.cases.approve(small, by=COLLEAGUE, because="het moet"))
    assert isinstance(refused, NotAllowed)
    refused = refusal(lambda: app.cases.approve(small, by=LEAD))
    assert isinstance(refused, InvalidInput)
    assert "€ 100,00 over" in str(refused)
    app.cases.approve(money, by=LEAD, because="zonder dit geen behandeling")
    assert ledger(app).balance.left == -5_000
    approved = [line for line in app.views.audit(REF) if line.what == "budget.approved"]
    assert [line.data["overrun"] for line in approved] == [False, True]
    assert approved[-1].note == "zonder dit geen behandeling"


def test_what_a_table_answers_with_an_amount_is_an_ask_and_no_approval(app: App, clock: MovingClock) -> None:
    clock.set("2026-11-12T21:00:00+00:00")  # in the evening: it is no director who spends it
    app.time.tick_all()
    table = typed("doorbraaktafel")
    said: dict[str, Any] = {"amount": 30_000, "purpose": "keep_place", "spent_on": "night", "by": table}
    case = app.cases.reply_as_table(REF, "id_document", "doorbraaktafel", "customised_budget", **said)
    [line] = case.budget
    assert (line.kind, line.amount, line.why, line.what, line.key) == (
        BudgetKind.ASKED, 30_000, "keep_place", "night", "id_document",
    )  # fmt: skip
    assert not line.first
    assert [(a.state.value, a.asked_by) for a in case.approvals] == [("asked", "doorbraaktafel")]
    decided = MessageFacts("1", MessageKind.APPROVAL_DECIDED.value, str(line.approval), case.municipality, clock())
    assert asked_by(decided, case) == DIRECTOR.code, "whoever goes on with it hears what was decided"
    refused = refusal(lambda: app.cases.undo(REF, by=table))
    assert isinstance(refused, NotAllowed)
    refused = refusal(
        lambda: app.cases.reply_as_table(
            OTHER, "id_document", "doorbraaktafel", "customised_budget", **{**said, "amount": 2_500_001}
        )
    )
    assert "€ 25.000,00" in str(refused)
    assert not app.views.case(OTHER).case.budget


def test_the_shell_says_what_became_of_the_money_of_a_table(
    app: App, clock: MovingClock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.set("2026-11-12T09:00:00+00:00")
    app.time.tick_all()
    table = ["id_document", "doorbraaktafel", "maatwerkbudget", "--by", "doorbraaktafel"]
    for reference, amount, says in (
        (REF, ["--amount", "120", "--purpose", "keep_place"], "gevraagd: A-1 (B-1)"),
        (OTHER, [], f"provisions budget ask {OTHER}"),
    ):
        changing.answer(parser().parse_args(["answer", reference, *table, *amount]), app)
        assert says in capsys.readouterr().out


def test_what_cannot_be_asked(app: App) -> None:
    for amount, says in (
        ("25000,01", "heel 2026"),
        ("0", "meer zijn dan nul"),
        ("-5", "nul"),
        ("1,234", "twee cijfers"),
    ):
        assert says in str(refusal(lambda amount=amount: ask(app, amount)))  # type: ignore[misc]
    with pytest.raises(InvalidInput, match="transport"):
        ask(app, "10", "vis")
    with pytest.raises(NotFound):
        app.cases.approve("B-999", by=LEAD)
    with pytest.raises(NotFound):
        app.cases.budget_spent("B-999", amount="1", by=DIRECTOR)
    with pytest.raises(InvalidInput, match="vraag om akkoord"):
        app.cases.budget_spent("A-1", amount="1", by=DIRECTOR)
    elsewhere = Actor.of("regie-9", [Role.CASE_DIRECTOR], ["havenmeer"], Via.WEB)
    _, money = ask(app, "10")
    with pytest.raises(NotFound, match="geen uitgave"):
        app.cases.budget_spent(money, amount="1", by=elsewhere)


def test_what_was_reserved_lapses_with_the_end_of_a_case_and_stays_counted_when_it_is_forgotten(
    app: App, clock: MovingClock
) -> None:
    kept, kept_money = ask(app, "40", ref=OTHER)
    app.cases.approve(kept, by=COLLEAGUE)
    _, money = ask(app, "60", ref=OTHER)
    app.cases.close(OTHER, reason="died", by=typed("regie-1"))
    states = {e.number: e.state for e in figures.entries(app.views.case(OTHER).case.budget).values()}
    assert states == {int(kept_money[2:]): BudgetKind.APPROVED, int(money[2:]): BudgetKind.LAPSED}
    with pytest.raises(NotAllowed, match="afgesloten"):
        ask(app, "10", ref=OTHER)
    clock.set("2026-12-30T09:00:00+00:00")
    app.retention.forget(OTHER, by=typed("fg-1"))
    found = ledger(app)
    assert found.balance.taken == 4_000
    assert [one.reference for one in found.booked] == [None, None]
