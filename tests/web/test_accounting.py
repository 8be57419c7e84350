"""Answering for what was done: the record without free text, its chain, the register, and what is released."""

import pytest

from provisions.access import Actor, Role
from provisions.access.log import Logged
from provisions.app import App
from tests.builders import CONFIG, typed
from tests.web.conftest import HERE, ROLES, Browser, NewBrowser

READ = {"fg-1", "auditor-1"}
NOTE = "betaald aan de verhuurder"


@pytest.fixture
def noted(app: App) -> App:
    app.cases.record_outcome(HERE, "special_assistance", "delivered", by=typed("regie-1"), note=NOTE)
    return app


@pytest.mark.parametrize("code", ROLES)
def test_the_record_is_for_those_who_answer_for_it(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    for path, fields in (("/vastlegging", {"traject": HERE}), ("/keten", {"anker": ""})):
        browser.opens("/werk")
        browser.fills(f"/verantwoording{path}", None, **fields)
        assert browser.status == (200 if code in READ else 404), path
    browser.opens("/werk")
    browser.fills("/verantwoording/uitgeven", traject=HERE, gelezen="ja")
    assert browser.status == (200 if code == "fg-1" else 404)
    browser.opens("/verantwoording/register")
    assert browser.status == (200 if code in READ else 404)


def test_a_record_shows_what_was_done_and_not_what_people_wrote(browser: Browser, noted: App) -> None:
    browser.signs_in("auditor-1").opens("/verantwoording")
    page = browser.fills("/verantwoording/vastlegging", traject=HERE.lower())
    assert "Traject gestart op 2 november 2026" in page
    assert NOTE not in page
    assert HERE not in browser.client.get("/verantwoording").url.path
    looked = noted.looks.of(HERE)[0]
    assert (looked.code, looked.what, looked.page) == ("auditor-1", Logged.LOOKED, "vastlegging")
    browser.opens("/verantwoording")
    for wrong in ("TR-2026-9999", "Jansen", ""):
        browser.fills("/verantwoording/vastlegging", traject=wrong)
        assert browser.status == 422
        assert 'role="alert"' in browser.last


def test_the_chain_is_verified_against_an_anchor_of_before(browser: Browser, noted: App) -> None:
    browser.signs_in("auditor-1").opens("/verantwoording")
    browser.fills("/verantwoording/keten", anker="")
    assert "De vastlegging is in orde" in browser.last
    _, last = noted.accounting.end(Actor.of("auditor-1", [Role.AUDITOR]))
    assert str(last) in browser.last
    browser.opens("/verantwoording")
    browser.fills("/verantwoording/keten", anker=f"{last.line}:{'0' * 64}")
    assert "klopt niet" in browser.last
    browser.opens("/verantwoording")
    browser.fills("/verantwoording/keten", anker="iets anders")
    assert browser.status == 422
    assert "is geen anker" in browser.last


def test_what_is_released_is_read_first_and_is_on_record(browser: Browser, noted: App) -> None:
    browser.signs_in("fg-1").opens("/verantwoording")
    browser.fills("/verantwoording/uitgeven", traject=HERE)
    assert browser.status == 422
    browser.opens("/verantwoording")
    released = browser.fills("/verantwoording/uitgeven", traject=HERE, gelezen="ja")
    assert browser.headers["content-disposition"].startswith("attachment")
    assert NOTE in released
    assert "regie-1" not in released
    assert [line.by for line in noted.views.audit(HERE) if line.what == "export.released"] == ["fg-1"]


def test_the_register_says_on_what_ground_and_for_how_long(make_browser: NewBrowser) -> None:
    page = make_browser().signs_in("fg-1").opens("/verantwoording/register")
    for part in (
        "Wet gegevensverwerking door samenwerkingsverbanden",
        "Participatiewet, Wmo 2015",
        str(CONFIG.organisation.keeping.lines),
        "60 maanden",
    ):
        assert part in page
