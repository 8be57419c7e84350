# ruff: noqa: S608 - what is filled in are names of our own columns and tables, and one number
"""Cases as they are in the database, for looking: nothing here locks or changes.

The queries are text and this module knows no driver: at the shell a look goes by psycopg alone (``direct.py``), because
importing SQLAlchemy takes longer than everything else that ``provisions show`` does; a program that runs on asks its pool
(``connect.pooled``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from provisions.domain.case import Case, ProvisionKey
from provisions.domain.delivery import LONGEST_HELD, SEVERAL_ATTEMPTS, SLOW
from provisions.domain.messages import listed as listed_kinds
from provisions.store import columns
from provisions.store import rows as from_row

TABLES = [
    *("alembic_version", "client_case", "provision", "suspension", "waiver", "rung", "outcome", "follow_up"),
    *(
        "absence",
        "person",
        "milestone",
        "warned",
        "signalled",
        "cause",
        "reply",
        "approval",
        "budget_line",
        "needed_from",
        "agreement",
        "case_follow_up",
        "rest",
        "living",
        "place",
        "message",
    ),
    *("prepared", "audit", "free_text"),
]
_CASE = ", ".join(f"c.{name}" for name in columns.CASE.names)
_PROVISION = ", ".join(f"p.{name}" for name in ("id", "case_id", *columns.PROVISION.names, "flow_run"))
_OWN = "(a.key = p.key AND coalesce((a.data->>'round')::int, 1) = p.round)"  # whether line a is about provision p
# Of one municipality, or of all: a case that is being handed over stands with both until it is accepted.
_STANDS_WITH = (
    "(%(municipality)s::text IS NULL OR c.municipality = %(municipality)s "
    "OR (c.handover_with = %(municipality)s AND c.handover_accepted IS NULL))"
)
_MESSAGES = (
    "SELECT m.id, m.provision_id, m.municipality, m.kind, m.detail, m.status, m.created, m.attempts, m.next_try, m.sent, "
    "m.recipients, m.subject, m.body, m.error, m.overview, "
    "p.key, p.round, "
    # A look-up for each message that is shown. Joined, or by a coalesce of both (which the wall does not trust), every case that
    # there is would be read.
    "coalesce((SELECT c.reference FROM client_case c WHERE c.id = p.case_id), "
    "(SELECT c.reference FROM client_case c WHERE c.id = m.case_id)) AS reference, "
    "r.subject AS ready_subject, r.text AS ready_text "
    "FROM message m LEFT JOIN provision p ON p.id = m.provision_id LEFT JOIN prepared r ON r.message = m.id"
)


# From the case to its messages, by their indexes: the other way round every message there is would be looked at.
_ID = "SELECT k.id FROM client_case k WHERE k.reference = %(reference)s"
_OF_CASE = (
    f"(m.provision_id = ANY(ARRAY(SELECT o.id FROM provision o WHERE o.case_id = ({_ID}))) "
    f"OR (m.case_id IS NOT NULL AND m.case_id = ({_ID})))"
)


def undelivered(message: str) -> str:
    """Whether the message with this name in a query is not arriving (:func:`provisions.domain.delivery.does_not_arrive`)."""
    stuck = f"{message}.attempts >= {SEVERAL_ATTEMPTS} OR {message}.recipients <> '{{}}'"
    return f"({message}.status = 'failed' OR ({message}.status = 'pending' AND ({stuck})))"


def waits_since(message: str) -> str:
    """From when on the message with this name in a query, which is pending, waits to leave.

    What waits on purpose does not count: for second thoughts, for an overview of the day, or for its receiver's sake. What was
    sent again was said at its own time.
    """
    listed = ", ".join(f"'{kind.value}'" for kind in listed_kinds())
    held = f"interval '{LONGEST_HELD.total_seconds():.0f} seconds'"
    return (
        f"CASE WHEN {message}.attempts > 0 THEN {message}.created "
        f"WHEN {message}.sent IS NOT NULL OR {message}.held OR {message}.kind IN ({listed}) THEN {message}.next_try "
        f"ELSE least({message}.next_try, {message}.created + {held}) END"
    )


UNDELIVERED = undelivered("m")


class Rows(Protocol):
    """One connection: the rows of a query with ``%(name)s`` in it, as named tuples. Moments are in UTC."""

    def __call__(self, query: str, /, **values: Any) -> Sequence[Any]: ...


Reader = Callable[[], AbstractContextManager[Rows]]


@dataclass(frozen=True)
class Found:
    """A case with the database ids of its provisions and their runs in Prefect, by key."""

    case: Case
    ids: Mapping[ProvisionKey, int]
    flow_runs: Mapping[ProvisionKey, UUID | None]

    def key_of(self, provision_id: int) -> ProvisionKey:
        """The key and round of one of its provisions."""
        return next(key for key, known in self.ids.items() if known == provision_id)


@dataclass(frozen=True)
class Late:
    """A provision that is late, its run in Prefect, and its case *with that provision only*."""

    id: int
    key: ProvisionKey
    flow_run: UUID | None
    case: Case


@dataclass(frozen=True)
class Patience:
    """Which blocked provisions have waited too long: ``key``, urgent or not, needed on ``last`` or before.

    ``by_agreement``: it is the agreed date, where there is one, that is ``last`` or before.
    """

    key: str
    urgent: bool
    last: date
    by_agreement: bool


@dataclass(frozen=True)
class Generation:
    """The generation of a provision (:mod:`provisions.store.runs`), and the case it belongs to."""

    generation: int
    case_id: int


@dataclass(frozen=True)
class MessageFilter:
    """Which messages; what is ``None`` or false does not matter."""

    status: str | None
    reference: str | None
    municipality: str | None
    undelivered: bool


def case_of(rows: Rows, reference: str) -> Found | None:
    """The case of ``reference``; ``None`` when there is none, or when it was forgotten."""
    found = rows(
        f"SELECT c.id, {_CASE} FROM client_case c WHERE c.reference = %(reference)s AND c.forgotten IS NULL",
        reference=reference,
    )
    return _whole(rows, found).get(found[0].id) if found else None


def number_of(rows: Rows, reference: str) -> int | None:
    """The database id of a case; ``None`` when there is none, or when it was forgotten."""
    found = rows(
        "SELECT id FROM client_case WHERE reference = %(reference)s AND forgotten IS NULL", reference=reference
    )
    return found[0].id if found else None


def number_at(rows: Rows, address: UUID) -> int | None:
    """The database id of the case with this random id; ``None`` as above."""
    found = rows("SELECT id FROM client_case WHERE uid = %(uid)s AND forgotten IS NULL", uid=address)
    return found[0].id if found else None


def knocked_at(rows: Rows, address: UUID) -> int | None:
    """The same, for whoever can't see the case."""
    found = rows("SELECT case_at(%(uid)s) AS id", uid=address)
    return found[0].id if found else None


