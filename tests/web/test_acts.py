"""What is done on the pages of a client: each act, what it says afterwards, and that nothing is done twice or past anybody."""

import ast
import html
import inspect
import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from provisions.access import UseCase
from provisions.app import App
from provisions.settings import PROJECT
from provisions.store.submissions import MOST_PAGES
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.signing_in import IDLE
from provisions.views.cases import Views
from provisions.views.standing import CaseView
from provisions.web import acts_of_case, acts_of_provision
from tests.builders import day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD
from tests.web.conftest import HERE, HOME, THERE, Browser, NewBrowser

NUMBER = re.compile(r'name="nummer" value="([0-9a-f]{32})"')


def plan(app: App, key: str = "", reference: str = HERE) -> str:
    page = f"/clienten/{app.views.case(reference).case.id}"
    return f"{page}/{key}" if key else page


def unseen(page: str, act: str) -> dict[str, str]:
    """What goes unseen with one form of the page, and what stands in its fields at first."""
    found = re.search(rf'<form[^>]* id="{act}".*?</form>', page, re.DOTALL)
    assert found, f"no form {act}"
    inputs = re.findall(r'<input type="(?:hidden|date)" name="([^"]+)" value="([^"]*)"', found[0])
    return {name: html.unescape(value) for name, value in inputs}


def does(browser: Browser, path: str, act: str, **typed: str) -> str:
    """Open the page and send one of its forms."""
    browser.opens(path)
    return sends(browser, path, unseen(browser.last, act) | typed)


def sends(browser: Browser, path: str, values: dict[str, str]) -> str:
    response = browser.client.post(path, data=values)
    browser.last, browser.status = response.text, response.status_code
    return browser.last


def offered(page: str) -> set[str]:
    return set(re.findall(r'name="handeling" value="([^"]+)"', page))


def states(app: App, reference: str = HERE) -> dict[str, str]:
    return {p.provision.key: p.status for p in app.views.case(reference).provisions}


def audit(app: App, reference: str = HERE) -> list[str]:
    return [line.what for line in app.views.audit(reference) if not line.what.startswith("message.")]


def test_an_outcome_is_recorded_said_and_taken_back(browser: Browser, app: App, clock: MovingClock) -> None:
    clock.advance(hours=1)
    path = plan(app, "id_document")
    browser.signs_in("regie-1")
    page = does(browser, path, "outcome", outcome="delivered", paid_by="free", note="opgehaald met begeleider")
    assert browser.status == 200
    assert states(app)["id_document"] == "delivered"
    assert 'role="status"' in page
    assert "uitkomst: geregeld" in page
    assert "vertrekt om 11.05 uur" in page, "letters wait five minutes"
    assert "undo" in offered(page)
    [line] = [line for line in app.views.audit(HERE) if line.what == "provision.outcome"]
    assert (line.by, line.data["via"], line.data["fields"]) == ("regie-1", "web", {"paid_by": "free"})
    sends(browser, path, unseen(page, "undo"))
    assert states(app)["id_document"] == "waiting"
    assert "undo" not in offered(browser.last)


