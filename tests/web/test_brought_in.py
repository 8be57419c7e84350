"""Ingebracht in the browser: brought in by a team lead, seen by another, decided by the steering group."""

import pytest

from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.brought_in import Standing
from provisions.domain.errors import DoneBefore
from tests.builders import day, typed
from tests.web.conftest import AWAY, HOME, NewBrowser
from tests.web.test_acts import does
from tests.web.test_plan import words

TEXT = "Reserveer twee woningen."


def test_a_button_that_was_pressed_twice_at_once_brings_in_once(app: App) -> None:
    """Neither of the two had been carried out when both came in: the database tells which is the second."""

    def asks(form: str) -> int:
        return app.bringing.bring_in(
            municipality=HOME, about="other", cause="capacity", cases="3", decision=TEXT, owner="stuurgroep",
            due=day("2027-01-15"), by=typed("teamleider-1"), form=form,
        ).number  # fmt: skip

    assert asks("a" * 32) == 1
    with pytest.raises(DoneBefore):
        asks("a" * 32)
    assert asks("b" * 32) == 2
    assert [one.number for one in app.bringing.every(typed("teamleider-1"))] == [2, 1]


def test_what_waits_for_a_second_person_elsewhere_is_not_there(make_browser: NewBrowser, app: App) -> None:
    app.bringing.bring_in(
        municipality=AWAY, about="other", cause="capacity", cases="3", decision=TEXT, owner="stuurgroep",
        due=day("2027-01-15"), by=typed("teamleider-9"),
    )  # fmt: skip
    lead, group = make_browser().signs_in("teamleider-1"), make_browser().signs_in("stuur-1")
    for number in ("S-1", "S-999"):
        lead.opens("/meekijken")
        lead.fills("/meekijken", handeling=f"over-{number}", besluit="akkoord")
        assert lead.status == 404
        group.opens("/ingebracht")
        group.fills("/ingebracht", nummer=number, besluit="adopted", tot="")
        assert group.status == 404
    assert [one.state for one in app.bringing.every(typed("teamleider-9"))] == [Standing.ASKED]


def test_a_team_lead_brings_in_and_the_group_decides(make_browser: NewBrowser, app: App) -> None:
    lead, group = make_browser().signs_in("teamleider-1"), make_browser().signs_in("stuur-1")
    said = {"municipality": HOME, "about": "housing", "cause": "no_place", "cases": "7", "owner": "corporatie"}
    page = does(lead, "/ingebracht", "bring_in", **said, decision="x" * 301, due="2027-01-15")
    assert lead.status == 422
    assert "301 tekens" in page
    page = does(lead, "/ingebracht", "bring_in", **said, decision=TEXT, due="2027-01-15")
    assert "Gevraagd: S-1." in page
    assert 'href="/meekijken#S-1"' not in page, "not of one's own"
    assert TEXT not in group.opens("/ingebracht")
    assert "S-1" not in lead.opens("/meekijken"), "not one's own"
    lead.fills("/meekijken", handeling="over-S-1", besluit="akkoord")
    assert lead.status == 409
    app.bringing.see("S-1", agreed=True, by=typed("teamleider-2"))
    work = words(group.opens("/werk"))
    assert "Voor de stuurgroep" in work
    assert "S-1 Passende huisvesting Wacht op een besluit Besluit vastleggen" in work
    assert TEXT in group.opens("/ingebracht")
    group.fills("/ingebracht", nummer="S-1", besluit="deferred", tot="")
    assert group.status == 409
    group.fills("/ingebracht", nummer="S-1", besluit="adopted", tot="")
    assert "S-1: overgenomen." in words(group.last)
    assert "Dit is gedaan" in group.last
    assert "Niets dat vandaag moet." in words(group.opens("/werk"))
    app.bringing.bring_in(
        municipality=HOME, about="other", cause="capacity", cases="3", decision="Nog iets.", owner="stuurgroep",
        due=day("2027-01-15"), by=typed("teamleider-2"),
    )  # fmt: skip
    assert "S-2 Iets anders Wacht op een tweede persoon Meekijken" in words(lead.opens("/werk"))
    for path in ("/ingebracht", "/te-laat"):
        assert 'href="/meekijken#S-2"' in lead.opens(path), path
    assert "Nog iets." in lead.opens("/meekijken")
    lead.fills("/meekijken", besluit="niet", reden="")
    assert lead.status == 422
    assert "Vul de reden in" in lead.last
    lead.fills("/meekijken", besluit="niet", reden="dit is van een enkele client")
    assert "S-2: niet akkoord van een tweede persoon." in words(lead.last)
    assert "dit is van een enkele client" in lead.last
    assert "S-2" not in lead.opens("/meekijken")
    for code in ("tafel-1", "beheer-1"):
        browser = make_browser().signs_in(code)
        browser.opens("/ingebracht")
        assert browser.status == 404, code
        assert app.looks.of(code)[0].what is Logged.NOT_ALLOWED
