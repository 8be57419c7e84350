"""With somebody else's password: no page, list, count, file or form says or does anything of another's client."""

import re
from collections.abc import Iterator, Mapping

import pytest

from provisions.app import App
from provisions.usecases.intake import IntakeRequest
from provisions.web.application import PAGES
from tests.builders import day, typed
from tests.conftest import MovingClock
from tests.web.addresses import address_of
from tests.web.conftest import AT_TABLE, AWAY, HERE, THERE, TO_JUDGE, Browser, NewBrowser
from tests.web.test_rooms_of_roles import SEES
from tests.web.test_server import forms_of

BED = "TR-2026-0031"  # in the other municipality, without a place tonight
# What is known of the other municipality's client besides its reference, in the words in which it was typed.
MARKS = ("bellen via de buurvrouw", "ELDERS-77", "Reserveer woningen in Havenmeer")
# What can be asked of a page besides, that somebody might try.
ASKED = (
    *(
        f"/bord?gemeente={AWAY}",
        f"/bord/lijst?wat=nu-te-laat&gemeente={AWAY}",
        f"/bord/lijst?wat=nu-open&gemeente={AWAY}",
    ),
    *(f"/te-laat?gemeente={AWAY}", f"/te-laat.csv?gemeente={AWAY}&alles=ja", f"/clienten?gemeente={AWAY}&alles=ja"),
    *(f"/clienten.csv?gemeente={AWAY}", f"/maatwerkbudget?gemeente={AWAY}", f"/tafel?gemeente={AWAY}"),
)
# Who tries: of each kind of view one (of a municipality, of a table, of the region, of the program itself).
TRYING = ("teamleider-1", "tafel-1", "stuur-1", "beheer-1")


@pytest.fixture
def lively(app: App, clock: MovingClock) -> App:
    """Of the client of the other municipality all is recorded that pages, lists and counts are made of."""
    by = typed("regie-9")
    request = IntakeRequest(BED, "voluntary", ["emergency_shelter"], municipality=AWAY, director="regie-9")
    app.cases.intake(request, by=by)
    app.cases.place_ends(THERE, day("2026-11-13"), kind="clinic", because="discharge", by=by)
    app.cases.living(THERE, "homeless", by=by)
    app.cases.note(THERE, MARKS[0], by=by)
    app.cases.number(THERE, MARKS[1], by=by)
    app.cases.ask_budget(THERE, amount="33.44", why="keep_place", what="pets", by=by)
    app.cases.ask_stop(
        THERE, "id_document", reason="client_asks", until=day("2026-12-31"), by=by
    )  # fmt: skip
    app.cases.reply(THERE, "wmo_indication", "call_me", by=by)
    app.bringing.bring_in(
        municipality=AWAY, about="housing", cause="no_place", cases="7", decision=MARKS[2], owner="corporatie",
        due=day("2027-01-15"), by=typed("teamleider-9"),
    )  # fmt: skip
    clock.advance(hours=9)
    app.time.tick_all()
    return app


def addresses(app: App, code: str) -> Iterator[str]:
    """Every page there is, about the other's client where it is about one; and what might be asked besides."""
    theirs = str(app.views.case(THERE).case.id)
    yield from (address_of(page, id=theirs) for page in PAGES if page.get and not page.anyone)
    yield from ASKED if SEES[code] else ()


def named(app: App, text: str) -> list[str]:
    """What ``text`` tells of the other's clients."""
    theirs = [str(app.views.case(reference).case.id) for reference in (THERE, BED)]
    return [mark for mark in (THERE, BED, *theirs, *MARKS, "33,44") if mark in text]


def test_whoever_reads_every_page_reads_nothing_of_another(make_browser: NewBrowser, lively: App) -> None:
    told: list[tuple[str, str, object]] = []
    opened = 0
    for code in TRYING:
        browser = make_browser().signs_in(code)
        for path in addresses(lively, code):
            text = browser.opens(path)
            opened += browser.status == 200
            if "/clienten/" in path and browser.status != 404:
                told.append((code, path, browser.status))
            # What was asked for comes back as the address of a form: that was the reader's own.
            elif found := named(lively, text.replace(path, "")):
                told.append((code, path, found))
    assert told == []
    assert opened > 8 * len(TRYING), "so many pages were there to be read"
    theirs = make_browser().signs_in("regie-9")
    shown = "".join(theirs.opens(path) for path in addresses(lively, "regie-9"))
    assert set(named(lively, shown)) >= {THERE, BED, MARKS[0], MARKS[1], "33,44"}, "it can be read there"


def test_whoever_sends_every_form_of_anothers_pages_does_nothing(make_browser: NewBrowser, lively: App) -> None:
    """The forms as a director has them, with the token of whoever sends them: of another municipality there is nothing, and in
    the own one a role does what is its own.
    """
    forms = forms_there(make_browser().signs_in("regie-9"), lively, {THERE: ("", "/id_document")})
    before, taken = recorded(lively, THERE), []
    for code in ("teamleider-1", "tafel-1"):
        for action, status, text in sent(make_browser().signs_in(code), forms):
            if status != 404 or named(lively, text.replace(action, "")):
                taken.append((code, action, status))
    assert taken == []
    assert recorded(lively, THERE) == before

    own = {HERE: ("",), AT_TABLE: ("/id_document",), TO_JUDGE: ("/id_document",)}
    forms = forms_there(make_browser().signs_in("teamleider-1"), lively, own)
    for code, may in {
        "tafel-1": {"rung.answered", "provision.replied"},
        "maatwerk-1": set(),
        "beheer-1": set(),
    }.items():
        assert sent(make_browser().signs_in(code), forms)
        done = {what for reference in own for by, what in recorded(lively, reference) if by == code}
        assert {what for what in done if not what.startswith("message.")} <= may, code


def forms_there(browser: Browser, app: App, pages: Mapping[str, tuple[str, ...]]) -> list[tuple[str, dict[str, str]]]:
    """Every form of the pages of these clients, with where it is sent."""
    paths = [f"/clienten/{app.views.case(ref).case.id}{part}" for ref, parts in pages.items() for part in parts]
    found = [one for path in paths for one in forms_of(browser.opens(path), path)]
    assert len(found) > 20
    return found


def sent(browser: Browser, forms: list[tuple[str, dict[str, str]]]) -> list[tuple[str, int, str]]:
    """What each of these is answered when this person sends it."""
    browser.opens("/werk")
    token = re.search(r'name="csrf" value="([^"]+)"', browser.last)
    assert token
    answers = [(action, browser.client.post(action, data={**values, "csrf": token[1]})) for action, values in forms]
    return [(action, answer.status_code, answer.text) for action, answer in answers]


def recorded(app: App, reference: str) -> list[tuple[str, str]]:
    """Who did what, as it stands in the record."""
    return [(line.by, line.what) for line in app.views.audit(reference)]
