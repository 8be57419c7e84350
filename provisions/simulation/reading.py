"""How a scenario says a number of days, a chance, or how often each of several things occurs; read with file, entry and key."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist

from provisions.catalogue.entry import Entry, meant

_STANDARD_NORMAL = NormalDist()
_Z90 = _STANDARD_NORMAL.inv_cdf(0.9)


@dataclass(frozen=True)
class Days:
    """How long something takes, as people tell it: half of it within ``median`` days, nine in ten within ``p90``.

    In between and beyond it follows the lognormal distribution: never below zero, with a long tail.
    """

    median: float
    p90: float

    @cached_property
    def _spread(self) -> float:
        return math.log(self.p90 / self.median) / _Z90 if self.median else 0.0

    def at(self, share: float) -> float:
        """The days within which ``share`` of all (between 0 and 1) is done."""
        return self.median * math.exp(self._spread * _STANDARD_NORMAL.inv_cdf(share))


NO_DAYS = Days(0, 0)


def between(entry: Entry, key: str, lowest: int, highest: int) -> int:
    """A whole number from ``lowest`` to ``highest``."""
    value = entry.number(key, default=None)
    if key in entry.values and not lowest <= value <= highest:
        entry.fault(key, f"{value} kan niet.", f"Vul een geheel getal van {lowest} tot en met {highest} in.")
        return lowest
    return max(value, lowest)


def chance_of(entry: Entry, key: str, default: float | None = None) -> float:
    """A number from 0 to 1."""
    return entry.decimal(key, highest=1.0, default=default)


def days_of(entry: Entry) -> Days:
    """``median`` and ``p90`` of a table."""
    median, p90 = entry.decimal("median"), entry.decimal("p90")
    if p90 < median or (median == 0 < p90):
        entry.fault(
            "p90",
            f"{p90:g} past niet bij een mediaan van {median:g}.",
            "Negen van de tien zijn klaar binnen p90 dagen: vul minstens de mediaan in (of bij allebei 0).",
        )
        return NO_DAYS
    return Days(median, p90)


def days_in(entry: Entry, name: str) -> Days:
    """A table of its own with ``median`` and ``p90``, and nothing else."""
    inner = entry.table(name)
    if inner is None:
        return NO_DAYS
    found = days_of(inner)
    inner.done()
    return found


def numbers(entry: Entry, name: str, known: Sequence[str], *, highest: float, least: float = 0.0) -> dict[str, float]:
    """A table of numbers, each named after one of ``known``; empty when absent."""
    inner = entry.table(name, optional=True)
    if inner is None:
        return {}
    for key in inner.values:
        if key not in known:
            inner.known.add(key)
            inner.fault(key, "dit bestaat niet.", meant(key, known))
    found = {key: inner.decimal(key, lowest=least, highest=highest) for key in known if key in inner.values}
    inner.done()
    return found


def weights(entry: Entry, name: str, known: Sequence[str]) -> dict[str, float]:
    """How often each of ``known`` occurs, as any numbers: their proportion counts."""
    found = numbers(entry, name, known, highest=math.inf)
    if not sum(found.values()):
        remedy = f"Vul een getal in bij ten minste een van: {', '.join(known)}."
        entry.fault(name, "hier staat niets wat kan voorkomen.", remedy)
        return {known[0]: 1.0}
    return {one: weight for one, weight in found.items() if weight}
