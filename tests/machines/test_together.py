"""Two engines, and Prefect's server as two replicas and a process for the background work, with Redis between them.

As an operator starts them (``docs/operations.md``), behind a balancer that knows nothing but TCP. One installation for all of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from bench.installation import Installation, Part, installation
from bench.outside import Outside
from bench.rig import free_port
from provisions.domain.tags import PROVISION
from tests.machines.conftest import wait_until

NEEDS = ("advance_payment", "wmo_indication")


@dataclass
class Together:
    made: Installation
    outside: Outside
    servers: list[Part]
    services: Part
    engines: list[Part]
    health: list[int]


@pytest.fixture(scope="module")
def together(redis: str) -> Iterator[Together]:
    assert redis
    with installation() as made:
        made.redis()
        # All at the same moment, in whatever order: they must not get in each other's way.
        servers = [made.start("server", ready=None) for _ in range(2)]
        services = made.start("services", ready=None)
        for part in (*servers, services):
            part.wait_for("ready")
        made.balance(servers)
        health = [free_port() for _ in range(2)]
        engines = [made.start("engine", ready=None, METRICS_PORT=str(port)) for port in health]
        for engine in engines:
            engine.wait_for("ready")
        outside = Outside(made)
        yield Together(made, outside, servers, services, engines, health)
        outside.close()


def all_parked(together: Together, number: int) -> bool:
    return together.outside.states().total() == number and not together.outside.app.runs.stale() and set(
        together.outside.states()
    ) <= {"Wacht op loket", "Te laat"}  # fmt: skip


@pytest.mark.timeout(400)  # its fixture starts five parts, three of them one after another
def test_what_one_replica_changes_the_other_shows_and_each_asks_the_same_of_a_browser(together: Together) -> None:
    first, second = (together.outside.prefect(server.port, engine=False) for server in together.servers)
    together.outside.intake(1, 1, NEEDS)
    wait_until(lambda: all_parked(together, 2), seconds=60, what=f"{together.outside.states()}")

    assert first.post("/flow_runs/count", json={}).status_code == 403, "a browser needs a token"
    client = str(uuid4())
    token = first.get("/csrf-token", params={"client": client}).json()["token"]
    signed = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": client}
    provisions = {"flow_runs": {"tags": {"all_": [PROVISION]}}}
    for replica in (first, second):
        assert replica.post("/flow_runs/count", json=provisions, headers=signed).json() == 2
        assert replica.get("/admin/version", auth=("admin", "fout")).status_code == 401
        assert "connect-src 'self'" in replica.get("/health").headers["content-security-policy"]


def test_each_engine_tells_that_it_is_well_and_how_many_there_are(together: Together) -> None:
    for port in together.health:
        wait_until(lambda port=port: asked(port, "/ready") == "In orde.\n", seconds=20, what=asked(port, "/ready"))  # type: ignore[misc]
        page = asked(port, "/metrics")
        assert "\nprovisions_engines 2.0\n" in page
        assert "\nprovisions_prefect_up 1.0\n" in page


def asked(port: int, path: str) -> str:
    return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, timeout=20).text


def test_an_event_reaches_the_automation_once_whichever_replica_heard_it(together: Together) -> None:
    first, second = (together.outside.prefect(server.port) for server in together.servers)
    made = first.post(
        "/automations/",
        json={
            "name": f"Gestart {uuid4().hex[:6]}",
            "trigger": {"type": "event", "posture": "Reactive", "expect": ["provisions.started"], "threshold": 1, "within": 0},
            "actions": [{"type": "do-nothing"}],
        },
    ).json()  # fmt: skip
    references = together.outside.intake(2, 4, NEEDS)

    def heard() -> list[tuple[str, str]]:
        """Reference and id of each event that the automation reacted to; the client of the test before may be among them."""
        events = [event["payload"]["triggering_event"] for event in triggered(second, made["id"])]
        return [(event["payload"]["reference"], event["id"]) for event in events]

    wait_until(
        lambda: len([name for name, _ in heard() if name in references]) >= 8, seconds=60, what="eight are heard"
    )
    wait_until(lambda: all_parked(together, 10), seconds=60, what=f"{together.outside.states()}")
    found = heard()
    assert len(found) == len(set(found)), "each once"
    assert {name for name, _ in found} >= set(references)


def triggered(replica: Any, automation: str) -> list[dict[str, Any]]:
    wanted = {"filter": {"event": {"name": ["prefect.automation.triggered"]}, "order": "ASC"}, "limit": 50}
    found = replica.post("/events/filter", json=wanted).json()["events"]
    return [event for event in found if event["resource"]["prefect.resource.id"] == f"prefect.automation.{automation}"]


def test_kill_9_of_an_engine_and_a_replica_in_a_burst_loses_nothing_and_does_nothing_twice(together: Together) -> None:
    outside, clients = together.outside, 12
    before = outside.states().total()
    outside.intake(100, clients, NEEDS)
    wait_until(lambda: outside.states().total() > before + 5, seconds=60, what="the burst begins")
    together.engines[0].kill()
    together.servers[0].kill()
    wait_until(lambda: all_parked(together, before + 2 * clients), seconds=100, what=f"{outside.states()}")

    assert outside.count("SELECT count(*) FROM provision WHERE flow_run IS NULL") == 0
    assert outside.count("SELECT count(DISTINCT flow_run) FROM provision") == before + 2 * clients
    assert outside.count("SELECT count(*) FROM audit WHERE what = 'provision.started'") == before + 2 * clients
    assert "\nprovisions_engines 1.0\n" in asked(together.health[1], "/metrics")
    outside.days_pass(60)
    wait_until(lambda: outside.states()["Te laat"] == before + 2 * clients, seconds=100, what=f"{outside.states()}")
    climbed = "SELECT {} FROM audit WHERE what = 'rung.climbed'"
    assert outside.count(climbed.format("count(*)")) == outside.count(climbed.format("count(DISTINCT message)"))
    assert outside.count("SELECT count(*) FROM rung") == outside.count("SELECT count(DISTINCT message) FROM rung") > 0
