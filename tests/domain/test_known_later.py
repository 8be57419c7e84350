"""What was known at intake changes (domain.md, "What happens in a life", rule 3)."""

from provisions.domain import deadlines
from provisions.domain.case import Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import Need
from tests.builders import KEYS, Client, a_client, day, refusal

SHELTER = "emergency_shelter"


def released_on(text: str) -> Client:
    return a_client().needs(Need(SHELTER, needed_from=day(text)))


def test_a_release_that_is_put_off_three_times_is_due_on_its_last_day() -> None:
    client = released_on("2026-11-16")
    for new in ("2026-11-23", "2026-12-07", "2026-11-30"):
        client.is_needed_from(SHELTER, new)
        assert client.due(SHELTER) == day(new)
    client.lives_until("2026-11-30 22:00")
    assert not client.breached(SHELTER)
    client.lives_until("2026-12-01 09:00")
    assert client.climbed(SHELTER) == ["doorbraaktafel"]


def test_what_was_broken_before_the_day_moved_stays_broken_and_the_rungs_climbed_stay() -> None:
    client = released_on("2026-11-16").lives_until("2026-11-18 09:00")
    assert client.overdue(SHELTER)
    client.is_needed_from(SHELTER, "2026-11-25")
    assert not client.overdue(SHELTER)
    assert client.breached(SHELTER)
    assert deadlines.breach_day(client.situation(SHELTER)) == day("2026-11-17")
    assert client.climbed(SHELTER) == ["doorbraaktafel"]
    assert [(end.due, until) for end, until in deadlines.earlier_dues(client.situation(SHELTER))] == [
        (day("2026-11-16"), day("2026-11-18"))
    ]
    client.gets(SHELTER, place="shelter")
    assert client.breached(SHELTER)


def test_only_what_may_be_needed_later_moves_and_not_before_it_was_asked() -> None:
    client = a_client().needs("id_document", Need(SHELTER, needed_from=day("2026-11-16")))
    assert isinstance(refusal(lambda: client.is_needed_from("id_document", "2026-12-01")), InvalidInput)
    assert isinstance(refusal(lambda: client.is_needed_from(SHELTER, "2026-11-01")), InvalidInput)
    assert isinstance(refusal(lambda: client.is_needed_from(SHELTER, "2026-11-16")), NotAllowed)


def test_eviction_announced_while_debt_counselling_waits() -> None:
    client = a_client().needs("id_document", SHELTER, "benefit_decision", "debt_counselling")
    client.lives_until("2026-11-10 10:00")
    assert client.status("debt_counselling") is Status.BLOCKED
    client.gets_urgent("debt_counselling")
    assert client.provision("debt_counselling").started_on == day("2026-11-10")
    assert client.due("debt_counselling") == day("2026-11-13")


def test_what_runs_already_is_due_by_the_earlier_of_both_and_a_stop_ends() -> None:
    client = a_client(present=frozenset(KEYS) - {"debt_counselling"}).needs("debt_counselling")
    assert client.due("debt_counselling") == day("2026-11-30")
    client.lives_until("2026-11-05 10:00").stops_the_clock("debt_counselling", until="2026-11-20")
    client.lives_until("2026-11-10 10:00").gets_urgent("debt_counselling")
    assert client.provision("debt_counselling").started_on == day("2026-11-02")
    assert client.provision("debt_counselling").suspensions[0].resumed == day("2026-11-10")
    assert client.due("debt_counselling") == day("2026-11-13")


def test_urgency_in_the_last_days_leaves_the_old_day() -> None:
    client = a_client(present=frozenset(KEYS) - {"debt_counselling"}).needs("debt_counselling")
    client.lives_until("2026-11-30 10:00").gets_urgent("debt_counselling")
    assert client.due("debt_counselling") == day("2026-11-30")
    assert isinstance(refusal(lambda: client.gets_urgent("debt_counselling")), NotAllowed)


def test_urgency_without_rules_or_by_another_name_is_refused() -> None:
    client = a_client(present=frozenset(KEYS) - {"debt_counselling"}).needs("debt_counselling")
    assert "eviction" in str(refusal(lambda: client.gets_urgent("debt_counselling", because="flowers")))
    other = a_client().needs("id_document")
    assert isinstance(refusal(lambda: other.gets_urgent("id_document")), InvalidInput)


def test_who_works_on_it_hears_the_new_day() -> None:
    moved = a_client().needs(Need("emergency_shelter", needed_from=day("2026-11-12")))
    moved.is_needed_from("emergency_shelter", "2026-11-19")
    assert moved.sent("new_day", "emergency_shelter")
    urgent = a_client(present=frozenset({"id_document", "housing", "benefit_decision"})).needs("debt_counselling")
    urgent.gets_urgent("debt_counselling")
    assert urgent.sent("new_day", "debt_counselling")
