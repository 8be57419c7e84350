"""What happened to each provision of a case, one event at a time: for figures that open the list they were counted from.

The same events as :class:`~provisions.domain.figures.history.History` counts; a property in the tests holds them together.
Pure: days are Amsterdam's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import chain

from provisions.domain.figures.facts import CaseFacts
from provisions.domain.figures.life import Dependencies, Life, Rounds
from provisions.domain.rules import OutcomeName, ProvisionRule
from provisions.domain.weeks import week_number


class Figure(StrEnum):
    """What can be counted by the week in which it happened."""

    BREACHES = "breaches"
    DELIVERED = "delivered"
    ON_TIME = "delivered_on_time"


@dataclass(frozen=True)
class Happened:
    """One event. ``position``: of the provision among those of its case; ``went``: the days of a delivery, by where they went
    (:meth:`Life.went`).
    """

    position: int
    key: str
    figure: Figure
    day: date
    municipality: str
    went: Mapping[str, int] = field(default_factory=dict)


def happened(case: CaseFacts, rules: Mapping[str, ProvisionRule], today: date) -> Iterator[Happened]:
    """Every event of a case up to ``today``. A provision that the catalogue does not know is left out."""
    lives: Rounds = {}
    known = [(position, facts) for position, facts in enumerate(case.provisions) if facts.key in rules]
    positions = {id(facts): position for position, facts in known}
    for _, facts in known:
        lives.setdefault(facts.key, []).append(Life(facts, rules[facts.key]))
    for life in chain.from_iterable(lives.values()):
        position = positions[id(life.facts)]
        yield from _breach(position, case, life, today)
        yield from _deliveries(position, case, life, lives)


def _breach(position: int, case: CaseFacts, life: Life, today: date) -> Iterator[Happened]:
    facts, day = life.facts, life.facts.breach_day
    if day is not None and day <= today:
        yield Happened(position, facts.key, Figure.BREACHES, day, case.municipality_on(facts, day))


def _deliveries(position: int, case: CaseFacts, life: Life, lives: Rounds) -> Iterator[Happened]:
    facts = life.facts
    if facts.started_on is None:
        return
    for outcome, undone in life.outcomes:
        if outcome.name != OutcomeName.DELIVERED:
            continue
        # What was undone before the end of its week did not happen in it.
        if undone is not None and week_number(undone) <= week_number(outcome.day):
            continue
        place = case.municipality_on(facts, outcome.day)
        met = Dependencies(case, life, lives) if life.waits else None
        went = life.went(outcome.day.toordinal(), met)
        yield Happened(position, facts.key, Figure.DELIVERED, outcome.day, place, went)
        if facts.due is not None and outcome.day <= facts.due:
            yield Happened(position, facts.key, Figure.ON_TIME, outcome.day, place)
