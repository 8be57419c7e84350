"""``../shared/cases/advance-after-a-refusal``: a reminder ends when its reason ends, and the record says why."""

import pytest

from tests.builders import Client, a_client, day


def with_advance() -> Client:
    client = a_client("2026-10-20 09:00", present=frozenset({"id_document"}))
    client.needs("advance_payment", "benefit_decision").lives_until("2026-10-22 10:00")
    client.gets("advance_payment")
    assert open_follow_ups(client) == {"lawfulness_check", "next_advance"}
    return client


def open_follow_ups(client: Client, key: str = "advance_payment") -> set[str]:
    return {f.name for f in client.provision(key).follow_ups if f.is_open}


def test_a_refused_benefit_ends_the_advances_that_wait_for_its_decision() -> None:
    client = with_advance().lives_until("2026-10-30 10:00")
    client.is_refused("benefit_decision")
    assert open_follow_ups(client) == {"lawfulness_check"}
    (line,) = [line for line in client.audit if line.what == "follow_up.lapsed" and line.data["name"] == "next_advance"]
    assert (str(line.key), line.data["name"], line.data["due"]) == ("advance_payment", "next_advance", "2026-11-19")
    assert "besluit bijstandsuitkering is afgewezen" in line.because
    client.lives_until("2026-11-30 10:00")
    assert not [m for m in client.sent("follow_up") if m.detail == "next_advance"]


@pytest.mark.parametrize("outcome", ["gets", "is_refused", "does_without"])
def test_no_next_advance_is_planned_once_the_benefit_is_decided(outcome: str) -> None:
    client = a_client("2026-10-20 09:00", present=frozenset({"id_document"})).needs(
        "advance_payment", "benefit_decision"
    )
    getattr(client, outcome)("benefit_decision")
    client.gets("advance_payment")
    assert open_follow_ups(client) == {"lawfulness_check"}


@pytest.mark.parametrize("outcome", ["gets", "does_without"])
def test_while_the_decision_is_open_again_there_is_a_next_advance_again(outcome: str) -> None:
    client = with_advance().lives_until("2026-10-30 10:00")
    getattr(client, outcome)("benefit_decision")
    assert open_follow_ups(client) == {"lawfulness_check"}
    client.reopens("benefit_decision")
    assert open_follow_ups(client) == {"lawfulness_check", "next_advance"}
    (again,) = [f for f in client.provision("advance_payment").follow_ups if f.name == "next_advance"]
    assert again.due == day("2026-11-19")


def test_what_was_never_planned_is_planned_when_the_decision_is_reopened() -> None:
    client = a_client("2026-10-20 09:00", present=frozenset({"id_document"})).needs(
        "advance_payment", "benefit_decision"
    )
    client.gets("benefit_decision")
    client.gets("advance_payment")
    client.reopens("benefit_decision")
    assert open_follow_ups(client) == {"lawfulness_check", "next_advance"}


def test_a_reopened_outcome_ends_its_own_reminders_on_record() -> None:
    client = with_advance()
    client.reopens("advance_payment")
    assert open_follow_ups(client) == set()
    lapsed = [line.data["name"] for line in client.audit if line.what == "follow_up.lapsed"]
    assert lapsed == ["lawfulness_check", "next_advance"]
