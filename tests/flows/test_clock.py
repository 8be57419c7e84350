"""The clock and its lookahead, a turn at a time: they sleep until the very moment, and never spin."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, text

from flows.loops.clock import LONGEST_SLEEP, OTHERS, Clock
from flows.loops.lookahead import BREATH, EVERY, Lookahead
from provisions.app import App
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, at, day, typed
from tests.conftest import MovingClock

MIDNIGHT = at("2026-11-03 00:00")  # what was agreed for the day itself is late


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    clock.now = at("2026-11-02 09:00")
    return App(database, CONFIG, clock)


def take_in(app: App, count: int) -> None:
    agreed = {"social_network": day("2026-11-02")}
    app.cases.intake_many(
        [IntakeRequest(f"TR-2026-{n:04}", "voluntary", ["social_network"], agreed=agreed) for n in range(count)],
        by=typed(DIRECTOR),
    )


def test_it_sleeps_until_the_very_moment_and_at_most_a_minute(app: App, clock: MovingClock) -> None:
    one = Clock(app.time, now=clock, ticked=lambda: None)
    assert one.until_next() == LONGEST_SLEEP
    take_in(app, 1)
    assert one.until_next() == LONGEST_SLEEP
    clock.now = MIDNIGHT - timedelta(milliseconds=20)
    assert one.until_next() == pytest.approx(0.02)


def test_what_another_engine_holds_is_looked_at_again_without_spinning(app: App, clock: MovingClock) -> None:
    take_in(app, 1)
    clock.now = MIDNIGHT
    told: list[bool] = []
    one = Clock(app.time, now=clock, ticked=lambda: told.append(True))
    with app.engine.begin() as other:
        other.execute(text("SELECT 1 FROM provision FOR UPDATE"))
        assert one._turn() == OTHERS
        assert told == []
    assert one._turn() > OTHERS
    assert (told, one.handled) == ([True], 1)


@pytest.mark.parametrize("count", [25, 1100])
def test_of_many_at_once_it_is_told_when_all_are_recorded(app: App, clock: MovingClock, count: int) -> None:
    """What follows (letters, pages) would only slow down what must not be late."""
    take_in(app, count)
    clock.now = MIDNIGHT
    recorded: list[int] = []

    def look() -> None:
        with app.engine.connect() as connection:
            recorded.append(len(connection.execute(select(t.rung.c.message)).all()))

    one = Clock(app.time, now=clock, ticked=look)
    one._turn()
    assert (recorded, one.handled) == ([count], count)


def test_foresight_breathes_while_there_is_something_and_rests_after(app: App, clock: MovingClock) -> None:
    """In helpings, so that whoever records an outcome meanwhile does not wait for all of it."""
    take_in(app, 101)
    lookahead = Lookahead(app.time)
    assert [lookahead._turn() for _ in range(3)] == [BREATH, BREATH, EVERY]
    with app.engine.connect() as connection:
        assert set(connection.execute(select(t.foreseen.c.at)).scalars()) == {MIDNIGHT}
    clock.now = MIDNIGHT
    assert app.time.tick() == 101
