"""Taking back: the last act of who did it, while no letter of it left and nothing happened since; then all is as it was."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update

from provisions.access import Actor, Role
from provisions.app import App
from provisions.domain.errors import NotAllowed, NotFound
from provisions.domain.weeks import Week
from provisions.store import audit
from provisions.store import tables as t
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import (
    CATALOGUE,
    CONFIG,
    DIRECTOR,
    TEAM_LEAD,
    Town,
    day,
    everything_in,
    is_dutch,
    on_a_page,
    refusal,
    state_in,
    typed,
)
from tests.conftest import Fill, MovingClock

REF = "TR-2026-0001"
WEDNESDAY = "2026-11-11T09:20:00+00:00"


def whats(app: App) -> list[str]:
    return [line.what for line in app.views.audit(REF)]


def whole(app: App) -> list[str]:
    with app.engine.connect() as connection:
        return verify(connection, catalogue=CATALOGUE).faults


def a_week_and_a_half(database: Engine) -> None:
    """Something in every state."""
    clock = MovingClock()
    app = App(database, CONFIG, clock)
    clock.set("2026-11-02T09:00:00+00:00")
    keys = [
        *(
            "id_document",
            "postal_address",
            "advance_payment",
            "benefit_decision",
            "wmo_indication",
            "emergency_shelter",
        ),
        *("special_assistance", "health_insurance", "debt_counselling", "housing"),
    ]
    app.cases.intake(
        IntakeRequest(REF, "voluntary", keys, agreed={"housing": day("2026-12-20")}, director=DIRECTOR),
        by=typed(DIRECTOR),
    )
    app.cases.record_outcome(REF, "wmo_indication", "delivered", by=typed(DIRECTOR))
    app.cases.record_outcome(REF, "special_assistance", "delivered", by=typed(DIRECTOR))
    clock.set("2026-11-11T09:00:00+00:00")
    app.time.tick_all()
    app.cases.suspend(REF, "advance_payment", reason="client_asks", until=day("2026-11-20"), by=typed(DIRECTOR))
    clock.set(WEDNESDAY)
    app.time.tick_all()


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    return {"case": a_week_and_a_half}


@pytest.fixture
def case(app: App, clock: MovingClock) -> App:
    """Something in every state, as it is on a Wednesday after ``a_week_and_a_half``."""
    clock.set(WEDNESDAY)
    return app


AT_THE_SHELL, SIGNED_IN = typed(DIRECTOR), Actor.of(DIRECTOR, Role)

Act = Callable[..., object]


def act(verb: str, *args: Any, **more: Any) -> Act:
    return lambda app, by=AT_THE_SHELL: getattr(app.cases, verb)(REF, *args, **more, by=by)


ACTS: Mapping[str, Act] = {
    "delivered, which starts others": act("record_outcome", "id_document", "delivered", note="opgehaald"),
    "delivered with what follows": act("record_outcome", "advance_payment", "delivered"),
    "withdrawn": act("record_outcome", "advance_payment", "withdrawn"),
    "withdrawn while it waits": act("record_outcome", "health_insurance", "withdrawn"),
    "refused, which climbs": act("record_outcome", "id_document", "refused"),
    "late, which climbs": act("record_outcome", "id_document", "delivered", on=day("2026-11-03")),
    "resumed": act("resume", "advance_payment"),
    "stopped": act("suspend", "emergency_shelter", reason="force_majeure", until=day("2026-11-13")),
    "waived": act("waive", "postal_address", "id_document", ground="bewijs komt na", because="evidence_afterwards"),
    "answered": act("answer", "id_document", "doorbraaktafel", "priority"),
    "added": act("add", ["day_activity"]),
    "again": act("again", "wmo_indication", reason="stopped"),
    "again what repeats": act("again", "special_assistance", reason="new_costs", purpose="bed"),
    "reopened": act("reopen", "wmo_indication", reason="toch niet"),
    "agreed": act("add", ["social_network"], agreed={"social_network": day("2026-12-01")}),
    "agreed anew": act("agree", "housing", day("2026-12-24")),
    "a milestone": act("milestone", "benefit_decision", "applied"),
    "urgent": act("urgent", "debt_counselling", because="eviction"),
    "a follow-up done": act("settle_follow_up", "wmo_indication", "support_started"),
    "moved": act("move", "emergency_shelter", day("2026-12-01")),
    "submitted": act("submit", "emergency_shelter", "submitted", reason="alles geprobeerd"),
    "what the register says": act("brp", "unregistered"),
    "why not yet": act("why", "id_document", "capacity"),
    "a refusal and why": act("record_outcome", "id_document", "refused", cause="identity"),
    "contact": act("contact", "two_people"),
    "where the client sleeps": act("living", "hotel", losing_place=True),
    "own number": act("number", "Z2026-00123"),
    "delivered, as the counter said": act("reply", "id_document", "delivered", fields={"paid_by": "free"}),
    "their number": act("number", "BZ-77", key="id_document"),
    "a note": act("note", "gaat maandag mee"),
    "put at rest": act("rest", reason="out_of_sight"),
    "notes kept": act("keep", reason="nog nodig"),
    "a complaint": act("milestone", "benefit_decision", "complained"),
    "register known": act("brp", "registered"),
    "assigned": lambda app, by=AT_THE_SHELL: app.cases.assign([REF], "regisseur.zuid", by=by),
}  # fmt: skip


@pytest.mark.parametrize("by", [AT_THE_SHELL, SIGNED_IN], ids=lambda by: by.via.value)
@pytest.mark.parametrize("ticks", [False, True], ids=["at once", "after the clock"])
@pytest.mark.parametrize("name", ACTS)
def test_an_act_and_its_taking_back_leave_all_as_it_was(
    case: App, database: Engine, clock: MovingClock, name: str, ticks: bool, by: Actor
) -> None:
    before, lines = state_in(database), len(whats(case))
    ACTS[name](case, by)
    if ticks:
        clock.advance(minutes=2)
        case.time.tick_all()
    done = len(whats(case))
    case.cases.undo(REF, by=by)
    assert state_in(database) == before
    assert len(whats(case)) > done > lines
    assert "act.undone" in whats(case)
    assert whole(case) == []
    case.time.tick_all()
    assert state_in(database) == before


def test_acts_and_taking_back_turn_by_turn_stay_explained(case: App, clock: MovingClock) -> None:
    """Each act again after it was taken back: no id of a message is met twice, and the last time it stays."""
    for name in ("again", "withdrawn", "added", "waived", "answered"):
        for _ in range(2):
            ACTS[name](case)
            case.cases.undo(REF, by=typed(DIRECTOR))
        ACTS[name](case)
        clock.advance(minutes=1)
        case.time.tick_all()
    assert whole(case) == []


def test_what_time_brings_after_it_is_as_if_the_act_had_not_been(case: App, clock: MovingClock) -> None:
    ACTS["delivered, which starts others"](case)
    case.cases.undo(REF, by=typed(DIRECTOR))
    clock.advance(days=40)
    case.time.tick_all()
    assert [p.status for p in case.views.case(REF).provisions if p.provision.key == "postal_address"] == ["blocked"]
    assert whole(case) == []


def test_at_rest_a_note_is_written_and_taken_back(case: App, clock: MovingClock) -> None:
    case.cases.rest(REF, reason="out_of_sight", by=typed(DIRECTOR))
    clock.advance(minutes=1)
    case.time.tick_all()
    case.cases.note(REF, "de levensloopcoördinator is gebeld", by=typed(DIRECTOR))
    assert [note.text for note in case.views.case(REF).notes] == ["de levensloopcoördinator is gebeld"]
    case.cases.undo(REF, by=typed(DIRECTOR))
    assert case.views.case(REF).notes == (), "nobody reads it any more"
    assert whole(case) == []


def test_an_earlier_and_a_later_note_stay(case: App) -> None:
    case.cases.note(REF, "gaat maandag mee", by=typed(DIRECTOR))
    case.cases.note(REF, "gaat dinsdag mee", key="id_document", by=typed(DIRECTOR))
    case.cases.undo(REF, by=typed(DIRECTOR))
    case.cases.note(REF, "gaat woensdag mee", by=typed(DIRECTOR))
    assert [note.text for note in case.views.case(REF).notes] == ["gaat maandag mee", "gaat woensdag mee"]


# --- what stands in its way -------------------------------------------------------------------------------------------


def refused(case: App, database: Engine, by: str = DIRECTOR) -> str:
    before = everything_in(database)
    said = refusal(lambda: case.cases.undo(REF, by=typed(by)))
    assert isinstance(said, NotAllowed)
    assert is_dutch(said)
    assert everything_in(database) == before
    return str(said)


def test_only_the_last_act_and_only_by_who_did_it(case: App, database: Engine) -> None:
    ACTS["withdrawn"](case)
    assert "van een ander" in refused(case, database, by="vervanger-4")
    case.cases.note(REF, "gaat maandag mee", by=typed("vervanger-4"))
    assert "van een ander" in refused(case, database)
    case.cases.undo(REF, by=typed("vervanger-4"))
    assert "al is teruggedraaid" in refused(case, database, by="vervanger-4")


def test_at_most_a_quarter_of_an_hour(case: App, database: Engine, clock: MovingClock) -> None:
    ACTS["a milestone"](case)
    clock.advance(minutes=15, seconds=1)
    assert "kwartier" in refused(case, database)
    clock.advance(seconds=-1)
    case.cases.undo(REF, by=typed(DIRECTOR))


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (lambda app: app.cases.transfer(REF, "havenmeer", by=typed(DIRECTOR)), "overdracht"),
        (lambda app: app.cases.close(REF, reason="died", by=typed(DIRECTOR)), "einde van een traject"),
        (lambda app: app.cases.ask_end(REF, reason="mistake", by=typed(DIRECTOR)), "akkoord"),
        (
            lambda app: app.cases.suspend(
                REF,
                "id_document",
                reason="client_asks",
                until=day("2026-12-30"),
                by=typed(DIRECTOR),
                approved_by=TEAM_LEAD,
            ),
            "akkoord",
        ),
    ],
    ids=["handover", "end", "asked", "approved"],
)
def test_some_things_are_never_taken_back(case: App, database: Engine, act: Act, what: str) -> None:
    act(case)
    assert what in refused(case, database)


def test_an_intake_is_never_taken_back(app: App, database: Engine) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["id_document"]), by=typed(DIRECTOR))
    assert "niets om terug te draaien" in refused(app, database)
    with pytest.raises(NotFound):
        app.cases.undo("TR-2026-0999", by=typed(DIRECTOR))


def test_what_the_clock_did_for_another_reason_stays(case: App, database: Engine, clock: MovingClock) -> None:
    """Its own midnight passed: the rungs of the clock are the clock's."""
    clock.set("2026-11-24T22:55:00+00:00")
    case.time.tick_all()
    ACTS["a milestone"](case)
    until = case.time.next_moment()
    assert until is not None
    clock.set((until - timedelta(minutes=5)).isoformat())
    case.time.tick_all()
    case.cases.note(REF, "gaat maandag mee", key="id_document", by=typed(DIRECTOR))
    clock.advance(minutes=6)
    assert case.time.tick_all() > 0
    assert "sindsdien" in refused(case, database)


