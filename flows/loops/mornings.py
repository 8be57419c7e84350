"""The messages of the day, for team leads, counters, and whoever chose one a day: a look every minute whether it is time. They go
by the outbox.
"""

from flows.loops.loop import Loop
from provisions.outbound.days import DaysOverviews
from provisions.outbound.gathered import Gathered
from provisions.overview import AbsenceEnds, Mornings

LOOK_EVERY = 60.0  # seconds


class MorningMessages:
    """Calls ``Mornings.tell``, ``DaysOverviews.tell``, ``Gathered.tell`` and ``AbsenceEnds.ask``."""

    def __init__(self, mornings: Mornings, days: DaysOverviews, gathered: Gathered, absences: AbsenceEnds) -> None:
        self._mornings = mornings
        self._days = days
        self._gathered = gathered
        self._absences = absences
        self.loop = Loop("ochtendbericht", self._turn)

    def _turn(self) -> float:
        self._mornings.tell()
        self._days.tell()
        self._gathered.tell()
        self._absences.ask()
        return LOOK_EVERY
