"""What is late and the clients: filters in the address, whole lists as a file, and nothing of another municipality."""

import html
import re

import pytest
from sqlalchemy import Engine, event

from provisions.app import App
from tests.builders import typed
from tests.web.conftest import AT_TABLE, AWAY, HERE, HOME, ROLES, THERE, TO_JUDGE, Browser, NewBrowser


def test_what_is_late_stands_longest_first_with_its_cause_and_each_number_opens_its_list(
    browser: Browser, app: App
) -> None:
    app.cases.why(AT_TABLE, "id_document", "no_place", by=typed("regie-2"))
    page = browser.signs_in("teamleider-1").opens("/te-laat")
    table = page[page.index("Te laat, het langst") : page.index('id="wacht"')]
    days = [int(found) for found in re.findall(r"(\d+) dag(?:en)? te laat", table)]
    assert days == sorted(days, reverse=True)
    assert "Geen plek" in table or "geen plek" in table
    assert THERE not in page
    for name, value in (
        ("gemeente", HOME),
        ("regisseur", "regie-2"),
        ("voorziening", "id_document"),
        ("ligt-bij", "doorbraaktafel"),
    ):
        address = f"/te-laat?{name}={value}"
        (number,) = re.findall(rf'href="{re.escape(address)}"[^>]*>(\d+)<', page)
        browser.opens(address)
        assert f"Te laat, het langst te laat bovenaan: {number}" in browser.last, address
    assert (
        browser.opens("/te-laat?regisseur=regie-2").count(f'data-reference="{HERE}"') <= 1
    )  # what is due is there too
    browser.opens(f"/te-laat?gemeente={AWAY}&blad=x")
    assert "Te laat, het langst te laat bovenaan: 4" in browser.last, "what is not theirs is no filter"


def test_the_late_list_as_a_file(browser: Browser) -> None:
    browser.signs_in("teamleider-1").opens("/te-laat.csv?regisseur=regie-1")
    lines = browser.last.lstrip("\ufeff").splitlines()
    assert browser.headers["content-type"].startswith("text/csv")
    assert 'filename="te-laat.csv"' in browser.headers["content-disposition"]
    assert lines[0].startswith("referentie;voorziening;dagen te laat;")
    assert {line.split(";")[0] for line in lines[1:]} == {HERE}
    browser.opens("/clienten.csv")
    assert {line.split(";")[0] for line in browser.last.splitlines()[1:]} == {HERE, AT_TABLE, TO_JUDGE}


@pytest.mark.parametrize("code", ROLES)
def test_files_hold_what_is_ones_own(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    home = code in ("regie-1", "teamleider-1", "tafel-1", "maatwerk-1")
    for path in ("/te-laat.csv", "/clienten.csv"):
        browser.opens(path)
        assert browser.status == (200 if home or code == "regie-9" else 404)
        assert (THERE in browser.last) is (code == "regie-9")


def test_for_the_team_lead_it_begins_with_what_is_asked(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    page = make_browser().signs_in("teamleider-1").opens("/te-laat")
    assert page.index("regie-1 vraagt: het traject uit beeld zetten") < page.index("Te laat, het langst")
    assert "Aan u gevraagd" not in make_browser().signs_in("regie-1").opens("/te-laat")


def test_clients_are_found_by_whose_they_are_and_by_any_number(browser: Browser, app: App) -> None:
    app.cases.number(AT_TABLE, "Z-2026/881", by=typed("regie-2"))
    app.cases.number(HERE, "BZ 4471", by=typed("regie-1"), key="id_document")
    app.cases.rest(TO_JUDGE, reason="out_of_sight", by=typed("teamleider-1"))
    browser.signs_in("regie-1")
    for address, found in (
        ("/clienten", {HERE, AT_TABLE, TO_JUDGE}),
        ("/clienten?lijst=mijn", {HERE}),
        ("/clienten?lijst=uit-beeld", {TO_JUDGE}),
        ("/clienten?lijst=afgesloten", set()),
        ("/clienten?lijst=iets-anders&volgorde=ergste&blad=0", {HERE, AT_TABLE, TO_JUDGE}),
        ("/clienten?blad=7", set()),
    ):
        browser.opens(address)
        assert browser.shown == found, address
    for asked, one in (("z 2026 881", AT_TABLE), ("bz4471", HERE), ("tr 2026 4", TO_JUDGE)):
        browser.opens("/clienten")
        browser.fills("/clienten", zoek=asked)
        assert one in browser.shown, asked
    browser.fills("/clienten", zoek="123456782")  # passes for a BSN
    assert 'role="alert"' in browser.last


def test_a_long_list_has_pages_and_is_printed_as_one(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provisions.web.lists.ROWS", 2)
    browser.signs_in("regie-1").opens("/clienten?volgorde=regisseur")
    assert len(browser.shown) == 2
    onward, paper = (re.findall(f'href="([^"]*{what}[^"]*)"', browser.last)[0] for what in ("blad=2", "alles=ja"))
    first = browser.shown
    browser.opens(html.unescape(onward))
    assert len(browser.shown) == 1
    assert not browser.shown & first
    browser.opens(html.unescape(paper))
    assert browser.shown == {HERE, AT_TABLE, TO_JUDGE}


def test_no_look_throws_away_what_the_database_prepared(browser: Browser, app: App, workplace: Engine) -> None:
    """After a rollback the driver forgets what the server had prepared, and behind the wall planning anew is most of a page."""
    browser.signs_in("teamleider-1")
    plan = f"/clienten/{app.views.case(HERE).case.id}"
    thrown: list[str] = []
    event.listen(workplace, "rollback", lambda _: thrown.append(path))
    for path in ("/werk", plan, f"{plan}/id_document", "/te-laat", "/clienten", "/tafel", "/meekijken", "/ingebracht"):
        browser.opens(path)
        assert browser.status == 200, path
    assert thrown == []
