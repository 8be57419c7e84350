"""Every page in a real browser: axe finds nothing against WCAG 2.2 A and AA, nothing is cut off, all goes by keyboard.

A page is tried because a room declares it (``PAGES``): wide and at 320 px (also what zooming in to 400 % leaves of 1,280),
light and dark, with cases and without; and that nothing scrolls sideways on a telephone, a tablet or half a screen.
``PROVISIONS_TEST_LOOKS=folder`` keeps a picture of each.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab
from playwright.sync_api import ViewportSize
from sqlalchemy import Engine

from provisions.access import Role
from provisions.app import App
from provisions.usecases.intake import IntakeRequest
from provisions.web.application import PAGES
from provisions.web.pages import Page
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD, signing_in
from tests.web.addresses import address_of
from tests.web.conftest import HERE, HOME
from tests.web.served import at_a_port

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parent.parent / "browser" / "axe" / "axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
EVERYTHING = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=320, height=640)
BETWEEN = (390, 600, 768, 840, 1024)
WHOEVER_SEES_ALL = "alles-1"
IN_ORDER = """() => [...document.querySelectorAll('[tabindex]')].every(one => one.tabIndex <= 0)"""
HOW_CHOSEN_IS_SEEN = """() => [...document.querySelectorAll('[type=radio], [type=checkbox], select')]
  .filter(one => getComputedStyle(one).appearance === 'none').map(one => one.outerHTML.slice(0, 80))"""
FOCUSED = """() => {
  const one = document.activeElement, look = getComputedStyle(one);
  const all = [...document.querySelectorAll('*')];
  return [all.indexOf(one), look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2, one.outerHTML.slice(0, 120)];
}"""


@contextmanager
def served(app: App, clock: MovingClock) -> Iterator[str]:
    """The door, with somebody who holds every role here."""
    door = signing_in(app, clock)
    door.set_password(app.people.add(WHOEVER_SEES_ALL, [role.value for role in Role], [HOME]), PASSWORD, PASSWORD, "")
    with at_a_port(app, door) as base:
        yield base


class Looked:
    """What was found on the pages that were opened."""

    def __init__(self, chromium: Chromium, base: str) -> None:
        context = chromium.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam", viewport=WIDE)
        self.tab: Tab = context.new_page()
        self.base = base
        self.faults: list[str] = []
        self.not_found = False
        self.tab.on(
            "console", lambda said: self.faults.append(f"{self.tab.url}: {said.text}") if self._bad(said) else None
        )
        self.tab.on("pageerror", lambda error: self.faults.append(f"{self.tab.url}: {error}"))

    @staticmethod
    def _bad(said: Any) -> bool:
        return "Content Security Policy" in said.text

    def sign_in(self) -> None:
        self.tab.goto(f"{self.base}/aanmelden")
        self.tab.get_by_label("Uw code").fill(WHOEVER_SEES_ALL)
        self.tab.get_by_label("Wachtwoord").fill(PASSWORD)
        self.tab.get_by_role("button", name="Aanmelden").click()
        self.tab.wait_for_url("**/werk")

    def at(self, path: str, *, whole: bool, name: str) -> None:
        """Look at a page. ``whole``: also wide and in the dark."""
        self.tab.set_viewport_size(NARROW)
        self.tab.emulate_media(color_scheme="light")
        asked = self.tab.context.request.get(self.base + path)
        if not asked.headers.get("content-type", "").startswith("text/html"):
            return  # a file
        if asked.status == 404:
            if self.not_found:
                return  # they are all one
            self.not_found = True
        elif asked.status != 200:
            self.faults.append(f"{path}: {asked.status}")
        self.tab.goto(self.base + path)
        self.tab.evaluate(AXE)
        self._narrow(path)
        self._axe(path, "320 px", EVERYTHING)
        self._picture(name, "320")
        if not self.tab.evaluate(IN_ORDER):
            self.faults.append(f"{path}: the keyboard goes another way than the page")
        for unseen in self.tab.evaluate(HOW_CHOSEN_IS_SEEN):
            self.faults.append(f"{path}: one does not see what is chosen in {unseen}")
        if whole:
            self.tab.emulate_media(color_scheme="dark")
            self._axe(path, "320 px, dark", COLOURS)
            self._picture(name, "320-donker")
            self.tab.set_viewport_size(WIDE)
            self._fits(path, WIDE["width"])
            self._axe(path, "wide, dark", COLOURS)
            self._picture(name, "breed-donker")
            self.tab.emulate_media(color_scheme="light")
            self._axe(path, "wide", EVERYTHING)
            self._picture(name, "breed")
            for width in BETWEEN:
                self.tab.set_viewport_size(ViewportSize(width=width, height=WIDE["height"]))
                self._fits(path, width)

    def comes_back(self, path: str, form: str, button: str) -> None:
        """Send a form with nothing filled in, and look at what comes back."""
        self.tab.goto(self.base + path)
        with self.tab.expect_navigation():
            self.tab.locator(form).get_by_role("button", name=button, exact=True).first.click()
        told = self.tab.get_by_role("alert")
        if not told.count():
            self.faults.append(f"{path}: nothing says what is wrong")
        self.tab.evaluate(AXE)
        self._narrow(path)
        self._axe(path, "320 px, refused", EVERYTHING)

    def _narrow(self, path: str) -> None:
        self._fits(path, NARROW["width"])

    def _fits(self, path: str, most: int) -> None:
        width = self.tab.evaluate("() => document.documentElement.scrollWidth")
        if width > most:
            self.faults.append(f"{path}: {width} px wide on a page of {most} px")

    def _axe(self, path: str, how: str, options: dict[str, Any]) -> None:
        found = self.tab.evaluate("options => axe.run(document, options)", options)["violations"]
        for fault in found:
            nodes = "; ".join(node["html"][:160] for node in fault["nodes"][:3])
            self.faults.append(f"{path} ({how}): {fault['id']}, {fault['help']}: {nodes}")

    def _picture(self, name: str, how: str) -> None:
        folder = os.environ.get("PROVISIONS_TEST_LOOKS")
        if folder:
            self.tab.screenshot(path=Path(folder) / f"{name}-{how}.png", full_page=True)


def name_of(page: Page, caseload: str) -> str:
    return f"{caseload}{page.path.replace('/', '_').replace('{', '').replace('}', '')}"


def test_every_page_with_cases(chromium_itself: Chromium, app: App, clock: MovingClock) -> None:
    address = str(app.views.case(HERE).case.id)
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        for page in (page for page in PAGES if page.get and page.anyone):
            looked.at(address_of(page), whole=True, name=name_of(page, "gewoon"))
        looked.sign_in()
        for page in (page for page in PAGES if page.get and not page.anyone):
            looked.at(address_of(page, id=address), whole=True, name=name_of(page, "gewoon"))
        looked.at("/nergens", whole=False, name="nergens")
        tab = looked.tab
        for path in ("/werk", "/clienten"):
            looked.faults += by_keyboard(tab, base + path)
        tab.context.close()
    assert not looked.faults, "\n".join(looked.faults)


def test_every_page_without_cases(chromium_itself: Chromium, database: Engine, clock: MovingClock) -> None:
    app = App(database, CONFIG, clock)
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        looked.sign_in()
        for page in (page for page in PAGES if page.get and not page.anyone and "{" not in page.path):
            looked.at(address_of(page), whole=False, name=name_of(page, "leeg"))
        looked.tab.context.close()
    assert not looked.faults, "\n".join(looked.faults)


def by_keyboard(tab: Tab, address: str) -> list[str]:
    """From the first to the last: the way past the menu first, in the order of the page, and always seen."""
    tab.set_viewport_size(WIDE)
    tab.goto(address)
    faults, before = [], -1
    for number in range(40):
        tab.keyboard.press("Tab")
        at, seen, html = tab.evaluate(FOCUSED)
        if number == 0 and "Naar de inhoud" not in html:
            faults.append(f"{address}: the first is not the way past the menu, but {html}")
        if at <= before:
            break  # around, or out of the page
        before = at
        if not seen:
            faults.append(f"{address}: one does not see where one is: {html}")
    if number < 5:
        faults.append(f"{address}: the keyboard reaches {number} things")
    return faults


def test_an_outcome_by_keyboard_and_every_form_of_a_plan_open(
    chromium_itself: Chromium, app: App, clock: MovingClock
) -> None:
    """An outcome without a mouse; and what stands in forms that were folded away has a name and fits on a telephone."""
    plan = f"/clienten/{app.views.case(HERE).case.id}"
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        looked.sign_in()
        tab = looked.tab
        for path in (plan, f"{plan}/id_document", f"{plan}/special_assistance"):
            tab.set_viewport_size(NARROW)
            tab.goto(base + path)
            tab.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
            tab.evaluate(AXE)
            looked._narrow(path)
            looked._axe(path, "320 px, all open", EVERYTHING)
        tab.goto(f"{base}{plan}/id_document")
        _tabs_to(tab, "outcome")
        tab.keyboard.press("Space")
        _tabs_to(tab, "note")
        tab.keyboard.press("Tab")
        with tab.expect_navigation():
            tab.keyboard.press("Enter")
        said = tab.get_by_role("status").inner_text()
        tab.context.close()
    assert not looked.faults, "\n".join(looked.faults)
    assert "uitkomst: geregeld" in said
    assert [p.status for p in app.views.case(HERE).provisions if p.provision.key == "id_document"] == ["delivered"]


def test_a_form_that_came_back_says_what_is_wrong_to_everybody(
    chromium_itself: Chromium, app: App, clock: MovingClock
) -> None:
    """Sent with nothing in it: axe finds nothing, it fits on a telephone, and what is wrong is told where one is then."""
    plan = f"/clienten/{app.views.case(HERE).case.id}"
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    sends = {
        f"{plan}/id_document": ("#outcome", "Uitkomst vastleggen"),
        f"{plan}/special_assistance?doen=suspend": ("#suspend", "Klok stilzetten"),
        f"{plan}?doen=add": ("#add", "Voorziening toevoegen"),
        "/nieuw": ("#nieuw", "Verder: eerst controleren"),
        "/beheer": ("main", "Voeg toe en maak een adres"),
        "/tafel": ("main", "Antwoord vastleggen"),
        "/maatwerkloket": ("main", "Vastleggen"),
        "/meekijken": ("main", "Niet akkoord"),
    }
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        looked.tab.set_viewport_size(NARROW)
        looked.comes_back("/aanmelden", "main", "Aanmelden")
        looked.sign_in()
        looked.tab.set_viewport_size(NARROW)
        for path, (form, button) in sends.items():
            looked.comes_back(path, form, button)
        looked.tab.context.close()
    assert not looked.faults, "\n".join(looked.faults)


def test_a_plan_prints_on_one_page_and_lists_without_buttons(
    chromium_itself: Chromium, app: App, clock: MovingClock
) -> None:
    rules = CONFIG.catalogue.provisions.values()
    agreed = {rule.key: day("2026-12-01") for rule in rules if rule.needs_agreed_date}
    request = IntakeRequest(
        "TR-2026-0800", "voluntary", [rule.key for rule in rules], HOME, agreed=agreed, on=day("2026-11-02")
    )
    app.cases.intake(request, by=typed("regie-1"))
    app.time.tick_all()
    app.cases.note("TR-2026-0800", "blijft bij ons", by=typed("regie-1"))
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        looked.sign_in()
        looked.tab.goto(f"{base}/clienten/{app.views.case('TR-2026-0800').case.id}")
        printed = looked.tab.pdf(format="A4")
        looked.tab.emulate_media(media="print")
        said = looked.tab.locator("main").inner_text()
        on_paper = {}
        for path in ("/werk", f"/bord?gemeente={HOME}", f"/te-laat?gemeente={HOME}"):
            looked.tab.goto(base + path)
            on_paper[path[:5]] = looked.tab.locator("body").inner_text()
        looked.tab.context.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
    assert "Steunend sociaal netwerk" in said
    assert "blijft bij ons" not in said
    for page in on_paper.values():
        assert "Stand van do 12 november 2026, 10.00 uur" in page
        assert not re.search("Uitkomst vastleggen|Laat zien|Toon|Doen|Afmelden|Afdrukken", page)
    assert "Te laat" in on_paper["/werk"]
    assert "Gemeente: Voorbeeldstad" in on_paper["/bord"]
    assert "Gemeente: Voorbeeldstad" in on_paper["/te-l"]


@pytest.mark.skipif(os.environ.get("PROVISIONS_TEST_FAULTS") != "long", reason="two thousand clients take minutes")
def test_every_page_with_two_thousand_cases(chromium_itself: Chromium, app: App, clock: MovingClock) -> None:
    for number in range(2000):
        on = day("2026-11-02") if number % 2 else day("2026-11-10")
        needs = ["id_document", "wmo_indication", "advance_payment"]
        request = IntakeRequest(f"TR-2026-{number + 1000}", "voluntary", needs, HOME, director=WHOEVER_SEES_ALL, on=on)
        app.cases.intake(request, by=typed(WHOEVER_SEES_ALL))
    app.time.tick_all()
    address = str(app.views.case(HERE).case.id)
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        looked.sign_in()
        for page in (page for page in PAGES if page.get and not page.anyone):
            looked.at(address_of(page, id=address), whole=True, name=name_of(page, "vol"))
        looked.tab.context.close()
    assert not looked.faults, "\n".join(looked.faults)


def _tabs_to(tab: Tab, name: str) -> None:
    """On to the next field of this name."""
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("() => document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_the_first_page_is_light(chromium_itself: Chromium, app: App, clock: MovingClock) -> None:
    """At most ten requests and 120 kB, headers included, with nothing kept from before."""
    with served(app, clock) as base:
        looked = Looked(chromium_itself, base)
        looked.sign_in()
        context = chromium_itself.new_context(storage_state=looked.tab.context.storage_state())
        tab, asked = context.new_page(), []
        tab.on("requestfinished", lambda request: asked.append(request))
        tab.goto(f"{base}/werk", wait_until="networkidle")
        sizes = [request.sizes() for request in asked]
        context.close()
        looked.tab.context.close()
    assert len(asked) <= 10
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes) <= 120_000
