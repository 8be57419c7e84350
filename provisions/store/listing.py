"""Cases in a list, a row each, and who is away: for looking. This module knows no driver, as :mod:`provisions.store.looking`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.domain.absences import Absence, Absences
from provisions.store.looking import Rows

_LISTED = """
WITH chosen AS (
    SELECT c.id, c.reference, c.municipality, c.director, c.opened, c.closed FROM client_case c WHERE CHOSEN
), promised AS (
    SELECT case_id,
        count(*) FILTER (WHERE status IN ('blocked', 'waiting', 'refused')) AS open,
        count(*) FILTER (WHERE late_from <= %(now)s) AS late,
        min(ARRAY[due::text, key, round::text])
            FILTER (WHERE status IN ('waiting', 'refused') AND late_from > %(now)s) AS due,
        min(ARRAY[suspended_until::text, key, round::text]) FILTER (WHERE suspended_until > %(today)s) AS resumes,
        min(ARRAY[(next_at AT TIME ZONE 'Europe/Amsterdam')::date::text, key, round::text])
            FILTER (WHERE late_from <= %(now)s AND next_at > %(now)s) AS rung
    FROM provision WHERE case_id IN (SELECT id FROM chosen) GROUP BY case_id
), to_do AS (
    SELECT p.case_id, min(ARRAY[f.due::text, p.key, p.round::text, f.name]) AS follow_up
    FROM follow_up f JOIN provision p ON p.id = f.provision_id
    WHERE p.case_id IN (SELECT id FROM chosen) AND f.done IS NULL AND NOT f.lapsed GROUP BY p.case_id
)
SELECT c.*, coalesce(p.open, 0) AS open, coalesce(p.late, 0) AS late, p.due, p.resumes, p.rung, t.follow_up
FROM chosen c LEFT JOIN promised p ON p.case_id = c.id LEFT JOIN to_do t ON t.case_id = c.id
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
    unassigned: bool = False
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
    what is late (``rung``); behind each day the key and the round that it is about.
    """
    conditions = {
        "c.forgotten IS NULL": True,
        "c.director = ANY(%(directors)s::text[])": wanted.directors is not None,
        "c.municipality = %(municipality)s": wanted.municipality is not None,
        "c.closed IS NULL": wanted.open is True,
        "c.closed IS NOT NULL": wanted.open is False,
        "EXISTS (SELECT FROM provision l WHERE l.case_id = c.id AND l.late_from <= %(now)s)": wanted.late,
        f"(c.director IS NULL OR {_not_among(wanted)} OR {_BLOCKED})": wanted.unassigned,
        "c.reference ILIKE %(pieces)s": bool(wanted.pieces),
    }
    chosen = " AND ".join(condition for condition, holds in conditions.items() if holds)
    places = wanted.assigned or ()
    return rows(
        _LISTED.replace("CHOSEN", chosen),
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
