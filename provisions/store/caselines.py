# ruff: noqa: S608 - what is filled in are pieces of our own text
"""Cases in lists, a row each, with the worst of what is in them and the next day. Nothing outside the scope is even counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from provisions.store.listing import NEXT_DAYS
from provisions.store.looking import Rows
from provisions.store.worklists import MOVING, OPEN, READS_ON, STANDS_WITH, Scope, part

MOST_PIECES = 8


class Group(StrEnum):
    """Which cases of a scope, as an address calls it."""

    ALL = "alle"
    MINE = "mijn"
    REPLACING = "vervanging"
    UNASSIGNED = "zonder-regisseur"
    HANDOVER = "overdracht"
    REST = "uit-beeld"
    CLOSED = "afgesloten"


class Order(StrEnum):
    """What comes first, as an address calls it."""

    REFERENCE = "referentie"
    DIRECTOR = "regisseur"
    MUNICIPALITY = "gemeente"
    OPENED = "begonnen"
    WORST = "ergste"


_ORDERS = {
    Order.REFERENCE: "c.reference",
    Order.DIRECTOR: "c.director NULLS FIRST, c.reference",
    Order.MUNICIPALITY: "c.municipality, c.reference",
    Order.OPENED: "c.opened DESC, c.reference",
    # What is late longest, then what is due first.
    Order.WORST: "(SELECT min(w.late_from) FROM provision w WHERE w.case_id = c.id), c.reference",
}


@dataclass(frozen=True)
class CaseQuery:
    """Which cases. ``mine``: my code and ``replaced``: of whom I replace now. ``assigned``: who is a case director where, as
    (municipality, code); ``None``: whoever is named. ``search``: what somebody typed of a reference or a number.
    """

    group: Group = Group.ALL
    order: Order = Order.REFERENCE
    municipality: str | None = None
    director: str | None = None
    mine: str = ""
    replaced: Sequence[str] = ()
    assigned: Sequence[tuple[str, str]] | None = None
    search: str = ""
    rows: int = 100
    skip: int = 0


_DIRECTED_BY = f"(c.director = ANY({{codes}}) OR ({MOVING} AND c.handover_director = ANY({{codes}})))"
_AT_REST = "EXISTS (SELECT FROM rest r WHERE r.case_id = c.id AND r.woken IS NULL AND r.until > %(today)s)"
_GONE = "EXISTS (SELECT FROM person b WHERE b.code = c.director AND b.blocked IS NOT NULL)"
_UNLISTED = (
    "(%(listed)s AND NOT EXISTS (SELECT FROM unnest(%(places)s::text[], %(codes)s::text[]) AS d (place, code) "
    "WHERE d.place = c.municipality AND d.code = c.director))"
)
_NUMBERS = (
    "(c.reference ILIKE %(pattern)s OR c.own_number ILIKE %(pattern)s "
    "OR c.id IN (SELECT n.case_id FROM provision n WHERE n.their_number ILIKE %(pattern)s))"
)
_OF_GROUP = {
    Group.ALL: "c.closed IS NULL",
    Group.MINE: "c.closed IS NULL AND " + _DIRECTED_BY.format(codes="ARRAY[%(mine)s::text]"),
    Group.REPLACING: "c.closed IS NULL AND " + _DIRECTED_BY.format(codes="%(replaced)s::text[]"),
    Group.UNASSIGNED: f"c.closed IS NULL AND (c.director IS NULL OR {_GONE} OR {_UNLISTED})",
    Group.HANDOVER: MOVING,
    Group.REST: f"c.closed IS NULL AND {_AT_REST}",
    Group.CLOSED: "c.closed IS NOT NULL",
}

# It was handed over, and whoever reads on sees nothing of what came after.
_BEFORE = f"({READS_ON} AND c.municipality <> ALL(%(whole)s::text[]))"

_ROWS = """
WITH chosen AS MATERIALIZED (
    SELECT c.id, row_number() OVER (ORDER BY ORDERED) AS place FROM client_case c WHERE CHOSEN
    ORDER BY ORDERED PART
), promised AS (
    SELECT p.case_id,
        count(*) FILTER (WHERE IS_OPEN) AS open,
        count(*) FILTER (WHERE p.late_from <= %(now)s) AS late,
        min((p.late_from AT TIME ZONE 'Europe/Amsterdam')::date || ' ' || p.key || ' ' || p.round)
            FILTER (WHERE p.late_from <= %(now)s) AS worst,
        min(p.key || ' ' || p.round) FILTER (WHERE p.status = 'refused') AS refused,
        NEXT_DAYS
    FROM chosen JOIN client_case c ON c.id = chosen.id JOIN provision p ON p.case_id = chosen.id AND SEEN GROUP BY p.case_id
), to_do AS (
    SELECT planned.case_id, min(planned.what COLLATE "C") AS follow_up FROM (
        SELECT p.case_id, f.due || ' ' || p.key || ' ' || p.round || ' ' || f.name AS what
        FROM chosen JOIN provision p ON p.case_id = chosen.id JOIN follow_up f ON f.provision_id = p.id
        WHERE f.done IS NULL AND NOT f.lapsed
        UNION ALL
        SELECT f.case_id, f.due || '  1 ' || f.name FROM chosen JOIN case_follow_up f ON f.case_id = chosen.id
        WHERE f.done IS NULL AND NOT f.lapsed
    ) planned JOIN client_case c ON c.id = planned.case_id WHERE %(all_of_it)s AND NOT BEFORE GROUP BY planned.case_id
)
SELECT c.uid AS address, c.reference, c.own_number, c.municipality, CASE WHEN NOT BEFORE THEN c.director END AS director,
    c.opened, CASE WHEN NOT BEFORE THEN c.closed END AS closed, c.living, c.handover_with,
    c.handover_since, MOVES AS moving, coalesce(p.open, 0) AS open, coalesce(p.late, 0) AS late, p.worst, p.refused, p.due,
    p.resumes, p.rung, p.night, t.follow_up, r.start AS rest, r.until AS rest_until,
    (SELECT max(l.ends) FROM place l WHERE %(all_of_it)s AND NOT BEFORE AND l.case_id = c.id
        AND l.state = 'ends' AND l.ends >= %(today)s) AS place_ends
