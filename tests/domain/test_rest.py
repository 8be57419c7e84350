"""A case at rest: nothing of it runs, and afterwards everything is as if those days had not been."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain import deadlines, lifecycle
from provisions.domain.calendar import first_moment
from provisions.domain.case import Reason, Suspension
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import Need
from tests.builders import KEYS, Client, a_client, attempt, day, refusal

LOOKED = "looked_for"
STATUTORY = "benefit_decision"


def at_rest(*keys: str, on: str = "2026-11-04") -> Client:
    client = a_client().needs(*(keys or ("id_document",))).travels_to(f"{on} 10:00")
    client.is_out_of_sight()
    return client


def test_while_it_lasts_nothing_is_late_and_no_rung_is_climbed() -> None:
    client = at_rest().lives_until("2026-12-20 10:00")
    assert client.climbed("id_document") == []
    assert not client.overdue("id_document")
    assert not client.breached("id_document")
    assert client.case.resting(client.today)


def test_afterwards_d_and_rungs_follow_as_if_the_days_had_not_been() -> None:
    client = at_rest().lives_until("2026-11-25 10:00")
    client.is_back()
    assert client.due("id_document") == day("2026-11-30")  # 9 November, and the twenty days between (Sunday: Monday)
    assert client.case.rests[-1].woken == day("2026-11-25")
    client.lives_until("2026-12-01 10:00")
    assert client.climbed("id_document")[-1] == "doorbraaktafel"


def test_a_breach_from_before_stays_one_and_the_ladder_goes_on_after() -> None:
    client = a_client().needs("id_document").lives_until("2026-11-11 10:00")
    assert client.breached("id_document")
    climbed = client.climbed("id_document")
    client.is_out_of_sight()
    client.lives_until("2026-12-02 10:00")
    assert client.climbed("id_document") == climbed
    client.is_back()
    assert client.breached("id_document")
    assert client.overdue("id_document")
    client.lives_until("2026-12-20 10:00")
    assert len(client.climbed("id_document")) > len(climbed)


def test_recorded_late_it_counts_from_its_own_day() -> None:
    client = a_client().needs("id_document").lives_until("2026-11-11 10:00")
    assert client.breached("id_document")
    client.is_out_of_sight(on="2026-11-04")
    assert not client.breached("id_document")
    client.lives_until("2026-11-20 10:00")
    client.is_back(on="2026-11-13")
    assert client.due("id_document") == day("2026-11-17")
    assert client.breached("id_document")


def test_who_was_back_before_it_ended_by_itself_was_back_on_that_day() -> None:
    """Back on 13 November; written down when the thirteen weeks were over. It comes out as if it was written down at once."""
    at_once = at_rest().lives_until("2026-11-13 10:00")
    at_once.is_back()
    at_once.lives_until("2027-02-08 10:00")
    late = at_rest().lives_until("2027-02-08 10:00")
    assert late.case.rests[-1].woken == day("2027-02-03")
    assert (late.due("id_document"), late.breached("id_document")) == (day("2027-02-08"), False)
    told = len(late.sent("new_day"))
    late.is_back(on="2026-11-13")
    assert len(late.sent("new_day")) == told + 1, "the counter hears the day that it is"
    for client in (at_once, late.tick()):
        assert client.due("id_document") == day("2026-11-17")
        assert client.breached("id_document")
        assert [(r.start, r.woken) for r in client.case.rests] == [(day("2026-11-04"), day("2026-11-13"))]
    assert late.climbed("id_document") == at_once.climbed("id_document")
    assert isinstance(refusal(lambda: late.is_back(on="2026-11-12")), NotAllowed), "somebody said so already"
    early = at_rest().lives_until("2027-02-08 10:00")
    assert isinstance(refusal(lambda: early.is_back(on="2026-11-03")), NotAllowed), "before it was at rest"
    assert isinstance(refusal(lambda: early.is_back(on="2027-02-03")), NotAllowed), "it ran again"


def test_a_statutory_term_goes_on_and_wakes_it_on_its_last_day() -> None:
    client = a_client(present=frozenset(KEYS) - {STATUTORY}).needs(STATUTORY)
    client.reaches(STATUTORY, "applied", on="2026-11-02")
    client.is_out_of_sight()
    last = deadlines.statutory_due(client.situation(STATUTORY))
    assert last is not None
    assert client.case.rests[-1].until == last.due < day("2026-11-02") + timedelta(weeks=13)
    client.lives_until("2027-02-20 10:00")
    assert client.case.rests[-1].woken == last.due
    (line,) = [line for line in client.audit if line.what == "case.woken"]
    assert "wettelijke termijn" in line.because
    assert client.sent("woken")
    assert deadlines.statutory_due(client.situation(STATUTORY)) == last
    assert client.climbed(STATUTORY)


def test_a_day_from_which_something_is_needed_wakes_it() -> None:
    client = a_client().needs(Need("emergency_shelter", needed_from=day("2026-11-20")))
    client.is_out_of_sight()
    client.lives_until("2026-11-20 00:00")
    assert client.case.resting(client.today) is None
    client.lives_until("2026-11-21 00:00")
    assert client.climbed("emergency_shelter") == ["doorbraaktafel"]


def test_after_thirteen_weeks_it_ends_unless_it_is_said_again() -> None:
    client = at_rest()
    assert client.case.rests[-1].until == day("2027-02-03")
    client.lives_until("2027-02-01 10:00").is_out_of_sight()
    client.lives_until("2027-02-20 10:00")
    assert client.case.resting(client.today)
    client.lives_until("2027-05-05 10:00")
    assert client.case.rests[-1].woken == day("2027-05-03")
    assert len(client.case.rests) == 1


def test_the_director_is_asked_on_working_days_one_three_and_five_and_then_every_week() -> None:
    client = at_rest()
    client.lives_until("2026-12-10 10:00")
    days = [str(f.due) for f in client.case.follow_ups if f.name == LOOKED]
    first, weekly = ["2026-11-05", "2026-11-09", "2026-11-11"], ["2026-11-18", "2026-11-25", "2026-12-02", "2026-12-09"]
    assert days == [*first, *weekly, "2026-12-16"]
    assert len(client.sent("case_follow_up")) == 7 + 2  # the first two were not done, and are told once more
    client.settles_for_case(LOOKED)
    assert [str(f.due) for f in client.case.follow_ups if f.is_open] == ["2026-12-16"]
    client.settles_for_case(LOOKED)  # also before it was asked: then the next time is planned
    assert [str(f.due) for f in client.case.follow_ups if f.is_open] == ["2026-12-23"]
    client.is_back()
    assert not any(f.is_open for f in client.case.follow_ups)


def test_who_does_not_look_is_asked_in_one_letter_a_day_and_is_overdue() -> None:
    client = at_rest().lives_until("2026-11-25 10:00")
    letters = client.sent("case_follow_up")
    assert (
        len({letter.id for letter in letters}) == len(letters) == 7
    )  # the third is told again on the day of the first week
    assert [f.reminded_again for f in client.case.follow_ups] == [True, True, True, True, False, False]


REFUSED: dict[str, Callable[[Client], object]] = {
    "outcome": lambda c: c.gets("id_document"),
    "stop": lambda c: c.stops_the_clock("wmo_indication", until="2026-11-10"),
    "add": lambda c: c.also_needs("advance_payment"),
    "what could not be done awake either": lambda c: c.also_needs("id_document"),
    "milestone": lambda c: c.reaches("wmo_indication", "reported"),
    "move": lambda c: c.moves_to("havenmeer") and c.gets("id_document"),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_a_change_is_refused_with_how_to_wake_it(act: Callable[[Client], object]) -> None:
    client = at_rest("id_document", "wmo_indication")
    refused = refusal(lambda: act(client))
    assert isinstance(refused, NotAllowed)
    assert "uit beeld sinds 2026-11-04" in str(refused)
    assert "laat het traject weer lopen" in str(refused)


def test_who_has_it_and_its_end_may_change_while_it_is_at_rest() -> None:
    client = at_rest()
    client._do(lifecycle.note(client.case, None, "gebeld", client.moment))
    client._do(lifecycle.assign(client.case, "regisseur.zuid", client.moment))
    client.settles_for_case(LOOKED)
    client.moves_to("havenmeer")
    assert client.case.resting(client.today)
    client.closes("died")
    assert client.case.rests[-1].woken == client.today
    assert not any(f.is_open for f in client.case.follow_ups)
    client.ended_by_mistake()
    assert client.case.resting(client.today) is None


@pytest.mark.parametrize("reason", ["detention", "uit", ""])
def test_only_these_reasons(reason: str) -> None:
    client = a_client().needs("id_document")
    assert isinstance(refusal(lambda: client.is_out_of_sight(reason=reason)), InvalidInput)


def test_who_is_not_at_rest_is_not_woken() -> None:
    client = a_client().needs("id_document")
    assert isinstance(refusal(client.is_back), NotAllowed)


def test_not_before_the_case_or_the_last_time() -> None:
    client = at_rest().travels_to("2026-11-20 10:00")
    client.is_back()
    assert isinstance(refusal(lambda: client.is_out_of_sight(on="2026-11-10")), InvalidInput)
    assert isinstance(refusal(lambda: a_client().needs("id_document").is_out_of_sight(on="2026-11-01")), InvalidInput)


def test_counters_hear_the_new_day_when_it_runs_again_and_not_before() -> None:
    client = at_rest()
    assert not client.sent("new_day")
    assert not client.sent("new_day_listed")
    client.travels_to("2026-11-25 10:00").is_back()
    assert len(client.sent("new_day") + client.sent("new_day_listed")) == 1


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(0, 25)), max_size=4)
PROMISED = [key for key in KEYS if key not in ("housing", "social_network")]


@given(st.sampled_from(PROMISED), spans, st.booleans())
def test_rest_on_any_days_gives_the_dates_of_days_that_did_not_run(
    key: str, life: list[tuple[int, int, int]], late: bool
) -> None:
    """Stops of the same days, which know nothing of rest, are the oracle."""
    client, oracle = (a_client(present=frozenset(KEYS) - {key}).needs(key) for _ in range(2))
    start = client.today
    for wait, length, delay in life:
        start += timedelta(days=wait)
        end = start + timedelta(days=length)
        client.now = max(client.now, first_moment(end + timedelta(days=delay) if late else start))
        if attempt(lambda on=start: client.is_out_of_sight(on=str(on))) is not None:  # type: ignore[misc]
            continue
        client.now = max(client.now, first_moment(end))
        attempt(lambda on=end: client.is_back(on=str(on)))  # type: ignore[misc]
        start = client.case.rests[-1].end
    provision = oracle.provision(key)
    # This reason moves no statutory term, and rest moves none.
    stops = tuple(Suspension(r.start, r.end, Reason.OTHER_BODY, r.end) for r in client.case.rests if r.start < r.end)
    oracle.case = oracle.case.with_provision(type(provision)(**{**provision.__dict__, "suspensions": stops}))
    oracle.now = client.now
    there, expected = client.situation(key), oracle.situation(key)
    assert deadlines.due(there) == deadlines.due(expected)
    assert deadlines.breach_day(there) == deadlines.breach_day(expected)
    assert deadlines.statutory_due(there) == deadlines.statutory_due(expected)
    assert client.ahead(key) == oracle.ahead(key)
    if client.case.resting(client.today) is None:
        assert deadlines.late_from(there, client.now) == deadlines.late_from(expected, oracle.now)


@given(st.dates(date(2026, 11, 2), date(2027, 1, 31)), st.integers(0, 20))
def test_recorded_the_same_day_or_late_it_is_the_same(on: date, later: int) -> None:
    prompt, late = a_client().needs("id_document"), a_client().needs("id_document")
    prompt.now = first_moment(on) + timedelta(hours=9)
    prompt.is_out_of_sight()
    late.now = prompt.now + timedelta(days=later)
    late.is_out_of_sight(on=str(on))
    assert prompt.case.rests == late.case.rests
    assert deadlines.due(prompt.situation("id_document")) == deadlines.due(late.situation("id_document"))
