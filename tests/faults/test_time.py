"""A clock that is wrong: set back, a month ahead, or in another time zone."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, select, update

from provisions.app import App
from provisions.store import tables as t
from provisions.store.backlog import backlog
from provisions.store.outbox import LISTED
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, DIRECTOR, KEYS, at, typed
from tests.conftest import MovingClock
from tests.report.region import dated

NEEDS = tuple(key for key in KEYS if key not in ("housing", "social_network"))
Climbed = list[tuple[str, str, datetime]]


def climbed(database: Engine) -> Climbed:
    """(provision, rung, the moment it was due), as recorded."""
    query = (
        select(t.provision.c.key, t.rung.c.name, t.rung.c.due)
        .join(t.provision, t.provision.c.id == t.rung.c.provision_id)
        .order_by(t.provision.c.id, t.rung.c.climbed)
    )
    with database.connect() as connection:
        return [(key, name, due) for key, name, due in connection.execute(query)]


def lines(database: Engine) -> int:
    with database.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(t.audit)).scalar_one())


def live(app: App, clock: MovingClock, until: str) -> None:
    """Each moment is seen as it comes."""
    end = at(until)
    while (moment := app.time.next_moment()) is not None and moment <= end:
        clock.now = max(clock.now, moment)
        app.time.tick_all()
    clock.now = end


def take_in(app: App) -> None:
    app.cases.intake(IntakeRequest("TR-2026-0001", "voluntary", NEEDS), by=typed(DIRECTOR))


@pytest.fixture
def lived(app: App, database: Engine, clock: MovingClock) -> Climbed:
    """What is climbed in a month in which nothing goes wrong."""
    take_in(app)
    live(app, clock, "2026-12-02 12:00")
    return climbed(database)


def test_a_clock_a_month_ahead_climbs_the_same_rungs_with_the_same_moments(
    lived: Climbed, database: Engine, app: App, clock: MovingClock
) -> None:
    assert len(lived) > 15
    clock.now = at("2026-11-02 10:00")
    app.cases.intake(IntakeRequest("TR-2026-0002", "voluntary", NEEDS), by=typed(DIRECTOR))
    clock.now = at("2026-12-02 12:00")
    app.time.tick_all()
    tables = [row for row in lived if row[1] != "case_director"]  # a reminder that comes too late is dropped
    assert [row for row in climbed(database)[len(lived) :] if row[1] != "case_director"] == tables


def test_a_clock_that_is_set_back_does_nothing_twice(
    lived: Climbed, database: Engine, app: App, clock: MovingClock
) -> None:
    before = lines(database)
    for moment in ("2026-11-20 12:00", "2026-11-02 10:00", "2026-12-02 12:00"):
        clock.now = at(moment)
        app.time.tick_all()
    assert climbed(database) == lived
    assert lines(database) == before


def test_a_clock_that_ran_ahead_and_is_put_right_goes_on(database: Engine, app: App, clock: MovingClock) -> None:
    """What was recorded too early stays recorded; what comes after waits for its own moment."""
    take_in(app)
    clock.now = at("2026-11-06 12:00")
    app.time.tick_all()
    early = climbed(database)
    clock.now = at("2026-11-02 12:00")
    app.time.tick_all()
    live(app, clock, "2026-12-02 12:00")
    assert climbed(database)[0] in early
    assert len(set(climbed(database))) == len(climbed(database))
    assert set(early) <= set(climbed(database))


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    assert time.strftime("%Z", time.localtime(0)) == "EST"
    yield
    monkeypatch.delenv("TZ")
    time.tzset()


@pytest.mark.usefixtures("new_york")
def test_a_machine_in_another_time_zone_keeps_amsterdams_days(database: Engine, app: App, clock: MovingClock) -> None:
    clock.now = datetime(2026, 11, 9, 22, 59, tzinfo=UTC)  # the ninth in Amsterdam, for another minute
    app.cases.intake(IntakeRequest("TR-2026-0001", "voluntary", ["emergency_shelter"]), by=typed(DIRECTOR))
    assert app.time.next_moment() == at("2026-11-10 00:00")
    clock.advance(minutes=1)
    app.time.tick_all()
    assert climbed(database) == [("emergency_shelter", "doorbraaktafel", at("2026-11-10 00:00"))]
    assert app.views.case("TR-2026-0001").case.opened.isoformat() == "2026-11-09"


def moments(database: Engine) -> list[tuple[int, datetime | None]]:
    with database.connect() as connection:
        query = select(t.provision.c.id, t.provision.c.next_at).order_by(t.provision.c.id)
        return [(number, moment) for number, moment in connection.execute(query)]


def test_nothing_waits_for_a_moment_that_no_right_clock_wrote(database: Engine, clock: MovingClock) -> None:
    app = App(dated(database, clock), CONFIG, clock)
    clock.now = at("2026-11-02 12:00")
    take_in(app)
    right = moments(database)
    assert app.rules.recompute_doubtful() == 0
    with database.begin() as connection:
        connection.execute(
            update(t.provision).where(t.provision.c.next_at.is_not(None)).values(next_at=at("2062-11-02 12:00"))
        )
    assert backlog(database, clock.now).too_far > 1
    assert app.rules.recompute_doubtful() == 1
    assert moments(database) == right
    assert backlog(database, clock.now).too_far == 0
    assert app.rules.recompute_doubtful() == 0


def test_what_a_clock_ahead_computed_is_computed_anew(database: Engine, clock: MovingClock) -> None:
    """Seen from two weeks ahead a stop is over; put right, it stands still again until its own day, in every list."""

    def stands_still_until() -> date | None:
        with database.connect() as connection:
            query = select(t.provision.c.suspended_until).where(t.provision.c.key == "id_document")
            until: date | None = connection.execute(query).scalar_one()
            return until

    app = App(dated(database, clock), CONFIG, clock)
    clock.now = at("2026-11-02 12:00")
    take_in(app)
    app.cases.suspend("TR-2026-0001", "id_document", reason="client_asks", until=date(2026, 11, 9), by=typed(DIRECTOR))
    assert stands_still_until() == date(2026, 11, 9)
    clock.now = at("2026-11-16 12:00")
    app.time.tick_all()
    assert stands_still_until() is None
    clock.now = at("2026-11-02 13:00")
    assert app.rules.recompute_doubtful() == 1
    assert stands_still_until() == date(2026, 11, 9)
    with database.connect() as connection:
        query = select(func.count()).where(t.message.c.created > clock.now, t.message.c.kind.not_in(LISTED))
        letters = connection.execute(query).scalar_one()
    assert backlog(database, clock.now).too_far == letters > 0, (
        "a letter that does not leave is told, whatever its moment"
    )
