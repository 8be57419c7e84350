# ruff: noqa: S608 - what is filled in are pieces of our own text
"""What waits for somebody in particular: answers that came in, what is to be done later, what a colleague or another municipality
asks, and what others did with the cases since. All of it follows from what is on record; none of it is kept as a list.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from provisions.domain.case import Said
from provisions.store.looking import Rows
from provisions.store.worklists import MOVING, OPEN, Only, Scope

_MINE = (
    "WITH mine AS MATERIALIZED (SELECT c.id, c.uid AS address, c.reference, c.own_number, c.municipality, c.director "
    "FROM client_case c WHERE c.id = ANY(%(cases)s::bigint[])) "
)
_CASE = "mine.address, mine.reference, mine.own_number, mine.municipality, mine.director"
_ROUND = "coalesce((a.data->>'round')::int, 1)"

# What somebody did with a provision after an answer came in: then it is not new any more.
_TAKEN_UP = (
    "EXISTS (SELECT FROM audit m WHERE m.case_id = a.case_id AND m.at >= a.at AND m.id > a.id AND m.key = a.key "
    "AND coalesce((m.data->>'round')::int, 1) = p.round "
    "AND (m.by = mine.director OR m.by = ANY(%(directors)s::text[]) OR m.data->>'for' = mine.director))"
)
# Whether a line is of an act that was taken back.
_TAKEN_BACK = (
    "EXISTS (SELECT FROM audit u WHERE u.case_id = a.case_id AND u.at >= a.at AND u.id > a.id AND u.what = 'act.undone' "
    "AND (u.data->>'after')::bigint < a.id)"
)
# Who looked at a case after a moment.
_LOOKED_AT = (
    "EXISTS (SELECT FROM access_log l WHERE l.case_id = mine.id AND l.at >= {since} AND l.what = %(looked)s "
    "AND (l.code = mine.director OR l.code = ANY(%(directors)s::text[])))"
)


def answers(rows: Rows, cases: Sequence[int], directors: Sequence[str], most: int) -> Sequence[Any]:
    """Answers about open provisions with which none of ``directors`` did anything since: what a table answered, an officer
    decided, or somebody who was asked wants of the director (``asks``: which words of ``Said``). The last one of each
    provision, oldest first, without what was taken back.
    """
    return rows(
        f"{_MINE} SELECT * FROM (SELECT DISTINCT ON (p.id) {_CASE}, p.id, p.key, p.round, p.purpose, p.status, "
        "a.id AS line, a.at, a.by, a.what, a.data->>'rung' AS rung, a.data->>'answer' AS answer, "
        "(a.data->>'submitted')::boolean AS submitted, a.data->>'said' AS said, a.data->>'receiver' AS receiver, "
        "(a.data->>'named')::date AS named "
        "FROM mine JOIN audit a ON a.case_id = mine.id AND (a.what IN ('rung.answered', 'rung.submitted', 'desk.submitted') "
        "OR (a.what = 'provision.replied' AND a.data->>'said' = ANY(%(asks)s::text[]))) "
        f"JOIN provision p ON p.case_id = mine.id AND p.key = a.key AND p.round = {_ROUND} AND {OPEN} "
        f"WHERE a.by <> ALL(%(directors)s::text[]) AND a.by <> coalesce(mine.director, '') AND NOT {_TAKEN_UP} "
        f"AND NOT {_TAKEN_BACK} "
        "ORDER BY p.id, a.id DESC) last ORDER BY line LIMIT %(most)s",
        asks=[said.value for said in Said if said.asks],
        most=most,
        cases=list(cases),
        directors=list(directors),
    )


def decided(
    rows: Rows, cases: Sequence[int], directors: Sequence[str], since: datetime, looked: str, most: int
) -> Sequence[Any]:
    """What these directors asked a second person and what was decided after ``since``, until one of them opened the case again
    (``looked``: how that is written down), oldest first.
    """
    return rows(
        f"{_MINE} SELECT {_CASE}, a.number, a.act, a.key, a.round, a.state, a.decided_at AS at, a.decided_by AS by "
        "FROM mine JOIN approval a ON a.case_id = mine.id "
        "WHERE a.asked_by = ANY(%(directors)s::text[]) AND a.state IN ('approved', 'denied', 'lapsed') "
        f"AND a.decided_at > %(since)s AND NOT {_LOOKED_AT.format(since='a.decided_at')} "
        "ORDER BY a.decided_at LIMIT %(most)s",
        since=since,
        looked=looked,
        most=most,
        cases=list(cases),
        directors=list(directors),
    )


def follow_ups(
    rows: Rows, cases: Sequence[int], last: date, but: Sequence[str], most: int
) -> tuple[Sequence[Any], int]:
    """What is still to be done and was due on ``last`` or before, oldest first, and how much: of provisions, except those called
    one of ``but``, and of cases (without a key).
    """
    todo = (
        f"{_MINE}, todo AS (SELECT p.case_id, p.id, p.key, p.round, p.purpose, p.status, f.name, f.due FROM mine "
        "JOIN provision p ON p.case_id = mine.id JOIN follow_up f ON f.provision_id = p.id "
        "WHERE f.done IS NULL AND NOT f.lapsed AND f.due <= %(last)s AND f.name <> ALL(%(but)s::text[]) "
        "UNION ALL SELECT f.case_id, NULL, NULL, NULL, NULL, NULL, f.name, f.due FROM mine "
        "JOIN case_follow_up f ON f.case_id = mine.id WHERE f.done IS NULL AND NOT f.lapsed AND f.due <= %(last)s) "
    )
    found = rows(
        f"{todo} SELECT {_CASE}, todo.id, todo.key, todo.round, todo.purpose, todo.status, todo.name, todo.due, "
        "count(*) OVER () AS total FROM todo JOIN mine ON mine.id = todo.case_id "
        "ORDER BY todo.due, mine.reference, todo.key, todo.name LIMIT %(most)s",
        last=last,
        but=list(but),
        most=most,
        cases=list(cases),
    )
    return found, int(found[0].total) if found else 0


def zaken(rows: Rows, cases: Sequence[int], directors: Sequence[str], most: int) -> Sequence[Any]:
    """Where the case system and the record do not say the same, and nobody of ``directors`` did anything with the provision
    since that was noticed: oldest first.
    """
    return rows(
        f"{_MINE} SELECT {_CASE}, p.id, p.key, p.round, p.purpose, p.status, z.number, z.mode, z.state, z.signal, z.words, "
        "z.ended, z.fault FROM mine JOIN provision p ON p.case_id = mine.id JOIN zaak z ON z.provision_id = p.id "
        "WHERE z.signal IS NOT NULL AND NOT EXISTS (SELECT FROM audit a WHERE a.case_id = mine.id AND a.id > ("
        "SELECT coalesce(max(s.id), 0) FROM audit s WHERE s.case_id = mine.id AND s.what = 'zaak.signal' "
        "AND s.key = p.key AND coalesce((s.data->>'round')::int, 1) = p.round) "
        "AND a.key = p.key AND coalesce((a.data->>'round')::int, 1) = p.round "
        "AND (a.by = mine.director OR a.by = ANY(%(directors)s::text[]) OR a.data->>'for' = mine.director)) "
        "ORDER BY z.signalled, z.id LIMIT %(most)s",
        most=most,
        cases=list(cases),
        directors=list(directors),
    )


def refusals(rows: Rows, cases: Sequence[int], names: Sequence[str], most: int) -> Sequence[Any]:
    """Refused provisions for which one of the follow-ups ``names`` is still to be done, the first of these due first."""
    return rows(
        f"{_MINE} SELECT {_CASE}, p.id, min(f.due) AS first FROM mine "
        "JOIN provision p ON p.case_id = mine.id AND p.status = 'refused' JOIN follow_up f ON f.provision_id = p.id "
        "WHERE f.done IS NULL AND NOT f.lapsed AND f.name = ANY(%(names)s::text[]) "
        f"GROUP BY {_CASE}, p.id ORDER BY first, mine.reference LIMIT %(most)s",
        names=list(names),
        most=most,
        cases=list(cases),
    )


def notices(rows: Rows, scope: Scope, most: int, only: Only) -> Sequence[Any]:
    """Open provisions for which a notice of default came in, while nothing was decided or announced and no penalty settled:
    the first received first. Of cases that this scope sees whole; of ``only`` its rows do not matter.
    """
    return rows(
        "SELECT c.uid AS address, c.reference, c.own_number, c.municipality, c.director, p.id, p.key, p.round, p.purpose, "
        "p.status "
        "FROM milestone m JOIN provision p ON p.id = m.provision_id JOIN client_case c ON c.id = p.case_id "
        f"WHERE m.name = 'notice_of_default' AND {OPEN} AND c.closed IS NULL AND c.forgotten IS NULL "
        f"AND {scope.sees}{only.where} "
        "AND NOT EXISTS (SELECT FROM milestone s WHERE s.provision_id = p.id "
        "AND s.name IN ('decision_announced', 'penalty_settled')) "
        "AND NOT EXISTS (SELECT FROM outcome o WHERE o.provision_id = p.id AND NOT o.undone) "
        "ORDER BY m.day, c.reference, p.key LIMIT %(most)s",
        most=most,
        **scope.values,
        **only.values,
    )


def asked(rows: Rows, by: str, places: Sequence[str]) -> Sequence[Any]:
    """What is asked of a second person in cases of these municipalities, and not by ``by``, oldest first."""
    return rows(
        "SELECT a.number, a.act, a.data, a.key, a.round, a.asked_by, a.asked_at AS at, c.uid AS address, c.reference, "
        "c.own_number, c.municipality, c.director, p.purpose, p.status "
        "FROM approval a JOIN client_case c ON c.id = a.case_id "
        "LEFT JOIN provision p ON p.case_id = a.case_id AND p.key = a.key AND p.round = coalesce(a.round, 1) "
        "WHERE a.state = 'asked' AND a.asked_by <> %(by)s AND c.municipality = ANY(%(places)s::text[]) AND c.forgotten IS NULL "
        "ORDER BY a.number",
        by=by,
        places=list(places),
    )


def handovers(rows: Rows, places: Sequence[str], directors: Sequence[str], *, every: bool) -> Sequence[Any]:
    """The cases that are being handed over to one of these municipalities, longest first: to one of ``directors`` or to nobody in
    particular, or (``every``) to whomever.
    """
    return rows(
        "SELECT c.uid AS address, c.reference, c.municipality, c.handover_with AS to, c.handover_director AS director, "
        f"c.handover_since AS since FROM client_case c WHERE {MOVING} AND c.forgotten IS NULL "
        "AND c.handover_with = ANY(%(places)s::text[]) "
        "AND (%(every)s OR c.handover_director IS NULL OR c.handover_director = ANY(%(directors)s::text[])) "
        "ORDER BY c.handover_since, c.reference",
        places=list(places),
        directors=list(directors),
        every=every,
    )


def previous_visit(rows: Rows, code: str, before: datetime, kinds: Sequence[str]) -> datetime | None:
    """When this person last did something here before ``before``, of what is written down as one of ``kinds``."""
    found = rows(
        "SELECT l.at FROM access_log l WHERE l.code = %(code)s AND l.at < %(before)s AND l.what = ANY(%(kinds)s::text[]) "
        "ORDER BY l.at DESC LIMIT 1",
        code=code,
        before=before,
        kinds=list(kinds),
    )
    return found[0].at if found else None


def happened(
    rows: Rows, cases: Sequence[int], me: str, since: datetime, kinds: Sequence[str], most: int
) -> tuple[Sequence[Any], int]:
    """What others than ``me`` recorded of these cases since ``since``, of these kinds, newest first, and how much."""
    found = rows(
        f"{_MINE} SELECT {_CASE}, a.id AS line, a.at, a.by, a.what, a.key, {_ROUND} AS round, p.purpose, a.because, a.data, "
        "count(*) OVER () AS total FROM mine JOIN audit a ON a.case_id = mine.id "
        f"LEFT JOIN provision p ON p.case_id = mine.id AND p.key = a.key AND p.round = {_ROUND} "
        "WHERE a.at >= %(since)s AND a.by <> %(me)s AND a.what = ANY(%(kinds)s::text[]) ORDER BY a.id DESC LIMIT %(most)s",
        since=since,
        me=me,
        kinds=list(kinds),
        most=most,
        cases=list(cases),
    )
    return found, int(found[0].total) if found else 0
