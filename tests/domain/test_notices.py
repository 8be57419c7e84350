"""A notice of default in days (domain.md, "What happens in a life", rule 17)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain.notices import Notice, in_words, notice_of, standing
from provisions.domain.rules import NoticeRule, PenaltyStep
from tests.builders import CATALOGUE, Client, a_client, day

BENEFIT = "benefit_decision"


def received(on: str, *, applied: str | None = "2026-11-02", now: str = "2027-02-20 09:00") -> Client:
    """A benefit asked for on 2 November 2026, and a notice of default received on day ``on``."""
    client = a_client(present=frozenset({"id_document"})).needs(BENEFIT)
    if applied:
        client.reaches(BENEFIT, "applied", applied)
    client.lives_until(now).reaches(BENEFIT, "notice_of_default", on)
    return client


def notice(client: Client) -> Notice:
    found = notice_of(client.situation(BENEFIT), CATALOGUE.notice)
    assert found is not None
    return found


def test_two_weeks_after_receipt_the_forty_two_days_begin() -> None:
    """Received on Thursday 7 January 2027: there is time to decide until the 21st, and it costs from the 22nd until 4 March."""
    found = notice(received("2027-01-07"))
    assert (found.two_weeks.due, found.first, found.last) == (day("2027-01-21"), day("2027-01-22"), day("2027-03-04"))
    assert found.running is None  # the eight weeks were over on 28 December
    assert found.decided is None
    assert notice_of(a_client().needs(BENEFIT, "id_document").situation(BENEFIT), CATALOGUE.notice) is None


def test_one_that_came_while_the_statutory_term_ran_is_laid_before_a_lawyer() -> None:
    told = in_words(notice(received("2026-12-20")), CATALOGUE.notice)
    assert any("28 december 2026: laat een jurist kijken" in line for line in told)


def test_the_decision_is_told_also_when_the_receipt_of_the_application_is_not_known() -> None:
    client = received("2027-01-07", applied=None)
    client.reaches(BENEFIT, "decision_announced", "2027-01-15")
    assert notice(client).decided == day("2027-01-15")
    assert not [f for f in client.provision(BENEFIT).follow_ups if f.name == "notice_two_weeks" and f.is_open]


def test_the_director_is_asked_after_two_weeks() -> None:
    client = received("2027-01-07")
    asked = [f for f in client.provision(BENEFIT).follow_ups if f.name == "notice_two_weeks"]
    assert [f.due for f in asked] == [day("2027-01-21")]
    told = [line.because for line in client.audit if line.what == "provision.milestone"]
    assert told[-1] == "mijlpaal: Ingebrekestelling ontvangen, op 7 januari 2027"


@pytest.mark.parametrize(
    ("today", "stands"),
    [
        ("2027-01-07", "nog 14 dagen om te besluiten, tot en met 21 januari 2027"),
        ("2027-01-20", "nog 1 dag om te besluiten, tot en met 21 januari 2027"),
        ("2027-01-21", "vandaag is de laatste dag om te besluiten"),
        ("2027-01-22", "nog geen besluit: dag 1 van 42 van de dwangsom, tot en met 4 maart 2027"),
        ("2027-03-04", "nog geen besluit: dag 42 van 42 van de dwangsom, tot en met 4 maart 2027"),
        ("2027-03-05", "nog geen besluit: de 42 dagen van de dwangsom waren om op 4 maart 2027"),
    ],
)
def test_how_it_stands_from_day_to_day(today: str, stands: str) -> None:
    found = notice(received("2027-01-07"))
    assert standing(found, day(today), CATALOGUE.notice) == stands
    assert found.is_open


def test_a_decision_or_a_settled_penalty_ends_it() -> None:
    for milestone, said in (("decision_announced", "besloten op"), ("penalty_settled", "afgehandeld op")):
        client = received("2027-01-07")
        client.reaches(BENEFIT, milestone, "2027-01-29")
        found = notice(client)
        assert not found.is_open
        assert standing(found, day("2027-02-01"), CATALOGUE.notice) == f"{said} 29 januari 2027"


def test_amounts_are_said_only_where_the_municipality_named_them_with_year_and_source() -> None:
    found = notice(received("2027-01-07"))
    assert not any("€" in line for line in in_words(found, CATALOGUE.notice))
    named = replace(CATALOGUE.notice, steps=(PenaltyStep(14, "€ 1"), PenaltyStep(28, "€ 2")), year=2027, source="bron")
    assert in_words(found, named)[-1] == (
        "De dwangsom is € 1 per dag gedurende 14 dagen en € 2 per dag gedurende 28 dagen (2027, bron)."
    )


@given(st.dates(date(2026, 1, 1), date(2029, 12, 31)), st.integers(1, 60), st.booleans())
def test_the_days_follow_each_other(on: date, days: int, roll: bool) -> None:
    client = received("2027-01-07")
    provision = client.provision(BENEFIT)
    moved = replace(provision, milestones=tuple(replace(m, on=on) for m in provision.milestones))
    situation = replace(client.situation(BENEFIT), provision=moved)
    found = notice_of(situation, NoticeRule(days=days, roll=roll))
    assert found is not None
    assert found.first == found.two_weeks.due + timedelta(days=1) >= on + timedelta(days=15)
    assert (found.last - found.first).days + 1 == days
