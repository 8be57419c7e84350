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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select, text

from provisions.domain import dutch
from provisions.store import tables as t

START = bytes(32)  # what comes before the first line
FORGOTTEN = "case.forgotten"
RECORDED_AT = "recorded_at"  # an option of an engine: a clock for its lines and rungs. Only the example has one.
MOST_FAULTS = 50
_PAGE = 5000
# What is also told to Prefect, as events.
ANNOUNCED = ("provision.outcome", "provision.overdue", "provision.started", "rung.climbed")

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_RESERVE = """
UPDATE audit_head SET last_line = last_line + %(count)s, lines = lines + %(count)s
RETURNING last_line, hash, clock_timestamp()"""
# One JSON document is three times as fast as a parameter a column, and as fast for one line.
_ADD = f"""
WITH line AS (
    SELECT * FROM json_to_recordset(%(lines)s::json) AS r (
        id bigint, by text, case_id bigint, key text, what text, because text, data jsonb, message uuid,
        free_text_id bigint, note_digest bytea, hash bytea)
), added AS (
    INSERT INTO audit (id, at, by, case_id, key, what, because, data, message, free_text_id, note_digest, hash)
    SELECT id, %(at)s, by, case_id, key, what, because, data, message, free_text_id, note_digest, hash FROM line
), announced AS (
    INSERT INTO announcement (audit_id) SELECT id FROM line WHERE what IN {ANNOUNCED}
)
UPDATE audit_head SET hash = %(hash)s"""  # noqa: S608 - names of our own


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
    known_as: Anchor | None = None
    """What the anchor that was given is called now: it was noted before the chain was computed anew, and is right."""

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
    place = reserve(connection, len(lines))
    hashes = place.hashes(digest_of(line, *note) for line, note in zip(lines, notes, strict=True))
    rows = [
        {
            "id": number,
            "by": line.by,
            "case_id": line.case_id,
            "key": line.key,
            "what": line.what,
            "because": line.because,
            "data": line.data,
            "message": line.message and str(line.message),
            "free_text_id": text_id,
            "note_digest": note and f"\\x{note.hex()}",
            "hash": f"\\x{hashed.hex()}",
        }
        for number, line, (text_id, note), hashed in zip(place.numbers, lines, notes, hashes, strict=True)
    ]
    connection.exec_driver_sql(_ADD, {"lines": _encode(rows), "at": place.at, "hash": hashes[-1]})
    return list(place.numbers)


@dataclass(frozen=True)
class Place:
    """The next numbers in the chain, held until the transaction ends: ``at`` is the moment of recording (UTC)."""

    numbers: range
    previous: bytes
    at: datetime

    def hashes(self, digests: Iterable[bytes]) -> list[bytes]:
        """The hash of each line, given what each says."""
        moment, previous = stamp(self.at), self.previous
        found = []
        for number, digest in zip(self.numbers, digests, strict=True):
            previous = link(previous, number, moment, digest)
            found.append(previous)
        return found


def reserve(connection: Connection, count: int) -> Place:
    """Take the next ``count`` places. Everybody else who records waits from here until this transaction ends.

    The update locks the head; what it returns is read after the lock was got.
    """
    last, previous, at = connection.exec_driver_sql(_RESERVE, {"count": count}).one()
    clock: Callable[[], datetime] | None = connection.get_execution_options().get(RECORDED_AT)
    return Place(range(last - count + 1, last + 1), bytes(previous), clock() if clock else at)


def digest_of(line: Line, text_id: int | None = None, note: bytes | None = None) -> bytes:
    """What a line says, as its hash has it; ``note`` is the digest of its free text."""
    return _digest(line.by, line.case_id, line.key, line.what, line.because, line.data, line.message, text_id, note)


def _digest(
    by: str,
    case_id: int | None,
    key: str | None,
    what: str,
    because: str,
    data: Mapping[str, object] | None,
    message: UUID | None,
    text_id: int | None,
    note: bytes | None,
) -> bytes:
    said = (by, case_id, key, what, because, data, message and str(message), text_id, note and note.hex())
    return hashlib.sha256(_encode(said).encode()).digest()


def stamp(at: datetime) -> bytes:
    """The moment of recording, as a line's hash has it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").encode()


def link(previous: bytes, number: int, moment: bytes, digest: bytes) -> bytes:
    """The hash of line ``number`` after ``previous``; ``moment`` is its ``stamp``, ``digest`` what it says."""
    return hashlib.sha256(b"%b%d %b %b" % (previous, number, moment, digest)).digest()


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
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
    return compare(connection, known, progress)


def compare(
    connection: Connection, known: Anchor | None = None, progress: Callable[[int], None] = lambda _lines: None
) -> Verdict:
    """As :func:`verify`, of what the transaction of ``connection`` sees."""
    verdict = Verdict()
    forgotten = set(connection.execute(select(t.audit.c.case_id).where(t.audit.c.what == FORGOTTEN)).scalars())
    previous, last = START, 0
    met_known = known is None or known.line == 0
    earlier = [START] * len(_EARLIER_LINKS)
    for row in _lines(connection):
        fault = _fault(row, previous, last, forgotten)
        if fault and len(verdict.faults) < MOST_FAULTS:
            verdict.faults.append(fault)
        previous, last = bytes(row.hash), row.id
        verdict.lines += 1
        if known and row.id <= known.line:
            earlier = [link_then(before, row) for link_then, before in zip(_EARLIER_LINKS, earlier, strict=True)]
        if known and row.id == known.line:
            met_known = previous.hex() == known.hash
            if not met_known and known.hash in {before.hex() for before in earlier}:
                met_known, verdict.known_as = True, Anchor(row.id, previous.hex())
        if verdict.lines % _PAGE == 0:
            progress(verdict.lines)
    verdict.anchor = Anchor(last, previous.hex())
    if not met_known:
        verdict.faults.append(f"Regel {known.line if known else 0} is niet meer die van het anker dat u opgaf.")
    verdict.faults += _faults_at_the_end(connection, verdict)
    return verdict


def _link_of_0005(previous: bytes, row: Row[Any]) -> bytes:
    """The hash of a line as it was until schema 0006, which computed all of them anew."""
    said = (
        row.id,
        stamp(row.at).decode(),
        row.by,
        row.case_id,
        row.key,
        row.what,
        row.because,
        None if row.data is None else _encode(row.data),
        row.message and str(row.message),
        row.free_text_id,
        row.note_digest and bytes(row.note_digest).hex(),
    )
    return hashlib.sha256(previous + _encode(said).encode()).digest()


# By these an anchor of before an upgrade is still proof of what it was proof of: computed again from what the lines say now,
# and not believed because a line says so, which whoever writes lines could add.
_EARLIER_LINKS: Sequence[Callable[[bytes, Row[Any]], bytes]] = (_link_of_0005,)


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
    note = bytes(row.note_digest) if row.note_digest else None
    said = _digest(row.by, row.case_id, row.key, row.what, row.because, row.data, row.message, row.free_text_id, note)
    expected = link(previous, row.id, stamp(row.at), said)
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
        f"Het einde klopt niet: volgens de kop zijn er {dutch.counted(row.lines, 'regel', 'regels')} "
        f"tot en met nummer {row.last_line}; "
        f"er staan er {verdict.lines}, tot en met nummer {verdict.anchor.line}."
    ]
