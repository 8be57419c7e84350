"""A scenario is read whole: every fault at once, with file, entry, key and remedy."""

from pathlib import Path
from typing import Any

import pytest

from provisions.catalogue import PROJECT
from provisions.domain.errors import InvalidConfig, InvalidInput, Refused
from provisions.simulation.draw import Draw
from provisions.simulation.file import find, read
from provisions.simulation.reading import Days
from provisions.simulation.scenario import read_scenario
from provisions.simulation.what_if import WhatIf, changed, named, typed
from tests.builders import CONFIG
from tests.simulation.scenarios import CONFIG_FOLDER, COUNTRY, scenario, values

REMEDIES = ("Vul", "Voeg", "Bedoelde", "Kies", "Zet", "Haal", "Het zijn", "Geef", "Later", "Schrijf", "Negen")


@pytest.mark.parametrize("name", ["country", "region"])
def test_the_shipped_scenarios_fit_the_rules(name: str) -> None:
    file = read(find(name, CONFIG_FOLDER), CONFIG_FOLDER)
    found = read_scenario(file.values, file.name, CONFIG)
    assert {key for group in found.groups for key in group.needs} <= found.counters.keys()
    assert all(what_if.changes for what_if in named(file.values, file.name).values())


def test_the_country_is_what_the_sources_say() -> None:
    found = scenario(weeks=52)
    assert read(find("country", CONFIG_FOLDER), CONFIG_FOLDER).values["clients"] == [1500, 2000]
    shares = {group.key: group.share for group in found.groups}
    assert shares["homeless"] / sum(shares.values()) == pytest.approx(1 / 3)
    assert shares["losing_home"] / sum(shares.values()) == pytest.approx(1 / 4)


def test_a_region_has_the_municipalities_of_the_organisation() -> None:
    file = read(find("region", CONFIG_FOLDER), CONFIG_FOLDER)
    found = read_scenario(file.values, file.name, CONFIG)
    assert [place.key for place in found.places] == list(CONFIG.organisation.municipalities)
    assert found.catalogue is CONFIG.catalogue


def test_what_a_scenario_does_not_say_never_happens() -> None:
    """One that was written before these were known still counts as it did: what a counter did is known at once."""
    silent = {name: value for name, value in values().items() if name not in ("again", "rest", "warning", "answers")}
    for group in silent["group"].values():
        group.pop("place_lost", None)
    found = read_scenario(silent, "test.toml", CONFIG)
    draw = Draw(found, "1")
    for number in range(40):
        client = draw.client(number)
        assert (dict(client.again), client.place_lost, client.rest) == ({}, None, None)
        assert all((p.by_link, p.known_after, p.again) == (False, 0, None) for p in client.needs)


def test_a_place_has_a_portfolio_holder_and_the_tables_that_it_has() -> None:
    found = scenario().catalogue
    warned = {place: [rule.name for rule in found.warnings_in(place)] for place in found.calendars}
    everyone = [rule.name for rule in CONFIG.catalogue.warnings]
    assert warned == {
        "large_city": everyone,
        "town": [name for name in everyone if name != "escalation_table"],
        "countryside": [name for name in everyone if name != "escalation_table"],
    }


