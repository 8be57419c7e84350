"""Every role at every use case, with a case of its own municipality and one of another: what it must, and nothing else."""

import inspect
from collections.abc import Callable
from datetime import date
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.access import MACHINE, Actor, Role, UseCase
from provisions.access.log import Logged
from provisions.app import App
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import NotAllowed, NotFound, Refused, SeveralRefused
from provisions.domain.lifecycle import Via
from provisions.domain.questions import AskedAs, Question
from provisions.domain.rungs import RungName
from provisions.usecases.cases import Cases
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.outcomes import OutcomeReport
from tests.access.test_rights import MAY
from tests.builders import CONFIG, day, typed
from tests.conftest import MovingClock

HOME, AWAY = tuple(CONFIG.organisation.municipalities)[:2]
DIRECTORS = {HOME: "regie-thuis", AWAY: "regie-elders"}
KEY = "id_document"
UNTIL = date(2026, 12, 20)
U = UseCase
Call = Callable[[App, str, str, Actor], Any]


def new(place: str) -> IntakeRequest:
    return IntakeRequest("TR-2026-9999", "voluntary", [KEY], municipality=place, on=date(2027, 1, 1))


# By method: the right that it takes, and a call of it with a case and its municipality. What it says may be refused by the rules,
# which is as good: here counts who gets as far as the rules.
ACTS: dict[str, tuple[UseCase, Call]] = {
    "intake": (U.INTAKE, lambda a, _, place, by: a.cases.intake(new(place), by=by)),
    "intake_many": (U.INTAKE, lambda a, _, place, by: a.cases.intake_many([new(place)], by=by)),
    "foresee_intake": (U.INTAKE, lambda a, _, place, by: a.cases.foresee_intake(new(place), by=by)),
    "check_intake": (U.INTAKE, lambda a, _, place, by: a.cases.check_intake(new(place), by=by)),
    "add": (U.ADD, lambda a, ref, _, by: a.cases.add(ref, ["wmo_indication"], by=by)),
    "record_outcome": (U.OUTCOME, lambda a, ref, _, by: a.cases.record_outcome(ref, KEY, "delivered", by=by)),
    "record_outcomes": (
        U.OUTCOME,
        lambda a, ref, _, by: a.cases.record_outcomes([OutcomeReport(ref, KEY, "delivered")], by=by),
    ),
    "suspend": (U.SUSPEND, lambda a, ref, _, by: a.cases.suspend(ref, KEY, reason="client_asks", until=UNTIL, by=by)),
    "resume": (U.RESUME, lambda a, ref, _, by: a.cases.resume(ref, KEY, by=by)),
    "waive": (U.WAIVE, lambda a, ref, _, by: a.cases.waive(ref, KEY, "housing", ground="spoed", by=by)),
    "agree": (U.AGREE, lambda a, ref, _, by: a.cases.agree(ref, KEY, UNTIL, by=by)),
    "settle_follow_up": (U.FOLLOW_UP, lambda a, ref, _, by: a.cases.settle_follow_up(ref, KEY, "bewijs", by=by)),
    "reopen": (U.REOPEN, lambda a, ref, _, by: a.cases.reopen(ref, KEY, reason="vergissing", by=by)),
    "reopen_case": (U.REOPEN, lambda a, ref, _, by: a.cases.reopen_case(ref, reason="vergissing", by=by)),
    "again": (U.AGAIN, lambda a, ref, _, by: a.cases.again(ref, KEY, reason="lost", by=by)),
    "move": (U.MOVE, lambda a, ref, _, by: a.cases.move(ref, KEY, UNTIL, by=by)),
    "urgent": (U.URGENT, lambda a, ref, _, by: a.cases.urgent(ref, KEY, because="eviction", by=by)),
    "brp": (U.BRP, lambda a, ref, _, by: a.cases.brp(ref, "registered", by=by)),
    "milestone": (U.MILESTONE, lambda a, ref, _, by: a.cases.milestone(ref, KEY, "applied", by=by)),
    "why": (U.WHY, lambda a, ref, _, by: a.cases.why(ref, KEY, "capacity", by=by)),
    "contact": (U.CONTACT, lambda a, ref, _, by: a.cases.contact(ref, "together", by=by)),
    "place_ends": (
        U.PLACE,
        lambda a, ref, _, by: a.cases.place_ends(ref, UNTIL, kind="lease", because="arrears", by=by),
    ),
    "place_kept": (U.PLACE, lambda a, ref, _, by: a.cases.place_kept(ref, by=by)),
    "place_found": (U.PLACE, lambda a, ref, _, by: a.cases.place_found(ref, by=by)),
    "living": (U.LIVING, lambda a, ref, _, by: a.cases.living(ref, "shelter", by=by)),
    "number": (U.NUMBER, lambda a, ref, _, by: a.cases.number(ref, "Z2026-1", by=by)),
    "follow_zaak": (U.NUMBER, lambda a, ref, _, by: a.cases.follow_zaak(ref, KEY, "ZAAK-7", by=by)),
    "note": (U.NOTE, lambda a, ref, _, by: a.cases.note(ref, "gebeld", by=by)),
    "keep": (U.KEEP, lambda a, ref, _, by: a.cases.keep(ref, reason="nog nodig", by=by)),
    "undo": (U.UNDO, lambda a, ref, _, by: a.cases.undo(ref, by=by)),
    "transfer": (U.TRANSFER, lambda a, ref, place, by: a.cases.transfer(ref, place, by=by)),
    "accept": (U.ACCEPT, lambda a, ref, _, by: a.cases.accept(ref, by=by)),
    "decline": (U.ACCEPT, lambda a, ref, _, by: a.cases.decline(ref, because="incomplete", by=by)),
    "rest": (U.REST, lambda a, ref, _, by: a.cases.rest(ref, reason="out_of_sight", by=by)),
    "wake": (U.WAKE, lambda a, ref, _, by: a.cases.wake(ref, by=by)),
    "close": (U.CLOSE, lambda a, ref, _, by: a.cases.close(ref, by=by)),
    "ask_stop": (U.ASK, lambda a, ref, _, by: a.cases.ask_stop(ref, KEY, reason="client_asks", until=UNTIL, by=by)),
    "ask_end": (U.ASK, lambda a, ref, _, by: a.cases.ask_end(ref, reason="mistake", by=by)),
    "ask_rest": (U.ASK, lambda a, ref, _, by: a.cases.ask_rest(ref, reason="out_of_sight", by=by)),
    "approve": (U.APPROVE, lambda a, ref, _, by: a.cases.approve(asked(a, ref), by=by)),
    "deny": (U.APPROVE, lambda a, ref, _, by: a.cases.deny(asked(a, ref), because="nee", by=by)),
    "still_so": (U.LIVING, lambda a, ref, _, by: a.cases.still_so(ref, by=by)),
    "ask_budget": (
        U.BUDGET,
        lambda a, ref, _, by: a.cases.ask_budget(ref, amount="10", why="less_stress", what="phone", by=by),
    ),
    "budget_spent": (U.BUDGET, lambda a, ref, _, by: a.cases.budget_spent(BOOKED[ref], amount="1", by=by)),
    "budget_returned": (
        U.BUDGET,
        lambda a, ref, _, by: a.cases.budget_returned(BOOKED[ref], amount="1", because="over", by=by),
    ),
    "budget_correct": (
        U.BUDGET,
        lambda a, ref, _, by: a.cases.budget_correct(BOOKED[ref], amount="1", because="vergissing", by=by),
    ),
    "assign": (U.ASSIGN, lambda a, ref, place, by: a.cases.assign([ref], DIRECTORS[place], by=by)),
    "away": (
        U.AWAY,
        lambda a, _, place, by: a.cases.away(
            DIRECTORS[place], start=day("2026-11-16"), until=day("2026-11-27"), deputy="regie-2", by=by
        ),
    ),
    "back": (U.AWAY, lambda a, _, place, by: a.cases.back(DIRECTORS[place], by=by)),
    "answer": (U.ANSWER, lambda a, ref, _, by: a.cases.answer(ref, KEY, "doorbraaktafel", "priority", by=by)),
    "submit": (U.SUBMIT, lambda a, ref, _, by: a.cases.submit(ref, KEY, "not_submitted", reason="nee", by=by)),
    "reply": (U.REPLY, lambda a, ref, _, by: a.cases.reply(ref, KEY, "call_me", by=by)),
    "reply_as_table": (
        U.ANSWER,
        lambda a, ref, _, by: a.cases.reply_as_table(ref, KEY, "doorbraaktafel", "ask_back", by=by),
    ),
    "reply_as_officer": (
        U.SUBMIT,
        lambda a, ref, _, by: a.cases.reply_as_officer(
            ref, KEY, "not_submitted", because="solved_soon", checked=True, by=by
        ),
    ),
    "link": (U.LINK, lambda a, ref, _, by: a.cases.link(ref, KEY, by=by)),
    "take_up": (U.TAKE_UP, lambda a, ref, _, by: a.cases.take_up(ref, KEY, by=by)),
    "take_back": (U.TAKE_BACK, lambda a, ref, _, by: a.cases.take_back(ref, KEY, by=by)),
    # and besides the cases
    "forget": (U.FORGET, lambda a, ref, _, by: a.retention.forget(ref, by=by)),
    "for_client": (U.RELEASE_EXPORT, lambda a, ref, _, by: a.releasing.for_client(ref, by=by)),
}
OF_NO_CASE = {"intake", "intake_many", "check_intake", "foresee_intake", "away", "back"}
ROLES = sorted(
    Role, key=lambda role: role not in (Role.TABLE, Role.CUSTOMISATION_OFFICER)
)  # these before it was answered


