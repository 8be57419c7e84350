"""What is still to happen in one simulated life, in order."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from provisions.domain.calendar import ONE_DAY, WorkingCalendar, day_of, first_moment
from provisions.domain.lifecycle import Decision

Act = Callable[[datetime], Decision | None]


class Planned(NamedTuple):
    """An act at a moment (UTC). ``number``: of what happens at the same moment, the first noted goes first. ``clock``: it happens
    whether or not the client is out of sight.
    """

    at: datetime
    number: int
    clock: bool
    act: Act


class Agenda:
    """Moments are UTC. Hours are those of the day in Amsterdam."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._queue: list[Planned] = []
        self._held: list[tuple[timedelta, Act]] = []
        self._noted = 0

    def next(self) -> Planned | None:
        """Take what comes first; ``None`` when nothing is left."""
        return heapq.heappop(self._queue) if self._queue else None

    def push(self, at: datetime, act: Act, *, clock: bool = False) -> None:
        """At exactly that moment."""
        self._noted += 1
        heapq.heappush(self._queue, Planned(at, self._noted, clock, act))

    def at(self, day: date, hour: timedelta, act: Act, *, clock: bool = False) -> None:
        """On that day."""
        self.push(first_moment(day) + hour, act, clock=clock)

    def from_day(self, day: date, hour: timedelta, act: Act, *, clock: bool = False) -> None:
        """On that day or, when nobody works then, on the first working day after it."""
        self.at(self._calendar.add_working_days(day - ONE_DAY, 1), hour, act, clock=clock)

    def after(self, now: datetime, working_days: int, hour: timedelta, act: Act) -> None:
        """After so many working days, and not before ``now``."""
        today = day_of(now)
        if working_days == 0 and self._calendar.closed(today):
            working_days = 1  # a rung falls due in the weekend; people answer on Monday
        self.push(max(first_moment(self._calendar.add_working_days(today, working_days)) + hour, now), act)

    def hold(self, planned: Planned) -> None:
        """It can't happen now: it waits until :meth:`release`."""
        self._held.append((planned.at - first_moment(day_of(planned.at)), planned.act))

    def release(self, now: datetime) -> None:
        """What was held happens today, each at its hour."""
        held, self._held = self._held, []
        for hour, act in held:
            self.push(max(first_moment(day_of(now)) + hour, now), act)
