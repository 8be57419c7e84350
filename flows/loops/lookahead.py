"""Has decided ahead what falls due within a day, so that thousands of deadlines can pass in one instant."""

from flows.loops.loop import Loop
from provisions.usecases.cases import Steps

EVERY = 600.0  # seconds: what is started today may be due tomorrow
BREATH = 0.02  # seconds between two helpings: whoever records an outcome meanwhile comes first


class Foresight:
    """Calls ``Steps.foresee`` until nothing is left that can be known."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.loop = Loop("vooruitzien", self._turn)

    def _turn(self) -> float:
        return BREATH if self._steps.foresee() else EVERY
