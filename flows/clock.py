"""The clock: sleeps until something happens, then has it recorded. A deadline passes here, with or without Prefect."""

from collections.abc import Callable
from datetime import datetime

from flows.loops import Loop
from provisions.steps import Steps

LONGEST_SLEEP = 60.0  # seconds: a machine's clock may jump, so the time is looked at anew


class Clock:
    """Calls ``Steps.tick`` when the next moment comes, or when woken."""

    def __init__(self, steps: Steps, *, now: Callable[[], datetime], ticked: Callable[[], None]) -> None:
        """``now`` gives the present moment (aware); ``ticked`` is called when something was recorded."""
        self._steps = steps
        self._now = now
        self._ticked = ticked
        self.loop = Loop("klok", self._turn)

    def _turn(self) -> float:
        while not self.loop.stopped and self._steps.tick():
            self._ticked()
        return self.until_next()

    def until_next(self) -> float:
        """Seconds until anything happens, at most a minute."""
        moment = self._steps.next_moment()
        if moment is None:
            return LONGEST_SLEEP
        # At least a moment: what is due and yet was not handled (another engine has it) must not spin.
        return min(LONGEST_SLEEP, max(0.5, (moment - self._now()).total_seconds()))
