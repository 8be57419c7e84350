"""The record nobody can change unseen: every audit line is chained to the line before it.

The database refuses to change or remove a line (a trigger). Whoever gets around that is found out by ``verify``: each
line holds the SHA-256 of the hash before it and of what it says itself, and one row, the head, holds the number of lines
and the last hash. The end is protected by that row, and against somebody who rewrites both by an *anchor* that was noted
down elsewhere: the number of a line and its hash.

Free text may be forgotten, so it is not in the chain itself; a salted digest of it is. The salt lies with the text and
goes with it, so that the digest tells nothing afterwards.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Row, Table, func, select, text, update

from provisions.store import tables as t

START = bytes(32)  # what comes before the first line
FORGOTTEN = "case.forgotten"
RECORDED_AT = "recorded_at"  # an option of an engine: a clock for its lines. Only the example has one.
MOST_FAULTS = 50
_PAGE = 5000

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_COPY = (
    "COPY audit (id, at, by, case_id, key, what, because, data, message, free_text_id, note_digest, hash) FROM STDIN"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be recorded. ``case_id`` is ``None`` for what is about no case; ``note`` is free text."""

    by: str
    what: str
    because: str = ""
    case_id: int | None = None
    key: str | None = None
    data: Mapping[str, object] | None = None
    message: UUID | None = None
    note: str | None = None


@dataclass(frozen=True)
class Anchor:
    """The number of a line and its hash, as they were noted down somewhere else."""

    line: int
    hash: str

    def __str__(self) -> str:
        return f"{self.line}:{self.hash}"


@dataclass
class Verdict:
    """What ``verify`` found. ``faults`` are Dutch sentences, at most fifty; no faults: the record is whole."""

    lines: int = 0
    anchor: Anchor = field(default_factory=lambda: Anchor(0, START.hex()))
    faults: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, removed, added or put elsewhere."""
        return not self.faults


# --- writing ---------------------------------------------------------------------------------------------------------


def append(connection: Connection, lines: Sequence[Line]) -> list[int]:
    """Record ``lines`` in this order, in the transaction of ``connection``. Returns their numbers.

    Call it last in a transaction: from here until the commit nobody else records anything. Whoever records waits here, so
    the order of the lines is the order of the commits.
    """
    if not lines:
        return []
    notes = _keep_notes(connection, lines)
    first, previous, at = _reserve(connection, len(lines))
    rows = []
    for number, (line, (text_id, digest)) in enumerate(zip(lines, notes, strict=True), start=first):
        data = None if line.data is None else _encode(line.data)
        said = (at, line.by, line.case_id, line.key, line.what, line.because, data, line.message, text_id, digest)
        previous = link(previous, number, *said)
        rows.append((number, *said, previous))
    _copy(connection, rows, _COPY)
    connection.execute(update(t.audit_head).values(hash=previous))
    return list(range(first, first + len(lines)))


def link(
    previous: bytes,
    number: int,
    at: datetime,
    by: str,
    case_id: int | None,
    key: str | None,
    what: str,
    because: str,
    data: str | None,
    message: UUID | None,
    text_id: int | None,
    digest: bytes | None,
) -> bytes:
    """The hash of a line that comes after ``previous``. ``data`` is canonical JSON: sorted, no white space."""
    said = (
        number,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        by,
        case_id,
        key,
        what,
        because,
        data,
        str(message) if message else None,
        text_id,
        digest.hex() if digest else None,
    )
    return hashlib.sha256(previous + _encode(said).encode()).digest()


def _keep_notes(connection: Connection, lines: Sequence[Line]) -> list[tuple[int | None, bytes | None]]:
    """Store the free texts apart; for each line the number of its text, and the text's digest."""
    noted = [(line.case_id, line.note, secrets.token_bytes(16)) for line in lines if line.note]
    if not noted:
        return [(None, None)] * len(lines)
    statement = t.free_text.insert().returning(t.free_text.c.id, sort_by_parameter_order=True)
    rows = [{"case_id": case_id, "body": body, "salt": salt} for case_id, body, salt in noted]
    digests = [note_digest(salt, body) for _, body, salt in noted]
    stored = iter(list(zip(connection.execute(statement, rows).scalars(), digests, strict=True)))
    return [next(stored) if line.note else (None, None) for line in lines]


def note_digest(salt: bytes, body: str) -> bytes:
    """What a line keeps of its free text."""
    return hashlib.sha256(salt + body.encode()).digest()


