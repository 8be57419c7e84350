"""Starting a case in the browser: what is shown before, that it is done once, where, and that nothing typed is lost."""

import html
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from provisions.app import App
from provisions.domain.errors import NotFound
from provisions.store import tables as t
from provisions.usecases.signing_in import IDLE
from tests.conftest import MovingClock
from tests.web.conftest import AWAY, HOME, ROLES, Browser, NewBrowser

NEW = "TR-2026-0900"
MAY = {"regie-1", "teamleider-1", "regie-9"}
SIX = ("id_document", "postal_address", "benefit_decision", "advance_payment", "wmo_indication", "health_insurance")


Typed = Mapping[str, str | Sequence[str]]


def fills(browser: Browser, typed: Typed = {}, *, confirm: bool = False) -> str:  # noqa: B006 - nobody changes it
    """Post the form on the page that was opened last, as a browser does: with all that stands in it."""
    kept: dict[str, list[str]] = {}
    for kind in (r"(?:hidden|text|date)", r"(?:radio|checkbox)"):
        checked = "[^>]* checked" if "radio" in kind else ""
        for name, value in re.findall(rf'<input type="{kind}" name="([^"]+)" value="([^"]*)"{checked}', browser.last):
            kept.setdefault(name, []).append(html.unescape(value))
    for name, inner in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', browser.last, re.DOTALL):
        kept[name] = re.findall(r'<option value="([^"]*)" selected', inner)
    if confirm:
        kept["confirm"] = ["ja"]
    response = browser.client.post("/nieuw", data={**kept, **typed})
    browser.last, browser.status = response.text, response.status_code
    return browser.last


@pytest.mark.parametrize("code", ROLES)
def test_a_case_is_started_by_those_who_direct(browser: Browser, code: str) -> None:
    browser.signs_in(code).opens("/nieuw")
    assert browser.status == (200 if code in MAY else 404)


def test_six_needs_are_checked_and_then_started_and_the_plan_opens(
    browser: Browser, app: App, database: Engine
) -> None:
    page = browser.signs_in("regie-1").opens("/nieuw")
    assert "Wacht op identiteitsbewijs" in page or "wacht op identiteitsbewijs" in page
    checked = fills(browser, {"reference": NEW.lower(), "route": "voluntary", "needs": list(SIX)})
    assert browser.status == 200
    assert "Er is nog niets vastgelegd" in checked
    starts, waits, letters = (
        checked.split(f"{part}: ")[1] for part in ("Dit begint meteen", "Dit wacht", "Deze berichten gaan weg")
    )
    assert set(re.findall(r'data-key="([^"]+)"', starts.split("</table>")[0])) == {
        "id_document",
        "advance_payment",
        "wmo_indication",
    }
    assert set(re.findall(r'data-key="([^"]+)"', waits.split("</table>")[0])) == {
        "postal_address",
        "benefit_decision",
        "health_insurance",
    }
    assert "Loket Burgerzaken" in letters
    assert "Loket Werk en Inkomen" in letters
    foreseen = int(letters.split("<")[0])
    with pytest.raises(NotFound):
        app.views.case(NEW)
    plan = fills(browser, confirm=True)
    assert browser.status == 200
    assert f"Plan van {NEW}" in plan
    view = app.views.case(NEW)
    assert (view.case.municipality, view.case.director) == (HOME, "regie-1")
    assert {p.provision.key for p in view.provisions} == set(SIX)
    with database.connect() as connection:
        of_case = select(t.message.c.id).join(t.provision, t.provision.c.id == t.message.c.provision_id)
        assert (
            len(
                connection.execute(
                    of_case.join(t.case, t.case.c.id == t.provision.c.case_id).where(t.case.c.reference == NEW)
                ).all()
            )
            == foreseen
        )
        wanted = select(t.provision.c.key).join(t.case).where(t.case.c.reference == NEW, t.provision.c.generation > 0)
        assert set(connection.execute(wanted).scalars()) == {
            p.provision.key for p in view.provisions if p.provision.started_on
        }
    (line,) = [entry for entry in app.views.audit(NEW) if entry.what == "case.opened"]
    assert line.by == "regie-1"


