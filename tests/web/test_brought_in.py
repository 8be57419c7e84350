"""Ingebracht in the browser: brought in by a team lead, seen by another, decided by the steering group."""

from provisions.app import App
from tests.builders import day, typed
from tests.web.conftest import HOME, NewBrowser
from tests.web.test_acts import does
from tests.web.test_plan import words

TEXT = "Reserveer twee woningen."


def test_a_team_lead_brings_in_and_the_group_decides(make_browser: NewBrowser, app: App) -> None:
    lead, group = make_browser().signs_in("teamleider-1"), make_browser().signs_in("stuur-1")
    said = {"municipality": HOME, "about": "housing", "cause": "no_place", "cases": "7", "owner": "corporatie"}
    page = does(lead, "/ingebracht", "bring_in", **said, decision="x" * 301, due="2027-01-15")
    assert lead.status == 422
    assert "301 tekens" in page
    page = does(lead, "/ingebracht", "bring_in", **said, decision=TEXT, due="2027-01-15")
    assert "Gevraagd: S-1." in page
    assert "Akkoord</button>" not in page, "not of one's own"
    assert TEXT not in group.opens("/ingebracht")
    lead.fills("/ingebracht", nummer="S-1", besluit="akkoord")
    assert lead.status == 409
    app.bringing.see("S-1", agreed=True, by=typed("teamleider-2"))
    assert TEXT in group.opens("/ingebracht")
    group.fills("/ingebracht", nummer="S-1", besluit="deferred", tot="")
    assert group.status == 409
    group.fills("/ingebracht", nummer="S-1", besluit="adopted", tot="")
    assert "S-1: overgenomen." in words(group.last)
    assert "Dit is gedaan" in group.last
    app.bringing.bring_in(
        municipality=HOME, about="other", cause="capacity", cases="3", decision="Nog iets.", owner="stuurgroep",
        due=day("2027-01-15"), by=typed("teamleider-2"),
    )  # fmt: skip
    lead.opens("/ingebracht")
    assert "Akkoord</button>" in lead.last
    for code in ("tafel-1", "beheer-1"):
        browser = make_browser().signs_in(code)
        browser.opens("/ingebracht")
        assert browser.status == 404, code
