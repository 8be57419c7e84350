"""What is needed again is a round of its own: its own clock, ladder and figures (domain.md, "What happens in a life", rule 1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain.case import ProvisionKey, Status
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.figures.facts import CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.figures.history import History
from provisions.domain.lifecycle import Need, round_of
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.weeks import Week
from tests.builders import CATALOGUE, Client, a_client, attempt, day, is_dutch, refusal


def card_lost() -> Client:
    client = a_client("2026-11-02 09:00").needs("id_document", "postal_address")
    client.lives_until("2026-11-05 09:00").gets("id_document")
    client.lives_until("2026-11-17 09:00").needs_again("id_document", "lost")
    return client


def test_a_card_that_is_lost_is_asked_for_anew_with_a_clock_of_its_own() -> None:
    client = card_lost()
    first, second = client.provision("id_document#1"), client.provision("id_document#2")
    assert (first.status, first.started_on) == (Status.DELIVERED, day("2026-11-02"))
    assert (second.status, second.started_on, second.again) == (Status.WAITING, day("2026-11-17"), "lost")
    assert client.due("id_document#2") == day("2026-11-24")
    assert [m.key for m in client.sent("request")] == [
        ProvisionKey("id_document"), ProvisionKey("postal_address"), ProvisionKey("id_document", 2),
    ]  # fmt: skip


def test_what_the_first_round_met_stays_met() -> None:
    client = card_lost()
    assert client.status("postal_address") is Status.WAITING
    client.gets("postal_address")
    client.needs_again("postal_address", "moved")
    assert client.status("postal_address#2") is Status.WAITING  # the card of round 1 was there


def test_each_round_climbs_its_own_ladder_and_keeps_its_own_breach() -> None:
    client = a_client("2026-11-02 09:00").needs("id_document").lives_until("2026-11-12 09:00")
    client.gets("id_document")
    assert client.breached("id_document#1")
    client.needs_again("id_document", "stolen")
    client.lives_until("2026-11-18 09:00")
    assert client.climbed("id_document#1") == ["case_director", "doorbraaktafel"]
    assert client.climbed("id_document#2") == ["case_director"]
    assert not client.breached("id_document#2")
    client.lives_until("2026-11-20 09:00")
    assert client.climbed("id_document#2") == ["case_director", "doorbraaktafel"]
    assert client.breached("id_document#2")


def test_no_message_of_a_second_round_has_the_id_of_an_earlier_one() -> None:
    client = card_lost()
    client.gets("id_document")
    client.needs_again("id_document", "lost", anyway=True)
    client.lives_until("2026-12-20 09:00")
    assert len({m.id for m in client.messages}) == len(client.messages)


@pytest.mark.parametrize("state", ["waiting", "refused"])
def test_a_round_while_one_is_open_is_refused(state: str) -> None:
    client = a_client().needs("id_document")
    if state == "refused":
        client.is_refused("id_document")
    said = refusal(lambda: client.needs_again("id_document"))
    assert isinstance(said, NotAllowed)
    assert is_dutch(said)


def test_a_second_round_on_one_day_must_be_meant() -> None:
    client = a_client().needs("id_document")
    client.gets("id_document")
    client.needs_again("id_document", "lost")
    client.gets("id_document")
    assert isinstance(refusal(lambda: client.needs_again("id_document", "lost")), NotAllowed)
    client.needs_again("id_document", "lost", anyway=True)
    assert client.provision("id_document").round == 3


def test_what_was_never_needed_is_not_needed_again() -> None:
    assert isinstance(refusal(lambda: a_client().needs("id_document").needs_again("wmo_indication")), NotFound)


def test_what_was_present_becomes_round_one_and_stays_met() -> None:
    client = a_client(present=frozenset({"id_document"})).needs("postal_address")
    client.needs_again("id_document", "expired")
    assert client.provision("id_document").id == ProvisionKey("id_document", 1)
    assert client.status("postal_address") is Status.WAITING


def test_an_unknown_reason_names_those_that_exist() -> None:
    client = a_client().needs("id_document")
    client.gets("id_document")
    said = refusal(lambda: client.needs_again("id_document", "sold"))
    assert isinstance(said, InvalidInput)
    assert "stolen" in str(said)


def test_several_requests_for_special_assistance_at_once_say_what_each_is_for() -> None:
    client = a_client().needs("special_assistance")
    assert isinstance(refusal(lambda: client.needs_again("special_assistance", "new_costs")), InvalidInput)
    client.needs_again("special_assistance", "new_costs", purpose="clothing")
    assert [p.purpose for p in client.case.rounds("special_assistance")] == [None, "clothing"]
    said = refusal(lambda: client.gets("special_assistance"))
    assert isinstance(said, InvalidInput)
    assert "special_assistance#1" in str(said)
    assert "special_assistance#2 (clothing)" in str(said)
    client.gets("special_assistance#2")
    client.gets("special_assistance")  # only one is open now
    assert {p.status for p in client.case.rounds("special_assistance")} == {Status.DELIVERED}


def test_keeping_the_home_is_agreed_five_working_days_ahead_unless_said_otherwise() -> None:
    client = a_client("2026-11-02 09:00", present=frozenset({"id_document", "housing"})).needs("advance_payment")
    client.needs_again("housing", "place_lost", purpose="keep")
    assert client.due("housing") == day("2026-11-09")


def test_keeping_the_home_waits_for_no_card_and_another_home_does() -> None:
    keeps = a_client("2026-11-02 09:00").needs(Need("housing", purpose="keep"))
    assert (keeps.status("housing"), keeps.due("housing")) == (Status.WAITING, day("2026-11-09"))
    said = refusal(lambda: keeps.starts_without("housing", "id_document"))
    assert "; op niets" in str(said)
    other = a_client("2026-11-02 09:00").needs("id_document", Need("housing", agreed=day("2026-12-01")))
    assert other.status("housing") is Status.BLOCKED


@given(st.lists(st.sampled_from(["gets", "refused", "withdrawn", "again"]), max_size=12))
def test_rounds_are_numbered_and_at_most_one_is_open(acts: list[str]) -> None:
    client = a_client().needs("id_document")
    for act in acts:
        attempt(
            {
                "gets": lambda: client.gets("id_document"),
                "refused": lambda: client.is_refused("id_document"),
                "withdrawn": lambda: client.does_without("id_document"),
                "again": lambda: client.needs_again("id_document", anyway=True),
            }[act]
        )
    rounds = client.case.rounds("id_document")
    assert [p.round for p in rounds] == list(range(1, len(rounds) + 1))
    assert sum(p.status.is_open for p in rounds) <= 1
    assert all(not p.status.is_open for p in rounds[:-1])
    assert round_of(client.case, "id_document", None) == rounds[-1].id


def test_the_figures_count_each_round_and_who_lost_the_card_is_without() -> None:
    history = History(CATALOGUE.provisions, day("2026-12-06"), Week.parse("2026-W45"))
    first = ProvisionFacts(
        "id_document", day("2026-11-02"), started_on=day("2026-11-02"), due=day("2026-11-09"),
        outcomes=[OutcomeFact(OutcomeName.DELIVERED, day("2026-11-05"))],
    )  # fmt: skip
    second = ProvisionFacts("id_document", day("2026-11-17"), started_on=day("2026-11-17"), due=day("2026-11-24"))
    history.add(CaseFacts([(day("2026-11-02"), Brp.UNKNOWN)], [(day("2026-11-02"), "voorbeeldstad")], [first, second]))
    assert history.row(["id_document"], Week.parse("2026-W45"))["delivered"] == 1
    assert history.row(["id_document"], Week.parse("2026-W46"))["open"] == 0
    assert history.row(["id_document"], Week.parse("2026-W47"))["started"] == 1
    assert history.without(Week.parse("2026-W46"))["id"] == 0
    assert history.without(Week.parse("2026-W47"))["id"] == 1


@pytest.mark.parametrize("reason", ["died", "not_included", "duplicate", "mistake"])
def test_after_an_end_from_which_nobody_comes_back_nothing_is_needed_again(reason: str) -> None:
    client = a_client().needs("id_document", "wmo_indication")
    client.gets("id_document")
    client.closes(reason)
    said = refusal(lambda: client.needs_again("id_document"))
    assert isinstance(said, NotAllowed)
    assert CATALOGUE.ends[reason].label in str(said)
    assert is_dutch(said)
    client.ended_by_mistake()
    client.needs_again("id_document")


def test_what_ended_with_the_case_starts_nothing_of_a_later_round() -> None:
    client = a_client().needs("id_document", "benefit_decision")
    client.closes("long_stay")
    said = refusal(lambda: client.needs_again("benefit_decision", "stopped"))
    assert isinstance(said, InvalidInput), "the card that it waits for ended too, and nobody asks for it"
    client.needs_again("id_document", "needed_again")
    client.needs_again("benefit_decision", "stopped", anyway=True)
    assert client.case.closed is None
    assert [client.status(f"{key}#2") for key in ("id_document", "benefit_decision")] == [
        Status.WAITING,
        Status.BLOCKED,
    ]
    assert {client.status(f"{key}#1") for key in ("id_document", "benefit_decision")} == {Status.ENDED}
    client.gets("id_document")
    assert client.status("benefit_decision#2") is Status.WAITING
    assert client.status("benefit_decision#1") is Status.ENDED
