"""Who acts for whom on which day: whatever is recorded, somebody who is there acts, and only one (rule 7)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain.absences import Absence, Absences
from provisions.domain.calendar import ONE_DAY
from provisions.domain.errors import InvalidInput, NotAllowed, Refused
from provisions.domain.lifecycle.absence import ask_on, back, plan
from tests.builders import CATALOGUE, attempt, day, refusal

TODAY = day("2026-11-10")
PEOPLE = ("anne", "ben", "cor", "dil")
DAYS = [TODAY + timedelta(days=n) for n in range(-3, 15)]


def away(director: str, deputy: str, start: str, until: str) -> Absence:
    return Absence(director, deputy, day(start), day(until))


@st.composite
def recorded(draw: st.DrawFn) -> list[Absence]:
    """What comes to stand in the table when people record one absence after another; what is refused does not."""
    known: list[Absence] = []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        start = draw(st.sampled_from(DAYS))
        new = Absence(
            draw(st.sampled_from(PEOPLE)),
            draw(st.sampled_from(PEOPLE)),
            start,
            start + timedelta(days=draw(st.integers(-1, 9))),
        )
        try:
            planned = plan([one for one in known if one.until >= TODAY], new, TODAY)
        except Refused:
            continue
        known = [one for one in known if one.number != planned.number or not planned.number]
        known.append(Absence(planned.director, planned.deputy, planned.start, planned.until, planned.number or number))
    return known


@given(recorded(), st.sampled_from(DAYS), st.sampled_from(PEOPLE))
def test_on_each_day_to_come_somebody_who_is_there_acts(known: list[Absence], on: date, code: str) -> None:
    absences = Absences(known)
    if on < TODAY:
        return
    acting = absences.acting(code, on)
    assert acting is not None
    assert absences.of(acting, on) is None, "who acts is not away"
    assert len({one.number for one in known if one.director == code and one.holds(on)}) <= 1
    assert absences.deputises(acting, code, on) == (acting != code)
    assert (code in absences.represented(acting, on)) == (acting != code)


@given(recorded(), st.sampled_from(DAYS))
def test_the_deputies_are_those_that_the_links_say_one_after_the_other(known: list[Absence], on: date) -> None:
    links = {one.director: one.deputy for one in known if one.holds(on)}
    for code in PEOPLE if on >= TODAY else ():
        walked, here = [], code
        while here in links:
            here = links[here]
            walked.append(here)
        assert list(Absences(known).deputies(code, on)) == walked


def test_a_deputy_who_is_away_herself_is_replaced_in_turn_and_only_then() -> None:
    absences = Absences(
        [away("anne", "ben", "2026-11-09", "2026-11-27"), away("ben", "cor", "2026-11-16", "2026-11-20")]
    )
    assert [absences.acting("anne", day(d)) for d in ("2026-11-08", "2026-11-09", "2026-11-16", "2026-11-21", "2026-11-28")] == [
        "anne", "ben", "cor", "ben", "anne",
    ]  # fmt: skip
    assert absences.acting(None, TODAY) is None


def test_a_circle_is_refused_also_one_that_closes_later() -> None:
    known = [away("anne", "ben", "2026-11-09", "2026-11-27"), away("ben", "cor", "2026-11-16", "2026-11-20")]
    assert isinstance(refusal(lambda: plan(known, away("cor", "anne", "2026-11-20", "2026-11-30"), TODAY)), NotAllowed)
    assert attempt(lambda: plan(known, away("cor", "anne", "2026-11-21", "2026-11-30"), TODAY)) is None
    assert isinstance(refusal(lambda: plan(known, away("cor", "anne", "2026-11-10", "2026-11-16"), TODAY)), NotAllowed)


def test_the_same_first_day_again_is_a_correction_and_a_new_end_is_asked_about_anew() -> None:
    old = Absence("anne", "ben", day("2026-11-09"), day("2026-11-13"), 7, asked_on=day("2026-11-12"))
    longer = plan([old], away("anne", "cor", "2026-11-09", "2026-11-20"), TODAY)
    assert (longer.number, longer.deputy, longer.asked_on) == (7, "cor", None)
    same_end = plan([old], away("anne", "cor", "2026-11-09", "2026-11-13"), TODAY)
    assert same_end.asked_on == day("2026-11-12")


def test_back_ends_it_before_that_day_and_calls_off_what_had_not_begun() -> None:
    now = away("anne", "ben", "2026-11-09", "2026-11-27")
    assert back([now], "anne", TODAY, TODAY).until == TODAY - ONE_DAY
    later = away("anne", "ben", "2026-12-07", "2026-12-11")
    ended = back([later], "anne", TODAY, TODAY)
    assert not any(ended.holds(later.start + timedelta(days=n)) for n in range(7))
    assert isinstance(refusal(lambda: back([now], "anne", day("2026-12-24"), TODAY)), InvalidInput)


@pytest.mark.parametrize(
    ("start", "until", "asked"),
    [
        ("2026-11-09", "2026-11-27", "2026-11-26"),
        ("2026-11-09", "2026-11-29", "2026-11-27"),  # a Sunday
        ("2026-11-09", "2026-11-30", "2026-11-27"),  # a Monday
        ("2026-11-10", "2026-11-10", "2026-11-10"),  # a day off
    ],
)
def test_the_team_lead_is_asked_one_working_day_before_the_last_day(start: str, until: str, asked: str) -> None:
    assert ask_on(away("anne", "ben", start, until), CATALOGUE.calendar) == day(asked)


def test_nobody_acts_for_who_is_gone_and_no_deputy_who_is_gone_acts() -> None:
    absences = Absences([away("anne", "ben", "2026-11-09", "2026-11-27")], gone=["ben", "dil"])
    assert [absences.acting(code, TODAY) for code in ("anne", "ben", "cor", "dil")] == [None, None, "cor", None]
    assert absences.acting("anne", day("2026-11-30")) == "anne"
