"""The figures against a second computation, and at the edges of weeks, days and terms."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from provisions.domain.figures.history import SCALARS
from provisions.domain.weeks import Week
from provisions.report.page import plain_text
from provisions.report.reports import Reports
from tests.builders import CONFIG, DIRECTOR, TEAM_LEAD, Town, typed
from tests.conftest import MovingClock
from tests.report import from_audit
from tests.report.region import Region, dated

COMPARED = [figure for figure in SCALARS if figure != "p90_days"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_that_follow_from_the_audit(database: Engine, clock: MovingClock, seed: int) -> None:
    region = Region(database, clock, CONFIG, seed).lives(date(2026, 4, 13), date(2026, 5, 20), clients_a_day=0.4)
    records = from_audit.records(database)
    reports = Reports(database, CONFIG, clock)
    assert len(region.references) > 5
    for number in range(Week.parse("2026-W14").number, Week.parse("2026-W21").number + 1):
        week = Week(number)
        expected = from_audit.figures(records, week.monday, date(2026, 5, 20))
        report = reports.of_week(week)
        _adds_up(report)
        for row in report["provisions"]:
            key = row["key"]
            for figure in COMPARED:
                nothing = None if "median" in figure or "longest" in figure else 0
                assert row[figure] == expected.get(key, {}).get(figure, nothing), (
                    str(week), key, figure,
                )  # fmt: skip
            assert row["rungs"] == expected.get(key, {}).get("rungs", {}), (str(week), key)
            assert row["answers"] == expected.get(key, {}).get("answers", {}), (str(week), key)
            assert row["submitted"] == expected.get(key, {}).get("submitted", 0), (str(week), key)
            assert sum(row["causes"].values()) == row["breaches"]


def _adds_up(report: dict[str, Any]) -> None:
    rows = report["provisions"]
    for figure in (
        "started",
        "delivered",
        "refused",
        "breaches",
        "open",
        "overdue",
        "suspended",
        "blocked",
        "submitted",
    ):
        assert report["totals"][figure] == sum(row[figure] for row in rows), figure
    last = Week.parse(report["week"])
    assert [w["week"] for w in report["weeks"]] == [str(last.plus(-n)) for n in range(12, -1, -1)]
    assert report["weeks"][-1]["breaches"] == report["totals"]["breaches"]
    assert report["weeks"][-1]["overdue"] == report["totals"]["overdue"]


def test_the_third_of_january_2027_is_in_week_53_of_2026() -> None:
    assert str(Week.of(date(2027, 1, 3))) == "2026-W53"
    assert str(Week.of(date(2027, 1, 4))) == "2027-W01"
    assert Week.parse("2026-W53").sunday == date(2027, 1, 3)


@pytest.mark.parametrize("first", [date(2024, 12, 20), date(2026, 12, 20), date(2020, 12, 25)])
def test_a_week_is_read_back_as_it_was_written(first: date) -> None:
    for number in range(30):
        day = first + timedelta(days=number)
        week = Week.of(day)
        assert Week.parse(str(week)) == week
        assert week.monday <= day <= week.sunday
        assert week.monday.isocalendar()[:2] == day.isocalendar()[:2]


def _open(reports: Reports, week: str, key: str = "wmo_indication") -> tuple[int, int, int]:
    row = next((r for r in reports.of_week(Week.parse(week))["provisions"] if r["key"] == key), None)
    return (row["open"], row["overdue"], row["breaches"]) if row else (0, 0, 0)


def test_what_ended_with_its_case_is_not_open_any_more(database: Engine, clock: MovingClock) -> None:
    town = Town(dated(database, clock), clock)
    town.takes_in("TR-2026-0001", "wmo_indication")
    town.on("2026-11-18 12:00")
    reports = Reports(database, CONFIG, clock)
    assert _open(reports, "2026-W45") == (1, 1, 1)
    town.app.cases.close("TR-2026-0001", reason="died", by=typed(DIRECTOR), on=date(2026, 11, 10))
    town.on("2026-12-07 12:00")
    assert _open(reports, "2026-W45") == (1, 1, 1)
    assert [_open(reports, f"2026-W{n}") for n in (46, 47, 48)] == [(0, 0, 0)] * 3
    ended = [reports.of_week(Week.parse(f"2026-W{n}"))["totals"]["ended"] for n in (45, 46, 47)]
    assert ended == [0, 1, 0]


@pytest.mark.parametrize("one", [False, True], ids=["the case", "one provision"])
def test_an_end_that_was_undone_leaves_no_trace_in_the_figures(
    database: Engine, clock: MovingClock, *, one: bool
) -> None:
    town = Town(dated(database, clock), clock)
    town.takes_in("TR-2026-0001", "wmo_indication")
    town.on("2026-11-18 12:00")
    cases, reports = town.app.cases, Reports(database, CONFIG, clock)
    cases.close("TR-2026-0001", reason="died", by=typed(DIRECTOR))
    if one:
        cases.reopen("TR-2026-0001", "wmo_indication", reason="vergissing", by=typed(DIRECTOR))
    else:
        cases.reopen_case("TR-2026-0001", reason="vergissing", by=typed(DIRECTOR))
    town.on("2026-11-25 12:00")
    assert _open(reports, "2026-W47")[:2] == (1, 1)
    cases.record_outcome("TR-2026-0001", "wmo_indication", "delivered", by=typed(DIRECTOR))
    town.on("2026-12-07 12:00")
    assert _open(reports, "2026-W48")[:2] == (0, 0), "delivered, and not open for ever"


@pytest.mark.parametrize("reason", sorted(CONFIG.catalogue.uncounted))
def test_a_double_or_a_mistake_leaves_every_figure_also_of_weeks_that_were_sent(
    database: Engine, clock: MovingClock, reason: str
) -> None:
    town = Town(dated(database, clock), clock)
    town.takes_in("TR-2026-0001", "wmo_indication")
    town.takes_in("TR-2026-0002", "wmo_indication")
    town.on("2026-11-18 12:00")
    reports = Reports(database, CONFIG, clock)
    reports.send_due()
    before = _open(reports, "2026-W46")
    number = town.app.cases.ask_end("TR-2026-0002", reason=reason, by=typed(DIRECTOR))
    town.app.cases.approve(str(number), by=typed(TEAM_LEAD))
    town.on("2026-11-25 12:00")
    assert _open(reports, "2026-W46") == before, "what was sent stays as it was sent"
    reports.send_due()
    latest = reports.of_week(Week.parse("2026-W47"))
    (then,) = [w for w in latest["weeks"] if w["week"] == "2026-W46"]
    assert latest["taken_out"] == 1
    assert "1 traject uit alle cijfers gehaald" in plain_text(latest)
    assert before[0] == 2
    assert (then["breaches"], then["overdue"]) == (before[2] // 2, before[1] // 2)
    assert _open(reports, "2026-W47")[0] == 1


def test_who_sleeps_outside_is_counted_whatever_the_outcome_is_called(database: Engine, clock: MovingClock) -> None:
    town = Town(dated(database, clock), clock)
    reports = Reports(database, CONFIG, clock)

    def outside(last: int) -> list[int]:
        return [reports.of_week(Week.parse(f"2026-W{n}"))["without"]["shelter"] for n in range(45, last + 1)]

    town.takes_in("TR-2026-0001", "emergency_shelter").does_without(
        "emergency_shelter", offered_instead="meals_and_care"
    )
    town.takes_in("TR-2026-0002", "emergency_shelter").does_without("emergency_shelter", offered_instead="hotel")
    town.on("2026-11-18 12:00")
    assert outside(47) == [1, 1, 1], "meals are no bed"
    case = town.takes_in("TR-2026-0003", "emergency_shelter")
    town.app.cases.again("TR-2026-0001", "emergency_shelter", reason="needed_again", by=typed(DIRECTOR))
    town.app.cases.record_outcome(
        "TR-2026-0001", "emergency_shelter", "delivered", by=typed(DIRECTOR), fields={"place": "hotel"}
    )
    case.does_without("emergency_shelter", offered_instead="meals_and_care")
    town.on("2026-11-25 12:00")
    case.does("close")
    town.on("2026-12-08 12:00")
    assert outside(49) == [1, 1, 1, 0, 0], "until there is a bed, or the case ends"


def test_a_case_at_rest_is_counted_as_such_and_its_days_are_nobodys(database: Engine, clock: MovingClock) -> None:
    town = Town(dated(database, clock), clock)
    for number in range(1, 6):
        town.takes_in(f"TR-2026-000{number}", "wmo_indication")
    town.on("2026-11-04 12:00")
    for number in range(1, 6):
        town.app.cases.rest(f"TR-2026-000{number}", reason="out_of_sight", by=typed(TEAM_LEAD))
    town.on("2026-11-18 12:00")
    reports = Reports(database, CONFIG, clock)
    then = reports.of_week(Week.parse("2026-W46"))
    assert then["at_rest"] == 5
    assert "5 trajecten uit beeld" in plain_text(then)
    assert _open(reports, "2026-W46") == (5, 0, 0)
    for number in range(1, 6):
        town.app.cases.wake(f"TR-2026-000{number}", by=typed(DIRECTOR))
        town.app.cases.record_outcome(f"TR-2026-000{number}", "wmo_indication", "delivered", by=typed(DIRECTOR))
    town.on("2026-11-25 12:00")
    week = reports.of_week(Week.parse("2026-W47"))
    (row,) = [row for row in week["provisions"] if row["key"] == "wmo_indication"]
    assert (week["at_rest"], row["delivered_on_time"], row["breaches"], row["suspended"]) == (0, 5, 0, 0)
    assert row["median_days"] == 3  # 2 to 18 November, less the thirteen days between 4 and 18 November
    assert row["since_intake_days"] == {"at_rest": 65, "counter": 15}


def test_each_night_without_a_place_counts_in_the_week_of_its_morning(database: Engine, clock: MovingClock) -> None:
    town = Town(dated(database, clock), clock)
    case = town.takes_in("TR-2026-0001", "emergency_shelter")  # on Monday 2 November
    town.on("2026-11-10 12:00")
    case.gets("emergency_shelter")
    town.on("2026-11-18 12:00")
    reports = Reports(database, CONFIG, clock)
    weeks = {week: reports.of_week(Week.parse(week)) for week in ("2026-W45", "2026-W46", "2026-W47")}
    assert [report["nights_without_place"] for report in weeks.values()] == [6, 2, 0]
    assert "6 signalen dat een cliënt een nacht zonder plek was" in plain_text(weeks["2026-W45"])
