"""On a real Prefect: plans and lists follow the database, events are announced once, and an automation reacts to them."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from prefect.blocks.webhook import Webhook
from prefect.client.orchestration import SyncPrefectClient
from pydantic import SecretStr
from sqlalchemy import func, select

from flows.mirror.artifacts import LATE, START, WEEK, Screens, plan_key
from flows.mirror.events import Events
from flows.prefect.api import latest_artifacts as latest
from provisions.catalogue import Config
from provisions.store import tables as t
from tests.flows.conftest import World, wait_until


@pytest.fixture
def screens(world: World, config: Config) -> Iterator[Screens]:
    yield Screens(world.app.engine, config, world.app.views, world.deployments)
    keys = [START, LATE, WEEK, plan_key(world.reference)]
    for artifact in latest(world.client, keys):
        world.client.delete_artifact(artifact.latest_id)


def text_of(world: World, key: str) -> str:
    """What the newest artifact of ``key`` says."""
    (found,) = latest(world.client, [key])
    return str(found.data)


def plan(world: World) -> Any:
    found = latest(world.client, [plan_key(world.reference)])
    return found[0] if found else None


def show_all(world: World, screens: Screens) -> int:
    shown = 0
    while some := screens.plans.show(world.client):
        shown += some
    return shown


def test_a_plan_follows_its_case_in_place(world: World, screens: Screens) -> None:
    world.intake("wmo_indication", director="regisseur.noord")
    world.settle()
    assert show_all(world, screens) == 1
    before = plan(world)
    assert world.reference in before.data
    assert f"/runs/flow-run/{world.run('wmo_indication').id}" in before.data
    assert "/deployments/deployment/" in before.data
    assert show_all(world, screens) == 0
    world.outcome("wmo_indication", "withdrawn")
    assert show_all(world, screens) == 1
    after = plan(world)
    assert after.latest_id == before.latest_id
    assert "cliënt ziet ervan af" in after.data


def test_a_new_day_changes_open_cases_only(world: World, screens: Screens) -> None:
    world.intake("wmo_indication")
    show_all(world, screens)
    world.clock.advance(days=1)
    assert show_all(world, screens) == 1
    world.outcome("wmo_indication", "withdrawn")
    world.app.cases.close(world.reference, by="regisseur-03")
    show_all(world, screens)
    world.clock.advance(days=1)
    assert show_all(world, screens) == 0


def test_what_prefect_lost_is_made_again(world: World, screens: Screens) -> None:
    world.intake("wmo_indication")
    show_all(world, screens)
    assert screens.plans.compare(world.client) == 0
    world.client.delete_artifact(plan(world).latest_id)
    assert screens.plans.compare(world.client) == 1
    assert show_all(world, screens) == 1
    assert plan(world) is not None


def test_the_lists_are_written_when_they_change(world: World, screens: Screens) -> None:
    world.intake("wmo_indication")
    show_all(world, screens)
    screens.lists.show(world.client)
    assert "Er is nu niets te laat" in text_of(world, LATE)
    assert world.reference in text_of(world, WEEK)
    world.clock.set("2026-11-12T09:00:00+00:00")
    world.app.time.tick_all()
    screens.lists.show(world.client)
    (late,) = latest(world.client, [LATE])
    assert "**7 dagen**" in text_of(world, LATE)
    assert f"/artifacts/artifact/{plan(world).latest_id}" in text_of(world, LATE)
    start = text_of(world, START)
    assert f"[Te laat](/artifacts/artifact/{late.latest_id})" in start
    assert f"[Traject starten](/deployments/deployment/{world.deployments.of_form('Traject starten')}/run" in start


def count(world: World) -> int:
    with world.app.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(t.announcement)).scalar_one())


def events_of(client: SyncPrefectClient, reference: str) -> list[dict[str, Any]]:
    wanted = {
        "filter": {"event": {"prefix": ["provisions."]}, "occurred": {"since": "2020-01-01T00:00:00Z"}},
        "limit": 50,
    }
    found = client.request("POST", "/events/filter", json=wanted).json()["events"]
    return [event for event in found if event["payload"]["reference"] == reference]


def test_each_fact_is_announced_once(world: World, config: Config) -> None:
    world.intake("emergency_shelter", director="regisseur.noord")
    world.settle()
    world.clock.advance(days=1)
    world.app.time.tick_all()
    world.outcome("emergency_shelter", "refused")
    world.outcome("emergency_shelter", "delivered")
    world.settle()
    events = Events(world.app.engine, config)
    assert events.announce(world.client) == 5
    assert (events.announce(world.client), count(world)) == (0, 0)
    wait_until(lambda: len(events_of(world.client, world.reference)) == 5, seconds=20)
    found = {event["event"]: event for event in events_of(world.client, world.reference)}
    assert set(found) == {f"provisions.{name}" for name in ("started", "overdue", "rung", "refused", "settled")}
    rung = found["provisions.rung"]
    assert rung["payload"] == {
        "reference": world.reference,
        "key": "emergency_shelter",
        "provision": "opvang",
        "municipality": "voorbeeldstad",
        "rung": "doorbraaktafel",
    }
    run = world.run("emergency_shelter").id
    assert rung["related"][0]["prefect.resource.id"] == f"prefect.flow-run.{run}"


def test_a_fact_of_another_round_says_which_one(world: World, config: Config) -> None:
    world.intake("id_document")
    world.outcome("id_document", "delivered")
    world.app.cases.again(world.reference, "id_document", reason="lost", by="regisseur-03")
    world.settle()
    assert Events(world.app.engine, config).announce(world.client) == 3
    wait_until(lambda: len(events_of(world.client, world.reference)) == 3, seconds=60)
    told = {
        (event["event"], event["payload"].get("round"), event["resource"]["prefect.resource.id"].rpartition(".")[2],
         event["resource"]["prefect.resource.name"])
        for event in events_of(world.client, world.reference)
    }  # fmt: skip
    first, second = f"Identiteitsbewijs · {world.reference}", f"Identiteitsbewijs (2) · {world.reference}"
    assert told == {
        ("provisions.started", None, "id_document", first),
        ("provisions.settled", None, "id_document", first),
        ("provisions.started", 2, "id_document#2", second),
    }


class Hook(BaseHTTPRequestHandler):
    """A municipality's own address that is called when something is late: keeps what it hears."""

    heard: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["content-length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def hook() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/te-laat"
    server.shutdown()
    server.server_close()
    Hook.heard.clear()


def test_the_automation_of_the_guide_for_team_leads_reacts(world: World, config: Config, hook: str) -> None:
    """docs/user/teamleider.md, "Een eigen automation": call an address of your own when something becomes late."""
    world.intake("wmo_indication")
    world.settle()
    block = UUID(str(Webhook(url=SecretStr(hook), allow_private_urls=True).save(f"te-laat-{uuid4().hex[:6]}")))
    automation = world.client.request(
        "POST",
        "/automations/",
        json={
            "name": f"Te laat in Voorbeeldstad {uuid4().hex[:6]}",
            "trigger": {
                "type": "event",
                "posture": "Reactive",
                "expect": ["provisions.overdue"],
                "match": {"provisions.municipality": "voorbeeldstad"},
                "for_each": ["prefect.resource.id"],
                "threshold": 1,
                "within": 0,
            },
            "actions": [
                {
                    "type": "call-webhook",
                    "block_document_id": str(block),
                    "payload": "{{ event.payload.provision }} van {{ event.payload.reference }} is te laat",
                }
            ],
        },
    ).json()
    try:
        world.clock.set("2026-11-12T09:00:00+00:00")
        world.app.time.tick_all()
        Events(world.app.engine, config).announce(world.client)
        wait_until(lambda: Hook.heard, seconds=30, what=lambda: "the automation did not call")
        assert f"Wmo-indicatie van {world.reference} is te laat" in Hook.heard[0]
    finally:
        world.client.request("DELETE", "/automations/{id}", path_params={"id": automation["id"]})
        world.client.delete_block_document(block)
