"""What bad input gets: a clear Dutch message, the right exit code, and nothing changed in any table."""

# ruff: noqa: E501 - one bad input a line, however long

import ast
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from flows.forms.catalogue import forms
from flows.forms.form import titles
from provisions import inputs
from provisions.access import Actor, Role
from provisions.app import App
from provisions.catalogue import PROJECT
from provisions.cli import refusals
from provisions.domain.budget import entries
from provisions.domain.case import BudgetKind, ProvisionKey
from provisions.domain.questions import Question
from provisions.domain.rungs import RungName
from provisions.outbound.outbox import Outbox
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.sight import Sight
from provisions.views.refusals import for_people
from tests.builders import (
    CONFIG,
    DIRECTOR,
    NUDGE,
    Letterbox,
    day,
    everything_in,
    is_dutch,
    nudged,
    on_a_page,
    refusal,
    typed,
)
from tests.conftest import MovingClock

REF = "TR-2026-0001"
CLOSED = "TR-2026-0002"
DIED = "TR-2026-0029"
ELSEWHERE = "TR-2026-0003"
REFUSED = "TR-2026-0004"
LATER = "TR-2026-0006"
SHELTER, BOTH_DESKS, AT_DESK = "emergency_shelter", "TR-2026-0031", "TR-2026-0032"
PASSED = "TR-2026-0021"
ELSEWHERE_TOO = "TR-2026-0005"
DEBTS, URGENT = "TR-2026-0010", "TR-2026-0011"
WITH_DIRECTOR = "TR-2026-0012"
AWAY, DEPUTY = "regisseur-5", "regisseur-6"
AT_REST = "TR-2026-0014"
MOVING, MOVED = "TR-2026-0013", "TR-2026-0015"
OTHER_TABLE = Actor.by_link("regionale-tafel", Question(UUID(int=7), ProvisionKey("id_document"), RungName.REGIONAL))
TOMORROW = day("2026-11-11")

INVALID, NOT_FOUND, NOT_ALLOWED = 2, 3, 4
RAISED = {"InvalidInput", "NotFound", "NotAllowed", "NoLongerAsked"}
# Not about a case of this town; each has a test of its own.
ELSEWHERE_TRIED = {
    *(
        "accounting.py",
        "administering.py",
        "again.py",
        "approvals.py",
        "link_answers.py",
        "boards.py",
        "bringing_in.py",
        "monitoring.py",
        "budgets.py",
        "new_rules.py",
        "nights.py",
        "reports.py",
        "resending.py",
        "second_looks.py",
        "tables.py",
        "zaken.py",
        "case_system.py",
    ),
    "retention.py",
    "starting.py",
    *("calendars.py", "standby.py"),
    *("people.py", "signing_in.py", "provider_sign_in.py", "looks.py", "seeing.py", "rests.py"),
}

BSN = ("111222333", "123456782", "111 222 333", "111.222.333", "1112-22-333")
EMAIL = ("j.jansen@voorbeeld.nl", "iemand+iets@sub.domein.example")
TELEPHONE = (
    "06-12345678",
    "0612345678",
    "06 12 34 56 78",
    "+31 6 12345678",
    "0031612345678",
    "020-1234567",
    "(020) 123 45 67",
    "06/12345678",
)
IDENTIFYING = (*BSN, *EMAIL, *TELEPHONE)
INNOCENT = (
    "Op 05-11-2026 09:00 gesproken; terugbellen na 2026-11-12 10:00.",
    "Zie TR-2026-0042, kamer 12, tussen 1 en 3 december; artikel 4:15 Awb.",
    "Kosten 1.250,00 euro, 8 weken, 24/7 bereikbaar via het loket.",
    "Besluit van 3-11-2026 10:15 klopt niet.",
)


