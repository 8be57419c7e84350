"""Milestones, and statutory terms that run from and until them (domain.md, "What happens in a life", rule 2)."""

from dataclasses import replace

import pytest

from provisions.domain import deadlines
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import InvalidInput
from tests.builders import CATALOGUE, Client, a_client, day, refusal


def asked_for(key: str) -> Client:
    """On Monday 2 November 2026, with all that it waits for there already."""
    return a_client(present=frozenset(CATALOGUE.provisions) - {key}).needs(key)


def ends(client: Client, key: str) -> list[tuple[str, str, bool]]:
    """Article, last day and whether presumed, of each statutory term."""
    terms = deadlines.statutory_terms(client.situation(key))
    return [(t.rule.article, t.end.due.isoformat(), t.presumed) for t in terms]


def due(client: Client, key: str) -> str | None:
    end = deadlines.statutory_due(client.situation(key))
    return end.due.isoformat() if end else None


def late(client: Client, key: str) -> list[tuple[str, str | None]]:
    return [(a.isoformat(), b.isoformat() if b else None) for a, b in deadlines.statutory_late(client.situation(key))]


def test_until_it_is_known_the_receipt_is_presumed_and_exceeds_nothing() -> None:
    client = asked_for("special_assistance")
    assert ends(client, "special_assistance") == [("Awb art. 4:13", "2026-12-28", True)]
    assert late(client, "special_assistance") == []
    client.travels_to("2026-11-05 09:00").reaches("special_assistance", "applied", "2026-11-04")
    assert ends(client, "special_assistance") == [("Awb art. 4:13", "2026-12-30", False)]
    assert late(client, "special_assistance") == [("2026-12-31", None)]
    client.reaches("special_assistance", "applied", "2026-11-03")  # a correction
    assert due(client, "special_assistance") == "2026-12-29"
    assert client.provision("special_assistance").milestone("applied") == day("2026-11-03")


def test_the_decision_ends_the_term_late_or_in_time() -> None:
    client = asked_for("special_assistance")
    client.reaches("special_assistance", "applied")
    client.lives_until("2027-01-20 09:00").reaches("special_assistance", "decision_announced", "2027-01-05")
    assert late(client, "special_assistance") == [("2026-12-29", "2027-01-05")]
    client.reaches("special_assistance", "decision_announced", "2026-12-28")
    assert late(client, "special_assistance") == []


def test_the_support_act_counts_six_weeks_from_the_report_and_two_from_the_application() -> None:
    client = asked_for("wmo_indication")
    assert due(client, "wmo_indication") == "2026-12-28"  # eight weeks, six and two
    client.travels_to("2026-11-06 09:00").reaches("wmo_indication", "reported", "2026-11-03")
    assert ends(client, "wmo_indication") == [("Wmo 2015 art. 2.3.2", "2026-12-15", False)]
    client.lives_until("2026-12-18 09:00").reaches("wmo_indication", "applied", "2026-12-17")
    assert due(client, "wmo_indication") == "2026-12-31"
    assert late(client, "wmo_indication") == [("2026-12-16", "2026-12-17"), ("2027-01-01", None)]


def test_debt_counselling_counts_until_the_first_talk() -> None:
    client = asked_for("debt_counselling")
    client.reaches("debt_counselling", "applied", "2026-11-02")
    assert late(client, "debt_counselling") == [("2026-12-01", None)]
    client.lives_until("2026-12-10 09:00").reaches("debt_counselling", "first_talk", "2026-11-30")
    assert late(client, "debt_counselling") == []
    assert due(client, "debt_counselling") == "2026-11-30"


def test_an_advance_counts_from_the_application_for_the_benefit() -> None:
    client = a_client(present=frozenset({"id_document"})).needs("advance_payment", "benefit_decision")
    assert ends(client, "advance_payment") == [("Participatiewet art. 52", "2026-11-30", True)]
    client.travels_to("2026-11-04 09:00").reaches("benefit_decision", "applied", "2026-11-03")
    assert ends(client, "advance_payment") == [("Participatiewet art. 52", "2026-12-01", False)]
    told = [str(line.key) for line in client.audit if line.what == "term.statutory"]
    assert told[-2:] == ["advance_payment", "benefit_decision"]


def test_what_the_benefit_does_later_changes_nothing_of_an_advance_that_is_over() -> None:
    client = a_client(present=frozenset({"id_document"})).needs("advance_payment", "benefit_decision")
    client.reaches("benefit_decision", "applied", "2026-11-02")
    client.travels_to("2026-12-08 09:00").gets("advance_payment", "2026-12-08")
    client.gets("benefit_decision", "2026-12-08")
    exceeded = [("2026-12-01", None)]
    assert (due(client, "advance_payment"), late(client, "advance_payment")) == ("2026-11-30", exceeded)
    client.travels_to("2027-01-11 09:00").needs_again("benefit_decision", "stopped")
    assert (due(client, "advance_payment"), late(client, "advance_payment")) == ("2026-11-30", exceeded)
    client.reaches("benefit_decision", "applied")
    assert (due(client, "advance_payment"), late(client, "advance_payment")) == ("2026-11-30", exceeded)
    client.needs_again("advance_payment", "needed_again")
    assert due(client, "advance_payment") == "2027-02-08"  # of the benefit that it is for


