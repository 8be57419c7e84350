"""What ``flows/prefect/`` relies on, each reliance by itself, on a real server: what to read before Prefect is upgraded.

The numbers are those of the table in ``docs/decisions/0002``. Each test uses Prefect as we do and none of our use cases.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, StateType, TaskRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Completed, Pending, Running, Scheduled
from prefect.types import DateTime
from prefect.utilities.engine import emit_task_run_state_change_event

from flows.forms.fields import outcome_form
from flows.prefect import api, comparing, parking
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments, Plan
from flows.prefect.executor import execute
from flows.prefect.flow import flow_of
from flows.prefect.probe import NOT_BEGUN, PrefectProbe
from provisions.catalogue import Config
from provisions.domain.case import Status
from tests.conftest import free_port
from tests.flows.conftest import Rows, remove_runs, wait_until

DONE = {"outcome": "Geregeld", "by": "regisseur-03"}
BODY: dict[int, Callable[[], State[Any]]] = {}


def _body(number: int) -> State[Any]:
    """Wat deze run doet, zegt de test."""
    return BODY[number]()


@pytest.fixture
def deployments(client: SyncPrefectClient, rows: Rows) -> Any:
    flow = flow_of(_body, "Contract", "Alleen voor de tests.")
    found = Deployments({"contract": Plan("Contract", flow, "flows.entrypoints.contract")})
    found.register(client)
    yield found
    remove_runs(client, found, rows)
    for deployment in found.ids:
        client.delete_deployment(deployment)


class Runs:
    """Makes runs of one deployment, and executes them as the engine does."""

    def __init__(self, client: SyncPrefectClient, deployments: Deployments) -> None:
        self.client, self.deployments = client, deployments
        self.deployment = deployments.of_provision("contract")
        self.flow = deployments.flow(self.deployment)

    def make(
        self, body: Callable[[], State[Any]] = Completed, *, key: str | None = None, scheduled: bool = True
    ) -> FlowRun:
        number = len(BODY)
        BODY[number] = body
        assert self.deployment
        run, _ = api.create_run(
            self.client, self.deployment, parameters={"number": number}, name="Contract", tags=[],
            key=key or str(uuid4()), running=None, scheduled=scheduled,
        )  # fmt: skip
        return run

    def execute(self, run: FlowRun) -> FlowRun:
        assert self.flow
        execute(self.client, self.client.read_flow_run(run.id), self.flow)
        return self.client.read_flow_run(run.id)

    def state(self, run: FlowRun) -> tuple[str, StateType]:
        state = self.client.read_flow_run(run.id).state
        assert state
        return state.name or "", state.type


@pytest.fixture
def runs(client: SyncPrefectClient, deployments: Deployments) -> Runs:
    return Runs(client, deployments)


def parks(config: Config, line: int = 7) -> Callable[[], State[Any]]:
    form = outcome_form(config.catalogue.rule("id_document"), Status.WAITING)
    return lambda: parking.park("Wacht op loket", "tot 9 november", form=form, introduction="Uitkomst", line=line)


def test_1_a_run_parks_under_a_name_of_ours_without_a_timeout(runs: Runs, config: Config) -> None:
    parked = runs.execute(runs.make(parks(config)))
    assert parked.state
    assert (parked.state.name, parked.state.type) == ("Wacht op loket", StateType.PAUSED)
    assert parked.state.state_details.pause_timeout is None


def test_2_the_key_of_a_park_is_kept_with_the_run(runs: Runs, config: Config) -> None:
    run = runs.execute(runs.make(parks(config, line=4711)))
    seen: list[int | None] = []

    def look() -> State[Any]:
        seen.append(parking.last_line())
        return Completed()

    BODY[run.parameters["number"]] = look
    assert parking.wake(runs.client, run.id)
    runs.execute(run)
    assert seen == [4711]


def test_3_the_server_checks_the_form_and_keeps_the_answer_until_it_is_forgotten(runs: Runs, config: Config) -> None:
    run = runs.execute(runs.make(parks(config)))
    for wrong in (
        {},
        {"outcome": "Misschien", "by": "r-3"},
        {**DONE, "by": "Jan de Vries"},
        {**DONE, "extra": "tekst"},
    ):
        # The server's check of the form, as we have it say: not that there is no form at all.
        said = str(parking.resume(runs.client, run.id, wrong))
        assert "Er is niets vastgelegd" in said or "Validation failed" in said, wrong
    assert runs.state(run) == ("Wacht op loket", StateType.PAUSED)
    assert parking.resume(runs.client, run.id, DONE) is None
    given: list[Any] = []

    def take() -> State[Any]:
        for answer in parking.answers():
            given.append(answer.values)
            parking.forget(answer)
        assert not parking.answers()
        return Completed()

    BODY[run.parameters["number"]] = take
    runs.execute(run)
    assert [{name: values.get(name) for name in DONE} for values in given] == [DONE]


def test_4_a_parked_run_can_be_scheduled_by_force_or_claimed_as_running(runs: Runs, config: Config) -> None:
    first, second = (runs.execute(runs.make(parks(config))) for _ in range(2))
    assert parking.wake(runs.client, first.id)
    assert runs.state(first)[1] is StateType.SCHEDULED
    assert parking.claim(runs.client, second.id, 4711)
    assert parking.executing(runs.client.read_flow_run(second.id).state) == 4711


def test_5_pending_is_accepted_once(runs: Runs) -> None:
    run = runs.make()
    accepted = [
        runs.client.set_flow_run_state(run.id, Pending(message=f"motor {n}")).status is SetStateStatus.ACCEPT
        for n in range(2)
    ]
    assert accepted == [True, False]


def test_6_an_idempotency_key_makes_one_run_and_tells_whether_it_is_new(runs: Runs) -> None:
    assert runs.deployment
    key, told = str(uuid4()), []
    for _ in range(2):
        run, made = api.create_run(
            runs.client, runs.deployment, parameters={"number": 0}, name="Contract", tags=["een"], key=key,
            running="bij 7", scheduled=False,
        )  # fmt: skip
        told.append((run.id, made))
    assert [made for _, made in told] == [True, False]
    assert told[0][0] == told[1][0]
    assert runs.state(run)[1] is StateType.RUNNING
    with pytest.raises(api.DeploymentLostError):
        api.create_run(
            runs.client, uuid4(), parameters={}, name="x", tags=[], key=key, running=None, scheduled=True
        )  # fmt: skip


def test_7_one_event_is_a_task_run_with_a_moment_of_its_own_and_once(runs: Runs) -> None:
    at = datetime.now(UTC) - timedelta(days=20)

    def show() -> State[Any]:
        for _ in range(2):
            parking.show_step("Gevraagd", at=at, line=41)
        return Completed()

    run = runs.execute(runs.make(show))
    wait_until(lambda: steps(runs, run), seconds=90)
    (step,) = steps(runs, run)
    assert (step.name, step.start_time, step.state_name) == ("Gevraagd", at, "Completed")


def steps(runs: Runs, run: FlowRun) -> list[TaskRun]:
    return runs.client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id])))


def emit(line: int, at: datetime, *, happened: datetime) -> None:
    """The event of a step, with a moment for the event itself."""
    step = parking.step_of(parking.this_run(), f"Regel {line}", at=at, line=line)
    emit_task_run_state_change_event(step, None, Completed(timestamp=DateTime.instance(happened)))


def test_7_an_event_of_weeks_ago_is_recorded_as_well(runs: Runs) -> None:
    at = datetime.now(UTC) - timedelta(days=20)

    def show() -> State[Any]:
        emit(1, at, happened=at)
        return Completed()

    run = runs.execute(runs.make(show))
    wait_until(lambda: steps(runs, run), seconds=90)
    assert [(step.start_time, step.state.timestamp) for step in steps(runs, run) if step.state] == [(at, at)]


def test_7_two_events_of_a_step_with_one_moment_are_both_lost(runs: Runs) -> None:
    """Why the event of a step happens now. Should this fail one day, then Prefect has mended it, and nothing is wrong."""
    now = datetime.now(UTC)

    def show_twice() -> State[Any]:
        emit(1, now, happened=now)
        emit(1, now, happened=now)
        return Completed()

    def show_once() -> State[Any]:
        emit(1, now, happened=datetime.now(UTC))
        return Completed()

    lost = runs.execute(runs.make(show_twice))
    later: list[FlowRun] = []

    def one_is_recorded() -> bool:
        """What comes within the next seconds is tried, and dropped, with the two."""
        later.append(runs.execute(runs.make(show_once)))
        return any(steps(runs, run) for run in later)

    wait_until(one_is_recorded, seconds=120)
    assert steps(runs, lost) == []


def test_8_a_flow_runs_without_prefects_engine_and_ends_as_it_says(runs: Runs) -> None:
    seen: list[UUID] = []

    def ends() -> State[Any]:
        seen.append(parking.this_run().id)
        return Completed(name="Geregeld", message="op 9 november")

    run = runs.execute(runs.make(ends))
    assert seen == [run.id]
    assert run.state
    assert (run.state.name, run.state.message) == ("Geregeld", "op 9 november")


def test_9_all_of_prefect_in_a_thread_gets_the_one_client(prefect_server: object) -> None:
    assert prefect_server
    same: list[bool] = []

    def work() -> None:
        with prefect_thread() as mine:
            same.extend(get_client(sync_client=True) is mine for _ in range(2))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert same == [True, True]


def test_10_what_is_due_is_told_by_the_call_of_prefects_runner(runs: Runs) -> None:
    now, later = runs.make(), runs.make()
    runs.client.set_flow_run_state(
        later.id, Scheduled(scheduled_time=datetime.now(UTC) + timedelta(hours=1)), force=True
    )
    due = runs.client.get_scheduled_flow_runs_for_deployments(
        runs.deployments.ids, scheduled_before=datetime.now(UTC), limit=10
    )
    assert [run.id for run in due] == [now.id]


def test_11_counting_is_one_request(runs: Runs) -> None:
    assert api.count_deployments(runs.client, [*runs.deployments.ids, uuid4()]) == 1
    run = runs.make()
    runs.make(scheduled=False)
    assert api.count_living(runs.client, runs.deployments.ids) == 2
    api.cancel_run(runs.client, run.id, "Vervallen", "hoort nergens bij")
    assert api.count_living(runs.client, runs.deployments.ids) == 1
    assert len(list(api.each_run(runs.client, runs.deployments.ids, states=api.UNDER_WAY))) == 1
    assert set(api.runs_by_id(runs.client, [run.id, uuid4()])) == {run.id}


def test_11_the_probe_of_the_health_page_counts_what_is_due_and_not_begun(
    runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = PrefectProbe(runs.deployments)
    assert probe.not_begun() == 0
    late, _ = runs.make(), runs.make()
    overdue = datetime.now(UTC) - NOT_BEGUN - timedelta(seconds=1)
    runs.client.set_flow_run_state(late.id, Scheduled(scheduled_time=overdue), force=True)
    assert probe.not_begun() == 1
    probe.close()
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "admin:iets anders")
    assert PrefectProbe(runs.deployments).not_begun() is None
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port()}/api")
    assert PrefectProbe(runs.deployments).not_begun() is None


def test_12_an_artifact_is_written_in_place(client: SyncPrefectClient) -> None:
    key = f"contract-{uuid4().hex[:8]}"
    first = api.put_artifact(client, key, "kort", "een", None)
    assert api.put_artifact(client, key, "kort", "twee", first) == first
    (found,) = api.latest_artifacts(client, [key])
    assert (found.latest_id, found.data) == (first, "twee")
    assert api.count_artifacts(client, key) == 1
    for _ in range(2):
        api.delete_artifact(client, first)
    assert api.latest_artifacts(client, [key]) == []
    again = api.put_artifact(client, key, "kort", "drie", first)
    assert again != first
    api.delete_artifact(client, again)


def test_13_an_event_with_a_known_id_is_ignored(client: SyncPrefectClient) -> None:
    name = f"contract.{uuid4().hex[:8]}"  # not among our own, which other tests read
    event = {
        "id": str(uuid4()),
        "occurred": datetime.now(UTC).isoformat(),
        "event": name,
        "resource": {"prefect.resource.id": "provisions.contract"},
        "payload": {},
    }
    for _ in range(3):
        api.post_events(client, [event])

    def count() -> int:
        ever = {"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
        wanted = {"filter": {"event": {"name": [name]}, "occurred": ever}}
        return int(client.request("POST", "/events/filter", json=wanted).json()["total"])

    wait_until(count, seconds=60)
    assert count() == 1


def test_14_a_deployment_without_code_enforces_the_schema_of_its_flow(runs: Runs) -> None:
    assert runs.deployment
    with pytest.raises(PrefectHTTPStatusError) as refused:
        runs.client.create_flow_run_from_deployment(runs.deployment, parameters={"number": "geen getal"})
    assert refused.value.response.status_code in (409, 422)


def test_15_a_run_tells_its_states_and_when_each_began(runs: Runs, config: Config) -> None:
    """Only for parks of the version before 0.2."""
    run = runs.execute(runs.make(parks(config)))
    kinds = [
        state.type for state in sorted(runs.client.read_flow_run_states(run.id), key=lambda state: state.timestamp)
    ]
    assert kinds == [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED]


def test_17_when_a_run_was_changed_is_told_whatever_was_changed_and_can_not_be_chosen(
    runs: Runs, config: Config
) -> None:
    run = runs.execute(runs.make(parks(config)))
    seen = [comparing.shown(runs.client, [run.id])[run.id].changed]
    changes: list[Callable[[], Any]] = [
        lambda: runs.client.update_flow_run(run.id, name="Anders"),
        lambda: runs.client.update_flow_run(run.id, tags=["anders"]),
        lambda: runs.client.update_flow_run(run.id, parameters={"number": 1}),
        lambda: parking.wake(runs.client, run.id),
    ]
    for change in changes:
        change()
        seen.append(comparing.shown(runs.client, [run.id])[run.id].changed)
    assert len(set(seen)) == len(seen)
    told = {"updated": "2020-01-01T00:00:00Z"}
    with pytest.raises(PrefectHTTPStatusError) as refused:
        runs.client.request("PATCH", "/flow_runs/{id}", path_params={"id": run.id}, json=told)
    assert refused.value.response.status_code == 422


def test_17_a_parked_run_takes_no_variables_of_a_job(runs: Runs, config: Config) -> None:
    run = runs.execute(runs.make(parks(config)))
    with pytest.raises(PrefectHTTPStatusError):
        runs.client.update_flow_run(run.id, job_variables={"command": "id"}).raise_for_status()


def test_18_the_inputs_of_a_run_are_told_in_one_request_and_can_be_written_again(runs: Runs, config: Config) -> None:
    run = runs.execute(runs.make(parks(config)))
    shown = comparing.shown(runs.client, [run.id])[run.id]
    assert comparing.form_is_whole(runs.client, shown)
    runs.client.delete_flow_run_input(run.id, shown.keyset["schema"])
    assert not comparing.form_is_whole(runs.client, shown)
    form = outcome_form(config.catalogue.rule("id_document"), Status.WAITING)
    parking.write_form(runs.client, run.id, parking.ParkedForm(form, "Uitkomst"))
    assert comparing.form_is_whole(runs.client, shown)


def test_19_a_deployment_that_is_registered_again_is_whole_and_keeps_its_id(runs: Runs) -> None:
    assert runs.deployment
    assert runs.deployments.are_whole(runs.client)
    changed = {"paused": True, "pull_steps": [{"x": {}}], "job_variables": {"a": "b"}, "concurrency_limit": 1}
    runs.client.request("PATCH", "/deployments/{id}", path_params={"id": runs.deployment}, json=changed)
    assert not runs.deployments.are_whole(runs.client)
    before = runs.deployments.ids
    runs.deployments.register(runs.client)
    assert runs.deployments.are_whole(runs.client)
    assert runs.deployments.ids == before


def test_16_a_run_is_executed_again_later_by_proposing_scheduled(runs: Runs) -> None:
    run = runs.execute(runs.make(lambda: parking.try_again_later("Straks", "even geduld", seconds=60)))
    assert runs.state(run) == ("Straks", StateType.SCHEDULED)
    runs.client.set_flow_run_state(run.id, Running(), force=True)
