"""What each role sees: in every list, count, search and page. What is another municipality's does not exist."""

import re
from collections.abc import Mapping

import pytest

from provisions.access import Reach
from provisions.access.log import Logged
from provisions.access.rights import Rights, Verdict
from provisions.app import App
from tests.builders import typed
from tests.web.conftest import AT_TABLE, AWAY, HERE, HOME, ROLES, THERE, TO_JUDGE, Browser, NewBrowser

OURS = {HERE, AT_TABLE, TO_JUDGE}
# Who sees which cases at all.
SEES: Mapping[str, set[str]] = {
    "regie-1": OURS,
    "teamleider-1": OURS,
    "tafel-1": {HERE, AT_TABLE},
    "maatwerk-1": {TO_JUDGE},
    "stuur-1": set(),
    "fg-1": set(),
    "auditor-1": set(),
    "beheer-1": set(),
    "regie-9": {THERE},
}
SEARCHES = ["", "TR-2026", "tr 2026 2", "0002", "%", "_", "voorbeeldstad"]


def address(app: App, reference: str) -> str:
    return f"/clienten/{app.views.case(reference).case.id}"


@pytest.mark.parametrize("code", ROLES)
def test_lists_counts_and_searches_hold_what_is_ones_own(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    may = SEES[code]
    for path in ("/werk", "/clienten", "/te-laat"):
        browser.opens(path)
        assert browser.status == (200 if may or path == "/werk" else 404)
        assert browser.shown <= may, path
        for reference in {HERE, THERE, AT_TABLE, TO_JUDGE} - may:
            assert reference not in browser.last
    if may:
        assert browser.opens("/clienten").count("<tr data-reference") == len(may)
        assert browser.shown == may
        for search in SEARCHES:
            browser.fills("/clienten", zoek=search)
            assert browser.shown <= may


@pytest.mark.parametrize("code", ROLES)
def test_a_page_of_another_is_no_page(browser: Browser, app: App, code: str) -> None:
    browser.signs_in(code)
    nothing = browser.opens("/clienten/00000000-0000-4000-8000-000000000000")
    assert browser.status == 404
    for reference in (HERE, THERE, AT_TABLE, TO_JUDGE):
        browser.opens(address(app, reference))
        assert browser.status == (200 if reference in SEES[code] else 404), reference
        if reference not in SEES[code]:
            strip = re.compile(r'value="[^"]*"')
            assert strip.sub("", browser.last) == strip.sub("", nothing)


def test_searching_takes_what_people_type(browser: Browser) -> None:
    browser.signs_in("regie-1").opens("/clienten")
    browser.fills("/clienten", zoek="tr 2026 3")
    assert browser.shown == {AT_TABLE}
    browser.fills("/clienten", zoek="niets van dit alles")
    assert "Niets gevonden" in browser.last


def test_a_table_sees_of_a_case_what_lies_with_it(browser: Browser, app: App) -> None:
    browser.signs_in("tafel-1").opens(address(app, HERE))
    keys = set(re.findall(r'data-key="([^"]+)"', browser.last))
    assert keys == {p.provision.key for p in app.views.case(HERE).provisions if p.lies_with == "doorbraaktafel"}
    assert "special_assistance" not in keys
    assert "Wat er gebeurde" not in browser.last


def test_free_text_is_for_those_who_direct(browser: Browser, app: App) -> None:
    app.cases.record_outcome(
        HERE, "special_assistance", "delivered", by=typed("regie-1"), note="betaald aan de verhuurder"
    )
    browser.signs_in("regie-1").opens(address(app, HERE))
    assert "betaald aan de verhuurder" in browser.last


def test_who_looked_is_written_down_and_so_is_who_was_refused(make_browser: NewBrowser, app: App) -> None:
    make_browser().signs_in("teamleider-1").opens(address(app, HERE))
    make_browser().signs_in("regie-9").opens(address(app, HERE))
    found = [(look.code, look.what) for look in app.looks.of(HERE)]
    assert found == [("regie-9", Logged.NOT_ALLOWED), ("teamleider-1", Logged.LOOKED)]
    officer = make_browser().signs_in("fg-1")
    officer.opens("/verantwoording")
    officer.fills("/verantwoording", zoek=HERE)
    assert "teamleider-1" in officer.last
    assert "regie-9" in officer.last
    officer.fills("/verantwoording", zoek="regie-9")
    assert HERE in officer.last
    officer.fills("/verantwoording", zoek="niemand-anders")
    assert 'role="alert"' in officer.last


@pytest.mark.parametrize("code", [code for code in ROLES if code != "fg-1"])
def test_who_looked_is_for_the_privacy_officer_alone(browser: Browser, code: str) -> None:
    browser.signs_in(code).opens("/verantwoording")
    assert browser.status == (200 if code == "auditor-1" else 404)
    assert "Wie bekeek wat" not in browser.last
    browser.opens("/werk")  # for the token of a form
    browser.fills("/verantwoording", zoek=HERE)
    assert browser.status == 404


@pytest.mark.parametrize("code", ROLES)
def test_people_are_for_the_administrator_alone_and_rights_for_everybody(browser: Browser, code: str) -> None:
    browser.signs_in(code).opens("/beheer")
    assert browser.status == (200 if code == "beheer-1" else 404)
    assert "<h1>Wie mag wat</h1>" in browser.opens("/beheer/rechten")


@pytest.mark.parametrize("code", ROLES)
def test_the_menu_holds_what_answers_and_no_address_holds_a_reference(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    pages = set(re.findall(r'<li><a href="([^"]+)"', browser.opens("/werk")))
    for path in pages:
        browser.opens(path)
        assert browser.status == 200, path
        assert not re.findall(r'(?:href|action)="[^"]*[A-Z]{2,5}-20\d\d[^"]*"', browser.last)


def test_own_work_is_own_cases_and_the_team_leads_is_all(make_browser: NewBrowser) -> None:
    assert make_browser().signs_in("regie-1").shown == {HERE}
    assert make_browser().signs_in("teamleider-1").shown == OURS


def test_every_page_is_dutch_with_one_heading_and_a_way_past_the_menu(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1")
    for path in ("/werk", "/clienten", "/te-laat", "/beheer/rechten", "/nergens", address(app, HERE)):
        page = browser.opens(path)
        assert '<html lang="nl">' in page
        assert len(re.findall(r"<h1>", page)) == 1
        assert re.search(r'class="skip [^"]*" href="#inhoud"', page)
        assert "provisions " not in re.sub(r"<[^>]+>", "", page), "no word of a shell"


def test_with_the_check_of_the_pages_taken_out_the_database_still_shows_nothing_of_another(
    browser: Browser, app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.signs_in("regie-9")
    everywhere = {Reach.MUNICIPALITY: (HOME, AWAY)}
    monkeypatch.setattr(Rights, "may", lambda *_args: Verdict(True, "alles mag"))
    monkeypatch.setattr(Rights, "reaches", lambda *_args: everywhere)
    for path in ("/werk", "/clienten", "/te-laat", "/bord"):
        browser.opens(path)
        assert browser.status == 200, path
        assert browser.shown <= {THERE}, path
        assert not any(reference in browser.last for reference in OURS), path
    for search in SEARCHES:
        browser.opens("/clienten")
        browser.fills("/clienten", zoek=search)
        assert browser.shown <= {THERE}
    for reference in OURS:
        browser.opens(address(app, reference))
        assert browser.status == 404
    assert browser.opens(address(app, THERE)).count("data-key")
