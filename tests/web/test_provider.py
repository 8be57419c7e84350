"""Signing in by a provider of identities: what is right comes in, and what was changed, replayed or taken away does not."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from provisions.access import Grant, Role
from provisions.access.guesses import Guesses
from provisions.access.log import Logged
from provisions.access.provider import SignIn
from provisions.access.roles import grants_of
from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.usecases.provider_sign_in import ProviderSigningIn
from provisions.usecases.signing_in import RIGHTS_LAST, SigningIn
from provisions.web.application import application
from provisions.web.provider import OpenIdProvider
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.door import ADMIN_PASSWORD
from tests.web.conftest import HERE, HOME, THERE, Browser
from tests.web.identities import CLIENT, ISSUER, SECRET, Identities

GROUPS = {
    "team": grants_of([Role.CASE_DIRECTOR], [HOME]),
    "leiding": grants_of([Role.TEAM_LEAD], [HOME]),
    "beheer": grants_of([Role.ADMINISTRATOR]),
}
MAP = SignIn(codes={"j.jansen@gemeente.example": "regie-21"}, groups=GROUPS)
BACK = "http://127.0.0.1:4200/aanmelden/terug"


@pytest.fixture
def identities(clock: MovingClock) -> Identities:
    return Identities(clock)


@pytest.fixture
def make_browser(app: App, clock: MovingClock, identities: Identities) -> Callable[[], Browser]:
    sealing = Sealing("a key for tests, of enough characters", PasswordHasher(1, 8, 1))
    config = replace(CONFIG, organisation=replace(CONFIG.organisation, sign_in=MAP))
    guesses = Guesses(lambda: clock.now.timestamp())
    door = SigningIn(
        app.engine,
        config,
        app.looks,
        sealing,
        clock,
        guesses,
        admin_password=ADMIN_PASSWORD,
        off_loopback=False,
        pause=lambda _seconds: None,
    )
    oidc = OpenIdProvider(ISSUER, CLIENT, SECRET, BACK, clock, identities.transport)
    provider = ProviderSigningIn(app.engine, config, app.looks, door, oidc, clock)
    served = application(app, door, sealing, tls=False, hosts=("127.0.0.1",), provider=provider)
    app.people.add("regie-30", ["case_director"], [HOME])
    return lambda: Browser(TestClient(served, base_url="http://127.0.0.1:4200"))


@pytest.fixture
def browser(make_browser: Callable[[], Browser]) -> Browser:
    return make_browser()


def leaves(browser: Browser, naar: str = "") -> str:
    """Where the browser is sent."""
    browser.client.follow_redirects = False
    browser.opens(f"/aanmelden/organisatie{f'?naar={naar}' if naar else ''}")
    browser.client.follow_redirects = True
    assert browser.status == 303
    return browser.headers["location"]


def returns(browser: Browser, said: dict[str, str]) -> Browser:
    browser.opens(f"/aanmelden/terug?{urlencode(said)}")
    return browser


def signs_in(browser: Browser, identities: Identities, naar: str = "") -> Browser:
    return returns(browser, identities.authorize(leaves(browser, naar)))


def is_in(browser: Browser) -> bool:
    return "<h1>Mijn werk</h1>" in browser.opens("/werk")


def test_somebody_of_a_known_group_comes_in_with_its_rights_and_where_they_were_going(
    browser: Browser, identities: Identities, app: App
) -> None:
    signs_in(browser, identities, "/te-laat")
    assert "<h1>Te laat</h1>" in browser.last
    assert browser.shown
    assert THERE not in browser.last
    browser.opens(f"/clienten/{app.views.case(HERE).case.id}")
    assert [look.code for look in app.looks.of(HERE)] == ["regie-20"]


def test_the_sign_in_page_offers_both_ways(browser: Browser) -> None:
    browser.opens("/aanmelden?naar=/te-laat")
    assert 'href="/aanmelden/organisatie?naar=/te-laat"' in browser.last
    assert browser.last.count("<form") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
        {"aud": [CLIENT, "somebody-else"]},
        {"exp": 1},
        {"iat": 99999999999},
        {"sub": ""},
        {"sub": 7},
    ],
    ids=str,
)
def test_a_token_that_says_something_else_is_refused(
    browser: Browser, identities: Identities, app: App, change: dict[str, Any]
) -> None:
    identities.says = lambda claims: claims | change
    assert "niet gelukt" in signs_in(browser, identities).last
    assert browser.status == 403
    assert not is_in(browser)
    assert app.looks.counts()[Logged.PROVIDER_REFUSED] == 1


@pytest.mark.parametrize("missing", ["nonce", "exp", "iat", "aud", "iss", "sub"])
def test_a_token_without_what_it_must_say_is_refused(browser: Browser, identities: Identities, missing: str) -> None:
    identities.says = lambda claims: {name: value for name, value in claims.items() if name != missing}
    signs_in(browser, identities)
    assert not is_in(browser)


def test_a_token_of_another_key_is_refused(browser: Browser, identities: Identities) -> None:
    identities.signs_with = RSAKey.generate_key(2048)
    signs_in(browser, identities)
    assert not is_in(browser)


def test_a_token_signed_with_our_secret_is_refused(browser: Browser, identities: Identities) -> None:
    identities.algorithm, identities.signs_with = "HS256", OctKey.import_key(SECRET.encode() * 3)
    signs_in(browser, identities)
    assert not is_in(browser)


def test_an_expired_token_has_a_minute_of_leeway(browser: Browser, identities: Identities, clock: MovingClock) -> None:
    now = int(clock.now.timestamp())
    identities.says = lambda claims: claims | {"exp": now - 59}
    signs_in(browser, identities)
    assert is_in(browser)


def test_a_new_key_is_asked_for_once_it_signs(make_browser: Callable[[], Browser], identities: Identities) -> None:
    signs_in(make_browser(), identities)
    identities.new_key()
    browser = make_browser()
    signs_in(browser, identities)
    assert is_in(browser)
    assert identities.asked.count("/keys") == 2


def test_the_same_answer_twice_is_nobodys(make_browser: Callable[[], Browser], identities: Identities) -> None:
    browser = make_browser()
    said = identities.authorize(leaves(browser))
    returns(browser, said)
    assert is_in(browser)
    browser.fills("/afmelden")
    returns(browser, said)
    assert not is_in(browser)


def test_an_answer_in_another_browser_is_nobodys(make_browser: Callable[[], Browser], identities: Identities) -> None:
    said = identities.authorize(leaves(make_browser()))
    other = make_browser()
    other.opens("/aanmelden")
    returns(other, said)
    assert not is_in(other)


@pytest.mark.parametrize(
    "change", [{"state": "x"}, {"state": ""}, {"code": "x"}, {"code": ""}, {"iss": "https://evil.example"}]
)
def test_an_answer_that_was_changed_is_nobodys(
    browser: Browser, identities: Identities, change: dict[str, str]
) -> None:
    returns(browser, identities.authorize(leaves(browser)) | change)
    assert not is_in(browser)


def test_who_stays_away_longer_than_ten_minutes_begins_anew(
    browser: Browser, identities: Identities, clock: MovingClock
) -> None:
    said = identities.authorize(leaves(browser))
    clock.advance(minutes=10)
    returns(browser, said)
    assert not is_in(browser)


def test_a_code_of_another_attempt_does_not_fit(browser: Browser, identities: Identities) -> None:
    """PKCE: a code that was caught can't be used with another verifier."""
    caught = identities.authorize(leaves(browser))
    own = identities.authorize(leaves(browser))
    returns(browser, own | {"code": caught["code"]})
    assert not is_in(browser)


