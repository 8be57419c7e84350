"""What is recorded from foresight is what would have been recorded without, and nothing stale ever is."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.store import lookahead
from provisions.store import tables as t
from provisions.store.audit import RECORDED_AT
from provisions.store.verification import verify
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.outcomes import OutcomeReport
from provisions.views.standing import ProvisionView
from tests.builders import CONFIG, DIRECTOR, at, day, typed, with_target
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
def app(database: Engine, clock: MovingClock) -> App:
    clock.now = at("2026-11-02 09:00")
    return App(database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)


def take_in(app: App, municipality: str = "havenmeer") -> None:
    app.cases.intake_many(
        [
            IntakeRequest(
                f"TR-2026-{n:04}", "voluntary", NEEDS, municipality=municipality, agreed={"housing": day("2026-11-12")}
            )
            for n in range(CASES)
        ],
        by=typed(DIRECTOR),
    )


def live_the_day(app: App, clock: MovingClock) -> None:
    """What is counted in hours has been told by the evening."""
    clock.now = at("2026-11-02 20:00")
    app.time.tick_all()


def foresee_all(app: App, limit: int = 100) -> int:
    total = 0
    while found := app.time.foresee(limit):
        total += found
    return total


def live(app: App, until: datetime, *, foreseeing: bool, lateness: timedelta = timedelta(0)) -> int:
    """Everything at its own moment, or ``lateness`` after; how much of it had been foreseen."""
    clock = app.clock
    assert isinstance(clock, MovingClock)
    from_foresight = 0
    while (moment := app.time.next_moment()) is not None and moment <= until:
        clock.now = max(clock.now, moment - timedelta(hours=1))
        if foreseeing:
            foresee_all(app)
        clock.now = max(clock.now, moment + lateness)
        before = held(app, t.foreseen)
        app.time.tick_all()
        from_foresight += before - held(app, t.foreseen)
    clock.now = until
    return from_foresight


def held(app: App, table: Any) -> int:
    with app.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def shown(app: App, key: str) -> ProvisionView:
    return next(p for p in app.views.case("TR-2026-0000").provisions if p.provision.key == key)


def facts(app: App) -> dict[str, list[str]]:
    with app.engine.connect() as connection:
        return {
            table.name: sorted(
                # The ids of messages follow from the case's own, which is random; so is the salt of whose case it is.
                re.sub(r"UUID\('[^']*'\)|'client': '[^']*'", "RANDOM", str(tuple(row)))
                for row in connection.execute(select(*(table.c[c] for c in columns)))
            )
            for table, columns in FACTS.items()
        }


def whole(app: App) -> bool:
    with app.engine.connect() as connection:
        return verify(connection, catalogue=CONFIG.catalogue).whole


@pytest.fixture
def another(another_database: Engine) -> App:
    clock = MovingClock(at("2026-11-02 09:00"))
    return App(another_database.execution_options(**{RECORDED_AT: clock}), CONFIG, clock)


@pytest.fixture
def another_database(new_database: Callable[..., Any]) -> Any:
    with new_database() as url:
        engine = engine_for(url)
        yield engine
        engine.dispose()


@pytest.mark.parametrize("lateness", [timedelta(0), timedelta(hours=7, microseconds=1)])
@pytest.mark.parametrize("municipality", ["havenmeer", "duinrade"])
def test_with_and_without_foresight_the_same_is_recorded(
    app: App, another: App, municipality: str, lateness: timedelta
) -> None:
    lives = []
    for foreseeing, one in ((True, app), (False, another)):
        take_in(one, municipality)
        seen = live(one, at("2026-11-12 12:00"), foreseeing=foreseeing, lateness=lateness)
        one.cases.suspend(
            "TR-2026-0000", "wmo_indication", reason="client_asks", until=day("2026-11-20"), by=typed(DIRECTOR)
        )
        one.cases.record_outcome("TR-2026-0001", "id_document", "refused", by=typed(DIRECTOR))
        seen += live(one, at("2027-02-01 12:00"), foreseeing=foreseeing, lateness=lateness)
        lives.append(seen)
    assert lives[0] > 20
    assert lives[1] == 0
    assert facts(app) == facts(another)
    assert whole(app)


def test_it_is_foreseen_once_and_no_further_than_a_day(app: App, clock: MovingClock) -> None:
    take_in(app)
    live_the_day(app, clock)
    assert foresee_all(app, limit=2) == CASES  # the shelter, due today
    assert app.time.foresee() == 0
    with app.engine.connect() as connection:
        assert {row.at for row in connection.execute(select(t.foreseen))} == {at("2026-11-03 00:00")}


def test_what_changes_in_a_case_is_not_recorded_as_it_was_foreseen(app: App, clock: MovingClock) -> None:
    take_in(app)
    foresee_all(app)
    app.cases.record_outcome("TR-2026-0000", "emergency_shelter", "delivered", by=typed(DIRECTOR))
    app.cases.transfer("TR-2026-0001", "duinrade", by=typed(DIRECTOR))
    app.cases.accept("TR-2026-0001", by=typed("regisseur-7"))
    assert held(app, t.foreseen) == CASES - 2
    clock.now = at("2026-11-03 00:00")
    app.time.tick_all()
    with app.engine.connect() as connection:
        told = connection.execute(select(t.message.c.municipality).where(t.message.c.kind == "rung")).scalars().all()
    assert sorted(told) == ["duinrade", "havenmeer"]
    assert held(app, t.foreseen) == 0


def test_many_outcomes_at_once_change_what_was_foreseen_too(app: App, clock: MovingClock) -> None:
    take_in(app)
    live_the_day(app, clock)
    foresee_all(app)
    reports = [OutcomeReport(f"TR-2026-{n:04}", "emergency_shelter", "delivered") for n in range(CASES)]
    app.cases.record_outcomes(reports, by=typed(DIRECTOR))
    clock.now = at("2026-11-03 00:00")
    assert app.time.tick() == 0


def test_the_day_after_it_is_decided_anew(app: App, clock: MovingClock) -> None:
    """The engine was away for days: every rung since then, in order."""
    take_in(app)
    foresee_all(app)
    clock.now = at("2026-11-06 09:00")
    app.time.tick_all()
    shelter = shown(app, "emergency_shelter").provision
    assert [rung.name.value for rung in shelter.rungs] == ["doorbraaktafel", "regional", "maatwerkloket"]


def test_what_is_more_than_lateness_is_left_to_the_moment_itself(app: App, clock: MovingClock) -> None:
    """A clock that runs again by itself; it is looked at once."""
    take_in(app)
    app.cases.suspend(
        "TR-2026-0000", "emergency_shelter", reason="client_asks", until=day("2026-11-03"), by=typed(DIRECTOR)
    )
    assert foresee_all(app) == CASES
    clock.now = at("2026-11-03 00:00")
    app.time.tick_all()
    lines = app.views.audit("TR-2026-0000")
    assert [line.what for line in lines].count("clock.resumed") == 1


def test_other_rules_see_another_future(app: App, clock: MovingClock) -> None:
    take_in(app)
    assert app.rules.follow() == 0
    foresee_all(app)
    later = App(app.engine, with_target(CONFIG, "emergency_shelter", "3 werkdagen"), clock)
    assert later.rules.follow() == CASES
    assert held(app, t.foreseen) == 0
    # An engine with the rules of before, which still runs: what it foresees is not recorded by this one.
    with app.engine.begin() as connection:
        shelters = update(t.provision).where(t.provision.c.key == "emergency_shelter")
        connection.execute(shelters.values(next_at=at("2026-11-03 00:00")))
    foresee_all(app)
    clock.now = at("2026-11-03 00:00")
    later.time.tick_all()
    assert not shown(later, "emergency_shelter").overdue


def test_a_forgotten_case_has_no_future(app: App) -> None:
    app.cases.intake(IntakeRequest("TR-2026-0009", "voluntary", ["emergency_shelter"]), by=typed(DIRECTOR))
    foresee_all(app)
    app.cases.record_outcome(
        "TR-2026-0009", "emergency_shelter", "withdrawn", by=typed(DIRECTOR), fields={"offered_instead": "hotel"}
    )
    with app.engine.connect() as connection:
        open_now = connection.execute(select(t.case.c.closed).where(t.case.c.reference == "TR-2026-0009")).scalar()
    if open_now is None:
        app.cases.close("TR-2026-0009", by=typed(DIRECTOR))
    app.retention.forget("TR-2026-0009", by=typed("privacy-1"))
    assert held(app, t.foreseen) == 0


def test_two_clocks_at_the_same_moment_share_the_work(app: App, clock: MovingClock) -> None:
    take_in(app)
    foresee_all(app)
    clock.now = at("2026-11-03 00:00")
    with ThreadPoolExecutor(4) as pool:
        for clocks in [pool.submit(app.time.tick_all) for _ in range(4)]:
            clocks.result()
    with app.engine.connect() as connection:
        rungs = connection.execute(select(t.rung.c.message)).scalars().all()
    assert len(rungs) == CASES
    assert whole(app)


def test_an_outcome_at_the_very_moment_of_a_foreseen_rung(app: App, clock: MovingClock) -> None:
    """Either the rung came first, or it never comes."""
    references = [f"TR-2026-1{n:03}" for n in range(40)]
    app.cases.intake_many(
        [IntakeRequest(r, "voluntary", ["emergency_shelter"]) for r in references], by=typed(DIRECTOR)
    )
    foresee_all(app)
    clock.now = at("2026-11-03 00:00")

    def deliver() -> None:
        for reference in references:
            app.cases.record_outcome(reference, "emergency_shelter", "delivered", by=typed(DIRECTOR))

    def climb() -> None:
        for _ in range(60):
            with app.engine.begin() as connection:
                lookahead.record(connection, clock(), app.time._rules, 1)

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(deliver), pool.submit(climb)]:
            work.result()
    app.time.tick_all()
    with app.engine.connect() as connection:
        rungs = sorted(map(str, connection.execute(select(t.rung.c.message)).scalars()))
        asked = connection.execute(select(t.message.c.id).where(t.message.c.kind == "rung")).scalars()
        assert sorted(map(str, asked)) == rungs
        lines = connection.execute(select(t.audit.c.message).where(t.audit.c.what == "rung.climbed")).scalars()
        assert sorted(map(str, lines)) == rungs
    assert held(app, t.foreseen) == 0
    assert whole(app)
