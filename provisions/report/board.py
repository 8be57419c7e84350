"""What the board counts: 26 weeks of events, by week, municipality and provision, kept until something recorded changes them.

The events are the domain's (``domain/figures/happened.py``). Whatever can change a figure adds a line to the record, and each
line tells from which day on: so only weeks that may have changed are counted anew, and nothing is shown that is no longer so.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from provisions.domain.figures.facts import FEWEST
from provisions.domain.figures.happened import Figure, Happened, happened
from provisions.domain.rules import Catalogue
from provisions.domain.weeks import Week
from provisions.report.source import facts_of
from provisions.store import figures

WEEKS = 26
TOO_FEW_CASES = 30  # under as many a curve shows chance, and a table says so


@dataclass(frozen=True)
class Selection:
    """What is counted: which municipalities and which provisions."""

    municipalities: frozenset[str]
    keys: frozenset[str]

    def has(self, municipality: str, key: str) -> bool:
        """Whether something of that municipality and provision is counted."""
        return municipality in self.municipalities and key in self.keys


@dataclass
class WeekTally:
    """What happened in one week, by municipality and provision."""

    counts: Counter[tuple[str, str, Figure]] = field(default_factory=Counter)
    went: defaultdict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, event: Happened) -> None:
        """Count one event."""
        self.counts[event.municipality, event.key, event.figure] += 1
        if event.went:
            self.went[event.municipality, event.key].update(event.went)


@dataclass(frozen=True)
class Tallies:
    """The weeks up to and including the present one, oldest first."""

    weeks: Mapping[Week, WeekTally]

    def total(self, figure: Figure, selection: Selection, week: Week | None = None) -> int:
        """How often ``figure`` happened in the selection: in one week, or in all of them."""
        tallies = self.weeks.values() if week is None else [self.weeks[week]]
        return sum(
            count
            for tally in tallies
            for (municipality, key, named), count in tally.counts.items()
            if named is figure and selection.has(municipality, key)
        )

    def went(self, selection: Selection) -> dict[str, int] | None:
        """The days since intake of all that was delivered, by where they went; ``None`` under five deliveries."""
        if self.total(Figure.DELIVERED, selection) < FEWEST:
            return None
        found: Counter[str] = Counter()
        for tally in self.weeks.values():
            for (municipality, key), days in tally.went.items():
                if selection.has(municipality, key):
                    found.update(days)
        return dict(found)


def last_weeks(today: date) -> tuple[Week, ...]:
    """The 26 weeks up to and including that of ``today``, oldest first."""
    last = Week.of(today)
    return tuple(last.plus(-n) for n in range(WEEKS - 1, -1, -1))


class Counted:
    """The tallies of one database, for as many as ask at the same time."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._weeks: dict[Week, WeekTally] = {}
        self._line = 0  # the last line of the record that is in them
        self._day: date | None = None

    def tallies(self, connection: Connection, today: date) -> Tallies:
        """As of now. ``connection`` must see one moment throughout (``REPEATABLE READ``)."""
        with self._lock:
            self._refresh(connection, today)
            return Tallies({week: self._weeks[week] for week in last_weeks(today)})

    def _refresh(self, connection: Connection, today: date) -> None:
        line, weeks = figures.last_line(connection), last_weeks(today)
        if line == self._line and today == self._day:
            return
        if line < self._line or (self._day is not None and today < self._day):
            self._weeks.clear()  # another database stands here, or a clock was set back
        changed = (
            figures.earliest_change_after(connection, self._line, self._catalogue.uncounted) if self._day else None
        )
        valid_until = min(Week.of(day) for day in (changed, self._day) if day is not None) if self._day else weeks[0]
        kept = {week: tally for week, tally in self._weeks.items() if week in weeks and week < valid_until}
        missing = [week for week in weeks if week not in kept]
        self._weeks = {**kept, **self._count(connection, missing, today)}
        self._line, self._day = line, today

    def _count(self, connection: Connection, weeks: Sequence[Week], today: date) -> dict[Week, WeekTally]:
        found = {week: WeekTally() for week in weeks}
        for event, _ in events(connection, self._catalogue, weeks, today):
            found[Week.of(event.day)].add(event)
        return found


def events(
    connection: Connection, catalogue: Catalogue, weeks: Collection[Week], today: date
) -> Iterator[tuple[Happened, int]]:
    """What happened in ``weeks``, each with the number of its provision."""
    wanted = frozenset(weeks)
    first, last = min(wanted).monday, min(today, max(wanted).sunday)
    for case in figures.cases_with_events(connection, first, last, catalogue.uncounted):
        for event in happened(facts_of(case, catalogue), catalogue.provisions, today):
            if Week.of(event.day) in wanted:
                yield event, case.provisions[event.position].row.id