def test_a_rule_that_changed_meanwhile_stays(case: App, database: Engine) -> None:
    ACTS["withdrawn"](case)
    with database.begin() as connection:
        case_id = connection.execute(select(t.case.c.id)).scalar_one()
        line = audit.Line("systeem", "term.changed", "de regels zijn gewijzigd", case_id, "id_document", {"term": {}})
        audit.append(connection, [line])
    assert "sindsdien nog iets" in refused(case, database)


def test_it_says_what_was_taken_back(case: App) -> None:
    ACTS["stopped"](case)
    case.cases.undo(REF, by=AT_THE_SHELL)
    (line,) = [line for line in case.views.audit(REF) if line.what == "act.undone"]
    assert "(klok stilgezet" in line.because


# --- letters ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock).on("2026-11-03 10:00")


def test_a_withdrawal_by_mistake_is_taken_back_within_the_quarter_and_no_letter_left(town: Town) -> None:
    """The story of issue 11: recorded on a page, so its letter waits five minutes."""
    town.takes_in(REF, "advance_payment", "wmo_indication")
    letters = len(town.letters)
    page, somebody = town.app.cases, on_a_page(DIRECTOR)
    page.record_outcome(REF, "advance_payment", "withdrawn", by=somebody)
    town.on("2026-11-03 10:04")
    assert town.app.views.case(REF).provisions[0].status == "withdrawn"
    page.undo(REF, by=somebody)
    assert town.app.views.case(REF).provisions[0].status == "waiting"
    town.on("2026-11-03 12:00")
    assert len(town.letters) == letters
    assert [line.what for line in town.app.views.audit(REF)][-2:] == ["act.undone", "provision.undone"]
    assert [m.status.value for m in town.app.messages.found(reference=REF, limit=None)].count("void") == 1