@pytest.fixture(scope="module")
def town(shared_database: Engine) -> App:
    """A case with something in every state, and a closed one, eight days later. No test here changes anything."""
    clock = MovingClock()
    app = App(shared_database, CONFIG, clock)
    app.cases.intake(
        IntakeRequest(
            REF,
            "voluntary",
            [
                "id_document",
                "postal_address",
                "advance_payment",
                "special_assistance",
                "wmo_indication",
                "housing",
                "emergency_shelter",
            ],
            agreed={"housing": day("2026-12-01")},
        ),
        by=typed(DIRECTOR),
    )
    app.cases.record_outcome(REF, "wmo_indication", "delivered", by=typed(DIRECTOR))
    app.cases.suspend(REF, "special_assistance", reason="client_asks", until=day("2026-11-20"), by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(ELSEWHERE, "voluntary", ["postal_address"], brp="unregistered"), by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(CLOSED, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    app.cases.record_outcome(CLOSED, "wmo_indication", "delivered", by=typed(DIRECTOR))
    app.cases.close(CLOSED, by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(DIED, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    app.cases.close(DIED, reason="died", by=typed(DIRECTOR))
    keys = ["id_document", "day_activity", "wmo_indication", "emergency_shelter"]
    app.cases.intake(IntakeRequest(REFUSED, "voluntary", keys), by=typed(DIRECTOR))
    app.cases.record_outcome(REFUSED, "id_document", "refused", by=typed(DIRECTOR))
    app.cases.record_outcome(REFUSED, "day_activity", "refused", by=typed(DIRECTOR))
    app.cases.record_outcome(REFUSED, "wmo_indication", "delivered", by=typed(DIRECTOR))
    app.cases.settle_follow_up(REFUSED, "wmo_indication", "support_started", by=typed(DIRECTOR))
    nudged(app, REFUSED, "2026-11-02")
    app.cases.settle_follow_up(REFUSED, "traject", NUDGE.name, by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(ELSEWHERE_TOO, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    keys = ["id_document", "postal_address", "health_insurance", "emergency_shelter", "housing", "special_assistance"]
    app.cases.intake(IntakeRequest(LATER, "voluntary", keys, agreed={"housing": day("2026-12-01")}), by=typed(DIRECTOR))
    for key, name in (("id_document", "delivered"), ("special_assistance", "delivered"), ("housing", "withdrawn")):
        app.cases.record_outcome(LATER, key, name, by=typed(DIRECTOR))
    for reference, urgent in ((DEBTS, []), (URGENT, ["debt_counselling"])):
        present = ["id_document", "housing", "benefit_decision"]
        request = IntakeRequest(reference, "voluntary", ["debt_counselling"], present=present, urgent=urgent)
        app.cases.intake(request, by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(WITH_DIRECTOR, "voluntary", ["id_document"], director=DIRECTOR), by=typed(DIRECTOR))
    for reference in (MOVING, MOVED):
        app.cases.intake(IntakeRequest(reference, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
        app.cases.transfer(reference, "duinrade", by=typed(DIRECTOR))
    app.cases.accept(MOVED, by=typed("regisseur-7"))
    before_a_desk(app)
    app.cases.away(AWAY, start=day("2026-11-09"), until=day("2026-11-20"), deputy=DEPUTY, by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(AT_REST, "voluntary", ["id_document"]), by=typed(DIRECTOR))
    app.cases.intake(IntakeRequest(PASSED, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    clock.set("2026-11-10T08:50:00+00:00")
    app.cases.milestone(PASSED, "wmo_indication", "reported", by=typed(DIRECTOR))
    for amount in ("10", "30", "30"):
        found = app.cases.ask_budget(DEBTS, amount=amount, why="less_stress", what="pets", by=typed(DIRECTOR))
        if amount == "30":
            app.cases.approve(f"B-{found.number}", by=typed("regisseur-9"))
    app.cases.budget_spent(f"B-{found.number}", amount="20", by=typed(DIRECTOR))
    clock.set("2026-11-10T09:00:00+00:00")
    app.cases.rest(AT_REST, reason="out_of_sight", on=day("2026-11-04"), by=typed(DIRECTOR))
    app.time.tick_all()
    app.cases.record_outcome(LATER, "emergency_shelter", "delivered", by=typed(DIRECTOR))
    for purpose, on in (("bed", day("2026-11-09")), ("clothing", day("2026-11-10"))):
        app.cases.again(LATER, "special_assistance", reason="new_costs", purpose=purpose, on=on, by=typed(DIRECTOR))
    app.cases.answer(WITH_DIRECTOR, "id_document", "doorbraaktafel", "priority", by=typed(DIRECTOR))
    app.cases.submit(REFUSED, "emergency_shelter", "submitted", reason="alles geprobeerd", by=typed(DIRECTOR))
    Outbox(shared_database, CONFIG, Letterbox(), clock).deliver_due()
    app.cases.place_ends(WITH_DIRECTOR, day("2026-12-12"), kind="lease", because="arrears", by=typed(DIRECTOR))
    sent = app.messages.found(reference=REFUSED, status="sent", limit=1)
    app.resending.resend(str(sent[0].id), by=typed(DIRECTOR))
    return app


def before_a_desk(app: App) -> None:
    """Two whose day comes near in a region with a central desk; one of them was submitted there."""
    config = replace(CONFIG, catalogue=replace(CONFIG.catalogue, central_desk=True))
    there = App(app.engine, config, app.clock)
    for reference, needed in ((BOTH_DESKS, day("2026-11-05")), (AT_DESK, day("2026-11-06"))):
        request = IntakeRequest(reference, "voluntary", [SHELTER], needed_from={SHELTER: needed})
        there.cases.intake(request, by=typed(DIRECTOR))
    there.time.tick_all()
    there.cases.submit(AT_DESK, SHELTER, "submitted", reason="hier is geen plek", by=typed(DIRECTOR))


def intake(
    reference: str = "TR-2026-0009", route: str = "voluntary", needs: Any = ("id_document",), **more: Any
) -> Callable[[App], Any]:
    by = typed(more.pop("by", DIRECTOR))
    return lambda s: s.cases.intake(IntakeRequest(reference, route, needs, **more), by=by)


def call(verb: str, *args: Any, **more: Any) -> Callable[[App], Any]:
    by = more.pop("by", DIRECTOR)
    more["by"] = by if isinstance(by, Actor) else typed(by)
    return lambda s: getattr(s.cases, verb)(*args, **more)


def reply(said: str, key: str = "id_document", reference: str = REF, **more: Any) -> Callable[[App], Any]:
    return call("reply", reference, key, said, **more)


def after_moving(said: str, reference: str) -> Callable[[App], Any]:
    """The counter that the client moved away from, by the link of the letter that says so."""

    def tried(app: App) -> Any:
        question = Question(app.views.case(reference).case.id, ProvisionKey("wmo_indication"), moved=True)
        return reply(said, "wmo_indication#1", reference, by=Actor.by_link("loket-wmo", question))(app)

    return tried


def table(said: str, reference: str = REF, rung: str = "doorbraaktafel", **more: Any) -> Callable[[App], Any]:
    return call("reply_as_table", reference, "id_document", rung, said, **more)


def judged(key: str, reference: str = REF) -> Callable[[App], Any]:
    return call("reply_as_officer", reference, key, "submitted", because="all_tried", checked=True)


def outcome(key: str, name: str = "delivered", reference: str = REF, **more: Any) -> Callable[[App], Any]:
    return call("record_outcome", reference, key, name, **more)


def suspend(key: str = "advance_payment", until: date = date(2026, 11, 20), **more: Any) -> Callable[[App], Any]:
    more.setdefault("reason", "client_asks")
    return call("suspend", REF, key, until=until, **more)


def budget(amount: str = "10", what: str = "transport", **more: Any) -> Callable[[App], Any]:
    reference = more.pop("reference", REF)
    return call("ask_budget", reference, amount=amount, what=what, **{"why": "less_stress", **more})


def looker(app: App) -> Sight:
    """What somebody sees who needs a reason for that."""
    return app.seen_by(Actor.of("maatwerk-1", [Role.CUSTOMISATION_OFFICER], ["voorbeeldstad"]))


def away(director: str = DIRECTOR, start: date = date(2026, 11, 16), **more: Any) -> Callable[[App], Any]:
    known = {"deputy": "regisseur-8", "until": day("2026-11-27"), **more}
    return call("away", director, start=start, **known)


def asked_money(app: App) -> str:
    """The number of an amount on which nobody decided."""
    return _money(app, BudgetKind.ASKED)


def approved_money(app: App) -> str:
    return _money(app, BudgetKind.APPROVED)


def spent_money(app: App) -> str:
    return _money(app, BudgetKind.APPROVED, spent=True)


def _money(app: App, state: BudgetKind, *, spent: bool = False) -> str:
    found = entries(app.views.case(DEBTS).case.budget).values()
    return next(f"B-{e.number}" for e in found if e.state is state and bool(e.spent) is spent)


def without_budgets(app: App) -> Any:
    """Asking where no municipality has a budget."""
    config = replace(CONFIG, catalogue=replace(CONFIG.catalogue, budgets={}))
    return budget()(App(app.engine, config, app.clock))


BAD: Mapping[str, tuple[int, Callable[[App], Any], str]] = {
    # who may
    "another's word for approval": (
        NOT_ALLOWED,
        suspend(until=date(2026, 12, 20), by=on_a_page("r-9"), approved_by="teamleider-1"),
        "Akkoord geeft een ander zelf",
    ),
    # references, keys, codes, choices
    "a malformed reference": (INVALID, intake("jan jansen"), "jan jansen"),
    "a reference that exists": (NOT_ALLOWED, intake(REF), REF),
    "an unknown reference": (NOT_FOUND, outcome("id_document", reference="TR-2026-9999"), "TR-2026-9999"),
    "an unknown key at intake": (INVALID, intake(needs=["id_documents"]), "id_document"),
    "an unknown key beside all": (INVALID, intake(needs=["all", "paspoort"]), "paspoort"),
    "an unknown key": (INVALID, outcome("passport"), "passport"),
    "a key that the case does not have": (NOT_FOUND, outcome("health_insurance"), "health_insurance"),
    "no needs": (INVALID, intake(needs=[]), "--need"),
    "an unknown route": (INVALID, intake(route="onbekende weg"), "onbekende weg"),
    "an unknown register": (INVALID, intake(brp="misschien"), "misschien"),
    "an unknown municipality": (INVALID, intake(municipality="havenmere"), "havenmeer"),
    "an unknown municipality to move to": (INVALID, call("transfer", REF, "atlantis"), "atlantis"),
    "a malformed code": (INVALID, outcome("id_document", by="Jan Jansen"), "Jan Jansen"),
    "an empty code": (INVALID, outcome("id_document", by=""), "--by"),
    "an unknown outcome": (INVALID, outcome("id_document", "done"), "done"),
    "an unknown answer": (INVALID, call("answer", REF, "id_document", "doorbraaktafel", "ja"), "ja"),
    "an unknown rung": (INVALID, call("answer", REF, "id_document", "directie", "priority"), "directie"),
    "a rung that was not climbed": (NOT_ALLOWED, call("answer", REF, "id_document", "maatwerkloket", "priority"), "Maatwerkloket"),
    "a submission that is not there yet": (NOT_ALLOWED, call("submit", REF, "id_document", "submitted", reason="nodig"), "Maatwerkloket"),
    "an unknown decision": (INVALID, call("submit", REF, "id_document", "ja", reason="nodig"), "ja"),
    "an unknown field": (INVALID, outcome("id_document", fields={"kleur": "rood"}), "kleur"),
    "an unknown value of a field": (INVALID, outcome("id_document", fields={"paid_by": "oma"}), "oma"),
    "a change in a case at rest": (NOT_ALLOWED, outcome("id_document", reference=AT_REST), "provisions wake TR-2026-0014"),
    "a rest for no reason known": (INVALID, call("rest", REF, reason="detention"), "out_of_sight"),
    "a rest before the case": (INVALID, call("rest", REF, reason="abroad", on=day("2026-11-01")), "2026-11-01"),
    "a rest that goes on before it began": (INVALID, call("rest", AT_REST, reason="abroad", on=day("2026-11-03")), "2026-11-04"),
    "waking who is not at rest": (NOT_ALLOWED, call("wake", REF), "niet uit beeld"),
    "waking before the rest": (INVALID, call("wake", AT_REST, on=day("2026-11-03")), "2026-11-04"),
    "an unknown follow-up of the case": (NOT_FOUND, call("settle_follow_up", REF, "traject", "bloemen"), "bloemen"),
    "a follow-up of the case done twice": (NOT_ALLOWED, call("settle_follow_up", REFUSED, "traject", NUDGE.name), "al afgerond"),
    "an unknown follow-up": (NOT_FOUND, call("settle_follow_up", REF, "wmo_indication", "bloemen"), "bloemen"),
    "still so, twice in a quarter": (NOT_ALLOWED, call("still_so", REF), "dit kwartaal al"),
    # money
    "an amount of nothing": (INVALID, budget("0"), "meer zijn dan nul"),
    "an amount below zero": (INVALID, budget("-12,50"), "meer zijn dan nul"),
    "an amount with three decimals": (INVALID, budget("12,345"), "twee cijfers achter de komma"),
    "an amount above the whole year's": (NOT_ALLOWED, budget("25000,01"), "€ 25.000,00"),
    "an amount for nothing known": (INVALID, budget(what="vis"), "--what"),
    "an amount for a reason that is none": (INVALID, budget(why="gewoon"), "--why"),
    "an amount for a closed case": (NOT_ALLOWED, budget(reference=CLOSED), "afgesloten"),
    "an amount where no budget is set": (NOT_ALLOWED, without_budgets, "geen maatwerkbudget"),
    "an unknown number of the budget": (NOT_FOUND, call("budget_spent", "B-999", amount="1"), "B-999"),
    "another number for the budget": (INVALID, call("budget_spent", "A-1", amount="1"), "B-3"),
    "an unknown number of the budget to approve": (NOT_FOUND, call("approve", "B-999", by="teamleider-1"), "B-999"),
    "spent before anybody approved": (NOT_ALLOWED, lambda s: call("budget_spent", asked_money(s), amount="1")(s), "gevraagd"),
    "returned before anybody approved": (NOT_ALLOWED, lambda s: call("budget_returned", asked_money(s), amount="1", because="over")(s), "er kan niets terugkomen"),
    "corrected before anything was spent": (NOT_ALLOWED, lambda s: call("budget_correct", approved_money(s), amount="1", because="fout")(s), "nog niets uitgegeven"),
    "spent more than was asked": (NOT_ALLOWED, lambda s: call("budget_spent", approved_money(s), amount="1000")(s), "€ 30,00"),
    "returned more than was approved": (NOT_ALLOWED, lambda s: call("budget_returned", approved_money(s), amount="1000", because="over")(s), "€ 30,00"),
    "spent before it was asked": (INVALID, lambda s: call("budget_spent", approved_money(s), amount="1", on=day("2026-11-02"))(s), "2026-11-10"),
    "corrected to the same": (INVALID, lambda s: call("budget_correct", spent_money(s), amount="20", because="fout")(s), "zo staat het er"),
    "corrected to more than was asked": (NOT_ALLOWED, lambda s: call("budget_correct", spent_money(s), amount="31", because="fout")(s), "€ 30,00"),
    "approved by who asked it": (NOT_ALLOWED, lambda s: call("approve", asked_money(s), by=DIRECTOR)(s), "zelf gevraagd"),
    # what is needed
    "needed and present": (INVALID, intake(needs=["id_document"], present=["id_document"]), "id_document"),
    "a dependency that is nowhere": (INVALID, intake(needs=["postal_address"]), "--waive"),
    "an agreed date for a target": (INVALID, intake(agreed={"id_document": TOMORROW}), "streeftermijn"),
    "no agreed date where one is needed": (INVALID, intake(needs=["id_document", "housing"]), "--agreed"),
    "an agreed date for what is not needed": (INVALID, intake(agreed={"social_network": TOMORROW}), "social_network"),
    "an agreed date that can not be": (INVALID, intake(needs=["social_network"], agreed={"social_network": date.max}), "9999"),
    "a later day for what is needed now": (INVALID, intake(needed_from={"id_document": TOMORROW}), "--needed-from"),
    "urgent where nothing is": (INVALID, intake(urgent=["id_document"]), "spoed"),
    "urgent for what is not needed": (INVALID, intake(urgent=["debt_counselling"]), "debt_counselling"),
    "a waiver without a ground": (INVALID, intake(needs=["postal_address"], waive={("postal_address", "id_document"): " "}), "grond"),
    "a waiver of both sides": (
        INVALID,
        intake(
            needs=["debt_counselling"],
            present=["id_document", "benefit_decision"],
            waive={("debt_counselling", "housing"): "a", ("debt_counselling", "emergency_shelter"): "b"},
        ),
        "twee keer",
    ),
    "an agreed date twice, in other words": (
        INVALID,
        intake(needs=["social_network"], agreed={"social_network": TOMORROW, "Social_Network": day("2026-11-20")}),
        "Over 'social_network' staat er twee keer iets",
    ),
    "a waiver twice, in other words": (
        INVALID,
        intake(
            needs=["postal_address"],
            waive={("postal_address", "id_document"): "a", ("postal_address", "identiteitsbewijs"): "b"},
        ),
        "twee keer",
    ),
    "taken in, in small letters": (NOT_ALLOWED, intake("tr-2026-0001"), "TR-2026-0001 bestaat al"),
    "added twice": (NOT_ALLOWED, call("add", REF, ["id_document"]), "id_document"),
    # days
    "an intake in the future": (INVALID, intake(on=TOMORROW), "2026-11-11"),
    "an outcome in the future": (INVALID, outcome("id_document", on=TOMORROW), "2026-11-11"),
    "an outcome before the start": (INVALID, outcome("id_document", on=day("2026-11-01")), "2026-11-01"),
    "an intake long ago": (INVALID, intake(on=day("1999-01-01")), "1999-01-01"),
    "a resume in the future": (INVALID, call("resume", REF, "special_assistance", on=TOMORROW), "2026-11-11"),
    "an agreed date in the past": (INVALID, call("agree", REF, "housing", day("2026-11-09")), "2026-11-09"),
    "an agreement on a target": (INVALID, call("agree", REF, "id_document", TOMORROW), "streeftermijn"),
    "an agreement that can not be": (INVALID, call("agree", REF, "housing", date.max), "9999"),
    "a follow-up done in the future": (INVALID, call("settle_follow_up", REF, "wmo_indication", "support_started", on=TOMORROW), "2026-11-11"),
    # states
    "an outcome for what is blocked": (NOT_ALLOWED, outcome("postal_address"), "id_document"),
    "a refusal of what is blocked": (NOT_ALLOWED, outcome("postal_address", "refused"), "id_document"),
    "an outcome for what is closed": (NOT_ALLOWED, outcome("wmo_indication"), "reopen"),
    "an outcome in a closed case": (NOT_ALLOWED, outcome("wmo_indication", reference=CLOSED), "afgesloten"),
    "a need in a closed case": (NOT_ALLOWED, call("add", CLOSED, ["id_document"]), "afgesloten"),
    "a resume of what runs": (NOT_ALLOWED, call("resume", REF, "id_document"), "staat niet stil"),
    "a stop of what is blocked": (NOT_ALLOWED, suspend("postal_address"), "loopt nog niet"),
    "a stop of what is closed": (NOT_ALLOWED, suspend("wmo_indication"), "afgesloten"),
    "closing with open provisions": (NOT_ALLOWED, call("close", REF), "id_document"),
    "closing twice": (NOT_ALLOWED, call("close", CLOSED), "afgesloten"),
    "reopening what is open": (NOT_ALLOWED, call("reopen", REF, "id_document", reason="fout"), "niet afgesloten"),
    "moving to where one is": (NOT_ALLOWED, call("transfer", REF, "voorbeeldstad"), "voorbeeldstad"),
    "moving twice at once": (NOT_ALLOWED, call("transfer", MOVING, "havenmeer"), "provisions accept TR-2026-0013"),
    "a malformed code of who takes over": (INVALID, call("transfer", REF, "duinrade", director="De Baas"), "--director"),
    "accepting what was not handed over": (NOT_ALLOWED, call("accept", REF), "provisions transfer"),
    "declining what was not handed over": (NOT_ALLOWED, call("decline", REF, because="other"), "niet overgedragen"),
    "accepting twice": (NOT_ALLOWED, call("accept", MOVED), "al aangenomen"),
    "declining what was accepted": (NOT_ALLOWED, call("decline", MOVED, because="other"), "al aangenomen"),
    "accepting a case that is closed": (NOT_ALLOWED, call("accept", CLOSED), "afgesloten"),
    "declining for no reason known": (INVALID, call("decline", MOVING, because="zomaar"), "not_living_here"),
    "reopening what was handed over": (NOT_ALLOWED, call("reopen", MOVED, "wmo_indication#1", reason="fout"), "voorbeeldstad"),
    # stops
    "a stop for a waiting list": (INVALID, suspend(reason="waiting_list"), "wachtlijst"),
    "a stop for no show": (INVALID, suspend(reason="no_show"), "niet verschijnen"),
    "a stop of over four weeks": (INVALID, suspend(until=day("2026-12-09")), "vier weken"),
    "a stop approved by nobody": (INVALID, suspend(until=day("2026-12-09"), approved_by="De Baas"), "De Baas"),
    "a stop that ends before it starts": (INVALID, suspend(until=day("2026-11-09")), "2026-11-09"),
    "a stop for ever": (INVALID, suspend(until=date.max, approved_by="teamleider-1"), "9999"),
    # waivers
    "a waiver of a dependency that is not there": (INVALID, call("waive", REF, "postal_address", "housing", ground="nodig"), "housing"),
    "a waiver of what runs": (INVALID, call("waive", REF, "id_document", "postal_address", ground="nodig"), "postal_address"),
    "a waiver before the need": (INVALID, call("waive", REF, "postal_address", "id_document", ground="nodig", on=day("2026-11-01")), "2026-11-01"),
    "a ground that is too long": (INVALID, call("waive", REF, "postal_address", "id_document", ground="x" * 2001), "2000"),
    # rounds and ends
    "no round": (INVALID, outcome("id_document#nul"), "geen ronde"),
    "a round that is not there": (NOT_FOUND, outcome("id_document#3"), "id_document#3"),
    "again what was never needed": (NOT_FOUND, call("again", REF, "health_insurance", reason="lost"), "health_insurance"),
    "again after a death": (NOT_ALLOWED, call("again", DIED, "wmo_indication", reason="lost"), "overleden"),
    "again for no reason known": (INVALID, call("again", REF, "wmo_indication", reason="zomaar"), "zomaar"),
    "again while open": (NOT_ALLOWED, call("again", REF, "id_document", reason="lost"), "nog open"),
    "again without saying what for": (INVALID, call("again", REF, "special_assistance", reason="new_costs"), "--for"),
    "for what it can't be": (INVALID, call("again", REF, "special_assistance", reason="new_costs", purpose="jacht"), "jacht"),
    "an end for no reason known": (INVALID, call("close", REF, reason="klaar"), "klaar"),
    "an end without who takes over": (INVALID, call("close", REF, reason="left_region"), "overneemt"),
    "an end with somebody unknown": (INVALID, call("close", REF, reason="left_region", takeovers={"id_document": "buurman"}), "buurman"),
    "reopening a case that is open": (NOT_ALLOWED, call("reopen_case", REF, reason="fout"), "niet afgesloten"),
    "a round where more are open": (INVALID, outcome("special_assistance", reference=LATER), "special_assistance#2"),
    "a round twice on a day": (NOT_ALLOWED, call("again", LATER, "special_assistance", reason="new_costs", purpose="bed"), "10 november"),
    # what was said already
    "an agreement on what is closed": (NOT_ALLOWED, call("agree", LATER, "housing", TOMORROW), "reopen"),
    "a submission of what is closed": (NOT_ALLOWED, call("submit", LATER, "emergency_shelter", "not_submitted", reason="nodig"), "reopen"),
    "a submission at a desk that nobody was warned for": (NOT_ALLOWED, call("submit", REF, "id_document", "submitted", reason="nodig", desk="central_desk"), "centrale loket"),
    "submitted twice at the central desk": (NOT_ALLOWED, call("submit", AT_DESK, SHELTER, "submitted", reason="nodig", desk="central_desk"), "al ingediend"),
    "a submission while two desks wait": (INVALID, call("submit", BOTH_DESKS, SHELTER, "submitted", reason="nodig"), "central_desk"),
    "a desk that there is not": (INVALID, call("submit", BOTH_DESKS, SHELTER, "submitted", reason="nodig", desk="balie"), "central_desk"),
    "a waiver of what has started": (NOT_ALLOWED, call("waive", LATER, "postal_address", "id_document", ground="nodig"), "wacht nergens"),
    "a waiver of what is met": (NOT_ALLOWED, call("waive", LATER, "health_insurance", "id_document", ground="nodig"), "wacht niet meer"),
    "refused twice": (NOT_ALLOWED, outcome("id_document", "refused", reference=REFUSED), "delivered"),
    "a stop after a decision in time": (NOT_ALLOWED, call("suspend", REFUSED, "day_activity", reason="client_asks", until=TOMORROW), "loopt niet meer"),
    "a follow-up done twice": (NOT_ALLOWED, call("settle_follow_up", REFUSED, "wmo_indication", "support_started"), "al afgerond"),
    "a follow-up before its outcome": (INVALID, call("settle_follow_up", REF, "wmo_indication", "support_started", on=day("2026-11-01")), "2026-11-01"),
    "a waiver of what is there": (INVALID, call("waive", REFUSED, "wmo_indication", "id_document", ground="nodig"), "id_document"),
    "a field of another outcome": (INVALID, outcome("id_document", "withdrawn", fields={"paid_by": "free"}), "paid_by"),
    "no date in a field": (INVALID, outcome("wmo_indication", reference=ELSEWHERE_TOO, fields={"support_starts_on": "morgen"}), "morgen"),
    "a reminder has no answer": (INVALID, call("answer", REF, "id_document", "case_director", "priority"), "herinnering"),
    "submitted twice": (NOT_ALLOWED, call("submit", REFUSED, "emergency_shelter", "submitted", reason="nodig"), "al ingediend"),
    "a stop of over a year": (INVALID, suspend(until=day("2028-01-01"), approved_by="teamleider-1"), "2028-01-01"),
    "needed before the intake": (INVALID, intake(needs=["emergency_shelter"], needed_from={"emergency_shelter": day("2026-11-01")}), "2026-11-01"),
    # what became known later
    "moved where nothing is later": (INVALID, call("move", REF, "id_document", TOMORROW), "latere dag"),
    "moved to the same day": (NOT_ALLOWED, call("move", REF, "emergency_shelter", day("2026-11-02")), "andere dag"),
    "moved when it is there": (NOT_ALLOWED, call("move", LATER, "emergency_shelter", TOMORROW), "reopen"),
    "urgent where nothing can be": (INVALID, call("urgent", REF, "id_document", because="eviction"), "spoed"),
    "urgent for no reason known": (INVALID, call("urgent", DEBTS, "debt_counselling", because="zomaar"), "zomaar"),
    "urgent twice": (NOT_ALLOWED, call("urgent", URGENT, "debt_counselling", because="eviction"), "al spoed"),
    "an unknown living situation": (INVALID, intake(living="thuis"), "homeless"),
    "an unknown Wlz": (INVALID, intake(wlz="veel"), "ggz"),
    "a place of no kind": (INVALID, call("place_ends", REF, TOMORROW, kind="tent", because="term"), "lease"),
    "a place that ends for no reason": (INVALID, call("place_ends", REF, TOMORROW, kind="lease", because="zomaar"), "arrears"),
    "a place that ended yesterday": (INVALID, call("place_ends", REF, day("2026-11-09"), kind="lease", because="term"), "al weg"),
    "a place that ends in another century": (INVALID, call("place_ends", REF, day("2126-12-01"), kind="lease", because="term"), "2126"),
    "a place that ends as is known": (
        NOT_ALLOWED, call("place_ends", WITH_DIRECTOR, day("2026-12-12"), kind="lease", because="arrears"), "niets te veranderen",
    ),
    "keeping what is not lost": (NOT_ALLOWED, call("place_kept", REF), "place"),
    "finding where nothing is lost": (NOT_ALLOWED, call("place_found", REF), "geen plek die ophoudt"),
    "keeping it until yesterday": (INVALID, call("place_kept", WITH_DIRECTOR, until=day("2026-11-09")), "niet na vandaag"),
    "keeping it until the day it ends": (NOT_ALLOWED, call("place_kept", WITH_DIRECTOR, until=day("2026-12-12")), "andere dag"),
    "finding one until today": (INVALID, call("place_found", WITH_DIRECTOR, until=day("2026-11-10")), "niet na vandaag"),
    "losing a place at rest": (NOT_ALLOWED, call("place_ends", AT_REST, TOMORROW, kind="lease", because="term"), "uit beeld"),
    "sleeping where nobody does": (INVALID, call("living", REF, "thuis"), "homeless"),
    "a Wlz nobody has": (INVALID, call("living", REF, "hotel", wlz="veel"), "ggz"),
    "sleeping there before the intake": (INVALID, call("living", REF, "hotel", on=day("2026-11-01")), "2026-11-01"),
    "an unknown way of contact at intake": (INVALID, intake(contact="per post"), "together"),
    "an unknown way of contact": (INVALID, call("contact", REF, "per post"), "together"),
    "contact as it goes already": (NOT_ALLOWED, call("contact", REF, "via_director"), "niets te veranderen"),
    "a number that is none": (INVALID, call("number", REF, "Z*2026"), "Z*2026"),
    "no number where there is none": (NOT_ALLOWED, call("number", REF, "geen"), "geen nummer"),
    "a number of what is not needed": (NOT_FOUND, call("number", REF, "Z-1", key="health_insurance"), "health_insurance"),
    "a cause nobody knows": (INVALID, call("why", REF, "id_document", "zomaar"), "zomaar"),
    "a cause with an answer": (INVALID, call("answer", REF, "id_document", "doorbraaktafel", "priority", cause="zomaar"), "zomaar"),
    "a cause with an outcome": (INVALID, outcome("id_document", "refused", cause="zomaar"), "zomaar"),
    "a cause of what was in time": (NOT_ALLOWED, call("why", REF, "wmo_indication", "no_place"), "niet te laat"),
    "a register that is unknown again": (INVALID, call("brp", REF, "unknown"), "onbekend"),
    "a register that is known": (NOT_ALLOWED, call("brp", ELSEWHERE, "unregistered"), "niets te veranderen"),
    "a register known before the intake": (INVALID, call("brp", REF, "registered", on=day("2026-11-01")), "2026-11-01"),
    "a register in a closed case": (NOT_ALLOWED, call("brp", CLOSED, "registered"), "afgesloten"),
    "a milestone before the need": (INVALID, call("milestone", REF, "id_document", "ready", on=day("2026-11-01")), "2026-11-01"),
    "a milestone that does not exist": (INVALID, call("milestone", REF, "id_document", "bloemen"), "bloemen"),
    "a waiver for no reason known": (INVALID, call("waive", REF, "postal_address", "id_document", ground="nodig", because="zomaar"), "zomaar"),
    # what those answer who were asked
    "answered by the counter before it was asked": (NOT_ALLOWED, reply("seen", "postal_address"), "nog niets gevraagd"),
    "answered when it is there": (NOT_ALLOWED, reply("seen", "emergency_shelter", LATER), "al afgerond"),
    "answered when it is with another municipality": (NOT_ALLOWED, reply("seen", "wmo_indication#1", MOVED), "andere gemeente"),
    "more than was asked after a move": (INVALID, after_moving("delivered", MOVED), "andere gemeente"),
    "answered after a move that was none": (NOT_ALLOWED, after_moving("seen", REF), "niet meer nodig"),
    "refused by the counter twice": (NOT_ALLOWED, reply("refused", "id_document", REFUSED, cause="documents"), "al afgewezen"),
    "promised for no day": (INVALID, reply("promised"), "dag"),
    "promised for a day that is past": (INVALID, reply("promised", on=day("2026-11-09")), "2026-11-09"),
    "an application where there is none": (INVALID, reply("applied", "advance_payment"), "aanvraag"),
    "refused by the counter without a ground": (INVALID, reply("refused"), "grond"),
    "an obstacle without a cause": (INVALID, reply("obstacle"), "oorzaak"),
    "answered while it is at rest": (NOT_ALLOWED, reply("delivered", reference=AT_REST), "staat stil"),
    "no answer of a counter": (INVALID, reply("misschien"), "misschien"),
    "a remark that is too long": (INVALID, reply("seen", remark="x" * 201), "200"),
    "answered by a table that was not asked": (NOT_ALLOWED, table("ask_back", rung="regional"), "niets gevraagd"),
    "answered by a table that had answered": (NOT_ALLOWED, table("ask_back", WITH_DIRECTOR), "voorrang"),
    "answered by another table's link": (NOT_FOUND, table("ask_back", by=OTHER_TABLE), "niet aan deze tafel"),
    "an amount without a budget": (INVALID, table("priority", amount=100), "maatwerkbudget"),
    "a budget without an amount": (INVALID, table("customised_budget", purpose="keep_place"), "bedrag"),
    "a budget without a purpose": (INVALID, table("customised_budget", amount=100), "doel"),
    "judged before it is there": (NOT_ALLOWED, judged("id_document"), "nog geen indiening"),
    "judged twice": (NOT_ALLOWED, judged("emergency_shelter", REFUSED), "al beoordeeld"),
    "a link where nothing waits": (NOT_ALLOWED, call("link", CLOSED, "wmo_indication"), "geen nieuwe link"),
    "taken up when nothing waits": (NOT_ALLOWED, call("take_up", REF, "id_document"), "geen antwoord"),
    "an answer taken back that was not given": (NOT_ALLOWED, call("take_back", REF, "id_document"), "kwartier"),
    # notes
    "a note about what is not there": (NOT_FOUND, call("note", REF, "nodig", key="health_insurance"), "health_insurance"),
    "a note without words": (INVALID, call("note", REF, " "), "notitie"),
    # whose case it is
    "assigned to who has it": (NOT_ALLOWED, call("assign", [WITH_DIRECTOR], DIRECTOR), DIRECTOR),
    "assigned when it is closed": (NOT_ALLOWED, call("assign", [REF, CLOSED], "regisseur-9"), "afgesloten"),
    "assigned, one of them unknown": (NOT_FOUND, call("assign", [REF, "TR-2026-9999"], "regisseur-9"), "TR-2026-9999"),
    "assigned to no code": (INVALID, call("assign", [REF], "Jan Jansen"), "--director"),
    "nothing to assign": (INVALID, call("assign", [], "regisseur-9"), "traject"),
    "kept without a reason": (INVALID, call("keep", REF, reason=" "), "reden"),
    # taking back
    "taking back in a case that is not there": (NOT_FOUND, call("undo", "TR-2026-9999"), "TR-2026-9999"),
    "taking back an intake": (NOT_ALLOWED, call("undo", ELSEWHERE), "niets om terug te draaien"),
    "taking back what another did": (NOT_ALLOWED, call("undo", LATER, by="vervanger-4"), "van een ander"),
    "taking back an end": (NOT_ALLOWED, call("undo", CLOSED), "einde van een traject"),
    "taking back after a quarter": (NOT_ALLOWED, call("undo", REF), "kwartier"),
    "taking back what a letter told": (NOT_ALLOWED, call("undo", LATER), "bericht vertrokken"),
    "taking back what the clock went past": (NOT_ALLOWED, call("undo", PASSED), "de klok"),
    "taking back what others went past": (NOT_ALLOWED, call("undo", REFUSED), "sindsdien nog iets"),
    # who is away
    "away with an unreadable code": (INVALID, away(director="Jan Jansen"), "--director"),
    "away with a deputy who is no code": (INVALID, away(deputy="Jan Jansen"), "--deputy"),
    "one's own deputy": (INVALID, away(deputy=DIRECTOR), "eigen vervanger"),
    "away until before it begins": (INVALID, away(until=day("2026-11-13")), "2026-11-13"),
    "away in the past": (INVALID, away(start=day("2026-11-02"), until=day("2026-11-09")), "al voorbij"),
    "away for years": (INVALID, away(until=day("2028-11-01")), "langer dan een jaar"),
    "away on a day that can not be": (INVALID, away(until=date.max), "9999"),
    "away twice": (NOT_ALLOWED, away(director=AWAY, start=day("2026-11-12")), "al afwezig"),
    "two who replace each other": (NOT_ALLOWED, away(director=DEPUTY, deputy=AWAY), "vervangen zij elkaar"),
    "back who was not away": (NOT_ALLOWED, call("back", "regisseur-7"), "niet afwezig"),
    "back on a day that is past": (INVALID, call("back", AWAY, on=day("2026-11-04")), "2026-11-04"),
    "back long after": (INVALID, call("back", AWAY, on=day("2026-12-24")), "2026-12-24"),
    # four eyes
    "a stop approved by who asks": (NOT_ALLOWED, suspend(until=day("2026-12-09"), approved_by=DIRECTOR), DIRECTOR),
    "an end with two for one": (
        INVALID,
        call("close", REF, reason="left_region", takeovers={"id_document": "provider", "identiteitsbewijs": "nobody"}),
        "Over 'id_document' staat er twee keer iets",
    ),
    "an end that two people must see": (INVALID, call("close", REF, reason="mistake"), "--ask"),
    # looking with a reason
    "looking tonight where one does not work": (INVALID, lambda s: looker(s).give_reason_for_tonight("havenmeer", "emergency"), "gemeente waar u werkt"),
    "looking tonight for no reason known": (INVALID, lambda s: looker(s).give_reason_for_tonight("voorbeeldstad", "curious"), "reden uit de lijst"),
    # what is no outcome
    "shelter withdrawn without an offer": (INVALID, outcome("emergency_shelter", "withdrawn"), "offered_instead"),
    "go to municipality A": (INVALID, outcome("postal_address", "refused", reference=ELSEWHERE, fields={"refusal": "referred_elsewhere"}), "geen uitkomst"),
    "two of one reference in one file": (NOT_ALLOWED, lambda s: s.cases.intake_many([IntakeRequest("TR-2026-0008", "wzd", ["all"])] * 2, by=typed(DIRECTOR)), "TR-2026-0008"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_dutch_and_changes_nothing(town: App, shared_database: Engine, name: str) -> None:
    code, action, says = BAD[name]
    before = everything_in(shared_database)
    refused = refusal(lambda: action(town))
    assert refused.exit_code == code, str(refused)
    assert says in "\n".join(refusals.lines(refused)), "the shell names what was typed, and its own option or command"
    assert_for_people(for_people(refused, CONFIG.catalogue))
    assert is_dutch(refused), str(refused)
    assert everything_in(shared_database) == before


# What was typed is repeated as it was typed.
TYPED = {"id_documents", "waiting_list", "no_show"}


def assert_for_people(text: str) -> None:
    """Nothing that only somebody at the shell knows."""
    assert "--" not in text, text
    assert "provisions " not in text, text
    assert not re.search(r"\d{4}-\d{2}-\d{2}", re.sub(r"[A-Z]{2,5}-[0-9-]+", "", text)), text
    assert set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", text)) <= TYPED, text
    assert not re.search("[\ue000-\uf8ff]", text), text


def _raised_in(folder: str) -> set[tuple[str, int]]:
    """Every ``raise`` of a refusal in a room: its file, and its line."""
    found = set()
    for path in sorted((PROJECT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
                found |= {(path.name, node.lineno)} if node.exc.func.id in RAISED else set()
    return found


def test_the_table_knows_every_refusal_of_the_use_cases(town: App) -> None:
    reached = set()
    for _, action, _ in BAD.values():
        refused = refusal(lambda action=action: action(town))  # type: ignore[misc]
        reached |= {(Path(f.filename).name, f.lineno) for f in traceback.extract_tb(refused.__traceback__)}
    known = _raised_in("provisions/usecases") | _raised_in("provisions/domain/lifecycle")
    missing = sorted(f"{file}:{line}" for file, line in known - reached if file not in ELSEWHERE_TRIED)
    assert missing == [], "\n".join(missing)


def test_a_form_calls_a_field_as_its_reader_sees_it(town: App) -> None:
    form = forms(CONFIG)["Traject starten"]
    said = for_people(refusal(lambda: intake(on=TOMORROW)(town)), CONFIG.catalogue, titles(form))
    assert said == (
        "De datum 11 november 2026 voor 'Op welke dag is de intake?' ligt in de toekomst (vandaag is 10 november 2026). "
        "Kies vandaag of een eerdere dag."
    )


# --- nothing that identifies a person, wherever it is typed ----------------------------------------------------------

TEXTS: Mapping[str, Callable[[str], Callable[[App], Any]]] = {
    "reference": lambda x: intake(x),
    "reference of an outcome": lambda x: outcome("id_document", reference=x),
    "reference of a case to show": lambda x: lambda s: s.views.case(x),
    "by": lambda x: outcome("id_document", by=x),
    "director": lambda x: intake(director=x),
    "approved by": lambda x: suspend(approved_by=x),
    "a new director": lambda x: call("assign", [REF], x),
    "a deputy": lambda x: away(deputy=x),
    "who is away": lambda x: away(director=x),
    "who is back": lambda x: call("back", x),
    "note": lambda x: outcome("id_document", note=f"Bel hem: {x}, graag."),
    "reason to keep": lambda x: call("keep", REF, reason=f"({x})"),
    "reason of money that comes back": lambda x: (
        lambda s: call("budget_returned", approved_money(s), amount="1", because=f"({x})")(s)
    ),
    "reason of a correction": lambda x: (
        lambda s: call("budget_correct", spent_money(s), amount="1", because=f"({x})")(s)
    ),
    "what money is for": lambda x: budget(what=x),
    "text of a note": lambda x: call("note", REF, f"Bel hem: {x}, graag."),
    "ground": lambda x: call("waive", REF, "postal_address", "id_document", ground=f"({x})"),
    "ground at intake": lambda x: intake(needs=["postal_address"], waive={("postal_address", "id_document"): x}),
    "reason of a reopening": lambda x: call("reopen", REF, "wmo_indication", reason=x),
    "reason of a submission": lambda x: call("submit", REF, "id_document", "submitted", reason=x),
    "value of a field": lambda x: outcome("id_document", fields={"paid_by": x}),
    "date in a field": lambda x: outcome("wmo_indication", fields={"support_starts_on": x}),
    "name of a field": lambda x: outcome("id_document", fields={x: "free"}),
    "dependency": lambda x: call("waive", REF, "postal_address", x, ground="nodig"),
    "dependency at intake": lambda x: intake(needs=["postal_address"], waive={("postal_address", x): "nodig"}),
    "follow-up": lambda x: call("settle_follow_up", REF, "wmo_indication", x),
    "key": lambda x: outcome(x),
    "need": lambda x: intake(needs=[x]),
    "route": lambda x: intake(route=x),
    "municipality": lambda x: intake(municipality=x),
    "reason of a stop": lambda x: suspend(reason=x),
    "own number": lambda x: call("number", REF, x),
    "own number at intake": lambda x: intake(own_number=x),
    "their number": lambda x: call("number", REF, x, key="id_document"),
    "contact": lambda x: call("contact", REF, x),
    "living": lambda x: intake(living=x),
    "remark": lambda x: reply("seen", remark=x),
    "what a counter says": lambda x: reply(x),
    "their number with an answer": lambda x: reply("seen", number=x),
    "purpose of a budget": lambda x: table("customised_budget", amount=100, purpose=x),
    "kind of a place": lambda x: call("place_ends", REF, TOMORROW, kind=x, because="term"),
    "why a place ends": lambda x: call("place_ends", REF, TOMORROW, kind="lease", because=x),
    "where the client sleeps": lambda x: call("living", REF, x),
    "Wlz": lambda x: call("living", REF, "hotel", wlz=x),
    "cause": lambda x: call("why", REF, "id_document", x),
    "answer": lambda x: call("answer", REF, "id_document", "doorbraaktafel", x),
}


@pytest.mark.parametrize("where", TEXTS)
def test_what_identifies_a_person_is_refused_everywhere_and_not_repeated(
    town: App, shared_database: Engine, where: str
) -> None:
    before = everything_in(shared_database)
    for text in IDENTIFYING:
        refused = refusal(lambda text=text: TEXTS[where](text)(town))  # type: ignore[misc]
        assert refused.exit_code == INVALID, (text, str(refused))
        assert text not in str(refused)
    assert everything_in(shared_database) == before


@pytest.mark.parametrize("text", INNOCENT)
def test_days_times_amounts_and_references_are_no_telephone_numbers(text: str) -> None:
    assert inputs.free_text(text, "de notitie") == text
