"""Cases in a list, a row each, and who is away: for looking. This module knows no driver, as :mod:`provisions.store.looking`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.domain.absences import Absence, Absences
from provisions.store.looking import Rows
from provisions.store.worklists import MOVING

# Per kind of day the first that is still to come, of the provisions of a case; behind each the key and the round.
NEXT_DAYS = """min((p.due || ' ' || p.key || ' ' || p.round) COLLATE "C")
            FILTER (WHERE p.status IN ('waiting', 'refused') AND p.late_from > %(now)s) AS due,
        min((p.suspended_until || ' ' || p.key || ' ' || p.round) COLLATE "C")
            FILTER (WHERE p.suspended_until > %(today)s) AS resumes,
        min(((p.next_at AT TIME ZONE 'Europe/Amsterdam')::date || ' ' || p.key || ' ' || p.round) COLLATE "C")
            FILTER (WHERE p.late_from <= %(now)s AND p.next_at > %(now)s AND IN_DAYS) AS rung,
        min(((p.next_at AT TIME ZONE 'Europe/Amsterdam')::date || ' ' || p.key || ' ' || p.round) COLLATE "C")
            FILTER (WHERE p.late_from <= %(now)s AND p.next_at > %(now)s AND NOT IN_DAYS) AS night""".replace(
    # A rung is due at the first moment of a day; what of something late is due at an hour tells of another night.
    "IN_DAYS",
    "(p.next_at AT TIME ZONE 'Europe/Amsterdam')::time = '00:00'",
)

_LISTED = """
WITH chosen AS MATERIALIZED (
    SELECT c.id, c.reference, c.municipality, c.director, c.opened, c.closed FROM client_case c WHERE CHOSEN
), promised AS (
    SELECT p.case_id,
        count(*) FILTER (WHERE p.status IN ('blocked', 'waiting', 'refused')) AS open,
        count(*) FILTER (WHERE p.late_from <= %(now)s) AS late,
        NEXT_DAYS
    FROM chosen JOIN provision p ON p.case_id = chosen.id GROUP BY p.case_id
), to_do AS (
    SELECT planned.case_id, min(planned.what COLLATE "C") AS follow_up FROM (
        SELECT p.case_id, f.due || ' ' || p.key || ' ' || p.round || ' ' || f.name AS what
        FROM follow_up f JOIN provision p ON p.id = f.provision_id JOIN chosen ON chosen.id = p.case_id
        WHERE f.done IS NULL AND NOT f.lapsed
        UNION ALL
        SELECT f.case_id, f.due || '  1 ' || f.name FROM case_follow_up f JOIN chosen ON chosen.id = f.case_id
        WHERE f.done IS NULL AND NOT f.lapsed
    ) planned GROUP BY planned.case_id
)
SELECT c.*, coalesce(p.open, 0) AS open, coalesce(p.late, 0) AS late, p.due, p.resumes, p.rung, p.night, t.follow_up,
    r.start AS rest, r.until AS rest_until,
    (SELECT max(l.ends) FROM place l WHERE l.case_id = c.id AND l.state = 'ends' AND l.ends >= %(today)s) AS place_ends
FROM chosen c LEFT JOIN promised p ON p.case_id = c.id LEFT JOIN to_do t ON t.case_id = c.id
LEFT JOIN rest r ON r.case_id = c.id AND r.woken IS NULL AND r.until > %(today)s
ORDER BY c.closed IS NOT NULL, c.reference"""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; what is ``None`` does not matter.

    ``directors``: any of these codes. ``assigned``: who is a case director where, as (municipality, code); ``None``: whoever is
    named. ``unassigned``: those without a director who is one of these. ``pieces``: what the reference has in it, in this order.
    """

    directors: Sequence[str] | None = None
    municipality: str | None = None
    open: bool | None = None
    late: bool = False
    rest: bool = False
    unassigned: bool = False
    handover: bool = False
    assigned: Sequence[tuple[str, str]] | None = None
    pieces: Sequence[str] = ()


def absences(rows: Rows, today: date) -> Absences:
    """Who is away on ``today`` or after, and who acts no more."""
    query = (
        "SELECT director, deputy, start, until, number, asked_on FROM absence WHERE until >= %(today)s ORDER BY number"
    )
    gone = rows("SELECT code FROM person WHERE blocked IS NOT NULL")
    return Absences((Absence(*row) for row in rows(query, today=today)), [row.code for row in gone])


def cases(rows: Rows, wanted: CaseFilter, now: datetime, today: date) -> Sequence[Any]:
    """The cases that are like this: what is open first, then by reference.

    Each with how many of its provisions are open and how many late, and per kind of day the first that is still to come: of what
    is open and not late (``due``), what is to be done (``follow_up``), the end of a stop (``resumes``), and the next rung of
    what is late (``rung``); behind each day the key and the round that it is about, apart by spaces (no key: the case as a
    whole). ``rest``, ``rest_until``: since when the case is at rest, and until when at the latest. ``place_ends``: the
    day, if it is to come, on which the client loses the place to sleep.
    """
    conditions = {
        "c.forgotten IS NULL": True,
        f"(c.director = ANY(%(directors)s::text[]) OR ({MOVING} AND c.handover_director = ANY(%(directors)s::text[])))": (
            wanted.directors is not None
        ),
        f"(c.municipality = %(municipality)s OR ({MOVING} AND c.handover_with = %(municipality)s))": (
            wanted.municipality is not None
        ),
        MOVING: wanted.handover,
        "c.closed IS NULL": wanted.open is True,
        "c.closed IS NOT NULL": wanted.open is False,
        "c.id IN (SELECT l.case_id FROM provision l WHERE l.late_from <= %(now)s)": wanted.late,
        "c.id IN (SELECT r.case_id FROM rest r WHERE r.woken IS NULL AND r.until > %(today)s)": wanted.rest,
        f"(c.director IS NULL OR {_not_among(wanted)} OR {_BLOCKED})": wanted.unassigned,
        "c.reference ILIKE %(pieces)s": bool(wanted.pieces),
    }
    chosen = " AND ".join(condition for condition, holds in conditions.items() if holds)
    places = wanted.assigned or ()
    return rows(
        _LISTED.replace("CHOSEN", chosen).replace("NEXT_DAYS", NEXT_DAYS),
        directors=list(wanted.directors or ()),
        municipality=wanted.municipality,
        now=now,
        today=today,
        pieces=_pattern(wanted.pieces),
        places=[place for place, _ in places],
        codes=[code for _, code in places],
    )


_BLOCKED = "EXISTS (SELECT FROM person b WHERE b.code = c.director AND b.blocked IS NOT NULL)"


def _not_among(wanted: CaseFilter) -> str:
    if wanted.assigned is None:
        return "false"
    return (
        "NOT EXISTS (SELECT FROM unnest(%(places)s::text[], %(codes)s::text[]) AS d (place, code) "
        "WHERE d.place = c.municipality AND d.code = c.director)"
    )


def _pattern(pieces: Sequence[str]) -> str:
    """The pieces in this order, whatever is between them."""
    escaped = (piece.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for piece in pieces)
    return f"%{'%'.join(escaped)}%"