def asked(app: App, reference: str) -> str:
    """The number of what was asked of a case; one that was never given where it is decided."""
    found = [waiting.number for waiting in app.cases.waiting(by=MACHINE) if waiting.reference == reference]
    return str(found[0] if found else DECIDED[reference])


DECIDED: dict[str, int] = {}
BOOKED: dict[str, str] = {}


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """A case for each method in each of two municipalities: the card lies with the table, or waits for a judgement."""
    app = App(database, CONFIG, clock)
    requests = [
        IntakeRequest(
            reference(method, place),
            "voluntary",
            [KEY],
            municipality=place,
            director=DIRECTORS[place],
            on=day("2026-10-12") if method in ("submit", "reply_as_officer") else day("2026-11-02"),
        )
        for method, place in product(ACTS, (HOME, AWAY))
    ]
    app.cases.intake_many(requests, by=typed("intake-1"))
    clock.set("2026-11-12T09:00:00+00:00")
    app.time.tick_all()
    for method, place in product(("approve", "deny"), (HOME, AWAY)):
        ref = reference(method, place)
        DECIDED[ref] = app.cases.ask_end(ref, reason="mistake", by=typed("vrager-1"))
    for method, place in product(("budget_spent", "budget_returned", "budget_correct"), (HOME, AWAY)):
        ref = reference(method, place)
        found = app.cases.ask_budget(ref, amount="10", why="less_stress", what="phone", by=typed("vrager-1"))
        BOOKED[ref] = f"B-{found.number}"
    return app