def test_taking_back_is_offered_to_its_author_for_a_quarter(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    clock.advance(hours=1)
    path = plan(app, "special_assistance")
    author, other = make_browser().signs_in("regie-1"), make_browser().signs_in("teamleider-1")
    does(author, path, "milestone", name="applied")
    assert "undo" in offered(author.opens(path))
    assert "undo" not in offered(other.opens(path))
    clock.advance(minutes=16)
    assert "undo" not in offered(author.opens(path))


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(browser: Browser, app: App) -> None:
    path, before = plan(app, "id_document"), audit(app)
    browser.signs_in("regie-1")
    page = does(browser, path, "outcome", outcome="delivered", on="2026-11-13", note="kaart ligt klaar")
    assert browser.status == 422
    assert 'role="alert"' in page
    assert '<a href="#outcome-on">' in page
    assert 'aria-describedby="outcome-on-fout"' in page
    assert "ligt in de toekomst (vandaag is 12 november 2026)" in page
    assert "kaart ligt klaar" in page
    assert re.search(r'value="delivered"[^>]*checked', page)
    page = does(browser, path, "outcome", on="gisteren")
    assert browser.status == 422
    assert '<a href="#outcome-outcome">' in page
    page = does(browser, path, "outcome", outcome="delivered", note="bel 06-12345678")
    assert browser.status == 422
    assert '<a href="#outcome-note">' in page
    page = does(browser, path, "outcome", outcome="delivered", on="2026-10-01")
    assert browser.status == 422
    assert '<a href="#outcome-on">' in page, "also what the use case says of a day"
    assert "id_document" not in re.sub(r"<[^>]+>", "", page)
    assert audit(app) == before


def test_what_is_not_possible_any_more_is_said_and_changes_nothing(browser: Browser, app: App) -> None:
    path = plan(app, "special_assistance")
    browser.signs_in("regie-1").opens(path)
    form = unseen(browser.last, "suspend") | {"reason": "client_asks", "until": "2026-12-24"}
    page = sends(browser, path, form)
    assert browser.status == 422
    assert '<a href="#suspend-ask">' in page, "what helps is named as the page calls it"
    page = sends(browser, path, unseen(page, "suspend") | {"reason": "client_asks", "until": "2026-12-24", "ask": "ja"})
    assert "Gevraagd: A-" in page
    assert "suspend" in offered(page), "nothing has changed"


def test_sent_twice_is_done_once_and_told_again(browser: Browser, app: App) -> None:
    path = plan(app)
    browser.signs_in("regie-1").opens(path)
    form = unseen(browser.last, "note") | {"note": "gebeld met het loket"}
    first = sends(browser, path, form)
    second = sends(browser, path, form)
    assert audit(app).count("case.noted") == 1
    assert "<strong>Vastgelegd</strong>" in first
    assert "er is niets opnieuw gedaan" in second
    assert "Notitie." in second


def test_what_was_sent_is_nobody_elses(make_browser: NewBrowser, app: App) -> None:
    path = plan(app)
    one, other = make_browser().signs_in("regie-1"), make_browser().signs_in("teamleider-1")
    does(one, path, "note", note="gebeld")
    number = re.search(r"gedaan=([0-9a-f]{32})", str(one.client.get(path).request.url))
    sent = [str(r.url) for r in one.client.post(path, data=unseen(one.opens(path), "note") | {"note": "x"}).history]
    assert number is None
    assert sent
    shown = other.opens(f"{path}?gedaan=00000000000000000000000000000000")
    assert 'role="status"' not in shown


def test_a_second_tab_is_shown_what_the_first_did(browser: Browser, app: App) -> None:
    path = plan(app, "id_document")
    browser.signs_in("regie-1")
    tabs = [unseen(browser.opens(path), "outcome") for _ in range(2)]
    sends(browser, path, tabs[0] | {"outcome": "delivered"})
    page = sends(browser, path, tabs[1] | {"outcome": "delivered"})
    assert browser.status == 409
    assert "uitkomst: geregeld" in page
    assert audit(app).count("provision.outcome") == 1


@pytest.mark.parametrize(
    ("key", "act", "chosen"),
    [("special_assistance", "why", {"cause": "no_funding"}), ("", "contact", {"contact": "together"})],
)
def test_what_somebody_else_records_while_the_page_is_made_is_shown_first(
    browser: Browser, app: App, monkeypatch: pytest.MonkeyPatch, key: str, act: str, chosen: dict[str, str]
) -> None:
    path, read = plan(app, key), Views.at
    browser.signs_in("regie-1")

    def read_just_before_it(views: Views, address: UUID) -> tuple[int, CaseView] | None:
        found = read(views, address)
        app.cases.note(HERE, "gebeld met het loket", by=typed("teamleider-1"))
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Views, "at", read_just_before_it)
        browser.opens(path)
    before = audit(app)
    page = sends(browser, path, unseen(browser.last, act) | chosen)
    assert (browser.status, "teamleider-1: notitie" in page) == (409, True)
    assert audit(app) == before


