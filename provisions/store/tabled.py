# ruff: noqa: S608 - what is filled in are pieces of our own text
"""What lies with a table, what waits for a judgement, and what came of earlier answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from provisions.store.looking import Rows
from provisions.store.worklists import JUDGED, LINE, OPEN, TABLES


def lying(rows: Rows, places: Sequence[str], most: int, only: int | None = None) -> tuple[Sequence[Any], int]:
    """What lies with a table of these municipalities, the longest there on top, and how many there are.

    ``rung``: which table; ``laid``: since when (UTC). ``only``: of one provision.
    """
    found = rows(
        f"SELECT {LINE}, r.name AS rung, r.climbed AS laid, count(*) OVER () AS total "
        "FROM provision p JOIN client_case c ON c.id = p.case_id JOIN rung r ON r.provision_id = p.id AND r.name = p.lies_with "
        "WHERE p.lies_with = ANY(%(tables)s::text[]) AND c.municipality = ANY(%(places)s::text[]) AND c.forgotten IS NULL "
        "AND (%(only)s::bigint IS NULL OR p.id = %(only)s) ORDER BY r.climbed, c.reference, p.key LIMIT %(most)s",
        tables=TABLES,
        places=list(places),
        most=most,
        only=only,
    )
    return found, int(found[0].total) if found else 0


def to_judge(
    rows: Rows, places: Sequence[str], most: int, only: int | None = None, desk: str | None = None
) -> tuple[Sequence[Any], int]:
    """What waits for a judgement on submission in these municipalities, as :func:`lying`. ``desk``: at which one; whoever judges
    for the national one does so for the region's central one, and ``about`` is then the warning that it is for.
    """
    found = rows(
        f"SELECT {LINE}, d.rung, d.desk, d.about, d.laid, count(*) OVER () AS total FROM ("
        f"SELECT r.provision_id, r.name AS rung, 'maatwerkloket' AS desk, NULL AS about, r.climbed AS laid FROM rung r "
        f"WHERE r.name IN ({JUDGED}) AND r.submitted IS NULL UNION ALL "
        "SELECT w.provision_id, 'maatwerkloket', 'central_desk', w.name || '/' || w.day, w.sent FROM warned w "
        "JOIN provision q ON q.id = w.provision_id AND q.needed_from = w.day WHERE w.to_judge AND w.submitted IS NULL"
        ") d JOIN provision p ON p.id = d.provision_id JOIN client_case c ON c.id = p.case_id "
        f"WHERE {OPEN} AND c.municipality = ANY(%(places)s::text[]) AND c.forgotten IS NULL "
        "AND (%(only)s::bigint IS NULL OR p.id = %(only)s) AND (%(desk)s::text IS NULL OR d.desk = %(desk)s) "
        "ORDER BY d.laid, c.reference, p.key LIMIT %(most)s",
        places=list(places),
        most=most,
        only=only,
        desk=desk,
    )
    return found, int(found[0].total) if found else 0


def answered(rows: Rows, places: Sequence[str], since: datetime, most: int) -> Sequence[Any]:
    """What the tables of these municipalities answered of what was laid before them after ``since``, newest first, and how it
    stands now.
    """
    return rows(
        "SELECT c.reference, c.municipality, p.key, p.round, p.purpose, p.status, p.closed_on, p.lies_with, p.late_from, "
        "r.name AS rung, r.answer, r.climbed AS laid "
        "FROM rung r JOIN provision p ON p.id = r.provision_id JOIN client_case c ON c.id = p.case_id "
        "WHERE r.answer IS NOT NULL AND r.climbed > %(since)s AND r.name = ANY(%(tables)s::text[]) "
        "AND c.municipality = ANY(%(places)s::text[]) AND c.forgotten IS NULL "
        "ORDER BY r.climbed DESC, c.reference LIMIT %(most)s",
        tables=TABLES,
        places=list(places),
        since=since,
        most=most,
    )


def asked_or_decided(rows: Rows, code: str, since: datetime, most: int) -> Sequence[Any]:
    """What this person asked, and what this person decided after ``since``, newest first."""
    return rows(
        "SELECT a.number, a.act, a.data, a.key, a.round, a.asked_by, a.asked_at, a.state, a.decided_by, a.decided_at, "
        "c.uid AS address, c.reference, c.municipality, p.purpose FROM approval a JOIN client_case c ON c.id = a.case_id "
        "LEFT JOIN provision p ON p.case_id = a.case_id AND p.key = a.key AND p.round = coalesce(a.round, 1) "
        "WHERE c.forgotten IS NULL AND ((a.asked_by = %(code)s AND (a.state = 'asked' OR a.decided_at > %(since)s)) "
        "OR (a.decided_by = %(code)s AND a.decided_at > %(since)s)) ORDER BY a.number DESC LIMIT %(most)s",
        code=code,
        since=since,
        most=most,
    )


def approval(rows: Rows, number: int) -> Any | None:
    """What was asked under a number: ``municipality`` and ``act``."""
    found = rows(
        "SELECT a.act, c.municipality FROM approval a JOIN client_case c ON c.id = a.case_id "
        "WHERE a.number = %(number)s AND c.forgotten IS NULL",
        number=number,
    )
    return found[0] if found else None
