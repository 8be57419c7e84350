"""Four eyes, the table and the officer: each sees what is asked of it, answers in its row, and then it is gone."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from provisions.access.log import Logged
from provisions.app import App
from provisions.settings import PROJECT
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.signing_in import IDLE
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock
from tests.door import PASSWORD
from tests.web.conftest import AT_TABLE, HERE, HOME, ROLES, THERE, TO_JUDGE, Browser, NewBrowser
from tests.web.test_acts import sends, unseen

REASON = "not_tried_here"


def row_of(page: str, reference: str, key: str = "id_document") -> str:
    """The name of the form in the row of a provision."""
    found = re.search(rf'data-reference="{reference}" data-key="{key}".*?<form[^>]* id="(rij-[\w-]+)"', page, re.DOTALL)
    assert found is not None, f"{reference} has no row"
    return found[1]


def answers(browser: Browser, path: str, row: str, **filled: str) -> str:
    """Send the form of a row as it stands on the page that was opened last."""
    return sends(browser, path, unseen(browser.last, row) | filled)


def decides(browser: Browser, number: str, **filled: str) -> str:
    return sends(browser, "/meekijken", unseen(browser.last, f"over-{number}") | filled)


def refusals(app: App, code: str) -> int:
    return sum(look.what is Logged.NOT_ALLOWED for look in app.looks.of(code))


@pytest.mark.parametrize("code", ROLES)
def test_each_page_is_for_those_who_answer_and_who_else_came_is_written_down(
    browser: Browser, app: App, code: str
) -> None:
    browser.signs_in(code)
    directs = code in ("regie-1", "regie-9", "teamleider-1")
    for path, may in (
        ("/meekijken", directs),
        ("/tafel", directs or code == "tafel-1"),
        ("/maatwerkloket", code == "maatwerk-1"),
    ):
        before = refusals(app, code)
        browser.opens(path)
        assert browser.status == (200 if may else 404), path
        assert refusals(app, code) == before + (not may), path
        if code != "regie-9":
            assert THERE not in browser.last


def test_a_team_lead_agrees_and_the_asker_sees_it(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    app.cases.ask_rest(THERE, reason="out_of_sight", by=typed("regie-9"))
    lead = make_browser().signs_in("teamleider-1")
    page = lead.opens("/meekijken")
    assert lead.shown == {HERE}
    assert "met ingang van 12 november 2026" in page
    form = unseen(page, "over-A-1")
    sends(lead, "/meekijken", form | {"besluit": "niet", "reden": "bel 06-12345678"})
    assert (lead.status, 'href="#over-A-1-reden"' in lead.last) == (422, True)
    assert "bel 06-12345678" in lead.last, "what was typed is kept"
    sends(lead, "/meekijken", form | {"besluit": "niet", "reden": ""})
    assert (lead.status, 'href="#over-A-1-reden"' in lead.last) == (422, True)
    assert app.views.case(HERE).resting is None
    agreed = unseen(lead.last, "over-A-1") | {"besluit": "akkoord", "reden": ""}
    sends(lead, "/meekijken", agreed)
    assert "A-1 is goedgekeurd" in lead.last
    assert app.views.case(HERE).resting is not None
    entry = next(e for e in app.views.audit(HERE) if e.what == "approval.approved")
    assert (entry.data["approved_by"], entry.data["via"]) == ("teamleider-1", "web")
    assert "er is niets opnieuw gedaan" in sends(lead, "/meekijken", agreed)
    assert "A-1 is goedgekeurd" in lead.last
    sends(lead, "/meekijken", agreed | {"nummer": "0" * 32})
    assert (lead.status, "al goedgekeurd" in lead.last) == (409, True), "a second tab"
    sends(lead, "/meekijken", agreed | {"handeling": "over-A-2", "nummer": "1" * 32})
    assert lead.status == 404, "another municipality's"
    asker = make_browser().signs_in("regie-1")
    assert "is goedgekeurd" in asker.last
    assert "goedgekeurd door teamleider-1" in asker.opens("/meekijken").lower()


def test_what_is_asked_is_marked_with_its_case_and_its_provision(make_browser: NewBrowser, app: App) -> None:
    until, by = app.clock().date() + timedelta(weeks=6), typed("regie-1")
    app.cases.ask_stop(HERE, "special_assistance", reason="client_asks", until=until, by=by)
    app.cases.ask_rest(HERE, reason="out_of_sight", by=by)
    marks = re.compile(rf'data-reference="{HERE}"(?: data-key="([^"]+)")?>')
    lead = make_browser().signs_in("teamleider-1")
    assert marks.findall(lead.opens("/meekijken")) == ["special_assistance", ""]
    decides(lead, "A-1", besluit="akkoord")
    assert marks.findall(lead.opens("/meekijken")) == ["", "special_assistance"]


def test_what_is_not_possible_any_more_lapses_and_says_why(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_stop(
        HERE,
        "special_assistance",
        reason="client_asks",
        until=app.clock().date() + timedelta(weeks=6),
        by=typed("regie-1"),
    )
    app.cases.record_outcome(HERE, "special_assistance", "delivered", by=typed("regie-1"))
    lead = make_browser().signs_in("teamleider-1")
    if "over-A-1" in lead.opens("/meekijken"):
        decides(lead, "A-1", besluit="akkoord")
    assert 'role="alert"' not in lead.last
    assert {a.state for a in app.views.case(HERE).case.approvals} == {"lapsed"}


def test_nobody_decides_who_may_not(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-2"))
    director = make_browser().signs_in("regie-1")
    director.opens("/meekijken")
    director.fills("/meekijken", handeling="over-A-1", besluit="akkoord")
    assert director.status == 404
    assert app.views.case(HERE).resting is None


def test_the_table_answers_in_the_row(make_browser: NewBrowser, app: App) -> None:
    table = make_browser().signs_in("tafel-1")
    page = table.opens("/tafel")
    assert table.shown == {HERE, AT_TABLE}
    assert "Vastgelegd</strong>" not in page, "nothing was done yet"
    assert page.count('type="radio" name="answer"') == 7 * page.count('name="handeling"')
    row = row_of(page, AT_TABLE)
    answers(table, "/tafel", row)
    assert (table.status, f'href="#{row}-answer"' in table.last) == (422, True)
    answers(table, "/tafel", row, answer="customised_budget", amount="120,505", purpose="keep_place")
    assert (table.status, "centen" in table.last) == (422, True)
    assert 'value="120,505"' in table.last, "what was typed is kept"
    answered = unseen(table.last, row) | {"answer": "priority", "cause": "capacity", "amount": "99"}
    sends(table, "/tafel", answered)
    assert (table.status, "Vastgelegd</strong>" in table.last) == (200, True)
    assert row_of(table.last, HERE) != row
    assert f'data-reference="{AT_TABLE}"' not in table.last
    earlier = table.last[table.last.index('id="eerder"') :]
    assert AT_TABLE in earlier
    assert "voorrang" in earlier
    (view,) = app.views.case(AT_TABLE).provisions
    assert (view.lies_with, view.provision.cause) == ("loket", "capacity")
    assert "er is niets opnieuw gedaan" in sends(table, "/tafel", answered)
    sends(table, "/tafel", answered | {"nummer": "0" * 32, "answer": "unresolved", "remark": "volgende week weer"})
    assert (table.status, "niet (meer) bij u" in table.last) == (409, True), "a second tab"
    assert "Dit typte u: volgende week weer" in table.last
    (there,) = {p.id for p in app.views.case(THERE).provisions if p.provision.key == "id_document"}
    sends(table, "/tafel", answered | {"nummer": "1" * 32, "handeling": f"rij-{there}", "answer": "unresolved"})
    assert table.status == 409
    app.cases.record_outcome(AT_TABLE, "id_document", "delivered", by=typed("regie-2"))
    assert "Geregeld op do 12 november" in table.opens("/tafel")


def test_an_amount_of_the_table_is_asked_of_somebody_else_at_once(make_browser: NewBrowser) -> None:
    table = make_browser().signs_in("tafel-1")
    row = row_of(table.opens("/tafel"), HERE)
    answers(table, "/tafel", row, answer="customised_budget", amount="120,50", purpose="keep_place")
    assert table.status == 200
    assert row_of(table.last, AT_TABLE) != row
    assert f'data-reference="{HERE}" data-key="id_document"' not in table.last
    lead = make_browser().signs_in("teamleider-1")
    assert HERE in lead.opens("/meekijken")
    assert "€ 120,50" in html.unescape(lead.last)


def test_what_others_recorded_meanwhile_is_shown_before_an_answer(make_browser: NewBrowser, app: App) -> None:
    table = make_browser().signs_in("tafel-1")
    row = row_of(table.opens("/tafel"), AT_TABLE)
    app.cases.why(AT_TABLE, "id_document", "identity", by=typed("regie-2"))
    page = answers(table, "/tafel", row, answer="priority", remark="dit kan vrijdag")
    assert (table.status, "intussen veranderde er iets" in page) == (409, True)
    assert 'value="dit kan vrijdag"' in page
    assert answers(table, "/tafel", row, answer="priority").count("Vastgelegd</strong>") == 1


def test_a_refusal_is_read_in_words_and_never_in_those_of_the_shell(make_browser: NewBrowser) -> None:
    table = make_browser().signs_in("tafel-1")
    row = row_of(table.opens("/tafel"), HERE)
    answers(table, "/tafel", row, answer="priority", cause="bestaat-niet")
    alerts = re.findall(r'class="utrecht-alert[^"]*"[^>]*role="alert".*?</div>', table.last, re.DOTALL)
    said = " ".join(alerts)
    assert table.status == 422
    assert "Kies een van de mogelijkheden die er staan." in said
    assert "no_place" not in said


def test_no_page_tells_a_refusal_in_words_of_its_own() -> None:
    pages = (PROJECT / "provisions" / "web").glob("*.py")
    assert [page.name for page in pages if ".join(" in (text := page.read_text()) and ".lines)" in text] == []


def test_the_table_asks_back_once_and_the_question_stays(make_browser: NewBrowser, app: App) -> None:
    table = make_browser().signs_in("tafel-1")
    row = row_of(table.opens("/tafel"), AT_TABLE)
    asks = unseen(table.last, row) | {"answer": "ask_back", "remark": "Voor hoe lang is dit nodig?"}
    for _ in range(2):
        sends(table, "/tafel", asks)
        assert table.status == 200
    assert row_of(table.last, AT_TABLE) == row
    (view,) = app.views.case(AT_TABLE).provisions
    assert [reply.said for reply in view.provision.replies] == ["ask_back"]


def test_the_officer_reads_the_text_and_judges(make_browser: NewBrowser, app: App) -> None:
    officer = make_browser().signs_in("maatwerk-1")
    page = html.unescape(officer.opens("/maatwerkloket"))
    assert officer.shown == {TO_JUDGE}
    assert "vraagt uw hulp voor een inwoner" in page
    row = row_of(page, TO_JUDGE)
    answers(officer, "/maatwerkloket", row, answer="not_submitted", because="")
    assert (officer.status, f'href="#{row}-because"' in officer.last) == (422, True)
    assert re.search(r'value="not_submitted"[^>]* checked', officer.last), "what was chosen is kept"
    judged = unseen(officer.last, row) | {"answer": "not_submitted", "because": REASON, "checked": "ja"}
    sends(officer, "/maatwerkloket", judged)
    assert officer.status == 200
    assert "Er wacht nu niets" in officer.last
    assert "er is niets opnieuw gedaan" in sends(officer, "/maatwerkloket", judged)
    (view,) = app.views.case(TO_JUDGE).provisions
    assert view.provision.rungs[-1].submitted is False
    assert [(r.because, r.checked) for r in view.provision.replies] == [(REASON, True)]


def test_what_was_typed_in_a_row_when_the_session_ended_is_there_after_signing_in(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    """On each of the three pages with a form in its rows; what is gone meanwhile is given back in words."""
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    for code, path, row, filled, shown in (
        ("tafel-1", "/tafel", "", {"answer": "ask_back", "remark": "voor hoe lang?"}, 'value="voor hoe lang?"'),
        ("maatwerk-1", "/maatwerkloket", "", {"because": REASON, "remark": "eerst de regio"}, 'value="eerst de regio"'),
        ("teamleider-1", "/meekijken", "over-A-1", {"reden": "eerst nog bellen"}, "eerst nog bellen</textarea>"),
    ):
        one = make_browser().signs_in(code)
        page = one.opens(path)
        form = unseen(page, row or row_of(page, TO_JUDGE if code == "maatwerk-1" else AT_TABLE)) | filled
        clock.advance(seconds=(IDLE + timedelta(minutes=1)).total_seconds())
        assert "is bewaard" in sends(one, path, form), path
        one.fills("/aanmelden", code=code, password=PASSWORD, second="")
        assert shown in one.last, path
        assert "Er is nog niets vastgelegd" in one.last, path
        assert one.last.count("Dit typte u voordat u werd afgemeld") == 1, path
        if code == "tafel-1":
            app.cases.answer(AT_TABLE, "id_document", "doorbraaktafel", "priority", by=typed("regie-2"))
            assert "Dit typte u: voor hoe lang?" in one.opens(path)


def test_before_the_day_the_officer_judges_whether_the_central_desk_is_asked(
    make_browser: NewBrowser, app: App, clock: MovingClock
) -> None:
    config = replace(CONFIG, catalogue=replace(CONFIG.catalogue, central_desk=True))
    region = App(app.engine, config, clock)  # one that has a central desk
    shelter, reference = "emergency_shelter", "TR-2026-0021"
    request = IntakeRequest(reference, "voluntary", [shelter], municipality=HOME, director="regie-1")
    region.cases.intake(replace(request, needed_from={shelter: day("2026-11-17")}), by=typed("regie-1"))
    region.time.tick_all()
    officer = make_browser().signs_in("maatwerk-1")
    page = html.unescape(officer.opens("/maatwerkloket"))
    assert "De tekst die naar het centrale loket van de regio gaat" in page
    assert "geen plek om te slapen" in page
    row = row_of(page, reference, shelter)
    answers(officer, "/maatwerkloket", row, answer="submitted")
    assert officer.status == 422, "why is to be said"
    answered = unseen(officer.last, row) | {"answer": "submitted", "because": "all_tried"}
    for _ in range(2):  # a button pressed twice
        sends(officer, "/maatwerkloket", answered)
        assert officer.status == 200
    assert reference not in officer.shown
    (view,) = app.views.case(reference).provisions
    assert [w["submitted"] for w in view.as_json()["warnings"] if "submitted" in w] == [True]
    lines = [line for line in app.views.audit(reference) if line.what == "desk.submitted"]
    assert [(line.by, line.data["via"]) for line in lines] == [("maatwerk-1", "web")]
    assert "Ingediend bij het centrale loket" in make_browser().signs_in("regie-1").opens("/werk")
