"""What is recorded from foresight is what would have been recorded without, and nothing stale ever is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from provisions.catalogue import Config
from provisions.database.connect import engine_for
from provisions.domain.terms import Term
from provisions.store import audit, lookahead
from provisions.store import tables as t
from provisions.store.audit import RECORDED_AT
from provisions.usecases.cases import IntakeRequest, OutcomeReport, Steps
from provisions.usecases.retention import Keeping
from provisions.views.cases import ProvisionView
from tests.builders import CONFIG, DIRECTOR, at, day
from tests.conftest import MovingClock

NEEDS = ("id_document", "postal_address", "emergency_shelter", "special_assistance", "wmo_indication", "housing")
CASES = 3
# What the tables hold of a case, without numbers that only say in which order rows were added.
FACTS = {
    t.provision: ("generation", "late_noted", "due", "late_from", "breach_day", "lies_with", "next_at", "status"),
    t.rung: ("name", "due", "climbed", "message", "answer", "submitted"),
    t.message: ("id", "kind", "detail", "municipality", "created", "status", "next_try"),
    t.audit: ("at", "by", "key", "what", "because", "data", "message"),
}


@pytest.fixture
def steps(database: Engine, clock: MovingClock) -> Steps:
    clock.now = at("2026-11-02 09:00")
    return Steps(database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)


def take_in(steps: Steps, municipality: str = "havenmeer") -> None:
    steps.intake_many(
        [
            IntakeRequest(
                f"TR-2026-{n:04}", "voluntary", NEEDS, municipality=municipality, agreed={"housing": day("2026-11-12")}
            )
            for n in range(CASES)
        ],
        by=DIRECTOR,
    )


def foresee_all(steps: Steps, limit: int = 100) -> int:
    total = 0
    while found := steps.foresee(limit):
        total += found
    return total


def live(steps: Steps, until: datetime, *, foreseeing: bool, lateness: timedelta = timedelta(0)) -> int:
    """Everything at its own moment, or ``lateness`` after; how much of it had been foreseen."""
    clock = steps.clock
    assert isinstance(clock, MovingClock)
    from_foresight = 0
    while (moment := steps.next_moment()) is not None and moment <= until:
        clock.now = max(clock.now, moment - timedelta(hours=1))
        if foreseeing:
            foresee_all(steps)
        clock.now = max(clock.now, moment + lateness)
        before = held(steps, t.foreseen)
        steps.tick_all()
        from_foresight += before - held(steps, t.foreseen)
    clock.now = until
    return from_foresight


def held(steps: Steps, table: Any) -> int:
    with steps.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def shown(steps: Steps, key: str) -> ProvisionView:
    return next(p for p in steps.views.case("TR-2026-0000").provisions if p.provision.key == key)


def facts(steps: Steps) -> dict[str, list[str]]:
    with steps.engine.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(*(table.c[c] for c in columns))))
            for table, columns in FACTS.items()
        }


def whole(steps: Steps) -> bool:
    with steps.engine.connect() as connection:
        return audit.verify(connection).whole


@pytest.fixture
def another(another_database: Engine) -> Steps:
    clock = MovingClock(at("2026-11-02 09:00"))
    return Steps(another_database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)


@pytest.fixture
def another_database(new_database: Callable[..., Any]) -> Any:
    with new_database() as url:
        engine = engine_for(url)
        yield engine
        engine.dispose()


@pytest.mark.parametrize("lateness", [timedelta(0), timedelta(hours=7, microseconds=1)])
@pytest.mark.parametrize("municipality", ["havenmeer", "duinrade"])
def test_with_and_without_foresight_the_same_is_recorded(
    steps: Steps, another: Steps, municipality: str, lateness: timedelta
) -> None:
    lives = []
    for foreseeing, one in ((True, steps), (False, another)):
        take_in(one, municipality)
        seen = live(one, at("2026-11-12 12:00"), foreseeing=foreseeing, lateness=lateness)
        one.suspend("TR-2026-0000", "wmo_indication", reason="client_asks", until=day("2026-11-20"), by=DIRECTOR)
        one.record_outcome("TR-2026-0001", "id_document", "refused", by=DIRECTOR)
        seen += live(one, at("2027-02-01 12:00"), foreseeing=foreseeing, lateness=lateness)
        lives.append(seen)
    assert lives[0] > 20
    assert lives[1] == 0
    assert facts(steps) == facts(another)
    assert whole(steps)


def test_it_is_foreseen_once_and_no_further_than_a_day(steps: Steps) -> None:
    take_in(steps)
    assert foresee_all(steps, limit=2) == CASES  # the shelter, due today
    assert steps.foresee() == 0
    with steps.engine.connect() as connection:
        assert {row.at for row in connection.execute(select(t.foreseen))} == {at("2026-11-03 00:00")}


def test_what_changes_in_a_case_is_not_recorded_as_it_was_foreseen(steps: Steps, clock: MovingClock) -> None:
    take_in(steps)
    foresee_all(steps)
    steps.record_outcome("TR-2026-0000", "emergency_shelter", "delivered", by=DIRECTOR)
    steps.transfer("TR-2026-0001", "duinrade", by=DIRECTOR)
    assert held(steps, t.foreseen) == CASES - 2
    clock.now = at("2026-11-03 00:00")
    steps.tick_all()
    with steps.engine.connect() as connection:
        told = connection.execute(select(t.message.c.municipality).where(t.message.c.kind == "rung")).scalars().all()
    assert sorted(told) == ["duinrade", "havenmeer"]
    assert held(steps, t.foreseen) == 0


def test_many_outcomes_at_once_change_what_was_foreseen_too(steps: Steps, clock: MovingClock) -> None:
    take_in(steps)
    foresee_all(steps)
    reports = [OutcomeReport(f"TR-2026-{n:04}", "emergency_shelter", "delivered") for n in range(CASES)]
    steps.record_outcomes(reports, by=DIRECTOR)
    clock.now = at("2026-11-03 00:00")
    assert steps.tick() == 0


def test_the_day_after_it_is_decided_anew(steps: Steps, clock: MovingClock) -> None:
    """The engine was away for days: every rung since then, in order."""
    take_in(steps)
    foresee_all(steps)
    clock.now = at("2026-11-06 09:00")
    steps.tick_all()
    shelter = shown(steps, "emergency_shelter").provision
    assert [rung.name.value for rung in shelter.rungs] == ["doorbraaktafel", "regional", "maatwerkloket"]


def test_what_is_more_than_lateness_is_left_to_the_moment_itself(steps: Steps, clock: MovingClock) -> None:
    """A clock that runs again by itself; it is looked at once."""
    take_in(steps)
    steps.suspend("TR-2026-0000", "emergency_shelter", reason="client_asks", until=day("2026-11-03"), by=DIRECTOR)
    assert foresee_all(steps) == CASES
    clock.now = at("2026-11-03 00:00")
    steps.tick_all()
    lines = steps.views.audit("TR-2026-0000")
    assert [line.what for line in lines].count("clock.resumed") == 1


def test_other_rules_see_another_future(steps: Steps, clock: MovingClock) -> None:
    take_in(steps)
    assert steps.follow_rules() == 0
    foresee_all(steps)
    rules = dict(CONFIG.catalogue.provisions)
    rules["emergency_shelter"] = replace(rules["emergency_shelter"], target=Term.parse("3 werkdagen"))
    config: Config = replace(CONFIG, catalogue=replace(CONFIG.catalogue, provisions=rules))
    later = Steps(steps.engine, config, clock)
    assert later.follow_rules() == CASES
    assert held(steps, t.foreseen) == 0
    # An engine with the rules of before, which still runs: what it foresees is not recorded by this one.
    with steps.engine.begin() as connection:
        shelters = update(t.provision).where(t.provision.c.key == "emergency_shelter")
        connection.execute(shelters.values(next_at=at("2026-11-03 00:00")))
    foresee_all(steps)
    clock.now = at("2026-11-03 00:00")
    later.tick_all()
    assert not shown(later, "emergency_shelter").overdue


def test_a_forgotten_case_has_no_future(steps: Steps, clock: MovingClock) -> None:
    steps.intake(IntakeRequest("TR-2026-0009", "voluntary", ["emergency_shelter"]), by=DIRECTOR)
    foresee_all(steps)
    steps.record_outcome(
        "TR-2026-0009", "emergency_shelter", "withdrawn", by=DIRECTOR, fields={"offered_instead": "hotel"}
    )
    with steps.engine.connect() as connection:
        open_now = connection.execute(select(t.case.c.closed).where(t.case.c.reference == "TR-2026-0009")).scalar()
    if open_now is None:
        steps.close("TR-2026-0009", by=DIRECTOR)
    Keeping(steps.engine, CONFIG, clock).forget("TR-2026-0009", by="privacy-1")
    assert held(steps, t.foreseen) == 0


def test_two_clocks_at_the_same_moment_share_the_work(steps: Steps, clock: MovingClock) -> None:
    take_in(steps)
    foresee_all(steps)
    clock.now = at("2026-11-03 00:00")
    with ThreadPoolExecutor(4) as pool:
        for clocks in [pool.submit(steps.tick_all) for _ in range(4)]:
            clocks.result()
    with steps.engine.connect() as connection:
        rungs = connection.execute(select(t.rung.c.message)).scalars().all()
    assert len(rungs) == CASES
    assert whole(steps)


def test_an_outcome_at_the_very_moment_of_a_foreseen_rung(steps: Steps, clock: MovingClock) -> None:
    """Either the rung came first, or it never comes."""
    references = [f"TR-2026-1{n:03}" for n in range(40)]
    steps.intake_many([IntakeRequest(r, "voluntary", ["emergency_shelter"]) for r in references], by=DIRECTOR)
    foresee_all(steps)
    clock.now = at("2026-11-03 00:00")

    def deliver() -> None:
        for reference in references:
            steps.record_outcome(reference, "emergency_shelter", "delivered", by=DIRECTOR)

    def climb() -> None:
        for _ in range(60):
            with steps.engine.begin() as connection:
                lookahead.record(connection, clock(), steps._rules, 1)

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(deliver), pool.submit(climb)]:
            work.result()
    steps.tick_all()
    with steps.engine.connect() as connection:
        rungs = sorted(map(str, connection.execute(select(t.rung.c.message)).scalars()))
        asked = connection.execute(select(t.message.c.id).where(t.message.c.kind == "rung")).scalars()
        assert sorted(map(str, asked)) == rungs
        lines = connection.execute(select(t.audit.c.message).where(t.audit.c.what == "rung.climbed")).scalars()
        assert sorted(map(str, lines)) == rungs
    assert held(steps, t.foreseen) == 0
    assert whole(steps)
