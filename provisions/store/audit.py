"""The record nobody can change unseen: every audit line is chained to the line before it.

The database refuses to change or remove a line, and a line dated at any moment but now (triggers). Whoever gets around
that is found out by ``verification``: each line holds the SHA-256 of the hash before it and of what it says itself, and one
row, the head, holds the number of lines and the last hash. The end is protected by that row, and against somebody who rewrites
both by an *anchor* that was noted down elsewhere: the number of a line and its hash.

What may be forgotten is not in the chain itself; a salted digest of it is, which tells nothing once the salt is gone. Free text
has a salt of its own, which lies with it. Each case has one too: for the codes of staff in its lines, and for the reference and
the route of the client in its first line, so that the lines of a case can't be given to another client. So has each absence.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select, text

from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle import SYSTEM
from provisions.store import tables as t

START = bytes(32)  # what comes before the first line
OPENED = "case.opened"
FORGOTTEN = "case.forgotten"
TEXTS_FORGOTTEN = "notes.forgotten"  # its data name the free texts that are gone
RECHAINED = "record.rechained"  # a migration computed the whole chain anew
CLIENT = "client"  # in the data of the first line of a case: the digest of whose case it is
STAFF = ("approved_by", "deputy", "director", "for")  # the data that are codes of people
RECORDED_AT = "recorded_at"  # an option of an engine: a clock for its lines and rungs. Only an example has one.
# What is also told to Prefect, as events.
ANNOUNCED = ("provision.outcome", "provision.overdue", "provision.started", "rung.climbed")

MOST_DIGITS = 19  # of the number of a line

encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_RESERVE = """
UPDATE audit_head SET last_line = last_line + %(count)s, lines = lines + %(count)s
RETURNING last_line, hash, clock_timestamp(), (
    SELECT json_object_agg(id, json_build_array(encode(salt, 'hex'), reference, route)) FROM client_case
    WHERE id = ANY(%(cases)s::bigint[]) AND salt IS NOT NULL)"""
# One JSON document is three times as fast as a parameter a column, and as fast for one line.
_ADD = f"""
WITH line AS (
    SELECT * FROM json_to_recordset(%(lines)s::json) AS r (
        id bigint, by text, case_id bigint, key text, what text, because text, data jsonb, message uuid,
        free_text_id bigint, note_digest bytea, staff_digest bytea, hash bytea)
), added AS (
    INSERT INTO audit (id, at, by, case_id, key, what, because, data, message, free_text_id, note_digest, staff_digest, hash)
    SELECT id, %(at)s, by, case_id, key, what, because, data, message, free_text_id, note_digest, staff_digest, hash FROM line
), announced AS (
    INSERT INTO announcement (audit_id) SELECT id FROM line WHERE what IN {ANNOUNCED}
)
UPDATE audit_head SET hash = %(hash)s"""  # noqa: S608 - names of our own


@dataclass(frozen=True, slots=True)
class Line:
    """One line to be recorded. ``case_id`` is ``None`` for what is about no case; ``note`` is free text. ``salt``: of what it is
    about, where that is no case and the codes of people in it can be forgotten.
    """

    by: str
    what: str
    because: str = ""
    case_id: int | None = None
    key: str | None = None
    data: Mapping[str, object] | None = None
    message: UUID | None = None
    note: str | None = None
    salt: bytes | None = None


@dataclass(frozen=True)
class Anchor:
    """The number of a line and its hash, as they were noted down somewhere else."""

    line: int
    hash: str

    def __str__(self) -> str:
        return f"{self.line}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> "Anchor":
        """``NUMBER:HASH``. Raises ``InvalidInput``."""
        line, colon, digest = text.strip().partition(":")
        number = line.isascii() and line.isdigit() and len(line) < MOST_DIGITS
        if not (colon and number and len(digest) == 64 and all(c in "0123456789abcdef" for c in digest)):
            raise InvalidInput(
                f"'{text[:80]}' is geen anker. Verwacht: NUMMER:HASH, zoals bij een eerdere controle getoond."
            )
        return cls(int(line), digest)


def end(connection: Connection) -> tuple[int, Anchor]:
    """How many lines there are, and the anchor of the last one."""
    row = connection.execute(select(t.audit_head.c.lines, t.audit_head.c.last_line, t.audit_head.c.hash)).one()
    return row.lines, Anchor(row.last_line, row.hash.hex())


# --- writing ---------------------------------------------------------------------------------------------------------


def append(connection: Connection, lines: Sequence[Line]) -> list[int]:
    """Record ``lines`` in this order, in the transaction of ``connection``. Returns their numbers.

    Call it last in a transaction: from here until the commit nobody else records anything. Whoever records waits here, so
    the order of the lines is the order of the commits.
    """
    if not lines:
        return []
    notes = _keep_notes(connection, lines)
    place = reserve(connection, len(lines), {line.case_id for line in lines if line.case_id and _is_about_people(line)})
    lines = [_bound(line, place.clients.get(line.case_id)) for line in lines]
    staff = [_staff_of(line, place.clients.get(line.case_id)) for line in lines]
    hashes = place.hashes(digest_of(line, *note, code) for line, note, code in zip(lines, notes, staff, strict=True))
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
            "staff_digest": code and f"\\x{code.hex()}",
            "hash": f"\\x{hashed.hex()}",
        }
        for number, line, (text_id, note), code, hashed in zip(place.numbers, lines, notes, staff, hashes, strict=True)
    ]
    connection.exec_driver_sql(_ADD, {"lines": encoded(rows), "at": place.at, "hash": hashes[-1]})
    return list(place.numbers)


class Client(NamedTuple):
    """Whose case it is, and the salt of the case."""

    salt: bytes
    reference: str
    route: str


@dataclass(frozen=True)
class Place:
    """The next numbers in the chain, held until the transaction ends: ``at`` is the moment of recording (UTC).

    ``clients``: of the cases that were asked for, those that were not forgotten.
    """

    numbers: range
    previous: bytes
    at: datetime
    clients: Mapping[int | None, Client] = field(default_factory=dict)

    def hashes(self, digests: Iterable[bytes]) -> list[bytes]:
        """The hash of each line, given what each says."""
        moment, previous = stamp(self.at), self.previous
        found = []
        for number, digest in zip(self.numbers, digests, strict=True):
            previous = link(previous, number, moment, digest)
            found.append(previous)
        return found


def reserve(connection: Connection, count: int, cases: Iterable[int] = ()) -> Place:
    """Take the next ``count`` places. Everybody else who records waits from here until this transaction ends.

    The update locks the head; what it returns is read after the lock was obtained. ``cases``: those whose clients are needed.
    """
    values = {"count": count, "cases": list(cases)}
    last, previous, at, found = connection.exec_driver_sql(_RESERVE, values).one()
    clients: dict[int | None, Client] = {
        int(number): Client(bytes.fromhex(salt), *whose) for number, (salt, *whose) in (found or {}).items()
    }
    clock: Callable[[], datetime] | None = connection.get_execution_options().get(RECORDED_AT)
    return Place(range(last - count + 1, last + 1), bytes(previous), clock() if clock else at, clients)


def _is_about_people(line: Line) -> bool:
    return line.by != SYSTEM or line.what == OPENED or any(name in (line.data or ()) for name in STAFF)


def _bound(line: Line, client: Client | None) -> Line:
    if line.what != OPENED or client is None:
        return line
    return replace(line, data={**(line.data or {}), CLIENT: client_digest(*client)})


def _staff_of(line: Line, client: Client | None) -> bytes | None:
    salt = client.salt if client else line.salt
    return staff_digest(salt, line.by, line.data) if salt is not None and _is_about_people(line) else None


def client_digest(salt: bytes, reference: str, route: str) -> str:
    """What the first line of a case keeps of whose it is (hexadecimal)."""
    return hashlib.sha256(salt + encoded((reference, route)).encode()).hexdigest()


def staff_digest(salt: bytes, by: str, data: Mapping[str, object] | None) -> bytes:
    """What a line keeps of the codes of people in it."""
    codes = {name: value for name, value in (data or {}).items() if name in STAFF}
    return hashlib.sha256(salt + encoded((by, codes)).encode()).digest()


def digest_of(line: Line, text_id: int | None = None, note: bytes | None = None, staff: bytes | None = None) -> bytes:
    """What a line says, as its hash has it. ``note`` is the digest of its free text, ``staff`` that of its codes of people: these
    are not in it themselves.
    """
    by, data = line.by, line.data
    if staff is not None:
        by, data = f"sha256:{staff.hex()}", {k: v for k, v in (data or {}).items() if k not in STAFF} or None
    message = line.message and str(line.message)
    said = (by, line.case_id, line.key, line.what, line.because, data, message, text_id, note and note.hex())
    return hashlib.sha256(encoded(said).encode()).digest()


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


def told(connection: Connection, case_id: int, message: UUID, what: str) -> bool:
    """Whether a line of this kind tells of this message of a case."""
    query = select(t.audit.c.id).where(
        t.audit.c.case_id == case_id, t.audit.c.message == message, t.audit.c.what == what
    )
    return connection.execute(query.limit(1)).first() is not None


def head(connection: Connection) -> Anchor:
    """The last line and its hash: note it down, and hand it to ``verification.verify`` later."""
    row = connection.execute(select(t.audit_head.c.last_line, t.audit_head.c.hash)).one()
    return Anchor(row.last_line, bytes(row.hash).hex())


# --- the example -----------------------------------------------------------------------------------------------------


def takes_other_moments(connection: Connection) -> bool:
    """Whether this database holds an example."""
    return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM example)")))


def allow_other_moments(connection: Connection) -> None:
    """From now on this database takes lines of another moment than now (``RECORDED_AT``): it holds an example. Only the role that
    owns the tables may say so.
    """
    connection.execute(text("INSERT INTO example DEFAULT VALUES ON CONFLICT DO NOTHING"))
