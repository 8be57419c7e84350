"""How messages come, chosen by oneself; and a call of the stand-by that is taken up."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.delivery import Delivery, MessageStatus
from provisions.domain.holding import Pace, Preference
from provisions.machine.link_secrets import Link, LinkSecrets
from provisions.store import outbox, standby
from tests.builders import typed
from tests.conftest import MovingClock
from tests.door import PASSWORD, SEALING, signing_in
from tests.web.conftest import AWAY, HOME, Browser

OWN = "regisseur.noord"  # with an address of its own in the shipped configuration


def test_who_has_an_address_of_ones_own_chooses_and_it_is_kept(browser: Browser, app: App, clock: MovingClock) -> None:
    door = signing_in(app, clock, off_loopback=False)
    door.set_password(app.people.add(OWN, ["case_director"], [HOME]), PASSWORD, PASSWORD, "")
    browser.signs_in(OWN)
    browser.opens("/voorkeuren")
    browser.fills("/voorkeuren", None, handeling="berichten", wanneer="daily", stil="ja")
    assert "Uw keuze is bewaard" in browser.last
    assert 'value="daily" id="wanneer-3" class="utrecht-radio-button" checked' in browser.last
    assert app.preferences.of(typed(OWN)) == Preference(Pace.DAILY, quiet=True)
    assert Logged.PREFERENCES_CHANGED in {look.what for look in app.looks.of(OWN)}
    browser.opens("/voorkeuren")
    browser.fills("/voorkeuren", None, handeling="berichten", wanneer="nooit")
    assert browser.status == 422
    assert 'role="alert"' in browser.last
    assert app.preferences.of(typed(OWN)) == Preference(Pace.DAILY, quiet=True)


def test_who_reads_a_mailbox_with_others_has_nothing_to_choose(browser: Browser) -> None:
    browser.signs_in("regie-1").opens("/voorkeuren")
    assert "daarom valt hier niets te kiezen" in browser.last.lower()
    assert 'name="wanneer"' not in browser.last


@pytest.fixture
def called(database: Engine, clock: MovingClock) -> None:
    """Somebody was called in two municipalities, and nobody took it up yet."""
    with database.begin() as connection:
        for place in (HOME, AWAY):
            standby.begin(connection, place, clock.now - timedelta(days=30), clock.now)


@pytest.mark.usefixtures("called")
def test_a_call_is_taken_up_once_and_only_that_of_the_own_municipality(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1").opens("/vannacht/oproep")
    assert browser.last.count("Ik pak dit op") == 1
    browser.fills("/vannacht/oproep", None, gemeente=AWAY)
    assert browser.status == 409
    page = browser.opens("/vannacht")
    assert ("Er wordt gebeld: Voorbeeldstad" in page, "Er wordt gebeld: Havenmeer" in page) == (True, False)
    assert page.count('action="/vannacht/oproep"') == 1
    browser.fills("/vannacht/oproep", None, gemeente=HOME)
    assert "U hebt de oproep opgepakt" in browser.last
    assert "Er wordt gebeld" not in browser.opens("/vannacht")
    browser.fills("/vannacht/oproep", None, gemeente=HOME)
    assert browser.status == 409
    assert "geen oproep die wacht" in browser.last
    standing = {one.municipality: one for one in app.standby.standing(typed("systeem"))}
    assert (standing[HOME].acknowledged_by, standing[AWAY].waits) == ("regie-1", True)


@pytest.fixture
def letter(app: App, database: Engine) -> Link:
    """A letter that went to somebody in the own municipality."""
    (message, *_) = app.messages.found(municipality=HOME)
    with database.begin() as connection:
        sent = Delivery(MessageStatus.SENT, 1, sent=app.clock())
        outbox.keep(connection, message.id, {}, {DUTY: sent})
    return Link(message.id)


DUTY = "bereikbaarheidsdienst@voorbeeldstad.example"


@pytest.mark.usefixtures("called")
def test_by_the_link_in_the_letter_it_is_taken_up_in_two_steps(browser: Browser, app: App, letter: Link) -> None:
    path = LinkSecrets(SEALING).call_path(letter, DUTY)
    assert "ligt een spoedvraag klaar" in browser.opens(path)
    assert "TR-2026" not in browser.last
    assert "Bevestig" in browser.fills(path)
    assert waiting(app, HOME), "who presses one button has taken up nothing"
    assert "Vastgelegd" in browser.fills(path, None, confirm="ja")
    standing = {one.municipality: one for one in app.standby.standing(typed("systeem"))}
    assert (standing[HOME].acknowledged_by, standing[AWAY].waits) == ("bereikbaarheidsdienst", True)
    assert "Er wacht nu geen oproep" in browser.opens(path)


@pytest.mark.usefixtures("called")
def test_no_other_link_takes_it_up(browser: Browser, app: App, letter: Link) -> None:
    secrets = LinkSecrets(SEALING)
    answer = secrets.path(letter, DUTY).replace("/antwoord/", "/oproep/")
    for path in (answer, secrets.call_path(letter, "ander@voorbeeldstad.example"), "/oproep/iets"):
        browser.opens(path)
        assert browser.status == 404, path
    assert waiting(app, HOME)


@pytest.mark.usefixtures("called")
def test_a_letter_of_before_takes_up_no_later_call(
    browser: Browser, app: App, letter: Link, database: Engine, clock: MovingClock
) -> None:
    """Who kept an old mail, or reads the mailbox no more, could else end the calls of every night to come."""
    path = LinkSecrets(SEALING).call_path(letter, DUTY)
    assert "ligt een spoedvraag klaar" in browser.opens(path)
    with database.begin() as connection:  # that call is over, and another began
        for call in standby.every_last(connection, [HOME]).values():
            standby.change(connection, call.number, next_at=None, ended_at=clock.now)
        later = clock.now + timedelta(hours=1)
        standby.begin(connection, HOME, later, later)
    browser.fills(path, None, confirm="ja")
    assert browser.status == 409
    assert "Er wacht nu geen oproep" in browser.opens(path)
    assert waiting(app, HOME)


def waiting(app: App, place: str) -> bool:
    return any(one.waits for one in app.standby.standing(typed("systeem")) if one.municipality == place)


@pytest.mark.parametrize("code", ["tafel-1", "stuur-1", "beheer-1"])
def test_who_finds_no_beds_does_not_see_it(browser: Browser, code: str) -> None:
    browser.signs_in(code).opens("/vannacht/oproep")
    assert browser.status == 404
