# ruff: noqa: S608 - what is filled in is our own text
"""What the monitor counts: every case, without its reference. Those who were forgotten count too, so that no figure changes."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from provisions.domain.case import Living
from provisions.domain.monitor import Client
from provisions.store.looking import Rows


def clients(rows: Rows, uncounted: Sequence[str]) -> list[Client]:
    """All of them but those that ended for a reason in ``uncounted``."""
    earlier: dict[int, list[Living]] = {}
    for row in rows("SELECT l.case_id, l.situation, l.losing_place, l.wlz, l.day FROM living l ORDER BY l.id"):
        earlier.setdefault(row.case_id, []).append(Living(row.situation, row.losing_place, row.wlz, row.day))
    moved = _moved(rows)
    found = rows(
        "SELECT c.id, c.municipality, c.opened, c.closed, c.living, c.losing_place, c.wlz, "
        "coalesce(c.living_on, c.opened) AS said "
        "FROM client_case c WHERE NOT coalesce(c.end_reason, '') = ANY(%(uncounted)s::text[])",
        uncounted=list(uncounted),
    )
    return [
        Client(
            row.municipality,
            row.opened,
            row.closed,
            (*earlier.get(row.id, ()), Living(row.living, row.losing_place, row.wlz, row.said)),
            tuple(moved.get(row.id, ())),
        )
        for row in found
    ]


def _moved(rows: Rows) -> dict[int, list[tuple[date, str]]]:
    """Of each case that was handed over, where it was from which day on: as the record has it, since a case itself knows its last
    handover only. A case that moved has rounds that another municipality keeps.
    """
    found: dict[int, list[tuple[date, str]]] = {}
    for row in rows(
        "SELECT a.case_id, a.data ->> 'municipality' AS place, "
        "coalesce(a.data ->> 'on', a.data ->> 'opened', (a.at AT TIME ZONE 'Europe/Amsterdam')::date::text)::date AS since "
        "FROM audit a WHERE a.what IN ('case.opened', 'case.transferred') "
        "AND a.case_id IN (SELECT p.case_id FROM provision p WHERE p.municipality IS NOT NULL) ORDER BY a.id"
    ):
        found.setdefault(row.case_id, []).append((row.since, row.place))
    return found


def unsaid(rows: Rows, cases: Sequence[int], before: date) -> int:
    """Of how many of these cases, as far as they are open, was last said before ``before`` where the client sleeps."""
    [found] = rows(
        "SELECT count(*) AS number FROM client_case c WHERE c.id = ANY(%(cases)s::bigint[]) AND c.closed IS NULL "
        "AND c.forgotten IS NULL AND coalesce(c.living_on, c.opened) < %(before)s",
        cases=list(cases),
        before=before,
    )
    return int(found.number)


def to_confirm(
    rows: Rows, places: Sequence[str], directors: Sequence[str], before: date, most: int
) -> tuple[Sequence[Any], int]:
    """Open cases of these municipalities of which was last said before ``before`` where the client sleeps, the longest ago first,
    and how many there are: those of ``directors``, or all where these have no open case there.
    """
    mine = "c.closed IS NULL AND c.forgotten IS NULL AND c.municipality = ANY(%(places)s::text[])"
    found = rows(
        "SELECT c.uid AS address, c.reference, c.municipality, c.director, c.living, c.losing_place, c.wlz, "
        "coalesce(c.living_on, c.opened) AS said, count(*) OVER () AS total FROM client_case c "
        f"WHERE {mine} AND coalesce(c.living_on, c.opened) < %(before)s "
        f"AND (c.director = ANY(%(directors)s::text[]) "
        f"OR NOT EXISTS (SELECT FROM client_case c WHERE {mine} AND c.director = ANY(%(directors)s::text[]))) "
        "ORDER BY said, c.reference LIMIT %(most)s",
        places=list(places),
        before=before,
        directors=list(directors),
        most=most,
    )
    return found, int(found[0].total) if found else 0
