"""The OpenAPI documents of the standard (``openapi/``, EUPL 1.2, unchanged), as what requests and answers are held against."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parent / "openapi"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _plain(node: Any, *, request: bool) -> Any:
    """OpenAPI 3.0 as JSON Schema: ``nullable``; and what is read only is not required of a request."""
    if isinstance(node, list):
        return [_plain(one, request=request) for one in node]
    if not isinstance(node, dict):
        return node
    made = {
        k: _plain(v, request=request)
        for k, v in node.items()
        if k not in ("nullable", "discriminator", "example", "format")
    }
    properties = node.get("properties")
    if isinstance(properties, dict) and isinstance(node.get("required"), list):
        hidden = [
            k for k, v in properties.items() if isinstance(v, dict) and v.get("readOnly" if request else "writeOnly")
        ]
        made["required"] = [k for k in node["required"] if k not in hidden]
    return {"anyOf": [made, {"type": "null"}]} if node.get("nullable") is True else made


@dataclass(frozen=True)
class Operation:
    """One call of the standard: which parameters it knows in the address, and what it takes and gives."""

    query: frozenset[str]
    takes: Draft202012Validator | None
    gives: dict[str, Draft202012Validator]


class Document:
    """One of the documents."""

    def __init__(self, name: str) -> None:
        self._whole = yaml.load((FOLDER / name).read_text(), _LOADER)  # noqa: S506 - ours, and a safe loader
        schemas = self._whole["components"]["schemas"]
        self._of = {request: {"schemas": _plain(schemas, request=request)} for request in (True, False)}
        paths = sorted(self._whole["paths"], key=lambda path: path.count("{"))
        self._paths = [(re.compile(re.sub(r"\{[^/]+\}", "[^/]+", path)), path) for path in paths]
        self._known: dict[tuple[str, str], Operation] = {}

    def operation(self, method: str, path: str) -> Operation | None:
        """The call that this is, ``None`` when the standard has no such call."""
        found = next((template for pattern, template in self._paths if pattern.fullmatch(path)), None)
        what = self._whole["paths"].get(found, {}).get(method.lower()) if found else None
        if what is None or found is None:
            return None
        if (method, found) not in self._known:
            self._known[method, found] = self._read(what)
        return self._known[method, found]

    def _read(self, what: dict[str, Any]) -> Operation:
        taken = what.get("requestBody", {})
        gives = {code: self._validator(answer, request=False) for code, answer in what["responses"].items()}
        return Operation(
            frozenset(p["name"] for p in what.get("parameters", []) if p.get("in") == "query"),
            self._validator(taken, request=True),
            {code: validator for code, validator in gives.items() if validator is not None},
        )

    def _validator(self, holder: dict[str, Any], *, request: bool) -> Draft202012Validator | None:
        if "$ref" in holder:
            part = holder["$ref"].rpartition("/")[2]
            holder = next(kind[part] for kind in self._whole["components"].values() if part in kind)
        content = holder.get("content")
        if not content:
            return None
        schema = _plain(next(iter(content.values()))["schema"], request=request)
        return Draft202012Validator({**schema, "components": self._of[request]})


@cache
def document(name: str) -> Document:
    """A document, read once."""
    return Document(name)
