"""The last thing that a person did with each case, kept for as long as it may be taken back, and taking it back.

A row holds what the act changed as it was before: a copy with a life of a quarter of an hour. Nothing here decides, nothing
commits.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update

from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.domain.delivery import MessageStatus
from provisions.domain.lifecycle import LastAct, Since, SinceLine
from provisions.store import outbox, zaken
from provisions.store import tables as t
from provisions.store.columns import CASE, CASE_CHILDREN, CHILDREN, PROVISION, Child
from provisions.store.loading import Stored

# What became of a letter: recorded by whoever sends it, at any moment.
DELIVERY = frozenset({"message.sent", "message.failed", "message.void", "message.listed", "message.absent"})
_LEFT = frozenset({"message.sent", "message.failed"})
_encode = json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False).encode
_KEEP = """
INSERT INTO last_act (case_id, act, by, at, after, lines, never, before, provisions)
SELECT r.case_id, r.act, r.by, r.at, head.last_line, r.lines, r.never, r.before, r.provisions
FROM json_to_recordset(%(rows)s::json) AS r (
    case_id bigint, act integer, by text, at timestamptz, lines integer, never text, before jsonb, provisions bigint[]
), audit_head AS head
ON CONFLICT (case_id) DO UPDATE SET act = excluded.act, by = excluded.by, at = excluded.at, after = excluded.after,
    lines = excluded.lines, never = excluded.never, before = excluded.before, provisions = excluded.provisions, leaving = '{}'"""


# --- keeping ---------------------------------------------------------------------------------------------------------


def row(
    before: Stored, after: Case, about: Iterable[ProvisionKey | None], ids: Mapping[ProvisionKey, int]
) -> dict[str, Any]:
    """What is kept of an act that changed ``before`` to ``after``. ``about``: the provisions of which letters were asked."""
    was = before.case.provisions
    touched = [key for key, provision in after.provisions.items() if was.get(key) is not provision]
    copy = {
        "case": list(CASE.row(before.case).values()),
        "of_case": _records(before.case, CASE_CHILDREN),
        "provisions": [_copy(was[key]) for key in touched if key in was],
        "added": [list(key) for key in touched if key not in was],
    }
    return {"before": copy, "provisions": sorted({ids[key] for key in (*touched, *about) if key is not None})}


def keep(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep these acts, each in place of an earlier one of its case. Their lines are recorded after this, in one transaction."""
    if rows:
        connection.exec_driver_sql(_KEEP, {"rows": _encode(rows)})


def drop(connection: Connection, before: datetime) -> None:
    """What was done before this moment can't be taken back any more."""
    connection.execute(delete(t.last_act).where(t.last_act.c.at < before))


def _copy(provision: Provision) -> dict[str, Any]:
    return {"columns": list(PROVISION.row(provision).values()), "children": _records(provision, CHILDREN)}


def _records(owner: Provision | Case, children: Mapping[str, Child]) -> dict[str, list[list[Any]]]:
    """What belongs to a provision or a case, as ``Child.records`` reads it."""
    return {
        name: [[0, *child.columns.row(one).values()][bool(child.key) :] for one in getattr(owner, child.field)]
        for name, child in children.items()
    }


def _copied(copy: Mapping[str, Any]) -> Provision:
    children: dict[str, Any] = {
        CHILDREN[name].field: CHILDREN[name].records(rows) for name, rows in copy["children"].items()
    }
    return replace(PROVISION.from_json(copy["columns"]), **children)


def is_recent(connection: Connection, reference: str, by: str, since: datetime) -> bool:
    """Whether the last thing that was done with a case was done by this person, and not before this moment."""
    query = select(t.last_act.c.case_id).join(t.case, t.case.c.id == t.last_act.c.case_id)
    own = query.where(t.case.c.reference == reference, t.last_act.c.by == by, t.last_act.c.at >= since)
    return connection.execute(own.where(t.last_act.c.before.is_not(None))).first() is not None


# --- what happened since ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kept:
    """The last act, what happened since, and what has to be done with letters when it is taken back.

    ``letters``: those of the act. ``lapsed``: earlier ones that were not sent because of it. ``lines``: of the record.
    """

    act: LastAct
    since: Since
    letters: tuple[UUID, ...]
    lapsed: tuple[UUID, ...]
    lines: tuple[int, ...]


