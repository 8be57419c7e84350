"""How a table and the stand-by are reached: what ``organisation.toml`` may say, and what is wrong with it."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from provisions.catalogue import PROJECT, Config, load
from provisions.catalogue.standby import OnCall
from provisions.domain.errors import InvalidConfig
from provisions.domain.rungs import RungName

TABLE = 'email = "doorbraaktafel@voorbeeldstad.example", phone = "088 000 10 01" }'
HOURS = 'legal_basis = "Participatiewet'
GATEWAY = 'webhook = "https://bellen.example/oproep", webhook_secret_from = "env:BELLEN", call_back = "088 000 10 08"'


def changed(folder: Path, old: str, new: str) -> Config:
    """The shipped configuration with one change in ``organisation.toml``."""
    shutil.copytree(PROJECT / "config", folder / "config")
    path = folder / "config" / "organisation.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return load(folder / "config")


def with_gateway(folder: Path, gateway: str) -> Config:
    return changed(folder, HOURS, f"standby_call = {{ {gateway} }}\n{HOURS}")


def test_a_table_may_ask_for_one_agenda_a_day(tmp_path: Path) -> None:
    config = changed(tmp_path, TABLE, TABLE.replace(" }", ", agenda = true }"))
    places = config.organisation.municipalities
    assert places["voorbeeldstad"].agendas == {RungName.DOORBRAAKTAFEL}
    assert not places["havenmeer"].agendas


def test_a_table_that_is_a_program_has_no_agenda(tmp_path: Path) -> None:
    webhook = ', webhook = "https://tafel.example/in", webhook_secret_from = "env:TAFEL", agenda = true }'
    with pytest.raises(InvalidConfig, match=r"organisation\.toml.*doorbraaktafel.*'agenda'.*Haal agenda weg"):
        changed(tmp_path, TABLE, TABLE.replace(" }", webhook))


def test_the_stand_by_is_called_first_and_then_the_others(tmp_path: Path) -> None:
    gateway = f'{GATEWAY}, within = 20, next = [{{ name = "Achterwacht", phone = "088 000 10 09" }}]'
    call = with_gateway(tmp_path, gateway).organisation.municipalities["voorbeeldstad"].standby_call
    assert call is not None
    assert call.people == (
        OnCall("Bereikbaarheidsdienst Voorbeeldstad", "088 000 10 03"),
        OnCall("Achterwacht", "088 000 10 09"),
    )
    assert call.within == timedelta(minutes=20)
    assert call.says == "Er ligt een spoedvraag klaar. Bel 088 000 10 08."


@pytest.mark.parametrize(
    ("gateway", "said"),
    [
        ('call_back = "088 000 10 08"', "'webhook'.*het adres van de gateway ontbreekt"),
        (GATEWAY.replace("https:", "http:"), "'webhook'.*geen veilig webadres"),
        (GATEWAY.partition(", call_back")[0], "'call_back'.*ontbreekt"),
        (f"{GATEWAY}, within = 2", "'within'.*2 minuten kan niet.*5 tot 120"),
        (f'{GATEWAY}, next = [{{ name = "Achterwacht" }}]', "'phone'.*ontbreekt"),
        (f'{GATEWAY}, text = "bel Jan"', "'text'"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_do(tmp_path: Path, gateway: str, said: str) -> None:
    with pytest.raises(InvalidConfig, match=rf"(?s)organisation\.toml.*voorbeeldstad.*{said}"):
        with_gateway(tmp_path, gateway)
