"""No letter scrolls sideways on a telephone of 320 px, whatever its kind."""

from playwright.sync_api import sync_playwright

from provisions.domain.case import Answer
from provisions.domain.lifecycle import Need
from provisions.domain.rungs import RungName
from provisions.outbound.context import MessageFacts
from provisions.outbound.render import Rendered, render
from tests.browser.conftest import ARGUMENTS
from tests.builders import CONFIG, a_client, day


def letters() -> dict[str, str]:
    """The HTML of one letter of each kind that a late case sends, a rung each by itself."""
    client = a_client(municipality="havenmeer").needs(
        "id_document", "benefit_decision", "emergency_shelter", Need("social_network", agreed=day("2026-11-10"))
    )
    client.lives_until("2026-12-01 10:00")
    client.hears("id_document", RungName.DOORBRAAKTAFEL, Answer.CUSTOMISED_BUDGET)
    client.submits("id_document")
    client.is_refused("emergency_shelter")
    found: dict[str, str] = {}
    for m in client.messages:
        assert m.key is not None
        facts = MessageFacts(m.id, m.kind, m.detail, m.municipality, client.now)
        rendered = render(facts, client.case, client.case.provisions[m.key], CONFIG, client.now)
        if isinstance(rendered, Rendered):
            found[f"{m.kind}-{m.detail or m.key.key}"] = rendered.html
    return found


def test_no_letter_scrolls_sideways_on_a_telephone(chromium: str) -> None:
    made = letters()
    kinds = {name.partition("-")[0] for name in made}
    assert {"request", "application", "rung", "waiver_offer", "submission", "decided", "answer", "refused"} <= kinds
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 320, "height": 1200})
        too_wide = []
        for name, html in made.items():
            page.set_content(html)
            if page.evaluate("document.documentElement.scrollWidth") > 320:
                too_wide.append(name)
        browser.close()
    assert too_wide == []
