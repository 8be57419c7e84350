"""Which days count (Atw 3, the decrees), against the ``holidays`` package where the two should agree."""

from datetime import date, timedelta

import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain.calendar import WorkingCalendar, day_of, first_moment, holidays
from tests.builders import CATALOGUE, at, day, days_from

CALENDAR = CATALOGUE.calendar
LIBERATION = "Bevrijdingsdag"
DECREED = {day(d) for d in ("2026-01-02", "2026-05-15", "2027-05-07", "2028-04-28", "2028-05-26")}


def ordinary_by_the_package(year: int) -> set[date]:
    """The package's public and optional days: it then has Good Friday and 5 May every year."""
    return {d for d in country_holidays("NL", years=year, categories=("public", "optional")) if d.weekday() < 7}


@pytest.mark.parametrize("year", range(2015, 2060))
def test_the_holidays_are_those_of_the_package_but_easter_sunday_and_whit_sunday(year: int) -> None:
    """Sundays are no ordinary days anyway, so the Atw need not name them."""
    ours, theirs = set(holidays(year)), ordinary_by_the_package(year)
    assert {d for d in theirs if d.weekday() != 6} == {d for d in ours if d.weekday() != 6}


@pytest.mark.parametrize("year", range(2015, 2060))
def test_5_may_counts_every_year_and_not_once_in_five(year: int) -> None:
    liberation = date(year, 5, 5)
    assert LIBERATION in holidays(year)[liberation]
    if year not in (2016,):  # 5 May 2016 was Ascension Day as well, so the package has it
        assert (liberation in country_holidays("NL", years=year)) == (year % 5 == 0)


@pytest.mark.parametrize(("year", "kings_day"), [(2025, 26), (2026, 27), (2027, 27), (2031, 26), (2036, 26)])
def test_kings_day_is_the_26th_when_the_27th_is_a_sunday(year: int, kings_day: int) -> None:
    named = [d for d, name in holidays(year).items() if name == "Koningsdag"]
    assert named == [date(year, 4, kings_day)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2026-01-01", "Nieuwjaarsdag"),
        ("2026-04-03", "Goede Vrijdag"),
        ("2026-04-06", "tweede paasdag"),
        ("2026-05-14", "Hemelvaartsdag"),
        ("2026-05-25", "tweede pinksterdag"),
        ("2026-12-25", "eerste kerstdag"),
        ("2026-12-26", "tweede kerstdag"),
        ("2016-05-05", "Bevrijdingsdag en Hemelvaartsdag"),
    ],
)
def test_each_holiday_of_article_3_has_its_name(text: str, name: str) -> None:
    assert holidays(day(text).year)[day(text)] == name


def test_the_days_equated_by_decree_are_data_with_a_source_and_no_package_knows_them() -> None:
    assert set(CALENDAR.equated) == DECREED
    assert all("Stcrt. 2025, 24713" in reason for reason in CALENDAR.equated.values())
    assert not any(d in country_holidays("NL", years=d.year, categories=("public", "optional")) for d in DECREED)
    assert CALENDAR.equated_until == 2028


def test_a_closing_day_of_the_municipality_is_no_working_day_but_an_ordinary_one() -> None:
    bridge = day("2026-12-24")
    calendar = WorkingCalendar(closing_days={bridge: "brugdag"})
    assert calendar.closed(bridge) == "brugdag"
    assert calendar.not_ordinary(bridge) is None
    assert calendar.add_working_days(day("2026-12-23"), 1) == day("2026-12-28")


@given(st.dates(date(2015, 1, 1), date(2100, 12, 31)), st.integers(0, 60))
def test_counting_working_days_forth_and_back_agrees(start: date, count: int) -> None:
    end = CALENDAR.add_working_days(start, count)
    assert CALENDAR.working_days_between(start, end) == count
    assert count == 0 or CALENDAR.closed(end) is None


@given(st.dates(date(2015, 1, 1), date(2100, 12, 31)))
def test_the_last_working_day_before_is_the_nearest_one(on: date) -> None:
    before = CALENDAR.last_working_day_before(on)
    assert before < on
    assert CALENDAR.closed(before) is None
    between = (before + timedelta(days=n) for n in range(1, (on - before).days))
    assert all(CALENDAR.closed(d) for d in between)


def test_a_day_starts_at_midnight_in_amsterdam_in_summer_and_in_winter() -> None:
    assert first_moment(day("2026-03-29")).isoformat() == "2026-03-28T23:00:00+00:00"
    assert first_moment(day("2026-03-30")).isoformat() == "2026-03-29T22:00:00+00:00"
    assert first_moment(day("2026-10-25")).isoformat() == "2026-10-24T22:00:00+00:00"
    assert first_moment(day("2026-10-26")).isoformat() == "2026-10-25T23:00:00+00:00"


def test_today_is_amsterdams() -> None:
    assert day_of(at("2026-10-25 23:59")) == day("2026-10-25")
    assert all(day_of(first_moment(d)) == d for d in days_from("2026-03-25", "2026-04-02"))
