"""Four eyes: asked by one, decided by another, and nothing changes in between (domain.md, "What happens in a life", rule 14)."""

import pytest

from provisions.access import MACHINE
from provisions.app import App
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import DIRECTOR, TEAM_LEAD, day, is_dutch, refusal, typed
from tests.conftest import MovingClock

REF = "TR-2026-0001"


@pytest.fixture
def case(app: App, clock: MovingClock) -> App:
    clock.set("2026-11-02T09:00:00+00:00")
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication", "advance_payment"]), by=typed(DIRECTOR))
    return app


def asks_for_a_longer_stop(app: App) -> int:
    return app.cases.ask_stop(REF, "wmo_indication", reason="client_asks", until=day("2026-12-20"), by=typed(DIRECTOR))


def whats(app: App) -> list[str]:
    return [line.what for line in app.views.audit(REF)]


def test_asking_changes_nothing_until_another_approves(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    assert [(w.number, str(w.key), w.by) for w in case.cases.waiting(by=MACHINE)] == [
        (number, "wmo_indication", DIRECTOR)
    ]
    assert case.views.case(REF).provisions[0].status == "waiting"
    case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    shown = {p.provision.key: p for p in case.views.case(REF).provisions}
    assert (shown["wmo_indication"].status, shown["advance_payment"].status) == ("suspended", "waiting")
    line = next(line for line in case.views.audit(REF) if line.what == "clock.suspended")
    assert (line.by, line.as_json()["approved_by"]) == (DIRECTOR, TEAM_LEAD)
    assert case.cases.waiting(by=MACHINE) == []


def test_nobody_approves_what_is_their_own(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    said = refusal(lambda: case.cases.approve(str(number), by=typed(DIRECTOR)))
    assert isinstance(said, NotAllowed)
    assert is_dutch(said)
    assert len(case.cases.waiting(by=MACHINE)) == 1
    said = refusal(
        lambda: case.cases.suspend(
            REF,
            "wmo_indication",
            reason="client_asks",
            until=day("2026-12-20"),
            by=typed(DIRECTOR),
            approved_by=DIRECTOR,
        )
    )
    assert isinstance(said, NotAllowed)


def test_it_is_decided_once(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    case.cases.deny(f"A-{number}", because="liever een korte stop", by=typed(TEAM_LEAD))
    for act in (
        lambda: case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD)),
        lambda: case.cases.deny(f"A-{number}", because="nog eens", by=typed(TEAM_LEAD)),
    ):
        assert isinstance(refusal(act), NotAllowed)
    assert "clock.suspended" not in whats(case)
    assert "approval.denied" in whats(case)


def test_what_is_not_possible_any_more_lapses_and_is_on_record(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    case.cases.record_outcome(REF, "wmo_indication", "delivered", by=typed(DIRECTOR))
    said = refusal(lambda: case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD)))
    assert isinstance(said, NotAllowed)
    assert "vervalt" in str(said)
    assert whats(case)[-1] == "approval.lapsed"
    assert case.cases.waiting(by=MACHINE) == []


def test_an_end_that_two_people_must_see(case: App) -> None:
    said = refusal(lambda: case.cases.close(REF, reason="mistake", by=typed(DIRECTOR)))
    assert isinstance(said, InvalidInput)
    assert "vraag akkoord aan een ander" in str(said)
    number = case.cases.ask_end(REF, reason="mistake", by=typed(DIRECTOR))
    assert case.views.case(REF).case.closed is None
    case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    ended = case.views.case(REF)
    assert (ended.case.end_reason, {p.status for p in ended.provisions}) == ("mistake", {"ended"})


def test_nobody_taking_over_is_seen_by_two(case: App) -> None:
    to = {"wmo_indication": "provider", "advance_payment": "nobody"}
    said = refusal(lambda: case.cases.close(REF, reason="left_region", takeovers=to, by=typed(DIRECTOR)))
    assert isinstance(said, InvalidInput)
    number = case.cases.ask_end(REF, reason="left_region", takeovers=to, by=typed(DIRECTOR))
    case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    taken = {p.provision.key: p.provision.taken_over_by for p in case.views.case(REF).provisions}
    assert taken == to


def test_what_is_still_asked_lapses_with_the_case(case: App) -> None:
    asks_for_a_longer_stop(case)
    number = case.cases.ask_end(REF, reason="duplicate", by=typed(DIRECTOR))
    case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    assert case.cases.waiting(by=MACHINE) == []


def test_what_can_not_be_done_can_not_be_asked(case: App) -> None:
    assert isinstance(refusal(lambda: case.cases.ask_end(REF, reason="bored", by=typed(DIRECTOR))), InvalidInput)
    assert case.cases.waiting(by=MACHINE) == []
    assert isinstance(refusal(lambda: case.cases.approve("A-99", by=typed(TEAM_LEAD))), NotFound)
    assert isinstance(refusal(lambda: case.cases.approve("zeventien", by=typed(TEAM_LEAD))), InvalidInput)


def test_the_record_explains_what_two_people_did(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    number = case.cases.ask_end(REF, reason="mistake", by=typed(DIRECTOR))
    case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    case.cases.reopen_case(REF, reason="toch niet", by=typed(DIRECTOR))
    with case.engine.connect() as connection:
        assert verify(connection, catalogue=case.config.catalogue).faults == []


def test_what_was_asked_lapses_with_an_end_that_nobody_had_to_approve(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    case.cases.close(REF, reason="died", by=typed(DIRECTOR))
    assert case.cases.waiting(by=MACHINE) == []
    case.cases.reopen_case(REF, reason="verkeerd traject", by=typed(DIRECTOR))
    assert isinstance(refusal(lambda: case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))), NotAllowed)


def test_the_same_is_not_asked_twice(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    said = refusal(lambda: asks_for_a_longer_stop(case))
    assert isinstance(said, NotAllowed)
    assert f"A-{number}" in str(said)
    assert is_dutch(said)
    case.cases.deny(f"A-{number}", because="liever een korte stop", by=typed(TEAM_LEAD))
    assert asks_for_a_longer_stop(case) > number


def test_what_was_asked_of_one_municipality_is_not_decided_for_the_next(case: App) -> None:
    number = asks_for_a_longer_stop(case)
    case.cases.transfer(REF, "duinrade", by=typed(DIRECTOR))
    case.cases.accept(REF, by=typed("regisseur.duin"))
    assert case.cases.waiting(by=MACHINE) == []
    assert isinstance(refusal(lambda: case.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))), NotAllowed)
