"""Terms: the file that must come out, and the rules behind it in cases that are not in the file."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from provisions.domain.calendar import WorkingCalendar
from provisions.domain.errors import InvalidInput
from provisions.domain.terms import Term, Unit, agreed_due_date, due_date, suspended_days
from tests.builders import CATALOGUE, day, days_from, is_dutch, refusal

CALENDAR = CATALOGUE.calendar
ROWS = list(csv.DictReader(Path(__file__).parents[1].joinpath("data", "terms.csv").open(encoding="utf-8")))

near_days = st.dates(date(2025, 6, 1), date(2028, 12, 31))
terms = st.one_of(
    st.builds(Term, st.integers(0, 40), st.just(Unit.WORKING_DAYS)),
    st.builds(Term, st.integers(0, 120), st.just(Unit.DAYS)),
    st.builds(Term, st.integers(1, 16), st.just(Unit.WEEKS)),
    st.builds(Term, st.integers(1, 5), st.just(Unit.MONTHS)),
    st.builds(Term, st.integers(1, 2), st.just(Unit.YEARS)),
)


@st.composite
def stops(draw: st.DrawFn, event: date) -> list[tuple[date, date]]:
    """Some suspensions from ``event`` on: (day of suspending, day of resuming), possibly overlapping."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        start = event + timedelta(days=draw(st.integers(0, 80)))
        made.append((start, start + timedelta(days=draw(st.integers(0, 28)))))
    return made


def periods(cell: str) -> list[tuple[date, date]]:
    return [(day(p.split("/")[0]), day(p.split("/")[1])) for p in cell.split()]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['term']} {r['event']} {r['why']}")
def test_the_terms_of_the_file_come_out(row: dict[str, str]) -> None:
    found = due_date(
        Term.parse(row["term"]),
        day(row["event"]),
        CALENDAR,
        roll=row["roll"] != "none",
        suspended=suspended_days(periods(row["suspensions"])),
    )
    assert found.due == day(row["due"])


def test_the_file_is_the_one_that_was_given() -> None:
    assert len(ROWS) == 13


# --- reading a term --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [("2 werkdagen", "2 werkdagen"), ("1 week", "1 week"), (" 1  WERKDAG ", "1 werkdag"), ("3 maanden", "3 maanden")],
)
def test_a_dutch_term_is_read_and_shown(text: str, shown: str) -> None:
    assert str(Term.parse(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "week", "2", "2 uur", "-1 dagen", "1,5 week", "2 days", "99999 dagen", "9999 weken"]
)
def test_anything_else_is_refused_in_dutch(text: str) -> None:
    refused = refusal(lambda: Term.parse(text))
    assert isinstance(refused, InvalidInput)
    assert text in str(refused)
    assert is_dutch(refused)


# --- the Atw ---------------------------------------------------------------------------------------------------------


@given(terms, near_days, st.data())
def test_a_term_that_rolls_never_ends_on_a_closed_day(term: Term, event: date, data: st.DataObject) -> None:
    found = due_date(term, event, CALENDAR, suspended=suspended_days(data.draw(stops(event))))
    if term.unit is Unit.WORKING_DAYS:
        assert term.count == 0 or CALENDAR.closed(found.due) is None
    elif not term.beyond_atw:
        assert CALENDAR.not_ordinary(found.due) is None


@given(terms, near_days, st.data())
def test_a_term_that_does_not_roll_ends_on_its_raw_end_plus_the_days_suspended(
    term: Term, event: date, data: st.DataObject
) -> None:
    assume(term.unit is not Unit.WORKING_DAYS)
    found = due_date(term, event, CALENDAR, roll=False, suspended=suspended_days(data.draw(stops(event))))
    assert found.due == found.raw + timedelta(days=found.suspended_days)


@given(terms, near_days)
def test_rolling_never_makes_a_term_shorter_and_stops_at_the_first_ordinary_day(term: Term, event: date) -> None:
    assume(term.unit is not Unit.WORKING_DAYS)
    rolled, unrolled = due_date(term, event, CALENDAR), due_date(term, event, CALENDAR, roll=False)
    assert rolled.due >= unrolled.due
    if term.beyond_atw:  # Atw 4
        assert rolled.due == unrolled.due
    elif not term.three_days_or_more:
        between = (unrolled.due + timedelta(days=n) for n in range((rolled.due - unrolled.due).days))
        assert all(CALENDAR.not_ordinary(d) for d in between)


