"""What Prefect is asked to judge of a form that is being filled in: with the keywords that its own pages send, and no more.

The schema is the browser's own, or a program's. A pattern of one's own against a value of one's own, or a definition that grows
each time it is named, would keep Prefect's one process busy for ever, and with it all runs. What is sent for good is judged by
the schema that Prefect has itself. Pure.
"""

from collections.abc import Mapping
from typing import Any

from flows.server.allowed import NotLimitable

MOST_STEPS = 1_000_000  # parts of the schema, written out, times parts of the values; ours take some ten thousand
_LETTERS = 64  # of a text that count as a part: what does not fit is told with the whole text
_PLAIN = frozenset(
    (
        *("$ref", "position", "block_type_slug", "blockTypeSlug", "example", "default", "const", "description", "enum"),
        *("format", "required", "title", "type", "maxItems", "minItems", "maximum", "minimum"),
    )
)
_SEVERAL, _NAMED, _ONE = ("anyOf", "allOf", "prefixItems"), ("properties", "definitions"), "items"
_DEFINED = "#/definitions/"


def judged(body: Any) -> dict[str, Any]:
    """What goes on to be judged. Raises ``NotLimitable`` for what is no form, or would take too long."""
    if (
        not isinstance(body, dict)
        or not isinstance(body.get("schema"), dict)
        or not isinstance(body.get("values"), dict)
    ):
        raise NotLimitable
    try:
        schema = _known(body["schema"])
        most = MOST_STEPS // _parts(body["values"])
        asked = {name: part for name, part in schema.items() if name != "definitions"}
        _written_out(asked, schema.get("definitions", {}), {}, most)
    except RecursionError:
        raise NotLimitable from None
    return {"schema": schema, "values": body["values"]}


def _known(schema: Any) -> Any:
    """A schema, made anew of what is known."""
    if not isinstance(schema, dict):
        return schema if isinstance(schema, bool) else {}
    made = {name: part for name, part in schema.items() if name in _PLAIN}
    for name in _SEVERAL:
        if isinstance(schema.get(name), list):
            made[name] = [_known(part) for part in schema[name]]
    for name in _NAMED:
        if isinstance(schema.get(name), dict):
            made[name] = {one: _known(part) for one, part in schema[name].items()}
    if _ONE in schema:
        made[_ONE] = _known(schema[_ONE])
    return made


def _written_out(schema: Any, definitions: Mapping[str, Any], found: dict[str, int | None], most: int) -> int:
    """How many parts a schema has, with what it names written out each time. Raises ``NotLimitable`` beyond ``most``."""
    if not isinstance(schema, dict):
        return 1
    inside = [part for name in _SEVERAL for part in schema.get(name, ())]
    inside += [part for name in _NAMED for part in schema.get(name, {}).values()]
    inside += [schema[_ONE]] if _ONE in schema else []
    count = 1 + len(schema) + sum(_parts(part) for name, part in schema.items() if name in _PLAIN)
    count += sum(_written_out(part, definitions, found, most) for part in inside)
    if "$ref" in schema:
        count += _named(schema["$ref"], definitions, found, most)
    if count > most:
        raise NotLimitable
    return count


def _named(name: Any, definitions: Mapping[str, Any], found: dict[str, int | None], most: int) -> int:
    """The same of a definition; ``found``: those counted before, ``None`` while one is being counted."""
    if not isinstance(name, str) or not name.startswith(_DEFINED):
        raise NotLimitable
    if name not in found:
        found[name] = None
        found[name] = _written_out(definitions.get(name.removeprefix(_DEFINED)), definitions, found, most)
    count = found[name]
    if count is None:  # it names itself
        raise NotLimitable
    return count


def _parts(values: Any) -> int:
    match values:
        case dict():
            return 1 + sum(_parts(one) for pair in values.items() for one in pair)
        case list():
            return 1 + sum(map(_parts, values))
        case str():
            return 1 + len(values) // _LETTERS
        case _:
            return 1
