"""Prefect's server killed and its database gone: deadlines pass all the same, and the runs catch up."""

import os
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import prefect.context
import psutil
import pytest
from prefect.context import root_settings_context
from prefect.states import Running
from sqlalchemy import Engine

from flows import context
from flows.forms.catalogue import form_plans
from flows.mirror.reconciler import Reconciler
from flows.mirror.runs import RunMirror
from flows.prefect import parking
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from flows.provision.catalogue import provision_plans
from flows.server import child
from provisions.app import App
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings
from tests.builders import CONFIG, at
from tests.clones import admin
from tests.conftest import MovingClock, free_port
from tests.faults.engine_process import wait_until
from tests.flows.conftest import World
from tests.homes import Homes

KEYS = ("id_document", "advance_payment", "wmo_indication")


@dataclass
class Server:
    """A Prefect server of this test, with a PostgreSQL of its own."""

    postgres: EmbeddedPostgres
    settings: Settings
    process: child.PrefectServer

    def start(self) -> None:
        self.process.start()
        wait_until(self.process.ready)

    def kill(self) -> None:
        """``kill -9``."""
        (pid,) = [
            p.pid for p in psutil.process_iter(["cmdline"])
            if (p.info["cmdline"] or [])[1:4] == ["-m", "flows.server.guard", str(self.settings.home)]
        ]  # fmt: skip
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.process.alive())

    def make_database(self) -> None:
        """An empty one in the place of what is there."""
        with admin(self.postgres) as connection:
            connection.execute("DROP DATABASE prefect WITH (FORCE)")
            connection.execute("CREATE DATABASE prefect OWNER prefect")


@pytest.fixture
def prefect_server(homes: Homes) -> Iterator[Server]:
    before, global_context = dict(os.environ), prefect.context.GLOBAL_SETTINGS_CONTEXT
    with tempfile.TemporaryDirectory(prefix="pf-") as folder:
        settings = Settings(home=Path(folder) / "var", port=free_port())
        homes.started_before(settings.home)
        token = child.engine_token(settings)
        with running(settings.home) as postgres:
            made = Server(postgres, settings, child.PrefectServer(settings, token))
            try:
                made.start()
                child.use_in_this_process(child.client_environment(settings, token))
                prefect.context.GLOBAL_SETTINGS_CONTEXT = root_settings_context()
                yield made
            finally:
                made.process.stop()
                prefect.context.GLOBAL_SETTINGS_CONTEXT = global_context
                os.environ.clear()
                os.environ.update(before)


@pytest.fixture
def world(prefect_server: Server, database: Engine, clock: MovingClock) -> Iterator[World]:
    assert prefect_server
    with prefect_thread() as client:
        app = App(database, CONFIG, clock)
        context.use(app)
        deployments = Deployments(provision_plans(CONFIG.catalogue), form_plans(CONFIG))
        deployments.register(client)
        yield World(app, clock, client, deployments, RunMirror(app, deployments, scheduled=lambda: None))


@pytest.mark.timeout(280)
def test_prefect_is_only_the_mirror(world: World, prefect_server: Server, clock: MovingClock) -> None:
    world.intake(*KEYS)
    world.settle()
    first = {key: world.run(key).id for key in KEYS}

    # An hour of deadlines while Prefect is down: each is recorded at its own moment.
    prefect_server.kill()
    clock.now = at("2026-11-09 23:30")
    world.app.time.tick_all()
    clock.advance(hours=1)
    world.app.time.tick_all()
    assert {key: world.provision(key)["overdue"] for key in KEYS} == dict.fromkeys(KEYS, True)
    reached = {key: world.provision(key)["rungs"][-1] for key in KEYS}
    assert reached["advance_payment"]["rung"] == "doorbraaktafel"
    assert reached["advance_payment"]["due"] == "2026-11-09T23:00:00Z"
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever httpx raises: the loop tries again
        world.mirror_runs()

    prefect_server.start()
    world.settle()
    assert {key: world.state(key) for key in KEYS} == dict.fromkeys(KEYS, ("Te laat", "PAUSED"))
    assert {key: world.run(key).id for key in KEYS} == first
    assert len(world.tagged("te-laat")) == len(KEYS)

    # Its database is gone.
    prefect_server.kill()
    prefect_server.make_database()
    prefect_server.start()
    rebuilt = Reconciler(world.app, world.deployments, living=set, changed=lambda: None)
    world.deployments.register(world.client)
    rebuilt.compare_provisions(world.client)
    world.settle()
    assert {key: world.state(key) for key in KEYS} == dict.fromkeys(KEYS, ("Te laat", "PAUSED"))
    assert all(world.run(key).id != first[key] for key in KEYS)

    # Resume while it runs: refused and said, nothing recorded; it waits again, and then it is taken in.
    run = world.run("advance_payment").id
    outcome = {"outcome": "Geregeld", "by": "regisseur-3"}
    world.client.set_flow_run_state(run, Running(), force=True)
    assert parking.resume(world.client, run, outcome) is not None
    rebuilt.reschedule_abandoned(world.client, age=clock.now - clock.now)
    world.settle()
    assert world.provision("advance_payment")["status"] == "waiting"
    assert parking.resume(world.client, run, outcome) is None
    world.settle()
    assert world.state("advance_payment") == ("Geregeld", "COMPLETED")
