"""``provisions report`` as it is typed."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from provisions.cli import main
from tests.conftest import clean_environment

NewDatabase = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def home(new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    clean_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)
    with new_database() as url:
        monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("PROVISIONS_DATABASE_URL", url.replace("postgresql+psycopg", "postgresql"))
        yield tmp_path / "home"


def test_json_is_all_there_is_on_standard_output(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["intake", "TR-2026-0001", "--route", "voluntary", "--need", "id_document", "--by", "regie-1",
                 "--on", "2026-01-05"]) == 0  # fmt: skip
    capsys.readouterr()
    assert main(["report", "--json", "--week", "2026-W03"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["week"], shown["frozen"]) == ("2026-W03", False)
    row = next(row for row in shown["provisions"] if row["key"] == "id_document")
    assert (row["breaches"], row["overdue"], row["longest_overdue_days"]) == (1, 1, None)
    assert shown["totals"]["breaches"] == 1
    assert shown["municipalities"][0] == {
        "municipality": "voorbeeldstad", "name": "Voorbeeldstad", "weeks": 13,
        "started": "<5", "delivered": 0, "breaches": "<5", "overdue": "<5",
    }  # fmt: skip
    written = sorted(path.name for path in (home / "reports").iterdir())
    assert written == [f"weekrapport-2026-W03.{kind}" for kind in ("csv", "html", "json", "pdf")]


def test_people_get_dutch_and_a_folder_of_their_own_choice(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--week", "2026-W03", "--out", str(tmp_path / "for the table")]) == 0
    out = capsys.readouterr().out
    assert "Weekrapport basisvoorzieningen, week 3 van 2026" in out
    assert (tmp_path / "for the table" / "weekrapport-2026-W03.html").is_file()
    assert not (home / "reports").exists()


@pytest.mark.parametrize(
    ("week", "told"),
    [("2025-W53", "bestaat niet"), ("week 3", "Verwacht: JJJJ-Wnn"), ("2199-W01", "begint pas op")],
)
def test_a_wrong_week_is_refused(home: Path, capsys: pytest.CaptureFixture[str], week: str, told: str) -> None:
    assert main(["report", "--week", week]) == 2
    shown = capsys.readouterr()
    assert told in shown.err
    assert shown.out == ""
    assert not (home / "reports").exists()
