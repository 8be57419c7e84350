"""The flows on a work pool: a run in a process that Prefect's own worker starts parks, is late, and takes its outcome in."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import psutil
import pytest

from bench.installation import Installation, Part, installation
from bench.outside import Outside
from flows.prefect.parking import BY_ENGINE
from provisions.machine.databases import RUNS
from provisions.machine.postgres import EmbeddedPostgres
from tests.homes import Homes
from tests.machines.conftest import wait_until

POOL = "gemeenten"
KEY = "advance_payment"


@dataclass
class Pool:
    outside: Outside
    prefect: httpx.Client
    worker: Part

    def run(self, reference: str) -> dict[str, Any]:
        """The run of the provision, as Prefect has it; empty while there is none."""
        provision = self.outside.app.views.case(reference).as_json()["provisions"][0]
        if not provision["flow_run"]:
            return {}
        found: dict[str, Any] = self.prefect.get(f"/flow_runs/{UUID(provision['flow_run'])}").json()
        return found

    def wait_for(self, reference: str, state: str, kind: str) -> dict[str, Any]:
        """Until the run is in a state with this name and type."""

        def there() -> bool:
            run = self.run(reference)
            return (run.get("state_name"), run.get("state_type")) == (state, kind)

        try:
            wait_until(there, seconds=90, what=state)
        except TimeoutError as late:
            run, said = self.run(reference), self.worker.log.read_text()[-3000:]
            raise AssertionError(f"{run.get('state_name')} {run.get('state')}\n{said}") from late
        return self.run(reference)


def of_a_worker(made: Installation) -> dict[str, str]:
    """As ``docs/operations.md`` has it: a home of its own, the database as the role of the runs, and Prefect's password."""
    return {
        "HOME": str(made.home.with_name("runs")),
        "RUNS_DATABASE_URL": EmbeddedPostgres(made.home).url("provisions", RUNS),
        "PREFECT_PASSWORD": made.password,
        "UI_PASSWORD": "",
    }


@pytest.fixture(scope="module")
def pool(homes: Homes) -> Iterator[Pool]:
    with installation(homes.started_before, WORK_POOL=POOL) as made:
        server = made.start("server")
        made.balance([server])
        made.start("engine")
        worker = made.start("worker", ready="Worker 'ProcessWorker", **of_a_worker(made))
        outside = Outside(made)
        with outside.prefect(server.port) as prefect:
            yield Pool(outside, prefect, worker)
        outside.close()


@pytest.mark.timeout(400)
def test_a_run_on_a_work_pool_parks_is_late_and_takes_its_outcome_in(pool: Pool) -> None:
    (reference,) = pool.outside.intake(1, 1, [KEY])
    parked = pool.wait_for(reference, "Wacht op loket", "PAUSED")
    assert parked["work_pool_name"] == POOL
    assert executed_by(pool, parked) == {"werker"}
    assert parked["name"] == f"Voorschot · {reference}"
    wait_until(lambda: not runs_of(pool.worker), seconds=20, what="a parked run has no process")

    pool.outside.days_pass(60)
    late = pool.wait_for(reference, "Te laat", "PAUSED")
    assert "te-laat" in late["tags"]
    assert executed_by(pool, late) == {"werker"}
    wait_until(lambda: not runs_of(pool.worker), seconds=20, what="a parked run has no process")

    answer = pool.prefect.post(
        f"/flow_runs/{late['id']}/resume", json={"run_input": {"outcome": "Geregeld", "by": "r-3"}}
    )
    assert answer.json()["status"] == "ACCEPT"
    settled = pool.wait_for(reference, "Geregeld", "COMPLETED")
    assert executed_by(pool, settled) == {"werker"}
    assert pool.outside.app.views.case(reference).as_json()["provisions"][0]["status"] == "delivered"


def test_the_worker_is_told_no_more_than_its_runs_need(pool: Pool) -> None:
    (prefects,) = psutil.Process(pool.worker.process.pid).children()
    told = {name: value for name, value in prefects.environ().items() if name.startswith("PROVISIONS_")}
    assert set(told) == {"PROVISIONS_RUNS_DATABASE_URL", "PROVISIONS_CONFIG"}
    assert f"//{RUNS}:" in told["PROVISIONS_RUNS_DATABASE_URL"]


@pytest.mark.timeout(200)
def test_a_form_runs_on_the_pool_and_says_what_is_refused_but_logs_nothing_in_prefect(pool: Pool) -> None:
    found = pool.prefect.post(
        "/deployments/filter", json={"deployments": {"name": {"any_": ["Traject starten"]}}}
    ).json()
    filled_in = {
        "formulier": {
            "reference": "TR-2026-0900",
            "municipality": "Voorbeeldstad",
            "route": "Vrijwillig",
            "brp": "Onbekend",
            "needs": ["Voorschot"],
            "by": "r-3",
            "on": "2999-01-01",
        }
    }
    made = pool.prefect.post(f"/deployments/{found[0]['id']}/create_flow_run", json={"parameters": filled_in}).json()

    def ended() -> bool:
        return bool(
            pool.prefect.get(f"/flow_runs/{made['id']}").json()["state_type"] in ("FAILED", "COMPLETED", "CRASHED")
        )

    wait_until(ended, seconds=90, what="the form is carried out")
    run = pool.prefect.get(f"/flow_runs/{made['id']}").json()
    assert (run["state_name"], run["work_pool_name"]) == ("Niet vastgelegd", POOL), run["state"]
    assert "toekomst" in run["state"]["message"]
    assert executed_by(pool, run) == {"werker"}
    logs = pool.prefect.post("/logs/filter", json={"logs": {"flow_run_id": {"any_": [made["id"]]}}}).json()
    assert logs == []


def executed_by(pool: Pool, run: dict[str, Any]) -> set[str]:
    """Who claimed the run so far: an engine says so in the state, a worker's process says nothing."""
    states = pool.prefect.get("/flow_run_states/", params={"flow_run_id": run["id"]}).json()
    running = [state for state in states if state["type"] in ("PENDING", "RUNNING")]
    assert running
    return {"motor" if BY_ENGINE in (state["message"] or "") else "werker" for state in running}


def runs_of(worker: Part) -> list[int]:
    """The processes of runs that the worker started and that still live."""
    found = []
    for process in psutil.Process(worker.process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found += (
                [process.pid]
                if "prefect.engine" in process.cmdline() or "prefect.flow_engine" in process.cmdline()
                else []
            )
    return found
