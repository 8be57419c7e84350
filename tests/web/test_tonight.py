"""Vannacht: who needs a bed, for whoever may do what the stand-by does, and nobody of another municipality."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from provisions.access.log import Logged
from provisions.app import App
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.signing_in import IDLE
from tests.builders import day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD
from tests.web.conftest import AWAY, HERE, HOME, Browser, NewBrowser
from tests.web.test_acts import sends, unseen
from tests.web.test_answering_tables import answers, row_of

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


def test_at_night_it_says_how_contact_goes_what_may_be_spent_and_dials(
    browser: Browser, beds: App, clock: MovingClock
) -> None:
    beds.cases.contact(OUTSIDE, "two_people", by=typed("regie-1"))
    page = browser.signs_in("regie-1").opens("/vannacht")
    row = page.split(f'data-reference="{OUTSIDE}"', 1)[1].split("</tr>")[0]
    assert "Spreek de cliënt altijd met twee mensen" in row
    assert "Het contact loopt" not in page, "at night there is no director"
    assert '<a href="tel:0880001003">088 000 10 03</a>' in page
    assert "mag u tot en met € 100,00 uit het maatwerkbudget eerst uitgeven" in html.unescape(page)
    clock.set("2026-11-13T09:00:00+00:00")
    page = browser.signs_in("regie-1").opens("/vannacht")
    assert OUTSIDE in page
    assert "maatwerkbudget eerst" not in page, "the office is open: a colleague can decide"


def test_what_is_being_handed_over_stands_with_both_and_is_recorded_by_who_has_it(
    make_browser: NewBrowser, beds: App
) -> None:
    for reference in (OUTSIDE, TOMORROW, HERE):
        beds.cases.transfer(reference, AWAY, by=typed("regie-1"))
    theirs = make_browser().signs_in("regie-9")
    page = html.unescape(theirs.opens("/vannacht"))
    assert theirs.shown == {OUTSIDE, TOMORROW, ELSEWHERE, HERE}
    row = page.split(f'data-reference="{OUTSIDE}"', 1)[1].split("</tr>")[0]
    assert "Wordt overgedragen door Voorbeeldstad" in row
    assert "Voorbeeldstad legt dit vast" in row
    assert "<form" not in row
    assert "Voorbeeldstad, " in page.split("Wie kunt u bellen?")[1], "whom to call there"
    ours = make_browser().signs_in("regie-1")
    page = html.unescape(ours.opens("/vannacht"))
    row = page.split(f'data-reference="{OUTSIDE}"', 1)[1].split("</tr>")[0]
    assert "Wordt overgedragen aan Havenmeer" in row
    assert "<form" in row
    beds.cases.accept(OUTSIDE, by=typed("regie-9"))
    assert OUTSIDE not in ours.opens("/vannacht")
    row = theirs.opens("/vannacht").split(f'data-reference="{OUTSIDE}"', 1)[1].split("</tr>")[0]
    assert "<form" in row
    assert "Wordt overgedragen" not in row


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
    browser.opens("/vannacht")
    assert OUTSIDE not in browser.shown


def test_why_there_is_no_bed_is_said_in_the_row_and_stands_there(
    browser: Browser, beds: App, clock: MovingClock
) -> None:
    clock.set("2026-11-12T22:00:00+00:00")
    row = row_of(browser.signs_in("regie-1").opens("/vannacht"), OUTSIDE, "emergency_shelter")
    assert "Kies wat er vannacht is." in answers(browser, "/vannacht", row)
    page = answers(browser, "/vannacht", row, night="no_bed")
    assert browser.status == 422, "as every form that is not complete"
    assert f'href="#{row}-cause"' in page
    assert "Kies waarom er geen plek is." in page
    assert re.search(r'value="no_bed" id="[^"]+" class="utrecht-radio-button" checked', page), "what was typed is kept"
    page = answers(browser, "/vannacht", row, night="no_bed", cause="no_place")
    assert "Vastgelegd" in page
    assert "Er is geen plek" in page.split(OUTSIDE, 1)[1].split("</tr>")[0]
    (shelter,) = beds.views.case(OUTSIDE).provisions
    assert shelter.provision.cause == "no_place"
    line = beds.views.audit(OUTSIDE)[-1]
    assert (line.what, line.by, line.data["via"]) == ("provision.cause", "regie-1", "web")


def test_who_sleeps_inside_is_on_the_page_no_more(browser: Browser, beds: App, clock: MovingClock) -> None:
    clock.set("2026-11-12T22:00:00+00:00")
    row = row_of(browser.signs_in("regie-1").opens("/vannacht"), OUTSIDE, "emergency_shelter")
    form = unseen(browser.last, row) | {"night": "arrived", "cause": ""}
    for _ in range(2):  # a button pressed twice
        page = sends(browser, "/vannacht", form)
        assert OUTSIDE not in browser.shown
    assert "Dit was al vastgelegd; er is niets opnieuw gedaan" in page
    assert [line.what for line in beds.views.audit(OUTSIDE)].count("provision.milestone") == 1
    sends(browser, "/vannacht", form | {"nummer": "0" * 32})
    assert (browser.status, "Dit staat er niet meer" in browser.last) == (409, True), "a second tab"
    assert "Dit typte u: De cliënt slaapt vannacht binnen" in browser.last
    clock.set("2026-11-13T09:00:00+00:00")
    beds.time.tick_all()
    work = browser.signs_in("regie-1").opens("/werk")
    assert OUTSIDE in work.split('id="late"')[1], "the shelter itself is still to be arranged"
    assert OUTSIDE not in work.split('id="late"')[0]


def test_of_another_municipality_nothing_can_be_said(browser: Browser, make_browser: NewBrowser, beds: App) -> None:
    row = row_of(make_browser().signs_in("regie-9").opens("/vannacht"), ELSEWHERE, "emergency_shelter")
    browser.signs_in("regie-1").opens("/vannacht")
    own = unseen(browser.last, row_of(browser.last, OUTSIDE, "emergency_shelter"))
    assert "Dit staat er niet meer" in sends(browser, "/vannacht", own | {"handeling": row, "night": "arrived"})
    assert ELSEWHERE not in browser.last
    assert "arrived" not in beds.views.case(ELSEWHERE).as_json()["provisions"][0]["milestones"]


def test_what_was_chosen_when_the_session_ended_is_there_after_signing_in(
    browser: Browser, make_browser: NewBrowser, beds: App, clock: MovingClock
) -> None:
    clock.set("2026-11-12T22:00:00+00:00")
    row = row_of(browser.signs_in("regie-1").opens("/vannacht"), OUTSIDE, "emergency_shelter")
    form = unseen(browser.last, row) | {"night": "no_bed", "cause": "no_place"}
    clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    assert "is bewaard" in sends(browser, "/vannacht", form)
    page = browser.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    assert page.count("Dit typte u voordat u werd afgemeld") == 1
    assert "Er is nog niets vastgelegd" in page
    mine = page[page.index(f'id="{row}"') :].split("</form>")[0]
    assert re.search(r'value="no_bed"[^>]* checked', mine)
    assert '<option value="no_place" selected>' in mine
    (shelter,) = beds.views.case(OUTSIDE).provisions
    assert shelter.provision.cause is None
    assert "Dit typte u voordat" not in make_browser().signs_in("teamleider-1").opens("/vannacht"), "it is one person's"
    beds.cases.milestone(OUTSIDE, "emergency_shelter", "arrived", by=typed("regie-2"))
    page = browser.opens("/vannacht")
    assert "Dit typte u: Er is vannacht geen plek" in page, "whose row is gone reads what was chosen"


def test_what_others_recorded_meanwhile_is_shown_before_it_is_said(
    browser: Browser, beds: App, clock: MovingClock
) -> None:
    clock.set("2026-11-12T22:00:00+00:00")
    row = row_of(browser.signs_in("regie-1").opens("/vannacht"), OUTSIDE, "emergency_shelter")
    beds.cases.why(OUTSIDE, "emergency_shelter", "access_denied", by=typed("regie-2"))
    page = answers(browser, "/vannacht", row, night="no_bed", cause="no_place")
    assert (browser.status, "intussen veranderde er iets" in page) == (409, True)
    assert '<option value="no_place" selected>' in page
    assert answers(browser, "/vannacht", row, night="no_bed", cause="no_place").count("Vastgelegd</strong>") == 1
