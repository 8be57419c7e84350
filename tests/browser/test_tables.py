"""The tables of "Te laat" and of a plan on smaller screens: every column can be read, or reached by a scroll bar that is seen."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from provisions.domain.calendar import day_of
from provisions.settings import utc_now
from tests.browser.conftest import PASSWORD, Browser, Product, sign_in
from tests.browser.test_monday import artifact

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

BY = "regisseur.met-een-lange-code.noord"
CUT_OFF = """
() => [...document.querySelectorAll(".markdown-renderer table")].flatMap(table => {
  const page = document.documentElement.clientWidth;
  let room = table.parentElement;
  while (room && !["auto", "scroll"].includes(getComputedStyle(room).overflowX)) room = room.parentElement;
  return [...table.rows].map(row => row.cells[row.cells.length - 1]).filter(cell => {
    const right = cell.getBoundingClientRect().right;
    const inside = right <= page + 1 && (!room || right <= room.getBoundingClientRect().right + 1);
    return !inside || cell.scrollWidth > cell.clientWidth + 1;
  }).map(cell => cell.innerText);
})
"""


def test_no_column_is_cut_off(product: Product, browser: Browser) -> None:
    long_ago = (day_of(utc_now()) - timedelta(days=60)).isoformat()
    product("intake", "TR-2026-8042", "--route", "voluntary", "--by", BY, "--director", BY, "--on", long_ago,
            "--need", "id_document", "postal_address", "emergency_shelter", "advance_payment", "debt_counselling",
            "benefit_decision", "day_activity", "special_assistance")  # fmt: skip
    product("intake", "TR-2026-8043", "--route", "voluntary", "--by", BY, "--director", BY, "--on", long_ago,
            "--need", "special_assistance", "--municipality", "havenmeer")  # fmt: skip
    for key, said in (("te-laat", "dagen"), ("traject-tr-2026-8042", "Wat nog niet klaar is")):
        page = artifact(product, key)
        for width in (1600, 1280, 1024):
            browser.page.set_viewport_size({"width": width, "height": 1000})
            browser.sees_after_reload(page, said)
            browser.page.wait_for_timeout(1500)
            tables = browser.page.locator(".markdown-renderer table").count()
            assert tables, browser.page.url
            assert browser.page.evaluate(CUT_OFF) == [], width


def test_a_team_lead_meets_in_prefect_no_client_of_another_municipality(product: Product, browser: Browser) -> None:
    """Runs, artifacts, the feed of events: by the pages themselves. Comes last: admin is signed out for it."""
    ours, theirs = "TR-2026-8043", "8042"
    others = artifact(product, "traject-tr-2026-8042")
    address = product("person", "add", "leidt-7", "--role", "team_lead", "--municipality", "havenmeer")
    browser.go("/werk").get_by_role("button", name="Afmelden").click()
    browser.page.wait_for_url("**/aanmelden")
    browser.go(urlsplit(re.findall(r"https?://\S+", address)[-1]).path)
    browser.page.get_by_label("Nieuw wachtwoord").fill(PASSWORD)
    browser.page.get_by_label("Nog een keer").fill(PASSWORD)
    browser.page.get_by_role("button", name="Vastleggen").click()
    browser.sees("Uw wachtwoord is ingesteld")
    sign_in(browser.page, product.url, code="leidt-7")
    browser.page.wait_for_url("**/werk")
    browser.go("/prefect/runs")
    browser.sees(re.compile(ours, re.IGNORECASE))
    assert theirs not in browser.page.content()
    for path in ("/prefect/dashboard", "/prefect/artifacts", "/prefect/events", others):
        browser.go(path)
        browser.page.wait_for_load_state("networkidle")
        assert theirs not in browser.page.locator("#app").inner_text(), path
    browser.go("/te-laat")
    assert theirs not in browser.page.content()
