"""Whether the state of each case follows from its lines: the lines are carried out again, and what is derived is computed anew.

Case by case, in slices. A case that was forgotten holds what the report needs: that still follows from its lines.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from provisions.catalogue.fingerprint import fingerprint
from provisions.domain.calendar import ONE_DAY, day_of, first_moment
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.keeping import KeepTerm
from provisions.domain.lifecycle import SYSTEM, Derived, Moment, derive, derive_case
from provisions.domain.lines import RecordedLine
from provisions.domain.replay import Difference, Replay
from provisions.domain.rules import Catalogue
from provisions.store import absences, brought_in, loading, rules
from provisions.store import tables as t
from provisions.store.audit import CLIENT, FORGOTTEN, OPENED, RECHAINED, client_digest, takes_other_moments

BOUND = "case.bound"  # the line that bound a case that is older than the binding of lines to their client
RULES_CHANGED = (rules.CHANGED, RECHAINED)
_SLICE = 500  # cases


def other_rules(connection: Connection, catalogue: Catalogue) -> bool:
    """Whether the derived columns were computed by other rules than ``catalogue``, or by another version of the program."""
    followed = rules.followed(connection)
    return followed is not None and followed != fingerprint(catalogue)


def unexplained(connection: Connection, catalogue: Catalogue | None) -> Iterator[str]:
    """What of the state does not follow from the lines: Dutch sentences.

    ``catalogue``: the rules in force; without, what is derived is not computed anew.
    """
    yield from absences.unexplained(connection)
    yield from brought_in.unexplained(connection)
    known = _Known(connection, catalogue)
    ids = list(connection.execute(select(t.case.c.id).order_by(t.case.c.id)).scalars())
    for start in range(0, len(ids), _SLICE):
        chosen = ids[start : start + _SLICE]
        lines = _lines(connection, chosen)
        stored = loading.load_whole(connection, chosen)
        for row in connection.execute(select(t.case).where(t.case.c.id.in_(chosen)).order_by(t.case.c.id)):
            yield from _OneCase(row, stored[row.id], lines.get(row.id, ()), known).faults()


class _Known:
    """What holds for all cases."""

    def __init__(self, connection: Connection, catalogue: Catalogue | None) -> None:
        self.catalogue = catalogue
        self.exact = not takes_other_moments(connection)
        changed = select(func.max(t.audit.c.id)).where(t.audit.c.what.in_(RULES_CHANGED), t.audit.c.case_id.is_(None))
        self.rules_since = connection.execute(changed).scalar() or 0
        """The line since which the present rules hold: what was closed before it has the dates of other rules."""


def _lines(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, Sequence[Row[Any]]]:
    a = t.audit.c
    query = (
        select(a.id, a.at, a.by, a.case_id, a.what, a.key, a.data, a.message)
        .where(a.case_id.in_(case_ids))
        .order_by(a.id)
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.case_id, []).append(row)
    return found


@dataclass(frozen=True)
class _OneCase:
    row: Row[Any]
    stored: loading.Stored
    lines: Sequence[Row[Any]]
    known: _Known

    def faults(self) -> Iterator[str]:
        forgotten = [line for line in self.lines if line.what == FORGOTTEN]
        if self.row.forgotten is not None or forgotten:
            yield from self._faults_of_forgetting(forgotten)
        else:
            yield from self._faults_of_binding()
        said = Replay().follow(
            RecordedLine(
                row.id, row.at, row.by, row.what, _key(row), row.data or {}, str(row.message) if row.message else None
            )
            for row in self.lines
        )
        for number in said.unreadable:
            yield f"{self._name}: regel {number} zegt niet wat een regel van die soort hoort te zeggen."
        gone = self.row.forgotten is not None
        for found in said.differences(self.stored.case, forgotten=gone, exact=self.known.exact):
            yield self._told(found)
        if not gone:
            yield from self._faults_of_what_is_derived()

    @property
    def _name(self) -> str:
        return f"Traject {self.row.reference}"

    def _told(self, found: Difference) -> str:
        about = f"{self._name}, {found.key}" if found.key else self._name
        source = f"volgens regel {found.line}" if found.line else "volgens de regels"
        return f"{about}: {found.column} is {found.stored}; {source} is het {found.said}."

    # --- whose it is -------------------------------------------------------------------------------------------------

    def _faults_of_binding(self) -> Iterator[str]:
        bound = [line for line in self.lines if line.what in (OPENED, BOUND) and CLIENT in (line.data or {})]
        opened = [line for line in self.lines if line.what == OPENED]
        if not bound or len(opened) > 1:
            yield f"{self._name}: geen regel zegt dat dit traject is gestart, of meer dan een."
            return
        if len(bound) > 1:
            yield f"{self._name}: regel {bound[1].id} zegt nog eens van wie dit traject is."
        if self.row.salt is None or bound[0].data[CLIENT] != client_digest(
            bytes(self.row.salt), self.row.reference, self.row.route
        ):
            yield f"{self._name}: reference of route is niet die van regel {bound[0].id}: de regels zijn van een andere cliënt."

    def _faults_of_forgetting(self, forgotten: Sequence[Row[Any]]) -> Iterator[str]:
        if not forgotten:
            yield f"{self._name}: de gegevens zijn weg (forgotten is gezet), maar geen regel zegt dat het is vergeten."
            return
        line = forgotten[0]
        if self.row.forgotten is None or self.row.salt is not None or self.row.reference != f"VERGETEN-{self.row.id}":
            yield f"{self._name}: regel {line.id} zegt dat het is vergeten, maar de gegevens staan er nog."
        closed = [row for row in self.lines if row.what in ("case.closed", "case.reopened") and row.id < line.id]
        if not closed or closed[-1].what != "case.closed":
            yield f"{self._name}: regel {line.id} zegt dat het is vergeten, maar het was niet afgesloten."
        elif line.by == SYSTEM and (kept := {k: v for k, v in (line.data or {}).items() if k in ("months", "days")}):
            until = KeepTerm(**kept).after(date.fromisoformat(closed[-1].data["on"]))
            if self.known.exact and day_of(line.at) <= until:
                yield (
                    f"{self._name}: regel {line.id} zegt dat het is vergeten, maar de bewaartermijn liep tot {until.isoformat()}."
                )

    # --- what is derived ---------------------------------------------------------------------------------------------

    def _faults_of_what_is_derived(self) -> Iterator[str]:
        catalogue, case = self.known.catalogue, self.stored.case
        last = self.lines[-1].id if self.lines else 0
        if catalogue is None or (case.closed is not None and last < self.known.rules_since):
            return
        moment = derive_case(case, Moment(first_moment(case.opened), SYSTEM, catalogue)).next_at
        if self.stored.next_at != moment:
            yield f"{self._name}: next_at is {_said(self.stored.next_at)}; uit de regels tot en met {last} volgt {_said(moment)}."
        for key, provision in case.provisions.items():
            if provision.key not in catalogue.provisions:
                continue
            row, possible = self.stored.rows[key], _possible(case, key, catalogue)
            if not any(_same(row, derived) for derived in possible):
                yield from self._told_of_derived(key, row, possible[-1])

    def _told_of_derived(self, key: ProvisionKey, row: Mapping[str, Any], derived: Derived) -> Iterator[str]:
        last = max((line.id for line in self.lines if _key(line) in (key, None)), default=0)
        for name in _DERIVED:
            there, computed = row[name], getattr(derived, name)
            if there != computed:
                yield (
                    f"{self._name}, {key}: {name} is {_said(there)}; uit de regels tot en met {last} volgt {_said(computed)}."
                )


_DERIVED = tuple(Derived.__dataclass_fields__)


def _same(row: Mapping[str, Any], derived: Derived) -> bool:
    return all(row[name] == getattr(derived, name) for name in _DERIVED)


def _possible(case: Case, key: ProvisionKey, catalogue: Catalogue) -> list[Derived]:
    """What is derived, at every moment at which it may have been computed: it differs only by which stop lasted then."""
    stops = case.provisions[key].stops
    still = [(stop.start, stop.end) for stop in stops] + [(rest.start, rest.end) for rest in case.rests]
    days = sorted({day for span in still for day in span}) or [case.opened]
    moments = [first_moment(day) for day in (days[0] - ONE_DAY, *days)]
    return [derive(case, key, Moment(moment, SYSTEM, catalogue)) for moment in moments]


def _key(line: Row[Any]) -> ProvisionKey | None:
    if line.key is None:
        return None
    number = (line.data or {}).get("round", 1)
    return ProvisionKey(line.key, number if isinstance(number, int) else 1)


def _said(value: object) -> str:
    if value is None:
        return "leeg"
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