FROM chosen JOIN client_case c ON c.id = chosen.id LEFT JOIN promised p ON p.case_id = c.id LEFT JOIN to_do t ON t.case_id = c.id
LEFT JOIN rest r ON r.case_id = c.id AND r.woken IS NULL AND r.until > %(today)s
ORDER BY chosen.place"""


def cases(rows: Rows, scope: Scope, query: CaseQuery, now: datetime, today: date) -> tuple[Sequence[Any], int]:
    """The cases with something in the scope that are like ``query``, and how many there are in all.

    Each with how many of its provisions are open and late as far as they are in the scope; ``worst``: since when what is late
    longest is so (its first day), ``refused``: what is refused, and per kind of day the first that is still to come, as in
    :func:`provisions.store.listing.cases`.
    """
    chosen, values = _chosen(scope, query, now, today)
    found = rows(
        _ROWS.replace("CHOSEN", chosen)
        .replace("NEXT_DAYS", NEXT_DAYS)
        .replace("ORDERED", _ORDERS[query.order])
        .replace("PART", part(query.rows, query.skip))
        .replace("SEEN", _seen(scope))
        .replace("BEFORE", _BEFORE)
        .replace("IS_OPEN", OPEN)
        .replace("MOVES", MOVING),
        skip=query.skip,
        **values,
    )
    if len(found) < query.rows and (found or not query.skip):
        return found, query.skip + len(found)
    return found, int(rows(f"SELECT count(*) AS number FROM client_case c WHERE {chosen}", **values)[0].number)


def directors(rows: Rows, scope: Scope) -> list[str]:
    """Who directs an open case in the scope."""
    found = rows(
        f"SELECT DISTINCT c.director FROM client_case c WHERE {STANDS_WITH} AND c.closed IS NULL AND c.forgotten IS NULL "
        "AND c.director IS NOT NULL ORDER BY 1",
        **scope.values,
    )
    return [row.director for row in found]


def _seen(scope: Scope) -> str:
    """Which provisions of the cases that were chosen: whoever had a case sees the rounds of then."""
    return f"({scope.sees} OR ({READS_ON} AND p.municipality = c.handover_with))"


def _chosen(scope: Scope, query: CaseQuery, now: datetime, today: date) -> tuple[str, dict[str, Any]]:
    pattern = pattern_of(query.search)
    narrow = bool(scope.at_table or scope.to_judge)
    part = f"EXISTS (SELECT FROM provision p WHERE p.case_id = c.id AND {OPEN} AND {scope.sees})"
    conditions = {
        "c.forgotten IS NULL": True,
        f"({STANDS_WITH} OR {READS_ON} OR {part})": narrow,
        f"({STANDS_WITH} OR {READS_ON})": not narrow,
        "c.id = ANY(%(cases)s::bigint[])": scope.cases is not None,
        _OF_GROUP[query.group]: True,
        "(c.municipality = %(municipality)s OR (c.handover_with = %(municipality)s AND " + MOVING + "))": (
            query.municipality is not None
        ),
        "c.director = %(director)s": query.director is not None,
        _NUMBERS: pattern is not None and bool(scope.whole),
        "c.reference ILIKE %(pattern)s": pattern is not None and not scope.whole,
    }
    values = {
        **scope.values,
        "now": now,
        "today": today,
        "municipality": query.municipality,
        "director": query.director,
        "mine": query.mine,
        "replaced": list(query.replaced),
        "listed": query.assigned is not None,
        "places": [place for place, _ in query.assigned or ()],
        "codes": [code for _, code in query.assigned or ()],
        "pattern": pattern,
        "all_of_it": bool(scope.whole),
    }
    return " AND ".join(condition for condition, holds in conditions.items() if holds), values


def pattern_of(search: str) -> str | None:
    """What somebody typed, as a pattern: letters and numbers in order, whatever is between them; ``None`` for nothing.

    >>> pattern_of("tr 2026 101"), pattern_of(" ")
    ('%tr%2026%101%', None)
    """
    parts = re.findall(r"[^\W\d_]+|\d+", search)[:MOST_PIECES]
    return f"%{'%'.join(parts)}%" if parts else None
