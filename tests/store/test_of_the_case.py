"""A case has a moment of its own: the clock never misses it, and what it brings is sent, shown, exported and forgotten."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from flows.loops.clock import Clock
from provisions.store import tables as t
from provisions.store.verification import verify
from tests.builders import NUDGE, WITH_NUDGE, CaseFile, Town, day, midnight, nudged, typed
from tests.conftest import MovingClock

REF = "TR-2026-0042"
MAILBOX = "regisseurs@voorbeeldstad.example"


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    clock.set("2026-11-02T09:00:00+00:00")
    return Town(database, clock, WITH_NUDGE)


@pytest.fixture
def case(town: Town) -> CaseFile:
    found = town.takes_in(REF, "id_document").gets("id_document")
    nudged(town.app, REF, "2026-11-05")
    return found


def reminders(town: Town) -> list[str]:
    return [letter.subject for letter in town.letters if letter.subject.startswith("Vervolgactie")]


@pytest.mark.usefixtures("case")
def test_the_clock_wakes_for_a_case_of_which_nothing_else_is_left(town: Town) -> None:
    assert town.app.time.next_moment() == midnight("2026-11-06")
    loop = Clock(town.app.time, now=town.clock, ticked=lambda: None)
    assert loop.until_next() == 60.0
    town.clock.now = midnight("2026-11-06") - timedelta(seconds=10)
    assert loop.until_next() == 10.0
    town.on("2026-11-06 00:00")
    assert town.app.time.next_moment() == midnight("2026-11-13")


def test_the_director_is_asked_twice_and_then_the_team_lead_sees_it(town: Town, case: CaseFile) -> None:
    town.on("2026-11-12 12:00")
    assert town.app.views.overdue_follow_ups() == []
    town.on("2026-11-13 12:00")
    assert reminders(town) == ["Vervolgactie TR-2026-0042 · 6 november"] * 2
    assert "De wethouder bellen" in " ".join(town.letters[-1].text.split())
    assert "Dit blijft liggen" in town.letters[-1].text
    (late,) = town.app.views.overdue_follow_ups("voorbeeldstad")
    assert (late.reference, late.key, late.title, late.due) == (REF, None, NUDGE.title, day("2026-11-06"))
    assert town.app.views.overdue_follow_ups("havenmeer") == []
    case.does("settle_follow_up", "traject", NUDGE.name)
    assert town.app.views.overdue_follow_ups() == []
    assert case.view.as_json()["follow_ups"] == [
        {"name": NUDGE.name, "due": "2026-11-06", "done": "2026-11-13", "lapsed": False}
    ]


@pytest.mark.usefixtures("case")
def test_a_letter_about_the_case_is_shown_and_can_be_sent_again(town: Town) -> None:
    town.on("2026-11-06 12:00")
    (message,) = [m for m in town.app.messages.found(reference=REF) if m.kind == "case_follow_up"]
    assert (message.reference, message.key, message.status) == (REF, None, "sent")
    town.app.resending.resend(str(message.id), by=typed("beheer"))
    town.on("2026-11-06 13:00")
    assert len(reminders(town)) == 2


def test_once_it_is_done_nothing_is_sent(town: Town, case: CaseFile) -> None:
    case.does("settle_follow_up", "traject", NUDGE.name)
    town.on("2026-12-01 12:00")
    assert reminders(town) == []
    assert town.app.time.next_moment() is None


def test_it_is_in_the_record_and_in_the_export_and_nothing_is_left_when_forgotten(town: Town, case: CaseFile) -> None:
    town.on("2026-11-13 12:00")
    with town.database.connect() as connection:
        assert verify(connection, catalogue=WITH_NUDGE.catalogue).faults == []
    exported = town.app.exports.of_case(REF)
    assert exported["case"]["recorded"]["follow_ups"][0]["reminded_again"] is True
    assert {"case_follow_up"} <= {message["kind"] for message in exported["messages"]}
    case.does("close")
    forgotten = town.app.retention.forget(REF, by=typed("privacy"))
    with town.database.connect() as connection:
        for table in (t.case_follow_up, t.message):
            assert connection.execute(select(table)).all() == []
        assert connection.execute(select(t.case.c.next_at)).scalars().all() == [None]
    with town.database.connect() as connection:
        assert verify(connection, catalogue=WITH_NUDGE.catalogue).faults == []
    assert len(forgotten.messages) > 2


@pytest.mark.usefixtures("case")
def test_a_state_that_no_line_explains_is_found(town: Town) -> None:
    with town.database.begin() as connection:
        connection.execute(t.case_follow_up.update().values(done=day("2026-11-04")))
    with town.database.connect() as connection:
        assert any("case_follow_up" in fault for fault in verify(connection, catalogue=WITH_NUDGE.catalogue).faults)


def test_what_others_hold_is_left_to_them_and_rungs_come_first(clock: MovingClock, town: Town) -> None:
    town.takes_in("TR-2026-0001", "wmo_indication")
    nudged(town.app, "TR-2026-0001", "2026-11-05")
    clock.set("2026-11-10T09:00:00+00:00")
    with town.database.connect() as holding, holding.begin():
        holding.execute(select(t.case.c.id).with_for_update())
        assert town.app.time.tick() > 0  # the provision's
        while town.app.time.tick():
            pass
        assert town.app.views.case("TR-2026-0001").case.follow_ups[0].reminded is False
    town.app.time.tick_all()
    assert town.app.views.case("TR-2026-0001").case.follow_ups[0].reminded is True
