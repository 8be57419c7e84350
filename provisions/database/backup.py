"""A copy of our database in a folder, and the way back. Logical, so it needs no ``pg_dump`` and works on any PostgreSQL.

A folder holds one file a table, as PostgreSQL's COPY writes it, and ``manifest.json`` with the version of the schema,
the number of rows and a SHA-256 of each file, and the anchor of the audit. The manifest comes last: without it there is
no backup. All tables are of one moment (one snapshot), also while the engine works.

The manifest is signed (HMAC-SHA256) with a key that lies beside the other secrets, never in the backup: whoever changes a
table and computes the manifest anew can't sign it. Where the key is not known, whoever restores hears that it was not checked.

When asked, the files of tables are also encrypted, with a key that follows from the same secret (``encryption.py``). Digests
are taken of what lies in the folder, so that anybody can see whether it is whole; only with the secret can it be put back.

Prefect's own database is not in it: after a restore the reconciler makes the runs and the plans again.
"""

import errno
import fcntl
import hashlib
import hmac
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy import Connection, Engine, and_, case, func, inspect, select, text, update

from provisions.database import migrate
from provisions.database.encryption import Encrypting, NotAuthenticError, decrypted
from provisions.domain import dutch
from provisions.domain.calendar import utc_text
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound, Unreachable
from provisions.machine.files import is_draft, reason, write, writing
from provisions.store import audit
from provisions.store import tables as t
from provisions.store.audit import Anchor
from provisions.store.installation import recorded, release
from provisions.store.verification import compare

MANIFEST = "manifest.json"
FORMAT = 2
_UNSIGNED = 1  # what earlier programs made
_ENCRYPTED = 3  # a number of its own: earlier programs say that they are too old for it
SHORTEST_KEY = 32  # characters, as ``machine.files.secret`` makes them: no password that somebody thought of
KEY_FILE = "backup-key"
PROGRESS_SECONDS = 2.0
SPARE_BYTES = 16 * 1024 * 1024  # one file of PostgreSQL's write-ahead log
_LOOK_AFTER = 1024 * 1024  # bytes written between two looks at what is free
_CHUNK = 1 << 16
# The head has a row from the start, and a trigger that lets nobody go back; the audit takes no line that is not of now.
_GUARDED = ("audit_head", "audit")

Say = Callable[[str], None]


@dataclass(frozen=True)
class TableCopy:
    """One table in a backup."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str

    @property
    def file(self) -> str:
        """The name of its file in the folder."""
        return f"{self.name}.copy"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. ``made`` is UTC; ``anchor``: the last line of the audit and its hash."""

    made: str
    schema: str
    anchor: str
    tables: tuple[TableCopy, ...]
    encrypted: bool = False
    """Whether the tables can be read with the key of who made it only."""
    signed: bool = False
    """Whether it was signed with the key that was given, so that nobody without it changed anything."""

    @property
    def rows(self) -> int:
        """Of all tables together."""
        return sum(table.rows for table in self.tables)

    def write(self, folder: Path, key: str | None) -> None:
        """Write it, whole or not at all, signed with ``key``."""
        said = self._said(_ENCRYPTED if self.encrypted else FORMAT if key else _UNSIGNED)
        if key:
            said |= {"key": _name(key), "signature": _signature(key, said)}
        write(folder / MANIFEST, json.dumps(said, indent=2).encode())

    def _said(self, form: int) -> dict[str, Any]:
        tables = [asdict(table) for table in self.tables]
        return {"format": form, "made": self.made, "schema": self.schema, "anchor": self.anchor, "tables": tables}

    def checked(self, folder: Path, key: str | None, signer: object, signature: object) -> "Manifest":
        """The same, ``signed`` when the signature is that of ``key``; without the signer's key nothing is known.

        Raises ``InvalidInput`` when the signature is of this key and does not fit, and when it is encrypted and ``key`` is
        not the one.
        """
        if key is None or signer != _name(key):
            if self.encrypted:
                raise InvalidInput(
                    f"De back-up in {folder} is versleuteld, {'met een andere sleutel' if key else 'en er is geen sleutel'}. "
                    "Er is niets teruggezet.",
                    f"Geef de sleutel van de installatie die hem maakte: --key secrets/{KEY_FILE}. "
                    "Zonder die sleutel kan niemand hem lezen.",
                )
            return self
        form = _ENCRYPTED if self.encrypted else FORMAT
        if not hmac.compare_digest(_signature(key, self._said(form)), str(signature)):
            raise InvalidInput(
                f"De back-up in {folder} is na het maken gewijzigd: de handtekening klopt niet. Er is niets teruggezet.",
                "Gebruik een andere back-up, en meld dit als incident; bewaar alles zoals het is.",
            )
        return replace(self, signed=True)


