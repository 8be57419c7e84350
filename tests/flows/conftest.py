"""A real Prefect server for the tests that need one, and a world in which nothing happens but what a test asks for."""

import itertools
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import prefect.context
import psycopg
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.context import FlowRunContext, root_settings_context
from prefect.states import Completed
from prefect.utilities.engine import emit_task_run_state_change_event
from sqlalchemy import Engine as Database

from flows import context
from flows.forms.catalogue import form_plans
from flows.mirror.runs import RunMirror
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from flows.prefect.executor import execute
from flows.provision.catalogue import provision_plans
from flows.server import child
from provisions.app import App
from provisions.catalogue import Config, load
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import PROJECT, Settings
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock, free_port
from tests.homes import Homes
from tests.waiting import pause

Rows = psycopg.Connection[Any]
Registered = tuple[Deployments, list[str]]


@pytest.fixture(scope="package")
def config() -> Config:
    return load(PROJECT / "config")


@pytest.fixture(scope="package")
def prefect_server(homes: Homes) -> Iterator[Settings]:
    """One Prefect server for all tests, in a home of its own; this process is set up to talk to it."""
    with tempfile.TemporaryDirectory(prefix="pf-") as folder:
        settings = Settings(home=Path(folder) / "var", port=free_port())
        with running(homes.started_before(settings.home)):
            yield from _server_of(settings)


def _server_of(settings: Settings) -> Iterator[Settings]:
    token = child.engine_token(settings)
    process = child.PrefectServer(settings, token)
    before, global_context = dict(os.environ), prefect.context.GLOBAL_SETTINGS_CONTEXT
    process.start()
    try:
        wait_until(process.ready, seconds=240, what=lambda: "\n".join(process.last_words()))
        child.use_in_this_process(child.client_environment(settings, token))
        # Prefect was imported long ago: let it read the environment again, for all threads.
        prefect.context.GLOBAL_SETTINGS_CONTEXT = root_settings_context()
        yield settings
    finally:
        prefect.context.GLOBAL_SETTINGS_CONTEXT = global_context
        os.environ.clear()
        os.environ.update(before)
        process.stop()


@pytest.fixture(scope="package")
def rows(prefect_server: Settings) -> Iterator[Rows]:
    """A connection to Prefect's own database: a look there takes a twentieth of what a request takes."""
    url = EmbeddedPostgres(prefect_server.home).url("prefect").replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def client(prefect_server: Settings) -> Iterator[SyncPrefectClient]:
    assert prefect_server
    with prefect_thread() as connected:
        yield connected


NUMBERS = itertools.count(1)


@dataclass
class World:
    """The engine without its threads: a test says what happens, in which order."""

    app: App
    clock: MovingClock
    client: SyncPrefectClient
    deployments: Deployments
    mirror: RunMirror
    reference: str = field(default_factory=lambda: f"TR-2026-{next(NUMBERS):04d}")

    def intake(self, *needs: str, **more: Any) -> None:
        self.app.cases.intake(IntakeRequest(self.reference, "voluntary", needs, **more), by=typed("regisseur-03"))

    def mirror_runs(self) -> int:
        wanted = self.app.runs.stale()
        return self.mirror.apply(self.client, wanted) if wanted else 0

    def run_due(self) -> int:
        """Execute what is scheduled now, one after the other."""
        due = self.client.get_scheduled_flow_runs_for_deployments(
            self.deployments.ids, scheduled_before=datetime.now(UTC), limit=200
        )
        runs = [FlowRun.model_validate(run.model_dump()) for run in due]
        flows = [(run, self.deployments.flow(run.deployment_id)) for run in runs]
        return sum(execute(self.client, run, flow) for run, flow in flows if flow)

    def settle(self) -> None:
        """Time passes, runs are mirrored and runs executed, until nothing is left to do."""
        for _ in range(20):
            if not self.app.time.tick_all() + self.mirror_runs() + self.run_due():
                return
        raise AssertionError("it does not come to rest")

    def provision(self, key: str) -> dict[str, Any]:
        found = self.app.views.case(self.reference).as_json()["provisions"]
        return next(provision for provision in found if provision["key"] == key)

    def run(self, key: str) -> FlowRun:
        return self.client.read_flow_run(UUID(self.provision(key)["flow_run"]))

    def state(self, key: str) -> tuple[str, str]:
        """Name and type of the state of the run of ``key``."""
        state = self.run(key).state
        assert state is not None
        return state.name or "", state.type.value

    def tagged(self, *tags: str) -> list[FlowRun]:
        wanted = FlowRunFilter(tags=FlowRunFilterTags(all_=list(tags)))
        return self.client.read_flow_runs(flow_run_filter=wanted)

    def outcome(self, key: str, outcome: str, on: date | None = None, **fields: str) -> None:
        self.app.cases.record_outcome(self.reference, key, outcome, by=typed("regisseur-03"), on=on, fields=fields)


