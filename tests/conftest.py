"""What all tests share: one PostgreSQL, a fresh migrated database for each test, and a clock that tests move."""

import errno
import gc
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from sqlalchemy import Engine

from provisions.database import walls
from provisions.database.connect import engine_for
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings
from tests.clones import Clones, admin
from tests.homes import MIGRATED, Homes, folder_of_a_run, shared
from tests.order import pytest_collection_modifyitems, pytest_xdist_make_scheduler  # noqa: F401 - pytest looks here
from tests.statements import compile_once

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
compile_once()

_NEW_OBJECTS = 20_000  # between one look for garbage and the next


def pytest_configure() -> None:
    """What is imported and collected stays: looking through it for garbage, again and again, costs a tenth of all time."""
    gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From here on only at what is made by tests."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()


SmallDisk = Callable[[int], AbstractContextManager[Path]]
NewDatabase = Callable[..., AbstractContextManager[str]]
Fill = Callable[[Engine], object]
Prepare = Callable[[Fill], str]


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
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homes]:
    """Copies of homes that were made once for all workers."""
    with shared(folder_of_a_run(tmp_path_factory.getbasetemp())) as made:
        yield made


@pytest.fixture(scope="session")
def postgres(short_folder: Path, homes: Homes) -> Iterator[EmbeddedPostgres]:
    """The one PostgreSQL of this run, with a migrated database to clone."""
    homes.of_tests(short_folder / "pg")
    with running(short_folder / "pg") as server:
        yield server


@pytest.fixture(scope="session")
def clones(postgres: EmbeddedPostgres) -> Iterator[Clones]:
    made = Clones(postgres)
    yield made
    made.close()


@pytest.fixture
def new_database(postgres: EmbeddedPostgres, clones: Clones) -> NewDatabase:
    """A context manager with the URL of a fresh database: migrated and for the application's role (as ``prepared`` left it, when
    that is named), or with ``migrated=False`` empty and for its owner."""

    @contextmanager
    def make(*, migrated: bool = True, like: str = MIGRATED) -> Iterator[str]:
        with clones.one(like if migrated else "template1") as name:
            yield database_url(postgres, name) if migrated else owner_url(postgres, name)

    return make


@pytest.fixture(scope="session")
def prepared(postgres: EmbeddedPostgres) -> Prepare:
    """Gives the name of a database in which ``fill`` was done, once in this run."""
    made: dict[Fill, str] = {}

    def prepare(fill: Fill) -> str:
        if fill not in made:
            name = f"prepared_{uuid4().hex[:12]}"
            with admin(postgres) as connection:
                connection.execute(f"CREATE DATABASE {name} OWNER provisions_owner TEMPLATE {MIGRATED}")
            engine = engine_for(database_url(postgres, name))
            fill(engine)
            engine.dispose()  # nobody may be in what is cloned
            made[fill] = name
        return made[fill]

    return prepare


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    """What many tests begin with, and takes longer to record than to copy, by the fixture that a test asks for to have it.

    It is recorded once in a run, and whoever asks for that fixture has a clone of it as its ``database``. A room or a file that
    has such a beginning has a fixture of this name; of several that are asked for the first holds.
    """
    return {}


@pytest.fixture
def database(
    request: pytest.FixtureRequest, new_database: NewDatabase, prepared: Prepare, beginnings: Mapping[str, Fill]
) -> Iterator[Engine]:
    """A fresh migrated database for this test, with one of ``beginnings`` in it for whoever asks for that."""
    fill = next((fill for asked, fill in beginnings.items() if asked in request.fixturenames), None)
    with new_database(like=prepared(fill) if fill else MIGRATED) as url:
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
def empty(new_database: NewDatabase) -> Iterator[Engine]:
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
