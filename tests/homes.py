"""Homes for tests, made once for all workers of a run and copied: to make a home and bring both its databases to their newest
version takes six seconds of a core, a copy none.

Whoever tests a first start, or what makes a home, has it made anew.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.server import child
from provisions.database import migrate
from provisions.machine import home as homes
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.postgres import running
from provisions.settings import Settings
from provisions.store.audit import allow_other_moments
from tests.clones import admin, make_quick

MIGRATED = "template"


class Homes:
    """What was made in ``folder``, which all workers have. A copy is 80 MB, in memory: put it where it goes after the test, which
    ``tmp_path`` does not. Each gives the home that it made.

    A copy's PostgreSQL does not wait for the disk, so that what it committed last is gone when it is killed: see :func:`durable`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of_tests(self, home: Path) -> Path:
        """Make ``home`` one of which our database has the newest version, with a second to clone, in which time travels."""
        return self._copy("tests", _make_migrated, home)

    def started_before(self, home: Path) -> Path:
        """Make ``home`` the same, with Prefect's database up to date as well: one in which ``provisions up`` was before."""

        def make(draft: Path) -> None:
            self.of_tests(draft)
            make_prefects_tables(Settings(home=draft))

        return self._copy("started", make, home)

    def _copy(self, name: str, make: Callable[[Path], None], to: Path) -> Path:
        assert not to.exists()
        made = self._folder / name
        with (self._folder / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                draft = self._folder / f"{name}.new"  # renamed when whole: of one that failed nothing is left to copy
                shutil.rmtree(draft, ignore_errors=True)
                make(draft)
                draft.rename(made)
        subprocess.run(["cp", "-a", made, to], check=True)  # with their owners: root's PostgreSQL is another user's
        return to


def _make_migrated(home: Path) -> None:
    with running(home) as server:
        make_quick(server)
        ours = server.owner_url("provisions")
        migrate.upgrade(ours, "provisions", WORKPLACE, RUNS)
        with admin(server) as connection:
            connection.execute(f"CREATE DATABASE {MIGRATED} OWNER provisions_owner TEMPLATE provisions")
        with migrate.changing(ours.replace("/provisions?", f"/{MIGRATED}?")) as owner:
            allow_other_moments(owner)  # time travel: lines are of the clock of a test


def durable(home: Path) -> Path:
    """Have the PostgreSQL of ``home``, which does not run, keep what is committed, as it does where people use it."""
    (home / "postgres" / "postgresql.auto.conf").write_text("")
    return home


def make_prefects_tables(settings: Settings) -> None:
    """Bring Prefect's database in this home to the version that its server needs."""
    homes.prepare(settings.home)
    command = [sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"]
    environment = child.PrefectServer(settings, "token")._environment()
    with running(settings.home):
        subprocess.run(command, env=environment, cwd=settings.home / "prefect", check=True, capture_output=True)


@contextmanager
def shared(folder: Path) -> Iterator[Homes]:
    """The homes in ``folder``; the last of the workers to leave takes them away, which lie in memory."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder.parent / f"{folder.name}.users").open("a") as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)
        folder.mkdir(mode=0o700, exist_ok=True)  # somebody who thought to be the last took it away
        yield Homes(folder)
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(folder)


def folder_of_a_run(base: Path) -> Path:
    """``base`` is the folder that pytest gave this worker."""
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "homes"
