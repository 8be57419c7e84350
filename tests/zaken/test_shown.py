"""What does not agree stands on the plan, in Mijn werk and in the shell, in words, until the director did something with it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.access import Actor, Role
from provisions.app import App
from provisions.cli import zaken as command
from provisions.database.connect import pooled
from provisions.domain.case import Status
from provisions.domain.zaken import Signal, ZaakState
from provisions.usecases.workday import Day
from provisions.views.zaken import zaken as listed
from provisions.web.application import application
from tests.builders import DIRECTOR, day, typed
from tests.door import PASSWORD, SEALING, signing_in
from tests.web.conftest import Browser
from tests.web.test_acts import does, offered, plan
from tests.zaken.conftest import PLACE, Town, read, written
from tests.zaken.test_following import look
from tests.zaken.test_opening import ID

REF = "TR-2026-0042"


@pytest.fixture
def different(town: Town) -> Town:
    """The counter says something else than the director recorded."""
    town.intake(REF, "id_document", "wmo_indication")
    town.systems().turn()
    town.clock.advance(days=1)
    town.app.cases.record_outcome(REF, "id_document", "delivered", by=typed(DIRECTOR))
    town.zgw.close(ID, "Geweigerd")
    look(town)
    return town


def my_work(town: Town) -> list[str]:
    """The sentences under "Antwoord binnen"."""
    sight = town.app.seen_by(Actor.of(DIRECTOR, [Role.CASE_DIRECTOR], [PLACE]))
    day: Day = sight.day(town.clock())
    return [task.said for part in day.parts if part.kind.value == "answered" for task in part.tasks]


def test_in_my_work_until_the_director_does_something_with_it(different: Town) -> None:
    (said,) = my_work(different)
    assert said == "In het zaaksysteem staat een ander resultaat dan hier is vastgelegd ('Geweigerd')"
    different.clock.advance(minutes=1)
    different.app.cases.note(REF, "gebeld met het loket", key="id_document", by=typed(DIRECTOR))
    assert my_work(different) == []


def test_in_what_programs_read_and_in_the_list_of_zaken(different: Town) -> None:
    shown = {p["key"]: p["zaak"] for p in different.app.views.case(REF).as_json()["provisions"]}
    assert shown["id_document"] == {
        "number": ID,
        "state": "closed",
        "signal": "different",
        "result": "Geweigerd",
        "ended": "2026-11-03",
        "fault": None,
    }
    assert shown["wmo_indication"]["state"] == "open"
    reader = pooled(different.engine)
    assert [one.number for one in listed(reader, states=(), signals=(Signal.DIFFERENT,))] == [ID]
    assert [one.number for one in listed(reader, states=(ZaakState.OPEN,))] == ["TR-2026-0042-WMO-1"]
    assert len(listed(reader, states=())) == 2
    assert "gesloten in het zaaksysteem, met 'Geweigerd' op 3 november 2026; let op: in het" in command._line(
        listed(reader, states=(), signals=(Signal.DIFFERENT,))[0]
    )


def test_what_is_late_names_its_zaak_and_what_is_asked_about_it(town: Town) -> None:
    town.intake(REF, "id_document", "advance_payment")
    town.systems().turn()
    town.clock.advance(days=2)
    town.app.cases.ask_stop(REF, "id_document", reason="client_asks", until=day("2026-12-24"), by=typed(DIRECTOR))
    town.clock.advance(days=20)
    late = {one.provision.key: one.as_json() for one in town.app.views.overdue()}
    shown = {one["key"]: one for one in town.app.views.case(REF).as_json()["provisions"]}
    assert late["id_document"]["zaak"] == shown["id_document"]["zaak"]
    assert late["id_document"]["zaak"]["number"] == ID
    assert late["id_document"]["asked"] == shown["id_document"]["asked"] == ["A-1"]
    assert (late["advance_payment"]["zaak"], late["advance_payment"]["asked"]) == (None, [])


def test_moved_it_is_withdrawn_there_and_opened_here(town: Town) -> None:
    there = "havenmeer"
    given_there = {**written(town.zgw.root)}
    config, faults = read({PLACE: written(town.zgw.root), there: given_there})
    assert faults == []
    town = replace(town, app=App(town.engine, config, town.clock), config=config)
    town.intake()
    town.systems().turn()
    town.clock.advance(days=1)
    town.app.cases.transfer(REF, there, by=typed(DIRECTOR))
    town.app.cases.accept(REF, by=typed("regisseur-9"))
    town.clock.advance(minutes=6)
    town.systems().turn()
    assert town.zgw.of(ID)["einddatum"] == "2026-11-03"
    assert town.zgw.of("TR-2026-0042-ID-2")["einddatum"] is None
    assert (town.zaak("TR-2026-0042-ID-2").municipality, town.zaak().municipality) == (there, PLACE)
    look(town)
    assert (town.provision(number=1).status, town.zaak().signal) == (Status.HANDED_OVER, None)
    assert town.provision(number=2).status is Status.WAITING


def test_the_end_of_a_case_closes_what_is_open(town: Town) -> None:
    town.intake()
    town.systems().turn()
    town.clock.advance(days=1)
    town.app.cases.close(REF, reason="long_stay", by=typed(DIRECTOR))
    town.clock.advance(minutes=6)
    town.systems().turn()
    assert town.zgw.of(ID)["einddatum"] == "2026-11-03"


def test_on_the_pages_it_stands_with_the_provision_and_a_zaak_is_followed_there(town: Town, workplace: Engine) -> None:
    table = written(town.zgw.root)
    table["provision"]["wmo_indication"] |= {"mode": "follow"}
    del table["provision"]["wmo_indication"]["withdrawn"]
    config, faults = read({PLACE: table})
    assert faults == []
    town = replace(town, app=App(town.engine, config, town.clock), config=config)
    town.intake(REF, "id_document", "wmo_indication")
    town.systems().turn()
    town.clock.advance(days=1)
    town.app.cases.record_outcome(REF, "id_document", "delivered", by=typed(DIRECTOR))
    town.zgw.close(ID, "Geweigerd")
    look(town)
    behind = App(workplace, config, town.clock)
    door = signing_in(behind, town.clock)
    door.set_password(town.app.people.add("regie-1", ["case_director"], [PLACE]), PASSWORD, PASSWORD, "")
    served = application(behind, door, SEALING, tls=False, hosts=("127.0.0.1",))
    browser = Browser(TestClient(served, base_url="http://127.0.0.1:4200", follow_redirects=True)).signs_in("regie-1")
    page = plan(town.app, reference=REF)
    assert "let op: in het zaaksysteem staat een ander resultaat" in browser.opens(page)
    assert f"{ID}, gesloten in het zaaksysteem, met" in browser.opens(f"{page}/id_document")
    assert "zaak" not in offered(browser.last), "what is closed has no zaak to follow"
    does(browser, f"{page}/wmo_indication", "zaak", number="ZAAK-7")
    assert (browser.status, town.zaak("ZAAK-7").mode) == (200, "follow")
    assert "ZAAK-7, wordt gezocht in het zaaksysteem" in browser.opens(f"{page}/wmo_indication")
