"""Calls the stand-by where a municipality has a gateway: a look every quarter of a minute, and none where nobody has one."""

from flows.loops.loop import Loop
from provisions.outbound.calling import StandbyCalls

LOOK_EVERY = 15.0  # seconds
NOBODY = 3600.0


class StandbyLoop:
    """Calls ``StandbyCalls.turn``."""

    def __init__(self, calls: StandbyCalls | None) -> None:
        self._calls = calls if calls is not None and calls.is_needed else None
        self.loop = Loop("bereikbaarheidsdienst", self._turn)

    def _turn(self) -> float:
        if self._calls is None:
            return NOBODY
        self._calls.turn()
        return LOOK_EVERY
