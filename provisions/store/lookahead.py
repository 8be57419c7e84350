"""What the clock will record, decided ahead: when the moment comes, a few statements record it for thousands at once.

A deadline is known days before it passes, and so is what must be recorded then. ``keep`` stores that a day ahead;
``record`` carries it out. Whatever is recorded of a case in between removes what was foreseen of it
(``writing.write``, in the same transaction), and the clock then decides at the moment itself, as it does for
all that can't be foreseen. Both hold the provision, and so does whoever changes its case: neither sees half a change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from provisions.domain.case import ProvisionKey, Rung
from provisions.domain.lifecycle import SYSTEM, Foreseen
from provisions.store import audit, channel
from provisions.store import tables as t
from provisions.store.columns import CHILDREN
from provisions.store.loading import Stored
from provisions.store.writing import audit_line, encode, provision_row, typed

_DIGEST = 32  # bytes

_TO_KEEP = """
SELECT p.id, p.case_id, p.next_at FROM provision p LEFT JOIN foreseen f ON f.provision_id = p.id
WHERE p.next_at > %(now)s AND p.next_at <= %(until)s
  AND (f.provision_id IS NULL OR f.at <> p.next_at OR f.rules <> %(rules)s)
  AND coalesce((SELECT value FROM setting WHERE name = 'rules'), %(rules)s) = %(rules)s
ORDER BY p.next_at LIMIT %(limit)s FOR UPDATE OF p SKIP LOCKED"""

# What the passing of time changes of a provision; when anything else would change, it can't be decided ahead.
_CHANGED = ("late_noted", "late_from", "breach_day", "lies_with", "next_at")
_KEPT = ("provision_id", "case_id", "at", "until", *_CHANGED, "rungs", "messages", "lines", "digests")
_RUNG = CHILDREN["rung"].written
_KEEP = f"""
INSERT INTO foreseen ({", ".join(_KEPT)}, rules) SELECT {", ".join(_KEPT)}, %(rules)s
FROM json_to_recordset(%(rows)s::json) AS r ({typed(t.foreseen, _KEPT)})
ON CONFLICT (provision_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in (*_KEPT[1:], "rules"))}
"""  # noqa: S608 - names of our own

# Both rows are held: one that was removed meanwhile is not found, however old the snapshot is.
_DUE = """
SELECT p.id, f.digests FROM provision p JOIN foreseen f ON f.provision_id = p.id AND f.at = p.next_at
WHERE p.next_at <= %(now)s AND f.until > %(now)s AND f.rules = %(rules)s
ORDER BY p.next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED"""

_STATE = f"""
WITH f AS MATERIALIZED (SELECT * FROM foreseen WHERE provision_id = ANY(%(ids)s)), state AS (
    UPDATE provision SET generation = generation + 1, {", ".join(f"{name} = f.{name}" for name in _CHANGED)}
    FROM f WHERE provision.id = f.provision_id
), rungs AS (
    INSERT INTO rung (provision_id, climbed, {", ".join(_RUNG)})
    SELECT f.provision_id, coalesce(%(climbed)s, clock_timestamp()), {", ".join(f"r.{name}" for name in _RUNG)}
    FROM f, json_to_recordset(f.rungs) AS r ({typed(t.rung, _RUNG)})
), messages AS (
    INSERT INTO message (id, provision_id, kind, detail, municipality, created, next_try)
    SELECT m.id, f.provision_id, m.kind, m.detail, m.municipality, %(now)s, %(now)s
    FROM f, json_to_recordset(f.messages) AS m (id uuid, kind text, detail text, municipality text)
)
INSERT INTO plan (case_id) SELECT DISTINCT case_id FROM f ORDER BY case_id
ON CONFLICT (case_id) DO UPDATE SET wanted = plan.wanted + 1"""  # noqa: S608 - names of our own

_AUDIT = f"""
WITH line AS (
    SELECT row_number() OVER (ORDER BY due.place, l.place) AS place, f.case_id, l.key, l.what, l.because, l.data, l.message
    FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS due (provision_id, place)
    JOIN foreseen f ON f.provision_id = due.provision_id
    CROSS JOIN LATERAL ROWS FROM (
        json_to_recordset(f.lines) AS (key text, what text, because text, data jsonb, message uuid)
    ) WITH ORDINALITY AS l (key, what, because, data, message, place)
), added AS (
    INSERT INTO audit (id, at, by, case_id, key, what, because, data, message, hash)
    SELECT %(first)s + place - 1, %(at)s, '{SYSTEM}', case_id, key, what, because, data, message,
        substring(%(hashes)s::bytea FROM {_DIGEST} * (place::int - 1) + 1 FOR {_DIGEST})
    FROM line RETURNING id, what
), announced AS (
    INSERT INTO announcement (audit_id) SELECT id FROM added WHERE what IN {audit.ANNOUNCED}
), done AS (
    DELETE FROM foreseen WHERE provision_id = ANY(%(ids)s)
)
UPDATE audit_head SET hash = %(hash)s"""  # noqa: S608 - names of our own


@dataclass(frozen=True)
class Due:
    """A provision of which something falls due, and the moment (UTC)."""

    provision_id: int
    case_id: int
    at: datetime


def to_keep(connection: Connection, now: datetime, until: datetime, rules: str, limit: int) -> list[Due]:
    """What falls due after ``now``, until ``until``, and was not foreseen by these rules; held.

    Nothing when these are not the rules that are recorded as the present ones: an engine that still has older rules would undo
    what another foresaw, and the other would undo the first's, without end.
    """
    asked = {"now": now, "until": until, "rules": rules, "limit": limit}
    return [Due(*row) for row in connection.exec_driver_sql(_TO_KEEP, asked)]


def keep(connection: Connection, rules: str, found: Sequence[tuple[Due, Stored, Foreseen | None]]) -> None:
    """Store what was foreseen of provisions that are held; ``None``: this can't be decided ahead."""
    rows = [_row(due, stored, foreseen) for due, stored, foreseen in found]
    connection.exec_driver_sql(_KEEP, {"rows": encode(rows), "rules": rules})


