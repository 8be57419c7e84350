"""From decisions to rows: state, audit, messages and the runs to renew. Nothing here decides, nothing commits.

However many decisions: two statements for what is new, one for all the rest, two for the audit. Each takes its rows as one
JSON document, because what a statement costs lies mostly in its parameters and its way there and back.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy import Row as Made
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.domain.lifecycle import (
    SYSTEM,
    AuditLine,
    Decision,
    Derived,
    Moment,
    asked_anew,
    derive,
    derive_case,
    never_undone,
    zaak_rule,
    zaken_wanted,
)
from provisions.store import acts, audit, channel, submissions, zaken
from provisions.store import tables as t
from provisions.store.columns import ALL_CHILDREN, CASE, CASE_CHILDREN, CHILDREN, PROVISION, Child, Columns
from provisions.store.loading import Stored

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
Row = dict[str, Any]
encode = json.JSONEncoder(default=str, separators=(",", ":"), ensure_ascii=False).encode  # days and moments: ISO
_DERIVED = Columns(Derived)
_EXTRA = {"row_id": "bigint", "place": "integer", "wanted": "integer"}


class ReferenceTaken(Exception):  # noqa: N818 - what it says is what happened
    """A case that is new has the reference of one that is there."""


@dataclass(frozen=True)
class Change:
    """A decision to be written. ``before`` is ``None`` for a new case; ``keys`` limits it to the provisions held under lock."""

    before: Stored | None
    decision: Decision
    moment: Moment
    keys: frozenset[ProvisionKey] | None = None


def write(connection: Connection, changes: Sequence[Change]) -> list[int]:
    """Write decisions, set-based. Returns the case ids in order.

    A reference that exists already raises :class:`ReferenceTaken`. The provisions that change must be held
    (``FOR UPDATE``), and the cases too when more changes than provisions. What came by a form of a page raises ``DoneBefore``
    when that was sent before, ``ChangedMeanwhile`` when something was recorded that its reader had not seen.
    """
    drafts = [_Draft(change) for change in changes]
    sent = changes[0].moment.sent if changes else None
    if sent is not None:
        submissions.refuse_unseen(connection, sent, [draft.case_id for draft in drafts])
    _insert_new(connection, drafts)
    if sent is not None:
        cases, lines = [draft.case_id for draft in drafts], sum(len(change.decision.audit) for change in changes)
        submissions.claim(connection, sent, changes[0].moment, cases, lines)
    _record(connection, drafts)
    zaken.want(connection, [row for draft in drafts for row in draft.zaken_wanted()])
    zaken.ask_anew(connection, [row for draft in drafts for row in draft.zaken_anew()])
    zaken.touch(connection, [row for draft in drafts for row in draft.zaken_touched()])
    acts.keep(connection, [draft.act_row() for draft in drafts if draft.is_an_act])
    _append_audit(connection, drafts)  # last: everybody else who records waits for it
    return [draft.case_id for draft in drafts]


class _Draft:
    """A change, with the ids that it has or gets."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.case = change.decision.case
        self.before = change.before
        self.case_id = change.before.case_id if change.before else 0  # until it is inserted
        self.ids = dict(change.before.ids) if change.before else {}
        # Whoever holds some provisions of it only does not hold the case.
        self.row = case_row(self.case, change.moment) if change.keys is None else None
        self.inserts: list[Row] = []
        self.updates: list[Row] = []
        for key in self.case.provisions if change.keys is None else change.keys:
            row = provision_row(self.case.provisions[key], derive(self.case, key, change.moment))
            wanted = int(key in change.decision.visible and row["started_on"] is not None)
            if key not in self.ids:
                self.inserts.append({"generation": wanted, **row})
            elif wanted or any(change.before.rows[key][name] != value for name, value in row.items()):  # type: ignore[union-attr]
                self.updates.append({"row_id": self.ids[key], "wanted": wanted, **row})

    def zaken_wanted(self) -> list[Row]:
        """The zaken that are wanted because of this, in the case systems of the municipalities."""
        if not self.change.moment.catalogue.zaken:
            return []
        before = self.before.case if self.before else None
        wanted = zaken_wanted(before, self.change.decision, self.change.moment)
        return [{"provision_id": self.ids[intent.key], **zaken.row(intent)} for intent in wanted]

    def zaken_anew(self) -> list[Row]:
        """The rounds that are asked for once more, and need another zaak."""
        moment = self.change.moment
        if not moment.catalogue.zaken:
            return []
        anew = asked_anew(self.change.decision, moment)
        return [{"provision_id": self.ids[key], "start": moment.today, "now": moment.now} for key in anew]

    def zaken_touched(self) -> list[Row]:
        """The rounds whose zaak may have to say something else now, and from when on: it is changed seldom."""
        moment = self.change.moment
        if not moment.catalogue.zaken or self.before is None:
            return []
        keys = [key for key, p in self.case.provisions.items() if p != self.before.case.provisions.get(key)]
        mine = [key for key in keys if key in self.ids and zaak_rule(self.case, key, moment) is not None]
        return [{"provision_id": self.ids[key], "at": moment.now + moment.catalogue.letters_wait} for key in mine]

    @property
    def is_an_act(self) -> bool:
        """Whether a person did this with a case that was there: the last thing that was done with it. An intake is never
        taken back, and neither is what was done before it.
        """
        return self.before is not None and self.change.moment.by != SYSTEM and self.change.keys is None

    def act_row(self) -> Row:
        """What is kept of it, for as long as it may be taken back."""
        decision, moment = self.change.decision, self.change.moment
        assert self.before is not None  # noqa: S101 - it is an act
        never = never_undone(decision, moment)
        kept: Row = {"before": None, "provisions": []}
        if never is None:
            kept = acts.row(self.before, self.case, (intent.key for intent in decision.messages), self.ids)
        made = {"case_id": self.case_id, "act": self.case.act, "by": moment.by, "at": moment.now}
        return {**made, **kept, "never": never, "lines": len(decision.audit)}


