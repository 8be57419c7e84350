"""Vannacht with a reason: on record before anything is shown, to look at only, for some hours, in one's own municipality, and
read by whoever answers for it.
"""

import html
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from provisions.access import Actor, Role
from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.errors import DoneBefore, NotFound
from provisions.usecases.looks import Look
from provisions.usecases.signing_in import IDLE
from tests.conftest import MovingClock
from tests.door import PASSWORD
from tests.web.conftest import AWAY, HERE, HOME, ROLES, Browser, NewBrowser
from tests.web.test_acts import sends, unseen
from tests.web.test_tonight import ELSEWHERE, OUTSIDE, TOMORROW, beds

__all__ = ["beds"]

PATH, EMERGENCY = "/vannacht", "Noodgeval: iemand heeft nu een slaapplek nodig"
BY_RIGHT = {"regie-1", "teamleider-1", "regie-9"}
NAMES = {OUTSIDE, TOMORROW, ELSEWHERE, HERE}


def gives(browser: Browser, **typed: str) -> str:
    """Open the page, and give a reason in its form."""
    browser.opens(PATH)
    return sends(browser, PATH, unseen(browser.last, "reden") | {"gemeente": HOME, "waarom": "emergency"} | typed)


def kinds(app: App, asked: str) -> list[Logged]:
    return [look.what for look in app.looks.of(asked)]


def given(app: App, code: str = "maatwerk-1") -> list[Look]:
    return [look for look in app.looks.of(code) if look.what is Logged.REASON_GIVEN]


@pytest.mark.parametrize("code", ROLES)
def test_every_role_by_right_with_a_reason_or_not_at_all(browser: Browser, beds: App, code: str) -> None:
    page = browser.signs_in(code).opens(PATH)
    reaches = code in BY_RIGHT or code == "maatwerk-1"
    assert browser.status == (200 if reaches else 404)
    assert ('id="reden"' in page) is (code == "maatwerk-1")
    if code not in BY_RIGHT:
        assert not NAMES & set(re.findall(r"TR-\d{4}-\d{4}", page))
    browser.opens("/werk")
    assert (f'href="{PATH}"' in browser.last) is reaches
    browser.fills(PATH, handeling="reden", gemeente=HOME, waarom="emergency")
    assert bool(given(beds, code)) is (code == "maatwerk-1")
    if not reaches:
        assert browser.status == 404
        assert Logged.NOT_ALLOWED in kinds(beds, code)


def test_before_the_reason_nothing_and_after_it_who_needs_a_bed_to_look_at(browser: Browser, beds: App) -> None:
    page = browser.signs_in("maatwerk-1").opens(PATH)
    assert browser.shown == set()
    assert "088 000 10 03" not in page
    assert "Heeft vannacht geen plek" not in page
    assert kinds(beds, OUTSIDE) == [], "no case is said to have been looked at"
    page = html.unescape(gives(browser))
    assert browser.status == 200
    assert "Uw reden is vastgelegd" in page
    assert browser.shown == {OUTSIDE, TOMORROW, HERE}
    assert "Raakt een plek kwijt" in page
    assert ELSEWHERE not in page
    assert "088 000 10 03" in page
    assert f"U kijkt hier met een reden: <strong>{EMERGENCY}</strong>" in page
    assert "tot do 12 november 2026, 23.00 uur" in page
    shown = page.split("<main", 1)[1]
    assert "/clienten/" not in shown, "the case itself is not theirs"
    assert "Wat staat in de weg" not in shown, "why is for who directs"
    assert 'name="night"' not in shown, "to look at"
    (line,) = given(beds)
    assert (line.municipality, line.reason, line.page, line.via) == (HOME, "emergency", "vannacht", "web")
    assert line.until == line.at + timedelta(hours=2)
    for reference in (OUTSIDE, TOMORROW, HERE):
        (seen,) = beds.looks.of(reference)
        assert (seen.code, seen.what, seen.because) == ("maatwerk-1", Logged.LOOKED_WITH_REASON, EMERGENCY)
    assert kinds(beds, ELSEWHERE) == []
    counts = beds.looks.counts()
    assert (counts[Logged.REASON_GIVEN], counts[Logged.LOOKED_WITH_REASON]) == (1, 1), (
        "three stood there; it is one look"
    )


def test_it_ends_after_its_hours_and_with_the_right(make_browser: NewBrowser, beds: App, clock: MovingClock) -> None:
    officer = make_browser().signs_in("maatwerk-1")
    gives(officer)
    clock.advance(minutes=25)
    assert officer.opens(PATH).count(OUTSIDE) > 0
    other = make_browser().signs_in("maatwerk-1")
    assert OUTSIDE in other.opens(PATH), "it is the person's, on the telephone too"
    clock.advance(minutes=95)
    late = make_browser().signs_in("maatwerk-1")
    assert OUTSIDE not in late.opens(PATH)
    assert 'id="reden"' in late.last
    gives(late, waarom="stands_in")
    assert OUTSIDE in late.last
    assert beds.seen_by(Actor.of("maatwerk-1", [Role.CUSTOMISATION_OFFICER], [HOME])).tonight().nights
    assert beds.seen_by(Actor.of("maatwerk-1", [Role.CUSTOMISATION_OFFICER], [AWAY])).tonight().nights == ()
    with pytest.raises(NotFound):
        beds.seen_by(Actor.of("maatwerk-1", [Role.AUDITOR], [HOME])).tonight()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"waarom": ""}, "Kies waarom u wilt kijken."),
        ({"waarom": "curious"}, "Kies een van de mogelijkheden die er staan."),
        ({"gemeente": ""}, "Kies in welke gemeente."),
        ({"gemeente": AWAY}, "Kies een van de mogelijkheden die er staan."),
    ],
)
def test_without_a_reason_of_the_list_and_ones_own_municipality_nothing_is_shown(
    browser: Browser, beds: App, typed: Mapping[str, str], said: str
) -> None:
    page = gives(browser.signs_in("maatwerk-1"), **typed)
    assert (browser.status, said in page, 'role="alert"' in page) == (422, True, True)
    assert not NAMES & set(re.findall(r"TR-\d{4}-\d{4}", page))
    assert given(beds) == []


