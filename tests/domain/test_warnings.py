"""Warnings before a day that is known beforehand (domain.md, "What happens in a life", rule 4)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.domain import lifecycle
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import Desk
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import MessageIntent, Need
from provisions.domain.rules import WarningTo
from provisions.domain.warnings import waits_for_desk
from tests.builders import CATALOGUE, Client, a_client, attempt, day, refusal
from tests.domain.test_case_facts import replayed

SHELTER = "emergency_shelter"
NAMES = [rule.name for rule in CATALOGUE.warnings]
ALL = frozenset({WarningTo.ESCALATION_TABLE, WarningTo.CENTRAL_DESK})
EVERYBODY = replace(CATALOGUE, warned=dict.fromkeys(CATALOGUE.calendars, ALL))


def told(client: Client, key: str = SHELTER) -> list[tuple[str, str]]:
    """Who was warned, and at which moment in Amsterdam."""
    return [
        (w.name, f"{w.sent.astimezone(AMSTERDAM):%d %b %H.%M}") for w in client.provision(key).warnings if w.message
    ]


def letters(messages: list[MessageIntent]) -> list[str]:
    return [m.kind for m in messages if m.kind in ("warning", "warned")]


def test_each_is_warned_in_time_when_the_day_is_known_long_before() -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    client.lives_until("2026-12-12 09:00")
    assert told(client) == [
        ("known", "02 Nov 09.00"),
        ("doorbraaktafel", "16 Nov 00.00"),  # twenty working days before Saturday 12 December
        ("escalation_table", "30 Nov 00.00"),
        ("central_desk", "07 Dec 00.00"),
        ("standby", "10 Dec 00.00"),
        ("last_day", "11 Dec 12.00"),
    ]
    assert letters(client.messages) == ["warned", *["warned", "warning"] * 5]
    assert client.provision(SHELTER).rungs == ()
    assert replayed(client).differences(client.case, exact=False) == []


def test_of_those_that_are_past_when_the_day_becomes_known_only_the_highest_is_given_and_names_the_others() -> None:
    client = a_client("2026-12-03 14:00", catalogue=EVERYBODY).needs("wmo_indication")
    client.loses_the_place("2026-12-12")
    client.tick()
    assert told(client) == [("escalation_table", "03 Dec 14.00")]
    given = next(line for line in client.audit if line.what == "warning.given")
    assert given.data["others"] == ["known", "doorbraaktafel"]
    client.lives_until("2026-12-13 09:00")
    assert [name for name, _ in told(client)] == ["escalation_table", "central_desk", "standby", "last_day"]
    assert replayed(client).differences(client.case, exact=False) == []


def before_the_desk(now: str = "2026-12-07 09:00") -> Client:
    """Five working days before the day; the region has a central desk."""
    with_desk = replace(EVERYBODY, central_desk=True)
    client = a_client("2026-11-02 09:00", catalogue=with_desk).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    return client.lives_until(now)


def judged(client: Client) -> list[tuple[bool, bool | None]]:
    return [(w.to_judge, w.submitted) for w in client.provision(SHELTER).warnings if w.name == "central_desk"]


def test_where_the_region_has_a_central_desk_a_person_submits() -> None:
    assert before_the_desk("2026-12-06 09:00").sent("central_submission") == []
    client = before_the_desk()
    assert judged(client) == [(True, None)]
    assert waits_for_desk(client.provision(SHELTER))
    client.submits(SHELTER, submitted=False)
    assert (judged(client), client.sent("central_submission")) == ([(True, False)], [])
    client.submits(SHELTER)
    assert judged(client) == [(True, True)]
    assert [m.detail for m in client.sent("central_submission")] == ["central_desk/2026-12-12"]
    assert isinstance(refusal(lambda: client.submits(SHELTER)), NotAllowed)
    client.gets(SHELTER)
    assert len(client.sent("settled_central")) == 1
    client.reopens(SHELTER)
    assert len(client.sent("unsettled_central")) == 1
    assert replayed(client).differences(client.case, exact=False) == []


def test_of_another_day_it_is_judged_anew() -> None:
    client = before_the_desk()
    client.submits(SHELTER)
    client.is_needed_from(SHELTER, "2026-12-19")
    assert isinstance(refusal(lambda: client.submits(SHELTER, desk=Desk.CENTRAL)), NotAllowed)
    client.lives_until("2026-12-14 09:00")
    assert judged(client) == [(True, True), (True, None)]
    client.submits(SHELTER)
    assert [m.detail for m in client.sent("central_submission")][1:] == ["central_desk/2026-12-19"]
    assert replayed(client).differences(client.case, exact=False) == []


def test_a_desk_that_was_asked_hears_that_the_day_moved() -> None:
    client = before_the_desk()
    client.is_needed_from(SHELTER, "2026-12-14")
    assert client.sent("new_day_central") == [], "it was asked nothing yet"
    client.lives_until("2026-12-08 09:00")
    client.submits(SHELTER)
    client.is_needed_from(SHELTER, "2026-12-21")
    assert [m.detail for m in client.sent("new_day_central")] == ["2026-12-14"]
    client.gets(SHELTER)
    assert len(client.sent("settled_central")) == 1
    assert replayed(client).differences(client.case, exact=False) == []


def test_of_a_day_that_went_and_came_back_it_is_judged_once_and_still() -> None:
    client = before_the_desk()
    client.is_needed_from(SHELTER, "2026-12-14")
    client.lives_until("2026-12-07 09:30")
    client.is_needed_from(SHELTER, "2026-12-12")
    assert [w.day for w in client.provision(SHELTER).warnings if w.to_judge] == [day("2026-12-12"), day("2026-12-14")]
    assert waits_for_desk(client.provision(SHELTER)), "of the day that counts, as the list of what waits reads it"
    client.submits(SHELTER)
    assert [m.detail for m in client.sent("central_submission")] == ["central_desk/2026-12-12"]


def test_when_both_desks_wait_it_is_said_which() -> None:
    client = before_the_desk().lives_until(
        "2026-12-16 09:00"
    )  # two working days after D it lies before the officer too
    assert isinstance(refusal(lambda: client.submits(SHELTER)), InvalidInput)
    client.submits(SHELTER, desk=Desk.MAATWERKLOKET)
    assert (len(client.sent("submission")), client.sent("central_submission")) == (1, [])
    client.submits(SHELTER)  # one waits now
    assert len(client.sent("central_submission")) == 1
    assert replayed(client).differences(client.case, exact=False) == []


def test_without_a_central_desk_nothing_is_judged() -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    client.lives_until("2026-12-07 09:00")
    assert judged(client) == [(False, None)]
    said = refusal(lambda: client.submits(SHELTER, desk=Desk.CENTRAL))
    assert isinstance(said, NotAllowed)
    assert "als de regio er een heeft" in str(said)


def test_what_was_missed_while_nothing_ran_follows_in_order() -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    client.tick()
    client.travels_to("2026-12-08 08:00").tick()
    assert [name for name, _ in told(client)] == ["known", "doorbraaktafel", "escalation_table", "central_desk"]


def test_the_day_moves_and_those_that_were_not_given_follow_it() -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs("wmo_indication")
    client.loses_the_place("2026-12-12")
    client.lives_until("2026-12-01 09:00")
    client.keeps_the_place("2027-01-15")
    client.lives_until("2026-12-20 09:00")
    assert [w.name for w in client.provision(SHELTER).warnings if w.day == day("2027-01-15") and w.message] == [
        "known",
        "doorbraaktafel",
    ]
    client.lives_until("2027-01-16 09:00")
    assert told(client)[-2:] == [("standby", "13 Jan 00.00"), ("last_day", "14 Jan 12.00")]


def test_once_there_is_a_place_nobody_is_warned_and_once_the_day_has_come_neither() -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    client.lives_until("2026-11-20 09:00")
    client.gets(SHELTER)
    client.lives_until("2026-12-20 09:00")
    assert [name for name, _ in told(client)] == ["known", "doorbraaktafel"]
    late = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    late.tick()
    late.travels_to("2026-12-12 08:00").tick()
    assert told(late) == [("known", "02 Nov 09.00")]
    assert "warning.passed" in [line.what for line in late.audit]
    assert replayed(late).differences(late.case, exact=False) == []


def test_a_municipality_without_such_a_table_skips_it() -> None:
    nobody = replace(CATALOGUE, warned={})
    client = a_client("2026-11-02 09:00", catalogue=nobody).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    client.lives_until("2026-12-12 09:00")
    assert [name for name, _ in told(client)] == ["known", "doorbraaktafel", "standby", "last_day"]


def test_a_warning_wakes_a_case_at_rest() -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs(Need(SHELTER, needed_from=day("2026-12-12")))
    client.tick()
    client.is_out_of_sight()
    client.lives_until("2026-11-17 09:00")
    assert client.case.rests[-1].woken == day("2026-11-16")
    assert [name for name, _ in told(client)] == ["known", "doorbraaktafel"]


happenings = st.tuples(
    st.sampled_from(
        ["ends", "kept", "kept until", "found", "found until", "move", "delivered", "again", "rest", "wake"]
    ),
    st.integers(1, 60),  # days to come that it is about
    st.integers(0, 15 * 24),  # hours that pass first
    st.booleans(),  # whether the clock was awake meanwhile
)


def _happens(client: Client, what: str, days: int) -> lifecycle.Decision:
    later = str(client.today + timedelta(days=days))
    match what:
        case "ends":
            return client.loses_the_place(later)
        case "kept":
            return client.keeps_the_place()
        case "kept until":
            return client.keeps_the_place(later)
        case "found":
            return client.finds_a_place()
        case "found until":
            return client.finds_a_place(later)
        case "move":
            return client.is_needed_from(SHELTER, later)
        case "delivered":
            return client.gets(SHELTER)
        case "again":
            return client.needs_again(SHELTER, needed_from=day(later))
        case "rest":
            return client.is_out_of_sight()
    return client.is_back()


@settings(max_examples=60)
@given(st.lists(happenings, max_size=10))
def test_each_is_warned_once_of_a_day_in_order_and_before_it_and_the_record_tells_all(
    life: list[tuple[str, int, int, bool]],
) -> None:
    client = a_client("2026-11-02 09:00", catalogue=EVERYBODY).needs("wmo_indication")
    for what, days, hours, awake in life:
        later = client.now + timedelta(hours=hours)
        if awake:
            client.lives_until(f"{later.astimezone(AMSTERDAM):%Y-%m-%d %H:%M}")
        client.now = max(client.now, later)
        client.tick()
        attempt(lambda what=what, days=days: _happens(client, what, days))  # type: ignore[misc]
        client.tick()
    for provision in client.case.provisions.values():
        warned = provision.warnings
        assert len({(w.name, w.day) for w in warned}) == len(warned)
        for one in {w.day for w in warned}:
            names = [w.name for w in warned if w.day == one]
            assert names == sorted(names, key=NAMES.index)
        assert all(w.sent.astimezone(AMSTERDAM).date() < w.day for w in warned if w.message)
    sent = [m.id for m in client.messages]
    assert len(sent) == len(set(sent))
    assert replayed(client).differences(client.case, exact=False) == []