# --- what is new -----------------------------------------------------------------------------------------------------


def _insert_new(connection: Connection, drafts: Sequence[_Draft]) -> None:
    """Insert cases and provisions, in order, and note their ids in the drafts. Cases come first: the role of the
    workplace stands behind a wall, and sees provisions only of cases that are there.
    """
    cases = [(draft, draft.row) for draft in drafts if draft.before is None and draft.row is not None]
    if cases:
        by_reference = {draft.case.reference: draft for draft, _ in cases}
        for reference, case_id in _insert_cases(connection, [row for _, row in cases]):
            by_reference[reference].case_id = case_id
    provisions = [{"case_id": draft.case_id, **row} for draft in drafts for row in draft.inserts]
    if not provisions:
        return
    for place, row in enumerate(provisions):
        row["place"] = place
    by_id = {draft.case_id: draft for draft in drafts}
    statement = _insert_statement(t.provision, tuple(provisions[0]), "case_id, key, round, id")
    for case_id, key, number, provision_id in connection.exec_driver_sql(
        statement, {t.provision.name: encode(provisions)}
    ):
        by_id[case_id].ids[ProvisionKey(key, number)] = provision_id


def _insert_cases(connection: Connection, rows: Sequence[Row]) -> Sequence[Made[Any]]:
    numbered = [{**row, "place": place} for place, row in enumerate(rows)]
    statement = _insert_statement(t.case, tuple(numbered[0]), "reference, id")
    try:
        return connection.exec_driver_sql(statement, {t.case.name: encode(numbered)}).all()
    except IntegrityError as error:
        if "client_case_reference" in str(error.orig):
            raise ReferenceTaken from None
        raise


@lru_cache(maxsize=8)
def _insert_statement(table: Table, columns: tuple[str, ...], returning: str) -> str:
    """Rows in the order of their ``place``."""
    own = ", ".join(name for name in columns if name != "place")
    return (
        f"INSERT INTO {table.name} ({own}) SELECT {own} FROM {_rows(table, table.name, columns)} "  # noqa: S608
        f"ORDER BY r.place RETURNING {returning}"
    )


