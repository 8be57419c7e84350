"""The loop of the engine: it works until there is nothing to do, and sees to subscriptions once a day."""

from datetime import datetime, timedelta

import pytest

from flows.loops.case_systems import LONGEST_SLEEP, CaseSystemLoop
from provisions.usecases.case_system import CaseSystems
from tests.conftest import MovingClock
from tests.zaken.conftest import Town
from tests.zaken.test_opening import ID


class Works:
    """Case systems with so many turns of work, and a next moment."""

    def __init__(self, turns: int, following: datetime | None, *, subscribes: bool = True) -> None:
        self.left, self.following, self.subscribes, self.subscribed = turns, following, subscribes, 0

    def turn(self) -> int:
        self.left -= 1
        return max(self.left, 0)

    def next_moment(self) -> datetime | None:
        return self.following

    def subscribe(self) -> bool:
        self.subscribed += 1
        return self.subscribes


@pytest.mark.parametrize(
    ("seconds", "pause"), [(None, LONGEST_SLEEP), (7, 7.0), (-5, 1.0), (3600, LONGEST_SLEEP)], ids=str
)
def test_it_sleeps_until_the_next_moment(clock: MovingClock, seconds: int | None, pause: float) -> None:
    following = None if seconds is None else clock() + timedelta(seconds=seconds)
    works = Works(3, following)
    assert CaseSystemLoop(works, now=clock, notified=False)._turn() == pause
    assert (works.left, works.subscribed) == (0, 0)


@pytest.mark.parametrize(("succeeds", "times"), [(True, 2), (False, 3)])
def test_subscriptions_are_seen_to_at_the_start_and_once_a_day(clock: MovingClock, succeeds: bool, times: int) -> None:
    works = Works(0, None, subscribes=succeeds)
    loop = CaseSystemLoop(works, now=clock, notified=True)
    for minutes in (0, 10, 24 * 60):
        clock.advance(minutes=minutes)
        loop._turn()
    assert works.subscribed == times


def test_what_is_next_is_of_what_is_there_and_awake(town: Town) -> None:
    town.intake()
    systems: CaseSystems = town.systems()
    assert systems.next_moment() == town.clock()
    systems.turn()
    systems.turn()
    assert systems.next_moment() == town.zaak(ID).look_at
    town.clock.advance(minutes=6)
    town.zgw.away = True
    systems.turn()
    following = systems.next_moment()
    assert following is not None
    assert following > town.clock()