@given(st.integers(3, 90), near_days, st.data())
def test_a_term_of_three_days_or_more_holds_two_ordinary_days(count: int, event: date, data: st.DataObject) -> None:
    """Atw 2; a day on which the clock stood still is not within the term."""
    stopped = suspended_days(data.draw(stops(event)))
    due = due_date(Term(count, Unit.DAYS), event, CALENDAR, suspended=stopped).due
    within = (event + timedelta(days=n) for n in range(1, (due - event).days + 1))
    assert sum(CALENDAR.not_ordinary(d) is None and d not in stopped for d in within) >= 2


@pytest.mark.parametrize(
    ("text", "beyond"),
    [
        ("90 dagen", False), ("91 dagen", True), ("12 weken", False), ("13 weken", True),
        ("3 maanden", False), ("4 maanden", True), ("1 jaar", True), ("200 werkdagen", False),
    ],
)  # fmt: skip
def test_the_atw_does_not_reach_beyond_article_4(text: str, beyond: bool) -> None:
    assert Term.parse(text).beyond_atw is beyond


def test_two_days_may_hold_one_ordinary_day_only() -> None:
    """Atw 2 is for terms of three days and more: Friday and two days is Sunday, which rolls to Monday."""
    assert due_date(Term.parse("2 dagen"), day("2026-11-20"), CALENDAR).due == day("2026-11-23")


def test_a_month_ends_on_its_last_day() -> None:
    assert due_date(Term.parse("1 maand"), day("2026-01-31"), CALENDAR, roll=False).due == day("2026-02-28")
    assert due_date(Term.parse("1 maand"), day("2028-01-31"), CALENDAR, roll=False).due == day("2028-02-29")


# --- working days ----------------------------------------------------------------------------------------------------


@given(st.integers(0, 40), near_days, st.data())
def test_a_term_in_working_days_is_that_many_running_working_days(count: int, event: date, data: st.DataObject) -> None:
    stopped = suspended_days(data.draw(stops(event)))
    due = due_date(Term(count, Unit.WORKING_DAYS), event, CALENDAR, suspended=stopped).due
    running = [
        d
        for n in range(1, (due - event).days + 1)
        if CALENDAR.closed(d := event + timedelta(days=n)) is None and d not in stopped
    ]
    assert len(running) == count


def test_the_closing_days_of_a_municipality_stretch_working_days_but_not_weeks() -> None:
    calendar = WorkingCalendar(closing_days={day("2026-11-24"): "verhuizing", day("2026-11-30"): "verhuizing"})
    assert due_date(Term.parse("2 werkdagen"), day("2026-11-23"), calendar).due == day("2026-11-26")
    assert due_date(Term.parse("1 week"), day("2026-11-23"), calendar).due == day("2026-11-30")


# --- suspension ------------------------------------------------------------------------------------------------------


@given(terms, near_days, st.data())
def test_more_suspension_never_makes_a_term_end_earlier(term: Term, event: date, data: st.DataObject) -> None:
    some, more = data.draw(stops(event)), data.draw(stops(event))
    little = due_date(term, event, CALENDAR, suspended=suspended_days(some)).due
    much = due_date(term, event, CALENDAR, suspended=suspended_days([*some, *more])).due
    assert much >= little >= due_date(term, event, CALENDAR).due


@given(terms, near_days, st.data())
def test_overlapping_suspensions_count_once_whatever_their_order(term: Term, event: date, data: st.DataObject) -> None:
    some = data.draw(stops(event))
    once = due_date(term, event, CALENDAR, suspended=suspended_days(some))
    twice = due_date(term, event, CALENDAR, suspended=suspended_days([*reversed(some), *some]))
    assert once == twice


@given(terms, near_days, st.data())
def test_a_day_suspended_after_the_due_date_does_not_move_it(term: Term, event: date, data: st.DataObject) -> None:
    some = data.draw(stops(event))
    before = due_date(term, event, CALENDAR, suspended=suspended_days(some))
    late = before.due + timedelta(days=data.draw(st.integers(0, 30)))
    later = suspended_days([*some, (late, late + timedelta(days=28))])
    assert due_date(term, event, CALENDAR, suspended=later).due == before.due


