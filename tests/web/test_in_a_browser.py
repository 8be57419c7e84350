"""What each role finds in a real browser that opens whatever it can reach, and what is left after signing out."""

from collections import Counter
from collections.abc import Iterator
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page

from provisions.app import App
from provisions.web.application import PAGES
from tests.conftest import MovingClock
from tests.door import PASSWORD, signing_in
from tests.web.conftest import AT_TABLE, HERE, ROLES, THERE, TO_JUDGE
from tests.web.served import at_a_port
from tests.web.test_rooms_of_roles import SEES, address

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

ALL = {HERE, THERE, AT_TABLE, TO_JUDGE}
PATIENCE = 30_000  # milliseconds: the machine may be busy
LEFT_OUT = ("/afmelden", "/prefect")
MOST_VIEWS = 1  # of one kind of page: the same query answers them all
UUID_LENGTH = 36
PLAIN = [one.path for one in PAGES if one.get and not one.anyone and "{" not in one.path]
FEWEST = {
    "regie-1": 5,
    "teamleider-1": 5,
    "regie-9": 4,
}  # who opens all; how much that is at the least


@pytest.fixture
def served(app: App, clock: MovingClock) -> Iterator[str]:
    """The door with somebody of each role, on a port of this machine."""
    door = signing_in(app, clock)
    for code, (role, town) in ROLES.items():
        door.set_password(app.people.add(code, [role], [town] if town else []), PASSWORD, PASSWORD, "")
    with at_a_port(app, door) as base:
        yield base


def signed_in(chromium: Chromium, base: str, code: str) -> Page:
    context = chromium.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{base}/aanmelden")
    page.get_by_label("Uw code").fill(code)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Aanmelden").click()
    page.wait_for_url("**/werk")
    return page


def said(page: Page, url: str) -> str:
    """All of what is at ``url``: a page as the browser has it, or a file that it would keep."""
    try:
        page.goto(url)
    except PlaywrightError as error:
        if "Download is starting" not in str(error):
            raise
        return page.context.request.get(url).text()
    return page.content()


def kind_of(url: str) -> str:
    """What pages of one kind have in common: their address without what is about one case."""
    parts = urlsplit(url).path.split("/")
    case = next((at for at, part in enumerate(parts) if len(part) == UUID_LENGTH), len(parts))
    return "/".join([*parts[:case], *("…" for _ in parts[case:])])


def everything(page: Page, base: str) -> dict[str, str]:
    """What somebody reaches from the first page by links of our own, one of each kind, and what it says."""
    found: dict[str, str] = {}
    views: Counter[str] = Counter()
    waiting = [f"{base}/werk"]
    while waiting:
        url = waiting.pop()
        kind = kind_of(url)
        if url in found or views[kind] == MOST_VIEWS:
            continue
        views[kind] += 1
        found[url] = said(page, url)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        ours = {urldefrag(link)[0] for link in links if link.startswith(f"{base}/")}
        waiting += [link for link in sorted(ours) if not urlsplit(link).path.startswith(LEFT_OUT)]
    return found


def test_no_role_meets_a_client_of_another(chromium_itself: Chromium, served: str, app: App) -> None:
    """Lists, counts, pages, searches, charts and files: none of them names a case that is not this person's."""
    addresses = {reference: address(app, reference) for reference in sorted(ALL)}
    for code in ROLES:
        page = signed_in(chromium_itself, served, code)
        theirs = ALL - SEES[code]
        found = everything(page, served) if code in FEWEST else {"/werk": page.content()}
        assert len(found) >= FEWEST.get(code, 1), (code, sorted(found))
        if SEES[code]:
            page.goto(f"{served}/clienten")
            page.locator('input[name="zoek"]').fill("tr 2026")
            page.locator('input[name="zoek"]').press("Enter")
            page.locator("[data-reference]").first.wait_for()
            found["search"] = page.content()
            rows = page.eval_on_selector_all("[data-reference]", "all => all.map(row => row.dataset.reference)")
            assert set(rows) == SEES[code], code
        # And what no link led to, as this browser gets it: each page and file there is, whether or not it is this person's.
        rest = [path for path in PLAIN if f"{served}{path}" not in found]
        found |= {path: page.context.request.get(served + path).text() for path in rest}
        for where, text in found.items():
            named = {reference for reference in theirs if reference in text or addresses[reference] in text}
            assert not named, (code, where)
        for reference in theirs:
            answer = page.goto(served + addresses[reference])
            assert answer is not None
            assert answer.status == 404, (code, reference)
            assert reference not in page.content()
        page.context.close()


def test_after_signing_out_back_shows_nothing(chromium_itself: Chromium, served: str, app: App) -> None:
    page = signed_in(chromium_itself, served, "regie-1")
    for path in ("/clienten", address(app, HERE), "/te-laat"):
        page.goto(served + path)
    assert HERE in page.content()
    page.get_by_role("button", name="Afmelden").click()
    page.wait_for_url("**/aanmelden")
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert HERE not in page.content()
        assert urlsplit(page.url).path == "/aanmelden", page.url
    page.goto(served + address(app, HERE))
    assert urlsplit(page.url).path == "/aanmelden"
    page.context.close()
