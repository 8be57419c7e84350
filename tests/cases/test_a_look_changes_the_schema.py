"""``a-look-changes-the-schema``: who only looks changes nothing; also not where there is nothing yet."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from provisions.cli.main import main
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.database.versions import newest
from provisions.machine.postgres import EmbeddedPostgres, running
from tests.conftest import clean_environment

OLDER = "0005"
REFERENCE = "TR-2026-0042"
INTAKE = ("intake", REFERENCE, "--route", "voluntary", "--need", "id_document", "--by", "regie-1")
LOOKS = (
    ("show", REFERENCE),
    ("overdue",),
    ("audit", REFERENCE),
    ("audit", "--verify"),
    ("check",),
    ("messages",),
    ("messages", "show", "12345678"),
    ("export", REFERENCE),
    ("report",),
    ("backup", "weg"),
)
RECORDS = (
    INTAKE,
    ("outcome", REFERENCE, "id_document", "delivered", "--by", "regie-1"),
    ("close", REFERENCE, "--by", "regie-1"),
    ("messages", "resend", "12345678", "--by", "regie-1"),
    ("forget", REFERENCE, "--by", "regie-1"),
)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pk-"))
    clean_environment(monkeypatch)
    monkeypatch.setenv("PROVISIONS_HOME", str(folder / "var"))
    monkeypatch.chdir(folder)
    yield folder / "var"
    shutil.rmtree(folder)


def everything(database: Engine) -> str:
    """The whole database as text: schema and rows."""
    with database.connect() as connection:
        columns = connection.execute(
            text(
                "SELECT table_name, column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = 'public' ORDER BY 1, 2"
            )
        ).all()
        tables = sorted({row.table_name for row in columns})
        rows = [connection.exec_driver_sql(f"SELECT x::text FROM {name} x ORDER BY 1").all() for name in tables]  # noqa: S608
    return repr((columns, rows))


def test_on_an_older_schema_every_command_says_what_to_do_and_changes_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(home) as server:
        assert main(list(INTAKE)) == 0
        migrate.downgrade(server.owner_url("provisions"), OLDER)
        owner = engine_for(server.owner_url("provisions"))
        before = everything(owner)
        for command in (*LOOKS, *RECORDS):
            capsys.readouterr()
            assert main(list(command)) == 4, command
            said = capsys.readouterr().err
            assert f"versie {OLDER}" in said, command
            assert "back-up" in said, command
            assert "provisions migrate" in said, command
            assert everything(owner) == before, command
        assert not (home.parent / "weg").exists()
        assert not (home / "reports").exists()
        owner.dispose()

        assert main(["migrate"]) == 0
        for command in (("show", REFERENCE), ("overdue",), ("check",), ("backup", "goed")):
            assert main(list(command)) == 0
        with engine_for(server.owner_url("provisions")).connect() as connection:
            assert migrate.current(connection) == newest()


@pytest.mark.parametrize("command", [command for command in LOOKS if command != ("check",)])
def test_where_there_is_no_database_a_look_finds_none_and_makes_none(
    home: Path, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(command)) == 5
    assert "PROVISIONS_HOME" in capsys.readouterr().err
    assert not home.exists()
    home.mkdir()
    assert main(list(command)) == 5
    assert list(home.iterdir()) == []


def test_a_check_of_a_new_home_is_no_fault_and_makes_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "nog geen database" in capsys.readouterr().out
    assert not home.exists()


def test_who_records_makes_the_database_and_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(list(INTAKE)) == 0
    assert str(home) in capsys.readouterr().err
    assert EmbeddedPostgres(home).exists()
    assert main(["show", REFERENCE]) == 0
    assert capsys.readouterr().err == ""
