"""What somebody with the API may change in Prefect of what is ours: each is found and put right, on a real Prefect."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.blocks.webhook import Webhook
from prefect.client.schemas.actions import VariableCreate, WorkPoolCreate
from prefect.client.schemas.objects import State, StateDetails, StateType
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled, Completed, Failed, Scheduled
from pydantic import SecretStr

from flows.mirror import put_right
from flows.mirror.put_right import RunComparison
from flows.mirror.reconciler import Reconciler
from flows.prefect import comparing, parking, strangers
from flows.prefect.automations import blocks_of
from flows.prefect.deployments import Deployments, Plan
from flows.prefect.installation import VARIABLE
from flows.prefect.pool import Pool
from flows.weekly_report import deployment_spec
from provisions.catalogue.automations import Automation, EventName
from provisions.catalogue.pool import PoolRule
from provisions.domain.tags import PROVISION
from provisions.store import put_right as store
from tests.flows.conftest import World

KEY = "advance_payment"


def patch(world: World, what: str, ident: object, **content: Any) -> None:
    world.client.request("PATCH", f"/{what}/{ident}", json=content)  # type: ignore[arg-type]


def face(world: World) -> tuple[Any, ...]:
    """What people see of the run, and what is hidden below it."""
    run = world.run(KEY)
    assert run.state
    return (
        run.name,
        sorted(run.tags),
        run.parameters,
        run.job_variables,
        run.state.type,
        run.state.name,
        run.state.message,
    )


def inputs(world: World, run: UUID) -> dict[str, str]:
    answer = world.client.request(
        "POST", "/flow_runs/{id}/input/filter", path_params={"id": run}, json={"prefix": "", "limit": 50}
    )
    return {one["key"]: one["value"] for one in answer.json()}


def paused(world: World, **changed: Any) -> None:
    """Somebody parks the run again as it is, but for what is ``changed``."""
    state = world.run(KEY).state
    assert state
    said = {"name": state.name, "message": state.message, "state_details": state.state_details, **changed}
    world.client.set_flow_run_state(world.run(KEY).id, State(type=StateType.PAUSED, **said), force=True)


def details(world: World, **changed: Any) -> StateDetails:
    state = world.run(KEY).state
    assert state
    return state.state_details.model_copy(update=changed)


FAKES: dict[str, Callable[[World], None]] = {
    "name": lambda world: patch(world, "flow_runs", world.run(KEY).id, name="Jan de Vries"),
    "tags taken away": lambda world: patch(world, "flow_runs", world.run(KEY).id, tags=[]),
    "tag of another municipality": lambda world: patch(world, "flow_runs", world.run(KEY).id, tags=["havenmeer", "voorziening"]),
    "parameters": lambda world: patch(world, "flow_runs", world.run(KEY).id, parameters={"provision": 4711}),
    "variables of a job": lambda world: scheduled_with(world, {"command": "sh -c id"}),
    "completed": lambda world: force(world, Completed(name="Geregeld")),
    "cancelled": lambda world: force(world, Cancelled()),
    "failed": lambda world: force(world, Failed(message="mislukt")),
    "name of the state": lambda world: paused(world, name="Te laat"),
    "message": lambda world: paused(world, message="Bel 06-12345678"),
    "message as of a refusal": lambda world: paused(world, message=f"Niet vastgelegd: bel\n\n{message(world)}"),
    "form of another key": lambda world: paused(
        world, state_details=details(world, run_input_keyset={"schema": "x", "description": "y", "response": "z"})
    ),
}  # fmt: skip


def scheduled_with(world: World, variables: dict[str, str]) -> None:
    """Only a run that is scheduled takes them; then it is parked as it was."""
    parked = world.run(KEY).state
    assert parked
    force(world, Scheduled())
    patch(world, "flow_runs", world.run(KEY).id, job_variables=variables)
    force(world, parked)


def force(world: World, state: State[Any]) -> None:
    world.client.set_flow_run_state(world.run(KEY).id, state, force=True)


def message(world: World) -> str:
    state = world.run(KEY).state
    return (state.message if state else None) or ""


@pytest.fixture
def waiting(world: World) -> World:
    world.intake(KEY)
    world.settle()
    return world


@pytest.mark.parametrize(
    "fake", [*FAKES, "tags taken away, before the engine started", "message, before the engine started"]
)
def test_what_was_changed_of_a_run_is_put_right(waiting: World, fake: str) -> None:
    before = face(waiting)
    comparison = RunComparison(waiting.app, waiting.deployments)
    fake, _, later = fake.partition(", before")
    if not later:
        assert comparison.look(waiting.client) == 0
    FAKES[fake](waiting)
    assert face(waiting) != before or fake.startswith("form")
    assert comparison.look(waiting.client) == 1
    waiting.settle()
    assert face(waiting) == before
    assert comparison.look(waiting.client) == 0
    refused = parking.resume(waiting.client, waiting.run(KEY).id, {"outcome": "Geregeld", "by": "regisseur-03"})
    assert refused is None, "its form works"
    waiting.settle()
    assert waiting.provision(KEY)["status"] == "delivered"


@pytest.mark.parametrize("kind", ["formulier-", "toelichting-"])
@pytest.mark.parametrize("instead", [json.dumps({"title": "Iets anders"}), None], ids=["another", "taken away"])
def test_a_form_that_was_changed_is_written_anew_within_twelve_looks(
    waiting: World, kind: str, instead: str | None
) -> None:
    run = waiting.run(KEY).id
    before = inputs(waiting, run)
    key = next(key for key in before if key.startswith(kind))
    waiting.client.delete_flow_run_input(run, key)
    if instead is not None:
        waiting.client.create_flow_run_input(run, key, instead)
    comparison = RunComparison(waiting.app, waiting.deployments)
    assert sum(comparison.look(waiting.client) for _ in range(put_right.FORM_EVERY)) == 1
    assert inputs(waiting, run) == before


def test_a_run_that_is_right_is_not_touched(waiting: World) -> None:
    """Late for more days than when it was parked; refused a moment ago."""
    comparison = RunComparison(waiting.app, waiting.deployments)
    waiting.clock.advance(days=30)
    waiting.settle()
    waiting.clock.advance(days=3)
    waiting.settle()
    assert waiting.state(KEY) == ("Te laat", "PAUSED")
    run = waiting.run(KEY)
    assert [comparison.look(waiting.client) for _ in range(3)] == [0, 0, 0]
    assert waiting.run(KEY).updated == run.updated
    wrong = {"outcome": "Geregeld", "by": "regisseur-03", "on": "2027-12-01"}
    assert parking.resume(waiting.client, run.id, wrong) is None
    waiting.settle()
    assert message(waiting).startswith("Niet vastgelegd: ")
    assert comparison.look(waiting.client) == 0


def test_all_runs_have_their_turn_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put_right, "PAGE", 2)
    world.intake(KEY, "wmo_indication", "id_document", "emergency_shelter")
    world.settle()
    for run in (world.run(KEY), world.run("emergency_shelter")):
        patch(world, "flow_runs", run.id, name="Iemand")
    comparison = RunComparison(world.app, world.deployments)
    assert sum(comparison.look(world.client, pages=1) for _ in range(3)) == 2
    assert {world.run(key).name for key in (KEY, "emergency_shelter")} == {
        f"Voorschot · {world.reference}",
        f"Opvang · {world.reference}",
    }


def test_a_run_whose_deployment_is_gone_is_replaced(waiting: World) -> None:
    deployment = waiting.deployments.of_provision(KEY)
    assert deployment
    first = waiting.run(KEY).id
    waiting.client.delete_deployment(deployment)
    mine = reconciler(waiting)
    assert mine.put_right(waiting.client) >= 1
    mine.put_right(waiting.client)
    waiting.settle()
    assert waiting.run(KEY).id != first
    assert waiting.state(KEY) == ("Wacht op loket", "PAUSED")


def reconciler(world: World) -> Reconciler:
    return Reconciler(world.app, world.deployments, living=set, changed=lambda: None)


OF_DEPLOYMENT: dict[str, dict[str, Any]] = {
    "paused": {"paused": True},
    "tags": {"tags": []},
    "schema": {"parameter_openapi_schema": {"type": "object", "properties": {"naam": {"type": "string"}}}},
    "schema not enforced": {"enforce_parameter_schema": False},
    "parameters": {"enforce_parameter_schema": False, "parameters": {"provision": 1}},
    "code": {"entrypoint": "kwaad.py:flow", "path": "/elders"},
    "steps before it": {"pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": "id"}}]},
    "variables of a job": {"job_variables": {"command": "sh -c id"}},
    "description": {"description": "Bel 06-12345678"},
    "limit": {"concurrency_limit": 1},
    "schedule": {"schedules": [{"schedule": {"cron": "* * * * *", "timezone": "UTC"}, "active": True}]},
}


@pytest.mark.parametrize("fake", OF_DEPLOYMENT)
def test_what_was_changed_of_a_deployment_is_put_right(world: World, fake: str) -> None:
    mine = reconciler(world)
    assert mine.put_right(world.client) == 0
    deployment = world.deployments.of_provision(KEY)
    assert deployment
    before = content(world, deployment)
    if fake == "schedule":
        wanted = OF_DEPLOYMENT[fake]["schedules"]
        world.client.request(
            "POST", "/deployments/{id}/schedules", path_params={"id": deployment}, json=wanted
        )  # fmt: skip
    else:
        patch(world, "deployments", deployment, **OF_DEPLOYMENT[fake])
    assert content(world, deployment) != before
    assert mine.put_right(world.client) == 1
    assert content(world, deployment) == before
    assert mine.put_right(world.client) == 0


def content(world: World, deployment: UUID) -> dict[str, Any]:
    found = world.client.request("GET", "/deployments/{id}", path_params={"id": deployment}).json()
    changing = {"updated", "status", "last_polled", "updated_by"}
    return {name: value for name, value in found.items() if name not in changing}


@pytest.mark.parametrize("fake", ["paused", "another time", "taken away"])
def test_the_time_of_the_weekly_report_is_put_right(world: World, fake: str) -> None:
    report: Plan = deployment_spec()
    deployments = Deployments({}, (report,))
    deployments.register(world.client)
    (deployment,) = deployments.ids
    (schedule,) = world.client.read_deployment_schedules(deployment)
    path = f"/deployments/{deployment}/schedules/{schedule.id}"
    try:
        if fake == "taken away":
            world.client.request("DELETE", path)  # type: ignore[arg-type]
        elif fake == "paused":
            world.client.request("PATCH", path, json={"active": False})  # type: ignore[arg-type]
        else:
            other = {"schedule": {"cron": "0 3 * * *", "timezone": "UTC"}, "active": True}
            world.client.request("PATCH", path, json=other)  # type: ignore[arg-type]
        assert not deployments.are_whole(world.client)
        deployments.register(world.client)
        assert deployments.are_whole(world.client)
        (now,) = world.client.read_deployment_schedules(deployment)
        assert (now.schedule, now.active) == (schedule.schedule, True)
    finally:
        world.client.delete_deployment(deployment)


POOL = "gemeenten"
STARTS_SOMETHING = {"job_configuration": {"command": "sh -c id"}, "variables": {"properties": {}}}
OF_POOL: dict[str, Callable[[World], None]] = {
    "a command": lambda world: patch(
        world,
        "work_pools",
        POOL,
        base_job_template={"job_configuration": {"command": "sh -c id"}, "variables": {"properties": {}}},
    ),
    "no template": lambda world: patch(world, "work_pools", POOL, base_job_template={}),
    "paused": lambda world: patch(world, "work_pools", POOL, is_paused=True),
    "nothing at a time": lambda world: patch(world, "work_pools", POOL, concurrency_limit=0),
    "its queue paused": lambda world: patch(world, "work_pools", f"{POOL}/queues/default", is_paused=True),
    "nothing from its queue": lambda world: patch(world, "work_pools", f"{POOL}/queues/default", concurrency_limit=0),
    "gone": lambda world: world.client.delete_work_pool(POOL),
}


def test_what_was_changed_of_the_work_pool_is_put_right(world: World) -> None:
    """The template says what a worker starts on its machine: a command in it is code of somebody else."""
    deployments = Deployments({}, pool=Pool(POOL))
    deployments.register(world.client)
    try:
        right = world.client.read_work_pool(POOL)
        assert right.base_job_template["job_configuration"]["command"] == "{{ command }}"
        for fake, change in OF_POOL.items():
            assert deployments.are_whole(world.client), fake
            change(world)
            assert not deployments.are_whole(world.client), fake
            deployments.register(world.client)
        assert deployments.are_whole(world.client)
        now = world.client.read_work_pool(POOL)
        assert (now.base_job_template, now.is_paused, now.concurrency_limit) == (right.base_job_template, False, None)
    finally:
        world.client.delete_work_pool(POOL)


def test_a_pool_has_the_template_and_limit_of_the_configuration(world: World) -> None:
    """For a pool of another kind it is known from nowhere else: without it nobody says what is right."""
    template = {
        "job_configuration": {"image": "{{ image }}"},
        "variables": {"properties": {"image": {"default": "ons"}}},
    }
    made = WorkPoolCreate(
        name=POOL, type="kubernetes", base_job_template={**template, "job_configuration": {"image": "kwaad"}}
    )
    world.client.create_work_pool(made)
    try:
        owners = Pool(POOL)
        owners.put_right(world.client)
        assert owners.is_whole(world.client)
        ours = Pool(POOL, PoolRule(template, 4))
        assert not ours.is_whole(world.client)
        ours.put_right(world.client)
        assert ours.is_whole(world.client)
        now = world.client.read_work_pool(POOL)
        assert (now.type, now.base_job_template, now.concurrency_limit) == ("kubernetes", template, 4)
    finally:
        world.client.delete_work_pool(POOL)


def test_a_look_at_runs_that_are_right_asks_once_a_page(waiting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = RunComparison(waiting.app, waiting.deployments)
    comparison.look(waiting.client)
    asked: list[Any] = []
    whole = waiting.app.run_views.several

    def several(ids: Any) -> Any:
        asked.append(list(ids))
        return whole(ids)

    monkeypatch.setattr(waiting.app.run_views, "several", several)
    number = waiting.app.runs.settled(0, 1)[0].provision_id
    looks = put_right.FORM_EVERY * 2
    for _ in range(looks):
        comparison.look(waiting.client)
    assert [ids for ids in asked if ids] == [[number]] * 2, "only when its form has its turn"


def test_when_a_run_was_changed_is_told_and_can_not_be_chosen(waiting: World) -> None:
    run = waiting.run(KEY).id
    before = comparing.shown(waiting.client, [run])[run]
    patch(waiting, "flow_runs", run, name=before.name)
    assert comparing.shown(waiting.client, [run])[run].changed != before.changed
    with pytest.raises(PrefectHTTPStatusError):
        patch(waiting, "flow_runs", run, updated="2020-01-01T00:00:00Z")


# --- what is not ours -------------------------------------------------------------------------------------------------


def made(world: World, path: str, **content: Any) -> str:
    answer = world.client.request("POST", f"/{path}/", json=content)  # type: ignore[arg-type]
    return str(answer.json()["id"])


def a_block(world: World) -> str:
    assert world.client, "the block is saved by the client of this thread"
    return str(Webhook(url=SecretStr("https://elders.example/haak")).save(f"vreemd-{uuid4().hex[:6]}"))


def an_automation(world: World) -> str:
    calls = {"type": "call-webhook", "block_document_id": a_block(world), "payload": "{{ event.payload }}"}
    return made(world, "automations", name="Alles naar buiten", trigger=TRIGGER, actions=[calls])


def a_deployment(world: World) -> str:
    flow = world.client.create_flow_from_name("Kwaad")
    return made(world, "deployments", name="Kwaad", flow_id=str(flow), entrypoint="kwaad.py:flow")


TRIGGER = {"type": "event", "posture": "Reactive", "expect": ["provisions.*"], "threshold": 1, "within": 0}
STRANGERS: dict[str, tuple[str, Callable[[World], str]]] = {
    "automation": ("automations", an_automation),
    "block": ("block_documents", a_block),
    "variable": ("variables", lambda world: made(world, "variables", name=f"v{uuid4().hex[:6]}", value="x")),
    "deployment": ("deployments", a_deployment),
    "concurrency limit": (
        "v2/concurrency_limits",
        lambda world: made(world, "v2/concurrency_limits", name=f"l{uuid4().hex[:6]}", limit=1),
    ),
    "limit of a tag": (
        "concurrency_limits",
        lambda world: made(world, "concurrency_limits", tag=PROVISION, concurrency_limit=1),
    ),
    "work pool": ("work_pools", lambda world: made(world, "work_pools", name=f"p{uuid4().hex[:6]}", type="process")),
}


def listed(world: World, path: str) -> set[str]:
    found = world.client.request("POST", f"/{path}/filter", json={"limit": 200}).json()  # type: ignore[arg-type]
    return {one["id"] for one in found}


@pytest.mark.parametrize("kind", STRANGERS)
def test_what_is_not_ours_is_removed_and_told(world: World, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    mine = reconciler(world)
    mine.put_right(world.client)
    path, make = STRANGERS[kind]
    stranger = make(world)
    assert stranger in listed(world, path)
    caplog.clear()
    assert mine.put_right(world.client) >= 1
    assert stranger not in listed(world, path)
    assert "niet van ons" in caplog.text
    with world.app.engine.connect() as connection:
        assert store.read(connection) is not None
    assert mine.put_right(world.client) == 0


def test_our_own_variable_and_deployments_stay(world: World) -> None:
    with suppress(ObjectNotFound):
        world.client.delete_variable_by_name(VARIABLE)
    world.client.create_variable(VariableCreate(name=VARIABLE, value="een"))
    reconciler(world).put_right(world.client)
    assert world.client.read_variable_by_name(VARIABLE) is not None
    assert {str(one) for one in world.deployments.ids} <= listed(world, "deployments")
    world.client.delete_variable_by_name(VARIABLE)


LATE = Automation(
    "te-laat", EventName.OVERDUE, "https://chat.voorbeeldstad.example/haak", "{provision} is te laat", "voorbeeldstad"
)  # fmt: skip
OF_AUTOMATION: dict[str, Callable[[World, str, str], None]] = {
    "disabled": lambda world, one, _: patch(world, "automations", one, enabled=False),
    "taken away": lambda world, one, _: delete(world, "automations", one),
    "another address": lambda world, _, block: patch(
        world, "block_documents", block, data={"url": "https://elders.example/haak"}
    ),
    "more than its text": lambda world, one, block: changed(
        world, one, actions=[{"type": "call-webhook", "block_document_id": block, "payload": "{{ event }}"}]
    ),
    "of every municipality": lambda world, one, _: changed(world, one, trigger=TRIGGER),
    "block taken away": lambda world, _, block: delete(world, "block_documents", block),
}


def delete(world: World, what: str, ident: str) -> None:
    world.client.request("DELETE", f"/{what}/{ident}")  # type: ignore[arg-type]


def changed(world: World, ident: str, **content: Any) -> None:
    found = world.client.request("GET", f"/automations/{ident}").json()  # type: ignore[arg-type]
    kept = {name: value for name, value in found.items() if name not in ("id", "created", "updated")}
    world.client.request("PUT", f"/automations/{ident}", json=kept | content)  # type: ignore[arg-type]


@pytest.mark.parametrize("fake", OF_AUTOMATION)
def test_an_automation_of_the_configuration_is_made_and_kept(world: World, fake: str) -> None:
    assert strangers.remove(world.client, world.deployments, [LATE]) == {}
    ((one, block),) = automations(world)
    assert strangers.remove(world.client, world.deployments, [LATE]) == {}
    assert automations(world) == [(one, block)], "nothing is made twice"
    OF_AUTOMATION[fake](world, one, block)
    strangers.remove(world.client, world.deployments, [LATE])
    ((again, block),) = automations(world)
    found = world.client.request("GET", "/automations/{id}", path_params={"id": again}).json()
    assert found["enabled"]
    assert found["trigger"]["match"] == {"provisions.municipality": "voorbeeldstad"}
    assert [action["payload"] for action in found["actions"]] == ["{{ event.payload.provision }} is te laat"]
    (kept,) = blocks_of(world.client)
    assert (kept["id"], kept["data"]["url"]) == (block, LATE.webhook)
    strangers.remove(world.client, world.deployments, [])
    assert (automations(world), blocks_of(world.client)) == ([], [])


def automations(world: World) -> list[tuple[str, str]]:
    """The automations in Prefect, each with its block."""
    found = world.client.request("POST", "/automations/filter", json={"limit": 200}).json()
    return [(one["id"], one["actions"][0]["block_document_id"]) for one in found]


def test_a_look_at_many_is_done_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what an engine left is not waited for; the next look begins five minutes later."""
    monkeypatch.setattr(put_right, "PAGE", 1)
    first = world.reference
    for reference in (f"{first[:-4]}8{first[-3:]}", first):
        world.reference = reference
        world.intake(KEY, "wmo_indication", "id_document", "emergency_shelter")
    world.settle()
    mine = reconciler(world)
    assert len(world.app.runs.settled(0, 100)) > put_right.AT_ONCE
    patch(world, "flow_runs", world.app.runs.settled(0, 100)[-1].flow_run, name="Iemand")
    mine._next = mine._next_whole = float("inf")
    mine.put_right(world.client)
    while mine._pages:
        assert mine._turn() == (0.0 if mine._pages else float("inf"))
    names = {run.name for run in world.tagged(PROVISION)}
    assert "Iemand" not in names
