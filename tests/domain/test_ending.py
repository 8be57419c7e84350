"""A case ends for a reason, and what is open ends with it (domain.md, "What happens in a life", rule 10)."""

from dataclasses import replace
from datetime import date

import pytest

from provisions.domain import lifecycle
from provisions.domain.case import Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.rules import Catalogue, FollowUpRule, Trigger, TriggerKind
from provisions.domain.terms import Term
from tests.builders import CATALOGUE, Client, a_client, at, day, is_dutch, refusal

ENDS_OPEN = [name for name, rule in CATALOGUE.ends.items() if rule.ends_open and not rule.takeover]
TAKEN_OVER = [name for name, rule in CATALOGUE.ends.items() if rule.takeover]


def in_need() -> Client:
    return a_client("2026-11-02 09:00").needs("id_document", "postal_address", "advance_payment")


def test_settled_refuses_with_what_is_open() -> None:
    said = refusal(in_need().closes)
    assert isinstance(said, NotAllowed)
    assert "id_document" in str(said)


@pytest.mark.parametrize("reason", ENDS_OPEN)
def test_what_is_open_ends_and_what_was_delivered_stays(reason: str) -> None:
    client = in_need()
    client.gets("advance_payment")
    client.closes(reason)
    assert client.status("advance_payment") is Status.DELIVERED
    assert {client.status(key) for key in ("id_document", "postal_address")} == {Status.ENDED}
    assert client.case.closed == day("2026-11-02")
    assert client.case.end_reason == reason
    assert [str(m.key) for m in client.sent("cancelled")] == ["id_document"]  # the address was not asked for yet
    assert not [f for p in client.case.provisions.values() for f in p.follow_ups if f.is_open]


@pytest.mark.parametrize("reason", TAKEN_OVER)
def test_who_takes_over_is_asked_of_each_open_provision(reason: str) -> None:
    client = in_need()
    said = refusal(lambda: client.closes(reason, id_document="municipality"))
    assert isinstance(said, InvalidInput)
    assert "postal_address, advance_payment" in str(said)
    client.closes(reason, id_document="municipality", postal_address="nobody", advance_payment="provider")
    assert client.provision("postal_address").taken_over_by == "nobody"


def test_nobody_takes_over_from_who_died() -> None:
    assert isinstance(refusal(lambda: in_need().closes("died", id_document="provider")), InvalidInput)


def test_no_breach_falls_after_the_day_of_the_end() -> None:
    client = in_need().lives_until("2026-11-20 09:00")
    assert client.breached("advance_payment")  # since 10 November
    client.closes("died", on="2026-11-08")
    assert not client.breached("advance_payment")
    assert client.climbed("advance_payment") == ["case_director", "doorbraaktafel", "maatwerkloket"]
    client.lives_until("2027-01-10 09:00")
    assert not client.breached("id_document")


def test_a_breach_of_before_the_end_stays() -> None:
    client = in_need().lives_until("2026-11-20 09:00")
    client.closes("died", on="2026-11-12")
    assert client.breached("advance_payment")


def test_nothing_happens_any_more_after_the_end() -> None:
    client = in_need()
    client.closes("long_stay")
    lines = len(client.audit)
    client.lives_until("2027-06-01 09:00")
    assert len(client.audit) == lines
    for act in (lambda: client.gets("id_document"), lambda: client.also_needs("wmo_indication")):
        said = refusal(act)
        assert isinstance(said, NotAllowed)
        assert is_dutch(said)


def test_an_end_by_mistake_is_taken_back_as_if_it_had_never_been() -> None:
    client = in_need()
    client.is_refused("advance_payment")
    before = {key: (p.status, p.started_on) for key, p in client.case.provisions.items()}
    client.closes("duplicate")
    client.ended_by_mistake()
    assert {key: (p.status, p.started_on) for key, p in client.case.provisions.items()} == before
    assert (client.case.closed, client.case.end_reason) == (None, None)
    assert client.due("id_document") == day("2026-11-09")


def test_an_end_before_the_start_is_refused() -> None:
    assert isinstance(refusal(lambda: in_need().closes("died", on="2026-10-01")), InvalidInput)


