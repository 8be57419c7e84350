"""How counters answer what is asked of them: how many, and how soon; of the whole region and never of a person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from provisions.domain.figures.facts import FEWEST, ProvisionFacts
from provisions.domain.weeks import Week


@dataclass
class Answered:
    """By counter (its key in the catalogue), as days since the first: when it was asked, and when it first answered."""

    _asked: defaultdict[str, list[tuple[int, int | None]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, counter: str, facts: ProvisionFacts) -> None:
        """Count one round that its counter was asked about."""
        if facts.asked_on is None:
            return
        replied = None if facts.replied_on is None else facts.replied_on.toordinal()
        self._asked[counter].append((facts.asked_on.toordinal(), replied))

    def rows(self, weeks: Sequence[Week]) -> list[dict[str, object]]:
        """What was asked in successive ``weeks``, a row a counter: how often, how often it was answered by the end of the last of
        them, and the median of the days until then (from five on).
        """
        first, last = weeks[0].monday.toordinal(), weeks[-1].sunday.toordinal()
        found: list[dict[str, object]] = []
        for counter, rounds in sorted(self._asked.items()):
            within = [(asked, replied) for asked, replied in rounds if first <= asked <= last]
            days = [replied - asked for asked, replied in within if replied is not None and replied <= last]
            if within:
                middle = round(median(days)) if len(days) >= FEWEST else None
                found.append({"counter": counter, "asked": len(within), "answered": len(days), "median_days": middle})
        return found
