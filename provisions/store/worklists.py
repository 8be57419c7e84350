# ruff: noqa: S608 - what is filled in are pieces of our own text
"""What somebody may see, as lists: what is late, what falls due, and the cases. Nothing outside the scope is even counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.domain.rungs import RungName
from provisions.store.looking import Rows

_TABLES = [rung.value for rung in RungName if rung.kind.is_table and not rung.kind.is_judged]
_JUDGED = [rung.value for rung in RungName if rung.kind.is_judged]

# Whether provision p of case c is in the scope. Named parts: see ``Scope``.
_OPEN = "p.status IN ('blocked', 'waiting', 'refused')"
# The one that takes over a case sees it beside the one that has it; the one that did have it reads its own rounds on for a time.
_WHOLE = (
    "(c.municipality = ANY(%(whole)s::text[]) "
    "OR (c.handover_accepted IS NULL AND c.handover_since IS NOT NULL AND c.handover_with = ANY(%(whole)s::text[])))"
)
_READS_ON = "c.handover_accepted > %(handed_over_after)s::date"
_SEEN = (
    f"({_WHOLE} "
    f"OR (c.handover_with = ANY(%(whole)s::text[]) AND {_READS_ON} AND p.municipality = c.handover_with) "
    "OR (c.municipality = ANY(%(at_table)s::text[]) AND p.lies_with = ANY(%(tables)s::text[])) "
    f"OR (c.municipality = ANY(%(to_judge)s::text[]) AND {_OPEN} AND EXISTS (SELECT 1 FROM rung r "
    "WHERE r.provision_id = p.id AND r.name = ANY(%(judged)s::text[]) AND r.submitted IS NULL)))"
)
_OF = "FROM provision p JOIN client_case c ON c.id = p.case_id WHERE c.forgotten IS NULL"


@dataclass(frozen=True)
class Scope:
    """Of which municipalities somebody sees all cases, what lies with a table, and what waits for a judgement.

    ``director``: only the cases of that one. ``handed_over_after``: after which day a case must have been handed over for the
    municipality that did so to read its own rounds.
    """

    whole: tuple[str, ...] = ()
    at_table: tuple[str, ...] = ()
    to_judge: tuple[str, ...] = ()
    director: str | None = None
    handed_over_after: date | None = None

    @property
    def values(self) -> dict[str, Any]:
        """For a query."""
        return {
            "whole": list(self.whole),
            "at_table": list(self.at_table),
            "to_judge": list(self.to_judge),
            "director": self.director,
            "handed_over_after": self.handed_over_after,
            "tables": _TABLES,
            "judged": _JUDGED,
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not (self.whole or self.at_table or self.to_judge)


# Not of a case that was handed over: whoever reads on, reads of rounds only.
_OWN = (
    "NOT (c.handover_accepted IS NOT NULL AND c.handover_with = ANY(%(whole)s::text[]) "
    "AND c.municipality <> ALL(%(whole)s::text[]))"
)
_MINE = "(%(director)s::text IS NULL OR c.director = %(director)s)"


def late(rows: Rows, scope: Scope, now: datetime, most: int) -> tuple[list[int], int]:
    """Provisions that are late at ``now``, longest first: the first ``most``, and how many there are."""
    where = f"{_OF} AND p.late_from <= %(now)s AND {_SEEN} AND {_MINE}"
    return _top(rows, where, "p.late_from, c.reference, p.key", most, now=now, **scope.values)


def due(rows: Rows, scope: Scope, now: datetime, until: datetime, most: int) -> tuple[list[int], int]:
    """Provisions that become late after ``now`` and until ``until``, soonest first, as :func:`late`."""
    where = f"{_OF} AND p.late_from > %(now)s AND p.late_from <= %(until)s AND {_SEEN} AND {_MINE}"
    return _top(rows, where, "p.late_from, c.reference, p.key", most, now=now, until=until, **scope.values)


def open_within(rows: Rows, scope: Scope, most: int) -> tuple[list[int], int]:
    """Open provisions in the scope, oldest need first, as :func:`late`: for a table or an officer."""
    return _top(
        rows,
        f"{_OF} AND {_OPEN} AND {_SEEN} AND {_MINE}",
        "p.late_from NULLS LAST, c.reference, p.key",
        most,
        **scope.values,
    )


def _top(rows: Rows, where: str, order: str, most: int, **values: Any) -> tuple[list[int], int]:
    found = rows(f"SELECT p.id {where} ORDER BY {order} LIMIT %(most)s", most=most, **values)
    if len(found) < most:
        return [row.id for row in found], len(found)
    return [row.id for row in found], int(rows(f"SELECT count(*) AS number {where}", **values)[0].number)


def cases(rows: Rows, scope: Scope, now: datetime, search: str, most: int, *, closed: bool) -> Sequence[Any]:
    """Cases with something in the scope, by reference: at most ``most``, with how much is open and late of what is in it.

    ``search``: what somebody typed of a reference; "tr 2026 101" finds TR-2026-0101.
    """
    # First the cases, then what is in them: so a list of a hundred reads a hundred.
    return rows(
        "WITH found AS (SELECT c.id FROM client_case c WHERE c.forgotten IS NULL AND c.reference ILIKE %(like)s "
        f"AND (c.closed IS NOT NULL) = %(closed)s AND {_MINE} AND ({_WHOLE} "
        f"OR (c.handover_with = ANY(%(whole)s::text[]) AND {_READS_ON}) OR EXISTS "
        f"(SELECT 1 FROM provision p WHERE p.case_id = c.id AND {_OPEN} AND {_SEEN})) ORDER BY c.reference LIMIT %(most)s) "
        f"SELECT c.uid, c.reference, c.municipality, CASE WHEN {_OWN} THEN c.director END AS director, c.opened, "
        f"CASE WHEN {_OWN} THEN c.closed END AS closed, "
        f"count(*) FILTER (WHERE {_OPEN}) AS open, count(*) FILTER (WHERE p.late_from <= %(now)s) AS late, "
        f"min(p.due) FILTER (WHERE {_OPEN} AND p.late_from > %(now)s) AS next_due "
        "FROM found JOIN client_case c USING (id) LEFT JOIN provision p ON p.case_id = c.id "
        f"AND {_SEEN} GROUP BY c.id ORDER BY c.reference",
        now=now,
        like=pattern(search),
        closed=closed,
        most=most,
        **scope.values,
    )


def pattern(search: str) -> str:
    """What somebody typed, as a pattern of references: letters and numbers in order, whatever is between them."""
    parts = re.findall(r"[A-Za-z]+|\d+", search)
    return "%" + "%".join(parts) + "%" if parts else "%"


def is_director(rows: Rows, code: str) -> bool:
    """Whether an open case has this director."""
    found = rows(
        "SELECT 1 FROM client_case WHERE director = %(code)s AND closed IS NULL AND forgotten IS NULL LIMIT 1",
        code=code,
    )
    return bool(found)
