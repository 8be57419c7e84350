"""The monitor (kengetallen) for whoever may read it, and what is to be said anew each quarter."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from provisions.access import Actor, UseCase
from provisions.access.rights import Reach
from provisions.catalogue import Config
from provisions.database import walls
from provisions.database.connect import pooled
from provisions.domain import lifecycle
from provisions.domain.calendar import day_of
from provisions.domain.case import Case
from provisions.domain.monitor import first_of_quarter
from provisions.store import listing
from provisions.store import monitor as kept
from provisions.store.looking import Rows
from provisions.usecases.deciding import Deciding
from provisions.usecases.looks import Looks
from provisions.usecases.seeing import Seeing
from provisions.views.monitor import Monitored, Monitors

MOST = 200


class Monitoring:
    """Counted for all: the region's figures are of every municipality, whoever looks. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, looks: Looks, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._looks = looks
        self._monitors = Monitors(pooled(engine), config, clock)

    def of(self, actor: Actor, on: date | None = None) -> Monitored:
        """The monitor of day ``on`` (today). Raises ``NotFound`` for whoever may not read it."""
        self._looks.must(actor, UseCase.SEE_REPORTS)
        with walls.within(self._config.organisation.municipalities, date.min):
            return self._monitors.of(on)


class SayingAgain(Deciding):
    """Each quarter, of each client."""

    def still_so(self, reference: str, *, by: Actor) -> Case:
        """Where the client sleeps, whether that place is lost, and Wlz are still so; see ``lifecycle.still_so``."""
        doing = self._doing(by, UseCase.LIVING)
        return self._decide(reference, doing, lambda case: lifecycle.still_so(case, doing))


class SeeingQuarter(Seeing):
    """What somebody has to say anew."""

    def to_confirm(self) -> tuple[Sequence[Any], int]:
        """Open cases of which nobody said this quarter where the client sleeps, the longest ago first, and how many there are:
        one's own and those of whom one replaces where there are any, else all of one's municipalities. Raises ``NotFound`` for
        whoever may not say so.
        """
        self.must(UseCase.LIVING)
        today = day_of(self._clock())
        with self._read() as rows:
            replaced = listing.absences(rows, today).represented(self.actor.code, today)
            reaches = self._config.rights.reaches(self.actor, UseCase.LIVING, self._config.organisation.municipalities)
            places, directors = reaches.get(Reach.MUNICIPALITY, ()), (self.actor.code, *replaced)
            return kept.to_confirm(rows, places, directors, first_of_quarter(today), MOST)

    def _unsaid(self, rows: Rows, cases: Sequence[int]) -> int:
        """Of how many of these cases this person has still to say so."""
        since = first_of_quarter(day_of(self._clock()))
        return kept.unsaid(rows, cases, since) if self.may(UseCase.LIVING) else 0
