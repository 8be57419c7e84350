"""The message of the day for the team leads: every minute it is looked whether it is time. Goes by the outbox."""

from flows.loops.loop import Loop
from provisions.overview import Mornings

LOOK_EVERY = 60.0  # seconds


class MorningMessages:
    """Calls ``Mornings.tell``."""

    def __init__(self, mornings: Mornings) -> None:
        self._mornings = mornings
        self.loop = Loop("ochtendbericht", self._turn)

    def _turn(self) -> float:
        self._mornings.tell()
        return LOOK_EVERY
