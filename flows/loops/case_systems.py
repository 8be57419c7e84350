"""What is to be done and looked at in the case systems of municipalities. Nothing else waits for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from flows.loops.loop import Loop

LONGEST_SLEEP = 60.0  # seconds
SHORTEST_SLEEP = 1.0
SUBSCRIBED_EVERY = timedelta(days=1)


class Works(Protocol):
    """What this loop needs of ``provisions.usecases.case_system.CaseSystems``."""

    def turn(self) -> int:
        """Do what is to be done. Returns how many zaken were handled."""

    def next_moment(self) -> datetime | None:
        """When something is to be done next (UTC)."""

    def subscribe(self) -> bool:
        """See to it that we hear of changes; ``False`` where that did not succeed everywhere."""


class CaseSystemLoop:
    """Works, at once when woken. ``notified``: the case systems can reach us, so that being told of changes is seen to."""

    def __init__(self, systems: Works, *, now: Callable[[], datetime], notified: bool) -> None:
        self._systems = systems
        self._now = now
        self._subscribe_at: datetime | None = now() if notified else None
        self.loop = Loop("zaaksystemen", self._turn)

    def _turn(self) -> float:
        self._see_to_subscriptions()
        while not self.loop.stopped and self._systems.turn():
            pass
        moment = self._systems.next_moment()
        if moment is None:
            return LONGEST_SLEEP
        return min(LONGEST_SLEEP, max(SHORTEST_SLEEP, (moment - self._now()).total_seconds()))

    def _see_to_subscriptions(self) -> None:
        if self._subscribe_at is None or self._now() < self._subscribe_at:
            return
        done = self._systems.subscribe()
        self._subscribe_at = self._now() + (SUBSCRIBED_EVERY if done else timedelta(minutes=5))