def test_once_a_letter_of_it_left_it_stays(town: Town, database: Engine) -> None:
    town.takes_in(REF, "advance_payment")
    page, somebody = town.app.cases, on_a_page(DIRECTOR)
    page.record_outcome(REF, "advance_payment", "withdrawn", by=somebody)
    town.on("2026-11-03 10:05")
    assert "bericht vertrokken" in refused(town.app, database)


def test_an_earlier_letter_that_left_with_what_the_act_changed_keeps_it(town: Town, database: Engine) -> None:
    town.takes_in(REF, "advance_payment")
    town.app.cases.add(REF, ["wmo_indication"], by=typed(DIRECTOR))  # asked, and not yet sent
    town.app.cases.suspend(REF, "wmo_indication", reason="client_asks", until=day("2026-11-10"), by=typed(DIRECTOR))
    town.outbox.deliver_due()
    assert "bericht vertrokken" in refused(town.app, database)


def test_a_letter_that_lapsed_because_of_it_is_there_again(town: Town) -> None:
    town.takes_in(REF, "advance_payment")
    page, somebody = town.app.cases, on_a_page(DIRECTOR)
    page.add(REF, ["wmo_indication"], by=somebody)
    town.clock.now += timedelta(minutes=4)
    page.record_outcome(REF, "wmo_indication", "withdrawn", by=somebody)
    town.on("2026-11-03 10:06")  # the request lapsed: the provision was withdrawn
    assert town.letters_to("wmo") == []
    page.undo(REF, by=somebody)
    town.on("2026-11-03 10:07")
    assert [letter.subject for letter in town.letters_to("wmo")] == ["Verzoek TR-2026-0001 · uiterlijk 6 november"]