def test_a_place_has_its_own_tables() -> None:
    found = scenario()
    assert [place for place, tables in found.catalogue.tables.items() if tables] == ["large_city"]
    assert found.catalogue.automatic == frozenset()


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"clients": [10]}, "clients"),
        ({"clients": [10, 5]}, "clients"),
        ({"first_week": "2027-W54"}, "first_week"),
        ({"weeks": 0}, "weeks"),
        ({"weeks": 1000}, "weeks"),
        ({"seed": -1}, "seed"),
        ({"name": ""}, "name"),
        ({"spede": 2}, "spede"),
        ({"counter__id_document__p90": 2}, "p90"),
        ({"counter__id_document__speed": 0}, "speed"),
        ({"counter__id_document__speed": "snel"}, "speed"),
        ({"counter__id_document__median": True}, "median"),
        ({"counter__id_document__refused": 1.2}, "refused"),
        ({"counter__id_document__withdrawn": 0.99}, "refused"),
        ({"counter__id_documnt": {"median": 1, "p90": 2}}, "counter.id_documnt"),
        ({"counter__housing__agreed_after": -1}, "agreed_after"),
        ({"after_refusal__delivered": 0.9}, "delivered"),
        ({"table__doorbraaktafel__answers": {}}, "answers"),
        ({"table__doorbraaktafel__answers": {"ja": 1}}, "ja"),
        ({"table__doorbraaktafel__faster": {"priority": 0.5}}, "priority"),
        ({"table__regional": {}}, "median"),
        ({"suspension__calendar_days": 29}, "calendar_days"),
        ({"waiver__chance": 2}, "chance"),
        ({"group__homeless__brp": {"somewhere": 1}}, "somewhere"),
        ({"group__homeless__needs__benefit": 0.5}, "benefit"),
        ({"group__homeless__otherwise_present": ["postal_address", "benefit_decision"]}, "postal_address"),
        ({"group__homeless__later": {"emergency_shelter": 0.5}}, "later_after"),
        ({"group__losing_home__later": {"housing": 0.5}}, "later"),
        ({"again__id_document__chance": 1.1}, "chance"),
        ({"again__id_document__reason": "vergeten"}, "reason"),
        ({"again__id_document__p90": 1}, "p90"),
        ({"again__id_dcument": {"chance": 1}}, "again.id_dcument"),
        ({"counter": {}}, "again.id_document"),
        ({"rest__chance": -1}, "chance"),
        ({"rest__days": {"median": 20}}, "p90"),
        ({"rest__reasons": {"detention": 1}}, "detention"),
        ({"rest__length": 3}, "length"),
        ({"group__settled__place_lost__chance": 2}, "chance"),
        ({"group__settled__place_lost__known": 3}, "known"),
        ({"group__settled__place_lost": {"chance": 1}}, "after"),
        ({"warning__doorbraaktafel__found": 7}, "found"),
        ({"warning__doorbraktafel": {"found": 1, "median": 1, "p90": 2}}, "warning.doorbraktafel"),
        ({"answers__by_link": 40}, "by_link"),
        ({"answers__at_most": -1}, "at_most"),
        ({"answers__otherwise": {"median": 3, "p90": 1}}, "p90"),
        ({"answers__grounds": {"geen_zin": 1}}, "geen_zin"),
        ({"answers__grounds": {}}, "grounds"),
        ({"group__losing_home__urgent": {"id_document": 0.5}}, "urgent"),
        ({"place__town__speed": {"id_dcument": 2}}, "id_dcument"),
        ({"always_needed__unregistered__needs": ["adres"]}, "needs"),
    ],
)
def test_a_fault_names_its_place_and_a_remedy(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        scenario(**changes)
    lines = [line for line in refused.value.lines if f"sleutel '{key}'" in line]
    assert lines, refused.value.lines
    assert all(line.startswith("test.toml, ") for line in refused.value.lines)
    assert all(any(remedy in line for remedy in REMEDIES) for line in refused.value.lines)


def test_all_faults_come_at_once() -> None:
    with pytest.raises(InvalidConfig) as refused:
        scenario(weeks=0, counter__id_document__p90=1, waiver__chance=3)
    assert len(refused.value.lines) == 3


def test_no_group_and_no_place_is_no_scenario() -> None:
    with pytest.raises(InvalidConfig, match="geen groep"):
        scenario(group={})
    with pytest.raises(InvalidConfig, match="geen enkele plaats"):
        scenario(place={"town": {"share": 0}})


def test_a_file_says_only_what_differs(tmp_path: Path) -> None:
    own = tmp_path / "ons.toml"
    own.write_text('same_as = "country"\nclients = [5, 5]\n[counter.id_document]\nmedian = 3\n[place]\n', "utf-8")
    file = read(own, CONFIG_FOLDER)
    found = read_scenario(file.values, file.name, CONFIG)
    assert found.clients == (5, 5)
    assert found.counters["id_document"].days == Days(3, 12)
    assert file.name == "ons.toml (verder als country.toml)"
    assert "voorbeeldstad" in {place.key for place in found.places}


@pytest.mark.parametrize(
    "text", ['same_as = "ons"', "same_as = 3", 'same_as = "nergens"', "same_as = ", "naam = ééé\x00"]
)
def test_a_file_that_is_no_scenario(tmp_path: Path, text: str) -> None:
    own = tmp_path / "ons.toml"
    own.write_text(text, "utf-8")
    with pytest.raises(Refused) as refused:
        read(own, CONFIG_FOLDER)
    assert refused.value.exit_code == 2


def test_the_example_in_the_guide_is_a_scenario(tmp_path: Path) -> None:
    guide = (PROJECT / "docs" / "user" / "simulatie.md").read_text("utf-8")
    own = tmp_path / "mijn-regio.toml"
    own.write_text(guide.split("```toml\n")[1].split("```")[0], "utf-8")
    file = read(own, CONFIG_FOLDER)
    found = read_scenario(file.values, file.name, CONFIG)
    assert [place.key for place in found.places] == ["havenmeer", "duinrade"]
    assert [place for place, tables in found.catalogue.tables.items() if tables] == ["havenmeer"]
    assert set(named(file.values, file.name)) == {"id-twice-as-fast", "answers-within-a-day", "afwijken"}


def test_an_unknown_scenario_names_those_that_are_there() -> None:
    with pytest.raises(InvalidInput, match="country, region"):
        find("landelijk", CONFIG_FOLDER)


# --- what if ---------------------------------------------------------------------------------------------------------

KNOWN = named(COUNTRY, "country.toml")


def test_a_factor_is_the_speed_of_a_counter() -> None:
    what_if = typed(["id_document=2"], KNOWN, CONFIG)
    assert what_if.changes == {"counter.id_document.speed": 2}
    assert changed(values(), "test", what_if, CONFIG).counters["id_document"].speed == 2


def test_what_is_typed_together_holds_together() -> None:
    what_if = typed(["id-twice-as-fast", "waiver.chance=0,6", "postal_address=1.5"], KNOWN, CONFIG)
    found = changed(values(), "test", what_if, CONFIG)
    assert found.counters["id_document"].speed == 2
    assert found.counters["postal_address"].speed == 1.5
    assert found.waiving.chance == 0.6


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["id_documnt=2"], "id_document"),
        (["id_document=snel"], "geen getal"),
        (["id-twice"], "id-twice-as-fast"),
        (["id_document=2", "id_document=3"], "twee keer"),
        (["id_document=nan"], "geen getal"),
        (["id_document=inf"], "geen getal"),
    ],
)
def test_a_what_if_that_can_not_be(words: list[str], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        typed(words, KNOWN, CONFIG)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("counter.id_documnt.speed", 2, "id_document"),
        ("counter.id_document.sped", 2, "speed"),
        ("counter.id_document.speed", -1, "kan niet"),
        ("waiver.chance", 2, "kan niet"),
        ("weeks", 4, "hele scenario"),
        ("name.x", 4, "staat niet in"),
    ],
)
def test_a_place_that_is_not_there(place: str, value: float, says: str) -> None:
    with pytest.raises(InvalidConfig, match=says):
        changed(values(), "test", WhatIf("test", {place: value}), CONFIG)


def test_a_what_if_in_the_file_is_checked() -> None:
    with pytest.raises(InvalidConfig, match="verandert niets"):
        named({"what_if": {"leeg": {"name": "Niets"}}}, "test.toml")
    with pytest.raises(InvalidConfig, match="verkeerde soort"):
        named({"what_if": {"snel": {"counter.id_document.speed": "twee"}}}, "test.toml")
