"""The flow of Monday morning, and who makes up for it."""

import asyncio
from datetime import date, datetime

import pytest
from prefect.client.schemas.schedules import CronSchedule
from prefect.server.schemas.schedules import CronSchedule as ServersSchedule
from sqlalchemy import Engine, func, select

from flows import context
from flows.loops.missed_mondays import MissedMondays
from flows.weekly_report import deployment_spec, weekly_report
from provisions.app import App
from provisions.domain.calendar import AMSTERDAM
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from tests.builders import CONFIG, at, typed
from tests.conftest import MovingClock
from tests.report.region import BY, dated


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    """Use cases, with one client since Wednesday 4 November."""
    app = App(dated(database, clock), CONFIG, clock)
    clock.now = at("2026-11-04 10:00")
    app.cases.intake(IntakeRequest("TR-2026-0001", "voluntary", ["id_document"]), by=typed(BY))
    return app


def reports(database: Engine) -> int:
    with database.connect() as connection:
        return connection.execute(select(func.count()).select_from(t.report)).scalar_one()


def test_the_schedule_is_monday_at_seven_in_amsterdam_all_year() -> None:
    schedule = deployment_spec().schedule
    assert isinstance(schedule, CronSchedule)
    assert schedule.timezone == "Europe/Amsterdam"
    for start in (date(2026, 3, 25), date(2026, 10, 21)):  # before the clock goes forward, and back
        # As Prefect's server will reckon.
        servers = ServersSchedule(cron=schedule.cron, timezone=schedule.timezone)
        first = datetime(start.year, start.month, start.day, tzinfo=AMSTERDAM)
        for moment in asyncio.run(servers.get_dates(2, first)):
            local = moment.astimezone(AMSTERDAM)
            assert (local.weekday(), local.hour, local.minute) == (0, 7, 0)


def test_the_flow_sends_once_and_says_what(app: App, clock: MovingClock, database: Engine) -> None:
    context.use(app)
    clock.now = at("2026-11-09 07:00")
    assert weekly_report.fn().message == "Verzonden aan de stuurgroep: 2026-W45."
    assert weekly_report.fn().message == "Er was geen rapport te verzenden."
    assert app.reports.send_due() == []
    assert reports(database) == 1


def test_a_monday_that_prefect_missed_is_made_up_after_ten_minutes(
    app: App, clock: MovingClock, database: Engine
) -> None:
    missed = MissedMondays(app)
    clock.now = at("2026-11-09 07:09")
    missed.look()
    assert reports(database) == 0
    clock.now = at("2026-11-09 07:11")
    missed.look()
    missed.look()
    assert reports(database) == 1