# --- everything else -------------------------------------------------------------------------------------------------


def _record(connection: Connection, drafts: Sequence[_Draft]) -> None:
    """Everything besides what is new and the audit, in one statement; empty parts are left out of it."""
    at = connection.get_execution_options().get(audit.RECORDED_AT)
    inserts: dict[Table, list[Row]] = {}
    updates: dict[Table, list[Row]] = {}
    for draft in drafts:
        _collect_children(draft, inserts, updates)
    for row in inserts.get(t.rung, ()):
        row.setdefault("climbed", at() if at else None)
    parts = {
        f"update_{t.case.name}": [
            {"row_id": draft.case_id, **draft.row}
            for draft in drafts
            if draft.before is not None
            and draft.row is not None
            and draft.row != CASE.row(draft.before.case) | {"next_at": draft.before.next_at}
        ],
        "update_provision": [row for draft in drafts for row in draft.updates],
        **{f"insert_{table.name}": rows for table, rows in inserts.items()},
        **{f"update_{table.name}": rows for table, rows in updates.items()},
        "insert_message": [row for draft in drafts for row in _message_rows(draft)],
    }
    parts = {name: rows for name, rows in parts.items() if rows}
    statement = _record_statement(tuple((name, tuple(rows[0])) for name, rows in parts.items()))
    values: Row = {name: encode(rows) for name, rows in parts.items()}
    values["case_ids"] = sorted({draft.case_id for draft in drafts})
    connection.exec_driver_sql(statement, values)


