"""The nine-client Monday in a real browser: what case directors and team leads see and do in Prefect's UI.

One story on one ``provisions up``: the tests run in order. ``PROVISIONS_TEST_SCREENSHOTS=1`` renews ``docs/screens/``.
"""

import http.client
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from provisions.domain.errors import NotFound
from tests.browser.conftest import PASSWORD, PATIENCE, Browser, Product
from tests.flows.conftest import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

LATE_RUNS = "/runs?state=Te%20laat&type=span&seconds=-7776000"
BY = "regisseur.noord"


def provision(product: Product, reference: str, key: str) -> dict[str, Any]:
    found = product.case(reference)["provisions"]
    return next(one for one in found if one["key"] == key)


def run_of(product: Product, reference: str, key: str) -> str:
    """The page of the run of a provision, once there is one."""
    wait_until(lambda: provision(product, reference, key)["flow_run"], seconds=90, what=lambda: "no run was made")
    return f"/runs/flow-run/{provision(product, reference, key)['flow_run']}"


def artifact(product: Product, key: str) -> str:
    """The page of an artifact, once there is one."""
    with httpx.Client(base_url=f"{product.url}/api", auth=("admin", PASSWORD), timeout=60) as api:

        def read() -> list[dict[str, Any]]:
            token = api.get("/csrf-token", params={"client": "test"}).json()["token"]
            sealed = {"Prefect-Csrf-Token": token, "Prefect-Csrf-Client": "test"}
            wanted = {"artifacts": {"key": {"any_": [key]}}}
            found: list[dict[str, Any]] = api.post("/artifacts/latest/filter", json=wanted, headers=sealed).json()
            return found

        wait_until(read, seconds=90, what=lambda: f"no artifact {key}")
        return f"/artifacts/artifact/{read()[0]['latest_id']}"


def test_a_wrong_password_does_not_come_in(browser: Browser) -> None:
    assert browser.refused
    assert "/dashboard" in browser.page.url


def test_monday_begins_with_eight_clients(product: Product, browser: Browser, tmp_path: Path) -> None:
    """Seven from a list and one three weeks late; the ninth is started in the UI."""
    lines = [f"TR-2026-{number:04d},voluntary,wmo_indication advance_payment,{BY}" for number in range(1, 8)]
    monday = tmp_path / "maandag.csv"
    monday.write_text("\n".join(["reference,route,need,director", *lines]) + "\n")
    product("intake", "--file", str(monday), "--by", BY)
    product("intake", "TR-2026-0042", "--route", "voluntary", "--by", BY, "--director", BY, "--on", "2026-11-02",
            "--need", "id_document", "postal_address", "emergency_shelter", "advance_payment")  # fmt: skip
    browser.sees_after_reload("/runs", "TR-2026-0042")


def test_a_case_is_started_in_the_form(product: Product, browser: Browser) -> None:
    browser.go(artifact(product, "begin-hier"))
    browser.sees("Wat u kunt vastleggen")
    browser.follow("Traject starten")
    browser.sees("Langs welke weg mogen partners")
    browser.fill("Referentie", "TR-2026-0009")
    assert browser.choose_by_keyboard("Langs welke weg mogen partners") == "Vrijwillig"
    browser.choose("Welke voorzieningen zijn nodig?", "Identiteitsbewijs", "Briefadres", "Voorschot")
    browser.unchoose("Welke voorzieningen zijn nodig?", "Voorschot")
    browser.fill("Wie is de regisseur?", BY)
    browser.submit()
    wait_until(
        lambda: _exists(product, "TR-2026-0009"),
        seconds=90,
        what=lambda: "the form did not start the case",
    )
    found = json.loads(product("show", "TR-2026-0009", "--json"))
    started = {one["key"]: one["status"] for one in found["provisions"]}
    assert started == {"id_document": "waiting", "postal_address": "blocked"}


def _exists(product: Product, reference: str) -> bool:
    try:
        product.case(reference)
    except NotFound:
        return False
    return True


def test_the_same_reference_again_is_refused_in_dutch_on_the_run(product: Product, browser: Browser) -> None:
    browser.go(artifact(product, "begin-hier"))
    browser.follow("Traject starten")
    browser.sees("Langs welke weg mogen partners")
    browser.fill("Referentie", "TR-2026-0009")
    browser.choose("Langs welke weg mogen partners", "Vrijwillig")
    browser.choose("Welke voorzieningen zijn nodig?", "Voorschot")
    browser.submit()
    browser.page.get_by_role("button", name="View run").last.click()
    browser.page.wait_for_url("**/runs/flow-run/**")
    path = urlsplit(browser.page.url).path
    browser.sees_after_reload(path, "Niet vastgelegd")
    browser.page.get_by_text("Details", exact=True).first.click()
    browser.sees(re.compile("De referentie TR-2026-0009 bestaat al"))


