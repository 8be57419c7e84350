"""The administrator's pages: people and their one-time addresses, post without references, and how the program is."""

import re

import pytest
from sqlalchemy import Engine, update

from provisions.access.log import Logged
from provisions.app import App
from provisions.store import tables as t
from tests.conftest import MovingClock
from tests.door import PASSWORD
from tests.web.conftest import ROLES, Browser, NewBrowser

REFERENCE = re.compile(r"TR-20\d\d-\d+")
NEW = {"handeling": "toevoegen", "code": "regie-7", "rol": "case_director", "gemeente": "havenmeer"}


@pytest.mark.parametrize("code", ROLES)
def test_these_pages_are_the_administrators(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    for path in ("/beheer", "/beheer/bezorging", "/beheer/stand"):
        browser.opens(path)
        assert browser.status == (200 if code == "beheer-1" else 404), path
    browser.opens("/werk")
    browser.fills("/beheer", None, **NEW)
    assert browser.status == (200 if code == "beheer-1" else 404)


def test_somebody_is_added_with_an_address_that_is_shown_once_and_works_once(
    make_browser: NewBrowser, app: App
) -> None:
    browser = make_browser().signs_in("beheer-1")
    browser.opens("/beheer")
    page = browser.fills("/beheer", None, **NEW)
    (address,) = re.findall(r'<p class="key">(http://[^<]+)</p>', page)
    assert browser.headers["cache-control"] == "no-store"
    assert address not in browser.opens("/beheer")
    assert "regie-7" in browser.last
    theirs = make_browser()
    theirs.opens(address)
    theirs.fills(address, password=PASSWORD, again=PASSWORD)
    assert "Cliënten" in theirs.signs_in("regie-7").last
    assert theirs.client.get(address).status_code == 404
    assert Logged.PERSON_ADDED in {look.what for look in app.looks.of("regie-7")}
    browser.opens("/beheer")
    again = browser.fills("/beheer", None, **NEW)
    assert browser.status == 422
    assert "Er is al een account regie-7" in again
    assert 'value="regie-7"' in again


@pytest.mark.parametrize("what", [NEW, {"handeling": "nieuw-adres", "code": "regie-1"}], ids=["new", "again"])
def test_a_page_with_an_address_that_is_loaded_again_makes_no_other(
    make_browser: NewBrowser, what: dict[str, str]
) -> None:
    browser = make_browser().signs_in("beheer-1")
    form = browser.opens("/beheer")
    page = browser.fills("/beheer", None, **what)
    (address,) = re.findall(r'<p class="key">(http://[^<]+)</p>', page)
    browser.last = form
    again = browser.fills("/beheer", None, **what)
    assert (browser.status, "Dit was al gedaan" in again, 'class="key"' in again) == (200, True, False)
    assert make_browser().client.get(address).status_code == 200, "the one that was shown is good"


def test_what_was_typed_when_the_session_had_ended_stands_in_the_form(browser: Browser, clock: MovingClock) -> None:
    browser.signs_in("beheer-1").opens("/beheer")
    clock.advance(minutes=31)
    assert "Wat u typte, is bewaard" in browser.fills("/beheer", None, **NEW)
    browser.fills("/aanmelden", code="beheer-1", password=PASSWORD, second="")
    assert "Dit typte u voordat u werd afgemeld" in browser.last
    assert re.search(r'name="code" value="regie-7"', browser.last)
    assert re.search(r'value="havenmeer"[^>]* checked', browser.last)
    assert "/welkom/" in browser.fills("/beheer", None, **NEW)
    assert "Dit typte u" not in browser.opens("/beheer")


def test_what_is_wrong_stands_at_its_field(browser: Browser) -> None:
    browser.signs_in("beheer-1").opens("/beheer")
    page = browser.fills("/beheer", None, handeling="toevoegen", code="regie-7")
    assert browser.status == 422
    assert 'id="toevoegen-rol-fout"' in page
    assert 'value="regie-7"' in page


def test_who_is_blocked_is_out_and_may_come_back(make_browser: NewBrowser) -> None:
    theirs = make_browser().signs_in("regie-1")
    browser = make_browser().signs_in("beheer-1")
    browser.opens("/beheer")
    browser.fills("/beheer", handeling="blokkeren", code="regie-1")
    assert "geblokkeerd" in browser.last
    assert "<h1>Aanmelden</h1>" in theirs.opens("/werk")
    browser.fills("/beheer", handeling="toelaten", code="regie-1")
    assert "<h1>Mijn werk</h1>" in theirs.signs_in("regie-1").last
    assert "eenmalig" not in browser.last
    browser.opens("/beheer")
    assert "/welkom/" in browser.fills("/beheer", handeling="nieuw-adres", code="regie-1")
    assert "<h1>Aanmelden</h1>" in theirs.opens("/werk")
    for wrong in ({"handeling": "blokkeren", "code": "niemand-1"}, {"handeling": "anders", "code": "regie-1"}):
        browser.opens("/beheer")
        browser.fills("/beheer", None, **wrong)
        assert browser.status == 422


def test_post_that_did_not_arrive_is_shown_without_what_it_is_about_and_sent_again(
    browser: Browser, app: App, database: Engine
) -> None:
    with database.begin() as connection:
        failed = {"status": "failed", "next_try": None, "error": "550 Verzoek TR-2026-0001 geweigerd", "attempts": 9}
        connection.execute(update(t.message).where(t.message.c.kind == "request").values(**failed))
    page = browser.signs_in("beheer-1").opens("/beheer/bezorging")
    assert "Verzoek aan het loket" in page
    assert "550" in page
    assert not REFERENCE.search(page)
    (first, *_) = re.findall(r'name="bericht" value="([^"]+)"', page)
    browser.fills("/beheer/bezorging", bericht=first)
    assert "gaat opnieuw weg" in browser.last
    assert first not in browser.last
    assert not app.messages.one(first).undelivered
    browser.fills("/beheer/bezorging", bericht="00000000")
    assert browser.status == 409


def test_the_state_is_told_in_numbers(browser: Browser) -> None:
    page = browser.signs_in("beheer-1").opens("/beheer/stand")
    assert "Er draait nu geen motor" in page
    assert "Open voorzieningen" in page
    assert not REFERENCE.search(page)
