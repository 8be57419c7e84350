"""Two at the same moment: each waits, skips or loses cleanly, and nothing is written twice or half."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, NotAllowed, Refused
from provisions.machine.postgres import EmbeddedPostgres
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import DIRECTOR, attempt, everything_in, typed
from tests.conftest import MovingClock, owner_url

REF = "TR-2026-0001"


def together(*actions: Callable[[], object]) -> list[Refused | None]:
    """Do these in threads that start at once; the refusal of each, or ``None``."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> Refused | None:
        barrier.wait(timeout=10)
        return attempt(action)

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def rungs(database: Engine) -> dict[tuple[int, str], int]:
    query = select(t.rung.c.provision_id, t.rung.c.name, func.count()).group_by(t.rung.c.provision_id, t.rung.c.name)
    with database.connect() as connection:
        return {(row[0], row[1]): row[2] for row in connection.execute(query)}


@pytest.mark.parametrize("_again", range(5))
def test_of_two_different_outcomes_one_wins_and_the_other_hears_why(app: App, database: Engine, _again: int) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["advance_payment"]), by=typed(DIRECTOR))
    outcomes = together(
        lambda: app.cases.record_outcome(REF, "advance_payment", "delivered", by=typed("regisseur-1")),
        lambda: app.cases.record_outcome(REF, "advance_payment", "withdrawn", by=typed("regisseur-2")),
    )
    (loser,) = [refused for refused in outcomes if refused]
    assert isinstance(loser, NotAllowed)
    assert "al afgesloten" in str(loser)
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(t.outcome)) == 1


def test_two_cases_of_one_reference_at_the_same_moment_become_one(app: App, database: Engine) -> None:
    request = IntakeRequest(REF, "voluntary", ["all"])
    outcomes = together(*[lambda: app.cases.intake(request, by=typed(DIRECTOR))] * 4)
    assert sum(refused is None for refused in outcomes) == 1
    assert all(isinstance(refused, NotAllowed) for refused in outcomes if refused)
    with database.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(t.case)) == 1
        assert connection.scalar(select(func.count()).select_from(t.audit).where(t.audit.c.what == "case.opened")) == 1


def test_ticking_in_four_threads_climbs_each_rung_once(app: App, clock: MovingClock, database: Engine) -> None:
    requests = [IntakeRequest(f"TR-2026-{n:04}", "voluntary", ["all"]) for n in range(25)]
    app.cases.intake_many(requests, by=typed(DIRECTOR))
    clock.advance(days=40)

    def tick() -> None:
        while app.time.tick(limit=7):
            pass

    assert together(*[tick] * 4) == [None] * 4
    app.time.tick_all()
    climbed = rungs(database)
    assert set(climbed.values()) == {1}
    with database.connect() as connection:
        messages = connection.scalar(select(func.count()).select_from(t.message).where(t.message.c.kind == "rung"))
        lines = connection.scalar(select(func.count()).select_from(t.audit).where(t.audit.c.what == "rung.climbed"))
    assert messages == lines == len(climbed)
    assert app.time.tick() == 0


@pytest.mark.parametrize("_again", range(5))
def test_an_outcome_at_the_very_moment_of_a_rung(app: App, clock: MovingClock, _again: int) -> None:
    """Whoever comes first: the rung is there or not, the outcome is there, and the audit tells the order."""
    app.cases.intake(IntakeRequest(REF, "voluntary", ["emergency_shelter"]), by=typed(DIRECTOR))
    clock.set("2026-11-02T23:00:00+00:00")
    outcomes = together(
        lambda: app.time.tick_all(),
        lambda: app.cases.record_outcome(REF, "emergency_shelter", "delivered", by=typed(DIRECTOR)),
    )
    assert outcomes == [None, None]
    app.time.tick_all()
    view = app.views.case(REF).provisions[0]
    assert view.status == "delivered"
    assert view.breached  # delivered on the first moment of D+1
    whats = [line.what for line in app.views.audit(REF)]
    assert whats.count("provision.outcome") == 1
    assert whats.count("rung.climbed") == len(view.provision.rungs)
    if "rung.climbed" in whats:
        assert whats.index("rung.climbed") < whats.index("provision.outcome")