def _name(key: str) -> str:
    """A name by which a key can be recognised, and which does not give it away."""
    return hashlib.sha256(f"provisions-backup-key {key}".encode()).hexdigest()[:16]


def _signature(key: str, said: Mapping[str, Any]) -> str:
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), default=list)
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


# --- backup ----------------------------------------------------------------------------------------------------------


def backup(
    engine: Engine,
    folder: Path,
    now: datetime,
    say: Say = lambda _line: None,
    *,
    spare: Path | None = None,
    key: str | None = None,
    encrypt: bool = False,
) -> Manifest:
    """Copy all tables into ``folder``, which must be new or empty and is closed to others.

    What a backup that failed or was killed left there is no backup: it is cleared away. ``spare``: the folder of the database
    itself; when it is on the same disk, the last 16 MB of that stay free, because a database without room stops.
    ``key``: what it is signed with; with ``encrypt`` also what the tables are encrypted with (then there must be one).

    Raises ``InvalidInput`` for a key that could be guessed, ``NotAllowed`` for a folder with something in it, ``Unreachable``
    when it can't be written. After a failure nothing of it is there any more.
    """
    progress = _Progress(say, "Back-up")
    if encrypt and (key is None or len(key) < SHORTEST_KEY):
        raise InvalidInput(
            f"Versleutelen kan alleen met een sleutel van {SHORTEST_KEY} tekens of meer. Er is geen back-up gemaakt.",
            f"Gebruik secrets/{KEY_FILE} van een installatie, of maak er een: openssl rand -base64 33",
        )
    try:
        with _claimed(folder), ExitStack() as files, engine.connect() as connection:
            room = _Room(folder, spare)
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            tables = [
                _copy_out(
                    connection,
                    table.name,
                    _Out(files.enter_context(writing(folder / f"{table.name}.copy")), room),
                    progress,
                    key if encrypt else None,
                )
                for table in t.metadata.sorted_tables
                if table.name not in t.PASSING
            ]
            made = Manifest(
                made=utc_text(now, "seconds"),
                schema=str(migrate.current(connection)),
                anchor=str(audit.head(connection)),
                tables=tuple(tables),
                encrypted=encrypt,
            )
            files.close()
            made.write(folder, key)
    except (NotADirectoryError, FileExistsError):
        raise NotAllowed(f"{folder} is een bestand, geen map. Kies een nieuwe map voor deze back-up.") from None
    except OSError as error:
        raise Unreachable(f"De back-up kan niet geschreven worden in {folder}: {reason(error)}.") from None
    return made


@contextmanager
def _claimed(folder: Path) -> Iterator[None]:
    """``folder``, for this backup alone. When it fails, what it wrote is removed, and so is a folder that it made."""
    made = next((path for path in reversed((folder, *folder.parents)) if not path.exists()), None)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed(f"In {folder} wordt nu al een back-up gemaakt. Kies een nieuwe map.") from None
        except OSError:
            pass  # a file system without locks: then only its contents tell
        if not _is_left_over(folder):
            raise NotAllowed(f"De map {folder} is niet leeg. Kies een nieuwe map voor deze back-up.")
        _clear(folder)
        folder.chmod(0o700)
        try:
            yield
        except BaseException:
            _clear(folder)
            _remove_made(folder, made)
            raise
    finally:
        os.close(descriptor)


def _is_left_over(folder: Path) -> bool:
    """Whether nothing stands there but the half of a backup: tables without the manifest that makes it one."""
    ours = {f"{name}.copy" for name in t.metadata.tables} | {f".{MANIFEST}"}
    return all(is_draft(path) or path.name in ours for path in folder.iterdir())


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def _remove_made(folder: Path, made: Path | None) -> None:
    """Remove ``folder``, and what is above it as far as ``made``, the first that was made for it."""
    if made is None:
        return
    with suppress(OSError):  # somebody put something there meanwhile
        for path in (folder, *folder.parents):
            path.rmdir()
            if path == made:
                return


