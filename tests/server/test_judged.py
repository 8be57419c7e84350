"""A schema that the browser sends is judged with what our forms have in it, and takes no longer than they do."""

from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema

from flows.forms.catalogue import forms
from flows.server.allowed import NotLimitable
from flows.server.judged import judged
from tests.builders import CONFIG

# What Prefect's own pages leave out of a schema before they send it (3.8.8, ``SchemaResponse``).
_LEFT_OUT = {"additionalProperties", "pattern", "patternProperties"}


def _without(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _without(one) for name, one in part.items() if name not in _LEFT_OUT}
    return [_without(one) for one in part] if isinstance(part, list) else part


@pytest.mark.parametrize("name", forms(CONFIG))
def test_our_forms_are_judged_as_before(name: str) -> None:
    sent = _without(parameter_schema(forms(CONFIG)[name].flow().fn).model_dump_for_openapi())
    assert judged({"schema": sent, "values": {"formulier": {}}})["schema"] == sent


def _growing(levels: int) -> dict[str, Any]:
    named = {f"a{n}": {"allOf": [{"$ref": f"#/definitions/a{n + 1}"}] * 2} for n in range(levels)}
    return {
        "definitions": {**named, f"a{levels}": {"type": "string"}},
        "properties": {"x": {"$ref": "#/definitions/a0"}},
    }


@pytest.mark.parametrize(
    "schema",
    [
        _growing(40),
        {
            "definitions": {"a": {"allOf": [{"$ref": "#/definitions/a"}]}},
            "properties": {"x": {"$ref": "#/definitions/a"}},
        },
        {"properties": {"x": {"$ref": "https://elders.example/schema"}}},
        {"properties": {"x": {"$ref": 1}}},
        "no schema",
    ],
    ids=["growing", "names itself", "elsewhere", "no name", "none"],
)
def test_what_takes_too_long_or_is_elsewhere_goes_nowhere(schema: Any) -> None:
    with pytest.raises(NotLimitable):
        judged({"schema": schema, "values": {"x": "a"}})


def test_a_pattern_of_ones_own_is_left_out() -> None:
    slow = {"type": "string", "pattern": "(a+)+$"}
    sent = {"properties": {"a": {**slow, "anyOf": [slow]}}, "patternProperties": {"(a+)+$": {}}, "not": slow}
    kept = {"properties": {"a": {"type": "string", "anyOf": [{"type": "string"}]}}}
    assert judged({"schema": sent, "values": {}}) == {"schema": kept, "values": {}}


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"properties": {str(n): {} for n in range(1500)}}, {"x": list(range(1000))}),
        ({"properties": {"x": {"items": {"enum": list(range(3000))}}}}, {"x": list(range(3000))}),
        ({"properties": {"x": {"anyOf": [{"type": "null"}] * 3000}}}, {"x": "a" * 40_000}),
        ({"properties": {"x": {"anyOf": [{"const": "a" * 40_000}] * 30}}}, {"x": list(range(100))}),
    ],
    ids=["many fields", "many choices", "a long text", "long choices"],
)
def test_many_values_against_much_schema_go_nowhere(schema: Any, values: Any) -> None:
    with pytest.raises(NotLimitable):
        judged({"schema": schema, "values": values})
