"""Maatwerkbudget in the browser: asked on the plan, decided on by another, its ledger and its account."""

from provisions.app import App
from tests.builders import typed
from tests.web.conftest import HERE, THERE, NewBrowser
from tests.web.test_acts import does, offered, plan, sends, unseen
from tests.web.test_plan import words


def test_an_amount_is_asked_decided_on_and_spent(make_browser: NewBrowser, app: App) -> None:
    director, lead = make_browser().signs_in("regie-1"), make_browser().signs_in("teamleider-1")
    page = does(director, plan(app), "budget", amount="12,345", what="transport", why="less_stress")
    assert director.status == 422
    assert "meer dan twee cijfers" in page
    assert 'value="12,345"' in page
    assert app.views.case(HERE).case.budget == ()
    page = does(
        director, plan(app), "budget", amount="120,50", what="transport", why="less_stress", key="id_document#1"
    )
    assert "Gevraagd: A-1 (B-1)." in page
    assert "€ 120,50" in words(page)
    assert "budget_book" not in offered(page), "nothing may be spent yet"
    asked = words(lead.opens("/meekijken"))
    assert "B-1: € 120,50; vervoer; om stress weg te nemen; voor identiteitsbewijs" in asked
    lead.fills("/meekijken", besluit="akkoord")
    assert app.views.case(HERE).as_json()["budget"][0]["state"] == "approved"
    page = does(director, plan(app), "budget_book", kind="spent", number="B-1", amount="200")
    assert director.status == 409
    assert "kan nog € 120,50 worden uitgegeven" in page
    does(director, plan(app), "budget_book", kind="spent", number="B-1", amount="110")
    does(director, plan(app), "budget_book", kind="returned", number="B-1", amount="10,50", because="het was goedkoper")
    said = words(director.opens("/maatwerkbudget"))
    assert "Goedgekeurd € 110,00" in said
    assert "Over € 24.890,00" in said
    assert 'data-number="B-1" data-state="approved"' in director.last
    csv = director.client.get("/maatwerkbudget/verantwoording.csv").text
    assert "voorbeeldstad;2026;vervoer;niet te zien;" in csv
    assert HERE not in csv


def test_the_ledger_is_of_ones_own_municipality_and_of_who_may_ask(make_browser: NewBrowser, app: App) -> None:
    app.cases.ask_budget(THERE, amount="20", why="keep_place", what="pets", by=typed("regie-9"))
    director = make_browser().signs_in("regie-1")
    assert THERE not in director.opens("/maatwerkbudget")
    assert "Havenmeer" not in director.last
    assert THERE in make_browser().signs_in("regie-9").opens("/maatwerkbudget")
    for year in ("2027", "1999", "x"):
        director.opens(f"/maatwerkbudget?jaar={year}")
        assert director.status == 404
    for code in ("tafel-1", "stuur-1", "auditor-1", "beheer-1"):
        browser = make_browser().signs_in(code)
        browser.opens("/maatwerkbudget")
        assert browser.status == 404, code
    table = make_browser().signs_in("tafel-1").opens(plan(app))
    assert "Maatwerkbudget" not in words(table)


def test_a_button_pressed_twice_asks_once(make_browser: NewBrowser, app: App) -> None:
    director = make_browser().signs_in("regie-1")
    director.opens(plan(app))
    values = unseen(director.last, "budget") | {"amount": "15", "what": "phone", "why": "less_stress"}
    for _ in range(2):
        sends(director, plan(app), values)
    assert [line.number for line in app.views.case(HERE).case.budget] == [1]
