"""The command line in process, on a database of the test, at home in a folder of the test."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.cli import main
from provisions.database.connect import engine_for
from tests.conftest import clean_environment

DIRECTOR = "regisseur.noord"


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON: nothing else may be there."""
        return json.loads(self.out)


class Terminal:
    """``provisions …`` as typed. ``--by`` is added for those who forget it."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def run(self, *argv: str) -> Ran:
        self._capfd.readouterr()
        code = main(list(argv))
        out, err = self._capfd.readouterr()
        return Ran(code, out, err)

    def does(self, *argv: str) -> Any:
        """Do it as a case director, who expects it to work; the JSON."""
        ran = self.run(*argv, "--by", DIRECTOR, "--json")
        assert ran.code == 0, ran.err
        return ran.json

    def shows(self, reference: str) -> dict[str, dict[str, Any]]:
        """The provisions of a case by key."""
        return {p["key"]: p for p in self.run("show", reference, "--json").json["provisions"]}


@pytest.fixture
def database_url(new_database: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    with new_database() as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    engine = engine_for(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def provisions(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Terminal:
    clean_environment(monkeypatch)
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", database_url)
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COLUMNS", raising=False)  # pytest-xdist tells its workers how wide a terminal is
    return Terminal(capfd)