def cases(rows: Rows, case_ids: Iterable[int]) -> dict[int, Found]:
    """Many cases by their database id, in one query a table. What was forgotten is not there."""
    found = rows(
        f"SELECT c.id, {_CASE} FROM client_case c WHERE c.id = ANY(%(ids)s::bigint[]) AND c.forgotten IS NULL",
        ids=list(case_ids),
    )
    return _whole(rows, found)


def case_ids(rows: Rows) -> list[int]:
    """Every case."""
    return [row.id for row in rows("SELECT id FROM client_case")]


def owners(rows: Rows, provision_ids: Sequence[int]) -> dict[int, int]:
    """The case of each of these provisions, by id."""
    query = "SELECT id, case_id FROM provision WHERE id = ANY(%(ids)s::bigint[])"
    return {row.id: row.case_id for row in rows(query, ids=list(provision_ids))}


def late(rows: Rows, now: datetime, municipality: str | None) -> list[Late]:
    """What is late at ``now``.

    Nothing that is late waits for another provision, so the others need not be read: they are most of the work.
    """
    found = rows(
        f"SELECT {_PROVISION} FROM provision p JOIN client_case c ON c.id = p.case_id "
        "WHERE p.late_from <= %(now)s AND c.forgotten IS NULL "
        f"AND {_STANDS_WITH}",
        now=now,
        municipality=municipality,
    )
    case_ids = {row.case_id for row in found}
    # By themselves: a round and its case both have a municipality, and a row has room for one column of a name.
    of_case = {
        row.id: row
        for row in rows(
            f"SELECT c.id, {_CASE} FROM client_case c WHERE c.id = ANY(%(ids)s::bigint[])", ids=list(case_ids)
        )
    }
    children = _belongs(rows, found, case_ids)
    return [
        Late(
            row.id,
            from_row.key(row),
            row.flow_run,
            from_row.case(
                of_case[row.case_id],
                {from_row.key(row): from_row.provision(row, children.to_provision(row.id))},
                children.to_case(row.case_id),
            ),
        )
        for row in found
    ]


