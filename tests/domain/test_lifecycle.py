"""Outcomes, stops, agreed dates, breaches, follow-ups and the end of a case: rules 3 to 8 of domain.md."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from provisions.domain import deadlines
from provisions.domain.case import Reason, Status
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.lifecycle import Need
from provisions.domain.rules import OutcomeName
from provisions.domain.terms import Term
from tests.builders import CATALOGUE, KEYS, Client, a_client, at, day, is_dutch, midnight, refusal


def one(key: str, on: str = "2026-11-02 09:00", agreed: str | None = None) -> Client:
    client = a_client(on, present=frozenset(KEYS) - {key})
    return client.needs(Need(key, agreed=day(agreed) if agreed else None))


# --- outcomes (rule 5) -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [OutcomeName.DELIVERED, OutcomeName.WITHDRAWN])
def test_what_is_closed_needs_reopening_before_another_outcome(name: OutcomeName) -> None:
    client = one("advance_payment")
    client.outcome("advance_payment", name)
    for other in OutcomeName:
        refused = refusal(lambda other=other: client.outcome("advance_payment", other))  # type: ignore[misc]
        assert isinstance(refused, NotAllowed)
        assert "heropen de voorziening" in str(refused)
    client.reopens("advance_payment")
    client.gets("advance_payment")
    assert client.status("advance_payment") is Status.DELIVERED


def test_a_refusal_is_not_done_and_accepts_delivered_or_withdrawn_directly() -> None:
    for closing in (OutcomeName.DELIVERED, OutcomeName.WITHDRAWN):
        client = one("id_document")
        client.is_refused("id_document")
        assert client.status("id_document").is_open
        assert isinstance(refusal(lambda client=client: client.is_refused("id_document")), NotAllowed)  # type: ignore[misc]
        client.outcome("id_document", closing)
        assert not client.status("id_document").is_open


def test_after_a_refusal_the_last_day_to_object_is_shown() -> None:
    client = one("postal_address").travels_to("2026-11-03 10:00")
    client.is_refused("postal_address", refusal="stay_unclear")
    assert deadlines.objection_until(client.situation("postal_address")) == day("2026-12-15")
    client.gets("postal_address")
    assert deadlines.objection_until(client.situation("postal_address")) is None


def test_a_refused_delivery_runs_on_and_becomes_overdue() -> None:
    client = one("advance_payment")
    client.is_refused("advance_payment")
    client.lives_until("2026-11-10 00:00")
    assert client.overdue("advance_payment")
    assert client.breached("advance_payment")


@pytest.mark.parametrize("key", ["day_activity", "benefit_decision", "special_assistance"])
def test_a_refusal_in_time_keeps_the_promise_of_a_decision_and_stops_the_clock(key: str) -> None:
    client = one(key).lives_until("2026-11-16 23:59")
    client.is_refused(key)
    client.lives_until("2026-12-31 12:00")
    assert not client.overdue(key)
    assert not client.breached(key)
    assert client.climbed(key) == ["case_director", "doorbraaktafel", "maatwerkloket"]


def test_a_decision_refused_in_time_and_turned_round_later_is_no_breach() -> None:
    client = one("benefit_decision").travels_to("2026-11-12 10:00")
    client.is_refused("benefit_decision")
    client.travels_to("2027-01-20 10:00").tick()
    client.gets("benefit_decision")
    assert not client.breached("benefit_decision")
    assert deadlines.kept_on(client.situation("benefit_decision")) == day("2026-11-12")


def test_a_refusal_after_the_due_date_is_a_decision_too_late() -> None:
    client = one("benefit_decision").lives_until("2026-11-17 10:00")
    client.is_refused("benefit_decision")
    assert client.breached("benefit_decision")


def test_an_outcome_recorded_late_but_dated_on_time_takes_the_breach_away() -> None:
    client = one("advance_payment").lives_until("2026-11-12 10:00")
    assert client.breached("advance_payment")
    client.gets("advance_payment", on="2026-11-09")
    assert not client.breached("advance_payment")
    assert client.climbed("advance_payment") == ["case_director", "doorbraaktafel"]  # stays on record


def test_a_breach_stays_when_the_promise_is_kept_later_and_over_reopening() -> None:
    client = one("advance_payment").lives_until("2026-11-12 10:00")
    client.gets("advance_payment")
    assert client.breached("advance_payment")
    client.travels_to("2026-11-20 10:00").reopens("advance_payment")
    assert client.breached("advance_payment")
    client.gets("advance_payment")
    assert deadlines.breach_day(client.situation("advance_payment")) == day("2026-11-10")


@pytest.mark.parametrize(
    ("on", "why"), [("2026-11-01", "de start"), ("2026-11-04", "de afwijzing"), ("2026-11-08", "de heropening")]
)
def test_an_outcome_can_not_be_dated_before_what_it_follows(on: str, why: str) -> None:
    client = one("advance_payment").travels_to("2026-11-05 10:00")
    if why != "de start":
        client.is_refused("advance_payment")
    if why == "de heropening":
        client.gets("advance_payment")
        client.travels_to("2026-11-10 10:00").reopens("advance_payment")
    refused = refusal(lambda: client.gets("advance_payment", on=on))
    assert isinstance(refused, InvalidInput)
    assert why in str(refused)


def test_shelter_is_withdrawn_only_with_what_was_offered_instead() -> None:
    client = one("emergency_shelter")
    refused = refusal(lambda: client.does_without("emergency_shelter"))
    assert isinstance(refused, InvalidInput)
    assert "Wat is er in plaats van de opvang aangeboden?" in str(refused)
    client.does_without("emergency_shelter", offered_instead="meals_and_care")
    assert client.status("emergency_shelter") is Status.WITHDRAWN


def test_go_to_municipality_a_is_no_outcome() -> None:
    client = one("postal_address")
    refused = refusal(lambda: client.is_refused("postal_address", refusal="referred_elsewhere"))
    assert isinstance(refused, InvalidInput)
    assert "geen uitkomst" in str(refused)
    assert client.status("postal_address") is Status.WAITING


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"paid_by": "uncle"}, "uncle"),
        ({"colour": "red"}, "colour"),
        ({"photos_paid": "maybe"}, "yes, no"),
    ],
)
def test_a_field_that_does_not_fit_is_refused(fields: dict[str, str], says: str) -> None:
    refused = refusal(lambda: one("id_document").gets("id_document", **fields))
    assert isinstance(refused, InvalidInput)
    assert says in str(refused)
    assert is_dutch(refused)


@pytest.mark.parametrize("wrong", ["soon", "2026-13-01", "0001-01-01", "9999-12-31", "1026-11-02"])
def test_a_date_field_takes_a_date_that_can_be(wrong: str) -> None:
    refused = refusal(lambda: one("wmo_indication").gets("wmo_indication", support_starts_on=wrong))
    assert isinstance(refused, InvalidInput)
    assert wrong in str(refused)


def test_a_field_of_another_outcome_is_refused() -> None:
    assert "refused" in str(refusal(lambda: one("id_document").is_refused("id_document", paid_by="free")))


def test_a_blocked_provision_takes_no_outcome_but_withdrawn() -> None:
    client = a_client().needs("id_document", "postal_address")
    for name in (OutcomeName.DELIVERED, OutcomeName.REFUSED):
        refused = refusal(lambda name=name: client.outcome("postal_address", name))  # type: ignore[misc]
        assert isinstance(refused, NotAllowed)
        assert "id_document" in str(refused)
    client.does_without("postal_address")
    assert client.status("postal_address") is Status.WITHDRAWN
    assert not client.breached("postal_address")


def test_what_is_not_in_the_case_is_not_found() -> None:
    assert isinstance(refusal(lambda: one("id_document").gets("housing")), NotFound)


def test_the_case_director_is_told_when_the_card_is_ready() -> None:
    client = a_client().needs("id_document", "wmo_indication")
    client.gets("id_document")
    client.gets("wmo_indication")
    assert [str(m.key) for m in client.sent("ready")] == ["id_document"]


# --- the clock stands still (rule 4) ---------------------------------------------------------------------------------


def test_the_clock_resumes_by_itself_and_the_due_date_has_moved() -> None:
    client = one("advance_payment").travels_to("2026-11-04 10:00")
    client.stops_the_clock("advance_payment", until="2026-11-18")
    assert client.due("advance_payment") == day("2026-11-09")  # as if it were resumed today
    client.lives_until("2026-11-17 10:00")
    assert not client.overdue("advance_payment")
    assert client.due("advance_payment") == day("2026-11-23")  # 9 November and twelve days, rolled from the 21st
    client.lives_until("2026-11-18 10:00")
    assert client.provision("advance_payment").suspensions[0].resumed == day("2026-11-18")
    assert client.due("advance_payment") == day("2026-11-23")
    client.lives_until("2026-11-24 00:00")
    assert client.overdue("advance_payment")


def test_the_clock_is_restarted_earlier_by_hand() -> None:
    client = one("advance_payment").travels_to("2026-11-04 10:00")
    client.stops_the_clock("advance_payment", until="2026-11-30")
    client.travels_to("2026-11-07 10:00").restarts_the_clock("advance_payment", on="2026-11-06")
    assert client.due("advance_payment") == day("2026-11-10")
    assert isinstance(refusal(lambda: client.restarts_the_clock("advance_payment")), NotAllowed)


def test_four_weeks_is_allowed_and_a_day_more_needs_a_team_lead() -> None:
    client = one("advance_payment")
    refused = refusal(lambda: client.stops_the_clock("advance_payment", until="2026-12-01"))
    assert isinstance(refused, InvalidInput)
    assert "vier weken" in str(refused)
    assert "2026-11-30" in str(refused)
    client.stops_the_clock("advance_payment", until="2026-11-30")
    client = one("advance_payment")
    client.stops_the_clock("advance_payment", until="2026-12-01", approved_by="teamleider-1")
    (line,) = [line for line in client.audit if line.what == "clock.suspended"]
    assert line.data["approved_by"] == "teamleider-1"


@pytest.mark.parametrize(
    "stops",
    [
        [("2026-11-02", "2026-11-20"), ("2026-11-20", "2026-12-10")],  # one after the other
        [("2026-11-02", "2026-11-20"), ("2026-11-10", "2026-12-05")],  # overlapping
        [("2026-11-10", "2026-12-08"), ("2026-11-03", "2026-11-12")],  # the earlier one recorded later
        [("2026-11-12", "2026-12-08"), ("2026-11-03", "2026-11-12")],  # the earlier one recorded later, end to end
    ],
)
def test_four_weeks_can_not_be_stretched_by_adding_a_second_stop(stops: list[tuple[str, str]]) -> None:
    client = one("advance_payment").travels_to("2026-11-12 10:00")
    (first, first_end), (second, second_end) = stops
    client.stops_the_clock("advance_payment", on=first, until=first_end)
    refused = refusal(lambda: client.stops_the_clock("advance_payment", on=second, until=second_end))
    assert isinstance(refused, InvalidInput)
    client.stops_the_clock("advance_payment", on=second, until=second_end, approved_by="teamleider-1")


def test_within_a_longer_stop_that_was_approved_another_reason_needs_no_new_approval() -> None:
    client = one("advance_payment")
    client.stops_the_clock("advance_payment", until="2026-12-20", approved_by="teamleider-1")
    client.stops_the_clock("advance_payment", until="2026-11-16", reason=Reason.OTHER_BODY)


def test_a_stop_of_more_than_a_year_is_a_slip_of_the_pen() -> None:
    client = one("advance_payment")
    refused = refusal(lambda: client.stops_the_clock("advance_payment", until="2062-11-16", approved_by="teamleider-1"))
    assert isinstance(refused, InvalidInput)
    assert "2062-11-16" in str(refused)


def test_an_outcome_ends_a_stop() -> None:
    client = one("advance_payment").travels_to("2026-11-04 10:00")
    client.stops_the_clock("advance_payment", until="2026-11-30")
    client.travels_to("2026-11-06 10:00").is_refused("advance_payment")
    assert client.provision("advance_payment").stops[0].end == day("2026-11-06")
    assert client.tick().climbed("advance_payment") == ["doorbraaktafel"]


@pytest.mark.parametrize(
    ("reason", "moves"),
    [
        (Reason.CLIENT_ASKS, True),
        (Reason.CLIENT_DOCUMENTS, True),
        (Reason.OTHER_BODY, False),
        (Reason.FORCE_MAJEURE, True),
    ],
)
def test_statutory_terms_move_only_for_the_reasons_of_awb_4_15(reason: Reason, moves: bool) -> None:
    client = one("special_assistance")
    before = deadlines.statutory_due(client.situation("special_assistance"))
    client.stops_the_clock("special_assistance", until="2026-11-16", reason=reason)
    after = deadlines.statutory_due(client.situation("special_assistance"))
    assert before is not None
    assert after is not None
    assert (after.due > before.due) is moves
    assert client.travels_to("2026-11-16 09:00").due("special_assistance") == day("2026-11-30")


def test_a_stop_before_the_start_or_without_length_is_refused() -> None:
    client = one("advance_payment").travels_to("2026-11-04 10:00")
    for on, until in (("2026-11-01", "2026-11-05"), ("2026-11-04", "2026-11-04"), ("2026-11-04", "2026-11-03")):
        refused = refusal(
            lambda on=on, until=until: client.stops_the_clock("advance_payment", on=on, until=until)  # type: ignore[misc]
        )
        assert isinstance(refused, InvalidInput)


def test_a_blocked_or_closed_clock_can_not_be_stopped() -> None:
    client = a_client().needs("id_document", "postal_address")
    assert isinstance(refusal(lambda: client.stops_the_clock("postal_address", until="2026-11-20")), NotAllowed)
    client.gets("id_document")
    assert isinstance(refusal(lambda: client.stops_the_clock("id_document", until="2026-11-20")), NotAllowed)


def test_changing_a_target_never_throws_away_what_was_accrued() -> None:
    client = one("advance_payment").travels_to("2026-11-04 10:00")
    client.stops_the_clock("advance_payment", until="2026-11-11")
    client.lives_until("2026-11-11 10:00")
    longer = replace(CATALOGUE.rule("advance_payment"), target=Term.parse("2 weken"))
    client.catalogue = replace(CATALOGUE, provisions={**CATALOGUE.provisions, "advance_payment": longer})
    assert client.due("advance_payment") == day("2026-11-23")  # 16 November and six days is Sunday the 22nd


# --- an agreed date (rule 8) -----------------------------------------------------------------------------------------


def test_an_agreed_date_is_moved_by_a_new_agreement_and_its_breach_stays() -> None:
    client = one("housing", agreed="2026-11-12").lives_until("2026-11-16 10:00")
    assert client.breached("housing")
    client.agrees("housing", "2026-12-06")
    assert client.due("housing") == day("2026-12-06")
    assert not client.overdue("housing")
    assert client.breached("housing")
    assert deadlines.breach_day(client.situation("housing")) == day("2026-11-13")


def test_the_breach_of_an_earlier_agreement_goes_when_it_turns_out_to_have_been_kept() -> None:
    client = one("housing", agreed="2026-11-12").lives_until("2026-11-16 10:00")
    client.agrees("housing", "2026-12-06")
    client.gets("housing", on="2026-11-12")
    assert not client.breached("housing")


def test_an_agreed_date_in_the_past_or_for_a_target_or_after_the_end_is_refused() -> None:
    client = one("housing", agreed="2026-11-12").travels_to("2026-11-05 10:00")
    assert isinstance(refusal(lambda: client.agrees("housing", "2026-11-04")), InvalidInput)
    assert isinstance(refusal(lambda: one("id_document").agrees("id_document", "2026-12-01")), InvalidInput)
    client.gets("housing")
    assert isinstance(refusal(lambda: client.agrees("housing", "2026-12-01")), NotAllowed)


def test_what_starts_after_its_agreed_date_is_due_on_its_start_day() -> None:
    client = a_client().needs("id_document", Need("housing", agreed=day("2026-11-12")))
    client.travels_to("2026-11-19 10:00").gets("id_document")
    assert client.due("housing") == day("2026-11-19")
    assert not client.overdue("housing")


# --- reopening -------------------------------------------------------------------------------------------------------


def test_reopening_resumes_the_old_start_and_clock() -> None:
    client = one("advance_payment").travels_to("2026-11-04 10:00")
    client.gets("advance_payment")
    client.travels_to("2026-11-12 10:00").reopens("advance_payment")
    assert client.provision("advance_payment").started_on == day("2026-11-02")
    assert client.due("advance_payment") == day("2026-11-09")
    assert client.overdue("advance_payment")
    assert client.tick().climbed("advance_payment") == ["case_director", "doorbraaktafel"]
    assert len(client.sent("again")) == 1


def test_a_slip_corrected_on_the_same_day_leaves_one_of_each_follow_up() -> None:
    client = one("advance_payment")
    client.gets("advance_payment", paid_how="bank")
    client.reopens("advance_payment")
    client.gets("advance_payment", paid_how="cash")
    follow_ups = client.provision("advance_payment").follow_ups
    assert len({(f.name, f.due) for f in follow_ups}) == len(follow_ups)
    assert [f.name for f in follow_ups if f.is_open] == ["lawfulness_check"]  # the benefit was there already


def test_a_follow_up_that_was_reminded_of_before_the_reopening_makes_no_second_message() -> None:
    client = one("wmo_indication").travels_to("2026-11-04 10:00")
    client.gets("wmo_indication", support_starts_on="2026-11-06")
    client.lives_until("2026-11-06 10:00")
    client.reopens("wmo_indication")
    client.gets("wmo_indication", support_starts_on="2026-11-06")
    client.lives_until("2026-11-20 10:00")
    assert len({m.id for m in client.messages}) == len(client.messages)


def test_a_second_refusal_after_reopening_offers_the_waiver_in_a_message_of_its_own() -> None:
    """Nobody ticked in between: the engine was down."""
    client = a_client().needs("id_document", "postal_address", "benefit_decision")
    client.is_refused("id_document")
    client.does_without("id_document")
    client.reopens("id_document")
    client.is_refused("id_document")
    assert len({m.id for m in client.messages}) == len(client.messages)


def test_what_is_open_needs_no_reopening_and_nothing_is_reopened_before_it_closed() -> None:
    client = one("advance_payment").travels_to("2026-11-05 10:00")
    assert isinstance(refusal(lambda: client.reopens("advance_payment")), NotAllowed)
    client.gets("advance_payment")
    assert isinstance(refusal(lambda: client.reopens("advance_payment", on="2026-11-04")), InvalidInput)


# --- follow-ups ------------------------------------------------------------------------------------------------------


def test_an_advance_is_checked_later_and_paid_again_until_the_benefit_is_decided() -> None:
    client = a_client(present=frozenset({"id_document"})).needs("advance_payment", "benefit_decision")
    client.gets("advance_payment")
    due = {f.name: f.due for f in client.provision("advance_payment").follow_ups}
    assert due == {"lawfulness_check": day("2026-12-28"), "next_advance": day("2026-11-30")}
    client.lives_until("2026-11-30 10:00")
    assert [m.detail for m in client.sent("follow_up", "advance_payment")] == ["next_advance"]
    client.settles("advance_payment", "next_advance")
    (again,) = [f for f in client.provision("advance_payment").follow_ups if f.name == "next_advance" and f.is_open]
    assert again.due == day("2026-12-28")
    client.travels_to("2026-12-03 10:00").gets("benefit_decision")
    assert all(f.lapsed or f.done for f in client.provision("advance_payment").follow_ups if f.name == "next_advance")
    client.lives_until("2026-12-28 10:00")
    assert [m.detail for m in client.sent("follow_up", "advance_payment")] == ["next_advance", "lawfulness_check"]


def test_an_advance_that_was_done_on_the_day_it_was_counted_from_does_not_end_them() -> None:
    """The next would be due on the day of the one that is done. A mistake that is put right on its own day ends none either."""
    client = a_client("2026-11-04 09:00").needs("advance_payment", "id_document", "benefit_decision")
    client.gets("advance_payment")
    client.settles("advance_payment", "next_advance")

    def ahead() -> list[date]:
        return [f.due for f in client.provision("advance_payment").follow_ups if f.name == "next_advance" and f.is_open]

    assert ahead() == [day("2026-12-30")]  # eight weeks: the one of 2 December is there
    client.reopens("advance_payment")
    assert ahead() == []
    client.gets("advance_payment")
    assert ahead() == [day("2026-12-30")]


def test_a_benefit_is_resumed_a_working_day_before_the_release() -> None:
    client = one("benefit_decision")
    client.gets("benefit_decision", during_stay="paused", release_date="2026-12-28")
    assert [f.due for f in client.provision("benefit_decision").follow_ups if f.is_open] == [day("2026-12-24")]


def test_a_follow_up_is_settled_once_and_must_exist() -> None:
    client = one("wmo_indication")
    client.gets("wmo_indication")
    assert isinstance(refusal(lambda: client.settles("wmo_indication", "flowers")), NotFound)
    client.settles("wmo_indication", "support_started")
    assert isinstance(refusal(lambda: client.settles("wmo_indication", "support_started")), NotAllowed)


# --- the end of a case, and moving -----------------------------------------------------------------------------------


def test_a_case_with_open_provisions_can_not_be_closed() -> None:
    client = a_client().needs("id_document", "postal_address", "wmo_indication")
    client.gets("wmo_indication")
    client.is_refused("id_document")
    refused = refusal(client.closes)
    assert isinstance(refused, NotAllowed)
    assert "id_document (afgewezen)" in str(refused)
    assert "postal_address (wacht op andere voorziening)" in str(refused)
    client.does_without("postal_address")
    client.gets("id_document")
    client.closes()
    assert client.case.closed == day("2026-11-02")


def test_a_closed_case_takes_nothing_but_a_reopening() -> None:
    client = one("advance_payment")
    client.gets("advance_payment")
    client.closes()
    for action in (
        lambda: client.also_needs("wmo_indication"),
        lambda: client.moves_to("havenmeer"),
        lambda: client.stops_the_clock("advance_payment", until="2026-11-20"),
        lambda: client.closes(),
        lambda: client.gets("advance_payment"),
    ):
        assert isinstance(refusal(action), NotAllowed)
    client.reopens("advance_payment")
    assert client.case.closed is None


def test_of_a_client_who_moves_the_old_counters_hear_it_and_the_new_ones_are_asked() -> None:
    client = a_client().needs("id_document", "postal_address", "wmo_indication", "benefit_decision")
    client.gets("wmo_indication")
    client.travels_to("2026-11-04 10:00").moves_to("havenmeer")
    assert client.due("id_document") == day("2026-11-11")
    letters = [(m.kind, str(m.key), m.municipality) for m in client.messages if not m.kind.startswith("handover_")]
    assert letters[-5:] == [
        ("handover", "id_document", "voorbeeldstad"),
        ("request", "id_document#2", "havenmeer"),
        ("handover", "benefit_decision", "voorbeeldstad"),
        ("application", "benefit_decision#2", "havenmeer"),
        ("go_on", "wmo_indication", "voorbeeldstad"),
    ]
    assert isinstance(refusal(lambda: client.moves_to("havenmeer")), NotAllowed)


def test_a_need_more_is_added_once() -> None:
    client = one("advance_payment").travels_to("2026-11-10 10:00")
    client.also_needs("wmo_indication")
    assert client.due("wmo_indication") == day("2026-11-13")
    assert isinstance(refusal(lambda: client.also_needs("wmo_indication")), NotAllowed)
    assert isinstance(refusal(lambda: client.also_needs("day_activity", on="2026-11-01")), InvalidInput)


# --- waiting too long ------------------------------------------------------------------------------------------------


def test_what_is_blocked_longer_than_its_own_target_since_intake_is_counted_in_days() -> None:
    client = a_client().needs("id_document", "postal_address")

    def waits(on: str) -> int | None:
        return deadlines.blocked_too_long(client.situation("postal_address"), day(on))

    assert waits("2026-11-04") is None
    assert waits("2026-11-05") == 3
    assert waits("2026-11-11") == 9


def test_moments_are_utc_and_late_from_the_first_moment_of_the_next_day() -> None:
    client = one("advance_payment")
    assert deadlines.late_from(client.situation("advance_payment"), client.now) == midnight("2026-11-10")
    client.now = at("2026-11-10 00:00") - timedelta(microseconds=1)
    assert not client.overdue("advance_payment")


def test_a_new_agreement_is_not_moved_by_a_stop_that_lies_before_it() -> None:
    client = one("housing", agreed="2026-11-20").travels_to("2026-11-04 10:00")
    client.stops_the_clock("housing", until="2026-11-14")
    client.lives_until("2026-11-16 10:00")
    assert client.due("housing") == day("2026-11-29")
    client.agrees("housing", "2026-12-15")
    assert client.due("housing") == day("2026-12-15")
    client.stops_the_clock("housing", until="2026-11-19")
    assert client.travels_to("2026-11-20 10:00").tick().due("housing") == day("2026-12-17")
