"""What an engine tells who watches: over real HTTP, with a real database that stops, and a Prefect that is away."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine as Database
from sqlalchemy import text

from flows.health.page import Health
from flows.health.probes import Probes
from flows.loops.clock import Clock
from flows.mirror.runs import RunMirror
from flows.prefect.deployments import Deployments
from flows.prefect.installation import VARIABLE
from provisions.access.log import Logged
from provisions.app import App
from provisions.catalogue import Config
from provisions.database.connect import engine_for
from provisions.domain.errors import NotAllowed
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.postgres import running
from provisions.settings import PROJECT
from provisions.store.backlog import note_backup
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, typed
from tests.conftest import MovingClock, free_port
from tests.homes import Homes

NewDatabase = Callable[..., AbstractContextManager[str]]


class World:
    """An engine's parts without their threads, and its health page. ``prefect``: what Prefect answers."""

    def __init__(self, database: Database, clock: MovingClock, config: Config = CONFIG) -> None:
        self.app = App(database, config, clock)
        self.prefect: int | None = 0
        self.refusal: NotAllowed | None = None
        self.clock = Clock(self.app.time, now=clock, ticked=lambda: None)
        self.mirror = RunMirror(self.app, Deployments({}), scheduled=lambda: None)
        probes = Probes(
            database, config, now=clock, clock=self.clock, mirror=self.mirror, loops=[self.clock.loop, self.mirror.loop],
            prefect=lambda: self.prefect, serves=lambda: True, refusal=lambda: self.refusal,
        )  # fmt: skip
        self.port = free_port()
        self.health = Health(probes, "127.0.0.1", self.port)

    def get(self, path: str) -> tuple[int, str]:
        answer = httpx.get(f"http://127.0.0.1:{self.port}{path}", trust_env=False)
        return answer.status_code, answer.text

    def signs(self) -> dict[str, float]:
        """Each sample by name (with labels where it has any)."""
        status, page = self.get("/metrics")
        assert status == 200
        return {
            sample.name + "".join(f"{{{value}}}" for value in sample.labels.values()): sample.value
            for family in text_string_to_metric_families(page)
            for sample in family.samples
        }


@contextmanager
def served(database: Database, clock: MovingClock, config: Config = CONFIG) -> Iterator[World]:
    world = World(database, clock, config)
    world.health.start()
    try:
        yield world
    finally:
        world.health.stop()


@pytest.fixture
def world(database: Database, clock: MovingClock) -> Iterator[World]:
    with served(database, clock) as made:
        yield made


def take_in(world: World) -> None:
    world.app.cases.intake(
        IntakeRequest("TR-2026-0042", "voluntary", ["id_document", "advance_payment", "postal_address"]),
        by=typed(DIRECTOR),
    )


def test_all_is_well(world: World) -> None:
    for path in ("/live", "/ready", "/health"):
        assert world.get(path) == (200, "In orde.\n")
    assert world.get("/")[0] == 404


def test_the_signs_say_what_waits(world: World, clock: MovingClock, database: Database) -> None:
    take_in(world)
    clock.advance(seconds=30)
    signs = world.signs()
    assert signs["provisions_provisions_open"] == 3
    assert signs["provisions_provisions_overdue"] == 0
    assert signs["provisions_messages_pending"] >= 2
    assert signs["provisions_messages_pending_seconds"] == 30
    assert signs["provisions_faces_wanted"] == 2
    assert signs["provisions_plans_wanted"] == 1
    assert signs["provisions_due"] == 0
    assert signs["provisions_audit_lines_total"] > 3
    assert signs["provisions_database_up"] == signs["provisions_prefect_up"] == 1
    assert signs["process_resident_memory_bytes"] > 1e6
    assert "provisions_backup_age_seconds" not in signs

    with database.begin() as connection:
        note_backup(connection, "2026-11-02T08:00:30Z")
    clock.advance(days=30)
    signs = world.signs()
    assert signs["provisions_due"] == 3 - 1, "the address waits for the card"
    assert signs["provisions_due_seconds"] > 20 * 24 * 3600
    assert signs["provisions_backup_age_seconds"] == 30 * 24 * 3600 + 3600


def test_the_clock_says_how_late_it_was(world: World, clock: MovingClock) -> None:
    take_in(world)
    world.clock._turn()
    moment = world.app.time.next_moment()
    assert moment is not None
    clock.now = moment
    clock.advance(seconds=7)
    world.clock._turn()
    assert world.clock.late == 7
    assert world.signs()["provisions_clock_late_seconds"] == 7
    assert world.signs()["provisions_clock_handled_total"] > 0