def read(connection: Connection, stored: Stored) -> Kept | None:
    """The last act of a case that is held, ``None`` when there is none. Letters that wait are held from here on too: none of
    them leaves until the transaction ends.
    """
    kept = connection.execute(select(t.last_act).where(t.last_act.c.case_id == stored.case_id)).one_or_none()
    if kept is None:
        return None
    held = _hold_letters(connection, kept.provisions, stored.case_id)
    leaving = select(t.last_act.c.leaving).where(t.last_act.c.case_id == stored.case_id)
    marked = bool(connection.execute(leaving).scalar_one())  # as it is now that nothing can begin to leave
    lines = connection.execute(
        select(t.audit, t.audit_round.label("round"))
        .where(t.audit.c.case_id == stored.case_id, t.audit.c.id > kept.after)
        .order_by(t.audit.c.id)
    ).all()
    told = [line for line in lines if line.what in DELIVERY]
    own = [line for line in lines if line.what not in DELIVERY]
    letters = {line.message for line in own if line.message is not None}
    gone = zaken.left_since(connection, kept.provisions, kept.at)
    left = (
        marked
        or not held
        or gone
        or _left(connection, letters)
        or any(_went(line, letters, stored, kept) for line in told)
    )
    lapsed = [line.message for line in told if line.message not in letters and _lapsed(line)]
    rest = [SinceLine(line.what, line.by, _key(line)) for line in own[kept.lines :]]
    said = tuple(dict.fromkeys(line.because for line in own[: kept.lines] if line.what != "message.requested"))
    act = LastAct(kept.by, kept.at, _before(kept, stored), kept.never, kept.after, said)
    return Kept(act, Since(rest, left), tuple(letters), tuple(lapsed), tuple(line.id for line in own))


def _before(kept: Row[Any], stored: Stored) -> Case | None:
    if kept.before is None:
        return None
    was = CASE.from_json(kept.before["case"])
    added = {ProvisionKey(*key) for key in kept.before["added"]}
    copies = {copy.id: copy for copy in map(_copied, kept.before["provisions"])}
    still = {key: copies.get(key, p) for key, p in stored.case.provisions.items() if key not in added}
    of_case: dict[str, Any] = {
        CASE_CHILDREN[name].field: CASE_CHILDREN[name].records(rows) for name, rows in kept.before["of_case"].items()
    }
    return replace(was, provisions=still, **of_case)


def _hold_letters(connection: Connection, provisions: Sequence[int], case_id: int) -> bool:
    """Hold every letter about these, or about the case, that waits; ``False`` when one of them is being sent."""
    about = or_(t.message.c.provision_id.in_(provisions), t.message.c.case_id == case_id)
    waiting = select(t.message.c.id).where(about, t.message.c.status == MessageStatus.PENDING.value)
    return outbox.hold(connection, list(connection.execute(waiting).scalars()))


def _left(connection: Connection, letters: Collection[UUID]) -> bool:
    """Whether one of the letters of the act was sent, was tried, or was put in the overview of the day."""
    m = t.message.c
    tried = or_(m.attempts > 0, m.status.in_((MessageStatus.SENT.value, MessageStatus.FAILED.value)))
    listed = and_(m.kind.in_(outbox.LISTED), m.status != MessageStatus.PENDING.value)
    query = select(m.id).where(m.id.in_(letters), or_(tried, listed)).limit(1)
    return connection.execute(query).first() is not None


def _went(line: Row[Any], letters: Collection[UUID], stored: Stored, kept: Row[Any]) -> bool:
    """Whether this line says that an earlier letter left that tells of what the act changed."""
    key = _key(line)
    about = stored.ids.get(key) if key is not None else None
    went = line.what in _LEFT or (line.what == "message.listed" and "overview" in (line.data or {}))
    return went and (line.message in letters or about in kept.provisions)


def _lapsed(line: Row[Any]) -> bool:
    return line.what == "message.void" or (line.what == "message.listed" and "overview" not in (line.data or {}))


def _key(line: Row[Any]) -> ProvisionKey | None:
    return ProvisionKey(line.key, line.round) if line.key is not None else None


# --- taking back -----------------------------------------------------------------------------------------------------


