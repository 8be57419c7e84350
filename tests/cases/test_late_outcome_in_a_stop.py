"""``../shared/cases/late-outcome-in-a-stop``: an outcome ends a stop on its own day, also when the stop has ended by itself
before the outcome was recorded. The planned end of the stop and the day of recording make no difference."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from provisions.domain import deadlines
from provisions.domain.lifecycle import derive
from provisions.domain.rungs import RungName
from provisions.domain.weeks import Week
from provisions.report.reports import Reports
from tests.builders import CONFIG, Town, a_client, at, day
from tests.conftest import MovingClock
from tests.report.region import dated

KEY = "wmo_indication"


@pytest.mark.parametrize("until", ["2026-11-20", "2026-11-30"])
@pytest.mark.parametrize("lived", [True, False], ids=["time-passed-between", "all-recorded-on-24-November"])
def test_the_dates_are_those_of_the_facts(until: str, lived: bool) -> None:
    client = a_client("2026-11-02 09:00" if lived else "2026-11-24 09:00").needs(KEY, on="2026-11-02")
    if lived:
        client.lives_until("2026-11-03 10:00")
    client.stops_the_clock(KEY, until=until, on="2026-11-03")
    if lived:
        client.lives_until("2026-11-24 09:00")
    client.is_refused(KEY, on="2026-11-09")
    client.tick()
    derived = derive(client.case, client.which(KEY), client.moment)
    end = deadlines.due(client.situation(KEY))
    assert end is not None
    assert (end.due, end.suspended_days) == (day("2026-11-10"), 3)
    assert derived.statutory_due == day("2027-01-04")
    assert derived.breach_day == day("2026-11-11")
    assert str(Week.of(derived.breach_day)) == "2026-W46"
    maatwerkloket = client.provision(KEY).rung(RungName.MAATWERKLOKET)
    assert maatwerkloket is not None
    assert maatwerkloket.due == datetime(2026, 11, 17, 23, tzinfo=UTC)
    doorbraaktafel = client.provision(KEY).rung(RungName.DOORBRAAKTAFEL)
    assert doorbraaktafel is not None
    if not (lived and until == "2026-11-20"):  # there it was climbed already, when its stop had ended by itself
        assert doorbraaktafel.due <= datetime(2026, 11, 10, 23, tzinfo=UTC)
    assert not [line for line in client.lives_until("2026-12-31 09:00").audit[-3:] if line.what == "clock.resumed"]


def test_the_median_of_its_week(database: Engine, clock: MovingClock) -> None:
    clock.now = at("2026-11-02 09:00")
    town = Town(dated(database, clock), clock)
    cases = [town.takes_in(f"TR-2026-{n:04}", KEY) for n in range(101, 106)]
    town.on("2026-11-24 09:00")
    for case in cases:
        case.does("suspend", KEY, reason="client_documents", on=day("2026-11-05"), until=day("2026-11-20"))
        case.gets(KEY, on="2026-11-09")
    report = Reports(database, CONFIG, clock).of_week(Week.parse("2026-W46"))
    (row,) = [row for row in report["provisions"] if row["key"] == KEY]
    assert row["delivered"] == 5
    assert row["median_days"] == 4