def test_who_looks_with_a_reason_says_nothing_of_a_bed(browser: Browser, make_browser: NewBrowser, beds: App) -> None:
    director = make_browser().signs_in("regie-1")
    director.opens(PATH)
    form = re.findall(r'<form[^>]* id="(rij-\d+)"', director.last)[0]
    gives(browser.signs_in("maatwerk-1"))
    for night in ({"night": "arrived"}, {"night": "no_bed", "cause": "no_place"}):
        browser.fills(PATH, None, handeling=form, **night)
        assert browser.status == 404
    (shelter,) = beds.views.case(OUTSIDE).provisions
    assert (shelter.provision.cause, shelter.as_json()["milestones"]) == (None, {})


def test_pressed_twice_it_is_one_reason(browser: Browser, beds: App) -> None:
    browser.signs_in("maatwerk-1").opens(PATH)
    form = unseen(browser.last, "reden") | {"gemeente": HOME, "waarom": "called"}
    for _ in range(2):
        assert OUTSIDE in sends(browser, PATH, form)
    assert "er is niets opnieuw gedaan" in browser.last
    assert len(given(beds)) == 1


def test_pressed_twice_at_the_same_moment_it_is_one_reason(beds: App) -> None:
    officer, form = beds.seen_by(Actor.of("maatwerk-1", [Role.CUSTOMISATION_OFFICER], [HOME])), "0" * 32
    officer.give_reason_for_tonight(HOME, "called", form=form)
    with pytest.raises(DoneBefore):  # the page had not seen that the first was there already
        officer.give_reason_for_tonight(HOME, "called", form=form)
    assert len(given(beds)) == 1


def test_a_reason_that_was_chosen_when_the_session_ended_is_there_after_signing_in(
    browser: Browser, beds: App, clock: MovingClock
) -> None:
    browser.signs_in("maatwerk-1").opens(PATH)
    form = unseen(browser.last, "reden") | {"gemeente": HOME, "waarom": "stands_in"}
    clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    assert "is bewaard" in sends(browser, PATH, form)
    page = browser.fills("/aanmelden", code="maatwerk-1", password=PASSWORD, second="")
    assert "Er is nog niets vastgelegd" in page
    assert re.search(r'value="stands_in"[^>]* checked', page)
    assert OUTSIDE not in page
    assert given(beds) == []


def test_whoever_answers_for_it_reads_who_gave_which_reason_and_the_client_that_it_was_so(
    make_browser: NewBrowser, beds: App
) -> None:
    gives(make_browser().signs_in("maatwerk-1"))
    for code, path in (("teamleider-1", PATH), ("fg-1", "/verantwoording")):
        page = html.unescape(make_browser().signs_in(code).opens(path))
        listed = page[page.index("Gaf een reden om te kijken, de afgelopen dertien weken: 1") :]
        assert all(one in listed for one in ("maatwerk-1", EMERGENCY, "23.00 uur")), code
    for code, path in (("regie-1", PATH), ("regie-9", PATH), ("auditor-1", "/verantwoording")):
        assert "Gaf een reden om te kijken" not in make_browser().signs_in(code).opens(path), code
    officer = make_browser().signs_in("fg-1")
    officer.opens("/verantwoording")
    assert f"Bekeken met een reden ({EMERGENCY})" in html.unescape(officer.fills("/verantwoording", zoek=OUTSIDE))
    (looked,) = beds.exports.of_case(OUTSIDE)["looked_with_reason"]
    assert (looked["page"], looked["reason"], looked["because"]) == ("vannacht", "emergency", EMERGENCY)
    assert "maatwerk-1" not in str(looked)
    assert beds.exports.of_case(ELSEWHERE)["looked_with_reason"] == []


@pytest.mark.usefixtures("beds")
def test_it_is_kept_as_long_as_any_look(browser: Browser, database: Engine) -> None:
    gives(browser.signs_in("maatwerk-1"))
    with database.connect() as connection:
        rows = connection.execute(
            text("SELECT DISTINCT what, keep_until FROM access_log WHERE page = 'vannacht'")
        ).all()
        signed_in = connection.execute(text("SELECT max(keep_until) FROM access_log WHERE what = 'signed_in'")).scalar()
    assert {row.what for row in rows} == {"reason_given", "looked_with_reason"}
    assert {row.keep_until for row in rows} == {signed_in}