@pytest.fixture(scope="package")
def registered(config: Config) -> Registered:
    """What all tests register, which Prefect has once the first of them did; and what its tables held when all was right."""
    return Deployments(provision_plans(config.catalogue), form_plans(config)), []


@pytest.fixture
def all_deployments(registered: Registered, client: SyncPrefectClient, rows: Rows) -> Deployments:
    """The deployments as they should be: looked at again only when a test changed something there, and registered again only
    when it left them otherwise.
    """
    found, seen = registered
    if seen != [_deployments(rows)]:
        if not found.ids or not found.are_whole(client):
            found.register(client)
        seen[:] = [_deployments(rows)]
    return found


@pytest.fixture
def world(
    client: SyncPrefectClient,
    database: Database,
    config: Config,
    clock: MovingClock,
    all_deployments: Deployments,
    rows: Rows,
) -> Iterator[World]:
    app = App(database, config, clock)
    context.use(app)
    yield World(app, clock, client, all_deployments, RunMirror(app, all_deployments, scheduled=lambda: None))
    remove_runs(client, all_deployments, rows)


@pytest.fixture
def in_a_pool(world: World, of_runs: Database) -> World:
    """The same, with each run executed as the role that a run in a work pool has; the engine stays what it is."""
    context.use(App(of_runs, world.app.config, world.clock))
    return world


def _deployments(rows: Rows) -> str:
    """What tells whether anything changed of Prefect's deployments, but for when somebody last asked for their runs."""
    query = """
        SELECT md5(string_agg(one::text, ' ' ORDER BY one::text)) FROM (
          SELECT to_jsonb(d) - ARRAY['last_polled', 'status', 'updated'] AS one FROM deployment d
          UNION ALL SELECT to_jsonb(s) FROM deployment_schedule s
        ) AS every
    """
    return str(rows.execute(query).fetchall()[0][0])


def remove_runs(client: SyncPrefectClient, deployments: Deployments, rows: Rows) -> None:
    """The database of the test is gone, and its runs with it: provisions are numbered from 1 again in the next."""
    wait_until_recorded(rows)
    ours = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=deployments.ids))
    while runs := client.read_flow_runs(flow_run_filter=ours, limit=200):
        for run in runs:
            client.delete_flow_run(run.id)


def delete_run(client: SyncPrefectClient, run: UUID, rows: Rows) -> None:
    """Delete a run whose steps were recorded (:func:`wait_until_recorded`)."""
    wait_until_recorded(rows)
    client.delete_flow_run(run)


def wait_until_recorded(rows: Rows) -> None:
    """Wait until Prefect has recorded the steps that were shown.

    It can't record the step of a run that is gone, and drops with it what others showed in the same second, as the next
    test. Steps are recorded in the order in which they were shown: a last one tells, which is of no run.
    """
    shown = [_show_last()]
    tried = time.monotonic()

    def is_recorded() -> bool:
        nonlocal tried
        if time.monotonic() > tried + 3:  # the ones before may have been dropped with what they came after
            shown.append(_show_last())
            tried = time.monotonic()
        return bool(rows.execute("SELECT 1 FROM task_run WHERE id = ANY(%s)", [shown]).fetchall())

    wait_until(is_recorded, seconds=60)


def _show_last() -> UUID:
    step = TaskRun(id=uuid4(), name="Laatste", task_key="laatste", dynamic_key=str(uuid4()))
    # Prefect's thread for events takes what is of no run for part of the run in which it began itself, unless that is said.
    of_no_run = FlowRunContext.__var__.set(None)  # type: ignore[arg-type]
    try:
        emit_task_run_state_change_event(step, None, Completed())
    finally:
        FlowRunContext.__var__.reset(of_no_run)
    return step.id


BUSY = 3.0
"""How many times slower than in quiet something may be when tests run side by side."""


def wait_until(true: Any, *, seconds: float, what: Any = lambda: "") -> None:
    """Poll until ``true()``; end-to-end tests only. ``seconds``: what it may take on a machine that does nothing else."""
    began = time.monotonic()
    while not true():
        if time.monotonic() > began + BUSY * seconds:
            raise AssertionError(f"not within {BUSY * seconds} seconds: {what()}")
        pause(began, least=0.2)
