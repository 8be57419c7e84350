"""Who came in, was refused, and looked at what: writing it down, and reading it back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access.log import WORDS, Logged
from provisions.catalogue import Config
from provisions.domain.calendar import day_of, utc_text
from provisions.domain.lifecycle import Via
from provisions.store import access_log, people
from provisions.store.access_log import Entry
from provisions.views.cases import Views

MOST = 1000


@dataclass(frozen=True)
class Look:
    """One line, as people see it. ``reference`` is empty where it was about no case."""

    at: datetime
    code: str
    what: Logged
    about: str
    reference: str
    page: str
    via: str

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "at": utc_text(self.at),
            "code": self.code or None,
            "what": self.what.value,
            "about": self.about or None,
            "reference": self.reference or None,
            "page": self.page or None,
            "via": self.via,
        }

    @property
    def said(self) -> str:
        """In Dutch."""
        return WORDS[self.what]


class Looks:
    """The log of the door. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, views: Views, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._views = views
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

    def of(self, asked: str) -> list[Look]:
        """Who looked at a case, or what a person did: newest first, at most a thousand.

        Raises ``NotFound`` when it is neither, and ``InvalidInput`` when it can't be.
        """
        with self._engine.connect() as connection:
            if inputs.CODE.fullmatch(asked.strip()):
                code = asked.strip()
                rows = access_log.of_person(connection, code, MOST)
                if not rows and people.find(connection, code) is None:
                    raise inputs.no_such_person(code)
            else:
                rows = access_log.of_case(connection, self._views.number(asked), MOST)
        return [_look(row) for row in rows]

    def counts(self) -> dict[Logged, int]:
        """How many lines of each kind are kept."""
        with self._engine.connect() as connection:
            found = access_log.counts(connection)
        return {what: found.get(what.value, 0) for what in Logged}

    def _keep_until(self, today: date) -> date:
        return today + relativedelta(months=self._config.organisation.keep_looks_months)


def _look(row: Any) -> Look:
    return Look(row.at, row.code or "", Logged(row.what), row.about or "", row.reference or "", row.page or "", row.via)