class _Room:
    """Sees to it that a backup on the database's own disk leaves the database the room that it needs to go on."""

    def __init__(self, folder: Path, spare: Path | None) -> None:
        self._folder = folder
        self._guarded = spare is not None and spare.exists() and spare.stat().st_dev == folder.stat().st_dev
        self._unseen = 0

    def take(self, size: int) -> None:
        """Before ``size`` bytes are written. Raises ``OSError`` (no space) when too little would be left."""
        self._unseen += size
        if self._guarded and self._unseen >= _LOOK_AFTER:
            self._unseen = 0
            if shutil.disk_usage(self._folder).free < SPARE_BYTES:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class _Out:
    """The file of a table, and the digest of what was written to it."""

    def __init__(self, file: IO[bytes], room: _Room) -> None:
        self._file, self._room = file, room
        self.digest = hashlib.sha256()

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Add ``data``. Raises ``OSError``."""
        self.digest.update(data)
        self._room.take(len(data))
        return self._file.write(data)


def _copy_out(connection: Connection, name: str, out: _Out, progress: "_Progress", secret: str | None) -> TableCopy:
    columns = tuple(column["name"] for column in inspect(connection).get_columns(name))
    rows, encrypting = 0, Encrypting(out, secret, name) if secret else None
    statement = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(name), _listed(columns))
    with _driver(connection).cursor() as cursor, cursor.copy(statement) as copy:
        for data in copy:
            (encrypting or out).write(data)
            rows += bytes(data).count(b"\n")  # in COPY's text format a line break in a value is written \n
            progress.at(name, rows)
    if encrypting:
        encrypting.finish()
    return TableCopy(name, columns, rows, out.digest.hexdigest())


# --- restore ---------------------------------------------------------------------------------------------------------


def read(folder: Path, say: Say = lambda _line: None, *, key: str | None = None) -> Manifest:
    """The manifest of a backup that is whole; ``signed`` when it was signed with ``key``.

    Raises ``NotFound`` when there is none, ``InvalidInput`` when a file is missing or was changed, or when it was made
    by a newer program.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"In {folder} staat geen (complete) back-up: {MANIFEST} ontbreekt.") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{folder / MANIFEST} is niet te lezen ({type(error).__name__}).") from None
    try:
        signer, signature = found.pop("key", None), found.pop("signature", None)
        form = found.pop("format")
        if form not in (FORMAT, _UNSIGNED, _ENCRYPTED) or found["schema"] > migrate.newest():
            raise InvalidInput(
                f"De back-up in {folder} is gemaakt door een nieuwere versie (schema {found['schema']}). "
                "Gebruik de nieuwste versie van het programma."
            )
        tables = tuple(TableCopy(**{**table, "columns": tuple(table["columns"])}) for table in found.pop("tables"))
        when, schema, anchor = (found.pop(name) for name in ("made", "schema", "anchor"))
        if found:  # such as "signed": that is not for the backup to say
            raise KeyError(*sorted(found))
        made = Manifest(when, schema, anchor, tables, encrypted=form == _ENCRYPTED)
        manifest = made.checked(folder, key, signer, signature)
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidInput(f"{folder / MANIFEST} is geen inhoudsopgave van een back-up ({error}).") from None
    progress = _Progress(say, "Controleren")
    faults = [fault for table in manifest.tables if (fault := _fault(folder / table.file, table, progress))]
    if faults:
        raise InvalidInput(f"De back-up in {folder} is beschadigd; er is niets teruggezet.", *faults)
    return manifest


def _fault(path: Path, table: TableCopy, progress: "_Progress") -> str | None:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while data := file.read(_CHUNK):
                digest.update(data)
                progress.at(table.name, 0)
    except OSError as error:
        return f"{path.name}: {reason(error)}."
    return None if digest.hexdigest() == table.sha256 else f"{path.name}: de inhoud is niet die van de back-up."


def restore(
    owner: Engine,
    application: str,
    folder: Path,
    say: Say = lambda _line: None,
    *,
    key: str | None = None,
    known: Anchor | None = None,
    signed: bool = False,
    workplace: str = "",
    runs: str = "",
) -> Manifest:
    """Put a backup into an empty database: all or nothing, in one transaction, and at the newest version of the schema.

    ``owner`` connects as the role that may change the schema; ``application``, ``workplace`` and ``runs`` get their rights. What
    a screen shows is wanted anew, so that the reconciler makes Prefect's runs and plans again. Raises what ``read`` raises, and
    ``NotAllowed`` when there are cases in the database already or an engine works on it. The anchor of what is returned is that
    of the record as it is now: not the one in the backup when that was of an older schema. ``known``: an anchor that
    was noted elsewhere; when the record is not that of the anchor, nothing is restored (``NotAllowed``).
    ``signed``: it must have been signed with ``key`` (``InvalidInput``).
    """
    manifest = read(folder, say, key=key)
    if signed and not manifest.signed:
        raise InvalidInput(f"De back-up in {folder} is niet met die sleutel ondertekend; er is niets teruggezet.")
    progress = _Progress(say, "Terugzetten")
    with migrate.changing(owner.url.render_as_string(hide_password=False)) as connection:
        _refuse_used(connection)
        if migrate.current(connection) is not None:
            migrate.move(connection, "base", down=True)
        migrate.move(connection, manifest.schema)
        _guard(connection, "DISABLE")
        for table in manifest.tables:
            _copy_in(connection, table, folder, progress, key if manifest.encrypted else None)
        _guard(connection, "ENABLE")
        _set_sequences(connection, manifest.tables)
        if not migrate.is_current(connection):
            migrate.move(connection, "head")  # may chain the record anew, once it has seen that it was whole
        _renew_runs(connection)
        if recorded(connection):
            release(connection)  # to whoever starts on it first, here or elsewhere
        migrate.give_rights(connection, application, workplace, runs)
        if known is not None and not (verdict := compare(connection, known)).whole:
            raise NotAllowed("De vastlegging in deze back-up klopt niet; er is niets teruggezet.", *verdict.told)
        return replace(manifest, anchor=str(audit.head(connection)))


