"""What may stand in ``zaken.toml``, and what ``provisions check`` says of a case system."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from provisions.catalogue import PROJECT, load
from provisions.domain.errors import InvalidConfig
from provisions.domain.rules import OutcomeName, ZaakMode
from provisions.settings import Secret
from provisions.zaken.checking import Findings, examine
from provisions.zaken.servers import servers_for
from tests.builders import day
from tests.zaken.conftest import GIVEN, PLACE, RESULTS, Side, read, written
from tests.zaken.openzaak import Refusal

ROOT = "https://zaken.voorbeeldstad.example"


def test_as_shipped_no_municipality_has_one() -> None:
    config = load(PROJECT / "config")
    assert config.zaken == {}
    assert config.catalogue.zaken == {}


def test_the_example_in_the_shipped_file_can_be_read() -> None:
    import tomllib

    text = (PROJECT / "config" / "zaken.toml").read_text()
    example = [line.removeprefix("# ") for line in text.partition("# [municipality")[2].splitlines()]
    tables = tomllib.loads("\n".join(["[municipality" + example[0], *example[1:]]).replace("#\n", "\n"))
    config, faults = read(tables["municipality"])
    assert faults == []
    rule = config.catalogue.zaken["havenmeer", "id_document"]
    assert (rule.mode, rule.withdrawn, rule.code) == (ZaakMode.OPEN, "Ingetrokken", "ID")
    assert rule.results["Geweigerd"].outcome is OutcomeName.REFUSED


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("rsin",), "123456789", "geen RSIN"),
        (("zaken",), "http://zaken.example/api", "geen veilig webadres"),
        (("catalogi",), "https://u:p@zaken.example/api", "geen veilig webadres"),
        (("client_id",), "twee woorden", "client_id"),
        (("provision", "id_document", "code"), "id", "hoofdletters"),
        (("provision", "id_document", "mode"), "both", "bestaat niet"),
        (("provision", "id_document", "results"), {"Verstrekt": "done"}, "bestaat niet"),
        (("provision", "id_document", "results"), {"Niet ontvankelijk": "refused"}, "ook in results"),
        (("provision", "wmo_indication", "code"), "ID", "meer dan een voorziening"),
        (("provision", "passport"), {}, "de voorziening 'passport' bestaat niet"),
        (("secret",), "hoort hier niet", "onbekende sleutel"),
    ],
)
def test_what_is_wrong_names_file_entry_key_and_remedy(path: tuple[str, ...], value: Any, said: str) -> None:
    tables = {PLACE: deepcopy(written(ROOT))}
    inner: Any = tables[PLACE]
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    _, faults = read(tables)
    assert any(said in fault and fault.startswith("zaken.toml, [municipality") for fault in faults), faults


def test_a_required_field_must_be_said_and_a_municipality_must_exist() -> None:
    shelter = {"zaaktype": "B1", "mode": "open", "code": "OP", "results": {"Ingetrokken": "withdrawn"}}
    _, faults = read({PLACE: written(ROOT, provision={"emergency_shelter": shelter}), "elders": written(ROOT)})
    assert any("hoort het veld" in fault for fault in faults)
    assert any("de gemeente 'elders' bestaat niet" in fault for fault in faults)


def test_a_secret_is_asked_for_by_the_name_of_its_setting() -> None:
    config, _ = read({PLACE: written(ROOT)})
    for given in ({}, {next(iter(GIVEN)): Secret("kort")}):
        with pytest.raises(InvalidConfig, match=f"PROVISIONS_ZGW_{PLACE.upper()}_SECRET"):
            servers_for(config.zaken, given, lambda: pytest.fail("nobody asks"), lambda: 0.5)


# --- provisions check ----------------------------------------------------------------------------------------------------


def checked(side: Side, *, callback: str = "", answers: int | None = 401) -> Findings:
    """What check says now."""
    server = servers_for(side.config.zaken, GIVEN, side.clock, lambda: 0.5)[PLACE]
    return examine(server, side.clock(), callback=callback, answers=lambda _address: answers)


def test_all_is_well(side: Side) -> None:
    found = checked(side)
    assert found.faults == []
    assert any("aangemeld" in line for line in found.done)
    assert any("zaakvertrouwelijk" in line for line in found.done)
    assert all("geen notificaties" in line for line in found.warnings)


@pytest.mark.parametrize(
    ("secret", "said"), [("x" * 40, "het geheim klopt niet"), (None, "klok")], ids=["another secret", "another time"]
)
def test_not_signed_in_says_what_to_ask(side: Side, secret: str | None, said: str) -> None:
    given = GIVEN | ({next(iter(GIVEN)): Secret(secret)} if secret else {})
    clock = (lambda: side.clock() - timedelta(hours=2)) if secret is None else side.clock
    server = servers_for(side.config.zaken, given, clock, lambda: 0.5)[PLACE]
    found = examine(server, side.clock(), callback="", answers=lambda _address: None)
    assert not found.away
    assert said in found.faults[0]


def test_away_it_is_unreachable(side: Side) -> None:
    side.zgw.away = True
    found = checked(side)
    assert found.away
    assert "bereikbaar" in found.faults[0]


def test_a_version_that_starts_soon_and_rights_that_it_lacks_are_told_before(side: Side) -> None:
    side.zgw.zaaktypen[0]["eindeGeldigheid"] = "2026-11-30"
    new = side.zgw.zaaktype("B0255", {"Verstrekt": "Toegekend"}, begins="2026-12-01")
    side.zgw.without_right.add(new)
    found = checked(side)
    assert any("1 december 2026 een nieuwe versie" in line for line in found.warnings)
    assert any("missen wij" in line and "1 december 2026" in line for line in found.warnings)
    assert any("resultaat 'Geweigerd' bestaat niet" in line and "1 december" in line for line in found.faults)


@pytest.mark.parametrize(
    ("identification", "said"),
    [("B9999", "is er vandaag niet"), ("B0255", "meer dan een geldige versie")],
)
def test_the_version_of_today_is_there_once(side: Side, identification: str, said: str) -> None:
    side.zgw.zaaktype("B0255", {"Verstrekt": "Toegekend"})
    system = side.config.zaken[PLACE]
    rules = {key: replace(rule, zaaktype=identification) for key, rule in system.rules.items()}
    config = {PLACE: replace(system, rules=rules)}
    server = servers_for(config, GIVEN, side.clock, lambda: 0.5)[PLACE]
    found = examine(server, side.clock(), callback="", answers=lambda _address: None)
    assert any(said in line for line in found.faults)


def test_on_the_day_that_one_version_ends_and_another_begins_it_is_the_new_one(side: Side) -> None:
    side.zgw.zaaktypen[0]["eindeGeldigheid"] = "2026-11-02"  # Open Zaak takes that
    new = side.zgw.zaaktype("B0255", RESULTS, begins="2026-11-02")
    assert checked(side).faults == []
    server = servers_for(side.config.zaken, GIVEN, side.clock, lambda: 0.5)[PLACE]
    assert server.catalogue.version("B0255", day("2026-11-02")).url == new
    assert server.catalogue.version("B0255", day("2026-11-01")).url == side.zgw.zaaktypen[0]["url"]


def test_a_resultaat_without_a_meaning_is_named(side: Side) -> None:
    kind = dict(
        side.zgw.resultaattypen[0],
        omschrijving="Doorverwezen",
        url=f"{side.zgw.root}/x/{'0' * 8}-0000-4000-8000-{'0' * 12}",
    )
    side.zgw.resultaattypen.append(kind)
    assert any("van resultaat 'Doorverwezen'" in line for line in checked(side).warnings)


@pytest.mark.parametrize("scope", ["zaken.heropenen", "zaken.geforceerd-bijwerken", "zaken.verwijderen"])
def test_too_many_rights_are_a_fault(side: Side, scope: str) -> None:
    side.zgw.scopes.append(scope)
    assert any(scope in line and "te veel" in line for line in checked(side).faults)


@pytest.mark.parametrize("scope", ["zaken.audit.lezen", "documenten.lezen"])
def test_what_we_may_and_never_do_is_told(side: Side, scope: str) -> None:
    side.zgw.scopes.append(scope)
    found = checked(side)
    assert found.faults == []
    assert any(f"meer dan nodig ({scope})" in line for line in found.warnings)


def test_all_rights_are_too_many_and_too_few_are_named(side: Side) -> None:
    side.zgw.everything = True
    assert any("alle rechten" in line for line in checked(side).faults)
    side.zgw.everything = False
    side.zgw.scopes.remove("zaken.bijwerken")
    assert any("missen wij zaken.bijwerken" in line for line in checked(side).faults)


def test_its_clock_is_compared_with_ours(side: Side) -> None:
    server = servers_for(side.config.zaken, GIVEN, lambda: side.clock() - timedelta(minutes=5), lambda: 0.5)[PLACE]
    found = examine(server, side.clock(), callback="", answers=lambda _address: None)
    assert any("300 seconden voor" in line for line in found.faults)


def test_subscribed_once_and_reachable(side: Side) -> None:
    callback = "https://basisvoorzieningen.example/zaaksysteem/berichten"
    body = {
        "callbackUrl": callback,
        "auth": "x" * 40,
        "kanalen": [{"naam": "zaken", "filters": {"bronorganisatie": "002564440"}}],
    }
    assert any("nog geen abonnement" in line for line in checked(side, callback=callback).warnings)
    side.zgw.abonnementen["1"] = body
    assert checked(side, callback=callback).warnings == []
    assert any("antwoordt 200" in line for line in checked(side, callback=callback, answers=200).warnings)
    side.zgw.abonnementen["1"] = {**body, "kanalen": []}
    assert any("staat anders" in line for line in checked(side, callback=callback).warnings)
    side.zgw.abonnementen["2"] = body
    assert any("2 keer geabonneerd" in line for line in checked(side, callback=callback).faults)


def test_rights_that_cannot_be_read_are_a_warning(side: Side) -> None:
    def forbid(call: Any) -> None:
        if "autorisaties" in call.path:
            raise Refusal(403, "permission_denied")

    side.zgw.before = forbid
    found = checked(side)
    assert found.faults == []
    assert any("autorisaties.lezen" in line for line in found.warnings)
