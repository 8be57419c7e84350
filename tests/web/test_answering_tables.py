"""Four eyes, the table and the officer: each sees what is asked of it, answers in its row, and then it is gone."""

import html
import re

import pytest

from provisions.app import App
from provisions.settings import PROJECT
from tests.builders import typed
from tests.web.conftest import AT_TABLE, HERE, ROLES, THERE, TO_JUDGE, Browser, NewBrowser

REASON = "not_tried_here"


def number_of(page: str, reference: str, key: str) -> str:
    """The hidden number in the row of a provision."""
    row = page[page.index(f'data-reference="{reference}" data-key="{key}"') :]
    found = re.search(r'name="nummer" value="(\d+)"', row)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("code", ROLES)
def test_each_page_is_for_those_who_answer(browser: Browser, code: str) -> None:
    browser.signs_in(code)
    directs = code in ("regie-1", "regie-9", "teamleider-1")
    for path, may in (
        ("/meekijken", directs),
        ("/tafel", directs or code == "tafel-1"),
        ("/maatwerkloket", code == "maatwerk-1"),
    ):
        browser.opens(path)
        assert browser.status == (200 if may else 404), path
        if code != "regie-9":
            assert THERE not in browser.last


def test_a_team_lead_agrees_and_the_asker_sees_it(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-1"))
    app.cases.ask_rest(THERE, reason="out_of_sight", by=typed("regie-9"))
    lead = make_browser().signs_in("teamleider-1")
    page = lead.opens("/meekijken")
    assert lead.shown == {HERE}
    assert "met ingang van 12 november 2026" in page
    lead.fills("/meekijken", nummer="A-1", besluit="niet", reden="bel 06-12345678")
    assert (lead.status, 'role="alert"' in lead.last) == (409, True)
    assert "bel 06-12345678" in lead.last, "what was typed is kept"
    assert app.views.case(HERE).resting is None
    lead.fills("/meekijken", nummer="A-1", besluit="akkoord", reden="")
    assert "A-1 is goedgekeurd" in lead.last
    assert app.views.case(HERE).resting is not None
    entry = next(e for e in app.views.audit(HERE) if e.what == "approval.approved")
    assert (entry.data["approved_by"], entry.data["via"]) == ("teamleider-1", "web")
    lead.fills("/meekijken", nummer="A-1", besluit="akkoord", reden="")
    assert "al goedgekeurd" in lead.last
    lead.opens("/meekijken")
    lead.fills("/meekijken", nummer="A-2", besluit="akkoord", reden="")
    assert lead.status == 404, "another municipality's"
    asker = make_browser().signs_in("regie-1")
    assert "is goedgekeurd" in asker.last
    assert "goedgekeurd door teamleider-1" in asker.opens("/meekijken").lower()


def test_nobody_decides_who_may_not(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_rest(HERE, reason="out_of_sight", by=typed("regie-2"))
    director = make_browser().signs_in("regie-1")
    director.opens("/meekijken")
    director.fills("/meekijken", nummer="A-1", besluit="akkoord")
    assert director.status == 404
    assert app.views.case(HERE).resting is None


def test_the_table_answers_in_the_row(make_browser: NewBrowser, app: App) -> None:
    table = make_browser().signs_in("tafel-1")
    page = table.opens("/tafel")
    assert table.shown == {HERE, AT_TABLE}
    assert "Vastgelegd</strong>" not in page, "nothing was done yet"
    assert page.count('type="radio" name="answer"') == 7 * page.count('name="nummer"')
    number = number_of(page, AT_TABLE, "id_document")
    table.fills("/tafel", nummer=number)
    assert (table.status, "Kies een antwoord." in table.last) == (409, True)
    table.fills("/tafel", nummer=number, answer="customised_budget", amount="120,505", purpose="keep_place")
    assert (table.status, "centen" in table.last) == (409, True)
    assert 'value="120,505"' in table.last, "what was typed is kept"
    table.fills("/tafel", nummer=number, answer="priority", cause="capacity", amount="99")
    assert table.status == 200
    assert number_of(table.last, HERE, "id_document") != number
    assert f'data-reference="{AT_TABLE}"' not in table.last
    earlier = table.last[table.last.index('id="eerder"') :]
    assert AT_TABLE in earlier
    assert "voorrang" in earlier
    (view,) = app.views.case(AT_TABLE).provisions
    assert (view.lies_with, view.provision.cause) == ("loket", "capacity")
    table.fills("/tafel", nummer=number, answer="unresolved")
    assert (table.status, "niet (meer) bij u" in table.last) == (409, True)
    (there,) = {p.id for p in app.views.case(THERE).provisions if p.provision.key == "id_document"}
    table.fills("/tafel", nummer=str(there), answer="unresolved")
    assert table.status == 409
    app.cases.record_outcome(AT_TABLE, "id_document", "delivered", by=typed("regie-2"))
    assert "Geregeld op do 12 november" in table.opens("/tafel")


def test_an_amount_of_the_table_is_asked_of_somebody_else_at_once(make_browser: NewBrowser) -> None:
    table = make_browser().signs_in("tafel-1")
    number = number_of(table.opens("/tafel"), HERE, "id_document")
    table.fills("/tafel", nummer=number, answer="customised_budget", amount="120,50", purpose="keep_place")
    assert table.status == 200
    assert number_of(table.last, AT_TABLE, "id_document") != number
    assert f'data-reference="{HERE}" data-key="id_document"' not in table.last
    lead = make_browser().signs_in("teamleider-1")
    assert HERE in lead.opens("/meekijken")
    assert "€ 120,50" in html.unescape(lead.last)


def test_a_refusal_is_read_in_words_and_never_in_those_of_the_shell(make_browser: NewBrowser) -> None:
    table = make_browser().signs_in("tafel-1")
    number = number_of(table.opens("/tafel"), HERE, "id_document")
    table.fills("/tafel", nummer=number, answer="priority", cause="bestaat-niet")
    alerts = re.findall(r'class="utrecht-alert[^"]*"[^>]*role="alert".*?</div>', table.last, re.DOTALL)
    said = " ".join(alerts)
    assert table.status == 409
    assert "bestaat-niet" in said
    assert "geen plek" in said.lower()
    assert "no_place" not in said


def test_no_page_tells_a_refusal_in_words_of_its_own() -> None:
    pages = (PROJECT / "provisions" / "web").glob("*.py")
    assert [page.name for page in pages if ".join(" in (text := page.read_text()) and ".lines)" in text] == []


def test_the_table_asks_back_and_the_question_stays(make_browser: NewBrowser, app: App) -> None:
    table = make_browser().signs_in("tafel-1")
    number = number_of(table.opens("/tafel"), AT_TABLE, "id_document")
    table.fills("/tafel", nummer=number, answer="ask_back", remark="Voor hoe lang is dit nodig?")
    assert table.status == 200
    assert number_of(table.last, AT_TABLE, "id_document") == number
    (view,) = app.views.case(AT_TABLE).provisions
    assert view.provision.replies[-1].said == "ask_back"


def test_the_officer_reads_the_text_and_judges(make_browser: NewBrowser, app: App) -> None:
    officer = make_browser().signs_in("maatwerk-1")
    page = html.unescape(officer.opens("/maatwerkloket"))
    assert officer.shown == {TO_JUDGE}
    assert "vraagt uw hulp voor een inwoner" in page
    number = number_of(page, TO_JUDGE, "id_document")
    officer.fills("/maatwerkloket", nummer=number, answer="not_submitted", because="")
    assert officer.status == 409
    assert re.search(r'value="not_submitted"[^>]* checked', officer.last), "what was chosen is kept"
    officer.fills("/maatwerkloket", nummer=number, answer="not_submitted", because=REASON, checked="ja")
    assert officer.status == 200
    assert "Er wacht nu niets" in officer.last
    (view,) = app.views.case(TO_JUDGE).provisions
    assert view.provision.rungs[-1].submitted is False
