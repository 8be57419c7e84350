"""Each kind of act in a real browser, with all that goes wrong around a form: nothing typed is lost, and nothing is done twice.

Of each act the page is loaded again and left by Back while something stands in its form, the session ends in the middle of it,
its button is pressed twice, the page that follows is loaded again, left and come back to, and a second tab that was open all the
while sends the same. Which acts there are, that each is done once and its form kept, is in ``test_acts.py``; here one of each
kind of page is enough, for what the browser does around it is the same.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page

from provisions.access import Role
from provisions.app import App
from provisions.usecases.intake import IntakeRequest
from provisions.web.rows import ROW
from tests.builders import typed
from tests.conftest import MovingClock
from tests.door import PASSWORD, signing_in
from tests.web.conftest import AT_TABLE, HERE, HOME, TO_JUDGE
from tests.web.served import at_a_port
from tests.web.test_in_a_browser import PATIENCE, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

WHOEVER_MAY_ALL = "alles-1"
OTHER, NEW = "TR-2026-0005", "TR-2026-0901"
TOO_LONG = 31  # minutes: the session has ended by then
RECORDED = ".utrecht-alert--ok"
NOTHING_LOST = "Dit typte u voordat u werd afgemeld"
NO_MORE = ("kan nu niet meer", "ligt niet meer bij u", "intussen veranderde er iets", "bestaat al")
FILL = """(form, typed) => {
  for (const [name, values] of Object.entries(typed)) for (const value of [values].flat()) {
    const all = [...form.elements].filter((one) => one.name === name);
    const chosen = all.find((one) => ["radio", "checkbox"].includes(one.type) && one.value === value);
    if (chosen) chosen.checked = true; else all[0].value = value;
    (chosen ?? all[0]).dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
STANDS = """(form, typed) => Object.entries(typed).every(([name, values]) =>
  [values].flat().every((value) => new FormData(form).getAll(name).includes(value)))"""
TYPED_HERE = "() => Object.keys(sessionStorage)"


Typed = Mapping[str, str | Sequence[str]]
"""What is filled in, by the name of the field."""


@dataclass(frozen=True)
class Kind:
    """One act. ``key``: of which provision of ``reference``; ``page``: where it is done, empty for that of the case; ``form``:
    a selector; ``line``: what the record says of it, once; ``button``: by which it is sent.
    """

    reference: str
    form: str
    typed: Typed
    line: str
    key: str = ""
    page: str = ""
    button: str = 'button[type="submit"]'

    def address(self, app: App) -> str:
        """Of its page, with the form open."""
        if self.page:
            return self.page
        parts = ["/clienten", str(app.views.case(self.reference).case.id), *([self.key] if self.key else [])]
        return f"{'/'.join(parts)}?doen={self.form.removeprefix('#')}"

    def times(self, app: App) -> int:
        """How often it was done."""
        return sum(entry.what == self.line for entry in app.views.audit(self.reference))


OF_PROVISION = [
    Kind(HERE, "#outcome", {"outcome": "delivered", "note": "gebracht"}, "provision.outcome", "wmo_indication"),
    Kind(HERE, "#again", {"reason": "new_costs", "purpose": "clothing"}, "provision.needed", "special_assistance"),
]
OF_CASE = [
    Kind(OTHER, "#transfer", {"municipality": "havenmeer", "director": "regie-9"}, "case.handover"),
]
OF_LISTS = [
    Kind(
        HERE,
        '[id="over-A-1"]',
        {"reden": "gezien"},
        "approval.approved",
        page="/meekijken",
        button='button[value="akkoord"]',
    ),
    Kind(
        AT_TABLE,
        f'tr[data-reference="{AT_TABLE}"] form[id^="{ROW}"]',
        {"answer": "priority", "remark": "deze week"},
        "rung.answered",
        page="/tafel",
    ),
    Kind(
        TO_JUDGE,
        f'[data-reference="{TO_JUDGE}"] form[id^="{ROW}"]',
        {"answer": "not_submitted", "because": "solved_soon", "remark": "morgen"},
        "rung.submitted",
        page="/maatwerkloket",
    ),
]


@pytest.fixture
def served(app: App, clock: MovingClock) -> Iterator[str]:
    """The door with somebody who holds every role, something that is asked of them, and a client besides those of ``app``."""
    app.cases.intake(IntakeRequest(OTHER, "voluntary", ["id_document"], HOME, director="regie-1"), by=typed("regie-1"))
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    door = signing_in(app, clock)
    everything = [role.value for role in Role]
    door.set_password(app.people.add(WHOEVER_MAY_ALL, everything, [HOME]), PASSWORD, PASSWORD, "")
    with at_a_port(app, door) as base:
        yield base


@dataclass
class Walk:
    """Somebody with two tabs of one browser."""

    app: App
    clock: MovingClock
    base: str
    tab: Page
    other: Page

    def through(self, kind: Kind) -> None:
        """One act, with everything around it."""
        self._through(kind.form, kind.typed, lambda: kind.times(self.app), kind.address(self.app), kind.button)

    def starts_a_case(self) -> None:
        """The same for what is started: its form is checked on a second page before it is sent."""
        fields = {
            "reference": NEW,
            "route": "voluntary",
            "needs": ["id_document", "advance_payment"],
            "own_number": "Z-7",
        }
        self._through("#nieuw", fields, self._started, "/nieuw", 'button[name="confirm"]', self._checks)

    def _started(self) -> int:
        return sum(view.case.reference == NEW for view in self.app.views.all_cases())

    @staticmethod
    def _checks(page: Page) -> None:
        page.locator('#nieuw button[type="submit"]').click()
        page.get_by_text("Er is nog niets vastgelegd").wait_for()

    def _through(
        self,
        form: str,
        fields: Typed,
        times: Callable[[], int],
        address: str,
        button: str,
        first: Callable[[Page], None] = lambda _page: None,
    ) -> None:
        before, tab, other = times(), self.tab, self.other
        for page in (tab, other):
            page.goto(self.base + address)
            self._form(page, form).evaluate(FILL, fields)
        for leave in (tab.reload, self._away_and_back):
            leave()
            assert self._stands(tab, form, fields), (leave, tab.url)
        for page in (tab, other):
            first(page)
        self._comes_back_after_an_ended_session(form, fields, button)
        assert times() == before
        first(tab)
        self._button(tab, button, form).dblclick()
        told = tab.locator(RECORDED)
        told.wait_for()
        tab.reload()
        assert "Vastgelegd" in told.inner_text() or "Gestart" in told.inner_text(), tab.url
        self._away_and_back()
        told.wait_for()
        assert times() == before + 1
        assert not tab.evaluate(TYPED_HERE), "what was carried out is not shown again"
        self._button(other, button, form).click()
        other.get_by_text(NOTHING_LOST).or_(other.get_by_role("alert")).first.wait_for()
        assert NOTHING_LOST in other.content() or any(said in other.content() for said in NO_MORE), other.url
        if other.locator(form).count() and NOTHING_LOST in other.content():
            assert self._stands(other, form, fields)
        assert times() == before + 1

    def _away_and_back(self) -> None:
        self.tab.goto("about:blank")
        self.tab.go_back()

    def _comes_back_after_an_ended_session(self, form: str, fields: Typed, button: str) -> None:
        self.clock.advance(minutes=TOO_LONG)
        self._button(self.tab, button, form).click()
        self.tab.get_by_text("Wat u typte, is bewaard").wait_for()
        self.tab.get_by_label("Uw code").fill(WHOEVER_MAY_ALL)
        self.tab.get_by_label("Wachtwoord").fill(PASSWORD)
        self.tab.get_by_role("button", name="Aanmelden").click()
        self.tab.get_by_text(NOTHING_LOST).first.wait_for()
        assert self._stands(self.tab, form, fields), self.tab.url

    def _stands(self, page: Page, form: str, fields: Typed) -> bool:
        stands: bool = self._form(page, form).evaluate(STANDS, fields)
        return stands

    @staticmethod
    def _form(page: Page, form: str) -> Locator:
        return page.locator(form).first

    @staticmethod
    def _button(page: Page, button: str, form: str) -> Locator:
        """In its form, or on the page where that is checked."""
        inside = page.locator(f"{form} {button}")
        return inside.first if inside.count() else page.locator(f"main form {button}").first


def test_nothing_is_lost_and_nothing_is_done_twice(
    chromium_itself: Chromium, served: str, app: App, clock: MovingClock
) -> None:
    tab = signed_in(chromium_itself, served, WHOEVER_MAY_ALL)
    walk = Walk(app, clock, served, tab, tab.context.new_page())
    walk.tab.context.set_default_timeout(PATIENCE)
    for kind in (*OF_PROVISION, *OF_CASE, *OF_LISTS):
        walk.through(kind)
    walk.starts_a_case()
    tab.context.close()


def test_what_is_typed_is_thrown_away_and_nobody_else_finds_it(
    chromium_itself: Chromium, served: str, app: App, clock: MovingClock
) -> None:
    colleague = "regie-8"
    door = signing_in(app, clock)
    door.set_password(app.people.add(colleague, [Role.CASE_DIRECTOR.value], [HOME]), PASSWORD, PASSWORD, "")
    tab = signed_in(chromium_itself, served, WHOEVER_MAY_ALL)
    other = tab.context.new_page()
    number, said = tab.get_by_label("Referentie van het traject"), tab.get_by_text("Dit typte u hier eerder")
    sent: list[str] = []
    tab.context.on("request", lambda asked: sent.append(asked.url) if asked.method == "POST" else None)
    for page in (tab, other):
        page.goto(f"{served}/nieuw")
        page.get_by_label("Referentie van het traject").fill(NEW)
    tab.reload()
    assert (number.input_value(), said.count()) == (NEW, 1)
    tab.get_by_role("button", name="Weggooien").click()
    assert (number.input_value(), said.count()) == ("", 0)
    tab.reload()
    assert (number.input_value(), said.count()) == ("", 0)
    number.fill(NEW)
    assert not sent, "what is typed goes nowhere"
    clock.advance(minutes=TOO_LONG)
    _signs_in(tab, served, WHOEVER_MAY_ALL)
    tab.goto(f"{served}/nieuw")
    assert number.input_value() == NEW, "the session ended: it is the same person's"
    clock.advance(minutes=TOO_LONG)
    _signs_in(tab, served, colleague)
    assert not tab.evaluate(TYPED_HERE)
    assert other.evaluate(TYPED_HERE)
    tab.get_by_role("button", name="Afmelden").click()
    tab.wait_for_url("**/aanmelden")
    other.wait_for_function("() => sessionStorage.length === 0")
    tab.context.close()


def test_what_is_refused_is_what_was_sent(chromium_itself: Chromium, served: str, app: App) -> None:
    """Not what stood in the same form before, at another address of it; and Back finds it again."""
    kind = OF_PROVISION[0]
    address = served + kind.address(app)
    tab = signed_in(chromium_itself, served, WHOEVER_MAY_ALL)
    note = tab.locator("#outcome textarea[name=note]")
    tab.goto(address.partition("?")[0])
    tab.get_by_label("Geregeld").first.check()
    note.fill("eerst dit")
    tab.goto(address)
    assert note.input_value() == ""
    note.evaluate(
        "(one, typed) => { one.value = typed; one.dispatchEvent(new Event('input', { bubbles: true })); }", "toen dit"
    )
    tab.locator("#outcome").get_by_role("button").last.click()
    tab.get_by_role("alert").wait_for()
    assert note.input_value() == "toen dit"
    tab.go_back()
    assert note.input_value() == "toen dit"
    assert kind.times(app) == 0
    tab.context.close()


def test_what_is_typed_for_a_colleague_stays_and_the_address_that_follows_is_kept_nowhere(
    chromium_itself: Chromium, served: str
) -> None:
    tab = signed_in(chromium_itself, served, WHOEVER_MAY_ALL)
    form, typed = tab.locator("#toevoegen"), {"code": "regie-77", "rol": ["case_director"], "gemeente": [HOME]}
    tab.goto(f"{served}/beheer")
    form.evaluate(FILL, typed)
    tab.reload()
    assert form.evaluate(STANDS, typed)
    tab.get_by_role("button", name="Voeg toe en maak een adres").click()
    tab.get_by_text("Het werkt 24 uur en één keer").wait_for()
    assert not tab.evaluate(TYPED_HERE)
    tab.get_by_role("link", name="Terug naar mensen").click()
    assert tab.get_by_label("Code van de medewerker").input_value() == ""
    tab.context.close()


def test_what_is_typed_in_a_row_that_is_gone_is_told(chromium_itself: Chromium, served: str, app: App) -> None:
    kind = OF_LISTS[1]
    tab = signed_in(chromium_itself, served, WHOEVER_MAY_ALL)
    said = tab.get_by_text("dat formulier staat er niet meer")
    tab.goto(served + kind.page)
    tab.locator(kind.form).first.evaluate(FILL, kind.typed)
    (view,) = [p for p in app.views.case(AT_TABLE).provisions if p.lies_with]
    app.cases.answer(AT_TABLE, view.provision.key, "doorbraaktafel", "other_route", by=typed("tafel-1"))
    tab.reload()
    assert said.count() == 1
    assert AT_TABLE in said.inner_text()
    assert "deze week" in said.inner_text()
    assert "Voorrang" in said.inner_text(), "what was chosen is said in words"
    tab.get_by_role("button", name="Weggooien").click()
    tab.reload()
    assert said.count() == 0
    tab.context.close()


def _signs_in(tab: Page, base: str, code: str) -> None:
    tab.goto(f"{base}/werk")
    tab.get_by_label("Uw code").fill(code)
    tab.get_by_label("Wachtwoord").fill(PASSWORD)
    tab.get_by_role("button", name="Aanmelden").click()
    tab.wait_for_url("**/werk")