def test_a_letter_that_is_being_sent_keeps_it(town: Town) -> None:
    """Whoever takes it back while the postman has it in hand, hears so; and it left."""
    town.takes_in(REF, "advance_payment")
    town.app.cases.record_outcome(REF, "advance_payment", "withdrawn", by=typed(DIRECTOR))
    said: list[str] = []
    sent = town.letterbox.send

    def while_sending(mail: Any) -> Any:
        said.append(str(refusal(lambda: town.app.cases.undo(REF, by=typed(DIRECTOR)))))
        return sent(mail)

    town.letterbox.send = while_sending  # type: ignore[method-assign]
    town.clock.now += timedelta(minutes=1)
    town.outbox.deliver_due()
    assert ["vertrokken" in one for one in said] == [True]
    assert town.app.views.case(REF).provisions[0].status == "withdrawn"


def test_a_letter_that_may_have_left_when_the_postman_died_keeps_it(town: Town, database: Engine) -> None:
    town.takes_in(REF, "advance_payment")
    town.app.cases.record_outcome(REF, "advance_payment", "withdrawn", by=typed(DIRECTOR))
    town.letterbox.send = _dies  # type: ignore[method-assign, assignment]
    town.clock.now += timedelta(minutes=1)
    with pytest.raises(KeyboardInterrupt):
        town.outbox.deliver_due()
    assert "vertrokken" in refused(town.app, database)


def _dies(_: Any) -> Any:
    raise KeyboardInterrupt


def test_a_letter_that_was_tried_keeps_it(town: Town, database: Engine) -> None:
    town.takes_in(REF, "advance_payment")
    town.app.cases.record_outcome(REF, "advance_payment", "withdrawn", by=typed(DIRECTOR))
    with database.begin() as connection:
        connection.execute(update(t.message).where(t.message.c.status == "pending").values(attempts=1))
    assert "vertrokken" in refused(town.app, database)


# --- what others see ------------------------------------------------------------------------------------------------------


def test_an_answer_that_was_taken_back_counts_nowhere(case: App, clock: MovingClock) -> None:
    week = Week.parse("2026-W46")
    clock.set("2026-11-13T09:00:00+00:00")
    case.time.tick_all()
    before = {k: v for k, v in case.reports.of_week(week).items() if k != "made"}
    ACTS["answered"](case)
    case.cases.undo(REF, by=typed(DIRECTOR))
    assert {k: v for k, v in case.reports.of_week(week).items() if k != "made"} == before


def test_the_run_of_what_waits_again_ends_and_that_of_what_is_gone_too(case: App) -> None:
    ACTS["delivered, which starts others"](case)
    address = next(p for p in case.views.case(REF).provisions if p.provision.key == "postal_address")
    case.runs.observe(address.id, 1, run := uuid4())
    case.cases.undo(REF, by=typed(DIRECTOR))
    view = case.run_views.of(address.id)
    assert (view.open, view.taken_back, view.flow_run) == (False, True, run)
    assert address.id in {one.provision_id for one in case.runs.stale()}
    ACTS["again"](case)
    again = next(p for p in case.views.case(REF).provisions if p.provision.round == 2)
    case.runs.observe(again.id, 1, stray := uuid4())
    case.cases.undo(REF, by=typed(DIRECTOR))
    assert case.runs.strays() == [stray]
    case.runs.stray_ended(stray)
    assert case.runs.strays() == []


def test_what_can_not_be_taken_back_any_more_is_not_kept_twice(case: App, database: Engine, clock: MovingClock) -> None:
    ACTS["withdrawn"](case)
    case.retention.drop_last_acts()
    assert everything_in(database)["last_act"]
    clock.advance(minutes=16)
    case.retention.drop_last_acts()
    assert everything_in(database)["last_act"] == []