def test_an_advance_of_one_day_goes_with_the_benefit_that_was_needed_again_on_that_day() -> None:
    client = a_client(present=frozenset({"id_document"})).needs("advance_payment", "benefit_decision")
    client.reaches("benefit_decision", "applied", "2026-11-02")
    client.travels_to("2026-11-23 09:00").gets("advance_payment")
    client.gets("benefit_decision")
    client.needs_again("benefit_decision", "stopped")
    client.reaches("benefit_decision", "applied")
    assert due(client, "advance_payment") == "2026-11-30", "the first is over, and stays with the first"
    client.needs_again("advance_payment", "needed_again")
    assert due(client, "advance_payment") == "2026-12-21"
    client.gets("advance_payment")
    assert due(client, "advance_payment") == "2026-12-21", "that it was paid at once changes nothing"


def test_nothing_of_insurance_runs_before_the_letter() -> None:
    client = asked_for("health_insurance")
    assert ends(client, "health_insurance") == []
    client.travels_to("2026-11-10 09:00").reaches("health_insurance", "cak_letter", "2026-11-09")
    assert due(client, "health_insurance") == "2027-02-09"


@pytest.mark.parametrize(("key", "end"), [("wmo_indication", "2026-12-28"), ("health_insurance", "2027-02-02")])
def test_what_was_recorded_by_the_version_before_counts_as_it_did(key: str, end: str) -> None:
    client = asked_for(key)
    client.case = client.case.with_provision(replace(client.provision(key), statutory_as_before=True))
    (term,) = deadlines.statutory_terms(client.situation(key))
    assert (term.end.due.isoformat(), term.presumed) == (end, False)
    assert len(late(client, key)) == 1
    name = {"wmo_indication": "reported", "health_insurance": "cak_letter"}[key]
    client.travels_to("2026-11-06 09:00").reaches(key, name, "2026-11-05")
    assert due(client, key) not in (None, end)


def test_three_working_days_after_asking_the_director_is_asked_when_it_was_received() -> None:
    client = asked_for("postal_address")
    (asked,) = client.provision("postal_address").follow_ups
    assert (asked.name, asked.due) == ("application_received", day("2026-11-05"))
    client.lives_until("2026-11-05 10:00")
    assert [m.detail for m in client.sent("follow_up")] == ["application_received"]
    client.reaches("postal_address", "applied", "2026-11-03")
    assert [f.lapsed for f in client.provision("postal_address").follow_ups] == [True]


def test_what_is_known_at_once_is_not_asked_after_and_an_outcome_ends_the_question() -> None:
    client = asked_for("postal_address")
    client.gets("postal_address")
    assert not any(f.is_open for f in client.provision("postal_address").follow_ups)
    client.reopens("postal_address")
    assert [f.name for f in client.provision("postal_address").follow_ups if f.is_open] == ["application_received"]


def test_a_milestone_may_be_noted_of_what_is_closed_but_not_before_the_need_nor_by_another_name() -> None:
    client = asked_for("postal_address")
    client.is_refused("postal_address")
    client.does_without("postal_address")
    client.closes()
    client.travels_to("2026-12-01 09:00").reaches("postal_address", "objected", "2026-11-20")
    before = client.case
    refused = refusal(lambda: client.reaches("postal_address", "objected", "2026-11-01"))
    assert isinstance(refused, InvalidInput)
    assert "2026-11-02" in str(refused)
    unknown = refusal(lambda: client.reaches("postal_address", "first_talk"))
    assert "Kies uit: applied, supplement_asked, extended" in str(unknown)
    assert client.case is before


def test_each_round_has_milestones_of_its_own() -> None:
    client = asked_for("special_assistance")
    client.reaches("special_assistance", "applied")
    client.gets("special_assistance")
    client.travels_to("2026-11-10 09:00").needs_again("special_assistance", "new_costs")
    assert client.case.provisions[ProvisionKey("special_assistance", 1)].milestone("applied") == day("2026-11-02")
    assert client.case.provisions[ProvisionKey("special_assistance", 2)].milestones == ()


def test_taken_in_late_the_day_of_receipt_is_asked_three_working_days_after_we_asked() -> None:
    client = a_client("2026-11-20 10:00").needs("day_activity", on="2026-11-02")
    (asked,) = [f for f in client.provision("day_activity").follow_ups if f.name == "application_received"]
    assert asked.due == day("2026-11-25"), "what went out on Friday 20 November is not received on the 5th"