@pytest.mark.parametrize("groups", [[], ["een andere groep"], "nergens", None, [7]])
def test_who_is_in_no_group_that_we_know_is_told_and_gets_nothing(
    browser: Browser, identities: Identities, app: App, groups: object
) -> None:
    identities.user["groups"] = groups
    assert "U hebt hier geen rol" in signs_in(browser, identities).last
    assert not is_in(browser)
    assert app.looks.counts()[Logged.NO_ROLE] == 1


def test_a_group_that_is_taken_away_holds_an_hour_at_most(
    browser: Browser, identities: Identities, clock: MovingClock
) -> None:
    signs_in(browser, identities)
    identities.user["groups"] = []
    clock.advance(minutes=29)
    assert is_in(browser)
    clock.advance(minutes=29)
    assert is_in(browser)
    clock.advance(minutes=2)
    browser.client.follow_redirects = False
    browser.opens("/clienten")
    assert browser.headers["location"] == "/aanmelden/organisatie?naar=/clienten"
    browser.client.follow_redirects = True
    signs_in(browser, identities)
    assert "geen rol" in browser.last
    browser.client.follow_redirects = False
    assert browser.opens("/werk") is not None
    assert browser.status == 303, "what it was signed in with is stale and opens nothing"


def test_after_an_hour_no_form_does_anything_either_and_what_was_typed_is_kept(
    browser: Browser, identities: Identities, app: App, clock: MovingClock
) -> None:
    signs_in(browser, identities, "/te-laat")
    plan = f"/clienten/{app.views.case(HERE).case.id}"
    page = browser.opens(plan)
    clock.advance(minutes=29)
    browser.opens("/werk")
    clock.advance(minutes=29)
    browser.opens("/werk")
    clock.advance(minutes=2)
    browser.client.follow_redirects = False
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    searched = browser.client.post("/clienten", data={"csrf": token, "zoek": HERE})
    assert (searched.status_code, searched.headers["location"]) == (303, "/aanmelden/organisatie?naar=/werk")
    form = page[page.index('<form class="utrecht-form" method="post" action="' + plan + '" id="note"') :]
    browser.last = form[: form.index("</form>")]
    browser.fills(plan, note="morgen weer bellen")
    assert (browser.status, browser.headers["location"]) == (303, f"/aanmelden/organisatie?naar={plan}")
    browser.client.follow_redirects = True
    assert [line.what for line in app.views.audit(HERE)].count("case.noted") == 0
    assert "morgen weer bellen" in signs_in(browser, identities, plan).last


