"""What happened since somebody's previous visit, and that somebody else, or the clock, did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from provisions.access.log import Logged
from provisions.overview import since
from provisions.store import workday
from provisions.store.looking import Rows
from provisions.usecases.own_work import Mine, OwnWork
from provisions.views.lines import provision_name

MOST_HAPPENED = 40
VISITS = (Logged.SIGNED_IN, Logged.SIGNED_OUT, Logged.LOOKED, Logged.SEARCHED)


@dataclass(frozen=True)
class Happened:
    """Something that somebody else, or the clock, did with a case: a Dutch sentence, at a moment (UTC)."""

    address: UUID
    reference: str
    at: datetime
    said: str


@dataclass(frozen=True)
class News:
    """What happened since ``since`` (UTC), newest first, and how much; ``since`` is ``None`` at a first visit."""

    since: datetime | None
    lines: tuple[Happened, ...] = ()
    total: int = 0


class SinceLastVisit(OwnWork):
    """What is new in the cases that are this person's work."""

    def _news(self, rows: Rows, mine: Mine, began: datetime) -> News:
        if not mine.own:
            return News(None)
        kinds = [kind.value for kind in VISITS]
        before = workday.previous_visit(rows, self.actor.code, began, kinds)
        if before is None:
            return News(None)
        found, total = workday.happened(rows, mine.cases, self.actor.code, before, since.KINDS, MOST_HAPPENED)
        lines = [
            Happened(row.address, row.reference, row.at, since.sentence(row, self._name_of(row), row.by))
            for row in found
        ]
        return News(before, tuple(lines), total)

    def _name_of(self, row: Any) -> str:
        return provision_name(self._config, row.key, row.round, row.purpose) if row.key else ""
