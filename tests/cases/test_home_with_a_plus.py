"""``home-with-a-plus``: a folder may have any character in its path; each home starts, and is reached as itself."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from sqlalchemy import make_url, text

from flows.server.child import asyncpg_url
from provisions.cli.main import main
from provisions.database.address import libpq_url
from provisions.database.connect import database
from provisions.domain.errors import InvalidInput
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings, load_settings
from tests.conftest import clean_environment

NAMES = (
    "a+b",
    "a&b",
    "a#b",
    "a%25b",
    "a%b",
    "a b",
    "é·漢",
    "a,b",
    "a:b",
    "a'b\"c",
    "a?b@c",
    "a;b=c",
    "${HOME}",
    "a\\b",
    "[a]*",
    "-a",
)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="ph-"))
    yield made
    shutil.rmtree(made)


def test_a_home_with_every_awkward_character_works_for_both_databases(folder: Path) -> None:
    home = folder / "".join(NAMES)
    settings = Settings(home=home)
    with running(home) as server:
        with database(settings) as engine, engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM client_case")) == 0
        with psycopg.connect(libpq_url(server.url("prefect"))) as connection:
            found = connection.execute("SHOW data_directory_mode").fetchone()
            assert found == ("0700",)
    assert (home / "postgres" / "PG_VERSION").exists()
    assert [path.name for path in folder.iterdir()] == [home.name], "and nothing was made anywhere else"


@pytest.mark.parametrize("name", NAMES)
def test_the_address_of_each_home_leads_to_its_folder_by_every_reader(folder: Path, name: str) -> None:
    settings = Settings(home=folder / name)
    server = EmbeddedPostgres(settings.home)
    socket = str(server.socket_folder())
    assert Path(socket).resolve() == (server.data if Path(socket) == server.data else Path(socket).readlink())
    url = server.url("provisions")
    assert make_url(url).query["host"] == socket
    assert psycopg.conninfo.conninfo_to_dict(libpq_url(url))["host"] == socket
    assert parse_qs(urlsplit(asyncpg_url(settings)).query)["host"] == [socket]
    assert not set("+&#%,: ") & set(socket)


@pytest.mark.skipif(sys.platform != "linux", reason="bytes that are no text are a matter of Linux")
def test_a_path_that_is_no_text_has_an_address_too(folder: Path) -> None:
    server = EmbeddedPostgres(Path(str(folder) + "/a\udcffb"))
    assert str(server.socket_folder()).isascii()


@pytest.mark.parametrize("name", ["PROVISIONS_HOME", "PROVISIONS_CONFIG"])
def test_the_home_of_somebody_who_is_not_there_is_a_wrong_setting(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clean_environment(monkeypatch)
    monkeypatch.setenv(name, "~niemand-van-hier/map")
    with pytest.raises(InvalidInput, match=name):
        load_settings()


def test_a_path_in_the_env_file_is_taken_as_it_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean_environment(monkeypatch)
    monkeypatch.chdir(folder)
    (folder / ".env").write_text("PROVISIONS_HOME='/srv/${HOME}#b+c'\n")
    assert load_settings().home == Path("/srv/${HOME}#b+c")


def test_config_and_files_lie_in_folders_with_any_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clean_environment(monkeypatch)
    awkward = folder / "a+b &#%25,:é"
    shutil.copytree("config", awkward / "config")
    monkeypatch.setenv("PROVISIONS_HOME", str(awkward / "home"))
    monkeypatch.setenv("PROVISIONS_CONFIG", str(awkward / "config"))
    with running(awkward / "home"):
        commands = (
            ("intake", "TR-2026-0001", "--route", "voluntary", "--need", "id_document", "--by", "regie-1"),
            ("check",),
            ("export", "TR-2026-0001", "--out", str(awkward / "uit#1.json")),
            ("report", "--out", str(awkward / "rapport&+%41")),
            ("backup", str(awkward / "back-up?%2F#")),
        )
        for command in commands:
            assert main(list(command)) == 0, capsys.readouterr().err
    assert (awkward / "uit#1.json").is_file()
    assert list((awkward / "rapport&+%41").glob("weekrapport-*.html"))
    assert (awkward / "back-up?%2F#" / "manifest.json").is_file()


@pytest.mark.parametrize("command", [("backup",), ("restore",), ("export", "TR-2026-0001", "--out")])
def test_a_folder_of_somebody_who_is_not_there_is_refused(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    clean_environment(monkeypatch)
    monkeypatch.setenv("PROVISIONS_HOME", str(folder / "home"))
    assert main([*command, "~niemand-van-hier/map"]) == 2
    assert "~niemand-van-hier" in capsys.readouterr().err
