"""A loop of the engine: a thread that takes turns, sleeps in between, can be woken, and ends by ``stop`` only."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0


class Loop:
    """Calls ``turn`` again and again; ``turn`` returns how many seconds to sleep unless woken.

    An exception (a database or Prefect that is away) ends the turn and not the loop: the next try comes after 1, 2, 4 …
    up to 30 seconds. Only the kind of the exception is logged, because its text may hold data.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[], float],
        *,
        around: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self.name = name
        self._turn = turn
        self._around = around
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"provisions-{name}", daemon=True)
        self.began: float | None = None
        """When the last turn began (monotonic seconds); ``None`` before the first."""
        self.faults = 0
        """How many turns failed since the last that did not."""

    @property
    def stopped(self) -> bool:
        """Whether the loop was asked to stop: a long turn looks at this."""
        return self._stopped.is_set()

    def start(self) -> None:
        """Begin; the first turn is at once."""
        self._thread.start()

    def wake(self) -> None:
        """Take a turn now, or one more after the present turn."""
        self._woken.set()

    def stop(self) -> None:
        """Ask to stop after the present turn; does not wait."""
        self._stopped.set()
        self._woken.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end of the present turn. Returns whether it came."""
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        with self._around():
            while not self.stopped:
                # Cleared before the turn, so that a wake during the turn is not lost.
                self._woken.clear()
                if self.stopped:
                    return
                self.began = time.monotonic()
                try:
                    pause = self._turn()
                except Exception as fault:  # noqa: BLE001 - whatever is away, the loop goes on
                    self.faults += 1
                    self._report(fault, self.faults)
                    self._stopped.wait(min(LONGEST_PAUSE, 2.0 ** (self.faults - 1)))
                    continue
                if self.faults:
                    logger.info("%s: gaat weer verder", self.name)
                    self.faults = 0
                self._woken.wait(pause)

    def _report(self, fault: Exception, times: int) -> None:
        # The first, and then ever more seldom, so that a night without Prefect does not fill the log.
        if times & (times - 1) == 0:
            logger.warning("%s: lukt nu niet (%s); probeert het opnieuw", self.name, type(fault).__name__)
            logger.debug("%s", self.name, exc_info=fault)
