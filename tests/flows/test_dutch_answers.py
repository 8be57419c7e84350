"""What Prefect's server says of a form, in Dutch."""

import json
from typing import Any

import pytest
from prefect.utilities.schema_tools.validation import ValidationError, build_error_obj, validate

from flows.forms.catalogue import form_plans, forms
from flows.server.dutch_answers import in_dutch, is_about_a_form
from provisions.catalogue import Config

GOOD = {"reference": "TR-2026-0042", "by": "regisseur-1"}
ENGLISH = ("required", "match", "valid", "Error", "reason", "type", "property", "one of")


def schema_of(config: Config, name: str) -> dict[str, Any]:
    from prefect.utilities.callables import parameter_schema

    flow = next(plan.flow for plan in form_plans(config) if plan.name == name)
    return dict(parameter_schema(flow).model_dump_for_openapi())


def complaints(value: Any) -> list[str]:
    """All texts in an answer of the validation, less the names of fields."""
    if isinstance(value, dict):
        return complaints(value.get("errors", []))
    if isinstance(value, list):
        return [text for one in value for text in complaints(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"by": "Jan Jansen"},
        {"by": 7},
        {"reference": "Jan"},
        {"on": "gisteren"},
        {"provision": "Toverstaf"},
        {"needs": []},
    ],
    ids=str,
)
def test_every_form_says_in_dutch_what_is_wrong(config: Config, wrong: dict[str, Any]) -> None:
    for name in forms(config):
        schema = schema_of(config, name)
        known = schema["definitions"][schema["properties"]["formulier"]["$ref"].rpartition("/")[2]]["properties"]
        if not known.keys() >= wrong.keys():
            continue
        values = {"formulier": {**GOOD, **wrong} if wrong else {}}
        said = complaints(json.loads(in_dutch(json.dumps(build_error_obj(validate(values, schema))).encode())))
        assert said, name
        assert not [text for text in said if any(word in text for word in ENGLISH)], (name, said)
        with pytest.raises(ValidationError) as refused:
            validate(values, schema, raise_on_error=True)
        for before in ("Error creating flow run: ", "Reason: "):  # of a deployment, and of a run that waits
            detail = json.dumps({"detail": f"{before}{refused.value}"}).encode()
            whole = json.loads(in_dutch(detail))["detail"]
            assert whole.startswith("Er is niets vastgelegd"), (name, whole)
            assert not any(word in whole for word in ENGLISH), (name, whole)


def test_what_is_no_complaint_stays_as_it_is() -> None:
    run = {"id": "1", "name": "Traject starten", "parameters": {"formulier": {"by": "'x' is a required property"}}}
    assert json.loads(in_dutch(json.dumps(run).encode())) == run
    assert in_dutch(b"geen json") == b"geen json"


def test_only_answers_about_a_form_are_read() -> None:
    assert is_about_a_form("POST", "/api/ui/schemas/validate")
    assert is_about_a_form("POST", "/api/deployments/1-2/create_flow_run")
    assert is_about_a_form("POST", "/api/flow_runs/1-2/resume")
    assert not is_about_a_form("GET", "/api/ui/schemas/validate")
    assert not is_about_a_form("POST", "/api/flow_runs/filter")