@given(terms, near_days, st.data())
def test_a_day_suspended_before_the_start_does_not_move_it(term: Term, event: date, data: st.DataObject) -> None:
    early = [(event - timedelta(days=28), event - timedelta(days=data.draw(st.integers(0, 10))))]
    assert due_date(term, event, CALENDAR, suspended=suspended_days(early)) == due_date(term, event, CALENDAR)


@given(near_days, st.integers(0, 40))
def test_the_day_of_suspending_and_the_day_of_resuming_both_run(start: date, length: int) -> None:
    days = suspended_days([(start, start + timedelta(days=length))])
    assert len(days) == max(0, length - 1)
    assert start not in days
    assert start + timedelta(days=length) not in days


def test_suspension_reaches_the_due_date_as_extended_so_far() -> None:
    """The stop starts within the week and runs past its first end: the whole of it counts."""
    stopped = suspended_days([(day("2026-11-27"), day("2026-12-11"))])
    found = due_date(Term.parse("1 week"), day("2026-11-23"), CALENDAR, suspended=stopped)
    assert found.suspended_days == 13
    assert found.due == day("2026-12-14")  # 30 November and thirteen days is Sunday the 13th


# --- an agreed date --------------------------------------------------------------------------------------------------


def test_an_agreed_date_is_the_due_date_itself_also_on_a_sunday() -> None:
    assert agreed_due_date(day("2026-12-06"), day("2026-11-02"), CALENDAR).due == day("2026-12-06")


def test_what_starts_after_the_agreed_date_is_due_on_its_start_day() -> None:
    assert agreed_due_date(day("2026-12-06"), day("2026-12-20"), CALENDAR).due == day("2026-12-20")


@given(near_days, st.integers(0, 200), st.data())
def test_an_agreed_date_moves_by_the_days_suspended_up_to_it(start: date, away: int, data: st.DataObject) -> None:
    stopped = suspended_days(data.draw(stops(start)))
    agreed = start + timedelta(days=away)
    found = agreed_due_date(agreed, start, CALENDAR, suspended=stopped)
    assert found.due == agreed + timedelta(days=found.suspended_days)
    assert found.suspended_days == len([d for d in stopped if start < d <= found.due])


# --- the explanation -------------------------------------------------------------------------------------------------


@given(terms, near_days, st.data())
def test_every_date_is_explained_by_its_steps(term: Term, event: date, data: st.DataObject) -> None:
    found = due_date(term, event, CALENDAR, suspended=suspended_days(data.draw(stops(event))))
    assert found.text == str(term)
    assert found.event == event
    assert (found.steps[-1].date if found.steps else found.raw) == found.due
    assert all(step.because and step.rule for step in found.steps)
    assert (found.suspended_days > 0) == any(step.rule == "Awb art. 4:15" for step in found.steps)
    assert [s.date for s in found.steps] == sorted(s.date for s in found.steps)


def test_kings_day_is_named_as_the_reason() -> None:
    found = due_date(Term.parse("8 weken"), day("2026-03-02"), CALENDAR)
    assert [(s.date, s.because, s.rule) for s in found.steps] == [(day("2026-04-28"), "Koningsdag", "Atw art. 1")]


def test_the_days_that_do_not_count_are_named_in_working_days() -> None:
    found = due_date(Term.parse("2 werkdagen"), day("2026-05-13"), CALENDAR)
    assert found.due == day("2026-05-19")
    assert [s.date for s in found.skipped] == days_from("2026-05-14", "2026-05-15")


def test_the_software_says_when_the_list_of_decrees_ends() -> None:
    assert due_date(Term.parse("1 week"), day("2028-12-20"), CALENDAR).warnings == ()
    (warning,) = due_date(Term.parse("2 weken"), day("2028-12-20"), CALENDAR).warnings
    assert "2028" in warning
    assert "2029-01-03" in warning


def test_on_time_is_up_to_the_last_moment_of_the_day_also_when_the_clock_changes() -> None:
    spring = due_date(Term.parse("0 dagen"), day("2026-03-29"), CALENDAR, roll=False)
    autumn = due_date(Term.parse("0 dagen"), day("2026-10-25"), CALENDAR, roll=False)
    assert spring.overdue_from.isoformat() == "2026-03-29T22:00:00+00:00"
    assert autumn.overdue_from.isoformat() == "2026-10-25T23:00:00+00:00"