@lru_cache(maxsize=128)
def _record_statement(parts: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    named = [f"p{place} AS ({_part(name, columns)})" for place, (name, columns) in enumerate(parts)]
    # What was foreseen of these cases, and what their plans say, may not be so any more.
    named.append("stale AS (DELETE FROM foreseen WHERE case_id = ANY(%(case_ids)s))")
    named.append(
        "plans AS (INSERT INTO plan (case_id) SELECT unnest(%(case_ids)s::bigint[]) "  # in order of id: nobody waits in a circle
        "ON CONFLICT (case_id) DO UPDATE SET wanted = plan.wanted + 1)"
    )
    return f"WITH {', '.join(named)} {channel.NOTIFY}"


def _part(name: str, columns: tuple[str, ...]) -> str:
    action, _, called = name.partition("_")
    table = t.metadata.tables[called]
    rows = _rows(table, name, columns)
    if action == "insert":
        listed = ", ".join(columns)
        chosen = listed.replace("climbed", "coalesce(climbed, clock_timestamp())")
        return f"INSERT INTO {called} ({listed}) SELECT {chosen} FROM {rows}"  # noqa: S608
    key = ALL_CHILDREN[called].key if called in ALL_CHILDREN else None
    keys = (ALL_CHILDREN[called].owner, key) if key else ("row_id",)
    where = " AND ".join(f"{called}.{'id' if key == 'row_id' else key} = r.{key}" for key in keys)
    changes = [f"{column} = r.{column}" for column in columns if column not in (*keys, "wanted")]
    if "wanted" in columns:
        changes.append("generation = generation + r.wanted")
    return f"UPDATE {called} SET {', '.join(changes)} FROM {rows} WHERE {where}"  # noqa: S608


def _rows(table: Table, parameter: str, columns: tuple[str, ...]) -> str:
    """The rows of a JSON document as a table ``r``, typed as the columns are."""
    return f"json_to_recordset(%({parameter})s::json) AS r ({typed(table, columns)})"


def typed(table: Table, columns: Iterable[str]) -> str:
    """Columns with the types that they have in a table, as a set of records names them."""
    types = {column.name: column.type.compile(DIALECT) for column in table.c} | _EXTRA
    return ", ".join(f"{name} {types[name]}" for name in columns)


def case_row(case: Case, moment: Moment) -> Row:
    """What is written of a case: what happened, and what the domain computed from it."""
    return CASE.row(case) | asdict(derive_case(case, moment))


def provision_row(provision: Provision, derived: Derived) -> Row:
    """What is written of a provision: what happened, and what the domain computed from it."""
    return PROVISION.row(provision) | _DERIVED.row(derived)


def _collect_children(draft: _Draft, inserts: dict[Table, list[Row]], updates: dict[Table, list[Row]]) -> None:
    before, keys = draft.before, draft.change.keys
    changed: list[tuple[ProvisionKey | None, int, Mapping[str, Child], Any, Any]] = []
    for key, provision in draft.case.provisions.items():
        earlier = before.case.provisions.get(key) if before else None
        if provision is not earlier and (keys is None or key in keys):
            changed.append((key, draft.ids[key], CHILDREN, provision, earlier))
    if keys is None:
        changed.append((None, draft.case_id, CASE_CHILDREN, draft.case, before.case if before else None))
    for whose, owner_id, children, becoming, earlier_one in changed:
        for child, new, old in _child_rows(children, becoming, earlier_one):
            table = t.metadata.tables[child.table]
            stored = before.child_ids.get((whose, child.table), ()) if before else ()
            for position, row in enumerate(new):
                if position >= len(old):
                    inserts.setdefault(table, []).append({child.owner: owner_id, **row})
                elif row != old[position]:
                    identity = {"row_id": stored[position]} if stored else {child.owner: owner_id}
                    kept = {name: value for name, value in row.items() if name != child.by_database}
                    updates.setdefault(table, []).append({**identity, **kept})


def _child_rows(
    children: Mapping[str, Child], owner: Provision | Case, earlier: Provision | Case | None
) -> Iterable[tuple[Child, list[Row], list[Row]]]:
    """Each child table with the rows as they become and as they were, where anything may have changed.

    Rows only change in place or are added at the end. What has a key is read back in another order than it was added: that
    is matched by its key.
    """
    for child in children.values():
        becoming = getattr(owner, child.field)
        known = getattr(earlier, child.field) if earlier else ()
        if not becoming or becoming is known:
            continue
        new, old = child.rows(becoming), child.rows(known)
        if child.key:
            by_key = {row[child.key]: row for row in new}
            old = [row for row in old if row[child.key] in by_key]
            kept = [by_key.pop(row[child.key]) for row in old]
            new = [*kept, *by_key.values()]
        yield child, new, old


def _message_rows(draft: _Draft) -> Iterable[Row]:
    now = draft.change.moment.now
    return (
        {
            "id": intent.id,
            "provision_id": draft.ids[intent.key] if intent.key else None,
            "case_id": None if intent.key else draft.case_id,
            "kind": intent.kind,
            "detail": intent.detail,
            "municipality": intent.municipality,
            "created": now,
            "next_try": now + intent.wait,
        }
        for intent in draft.change.decision.messages
    )


# --- the audit -------------------------------------------------------------------------------------------------------


def _append_audit(connection: Connection, drafts: Sequence[_Draft]) -> None:
    audit.append(
        connection,
        [
            audit_line(line, moment, draft.case_id)
            for draft in drafts
            for moment in (draft.change.moment.about(draft.before.case if draft.before else draft.case),)
            for line in draft.change.decision.audit
        ],
    )


def audit_line(line: AuditLine, moment: Moment, case_id: int) -> audit.Line:
    """A line of a decision as it is recorded.

    The chain hashes a fixed tuple: by which door it came, for whom, with whose approval and of which round goes into its data.
    """
    how = {
        "via": moment.via.value,
        "for": moment.acting_for,
        "approved_by": moment.approved_by,
        "round": line.key.round if line.key is not None and line.key.round > 1 else None,
    }
    return audit.Line(
        by=moment.by,
        what=line.what,
        because=line.because,
        case_id=case_id,
        key=line.key.key if line.key else None,
        data={name: value for name, value in (how | dict(line.data)).items() if value is not None} or None,
        message=UUID(line.message) if line.message else None,
        note=line.note,
    )
