"""Lists of what somebody sees: what is late, where it lies and why, and the cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from provisions.access import Subject, UseCase
from provisions.access.log import Logged
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.privacy import refuse_identifying
from provisions.domain.rules import CodeList
from provisions.overview import states
from provisions.store import caselines, directory, listing, worklists
from provisions.store.caselines import CaseQuery, Group, Order
from provisions.store.worklists import Only
from provisions.usecases.seeing import Seeing
from provisions.views.lines import ProvisionLine, line, provision_name
from provisions.views.listing import Next, directors_of, next_of
from provisions.views.places import losing

ROWS = 50
EVERYTHING = 100_000  # rows of a list to take away
UNKNOWN = "unknown"
EVERY = CaseQuery()


@dataclass(frozen=True)
class Listed:
    """Some rows of a list, after the first ``skipped``, and how many there are."""

    rows: tuple[ProvisionLine, ...] = ()
    total: int = 0
    skipped: int = 0


@dataclass(frozen=True)
class LatePage:
    """What is late, what waits too long for something else, and what falls due within a week.

    ``shares``: how many are late by ``municipality``, ``director``, ``key`` and ``lies_with``, most first (``None``: nobody).
    """

    late: Listed
    waiting: Listed
    due: Listed
    shares: Mapping[str, Sequence[tuple[str | None, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. ``open`` and ``late`` count what this person sees of it. ``deputy``: who acts for its director now.

    ``living``: where the client sleeps, in Dutch; empty for whoever may not read that. ``losing``: that this place is lost, and
    when. ``worst``: the worst thing, in Dutch. ``rest``: since when it is at rest; ``moving``: the municipality to which it is
    being handed over.
    """

    address: UUID
    reference: str
    own_number: str | None
    municipality: str
    director: str | None
    deputy: str | None
    opened: date
    closed: date | None
    living: str
    losing: str
    open: int
    late: int
    worst: str
    next: Next | None
    rest: date | None
    moving: str | None


@dataclass(frozen=True)
class CasePage:
    """Some cases, after the first ``skipped``, and how many there are."""

    rows: tuple[CaseLine, ...]
    total: int
    skipped: int = 0


class Lists(Seeing):
    """The lists of whoever sees cases."""

    def late(self, only: Only = worklists.ALL) -> LatePage:
        """What is late, longest first, with its causes; below it what waits too long and what falls due within a week.

        Raises ``NotFound`` for whoever sees no case.
        """
        self.must(UseCase.SEE_CASE)
        scope, now = self.scope, self._clock()
        first = replace(only, skip=0, rows=min(only.rows, ROWS))
        with self._read() as rows:
            late = worklists.late_rows(rows, scope, now, only)
            shares = worklists.shares_of_late(rows, scope, now, only)
            due = worklists.due(rows, scope, now, self._soon(now), first)
            waiting = worklists.blocked_beyond(rows, scope, self._views.patience(day_of(now)), day_of(now), first)
        by_axis: dict[str, list[tuple[str | None, int]]] = {}
        for row in shares:
            by_axis.setdefault(row.axis, []).append((row.value, row.number))
        total = sum(number for _, number in by_axis.get("municipality", ()))  # each has one
        return LatePage(
            Listed(self._lines(late), total, only.skip),
            Listed(self._lines(waiting[0]), waiting[1]),
            Listed(self._lines(due[0]), due[1]),
            by_axis,
        )

    def cases(self, query: CaseQuery = EVERY) -> CasePage:
        """Cases, of a group and in an order. A search is written down, without what was searched.

        Raises ``NotFound`` for whoever sees no case, and ``InvalidInput`` when what is searched for tells who somebody is.
        """
        self.must(UseCase.SEE_CASE)
        now, scope = self._clock(), self.scope
        today = day_of(now)
        if query.search:
            refuse_identifying(query.search, "wat u zoekt")
        with self._read() as rows:
            away = listing.absences(rows, today)
            asked = replace(
                query,
                mine=self.actor.code,
                replaced=away.represented(self.actor.code, today),
                assigned=directors_of(directory.directory_of(rows, self._config.organisation.people), self._config),
                search=query.search[:60],
            )
            found, total = caselines.cases(rows, scope, asked, now, today)
        if query.search:
            self._looks.note(Logged.SEARCHED, self.actor.code, via=self.actor.via, page="clienten")
        return CasePage(
            tuple(self._case(row, away.acting(row.director, today), today) for row in found), total, query.skip
        )

    def own_cases(self) -> CasePage:
        """The cases of which this person is director, the worst first."""
        if not self.may(UseCase.SEE_CASE) or not self.scope.whole:
            return CasePage((), 0)
        return self.cases(CaseQuery(Group.MINE, Order.WORST, rows=ROWS))

    def replaces(self) -> bool:
        """Whether this person acts for somebody who is away."""
        today = day_of(self._clock())
        with self._read() as rows:
            return bool(listing.absences(rows, today).represented(self.actor.code, today))

    def directors(self) -> list[str]:
        """Who directs a case that this person sees."""
        with self._read() as rows:
            return caselines.directors(rows, self.scope)

    def municipalities(self) -> list[str]:
        """Of which this person sees something."""
        scope = self.scope
        within = {*scope.whole, *scope.at_table, *scope.to_judge}
        return [key for key in self._config.organisation.municipalities if key in within]

    # --- rows ------------------------------------------------------------------------------------------------------------

    def _lines(self, rows: Sequence[Any]) -> tuple[ProvisionLine, ...]:
        now = self._clock()
        return tuple(line(row, self._config, now, causes=self._sees_whole(row)) for row in rows)

    def _sees_whole(self, row: Any) -> bool:
        """Where a client sleeps and why something is not there yet is for director and team lead alone."""
        return self.may(UseCase.SEE_FREE_TEXT, Subject(row.municipality))

    def _case(self, row: Any, acting: str | None, today: date) -> CaseLine:
        codes = self._config.catalogue.codes[CodeList.LIVING]
        known = self._sees_whole(row) and row.living != UNKNOWN
        return CaseLine(
            address=row.address,
            reference=row.reference,
            own_number=row.own_number if self._sees_whole(row) else None,
            municipality=row.municipality,
            director=row.director,
            deputy=acting if acting != row.director else None,
            opened=row.opened,
            closed=row.closed,
            living=codes.get(row.living, row.living) if known else "",
            losing=self._losing(row, today),
            open=row.open,
            late=row.late,
            worst=self._worst(row, today),
            next=next_of(row, self._config) if row.closed is None else None,
            rest=row.rest,
            moving=row.handover_with if row.moving else None,
        )

    def _losing(self, row: Any, today: date) -> str:
        if row.place_ends is None or row.closed is not None:
            return ""
        return losing(row.place_ends, today, self._config.catalogue.calendar_of(row.municipality))

    def _worst(self, row: Any, today: date) -> str:
        if row.closed is not None:
            return f"Afgesloten op {states.near_day(row.closed, today)}"
        if row.rest is not None:
            return f"Uit beeld sinds {states.near_day(row.rest, today)}"
        if row.worst:
            since, key, number = row.worst.split(" ")
            days = (today - date.fromisoformat(since)).days + 1
            name = provision_name(self._config, key, int(number), None)
            return f"{dutch.capitalised(name)}: {dutch.days(days)} {dutch.OVERDUE}"
        if row.refused:
            key, number = row.refused.split(" ")
            return f"{dutch.capitalised(provision_name(self._config, key, int(number), None))}: afgewezen"
        return ""
