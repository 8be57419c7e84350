"""The shell: ``provisions check`` of a case system, the zaken there are, and following one."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from provisions.catalogue import PROJECT
from provisions.settings import utc_now
from tests.builders import DIRECTOR
from tests.cli.conftest import Terminal
from tests.conftest import clean_environment
from tests.zaken.conftest import GIVEN, PLACE, RESULTS
from tests.zaken.openzaak import CLIENT, RSIN, OpenZaak, serving

REF = "TR-2026-0042"
TOML = """
[municipality.{place}]
zaken = "{root}/zaken/api/v1"
catalogi = "{root}/catalogi/api/v1"
autorisaties = "{root}/autorisaties/api/v1"
catalogus = "{root}/catalogi/api/v1/catalogussen/7d2b7a3e-4a8c-4c84-a1cd-0a4e6a5a3f10"
rsin = "{rsin}"
client_id = "{client}"
[municipality.{place}.provision.wmo_indication]
zaaktype = "B0255"
mode = "follow"
code = "WMO"
unmapped = ["Niet ontvankelijk"]
results = {{ Verstrekt = "delivered", Geweigerd = "refused", Ingetrokken = "withdrawn" }}
"""


@pytest.fixture
def zgw() -> Iterator[OpenZaak]:
    """A case system that has the time of the machine."""
    with serving(utc_now) as server:
        server.zaaktype("B0255", RESULTS)
        yield server
        assert server.violations == []


@pytest.fixture
def shell(
    zgw: OpenZaak,
    new_database: Callable[..., AbstractContextManager[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Terminal]:
    """A shell with the shipped configuration and a case system."""
    config = tmp_path / "config"
    shutil.copytree(PROJECT / "config", config)
    (config / "zaken.toml").write_text(TOML.format(place=PLACE, root=zgw.root, rsin=RSIN, client=CLIENT))
    clean_environment(monkeypatch)
    with new_database() as url:
        for name, text in {
            "PROVISIONS_HOME": str(tmp_path / "home"),
            "PROVISIONS_CONFIG": str(config),
            "PROVISIONS_DATABASE_URL": url,
            **{name: secret.get_secret_value() for name, secret in GIVEN.items()},
        }.items():
            monkeypatch.setenv(name, text)
        yield Terminal(capfd)


def test_check_signs_in_and_says_what_is_wrong_with_exit_2_and_that_it_is_away_with_5(
    shell: Terminal, zgw: OpenZaak, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = shell.run("check", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert any("zaaksysteem van voorbeeldstad: aangemeld" in line for line in ran.json["checked"])
    zgw.scopes.append("zaken.heropenen")
    ran = shell.run("check")
    assert ran.code == 2
    assert "zaken.heropenen" in ran.err
    assert "Vraag de functioneel beheerder" in ran.err
    zgw.away = True
    assert shell.run("check").code == 5
    monkeypatch.delenv(f"PROVISIONS_ZGW_{PLACE.upper()}_SECRET")
    ran = shell.run("check")
    assert (ran.code, f"PROVISIONS_ZGW_{PLACE.upper()}_SECRET" in ran.err) == (2, True)


def test_a_zaak_of_the_counter_is_followed_and_listed(shell: Terminal) -> None:
    shell.does("intake", REF, "--route", "voluntary", "--need", "wmo_indication")
    assert json.loads(shell.run("zaken", "--json").out) == []
    shown = shell.does("zaken", "follow", REF, "wmo_indication", "ZAAK-7")
    assert shown["provisions"][0]["zaak"]["number"] == "ZAAK-7"
    (line,) = shell.run("zaken", "--json").json
    assert (line["reference"], line["key"], line["state"], line["number"]) == (
        REF,
        "wmo_indication",
        "wanted",
        "ZAAK-7",
    )
    assert "ZAAK-7" in shell.run("zaken").out
    assert shell.run("zaken", "--open", "--json").json == []
    ran = shell.run("zaken", "follow", REF, "wmo_indication", "--by", DIRECTOR)
    assert (ran.code, "ZAAKNUMMER" in ran.err) == (2, True)
    assert shell.does("zaken", "retry") == {"again": 0}
    assert shell.run("zaken", "retry").code == 2
    ran = shell.run("zaken", "--open", "--by", DIRECTOR)
    assert ran.code == 2
    assert shell.run("zaken", "follow", REF, "wmo_indication", "1/2", "--by", DIRECTOR).code == 2
    assert shell.run("zaken", "follow", "TR-2026-0099", "wmo_indication", "Z1", "--by", DIRECTOR).code == 3
