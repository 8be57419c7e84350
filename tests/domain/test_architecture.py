"""Imports point one way, and the domain is pure: no clock, no database, no network."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from provisions.catalogue import PROJECT

DOMAIN = sorted((PROJECT / "provisions" / "domain").rglob("*.py"))
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
OUTSIDE = {
    "time",
    "os",
    "socket",
    "random",
    "subprocess",
    "pathlib",
    "logging",
    "sqlite3",
    "urllib",
    "http",
    "threading",
}


def test_imports_point_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", DOMAIN, ids=lambda p: str(p.relative_to(PROJECT)))
def test_the_domain_calls_no_clock_and_knows_no_outside(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Attribute(value=ast.Name(id=owner), attr=name):
                assert (owner, name) not in CLOCKS, f"{path.name}:{node.lineno} calls a clock"
            case ast.Import(names=names):
                assert not {alias.name.partition(".")[0] for alias in names} & OUTSIDE, f"{path.name}:{node.lineno}"
            case ast.ImportFrom(module=str(module)):
                assert module.partition(".")[0] not in OUTSIDE, f"{path.name}:{node.lineno}"


def test_only_flows_know_prefect() -> None:
    for path in (PROJECT / "provisions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            assert not any(name.partition(".")[0] == "prefect" for name in names), (
                f"{path}:{getattr(node, 'lineno', 0)}"
            )
