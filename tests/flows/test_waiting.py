"""Park, wake and the form on the waiting run, on a real server: what holds Prefect's internals in place."""

from flows.prefect import parking
from tests.builders import typed
from tests.flows.conftest import World

DELIVERED = {"outcome": "Geregeld", "by": "regisseur-03"}


def test_a_provision_waits_as_a_parked_run_under_its_own_name(world: World) -> None:
    world.intake("id_document")
    world.settle()
    run = world.run("id_document")
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")
    assert run.name == f"Identiteitsbewijs · {world.reference}"
    assert run.parameters == {"provision": 1}
    assert {"voorziening", "identiteitsbewijs"} < set(run.tags)
    assert "te-laat" not in run.tags
    assert run.state
    assert run.state.state_details.pause_timeout is None
    assert "iterste datum 9 november 2026" in (run.state.message or "")


def test_late_shows_and_is_gone_when_settled_in_the_form(world: World) -> None:
    world.intake("id_document", "postal_address")
    world.settle()
    world.clock.set("2026-11-09T23:30:00+00:00")
    world.settle()
    assert world.state("id_document") == ("Te laat", "PAUSED")
    assert [run.name for run in world.tagged("te-laat")] == [f"Identiteitsbewijs · {world.reference}"]

    run = world.run("id_document")
    form = {**DELIVERED, "on": "2026-11-09", "field_paid_by": "Gratis", "field_photos_paid": "Ja"}
    assert parking.resume(world.client, run.id, form) is None
    world.settle()

    assert world.state("id_document") == ("Geregeld", "COMPLETED")
    assert world.tagged("te-laat") == []
    provision = world.provision("id_document")
    assert (provision["status"], provision["closed"], provision["breached"]) == ("delivered", "2026-11-09", False)
    assert world.provision("postal_address")["started"] == "2026-11-09"
    assert world.state("postal_address") == ("Wacht op loket", "PAUSED")
    assert world.client.filter_flow_run_input(run.id, "antwoord-", limit=5, exclude_keys=set()) == []


def test_a_bad_form_is_refused_by_prefect_and_the_run_stays(world: World) -> None:
    world.intake("id_document")
    world.settle()
    run = world.run("id_document").id
    for wrong in (
        {},
        {"outcome": "Misschien", "by": "regisseur-03"},
        {**DELIVERED, "by": "Jan de Vries"},
        {**DELIVERED, "by": "x123456789"},
        {**DELIVERED, "note": "vrije tekst"},
    ):
        assert parking.resume(world.client, run, wrong) is not None, wrong
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_what_the_use_case_refuses_is_said_in_dutch_and_the_run_parks_again(world: World) -> None:
    world.intake("emergency_shelter")
    world.settle()
    run = world.run("emergency_shelter").id
    withdrawn = {"outcome": "Cliënt ziet ervan af", "by": "regisseur-03"}
    assert parking.resume(world.client, run, withdrawn) is None
    world.run_due()
    state = world.run("emergency_shelter").state
    assert state
    assert state.name == "Wacht op loket"
    assert (state.message or "").startswith("Niet vastgelegd: ")
    assert parking.resume(world.client, run, {**withdrawn, "field_offered_instead": "Eenvoudig hotel"}) is None
    world.settle()
    assert world.state("emergency_shelter") == ("Cliënt ziet ervan af", "COMPLETED")


def test_a_date_in_the_future_or_nonsense_for_a_date_is_refused(world: World) -> None:
    world.intake("id_document")
    world.settle()
    run = world.run("id_document").id
    for day in ("2026-12-01", "morgen"):
        if parking.resume(world.client, run, {**DELIVERED, "on": day}) is None:
            world.run_due()
        assert world.provision("id_document")["status"] == "waiting"
        assert world.state("id_document")[1] == "PAUSED"


def test_waking_twice_and_resuming_what_runs_harm_nothing(world: World) -> None:
    world.intake("id_document")
    world.settle()
    run = world.run("id_document").id
    assert parking.wake(world.client, run)
    assert parking.wake(world.client, run)
    assert parking.resume(world.client, run, DELIVERED) is not None  # ABORT, without an exception
    world.settle()
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")


def test_reopened_gets_a_run_of_its_own(world: World) -> None:
    world.intake("id_document")
    world.outcome("id_document", "delivered")
    world.settle()
    first = world.run("id_document")
    assert world.state("id_document") == ("Geregeld", "COMPLETED")
    world.app.cases.reopen(world.reference, "id_document", reason="toch niet klaar", by=typed("regisseur-03"))
    world.settle()
    assert world.run("id_document").id != first.id
    assert world.state("id_document") == ("Wacht op loket", "PAUSED")