def test_what_somebody_else_recorded_meanwhile_is_shown_first(make_browser: NewBrowser, app: App) -> None:
    path = plan(app, "id_document")
    one, other = make_browser().signs_in("regie-1"), make_browser().signs_in("teamleider-1")
    form = unseen(one.opens(path), "milestone") | {"name": "ready"}
    does(other, path, "outcome", outcome="refused")
    page = sends(one, path, form)
    assert one.status == 409
    assert 'role="alert"' in page
    assert "teamleider-1: uitkomst: afgewezen" in page
    assert "provision.milestone" not in audit(app)
    sends(one, path, unseen(page, "milestone") | {"name": "ready"})
    assert one.status == 200
    assert "provision.milestone" in audit(app), "whoever has seen it may go on"


def test_what_was_typed_when_the_session_ended_is_there_after_signing_in(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    path = plan(app)
    one = make_browser().signs_in("regie-1")
    form = unseen(one.opens(path), "note") | {"note": "gebeld over de huur"}
    clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    page = sends(one, path, form)
    assert "<h1>Aanmelden</h1>" in page
    assert "is bewaard" in page
    assert "huur" not in page
    other = make_browser().signs_in("teamleider-1")
    assert "huur" not in other.opens(path)
    one.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    assert "gebeld over de huur" in one.last
    assert "case.noted" not in audit(app)
    sends(one, path, unseen(one.last, "note") | {"note": "gebeld over de huur"})
    assert audit(app).count("case.noted") == 1
    assert "gebeld over de huur" not in unseen(one.opens(path), "note").values()
    clock.advance(minutes=31)
    sends(one, path, form | {"nummer": "0" * 32})
    clock.advance(minutes=31)
    app.submissions.clear()
    assert "U was te lang weg" not in one.opens(path)


def test_a_tab_that_was_open_before_signing_in_anew_loses_nothing_and_does_nothing(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    """The session ended with tabs open: in the first one signs in, the others are of the session before."""
    path = plan(app, "special_assistance")
    one = make_browser().signs_in("regie-1")
    page = one.opens(path)
    note = unseen(page, "note") | {"note": "gebeld over de huur"}
    outcome = unseen(page, "outcome") | {"outcome": "refused", "note": "brief volgt"}
    clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    before = audit(app)
    one.signs_in("regie-1")
    page = sends(one, path, note)
    assert (one.status, "Dit typte u voordat u werd afgemeld" in page, "gebeld over de huur" in page) == (
        200,
        True,
        True,
    )
    assert audit(app) == before, "it is not carried out"
    sends(one, path, unseen(page, "note") | {"note": "gebeld over de huur"})
    assert audit(app)[len(before) :] == ["case.noted"]
    other = make_browser().signs_in("teamleider-1")
    sends(other, path, outcome)
    assert other.status == 403, "of somebody else it is refused, and kept for nobody"
    assert "brief volgt" not in other.opens(path) + one.opens(path)
    does(one, path, "outcome", outcome="delivered")
    page = sends(one, path, outcome)
    assert ("kan nu niet meer: Uitkomst" in page, "Dit typte u: brief volgt" in page) == (True, True)
    assert audit(app).count("provision.outcome") == 1


def test_what_was_typed_for_what_is_gone_by_then_is_shown(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    path = plan(app, "special_assistance")
    one = make_browser().signs_in("regie-1")
    form = unseen(one.opens(path), "outcome") | {"outcome": "refused", "note": "brief volgt"}
    clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    sends(one, path, form)
    app.cases.record_outcome(HERE, "special_assistance", "delivered", by=typed("regie-2"))
    one.fills("/aanmelden", code="regie-1", password=PASSWORD, second="")
    one.opens(path)
    assert 'role="alert"' in one.last
    assert "kan nu niet meer: Uitkomst" in one.last
    assert "Dit typte u: brief volgt" in one.last


def test_nothing_is_kept_for_somebody_whose_form_it_was_not(browser: Browser, app: App, clock: MovingClock) -> None:
    path = plan(app)
    browser.signs_in("regie-1")
    form = unseen(browser.opens(path), "note") | {"note": "gebeld", "van": "teamleider-1~" + "0" * 64}
    clock.advance(minutes=31)
    assert "is bewaard" not in sends(browser, path, form)


@pytest.mark.parametrize("code", ["regie-9", "tafel-1", "stuur-1", "fg-1", "beheer-1"])
def test_what_is_not_ones_own_can_not_be_changed(make_browser: NewBrowser, app: App, code: str) -> None:
    page = make_browser().signs_in("regie-1").opens(plan(app, "special_assistance"))
    browser = make_browser().signs_in(code)
    browser.opens("/werk")
    token = re.search(r'name="csrf" value="([^"]+)"', browser.last)
    assert token
    before = audit(app)
    for path in (plan(app), plan(app, "special_assistance")):
        sends(browser, path, unseen(page, "note") | {"csrf": token[1], "note": "van een ander"})
        assert browser.status == 404
    assert audit(app) == before


def test_only_what_can_be_done_now_is_offered(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1")
    app.cases.intake(
        IntakeRequest("TR-2026-0009", "voluntary", ["id_document", "postal_address"], municipality=HOME), by=typed("x")
    )
    waits = offered(browser.opens(plan(app, "postal_address", "TR-2026-0009")))
    assert {"waive", "why", "note", "outcome"} <= waits
    assert not {"suspend", "resume", "answer", "urgent", "agree", "reopen", "again"} & waits
    runs = offered(browser.opens(plan(app, "special_assistance")))
    assert {"outcome", "suspend", "milestone", "why", "again"} <= runs
    assert not {"waive", "resume", "submit", "reopen", "move"} & runs
    late = offered(browser.opens(plan(app, "id_document")))
    assert "answer" in late
    whole = offered(browser.opens(plan(app)))
    assert {"add", "note", "contact", "brp", "number", "ask_rest", "transfer", "close"} <= whole
    assert not {"wake", "reopen", "rest", "assign", "take_over"} & whole
    for key in ("housing", "id_document~1", "id_document~2", "nergens"):
        browser.opens(plan(app, key))
        assert browser.status == 404


# What is sent with each act, on which page, and the line of the record that follows.
TYPED = "2026-11-05"
NOT_GUARDED = {"note"}  # nothing that others do meanwhile makes it wrong
ACTS = [
    ("special_assistance", "suspend", {"reason": "client_asks", "until": "2026-11-20"}, "clock.suspended"),
    ("special_assistance", "why", {"cause": "no_funding"}, "provision.cause"),
    ("special_assistance", "milestone", {"name": "applied"}, "provision.milestone"),
    ("special_assistance", "again", {"reason": "new_costs", "purpose": "clothing"}, "provision.needed"),
    ("special_assistance", "number", {"number": "Z2026-12"}, "provision.number"),
    ("special_assistance", "note", {"note": "gebeld"}, "case.noted"),
    ("id_document", "answer", {"rung": "doorbraaktafel", "answer": "priority"}, "rung.answered"),
    ("special_assistance", "reply", {"said": "call_me", "remark": "voor tien uur"}, "provision.replied"),
    ("", "contact", {"contact": "together"}, "case.contact"),
    ("", "living", {"living": "shelter", "losing_place": "yes", "wlz": "none"}, "case.living"),
    ("", "place_ends", {"ends": "2026-12-12", "kind": "lease", "because": "arrears"}, "place.ends"),
    ("", "brp", {"brp": "registered"}, "case.brp"),
    ("", "number", {"number": "Z2026-12"}, "case.number"),
    ("", "add", {"key": "advance_payment"}, "provision.needed"),
    ("", "add", {"key": "benefit_decision", "ground": "identiteit staat vast"}, "provision.waived"),
    ("", "ask_rest", {"reason": "out_of_sight"}, "approval.asked"),
    ("", "transfer", {"municipality": "havenmeer"}, "case.handover"),
    ("", "close", {"reason": "died"}, "case.closed"),
    ("", "keep", {"reason": "er loopt een klacht"}, "notes.kept"),
]


@pytest.mark.parametrize(("key", "act", "typed", "line"), ACTS, ids=[f"{act} {key}" for key, act, _, _ in ACTS])
def test_each_act_of_a_director(
    browser: Browser, app: App, key: str, act: str, typed: dict[str, str], line: str
) -> None:
    """Done once: pressed twice it says what was done, and a second tab is shown it before anything else is done."""
    path = plan(app, key)
    browser.signs_in("regie-1")
    before = len(audit(app))
    first, second = (unseen(browser.opens(path), act) | typed for _ in range(2))
    page = sends(browser, path, first)
    assert browser.status == 200, re.findall(r'role="alert".*?</div>', page, re.DOTALL)
    recorded = audit(app)
    assert line in recorded[before:]
    assert 'role="status"' in page
    assert app.views.audit(HERE)[-1].by == "regie-1"
    assert "er is niets opnieuw gedaan" in sends(browser, path, first)
    sends(browser, path, second)
    if act in NOT_GUARDED:
        assert browser.status == 200
    else:
        assert browser.status in (409, 422)
        assert 'role="alert"' in browser.last
        assert audit(app) == recorded


def test_every_form_of_a_plan_keeps_what_was_typed_when_the_session_ended(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    """Whatever can be done there: the form stands open after signing in, with what was chosen and written in it."""
    before, after = make_browser().signs_in("regie-1"), make_browser()
    paths = [plan(app), *(plan(app, key) for key in ("special_assistance", "id_document"))]
    pages = {path: before.opens(path) for path in paths}
    forms = [(path, name, unseen(page, name)) for path, page in pages.items() for name in sorted(offered(page))]
    assert len(forms) > 30
    clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
    after.signs_in("regie-1")
    for path, name, form in forms:
        assert "is bewaard" in sends(before, path, form | {"note": "stond er", "on": TYPED}), name
        shown = re.search(rf'<form[^>]* id="{name}".*?</form>', after.opens(path), re.DOTALL)
        assert shown, name
        assert "Dit typte u voordat u werd afgemeld" in shown[0], name
        for field, value in (("note", "stond er</textarea>"), ("on", f'value="{TYPED}"')):
            assert value in shown[0] or f'name="{field}"' not in shown[0], (name, field)


def test_a_stop_ends_a_closed_one_is_reopened_and_a_follow_up_is_done(browser: Browser, app: App) -> None:
    path = plan(app, "special_assistance")
    browser.signs_in("regie-1")
    does(browser, path, "suspend", reason="client_documents", until="2026-11-30")
    does(browser, path, "resume")
    assert states(app)["special_assistance"] == "waiting"
    does(browser, path, "outcome", outcome="withdrawn", why="client_declines")
    assert states(app)["special_assistance"] == "withdrawn"
    page = does(browser, path, "reopen", reason="verkeerde regel")
    assert states(app)["special_assistance"] == "waiting"
    does(browser, path, "outcome", outcome="refused", cause="not_ours")
    page = browser.opens(path)
    assert "followup" in offered(page)
    names = re.findall(r'name="name" value="([^"]+)"', page)
    does(browser, path, "followup", name=names[0])
    assert "follow_up.done" in audit(app)


def test_a_team_lead_puts_at_rest_wakes_assigns_and_names_a_deputy(browser: Browser, app: App) -> None:
    browser.signs_in("teamleider-1")
    path = plan(app)
    assert "ask_rest" not in offered(browser.opens(path))
    does(browser, path, "rest", reason="abroad")
    assert app.views.case(HERE).resting
    does(browser, path, "wake")
    assert not app.views.case(HERE).resting
    does(browser, path, "assign", director="regie-2")
    assert app.views.case(HERE).case.director == "regie-2"
    page = does(browser, path, "away", start="2026-11-13", until="2026-11-20", deputy="regie-1")
    assert "regie-1 vervangt regie-2 tot en met 20 november 2026" in page


def test_a_handover_is_taken_over_by_the_other_municipality(make_browser: NewBrowser, app: App) -> None:
    old, new = make_browser().signs_in("regie-1"), make_browser().signs_in("regie-9")
    path = plan(app)
    new.opens(path)
    assert new.status == 404
    does(old, path, "transfer", municipality="havenmeer", director="regie-9")
    assert "take_over" not in offered(old.opens(path))
    assert offered(new.opens(path)) == {"take_over"}
    page = does(new, path, "take_over", decision="decline")
    assert new.status == 422
    assert '<a href="#take_over-because">' in page
    does(new, path, "take_over", decision="accept")
    assert app.views.case(HERE).case.municipality == "havenmeer"
    assert "note" in offered(new.opens(path))


def test_an_officer_judges_what_waits(browser: Browser, app: App) -> None:
    path = plan(app, "id_document", "TR-2026-0004")
    browser.signs_in("maatwerk-1")
    page = browser.opens(path)
    assert offered(page) == {"submit"}
    does(browser, path, "submit", answer="not_submitted", because="solved_soon", checked="ja")
    assert "rung.submitted" in audit(app, "TR-2026-0004")


def test_a_table_answers_what_lies_with_it(browser: Browser, app: App) -> None:
    path = plan(app, "id_document")
    browser.signs_in("tafel-1")
    assert offered(browser.opens(path)) == {"answer"}
    does(browser, path, "answer", rung="doorbraaktafel", answer="back_to_counter", cause="capacity")
    assert "rung.answered" in audit(app), browser.last[:3000]


def test_another_round_has_a_page_of_its_own(browser: Browser, app: App) -> None:
    app.cases.record_outcome(HERE, "id_document", "delivered", by=typed("regie-1"), on=day("2026-11-11"))
    browser.signs_in("regie-1")
    page = does(browser, plan(app, "id_document"), "again", reason="lost")
    assert 'data-key="id_document"' in page
    page = browser.opens(plan(app, "id_document~2"))
    assert browser.status == 200
    does(browser, plan(app, "id_document~2"), "outcome", outcome="delivered")
    assert [p.status for p in app.views.case(HERE).provisions if p.provision.key == "id_document"] == ["delivered"] * 2


def test_a_case_of_another_municipality_is_no_page(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1")
    for path in (plan(app, "", THERE), plan(app, "id_document", THERE)):
        browser.opens(path)
        assert browser.status == 404


def _rights_that_use_cases_take() -> dict[str, set[UseCase]]:
    """By the name of a use case: each right that it declares."""
    found: dict[str, set[UseCase]] = {}
    for path in (PROJECT / "provisions" / "usecases").glob("*.py"):
        for method in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(method, ast.FunctionDef):
                declared = re.findall(r"self\._doing\(by, UseCase\.(\w+)\)", ast.unparse(method))
                found.setdefault(method.name, set()).update(UseCase[name] for name in declared)
    return found


def test_an_act_is_offered_to_whoever_has_a_right_that_it_takes() -> None:
    takes, known = _rights_that_use_cases_take(), 0
    for act in (*acts_of_case.ACTS, *acts_of_provision.ACTS):
        called = re.findall(r"cases\.(\w+)", inspect.getsource(act.does))
        assert not called or any(act.right in takes[name] for name in called), act.name
        known += bool(called)
    assert known > 30, "most acts call a use case by its name"


def test_what_is_typed_is_kept_of_some_pages_and_of_none_whose_address_is_none_of_ours(
    browser: Browser, app: App
) -> None:
    """Whoever once had a page may send its form without being in, for ever: that fills no disk, and breaks nothing."""
    page = browser.signs_in("regie-1").opens(plan(app))
    sent = {"van": html.unescape(re.findall(r'name="van" value="([^"]+)"', page)[0])}
    browser.client.cookies.clear()
    sent["csrf"] = re.findall(r'name="csrf" value="([^"]+)"', browser.client.get("/aanmelden").text)[0]
    browser.client.follow_redirects = False
    for number in range(25):
        response = browser.client.post(f"/clienten/nergens-{number}", data=sent)
        assert response.headers["location"] == f"/aanmelden?naar=/clienten/nergens-{number}&bewaard=ja"
    assert browser.client.post(f"/clienten/{'ver' * 1000}", data=sent).headers["location"] == "/aanmelden"
    with app.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM typed")).scalar_one() == MOST_PAGES
