"""Vannacht: who needs a bed, for whoever may do what the stand-by does, and nobody of another municipality."""

from dataclasses import replace

import pytest

from provisions.access.log import Logged
from provisions.app import App
from provisions.usecases.intake import IntakeRequest
from tests.builders import day, typed
from tests.conftest import MovingClock
from tests.web.conftest import AWAY, HERE, HOME, Browser

OUTSIDE, TOMORROW, ELSEWHERE = "TR-2026-0011", "TR-2026-0012", "TR-2026-0013"


@pytest.fixture
def beds(app: App, clock: MovingClock) -> App:
    clock.set("2026-11-12T20:00:00+00:00")
    for reference, town, later in ((OUTSIDE, HOME, None), (TOMORROW, HOME, day("2026-11-13")), (ELSEWHERE, AWAY, None)):
        needed = {"emergency_shelter": later} if later else {}
        director = "regie-1" if town == HOME else None
        request = IntakeRequest(reference, "voluntary", ["emergency_shelter"], municipality=town, director=director)
        app.cases.intake(replace(request, needed_from=needed), by=typed("regie-1"))
    app.cases.place_ends(HERE, day("2026-11-13"), kind="clinic", because="discharge", by=typed("regie-1"))
    return app


def test_the_stand_by_sees_who_needs_a_bed_and_whom_to_call(browser: Browser, beds: App) -> None:
    page = browser.signs_in("regie-1").opens("/vannacht")
    assert browser.status == 200
    tonight, _, tomorrow = page.partition("Heeft vanaf morgen geen plek")
    assert OUTSIDE in tonight
    assert OUTSIDE not in tomorrow
    assert TOMORROW in tomorrow
    assert HERE in tomorrow
    assert ELSEWHERE not in page
    assert "088 000 10 03" in page  # the stand-by's own number
    assert "kliniek" not in page.lower()
    looks = beds.looks.of("regie-1")
    assert ("vannacht", Logged.LOOKED) in {(look.page, look.what) for look in looks}


def test_it_stands_first_in_mijn_werk_and_who_loses_a_place_second(browser: Browser, beds: App) -> None:
    page = browser.signs_in("regie-1").opens("/werk")
    first, second = page.index("Vannacht geen plek"), page.index("Plek loopt af")
    assert first < second
    assert "Raakt plek kwijt op 13 november (nog 1 werkdag)" in page
    assert beds.views.case(HERE).as_json()["place_ends"] == "2026-11-13"


@pytest.mark.parametrize("code", ["tafel-1", "stuur-1", "fg-1", "beheer-1"])
def test_for_others_the_page_is_not_there(browser: Browser, code: str) -> None:
    browser.signs_in(code).opens("/vannacht")
    assert browser.status == 404


def test_which_night_it_was_stands_with_it(browser: Browser, beds: App, clock: MovingClock) -> None:
    clock.set("2026-11-14T09:00:00+00:00")
    beds.time.tick_all()
    page = browser.signs_in("regie-1").opens("/vannacht")
    assert "nacht 2 zonder plek" in page
    assert "nacht 2 zonder plek" in browser.opens("/werk")
    number = beds.views.case(OUTSIDE).as_json()["id"]
    page = browser.opens(f"/clienten/{number}/emergency_shelter")
    assert "nacht 2 zonder plek" in browser.opens(f"/clienten/{number}")
    assert "nacht zonder plek" in page
    beds.cases.milestone(OUTSIDE, "emergency_shelter", "arrived", by=typed("regie-1"))
    assert "nacht 2 zonder plek" not in browser.opens("/vannacht").partition("vanaf morgen")[0].split(OUTSIDE)[1][:900]
