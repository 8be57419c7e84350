"""From rows to cases, and what others ask of the tables. Nothing here decides, nothing commits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row, func, select

from provisions.domain.case import Case, ProvisionKey
from provisions.store import columns, looking
from provisions.store import rows as from_row
from provisions.store import tables as t

_PROVISION_NAMES = tuple(
    c.name for c in t.provision.c if c.name not in ("flow_run", "generation", "observed_generation")
)
# In SQL as it is: building these statements anew for each case took as long as the database did.
_LOCK = " FOR UPDATE"
_CASES = f"SELECT id, {', '.join(columns.CASE.names)}, next_at FROM client_case WHERE forgotten IS NULL AND"  # noqa: S608
_ALSO_FORGOTTEN = _CASES.replace(" route,", " coalesce(route, 'voluntary') AS route,").replace(
    "forgotten IS NULL AND", ""
)
_PROVISIONS = f"SELECT {', '.join(_PROVISION_NAMES)} FROM provision WHERE case_id = ANY(%(ids)s) ORDER BY id"  # noqa: S608


@dataclass(frozen=True)
class Stored:
    """A case as it is in the database: its ids, and the provision rows as they were read.

    ``next_at``: the next moment (UTC) of the case as a whole, as it was last computed. ``child_ids``: of the rows of what
    belongs to a provision, or to the case (``None``), by the name of the table.
    """

    case_id: int
    case: Case
    ids: Mapping[ProvisionKey, int]
    rows: Mapping[ProvisionKey, Mapping[str, Any]]
    child_ids: Mapping[tuple[ProvisionKey | None, str], tuple[int, ...]] = field(default_factory=dict)
    next_at: datetime | None = None

    def key_of(self, provision_id: int) -> ProvisionKey:
        """The key and round of one of its provisions."""
        return next(key for key, stored in self.ids.items() if stored == provision_id)

    def last(self, column: str) -> dict[ProvisionKey, Any]:
        """A column of each provision as it was last computed."""
        return {key: row[column] for key, row in self.rows.items()}


# --- reading ---------------------------------------------------------------------------------------------------------


def load_case(connection: Connection, reference: str, *, lock: bool = False) -> Stored | None:
    """The case of ``reference``. With ``lock``, it and its provisions stay locked until the transaction ends."""
    query = f"{_CASES} reference = %(reference)s{_LOCK if lock else ''}"
    case = connection.exec_driver_sql(query, {"reference": reference}).one_or_none()
    return None if case is None else _load(connection, [case], lock=lock)[case.id]


def load_by_reference(connection: Connection, references: Sequence[str]) -> dict[str, Stored]:
    """The cases of these references that exist, by reference; they and their provisions stay locked.

    Locked in order of id, so that two who record many never wait for each other in a circle.
    """
    query = f"{_CASES} reference = ANY(%(references)s) ORDER BY id{_LOCK}"
    cases = connection.exec_driver_sql(query, {"references": list(references)}).all()
    return {stored.case.reference: stored for stored in _load(connection, cases, lock=True).values()}


def load_cases(connection: Connection, case_ids: Sequence[int], *, lock: bool = False) -> dict[int, Stored]:
    """Many cases at once; with ``lock`` their provisions stay locked. What was forgotten is not there."""
    cases = connection.exec_driver_sql(f"{_CASES} id = ANY(%(ids)s) ORDER BY id", {"ids": list(case_ids)}).all()
    return _load(connection, cases, lock=lock)


def _load(connection: Connection, cases: Sequence[Row[Any]], *, lock: bool) -> dict[int, Stored]:
    """Their provisions in one query, and what belongs to these in another: after the lock, so that it is up to date."""
    query = f"{_PROVISIONS}{_LOCK if lock else ''}"
    found = connection.exec_driver_sql(query, {"ids": [case.id for case in cases]}).all()
    owners = {"ids": [row.id for row in found], "cases": [case.id for case in cases]}
    children = from_row.Belongs(connection.exec_driver_sql(from_row.CHILDREN, owners))
    by_case: dict[int, list[Row[Any]]] = {}
    for row in found:
        by_case.setdefault(row.case_id, []).append(row)
    return {case.id: _stored(case, by_case.get(case.id, []), children) for case in cases}


def load_whole(connection: Connection, case_ids: Sequence[int]) -> dict[int, Stored]:
    """These cases, including those that were forgotten, whose route is not known: any is given."""
    cases = connection.exec_driver_sql(f"{_ALSO_FORGOTTEN} id = ANY(%(ids)s)", {"ids": list(case_ids)}).all()
    return _load(connection, cases, lock=False)


def existing_references(connection: Connection, references: Sequence[str], *, limit: int) -> list[str]:
    """Those of these references that belong to a case already, anywhere, at most ``limit``."""
    # By a function, because a reference is taken in the region, also for whoever sees a part of it.
    query = "SELECT taken FROM taken(%(references)s) LIMIT %(limit)s"
    return list(connection.exec_driver_sql(query, {"references": list(references), "limit": limit}).scalars())


def open_case_ids(connection: Connection) -> list[int]:
    """Every case that is not closed, in order of id."""
    query = select(t.case.c.id).where(t.case.c.closed.is_(None)).order_by(t.case.c.id)
    return list(connection.execute(query).scalars())


def doubtful_case_ids(connection: Connection, now: datetime, until: datetime) -> list[int]:
    """Every open case of which a moment may be wrong because a clock was ahead, in order of id: something was recorded of it
    after ``now``, or it waits for a moment after ``until``."""
    ahead = select(t.audit.c.case_id).where(t.audit.c.at > now, t.audit.c.case_id.is_not(None))
    too_far = select(t.provision.c.case_id).where(t.provision.c.next_at > until)
    doubtful = sa.or_(t.case.c.id.in_(ahead), t.case.c.id.in_(too_far), t.case.c.next_at > until)
    query = select(t.case.c.id).where(t.case.c.closed.is_(None), doubtful).order_by(t.case.c.id)
    return list(connection.execute(query).scalars())


def due_provisions(connection: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(provision id, case id) of what is due at ``now``, locked; what another process holds is skipped."""
    query = (
        select(t.provision.c.id, t.provision.c.case_id)
        .where(t.provision.c.next_at <= now)
        .order_by(t.provision.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [(row.id, row.case_id) for row in connection.execute(query)]


def due_cases(connection: Connection, now: datetime, limit: int) -> list[int]:
    """The cases of which something as a whole is due at ``now``, locked, with their provisions still to be locked.

    What another process holds is skipped.
    """
    query = (
        select(t.case.c.id)
        .where(t.case.c.next_at <= now)
        .order_by(t.case.c.next_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return sorted(connection.execute(query).scalars())


def next_moment(connection: Connection) -> datetime | None:
    """The next moment on which anything happens (UTC), to a provision or to a case as a whole."""
    first = [
        select(c.next_at).where(c.next_at.is_not(None)).order_by(c.next_at).limit(1).scalar_subquery()
        for c in (t.provision.c, t.case.c)
    ]
    found: datetime | None = connection.execute(select(func.least(*first))).scalar()
    return found


def _stored(row: Row[Any], provisions: Sequence[Row[Any]], belongs: from_row.Belongs) -> Stored:
    keys = {p.id: from_row.key(p) for p in provisions}
    owned: dict[ProvisionKey | None, from_row.Children] = {keys[p.id]: belongs.to_provision(p.id) for p in provisions}
    owned[None] = belongs.to_case(row.id)
    child_ids = {
        (key, table): tuple(child[0] for child in rows)
        for key, children in owned.items()
        for table, rows in children.items()
        if columns.ALL_CHILDREN[table].key is None
    }
    case = from_row.case(row, {keys[p.id]: from_row.provision(p, owned[keys[p.id]]) for p in provisions}, owned[None])
    return Stored(
        row.id,
        case,
        {key: i for i, key in keys.items()},
        {keys[p.id]: p._asdict() for p in provisions},
        child_ids,
        row.next_at,
    )


# --- shared by whoever writes ----------------------------------------------------------------------------------------------


def undelivered() -> sa.ColumnElement[bool]:
    """A message that is not arriving (:func:`provisions.store.looking.undelivered`)."""
    return sa.literal_column(looking.undelivered(t.message.name), sa.Boolean)


def renew_run(connection: Connection, provision_id: int) -> None:
    """The run of this provision should show something else now."""
    wanted = {"generation": t.provision.c.generation + 1}
    started = t.provision.c.started_on.is_not(None)
    connection.execute(t.provision.update().where(t.provision.c.id == provision_id, started).values(**wanted))


def want_plans(connection: Connection, case_ids: Sequence[int]) -> None:
    """The plans of these cases may say something else now. In order of id, so that two writers never lock each other out."""
    connection.exec_driver_sql(_WANT_PLANS, {"ids": sorted(set(case_ids))})


def want_plans_of(case_ids: str) -> str:
    """The statement that wants the plans of the cases that the query ``case_ids`` gives."""
    return f"INSERT INTO plan (case_id) {case_ids} ON CONFLICT (case_id) DO UPDATE SET wanted = plan.wanted + 1"


_WANT_PLANS = want_plans_of("SELECT unnest(%(ids)s::bigint[])")
