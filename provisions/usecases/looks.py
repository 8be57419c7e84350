"""Who came in, was refused, and looked at what: reading it back."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from provisions import inputs
from provisions.access import Given
from provisions.access.log import WORDS, Logged
from provisions.catalogue import Config
from provisions.domain.calendar import utc_text
from provisions.domain.errors import Refused
from provisions.store import access_log, people
from provisions.usecases.noting import Noting
from provisions.views.cases import Views

MOST = 1000
REASONS_OF = timedelta(weeks=13)


@dataclass(frozen=True)
class Look:
    """One line, as people see it. ``reference`` is empty where it was about no case.

    ``reason``: the code of the one with which somebody looked who had no standing right to, ``because`` the same in Dutch, in
    ``municipality``; ``until`` (UTC): how long that one lasts, in the line in which it was given.
    """

    at: datetime
    code: str
    what: Logged
    about: str
    reference: str
    page: str
    via: str
    municipality: str = ""
    reason: str = ""
    because: str = ""
    until: datetime | None = None

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
            "municipality": self.municipality or None,
            "reason": self.reason or None,
            "until": utc_text(self.until) if self.until else None,
        }

    @property
    def said(self) -> str:
        """In Dutch."""
        return f"{WORDS[self.what]} ({self.because})" if self.because else WORDS[self.what]


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
                    return [self._look(row) for row in rows]
            rows = access_log.of_case(connection, self._case_of(code), MOST)
        return [self._look(row) for row in rows]

    def with_reason(self, reference: str) -> list[dict[str, Any]]:
        """When a case was looked at with a reason, and with which one, newest first, without who it was: for the client."""
        kind = Logged.LOOKED_WITH_REASON.value
        with self._engine.begin() as connection:
            rows = access_log.of_case(connection, self._views.number(reference), MOST, kind)
        return [
            {"at": utc_text(look.at), "page": look.page, "reason": look.reason, "because": look.because}
            for look in map(self._look, rows)
        ]

    def reasons_in(self, municipalities: Sequence[str]) -> list[Look]:
        """Who gave a reason to look in one of these municipalities: the past thirteen weeks, newest first, at most a thousand."""
        kind = Logged.REASON_GIVEN.value
        with self._engine.begin() as connection:
            rows = access_log.reasons_in(connection, municipalities, kind, self._clock() - REASONS_OF, MOST)
        return [self._look(row) for row in rows]

    def reasons_of(self, code: str) -> list[Given]:
        """The reasons to look that a person gave and that count now, newest first."""
        now, kind = self._clock(), Logged.REASON_GIVEN.value
        with self._engine.begin() as connection:
            rows = access_log.reasons_of(connection, code, kind, now)
        found = [Given(row.code, row.municipality, row.reason, row.at, row.until) for row in rows]
        return [given for given in found if given.counts(now)]

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
        """How many of each kind are kept. A page that was looked at with a reason is one look, whoever stands on it."""
        with self._engine.begin() as connection:
            found = access_log.counts(connection, Logged.LOOKED_WITH_REASON.value)
        return {what: found.get(what.value, 0) for what in Logged}

    def _look(self, row: Any) -> Look:
        about, page, reason = row.about or "", row.page or "", row.reason or ""
        because = self._config.rights.reason_called(reason) if reason else ""
        reference = row._mapping.get("reference") or ""
        look = Look(row.at, row.code or "", Logged(row.what), about, reference, page, row.via)
        return replace(look, municipality=row.municipality or "", reason=reason, because=because, until=row.until)
