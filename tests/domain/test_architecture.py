"""Imports point one way, and the domain is pure: no clock, no database, no network."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

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
LONGEST_FUNCTION, LONGEST_CLASS = 60, 210
LISTS = {"MessageKind"}  # one declaration below the other, and no logic


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


def test_what_is_long_is_a_list() -> None:
    """No function above sixty lines and no class of more than about two hundred, but for what only declares."""
    for folder in ("provisions", "flows"):
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name not in LISTS:
                    most = LONGEST_CLASS if isinstance(node, ast.ClassDef) else LONGEST_FUNCTION
                    lines = (node.end_lineno or 0) - node.lineno + 1
                    assert lines <= most, (
                        f"{path}:{node.lineno} {node.name} has {lines} lines, at most {most}: split it"
                    )


def test_catalogues_of_public_software_read_what_we_say_of_ourselves() -> None:
    """``publiccode.yml`` and ``pyproject.toml`` name the same version and licence, and how far it is."""
    said = yaml.safe_load((PROJECT / "publiccode.yml").read_text("utf-8"))
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    assert said["softwareVersion"] == project["version"]
    assert said["legal"]["license"] == project["license"]
    assert any(label.lower().endswith(said["developmentStatus"]) for label in project["classifiers"])
