"""The messages of the day, for team leads, counters, and whoever chose one a day: a look every minute whether it is time. They go
by the outbox.
"""

from flows.loops.loop import Loop
from provisions.outbound.days import DaysOverviews
from provisions.outbound.gathered import Gathered
from provisions.overview import AbsenceEnds, Mornings
from provisions.usecases.bringing_in import BringingIn

LOOK_EVERY = 60.0  # seconds


class MorningMessages:
    """Calls ``Mornings.tell``, ``DaysOverviews.tell``, ``Gathered.tell``, ``AbsenceEnds.ask`` and ``BringingIn.ask_again``."""

    def __init__(
        self, mornings: Mornings, days: DaysOverviews, gathered: Gathered, absences: AbsenceEnds, bringing: BringingIn
    ) -> None:
        self._mornings = mornings
        self._days = days
        self._gathered = gathered
        self._absences = absences
        self._bringing = bringing
        self.loop = Loop("ochtendbericht", self._turn)

    def _turn(self) -> float:
        self._mornings.tell()
        self._days.tell()
        self._gathered.tell()
        self._absences.ask()
        self._bringing.ask_again()
        return LOOK_EVERY
