"""A BSN, an address and a telephone number, planted in every word that can be typed: refused, not repeated, nothing changed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.cli.main import main
from provisions.settings import PROJECT
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, day, everything_in, typed
from tests.conftest import MovingClock, clean_environment

PLANTED = ("111222333", "j.jansen@voorbeeld.nl", "06-12345678")
REF = "TR-2026-0001"
# Every command that changes or shows something, as it is accepted; each word in it is replaced in turn.
COMMANDS = (
    "intake TR-2026-0009 --route voluntary --need id_document postal_address --municipality voorbeeldstad "
    "--brp unknown --present housing --director regisseur.noord --on 2026-11-02 "
    "--waive postal_address:id_document=spoed --by regisseur.noord",
    "intake TR-2026-0009 --route voluntary --need emergency_shelter debt_counselling social_network "
    "--needed-from emergency_shelter=2030-11-09 --urgent debt_counselling --agreed social_network=2030-12-01 "
    "--by regisseur.noord",
    f"show {REF}",
    f"audit {REF}",
    "overdue --municipality voorbeeldstad",
    f"outcome {REF} postal_address delivered --field ground=no_residence --note klaar --by regisseur.noord",
    f"suspend {REF} id_document --reason client_asks --until 2026-12-01 --approved-by teamleider-1 --by regisseur.noord",
    f"resume {REF} advance_payment --by regisseur.noord",
    f"waive {REF} benefit_decision id_document --ground spoed --by regisseur.noord",
    f"answer {REF} wmo_indication doorbraaktafel priority --by regisseur.noord",
    f"submit {REF} wmo_indication submitted --reason geprobeerd --by regisseur.noord",
    f"add {REF} postal_address --waive postal_address:id_document=spoed --by regisseur.noord",
    f"agree {REF} housing 2030-12-01 --by regisseur.noord",
    f"transfer {REF} --municipality havenmeer --by regisseur.noord",
    f"followup {REF} wmo_indication support_started done --by regisseur.noord",
    f"reopen {REF} special_assistance --reason vergissing --by regisseur.noord",
    f"close {REF} --by regisseur.noord",
    f"show {REF} --onbekend iets",
)


@pytest.fixture
def town(database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """A case with something in every state."""
    clean_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVISIONS_DATABASE_URL", database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PROVISIONS_CONFIG", str(PROJECT / "config"))
    clock = MovingClock()
    app = App(database, CONFIG, clock)
    needs = ("id_document", "benefit_decision", "advance_payment", "wmo_indication", "special_assistance")
    app.cases.intake(IntakeRequest(REF, "voluntary", needs), by=typed(DIRECTOR))
    app.cases.suspend(REF, "advance_payment", reason="client_asks", until=day("2026-11-25"), by=typed(DIRECTOR))
    clock.advance(days=17)
    app.time.tick_all()
    app.cases.record_outcome(REF, "special_assistance", "delivered", by=typed(DIRECTOR))
    return database


def replaced(command: str, planted: str) -> Iterator[list[str]]:
    """The command with each of its words (and each part of a word like ``a:b=c``) replaced in turn."""
    words = command.split()
    for place, word in enumerate(words[1:], start=1):
        if word.startswith("--"):
            continue
        for part in [p for p in re.split(r"[:=]", word) if p]:
            yield [*words[:place], word.replace(part, planted), *words[place + 1 :]]


@pytest.mark.parametrize("planted", PLANTED)
def test_what_identifies_a_person_is_refused_wherever_it_is_typed(
    town: Engine, planted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything_in(town)
    for command in COMMANDS:
        for argv in replaced(command, planted):
            code = main(argv)
            shown = capsys.readouterr()
            assert code in (2, 3, 4), argv
            assert planted not in shown.out + shown.err, argv
    assert everything_in(town) == before


@pytest.mark.parametrize("planted", PLANTED)
def test_nor_in_any_cell_of_a_file(
    town: Engine, planted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything_in(town)
    cells = {
        "reference": "TR-2026-0009",
        "route": "voluntary",
        "need": "postal_address social_network",
        "municipality": "voorbeeldstad",
        "brp": "unknown",
        "present": "housing",
        "agreed": "social_network=2030-12-01",
        "urgent": "",
        "director": "regisseur.noord",
        "on": "2026-11-02",
        "waive": "postal_address:id_document=spoed",
    }
    path = tmp_path / "trajecten.csv"
    for name, cell in cells.items():
        for value in (planted, cell.rpartition("=")[0] + "=" + planted if "=" in cell else f"{cell} {planted}"):
            row = ",".join({**cells, name: value}.values())
            path.write_text(f"{','.join(cells)}\n{row}\n")
            code = main(["intake", "--file", str(path), "--by", DIRECTOR])
            shown = capsys.readouterr()
            assert code in (2, 3, 4), (name, value)
            assert planted not in shown.out + shown.err, (name, value)
    assert everything_in(town) == before


@pytest.mark.usefixtures("town")
def test_the_commands_as_they_stand_are_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    """So that they are refused for what was planted, and for nothing else."""
    accepted = {command.split()[0]: main(command.split()) for command in COMMANDS[2:7]}
    capsys.readouterr()
    assert accepted == {"show": 0, "audit": 0, "overdue": 0, "outcome": 3, "suspend": 0}
