"""The director hears of what is to be done when it is due, and once more five working days later; then it is overdue."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from provisions.domain import lifecycle
from provisions.domain.calendar import ONE_DAY, first_moment
from provisions.domain.case import CaseFollowUp, FollowUp
from provisions.domain.lifecycle.reminding import Heard, heard, is_overdue, next_reminder, overdue_on, reminded
from tests.builders import CATALOGUE, NUDGE, WITH_NUDGE, Client, a_client, at, day

CALENDAR = CATALOGUE.calendar
days = st.dates(day("2026-11-01"), day("2028-11-01"))


@given(days, st.lists(st.integers(0, 40), max_size=12))
def test_however_the_clock_wakes_it_is_told_at_most_twice_and_never_early(due: object, steps: list[int]) -> None:
    follow_up, told = FollowUp("call", due), []  # type: ignore[arg-type]
    today = follow_up.due - timedelta(days=20)
    for step in steps:
        today += timedelta(days=step)
        if (after := reminded(follow_up, CALENDAR, today)) is not None:
            told.append(today)
            follow_up = after
        assert reminded(follow_up, CALENDAR, today) is None
        following = next_reminder(follow_up, CALENDAR)
        assert following is None or following > today
    assert len(told) <= 2
    assert all(on >= follow_up.due for on in told)
    assert not told[1:] or told[1] >= overdue_on(follow_up, CALENDAR)
    assert is_overdue(follow_up, CALENDAR, today) == (today >= overdue_on(follow_up, CALENDAR))
    assert follow_up.reminded_again == (bool(told) and is_overdue(follow_up, CALENDAR, told[-1]))


def test_five_working_days_are_counted_past_a_weekend_and_a_holiday() -> None:
    assert overdue_on(FollowUp("call", day("2026-12-21")), CALENDAR) == day("2026-12-29")


def test_of_a_provision_the_director_hears_twice_and_no_more() -> None:
    client = a_client().needs("wmo_indication")
    client.gets("wmo_indication", support_starts_on="2026-11-04")
    (planned,) = [f for f in client.provision("wmo_indication").follow_ups if f.is_open]
    client.lives_until("2027-01-04 09:00")
    told = [m for m in client.sent("follow_up") if m.detail == planned.name]
    assert len({m.id for m in told}) == len(told) == 2
    lines = [line for line in client.audit if line.what == "follow_up.reminded" and line.data["name"] == planned.name]
    assert [line.data["again"] for line in lines] == [False, True]


def test_what_is_done_in_between_is_not_told_again() -> None:
    client = a_client().needs("wmo_indication")
    client.gets("wmo_indication", support_starts_on="2026-11-04")
    client.lives_until("2026-11-10 09:00")
    client.settles("wmo_indication", "support_started")
    client.lives_until("2027-01-04 09:00")
    assert len([m for m in client.sent("follow_up") if m.detail == "support_started"]) == 1


def test_a_reminder_speaks_of_what_is_told_on_its_day_also_when_more_is_asked_since() -> None:
    """Three looks, none of them done: the second telling of the first is not about the last, and says that it stays undone."""
    looks = [FollowUp("look", day(f"2027-01-{d}")) for d in ("15", "19", "21", "28")]
    by_day = {
        d: heard(looks, "look", CALENDAR, day(f"2027-01-{d}")) for d in ("14", "15", "19", "21", "22", "26", "28")
    }
    assert by_day == {
        "14": None,
        "15": Heard(day("2027-01-15"), again=False),
        "19": Heard(day("2027-01-19"), again=False),
        "21": Heard(day("2027-01-21"), again=False),
        "22": Heard(day("2027-01-15"), again=True),
        "26": Heard(day("2027-01-19"), again=True),
        "28": Heard(day("2027-01-28"), again=False),  # with it the second telling of the 21st
    }
    late = heard([FollowUp("look", day("2026-12-01"))], "look", CALENDAR, day("2027-01-14"))
    assert late == Heard(day("2026-12-01"), again=True), "recorded so late that both days are past"


def test_what_is_called_the_same_and_falls_due_together_is_one_letter() -> None:
    """Proof of two things, asked a week apart: the second telling of the first comes on the day of the second."""
    client = a_client().needs("id_document", "benefit_decision", "emergency_shelter", "debt_counselling")
    for on, dependency in (("2026-11-02", "id_document"), ("2026-11-09", "benefit_decision")):
        key = client.which("debt_counselling")
        moment = client.travels_to(f"{on} 10:00").moment
        later = lifecycle.waive(client.case, key, dependency, "volgt", moment, day(on), "evidence_afterwards")
        client._do(later)
    client.lives_until("2026-12-31 09:00")
    lines = [line for line in client.audit if line.data.get("name") == "evidence_received" and "again" in line.data]
    assert [(line.data["due"], line.data["again"]) for line in lines] == [
        ("2026-11-30", False), ("2026-11-30", True), ("2026-12-07", False), ("2026-12-07", True),
    ]  # fmt: skip
    told = [m.id for m in client.sent("follow_up", "debt_counselling") if m.detail == "evidence_received"]
    assert [told.index(line.message or "") for line in lines] == [0, 1, 1, 2]


# --- of a case as a whole --------------------------------------------------------------------------------------------


def with_something_to_do(*due: str) -> Client:
    client = a_client(catalogue=WITH_NUDGE.catalogue).needs("wmo_indication")
    client.case = type(client.case)(
        **{**client.case.__dict__, "follow_ups": tuple(CaseFollowUp(NUDGE.name, day(one)) for one in due)}
    )
    return client


def test_a_case_has_a_moment_of_its_own() -> None:
    client = with_something_to_do("2026-11-06")
    assert client.derived_case().next_at == first_moment(day("2026-11-06"))
    client.travels_to("2026-11-06 00:00").tick()
    assert client.derived_case().next_at == first_moment(day("2026-11-13"))
    client.travels_to("2026-11-13 00:00").tick()
    assert client.derived_case().next_at is None


def test_what_falls_due_together_is_one_letter_about_no_provision() -> None:
    client = with_something_to_do("2026-11-03", "2026-11-04")
    client.travels_to("2026-11-04 09:00").tick()
    (letter,) = client.sent("case_follow_up")
    assert (letter.key, letter.detail, letter.municipality) == (None, NUDGE.name, client.municipality)
    lines = [line for line in client.audit if line.what == "follow_up.reminded"]
    assert [(line.key, line.message) for line in lines] == [(None, letter.id)] * 2


def test_one_answer_is_for_all_that_was_asked_until_that_day() -> None:
    client = with_something_to_do("2026-11-03", "2026-11-04", "2026-11-20")
    client.travels_to("2026-11-05 09:00").settles_for_case(NUDGE.name)
    assert [f.done for f in client.case.follow_ups] == [day("2026-11-05"), day("2026-11-05"), None]
    client.settles_for_case(NUDGE.name, on="2026-11-05")
    assert not any(f.is_open for f in client.case.follow_ups)


def test_it_lapses_with_the_case_and_stays_when_all_is_settled() -> None:
    client = with_something_to_do("2026-11-20")
    client.gets("wmo_indication")
    client.closes()
    assert [f.is_open for f in client.case.follow_ups] == [True]
    client = with_something_to_do("2026-11-20")
    client.closes("died")
    assert [f.lapsed for f in client.case.follow_ups] == [True]
    assert client.derived_case().next_at is None


def test_the_day_it_is_asked_begins_at_midnight_in_amsterdam() -> None:
    client = with_something_to_do("2026-11-06")
    client.now = at("2026-11-06 00:00") - ONE_DAY / 86400
    client.tick()
    assert not client.sent("case_follow_up")
