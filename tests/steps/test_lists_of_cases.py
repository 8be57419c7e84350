"""Lists of cases: whose they are, what is late, what comes next, found by pieces; read only, from one query."""

import pytest
from sqlalchemy import Engine, text

from provisions.access import Role
from provisions.app import App
from provisions.catalogue import Config
from provisions.domain.errors import InvalidInput
from provisions.overview import Mornings, Overviews, Pages
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, TEAM_LEAD, being, day, refusal, typed, with_people
from tests.conftest import MovingClock
from tests.overview.conftest import PlainLinks

ANNE, BEN, GONE = "regisseur.noord", "regisseur.zuid", "regisseur-2"
LISTED = with_people({ANNE: being(Role.CASE_DIRECTOR), BEN: being(Role.CASE_DIRECTOR)})


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """Four cases of Voorbeeldstad, taken in on Monday 2 November, before anybody was listed."""
    app = App(database, CONFIG, clock)
    for reference, director, key in (
        ("TR-2026-0101", ANNE, "id_document"),
        ("TR-2026-1010", BEN, "emergency_shelter"),
        ("TR-2026-0200", GONE, "wmo_indication"),
        ("TR-2026-0300", None, "advance_payment"),
    ):
        app.cases.intake(
            IntakeRequest(reference, "voluntary", [key], director=director), by=typed(director or "loket-1")
        )
    return app


def found(app: App, config: Config = CONFIG, **asked: str) -> list[str]:
    there = App(app.engine, config, app.clock)
    return [line.reference for line in there.lists.cases(**asked)]


def test_a_list_without_a_question_has_every_case_open_ones_first(app: App) -> None:
    app.cases.record_outcome("TR-2026-0101", "id_document", "delivered", by=typed(ANNE))
    app.cases.close("TR-2026-0101", by=typed(ANNE))
    assert found(app) == ["TR-2026-0200", "TR-2026-0300", "TR-2026-1010", "TR-2026-0101"]
    assert found(app, status="closed") == ["TR-2026-0101"]
    assert found(app, status="afgesloten") == ["TR-2026-0101"], "the Dutch word will do"
    assert "TR-2026-0101" not in found(app, status="open")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tr 2026 101", ["TR-2026-0101", "TR-2026-1010"]),
        ("TR-2026-0101", ["TR-2026-0101"]),
        ("0200", ["TR-2026-0200"]),
        ("200 tr", []),
        ("%", ["TR-2026-0101", "TR-2026-0200", "TR-2026-0300", "TR-2026-1010"]),
    ],
)
def test_a_case_is_found_by_pieces_of_its_reference(app: App, typed: str, expected: list[str]) -> None:
    assert sorted(found(app, search=typed)) == expected


def test_a_director_sees_her_own_and_whom_she_replaces_and_so_does_who_is_away(app: App, clock: MovingClock) -> None:
    app.cases.away(ANNE, start=day("2026-11-03"), until=day("2026-11-06"), deputy=BEN, by=typed(TEAM_LEAD))
    assert found(app, director=BEN) == ["TR-2026-1010"]
    clock.advance(days=1)
    assert found(app, director=BEN) == ["TR-2026-0101", "TR-2026-1010"]
    assert found(app, director=ANNE) == ["TR-2026-0101"]
    (line,) = app.lists.cases(director=ANNE)
    assert (line.as_json()["director"], line.as_json()["deputy"]) == (ANNE, BEN)
    clock.advance(days=4)
    assert found(app, director=BEN) == ["TR-2026-1010"]


def test_late_and_next_are_what_the_case_itself_says(app: App, clock: MovingClock) -> None:
    clock.set("2026-11-05T09:00:00+00:00")
    app.time.tick_all()
    assert found(app, status="late") == ["TR-2026-1010"]
    lines = {line.reference: line.as_json() for line in app.lists.cases()}
    for reference, line in lines.items():
        view = app.views.case(reference)
        assert line["late"] == sum(p.overdue for p in view.provisions), reference
        assert line["open"] == sum(p.provision.status.is_open for p in view.provisions), reference
    assert lines["TR-2026-0101"]["next"] == {"day": "2026-11-09", "what": "uiterste datum identiteitsbewijs"}
    assert lines["TR-2026-0200"]["next"] == {"day": "2026-11-05", "what": "uiterste datum Wmo-indicatie"}
    assert lines["TR-2026-1010"]["next"] == {"day": "2026-11-06", "what": "nacht zonder plek: opvang"}
    app.cases.milestone("TR-2026-1010", "emergency_shelter", "arrived", by=typed(BEN))
    (there,) = (one for one in app.lists.cases() if one.reference == "TR-2026-1010")
    assert there.next is None, "the last rung was climbed this morning"
    app.cases.record_outcome("TR-2026-0200", "wmo_indication", "delivered", by=typed(GONE))
    (after,) = [one for one in app.lists.cases() if one.reference == "TR-2026-0200"]
    assert after.next is not None
    assert after.next.what.startswith("vervolgactie Wmo-indicatie: ")