def test_after_an_hour_one_still_signs_out(browser: Browser, identities: Identities, clock: MovingClock) -> None:
    page = signs_in(browser, identities).last
    token = browser.client.cookies["sessie"]
    for _ in range(3):
        clock.advance(minutes=20)
        browser.client.get("/werk", follow_redirects=False)
    browser.last = page
    browser.fills("/afmelden")
    browser.client.cookies.clear()
    browser.client.cookies.set("sessie", token)
    browser.client.follow_redirects = False
    browser.opens("/werk")
    assert browser.headers["location"] == "/aanmelden"


def test_a_group_more_holds_after_the_next_time(browser: Browser, identities: Identities, clock: MovingClock) -> None:
    signs_in(browser, identities)
    identities.user["groups"] = ["beheer"]
    clock.now += RIGHTS_LAST
    signs_in(browser, identities, "/beheer")
    assert "<h1>Beheer: mensen</h1>" in browser.last


def test_an_administrator_of_the_provider_ends_the_first_hour(
    browser: Browser, identities: Identities, app: App
) -> None:
    identities.user["groups"] = ["beheer"]
    signs_in(browser, identities)
    assert app.people.other_administrator()


def test_a_code_belongs_to_one_identity_and_an_identity_to_one_code(
    make_browser: Callable[[], Browser], identities: Identities
) -> None:
    signs_in(make_browser(), identities)
    for user in ({"sub": "s-2"}, {"preferred_username": "regie-22"}):
        identities.user = {"sub": "s-1", "preferred_username": "regie-20", "groups": ["team"], **user}
        assert "al van een ander account" in signs_in(make_browser(), identities).last


def test_nobody_becomes_an_account_of_our_own_by_its_name(browser: Browser, identities: Identities) -> None:
    identities.user["preferred_username"] = "regie-30"
    assert "al van een ander account" in signs_in(browser, identities).last
    identities.user["preferred_username"] = "admin"
    assert "geen code" in signs_in(browser, identities).last


def test_who_is_blocked_stays_out_here_too(browser: Browser, identities: Identities, app: App) -> None:
    signs_in(browser, identities)
    app.people.block("regie-20")
    assert not is_in(browser)
    assert "geblokkeerd" in signs_in(browser, identities).last


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("regie-20", "regie-20"),
        ("REGIE-20", "regie-20"),
        ("j.jansen@gemeente.example", "regie-21"),
        ("a b", None),
        (7, None),
        ("r123456782", None),
        ("\N{KELVIN SIGN}ees", None),
    ],
)
def test_a_claim_becomes_a_code(said: object, code: str | None) -> None:
    assert MAP.code_of({"preferred_username": said}) == code


def test_groups_may_come_by_userinfo_of_the_same_person(browser: Browser, identities: Identities) -> None:
    del identities.user["groups"]
    identities.userinfo = {"sub": "s-1", "groups": ["team"]}
    signs_in(browser, identities)
    assert is_in(browser)


def test_userinfo_of_somebody_else_is_refused(browser: Browser, identities: Identities) -> None:
    identities.userinfo = {"sub": "s-2", "groups": ["beheer"]}
    assert "niet gelukt" in signs_in(browser, identities).last


def test_a_provider_that_is_away_or_another_one_is_told_in_dutch(browser: Browser, identities: Identities) -> None:
    identities.issuer = "https://evil.example"
    browser.opens("/aanmelden/organisatie")
    assert browser.status == 503
    assert "Probeer het straks opnieuw" in browser.last


def test_all_groups_together_count() -> None:
    assert MAP.grants_of({"groups": ["team", "beheer"]}) == {
        Grant(Role.CASE_DIRECTOR, HOME),
        Grant(Role.ADMINISTRATOR),
    }
