"""Two at the same moment: different outcomes, an outcome and a rung, a stopped clock and a rung."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from provisions.app import App
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import Moment, derive
from provisions.store import loading
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, at, day, typed
from tests.conftest import MovingClock

ROUNDS = 15
KEY = "emergency_shelter"


def together(*actions: Callable[[], object]) -> list[BaseException | None]:
    """Do all of them at the same moment; what each raised."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> BaseException | None:
        gate.wait(10)
        try:
            action()
        except NotAllowed as refused:
            return refused
        return None

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def references() -> list[str]:
    return [f"TR-2026-{number:04}" for number in range(ROUNDS)]


@pytest.fixture
def taken_in(app: App) -> App:
    app.cases.intake_many(
        [IntakeRequest(reference, "voluntary", [KEY]) for reference in references()], by=typed(DIRECTOR)
    )
    return app


def count(database: Engine, what: str) -> int:
    query = select(func.count()).select_from(t.audit).where(t.audit.c.what == what)
    with database.connect() as connection:
        return int(connection.execute(query).scalar_one())


def derived_columns_are_right(database: Engine, clock: MovingClock) -> None:
    moment = Moment(clock(), DIRECTOR, CONFIG.catalogue)
    with database.connect() as connection:
        ids = list(connection.execute(select(t.case.c.id)).scalars())
        for stored in loading.load_cases(connection, ids).values():
            for key, row in stored.rows.items():
                derived = derive(stored.case, key, moment)
                assert {n: row[n] for n in derived.__dataclass_fields__} == vars(derived), stored.case.reference


def test_of_two_different_outcomes_one_counts(taken_in: App, database: Engine, clock: MovingClock) -> None:
    for reference in references():
        first, second = together(
            lambda r=reference: taken_in.cases.record_outcome(r, KEY, "delivered", by=typed("regisseur.noord")),  # type: ignore[misc]
            lambda r=reference: taken_in.cases.record_outcome(r, KEY, "withdrawn", by=typed("regisseur.zuid"),  # type: ignore[misc]
                                                        fields={"offered_instead": "own_municipality"}),
        )  # fmt: skip
        assert (first is None) != (second is None), reference
        assert "al afgesloten" in str(first or second)
    assert count(database, "provision.outcome") == ROUNDS
    derived_columns_are_right(database, clock)


def test_an_outcome_at_the_very_moment_of_a_rung(taken_in: App, database: Engine, clock: MovingClock) -> None:
    clock.now = at("2026-11-03 00:00")
    for reference in references():
        assert together(
            lambda: taken_in.time.tick(limit=1),
            lambda r=reference: taken_in.cases.record_outcome(r, KEY, "delivered", by=typed(DIRECTOR)),  # type: ignore[misc]
        ) == [None, None]
    taken_in.time.tick_all()
    with database.connect() as connection:
        rungs = connection.execute(select(t.rung.c.message)).scalars().all()
        sent = connection.execute(select(t.message.c.id).where(t.message.c.kind == "rung")).scalars().all()
        open_ones = connection.execute(select(t.provision.c.id).where(t.provision.c.status != "delivered")).all()
    assert sorted(rungs) == sorted(sent)
    assert count(database, "rung.climbed") == len(rungs)
    assert open_ones == []
    derived_columns_are_right(database, clock)


def test_a_clock_stopped_at_the_very_moment_of_a_rung(taken_in: App, database: Engine, clock: MovingClock) -> None:
    """Either the rung came first, or it waits until the clock runs again."""
    clock.now = at("2026-11-03 00:00")
    for reference in references():
        assert together(
            lambda: taken_in.time.tick(limit=1),
            lambda r=reference: taken_in.cases.suspend(  # type: ignore[misc]
                r, KEY, reason="client_asks", until=day("2026-11-10"), by=typed(DIRECTOR)
            ),
        ) == [None, None]
    taken_in.time.tick_all()
    before = count(database, "rung.climbed")
    clock.advance(days=3)
    taken_in.time.tick_all()
    assert count(database, "rung.climbed") == before
    derived_columns_are_right(database, clock)
    clock.now = at("2026-11-10 00:00")
    taken_in.time.tick_all()
    with database.connect() as connection:
        reached = connection.execute(
            select(func.count()).select_from(t.rung).where(t.rung.c.name == "doorbraaktafel")
        ).scalar_one()
    assert reached == ROUNDS


def test_two_clocks_climb_each_rung_once(taken_in: App, database: Engine, clock: MovingClock) -> None:
    clock.now = at("2026-11-06 00:00")
    assert together(*[taken_in.time.tick_all] * 4) == [None] * 4
    taken_in.time.tick_all()
    assert count(database, "rung.climbed") == ROUNDS * 2
    assert count(database, "provision.overdue") == ROUNDS


def test_the_same_case_is_started_once(app: App, database: Engine) -> None:
    request = IntakeRequest("TR-2026-0042", "voluntary", [KEY])
    refused = together(*[lambda: app.cases.intake(request, by=typed(DIRECTOR))] * 4)
    assert sum(one is None for one in refused) == 1
    assert count(database, "case.opened") == 1
