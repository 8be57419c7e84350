"""A run shows the record: what was recorded since it was last parked, each line once with its own moment, and nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, StateDetails, StateType, TaskRun
from sqlalchemy import Engine as Database
from sqlalchemy import select

from flows.prefect import parking
from provisions.domain.case import Status
from provisions.domain.tags import PROVISION
from provisions.store import tables as t
from provisions.views.runs import state_message, state_name
from tests.builders import typed
from tests.flows.conftest import World, wait_until

ASKED = "Burgerzaken gevraagd om inschrijving op een briefadres"
QUESTION = "Nagaan of de aanvraag is ontvangen, staat in de agenda"


def steps_of(world: World, run: UUID) -> list[TaskRun]:
    found = world.client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
    return sorted(found, key=lambda step: (step.start_time or datetime.now(UTC), int(step.dynamic_key)))


def shows(world: World, run: UUID, expected: list[str]) -> list[TaskRun]:
    """Task runs are recorded by the server a moment after the run."""
    wait_until(
        lambda: len(steps_of(world, run)) >= len(expected),
        seconds=90,
        what=lambda: [step.name for step in steps_of(world, run)],
    )
    found = steps_of(world, run)
    assert [step.name for step in found] == expected
    return found


def moments(database: Database, what: str) -> list[datetime]:
    with database.connect() as connection:
        query = select(t.audit.c.at).where(t.audit.c.what == what).order_by(t.audit.c.id)
        return list(connection.execute(query).scalars())


def test_each_line_shows_once_with_its_own_moment(world: World, database: Database) -> None:
    world.intake("postal_address", brp="unregistered")
    world.settle()
    world.clock.set("2026-11-05T00:00:00+00:00")
    world.settle()
    world.app.cases.suspend(
        world.reference, "postal_address", reason="client_asks", until=date(2026, 11, 9), by=typed("regisseur-03")
    )
    world.settle()
    run = world.run("postal_address").id
    for _ in range(3):  # woken for nothing: nothing happened, and nothing shows
        parking.wake(world.client, run)
        world.settle()
    world.outcome("postal_address", "delivered", date(2026, 11, 5), ground="no_residence")
    world.settle()
    found = shows(
        world,
        run,
        [
            ASKED,
            QUESTION,
            "Escalatie: doorbraaktafel",
            "Klok stilgezet",
            "Vastgelegd: op welke grond het briefadres is verstrekt",
            "Tafel laten weten dat het klaar is",
        ],
    )
    assert world.state("postal_address") == ("Geregeld", "COMPLETED")
    said = {step.name: step.start_time for step in found}
    assert said["Escalatie: doorbraaktafel"] == moments(database, "rung.climbed")[0]
    assert said["Klok stilgezet"] == moments(database, "clock.suspended")[0]
    assert all(step.start_time == step.end_time for step in found)


def test_nothing_is_said_to_be_started_where_nothing_waits(world: World) -> None:
    world.intake("id_document", "advance_payment")
    world.settle()
    world.outcome("id_document", "delivered")
    world.settle()
    shows(
        world,
        world.run("id_document").id,
        [
            "Burgerzaken gevraagd om het identiteitsbewijs, met wie het betaalt en de pasfoto's",
            "Regisseur laten weten dat het identiteitsbewijs klaarligt",
        ],
    )


def test_what_an_outcome_started_shows_once_with_it(world: World) -> None:
    world.intake("id_document", "postal_address", "benefit_decision", "health_insurance")
    world.settle()
    world.outcome("id_document", "delivered")
    world.settle()
    shows(
        world,
        world.run("id_document").id,
        [
            "Burgerzaken gevraagd om het identiteitsbewijs, met wie het betaalt en de pasfoto's",
            "Regisseur laten weten dat het identiteitsbewijs klaarligt",
            "Wat op het identiteitsbewijs wachtte, is gestart",
        ],
    )
    shows(
        world,
        world.run("benefit_decision").id,
        [
            "Bijstandsuitkering aangevraagd: het recht telt vanaf de aanvraag",
            QUESTION,
            "Werk en inkomen laten weten dat het verder kan",
        ],
    )


def test_after_a_reopening_the_new_run_shows_what_came_since(world: World) -> None:
    world.intake("postal_address", brp="unregistered")
    world.settle()
    world.outcome("postal_address", "delivered")
    world.settle()
    first = world.run("postal_address").id
    world.clock.set("2026-11-03T09:00:00+00:00")  # the counter may have laid aside what it had done
    world.app.cases.reopen(world.reference, "postal_address", reason="toch niet", by=typed("regisseur-03"))
    world.settle()
    again = world.run("postal_address").id
    assert again != first
    shows(world, again, ["Heropend", QUESTION, "Opnieuw gevraagd aan het loket"])
    shows(world, first, [ASKED, QUESTION])


def test_an_outcome_that_was_refused_shows_no_step(world: World) -> None:
    world.intake("emergency_shelter")
    world.settle()
    run = world.run("emergency_shelter").id
    withdrawn = {"outcome": "Cliënt ziet ervan af", "by": "regisseur-03"}
    assert parking.resume(world.client, run, withdrawn) is None
    world.settle()
    assert parking.resume(world.client, run, {**withdrawn, "field_offered_instead": "Eenvoudig hotel"}) is None
    world.settle()
    shows(
        world,
        run,
        [
            "Opvang gevraagd voor de dag waarop die nodig is",
            "Iets anders aangeboden in plaats van de opvang",
            "Loket laten weten dat het niet meer nodig is",
        ],
    )


# --- rounds, and the end of a case ---------------------------------------------------------------------------------------


def runs_of(world: World, key: str) -> list[FlowRun]:
    """The runs of all rounds of ``key``, the first round first."""
    found = world.app.views.case(world.reference).provisions
    return [world.client.read_flow_run(p.flow_run) for p in found if p.provision.key == key and p.flow_run]


def test_another_round_has_a_run_of_its_own_that_says_which_round_it_is(world: World) -> None:
    world.intake("id_document")
    world.settle()
    world.outcome("id_document", "delivered")
    world.settle()
    world.clock.set("2026-11-20T09:00:00+00:00")
    world.app.cases.again(world.reference, "id_document", reason="lost", by=typed("regisseur-03"))
    world.settle()
    first, second = runs_of(world, "id_document")
    assert [run.name for run in (first, second)] == [
        f"Identiteitsbewijs · {world.reference}",
        f"Identiteitsbewijs (2) · {world.reference}",
    ]
    assert first.state_name == "Geregeld"
    assert second.state_name == "Wacht op loket"
    assert {"voorbeeldstad", "identiteitsbewijs", PROVISION} == set(second.tags)
    shows(
        world,
        second.id,
        ["Opnieuw nodig", "Burgerzaken gevraagd om het identiteitsbewijs, met wie het betaalt en de pasfoto's"],
    )


def test_an_outcome_on_a_run_is_of_its_own_round_also_while_several_are_open(world: World) -> None:
    world.intake("special_assistance")
    world.settle()
    for purpose in ("bed", "clothing"):
        world.app.cases.again(
            world.reference,
            "special_assistance",
            reason="new_costs",
            purpose=purpose,
            anyway=True,
            by=typed("regisseur-03"),
        )
    world.settle()
    runs = runs_of(world, "special_assistance")
    assert len(runs) == 3
    for run, outcome in ((runs[1], "Geregeld"), (runs[0], "Cliënt ziet ervan af")):
        assert parking.resume(world.client, run.id, {"outcome": outcome, "by": "regisseur-03"}) is None
        world.settle()
    assert [run.state_name for run in runs_of(world, "special_assistance")] == [
        "Cliënt ziet ervan af",
        "Geregeld",
        "Wacht op loket",
    ]


def test_a_run_ends_with_its_case_and_a_new_one_follows_when_that_was_a_mistake(world: World) -> None:
    world.intake("postal_address", brp="unregistered")
    world.settle()
    run = world.run("postal_address").id
    world.app.cases.close(world.reference, reason="died", by=typed("regisseur-03"))
    world.settle()
    state = world.run("postal_address").state
    assert state
    assert (state.name, state.type, state.message) == (
        "Geëindigd",
        StateType.COMPLETED,
        "Geëindigd op 2 november 2026",
    )
    shows(world, run, [ASKED, QUESTION, "Geëindigd met het traject", "Loket laten weten dat het niet meer nodig is"])
    world.app.cases.reopen_case(world.reference, reason="verkeerd traject", by=typed("regisseur-03"))
    world.settle()
    assert world.state("postal_address") == ("Wacht op loket", "PAUSED")
    assert world.run("postal_address").id != run
    wait_until(lambda: steps_of(world, world.run("postal_address").id), seconds=90)
    assert steps_of(world, world.run("postal_address").id)[0].name == "Heropend"


def test_what_another_municipality_took_over_ends_as_handed_over(world: World) -> None:
    world.intake("postal_address", brp="unregistered")
    (view,) = world.app.views.case(world.reference).provisions
    over = replace(view.provision, status=Status.HANDED_OVER, ended_on=date(2026, 11, 9))
    told = replace(view, provision=over, status=over.status.value)
    assert state_name(told) == "Overgedragen"
    assert state_message(told) == "Overgedragen op 9 november 2026"
    assert not told.provision.status.is_open


# --- upgrading from the version before 0.2 -----------------------------------------------------------------------------


def park_as_the_version_before(world: World, run: UUID, generation: int, rungs: int) -> None:
    """The same state that it proposed, with a key of its format."""
    key = f"v{generation}-r{rungs}-{'0' * 16}-{uuid4().hex[:12]}"
    keyset = {
        "schema": "formulier-" + "0" * 16,
        "description": "toelichting-" + "0" * 16,
        "response": "antwoord-" + key,
    }
    details = StateDetails(pause_reschedule=True, pause_key=key, run_input_keyset=keyset)
    state = State(type=StateType.PAUSED, name="Te laat", message="", state_details=details)
    world.client.set_flow_run_state(run, state)


@pytest.fixture
def parked_before(world: World) -> UUID:
    """A run of the version before: it had shown the request and one rung, and was parked again."""
    world.intake("postal_address", brp="unregistered")
    world.app.time.tick_all()
    world.clock.set("2026-11-05T00:00:00+00:00")
    world.app.time.tick_all()
    assert world.mirror_runs() == 1
    run = world.run("postal_address").id
    view = world.app.run_views.of(1)
    parking.claim(world.client, run)
    park_as_the_version_before(world, run, view.generation, rungs=1)
    world.app.runs.observe(1, view.generation, run)
    assert world.state("postal_address") == ("Te laat", "PAUSED")
    return run


def test_a_run_that_the_version_before_parked_shows_what_came_after_its_park(world: World, parked_before: UUID) -> None:
    world.clock.set("2026-11-10T00:00:00+00:00")
    world.settle()
    world.outcome("postal_address", "refused", refusal="stay_unclear")
    world.settle()
    since = ["Escalatie: landelijk Maatwerkloket", "Afgewezen. Vastgelegd: waarom het briefadres is afgewezen"]
    wait_until(lambda: len(steps_of(world, parked_before)) >= len(since), seconds=90)
    shown = [step.name for step in steps_of(world, parked_before)]
    assert shown[: len(since)] == since
    assert all(name.endswith("staat in de agenda") for name in shown[len(since) :]), "what a refusal plans, and no more"
    assert world.state("postal_address")[1] == "PAUSED"
    keys = world.client.read_flow_run(parked_before).empirical_policy.pause_keys or ()
    assert sum(key.startswith("v") for key in keys) == 1
    assert sum(key.startswith("regel") for key in keys) >= 2


def test_a_rung_that_it_had_not_shown_is_not_lost(world: World, parked_before: UUID, database: Database) -> None:
    """Climbed between its reading and its park: earlier than the park, but the count in the key does not have it."""
    world.clock.set("2026-11-10T00:00:00+00:00")
    world.app.time.tick_all()
    parking.claim(world.client, parked_before)
    park_as_the_version_before(world, parked_before, world.app.run_views.of(1).generation, rungs=1)
    state = world.client.read_flow_run(parked_before).state
    assert state
    assert moments(database, "rung.climbed")[-1] < state.timestamp
    world.settle()
    shows(world, parked_before, ["Escalatie: landelijk Maatwerkloket"])
