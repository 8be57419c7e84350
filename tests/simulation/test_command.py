"""``provisions simulate`` as typed: without a database, in Dutch or as JSON, and as a page that everybody can read."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from provisions.cli import main
from provisions.domain.figures.history import OF_MUNICIPALITY
from provisions.simulation.summary import FIGURES, IN_A_LIFE
from tests.builders import KEYS
from tests.cli.conftest import Ran
from tests.conftest import clean_environment
from tests.report.test_page import CHROMIUM

SHORT = 'same_as = "country"\nname = "Kort"\nclients = [30, 40]\nweeks = 8\nruns = 2\n'
Simulate = Callable[..., Ran]


@pytest.fixture
def short(tmp_path: Path) -> Path:
    path = tmp_path / "kort.toml"
    path.write_text(SHORT, "utf-8")
    return path


@pytest.fixture
def simulate(
    short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Simulate:
    clean_environment(monkeypatch)
    monkeypatch.setenv("PROVISIONS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*argv: str, scenario: str | None = None) -> Ran:
        capfd.readouterr()
        code = main(["simulate", "--scenario", scenario or str(short), *argv])
        out, err = capfd.readouterr()
        return Ran(code, out, err)

    return run


def test_it_needs_no_database_and_leaves_nothing_behind(simulate: Simulate, tmp_path: Path) -> None:
    ran = simulate()
    assert (ran.code, ran.err) == (0, "")
    assert not (tmp_path / "home").exists()


def test_it_answers_how_many_where_and_what_if(simulate: Simulate) -> None:
    told = simulate().out
    assert told.startswith("Simulatie: Kort, 4 januari 2027 tot en met 28 februari 2027\n")
    assert re.search(
        r"^A: Het loket voor identiteitsbewijzen is twee keer zo snel\. Dat scheelt \d+", told, re.MULTILINE
    )
    assert re.search(r"^Identiteitsbewijs +\d+ .*-\d+", told, re.MULTILINE)
    assert re.search(r"^Landelijke regio's +\d+", told, re.MULTILINE)
    assert re.search(r"^Wmo-indicatie +Nu +\d+ █+$", told, re.MULTILINE)
    assert "Dit is een model en geen voorspelling." in told
    assert "adviesrapport 2.2.1" in told


def test_a_narrow_terminal_is_not_exceeded(simulate: Simulate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    tables = [line for line in simulate().out.splitlines() if re.match(r".*(█|▒|─|\d$)", line)]
    assert len(tables) > 40
    assert max(map(len, tables)) <= 100


def test_json_is_all_of_it_and_the_same_again(simulate: Simulate) -> None:
    first, again = simulate("--json", "--seed", "5"), simulate("--json", "--seed", "5")
    assert first.out == again.out
    assert simulate("--json", "--seed", "6").json["variants"] != first.json["variants"]
    found = first.json
    assert {name: found[name] for name in ("scenario", "from", "until", "seed", "runs")} == {
        "scenario": "Kort",
        "from": "2027-01-04",
        "until": "2027-02-28",
        "seed": 5,
        "runs": 2,
    }
    base, twice, by_link = found["variants"]
    assert (base["changes"], twice["changes"]) == ({}, {"counter.id_document.speed": 2})
    assert by_link["changes"] == {"answers.by_link": 1, "answers.at_most": 1}
    for variant in (base, twice, by_link):
        assert [row["key"] for row in variant["provisions"]] == list(KEYS)
        assert len(variant["weeks"]) == 8
        for row in (variant["totals"], *variant["provisions"]):
            assert set(FIGURES) < set(row)
            spread = row["breaches"]
            assert spread["lowest"] <= spread["middle"] <= spread["highest"]
        for row in variant["places"]:
            assert set(row) == {"place", "name", *OF_MUNICIPALITY}
        assert set(variant["in_a_life"]) == set(IN_A_LIFE)
        assert {row["counter"] for row in variant["answered"]} >= {"burgerzaken", "opvang"}
    assert base["difference"] is None
    assert {"totals", "provisions", "places", "in_a_life"} == set(twice["difference"])


def test_it_says_what_it_does_when_every_counter_answers_by_link_within_a_day(simulate: Simulate) -> None:
    """Who knows within a day that something is done, lays nothing before a table that was done already."""
    ran = simulate("--json", "--what-if", "answers-within-a-day")
    base, by_link = (variant["in_a_life"] for variant in ran.json["variants"])
    assert by_link["days_until_known"]["highest"] < base["days_until_known"]["lowest"]
    assert by_link["needless_rungs"]["middle"] < base["needless_rungs"]["middle"] / 2
    assert by_link["answered"]["middle"] > 2 * base["answered"]["middle"]
    told = simulate("--what-if", "answers-within-a-day", "--runs", "1").out
    assert re.search(
        r"^A: Elk loket antwoordt binnen een dag met de link\..* En \d+ escalatiestappen voor niets minder",
        told,
        re.MULTILINE,
    )
    assert re.search(r"^waarvan beantwoord met de link +\d+", told, re.MULTILINE)
    assert re.search(r"^waarvan op tijd een andere plek +\d+", told, re.MULTILINE)


def test_each_what_if_that_is_typed_gets_a_column(simulate: Simulate) -> None:
    ran = simulate(
        "--json", "--what-if", "id_document=2", "--what-if", "id_document=2", "waiver.chance=0.9", "--runs", "1"
    )
    assert [variant["changes"] for variant in ran.json["variants"]] == [
        {},
        {"counter.id_document.speed": 2},
        {"counter.id_document.speed": 2, "waiver.chance": 0.9},
    ]
    assert ran.json["runs"] == 1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("--what-if", "id_documnt=2"), "Bedoelde u 'id_document'?"),
        (("--what-if", "id_document=snel"), "geen getal"),
        (("--what-if", "id_document=0"), "kan niet"),
        (("--runs", "0"), "geen aantal"),
        (("--runs", "201"), "hoogstens 200"),
        (("--seed", "-1"), "Verwacht: een geheel getal"),
        (("--seed", "vandaag"), "Verwacht: een geheel getal"),
    ],
)
def test_what_is_typed_wrong_is_refused_in_dutch(simulate: Simulate, argv: tuple[str, ...], says: str) -> None:
    ran = simulate(*argv)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_year_of_which_the_holidays_are_not_all_known_is_told(simulate: Simulate, short: Path) -> None:
    short.write_text(SHORT + 'first_week = "2030-W01"\n', "utf-8")
    ran = simulate("--runs", "1")
    assert ran.code == 0
    assert "Let op: De lijst met bij besluit gelijkgestelde dagen loopt tot en met 2028" in ran.err


def test_a_scenario_that_is_wrong_is_refused(simulate: Simulate, short: Path) -> None:
    assert simulate(scenario="nergens").code == 2
    short.write_text(SHORT + "weeks = 8\n", "utf-8")
    ran = simulate()
    assert ran.code == 2
    assert "kort.toml, regel" in ran.err
    short.write_text(SHORT + "[counter.id_document]\nspeed = -1\n", "utf-8")
    ran = simulate()
    assert (ran.code, ran.out) == (2, "")
    assert "[counter.id_document], sleutel 'speed'" in ran.err


def test_a_folder_that_can_not_be_written_is_told(simulate: Simulate, short: Path) -> None:
    ran = simulate("--out", str(short / "onder-een-bestand"))
    assert ran.code == 5
    assert "--out" in ran.err


def test_the_files_have_the_same_figures(simulate: Simulate, tmp_path: Path) -> None:
    ran = simulate("--json", "--out", str(tmp_path / "uit"))
    page, data = (tmp_path / "uit" / f"simulatie.{kind}" for kind in ("html", "json"))
    assert {path.stat().st_mode & 0o777 for path in (page, data)} == {0o600}
    assert json.loads(data.read_text("utf-8")) == ran.json
    assert ran.err.count("Geschreven:") == 2
    html = page.read_text("utf-8")
    base, twice, _ = ran.json["variants"]
    row = next(r for r in base["provisions"] if r["key"] == "id_document")
    assert f'<th scope="row">Identiteitsbewijs</th><td class="n">{row["started"]["middle"]:.0f}</td>' in html.replace(
        ",5", ""
    )
    assert twice["name"] in html
    assert "Wat er in een leven gebeurt" in html
    assert "<script" not in html
    assert not re.search(r'(src|href)="', html)
    assert not [url for url in re.findall(r"https?://[^\"' <)]+", html) if "w3.org" not in url]


@pytest.mark.browser
def test_everybody_can_read_the_page(simulate: Simulate, chromium: str, tmp_path: Path) -> None:
    """Axe finds nothing against WCAG 2.2 AA, at a desk and on a telephone; nothing sticks out at the side.

    ``PROVISIONS_TEST_PICTURES=folder`` keeps what was seen, also as printed on A4.
    """
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    assert simulate("--out", str(tmp_path)).code == 0
    path = tmp_path / "simulatie.html"
    asked: list[str] = []
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        try:
            for width in (850, 390):
                # Axe is a script; the page itself allows none.
                page = browser.new_context(viewport={"width": width, "height": 1000}, bypass_csp=True).new_page()
                page.on("request", lambda request: asked.append(request.url))
                page.on("console", lambda message: said.append(message.text))
                page.goto(path.as_uri())
                rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
                result = Axe().run(page, options=rules)
                assert result.violations_count == 0, result.generate_report()
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
                assert page.locator("svg[role=img]").count() == 2
                _keep(page, f"simulation-{width}")
        finally:
            browser.close()
    assert set(asked) == {path.as_uri()}
    assert said == []


def _keep(page: Any, name: str) -> None:
    folder = os.environ.get("PROVISIONS_TEST_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        page.pdf(path=f"{folder}/{name}.pdf", format="A4", tagged=True, prefer_css_page_size=True)
