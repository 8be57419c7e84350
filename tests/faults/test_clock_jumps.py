"""The machine's clock jumps days ahead and back under a whole ``provisions up``: PostgreSQL, Prefect and the engine alike.

A small library (``wall_clock.c``) moves the wall clock of all its processes at once and leaves the monotonic one alone.
"""

import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.domain.delivery import SLOW
from provisions.machine.postgres import EmbeddedPostgres
from provisions.store import tables as t
from provisions.store.outbox import LISTED
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, typed
from tests.conftest import free_port
from tests.homes import Homes
from tests.ledger.conftest import verified

SOURCE = Path(__file__).with_name("wall_clock.c")
JUMP = timedelta(days=10)
PATIENCE = 240.0  # seconds, of a machine that does a lot at the same time


class WallClock:
    """The wall clock of whoever runs with ``environment``; ``shift`` moves it while he runs."""

    def __init__(self, folder: Path, compiler: str) -> None:
        library, self._file = folder / "wall_clock.so", folder / "shift"
        flags = ("-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared")
        subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE), "-ldl"], check=True)
        self._file.touch()
        self.shift(timedelta())
        for path in (folder, library, self._file):  # the embedded PostgreSQL is not run by root
            path.chmod(0o755)
        self.environment = {"LD_PRELOAD": str(library), "WALL_CLOCK_FILE": str(self._file)}

    def shift(self, by: timedelta) -> None:
        """The clock now differs ``by`` from that of the machine."""
        self._shift = by
        with self._file.open("r+b") as file:
            file.write(struct.pack("=q", round(by.total_seconds())))

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._shift


@pytest.fixture
def wall_clock() -> Iterator[WallClock]:
    compiler = shutil.which("gcc")
    if compiler is None:
        if os.environ.get("PROVISIONS_TEST_GCC") == "required":
            pytest.fail("gcc is not installed: apt-get install gcc libc6-dev")
        pytest.skip("needs a C compiler: apt-get install gcc libc6-dev")
    folder = Path(tempfile.mkdtemp(prefix="wall-clock-"))
    yield WallClock(folder, compiler)
    shutil.rmtree(folder)


@dataclass
class Installation:
    """A ``provisions up`` whose clock can jump, and its database. ``app`` records as a command on that machine would."""

    app: App
    database: Engine
    outbox: Path
    health: httpx.Client
    process: "subprocess.Popen[str]"

    def takes_in(self, reference: str) -> None:
        """A case with several terms of some days."""
        needs = ("id_document", "postal_address", "emergency_shelter", "advance_payment", "health_insurance")
        self.app.cases.intake(IntakeRequest(reference, "voluntary", needs), by=typed(DIRECTOR))

    def climbed(self) -> list[tuple[int, str, datetime]]:
        """(provision, rung, when it was due), in the order in which they were climbed."""
        with self.database.connect() as connection:
            query = select(t.rung.c.provision_id, t.rung.c.name, t.rung.c.due).order_by(t.rung.c.climbed, t.rung.c.due)
            return [(row.provision_id, row.name, row.due) for row in connection.execute(query)]

    def waiting(self) -> list[Any]:
        """Letters that have not left."""
        with self.database.connect() as connection:
            return list(connection.execute(select(t.message.c.kind).where(t.message.c.next_try.is_not(None))))

    def due(self) -> bool:
        """Whether the clock has still something to do."""
        moment = self.app.time.next_moment()
        return moment is not None and moment <= self.app.clock()

    def letters(self) -> int:
        """Letters that were written out."""
        return len(list(self.outbox.rglob("*.eml")))

    def signs(self) -> tuple[int, str]:
        answer = self.health.get("/ready")
        return answer.status_code, answer.text

    def until(self, what: str, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait until something holds, of the machine's own seconds."""
        end = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, "up ended"
            assert time.monotonic() < end, f"{what}: {self.waiting()} {self.signs()}"
            time.sleep(0.5)

    def settles(self) -> None:
        """All that is due is recorded, all letters leave, and whoever asks hears that it works."""
        self.until("nothing is due", lambda: not self.due(), 90)  # the clock looks anew each minute
        self.until("letters leave", lambda: not [row for row in self.waiting() if row.kind not in LISTED], PATIENCE)
        self.until("ready", lambda: self.signs()[0] == httpx.codes.OK)


@pytest.fixture
def installation(wall_clock: WallClock, homes: Homes) -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="jump-"))
    homes.started_before(folder / "var")
    port, health = free_port(), free_port()
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_"))}
    ours = {"HOME": folder / "var", "PORT": port, "METRICS_PORT": health}
    process = subprocess.Popen(
        [Path(sys.executable).parent / "provisions", "up"],
        env=outside | {f"PROVISIONS_{name}": str(value) for name, value in ours.items()} | wall_clock.environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=(folder / "stderr").open("a"),
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready "), (folder / "stderr").read_text()
        database = engine_for(EmbeddedPostgres(folder / "var").url("provisions"))
        app = App(database, CONFIG, wall_clock)
        with httpx.Client(base_url=f"http://127.0.0.1:{health}", trust_env=False, timeout=30) as asked:
            yield Installation(app, database, folder / "var" / "outbox", asked, process)
        database.dispose()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_days_ahead_and_back_nothing_is_done_twice_and_nothing_stops(
    installation: Installation, wall_clock: WallClock
) -> None:
    one = installation
    one.takes_in("TR-2026-0001")
    one.settles()
    assert one.climbed() == []
    told = one.letters()
    assert told > 0

    wall_clock.shift(JUMP)
    one.settles()
    ahead = one.climbed()
    assert len(ahead) > len({provision for provision, _, _ in ahead}) > 1, "some climbed more than one rung"
    for provision in {provision for provision, _, _ in ahead}:
        moments = [due for which, _, due in ahead if which == provision]
        assert all(earlier <= later for earlier, later in pairwise(moments)), "in the order in which they were due"
    assert all(due <= wall_clock() for _, _, due in ahead)
    assert one.letters() > told
    told = one.letters()

    wall_clock.shift(timedelta())
    with one.database.connect() as connection:
        assert connection.exec_driver_sql("SELECT now()").scalar_one() < datetime.now(UTC) + timedelta(days=1)
    one.takes_in("TR-2026-0002")
    began = time.monotonic()
    one.settles()
    assert time.monotonic() - began < SLOW.total_seconds() + PATIENCE
    assert one.climbed() == ahead, "what was climbed too early stays, and nothing is climbed again"
    assert one.letters() > told, "what is new is told, by a clock that goes right again"

    wall_clock.shift(JUMP + timedelta(hours=1))
    one.settles()
    again = one.climbed()
    assert set(ahead) < set(again)
    assert max(Counter((provision, name) for provision, name, _ in again).values()) == 1
    assert verified(one.database).whole
