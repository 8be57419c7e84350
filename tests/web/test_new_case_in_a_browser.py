"""A client with six needs is started in a real browser: at most twelve clicks, and no key but what must be typed."""

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator

from provisions.app import App
from tests.web.test_in_a_browser import chromium_itself, served, signed_in  # noqa: F401 - two are fixtures
from tests.web.test_new_case import NEW, SIX

pytestmark = pytest.mark.browser

MOST_CLICKS = 12


def test_six_needs_take_twelve_clicks_at_most(chromium_itself: Chromium, served: str, app: App) -> None:  # noqa: F811
    page = signed_in(chromium_itself, served, "regie-1")
    clicks = 0

    def click(what: Locator) -> None:
        nonlocal clicks
        clicks += 1
        what.click()

    click(page.get_by_role("link", name="Nieuw traject"))
    click(page.get_by_label("Referentie van het traject"))
    page.keyboard.type(NEW)
    click(page.get_by_label("Vrijwillig", exact=False).first)
    for key in SIX:
        click(page.locator(f'input[name="needs"][value="{key}"]'))
    click(page.get_by_role("button", name="Verder"))
    page.get_by_text("Er is nog niets vastgelegd").wait_for()
    assert page.locator("[data-reference][data-key]").count() == len(SIX)
    click(page.get_by_role("button", name="Traject starten"))
    page.wait_for_url("**/clienten/**")
    assert clicks <= MOST_CLICKS
    assert {p.provision.key for p in app.views.case(NEW).provisions} == set(SIX)
    page.context.close()
