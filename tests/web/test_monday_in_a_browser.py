"""The Monday of a case director with nine clients, in a real browser: by mouse, and by keyboard alone. Each act is counted.

``docs/performance.md`` ("A Monday with nine clients") holds what was counted; with ``-s`` a run prints it anew.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page

from provisions.app import App
from provisions.usecases.intake import IntakeRequest
from tests.builders import day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD
from tests.web.conftest import HOME
from tests.web.test_in_a_browser import served, signed_in  # noqa: F401 - one is a fixture
from tests.web.test_new_case import NEW, SIX

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

DIRECTOR = "regie-1"
CLIENTS = [f"TR-2026-01{number:02d}" for number in range(1, 9)]
TWELFTH = "12122026"  # of December, whether a browser asks for the day or the month first
# What an act may take at most: clicks by mouse. By keyboard there is no most; that it can be done at all is what counts.
MOST_CLICKS = {
    "uitkomst: geregeld": 3,
    "terugdraaien": 1,
    "uitkomst: afgewezen": 3,
    "vervolgactie afronden": 2,
    "klok stilzetten, vanaf het plan": 6,
    "opnieuw nodig, vanaf het plan": 4,
    "iemand terugvinden": 2,
    "nieuw traject met zes voorzieningen": 12,
}


@dataclass
class Counted:
    """What one act took. ``keys`` holds what is typed as well."""

    clicks: int = 0
    keys: int = 0
    seconds: float = 0.0


@dataclass
class Hands:
    """Somebody at a browser, of whom each click and key is counted."""

    page: Page
    acts: dict[str, Counted] = field(default_factory=dict)
    now: Counted = field(default_factory=Counted)

    @contextmanager
    def act(self, name: str) -> Iterator[None]:
        """Count what happens within, under ``name``."""
        self.now = self.acts[name] = Counted()
        began = time.perf_counter()
        yield
        self.now.seconds = time.perf_counter() - began

    def click(self, what: Locator) -> None:
        """At its beginning: in a date field that is where its day or its month is."""
        self.now.clicks += 1
        what.click(position={"x": 12, "y": 10})

    def press(self, key: str) -> None:
        self.now.keys += 1
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.now.keys += len(text)
        self.page.keyboard.type(text)

    def tab_to(self, what: Locator) -> None:
        """On, key by key, until ``what`` has the focus."""
        wanted = what.element_handle()
        for _ in range(250):
            if wanted.evaluate("one => document.activeElement === one"):
                return
            self.press("Tab")
        raise AssertionError(f"the keyboard does not reach {what}")

    def told(self) -> str:
        return self.page.locator(".utrecht-alert--ok").inner_text()

    def at_work(self) -> None:
        """Back on Mijn werk, as whoever comes in is; not counted."""
        self.page.goto(self.page.url.partition("/")[0] + "//" + self.page.url.split("/")[2] + "/werk")


@pytest.fixture
def monday(app: App, clock: MovingClock) -> App:
    """Nine clients of one director, half past nine on a Monday: some late, one due, one settled, one to do afterwards."""
    needs = ["id_document", "advance_payment", "wmo_indication"]
    for number, reference in enumerate(CLIENTS):
        on = day("2026-11-02") if number < 4 else day("2026-11-10")
        request = IntakeRequest(reference, "voluntary", needs, HOME, director=DIRECTOR, on=on, living="shelter")
        app.cases.intake(request, by=typed(DIRECTOR))
    app.cases.record_outcome(CLIENTS[4], "id_document", "delivered", by=typed(DIRECTOR))
    clock.set("2026-11-16T08:30:00+00:00")
    app.time.tick_all()
    return app


def row(page: Page, reference: str, key: str) -> Locator:
    """The row of a provision on Mijn werk or the plan."""
    return page.locator(f'tr[data-reference="{reference}"][data-key="{key}"]').first


def status_of(app: App, reference: str, key: str) -> list[str]:
    return [p.status for p in app.views.case(reference).provisions if p.provision.key == key]


def test_by_mouse(chromium_itself: Chromium, served: str, monday: App) -> None:  # noqa: F811
    page = signed_in(chromium_itself, served, DIRECTOR)
    hands = Hands(page)
    for act in (_settles, _takes_back, _refuses, _follows_up, _stops, _again, _finds, _starts):
        act(hands, monday)
    page.context.close()
    assert set(hands.acts) == set(MOST_CLICKS)
    too_many = {name: (c.clicks, MOST_CLICKS[name]) for name, c in hands.acts.items() if c.clicks > MOST_CLICKS[name]}
    assert not too_many
    _print("muis", hands)


def _settles(hands: Hands, app: App) -> None:
    """From Mijn werk: the thing, the outcome, the button."""
    page, reference = hands.page, CLIENTS[0]
    with hands.act("uitkomst: geregeld"):
        hands.click(row(page, reference, "id_document").get_by_role("link", name="Uitkomst vastleggen"))
        hands.click(page.get_by_label("Geregeld", exact=True))
        hands.click(page.get_by_role("button", name="Uitkomst vastleggen"))
        assert "geregeld" in hands.told()
    assert status_of(app, reference, "id_document") == ["delivered"]


def _takes_back(hands: Hands, app: App) -> None:
    with hands.act("terugdraaien"):
        hands.click(hands.page.get_by_role("button", name="Terugdraaien"))
        hands.told()
    assert status_of(app, CLIENTS[0], "id_document") == ["waiting"]


def _refuses(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[1]
    hands.at_work()
    with hands.act("uitkomst: afgewezen"):
        hands.click(row(page, reference, "wmo_indication").get_by_role("link", name="Uitkomst vastleggen"))
        hands.click(page.get_by_label("Afgewezen", exact=True))
        hands.click(page.get_by_role("button", name="Uitkomst vastleggen"))
        assert "afgewezen" in hands.told()
    assert status_of(app, reference, "wmo_indication") == ["refused"]


def _follows_up(hands: Hands, app: App) -> None:
    """What is to be done after an outcome stands open on the page to which Mijn werk leads."""
    with _one_less_to_do(hands, app) as task:
        hands.click(task.get_by_role("link", name="Afronden"))
        hands.click(hands.page.get_by_role("button", name="Vervolgactie gedaan"))


@contextmanager
def _one_less_to_do(hands: Hands, app: App) -> Iterator[Locator]:
    """The first follow-up on Mijn werk, which is done by the end of the block."""
    hands.at_work()
    task = hands.page.locator('section[aria-labelledby="follow_up"] tr[data-reference]').first
    reference = task.get_attribute("data-reference") or ""
    before = _open_follow_ups(app, reference)
    with hands.act("vervolgactie afronden"):
        yield task
        hands.told()
    assert _open_follow_ups(app, reference) == before - 1


def _open_follow_ups(app: App, reference: str) -> int:
    case = app.views.case(reference).case
    return sum(f.is_open for p in case.provisions.values() for f in p.follow_ups)


def _stops(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[2]
    hands.at_work()
    with hands.act("klok stilzetten, vanaf het plan"):
        hands.click(page.get_by_role("link", name=reference, exact=True).first)
        line = row(page, reference, "advance_payment")
        hands.click(line.locator("summary"))
        hands.click(line.get_by_role("link", name="Klok stilzetten"))
        hands.click(page.locator('#suspend input[name="reason"]').first)
        hands.click(page.locator('#suspend input[name="until"]'))
        hands.type(TWELFTH)
        hands.click(page.locator("#suspend").get_by_role("button", name="Klok stilzetten"))
        hands.told()
    assert status_of(app, reference, "advance_payment") == ["suspended"]


def _again(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[4]
    hands.at_work()
    with hands.act("opnieuw nodig, vanaf het plan"):
        hands.click(page.get_by_role("link", name=reference, exact=True).first)
        hands.click(row(page, reference, "id_document").get_by_role("link", name="Opnieuw nodig"))
        hands.now.clicks += 1  # a choice in a list: one click opens it, and the keyboard or a second takes one
        page.locator('#again select[name="reason"]').select_option("stolen")
        hands.click(page.locator("#again").get_by_role("button", name="Opnieuw nodig"))
        hands.told()
    assert status_of(app, reference, "id_document") == ["delivered", "waiting"]


def _finds(hands: Hands, _app: App) -> None:
    page = hands.page
    hands.at_work()
    with hands.act("iemand terugvinden"):
        hands.click(page.get_by_role("link", name="Cliënten", exact=True))
        hands.click(page.get_by_label("Zoek op referentie of nummer"))
        hands.type("tr 2026 108")
        hands.press("Enter")
        page.locator(f'tr[data-reference="{CLIENTS[7]}"]').wait_for()
    assert page.locator("tr[data-reference]").count() == 1


def _starts(hands: Hands, app: App) -> None:
    page = hands.page
    hands.at_work()
    with hands.act("nieuw traject met zes voorzieningen"):
        hands.click(page.get_by_role("link", name="Nieuw traject"))
        hands.click(page.get_by_label("Referentie van het traject"))
        hands.type(NEW)
        hands.click(page.get_by_label("Vrijwillig", exact=False).first)
        for key in SIX:
            hands.click(page.locator(f'input[name="needs"][value="{key}"]'))
        hands.click(page.get_by_role("button", name="Verder"))
        hands.click(page.get_by_role("button", name="Traject starten"))
        page.wait_for_url("**/clienten/**")
    assert {p.provision.key for p in app.views.case(NEW).provisions} == set(SIX)


def test_by_keyboard_alone(chromium_itself: Chromium, served: str, monday: App) -> None:  # noqa: F811
    """The same, from one thing to the next by Tab, chosen by the space bar, sent by Enter; the mouse is not touched."""
    page = signed_in(chromium_itself, served, DIRECTOR)
    hands = Hands(page)
    for act in (
        *(_keys_settle, _keys_take_back, _keys_refuse, _keys_follow_up),
        *(_keys_stop, _keys_again, _keys_find, _keys_start),
    ):
        act(hands, monday)
    page.context.close()
    assert set(hands.acts) == set(MOST_CLICKS)
    assert all(counted.clicks == 0 for counted in hands.acts.values())
    _print("toetsenbord", hands)


def _past_the_menu(hands: Hands) -> None:
    hands.press("Tab")
    hands.press("Enter")


def _keys_settle(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[0]
    with hands.act("uitkomst: geregeld"):
        _past_the_menu(hands)
        hands.tab_to(row(page, reference, "id_document").get_by_role("link", name="Uitkomst vastleggen"))
        _sends(hands)
        _past_the_menu(hands)
        hands.tab_to(page.locator('#outcome input[name="outcome"]').first)
        hands.press("Space")
        hands.tab_to(page.locator("#outcome").get_by_role("button", name="Uitkomst vastleggen"))
        _sends(hands)
        assert "geregeld" in hands.told()
    assert status_of(app, reference, "id_document") == ["delivered"]


def _keys_take_back(hands: Hands, app: App) -> None:
    with hands.act("terugdraaien"):
        _past_the_menu(hands)
        hands.tab_to(hands.page.get_by_role("button", name="Terugdraaien"))
        _sends(hands)
    assert status_of(app, CLIENTS[0], "id_document") == ["waiting"]


def _keys_refuse(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[1]
    hands.at_work()
    with hands.act("uitkomst: afgewezen"):
        _past_the_menu(hands)
        hands.tab_to(row(page, reference, "wmo_indication").get_by_role("link", name="Uitkomst vastleggen"))
        _sends(hands)
        _past_the_menu(hands)
        hands.tab_to(page.locator('#outcome input[name="outcome"]').first)
        hands.press("ArrowDown")  # from one choice to the next
        assert page.get_by_label("Afgewezen", exact=True).is_checked()
        hands.tab_to(page.locator("#outcome").get_by_role("button", name="Uitkomst vastleggen"))
        _sends(hands)
        assert "afgewezen" in hands.told()
    assert status_of(app, reference, "wmo_indication") == ["refused"]


def _keys_follow_up(hands: Hands, app: App) -> None:
    """The button is reached by Tab from the form that the link led to."""
    with _one_less_to_do(hands, app) as task:
        _past_the_menu(hands)
        hands.tab_to(task.get_by_role("link", name="Afronden"))
        _sends(hands)
        hands.tab_to(hands.page.get_by_role("button", name="Vervolgactie gedaan"))
        _sends(hands)


def _keys_again(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[4]
    hands.at_work()
    with hands.act("opnieuw nodig, vanaf het plan"):
        _past_the_menu(hands)
        hands.tab_to(page.get_by_role("link", name=reference, exact=True).first)
        _sends(hands)
        _past_the_menu(hands)
        hands.tab_to(row(page, reference, "id_document").get_by_role("link", name="Opnieuw nodig"))
        _sends(hands)
        reason = page.locator('#again select[name="reason"]')
        hands.tab_to(reason)
        for _ in range(page.locator('#again select[name="reason"] option').count()):
            if reason.input_value() == "stolen":
                break
            hands.press("ArrowDown")
        hands.tab_to(page.locator("#again").get_by_role("button", name="Opnieuw nodig"))
        _sends(hands)
        hands.told()
    assert status_of(app, reference, "id_document") == ["delivered", "waiting"]


def _keys_stop(hands: Hands, app: App) -> None:
    page, reference = hands.page, CLIENTS[2]
    hands.at_work()
    with hands.act("klok stilzetten, vanaf het plan"):
        _past_the_menu(hands)
        hands.tab_to(page.get_by_role("link", name=reference, exact=True).first)
        _sends(hands)
        _past_the_menu(hands)
        line = row(page, reference, "advance_payment")
        hands.tab_to(line.locator("summary"))
        hands.press("Enter")
        hands.tab_to(line.get_by_role("link", name="Klok stilzetten"))
        _sends(hands)
        hands.tab_to(page.locator('#suspend input[name="reason"]').first)
        hands.press("Space")
        hands.tab_to(page.locator('#suspend input[name="until"]'))
        hands.type(TWELFTH)
        hands.tab_to(page.locator("#suspend").get_by_role("button", name="Klok stilzetten"))
        _sends(hands)
        hands.told()
    assert status_of(app, reference, "advance_payment") == ["suspended"]


def _keys_find(hands: Hands, _app: App) -> None:
    page = hands.page
    hands.at_work()
    with hands.act("iemand terugvinden"):
        hands.tab_to(page.get_by_role("link", name="Cliënten", exact=True))
        _sends(hands)
        _past_the_menu(hands)
        hands.tab_to(page.get_by_label("Zoek op referentie of nummer"))
        hands.type("tr 2026 108")
        hands.press("Enter")
        page.locator(f'tr[data-reference="{CLIENTS[7]}"]').wait_for()


def _keys_start(hands: Hands, app: App) -> None:
    page = hands.page
    hands.at_work()
    with hands.act("nieuw traject met zes voorzieningen"):
        hands.tab_to(page.get_by_role("link", name="Nieuw traject"))
        _sends(hands)
        _past_the_menu(hands)
        hands.tab_to(page.get_by_label("Referentie van het traject"))
        hands.type(NEW)
        hands.tab_to(page.locator('input[name="route"]').first)
        hands.press("Space")
        for key in sorted(SIX, key=_place_of(page)):
            hands.tab_to(page.locator(f'input[name="needs"][value="{key}"]'))
            hands.press("Space")
        hands.tab_to(page.get_by_role("button", name="Verder"))
        _sends(hands)
        page.get_by_text("Er is nog niets vastgelegd").wait_for()
        _past_the_menu(hands)
        hands.tab_to(page.get_by_role("button", name="Traject starten"))
        _sends(hands)
    assert {p.provision.key for p in app.views.case(NEW).provisions} == set(SIX)


def _place_of(page: Page) -> Callable[[str], int]:
    there: list[str] = page.eval_on_selector_all('input[name="needs"]', "all => all.map(one => one.value)")
    return there.index


def _sends(hands: Hands) -> None:
    """Enter on what has the focus, and on to the next page."""
    with hands.page.expect_navigation():
        hands.press("Enter")


def test_twice_back_a_second_tab_and_an_ended_session(
    chromium_itself: Chromium,
    served: str,  # noqa: F811
    monday: App,
    clock: MovingClock,
) -> None:
    """Nothing is done twice and nothing that was typed is lost, whatever is pressed."""
    page = signed_in(chromium_itself, served, DIRECTOR)
    case = monday.views.case(CLIENTS[0]).case
    first = f"{served}/clienten/{case.id}/id_document"
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(first)
        tab.get_by_label("Geregeld", exact=True).check()
    page.get_by_role("button", name="Uitkomst vastleggen").dblclick()
    page.locator(".utrecht-alert--ok").wait_for()
    page.reload()
    assert "geregeld" in page.locator(".utrecht-alert--ok").inner_text()
    page.go_back()
    page.go_forward()
    other.get_by_role("button", name="Uitkomst vastleggen").click()
    assert "intussen veranderde er iets" in other.get_by_role("alert").inner_text()
    recorded = [e for e in monday.views.audit(case.reference) if e.what == "provision.outcome"]
    assert len(recorded) == 1

    other.goto(f"{served}/clienten/{case.id}/advance_payment")
    other.get_by_label("Afgewezen", exact=True).check()
    other.locator('#outcome textarea[name="note"]').fill("het loket belt morgen terug")
    clock.advance(minutes=31)
    other.get_by_role("button", name="Uitkomst vastleggen").click()
    other.get_by_text("Wat u typte, is bewaard").wait_for()
    other.get_by_label("Uw code").fill(DIRECTOR)
    other.get_by_label("Wachtwoord").fill(PASSWORD)
    other.get_by_role("button", name="Aanmelden").click()
    other.get_by_text("Er is nog niets vastgelegd").wait_for()
    assert other.locator('#outcome textarea[name="note"]').input_value() == "het loket belt morgen terug"
    assert other.get_by_label("Afgewezen", exact=True).is_checked()
    page.context.close()


def _print(how: str, hands: Hands) -> None:
    for name, counted in hands.acts.items():
        print(f"{how} | {name} | {counted.clicks} | {counted.keys} | {counted.seconds:.1f} s")  # noqa: T201
