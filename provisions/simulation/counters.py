"""The counters of one client: when each will be done, and what puts that off or brings it forward."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from provisions.domain.calendar import ONE_DAY, WorkingCalendar, day_of, first_moment
from provisions.domain.case import ProvisionKey
from provisions.domain.lifecycle import Decision
from provisions.domain.rules import OutcomeName
from provisions.simulation.agenda import Agenda

# Of the day in Amsterdam: one can't be done in the morning with what is asked in the afternoon.
DONE = timedelta(hours=15)


class Work(NamedTuple):
    """A counter will be done on ``day``, with that outcome; ``since``: the day on which it began."""

    day: date
    name: OutcomeName
    since: date


class Counters:
    """``is_done`` is called when a counter is done."""

    def __init__(
        self,
        agenda: Agenda,
        calendar: WorkingCalendar,
        is_done: Callable[[ProvisionKey, Work, datetime], Decision | None],
    ) -> None:
        self._agenda = agenda
        self._calendar = calendar
        self._is_done = is_done
        self._work: dict[ProvisionKey, Work] = {}
        self._still: dict[ProvisionKey, date] = {}  # until when each stands still

    def work(self, key: ProvisionKey) -> Work | None:
        """What it is doing, ``None`` when it is done or was never asked."""
        return self._work.get(key)

    def begins(self, key: ProvisionKey, since: date, working_days: int, name: OutcomeName, now: datetime) -> None:
        """The counter will be done so many working days after ``since``."""
        self._finishes(key, Work(self._calendar.add_working_days(since, working_days), name, since), now)

    def hurries(self, key: ProvisionKey, factor: float, now: datetime) -> None:
        """What is left of its work goes ``factor`` times faster from now on."""
        work, day = self._work.get(key), day_of(now)
        if work is None or factor <= 1:
            return
        goes_on = max(day, self._still.get(key, day))
        left = self._calendar.working_days_between(goes_on, work.day)
        sooner = self._calendar.add_working_days(goes_on, math.ceil(left / factor))
        self._finishes(key, work._replace(day=min(sooner, work.day)), now)

    def stands_still(self, key: ProvisionKey, until: date, now: datetime) -> None:
        """The clock is stopped: it waits as well."""
        self._still[key] = until
        self._loses(key, day_of(now), until, now)

    def rested(self, start: date, now: datetime) -> None:
        """The client was out of sight from ``start`` until today: whoever worked for him could not."""
        for key in list(self._work):
            self._loses(key, start, day_of(now), now)

    def forget(self, key: ProvisionKey) -> None:
        """Nobody needs it any more."""
        self._work.pop(key, None)

    def _loses(self, key: ProvisionKey, start: date, until: date, now: datetime) -> None:
        work = self._work.get(key)
        if work is None:
            return
        lost = self._calendar.working_days_between(max(start, work.since), until)
        self._finishes(key, work._replace(day=self._calendar.add_working_days(work.day, lost)), now)

    def _finishes(self, key: ProvisionKey, work: Work, now: datetime) -> None:
        """Never while the clock stands still: an outcome would let it run again."""
        still = self._still.get(key)
        if still is not None and work.day < still:
            work = work._replace(day=self._calendar.add_working_days(still - ONE_DAY, 1))
        self._work[key] = work
        self._agenda.push(max(first_moment(work.day) + DONE, now), partial(self._done, key, work))

    def _done(self, key: ProvisionKey, planned: Work, now: datetime) -> Decision | None:
        if self._work.get(key) != planned:
            return None  # a table hurried it, or the clock was stopped
        del self._work[key]
        return self._is_done(key, planned, now)
