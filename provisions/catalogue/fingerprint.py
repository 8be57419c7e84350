"""Whether the rules are the same as before: those in ``config/``, and how this version of the program reads them."""

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from weakref import finalize

from provisions.domain.rules import Catalogue


def fingerprint(catalogue: Catalogue) -> str:
    """The same text for the same rules, in every process and in whatever order sets are kept. Worked out once for a catalogue,
    which nobody changes.
    """
    if id(catalogue) not in _worked_out:
        _worked_out[id(catalogue)] = hashlib.sha256(_domain() + _canonical(catalogue).encode()).hexdigest()
        finalize(catalogue, _worked_out.pop, id(catalogue), None)  # its number may be another's then
    return _worked_out[id(catalogue)]


_worked_out: dict[int, str] = {}


@cache
def _domain() -> bytes:
    """Of the code that decides: after an upgrade another version may decide otherwise."""
    code = hashlib.sha256()
    for module in sorted(_modules(files("provisions.domain")), key=str):
        code.update(meaning(module.read_text("utf-8")).encode())
    return code.digest()


def meaning(source: str) -> str:
    """What Python carries out of ``source``: without comments, layout and docstrings, which decide nothing."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            # A text that stands by itself does nothing: the docstring, and that of an attribute.
            node.body = [one for one in node.body if not _is_text(one)] or [ast.Pass()]
    return ast.dump(tree)


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _modules(folder: Traversable) -> Iterator[Traversable]:
    for found in folder.iterdir():
        if found.is_dir():
            yield from _modules(found)
        elif found.name.endswith(".py"):
            yield found


def _canonical(value: object) -> str:
    if is_dataclass(value):
        # What does not compare is no rule: a calendar's memory of what it computed.
        parts = (f"{f.name}={_canonical(getattr(value, f.name))}" for f in fields(value) if f.compare)
        return f"({','.join(parts)})"
    if isinstance(value, Mapping):
        return f"{{{','.join(sorted(f'{_canonical(k)}:{_canonical(v)}' for k, v in value.items()))}}}"
    if isinstance(value, (set, frozenset)):
        return f"{{{','.join(sorted(map(_canonical, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{','.join(map(_canonical, value))}]"
    return repr(value)
