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
from provisions.domain.case import Answer, Status
from provisions.domain.figures.facts import CaseFacts
from provisions.domain.lifecycle import Moment
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.report.source import case_facts
from provisions.simulation import counting
from provisions.simulation.draw import Draw, TablePlan
from provisions.simulation.life import WHO, Life
from provisions.simulation.scenario import read_scenario
from provisions.simulation.what_if import WhatIf, changed
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, day, midnight, typed
from tests.conftest import MovingClock
from tests.report.region import dated
from tests.simulation.scenarios import COUNTRY, SILENT, lives, need, scenario, values

MONDAY = date(2027, 1, 11)
SEEDS = st.integers(0, 10_000)
CLIENTS = st.integers(0, 500)
COUNTRY_SCENARIO = scenario(weeks=52)


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


# --- by the domain's own rules ---------------------------------------------------------------------------------------


@given(seed=SEEDS, number=CLIENTS)
@settings(max_examples=60, deadline=None)
def test_every_rung_is_climbed_once_in_order_and_at_its_moment(seed: int, number: int) -> None:
    end = COUNTRY_SCENARIO.end
    life = Life(Draw(COUNTRY_SCENARIO, str(seed)).client(number), COUNTRY_SCENARIO.catalogue, end).live()
    order = list(RungName)
    for key, provision in life.case.provisions.items():
        heights = [order.index(rung.name) for rung in provision.rungs]
        assert heights == sorted(set(heights))
        assert all(rung.climbed == rung.due for rung in provision.rungs)
        if provision.status.is_open:
            ahead = lifecycle.derive(life.case, key, Moment(end, WHO, COUNTRY_SCENARIO.catalogue)).next_at
            assert ahead is None or ahead >= end, "the clock missed something"
        assert provision.status is not Status.BLOCKED or provision.started_on is None


@given(seed=SEEDS, number=CLIENTS, key=st.sampled_from(sorted(COUNTRY["counter"])), speed=st.floats(1, 50))
@settings(max_examples=80, deadline=None)
def test_a_faster_counter_never_breaks_a_promise_that_a_slower_one_kept(
    seed: int, number: int, key: str, speed: float
) -> None:
    slower = values(weeks=30, suspension__chance=0.5, waiver__chance=0.5)
    for counter in slower["counter"].values():
        counter["refused"] = 0.4
    faster = WhatIf("", {f"counter.{key}.speed": speed})
    breached = []
    for variant in (read_scenario(slower, "test", CONFIG), changed(slower, "test", faster, CONFIG)):
        life = Life(Draw(variant, str(seed)).client(number), variant.catalogue, variant.end).live()
        breached.append({p.key: p.breach_day for p in counting.facts_of(life).provisions}.get(key))
    slow, fast = breached
    assert fast is None or fast == slow


@given(seed=SEEDS, number=CLIENTS)
@settings(max_examples=40, deadline=None)
def test_counters_without_end_and_without_refusals_break_nothing(seed: int, number: int) -> None:
    ideal = values(weeks=52, suspension__chance=0)
    for counter in ideal["counter"].values():
        counter |= {"median": 0, "p90": 0, "refused": 0, "withdrawn": 0}
    found = scenario(weeks=52, suspension__chance=0, counter=ideal["counter"])
    life = Life(Draw(found, str(seed)).client(number), found.catalogue, found.end).live()
    last = found.last_week.sunday
    assert not [p for p in counting.facts_of(life).provisions if p.breach_day is not None and p.breach_day <= last]


# --- against PostgreSQL ----------------------------------------------------------------------------------------------


def test_the_same_acts_recorded_by_the_use_cases_give_the_same_facts(database: Engine, clock: MovingClock) -> None:
    """What the report reads from the database is what the simulation counts, for everything that was simulated."""
    found = scenario(place={}, weeks=20, suspension__chance=0.3, waiver__chance=0.6)
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
    used = {name for life in simulated for _, line in life.record for name in (line.what,)}
    assert used == {"rung.climbed", "rung.answered", "rung.submitted"}
    assert any(p.waivers for facts in recorded for p in facts.provisions)
    assert any(p.suspensions for facts in recorded for p in facts.provisions)


def _travel(app: App, clock: MovingClock, moment: datetime) -> None:
    while (due := app.time.next_moment()) is not None and due <= moment:
        clock.now = max(clock.now, due)
        app.time.tick_all()
    clock.now = max(clock.now, moment)


def _acts(life: Life, app: App) -> list[tuple[datetime, Callable[[], Any]]]:
    """What people did in a life, told from what it left behind."""
    case, reference = life.case, f"SIM-2027-{life.plan.number:05}"

    def at(on: date, hour: int) -> datetime:
        return midnight(on.isoformat()) + timedelta(hours=hour)

    def intake() -> object:
        now = [p for p in life.plan.needs if p.needed_on is None]
        return app.cases.intake(
            IntakeRequest(
                reference,
                case.route,
                [p.key for p in now],
                municipality=case.municipality,
                brp=case.brp,
                present=sorted(life.plan.present),
                agreed={p.key: p.agreed for p in now if p.agreed},
                urgent=[p.key for p in now if p.urgent],
            ),
            by=typed(WHO),
        )

    acts: list[tuple[datetime, Callable[[], Any]]] = [(at(life.plan.opened, 9), intake)]
    for which, p in case.provisions.items():
        key = str(which)
        if p.needed_on != case.opened:
            acts.append((at(p.needed_on, 9), partial(app.cases.add, reference, [key], by=typed(WHO))))
        for o in p.outcomes:
            acts.append(
                (
                    o.recorded,
                    partial(app.cases.record_outcome, reference, key, o.name, by=typed(WHO), fields=o.fields),
                )
            )
        for s in p.suspensions:
            acts.append(
                (
                    at(s.start, 11),
                    partial(app.cases.suspend, reference, key, reason=s.reason, until=s.until, by=typed(WHO)),
                )
            )
        for w in p.waivers:
            acts.append(
                (
                    at(w.on, 12),
                    partial(app.cases.waive, reference, key, w.dependency, ground="kan later", by=typed(WHO)),
                )
            )
    for moment, line in life.record:
        key, data = str(line.key or ""), line.data
        if line.what == "rung.answered":
            acts.append(
                (
                    moment,
                    partial(app.cases.answer, reference, key, str(data["rung"]), str(data["answer"]), by=typed(WHO)),
                )
            )
        elif line.what == "rung.submitted":
            decision = "submitted" if data["submitted"] else "not_submitted"
            acts.append(
                (
                    moment,
                    partial(app.cases.submit, reference, key, decision, reason="alles geprobeerd", by=typed(WHO)),
                )
            )
    return acts


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
