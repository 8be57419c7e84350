"""Hears ``NOTIFY provisions``, so that what another process recorded is picked up at once.

One connection of its own for all loops of the engine. It also holds a shared advisory lock, by which an engine knows
whether it is the only one on this database: a dead engine's lock is gone with its connection.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine as Database

from flows.loops import Loop
from provisions.domain.errors import NotAllowed
from provisions.store.migrate import ENGINES, refuse_other_version

CHANNEL = "provisions"
LISTEN_FOR = 5.0  # seconds; the loop looks in between whether it must stop


class Listener:
    """Calls each of ``woken`` at a notification, and whenever the connection was lost and is back."""

    def __init__(
        self,
        database: Database,
        woken: Sequence[Callable[[], None]],
        refused: Callable[[], None] = lambda: None,
    ) -> None:
        """``refused`` is called when the schema is found to be of another version; ``refusal`` then says so."""
        self._database = database
        self._woken = woken
        self._refused = refused
        self._connection: psycopg.Connection[Any] | None = None
        self.refusal: NotAllowed | None = None
        self.loop = Loop("luisteren", self._turn, around=self._closing)

    def alone(self) -> bool:
        """Whether no other engine is connected to this database; ``False`` while that can't be told."""
        with self._database.connect() as connection:
            count = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %(number)s AND database = "
                "(SELECT oid FROM pg_database WHERE datname = current_database())",
                {"number": ENGINES},
            ).scalar_one()
        return bool(count <= 1)

    def _turn(self) -> float:
        connection = self._connected()
        try:
            for _ in connection.notifies(timeout=LISTEN_FOR, stop_after=1):
                self._tell()
        except psycopg.Error:
            self._close()
            raise
        return 0.0

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            arguments, options = self._database.dialect.create_connect_args(self._database.url)
            self._connection = psycopg.connect(
                *arguments, **{**options, "autocommit": True, "application_name": "provisions-listen"}
            )
            self._connection.execute(f"LISTEN {CHANNEL}")
            self._connection.execute("SELECT pg_advisory_lock_shared(%s)", (ENGINES,))
            self._refuse_other_version()
            self._tell()  # what was said while nobody listened
        return self._connection

    def _refuse_other_version(self) -> None:
        """While nobody held the lock (the connection was lost, or the lock was waited for) the schema may have changed."""
        try:
            with self._database.connect() as connection:
                refuse_other_version(connection)
        except NotAllowed as refusal:
            self.refusal = refusal
            self._refused()

    def _tell(self) -> None:
        for wake in self._woken:
            wake()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _closing(self) -> Generator[None]:
        try:
            yield
        finally:
            self._close()
