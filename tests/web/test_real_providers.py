"""Signing in by providers of identities that others wrote: what is wrong, replayed, expired or taken away comes to nothing."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.access import Role
from provisions.access.log import Logged
from provisions.access.provider import SignIn
from provisions.access.roles import grants_of
from provisions.app import App
from provisions.usecases.provider_sign_in import NotVouchedError, ProviderSigningIn
from provisions.usecases.signing_in import RIGHTS_LAST
from provisions.web.application import application
from provisions.web.provider import LEEWAY_SECONDS, OpenIdProvider
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.door import SEALING, signing_in
from tests.web.conftest import HOME, Browser
from tests.web.real_providers import BACK, CLIENT, SECRET, Mock, RealProvider, Strict, strict

WHO = {"preferred_username": "regie-20", "groups": ["team"]}
MAP = SignIn(groups={"team": grants_of([Role.CASE_DIRECTOR], [HOME]), "leiding": grants_of([Role.TEAM_LEAD], [HOME])})


@pytest.fixture(scope="module")
def strict_one() -> Iterator[Strict]:
    with strict() as running:
        yield running


@pytest.fixture(params=["mock", "strict"])
def real(request: pytest.FixtureRequest) -> RealProvider:
    found: RealProvider = Mock() if request.param == "mock" else request.getfixturevalue("strict_one")
    found.people({"s-1": WHO})
    return found


class AheadClock(MovingClock):
    """The clock of the providers, which nobody can move, and so much ``ahead`` of it."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **duration: float) -> None:
        self.ahead += timedelta(**duration)


@pytest.fixture
def clock() -> AheadClock:
    return AheadClock()


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, replace(CONFIG, organisation=replace(CONFIG.organisation, sign_in=MAP)), clock)


@pytest.fixture
def oidc(real: RealProvider, clock: MovingClock) -> OpenIdProvider:
    return OpenIdProvider(real.issuer, CLIENT, SECRET, BACK, clock, real.transport)


@pytest.fixture
def make_browser(app: App, clock: MovingClock, oidc: OpenIdProvider) -> Callable[[], Browser]:
    door = signing_in(app, clock)
    provider = ProviderSigningIn(app.engine, app.config, app.looks, door, oidc, clock)
    served = application(app, door, SEALING, tls=False, hosts=("127.0.0.1",), provider=provider)
    return lambda: Browser(TestClient(served, base_url="http://127.0.0.1:4200"))


@pytest.fixture
def browser(make_browser: Callable[[], Browser]) -> Browser:
    return make_browser()


def leaves(browser: Browser) -> str:
    """Where the browser is sent."""
    browser.client.follow_redirects = False
    browser.opens("/aanmelden/organisatie")
    browser.client.follow_redirects = True
    return browser.headers["location"]


def returns(browser: Browser, said: dict[str, str]) -> Browser:
    browser.opens(f"/aanmelden/terug?{urlencode(said)}")
    return browser


def is_in(browser: Browser) -> bool:
    return "<h1>Mijn werk</h1>" in browser.opens("/werk")


def test_somebody_of_a_known_group_comes_in(browser: Browser, real: RealProvider, app: App) -> None:
    returns(browser, real.authorize(leaves(browser), "s-1"))
    assert is_in(browser)
    assert "regie-20" in browser.last
    assert app.looks.counts()[Logged.SIGNED_IN] == 1


def test_an_answer_to_another_nonce_is_refused(browser: Browser, real: RealProvider, app: App) -> None:
    address = leaves(browser)
    nonce = dict(parse_qsl(urlsplit(address).query))["nonce"]
    returns(browser, real.authorize(address.replace(nonce, f"another-{nonce}"), "s-1"))
    assert browser.status == 403
    assert not is_in(browser)
    assert app.looks.counts()[Logged.PROVIDER_REFUSED] == 1


