"""Which days count: the Algemene termijnenwet (Atw), the days equated by royal decree, and a municipality's closing days.

Days are ``date``s in Europe/Amsterdam; moments are aware ``datetime``s in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.easter import easter

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ONE_DAY = timedelta(days=1)
SATURDAY, SUNDAY = 5, 6
DAY_NAMES = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


@lru_cache(maxsize=4096)
def first_moment(day: date) -> datetime:
    """The first moment of ``day`` in Amsterdam, in UTC.

    >>> first_moment(date(2026, 3, 30)).isoformat()
    '2026-03-29T22:00:00+00:00'
    """
    return datetime.combine(day, time.min, AMSTERDAM).astimezone(UTC)


def utc_text(moment: datetime, timespec: str = "auto") -> str:
    """An aware moment as machines read it: ISO 8601 in UTC, with ``Z``.

    >>> utc_text(datetime(2026, 4, 29, tzinfo=AMSTERDAM))
    '2026-04-28T22:00:00Z'
    """
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


@lru_cache(maxsize=4096)  # of one moment it is asked some dozens of times
def day_of(moment: datetime) -> date:
    """Amsterdam's day at ``moment`` (aware)."""
    return moment.astimezone(AMSTERDAM).date()


@lru_cache(maxsize=256)
def holidays(year: int) -> Mapping[date, str]:
    """The generally recognised holidays of Atw article 3, paragraphs 1 and 2, with their Dutch names.

    5 May counts every year (the ``holidays`` package has it once in five), and King's Day is 26 April when the 27th is
    a Sunday. Good Friday is equated by Atw 3, paragraph 2.
    """
    easter_sunday = easter(year)
    kings_day = date(year, 4, 27)
    if kings_day.weekday() == SUNDAY:
        kings_day -= ONE_DAY
    named = (
        (date(year, 1, 1), "Nieuwjaarsdag"),
        (easter_sunday - timedelta(days=2), "Goede Vrijdag"),
        (easter_sunday + timedelta(days=1), "tweede paasdag"),
        (kings_day, "Koningsdag"),
        (date(year, 5, 5), "Bevrijdingsdag"),
        (easter_sunday + timedelta(days=39), "Hemelvaartsdag"),
        (easter_sunday + timedelta(days=50), "tweede pinksterdag"),
        (date(year, 12, 25), "eerste kerstdag"),
        (date(year, 12, 26), "tweede kerstdag"),
    )
    days: dict[date, str] = {}
    for day, name in named:
        # Ascension Day can be 5 May (2016): both names are said.
        days[day] = f"{days[day]} en {name}" if day in days else name
    return days


@dataclass(frozen=True)
class WorkingCalendar:
    """The Atw's calendar, with the days equated by decree and a municipality's own closing days.

    ``equated`` and ``closing_days`` map a day to its Dutch reason. ``equated_until`` is the last year for which the
    decrees are known.
    """

    equated: Mapping[date, str] = field(default_factory=dict)
    equated_until: int = 9999
    closing_days: Mapping[date, str] = field(default_factory=dict)
    # What ``terms.due_date`` computed with this calendar: thousands of provisions ask for the same few.
    computed: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _closed: dict[date, str | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def not_ordinary(self, day: date) -> str | None:
        """Why ``day`` is a Saturday, Sunday or holiday in the sense of the Atw, or ``None`` for an ordinary day."""
        if name := holidays(day.year).get(day):
            return name
        if name := self.equated.get(day):
            return name
        if day.weekday() >= SATURDAY:
            return DAY_NAMES[day.weekday()]
        return None

    def closed(self, day: date) -> str | None:
        """Why ``day`` is no working day (Atw, or closed by the municipality), or ``None`` for a working day."""
        try:
            return self._closed[day]
        except KeyError:
            return self._closed.setdefault(day, self.not_ordinary(day) or self.closing_days.get(day))

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day`` (which does not count itself); ``day`` when ``count`` is 0."""
        while count > 0:
            day += ONE_DAY
            if self.closed(day) is None:
                count -= 1
        return day

    def next_working_moment(self, now: datetime, at: time) -> datetime:
        """The first moment (UTC) after ``now`` (aware) on which it is ``at`` in Amsterdam on a working day."""
        day = day_of(now)
        while self.closed(day) is not None or (found := datetime.combine(day, at, AMSTERDAM).astimezone(UTC)) <= now:
            day += ONE_DAY
        return found

    def last_working_day_before(self, day: date) -> date:
        """The last working day strictly before ``day``."""
        day -= ONE_DAY
        while self.closed(day) is not None:
            day -= ONE_DAY
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after ``after``, up to and including ``until``."""
        return sum(1 for n in range(1, (until - after).days + 1) if self.closed(after + timedelta(days=n)) is None)


@dataclass(frozen=True)
class OfficeHours:
    """From ``start`` until ``end`` (Amsterdam's clock) on working days."""

    start: time
    end: time

    def are_on(self, moment: datetime, calendar: WorkingCalendar) -> bool:
        """Whether ``moment`` (aware) falls within office hours."""
        local = moment.astimezone(AMSTERDAM)
        return calendar.closed(local.date()) is None and self.start <= local.time() < self.end

    def next_edge(self, moment: datetime) -> datetime:
        """The first moment (UTC) after ``moment`` (aware) on which office hours may begin or end; within Amsterdam's day."""
        day = day_of(moment)
        edges = (datetime.combine(day, edge, AMSTERDAM).astimezone(UTC) for edge in (self.start, self.end))
        return min((edge for edge in edges if edge > moment), default=first_moment(day + ONE_DAY))