def blocked_beyond(rows: Rows, patience: Sequence[Patience], municipality: str | None) -> list[tuple[int, int]]:
    """(provision id, case id) of what has been blocked longer than one of these."""
    found = rows(
        "SELECT p.id, p.case_id FROM provision p JOIN client_case c ON c.id = p.case_id "
        "JOIN unnest(%(keys)s::text[], %(urgent)s::boolean[], %(last)s::date[], %(agreed)s::boolean[]) "
        "AS patience (key, urgent, last, by_agreement) ON patience.key = p.key AND patience.urgent = p.urgent "
        "WHERE p.status = 'blocked' AND coalesce(CASE WHEN by_agreement THEN p.agreed END, p.needed_on) <= last "
        f"AND {_STANDS_WITH}",
        keys=[one.key for one in patience],
        urgent=[one.urgent for one in patience],
        last=[one.last for one in patience],
        agreed=[one.by_agreement for one in patience],
        municipality=municipality,
    )
    return [(row.id, row.case_id) for row in found]


def open_follow_ups(rows: Rows, last: date, municipality: str | None) -> Sequence[Any]:
    """What is still to be done and was due on ``last`` or before, oldest first; without ``key`` it is about the case."""
    condition = (
        "f.done IS NULL AND NOT f.lapsed AND f.due <= %(last)s AND c.forgotten IS NULL "
        "AND (%(municipality)s::text IS NULL OR c.municipality = %(municipality)s)"
    )
    return rows(
        "SELECT c.reference, c.municipality, c.director, p.key, p.round, p.purpose, f.name, f.due FROM follow_up f "
        f"JOIN provision p ON p.id = f.provision_id JOIN client_case c ON c.id = p.case_id WHERE {condition} UNION ALL "
        "SELECT c.reference, c.municipality, c.director, NULL, NULL, NULL, f.name, f.due FROM case_follow_up f "
        f"JOIN client_case c ON c.id = f.case_id WHERE {condition} ORDER BY due, reference, key, name",
        last=last,
        municipality=municipality,
    )


def generations_of(rows: Rows, provision_ids: Sequence[int]) -> dict[int, Generation]:
    """The generations of several provisions now, and their cases, by provision."""
    query = "SELECT id, generation, case_id FROM provision WHERE id = ANY(%(ids)s::bigint[])"
    return {row.id: Generation(row.generation, row.case_id) for row in rows(query, ids=list(provision_ids))}


def undelivered_counts(rows: Rows, provision_ids: Sequence[int]) -> dict[int, int]:
    """Of each of these of which messages did not arrive, how many."""
    query = (
        "SELECT m.provision_id, count(*) AS number FROM message m "
        f"WHERE m.provision_id = ANY(%(ids)s::bigint[]) AND {UNDELIVERED} GROUP BY m.provision_id"
    )
    return {row.provision_id: int(row.number) for row in rows(query, ids=list(provision_ids))}