def _row(due: Due, stored: Stored, foreseen: Foreseen | None) -> dict[str, Any]:
    row: dict[str, Any] = {"provision_id": due.provision_id, "case_id": due.case_id, "at": due.at}
    key = stored.key_of(due.provision_id)
    after = provision_row(foreseen.decision.case.provisions[key], foreseen.derived) if foreseen else {}
    if foreseen is None or not _only_time_passes(stored, key, after):
        return {**row, "until": due.at, "rungs": [], "messages": [], "lines": [], "digests": ""}
    lines = [audit_line(line, foreseen.moment, due.case_id) for line in foreseen.decision.audit]
    return {
        **row,
        "until": foreseen.until,
        **{name: after[name] for name in _CHANGED},
        "rungs": CHILDREN["rung"].rows(_new_rungs(stored, key, foreseen)),
        "messages": [
            {"id": m.id, "kind": m.kind, "detail": m.detail, "municipality": m.municipality}
            for m in foreseen.decision.messages
        ],
        "lines": [
            {"key": n.key, "what": n.what, "because": n.because, "data": n.data, "message": n.message} for n in lines
        ],
        "digests": f"\\x{b''.join(audit.digest_of(line) for line in lines).hex()}",
    }


def _new_rungs(stored: Stored, key: ProvisionKey, foreseen: Foreseen) -> list[Rung]:
    before = stored.case.provisions[key]
    return [rung for rung in foreseen.decision.case.provisions[key].rungs if before.rung(rung.name) is None]


def _only_time_passes(stored: Stored, key: ProvisionKey, after: Mapping[str, Any]) -> bool:
    """Whether no column changes other than those that are stored here."""
    row = stored.rows[key]
    return all(row[name] == value for name, value in after.items() if name not in _CHANGED)


def record(connection: Connection, now: datetime, rules: str, limit: int) -> int:
    """Record what was foreseen for ``now`` or before, for at most ``limit`` provisions. Returns how many.

    What others hold is left to them. All listeners are told with the last of it.
    """
    due = connection.exec_driver_sql(_DUE, {"now": now, "rules": rules, "limit": limit}).all()
    if not due:
        return 0
    ids = [row.id for row in due]
    clock = connection.get_execution_options().get(audit.RECORDED_AT)
    connection.exec_driver_sql(_STATE, {"ids": ids, "now": now, "climbed": clock() if clock else None})
    if len(due) < limit:
        channel.notify(connection)
    digests = [row.digests[start : start + _DIGEST] for row in due for start in range(0, len(row.digests), _DIGEST)]
    place = audit.reserve(connection, len(digests))
    hashes = place.hashes(digests)
    connection.exec_driver_sql(
        _AUDIT,
        {"ids": ids, "hashes": b"".join(hashes), "hash": hashes[-1], "first": place.numbers[0], "at": place.at},
    )
    return len(due)


def forget_all(connection: Connection) -> None:
    """Nothing counts as foreseen any more: the rules changed."""
    connection.exec_driver_sql("DELETE FROM foreseen")
