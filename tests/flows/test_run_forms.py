"""The run forms on a real Prefect server: submitted as the UI does, carried out by the worker."""

from typing import Any

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError

from provisions.domain.errors import NotFound
from tests.builders import typed
from tests.flows.conftest import World

BY = {"by": "regisseur-03"}


def submit(world: World, name: str, **values: Any) -> FlowRun:
    deployment = world.deployments.of_form(name)
    assert deployment
    run = world.client.create_flow_run_from_deployment(deployment, parameters={"formulier": {**BY, **values}})
    world.run_due()
    return world.client.read_flow_run(run.id)


def said(run: FlowRun) -> tuple[str, str]:
    assert run.state
    return run.state.name or "", run.state.message or ""


def start(world: World, *needs: str, **more: Any) -> FlowRun:
    return submit(world, "Traject starten", reference=world.reference, route="Vrijwillig", needs=list(needs), **more)


def test_a_case_is_started_from_the_form(world: World) -> None:
    run = start(
        world, "Identiteitsbewijs", "Briefadres", "Opvang", "Passende huisvesting",
        brp="Onbekend", agreed_housing="2026-12-01", from_emergency_shelter="2026-11-20",
        waive=["Briefadres zonder identiteitsbewijs"], ground="Wachten maakt de situatie onveilig",
    )  # fmt: skip
    assert said(run) == ("Vastgelegd", f"Traject {world.reference} is gestart met 4 voorzieningen.")
    assert run.name == f"Traject starten · {world.reference}"
    assert set(run.tags) == {"formulier", "voorbeeldstad"}, "who sees the municipality sees it"
    assert run.parameters == {"formulier": {}}, "what was typed is in our own database, and nowhere else"
    world.settle()
    assert world.provision("emergency_shelter")["due"] == "2026-11-20"
    assert world.provision("postal_address")["waived"] == ["id_document"]
    assert world.state("postal_address") == ("Wacht op loket", "PAUSED")


def test_a_refusal_is_said_in_dutch_and_nothing_is_half_done(world: World) -> None:
    run = start(world, "Identiteitsbewijs", "Schuldhulpverlening en budgetbeheer")
    name, message = said(run)
    assert name == "Niet vastgelegd"
    assert "Er is niets vastgelegd." in message
    assert run.state
    assert run.state.type.value == "FAILED"
    with pytest.raises(NotFound):
        world.app.views.case(world.reference)


def test_the_same_reference_twice_is_refused(world: World) -> None:
    start(world, "Voorschot")
    again = start(world, "Voorschot")
    assert "bestaat al" in said(again)[1]
    assert (again.name, again.parameters) == (f"Traject starten · {world.reference}", {"formulier": {}})


def test_what_does_not_fit_the_form_is_refused_before_anything_runs(world: World) -> None:
    with pytest.raises(PrefectHTTPStatusError):
        start(world, "Toverstaf")
    with pytest.raises(PrefectHTTPStatusError):
        start(world, "Voorschot", note="vrije tekst")


def test_a_number_that_identifies_does_not_stay_in_prefect(world: World) -> None:
    with pytest.raises(PrefectHTTPStatusError):  # a new reference has a year: no run is made
        submit(world, "Traject starten", reference="TR-111222333", route="Vrijwillig", needs=["Voorschot"])
    run = submit(world, "Klok hervatten", reference="TR-111222333", provision="Voorschot")
    assert said(run)[0] == "Niet vastgelegd"
    assert run.parameters == {"formulier": {}}
    assert "111222333" not in run.model_dump_json()


def test_nonsense_for_a_date_names_the_field(world: World) -> None:
    assert "'Op welke dag is de intake?'" in said(start(world, "Voorschot", on="gisteren"))[1]


