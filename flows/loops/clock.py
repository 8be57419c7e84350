"""The clock: sleeps until something happens, then has it recorded. A deadline passes here, with or without Prefect."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from flows.loops.loop import Loop
from provisions.usecases.passing_time import PassingTime

MANY = 500  # provisions in one transaction: there may be thousands more
HANDS = 2  # recorded at the same time: while one computes, the database works for the other
LONGEST_SILENCE = timedelta(seconds=1)
OTHERS = 0.5  # seconds
LONGEST_SLEEP = 60.0  # seconds: a machine's clock may jump, so it is read anew


class Clock:
    """Calls ``PassingTime.tick`` when the next moment comes, or when woken."""

    def __init__(self, time: PassingTime, *, now: Callable[[], datetime], ticked: Callable[[], None]) -> None:
        """``now`` gives the present moment (aware); ``ticked`` is called when something was recorded."""
        self._time = time
        self._now = now
        self._ticked = ticked
        self._told = now()
        self._expected: datetime | None = None
        self.handled = 0
        """For how many provisions something happened since the start."""
        self.late = 0.0
        """How many seconds after its moment the last moment that was waited for had been handled whole."""
        self.loop = Loop("klok", self._turn)

    def _turn(self) -> float:
        self._told = self._now()
        count = self._time.tick()
        if count >= MANY:
            with ThreadPoolExecutor(HANDS, "provisions-klok") as hands:
                count += sum(hands.map(lambda _: self._rest(), range(HANDS)))
        elif count:
            count += self._rest()
        if count:
            self._ticked()
        self._note(count)
        return self.until_next()

    def _rest(self) -> int:
        """Tick until nothing is due that nobody else has."""
        count = 0
        while not self.loop.stopped and (some := self._time.tick()):
            count += some
            # Of thousands at once: first all of it, then what follows; but a letter does not wait for a long backlog.
            if self._now() - self._told > LONGEST_SILENCE:
                self._told = self._now()
                self._ticked()
        return count

    def _note(self, count: int) -> None:
        self.handled += count
        now = self._now()
        # What is registered late was due before anybody could have handled it: that is not lateness of ours.
        if count and self._expected is not None and self._expected <= now:
            self.late = (now - self._expected).total_seconds()

    def until_next(self) -> float:
        """Seconds until anything happens, at most a minute."""
        self._expected = moment = self._time.next_moment()
        if moment is None:
            return LONGEST_SLEEP
        seconds = (moment - self._now()).total_seconds()
        # What is due and yet was not handled (another engine has it) must not spin.
        return min(LONGEST_SLEEP, seconds if seconds > 0 else OTHERS)
