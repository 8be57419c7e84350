"""What somebody must do, as a list has it, and whose work it is: one's own, and that of those whom one replaces."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from provisions.domain.calendar import day_of
from provisions.domain.case import ProvisionKey
from provisions.store import listing, worklists
from provisions.store.looking import Rows
from provisions.store.worklists import Scope
from provisions.usecases.seeing import Seeing
from provisions.views.lines import provision_name

MOST = 50


class Kind(StrEnum):
    """Why something stands in the list, in the order of the list; the value is for programs."""

    SHELTER = "shelter"
    PLACE = "place"
    LATE = "late"
    NOTICE = "notice"
    ANSWERED = "answered"
    DUE = "due"
    OBJECTION = "objection"
    ASKED = "asked"
    HANDOVER = "handover"
    FOLLOW_UP = "follow_up"
    GROUP = "group"
    QUARTER = "quarter"


TITLES = {
    Kind.SHELTER: "Vannacht geen plek",
    Kind.PLACE: "Plek loopt af",
    Kind.LATE: "Te laat",
    Kind.NOTICE: "Ingebrekestelling",
    Kind.ANSWERED: "Antwoord binnen",
    Kind.DUE: "Uiterlijk vandaag of morgen",
    Kind.OBJECTION: "Bezwaar kan nog tot",
    Kind.ASKED: "Collega vraagt: kijk mee",
    Kind.HANDOVER: "Overdracht",
    Kind.FOLLOW_UP: "Vervolgactie",
    Kind.GROUP: "Voor de stuurgroep",
    Kind.QUARTER: "Elk kwartaal",
}


@dataclass(frozen=True)
class Task:
    """One thing to do. ``address``: of its case, ``None`` where it is about no case (``reference``: then what it is called);
    ``key`` (``key~2``) and ``state`` where it is about a provision; ``what`` it is about and how it stands (``said``), in Dutch;
    ``action``: what is done, and ``at`` on which page (an address of ours).

    ``director``: whose case it is, where that is somebody else. ``lies_with``: with whom it lies (Dutch), where that is a
    counter or a table.
    """

    address: UUID | None
    reference: str
    own_number: str | None
    municipality: str
    director: str | None
    what: str
    said: str
    action: str
    at: str
    key: str = ""
    state: str = ""
    late: bool = False
    lies_with: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the list: the first of it, and how much there is."""

    kind: Kind
    tasks: tuple[Task, ...]
    total: int

    @property
    def title(self) -> str:
        """In Dutch."""
        return TITLES[self.kind]


@dataclass(frozen=True)
class Mine:
    """Whose cases it is about: the codes of those I act for, myself first; ``cases``: theirs."""

    own: bool
    codes: tuple[str, ...]
    cases: tuple[int, ...]
    scope: Scope
    now: datetime

    def other(self, director: str | None) -> str | None:
        """Whose case it is, where that is not oneself."""
        return None if director == self.codes[0] else director


class OwnWork(Seeing):
    """Whose cases it is about, and a task about one of them."""

    def _mine(self, rows: Rows) -> Mine:
        """Whose cases it is about: my own and those of the people I replace, or all that I see when I direct none."""
        now, scope = self._clock(), self.scope
        away = listing.absences(rows, day_of(now))
        codes = [self.actor.code, *away.represented(self.actor.code, day_of(now))]
        cases = worklists.cases_of(rows, replace(scope, at_table=(), to_judge=()), codes) if scope.whole else ()
        narrowed = replace(scope, cases=cases, at_table=(), to_judge=()) if cases else scope
        return Mine(bool(cases), tuple(codes), cases, narrowed, now)

    def _about(self, row: Any, mine: Mine, said: str, action: str) -> Task:
        """A task about a row with a case, and a provision where it has one."""
        key = named(getattr(row, "key", None), getattr(row, "round", None))
        purpose = getattr(row, "purpose", None)
        return Task(
            row.address,
            row.reference,
            row.own_number,
            row.municipality,
            mine.other(row.director),
            provision_name(self._config, row.key, row.round, purpose) if key else "Traject",
            said,
            action,
            f"/clienten/{row.address}/{key}" if key else f"/clienten/{row.address}",
            key,
            getattr(row, "status", None) or "",
        )


def named(key: str | None, number: int | None) -> str:
    """A provision as an address has it: ``key``, or ``key~2`` for its second round; empty for none."""
    return "" if key is None else ProvisionKey(key, number or 1).in_address
