"""From the mail as it was written to a folder, in a real browser: without scripts, at 320 px, by keyboard; axe finds nothing."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

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
Mailed = Callable[[str, str], str]


@pytest.fixture
def mailed(database: Engine, clock: MovingClock, tmp_path: Path) -> Iterator[Mailed]:
    """A link that was mailed to an address about a provision (its name); the door that it leads to is open."""
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

    def link(to: str, about: str) -> str:
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in tmp_path.glob("*.eml")]
        bodies = [mail.get_body(("plain",)) for mail in mails if to in str(mail["To"])]
        texts = [str(body.get_content()) for body in bodies if body is not None]
        found = [re.search(rf"{base}/antwoord/\S+", text) for text in texts if about in " ".join(text.split())]
        return next(one[0] for one in found if one)

    with at_a_port(app, door, port):
        yield link


@dataclass(frozen=True)
class Given:
    """An answer as it is given: by whom (an address), about what, which, what is filled in besides, and what the page says."""

    by: str
    about: str
    answer: str
    fields: Mapping[str, str]
    says: str


ANSWERS = (
    Given("wmo@", "Wmo", "delivered", {"plan_by_director": "yes"}, "Het is geregeld"),
    Given("burgerzaken@", "identiteitsbewijs", "call_me", {}, "Bel mij"),
    Given("burgerzaken@", "identiteitsbewijs", "promised", {"on": "2026-11-06"}, "Het is klaar op"),
    Given(
        "burgerzaken@", "identiteitsbewijs", "refused", {"on": "2026-11-02", "cause": "documents"}, "Wij wijzen het af"
    ),
    Given(
        "doorbraaktafel@",
        "voorschot",
        "customised_budget",
        {"amount": "100", "purpose": "keep_place"},
        "Maatwerkbudget",
    ),
    Given("maatwerk@", "identiteitsbewijs", "submitted", {"because": "all_tried"}, "Wel indienen"),
)


def test_each_answers_from_its_mail_without_scripts_at_320_px(chromium_itself: Chromium, mailed: Mailed) -> None:
    context = chromium_itself.new_context(viewport=NARROW, java_script_enabled=False, locale="nl-NL")
    tab = context.new_page()
    for one in ANSWERS:
        link = mailed(f"{one.by}voorbeeldstad.example", one.about)
        tab.goto(link)
        secret = re.search(r"/antwoord/[\w-]+\.([\w-]+)", link)
        assert secret is not None
        assert secret[1] not in tab.url, "the secret is out of the address"
        assert urlsplit(tab.url).path in ("/antwoord", "/aanmelden")
        if "/aanmelden" in tab.url:
            tab.get_by_label("Uw code").fill("maatwerk-1")
            tab.get_by_label("Wachtwoord").fill(PASSWORD)
            tab.get_by_role("button", name="Aanmelden").click()
        tab.locator(f'[name="answer"][value="{one.answer}"]').check()
        for name, value in one.fields.items():
            field = tab.locator(f'[name="{name}"]')
            field.fill(value) if name in ("on", "amount") else field.select_option(value)
        tab.get_by_role("button", name="Verder: nakijken").click()
        tab.get_by_role("button", name="Ja, vastleggen").click()
        assert one.says in tab.get_by_role("status").inner_text(), one
    context.close()


class Keyboard:
    """Hands that have no mouse, at one page."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    def reaches(self, what: str) -> None:
        """Tab until it has the focus."""
        for _ in range(60):
            if self._tab.evaluate("what => document.activeElement.matches(what)", what):
                return
            self._tab.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {what}")

    def presses(self, what: str, key: str = "Enter") -> None:
        """A button, once it has the focus."""
        self.reaches(what)
        self._tab.keyboard.press(key)

    def types(self, name: str, value: str) -> None:
        """In a field, as somebody types: a day as people write it, the first letters of a choice by its arrow."""
        self.reaches(f'[name="{name}"]')
        kind = self._tab.evaluate("() => document.activeElement.type")
        if kind == "date":
            self._types_a_day(value)
        elif kind in ("select-one", "radio"):
            self._chooses(name, value)
        else:
            self._tab.keyboard.type(value)
        assert self._value(name) == value, name

    def _types_a_day(self, value: str) -> None:
        """The day and the month in the order in which this chromium asks them, which is that of the machine."""
        year, month, day_ = value.split("-")
        self._tab.keyboard.type(f"{day_}{month}{year}")
        if self._tab.evaluate("() => document.activeElement.value") != value:
            for _ in range(2):
                self._tab.keyboard.press("ArrowLeft")
            self._tab.keyboard.type(f"{month}{day_}{year}")

    def _chooses(self, name: str, value: str) -> None:
        self._tab.keyboard.press("Space") if self._is_radio() else None
        for _ in range(40):
            if self._value(name) == value:
                return
            self._tab.keyboard.press("ArrowDown")

    def _is_radio(self) -> bool:
        return bool(self._tab.evaluate("() => document.activeElement.type === 'radio'"))

    def _value(self, name: str) -> str:
        found = "name => (document.querySelector(`[name=${name}]:checked`) || document.querySelector(`[name=${name}]`)).value"
        return str(self._tab.evaluate(found, name))


def test_each_answers_by_keyboard_and_axe_finds_nothing(chromium_itself: Chromium, mailed: Mailed) -> None:
    context = chromium_itself.new_context(viewport=NARROW, locale="nl-NL")
    tab, faults = context.new_page(), list[str]()
    hands = Keyboard(tab)

    def looked(where: str) -> None:
        tab.evaluate(AXE)
        found = tab.evaluate("options => axe.run(document, options)", EVERYTHING)["violations"]
        faults.extend(f"{where}: {fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found)
        if tab.evaluate("() => document.documentElement.scrollWidth") > NARROW["width"]:
            faults.append(f"{where}: wider than 320 px")

    for one in ANSWERS:
        tab.goto(mailed(f"{one.by}voorbeeldstad.example", one.about))
        if "/aanmelden" in tab.url:
            hands.types("code", "maatwerk-1")
            hands.types("password", PASSWORD)
            hands.presses('button[type="submit"]')
            tab.wait_for_selector('[name="answer"]')
        looked(f"the question, {one.answer}")
        for name, value in {"answer": one.answer, **one.fields}.items():
            hands.types(name, value)
        hands.presses('button[type="submit"]')
        tab.wait_for_selector('[name="confirm"]')
        looked(f"the summary, {one.answer}")
        assert not tab.evaluate("() => Object.keys(sessionStorage)"), (
            "who answers by a link leaves nothing in the browser"
        )
        hands.presses('[name="confirm"]')
        assert one.says in tab.wait_for_selector('[role="status"]').inner_text()  # type: ignore[union-attr]
        looked(f"what was recorded, {one.answer}")
    tab.goto(f"{tab.url.partition('/antwoord')[0]}/antwoord/onbekend")
    looked("an unknown link")
    context.close()
    assert not faults, "\n".join(faults)
