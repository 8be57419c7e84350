"""What all tests share: one PostgreSQL, a fresh migrated database for each test, and a clock that tests move."""

import errno
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from sqlalchemy import Engine

from provisions.database import migrate, walls
from provisions.database.connect import engine_for
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings
from provisions.store.audit import allow_other_moments

# No property depends on how fast the machine is just now: neither an example nor making one has a time limit.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - where Linux keeps files in memory
_ROOM_NEEDED = 4 * 1024**3  # bytes


def _in_memory() -> None:
    """Have what tests write in memory where there is room, unless the person who runs them chose a folder.

    Each test clones a database, and PostgreSQL writes each clone through to the disk: thirty times slower there.
    """
    if "TMPDIR" in os.environ or not os.access(_IN_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_IN_MEMORY).free >= _ROOM_NEEDED:
        os.environ["TMPDIR"] = str(_IN_MEMORY)
        tempfile.tempdir = None  # read anew


_in_memory()

SmallDisk = Callable[[int], AbstractContextManager[Path]]


@dataclass
class MovingClock:
    """``now`` for everything that is injected one: stands still until a test moves it. UTC."""

    now: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)  # a Monday morning

    def __call__(self) -> datetime:
        return self.now

    def set(self, moment: str) -> None:
        """Travel to an ISO moment with its offset, such as ``2026-11-09T23:00:00+00:00``."""
        self.now = datetime.fromisoformat(moment)
        assert self.now.tzinfo is not None, "a moment has a time zone"

    def advance(self, **duration: float) -> None:
        """Travel on, in the words of ``timedelta``: ``advance(days=3)``."""
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder of this run; short, because the path of a unix socket is."""
    with tempfile.TemporaryDirectory(prefix="pt-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres(short_folder: Path) -> Iterator[EmbeddedPostgres]:
    """The one PostgreSQL of this run, with a migrated database ``template`` to clone."""
    with running(short_folder / "pg") as server:
        with admin(server) as connection:
            connection.execute("CREATE DATABASE template OWNER provisions_owner")
        migrate.upgrade(owner_url(server, "template"), "provisions", WORKPLACE, RUNS)
        with migrate.changing(owner_url(server, "template")) as owner:
            allow_other_moments(owner)  # time travel: lines are of the clock of a test
        yield server


@pytest.fixture
def new_database(postgres: EmbeddedPostgres) -> Callable[..., AbstractContextManager[str]]:
    """A context manager with the URL of a fresh database: migrated and for the application's role, or with
    ``migrated=False`` empty and for its owner."""

    @contextmanager
    def make(*, migrated: bool = True) -> Iterator[str]:
        name = f"test_{uuid4().hex[:12]}"
        with admin(postgres) as connection:
            template = "template" if migrated else "template1"
            connection.execute(f"CREATE DATABASE {name} OWNER provisions_owner TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield database_url(postgres, name) if migrated else owner_url(postgres, name)
        finally:
            with admin(postgres) as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return make


@pytest.fixture
def database(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[Engine]:
    """A fresh migrated database for this test."""
    with new_database() as url:
        engine = engine_for(url)
        yield engine
        engine.dispose()


@pytest.fixture
def workplace(database: Engine, postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """The database of this test as the door has it: behind the second wall."""
    name = database.url.database or ""
    engine = walls.guard(engine_for(postgres.url("provisions", WORKPLACE).replace("/provisions?", f"/{name}?")))
    yield engine
    engine.dispose()


@pytest.fixture
def of_runs(database: Engine, postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """The database of this test as a run in a work pool has it."""
    name = database.url.database or ""
    engine = engine_for(postgres.url("provisions", RUNS).replace("/provisions?", f"/{name}?"))
    yield engine
    engine.dispose()


@pytest.fixture
def empty(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[Engine]:
    """An empty database, as its owner."""
    with new_database(migrated=False) as url:
        engine = engine_for(url)
        yield engine
        engine.dispose()


@pytest.fixture
def small_disk(tmp_path: Path) -> SmallDisk:
    """A context manager with a real file system of so many kilobytes."""

    @contextmanager
    def mounted(kilobytes: int) -> Iterator[Path]:
        folder = tmp_path / "disk"
        folder.mkdir()
        options = ["-t", "tmpfs", "-o", f"size={kilobytes}k,mode=700", "tmpfs", str(folder)]
        if subprocess.run(["mount", *options], capture_output=True, check=False).returncode != 0:
            pytest.skip("needs the right to mount a small file system (root)")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)

    return mounted


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a home of this test and nothing from outside."""
    clean_environment(monkeypatch)
    return Settings(home=tmp_path / "home", port=free_port())


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Debian's chromium. Without it a browser test is skipped, but never in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("PROVISIONS_TEST_BROWSER") == "required":
            pytest.fail("chromium is not installed: apt-get install chromium")
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    return path


def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the person who runs the tests has set."""
    for name in list(os.environ):
        if name.startswith(("PROVISIONS_", "PREFECT_", "PG")) and not name.startswith("PROVISIONS_TEST_"):
            monkeypatch.delenv(name)


def fill_up(path: Path) -> None:
    """Write until there is no room for another byte."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        for size in (65536, 1):
            try:
                while os.write(descriptor, b"x" * size):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
    finally:
        os.close(descriptor)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url(server: EmbeddedPostgres, name: str) -> str:
    """The URL of any database on the server, for the role ``provisions``."""
    return server.url("provisions").replace("/provisions?", f"/{name}?")


def owner_url(server: EmbeddedPostgres, name: str) -> str:
    """The same for the role that owns the tables."""
    return server.owner_url("provisions").replace("/provisions?", f"/{name}?")


@contextmanager
def admin(server: EmbeddedPostgres) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection as PostgreSQL's superuser, each statement by itself."""
    password = (server.home / "secrets" / "postgres-postgres").read_text().strip()
    with psycopg.connect(
        host=str(server.socket_folder()), user="postgres", password=password, dbname="postgres", autocommit=True
    ) as connection:
        yield connection