def test_without_a_director_is_who_has_none_or_one_who_is_no_longer_listed(app: App) -> None:
    assert found(app, status="unassigned") == ["TR-2026-0300"]
    assert found(app, LISTED, status="unassigned") == ["TR-2026-0200", "TR-2026-0300"]
    elsewhere = with_people({ANNE: being(Role.CASE_DIRECTOR, places=["duinrade"]), BEN: being(Role.TEAM_LEAD)})
    assert len(found(app, elsewhere, status="unassigned")) == 4, "director somewhere else, or something else here"


def test_the_team_lead_hears_in_the_morning_who_has_no_director(app: App, clock: MovingClock) -> None:
    there = App(app.engine, LISTED, clock)
    lists = Overviews(app.engine, LISTED, there.views, clock)
    pages = Pages(LISTED, PlainLinks())
    clock.set("2026-11-03T07:00:00+00:00")
    Mornings(app.engine, LISTED, lists, pages, clock).tell()
    text_ = pages.morning(lists.late("voorbeeldstad"), lists.week("voorbeeldstad")).text
    assert "## Zonder regisseur (2)" in text_
    assert f"**TR-2026-0200**: {GONE} is hier geen regisseur meer" in text_
    assert "Zonder regisseur" in pages.late(lists.late()).text
    without = Overviews(app.engine, CONFIG, app.views, clock)
    assert without.late("voorbeeldstad").unassigned == (), "where nobody is listed nobody is missed"


def test_what_can_not_be_asked_is_refused(app: App) -> None:
    for asked in (
        {"status": "lang"},
        {"municipality": "atlantis"},
        {"director": "Jan Jansen"},
        {"search": "06-12345678"},
    ):
        assert isinstance(refusal(lambda asked=asked: app.lists.cases(**asked)), InvalidInput)  # type: ignore[misc]


def test_an_absence_that_nobody_recorded_is_found(app: App) -> None:
    app.cases.away(ANNE, start=day("2026-11-03"), until=day("2026-11-06"), deputy=BEN, by=typed(TEAM_LEAD))
    app.cases.away(ANNE, start=day("2026-11-03"), until=day("2026-11-13"), deputy=BEN, by=typed(TEAM_LEAD))
    with app.engine.connect() as connection:
        assert verify(connection, catalogue=CONFIG.catalogue).faults == []
    with app.engine.begin() as connection:
        connection.execute(text("UPDATE absence SET deputy = 'iemand-9'"))
    with app.engine.connect() as connection:
        (fault,) = verify(connection, catalogue=CONFIG.catalogue).faults
    assert "Afwezigheid" in fault


def test_letters_for_who_is_no_longer_listed_go_to_the_team() -> None:
    director = LISTED.organisation.director
    assert director("voorbeeldstad", ANNE).email == "regisseur.noord@voorbeeldstad.example"
    assert director("voorbeeldstad", GONE).email == "regisseurs@voorbeeldstad.example"
    assert director("voorbeeldstad", None).email == "regisseurs@voorbeeldstad.example"
    assert director("havenmeer", ANNE).email == "regisseurs@havenmeer.example", "she is no director there"
    assert CONFIG.organisation.director("havenmeer", ANNE).email == "regisseurs@havenmeer.example"
    both = with_people({ANNE: being(Role.CASE_DIRECTOR, places=["voorbeeldstad", "havenmeer"])}).organisation
    assert both.director("havenmeer", ANNE).email == "regisseur.noord@voorbeeldstad.example", (
        "she is, with that address"
    )


def test_who_moves_has_a_list_and_stands_with_both_municipalities(app: App) -> None:
    app.cases.transfer("TR-2026-0200", "havenmeer", by=typed(GONE))
    assert found(app, status="handover") == ["TR-2026-0200"]
    assert found(app, municipality="havenmeer") == ["TR-2026-0200"]
    assert "TR-2026-0200" in found(app, municipality="voorbeeldstad")
