"""From rows to cases and back: the only place with queries that change the truth. Nothing here decides, nothing commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection, Row, Table, and_, bindparam, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert

from provisions.domain.case import Case, Provision
from provisions.domain.lifecycle import AuditLine, Decision, Moment, derive
from provisions.store import chain
from provisions.store import rows as from_row
from provisions.store import tables as t
from provisions.store.reading import SEVERAL_ATTEMPTS

CHANNEL = "provisions"
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
ANNOUNCED = frozenset({"provision.started", "provision.overdue", "provision.outcome", "rung.climbed"})  # as events
CHILDREN = (t.suspension, t.waiver, t.rung, t.outcome, t.follow_up)
_PROVISION_COLUMNS = tuple(c for c in t.provision.c if c.name not in ("flow_run", "face_wanted", "face_shown"))


@dataclass(frozen=True)
class Stored:
    """A case as it is in the database: its ids, and the provision rows as they were read."""

    case_id: int
    case: Case
    ids: Mapping[str, int]
    rows: Mapping[str, Mapping[str, Any]]
    child_ids: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)

    def key_of(self, provision_id: int) -> str:
        """The key of one of its provisions."""
        return next(key for key, stored in self.ids.items() if stored == provision_id)

    def last(self, column: str) -> dict[str, Any]:
        """A column of each provision as it was last computed."""
        return {key: row[column] for key, row in self.rows.items()}


@dataclass(frozen=True)
class Change:
    """A decision to be written. ``before`` is ``None`` for a new case; ``keys`` limits it to the provisions held under lock."""

    before: Stored | None
    decision: Decision
    moment: Moment
    keys: frozenset[str] | None = None


# --- reading ---------------------------------------------------------------------------------------------------------


def load_case(connection: Connection, reference: str, *, lock: bool = False) -> Stored | None:
    """The case of ``reference``. With ``lock``, it and its provisions stay locked until the transaction ends."""
    query = select(t.case.c.id).where(t.case.c.reference == reference)
    case_id = connection.execute(query.with_for_update() if lock else query).scalar()
    if case_id is None:
        return None
    return load_cases(connection, [case_id], lock=lock)[case_id]


def load_cases(connection: Connection, case_ids: Sequence[int], *, lock: bool = False) -> dict[int, Stored]:
    """Many cases at once, in one query a table. What was forgotten is not there."""
    known = and_(t.case.c.id == func.any(_ids(case_ids)), t.case.c.forgotten.is_(None))
    cases = connection.execute(select(t.case).where(known)).all()
    query = (
        select(*_PROVISION_COLUMNS).where(t.provision.c.case_id == func.any(_ids(case_ids))).order_by(t.provision.c.id)
    )
    rows = connection.execute(query.with_for_update() if lock else query).all()
    children = {table: _children(connection, table, [row.id for row in rows]) for table in CHILDREN}
    by_case: dict[int, list[Row[Any]]] = {}
    for row in rows:
        by_case.setdefault(row.case_id, []).append(row)
    return {row.id: _stored(row, by_case.get(row.id, []), children) for row in cases}


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


def next_moment(connection: Connection) -> datetime | None:
    """The next moment on which anything happens (UTC)."""
    return connection.execute(
        select(t.provision.c.next_at).where(t.provision.c.next_at.is_not(None)).order_by(t.provision.c.next_at).limit(1)
    ).scalar()


def _ids(values: Sequence[int]) -> sa.BindParameter[Any]:
    return bindparam(None, list(values), type_=sa.ARRAY(sa.BigInteger))


def _children(connection: Connection, table: Table, provision_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    order = table.c.id if "id" in table.c else table.c.climbed if "climbed" in table.c else table.c.dependency
    query = select(table).where(table.c.provision_id == func.any(_ids(provision_ids))).order_by(order)
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.provision_id, []).append(row)
    return found


def _stored(
    row: Row[Any], provisions: list[Row[Any]], children: Mapping[Table, Mapping[int, list[Row[Any]]]]
) -> Stored:
    def of(provision_id: int) -> dict[str, list[Row[Any]]]:
        return {table.name: rows.get(provision_id, []) for table, rows in children.items()}

    child_ids = {
        (p.key, table.name): tuple(child.id for child in children[table].get(p.id, ()))
        for p in provisions
        for table in (t.suspension, t.outcome, t.follow_up)
    }
    case = from_row.case(row, {p.key: from_row.provision(p, of(p.id)) for p in provisions})
    return Stored(row.id, case, {p.key: p.id for p in provisions}, {p.key: p._asdict() for p in provisions}, child_ids)


# --- writing ---------------------------------------------------------------------------------------------------------


def write(connection: Connection, changes: Sequence[Change]) -> list[int]:
    """Write decisions: state, audit, messages and wanted faces, set-based. Returns the case ids in order.

    A reference that exists already raises ``sqlalchemy.exc.IntegrityError``.
    """
    case_ids = _write_cases(connection, changes)
    provision_ids = _write_provisions(connection, changes, case_ids)
    _write_children(connection, changes, provision_ids)
    _write_messages(connection, changes, provision_ids)
    want_plans(connection, case_ids)
    connection.execute(select(func.pg_notify(CHANNEL, "")))
    _write_audit(connection, changes, case_ids)  # last: it makes everybody else who records wait
    return case_ids


def _case_row(case: Case) -> dict[str, Any]:
    return {
        "reference": case.reference,
        "municipality": case.municipality,
        "route": case.route.value,
        "brp": case.brp.value,
        "director": case.director,
        "opened": case.opened,
        "closed": case.closed,
        "present": sorted(case.present),
    }


def _write_cases(connection: Connection, changes: Sequence[Change]) -> list[int]:
    new = [_case_row(change.decision.case) for change in changes if change.before is None]
    made = iter(_insert_returning(connection, t.case, new))
    changed = [
        {"row_id": change.before.case_id, **_case_row(change.decision.case)}
        for change in changes
        if change.before is not None and _case_row(change.before.case) != _case_row(change.decision.case)
    ]
    _update(connection, t.case, changed)
    return [next(made) if change.before is None else change.before.case_id for change in changes]


def _provision_row(case: Case, key: str, moment: Moment) -> dict[str, Any]:
    p, derived = case.provisions[key], derive(case, key, moment)
    return {
        "key": key,
        "status": p.status.value,
        "needed_on": p.needed_on,
        "urgent": p.urgent,
        "asked": p.asked,
        "needed_from": p.needed_from,
        "agreed": p.agreed,
        "agreed_on": p.agreed_on,
        "applied_on": p.applied_on,
        "started_on": p.started_on,
        "reopened_on": p.reopened_on,
        "breached_on": p.breached_on,
        "late_noted": p.late_noted,
        "due": derived.due,
        "statutory_due": derived.statutory_due,
        "late_from": derived.late_from,
        "breach_day": derived.breach_day,
        "suspended_until": derived.suspended_until,
        "closed_on": derived.closed_on,
        "lies_with": derived.lies_with,
        "next_at": derived.next_at,
    }


def _write_provisions(
    connection: Connection, changes: Sequence[Change], case_ids: Sequence[int]
) -> list[dict[str, int]]:
    """Insert and update provision rows; a wanted face counts one up. Returns the ids by key for each change."""
    inserts: list[dict[str, Any]] = []
    owners: list[tuple[int, str]] = []
    updates: list[dict[str, Any]] = []
    for number, (change, case_id) in enumerate(zip(changes, case_ids, strict=True)):
        case, before = change.decision.case, change.before
        for key in case.provisions if change.keys is None else change.keys:
            row = _provision_row(case, key, change.moment)
            wanted = int(key in change.decision.faces and row["started_on"] is not None)
            if before is None or key not in before.ids:
                inserts.append({"case_id": case_id, "face_wanted": wanted, **row})
                owners.append((number, key))
            elif wanted or any(before.rows[key][name] != value for name, value in row.items()):
                updates.append({"row_id": before.ids[key], "wanted": wanted, **row})
    ids = [dict(change.before.ids) if change.before else {} for change in changes]
    for (number, key), provision_id in zip(owners, _insert_returning(connection, t.provision, inserts), strict=True):
        ids[number][key] = provision_id
    if updates:
        arrays = {name: [row[name] for row in updates] for name in updates[0]}
        connection.execute(_update_provisions(tuple(arrays)), arrays)
    return ids


@lru_cache(maxsize=8)
def _update_provisions(names: tuple[str, ...]) -> sa.TextClause:
    """One statement for any number of rows, a column an array: one statement a row is three times as slow."""
    types = {column.name: column.type.compile(DIALECT) for column in t.provision.c}
    types |= {"row_id": "bigint", "wanted": "integer"}
    arrays = ", ".join(f"CAST(:{name} AS {types[name]}[])" for name in names)
    columns = ", ".join(f"{name} = new.{name}" for name in names if name not in ("row_id", "wanted"))
    return sa.text(
        f"UPDATE provision SET face_wanted = face_wanted + new.wanted, {columns} "  # noqa: S608 - names of our columns
        f"FROM unnest({arrays}) AS new ({', '.join(names)}) WHERE provision.id = new.row_id"
    )


def _write_children(
    connection: Connection, changes: Sequence[Change], provision_ids: Sequence[Mapping[str, int]]
) -> None:
    inserts: dict[Table, list[dict[str, Any]]] = {}
    updates: dict[Table, list[dict[str, Any]]] = {}
    for change, ids in zip(changes, provision_ids, strict=True):
        before = change.before
        for key, provision in change.decision.case.provisions.items():
            earlier = before.case.provisions.get(key) if before else None
            if provision is earlier or (change.keys is not None and key not in change.keys):
                continue
            for table, new, old in _child_rows(provision, earlier):
                stored = before.child_ids.get((key, table.name), ()) if before else ()
                for position, row in enumerate(new):
                    if position >= len(old):
                        inserts.setdefault(table, []).append({"provision_id": ids[key], **row})
                    elif row != old[position]:
                        identity = (
                            {"row_id": stored[position]}
                            if stored
                            else {"row_provision": ids[key], "row_name": row["name"]}
                        )
                        updates.setdefault(table, []).append({**identity, **row})
    for table, rows in inserts.items():
        connection.execute(table.insert(), rows)
    for table, rows in updates.items():
        if table is t.rung:
            _update_rungs(connection, rows)
        else:
            _update(connection, table, rows)


def _child_rows(
    provision: Provision, earlier: Provision | None
) -> Iterable[tuple[Table, list[dict[str, Any]], list[dict[str, Any]]]]:
    """Each child table with the rows as they become and as they were; rows only change in place or are added at the end."""

    def rows(p: Provision | None) -> dict[Table, list[dict[str, Any]]]:
        if p is None:
            return {table: [] for table in CHILDREN}
        return {
            t.suspension: [
                {"start": s.start, "until": s.until, "reason": s.reason.value, "resumed": s.resumed}
                for s in p.suspensions
            ],
            t.waiver: [{"dependency": w.dependency, "day": w.on} for w in p.waivers],
            t.rung: [
                {
                    "name": r.name.value,
                    "due": r.due,
                    "message": UUID(r.message),
                    "answer": r.answer.value if r.answer else None,
                    "submitted": r.submitted,
                }
                for r in p.rungs
            ],
            t.outcome: [
                {
                    "name": o.name.value,
                    "day": o.on,
                    "recorded": o.recorded,
                    "fields": dict(o.fields),
                    "undone": o.undone,
                }
                for o in p.outcomes
            ],
            t.follow_up: [
                {"name": f.name, "due": f.due, "done": f.done, "lapsed": f.lapsed, "reminded": f.reminded}
                for f in p.follow_ups
            ],
        }

    new, old = rows(provision), rows(earlier)
    # Waivers and rungs are read back in another order than they were added; match them by name.
    for table, name in ((t.waiver, "dependency"), (t.rung, "name")):
        known = {row[name]: row for row in new[table]}
        old[table] = [row for row in old[table] if row[name] in known]
        kept = [known.pop(row[name]) for row in old[table]]
        new[table] = [*kept, *known.values()]
    return [(table, new[table], old[table]) for table in CHILDREN]


def _update_rungs(connection: Connection, rows: list[dict[str, Any]]) -> None:
    statement = (
        t.rung.update()
        .where(t.rung.c.provision_id == bindparam("row_provision"), t.rung.c.name == bindparam("row_name"))
        .values(answer=bindparam("answer"), submitted=bindparam("submitted"))
    )
    keep = ("row_provision", "row_name", "answer", "submitted")
    connection.execute(statement, [{name: row[name] for name in keep} for row in rows])


def _write_messages(
    connection: Connection, changes: Sequence[Change], provision_ids: Sequence[Mapping[str, int]]
) -> None:
    rows = [
        {
            "id": UUID(intent.id),
            "provision_id": ids[intent.key],
            "kind": intent.kind,
            "detail": intent.detail,
            "municipality": intent.municipality,
            "created": change.moment.now,
            "next_try": change.moment.now,
        }
        for change, ids in zip(changes, provision_ids, strict=True)
        for intent in change.decision.messages
    ]
    if rows:
        chain.copy(connection, t.message, rows)


def _write_audit(connection: Connection, changes: Sequence[Change], case_ids: Sequence[int]) -> None:
    lines = [
        chain.Line(
            by=change.moment.by,
            what=line.what,
            because=line.because,
            case_id=case_id,
            key=line.key,
            data=_plain(line),
            message=UUID(line.message) if line.message else None,
            note=line.note,
        )
        for change, case_id in zip(changes, case_ids, strict=True)
        for line in change.decision.audit
    ]
    numbers = chain.append(connection, lines)
    announced = [number for number, line in zip(numbers, lines, strict=True) if line.what in ANNOUNCED]
    if announced:
        chain.copy(connection, t.announcement, [{"audit_id": number} for number in announced])


def undelivered() -> sa.ColumnElement[bool]:
    """A message that was given up, or that is still pending after several attempts."""
    stuck = and_(t.message.c.status == "pending", t.message.c.attempts >= SEVERAL_ATTEMPTS)
    return sa.or_(t.message.c.status == "failed", stuck)


def want_face(connection: Connection, provision_id: int) -> None:
    """The run of this provision should show something else now."""
    wanted = {"face_wanted": t.provision.c.face_wanted + 1}
    started = t.provision.c.started_on.is_not(None)
    connection.execute(t.provision.update().where(t.provision.c.id == provision_id, started).values(**wanted))


def want_plans(connection: Connection, case_ids: Sequence[int]) -> None:
    """The plans of these cases may say something else now. In order of id, so that two writers never lock each other out."""
    wanted = insert(t.plan).from_select(["case_id"], select(func.unnest(_ids(sorted(set(case_ids))))))
    connection.execute(wanted.on_conflict_do_update(index_elements=["case_id"], set_={"wanted": t.plan.c.wanted + 1}))


def _plain(line: AuditLine) -> dict[str, object] | None:
    return {name: value for name, value in line.data.items() if value is not None} or None


def _insert_returning(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    statement = table.insert().returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())


def _update(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row_id"}
    connection.execute(table.update().where(table.c.id == bindparam("row_id")).values(**columns), rows)
