"""Has what falls due within a day decided ahead, so that thousands of deadlines can pass in one instant."""

from flows.loops.loop import Loop
from provisions.usecases.passing_time import PassingTime

EVERY = 600.0  # seconds: what is started today may be due tomorrow
BREATH = 0.02  # seconds between two helpings: whoever records an outcome meanwhile comes first


class Lookahead:
    """Calls ``PassingTime.foresee`` until nothing is left that can be known."""

    def __init__(self, time: PassingTime) -> None:
        self._time = time
        self.loop = Loop("vooruitzien", self._turn)

    def _turn(self) -> float:
        return BREATH if self._time.foresee() else EVERY
