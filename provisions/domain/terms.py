"""Terms: from "2 werkdagen" and a day to a due date that can be explained.

Sources: Algemene termijnenwet (Atw) articles 1 to 4, Awb 4:15 for suspension, ``domain.md`` ("Terms").
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from dateutil.relativedelta import relativedelta

from provisions.domain.calendar import DAY_NAMES, ONE_DAY, WorkingCalendar, first_moment
from provisions.domain.errors import InvalidInput

LONGEST = {"werkdagen": 2600, "dagen": 3660, "weken": 522, "maanden": 120, "jaren": 10}

MOST_KNOWN = 10_000  # due dates kept by a calendar


class Unit(StrEnum):
    """What a term counts. The value is the Dutch plural."""

    WORKING_DAYS = "werkdagen"
    DAYS = "dagen"
    WEEKS = "weken"
    MONTHS = "maanden"
    YEARS = "jaren"


_WORDS = {
    "werkdag": Unit.WORKING_DAYS,
    "werkdagen": Unit.WORKING_DAYS,
    "dag": Unit.DAYS,
    "dagen": Unit.DAYS,
    "week": Unit.WEEKS,
    "weken": Unit.WEEKS,
    "maand": Unit.MONTHS,
    "maanden": Unit.MONTHS,
    "jaar": Unit.YEARS,
    "jaren": Unit.YEARS,
}
_SINGULAR = {
    Unit.WORKING_DAYS: "werkdag",
    Unit.DAYS: "dag",
    Unit.WEEKS: "week",
    Unit.MONTHS: "maand",
    Unit.YEARS: "jaar",
}
_TERM = re.compile(r"\s*(\d{1,4})\s+([a-z]+)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Term:
    """A length of time: ``count`` times ``unit``. ``str()`` is the Dutch text."""

    count: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a Dutch term. Raises ``InvalidInput`` for any other text.

        >>> Term.parse("2 werkdagen")
        Term(count=2, unit=<Unit.WORKING_DAYS: 'werkdagen'>)
        """
        match = _TERM.fullmatch(text)
        unit = _WORDS.get(match[2].lower()) if match else None
        if match is None or unit is None:
            raise InvalidInput(
                f"Onbekende termijn '{text}'. Verwacht: een aantal en een eenheid, zoals '2 werkdagen', '3 dagen', "
                "'1 week' of '3 maanden'. Termijnen in uren kent dit programma niet."
            )
        count = int(match[1])
        if count > LONGEST[unit]:
            raise InvalidInput(f"Termijn '{text}' is te lang: hoogstens {LONGEST[unit]} {unit}.")
        return cls(count, unit)

    def __str__(self) -> str:
        return f"{self.count} {_SINGULAR[self.unit] if self.count == 1 else self.unit}"

    @property
    def a_week_or_more(self) -> bool:
        """Whether the term is at least a week; five working days are a working week."""
        return (
            self.count >= {Unit.WORKING_DAYS: 5, Unit.DAYS: 7, Unit.WEEKS: 1, Unit.MONTHS: 1, Unit.YEARS: 1}[self.unit]
        )

    @property
    def beyond_atw(self) -> bool:
        """Atw 4: longer than 90 days, twelve weeks or three months, or in years: the Atw does not apply."""
        limits = {Unit.DAYS: 90, Unit.WEEKS: 12, Unit.MONTHS: 3, Unit.YEARS: 0}
        return self.unit in limits and self.count > limits[self.unit]

    @property
    def three_days_or_more(self) -> bool:
        """Atw 2 looks only at terms of at least three days."""
        return self.count >= (3 if self.unit is Unit.DAYS else 1)

    def after(self, event: date, calendar: WorkingCalendar, *, extra: int = 0) -> date:
        """The raw end: the day on which the term ends, ``extra`` suspended (working) days included."""
        match self.unit:
            case Unit.WORKING_DAYS:
                return calendar.add_working_days(event, self.count + extra)
            case Unit.DAYS:
                return event + timedelta(days=self.count + extra)
            case Unit.WEEKS:
                return event + timedelta(weeks=self.count, days=extra)
            case Unit.MONTHS:
                return event + relativedelta(months=self.count) + timedelta(days=extra)
            case Unit.YEARS:
                return event + relativedelta(years=self.count) + timedelta(days=extra)


@dataclass(frozen=True)
class Moved:
    """One step in the explanation: the end moved to ``date``, ``because`` (Dutch), by ``rule`` (article)."""

    date: date
    because: str
    rule: str


@dataclass(frozen=True)
class Skipped:
    """A day that did not count in a term of working days, and why (Dutch)."""

    date: date
    because: str


