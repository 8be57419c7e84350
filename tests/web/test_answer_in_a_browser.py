"""From the mail as it was written to a folder, in a real browser: without scripts, at 320 px, by keyboard; axe finds nothing."""

import re
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page as Tab
from sqlalchemy import Engine

from provisions.app import App
from provisions.machine.link_secrets import LinkSecrets
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import OutboxFolder
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock, free_port
from tests.door import PASSWORD, SEALING, signing_in
from tests.web.served import at_a_port
from tests.web.test_accessible import AXE, EVERYTHING, NARROW

pytestmark = pytest.mark.browser

REF = "TR-2026-0061"
NewTab = Callable[..., Tab]
Mailed = Callable[[str], str]


@pytest.fixture
def mailed(database: Engine, clock: MovingClock, tmp_path: Path) -> Iterator[Mailed]:
    """The newest link that was mailed to an address; the door that it leads to is open."""
    app, port = App(database, CONFIG, clock), free_port()
    base = f"http://127.0.0.1:{port}"
    needs = ["id_document", "advance_payment", "wmo_indication", "special_assistance"]
    request = IntakeRequest(REF, "voluntary", needs, director="regisseur.noord", on=day("2026-10-12"))
    app.cases.intake(request, by=typed("regisseur.noord"))
    app.time.tick_all()
    links = Links(base, LinkSecrets(SEALING))
    Outbox(database, CONFIG, OutboxFolder(tmp_path), clock, links=links).deliver_due()
    door = signing_in(app, clock)
    door.set_password(
        app.people.add("maatwerk-1", ["customisation_officer"], ["voorbeeldstad"]), PASSWORD, PASSWORD, ""
    )

    def link(to: str) -> str:
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in tmp_path.glob("*.eml")]
        bodies = [mail.get_body(("plain",)) for mail in mails if to in str(mail["To"])]
        found = [re.search(rf"{base}/antwoord/\S+", str(body.get_content())) for body in bodies if body is not None]
        return next(one[0] for one in reversed(found) if one)

    with at_a_port(app, door, port):
        yield link


def test_each_answers_from_its_mail_without_scripts_at_320_px(chromium_itself: Chromium, mailed: Mailed) -> None:
    context = chromium_itself.new_context(viewport=NARROW, java_script_enabled=False, locale="nl-NL")
    tab = context.new_page()

    def answers(label: str, **chosen: str) -> str:
        tab.get_by_label(label, exact=True).check()
        for name, value in chosen.items():
            field = tab.locator(f'[name="{name}"]')
            field.fill(value) if name in ("on", "amount") else field.select_option(value)
        tab.get_by_role("button", name="Verder: nakijken").click()
        tab.get_by_role("button", name="Ja, vastleggen").click()
        return tab.get_by_role("status").inner_text()

    counter = mailed("burgerzaken@voorbeeldstad.example")
    tab.goto(counter)
    assert tab.url.removeprefix(counter.partition("/antwoord")[0]) == "/antwoord", "the secret is out of the address"
    assert "Bel mij" in answers("Bel mij")
    tab.goto(counter)
    assert "Het is klaar op" in answers("Het is klaar op …", on="2026-11-06")
    tab.goto(counter)
    assert "Wij wijzen het af" in answers("Wij wijzen het af", on="2026-11-02", cause="documents")
    tab.goto(mailed("doorbraaktafel@voorbeeldstad.example"))
    assert "Maatwerkbudget" in answers("Maatwerkbudget", amount="100", purpose="keep_place")
    tab.goto(mailed("maatwerk@voorbeeldstad.example"))
    tab.get_by_label("Uw code").fill("maatwerk-1")
    tab.get_by_label("Wachtwoord").fill(PASSWORD)
    tab.get_by_role("button", name="Aanmelden").click()
    assert "Niet indienen" in answers("Niet indienen", because="not_tried_here")
    context.close()


def test_by_keyboard_and_axe_finds_nothing(chromium_itself: Chromium, mailed: Mailed) -> None:
    tab = chromium_itself.new_context(viewport=NARROW, locale="nl-NL").new_page()
    faults: list[str] = []

    def looked(where: str) -> None:
        tab.evaluate(AXE)
        found = tab.evaluate("options => axe.run(document, options)", EVERYTHING)["violations"]
        faults.extend(f"{where}: {fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found)
        if tab.evaluate("() => document.documentElement.scrollWidth") > NARROW["width"]:
            faults.append(f"{where}: wider than 320 px")

    def presses_until(what: str, key: str) -> None:
        for _ in range(40):
            if tab.evaluate(f"() => document.activeElement.matches('{what}')"):
                tab.keyboard.press(key)
                return
            tab.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {what}")

    tab.goto(mailed("werkeninkomen@voorbeeldstad.example"))
    looked("the question")
    presses_until('[name="answer"]', "Space")
    presses_until("button", "Enter")
    tab.wait_for_selector('[name="confirm"]')
    looked("the summary")
    presses_until('[name="confirm"]', "Enter")
    tab.wait_for_selector('[role="status"]')
    looked("what was recorded")
    tab.goto(f"{tab.url.partition('/antwoord')[0]}/antwoord/onbekend")
    looked("an unknown link")
    assert not faults, "\n".join(faults)
