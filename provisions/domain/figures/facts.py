"""What happened, as the report's figures read it: days on which something happened, and no more.

Whoever counts (the database for the report, a simulated life) hands these over; nothing in them says which client it was.
Days are Amsterdam's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from provisions.domain.rules import Brp

FEWEST = 5  # a median, a percentile or "longest" of fewer says too much about each of them

REFUSED, COUNTER, TABLES, REGISTERED_LATE = "refused", "counter", "tables", "registered_late"
AT_REST = "at_rest"  # nothing of the case ran
BLOCKED, SUSPENDED = "blocked", "suspended"  # with ":" and what it waited for, or the reason


class OutcomeFact(NamedTuple):
    """An outcome and its day, in the order in which they were recorded; reopened ones included.

    ``without_place``: the client sleeps outside all the same.
    """

    name: str
    day: date
    without_place: bool = False


class AnswerFact(NamedTuple):
    """What a table answered, and the day on which that was recorded."""

    rung: str
    answer: str
    day: date


@dataclass(slots=True)
class ProvisionFacts:
    """What happened to one provision. ``due``: D as it is now; ``earlier_due``: (day of the new agreement, D before it).

    ``statutory_late``: (first day after the end of a statutory term, the day on which a milestone ended it).
    ``suspensions``: (day of suspending, day of resuming, reason); ``rungs``: (name, day it was climbed).
    ``rests``: (first day, day on which it ran again) of when the case was at rest.
    ``cause``: why it was not there yet (a code), as was said last; ``asked_on``: the day on which the counter was first asked,
    as far as known; ``replied_on``: the day on which it first answered. ``ended_on``: the day on which it ended with its case,
    or was handed over (``handed_over``).
    ``taken_over``: it continues a round of the municipality before; ``rungs_before``: those climbed there that a table still
    had, from the day of the move. ``municipality``: to which it belongs, where that was recorded. ``nights``: the mornings after
    a night without a place, as was told of them. ``purpose``: what it is for (a code of config).
    """

    key: str
    needed_on: date
    started_on: date | None = None
    needed_from: date | None = None
    due: date | None = None
    ended_on: date | None = None
    breach_day: date | None = None
    statutory_late: Sequence[tuple[date, date | None]] = ()
    urgent: bool = False
    asked_on: date | None = None
    replied_on: date | None = None
    cause: str | None = None
    outcomes: Sequence[OutcomeFact] = ()
    reopened: Sequence[date] = ()
    suspensions: Sequence[tuple[date, date, str]] = ()
    rests: Sequence[tuple[date, date]] = ()
    waivers: Sequence[tuple[str, date]] = ()
    rungs: Sequence[tuple[str, date]] = ()
    answers: Sequence[AnswerFact] = ()
    submitted: Sequence[date] = ()
    earlier_due: Sequence[tuple[date, date]] = ()
    handed_over: bool = False
    taken_over: bool = False
    rungs_before: Sequence[tuple[str, date]] = ()
    municipality: str | None = None
    nights: Sequence[date] = ()
    purpose: str | None = None


@dataclass(slots=True)
class CaseFacts:
    """What happened in one case. ``brp``: (first day, what was known of the register since), in order; ``municipalities``: (first
    day, key), in order. ``closed``: the day on which it ended. ``rests``: from when until when it was at rest.
    """

    brp: Sequence[tuple[date, Brp]]
    municipalities: Sequence[tuple[date, str]]
    provisions: Sequence[ProvisionFacts]
    present: frozenset[str] = frozenset()
    closed: date | None = None
    rests: Sequence[tuple[date, date]] = ()

    def municipalities_of(self, facts: ProvisionFacts) -> Sequence[tuple[date, str]]:
        """(first day, key), in order, of the municipalities that a provision belonged to.

        A move in two steps makes another round of it; one that was recorded before there were two steps took it along.
        """
        if facts.municipality is None:
            return self.municipalities
        first = max((n for n, (day, _) in enumerate(self.municipalities) if day <= facts.needed_on), default=0)
        for number, (_, key) in enumerate(self.municipalities[first:], first):
            if key == facts.municipality:
                return self.municipalities[: number + 1]
        return [(facts.needed_on, facts.municipality)]

    def municipality_on(self, facts: ProvisionFacts, day: date) -> str:
        """The key of the municipality that a provision belonged to on ``day``."""
        municipalities = self.municipalities_of(facts)
        found = municipalities[0][1]
        for first, municipality in municipalities[1:]:
            if first <= day:
                found = municipality
        return found