def restore(connection: Connection, stored: Stored, kept: Kept, now: datetime) -> Stored:
    """Make the rows of what belongs to provisions, the letters and the runs what they were; the case as it then is, so that
    ``writing.write`` does the rest. ``stored`` is held.
    """
    before = kept.act.before
    assert before is not None  # noqa: S101 - else it was refused
    _take_letters_back(connection, kept, now)
    connection.execute(delete(t.announcement).where(t.announcement.c.audit_id.in_(kept.lines)))
    added = [number for key, number in stored.ids.items() if key not in before.provisions]
    changed = [key for key, p in before.provisions.items() if p != stored.case.provisions[key]]
    unasked = [stored.ids[key] for key in changed if not before.provisions[key].asked]
    zaken.take_back(connection, [*added, *unasked])
    if added:
        _remove(connection, added)
    _replace(connection, CHILDREN, {stored.ids[key]: before.provisions[key] for key in changed})
    different = {
        name: child
        for name, child in CASE_CHILDREN.items()
        if getattr(before, child.field) != getattr(stored.case, child.field)
    }
    _replace(connection, different, {stored.case_id: before})
    blocked = [stored.ids[key] for key in changed if before.provisions[key].started_on is None]
    _end_runs(connection, blocked)
    return Stored(
        stored.case_id,
        replace(
            stored.case,
            provisions=before.provisions,
            **{child.field: getattr(before, child.field) for child in CASE_CHILDREN.values()},
        ),
        {key: number for key, number in stored.ids.items() if key in before.provisions},
        {key: values for key, values in stored.rows.items() if key in before.provisions},
        next_at=stored.next_at,
    )


def _take_letters_back(connection: Connection, kept: Kept, now: datetime) -> None:
    void = {"status": MessageStatus.VOID.value, "next_try": None}
    waits = (t.message.c.id.in_(kept.letters), t.message.c.status == MessageStatus.PENDING.value)
    connection.execute(update(t.message).where(*waits).values(void))
    again = {"status": MessageStatus.PENDING.value, "next_try": now}
    lapsed = (t.message.c.id.in_(kept.lapsed), t.message.c.status == MessageStatus.VOID.value)
    connection.execute(update(t.message).where(*lapsed).values(again))


def _remove(connection: Connection, provisions: Sequence[int]) -> None:
    """What was needed because of the act only. Its runs in Prefect have nobody any more."""
    run = t.provision.c.flow_run
    runs = select(run).where(t.provision.c.id.in_(provisions), run.is_not(None))
    connection.execute(insert(t.stray_run).from_select(["flow_run"], runs))
    for table in (t.message, t.foreseen, *(t.metadata.tables[name] for name in CHILDREN)):
        connection.execute(delete(table).where(table.c.provision_id.in_(provisions)))
    connection.execute(delete(t.provision).where(t.provision.c.id.in_(provisions)))


def _replace(connection: Connection, children: Mapping[str, Child], owners: Mapping[int, Provision | Case]) -> None:
    """What belongs to these provisions or cases, by their number, in place of what stands there."""
    for name, child in children.items():
        table = t.metadata.tables[name]
        connection.execute(delete(table).where(table.c[child.owner].in_(list(owners))))
        rows = [
            {child.owner: number, **child.columns.row(one)}
            for number, owner in owners.items()
            for one in getattr(owner, child.field)
        ]
        if rows:
            connection.execute(insert(table), rows)


def _end_runs(connection: Connection, blocked: Sequence[int]) -> None:
    """The runs of what waits again look once more, and end; where none was made, none is."""
    mine, p = t.provision.c.id.in_(blocked), t.provision.c
    connection.execute(update(t.provision).where(mine, p.flow_run.is_not(None)).values(generation=p.generation + 1))
    unseen = update(t.provision).where(mine, p.flow_run.is_(None))
    connection.execute(unseen.values(observed_generation=p.generation))


def strays(connection: Connection, limit: int) -> list[UUID]:
    """Runs in Prefect of what was taken back, to be ended."""
    return list(connection.execute(select(t.stray_run.c.flow_run).limit(limit)).scalars())


def stray_ended(connection: Connection, flow_run: UUID) -> None:
    """It has ended."""
    connection.execute(delete(t.stray_run).where(t.stray_run.c.flow_run == flow_run))