def test_a_late_registration_is_no_lateness_of_the_clock(world: World, clock: MovingClock) -> None:
    world.clock._turn()
    request = IntakeRequest("TR-2026-0042", "voluntary", ["id_document"], on=clock.now.date().replace(month=10))
    world.app.cases.intake(request, by=typed(DIRECTOR))
    world.clock._turn()
    assert world.clock.handled == 1
    assert world.clock.late == 0


def test_a_clock_that_is_behind_is_not_ready_but_lives(world: World, clock: MovingClock) -> None:
    take_in(world)
    clock.advance(days=30)
    status, said = world.get("/ready")
    assert status == 503
    assert re.search(r"De klok loopt \d+ seconden achter, met 2 voorzieningen", said)
    assert world.get("/live")[0] == 200


def test_without_prefect_the_engine_lives_and_says_what_goes_on(world: World) -> None:
    world.prefect = None
    status, said = world.get("/ready")
    assert status == 503
    assert "Prefect is niet bereikbaar: de klok en de berichten lopen door" in said
    assert world.get("/live")[0] == 200
    signs = world.signs()
    assert signs["provisions_prefect_up"] == 0
    assert "provisions_runs_not_begun" not in signs


def test_a_clock_that_hangs_must_be_started_again(world: World) -> None:
    world.clock.loop.began = -1e9
    status, said = world.get("/live")
    assert status == 503
    assert "De lus 'klok'" in said
    assert "Start de motor opnieuw" in said


def test_an_engine_that_halted_says_why(world: World) -> None:
    world.refusal = NotAllowed("De database heeft versie 0009.")
    assert world.get("/live") == (503, "De database heeft versie 0009.\n")


def test_a_database_that_stops_is_told_and_passes(clock: MovingClock, homes: Homes) -> None:
    with tempfile.TemporaryDirectory(prefix="ph-") as folder, running(homes.of_tests(Path(folder) / "pg")) as server:
        database = engine_for(server.url("provisions"))
        with served(database, clock) as world:
            take_in(world)
            assert world.get("/ready")[0] == 200
            server.stop()
            status, said = world.get("/ready")
            assert status == 503
            assert "De database is niet bereikbaar" in said
            assert world.get("/live")[0] == 200, "starting the engine again would not help"
            assert world.signs()["provisions_database_up"] == 0
            server.ensure()
            assert world.get("/ready")[0] == 200
            assert world.signs()["provisions_faces_wanted"] == 2
        database.dispose()


def test_nothing_there_points_at_a_client_or_a_municipality(world: World, database: Database) -> None:
    take_in(world)
    page = world.get("/metrics")[1] + world.get("/ready")[1]
    with database.connect() as connection:
        names = [
            *connection.execute(text("SELECT reference FROM client_case")).scalars(),
            *CONFIG.organisation.municipalities,
        ]
    assert not [name for name in names if name in page]


def test_the_door_is_counted_without_who_it_was(world: World) -> None:
    take_in(world)
    looks = world.app.looks
    for what, times in (
        (Logged.SIGNED_IN, 3),
        (Logged.WRONG_PASSWORD, 2),
        (Logged.WRONG_SECOND, 1),
        (Logged.LOOKED, 4),
    ):
        for _ in range(times):
            looks.note(what, "regie-77")
    looks.note(Logged.NOT_ALLOWED, "regie-77", page="plan")
    looks.note(Logged.BLOCKED_CAME, "regie-77")
    signs, page = world.signs(), world.get("/metrics")[1]
    counted = [signs[f"provisions_{name}_total"] for name in ("sign_ins", "wrong_passwords", "refusals", "looks")]
    assert counted == [3, 3, 2, 4]
    assert "regie-77" not in page


def test_a_port_that_is_taken_is_named(world: World) -> None:
    again = Health(Probes.__new__(Probes), "127.0.0.1", world.port)
    with pytest.raises(NotAllowed, match=f"Poort {world.port}"):
        again.start()


def test_what_the_manual_alerts_on_exists(world: World) -> None:
    """Every metric that ``docs/operations.md`` names is one that an engine shows. Roles and a variable are named alike."""
    take_in(world)
    world.clock.loop.began = time.monotonic()
    manual = (PROJECT / "docs" / "operations.md").read_text()
    named = set(re.findall(r"\bprovisions_[a-z_]+\b", manual))
    page = world.get("/metrics")[1]
    known = {sample.name for family in text_string_to_metric_families(page) for sample in family.samples}
    assert len(named) > 10
    assert named - known - {"provisions_backup_age_seconds", VARIABLE, WORKPLACE, RUNS} == set()