def test_a_code_is_good_once(browser: Browser, real: RealProvider, oidc: OpenIdProvider) -> None:
    """In our own door, in another's browser, and at the provider itself."""
    said = real.authorize(leaves(browser), "s-1")
    assert is_in(returns(browser, said))
    browser.fills("/afmelden")
    assert not is_in(returns(browser, said))
    own = leaves(browser)
    assert not is_in(returns(browser, {**said, "state": dict(parse_qsl(urlsplit(own).query))["state"]}))

    code = real.authorize(oidc.address("state", "nonce-of-a-replay", "v" * 43), "s-1")["code"]
    assert oidc.vouched(code, "nonce-of-a-replay", "v" * 43, None)["sub"] == "s-1"
    with pytest.raises(NotVouchedError):
        oidc.vouched(code, "nonce-of-a-replay", "v" * 43, None)


def test_an_expired_token_is_refused(browser: Browser, real: RealProvider, clock: MovingClock) -> None:
    said = real.authorize(leaves(browser), "s-1")
    clock.advance(seconds=real.token_seconds + LEEWAY_SECONDS + 2)
    returns(browser, said)
    assert browser.status == 403
    assert not is_in(browser)


def test_a_caught_code_is_of_no_use_to_another(
    make_browser: Callable[[], Browser], real: RealProvider, oidc: OpenIdProvider
) -> None:
    """PKCE at the provider where it checks it; the nonce of the attempt where not."""
    caught = real.authorize(leaves(make_browser()), "s-1")
    thief = make_browser()
    state = dict(parse_qsl(urlsplit(leaves(thief)).query))["state"]
    assert not is_in(returns(thief, {**caught, "state": state}))
    if real.checks_pkce:
        code = real.authorize(oidc.address("state", "nonce", "v" * 43), "s-1")["code"]
        with pytest.raises(NotVouchedError, match="POST gave 400"):
            oidc.vouched(code, "nonce", "w" * 43, None)


def test_a_group_that_is_taken_away_ends_within_the_hour(
    browser: Browser, real: RealProvider, clock: AheadClock
) -> None:
    returns(browser, real.authorize(leaves(browser), "s-1"))
    assert is_in(browser)
    real.people({"s-1": {**WHO, "groups": []}})
    assert timedelta(hours=1) == RIGHTS_LAST
    for _ in range(2):  # each half hour something is done: the session is not idle
        clock.advance(minutes=29)
        assert is_in(browser)
    clock.advance(minutes=2)
    browser.client.follow_redirects = False
    browser.opens("/werk")
    assert browser.headers["location"].startswith("/aanmelden/organisatie")
    browser.client.follow_redirects = True
    clock.ahead = timedelta()  # the clock of the provider did not move
    returns(browser, real.authorize(leaves(browser), "s-1"))
    assert "geen rol" in browser.last


def test_another_group_gives_other_rights(browser: Browser, real: RealProvider, app: App) -> None:
    returns(browser, real.authorize(leaves(browser), "s-1"))
    real.people({"s-1": {**WHO, "groups": ["leiding", "een onbekende groep"]}})
    browser.fills("/afmelden")
    returns(browser, real.authorize(leaves(browser), "s-1"))
    assert is_in(browser)
    assert app.looks.counts()[Logged.SIGNED_IN] == 2


def test_who_is_blocked_in_our_list_stays_out(browser: Browser, real: RealProvider, app: App) -> None:
    returns(browser, real.authorize(leaves(browser), "s-1"))
    app.people.block("regie-20")
    assert not is_in(browser)
    returns(browser, real.authorize(leaves(browser), "s-1"))
    assert "geblokkeerd" in browser.last


def test_who_is_no_more_at_the_provider_stays_out(browser: Browser, strict_one: Strict, real: RealProvider) -> None:
    """Between the code and its use the account went; the mock has no such thing: there the person is refused."""
    address = leaves(browser)
    if real is strict_one:
        said = real.authorize(address, "s-1")
        real.people({})
    else:
        said = real.authorize(address, "")
        assert said["error"] == "access_denied"
    returns(browser, said)
    assert browser.status == 403
    assert not is_in(browser)
