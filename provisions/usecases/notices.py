"""Notices of default (ingebrekestelling) for whoever keeps the case: its director and the team lead, and nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from provisions.access import Subject, UseCase
from provisions.domain.calendar import day_of
from provisions.domain.case import ProvisionKey
from provisions.domain.notices import standing
from provisions.store import workday
from provisions.store.looking import Rows
from provisions.store.worklists import ALL, Only, Scope
from provisions.usecases.seeing import Seeing

MOST_NOTICES = 50


@dataclass(frozen=True)
class NoticeLine:
    """One that was received, and how it stands (``said``, Dutch). ``row``: its case and provision, as a list has them."""

    row: Any
    name: str
    status: str
    said: str

    @property
    def address(self) -> UUID:
        """The random id of its case."""
        found: UUID = self.row.address
        return found

    @property
    def named(self) -> str:
        """The provision as an address has it: ``key``, or ``key~2`` for its second round."""
        return ProvisionKey(self.row.key, self.row.round).in_address


class SeeingNotices(Seeing):
    """The notices that still ask for something."""

    def notices(self, only: Only) -> list[NoticeLine]:
        """Of the cases that this person keeps those that are asked for, the first received first. With whom something lies does
        not matter to a notice.
        """
        with self._read() as rows:
            return self._notices(rows, self.scope, replace(only, lies_with=None))

    def _notices(self, rows: Rows, scope: Scope, only: Only = ALL) -> list[NoticeLine]:
        whole = Scope(scope.whole, cases=scope.cases, handed_over_after=scope.handed_over_after)
        if not whole.whole:
            return []
        found = workday.notices(rows, whole, MOST_NOTICES, only)
        mine = {row.id: row for row in found if self.may(UseCase.MILESTONE, Subject(row.municipality))}
        return [*self._open(mine)] if mine else []

    def _open(self, found: dict[int, Any]) -> Sequence[NoticeLine]:
        """In the order in which they were found, whatever the order in which their cases are read."""
        rule, today = self._config.catalogue.notice, day_of(self._clock())
        views = {view.id: view for view in self._views.provisions(list(found))}
        return [
            NoticeLine(row, view.name, view.status, standing(view.notice, today, rule))
            for number, row in found.items()
            if (view := views.get(number)) is not None and view.notice is not None and view.notice.is_open
        ]