def reference(method: str, place: str) -> str:
    return f"TR-2026-{(1 if place == HOME else 2) * 100 + list(ACTS).index(method):04}"


def told(app: App, act: Callable[[], Any]) -> tuple[bool, Refused | None]:
    """Whether the rights let somebody as far as the rules (else it stands in the log), and what was said."""
    before, said = app.looks.counts()[Logged.NOT_ALLOWED], None
    try:
        act()
    except Refused as refusal:
        said = refusal.faults[0][1] if isinstance(refusal, SeveralRefused) else refusal
    return app.looks.counts()[Logged.NOT_ALLOWED] == before, said


def trying(app: App, method: str, place: str, by: Actor) -> Callable[[], Any]:
    return lambda: ACTS[method][1](app, reference(method, place), place, by)


def may(role: Role, method: str) -> bool:
    """In one's own municipality, with a case as it is here."""
    use_case = ACTS[method][0]
    with_table = role is Role.TABLE and method in ("answer", "reply_as_table")
    to_judge = role is Role.CUSTOMISATION_OFFICER and method in ("submit", "reply_as_officer")
    return use_case in MAY[role] or with_table or to_judge


def sees(role: Role, method: str) -> bool:
    """Whether the role sees the case of this method in its own municipality at all."""
    match role:
        case Role.CASE_DIRECTOR | Role.TEAM_LEAD:
            return True
        case Role.TABLE:
            return method not in ("submit", "reply_as_officer")
        case Role.CUSTOMISATION_OFFICER:
            return method in ("submit", "reply_as_officer")
        case _:
            return False


def test_each_role_does_what_it_must_in_its_own_municipality_and_nothing_elsewhere(app: App) -> None:
    wrong = []
    for role, method in product(ROLES, ACTS):
        actor = Actor.of("iemand-1", [role], [HOME])
        own, said = told(app, trying(app, method, HOME, actor))
        if own is not may(role, method):
            wrong.append(f"{role} {method} in the own municipality: {said}")
        elif not own and isinstance(said, NotAllowed) is not (sees(role, method) or method in OF_NO_CASE):
            wrong.append(f"{role} {method} hears of the own municipality: {said}")
        other, said = told(app, trying(app, method, AWAY, actor))
        if other or not isinstance(said, NotAllowed if method in OF_NO_CASE else NotFound):
            wrong.append(f"{role} {method} elsewhere: {said}")
    assert not wrong, "\n".join(wrong)