def test_follow_ups_that_lapsed_with_the_case_are_there_again() -> None:
    client = in_need()
    client.gets("advance_payment")
    before = {key: {(f.name, f.due) for f in p.follow_ups if f.is_open} for key, p in client.case.provisions.items()}
    assert before[client.which("advance_payment")]
    client.closes("duplicate")
    client.ended_by_mistake()
    after = {key: {(f.name, f.due) for f in p.follow_ups if f.is_open} for key, p in client.case.provisions.items()}
    assert after == before


def of_each_trigger() -> Catalogue:
    """The rules, with something to do after a milestone of the benefit besides."""
    rule = CATALOGUE.rule("benefit_decision")
    asked = FollowUpRule(
        "asked", "Vragen", Trigger(TriggerKind.MILESTONE, "applied"), Term.parse("1 week"), repeat=True
    )
    rules = {**CATALOGUE.provisions, rule.key: replace(rule, follow_ups=(*rule.follow_ups, asked))}
    return replace(CATALOGUE, provisions=rules)


def open_follow_ups(client: Client) -> set[tuple[str, str, date]]:
    return {(str(p.id), f.name, f.due) for p in client.case.provisions.values() for f in p.follow_ups if f.is_open}


def with_something_of_each() -> Client:
    client = Client(at("2026-11-02 09:00"), of_each_trigger())
    client.needs("id_document", "advance_payment", "benefit_decision", "special_assistance")
    waived = lifecycle.waive(
        client.case,
        client.which("benefit_decision"),
        "id_document",
        "kan later",
        client.moment,
        client.today,
        "evidence_afterwards",
    )
    client._do(waived)
    client.travels_to("2026-11-05 09:00")
    client.reaches("benefit_decision", "applied", on="2026-11-04")
    client.gets("advance_payment")
    client.is_refused("special_assistance")
    client.travels_to("2026-12-08 09:00")
    client.settles("advance_payment", "next_advance", on="2026-12-07")
    client.settles("benefit_decision", "asked", on="2026-12-07")
    client.settles("special_assistance", "refusal_discussed")
    return client


def test_of_each_kind_what_lapsed_with_the_case_is_there_again_and_what_was_done_stays_done() -> None:
    client = with_something_of_each()
    before = open_follow_ups(client)
    assert {
        ("advance_payment", "next_advance", day("2027-01-04")),
        ("benefit_decision", "asked", day("2026-12-14")),
        ("benefit_decision", "evidence_received", day("2026-11-30")),
        ("special_assistance", "objection_last_weeks", day("2026-12-10")),
    } <= before
    client.closes("duplicate")
    assert not open_follow_ups(client)
    client.ended_by_mistake()
    assert open_follow_ups(client) == before


def test_reopening_one_provision_brings_back_what_lapsed_of_those_that_were_done() -> None:
    client = with_something_of_each()
    before = {one for one in open_follow_ups(client) if one[0] in ("advance_payment", "benefit_decision")}
    client.closes("duplicate")
    client.reopens("benefit_decision")
    assert open_follow_ups(client) == before, "what ended with the case and was not reopened has nothing to do"


def test_a_reopened_withdrawal_asks_for_the_evidence_again() -> None:
    client = with_something_of_each()
    client.does_without("benefit_decision")
    evidence = ("benefit_decision", "evidence_received", day("2026-11-30"))
    assert evidence not in open_follow_ups(client)
    client.reopens("benefit_decision")
    assert evidence in open_follow_ups(client)


def test_one_provision_that_ended_with_its_case_goes_on_as_it_was() -> None:
    client = in_need().lives_until("2026-11-20 09:00")
    client.closes("died", on="2026-11-08")
    assert not client.breached("advance_payment")
    client.reopens("advance_payment")
    provision = client.provision("advance_payment")
    assert (provision.status, provision.ended_on, provision.taken_over_by) == (Status.WAITING, None, None)
    assert client.breached("advance_payment"), "the old clock runs on"
    assert [str(m.key) for m in client.sent("again")] == ["advance_payment"]
    client.gets("advance_payment")
    assert client.provision("advance_payment").closed_on == day("2026-11-20")
