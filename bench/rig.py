"""What every measurement stands on: the shipped PostgreSQL in a home of its own, a clock that moves, and cases."""

import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import Engine as Database

from provisions.access import Actor
from provisions.app import App
from provisions.catalogue import Config, load
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import PROJECT, Settings
from provisions.usecases.intake import IntakeRequest

# Nothing of these waits for another: each starts at intake, and each has a target.
INDEPENDENT = ("advance_payment", "special_assistance", "wmo_indication", "day_activity")
BY = Actor.typed("regisseur-03")  # who records all of it
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@dataclass
class MovingClock:
    """A moment (UTC) that stands still until the measurement moves it."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        """In the words of ``timedelta``."""
        self.now += timedelta(**duration)


@dataclass
class Rig:
    """A home with a running PostgreSQL. ``database(name)`` makes a migrated one."""

    settings: Settings
    postgres: EmbeddedPostgres
    config: Config
    _engines: list[Database] = field(default_factory=list)

    def fresh(self, name: str) -> Database:
        """A migrated database of its own, for the application's role."""
        with self.superuser() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} OWNER provisions_owner")
        migrate.upgrade(self.url(name, owner=True), "provisions")
        engine = engine_for(self.url(name))
        self._engines.append(engine)
        return engine

    def url(self, name: str, *, owner: bool = False) -> str:
        """The URL of any database on this server, as SQLAlchemy takes it. Holds the password."""
        url = self.postgres.owner_url("provisions") if owner else self.postgres.url("provisions")
        return url.replace("/provisions?", f"/{name}?")

    @contextmanager
    def superuser(self, database: str = "postgres") -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """A connection as PostgreSQL's superuser, each statement by itself."""
        password = (self.postgres.home / "secrets" / "postgres-postgres").read_text().strip()
        with psycopg.connect(
            host=str(self.postgres.socket_folder()),
            user="postgres",
            password=password,
            dbname=database,
            autocommit=True,
        ) as connection:
            yield connection

    def version(self) -> str:
        """PostgreSQL's."""
        with self.superuser() as connection:
            return str((connection.execute("SHOW server_version").fetchone() or ("",))[0])

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines:
            engine.dispose()


@contextmanager
def rig(home: Path | None = None) -> Iterator[Rig]:
    """A PostgreSQL as ``provisions up`` starts it, in a temporary home, gone afterwards; or in ``home``, which stays and may
    be there already.
    """
    with ExitStack() as stack:
        folder = home or stack.enter_context(tempfile.TemporaryDirectory(prefix="pb-"))
        settings = Settings(home=Path(folder), port=free_port())
        with running(settings.home) as postgres:
            made = Rig(settings, postgres, load(PROJECT / "config"))
            try:
                yield made
            finally:
                made.dispose()


def requests(count: int, needs: Sequence[str] = INDEPENDENT, *, first: int = 1) -> list[IntakeRequest]:
    """``count`` clients, each with these needs."""
    return [
        IntakeRequest(f"TR-{2026 + number // 10_000}-{number % 10_000:04d}", "voluntary", needs)
        for number in range(first, first + count)
    ]


def take_in(app: App, count: int, needs: Sequence[str] = INDEPENDENT, *, first: int = 1, batch: int = 200) -> None:
    """Many cases, many a transaction: the load before a measurement."""
    asked = requests(count, needs, first=first)
    for start in range(0, count, batch):
        app.cases.intake_many(asked[start : start + batch], by=BY)


def wait_until(true: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05) -> float:
    """Poll until ``true()``, ``every`` so many seconds; how many seconds it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(every)
    return time.monotonic() - began


def cpu_seconds(pid: int) -> float:
    """What a process and its living children have used so far."""
    process = psutil.Process(pid)
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
            total += times.user + times.system
        except psutil.NoSuchProcess:
            continue
    return total


def free_port() -> int:
    """A TCP port on loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
