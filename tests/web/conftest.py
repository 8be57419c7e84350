"""The pages on a real database, with cases in two municipalities and somebody of each role; a clock that the tests move."""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.app import App
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest
from provisions.web.application import application
from tests.browser.conftest import ARGUMENTS
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD, SEALING, signing_in

HERE, THERE = "TR-2026-0001", "TR-2026-0002"
AT_TABLE, TO_JUDGE = "TR-2026-0003", "TR-2026-0004"
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
def app(database: Engine, clock: MovingClock) -> App:
    """Eight days after intake: something is late in both municipalities, one lies with a table, one waits for a judgement."""
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
    clock.set("2026-11-12T09:00:00+00:00")
    app.time.tick_all()
    return app


@pytest.fixture
def make_browser(app: App, workplace: Engine, clock: MovingClock) -> NewBrowser:
    """The door on the same database as ``app``, behind the second wall."""
    behind = App(workplace, CONFIG, clock)
    doors = {tls: signing_in(behind, clock, off_loopback=tls) for tls in (False, True)}
    for code, (role, town) in ROLES.items():
        doors[False].set_password(app.people.add(code, [role], [town] if town else []), PASSWORD, PASSWORD, "")

    def make(*, tls: bool = False) -> Browser:
        scheme, host = ("https", "regio.example") if tls else ("http", "127.0.0.1:4200")
        served = application(behind, doors[tls], SEALING, tls=tls, hosts=("127.0.0.1", "regio.example"))
        return Browser(TestClient(served, base_url=f"{scheme}://{host}", follow_redirects=True))

    return make


@pytest.fixture
def browser(make_browser: NewBrowser) -> Browser:
    return make_browser()
