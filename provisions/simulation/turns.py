"""What else may happen in a life, as a scenario has it: something is needed again, a client is out of sight, a place to
sleep is lost; and how counters answer. What a scenario does not mention never happens.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from provisions.catalogue.entry import Entry, meant
from provisions.simulation.reading import NO_DAYS, Days, chance_of, days_in, days_of, weights


@dataclass(frozen=True)
class Again:
    """The chance that what was delivered or present is needed again, after how many calendar days, and why (a code)."""

    chance: float
    days: Days
    reason: str


@dataclass(frozen=True)
class OutOfSight:
    """The chance that a client is out of sight once: how many calendar days after the intake, for how many, and why (codes)."""

    chance: float = 0.0
    after: Days = NO_DAYS
    days: Days = NO_DAYS
    reasons: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PlaceLost:
    """The chance that a client loses the place to sleep, how many calendar days after the intake, and for how many before that
    day it is known (at most since the intake).
    """

    chance: float = 0.0
    after: Days = NO_DAYS
    known: Days = NO_DAYS


@dataclass(frozen=True)
class Found:
    """The chance that a place is found because of a warning, and how many working days after it."""

    chance: float
    days: Days


@dataclass(frozen=True)
class Answering:
    """How counters answer. ``by_link``: the share of what is asked that is answered by the link in the letter, within ``days``
    working days: first what was asked, and then what became of it. About the rest the director finds out for himself,
    ``otherwise`` working days later. Neither takes more than ``at_most``. ``grounds``: why they refuse (codes).
    """

    by_link: float = 0.0
    days: Days = NO_DAYS
    otherwise: Days = NO_DAYS
    at_most: float = math.inf
    grounds: Mapping[str, float] = field(default_factory=dict)


def read_again(entry: Entry, reasons: Sequence[str] | Mapping[str, str]) -> Again:
    """One table of ``[again]``. Faults are collected in the entry, as in all of these."""
    found = Again(chance_of(entry, "chance"), days_of(entry), entry.one_of("reason", list(reasons)))
    entry.done()
    return found


def read_out_of_sight(entry: Entry, reasons: Mapping[str, str]) -> OutOfSight:
    """``[rest]``, where there is one."""
    inner = entry.table("rest", optional=True)
    if inner is None:
        return OutOfSight()
    found = OutOfSight(
        chance_of(inner, "chance"),
        days_in(inner, "after"),
        days_in(inner, "days"),
        weights(inner, "reasons", list(reasons)),
    )
    inner.done()
    return found


def read_place_lost(entry: Entry) -> PlaceLost:
    """``[group.KEY.place_lost]``, where there is one."""
    inner = entry.table("place_lost", optional=True)
    if inner is None:
        return PlaceLost()
    found = PlaceLost(chance_of(inner, "chance"), days_in(inner, "after"), days_in(inner, "known"))
    inner.done()
    return found


def read_found(entry: Entry, warnings: Sequence[str]) -> dict[str, Found]:
    """``[warning.NAME]``: one for each warning that may lead to a place."""
    entries = entry.named_tables("warning", optional=True)
    for name in entries.keys() - set(warnings):
        remedy = meant(name, warnings) if warnings else "Voeg [[warning]] toe aan provisions.toml, of haal dit weg."
        entry.fault(f"warning.{name}", "deze voorwaarschuwing bestaat niet.", remedy)
    found = {}
    for name, inner in entries.items():
        found[name] = Found(chance_of(inner, "found"), days_of(inner))
        inner.done()
    return {name: one for name, one in found.items() if name in warnings}


def read_answering(entry: Entry, causes: Mapping[str, str]) -> Answering:
    """``[answers]``, where there is one; without it what became of something is known at once."""
    inner = entry.table("answers", optional=True)
    if inner is None:
        return Answering()
    found = Answering(
        by_link=chance_of(inner, "by_link"),
        days=days_of(inner),
        otherwise=days_in(inner, "otherwise"),
        at_most=inner.decimal("at_most", default=math.inf),
        grounds=weights(inner, "grounds", list(causes)),
    )
    inner.done()
    return found