def _reserve(connection: Connection, count: int) -> tuple[int, bytes, datetime]:
    """Take the next ``count`` places: the first number, the hash before it, and the moment of recording.

    The update locks the head until the transaction ends; what it returns is read after the lock was got.
    """
    head = t.audit_head
    statement = (
        update(head)
        .values(last_line=head.c.last_line + count, lines=head.c.lines + count)
        .returning(head.c.last_line, head.c.hash, func.clock_timestamp())
    )
    last, previous, at = connection.execute(statement).one()
    clock: Callable[[], datetime] | None = connection.get_execution_options().get(RECORDED_AT)
    return last - count + 1, bytes(previous), clock() if clock else at


def copy(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows that all have the same columns, none of them JSON."""
    columns = ", ".join(rows[0])
    _copy(connection, [tuple(row.values()) for row in rows], f"COPY {table.name} ({columns}) FROM STDIN")


def _copy(connection: Connection, rows: Sequence[tuple[object, ...]], statement: str) -> None:
    """COPY is three times as fast as INSERT, and as fast for one row."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with driver.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)


# --- verifying -------------------------------------------------------------------------------------------------------


def head(connection: Connection) -> Anchor:
    """The last line and its hash: note it down, and hand it to ``verify`` later."""
    row = connection.execute(select(t.audit_head.c.last_line, t.audit_head.c.hash)).one()
    return Anchor(row.last_line, bytes(row.hash).hex())


def verify(
    connection: Connection, known: Anchor | None = None, progress: Callable[[int], None] = lambda _lines: None
) -> Verdict:
    """Compare every line with the chain, the head, and ``known``. Reads one snapshot, in pages; changes nothing.

    ``connection`` must not have begun a transaction. ``progress`` gets the number of lines read so far now and then.
    """
    verdict = Verdict()
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    forgotten = set(connection.execute(select(t.audit.c.case_id).where(t.audit.c.what == FORGOTTEN)).scalars())
    previous, last = START, 0
    met_known = known is None or known.line == 0
    for row in _lines(connection):
        fault = _fault(row, previous, last, forgotten)
        if fault and len(verdict.faults) < MOST_FAULTS:
            verdict.faults.append(fault)
        previous, last = bytes(row.hash), row.id
        verdict.lines += 1
        if known and row.id == known.line:
            met_known = previous.hex() == known.hash
        if verdict.lines % _PAGE == 0:
            progress(verdict.lines)
    verdict.anchor = Anchor(last, previous.hex())
    if not met_known:
        verdict.faults.append(f"Regel {known.line if known else 0} is niet meer die van het anker dat u opgaf.")
    verdict.faults += _faults_at_the_end(connection, verdict)
    return verdict


def _lines(connection: Connection) -> Iterator[Row[Any]]:
    """Every line with its free text, in order, a page at a time."""
    last = 0
    while True:
        query = (
            select(t.audit, t.free_text.c.body, t.free_text.c.salt)
            .outerjoin(t.free_text, t.free_text.c.id == t.audit.c.free_text_id)
            .where(t.audit.c.id > last)
            .order_by(t.audit.c.id)
            .limit(_PAGE)
        )
        page = connection.execute(query).all()
        if not page:
            return
        yield from page
        last = page[-1].id


def _fault(row: Row[Any], previous: bytes, last: int, forgotten: set[int | None]) -> str | None:
    data = None if row.data is None else _encode(row.data)
    expected = link(
        previous, row.id, row.at, row.by, row.case_id, row.key, row.what, row.because, data, row.message,
        row.free_text_id, row.note_digest,
    )  # fmt: skip
    where = f"Regel {row.id} ({row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z, {row.what})"
    if expected != bytes(row.hash):
        return f"{where} past niet op regel {last}: gewijzigd, of er is tussen deze twee iets weggehaald of bijgezet."
    if row.free_text_id is None:
        return None
    if row.body is None:
        return None if row.case_id in forgotten else f"{where}: de vrije tekst erbij is weggehaald."
    if note_digest(bytes(row.salt), row.body) != bytes(row.note_digest):
        return f"{where}: de vrije tekst erbij is gewijzigd."
    return None


def _faults_at_the_end(connection: Connection, verdict: Verdict) -> list[str]:
    row = connection.execute(select(t.audit_head)).one_or_none()
    if row is None:
        return ["De kop van de keten ontbreekt."]
    if (row.lines, row.last_line, bytes(row.hash).hex()) == (verdict.lines, verdict.anchor.line, verdict.anchor.hash):
        return []
    return [
        f"Het einde klopt niet: volgens de kop zijn er {row.lines} regels tot en met nummer {row.last_line}; "
        f"er staan er {verdict.lines}, tot en met nummer {verdict.anchor.line}."
    ]