def test_every_form_says_in_dutch_what_was_not_filled_in(product: Product, browser: Browser) -> None:
    browser.go(artifact(product, "begin-hier"))
    browser.sees("Wat u kunt vastleggen")
    links = browser.page.locator("a[href*='/deployments/deployment/'][href*='/run']")
    forms = {link.get_attribute("href") or "" for link in links.all()}
    assert len(forms) == 10
    for form in sorted(forms):
        browser.go(form)
        browser.sees("Referentie")
        browser.submit()
        browser.sees("Dit veld is verplicht. Vul het in.")
        assert browser.page.get_by_text("is a required property").count() == 0, form


def test_an_outcome_is_recorded_on_the_waiting_run_and_the_next_one_starts(product: Product, browser: Browser) -> None:
    path = run_of(product, "TR-2026-0009", "id_document")
    browser.sees_after_reload(path, "Wacht op loket")
    browser.page.get_by_role("button", name="Resume").first.click()
    browser.sees("Wat is de uitkomst?")
    browser.choose("Wat is de uitkomst?", "Geregeld")
    browser.submit()
    wait_until(
        lambda: provision(product, "TR-2026-0009", "postal_address")["status"] == "waiting",
        seconds=90,
        what=lambda: "the address did not start",
    )
    lines = [
        line for line in json.loads(product("audit", "TR-2026-0009", "--json")) if line["what"] == "provision.outcome"
    ]
    assert [(line["by"], line["via"]) for line in lines] == [("admin", "prefect")]
    browser.sees_after_reload(path, "Geregeld")
    browser.sees_after_reload(run_of(product, "TR-2026-0009", "postal_address"), "Wacht op loket")


def test_the_bookmark_shows_everything_that_is_late(browser: Browser) -> None:
    browser.sees_after_reload(LATE_RUNS, "Identiteitsbewijs · TR-2026-0042")
    browser.sees("Opvang · TR-2026-0042")
    assert browser.page.get_by_text("TR-2026-0009").count() == 0
    browser.screenshot("te-laat-runs", 1000)


def test_the_bar_says_what_is_late_and_leads_there_from_the_dashboard(product: Product, browser: Browser) -> None:
    late = json.loads(product("overdue", "--json"))
    browser.go("/prefect/dashboard")
    browser.page.get_by_role("link", name=f"{len(late)} te laat", exact=True).click()
    browser.page.wait_for_url("**/te-laat")
    rows = browser.page.locator('table:has(caption:text("het langst te laat")) tr[data-reference]')
    assert rows.count() == len(late)


def test_from_a_run_to_its_plan_and_back(product: Product, browser: Browser) -> None:
    run = run_of(product, "TR-2026-0042", "id_document")
    browser.go("/prefect/dashboard")
    assert not browser.page.get_by_role("link", name="Naar het plan").is_visible()
    browser.go(f"/prefect{run}")
    browser.page.get_by_role("link", name="Naar het plan").click()
    browser.page.wait_for_url("**/clienten/*/id_document")
    browser.page.get_by_role("link", name="Zo loopt dit in Prefect").click()
    browser.page.wait_for_url(f"**/prefect{run}")


def test_the_late_page_leads_to_the_plan_and_the_plan_to_a_form(product: Product, browser: Browser) -> None:
    browser.sees_after_reload(artifact(product, "te-laat"), "Te laat: de langste eerst")
    browser.follow("TR-2026-0042")
    browser.sees("Wat nog niet klaar is")
    picture = browser.page.get_by_role("img", name=re.compile("Tijdlijn van traject TR-2026-0042"))
    picture.wait_for(timeout=PATIENCE)
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    browser.follow("klok stilzetten")
    browser.sees("Waarom staat de klok stil?")
    assert browser.field("Referentie").locator("textarea").input_value() == "TR-2026-0042"
    browser.page.get_by_text("Identiteitsbewijs", exact=True).first.wait_for(timeout=PATIENCE)


def test_this_week_shows_what_can_still_be_on_time(product: Product, browser: Browser) -> None:
    browser.sees_after_reload(artifact(product, "deze-week"), "Deze week")
    browser.sees("Nu is te laat nog te voorkomen")


def test_the_browser_spoke_with_nobody_else_and_the_policy_broke_nothing(product: Product, browser: Browser) -> None:
    assert len(browser.asked) > 100
    assert browser.outside == []
    assert browser.violations == []
    assert browser.page.evaluate("document.documentElement.className") in ("dark", "light"), "the theme is there"
    for path in ("/v2", "/v2/dashboard", "/v2/assets/x.js"):
        assert _get(product, path)[0] == 404
    status, headers = _get(product, "/aanmelden")
    assert status == 200
    assert "connect-src 'self'" in headers["content-security-policy"]


def _get(product: Product, path: str) -> tuple[int, dict[str, str]]:
    where = urlsplit(product.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()
