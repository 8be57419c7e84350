"""The forms as Prefect's UI and server read them; no server needed."""

import json
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from prefect._internal.pydantic.v2_schema import create_v2_schema
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import is_valid

from flows.forms.catalogue import forms
from flows.forms.fields import outcome_form, read_outcome
from flows.forms.form import form_link
from flows.provision.catalogue import provision_plans
from provisions.catalogue import Config
from provisions.domain.case import Status

DEPLOYMENT = UUID("00000000-0000-0000-0000-000000000007")
KEYS = (
    "id_document", "postal_address", "emergency_shelter", "housing", "day_activity", "advance_payment",
    "benefit_decision", "special_assistance", "debt_counselling", "wmo_indication", "health_insurance", "social_network",
)  # fmt: skip


def properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(schema["properties"])


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("status", ["waiting", "refused", "blocked", "suspended"])
def test_each_outcome_form_is_dutch_ordered_and_without_free_text(config: Config, key: str, status: str) -> None:
    schema = create_v2_schema("Uitkomst", model_base=outcome_form(config.catalogue.rule(key), status))
    fields = properties(schema)
    assert [field["position"] for field in fields.values()] == list(range(len(fields)))
    assert all(field["title"][0].isupper() for field in fields.values())
    for name, field in fields.items():
        assert "anyOf" not in field, "Optional shows a switch between 'str' and 'None'"
        assert field.get("type") != "string" or "format" in field or "pattern" in field, f"{name} is free text"
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["outcome"]


@pytest.mark.parametrize(
    ("status", "labels"),
    [
        (Status.WAITING, ["Geregeld", "Afgewezen", "Cliënt ziet ervan af"]),
        (Status.REFUSED, ["Geregeld", "Cliënt ziet ervan af"]),
        (Status.BLOCKED, ["Cliënt ziet ervan af"]),
    ],
)
def test_only_outcomes_that_can_be_are_offered(config: Config, status: str, labels: list[str]) -> None:
    schema = create_v2_schema("Uitkomst", model_base=outcome_form(config.catalogue.rule("id_document"), status))
    assert schema["definitions"]["Uitkomst"]["enum"] == labels


def test_labels_map_back_to_values(config: Config) -> None:
    rule = config.catalogue.rule("id_document")
    filled_in = outcome_form(rule, "waiting").model_validate(
        {
            "outcome": "Geregeld",
            "on": "2026-11-05",
            "by": "regisseur-03",
            "field_paid_by": "Uit een voorschot op de bijstand",
            "field_photos_paid": "Nee",
        }
    )
    given = read_outcome(rule, filled_in)
    assert (given.outcome, given.on) == ("delivered", date(2026, 11, 5))
    assert given.fields == {"paid_by": "advance", "photos_paid": "no"}


@pytest.mark.parametrize("by", ["Jan", "jan@voorbeeld.nl", "j123456", "", "jan de vries", "x" * 41])
def test_who_still_says_who_it_was_is_understood_and_a_name_is_kept_out(config: Config, by: str) -> None:
    schema = create_v2_schema("Uitkomst", model_base=outcome_form(config.catalogue.rule("id_document"), "waiting"))
    assert "by" not in properties(schema)
    assert is_valid({"outcome": "Geregeld", "by": "regisseur-03"}, schema)
    assert is_valid({"outcome": "Geregeld"}, schema)
    assert not is_valid({"outcome": "Geregeld", "by": by}, schema)
    assert not is_valid({"outcome": "Geregeld", "wie": "regisseur-03"}, schema)


def test_the_run_forms_are_all_there(config: Config) -> None:
    assert set(forms(config)) == {
        "Traject starten", "Voorziening toevoegen", "Uitkomst vastleggen", "Heropenen", "Klok stilzetten",
        "Klok hervatten", "Afwijken van een voorwaarde", "Antwoord van de tafel", "Indienen bij het Maatwerkloket",
        "Vervolgactie afronden",
    }  # fmt: skip


def test_each_run_form_is_dutch_ordered_and_without_free_text(config: Config) -> None:
    for form in forms(config).values():
        schema = parameter_schema(form.flow().fn).model_dump_for_openapi()
        assert list(schema["properties"]) == ["formulier"]
        model = next(found for found in schema["definitions"].values() if found["title"] == form.name)
        fields = properties(model)
        assert [field["position"] for field in fields.values()] == list(range(len(fields)))
        for name, field in fields.items():
            assert field["title"][0].isupper(), name
            assert "anyOf" not in field, name
            assert field.get("type") != "string" or "format" in field or "pattern" in field, f"{name} is free text"
        assert form.flow().description == form.description


def test_a_link_opens_a_form_that_is_filled_in(config: Config) -> None:
    form = forms(config)["Klok stilzetten"]
    values = {
        "reference": "TR-2026-0042",
        "provision": "postal_address",
        "reason": "client_asks",
        "until": date(2026, 11, 20),
    }
    link = form_link("http://127.0.0.1:4200", DEPLOYMENT, form, values)
    assert link.startswith(f"http://127.0.0.1:4200/deployments/deployment/{DEPLOYMENT}/run?parameters=")
    filled_in = json.loads(parse_qs(urlsplit(link).query)["parameters"][0])["formulier"]
    assert filled_in["provision"] == "Briefadres"
    assert filled_in["until"] == "2026-11-20"
    read = form.read({**filled_in, "by": "regisseur-03"})
    assert {name: read[name] for name in values} == values


def test_each_provision_has_a_flow_with_its_dutch_name_and_the_guide_as_description(config: Config) -> None:
    plans = provision_plans(config.catalogue)
    assert set(plans) == set(KEYS)
    assert plans["postal_address"].name == "Briefadres"
    for key, plan in plans.items():
        assert config.catalogue.rule(key).guide.split(",")[0][:3] in (plan.flow.fn.__doc__ or ""), key


def test_each_form_about_a_provision_asks_for_the_round_and_none_needs_it(config: Config) -> None:
    about = {
        name: form for name, form in forms(config).items() if {"provision", "waive"} & set(form.model.model_fields)
    }
    asked = {name for name, form in about.items() if "round" in form.model.model_fields}
    assert asked == set(about) - {"Traject starten", "Voorziening toevoegen"}
    for name in asked:
        field = properties(about[name].model.model_json_schema())["round"]
        assert (field["type"], field["minimum"]) == ("integer", 1)
        assert "round" not in about[name].model.model_json_schema()["required"]
