"""The floor: the same rows in PostgreSQL and nothing else, in batches, without rules, audit chain, faces or plans.

SQLAlchemy Core as fast as it went (executemany for the rows, one UPDATE for the batch; many rows in one VALUES was a third
as fast, RETURNING no faster), and psycopg with COPY.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    DateTime,
    ForeignKey,
    Identity,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    create_engine,
    insert,
    update,
)

from bench.figures import stopwatch
from bench.rig import Rig

BATCH = 500

_metadata = MetaData()
STATE = Table(
    "state", _metadata, Column("id", BigInteger, primary_key=True, autoincrement=False), Column("status", Text)
)
AUDIT = Table(
    "audit",
    _metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True)),
    Column("what", Text),
    Column("about", BigInteger),
)
MESSAGE = Table(
    "message",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("about", BigInteger, ForeignKey("state.id")),
    Column("kind", Text),
    UniqueConstraint("about", "kind"),
)


class Floor:
    """A database of its own. Each method gives provisions a second, and the CPU milliseconds of this process for each."""

    def __init__(self, made: Rig, name: str = "floor") -> None:
        with made.superuser() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} OWNER provisions_owner")
        self.engine = create_engine(made.url(name, owner=True))
        self.url = made.url(name, owner=True).replace("+psycopg", "")
        _metadata.create_all(self.engine)

    def core_starts(self, count: int, batch: int = BATCH) -> dict[str, float]:
        """A row, an audit line and a request for each, with SQLAlchemy Core."""
        self._empty()
        with stopwatch() as took:
            for numbers in _batches(count, batch):
                with self.engine.begin() as connection:
                    connection.execute(insert(STATE), [{"id": n, "status": "waiting"} for n in numbers])
                    self._core_lines(connection, numbers, "started", "request")
        return _speed(count, took)

    def core_rungs(self, count: int, batch: int = BATCH) -> dict[str, float]:
        """A changed row, an audit line and a message for each, with SQLAlchemy Core."""
        self._fill(count)
        with stopwatch() as took:
            for numbers in _batches(count, batch):
                with self.engine.begin() as connection:
                    connection.execute(update(STATE).where(STATE.c.id.in_(numbers)).values(status="late"))
                    self._core_lines(connection, numbers, "rung", "rung")
        return _speed(count, took)

    def bare_starts(self, count: int, batch: int = BATCH) -> dict[str, float]:
        """The same as ``core_starts`` with psycopg and COPY."""
        self._empty()
        with psycopg.connect(self.url) as connection, stopwatch() as took:
            for numbers in _batches(count, batch):
                with connection.cursor().copy("COPY state (id, status) FROM STDIN") as copy:
                    for n in numbers:
                        copy.write_row((n, "waiting"))
                self._bare_lines(connection, numbers, "started", "request")
                connection.commit()
        return _speed(count, took)

    def bare_rungs(self, count: int, batch: int = BATCH) -> dict[str, float]:
        """The same as ``core_rungs`` with psycopg and COPY."""
        self._fill(count)
        with psycopg.connect(self.url) as connection, stopwatch() as took:
            for numbers in _batches(count, batch):
                connection.execute("UPDATE state SET status = 'late' WHERE id = ANY(%s)", [list(numbers)])
                self._bare_lines(connection, numbers, "rung", "rung")
                connection.commit()
        return _speed(count, took)

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @staticmethod
    def _core_lines(connection: Connection, numbers: range, what: str, kind: str) -> None:
        now = datetime.now(UTC)
        connection.execute(insert(AUDIT), [{"at": now, "what": what, "about": n} for n in numbers])
        connection.execute(insert(MESSAGE), [{"id": uuid4(), "about": n, "kind": kind} for n in numbers])

    @staticmethod
    def _bare_lines(connection: psycopg.Connection[tuple[object, ...]], numbers: range, what: str, kind: str) -> None:
        now = datetime.now(UTC)
        with connection.cursor() as cursor:
            with cursor.copy("COPY audit (at, what, about) FROM STDIN") as copy:
                for n in numbers:
                    copy.write_row((now, what, n))
            with cursor.copy("COPY message (id, about, kind) FROM STDIN") as copy:
                for n in numbers:
                    copy.write_row((uuid4(), n, kind))

    def _empty(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE state, audit, message")

    def _fill(self, count: int) -> None:
        self._empty()
        with psycopg.connect(self.url) as connection:
            connection.execute("INSERT INTO state SELECT g, 'waiting' FROM generate_series(1, %s) g", [count])


def _batches(count: int, size: int) -> Iterator[range]:
    for first in range(1, count + 1, size):
        yield range(first, min(first + size, count + 1))


def _speed(count: int, took: dict[str, float]) -> dict[str, float]:
    return {"per_second": count / took["seconds"], "cpu_ms_each": took["cpu"] * 1000 / count}
