"""``config-with-bom``: good TOML as Notepad and PowerShell save it."""

import shutil
from pathlib import Path

import pytest

from provisions.catalogue import PROJECT
from provisions.simulation.file import SHIPPED, read
from tests.cli.conftest import Terminal


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["organisation.toml", "provisions.toml", "calendar.toml"])
def test_config_in_another_encoding(
    provisions: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, encoding: str
) -> None:
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "config", config)
    path = config / name
    path.write_bytes(path.read_text("utf-8").encode(encoding, errors="replace"))
    monkeypatch.setenv("PROVISIONS_CONFIG", str(config))
    ran = provisions.run("term", "2 werkdagen", "--from", "2026-11-02", "--json")
    assert ran.code == 0, ran.err
    assert ran.json["due"] == "2026-11-04"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_scenario_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    """The same reader: a scenario, and the one that it is the same as."""
    shipped = (SHIPPED / "region.toml").read_text("utf-8")
    path = tmp_path / "regio.toml"
    path.write_bytes(shipped.encode(encoding, errors="replace"))
    expected = read(SHIPPED / "region.toml", SHIPPED.parent)
    assert read(path, SHIPPED.parent).values.keys() == expected.values.keys()
    path.write_bytes("name = 'België' # cafés".encode("cp1252"))
    assert read(path, SHIPPED.parent).values == {"name": "België"}