def unsent(rows: Rows, now: datetime, municipality: str | None) -> Sequence[Any]:
    """The messages that still wait and do not arrive (``stuck``) or wait longer at ``now`` than post should, ``since`` when."""
    return rows(
        f"SELECT m.provision_id, coalesce(p.case_id, m.case_id) AS case_id, {UNDELIVERED} IS TRUE AS stuck, "
        f"{waits_since('m')} AS since "
        f"FROM message m LEFT JOIN provision p ON p.id = m.provision_id "
        f"WHERE m.next_try IS NOT NULL AND ({waits_since('m')} <= %(slow)s OR {UNDELIVERED}) "
        "AND (%(municipality)s::text IS NULL OR m.municipality = %(municipality)s)",
        slow=now - SLOW,
        municipality=municipality,
    )


def given_up(rows: Rows, provision_ids: Sequence[int]) -> set[int]:
    """Those of which a message was given up."""
    query = (
        "SELECT DISTINCT provision_id FROM message WHERE provision_id = ANY(%(ids)s::bigint[]) AND status = 'failed'"
    )
    return {row.provision_id for row in rows(query, ids=list(provision_ids))}


def messages(rows: Rows, wanted: MessageFilter, limit: int | None) -> Sequence[Any]:
    """The newest messages that are like this, newest first; all of them without a ``limit``."""
    conditions = {
        "m.status = %(status)s": wanted.status,
        _OF_CASE: wanted.reference,
        "m.municipality = %(municipality)s": wanted.municipality,
        UNDELIVERED: wanted.undelivered,
    }
    asked = " AND ".join(condition for condition, value in conditions.items() if value) or "true"
    return rows(
        f"{_MESSAGES} WHERE {asked} ORDER BY m.created DESC, m.id LIMIT %(limit)s::bigint",
        status=wanted.status,
        reference=wanted.reference,
        municipality=wanted.municipality,
        limit=limit,
    )


def messages_beginning(rows: Rows, beginning: str) -> Sequence[Any]:
    """At most two of the messages whose id begins so."""
    try:
        return rows(f"{_MESSAGES} WHERE m.id = %(id)s", id=UUID(beginning))
    except ValueError:
        return rows(f"{_MESSAGES} WHERE starts_with(m.id::text, %(beginning)s) LIMIT 2", beginning=beginning)


def undelivered_of(rows: Rows, provision_ids: Sequence[int]) -> Sequence[Any]:
    """The messages about these provisions that did not arrive, oldest first."""
    return rows(
        f"{_MESSAGES} WHERE m.provision_id = ANY(%(ids)s::bigint[]) AND {UNDELIVERED} ORDER BY m.created",
        ids=list(provision_ids),
    )


def audit_of(rows: Rows, reference: str) -> Sequence[Any] | None:
    """The record of a case, oldest first, with the free text (``body``); ``None`` when there is no such case."""
    known = rows("SELECT id FROM client_case WHERE reference = %(reference)s", reference=reference)
    if not known:
        return None
    return rows(
        "SELECT a.at, a.by, a.what, a.key, a.because, a.data, a.message, f.body "
        "FROM audit a LEFT JOIN free_text f ON f.id = a.free_text_id WHERE a.case_id = %(id)s ORDER BY a.id",
        id=known[0].id,
    )


def lines_of(rows: Rows, case_id: int, after: int, limit: int) -> Sequence[Any]:
    """The first lines about a case after line ``after``, as ``audit_of`` gives them."""
    return rows(
        "SELECT a.at, a.by, a.what, a.key, a.because, a.data, a.message, f.body "
        "FROM audit a LEFT JOIN free_text f ON f.id = a.free_text_id "
        "WHERE a.case_id = %(case_id)s AND a.id > %(after)s ORDER BY a.id LIMIT %(limit)s",
        case_id=case_id,
        after=after,
        limit=limit,
    )


