"""The customised budget (maatwerkbudget) with four eyes: asked, decided, spent, and accounted for."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from provisions.access import Actor, Role
from provisions.app import App
from provisions.catalogue import Config
from provisions.database.connect import pooled
from provisions.domain import budget as figures
from provisions.domain.case import BudgetKind
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.lifecycle import Via
from provisions.domain.lines import BUDGET, RecordedLine, budget_line
from provisions.store.verification import verify
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
            IntakeRequest(reference, "voluntary", ["id_document", "emergency_shelter"]), by=typed("regie-1")
        )
    return app


def ask(app: App, amount: str, what: str = "transport", by: Actor = DIRECTOR, ref: str = REF) -> tuple[str, str]:
    asked = app.cases.ask_budget(ref, amount=amount, why="less_stress", what=what, by=by)
    return f"A-{asked.approval}", f"B-{asked.number}"


def ledger(app: App, config: Config = CONFIG) -> Ledger:
    return Ledgers(pooled(app.engine), config, app.clock).of(["voorbeeldstad"])[0]


def test_the_tent_the_bicycle_and_the_fishing_licence(app: App, database: Engine, clock: MovingClock) -> None:
    """Recommendation 4 of the advice report: one is turned down, one costs less than was asked, one is spent as asked."""
    tent, tent_money = ask(app, "300", "night")
    _, bicycle_money = ask(app, "150,00", "transport")
    licence, licence_money = ask(app, "49.95", "activity")
    assert ledger(app).balance.free == 2_500_000 - 30_000 - 15_000 - 4_995
    assert ledger(app).balance.left == 2_500_000

    with pytest.raises(NotAllowed, match="teamleider"):
        app.cases.deny(tent, because="te duur", by=COLLEAGUE)  # above the first limit
    app.cases.deny(tent, because="er is een bed in de opvang", by=LEAD)
    app.cases.approve(bicycle_money, by=COLLEAGUE)  # by either number
    with pytest.raises(NotAllowed, match="zelf gevraagd"):
        app.cases.approve(licence, by=DIRECTOR)
    app.cases.approve(licence, by=COLLEAGUE)

    clock.set("2026-11-04T10:00:00+00:00")
    app.cases.budget_spent(bicycle_money, amount="150", by=DIRECTOR)
    app.cases.budget_spent(licence_money, amount="49,95", by=DIRECTOR)
    app.cases.budget_correct(bicycle_money, amount="135", because="met korting", by=DIRECTOR)
    app.cases.budget_returned(bicycle_money, amount="15", because="met korting", by=DIRECTOR)
    with pytest.raises(NotAllowed, match="er kan niets van worden uitgegeven"):
        app.cases.budget_spent(tent_money, amount="10", by=DIRECTOR)

    found = ledger(app)
    b = found.balance
    assert (b.taken, b.reserved, b.spent, b.returned, b.left) == (18_495, 0, 18_495, 1_500, 2_481_505)
    assert [(one.entry.number, one.entry.state.value) for one in found.booked] == [
        (int(licence_money[2:]), "approved"), (int(bicycle_money[2:]), "approved"), (int(tent_money[2:]), "denied"),
    ]  # fmt: skip
    assert [(p.what, p.times, p.taken) for p in found.account] == [("transport", None, None), ("activity", None, None)]
    assert found.whole is None  # twice is less than five

    told = app.views.case(REF).as_json()["budget"]
    assert {one["number"]: (one["state"], one["spent"], one["returned"]) for one in told}[bicycle_money] == (
        "approved", 13_500, 1_500,
    )  # fmt: skip
    # The record alone tells the same, and agrees with what is stored.
    said = [line for line in app.views.audit(REF) if line.what in BUDGET]
    lines = [budget_line(RecordedLine(0, x.at, x.by, x.what, None, x.data)) for x in said]
    assert figures.balance(figures.entries(lines).values(), 2026, 2_500_000) == b
    with database.connect() as connection:
        assert verify(connection).faults == []
    lead = next(line for line in said if line.what == "budget.approved")
    assert (lead.by, lead.data["approved_by"]) == ("regie-1", "regie-2")
    # What is asked and decided is told, and why is not: that stands in the case.
    with database.connect() as connection:
        kinds = connection.execute(text("SELECT kind, count(*) AS number FROM message GROUP BY kind")).all()
    counted = {row.kind: row.number for row in kinds}
    assert (counted["approval"], counted["approval_colleagues"], counted["approval_decided"]) == (1, 2, 3)


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
    refused = refusal(lambda: app.cases.undo(REF, by=table))
    assert isinstance(refused, NotAllowed)
    refused = refusal(
        lambda: app.cases.reply_as_table(
            OTHER, "id_document", "doorbraaktafel", "customised_budget", **{**said, "amount": 2_500_001}
        )
    )
    assert "€ 25.000,00" in str(refused)
    assert not app.views.case(OTHER).case.budget


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
