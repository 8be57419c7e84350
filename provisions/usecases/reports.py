"""Reading the weekly reports: for the steering group and who else may. No case and no reference is in any of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine

from provisions.access import Actor, UseCase
from provisions.catalogue import Config
from provisions.database import walls
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.domain.weeks import Week
from provisions.inputs import no_such_page
from provisions.report.build import Report, past_week
from provisions.report.reports import Reports
from provisions.store import reports as stored
from provisions.usecases.looks import Looks

MOST = 104  # weeks


@dataclass(frozen=True)
class Listed:
    """A report that can be read. ``made`` (aware) and the figures are ``None`` for the week that is not sent yet."""

    week: Week
    made: datetime | None = None
    breaches: int | None = None
    overdue: int | None = None


class ReadingReports:
    """The reports as ``actor`` may read them. ``clock`` gives the moment (aware)."""

    def __init__(
        self, engine: Engine, config: Config, reports: Reports, looks: Looks, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._config = config
        self._reports = reports
        self._looks = looks
        self._clock = clock

    def listed(self, actor: Actor) -> list[Listed]:
        """Every report that was sent, newest first; before them last week's, when it is to be sent yet.

        Raises ``NotFound`` for whoever may not read them.
        """
        self._looks.must(actor, UseCase.SEE_REPORTS)
        now = self._clock()
        with self._engine.connect() as connection:
            sent = [
                Listed(Week.parse(week), made, breaches, overdue)
                for week, made, breaches, overdue in stored.list_sent(connection, now, MOST)
            ]
        with walls.within(self._config.organisation.municipalities, date.min), self._engine.connect() as connection:
            first = stored.first_start(connection)
        last = past_week(day_of(now))
        coming = first is not None and first <= last.sunday and last not in {one.week for one in sent}
        return [Listed(last), *sent] if coming else sent

    def of_week(self, actor: Actor, week: str) -> Report:
        """One of those. Raises ``NotFound`` for any other week, and for whoever may not read them."""
        try:
            asked = Week.parse(week)
        except InvalidInput:
            asked = None
        if asked not in {one.week for one in self.listed(actor)}:
            raise no_such_page()
        # The region as a whole, in which no case is named: who may read one report reads the same as everybody.
        with walls.within(self._config.organisation.municipalities, date.min):
            return self._reports.of_week(asked)