def approvals_of(rows: Rows, reference: str) -> Sequence[Any]:
    """What is asked of a second person about provisions of a case, oldest first: ``number``, ``key`` and ``round``."""
    return rows(
        "SELECT a.number, a.key, a.round FROM approval a JOIN client_case c ON c.id = a.case_id "
        "WHERE c.reference = %(reference)s AND a.key IS NOT NULL AND a.state = 'asked' ORDER BY a.number",
        reference=reference,
    )


def approvals_about(rows: Rows, ids: Sequence[int]) -> Sequence[Any]:
    """What is asked of a second person about these provisions (``id``), oldest first: ``number``."""
    return rows(
        "SELECT p.id, a.number FROM provision p JOIN approval a ON a.case_id = p.case_id AND a.key = p.key "
        "AND a.round = p.round WHERE p.id = ANY(%(ids)s) AND a.state = 'asked' ORDER BY a.number",
        ids=list(ids),
    )


def notes_of(rows: Rows, reference: str) -> Sequence[Any]:
    """What was written down in notes about a case, oldest first: ``at``, ``by``, ``key``, ``round`` and ``body``. Without those
    that were taken back: they stay in the record.
    """
    return rows(
        "SELECT a.at, a.by, a.key, coalesce((a.data->>'round')::int, 1) AS round, f.body FROM client_case c "
        "JOIN audit a ON a.case_id = c.id JOIN free_text f ON f.id = a.free_text_id "
        "WHERE c.reference = %(reference)s AND a.what = 'case.noted' AND NOT EXISTS ("
        "SELECT FROM audit u WHERE u.case_id = c.id AND u.what = 'act.undone' AND (u.data->>'after')::bigint < a.id "
        "AND a.id < u.id) ORDER BY a.id",
        reference=reference,
    )


def record_of(rows: Rows, provision_id: int, after: int) -> Sequence[Any]:
    """The lines after line ``after`` about a provision (``own``), and those by which others of its case started; oldest first."""
    return rows(
        f"SELECT a.id, a.at, a.what, a.key, a.data, {_OWN} AS own FROM provision p JOIN audit a ON a.case_id = p.case_id "
        f"WHERE p.id = %(id)s AND a.id > %(after)s AND ({_OWN} OR a.what = 'provision.started') ORDER BY a.id",
        id=provision_id,
        after=after,
    )


def was_recorded_from(rows: Rows, provision_id: int, form: str) -> bool:
    """Whether an outcome of a provision was recorded from the form that was filled in under this key."""
    return bool(
        rows(
            f"SELECT 1 FROM provision p JOIN audit a ON a.case_id = p.case_id AND {_OWN} "
            "WHERE p.id = %(id)s AND a.what = 'provision.outcome' AND a.data->>'form' = %(form)s LIMIT 1",
            id=provision_id,
            form=form,
        )
    )


def _whole(rows: Rows, cases: Sequence[Any]) -> dict[int, Found]:
    found = rows(
        f"SELECT {_PROVISION} FROM provision p WHERE p.case_id = ANY(%(ids)s::bigint[]) ORDER BY p.id",
        ids=[row.id for row in cases],
    )
    children = _belongs(rows, found, [row.id for row in cases])
    by_case: dict[int, list[Any]] = {}
    for row in found:
        by_case.setdefault(row.case_id, []).append(row)
    return {row.id: _found(row, by_case.get(row.id, ()), children) for row in cases}


def _belongs(rows: Rows, provisions: Sequence[Any], case_ids: Iterable[int]) -> from_row.Belongs:
    return from_row.Belongs(rows(from_row.CHILDREN, ids=[row.id for row in provisions], cases=list(case_ids)))


def _found(row: Any, provisions: Sequence[Any], belongs: from_row.Belongs) -> Found:
    return Found(
        from_row.case(
            row,
            {from_row.key(p): from_row.provision(p, belongs.to_provision(p.id)) for p in provisions},
            belongs.to_case(row.id),
        ),
        {from_row.key(p): p.id for p in provisions},
        {from_row.key(p): p.flow_run for p in provisions},
    )
