# ruff: noqa: S608 - what is filled in are pieces of our own text
"""What the board asks about now, counted by the database: how much is open and late, with whom it lies, with which director."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.store.looking import Rows

_OPEN = "p.status IN ('blocked', 'waiting', 'refused')"
_OF = (
    "FROM provision p JOIN client_case c ON c.id = p.case_id "
    "WHERE c.forgotten IS NULL AND c.municipality = ANY(%(towns)s::text[])"
)
_PICKED = f"{_OF} AND {_OPEN} AND p.key = ANY(%(keys)s::text[])"
_LATE = "p.late_from <= %(now)s"


def standing(rows: Rows, towns: Sequence[str], now: datetime) -> Sequence[Any]:
    """By municipality, provision and with whom it lies: how much is open, and how much of that is late at ``now``."""
    # Counted by a function that looks behind the wall once, and not for each of a hundred thousand rows (migration 0050).
    return rows(
        "SELECT municipality, key, lies_with, open, late FROM standing_in(%(towns)s::text[], %(now)s::timestamptz)",
        towns=list(towns),
        now=now,
    )


def load(rows: Rows, towns: Sequence[str], now: datetime) -> Sequence[Any]:
    """By director: how many cases are open, how much is open in them, and how much of that is late; most cases first."""
    return rows(
        f"SELECT c.director, count(DISTINCT c.id) AS cases, count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS late "
        f"{_OF} AND {_OPEN} GROUP BY c.director ORDER BY cases DESC, c.director NULLS LAST",
        towns=list(towns),
        now=now,
    )


_SINCE = (
    "c.municipality = ANY(%(towns)s::text[]) "
    "AND (c.closed IS NULL OR c.closed >= %(since)s) AND NOT coalesce(c.end_reason, '') = ANY(%(uncounted)s::text[]) "
    "AND EXISTS (SELECT FROM provision p WHERE p.case_id = c.id AND p.key = ANY(%(keys)s::text[]))"
)
_BUSY = (
    "c.municipality = ANY(%(towns)s::text[]) AND coalesce(c.director, '') = %(director)s "
    f"AND EXISTS (SELECT FROM provision p WHERE p.case_id = c.id AND {_OPEN})"
)


@dataclass(frozen=True)
class Since:
    """Cases that were open on or after ``day`` and have one of ``keys``; not those that ended for one of ``uncounted``."""

    day: date
    keys: Sequence[str]
    uncounted: Sequence[str]

    @property
    def values(self) -> dict[str, Any]:
        """For a query."""
        return {"since": self.day, "keys": list(self.keys), "uncounted": list(self.uncounted)}


def cases_since(rows: Rows, towns: Sequence[str], since: Since) -> int:
    """How many cases there are of these municipalities."""
    found = rows(
        "SELECT cases_in(%(towns)s::text[], %(since)s::date, %(keys)s::text[], %(uncounted)s::text[]) AS number",
        towns=list(towns),
        **since.values,
    )
    return int(found[0].number)


def cases(
    rows: Rows, towns: Sequence[str], now: datetime, most: int, *, since: Since | None = None, director: str = ""
) -> tuple[Sequence[Any], int]:
    """The cases behind such a number, or those of ``director`` (empty: of nobody) in which something is open: what is late
    longest first, the first ``most``, and how many there are.
    """
    where, values = (_BUSY, {"director": director}) if since is None else (_SINCE, since.values)
    found = rows(
        "SELECT c.uid AS address, c.reference, c.municipality, c.director, c.opened, c.closed, count(*) OVER () AS total, "
        "coalesce(n.open, 0) AS open, coalesce(n.late, 0) AS late FROM client_case c LEFT JOIN LATERAL ("
        f"SELECT count(*) AS open, count(*) FILTER (WHERE {_LATE}) AS late, min(p.late_from) AS first "
        f"FROM provision p WHERE p.case_id = c.id AND {_OPEN}) n ON true "
        f"WHERE {where} AND c.forgotten IS NULL ORDER BY n.first NULLS LAST, c.reference LIMIT %(most)s",
        towns=list(towns),
        now=now,
        most=most,
        **values,
    )
    total = int(found[0].total) if found else 0
    return found, total if since is None else cases_since(rows, towns, since)


@dataclass(frozen=True)
class Whose:
    """With whom it lies, and whose case it is: ``None`` for whoever it is, empty for nobody."""

    holder: str | None = None
    director: str | None = None


def picked(
    rows: Rows, towns: Sequence[str], keys: Sequence[str], now: datetime, most: int, *, late: bool, whose: Whose
) -> tuple[list[int], int]:
    """What is open now, or ``late`` at ``now``, longest late first: the first ``most``, and how many there are."""
    where = f"{_PICKED} AND {_LATE}" if late else _PICKED
    where += "" if whose.holder is None else " AND coalesce(p.lies_with, '') = %(holder)s"
    where += "" if whose.director is None else " AND coalesce(c.director, '') = %(director)s"
    values = {
        "towns": list(towns),
        "keys": list(keys),
        "now": now,
        "holder": whose.holder,
        "director": whose.director,
    }
    found = rows(f"SELECT p.id {where} ORDER BY p.late_from NULLS LAST, p.id LIMIT %(most)s", most=most, **values)
    if len(found) < most:
        return [row.id for row in found], len(found)
    return [row.id for row in found], int(rows(f"SELECT count(*) AS number {where}", **values)[0].number)
