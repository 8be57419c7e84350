"""On a real Prefect: plans and lists follow the database, events are announced once, and an automation reacts to them."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent
from threading import Thread
from typing import Any, ClassVar

import pytest
from prefect.client.orchestration import SyncPrefectClient
from sqlalchemy import func, select

from flows.mirror.artifacts import START, Screens, plan_key
from flows.mirror.events import Events
from flows.prefect import strangers
from flows.prefect.api import latest_artifacts as latest
from provisions.catalogue import Config, load
from provisions.domain.tags import LATE_LIST as LATE
from provisions.domain.tags import WEEK_LIST as WEEK
from provisions.settings import PROJECT
from provisions.store import tables as t
from tests.builders import typed
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
    world.app.cases.close(world.reference, by=typed("regisseur-03"))
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


def test_a_plan_is_of_a_run_of_its_case_so_that_its_municipality_sees_it(world: World, screens: Screens) -> None:
    world.intake("wmo_indication")
    show_all(world, screens)
    assert plan(world).flow_run_id is None, "there was no run yet"
    assert screens.plans.compare(world.client) == 0
    world.settle()
    assert screens.plans.compare(world.client) == 1
    show_all(world, screens)
    assert plan(world).flow_run_id == world.run("wmo_indication").id
    assert screens.plans.compare(world.client) == 0


def test_a_case_that_moved_is_found_by_its_municipality_with_all_its_runs_and_its_plan(
    world: World, screens: Screens
) -> None:
    world.intake("wmo_indication", "advance_payment")
    world.settle()
    world.outcome("advance_payment", "delivered")
    world.settle()
    show_all(world, screens)
    world.app.cases.transfer(world.reference, "havenmeer", by=typed("regisseur-03"))
    world.settle()
    assert screens.plans.tag_anew(world.client) == 0, "until it is taken over it is of the one before"
    world.app.cases.accept(world.reference, by=typed("regisseur-04"))
    world.settle()
    assert screens.plans.tag_anew(world.client) == 1
    runs = [run for run in world.tagged("havenmeer") if run.name.endswith(world.reference)]
    assert len(runs) == 3, "what ended before, what was handed over, and what goes on"
    assert [run for run in world.tagged("voorbeeldstad") if run.name.endswith(world.reference)] == []
    assert {"voorschot", "voorziening"} <= set(next(run for run in runs if run.name.startswith("Voorschot")).tags)
    show_all(world, screens)
    assert plan(world).flow_run_id in {run.id for run in runs}
    assert screens.plans.tag_anew(world.client) == 0, "once"


PLAN_FAKES: dict[str, Callable[[World, Any], None]] = {
    "text": lambda world, artifact: change(world, artifact, data="Bel 06-12345678"),
    "summary": lambda world, artifact: change(world, artifact, description="Bel 06-12345678"),
    "another above it": lambda world, artifact: above(world, artifact.key, "markdown"),
    "one of another kind above it": lambda world, artifact: above(world, artifact.key, "link"),
}


def change(world: World, artifact: Any, **content: str) -> None:
    ident = {"id": artifact.latest_id}
    world.client.request("PATCH", "/artifacts/{id}", path_params=ident, json=content)


def above(world: World, key: str, kind: str) -> None:
    """Somebody makes an artifact under the key of ours."""
    world.client.request("POST", "/artifacts/", json={"key": key, "type": kind, "data": "Bel 06-12345678"})


@pytest.mark.parametrize("fake", PLAN_FAKES)
def test_a_plan_that_was_changed_is_put_right(world: World, screens: Screens, fake: str) -> None:
    world.intake("wmo_indication")
    show_all(world, screens)
    before = plan(world)
    PLAN_FAKES[fake](world, before)
    assert screens.plans.compare(world.client) == 1
    assert show_all(world, screens) == 1
    after = plan(world)
    assert (after.latest_id, after.type) == (before.latest_id, before.type)
    assert (after.data, after.description) == (before.data, before.description)
    assert screens.plans.compare(world.client) == 0


@pytest.mark.parametrize("fake", PLAN_FAKES)
@pytest.mark.parametrize("key", [LATE, WEEK, START])
def test_a_list_that_was_changed_is_put_right(world: World, screens: Screens, key: str, fake: str) -> None:
    world.intake("wmo_indication")
    screens.lists.show(world.client)
    (before,) = latest(world.client, [key])
    PLAN_FAKES[fake](world, before)
    screens.lists.show(world.client)
    (after,) = latest(world.client, [key])
    assert (after.data, after.description, after.type) == (before.data, before.description, "markdown")


def test_the_text_of_plans_is_compared_some_at_a_time(
    world: World, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.mirror.artifacts.CONTENTS", 1)
    first = world.reference
    world.intake("wmo_indication")
    world.reference = f"{first[:-4]}9{first[-3:]}"
    world.intake("wmo_indication")
    show_all(world, screens)
    change(world, plan(world), data="Iets anders")
    found = [screens.plans.compare(world.client) for _ in range(3)]
    assert sorted(found[:2]) == [0, 1], "one at a time, whichever comes first"
    assert found[2] == 0
    assert show_all(world, screens) == 1


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
    related = {(one["prefect.resource.role"], one["prefect.resource.id"]) for one in rung["related"]}
    assert related == {("flow-run", f"prefect.flow-run.{run}"), ("tag", "prefect.tag.voorbeeldstad")}


def test_a_fact_of_another_round_says_which_one(world: World, config: Config) -> None:
    world.intake("id_document")
    world.outcome("id_document", "delivered")
    world.app.cases.again(world.reference, "id_document", reason="lost", by=typed("regisseur-03"))
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


def test_the_automation_of_the_guide_for_team_leads_reacts(
    world: World, config: Config, hook: str, tmp_path: Path
) -> None:
    """docs/user/teamleider.md, "Een eigen automation": call an address of your own when something becomes late."""
    (wanted,) = load(guided(tmp_path)).automations
    world.intake("wmo_indication")
    world.settle()
    try:
        strangers.remove(world.client, world.deployments, [replace(wanted, webhook=hook)])
        world.clock.set("2026-11-12T09:00:00+00:00")
        world.app.time.tick_all()
        Events(world.app.engine, config).announce(world.client)
        wait_until(lambda: Hook.heard, seconds=30, what=lambda: "the automation did not call")
        assert f"Wmo-indicatie van {world.reference} is te laat" in Hook.heard[0]
    finally:
        strangers.remove(world.client, world.deployments, [])


def guided(folder: Path) -> Path:
    """The configuration with the example of the guide."""
    for file in (PROJECT / "config").glob("*.toml"):
        shutil.copy(file, folder)
    guide = (PROJECT / "docs" / "user" / "teamleider.md").read_text("utf-8")
    example = guide[guide.index("    hosts = [") :].partition("\nAlleen machines")[0]
    (folder / "prefect.toml").write_text(dedent(example), "utf-8")
    return folder
