"""The board in the browser: whose it is, that each number opens its list, and what it never shows."""

import html
import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from provisions.access import Actor, Role
from provisions.app import App
from provisions.catalogue.arrangements import Arrangement
from provisions.domain.errors import NotFound
from provisions.usecases import boards
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, typed
from tests.web.conftest import AT_TABLE, AWAY, HOME, ROLES, THERE, TO_JUDGE, Browser, NewBrowser

MAY = {"teamleider-1", "beheer-1"}
AGREED = replace(
    CONFIG, organisation=replace(CONFIG.organisation, works_council=Arrangement(date(2026, 1, 5), "besluit"))
)


@pytest.mark.parametrize("code", ROLES)
def test_the_board_is_for_those_who_lead(browser: Browser, code: str) -> None:
    browser.signs_in(code).opens("/bord")
    assert browser.status == (200 if code in MAY else 404)
    browser.opens("/bord/lijst?wat=te-laat")
    assert browser.status == (200 if code == "teamleider-1" else 404)


def test_each_number_opens_its_list_of_as_many(browser: Browser, app: App) -> None:
    app.cases.record_outcome(AT_TABLE, "id_document", "delivered", by=typed("regie-2"))
    page = browser.signs_in("teamleider-1").opens("/bord")
    assert len(_numbers(page)) > 10
    _open_as_many(browser, page)


def test_each_number_of_the_load_opens_its_list_of_as_many(make_browser: NewBrowser, app: App) -> None:
    """Cases, what is open and what is late, of each director and of nobody; what is settled or of another place is in none."""
    app.cases.intake(IntakeRequest("TR-2026-0010", "voluntary", ["id_document", "postal_address"], HOME), by=typed("x"))
    app.cases.record_outcome(AT_TABLE, "id_document", "delivered", by=typed("regie-2"))
    browser = make_browser(config=AGREED).signs_in("teamleider-1")
    for address in ("/bord", f"/bord?gemeente={HOME}", "/bord?voorziening=id_document"):
        page = browser.opens(address)
        load = page[page.index('id="werklast"') :]
        assert {line for line, *_ in _rows(load)} == {"regie-1", "regie-2", "zonder regisseur"}
        assert len(_numbers(load)) == sum(number > 0 for _, *numbers in _rows(load) for number in numbers)
        _open_as_many(browser, load)
    (without,) = [numbers for line, *numbers in _rows(load) if line == "zonder regisseur"]
    assert without == [1, 2, 0]
    found = browser.opens("/bord/lijst?wat=trajecten&regisseur=niemand")
    assert browser.shown == {"TR-2026-0010"}
    assert "Trajecten zonder regisseur waarin iets openstaat" in found
    assert {numbers[0] for line, *numbers in _rows(load) if line == "regie-2"} == {1}, "what is settled is no load"
    browser.opens("/bord/lijst?wat=trajecten&regisseur=regie-2")
    assert browser.shown == {TO_JUDGE}


def _numbers(page: str) -> list[tuple[str, int]]:
    """The numbers that open a list, with its address."""
    found = re.findall(r'<a href="(/bord/lijst\?[^"]+)"[^>]*>(\d+)</a>', page)
    return [(html.unescape(address), int(number)) for address, number in found]


def _rows(load: str) -> list[tuple[str, int, int, int]]:
    """Of each director: what they are called, their cases, what is open and what is late."""
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th>(.*?)</tr>', load, re.DOTALL)
    return [
        (called, *(int(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<td[^>]*>(.*?)</td>", cells, re.DOTALL)))
        for called, cells in rows
    ]


def _open_as_many(browser: Browser, page: str) -> None:
    for address, number in _numbers(page):
        opened = browser.opens(address)
        assert f": {number}</caption>" in opened, address
        assert len(re.findall(r"<tr data-reference", opened)) == number, address
        assert THERE not in opened


def test_a_board_is_of_ones_own_municipalities(browser: Browser) -> None:
    page = browser.signs_in("teamleider-1").opens("/bord")
    assert "Havenmeer" not in page
    for address in (f"/bord?gemeente={AWAY}", "/bord?gemeente=nergens", "/bord?voorziening=niets", "/bord/lijst?wat=alles",
                    "/bord/lijst?wat=geregeld&week=2020-W01", "/bord/lijst?wat=geregeld&week=morgen"):  # fmt: skip
        browser.opens(address)
        assert browser.status == 404, address
    assert "Voorbeeldstad" in browser.opens(f"/bord?gemeente={HOME}&voorziening=id_document")
    assert browser.status == 200


def test_few_cases_are_a_table_and_many_a_picture_with_the_same_numbers(
    make_browser: NewBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = make_browser().signs_in("teamleider-1").opens("/bord")
    assert "<svg" not in page
    assert "minder dan dertig trajecten" in page
    monkeypatch.setattr(boards, "TOO_FEW_CASES", 1)
    page = make_browser().signs_in("teamleider-1").opens("/bord")
    assert page.count('<svg role="img"') == 2
    drawn = re.findall(r"<text[^>]*>(\d+)</text>", page[page.index("<svg") : page.index("</svg>")])
    breaches = [int(n) for n in drawn[1::2]]
    told = re.findall(r'data-label="Overschrijdingen">(?:<a[^>]*>)?(\d+)', page[page.index("Cijfers per week") :])[:26]
    assert breaches == [int(n) for n in reversed(told)]
    assert "style=" not in page


def test_the_load_of_each_director_is_shown_with_the_consent_of_the_works_council_alone(app: App) -> None:
    assert CONFIG.organisation.works_council is None, "off as shipped"
    lead = Actor.of("teamleider-1", [Role.TEAM_LEAD], [HOME])
    assert app.boards.board(lead).loads is None
    loads = App(app.engine, AGREED, app.clock).boards.board(lead).loads
    assert loads is not None
    assert {load.director: load.cases for load in loads} == {"regie-1": 1, "regie-2": 2}


def test_a_list_of_one_director_or_of_nobody_knows_its_bounds(browser: Browser, app: App) -> None:
    lead = Actor.of("teamleider-1", [Role.TEAM_LEAD], [HOME])
    asked = boards.Asked(director="regie-2")
    with pytest.raises(NotFound):
        app.boards.now(lead, asked, late=False)
    browser.signs_in("teamleider-1").opens("/bord/lijst?wat=open&ligt-bij=de-burgemeester")
    assert browser.status == 404
    app = App(app.engine, AGREED, app.clock)
    load = {load.director: load for load in app.boards.board(lead).loads or ()}["regie-2"]
    for late, number in ((False, load.open), (True, load.late)):
        opened = app.boards.now(lead, asked, late=late)
        assert (len(opened.rows), opened.total) == (number, number)
        assert {row.case.director for row in opened.rows} <= {"regie-2"}


def test_what_is_counted_for_one_is_right_for_another(app: App, workplace: Engine) -> None:
    """Behind the wall each sees the own municipalities, whoever asked first."""
    behind = App(workplace, CONFIG, app.clock)
    home, away = (Actor.of("teamleider-7", [Role.TEAM_LEAD], [town]) for town in (HOME, AWAY))
    for actor in (home, away):
        with behind.walled(actor):
            found = behind.boards.board(actor)
        assert found == app.boards.board(actor)
        assert found.total.breaches > 0
        assert found.total.late > 0
