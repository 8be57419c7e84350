"""The engine with all its threads, and what it repairs: on a real Prefect server and PostgreSQL."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import prefect.context
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.context import root_settings_context
from prefect.exceptions import ObjectNotFound
from prefect.states import Running, Scheduled
from sqlalchemy import Engine as Database

from flows.engine import Engine
from flows.forms.catalogue import form_plans
from flows.mirror.reconciler import Reconciler
from flows.mirror.runs import RunMirror
from flows.prefect import parking
from flows.prefect.client import prefect_thread
from flows.prefect.executor import Executor
from flows.prefect.installation import VARIABLE
from provisions.app import App
from provisions.catalogue import Config
from provisions.domain.tags import PROVISION
from provisions.settings import Settings
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock
from tests.flows.conftest import Rows, World, delete_run, wait_until


class NoPost:
    """A fake outbox: nothing to deliver."""

    def deliver_due(self) -> int:
        return 0

    def next_try(self) -> datetime | None:
        return None


@contextmanager
def running_engine(settings: Settings, app: App) -> Iterator[Engine]:
    with prefect_thread() as client, suppress(ObjectNotFound):
        client.delete_variable_by_name(VARIABLE)  # the tests share a Prefect, and each has a database of its own
    engine = Engine(settings, app, outbox=NoPost())
    engine.start()
    try:
        yield engine
    finally:
        engine.stop()


def reconciler(world: World, living: Iterable[int] = ()) -> Reconciler:
    return Reconciler(world.app, world.deployments, living=lambda: set(living), changed=lambda: None)


def test_the_engine_takes_a_client_in_and_follows_the_clock(world: World, prefect_server: Settings) -> None:
    with running_engine(prefect_server, world.app):
        world.intake("id_document", "postal_address", "advance_payment")
        for key in ("id_document", "advance_payment"):
            wait_until(lambda key=key: parked(world, key, "Wacht op loket"), seconds=20)
        world.clock.set("2026-11-09T23:00:01+00:00")
        world.outcome("id_document", "delivered", date(2026, 11, 6))  # a notification: the clock looks at the time
        wait_until(lambda: ended(world, "id_document", "Geregeld"), seconds=20)
        wait_until(lambda: parked(world, "advance_payment", "Te laat"), seconds=20)
        # Started on Friday the sixth, when the card was there: due on the tenth, today.
        wait_until(lambda: parked(world, "postal_address", "Wacht op loket"), seconds=20)
        assert (
            parking.resume(world.client, run_of(world, "advance_payment"), {"outcome": "Geregeld", "by": "r-3"}) is None
        )
        wait_until(lambda: ended(world, "advance_payment", "Geregeld"), seconds=20)
        assert world.tagged("te-laat") == []


def test_two_engines_make_one_run_of_each_provision(world: World, prefect_server: Settings) -> None:
    def theirs() -> list[FlowRun]:
        # An engine of the test before, still stopping, may just have made one of its own again.
        return [run for run in world.tagged("voorschot") if "TR-2026-09" in run.name]

    with (
        running_engine(prefect_server, world.app),
        running_engine(prefect_server, world.app),
    ):
        for number in range(900, 912):
            world.app.cases.intake(
                IntakeRequest(f"TR-2026-{number:04}", "voluntary", ["advance_payment"]), by=typed("regisseur-03")
            )
        wait_until(
            lambda: len(theirs()) == 12 and not world.app.runs.stale(),
            seconds=40,
            what=lambda: f"{len(theirs())} runs, {len(world.app.runs.stale())} to be brought up to date",
        )
        wait_until(
            lambda: all(run.state and run.state.is_paused() for run in theirs()),
            seconds=40,
            what=lambda: [run.state for run in theirs()],
        )
    assert len(theirs()) == 12


def test_a_run_is_made_and_executed_once_however_many_look_after_it(world: World) -> None:
    world.intake("id_document", "advance_payment", "wmo_indication", "special_assistance", "day_activity")
    executed: list[UUID] = []
    both = [RunMirror(world.app, world.deployments, lambda: None, lambda run: executed.append(run.id)) for _ in "ab"]
    before, together = world.app.runs.stale(), threading.Barrier(2)

    def shows(mirror: RunMirror) -> None:
        with prefect_thread() as client:
            together.wait(20)
            mirror.apply(client, before)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(shows, both))
    # What one of them knew is of before the other made its run: it is read again once nobody else looks after it.
    assert [mirror.apply(world.client, before) for mirror in both] == [0, 0]
    runs = [run.id for run in world.tagged(PROVISION) if run.name.endswith(world.reference)]
    assert len(runs) == len(before) == 5
    assert sorted(executed) == sorted(runs)


def test_what_ended_before_it_was_noted_is_not_made_again(world: World) -> None:
    world.intake("id_document")
    (one,) = world.app.runs.stale()
    world.settle()
    run = run_of(world, "id_document")
    world.outcome("id_document", "delivered")
    world.settle()
    # As if the engine that made the run was gone before it could note it.
    world.app.runs.observe(one.provision_id, one.generation, None)
    world.settle()
    assert run_of(world, "id_document") == run
    assert len([found for found in world.tagged(PROVISION) if found.name.endswith(world.reference)]) == 1


def test_a_run_that_a_dead_executor_left_is_executed_again(world: World) -> None:
    world.intake("id_document")
    world.settle()
    run = run_of(world, "id_document")
    world.client.set_flow_run_state(run, Running(), force=True)
    assert reconciler(world).reschedule_abandoned(world.client, timedelta(minutes=5)) == 0
    assert reconciler(world).reschedule_abandoned(world.client, timedelta(0)) == 1
    world.settle()
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_a_run_of_an_engine_that_is_gone_is_executed_again_at_once(world: World) -> None:
    world.intake("id_document")
    world.settle()
    run = run_of(world, "id_document")
    world.client.set_flow_run_state(run, Running(message=parking.executed_by(4711)), force=True)
    assert reconciler(world, living=[4711, 4712]).reschedule_abandoned(world.client, timedelta(minutes=5)) == 0
    assert reconciler(world, living=[4712]).reschedule_abandoned(world.client, timedelta(minutes=5)) == 1
    world.settle()
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_open_provisions_get_a_run_when_prefect_lost_theirs(world: World, rows: Rows) -> None:
    world.intake("id_document")
    world.settle()
    first = run_of(world, "id_document")
    delete_run(world.client, first, rows)
    reconciler(world).compare_provisions(world.client)
    world.settle()
    assert run_of(world, "id_document") != first
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_a_run_that_a_person_cancelled_is_replaced_while_the_provision_is_open(world: World) -> None:
    from prefect.states import Cancelled

    world.intake("id_document")
    world.settle()
    first = run_of(world, "id_document")
    world.client.set_flow_run_state(first, Cancelled(), force=True)
    reconciler(world).compare_provisions(world.client)
    world.settle()
    assert run_of(world, "id_document") != first
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_two_numbers_tell_whether_prefect_has_what_it_should(world: World, rows: Rows) -> None:
    mine = reconciler(world)
    assert mine.looks_right(world.client)
    world.intake("id_document", "advance_payment", "postal_address")
    assert not mine.looks_right(world.client), "runs are still to be made"
    world.settle()
    assert mine.looks_right(world.client), "the postal address waits for the card and has none"
    stranger = make_run(world, provision=4711)
    assert not mine.looks_right(world.client)
    delete_run(world.client, stranger, rows)
    assert mine.looks_right(world.client)
    delete_run(world.client, run_of(world, "id_document"), rows)
    assert not mine.looks_right(world.client)
    mine.compare_provisions(world.client)
    world.settle()
    assert mine.looks_right(world.client)
    world.outcome("advance_payment", "delivered")
    assert not mine.looks_right(world.client), "its run lives on"
    world.settle()
    assert mine.looks_right(world.client)


def test_a_deployment_that_is_gone_is_missed(world: World) -> None:
    mine = reconciler(world)
    world.client.delete_deployment(world.deployments.ids[0])
    assert not mine.looks_right(world.client)
    world.deployments.register(world.client)
    assert mine.looks_right(world.client)


def test_runs_of_unknown_provisions_are_cancelled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.mirror.reconciler.ABANDONED", timedelta(0))
    world.intake("id_document")
    world.settle()
    stranger = make_run(world, provision=4711)
    double = make_run(world, provision=1)
    mine = reconciler(world)
    known = mine.compare_provisions(world.client)
    assert mine.compare_runs(world.client, known) == 2
    for run in (stranger, double):
        assert world.client.read_flow_run(run).state_name == "Vervallen"
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_a_closed_provision_with_a_parked_run_is_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.mirror.reconciler.ABANDONED", timedelta(0))
    world.intake("id_document")
    world.settle()
    world.outcome("id_document", "delivered")
    view = world.app.run_views.of(1)
    world.app.runs.observe(
        1, view.generation, view.flow_run
    )  # as if it had been shown, and Prefect then went back in time
    mine = reconciler(world)
    mine.compare_runs(world.client, mine.compare_provisions(world.client))
    world.settle()
    assert world.state("id_document") == ("Geregeld", "COMPLETED")


def test_a_provision_started_with_the_run_button_is_turned_down(world: World) -> None:
    world.intake("id_document")
    world.settle()
    deployment = world.deployments.of_provision("id_document")
    assert deployment
    run = world.client.create_flow_run_from_deployment(deployment, parameters={"provision": 1})
    world.run_due()
    assert world.client.read_flow_run(run.id).state_name == "Niet gestart"


def test_registering_again_changes_nothing(world: World, config: Config) -> None:
    before = world.deployments.ids
    world.deployments.register(world.client)
    assert world.deployments.ids == before
    assert len(before) == len(config.catalogue.provisions) + len(form_plans(config))


def test_the_engine_lives_without_prefect(
    app_alone: App,
    settings: Settings,
    clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"{settings.url}/api")  # a free port: nobody listens
    monkeypatch.setattr(prefect.context, "GLOBAL_SETTINGS_CONTEXT", root_settings_context())
    engine = Engine(settings, app_alone, outbox=NoPost())
    engine.start()
    try:
        app_alone.cases.intake(
            IntakeRequest("TR-2026-0042", "voluntary", ["advance_payment"]), by=typed("regisseur-03")
        )
        clock.set("2026-11-10T00:00:00+00:00")
        # Anything that is recorded notifies: the clock then looks at the time.
        app_alone.cases.intake(
            IntakeRequest("TR-2026-0043", "voluntary", ["advance_payment"]), by=typed("regisseur-03")
        )
        wait_until(lambda: rungs(app_alone), seconds=20)
    finally:
        engine.stop()


def test_what_was_claimed_and_not_begun_is_handed_back_at_a_stop(world: World) -> None:
    """Also what comes when the threads have ended already."""
    world.intake("id_document", "advance_payment")
    world.settle()
    executor = Executor(world.deployments, threads=1, number=4711)
    executor.start()
    executor.stop()
    for key in ("id_document", "advance_payment"):
        run = world.run(key)
        assert parking.claim(world.client, run.id, 4711)
        executor.take(run)
    executor.join(10)
    for key in ("id_document", "advance_payment"):
        assert world.state(key) == ("Wordt bijgewerkt", "SCHEDULED")
    world.settle()
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


@pytest.fixture
def app_alone(database: Database, config: Config, clock: MovingClock) -> App:
    return App(database, config, clock)


def rungs(app: App) -> list[object]:
    provisions = app.views.case("TR-2026-0042").as_json()["provisions"]
    return list(provisions[0]["rungs"])


def make_run(world: World, *, provision: int) -> UUID:
    deployment = world.deployments.of_provision("id_document")
    assert deployment
    run = world.client.create_flow_run_from_deployment(
        deployment,
        parameters={"provision": provision},
        idempotency_key=str(uuid4()),
        state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(hours=1)),
    )
    return run.id


def run_of(world: World, key: str) -> UUID:
    return UUID(world.provision(key)["flow_run"])


def parked(world: World, key: str, name: str) -> bool:
    return world.provision(key)["flow_run"] is not None and world.state(key) == (name, "PAUSED")


def ended(world: World, key: str, name: str) -> bool:
    return world.provision(key)["flow_run"] is not None and world.state(key) == (name, "COMPLETED")


# --- a run is bound to its provision ------------------------------------------------------------------------------------


def answered(world: World, run: UUID) -> None:
    """Somebody fills in the form of a run: delivered."""
    refused = parking.resume(world.client, run, {"outcome": "Geregeld", "by": "regisseur-03"})
    assert refused is None, refused


def test_parameters_that_were_swapped_record_nothing_and_are_put_right(world: World) -> None:
    world.intake("advance_payment", "wmo_indication")
    world.settle()
    one, other = world.run("advance_payment"), world.run("wmo_indication")
    for run, instead in ((one, other), (other, one)):
        world.client.update_flow_run(run.id, parameters=instead.parameters).raise_for_status()
        answered(world, run.id)
    world.settle()
    assert {world.provision(key)["status"] for key in ("advance_payment", "wmo_indication")} == {"waiting"}
    for run in (one, other):
        assert world.client.read_flow_run(run.id).state_name == "Hoort hier niet"
    assert world.state("advance_payment") == ("Wacht op loket", "PAUSED")
    assert world.run("advance_payment").id not in (one.id, other.id)
    assert world.run("advance_payment").parameters == one.parameters
    answered(world, world.run("wmo_indication").id)
    world.settle()
    assert world.provision("wmo_indication")["status"] == "delivered"


def test_a_run_of_ones_own_under_a_chosen_key_records_nothing(world: World) -> None:
    world.intake("advance_payment")
    world.settle()
    mine = world.run("advance_payment")
    deployment = world.deployments.of_provision("advance_payment")
    assert deployment
    for key in (f"voorziening-1-na-{mine.id}", "voorziening-1-na-niets", str(mine.idempotency_key) + "0"):
        run = world.client.create_flow_run_from_deployment(deployment, parameters={"provision": 1}, idempotency_key=key)
        world.run_due()
        assert world.client.read_flow_run(run.id).state_name == "Hoort hier niet"
    assert world.run("advance_payment").id == mine.id
    assert world.state("advance_payment") == ("Wacht op loket", "PAUSED")
