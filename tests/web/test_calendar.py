"""One's own due days as a calendar, read by two programs that we did not write."""

import re
from datetime import date, timedelta
from uuid import UUID

import icalendar
import pytest
import vobject
from sqlalchemy import Engine, text

from provisions.access import Actor, Grant, Role
from provisions.access.log import Logged
from provisions.app import App
from provisions.overview.calendar_feed import as_calendar
from provisions.usecases.own_days import OwnDay
from tests.conftest import MovingClock
from tests.door import signing_in
from tests.web.conftest import HERE, ROLES, THERE, Browser, NewBrowser


def turned_on(browser: Browser) -> str:
    """The path of the calendar that was just asked for."""
    browser.opens("/voorkeuren")
    page = browser.fills("/voorkeuren", None, handeling="agenda-aan")
    assert browser.headers["cache-control"] == "no-store"
    (path,) = re.findall(r'<p class="key">http://127\.0\.0\.1:4200(/agenda/[\w-]{43}\.ics)</p>', page)
    return str(path)


def test_it_is_off_until_asked_for_and_shows_own_days_only(make_browser: NewBrowser, app: App) -> None:
    director = make_browser().signs_in("regie-1")
    assert "staat <strong>uit</strong>" in director.opens("/voorkeuren")
    path = turned_on(director)
    assert "staat <strong>aan</strong>" in director.opens("/voorkeuren")
    assert path not in director.last
    program = make_browser().client
    answer = program.get(path)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "set-cookie" not in answer.headers
    read = icalendar.Calendar.from_ical(answer.content)
    days = {event.start for event in read.events}
    assert {str(event["summary"]) for event in read.events} == {f"{HERE}: uiterste dag"}
    assert days == {day.day for day in _days_of(app, "regie-1")} != set()
    theirs = vobject.readOne(answer.content.decode())
    assert {event.dtstart.value for event in theirs.vevent_list} == days
    assert {event.summary.value for event in theirs.vevent_list} == {f"{HERE}: uiterste dag"}
    assert len({event.uid.value for event in theirs.vevent_list}) == len(days)
    assert str(app.views.case(HERE).case.id) not in answer.text
    assert THERE not in answer.text
    assert Logged.CALENDAR_ASKED in {look.what for look in app.looks.of("regie-1")}


def _days_of(app: App, code: str) -> list[OwnDay]:
    role, town = ROLES[code]
    return app.seen_by(Actor.of(code, [Role(role)], [town])).own_days()


def test_a_page_with_the_address_that_is_loaded_again_leaves_it_as_it_is(make_browser: NewBrowser) -> None:
    director = make_browser().signs_in("regie-1")
    form = director.opens("/voorkeuren")
    page = director.fills("/voorkeuren", None, handeling="agenda-aan")
    (path,) = re.findall(r"(/agenda/[\w-]{43}\.ics)", page)
    director.last = form
    assert "Dit was al gedaan" in director.fills("/voorkeuren", None, handeling="agenda-aan")
    assert "/agenda/" not in director.last
    assert make_browser().client.get(path).status_code == 200


def test_a_new_address_ends_the_old_one_and_turning_off_ends_it_at_once(make_browser: NewBrowser) -> None:
    director, program = make_browser().signs_in("regie-1"), make_browser().client
    first = turned_on(director)
    second = turned_on(director)
    assert (program.get(first).status_code, program.get(second).status_code) == (404, 200)
    director.opens("/voorkeuren")
    director.fills("/voorkeuren", None, handeling="agenda-uit")
    assert "staat <strong>uit</strong>" in director.last
    assert program.get(second).status_code == 404
    assert program.get("/agenda/niemand.ics").text == program.get(second).text


def test_who_is_blocked_is_out_and_asks_anew_afterwards(make_browser: NewBrowser, app: App) -> None:
    path = turned_on(make_browser().signs_in("regie-1"))
    app.people.block("regie-1")
    program = make_browser().client
    assert program.get(path).status_code == 404
    app.people.unblock("regie-1")
    assert program.get(path).status_code == 404


@pytest.mark.parametrize("code", ["stuur-1", "auditor-1", "beheer-1"])
def test_who_sees_no_case_has_none(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    assert "Een agenda is er voor wie trajecten ziet" in browser.opens("/voorkeuren")
    browser.fills("/voorkeuren", None, handeling="agenda-aan")
    assert browser.status == 409


def test_of_the_secret_only_a_digest_is_kept(make_browser: NewBrowser, database: Engine) -> None:
    path = turned_on(make_browser().signs_in("regie-1"))
    secret = path.removeprefix("/agenda/").removesuffix(".ics")
    with database.connect() as connection:
        kept = connection.execute(text("SELECT * FROM calendar_feed")).mappings().one()
    assert secret.encode() not in repr(dict(kept)).encode()
    assert secret not in str(kept["digest"])


def test_whom_the_provider_does_not_know_any_more_loses_it_after_a_month(
    app: App, clock: MovingClock, make_browser: NewBrowser
) -> None:
    held = frozenset({Grant(Role.CASE_DIRECTOR, "voorbeeldstad")})
    with app.engine.begin() as connection:
        connection.execute(text("INSERT INTO person (code, made) VALUES ('regie-8', now())"))
    door = signing_in(app, clock, off_loopback=False)
    actor = Actor("regie-8", held)
    path = f"/agenda/{app.calendars.ask(actor)}.ics"
    program = make_browser().client
    assert program.get(path).status_code == 200
    clock.advance(days=29)
    door.by_provider("regie-8", held)
    clock.advance(days=29)
    assert program.get(path).status_code == 200
    clock.advance(days=2)
    assert program.get(path).status_code == 404


def test_every_line_is_as_the_standard_has_it() -> None:
    long = "ABCDE-20261234567890123"
    day = OwnDay(date(2026, 12, 31), long, UUID(int=1))
    made = as_calendar([day], "voorbeeldland.example", MovingClock()())
    assert made.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert b"\n" not in made.replace(b"\r\n", b"")
    event = vobject.readOne(made.decode()).vevent
    assert event.dtend.value - event.dtstart.value == timedelta(days=1)
    assert event.summary.value == f"{long}: uiterste dag"
