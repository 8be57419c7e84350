"""Who may do what with a case: the right is asked of whoever is signed in, on the case as it is, and not at the shell."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.access import Actor, Role
from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.errors import NotAllowed, NotFound, Refused, SeveralRefused
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.outcomes import OutcomeReport
from tests.builders import CONFIG, day, everything_in, refusal, typed
from tests.conftest import MovingClock

HOME, AWAY, THIRD = tuple(CONFIG.organisation.municipalities)[:3]
REF, THERE, UNKNOWN = "TR-2026-0001", "TR-2026-0002", "TR-2026-0099"
HERS = "regie-1"
UNTIL = date(2026, 12, 20)


def who(role: Role, *places: str, code: str = "iemand-1") -> Actor:
    return Actor.of(code, [role], places)


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """A case here and one there; of the one here the card is late, and lies with the doorbraaktafel."""
    app = App(database, CONFIG, clock)
    for reference, place in ((REF, HOME), (THERE, AWAY)):
        needs = ["id_document", "wmo_indication", "special_assistance"]
        app.cases.intake(
            IntakeRequest(reference, "voluntary", needs, municipality=place, director=HERS), by=typed(HERS)
        )
    clock.set("2026-11-12T09:00:00+00:00")
    app.time.tick_all()
    return app


def refused(app: App, act: Callable[[], Any]) -> Refused:
    """The refusal, and that it changed nothing but the log of the door, in which it stands."""
    before, looks = everything_in(app.engine), app.looks.counts()[Logged.NOT_ALLOWED]
    found = refusal(act)
    after = everything_in(app.engine)
    assert {name for name in after if after[name] != before[name]} <= {"access_log"}
    assert app.looks.counts()[Logged.NOT_ALLOWED] == looks + 1
    return found


ACTS: list[tuple[str, Callable[[App, str, Actor], Any]]] = [
    ("outcome", lambda a, ref, by: a.cases.record_outcome(ref, "wmo_indication", "delivered", by=by)),
    ("note", lambda a, ref, by: a.cases.note(ref, "gebeld", by=by)),
    ("assign", lambda a, ref, by: a.cases.assign([ref], "regie-2", by=by)),
    ("answer", lambda a, ref, by: a.cases.answer(ref, "id_document", "doorbraaktafel", "priority", by=by)),
    ("ask", lambda a, ref, by: a.cases.ask_end(ref, reason="mistake", by=by)),
    ("undo", lambda a, ref, by: a.cases.undo(ref, by=by)),
    ("accept", lambda a, ref, by: a.cases.accept(ref, by=by)),
    ("forget", lambda a, ref, by: a.retention.forget(ref, by=by)),
    ("release", lambda a, ref, by: a.releasing.for_client(ref, by=by)),
]


@pytest.mark.parametrize(("name", "act"), ACTS, ids=[name for name, _ in ACTS])
def test_what_one_may_not_see_is_refused_in_the_words_for_what_is_not_there(
    app: App, name: str, act: Callable[[App, str, Actor], Any]
) -> None:
    role = Role.PRIVACY_OFFICER if name in ("forget", "release") else Role.TEAM_LEAD
    unseen = refused(app, lambda: act(app, THERE, who(role, HOME)))
    unknown = refusal(lambda: act(app, UNKNOWN, who(role, HOME)))
    assert isinstance(unseen, NotFound)
    assert str(unseen) == str(unknown).replace(UNKNOWN, THERE)
    assert app.looks.of(THERE)[0].what is Logged.NOT_ALLOWED


def test_what_one_sees_and_may_not_do_is_refused_with_who_may(app: App) -> None:
    said = refused(app, lambda: app.cases.assign([REF], "regie-2", by=who(Role.CASE_DIRECTOR, HOME)))
    assert isinstance(said, NotAllowed)
    assert "alleen een teamleider van deze gemeente" in str(said)
    said = refused(app, lambda: app.cases.note(REF, "gebeld", by=who(Role.TABLE, HOME)))
    assert "alleen een regisseur of teamleider" in str(said)


def test_all_or_nothing_where_one_of_many_is_anothers(app: App) -> None:
    reports = [OutcomeReport(ref, "wmo_indication", "delivered") for ref in (REF, THERE, UNKNOWN)]
    said = refused(app, lambda: app.cases.record_outcomes(reports, by=who(Role.CASE_DIRECTOR, HOME)))
    assert isinstance(said, SeveralRefused)
    assert [place for place, _ in said.faults] == [1, 2]
    requests = [
        IntakeRequest(reference, "voluntary", ["id_document"], municipality=place)
        for reference, place in (("TR-2026-0021", HOME), ("TR-2026-0022", AWAY))
    ]
    assert "regisseur of teamleider" in str(
        refused(app, lambda: app.cases.intake_many(requests, by=who(Role.CASE_DIRECTOR, HOME)))
    )
    assert refused(app, lambda: app.cases.assign([REF, THERE], "regie-2", by=who(Role.TEAM_LEAD, HOME))).exit_code == 3


def test_a_table_answers_what_lies_with_it_and_knows_nothing_else(app: App) -> None:
    table = who(Role.TABLE, HOME)
    elsewhere = refusal(lambda: app.cases.answer(REF, "special_assistance", "doorbraaktafel", "priority", by=table))
    absent = refusal(lambda: app.cases.answer(REF, "housing", "doorbraaktafel", "priority", by=table))
    assert isinstance(elsewhere, NotFound)
    assert str(elsewhere) == str(absent).replace("housing", "special_assistance")
    assert "special_assistance" not in str(absent)
    app.cases.answer(REF, "id_document", "doorbraaktafel", "priority", by=table)
    again = refused(app, lambda: app.cases.answer(REF, "id_document", "doorbraaktafel", "unresolved", by=table))
    assert isinstance(again, NotFound), "answered, so that it lies with the counter"


def test_a_handover_is_for_the_municipality_that_it_goes_to(app: App) -> None:
    app.cases.transfer(REF, AWAY, by=who(Role.CASE_DIRECTOR, HOME))
    assert isinstance(refused(app, lambda: app.cases.accept(REF, by=who(Role.CASE_DIRECTOR, HOME))), NotAllowed)
    assert isinstance(refused(app, lambda: app.cases.accept(REF, by=who(Role.CASE_DIRECTOR, THIRD))), NotFound)
    app.cases.accept(REF, by=who(Role.CASE_DIRECTOR, AWAY))
    assert app.views.case(REF).case.municipality == AWAY


def seen(app: App, by: Actor) -> dict[str, set[str]]:
    """Of each case in the list what is shown of it on its page, and that its page is there for nobody else."""
    seeing = app.seen_by(by)
    listed = {line.reference: line for line in seeing.cases().rows}
    found = {}
    for reference in (REF, THERE):
        address = app.views.case(reference).case.id
        if reference not in listed:
            assert isinstance(refusal(lambda address=address: seeing.case(address, "plan")), NotFound)  # type: ignore[misc]
            continue
        found[reference] = {p.provision.id.__str__() for p in seeing.case(address, "plan").provisions}
    return found


def test_a_case_stands_with_both_until_it_is_taken_over_and_then_the_one_before_reads_its_own_rounds_on(
    app: App, clock: MovingClock
) -> None:
    here, there = (who(Role.CASE_DIRECTOR, place) for place in (HOME, AWAY))
    rounds = {"id_document", "wmo_indication", "special_assistance"}
    assert set(seen(app, there)) == {THERE}
    app.cases.note(REF, "gebeld", by=here)
    app.cases.transfer(REF, AWAY, by=here)
    assert seen(app, here)[REF] == seen(app, there)[REF] == rounds
    assert isinstance(refused(app, lambda: app.cases.note(REF, "gebeld", by=there)), NotAllowed)
    assert app.seen_by(there).case(app.views.case(REF).case.id, "plan").notes == ()
    app.cases.accept(REF, by=there)
    assert seen(app, there)[REF] > rounds
    assert seen(app, here) == {REF: rounds}
    page = app.seen_by(here).case(app.views.case(REF).case.id, "plan")
    assert (page.notes, page.case.director, app.seen_by(here).record(page)) == ((), None, [])
    assert [line.director for line in app.seen_by(here).cases().rows] == [None]
    assert isinstance(refused(app, lambda: app.cases.note(REF, "gebeld", by=here)), NotAllowed)
    clock.set("2027-02-10T09:00:00+00:00")  # the last day of thirteen weeks
    assert seen(app, here) == {REF: rounds}
    clock.set("2027-02-11T09:00:00+00:00")
    assert seen(app, here) == {}
    assert isinstance(refused(app, lambda: app.cases.note(REF, "gebeld", by=here)), NotFound)
    assert set(seen(app, there)) == {REF, THERE}


def test_another_decides_who_holds_the_right_there(app: App) -> None:
    asker = who(Role.TEAM_LEAD, HOME, code=HERS)
    number = str(app.cases.ask_stop(REF, "wmo_indication", reason="client_asks", until=UNTIL, by=asker))
    nothing = str(refusal(lambda: app.cases.approve("A-99", by=asker)))
    hidden = refused(app, lambda: app.cases.approve(number, by=who(Role.TEAM_LEAD, AWAY)))
    assert isinstance(hidden, NotFound)
    assert str(hidden) == nothing.replace("A-99", f"A-{number}")
    assert "teamleider" in str(
        refused(app, lambda: app.cases.deny(number, because="nee", by=who(Role.CASE_DIRECTOR, HOME)))
    )
    assert isinstance(refusal(lambda: app.cases.approve(number, by=asker)), NotAllowed)
    app.cases.approve(number, by=who(Role.TEAM_LEAD, HOME, code="lead-2"))
    assert {p.provision.key: p.status for p in app.views.case(REF).provisions}["wmo_indication"] == "suspended"


def test_whose_deputy_is_for_the_team_lead_of_all_places_with_cases_of_that_director(app: App) -> None:
    days = {"start": day("2026-11-16"), "until": day("2026-11-27"), "deputy": "regie-2"}
    said = refused(app, lambda: app.cases.away(HERS, **days, by=who(Role.TEAM_LEAD, HOME)))  # type: ignore[arg-type]
    assert AWAY not in str(said)
    app.cases.away(HERS, **days, by=who(Role.TEAM_LEAD, HOME, AWAY))  # type: ignore[arg-type]
    refused(app, lambda: app.cases.back(HERS, by=who(Role.TEAM_LEAD, HOME)))
    app.cases.back(HERS, by=who(Role.TEAM_LEAD, HOME, AWAY))


def test_what_is_about_no_case_is_for_the_administrator(app: App) -> None:
    message = str(app.messages.found(reference=REF)[0].id)
    for role in set(Role) - {Role.ADMINISTRATOR}:
        refused(app, lambda role=role: app.people.add("regie-7", ["case_director"], [HOME], by=who(role)))  # type: ignore[misc]
        refused(app, lambda role=role: app.resending.resend(message, by=who(role)))  # type: ignore[misc]
    app.people.add("regie-7", ["case_director"], [HOME], by=who(Role.ADMINISTRATOR))
    app.people.block("regie-7", by=who(Role.ADMINISTRATOR))
    assert [look.code for look in app.looks.of("regie-7")] == ["iemand-1", "iemand-1"]