def test_pressed_twice_it_is_one_case(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1").opens("/nieuw")
    checked = fills(browser, {"reference": NEW, "route": "voluntary", "needs": ["wmo_indication"]})
    fills(browser, confirm=True)
    browser.last = checked
    again = fills(browser, confirm=True)
    assert browser.status == 200
    assert f"Plan van {NEW}" in again
    assert len([entry for entry in app.views.audit(NEW) if entry.what == "case.opened"]) == 1


def test_back_and_loading_again_send_nothing(browser: Browser, make_browser: NewBrowser, app: App) -> None:
    browser.signs_in("regie-1").opens("/nieuw")
    data = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', browser.last))
    data |= {"reference": NEW, "municipality": HOME, "route": "voluntary", "needs": "wmo_indication"}
    answered = browser.client.post("/nieuw", data=data, follow_redirects=False)
    assert answered.status_code == 303, "as every form: what follows is a page of its own"
    check = answered.headers["location"]
    assert NEW not in check
    for _ in ("opened", "loaded again"):
        assert f"Controleer {NEW}" in browser.opens(check)
    other = make_browser().signs_in("teamleider-1")
    assert NEW not in other.opens(check)
    browser.opens(check)
    plan = fills(browser, confirm=True)
    assert f"Plan van {NEW}" in plan
    assert f"Plan van {NEW}" in browser.opens(check), "Back leads to what it did"
    assert NEW not in browser.opens("/nieuw")
    assert len([entry for entry in app.views.audit(NEW) if entry.what == "case.opened"]) == 1


def test_a_fault_stands_at_its_field_and_what_was_typed_stays(browser: Browser) -> None:
    browser.signs_in("regie-1").opens("/nieuw")
    page = fills(
        browser,
        {
            "reference": "Jansen",
            "route": "voluntary",
            "needs": ["housing", "health_insurance"],
            "own_number": "2026-77",
        },
    )
    assert browser.status == 422
    assert 'role="alert"' in page
    assert 'value="2026-77"' in page
    assert "is geen referentie" in page
    page = fills(browser, {"reference": NEW, "needs": ["housing", "health_insurance"]})
    assert 'id="nieuw-agreed_housing-fout"' in page
    assert 'id="nieuw-needs-fout"' in page
    assert "--" not in re.sub(r'class="[^"]*"|<!--.*?-->', "", page), "no option of a shell"


def test_nothing_is_started_in_a_municipality_that_is_anothers(browser: Browser, app: App) -> None:
    page = browser.signs_in("regie-1").opens("/nieuw")
    assert "Havenmeer" not in page
    fills(browser, {"reference": NEW, "route": "voluntary", "needs": ["wmo_indication"], "municipality": AWAY})
    assert browser.status == 422
    browser.opens("/nieuw")
    fills(
        browser,
        {"reference": NEW, "route": "voluntary", "needs": ["wmo_indication"], "municipality": AWAY, "confirm": "ja"},
    )
    assert browser.status == 422
    with pytest.raises(NotFound):
        app.views.case(NEW)


def test_a_wait_is_overruled_with_a_code_and_a_ground(browser: Browser, app: App) -> None:
    browser.signs_in("regie-1").opens("/nieuw")
    typed = {
        "reference": NEW,
        "route": "voluntary",
        "needs": ["postal_address"],
        "waive_postal_address": ["id_document"],
    }
    fills(browser, typed)
    assert browser.status == 422
    checked = fills(
        browser, {**typed, "because_postal_address": "identity_otherwise", "ground_postal_address": "DigiD werkt"}
    )
    assert "Dit begint meteen: 1" in checked
    fills(browser, confirm=True)
    (provision,) = app.views.case(NEW).case.provisions.values()
    assert [(w.dependency, w.code) for w in provision.waivers] == [("id_document", "identity_otherwise")]


def test_going_back_keeps_all_that_was_chosen(browser: Browser) -> None:
    browser.signs_in("regie-1").opens("/nieuw")
    fills(
        browser,
        {
            "reference": NEW,
            "route": "bemoeizorg",
            "needs": ["wmo_indication", "special_assistance"],
            "living": "homeless",
        },
    )
    page = fills(browser, {"terug": "ja"})
    assert f'value="{NEW}"' in page
    for name, value in (("needs", "wmo_indication"), ("needs", "special_assistance"), ("route", "bemoeizorg")):
        assert re.search(rf'name="{name}" value="{value}"[^>]* checked', page), value
    assert '<option value="homeless" selected' in page


def test_what_was_typed_when_the_session_ended_is_there_for_the_same_person_alone(
    make_browser: NewBrowser, clock: MovingClock
) -> None:
    browser = make_browser().signs_in("regie-1")
    browser.opens("/nieuw")
    form = browser.last
    clock.now = clock() + IDLE + timedelta(minutes=1)
    fills(browser, {"reference": NEW, "route": "voluntary", "needs": ["wmo_indication"]})
    assert "/aanmelden" in str(browser.client.get("/nieuw").url)
    other = make_browser().signs_in("teamleider-1")
    assert NEW not in other.opens("/nieuw")
    page = browser.signs_in("regie-1").opens("/nieuw")
    assert f'value="{NEW}"' in page
    assert "Dit typte u voordat u werd afgemeld" in page
    assert form != page