def test_by_each_door_the_same_right_is_asked(app: App) -> None:
    """Of what a director may and may not, whatever brings it in: the case system comes with that role, in one municipality."""
    wrong = []
    for via, method in product((Via.CASE_SYSTEM, Via.PREFECT), ACTS):
        director = Actor.of("iemand-1", [Role.CASE_DIRECTOR], [HOME], via)
        allowed = [told(app, trying(app, method, place, director))[0] for place in (HOME, AWAY)]
        if allowed != [may(Role.CASE_DIRECTOR, method), False]:
            wrong.append(f"{via} {method}: {allowed}")
    everything = Actor.of("admin", Role, via=Via.PREFECT)  # whoever fills in a form of Prefect's
    for method, place in product(ACTS, (HOME, AWAY)):
        if not told(app, trying(app, method, place, everything))[0]:
            wrong.append(f"admin {method} {place}")
    assert not wrong, "\n".join(wrong)


# Whoever was asked by a message, and what may be done with its link.
BY_LINK: dict[AskedAs, tuple[RungName | None, set[str]]] = {
    AskedAs.COUNTER: (None, {"reply", "take_back"}),
    AskedAs.TABLE: (RungName.DOORBRAAKTAFEL, {"answer", "reply_as_table", "take_back"}),
    AskedAs.OFFICER: (RungName.MAATWERKLOKET, {"submit", "reply_as_officer", "take_back"}),
}


NOT_ASKED = "Deze vraag is niet aan deze tafel gesteld"  # said before any case is looked for


def test_by_a_link_one_question_is_answered_and_nothing_else_is_done(app: App) -> None:
    """With every act: on what was asked, on another provision of the same municipality, and on a case of another."""
    wrong = []
    for (asked_as, (rung, answers)), method in product(BY_LINK.items(), ACTS):
        question = Question(app.views.case(reference(method, HOME)).case.id, ProvisionKey(KEY), rung)
        assert question.asked_as is asked_as
        another = Question(app.views.case(reference("note", HOME)).case.id, ProvisionKey("housing"), rung)
        tries = [("asked", question, HOME), ("elsewhere", question, AWAY)]
        if asked_as is AskedAs.COUNTER:  # it is judged before as what somebody was asked
            tries.append(("another provision", another, HOME))
        for which, asked_of, place in tries:
            by = Actor.by_link("loket-burgerzaken", asked_of)
            went, said = told(app, trying(app, method, place, by))
            allowed = went and NOT_ASKED not in str(said)
            hidden = isinstance(said, NotFound) or NOT_ASKED in str(said) or method in OF_NO_CASE
            if allowed is not (which == "asked" and method in answers) or not (hidden or which == "asked"):
                wrong.append(f"{asked_as} {method} {which}: {said}")
    assert not wrong, "\n".join(wrong)


def test_every_change_of_a_case_is_tried() -> None:
    changes = {
        name
        for name, method in inspect.getmembers(Cases, inspect.isfunction)
        if not name.startswith(("_", "may_")) and "by" in inspect.signature(method).parameters
    }
    assert changes - LOOKS <= set(ACTS)


LOOKS = {"waiting", "absences"}


def test_what_is_asked_and_who_is_away_is_told_of_what_one_sees(app: App) -> None:
    for place in (HOME, AWAY):
        director = DIRECTORS[place]
        app.cases.away(director, start=day("2026-11-16"), until=day("2026-11-20"), deputy="vervanger-1", by=MACHINE)
    both = {DIRECTORS[place] for place in (HOME, AWAY)}
    assert both == {one.absence.director for one in app.cases.absences(by=MACHINE)}
    assert {HOME, AWAY} == {one.municipality for one in app.cases.waiting(by=MACHINE)}
    for role in ROLES:
        actor = Actor.of("iemand-1", [role], [HOME])
        looks = role in (Role.CASE_DIRECTOR, Role.TEAM_LEAD)
        assert {one.municipality for one in app.cases.waiting(by=actor)} == ({HOME} if looks else set()), role
        told = app.cases.absences(by=actor)
        assert {one.absence.director for one in told} == ({DIRECTORS[HOME]} if looks else set()), role
    assert {one.absence.director for one in app.cases.absences(by=Actor.of("vervanger-1", []))} == both, (
        "who acts knows"
    )
    theirs = app.cases.absences(by=Actor.of("vervanger-1", []))
    assert [one.cases for one in theirs] == [0, 0]
