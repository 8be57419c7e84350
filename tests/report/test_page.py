"""The page as the steering group sees it: the same figures everywhere, readable by all, and made to be looked at."""

import csv
import io
import json
import os
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.domain.weeks import Week
from provisions.report.build import Report
from provisions.report.files import write
from provisions.report.page import as_page, in_mail, paper, plain_text
from provisions.report.pdf import as_pdf, paper_as_pdf
from provisions.report.reports import Reports
from provisions.report.table import BYTE_ORDER_MARK, FIGURES, as_csv
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.report.region import Region

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


_made: list[Report] = []


@pytest.fixture
def report(database: Engine, clock: MovingClock) -> Report:
    """The report of a region in which something happened, with corrections; made once."""
    if not _made:
        region = Region(database, clock, CONFIG, 7).lives(date(2026, 10, 12), date(2026, 11, 9), clients_a_day=0.4)
        reports = Reports(database, CONFIG, clock)
        reports.send_due()
        region.lives(date(2026, 11, 10), date(2026, 11, 16), clients_a_day=0.4)
        _made.append(reports.of_week(Week.parse("2026-W46")))
    return _made[0]


def test_page_mail_csv_and_json_have_the_same_figures(report: Report, tmp_path: Path) -> None:
    page, on_paper, table, data = write(report, tmp_path / "out")
    assert {path.stat().st_mode & 0o777 for path in (page, on_paper, table, data)} == {0o600}
    assert json.loads(data.read_text()) == report
    lines = list(csv.DictReader(io.StringIO(as_csv(report).removeprefix(BYTE_ORDER_MARK)), delimiter=";"))
    for row in [*report["provisions"], {**report["totals"], "key": ""}]:
        kind = "voorziening" if row["key"] else "totaal"
        line = next(line for line in lines if line["soort"] == kind and line["sleutel"] == row["key"])
        for figure, name in FIGURES.items():
            assert line[name] == ("" if row[figure] is None else str(row[figure]).replace(".", ","))
    for row in report["municipalities"]:
        line = next(line for line in lines if line["sleutel"] == row["municipality"])
        assert [line["gestart"], line["te laat"]] == [str(row["started"]), str(row["overdue"])]
    for html in (as_page(report), in_mail(report)):
        for row in report["provisions"]:
            cells = _cells(html, row["name"][:1].upper() + row["name"][1:])
            assert cells[0:6] == [
                str(row[f]) for f in ("started", "delivered", "delivered_on_time", "refused", "breaches", "open")
            ]
        for sentence in report["headlines"][:3]:
            assert sentence in html


def _cells(html: str, name: str) -> list[str]:
    """The cells of the first table row with this heading."""
    found = re.search(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', html, re.DOTALL)
    assert found, name
    return re.findall(r"<td[^>]*>(.*?)</td>", found[1])


def test_the_page_fetches_nothing_and_changes_only_with_the_figures(report: Report) -> None:
    for html in (as_page(report), in_mail(report)):
        assert "<script" not in html
        assert not re.search(r'(src|href)="', html.replace('xlink:href="#', ""))
        assert not [url for url in re.findall(r"https?://[^\"' <)]+", html) if "w3.org" not in url]
    assert as_page(report) == as_page(report)


def test_the_pdf_is_tagged_and_always_the_same(report: Report) -> None:
    made = as_pdf(report)
    assert made.startswith(b"%PDF-1.7")
    assert b"/StructTreeRoot" in made
    assert b"/Lang" in made
    assert as_pdf(report) == made
    folder = os.environ.get("PROVISIONS_TEST_PICTURES")
    if folder:
        Path(folder, "typst.pdf").write_bytes(made)


def test_the_paper_of_a_meeting_is_tagged_and_two_pages_at_most(report: Report) -> None:
    """With as much brought in as a meeting can have on its table."""
    brought = {
        "number": "S-1", "municipality": "voorbeeldstad", "municipality_name": "Voorbeeldstad", "about": "housing",
        "about_name": "passende huisvesting", "cause": "no_place", "cause_name": "er is geen plek", "cases": "<5",
        "decision": "Reserveer woningen. " * 15, "owner": "corporatie", "due": "2027-01-15", "state": "deferred",
        "state_name": "aangehouden", "until": "2026-12-15", "deferred": 2,
    }  # fmt: skip
    full = {**report, "brought_in": [brought] * 4, "nights_without_place": 3, "previous_nights_without_place": 1}
    assert paper(full)["key"][-1] == ("keer in deze week een nacht zonder plek gemeld", 3, "1")
    older = {name: value for name, value in full.items() if not name.endswith("nights_without_place")}
    assert len(paper(older)["key"]) == len(paper(full)["key"]) - 1
    made = paper_as_pdf(full)
    assert b"/StructTreeRoot" in made
    assert b"/Lang" in made
    assert 1 <= len(re.findall(rb"/Type\s*/Page[^s]", made)) <= 2
    lines = list(csv.DictReader(io.StringIO(as_csv(full).removeprefix(BYTE_ORDER_MARK)), delimiter=";"))
    assert [line["cliënten (ingebracht)"] for line in lines if line["soort"] == "ingebracht"] == ["<5"] * 4
    told = {
        line["naam"]: int(line["overschrijdingen met deze oorzaak"])
        for line in lines
        if line["soort"].startswith("oorzaak")
    }
    assert told == report["cause_names"]
    assert told


def test_no_sentence_names_a_municipality_or_a_case(report: Report) -> None:
    names = [row["name"] for row in report["municipalities"]]
    told = [*report["headlines"], *(str(d) for d in report["decisions"]), plain_text(report)]
    assert report["headlines"]
    assert report["decisions"]
    for text in told:
        assert not [name for name in names if name in text]
        assert "TR-" not in text


@pytest.mark.browser
@pytest.mark.parametrize("how", ["page", "mail"])
def test_everybody_can_read_it(report: Report, how: str, chromium: str, tmp_path: Path) -> None:
    """Axe finds nothing against WCAG 2.2 AA, at a desk and on a telephone; nothing sticks out at the side.

    ``PROVISIONS_TEST_PICTURES=folder`` keeps what was seen, also as printed on A4.
    """
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    path = tmp_path / "report.html"
    path.write_text(as_page(report) if how == "page" else in_mail(report), "utf-8")
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
        try:
            for width in (800, 390):
                page = browser.new_page(viewport={"width": width, "height": 1000})
                page.on("request", lambda request: asked.append(request.url))
                page.goto(path.as_uri())
                rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
                result = Axe().run(page, options=rules)
                assert result.violations_count == 0, result.generate_report()
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
                _keep(page, f"{how}-{width}")
        finally:
            browser.close()
    assert set(asked) == {path.as_uri()}


def _keep(page: Any, name: str) -> None:
    folder = os.environ.get("PROVISIONS_TEST_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
        page.pdf(path=f"{folder}/{name}.pdf", format="A4", tagged=True, prefer_css_page_size=True)
