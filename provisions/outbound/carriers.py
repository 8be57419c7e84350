"""Threads that send, each over a connection of its own, so that a slow server holds one message and not all."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Collection
from typing import Protocol

from provisions.outbound.sending import CONNECTIONS, Busy
from provisions.outbound.transports import Transport

CARRIERS = CONNECTIONS + 2  # so that webhooks go on while the mail server is slow
IN_HAND = 60  # provisions taken from the database and not yet looked at
MOST_WAITING = 2_000  # of these, provisions that wait for a connection to the mail server

log = logging.getLogger(__name__)


class Jobs(Protocol):
    """What there is to send: what carriers need of ``provisions.outbound.outbox.Outbox``."""

    def due(self, limit: int, under_way: Collection[object]) -> list[object]:
        """At most so many jobs, none of them ``under_way``."""

    def deliver(self, what: object, transport: Transport) -> None:
        """Do one. Raises ``Busy``."""


class Carriers:
    """``another`` makes one more way out, for a thread of its own."""

    def __init__(self, jobs: Jobs, another: Callable[[], Transport]) -> None:
        self._to_do = jobs
        self._another = another
        self._jobs: deque[object] = deque()
        self._for_mail: deque[object] = deque()  # known to wait for a connection to the mail server
        self._sending = 0
        self._under_way: set[object] = set()
        self._lock = threading.Lock()
        self._threads = 0

    def hand_out(self, limit: int) -> int:
        """Give what is due to those that are free; how much that was."""
        with self._lock:
            room = min(IN_HAND - len(self._jobs), MOST_WAITING - len(self._under_way))
            under_way = frozenset(self._under_way)
        found = self._to_do.due(min(limit, room), under_way) if room > 0 else []
        with self._lock:
            self._under_way.update(found)
            self._jobs.extend(found)
            missing = max(0, min(CARRIERS - self._threads, len(self._jobs) + len(self._for_mail)))
            self._threads += missing
        for _ in range(missing):
            threading.Thread(target=self._carry, name="provisions-bezorger", daemon=True).start()
        return len(found)

    def _carry(self) -> None:
        """Send until there is nothing that can be sent now."""
        transport = self._another()
        try:
            while (job := self._next()) is not None:
                self._send(job, transport)
        finally:
            transport.close()

    def _next(self) -> object | None:
        """A job; ``None``, and one thread less, when there is none."""
        with self._lock:
            if self._for_mail and self._sending < CONNECTIONS:
                return self._for_mail.popleft()
            if self._jobs:
                return self._jobs.popleft()
            self._threads -= 1
            return None

    def _send(self, job: object, transport: Transport) -> None:
        with self._lock:
            self._sending += 1
        try:
            self._to_do.deliver(job, transport)
        except Busy:
            with self._lock:
                self._for_mail.append(job)
            return
        except Exception as error:  # noqa: BLE001 - the database is away: what is due is found again when it is back
            log.warning("berichten: lukt nu niet (%s); probeert het opnieuw", type(error).__name__)
        finally:
            with self._lock:
                self._sending -= 1
        with self._lock:
            self._under_way.discard(job)
