"""A whole ``provisions up`` with a home of its own, and a real browser that may talk to nobody else."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Response, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import PROJECT
from tests.builders import CONFIG
from tests.conftest import free_port
from tests.flows.conftest import wait_until
from tests.homes import Homes

PASSWORD = "een-goed-wachtwoord"
SCREENS = PROJECT / "docs" / "screens"
# Chromium itself must not look anything up either.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000  # milliseconds: the machine may be busy


@dataclass
class Product:
    """``provisions up`` and the command line, on one home; and ``app``, which looks there without a process for each look."""

    url: str
    environment: dict[str, str]
    app: App

    def __call__(self, *arguments: str) -> str:
        """Run a command; what it printed."""
        command = [sys.executable, "-m", "provisions.cli", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def case(self, reference: str) -> dict[str, Any]:
        """What the case looks like now, for programs. Raises ``NotFound``."""
        return self.app.views.case(reference).as_json()


@pytest.fixture(scope="package")
def product(short_folder: Path, homes: Homes) -> Iterator[Product]:
    """One for all files of this folder, which follow each other (``tests/order.py``)."""
    port = free_port()
    homes.started_before(short_folder / "home")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_"))
    }
    environment |= {
        "PROVISIONS_HOME": str(short_folder / "home"),
        "PROVISIONS_PORT": str(port),
        "PROVISIONS_UI_PASSWORD": PASSWORD,
        "PYTHONPATH": str(PROJECT),
    }
    log = short_folder / "up.log"
    with log.open("w") as output:
        up = subprocess.Popen(
            [sys.executable, "-m", "provisions.cli", "up"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=short_folder,
            start_new_session=True,
        )
    try:
        wait_until(lambda: "ready " in log.read_text() or up.poll() is not None, seconds=180, what=log.read_text)
        assert up.poll() is None, log.read_text()
        database = engine_for(EmbeddedPostgres(short_folder / "home").url("provisions"))
        yield Product(f"http://127.0.0.1:{port}", environment, App(database, CONFIG))
        database.dispose()
    finally:
        up.send_signal(signal.SIGINT)
        try:
            assert up.wait(60) == 0, log.read_text()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(up.pid, signal.SIGKILL)


@dataclass
class Browser:
    """A signed-in page, and every address that was asked for. ``refused``: a wrong password did not come in."""

    page: Page
    product: Product
    asked: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    refused: bool = False
    failed: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """What was asked of another host."""
        return [url for url in self.asked if not url.startswith((f"{self.product.url}/", "data:", "blob:"))]

    def go(self, path: str) -> Page:
        self.page.goto(self.product.url + path)
        return self.page

    def sees(self, text: str | re.Pattern[str]) -> None:
        """Wait until a text is on the page."""
        try:
            self.page.get_by_text(text).first.wait_for(timeout=PATIENCE)
        except PlaywrightTimeoutError:
            shown = self.page.locator("body").inner_text()[:3000]
            raise AssertionError(f"{self.page.url} never said {text!r}, but: {shown}\n{self.failed[-20:]}") from None

    def sees_after_reload(self, path: str, text: str) -> None:
        """Load a page again and again until a text is there: the UI itself looks seldom."""

        def there() -> bool:
            self.go(path)
            try:
                self.page.get_by_text(text).first.wait_for(timeout=5_000)
            except PlaywrightTimeoutError:
                return False
            return True

        wait_until(there, seconds=90, what=lambda: f"{path} never says {text!r}")

    def follow(self, name: str) -> None:
        """Go where a link in a page leads; the UI opens it in a new tab."""
        link = self.page.get_by_role("link", name=name, exact=True).first
        self.go(link.get_attribute("href", timeout=PATIENCE) or "")

    def field(self, title: str) -> Locator:
        """A field of a form, by its title."""
        named = self.page.locator(".schema-form-property__label", has_text=title)
        return self.page.locator(".schema-form-property").filter(has=named).last

    def fill(self, title: str, text: str) -> None:
        self.field(title).locator("textarea").fill(text)

    def choose(self, title: str, *options: str) -> None:
        """Choose in a drop-down, by a click with the mouse where its text is: as people do it (``stylesheet.py``)."""
        frame = self.field(title).locator(".p-select-button")
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        assert box is not None, f"{title} is not on the page"
        self.page.mouse.click(box["x"] + 40, box["y"] + box["height"] / 2)
        for option in options:
            self.page.locator(".p-select-option", has_text=re.compile(f"^{re.escape(option)}$")).first.click()
        # A list of more choices stays open, over the form, and takes the next click for itself: close it as people do.
        if self.page.locator(".p-select-option").first.is_visible():
            self.page.get_by_text("Parameters", exact=True).click()
        self.page.locator(".p-select-option").first.wait_for(state="hidden")

    def unchoose(self, title: str, option: str) -> None:
        """Take away one of the things chosen, by its cross."""
        tag = self.field(title).locator(".p-tag", has_text=option)
        tag.locator(".p-tag__dismiss").click()
        tag.wait_for(state="detached")

    def choose_by_keyboard(self, title: str) -> str:
        """Open an empty drop-down by the space bar and take its first choice, which is returned."""
        field = self.field(title)
        field.locator(".p-select-button__control").focus()
        self.page.keyboard.press("Space")
        self.page.locator(".p-select-option").first.wait_for()
        self.page.keyboard.press("ArrowDown")
        self.page.locator(".p-select-option--highlighted").wait_for()
        self.page.keyboard.press("Enter")
        return field.locator(".p-select-button__value", has_text=re.compile(r"\w")).inner_text().strip()

    def submit(self) -> None:
        self.page.get_by_role("button", name="Submit").click()

    def screenshot(self, name: str, height: int = 1000) -> None:
        """Keep a picture for the documentation, when asked by ``PROVISIONS_TEST_SCREENSHOTS``."""
        if not os.environ.get("PROVISIONS_TEST_SCREENSHOTS"):
            return
        self.page.set_viewport_size({"width": 1400, "height": height})
        self.page.wait_for_timeout(1500)  # transitions
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENS / f"{name}.png")


def sign_in(page: Page, url: str, password: str = PASSWORD, code: str = "admin") -> None:
    """At the door."""
    page.goto(f"{url}/aanmelden")
    page.get_by_label("Uw code").fill(code, timeout=PATIENCE)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Aanmelden").click()


@pytest.fixture(scope="module")
def context(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("chromium"),
            executable_path=chromium,
            headless=True,
            args=ARGUMENTS,
            viewport={"width": 1400, "height": 1000},
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
        )
        opened.set_default_timeout(PATIENCE)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def browser(context: BrowserContext, product: Product) -> Browser:
    opened = Browser(context.pages[0], product)
    context.on("request", lambda request: opened.asked.append(request.url))

    def note(answer: Response) -> None:
        if answer.status >= 400:
            opened.failed.append(f"{answer.status} {answer.url}")

    context.on("response", note)
    opened.page.on("pageerror", lambda error: opened.failed.append(str(error)))
    opened.page.on("websocket", lambda socket: opened.asked.append(socket.url.replace("ws://", "http://")))
    opened.page.on(
        "console", lambda said: opened.violations.append(said.text) if "Content Security Policy" in said.text else None
    )
    sign_in(opened.page, product.url, "verkeerd")
    opened.page.get_by_role("alert").wait_for(timeout=PATIENCE)
    opened.refused = "/aanmelden" in opened.page.url
    sign_in(opened.page, product.url)
    opened.page.wait_for_url("**/werk")
    opened.go("/prefect/dashboard")
    return opened
