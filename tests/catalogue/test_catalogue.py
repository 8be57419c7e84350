"""The configuration as shipped, against domain.md; and every fault that a person can make in it."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from provisions.catalogue import PROJECT, Config, load
from provisions.domain.errors import InvalidConfig
from provisions.domain.rules import Promise
from provisions.domain.rungs import RungName

SHIPPED = PROJECT / "config"

# key: guide, target, promise, starts after, statutory term (domain.md, "The provisions")
TWELVE = {
    "id_document": ("1.2", "1 week", "delivery", [], None),
    "postal_address": ("1.1", "2 werkdagen", "delivery", ["id_document"], "8 weken"),
    "emergency_shelter": ("1.3", "0 dagen", "delivery", [], None),
    "housing": ("1.3", None, "delivery", ["id_document"], None),
    "day_activity": ("1.4", "10 werkdagen", "decision", [], "8 weken"),
    "advance_payment": ("1.4", "1 week", "delivery", [], "4 weken"),
    "benefit_decision": ("1.4", "2 weken", "decision", ["id_document"], "8 weken"),
    "special_assistance": ("1.4", "2 weken", "decision", [], "8 weken"),
    "debt_counselling": (
        "1.5", "4 weken", "delivery", ["id_document", "emergency_shelter|housing", "benefit_decision"], "4 weken",
    ),
    "wmo_indication": ("1.6", "3 werkdagen", "delivery", [], "8 weken"),
    "health_insurance": ("1.6", "2 weken", "delivery", ["id_document", "postal_address|housing"], "3 maanden"),
    "social_network": ("1.7", None, "delivery", [], None),
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load(SHIPPED)


def test_the_twelve_provisions_are_as_in_the_domain(shipped: Config) -> None:
    rules = shipped.catalogue.provisions
    assert {
        key: (
            rule.guide,
            str(rule.target) if rule.target else None,
            rule.promise.value,
            [str(d) for d in rule.after],
            str(rule.statutory[-1].presumed or rule.statutory[-1].term) if rule.statutory else None,
        )
        for key, rule in rules.items()
    } == TWELVE


def test_what_is_municipal_what_is_applied_for_and_what_is_decided(shipped: Config) -> None:
    rules = shipped.catalogue.provisions.values()
    assert {r.key for r in rules if r.municipal} == {"special_assistance", "debt_counselling", "health_insurance"}
    assert {r.key for r in rules if r.applies_at_intake} == {"benefit_decision", "debt_counselling"}
    assert {r.key for r in rules if r.promise is Promise.DECISION} == {
        "day_activity", "benefit_decision", "special_assistance",
    }  # fmt: skip
    assert {r.key for r in rules if not r.roll and not r.needs_agreed_date} == {"emergency_shelter"}


def test_only_the_offer_instead_of_shelter_must_be_filled_in(shipped: Config) -> None:
    required = {
        (rule.key, field.name) for rule in shipped.catalogue.provisions.values() for field in rule.fields
        if field.required_for
    }  # fmt: skip
    assert required == {("emergency_shelter", "offered_instead")}


def test_the_social_network_never_goes_to_the_national_desk(shipped: Config) -> None:
    without = {
        key
        for key, rule in shipped.catalogue.provisions.items()
        if RungName.MAATWERKLOKET not in {rung.name for rung in rule.ladder}
    }
    assert without == {"social_network"}


def test_the_equated_days_are_those_of_the_decree(shipped: Config) -> None:
    calendar = shipped.catalogue.calendar
    assert set(calendar.equated) == {
        date(2026, 1, 2), date(2026, 5, 15), date(2027, 5, 7), date(2028, 4, 28), date(2028, 5, 26),
    }  # fmt: skip
    assert calendar.equated_until == 2028
    assert all("Stcrt. 2025, 24713" in reason for reason in calendar.equated.values())


def test_the_example_region_has_addresses_that_cannot_exist(shipped: Config) -> None:
    assert len(shipped.organisation.municipalities) == 4
    assert [m for m, tables in shipped.catalogue.tables.items() if tables] == ["havenmeer"]
    assert not shipped.catalogue.has_rung(RungName.REGIONAL, next(iter(shipped.organisation.municipalities)))
    text = (SHIPPED / "organisation.toml").read_text()
    assert all(part.split('"')[0].endswith(".example") for part in text.split("@")[1:] if '"' in part.split("\n")[0])
    assert shipped.warnings == ()


# --- faults ----------------------------------------------------------------------------------------------------------

Edit = Callable[..., list[str]]


@pytest.fixture
def faults(tmp_path: Path) -> Edit:
    """Edit a copy of a file in ``config/`` (old, new, old, new, …); the lines of the error."""

    def edit(name: str, *changes: str) -> list[str]:
        folder = tmp_path / "config"
        shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
        text = (folder / name).read_text()
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text, f"{old!r} is not in {name}"
            text = text.replace(old, new, 1)
        (folder / name).write_text(text)
        with pytest.raises(InvalidConfig) as refused:
            load(folder)
        assert refused.value.exit_code == 2
        return list(refused.value.lines)

    return edit


def only(lines: list[str], *parts: str) -> None:
    """One line, with each of these in it."""
    assert len(lines) == 1, lines
    for part in parts:
        assert part in lines[0]


POSTAL = "[provision.postal_address]"


@pytest.mark.parametrize(
    ("file", "changes", "said"),
    [
        pytest.param(
            "provisions.toml", ('counter = "burgerzaken"', 'countr = "burgerzaken"'),
            ("[provision.id_document]", "'countr'", "onbekende sleutel", "Bedoelde u 'counter'?"), id="unknown key",
        ),
        pytest.param(
            "provisions.toml", ('promise_text = "Een briefadres binnen 1-2 werkdagen tot maximaal een week."\n', ""),
            (POSTAL, "'promise_text'", "ontbreekt", "Voeg hem toe"), id="missing key",
        ),
        pytest.param(
            "provisions.toml", ("roll = true\npromise", 'roll = "ja"\npromise'),
            ("[provision.id_document]", "'roll'", "true of false"), id="wrong type",
        ),
        pytest.param(
            "provisions.toml", ('after = ["id_document"]', 'after = ["id_documnt"]'),
            (POSTAL, "'after'", "'id_documnt' bestaat niet", "'id_document'"), id="unknown dependency",
        ),
        pytest.param(
            "provisions.toml", ('target = "2 werkdagen"', 'target = "48 uur"'),
            (POSTAL, "'target'", "'48 uur' is geen termijn", "2 werkdagen"), id="bad term",
        ),
        pytest.param(
            "provisions.toml", ('counter = "burgerzaken"\nladder = "postal', 'counter = "burgezaken"\nladder = "postal'),
            (POSTAL, "'counter'", "geen enkele gemeente heeft loket 'burgezaken'", "'burgerzaken'"), id="unknown counter",
        ),
        pytest.param(
            "provisions.toml", ('ladder = "postal_address"', 'ladder = "postal"'),
            (POSTAL, "'ladder'", "'postal' bestaat niet"), id="unknown ladder",
        ),
        pytest.param(
            "provisions.toml", ('promise = "decision"', 'promise = "besluit"'),
            ("[provision.day_activity]", "'promise'", "'besluit' bestaat niet", "decision"), id="unknown promise",
        ),
        pytest.param(
            "provisions.toml", ('rung = "regional"', 'rung = "doorbraaktafel"'),
            ("[ladder.standard doorbraaktafel]", "'rung'", "twee keer"), id="rung twice",
        ),
        pytest.param(
            "provisions.toml", ('on_field = "release_date"', 'on_field = "released"'),
            ("[provision.benefit_decision.follow_up resume_benefit]", "'on_field'", "release_date"), id="unknown field",
        ),
        pytest.param(
            "provisions.toml", ('after = "4 weken"\nrepeat = true', 'after = "0 dagen"\nrepeat = true'),
            ("[provision.advance_payment.follow_up next_advance]", "'after'", "langere termijn"), id="repeats on the same day",
        ),
        pytest.param(
            "provisions.toml", ('referred_elsewhere = "', 'elsewhere = "'),
            ("[provision.postal_address.field refusal]", "'refuse'", "'elsewhere' is geen van de keuzes"),
            id="refuses what is no choice",
        ),
        pytest.param(
            "provisions.toml", ("[provision.debt_counselling.variant.urgent]", "[provision.debt_counselling.variant.spoed]"),
            ("'variant'", "'spoed' bestaat niet", "urgent"), id="unknown variant",
        ),
        pytest.param(
            "organisation.toml", ("burgerzaken@voorbeeldstad.example", "burgerzaken.voorbeeldstad"),
            ("[municipality.voorbeeldstad.counters.burgerzaken]", "'email'", "geen e-mailadres"), id="bad e-mail address",
        ),
        pytest.param(
            "organisation.toml",
            ('standby = { name = "Bereikbaarheidsdienst Duinrade", email = "bereikbaarheidsdienst@duinrade.example", '
             'phone = "088 000 30 03" }\n', ""),
            ("[municipality.duinrade]", "'standby'", "ontbreekt"), id="missing recipient",
        ),
        pytest.param(
            "organisation.toml", ('submission = "manual"', 'submission = "handmatig"'),
            ("[municipality.voorbeeldstad]", "'submission'", "'handmatig' bestaat niet", "manual"), id="unknown choice",
        ),
        pytest.param(
            "organisation.toml", ('from = "08:30"', 'from = "half negen"'),
            ("[municipality.voorbeeldstad.office_hours]", "'from'", "'half negen' is geen tijd", "08:30"), id="bad time",
        ),
        pytest.param(
            "organisation.toml", ('until = "17:00"', 'until = "24:00"'),
            ("[municipality.voorbeeldstad.office_hours]", "'until'", "'24:00' is geen tijd", "08:30"), id="a time after the day",
        ),
        pytest.param(
            "organisation.toml", ('until = "17:00"', 'until = "00:00"'),
            ("[municipality.voorbeeldstad.office_hours]", "'until'", "eindigen voor ze beginnen"), id="until midnight",
        ),
        pytest.param(
            "organisation.toml", ('morning_message = "07:30"', 'morning_message = "07:30Z"'),
            ("[region]", "'morning_message'", "'07:30Z' is geen tijd"), id="a time of another zone",
        ),
        pytest.param(
            "organisation.toml", ("arrangement = { day = 2026-01-05,", "arrangement = { day = 2026-01-05T00:00:00,"),
            ("[region.arrangement]", "'day'", "2026-01-05T00:00:00 is van het verkeerde soort"), id="a moment for a day",
        ),
        pytest.param(
            "provisions.toml", ('agreed_after = "5 werkdagen"\nafter = []', 'after = ["paspoort"]'),
            ("[provision.housing.for nr. 1]", "'after'", "'paspoort' bestaat niet"), id="a purpose after nothing known",
        ),
        pytest.param(
            "provisions.toml", ('name = "night"', 'name = "arrived"'),
            ("[signal arrived]", "'name'", "'arrived' bestaat al"), id="signal twice",
        ),
        pytest.param(
            "provisions.toml", ("after = 2\n\n[[signal]]", 'after = 2\nat = "14:00"\n\n[[signal]]'),
            ("[signal unanswered]", "'at'", "het een of het ander"), id="signal after and at",
        ),
        pytest.param(
            "provisions.toml", ('to = ["case_director", "team_leads"]', 'to = ["teamleider"]'),
            ("[signal night]", "'to'", "'teamleider' bestaat niet"), id="signal to nobody",
        ),
        pytest.param(
            "provisions.toml", ('to = ["case_director", "team_leads"]\nat', 'to = ["case_director"]\nnext_day = true\nat'),
            ("[signal night]", "'next_day'", "alleen bij arrived"), id="signal of the next day",
        ),
        pytest.param(
            "provisions.toml", ("days = 42", "days = 0"),
            ("[notice_of_default]", "'days'", "0 is geen aantal dagen"), id="no days of a penalty",
        ),
        pytest.param(
            "provisions.toml",
            ("days = 42", 'days = 42\npenalty = { year = 2026, source = "x", steps = [{ days = 14, amount = "€ 1" }] }'),
            ("[notice_of_default.penalty]", "'steps'", "14 van de 42"), id="days of a penalty without an amount",
        ),
        pytest.param(
            "organisation.toml", ('reference_pattern = "[A-Z]', 'reference_pattern = "[A-Z'),
            ("[region]", "'reference_pattern'", "geen reguliere expressie"), id="bad pattern",
        ),
        pytest.param(
            "calendar.toml", ("day = 2026-05-15", 'day = "15 mei 2026"'),
            ("[equated nr. 2]", "'day'", "een datum zonder aanhalingstekens"), id="bad date",
        ),
        pytest.param(
            "calendar.toml", ("last_year = 2028", "last_year = 2027"),
            ("'day'", "2028-04-28 ligt na last_year (2027)"), id="day after the last year",
        ),
        pytest.param(
            "calendar.toml", ('source = "Stcrt. 2025, 24713"\n', ""),
            ("[equated nr. 1]", "'source'", "ontbreekt"), id="no source",
        ),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_entry_key_and_remedy(
    faults: Edit, file: str, changes: tuple[str, ...], said: tuple[str, ...]
) -> None:
    lines = faults(file, *changes)
    assert all(part in lines[0] for part in said), lines
    assert lines[0].startswith(file)
    if "2028" not in str(changes):  # both days of 2028 are named
        assert len(lines) == 1, lines


def test_an_unordered_ladder_is_refused(faults: Edit) -> None:
    lines = faults(
        "provisions.toml",
        '[[ladder.standard]]\nrung = "doorbraaktafel"\nanchor = "due"\nafter = "0 dagen"\nroll = false\n',
        '[[ladder.standard]]\nrung = "maatwerkloket"\nanchor = "due"\nafter = "5 werkdagen"\n',
        'rung = "maatwerkloket"\nanchor = "due"\nafter = "5 werkdagen"\nnot_before = "1 werkdag"\n',
        'rung = "doorbraaktafel"\nanchor = "due"\nafter = "0 dagen"\nroll = false\n',
    )
    assert any("[ladder]" in line and "'standard'" in line and "volgorde" in line for line in lines), lines


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            ('after = []\ncounter = "burgerzaken"\nladder = "id', 'after = ["housing"]\ncounter = "burgerzaken"\nladder = "id'),
            "id_document → housing → id_document (inschrijving onbekend)", id="for everyone",
        ),
        pytest.param(
            ('[provision.postal_address.variant.unregistered]\nafter = []',
             '[provision.postal_address.variant.unregistered]\nafter = ["id_document"]'),
            "(inschrijving niet ingeschreven)", id="only for the unregistered",
        ),
        pytest.param(
            ('target = "3 werkdagen"\nafter = []\nstatutory', 'target = "3 werkdagen"\nafter = ["debt_counselling"]\nstatutory'),
            "debt_counselling → debt_counselling (inschrijving onbekend, met spoed)", id="only when urgent",
        ),
    ],
)  # fmt: skip
def test_nobody_may_wait_in_a_circle(faults: Edit, changes: tuple[str, ...], said: str) -> None:
    lines = faults("provisions.toml", *changes)
    only(lines, "provisions.toml", "sleutel 'after'", said, "Haal een van deze voorwaarden weg")


def test_a_syntax_error_says_the_line(faults: Edit) -> None:
    lines = faults("calendar.toml", "last_year = 2028", "last_year = = 2028")
    only(lines, "calendar.toml, regel 5, kolom")


def test_an_impossible_date_says_the_line(faults: Edit) -> None:
    lines = faults("calendar.toml", "day = 2026-01-02", "day = 2026-02-30")
    only(lines, "calendar.toml, regel 8")


def test_all_faults_are_said_at_once(faults: Edit) -> None:
    lines = faults(
        "provisions.toml", 'target = "2 werkdagen"', 'target = "2 uur"', 'name = "voorschot"', 'naam = "voorschot"'
    )
    assert len(lines) == 2
    assert "Bedoelde u 'name'?" in lines[1]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig) as refused:
        load(tmp_path)
    assert [
        name in line for name, line in zip(("provisions", "organisation", "calendar"), refused.value.lines, strict=True)
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("flows/provision/housing.py", "[provision.housing], sleutel 'housing': de flow ontbreekt"),
        (
            "templates/request/housing.md.j2",
            "[provision.housing], sleutel 'housing': de tekst van het verzoek ontbreekt",
        ),
        ("templates/escalation/regional.md.j2", "de tekst van stap 'regional' ontbreekt"),
        ("templates/notice/ready.md.j2", "Bericht 'bericht aan de regisseur': de tekst ontbreekt"),
    ],
)
def test_a_missing_flow_or_template_is_named_with_the_file_to_make(tmp_path: Path, path: str, said: str) -> None:
    for folder in ("flows/provision", "templates"):
        shutil.copytree(PROJECT / folder, tmp_path / folder)
    (tmp_path / path).unlink()
    with pytest.raises(InvalidConfig) as refused:
        load(SHIPPED, tmp_path)
    only(list(refused.value.lines), said, f"Maak het bestand {path}")


def test_a_municipality_without_a_counter_is_named(faults: Edit) -> None:
    lines = faults(
        "organisation.toml",
        'wonen = { name = "Loket Wonen", email = "wonen@duinrade.example"',
        'wonne = { name = "Loket Wonen", email = "wonen@duinrade.example"',
    )
    only(lines, "[municipality.duinrade.counters]", "'wonen'", "housing", "Voeg het contact")


@pytest.mark.parametrize("key", ["opvang", "te-laat", "doorbraaktafel", "formulier"])
def test_a_municipality_is_not_called_as_another_tag_in_prefect(tmp_path: Path, key: str) -> None:
    shutil.copytree(SHIPPED, tmp_path / "config")
    for file in (tmp_path / "config").glob("*.toml"):
        file.write_text(file.read_text().replace("duinrade", key))
    with pytest.raises(InvalidConfig) as refused:
        load(tmp_path / "config")
    assert any(f"[municipality.{key}]" in line and "label" in line for line in refused.value.lines)


def test_what_nobody_uses_is_a_warning(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "config")
    file = tmp_path / "config" / "organisation.toml"
    extra = 'parkeren = { name = "Loket Parkeren", email = "parkeren@voorbeeldstad.example" }\n'
    place = "[municipality.voorbeeldstad.counters]\n"
    file.write_text(file.read_text().replace(place, place + extra))
    assert ["parkeren" in warning for warning in load(tmp_path / "config").warnings] == [True]


def test_closing_days_are_the_municipalitys_own(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "config")
    file = tmp_path / "config" / "organisation.toml"
    file.write_text(
        file.read_text().replace("closing_days = []", 'closing_days = [{ day = 2026-12-24, reason = "brugdag" }]', 1)
    )
    catalogue = load(tmp_path / "config").catalogue
    assert catalogue.calendar_of("voorbeeldstad").closed(date(2026, 12, 24)) == "brugdag"
    assert catalogue.calendar_of("havenmeer").closed(date(2026, 12, 24)) is None
