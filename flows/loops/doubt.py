"""Looks once a day, and at the start, at what a clock that was ahead may have written."""

from flows.loops.loop import Loop
from provisions.usecases.new_rules import NewRules

EVERY = 24 * 3600.0  # seconds


class Doubt:
    """Calls ``NewRules.recompute_doubtful``."""

    def __init__(self, rules: NewRules) -> None:
        self._rules = rules
        self.loop = Loop("nagaan", self._turn)

    def _turn(self) -> float:
        self._rules.recompute_doubtful()
        return EVERY