@pytest.mark.parametrize("executed", ["world", "in_a_pool"])
def test_a_case_from_form_to_form(request: pytest.FixtureRequest, executed: str) -> None:
    world: World = request.getfixturevalue(executed)
    start(world, "Identiteitsbewijs", "Voorschot", "Briefadres")
    about = {"reference": world.reference, "provision": "Voorschot"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("Klok stilzetten", {**about, "reason": "Cliënt vraagt erom", "until": "2026-11-16"}),
        ("Klok hervatten", about),
        ("Uitkomst vastleggen", {**about, "outcome": "Afgewezen"}),
        ("Antwoord van de tafel", {**about, "rung": "Doorbraaktafel", "answer": "Voorrang"}),
        (
            "Uitkomst vastleggen",
            {**about, "outcome": "Geregeld", "advance_payment_paid_how": "Contant"},
        ),
        (
            "Vervolgactie afronden",
            {"reference": world.reference, "follow_up": "Voorschot: Controleren of het voorschot rechtmatig was"},
        ),
        ("Heropenen", {**about, "reason": "De uitkomst klopte niet"}),
        (
            "Afwijken van een voorwaarde",
            {
                "reference": world.reference,
                "waive": "Briefadres zonder identiteitsbewijs",
                "ground": "Wachten maakt de situatie onveilig",
            },
        ),
        ("Voorziening toevoegen", {"reference": world.reference, "needs": ["Wmo-indicatie"]}),
    ]
    for name, values in steps:
        run = submit(world, name, **values)
        assert said(run)[0] == "Vastgelegd", (name, said(run))
        world.settle()
    assert world.state("advance_payment") == ("Wacht op loket", "PAUSED") or world.provision("advance_payment")["rungs"]
    refused = submit(world, "Indienen bij het Maatwerkloket", **about, decision="Wel indienen",
                     reason="De regels staan een oplossing in de weg")  # fmt: skip
    assert said(refused)[0] == "Niet vastgelegd"
    wrong = submit(world, "Uitkomst vastleggen", **about, outcome="Geregeld", id_document_paid_by="Gratis")
    assert "hoort bij identiteitsbewijs" in said(wrong)[1]


def test_where_several_rounds_are_open_a_form_asks_which(world: World) -> None:
    start(world, "Bijzondere bijstand")
    for purpose in ("bed", "clothing"):
        world.app.cases.again(
            world.reference, "special_assistance", reason="new_costs", purpose=purpose, anyway=True, by=typed(BY["by"])
        )
    about = {"reference": world.reference, "provision": "Bijzondere bijstand"}
    stop = {**about, "reason": "Cliënt vraagt erom", "until": "2026-11-16"}
    name, message = said(submit(world, "Klok stilzetten", **stop))
    assert name == "Niet vastgelegd"
    assert "meer open" in message
    assert "Er is niets vastgelegd." in message
    assert said(submit(world, "Klok stilzetten", **stop, round=2))[0] == "Vastgelegd"
    assert said(submit(world, "Klok hervatten", **about, round=2))[0] == "Vastgelegd"
    assert said(submit(world, "Uitkomst vastleggen", **about, outcome="Afgewezen", round=3))[0] == "Vastgelegd"
    world.settle()  # the table has it
    answer = {**about, "rung": "Doorbraaktafel", "answer": "Voorrang"}
    assert said(submit(world, "Antwoord van de tafel", **answer, round=3))[0] == "Vastgelegd"
    assert said(submit(world, "Uitkomst vastleggen", **about, outcome="Geregeld", round=1))[0] == "Vastgelegd"
    reopened = {**about, "reason": "De uitkomst klopte niet"}
    assert said(submit(world, "Heropenen", **reopened, round=1))[0] == "Vastgelegd"
    assert "geen ronde" in said(submit(world, "Heropenen", **reopened, round=9))[1]
    rounds = world.app.views.case(world.reference).provisions
    assert [view.status for view in rounds] == ["waiting", "waiting", "refused"]
    assert [len(view.provision.suspensions) for view in rounds] == [0, 1, 0]
    assert [rung.answer for rung in rounds[2].provision.rungs] == ["priority"]
