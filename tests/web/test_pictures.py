"""The pictures of ``docs/user/``: the example caseload on a Monday. ``PROVISIONS_TEST_SCREENSHOTS=1`` renews them."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, ViewportSize
from sqlalchemy import Engine

from provisions.access import Role
from provisions.app import App
from provisions.caseload.people import PEOPLE
from provisions.caseload.replay import Replay
from provisions.caseload.script import events
from provisions.outbound.transports import OutboxFolder
from tests.browser.conftest import SCREENS
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.door import PASSWORD, signing_in
from tests.web.served import at_a_port
from tests.web.test_in_a_browser import signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not os.environ.get("PROVISIONS_TEST_SCREENSHOTS"), reason="makes the pictures of docs/user"),
]

MONDAY = "2026-11-16T08:30:00+00:00"
SIZE = ViewportSize(width=1080, height=760)
OF_A_TOWN = (Role.CASE_DIRECTOR, Role.TEAM_LEAD, Role.TABLE, Role.CUSTOMISATION_OFFICER)


@pytest.fixture
def example(database: Engine, clock: MovingClock, tmp_path: Path) -> App:
    """The twenty-two clients of the example, up to a Monday morning."""
    script = events(date(2026, 11, 16), CONFIG)
    replay = Replay(database, CONFIG, OutboxFolder(tmp_path), script[0].moment)
    for happened in script:
        replay.carry_out(happened)
    clock.set(MONDAY)
    replay.travel_to(clock())
    app = App(database, CONFIG, clock)
    app.reports.send_due()
    return app


@pytest.fixture
def base(example: App, clock: MovingClock) -> Iterator[str]:
    """The door, with somebody of each role of the example."""
    door = signing_in(example, clock)
    town = next(iter(CONFIG.organisation.municipalities))
    for code, role in PEOPLE.items():
        towns = [town] if role in OF_A_TOWN else []
        door.set_password(example.people.add(code, [role.value], towns), PASSWORD, PASSWORD, "")
    with at_a_port(example, door) as served:
        yield served


def keep(page: Page, name: str) -> None:
    """The top of the page, as it is seen."""
    page.set_viewport_size(SIZE)
    page.screenshot(path=SCREENS / f"{name}.png")


def test_pictures(chromium_itself: Chromium, base: str) -> None:
    _of_a_director(chromium_itself, base)
    for code, pages in {
        "teamleider-1": {"te-laat": "/te-laat", "meekijken": "/meekijken", "bord": "/bord"},
        "tafel-1": {"tafel": "/tafel"},
        "maatwerk-1": {"maatwerkloket": "/maatwerkloket"},
        "stuurgroep-1": {"rapporten": "/rapporten"},
        "beheerder-1": {"beheer-stand": "/beheer/stand"},
    }.items():
        page = signed_in(chromium_itself, base, code)
        for name, path in pages.items():
            page.goto(base + path)
            keep(page, name)
        page.context.close()


def _of_a_director(chromium: Chromium, base: str) -> None:
    page = signed_in(chromium, base, "regisseur.noord")
    keep(page, "werk")
    page.goto(f"{base}/clienten")
    keep(page, "clienten")
    page.goto(f"{base}/werk")
    page.get_by_role("link", name="Uitkomst vastleggen").first.click()
    page.get_by_label("Geregeld", exact=True).check()
    keep(page, "uitkomst")
    page.get_by_role("button", name="Uitkomst vastleggen").click()
    keep(page, "vastgelegd")
    page.get_by_role("link", name="Naar het hele plan").click()
    keep(page, "plan")
    page.goto(f"{base}/nieuw")
    page.get_by_label("Referentie van het traject").fill("TR-2026-0900")
    page.locator('input[name="route"]').first.check()
    for key in ("id_document", "postal_address", "benefit_decision", "advance_payment"):
        page.locator(f'input[name="needs"][value="{key}"]').check()
    keep(page, "nieuw")
    page.get_by_role("button", name="Verder").click()
    keep(page, "nieuw-controle")
    page.context.close()
