"""Reads the mailbox of automatic mails every minute, where one was set."""

from flows.loops.loop import Loop
from provisions.outbound.returns import Returns

LOOK_EVERY = 60.0  # seconds
NOBODY = 3600.0


class ReturnsLoop:
    """Calls ``Returns.turn``."""

    def __init__(self, returns: Returns | None) -> None:
        self._returns = returns
        self.loop = Loop("mailbox", self._turn)

    def _turn(self) -> float:
        if self._returns is None:
            return NOBODY
        self._returns.turn()
        return LOOK_EVERY
