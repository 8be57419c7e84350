"""Writing down who came in, was refused, and looked at what."""

from collections.abc import Callable
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, Engine

from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.domain.calendar import day_of
from provisions.domain.lifecycle import Via
from provisions.store import access_log
from provisions.store.access_log import Entry


class Noting:
    """Lines of the log of the door. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock

    def note(
        self,
        what: Logged,
        code: str | None,
        *,
        via: Via = Via.WEB,
        about: str | None = None,
        case_id: int | None = None,
        page: str | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Write one line, in the transaction of ``connection`` or in one of its own."""
        now = self._clock()
        entry = Entry(now, code, what.value, via.value, self._keep_until(day_of(now)), about, case_id, page)
        if connection is not None:
            access_log.add(connection, entry)
            return
        with self._engine.begin() as own:
            access_log.add(own, entry)

    def _keep_until(self, today: date) -> date:
        return today + relativedelta(months=self._config.organisation.keep_looks_months)
