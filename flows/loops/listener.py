"""Hears ``NOTIFY provisions``, so that what another process recorded is picked up at once.

One connection of its own for all loops of the engine. It also holds two advisory locks: one that all engines share, which
keeps everybody from changing the schema meanwhile, and one with the engine's own number, which tells the others that it is
alive. A dead engine's locks are gone with its connection.
"""

import random
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine as Database

from flows.loops.loop import Loop
from provisions.database.migrate import refuse_other_version
from provisions.domain.errors import NotAllowed
from provisions.store import engines

LISTEN_FOR = 5.0  # seconds; the loop looks in between whether it must stop
LOOK_EVERY = 5.0  # seconds: whether the other engines are still alive


class Listener:
    """Calls each of ``woken`` at a notification, and whenever the connection was lost and is back."""

    def __init__(
        self,
        database: Database,
        woken: Sequence[Callable[[], None]],
        *,
        refused: Callable[[], None] = lambda: None,
        gone: Callable[[], None] = lambda: None,
    ) -> None:
        """``refused`` is called when the schema is found to be of another version; ``refusal`` then says so.

        ``gone`` is called when another engine is gone: missing twice, because a connection may be lost and come back.
        """
        self.number = random.randrange(1, 2**31)  # noqa: S311 - no secret: it tells engines apart
        self._database = database
        self._woken = woken
        self._refused = refused
        self._gone = gone
        self._looked = 0.0
        self._seen: set[int] = set()
        self._missing: set[int] = set()
        self._connection: psycopg.Connection[Any] | None = None
        self.refusal: NotAllowed | None = None
        self.loop = Loop("luisteren", self._turn, around=self._closing)

    def living(self) -> set[int]:
        """The numbers of the engines that are connected to this database now, this one too once it is."""
        with self._database.connect() as connection:
            return engines.living(connection)

    def _turn(self) -> float:
        connection = self._connected()
        try:
            for _ in connection.notifies(timeout=LISTEN_FOR, stop_after=1):
                self._tell()
        except psycopg.Error:
            self._close()
            raise
        if time.monotonic() - self._looked >= LOOK_EVERY:
            self._look_for_others()
            self._looked = time.monotonic()
        return 0.0

    def _look_for_others(self) -> None:
        living = self.living()
        missing = self._seen - living
        if missing & self._missing:
            self._gone()
        self._seen, self._missing = living | (missing - self._missing), missing

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            arguments, options = self._database.dialect.create_connect_args(self._database.url)
            self._connection = psycopg.connect(
                *arguments, **{**options, "autocommit": True, "application_name": "provisions-listen"}
            )
            engines.join(self._connection, self.number)
            self._refuse_other_version()
            self._tell()  # what was said while nobody was listening
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
