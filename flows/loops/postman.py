"""Sends what is pending: at once when woken, and at the next try of what failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from flows.loops.loop import Loop

LONGEST_SLEEP = 60.0  # seconds


class Deliverer(Protocol):
    """What this loop needs of ``provisions.outbound.outbox.Outbox``."""

    def deliver_due(self) -> int:
        """Handle what is due. Returns how many messages."""

    def next_try(self) -> datetime | None:
        """When the next message is due (UTC)."""


class Postman:
    """Calls ``Outbox.deliver_due``."""

    def __init__(self, outbox: Deliverer, *, now: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._now = now
        self.loop = Loop("berichten", self._turn)

    def _turn(self) -> float:
        while not self.loop.stopped and self._outbox.deliver_due():
            pass
        moment = self._outbox.next_try()
        if moment is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(0.5, (moment - self._now()).total_seconds()))