def _refuse_used(connection: Connection) -> None:
    migrate.refuse_engines(connection, "Een back-up kan nu niet in deze database")
    for table in ("client_case", "message", "audit", "report"):
        if connection.scalar(text(f"SELECT to_regclass('{table}')")) is None:
            continue
        if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {table})")):  # noqa: S608 - our own names
            raise NotAllowed(
                "In deze database staan al gegevens. Een back-up gaat alleen in een lege database: "
                "kies een nieuwe map met PROVISIONS_HOME, of een lege database met PROVISIONS_DATABASE_URL."
            )


def _guard(connection: Connection, how: str) -> None:
    for name in _GUARDED:
        if inspect(connection).has_table(name):
            connection.execute(text(f"ALTER TABLE {name} {how} TRIGGER USER"))
            if how == "DISABLE":
                connection.execute(text(f"DELETE FROM {name}"))  # noqa: S608 - our own names


def _contents(file: IO[bytes], table: str, secret: str | None) -> Iterator[bytes]:
    if secret is None:
        yield from iter(lambda: file.read(_CHUNK), b"")
        return
    try:
        yield from decrypted(file, secret, table)
    except NotAuthenticError:
        raise InvalidInput(
            f"Tabel {table} in de back-up is niet te ontsleutelen: zij is gewijzigd, of met een andere sleutel versleuteld. "
            "Er is niets teruggezet.",
            "Gebruik een andere back-up, en meld dit als incident; bewaar alles zoals het is.",
        ) from None


def _copy_in(connection: Connection, table: TableCopy, folder: Path, progress: "_Progress", secret: str | None) -> None:
    there = inspect(connection)
    known = {column["name"] for column in there.get_columns(table.name)} if there.has_table(table.name) else set()
    if known != set(table.columns):
        raise InvalidInput(f"De back-up kent andere kolommen van tabel {table.name} dan deze versie van het schema.")
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), _listed(table.columns))
    rows = 0
    try:
        with (folder / table.file).open("rb") as file, _driver(connection).cursor() as cursor:
            with cursor.copy(statement) as copy:
                for data in _contents(file, table.name, secret):
                    copy.write(data)
                    rows += data.count(b"\n")
                    progress.at(table.name, rows)
            if cursor.rowcount != table.rows:
                raise InvalidInput(
                    f"Van tabel {table.name} kwamen niet alle regels aan: {cursor.rowcount} van {table.rows}."
                )
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise InvalidInput(f"De regels van tabel {table.name} passen niet ({type(error).__name__}).") from None


def _set_sequences(connection: Connection, tables: Sequence[TableCopy]) -> None:
    """What is added after the restore gets a number after the last one."""
    for table in tables:
        for column in inspect(connection).get_columns(table.name):
            if column.get("identity"):
                rows, name = sa.table(table.name, sa.column(column["name"])), column["name"]
                sequence = func.pg_get_serial_sequence(table.name, name)
                connection.execute(select(func.setval(sequence, func.coalesce(func.max(rows.c[name]), 0) + 1, False)))


def _renew_runs(connection: Connection) -> None:
    """There is no run and no plan yet; whatever is open and started wants a run."""
    live = and_(t.provision.c.started_on.is_not(None), t.provision.c.status.in_(("waiting", "refused")))
    wanted = case((live, 1), else_=0)
    connection.execute(update(t.provision).values(flow_run=None, observed_generation=0, generation=wanted))
    connection.execute(update(t.plan).values(wanted=1, shown=0, shown_on=None, digest=None, artifact=None, tagged=None))


# --- shared ----------------------------------------------------------------------------------------------------------


class _Progress:
    """Says something once two seconds have passed, and every two seconds after that."""

    def __init__(self, say: Say, what: str) -> None:
        self._say = say
        self._what = what
        self._next = time.monotonic() + PROGRESS_SECONDS

    def at(self, table: str, rows: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + PROGRESS_SECONDS
            so_far = f", {dutch.counted(rows, 'regel', 'regels')}" if rows else ""
            self._say(f"{self._what}: {table}{so_far} …")


def _driver(connection: Connection) -> "psycopg.Connection[Any]":
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _listed(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))
