"""When a message waits for its receiver's sake, and that most never do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain.calendar import AMSTERDAM
from provisions.domain.delivery import BOUND
from provisions.domain.holding import (
    AS_IT_WAS,
    QUIET_FROM,
    QUIET_UNTIL,
    Held,
    Pace,
    Preference,
    for_person,
    for_table,
    quiet_until,
)
from provisions.domain.messages import MessageKind
from provisions.domain.recipients import Recipient
from tests.builders import CATALOGUE, at

MOMENTS = st.integers(0, 2 * 366 * 24 * 60).map(lambda m: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=m))
TO_THE_DIRECTOR = (Recipient.CASE_DIRECTOR, Recipient.FORMER_DIRECTOR, Recipient.ASKER)


def held(
    kind: MessageKind, preference: Preference, now: datetime, *, mine: bool = True, urgent: bool = False
) -> Held | None:
    return for_person("regie-1", kind, preference, now, at("2026-11-04 07:30"), mine=mine, urgent=urgent)


@given(MOMENTS)
def test_the_night_ends_at_seven_within_half_a_day(now: datetime) -> None:
    until, local = quiet_until(now), now.astimezone(AMSTERDAM)
    assert (until is None) is (QUIET_UNTIL <= local.time() < QUIET_FROM)
    if until is not None:
        assert timedelta(0) < until - now <= timedelta(hours=13), (
            "a night in which the clock goes back is an hour longer"
        )
        assert until.astimezone(AMSTERDAM).time() == QUIET_UNTIL
        assert quiet_until(until) is None


@given(st.sampled_from(MessageKind), st.sampled_from(Pace), st.booleans(), st.booleans(), st.booleans(), MOMENTS)
def test_what_waits_is_never_believed_to_come_from_a_clock_that_ran_ahead(
    kind: MessageKind, pace: Pace, quiet: bool, mine: bool, urgent: bool, now: datetime
) -> None:
    waits = held(kind, Preference(pace, quiet), now, mine=mine, urgent=urgent)
    if waits is not None and not waits.overview:
        assert now < waits.until < now + BOUND
    if waits is not None and waits.overview:
        assert kind.letter.may_wait
        assert not urgent


def test_only_what_is_for_a_director_may_wait_for_an_overview_and_never_a_refusal_or_a_rung() -> None:
    waiting = {kind for kind in MessageKind if kind.letter.may_wait}
    assert {kind.letter.to for kind in waiting} <= set(TO_THE_DIRECTOR)
    assert not waiting & {MessageKind.REFUSED, MessageKind.RUNG, MessageKind.TAKEN_OVER, MessageKind.STANDBY}
    assert not any(kind.letter.at_once for kind in waiting)


@pytest.mark.parametrize("hour", ["2026-11-03 12:00", "2026-11-03 23:00"])
def test_whoever_chose_nothing_gets_everything_at_once(hour: str) -> None:
    assert all(held(kind, AS_IT_WAS, at(hour)) is None for kind in MessageKind)


def test_own_clients_come_at_once_and_those_of_others_in_one_overview() -> None:
    mine, now = Preference(Pace.MINE), at("2026-11-03 12:00")
    assert held(MessageKind.ANSWER, mine, now) is None
    assert held(MessageKind.ANSWER, mine, now, mine=False) == Held(at("2026-11-04 07:30"), "person/regie-1")
    assert held(MessageKind.REFUSED, mine, now, mine=False) is None
    assert held(MessageKind.ANSWER, mine, now, mine=False, urgent=True) is None


def test_a_table_waits_for_its_agenda_but_not_for_shelter() -> None:
    when = CATALOGUE.calendar_of("voorbeeldstad").next_working_moment(at("2026-11-06 12:00"), CATALOGUE.overview_at)
    assert when == at("2026-11-09 07:30"), "the weekend is no working day"
    assert for_table("voorbeeldstad/doorbraaktafel", MessageKind.RUNG, when, urgent=False) == Held(
        when, "table/voorbeeldstad/doorbraaktafel"
    )
    assert for_table("voorbeeldstad/doorbraaktafel", MessageKind.RUNG, when, urgent=True) is None