def test_resuming_and_ticking_at_the_same_moment(app: App, clock: MovingClock) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["advance_payment"]), by=typed(DIRECTOR))
    app.cases.suspend(
        REF, "advance_payment", reason="client_asks", until=clock.now.date().replace(day=20), by=typed(DIRECTOR)
    )
    clock.set("2026-11-20T08:00:00+00:00")
    resumed, ticked = together(
        lambda: app.cases.resume(REF, "advance_payment", by=typed(DIRECTOR)), lambda: app.time.tick_all()
    )
    assert ticked is None
    assert isinstance(resumed, NotAllowed)  # it had resumed by itself on that day
    app.time.tick_all()  # what the refused one held was left alone
    whats = [line.what for line in app.views.audit(REF)]
    assert whats.count("clock.resumed") == 1


def test_many_people_work_on_one_case_without_waiting_for_ever(app: App, clock: MovingClock) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["all"]), by=typed(DIRECTOR))
    clock.advance(days=3)
    works: list[Callable[[], Case | int]] = [
        lambda: app.cases.record_outcome(REF, "id_document", "delivered", by=typed(DIRECTOR)),
        lambda: app.cases.record_outcome(REF, "wmo_indication", "delivered", by=typed(DIRECTOR)),
        lambda: app.cases.transfer(REF, "havenmeer", by=typed(DIRECTOR)),
        lambda: app.cases.suspend(
            REF, "advance_payment", reason="client_asks", until=clock.now.date().replace(day=20), by=typed(DIRECTOR)
        ),
        lambda: app.time.tick_all(),
        lambda: app.time.tick_all(),
    ]
    assert together(*works) == [None] * len(works)
    app.time.tick_all()
    by_key = {p.provision.key: p.status for p in app.views.case(REF).provisions}
    assert (by_key["id_document"], by_key["wmo_indication"], by_key["advance_payment"]) == (
        "delivered",
        "delivered",
        "suspended",
    )
    assert by_key["postal_address"] == "waiting"
    assert app.views.case(REF).case.handover_pending is not None


def test_accepting_and_declining_at_the_same_moment(app: App) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    app.cases.transfer(REF, "havenmeer", by=typed(DIRECTOR))
    said = together(
        lambda: app.cases.accept(REF, by=typed("regisseur-7")),
        lambda: app.cases.decline(REF, because="incomplete", by=typed("regisseur-7")),
    )
    assert sorted(type(one).__name__ for one in said) == ["NoneType", "NotAllowed"]


def test_accepting_twice_at_the_same_moment_makes_one_round(app: App) -> None:
    app.cases.intake(IntakeRequest(REF, "voluntary", ["wmo_indication"]), by=typed(DIRECTOR))
    app.cases.transfer(REF, "havenmeer", by=typed(DIRECTOR))
    said = together(
        lambda: app.cases.accept(REF, by=typed("regisseur-7")),
        lambda: app.cases.accept(REF, by=typed("regisseur-8")),
    )
    assert sorted(type(one).__name__ for one in said) == ["NoneType", "NotAllowed"]
    assert [p.provision.round for p in app.views.case(REF).provisions] == [1, 2]


def test_many_at_once_are_taken_in_all_or_none(app: App, database: Engine) -> None:
    good = [IntakeRequest(f"TR-2026-{n:04}", "voluntary", ["all"]) for n in range(20)]
    before = everything_in(database)
    for bad, kind in (
        (IntakeRequest("TR-2026-0099", "voluntary", ["postal_address"]), InvalidInput),
        (IntakeRequest("TR-2026-0003", "voluntary", ["all"]), NotAllowed),
    ):
        refused = attempt(lambda bad=bad: app.cases.intake_many([*good, bad], by=typed(DIRECTOR)))  # type: ignore[misc]
        assert isinstance(refused, kind)
        assert everything_in(database) == before
    assert len(app.cases.intake_many(good, by=typed(DIRECTOR))) == 20


def test_a_failure_while_writing_leaves_nothing_behind(app: App, database: Engine, postgres: EmbeddedPostgres) -> None:
    """State, audit and messages are one transaction: here the last of the three can't be written."""
    app.cases.intake(IntakeRequest(REF, "voluntary", ["id_document", "postal_address"]), by=typed(DIRECTOR))
    before = everything_in(database)
    owner = engine_for(owner_url(postgres, str(database.url.database)))
    with owner.begin() as connection:
        refuse = "ALTER TABLE audit ADD CONSTRAINT full_disk CHECK (what <> 'provision.outcome') NOT VALID"
        connection.execute(text(refuse))
    owner.dispose()
    with pytest.raises((IntegrityError, psycopg.errors.CheckViolation), match="full_disk"):
        app.cases.record_outcome(REF, "id_document", "delivered", by=typed(DIRECTOR))
    assert everything_in(database) == before
