"""One client's year: by hand, by the domain's own rules, and against the same acts recorded in PostgreSQL."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from provisions.app import App
from provisions.domain import lifecycle
from provisions.domain.calendar import day_of
from provisions.domain.case import Answer, Status
from provisions.domain.figures.facts import CaseFacts
from provisions.domain.lifecycle import AuditLine, Moment
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName
from provisions.report.source import case_facts
from provisions.simulation import counting
from provisions.simulation.draw import Draw
from provisions.simulation.life import WHO, Life
from provisions.simulation.plans import AgainPlan, ClientPlan, NeedPlan, PlacePlan, RestPlan, TablePlan
from provisions.simulation.scenario import read_scenario
from provisions.simulation.what_if import WhatIf, changed
from provisions.usecases.intake import IntakeRequest
from tests.builders import CATALOGUE, CONFIG, day, midnight, typed
from tests.conftest import MovingClock
from tests.report.region import dated
from tests.simulation.scenarios import COUNTRY, SILENT, lives, need, scenario, values

MONDAY = date(2027, 1, 11)
EVENTFUL = {  # much happens, and soon
    "rest__chance": 0.6, "rest__after__median": 10, "rest__days__median": 8,
    "again__id_document__chance": 0.6, "again__id_document__median": 15,
    "again__emergency_shelter__chance": 0.6, "again__emergency_shelter__median": 10,
    "group__losing_home__place_lost__after__median": 40, "group__settled__place_lost__chance": 0.7,
    "group__settled__place_lost__after__median": 30, "warning__doorbraaktafel__found": 0.5, "warning__known__found": 0.3,
}  # fmt: skip
SEEDS = st.integers(0, 10_000)
CLIENTS = st.integers(0, 500)
COUNTRY_SCENARIO = scenario(weeks=52)
KNOWN_LATER = ("provision.started", "provision.outcome", "clock.resumed", "case.woken")


def facts_of(life: Life, key: str) -> Any:
    return next(p for p in counting.facts_of(life).provisions if p.key == key)


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_card_after_six_working_days_is_a_day_late() -> None:
    facts = facts_of(lives(MONDAY, need("id_document", 6)), "id_document")
    assert (facts.due, facts.breach_day) == (day("2027-01-18"), day("2027-01-19"))
    assert [(o.name, o.day) for o in facts.outcomes] == [("delivered", day("2027-01-19"))]
    assert facts.rungs == [("case_director", day("2027-01-14")), ("doorbraaktafel", day("2027-01-19"))]


def test_twice_as_fast_it_is_there_on_thursday() -> None:
    facts = facts_of(lives(MONDAY, need("id_document", 3)), "id_document")
    assert facts.breach_day is None
    assert [o.day for o in facts.outcomes] == [day("2027-01-14")]


def answers(table: TablePlan) -> dict[RungName, TablePlan]:
    """The doorbraaktafel answers so; the tables above it are silent."""
    return {**dict.fromkeys(RungName.tables(), SILENT), RungName.DOORBRAAKTAFEL: table}


def test_a_table_makes_what_is_left_go_faster() -> None:
    # Due on the 18th; asked in the first moment of the 19th, answered on the 21st. Twenty working days end on 8 February, of
    # which twelve are left: a quarter of that is three.
    table = TablePlan(wait=2, answer=Answer.PRIORITY, faster=4, submitted=False)
    facts = facts_of(lives(MONDAY, need("id_document", 20, tables=answers(table))), "id_document")
    assert [(a.rung, a.answer, a.day) for a in facts.answers] == [("doorbraaktafel", "priority", day("2027-01-21"))]
    assert [o.day for o in facts.outcomes] == [day("2027-01-26")]


def test_what_waits_starts_when_the_card_is_there() -> None:
    life = lives(MONDAY, need("id_document", 3), need("postal_address", 1))
    facts = facts_of(life, "postal_address")
    assert (facts.started_on, facts.due, facts.breach_day) == (day("2027-01-14"), day("2027-01-18"), None)


def test_the_director_deviates_when_the_card_is_late() -> None:
    life = lives(MONDAY, need("id_document", 30), need("postal_address", 1, waived_after=1))
    facts = facts_of(life, "postal_address")
    assert facts.waivers == [("id_document", day("2027-01-20"))]
    assert facts.started_on == day("2027-01-20")


def test_a_refusal_climbs_at_once_and_is_turned_round() -> None:
    refused = need(
        "id_document", 2, outcome=OutcomeName.REFUSED, after_refusal=OutcomeName.DELIVERED, after_refusal_wait=4
    )
    facts = facts_of(lives(MONDAY, refused), "id_document")
    assert [(o.name, o.day) for o in facts.outcomes] == [
        ("refused", day("2027-01-13")),
        ("delivered", day("2027-01-19")),
    ]
    assert facts.rungs == [("doorbraaktafel", day("2027-01-13"))]
    assert facts.breach_day == day("2027-01-19")


def test_a_stopped_clock_moves_the_due_date_and_the_counter_waits() -> None:
    facts = facts_of(lives(MONDAY, need("id_document", 4, stops_after=2)), "id_document")
    assert facts.suspensions == [(day("2027-01-13"), day("2027-01-27"), "client_documents")]
    assert [o.day for o in facts.outcomes] == [day("2027-01-29")]  # ten working days later than the 15th
    assert facts.due == day("2027-02-01")  # the 18th and thirteen days is a Sunday
    assert facts.breach_day is None


def test_a_counter_that_stands_still_is_not_hurried_out_of_it() -> None:
    table = TablePlan(wait=1, answer=Answer.PRIORITY, faster=9, submitted=False)
    late = need("id_document", 20, stops_after=6, tables=answers(table))
    facts = facts_of(lives(MONDAY, late), "id_document")
    # Stopped on the 19th until 2 February, answered on the 20th. Fourteen working days are left then; a ninth of that is two.
    assert facts.suspensions == [(day("2027-01-19"), day("2027-02-02"), "client_documents")]
    assert [o.day for o in facts.outcomes] == [day("2027-02-04")]


def test_nothing_happens_after_the_end() -> None:
    life = lives(date(2027, 3, 26), need("id_document", 6))
    assert facts_of(life, "id_document").outcomes == []


# --- what happens in a life ------------------------------------------------------------------------------------------


def test_a_card_that_is_lost_is_a_new_round_with_a_clock_of_its_own() -> None:
    lost = AgainPlan(20, "lost", need("id_document", 6, again=AgainPlan(10, "stolen", need("id_document", 1))))
    life = lives(MONDAY, need("id_document", 3, again=lost))
    first, second, third = counting.facts_of(life).provisions
    assert (first.outcomes[0].day, first.breach_day) == (day("2027-01-14"), None)
    assert (second.needed_on, second.breach_day) == (day("2027-02-03"), day("2027-02-11"))  # twenty days later
    # Ten days after the 11th is a Sunday: it is asked for on Monday.
    assert (third.needed_on, third.outcomes[0].day) == (day("2027-02-22"), day("2027-02-23"))
    assert [p.again for p in life.case.provisions.values()] == [None, "lost", "stolen"]
    assert counting.turns_of(life).rounds == 2


def test_a_card_that_was_there_is_lost() -> None:
    again = {"id_document": AgainPlan(7, "lost", need("id_document", 2))}
    life = lives(MONDAY, need("wmo_indication", 1), present=frozenset({"id_document"}), again=again)
    assert facts_of(life, "id_document").needed_on == day("2027-01-18")


def test_what_was_asked_for_already_is_not_asked_for_again() -> None:
    again = {"emergency_shelter": AgainPlan(7, "place_lost", need("emergency_shelter", 1))}
    place = PlacePlan(MONDAY, day("2027-02-12"), need("emergency_shelter", 3), {})
    life = lives(MONDAY, present=frozenset({"emergency_shelter"}), again=again, place_lost=place)
    assert [str(key) for key in life.case.provisions] == ["emergency_shelter"]


def test_out_of_sight_nothing_runs_and_whoever_works_for_him_waits() -> None:
    rest = RestPlan(day("2027-01-13"), day("2027-01-27"), "out_of_sight")
    life = lives(MONDAY, need("id_document", 4, tables=answers(SILENT)), rest=rest)
    facts = facts_of(life, "id_document")
    assert list(facts.rests) == [(day("2027-01-13"), day("2027-01-27"))]
    assert [o.day for o in facts.outcomes] == [day("2027-01-29")]  # ten working days later than the 15th
    assert (facts.due, facts.breach_day) == (day("2027-02-01"), None)  # the 18th and thirteen days is a Sunday
    assert counting.turns_of(life).rests == 1


def test_who_stays_away_longer_than_thirteen_weeks_is_not_at_rest_any_more() -> None:
    rest = RestPlan(day("2027-01-13"), day("2028-01-12"), "abroad")
    plan = ClientPlan(1, "voorbeeldstad", MONDAY, Brp.UNKNOWN, frozenset(), (need("id_document", 4),), rest=rest)
    life = Life(plan, CATALOGUE, midnight("2027-06-01")).live()
    assert list(facts_of(life, "id_document").rests) == [(day("2027-01-13"), day("2027-04-14"))]


def test_what_was_to_happen_while_nobody_saw_him_happens_when_he_is_back() -> None:
    again = {"id_document": AgainPlan(4, "lost", need("id_document", 2))}  # Friday, in the middle of it
    rest = RestPlan(day("2027-01-13"), day("2027-01-20"), "out_of_sight")
    life = lives(MONDAY, need("wmo_indication", 30), present=frozenset({"id_document"}), again=again, rest=rest)
    assert facts_of(life, "id_document").needed_on == day("2027-01-20")


def losing(found: dict[str, int], shelter: NeedPlan, known: str = "2027-01-11", ends: str = "2027-02-12") -> Life:
    place = PlacePlan(day(known), day(ends), shelter, found)
    return lives(MONDAY, present=frozenset({"emergency_shelter"}), place_lost=place)


def warned(life: Life) -> list[tuple[str, str]]:
    return [(str(line.data["name"]), str(day_of(at))) for at, line in life.record if line.what == "warning.given"]


def test_who_is_warned_in_time_finds_a_place_in_time() -> None:
    life = losing({"doorbraaktafel": 3}, need("emergency_shelter", 5))
    # Twenty working days before 12 February; what would be warned of later is not needed any more.
    assert warned(life) == [("known", "2027-01-11"), ("doorbraaktafel", "2027-01-15")]
    facts = facts_of(life, "emergency_shelter")
    assert (facts.ended_on, facts.breach_day, list(facts.outcomes)) == (day("2027-01-20"), None, [])
    turns = counting.turns_of(life)
    assert (turns.places_lost, turns.found_in_time, turns.nights) == (1, 1, 0)


def test_without_a_place_each_night_counts_until_there_is_a_bed() -> None:
    life = losing({}, need("emergency_shelter", 5))
    names = [name for name, _ in warned(life)]
    assert names == ["known", "doorbraaktafel", "central_desk", "standby", "last_day"]
    facts = facts_of(life, "emergency_shelter")
    assert (facts.due, facts.breach_day) == (day("2027-02-12"), day("2027-02-13"))
    assert [o.day for o in facts.outcomes] == [day("2027-02-19")]
    turns = counting.turns_of(life)
    assert (turns.warnings, turns.found_in_time, turns.nights) == (5, 0, 7)


def test_a_place_that_was_found_too_late_is_found_all_the_same() -> None:
    life = losing({"last_day": 3}, need("emergency_shelter", 30))
    turns = counting.turns_of(life)
    assert (turns.found_in_time, turns.nights) == (0, 4)  # warned on Thursday, found on Tuesday
    assert facts_of(life, "emergency_shelter").breach_day == day("2027-02-13")


def test_a_day_that_is_known_late_gives_the_highest_warning_only() -> None:
    life = losing({"doorbraaktafel": 1}, need("emergency_shelter", 1), known="2027-02-08")
    assert [name for name, _ in warned(life)] == ["central_desk", "standby", "last_day"]


def test_what_a_counter_did_in_time_and_nobody_knew_is_escalated_for_nothing() -> None:
    """Done on the last day; the director hears it three working days later. It is no breach, but the table was asked."""
    unknown = lives(MONDAY, need("id_document", 5, known_after=3))
    facts = facts_of(unknown, "id_document")
    assert [(o.name, o.day) for o in facts.outcomes] == [("delivered", day("2027-01-18"))]
    assert (facts.breach_day, facts.replied_on) == (None, None)
    assert [name for name, _ in facts.rungs] == ["case_director", "doorbraaktafel"]
    assert (unknown.known.needless, unknown.known.unknown) == (1, [3])
    told = lives(MONDAY, need("id_document", 5, by_link=True, first_answer=1))
    facts = facts_of(told, "id_document")
    assert (facts.replied_on, [name for name, _ in facts.rungs]) == (day("2027-01-12"), ["case_director"])
    assert (told.known.needless, told.known.unknown) == (0, [0])


def test_a_counter_says_first_when_it_will_be_done_and_then_that_it_is() -> None:
    life = lives(MONDAY, need("id_document", 5, by_link=True, first_answer=1, known_after=1))
    said = [(line.data["said"], line.data.get("named")) for _, line in life.record if line.what == "provision.replied"]
    assert said == [("promised", "2027-01-18"), ("delivered", "2027-01-18")]


def test_a_refusal_by_the_link_has_a_ground_which_is_the_cause() -> None:
    refused = need("id_document", 2, outcome=OutcomeName.REFUSED, by_link=True, first_answer=9, ground="documents")
    facts = facts_of(lives(MONDAY, refused), "id_document")
    assert [(o.name, o.day) for o in facts.outcomes] == [("refused", day("2027-01-13"))]
    assert (facts.cause, facts.replied_on) == ("documents", day("2027-01-13"))


def test_what_waits_is_asked_when_it_is_known_that_it_may_go_on() -> None:
    """Its clock began when the card was there; so what nobody knew is time that the next counter has not."""
    life = lives(MONDAY, need("id_document", 3, known_after=2), need("postal_address", 1))
    facts = facts_of(life, "postal_address")
    assert (facts.started_on, facts.asked_on, facts.due) == (day("2027-01-14"), day("2027-01-18"), day("2027-01-18"))
    assert [o.day for o in facts.outcomes] == [day("2027-01-19")]


@given(seed=SEEDS, number=CLIENTS, at_most=st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_where_every_counter_answers_by_link_nothing_is_unknown_for_longer(
    seed: int, number: int, at_most: int
) -> None:
    """The what-if of the country, for any number of days: nobody waits longer for an answer than without it."""
    what_if = WhatIf("", {"answers.by_link": 1, "answers.at_most": at_most})
    told = changed(values(weeks=52), "test", what_if, CONFIG)
    before, after = (Draw(found, str(seed)).client(number) for found in (COUNTRY_SCENARIO, told))
    for was, now in zip(before.needs, after.needs, strict=True):
        assert now.by_link
        assert now.known_after <= min(was.known_after, at_most)
        assert now._replace(by_link=was.by_link, first_answer=0, known_after=0, again=None) == was._replace(
            first_answer=0, known_after=0, again=None
        )


# --- by the domain's own rules ---------------------------------------------------------------------------------------


@given(seed=SEEDS, number=CLIENTS)
@settings(max_examples=60, deadline=None)
def test_every_rung_is_climbed_once_in_order_and_at_its_moment(seed: int, number: int) -> None:
    end = COUNTRY_SCENARIO.end
    life = Life(Draw(COUNTRY_SCENARIO, str(seed)).client(number), COUNTRY_SCENARIO.catalogue, end).live()
    order = list(RungName)
    # What is recorded of an earlier day may be late at once; what falls due while the clock stands still, when it runs again.
    late = {(line.key, at) for at, line in life.record if line.what in KNOWN_LATER}
    for key, provision in life.case.provisions.items():
        heights = [order.index(rung.name) for rung in provision.rungs]
        assert heights == sorted(set(heights))
        for rung in provision.rungs:
            known_late = bool({(key, rung.climbed), (None, rung.climbed)} & late)
            assert rung.climbed == rung.due or (rung.due < rung.climbed and known_late)
        if provision.status.is_open:
            last = Moment(end - timedelta(seconds=1), WHO, COUNTRY_SCENARIO.catalogue)
            ahead = lifecycle.derive(life.case, key, last).next_at
            assert ahead is None or ahead >= end, "the clock missed something"
        assert provision.status is not Status.BLOCKED or provision.started_on is None


@given(seed=SEEDS, number=CLIENTS, key=st.sampled_from(sorted(COUNTRY["counter"])), speed=st.floats(1, 50))
@settings(max_examples=80, deadline=None)
def test_a_faster_counter_never_breaks_a_promise_that_a_slower_one_kept(
    seed: int, number: int, key: str, speed: float
) -> None:
    slower = values(weeks=30, suspension__chance=0.5, waiver__chance=0.5, answers__at_most=0)
    for counter in slower["counter"].values():
        counter["refused"] = 0.4
    faster = WhatIf("", {f"counter.{key}.speed": speed})
    breached = []
    for variant in (read_scenario(slower, "test", CONFIG), changed(slower, "test", faster, CONFIG)):
        life = Life(Draw(variant, str(seed)).client(number), variant.catalogue, variant.end).live()
        rounds = [p.breach_day for p in counting.facts_of(life).provisions if p.key == key]
        breached.append(rounds[0] if rounds else None)  # later rounds are needed from another day on
    slow, fast = breached
    assert fast is None or fast == slow


@given(seed=SEEDS, number=CLIENTS)
@settings(max_examples=40, deadline=None)
def test_counters_without_end_and_without_refusals_break_nothing(seed: int, number: int) -> None:
    ideal = values(weeks=52, suspension__chance=0)
    for counter in ideal["counter"].values():
        counter |= {"median": 0, "p90": 0, "refused": 0, "withdrawn": 0}
    at_once = {"by_link": 1, "at_most": 0}  # a promise is kept on the day itself, and known to be
    found = scenario(weeks=52, suspension__chance=0, counter=ideal["counter"], answers=ideal["answers"] | at_once)
    life = Life(Draw(found, str(seed)).client(number), found.catalogue, found.end).live()
    last = found.last_week.sunday
    assert not [p for p in counting.facts_of(life).provisions if p.breach_day is not None and p.breach_day <= last]


# --- against PostgreSQL ----------------------------------------------------------------------------------------------


EVERYTHING = {
    "provision.needed", "provision.started", "provision.outcome", "provision.replied", "provision.no_longer_needed",
    "provision.waived", "clock.suspended", "rung.climbed", "rung.answered", "rung.submitted", "warning.given",
    "case.rested", "case.woken", "place.ends", "place.found",
}  # fmt: skip


def test_the_same_acts_recorded_by_the_use_cases_give_the_same_facts(database: Engine, clock: MovingClock) -> None:
    """What the report reads from the database is what the simulation counts, for everything that was simulated."""
    found = scenario(place={}, weeks=20, suspension__chance=0.3, waiver__chance=0.6, **EVENTFUL)
    draw = Draw(found, "7")
    simulated = [Life(draw.client(number), found.catalogue, found.end).live() for number in range(14)]
    simulated = [life for life in simulated if any(p.needed_on is None for p in life.plan.needs)]
    app = App(dated(database, clock), CONFIG, clock)
    acts = sorted((act for life in simulated for act in _acts(life, app)), key=lambda act: act[0])
    clock.now = acts[0][0] - timedelta(hours=1)
    for moment, act in acts:
        _travel(app, clock, moment)
        act()
    _travel(app, clock, found.end - timedelta(seconds=1))
    with database.connect() as connection:
        recorded = list(case_facts(connection, CONFIG.catalogue, found.first_week.monday))
    assert sum(len(facts.provisions) for facts in recorded) > 40
    order = sorted(range(len(simulated)), key=lambda n: simulated[n].plan.opened)
    by_opening = [_comparable(counting.facts_of(simulated[n])) for n in order]
    assert sorted(map(_comparable, recorded), key=str) == sorted(by_opening, key=str)
    used = {line.what for life in simulated for _, line in life.record}
    assert used >= EVERYTHING, EVERYTHING - used


def _travel(app: App, clock: MovingClock, moment: datetime) -> None:
    while (due := app.time.next_moment()) is not None and due <= moment:
        clock.now = max(clock.now, due)
        app.time.tick_all()
    clock.now = max(clock.now, moment)


def _acts(life: Life, app: App) -> list[tuple[datetime, Callable[[], Any]]]:
    """What people did in a life, told from the lines that it left behind."""
    return [
        (moment, act)
        for number, (moment, line) in enumerate(life.record)
        if (act := _act(life, app, line, [other for at, other in life.record if at == moment])) is not None
    ]


def _act(life: Life, app: App, line: AuditLine, beside: list[AuditLine]) -> Callable[[], Any] | None:
    """What somebody did, where ``line`` says so by itself; ``beside``: the lines of that moment."""
    by, cases, key, data = typed(WHO), app.cases, str(line.key or ""), line.data
    reference = f"SIM-2027-{life.plan.number:05}"
    with_it = {other.what: other for other in beside if other.key in (None, line.key)}
    match line.what:
        case "case.opened":
            return partial(cases.intake, _intake(life, reference), by=by)
        case "provision.needed" if "case.opened" in with_it or "place.ends" in with_it:
            return None
        case "provision.needed" if data["again"]:
            agreed = date.fromisoformat(str(data["agreed"])) if "agreed" in data else None
            return partial(cases.again, reference, line.key.key, reason=str(data["again"]), by=by, agreed=agreed)  # type: ignore[union-attr]
        case "provision.needed":
            return partial(cases.add, reference, [key], by=by)
        case "provision.replied":
            outcome = with_it.get("provision.outcome")
            return partial(
                cases.reply, reference, key, str(data["said"]), by=by,
                on=date.fromisoformat(str(data["named"])) if "named" in data else None,
                cause=life.plans[line.key].ground if data["said"] == "refused" else None,  # type: ignore[index]
                fields=outcome.data["fields"] if outcome else None,  # type: ignore[arg-type]
            )  # fmt: skip
        case "provision.outcome" if "provision.replied" not in with_it:
            on, fields = date.fromisoformat(str(data["on"])), data["fields"]
            assert isinstance(fields, dict)
            return partial(cases.record_outcome, reference, key, str(data["outcome"]), by=by, on=on, fields=fields)
        case "clock.suspended":
            until = date.fromisoformat(str(data["until"]))
            return partial(cases.suspend, reference, key, reason=str(data["reason"]), until=until, by=by)
        case "provision.waived":
            return partial(cases.waive, reference, key, str(data["dependency"]), ground="kan later", by=by)
        case "rung.answered":
            return partial(cases.answer, reference, key, str(data["rung"]), str(data["answer"]), by=by)
        case "rung.submitted":
            decision = "submitted" if data["submitted"] else "not_submitted"
            return partial(cases.submit, reference, key, decision, reason="alles geprobeerd", by=by)
        case "case.rested":
            return partial(cases.rest, reference, reason=str(data["reason"]), by=by)
        case "case.woken" if data["ends"] == "person":
            return partial(cases.wake, reference, by=by)
        case "place.ends":
            ends = date.fromisoformat(str(data["ends"]))
            return partial(cases.place_ends, reference, ends, kind=str(data["kind"]), because=str(data["why"]), by=by)
        case "place.found":
            return partial(cases.place_found, reference, by=by)
    return None


def _intake(life: Life, reference: str) -> IntakeRequest:
    needs = [p for p in life.plan.needs if p.needed_on is None]
    return IntakeRequest(
        reference,
        life.case.route,
        [p.key for p in needs],
        municipality=life.plan.place,
        brp=life.plan.brp,
        present=sorted(life.plan.present),
        agreed={p.key: day for p in needs if (day := p.agreed(life.plan.opened))},
        urgent=[p.key for p in needs if p.urgent],
    )


def _comparable(facts: CaseFacts) -> list[Any]:
    """Facts in an order that does not depend on how they were read."""
    provisions = [
        {
            name: sorted(value) if isinstance(value, list) and name != "outcomes" else value
            for name in p.__dataclass_fields__
            for value in [getattr(p, name)]
        }
        for p in facts.provisions
    ]
    for p in provisions:
        for name in ("outcomes", "answers", "reopened", "submitted", "earlier_due", "waivers", "rungs", "suspensions"):
            p[name] = [tuple(item) if isinstance(item, tuple) else item for item in p[name]]
    return [facts.brp, list(facts.municipalities), sorted(facts.present), sorted(provisions, key=lambda p: p["key"])]
