"""The pages on a real database, with cases in two municipalities and somebody of each role; a clock that the tests move."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.app import App
from provisions.catalogue import Config
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest
from provisions.web.application import application
from tests.browser.conftest import ARGUMENTS
from tests.builders import CONFIG, day, typed
from tests.conftest import Fill, MovingClock
from tests.door import PASSWORD, SEALING, signing_in

HERE, THERE = "TR-2026-0001", "TR-2026-0002"
AT_TABLE, TO_JUDGE = "TR-2026-0003", "TR-2026-0004"
TODAY = "2026-11-12T09:00:00+00:00"
HOME, AWAY = "voorbeeldstad", "havenmeer"
ROLES = {
    "regie-1": ("case_director", HOME),
    "teamleider-1": ("team_lead", HOME),
    "tafel-1": ("table", HOME),
    "maatwerk-1": ("customisation_officer", HOME),
    "stuur-1": ("steering_group", ""),
    "fg-1": ("privacy_officer", ""),
    "auditor-1": ("auditor", ""),
    "beheer-1": ("administrator", ""),
    "regie-9": ("case_director", AWAY),
}


@dataclass
class Browser:
    """A browser with one jar of cookies, that reads forms as they stand."""

    client: TestClient
    last: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    def opens(self, path: str, **headers: str) -> str:
        response = self.client.get(path, headers=headers)
        self.last, self.status, self.headers = response.text, response.status_code, dict(response.headers)
        return self.last

    def fills(self, path: str, headers: dict[str, str] | None = None, **typed: str) -> str:
        """Post the form on the page that was opened last, with its hidden fields."""
        kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.last))
        values = {name: html.unescape(value) for name, value in kept.items()} | typed
        response = self.client.post(path, data=values, headers=headers)
        self.last, self.status, self.headers = response.text, response.status_code, dict(response.headers)
        return self.last

    def signs_in(self, code: str, password: str = PASSWORD) -> "Browser":
        self.opens("/aanmelden")
        self.fills("/aanmelden", code=code, password=password, second="")
        return self

    @property
    def shown(self) -> set[str]:
        """The references in the rows of the page."""
        return set(re.findall(r'data-reference="([^"]+)"', self.last))


NewBrowser = Callable[..., Browser]


@pytest.fixture(scope="module")
def chromium_itself(chromium: str) -> Iterator[Chromium]:
    """A real browser, for the tests that open pages in one."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def beginnings() -> Mapping[str, Fill]:
    return {"people": eight_days_and_people, "eight_days": eight_days_on}


@pytest.fixture
def eight_days(clock: MovingClock) -> str:
    """The cases of ``eight_days_on``, and the clock eight days after their intake. Gives the moment."""
    clock.set(TODAY)
    return TODAY


@pytest.fixture
def people(eight_days: str) -> dict[str, tuple[str, str]]:
    """Besides ``eight_days`` somebody of each role, who has a password."""
    assert eight_days
    return ROLES


@pytest.fixture
def app(database: Engine, clock: MovingClock, eight_days: str) -> App:
    """Eight days after intake: something is late in both municipalities, one lies with a table, one waits for a judgement."""
    assert clock.now.isoformat() == eight_days
    return App(database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)


def eight_days_on(database: Engine) -> None:
    """Cases in two municipalities, taken in and then left to time."""
    clock = MovingClock()
    app = App(database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)
    clock.set("2026-11-02T09:00:00+00:00")
    for reference, town, director in (
        (HERE, HOME, "regie-1"),
        (THERE, AWAY, "regie-9"),
        (AT_TABLE, HOME, "regie-2"),
        (TO_JUDGE, HOME, "regie-2"),
    ):
        needs = (
            ["id_document", "wmo_indication", "special_assistance"] if reference in (HERE, THERE) else ["id_document"]
        )
        request = IntakeRequest(reference, "voluntary", needs, municipality=town, director=director)
        if reference == TO_JUDGE:
            request = IntakeRequest(
                reference, "voluntary", ["id_document"], municipality=town, director=director, on=day("2026-10-12")
            )
        app.cases.intake(request, by=typed(director))
    clock.set(TODAY)
    app.time.tick_all()


def eight_days_and_people(database: Engine) -> None:
    """And then somebody of each role chooses a password."""
    eight_days_on(database)
    clock = MovingClock()
    clock.set(TODAY)
    app = App(database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)
    door = signing_in(app, clock)
    for code, (role, town) in ROLES.items():
        door.set_password(app.people.add(code, [role], [town] if town else []), PASSWORD, PASSWORD, "")


@pytest.fixture
def make_browser(workplace: Engine, clock: MovingClock, people: dict[str, tuple[str, str]]) -> NewBrowser:
    """The door on the same database as ``app``, behind the second wall. ``config``: of another region than the shipped one."""
    assert people
    shipped = App(workplace, CONFIG, clock)
    doors = {tls: signing_in(shipped, clock, off_loopback=tls) for tls in (False, True)}

    def make(*, tls: bool = False, config: Config = CONFIG) -> Browser:
        behind = shipped if config is CONFIG else App(workplace, config, clock)
        scheme, host = ("https", "regio.example") if tls else ("http", "127.0.0.1:4200")
        served = application(behind, doors[tls], SEALING, tls=tls, hosts=("127.0.0.1", "regio.example"))
        return Browser(TestClient(served, base_url=f"{scheme}://{host}", follow_redirects=True))

    return make


@pytest.fixture
def browser(make_browser: NewBrowser) -> Browser:
    return make_browser()
