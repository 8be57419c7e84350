"""Where an organisation lists its people, a case has one of its directors and only a team lead approves (rules 7 and 14)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.access import Role
from provisions.app import App
from provisions.domain.errors import InvalidInput, NotAllowed, Refused
from provisions.overview.lists import Overviews
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, TEAM_LEAD, Town, being, day, everything_in, is_dutch, refusal, typed, with_people
from tests.conftest import MovingClock

REF, OTHER, ELSEWHERE = "TR-2026-0001", "TR-2026-0002", "TR-2026-0003"
ANNE, BEN, HAVEN = "regisseur.noord", "regisseur.zuid", "regisseur.haven"
LEAD_ELSEWHERE, NATIONAL = "teamleider-9", "regisseur.overal"

LISTED = with_people(
    {
        ANNE: being(Role.CASE_DIRECTOR),
        BEN: being(Role.CASE_DIRECTOR),
        HAVEN: being(Role.CASE_DIRECTOR, places=["havenmeer"]),
        NATIONAL: being(Role.CASE_DIRECTOR, places=()),
        TEAM_LEAD: being(Role.TEAM_LEAD),
        LEAD_ELSEWHERE: being(Role.TEAM_LEAD, places=["havenmeer"]),
    }
)


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """Two cases in Voorbeeldstad and one in Havenmeer, where people are listed."""
    app = App(database, LISTED, clock)
    for reference, place, director in (
        (REF, "voorbeeldstad", ANNE),
        (OTHER, "voorbeeldstad", ANNE),
        (ELSEWHERE, "havenmeer", HAVEN),
    ):
        request = IntakeRequest(reference, "voluntary", ["wmo_indication"], municipality=place, director=director)
        app.cases.intake(request, by=typed(director))
    return app


def refused_without_a_trace(app: App, action: Callable[[], object]) -> Refused:
    before = everything_in(app.engine)
    said = refusal(action)
    assert is_dutch(said), str(said)
    assert everything_in(app.engine) == before
    return said


@pytest.mark.parametrize(
    ("director", "kind", "says"),
    [
        ("regisseur.noor", InvalidInput, ANNE),
        (TEAM_LEAD, NotAllowed, "regisseur"),
        (HAVEN, NotAllowed, "voorbeeldstad"),
    ],
)
def test_a_case_is_given_to_one_of_its_directors(app: App, director: str, kind: type[Refused], says: str) -> None:
    new = IntakeRequest("TR-2026-0009", "voluntary", ["id_document"], director=director)
    for act in (
        lambda: app.cases.intake(new, by=typed(ANNE)),
        lambda: app.cases.assign([REF], director, by=typed(TEAM_LEAD)),
    ):
        said = refused_without_a_trace(app, act)
        assert isinstance(said, kind)
        assert says in str(said)


def test_who_directs_in_the_whole_region_directs_anywhere(app: App) -> None:
    app.cases.assign([REF, ELSEWHERE], NATIONAL, by=typed(TEAM_LEAD))
    assert {app.views.case(reference).case.director for reference in (REF, ELSEWHERE)} == {NATIONAL}


def test_all_are_assigned_or_none(app: App) -> None:
    refused_without_a_trace(app, lambda: app.cases.assign([REF, OTHER, ELSEWHERE], BEN, by=typed(TEAM_LEAD)))
    app.cases.assign([REF, OTHER], BEN, by=typed(TEAM_LEAD))
    assert app.views.case(OTHER).as_json()["director"] == BEN


@pytest.mark.parametrize(
    ("second", "kind"), [("wie-is-dit", InvalidInput), (BEN, NotAllowed), (LEAD_ELSEWHERE, NotAllowed)]
)
def test_only_a_team_lead_of_the_municipality_approves(app: App, second: str, kind: type[Refused]) -> None:
    until = day("2026-12-20")
    number = app.cases.ask_stop(REF, "wmo_indication", reason="client_asks", until=until, by=typed(ANNE))
    stop: dict[str, Any] = {"reason": "client_asks", "until": until, "by": typed(ANNE)}
    for act in (
        lambda: app.cases.approve(f"A-{number}", by=typed(second)),
        lambda: app.cases.deny(f"A-{number}", because="liever niet", by=typed(second)),
        lambda: app.cases.suspend(REF, "wmo_indication", approved_by=second, **stop),
    ):
        assert isinstance(refused_without_a_trace(app, act), kind)
    app.cases.approve(f"A-{number}", by=typed(TEAM_LEAD))
    assert app.views.case(REF).provisions[0].status == "suspended"


def test_a_municipality_may_name_another_for_its_second_person(app: App, clock: MovingClock) -> None:
    organisation = LISTED.organisation
    place = replace(organisation.municipalities["voorbeeldstad"], seconds=("havenmeer",))
    places = {**organisation.municipalities, "voorbeeldstad": place}
    there = App(app.engine, replace(LISTED, organisation=replace(organisation, municipalities=places)), clock)
    number = there.cases.ask_end(REF, reason="mistake", by=typed(ANNE))
    there.cases.approve(f"A-{number}", by=typed(LEAD_ELSEWHERE))
    assert there.views.case(REF).case.end_reason == "mistake"


def test_without_a_list_who_types_is_believed(database: Engine, clock: MovingClock) -> None:
    app = App(database, CONFIG, clock)
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication"], director="iemand-9"), by=typed("iemand-9"))
    app.cases.assign([REF], "iemand-8", by=typed("iemand-9"))
    number = app.cases.ask_end(REF, reason="mistake", by=typed("iemand-8"))
    assert isinstance(refusal(lambda: app.cases.approve(f"A-{number}", by=typed("iemand-8"))), NotAllowed)
    app.cases.approve(f"A-{number}", by=typed("iemand-7"))


def test_both_directors_hear_it_and_the_record_says_it(database: Engine, clock: MovingClock) -> None:
    town = Town(database, clock, LISTED)
    case = town.takes_in(REF, "id_document", "postal_address", director=ANNE)
    town.letters.clear()
    town.app.cases.assign([REF], BEN, by=typed(TEAM_LEAD))
    town._deliver()
    (old,), (new,) = town.letters_to(ANNE), town.letters_to(BEN)
    assert REF in old.subject
    assert "identiteitsbewijs" not in new.subject
    assert "Identiteitsbewijs: uiterlijk 9 november 2026" in new.text
    assert "Briefadres: wacht op identiteitsbewijs" in new.text
    line = next(line for line in town.app.views.audit(REF) if line.what == "case.assigned")
    assert (line.by, line.data["director"], line.key) == (TEAM_LEAD, BEN, None)
    assert BEN not in line.because, "a code must not stay when the case is forgotten"
    case.gets("id_document")
    assert [letter.to.partition("@")[0] for letter in town.letters if "Klaar" in letter.subject] == [BEN]
    with database.connect() as connection:
        assert verify(connection, catalogue=LISTED.catalogue).faults == []


def test_who_gets_a_case_back_at_once_hears_only_that_it_is_there(database: Engine, clock: MovingClock) -> None:
    town = Town(database, clock, LISTED)
    town.takes_in(REF, "id_document", director=ANNE)
    town.letters.clear()
    town.app.cases.assign([REF], BEN, by=typed(TEAM_LEAD))
    town.app.cases.assign([REF], ANNE, by=typed(TEAM_LEAD))
    town._deliver()
    assert [letter.subject.partition(" TR")[0] for letter in town.letters_to(ANNE)] == ["Traject erbij"]


def test_an_account_says_what_somebody_is_and_who_is_blocked_is_nothing(database: Engine, clock: MovingClock) -> None:
    town = Town(database, clock)  # nobody is listed
    app = town.app
    for code, role in ((ANNE, "case_director"), (BEN, "customisation_officer"), (TEAM_LEAD, "team_lead")):
        app.people.add(code, roles=[role], municipalities=["voorbeeldstad"])
    town.takes_in(REF, "id_document", director=ANNE)
    assert isinstance(refusal(lambda: app.cases.assign([REF], BEN, by=typed(TEAM_LEAD))), NotAllowed)
    app.cases.assign([REF], "regisseur-zonder-account", by=typed(TEAM_LEAD))
    app.cases.assign([REF], ANNE, by=typed(TEAM_LEAD))
    number = app.cases.ask_end(REF, reason="mistake", by=typed(ANNE))
    assert isinstance(refusal(lambda: app.cases.approve(f"A-{number}", by=typed(BEN))), NotAllowed)
    assert app.lists.cases(status="unassigned") == []
    app.people.block(ANNE)
    assert [line.reference for line in app.lists.cases(status="unassigned")] == [REF]
    town.letters.clear()
    app.cases.record_outcome(REF, "id_document", "delivered", by=typed(TEAM_LEAD))
    town._deliver()
    assert {letter.to for letter in town.letters if "Klaar" in letter.subject} == {"regisseurs@voorbeeldstad.example"}
    app.cases.deny(f"A-{number}", because="eerst de kaart", by=typed(TEAM_LEAD))


def test_an_account_says_what_somebody_is_also_where_the_list_says_otherwise(app: App, database: Engine) -> None:
    assert app.lists.cases(status="unassigned") == []
    app.people.add(ANNE, roles=["steering_group"])
    assert isinstance(refusal(lambda: app.cases.assign([OTHER], ANNE, by=typed(TEAM_LEAD))), NotAllowed)
    was = {line.reference for line in app.lists.cases(director=ANNE)}
    assert {line.reference for line in app.lists.cases(status="unassigned")} == was
    page = Overviews(database, LISTED, app.views, app.clock).late()
    assert {one.reference for one in page.unassigned} == was


def test_a_director_asks_to_put_a_case_at_rest_and_a_team_lead_does_it(app: App) -> None:
    said = refused_without_a_trace(app, lambda: app.cases.rest(REF, reason="out_of_sight", by=typed(ANNE)))
    assert isinstance(said, InvalidInput)
    assert "vraag akkoord aan een ander" in str(said)
    number = app.cases.ask_rest(REF, reason="out_of_sight", by=typed(ANNE))
    refused_without_a_trace(app, lambda: app.cases.approve(str(number), by=typed(BEN)))
    refused_without_a_trace(app, lambda: app.cases.approve(str(number), by=typed(LEAD_ELSEWHERE)))
    app.cases.approve(str(number), by=typed(TEAM_LEAD))
    assert app.views.case(REF).resting is not None
    app.cases.rest(OTHER, reason="uit beeld", by=typed(TEAM_LEAD))
    assert app.views.case(OTHER).resting is not None


def test_only_the_municipality_that_it_goes_to_decides_on_a_handover(app: App) -> None:
    assert isinstance(refusal(lambda: app.cases.transfer(REF, "havenmeer", director=BEN, by=typed(ANNE))), NotAllowed)
    app.cases.transfer(REF, "havenmeer", director=HAVEN, by=typed(ANNE))
    for decide in (
        lambda: app.cases.accept(REF, by=typed(ANNE)),
        lambda: app.cases.decline(REF, because="incomplete", by=typed(TEAM_LEAD)),
        lambda: app.cases.accept(REF, by=typed("regisseur.niemand")),
    ):
        said = refusal(decide)
        assert isinstance(said, NotAllowed | InvalidInput)
        assert is_dutch(said)
    app.cases.decline(REF, because="incomplete", by=typed(LEAD_ELSEWHERE))
    app.cases.transfer(REF, "havenmeer", director=HAVEN, by=typed(ANNE))
    case = app.cases.accept(REF, by=typed(HAVEN))
    assert (case.municipality, case.director) == ("havenmeer", HAVEN)