@dataclass(frozen=True)
class DueDate:
    """A computed date with its explanation. ``due`` is the last day on time; ``suspended_days`` counts those that moved it."""

    text: str
    event: date
    raw: date
    due: date
    suspended_days: int = 0
    steps: tuple[Moved, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def overdue_from(self) -> datetime:
        """The first moment after the due date, in UTC."""
        return first_moment(self.due + ONE_DAY)


def suspended_days(periods: Iterable[tuple[date, date]]) -> frozenset[date]:
    """The days on which the clock stood still.

    A period is (day of suspending, day of resuming); both of these run (Awb 4:15). Days in several periods count once.
    """
    days: set[date] = set()
    for first, last in periods:
        days.update(first + timedelta(days=n) for n in range(1, (last - first).days))
    return frozenset(days)


def due_date(
    term: Term,
    event: date,
    calendar: WorkingCalendar,
    *,
    roll: bool = True,
    suspended: frozenset[date] = frozenset(),
) -> DueDate:
    """When a term that starts with ``event`` ends.

    The day of the event does not count. ``suspended`` are the days on which the clock stood still; of these only the
    days after the event, up to and including the due date as extended so far, move it (domain.md, rule 4).
    """
    asked = (term, event, roll, suspended)
    known: DueDate | None = calendar.computed.get(asked)
    if known is None:
        if len(calendar.computed) >= MOST_KNOWN:
            calendar.computed.clear()
        known = calendar.computed[asked] = _due_date(term, event, calendar, roll=roll, suspended=suspended)
    return known


def _due_date(term: Term, event: date, calendar: WorkingCalendar, *, roll: bool, suspended: frozenset[date]) -> DueDate:
    atw = roll and not term.beyond_atw and term.unit is not Unit.WORKING_DAYS

    def end(counted: tuple[date, ...]) -> tuple[date, tuple[Moved, ...]]:
        raw = term.after(event, calendar, extra=len(counted))
        if not atw:
            return raw, ()
        return _move_by_atw(term, event, raw, frozenset(counted), calendar)

    candidates = sorted(
        day for day in suspended if day > event and (term.unit is not Unit.WORKING_DAYS or calendar.closed(day) is None)
    )
    counted, due, moves = _extend(candidates, end)
    raw = term.after(event, calendar)
    steps: tuple[Moved, ...] = moves
    if counted:
        words = "werkdagen" if term.unit is Unit.WORKING_DAYS else "dagen"
        one = "werkdag" if term.unit is Unit.WORKING_DAYS else "dag"
        amount = f"{len(counted)} {one if len(counted) == 1 else words}"
        extended = term.after(event, calendar, extra=len(counted))
        steps = (Moved(extended, f"klok {amount} stilgezet", "Awb art. 4:15"), *moves)
    skipped = _skipped(event, due, calendar) if term.unit is Unit.WORKING_DAYS else ()
    return DueDate(str(term), event, raw, due, len(counted), steps, skipped, _warnings(due, calendar))


def agreed_due_date(
    agreed: date,
    start: date,
    calendar: WorkingCalendar,
    *,
    agreed_on: date | None = None,
    suspended: frozenset[date] = frozenset(),
) -> DueDate:
    """The due date where a date was agreed: that date, unrolled, moved only by suspension (domain.md, rule 8).

    Days suspended up to and including ``agreed_on`` were known when the date was agreed, and don't move it. A provision
    that starts after the agreed date has its start day as due date.
    """
    raw = max(agreed, start)

    def end(counted: tuple[date, ...]) -> tuple[date, tuple[Moved, ...]]:
        return raw + timedelta(days=len(counted)), ()

    counted, due, _ = _extend(sorted(day for day in suspended if day > max(start, agreed_on or start)), end)
    steps: list[Moved] = []
    if raw != agreed:
        steps.append(Moved(raw, "gestart na de afgesproken datum", "regel 8"))
    if counted:
        days = "1 dag" if len(counted) == 1 else f"{len(counted)} dagen"
        steps.append(Moved(due, f"klok {days} stilgezet", "Awb art. 4:15"))
    return DueDate("afgesproken datum", start, agreed, due, len(counted), tuple(steps), (), _warnings(due, calendar))


def _extend(
    candidates: list[date], end: Callable[[tuple[date, ...]], tuple[date, tuple[Moved, ...]]]
) -> tuple[tuple[date, ...], date, tuple[Moved, ...]]:
    """Count suspended days in order, each only while it lies on or before the end as extended so far."""
    counted: tuple[date, ...] = ()
    due, moves = end(counted)
    for day in candidates:
        if day > due:
            break
        counted = (*counted, day)
        due, moves = end(counted)
    return counted, due, moves


def _move_by_atw(
    term: Term, event: date, raw: date, suspended: frozenset[date], calendar: WorkingCalendar
) -> tuple[date, tuple[Moved, ...]]:
    due, moves = raw, list[Moved]()
    if term.three_days_or_more:
        # Atw 2: at least two ordinary days within the term. A suspended day is not within it.
        within = (event + timedelta(days=n) for n in range(1, (raw - event).days + 1))
        ordinary = 0
        for day in within:
            ordinary += day not in suspended and calendar.not_ordinary(day) is None
            if ordinary == 2:
                break
        while ordinary < 2:
            due += ONE_DAY
            ordinary += due not in suspended and calendar.not_ordinary(due) is None
        if due != raw:
            moves.append(Moved(due, "er moeten twee gewone dagen in de termijn zitten", "Atw art. 2"))
    while reason := calendar.not_ordinary(due):
        due += ONE_DAY
        moves.append(Moved(due, reason, "Atw art. 1"))
    return due, tuple(moves)


def _skipped(event: date, due: date, calendar: WorkingCalendar) -> tuple[Skipped, ...]:
    days = (event + timedelta(days=n) for n in range(1, (due - event).days + 1))
    return tuple(Skipped(day, reason) for day in days if (reason := calendar.closed(day)) and reason not in DAY_NAMES)


def _warnings(due: date, calendar: WorkingCalendar) -> tuple[str, ...]:
    if due.year <= calendar.equated_until:
        return ()
    return (
        f"De lijst met bij besluit gelijkgestelde dagen loopt tot en met {calendar.equated_until}; "
        f"{due.isoformat()} ligt daarna. Vul config/calendar.toml aan zodra het besluit er is.",
    )
