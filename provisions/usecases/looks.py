"""Who came in, was refused, and looked at what: reading it back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from provisions import inputs
from provisions.access.log import WORDS, Logged
from provisions.catalogue import Config
from provisions.domain.calendar import utc_text
from provisions.domain.errors import Refused
from provisions.store import access_log, people
from provisions.usecases.noting import Noting
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


class Looks(Noting):
    """The log of the door. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, views: Views, clock: Callable[[], datetime]) -> None:
        super().__init__(engine, config, clock)
        self._views = views

    def of(self, asked: str) -> list[Look]:
        """Who looked at a case, or what a person did: newest first, at most a thousand.

        Raises ``NotFound`` when it is neither, and ``InvalidInput`` when it can't be.
        """
        with self._engine.begin() as connection:
            code = asked.strip()
            if inputs.CODE.fullmatch(code):
                rows = access_log.of_person(connection, code, MOST)
                if rows or people.find(connection, code) is not None:
                    return [_look(row) for row in rows]
            rows = access_log.of_case(connection, self._case_of(code), MOST)
        return [_look(row) for row in rows]

    def _case_of(self, asked: str) -> int:
        """The number of the case that was meant; ``tr-2026-0042`` may be one as well as a person's code."""
        try:
            return self._views.number(asked)
        except Refused:
            pattern = self._config.organisation.reference_pattern
            if inputs.CODE.fullmatch(asked) and not re.fullmatch(pattern, asked.upper()):
                raise inputs.no_such_person(asked) from None
            raise

    def counts(self) -> dict[Logged, int]:
        """How many lines of each kind are kept."""
        with self._engine.begin() as connection:
            found = access_log.counts(connection)
        return {what: found.get(what.value, 0) for what in Logged}


def _look(row: Any) -> Look:
    return Look(row.at, row.code or "", Logged(row.what), row.about or "", row.reference or "", row.page or "", row.via)
