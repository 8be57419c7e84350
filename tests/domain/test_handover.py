"""Moving to another municipality, in two steps (domain.md, "What happens in a life", rule 8)."""

from dataclasses import replace

import pytest

from provisions.domain import deadlines, lifecycle
from provisions.domain.case import Answer, Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import Need
from provisions.domain.rungs import RungName
from tests.builders import Client, a_client, at, day, is_dutch, midnight, refusal

OLD, NEW = "voorbeeldstad", "duinrade"
ADDRESS = "postal_address"


def refused_address() -> Client:
    """The ID was there; the address, asked on Monday, was refused on Tuesday and lies with the doorbraaktafel."""
    client = a_client(present=frozenset({"id_document"})).needs(ADDRESS)
    client.travels_to("2026-11-03 10:00").is_refused(ADDRESS)
    return client.tick().travels_to("2026-11-05 10:00")


# --- two steps -------------------------------------------------------------------------------------------------------


def test_until_it_is_accepted_nothing_changes_but_that_it_stands_with_both() -> None:
    client = refused_address()
    before = client.case
    client.is_handed_to(NEW, "regisseur-7")
    assert client.case.municipality == OLD
    assert client.case.provisions == before.provisions
    assert client.case.handover_pending is not None
    assert [client.case.director_in(place) for place in (OLD, NEW)] == [None, "regisseur-7"]
    assert {(m.kind, m.municipality) for m in client.sent("handover_plan")} == {
        ("handover_plan", OLD),
        ("handover_plan", NEW),
    }


def test_what_is_recorded_meanwhile_goes_on_in_the_old_municipality() -> None:
    client = a_client().needs("advance_payment", "wmo_indication")
    client.is_handed_to(NEW)
    client.travels_to("2026-11-03 10:00").gets("advance_payment")
    client.is_taken_over()
    assert client.status("advance_payment") is Status.DELIVERED
    assert [client.status(f"wmo_indication#{n}") for n in (1, 2)] == [Status.HANDED_OVER, Status.WAITING]


def test_declined_it_goes_on_as_if_it_had_never_moved() -> None:
    client = refused_address()
    before, director = client.case, "regisseur.noord"
    client.case = before = replace(before, director=director)
    client.is_handed_to(NEW, "regisseur-7")
    client.is_not_taken_over()
    assert client.case == replace(before, act=client.case.act)
    assert {(m.detail, m.municipality) for m in client.sent("handover_declined")} == {
        ("not_living_here", OLD),
        ("not_living_here/regisseur-7", NEW),
    }
    client.is_handed_to("havenmeer")  # and it may be handed over anew
    assert client.case.handover_pending is not None


def test_a_handover_under_way_ends_with_its_case() -> None:
    client = a_client().needs("wmo_indication")
    client.is_handed_to(NEW)
    client.closes("died")
    assert client.case.handover is None
    assert {m.detail for m in client.sent("handover_declined")} == {lifecycle.LAPSED}
    assert isinstance(refusal(client.is_taken_over), NotAllowed)


def test_what_can_not_be_handed_over_accepted_or_declined() -> None:
    client = a_client().needs("wmo_indication")
    refused = {
        "where it is": lambda: client.is_handed_to(OLD),
        "not handed over": client.is_taken_over,
        "nothing to decline": client.is_not_taken_over,
    }
    for act in refused.values():
        said = refusal(act)
        assert isinstance(said, NotAllowed)
        assert is_dutch(said)
    client.is_handed_to(NEW)
    assert isinstance(refusal(lambda: client.is_handed_to("havenmeer")), NotAllowed), "one at a time"
    assert isinstance(refusal(lambda: client.is_not_taken_over("because")), InvalidInput)
    client.is_taken_over()
    for act in (client.is_taken_over, client.is_not_taken_over):
        said = refusal(act)
        assert isinstance(said, NotAllowed)
        assert "al aangenomen" in str(said)


# --- what becomes of the rounds --------------------------------------------------------------------------------------


def test_the_new_municipality_has_its_own_day_and_the_breach_stays_with_the_old() -> None:
    client = a_client(present=frozenset({"id_document"})).needs(ADDRESS)  # due on Wednesday 4 November
    client.lives_until("2026-11-06 10:00")
    client.is_handed_to(NEW)
    client.travels_to("2026-11-10 10:00").is_taken_over()
    old, new = client.provision(f"{ADDRESS}#1"), client.provision(ADDRESS)
    assert (old.status, old.ended_on, old.municipality) == (Status.HANDED_OVER, day("2026-11-06"), OLD)
    assert (new.round, new.continues, new.again, new.needed_on) == (2, 1, "moved", day("2026-11-06"))
    assert client.due(ADDRESS) == day("2026-11-10"), "two working days from the day of the move"
    assert client.breached(f"{ADDRESS}#1")
    assert not client.breached(ADDRESS)
    assert client.case.municipality_of(old.id) == OLD
    assert client.case.municipality_of(new.id) == NEW
    client.lives_until("2026-11-12 10:00")
    assert client.breached(ADDRESS)


def test_no_breach_falls_on_the_old_municipality_after_the_day_of_the_move() -> None:
    client = a_client(present=frozenset({"id_document"})).needs(ADDRESS)
    client.travels_to("2026-11-03 10:00").is_handed_to(NEW)
    client.lives_until("2026-11-09 10:00")  # late since Thursday, and already before the table
    client.is_taken_over()
    assert not client.breached(f"{ADDRESS}#1")
    assert client.breached(ADDRESS)
    assert client.climbed(ADDRESS) == ["doorbraaktafel"]


def test_what_is_closed_stays_with_the_old_municipality_and_can_not_be_reopened() -> None:
    client = a_client().needs("id_document", "advance_payment")
    client.gets("id_document")
    client.moves_to(NEW)
    assert client.provision("id_document").municipality == OLD
    said = refusal(lambda: client.reopens("id_document"))
    assert isinstance(said, NotAllowed)
    assert isinstance(refusal(lambda: client.reopens("advance_payment#1")), NotAllowed)
    client.needs_again("id_document")
    assert client.case.municipality_of(client.which("id_document")) == NEW


def test_what_waits_goes_on_waiting_and_its_application_goes_to_the_new_counter() -> None:
    client = a_client().needs("id_document", "benefit_decision")
    client.moves_to(NEW)
    benefit = client.provision("benefit_decision")
    assert (benefit.status, benefit.applied_on) == (Status.BLOCKED, client.today)
    asked = {(str(m.key), m.municipality) for m in client.sent("application")}
    assert ("benefit_decision#2", NEW) in asked
    client.gets("id_document")
    assert client.status("benefit_decision") is Status.WAITING


def test_what_had_started_without_a_dependency_starts_without_it_again() -> None:
    client = a_client().needs("id_document", ADDRESS)
    client.starts_without(ADDRESS, "id_document")
    client.moves_to(NEW)
    assert client.status(ADDRESS) is Status.WAITING
    assert client.provision(ADDRESS).waived("id_document")


def test_what_had_started_stays_started_when_its_dependency_was_reopened() -> None:
    client = a_client().needs("id_document", ADDRESS)
    client.gets("id_document")
    client.reopens("id_document")
    client.moves_to(NEW)
    assert client.status(ADDRESS) is Status.WAITING


def test_several_open_rounds_each_go_on() -> None:
    client = a_client().needs(Need("special_assistance", purpose="bed"))
    client.needs_again("special_assistance", "new_costs", purpose="clothing")
    client.moves_to(NEW)
    rounds = client.case.rounds("special_assistance")
    assert [(r.status, r.continues, r.purpose) for r in rounds] == [
        (Status.HANDED_OVER, None, "bed"),
        (Status.HANDED_OVER, None, "clothing"),
        (Status.WAITING, 1, "bed"),
        (Status.WAITING, 2, "clothing"),
    ]


def test_a_clock_that_stood_still_runs_in_the_new_municipality() -> None:
    client = a_client().needs("advance_payment")
    client.stops_the_clock("advance_payment", until="2026-11-16")
    client.travels_to("2026-11-04 10:00").moves_to(NEW)
    assert client.provision("advance_payment").suspensions == ()
    assert client.due("advance_payment") == day("2026-11-11")


# --- the ladder goes on ----------------------------------------------------------------------------------------------


def test_a_table_that_had_it_hands_over_to_its_counterpart_and_nothing_is_sent_twice() -> None:
    client = refused_address()
    client.moves_to(NEW)
    assert client.climbed(ADDRESS) == ["doorbraaktafel"]
    assert [(str(m.key), m.detail) for m in client.sent("taken_over")] == [(f"{ADDRESS}#2", "doorbraaktafel")]
    rungs = len(client.sent("rung"))
    client.travels_to("2026-11-06 10:00").is_refused(ADDRESS)
    client.tick()
    assert len(client.sent("rung")) == rungs, "the table there has it already"
    assert [client.status(f"{ADDRESS}#{n}") for n in (1, 2)] == [Status.HANDED_OVER, Status.REFUSED]


def test_what_the_old_table_answered_is_laid_before_the_new_one() -> None:
    client = refused_address()
    client.hears(ADDRESS, RungName.DOORBRAAKTAFEL, Answer.BACK_TO_COUNTER)
    client.moves_to(NEW)
    assert [m.detail for m in client.sent("taken_over")] == ["doorbraaktafel"]
    (rung,) = client.provision(ADDRESS).rungs
    assert rung.answer is None
    assert client.provision(f"{ADDRESS}#1").rungs[0].answer is Answer.BACK_TO_COUNTER


def test_a_submission_stays_open() -> None:
    client = a_client().needs("advance_payment").lives_until("2026-11-20 10:00")
    client.submits("advance_payment")
    client.moves_to(NEW)
    assert client.sent("taken_over") == []
    assert client.provision("advance_payment").rungs[-1].submitted
    assert lifecycle.derive(client.case, client.which("advance_payment"), client.moment).lies_with == "maatwerkloket"


def test_a_submission_that_was_not_judged_is_laid_before_the_officer_there() -> None:
    client = a_client().needs("advance_payment").lives_until("2026-11-20 10:00")
    client.moves_to(NEW)
    assert [m.detail for m in client.sent("taken_over")] == ["maatwerkloket"]
    client.submits("advance_payment")
    assert client.sent("submission")[0].municipality == NEW


def test_a_regional_table_that_is_not_there_hands_over_to_the_doorbraaktafel() -> None:
    client = a_client(municipality="havenmeer").needs("wmo_indication").lives_until("2026-11-12 10:00")
    assert client.climbed("wmo_indication")[-1] == "regional"
    client.moves_to(NEW)
    assert client.climbed("wmo_indication") == ["doorbraaktafel"]
    assert [m.detail for m in client.sent("taken_over")] == ["doorbraaktafel"]


def test_what_is_open_too_long_since_its_first_round_is_laid_before_the_new_table() -> None:
    """Moved on its last day, and moved on before it was late there: late counted from the first round."""
    client = a_client().needs("wmo_indication")  # due on Thursday 5 November
    client.lives_until("2026-11-05 10:00")
    client.moves_to(NEW)
    assert client.climbed("wmo_indication") == []
    client.lives_until("2026-11-09 10:00")
    client.moves_to("havenmeer")
    assert client.climbed("wmo_indication") == ["doorbraaktafel"]
    (climbed,) = client.sent("rung")
    assert (str(climbed.key), climbed.municipality) == ("wmo_indication#3", "havenmeer")
    assert not client.breached("wmo_indication")


def test_the_reminder_is_not_sent_twice_and_the_national_desk_counts_from_the_new_day() -> None:
    client = a_client().needs("advance_payment").lives_until("2026-11-10 10:00")
    assert client.climbed("advance_payment") == ["case_director", "doorbraaktafel"]
    client.moves_to(NEW)
    assert client.climbed("advance_payment") == ["case_director", "doorbraaktafel"]
    assert client.due("advance_payment") == day("2026-11-17")
    assert client.ahead("advance_payment") == {"maatwerkloket": midnight("2026-11-25")}


# --- who hears what --------------------------------------------------------------------------------------------------


def test_the_old_counter_is_thanked_or_asked_to_go_on_and_the_new_one_is_asked() -> None:
    client = a_client().needs("id_document", "advance_payment", "wmo_indication")
    client.gets("id_document")
    client.gets("advance_payment")
    client.moves_to(NEW)
    assert [(str(m.key), m.municipality) for m in client.sent("handover")] == [("wmo_indication", OLD)]
    assert [(str(m.key), m.municipality) for m in client.sent("go_on")] == [("advance_payment", OLD)]
    assert ("wmo_indication#2", NEW) in {(str(m.key), m.municipality) for m in client.sent("request")}
    assert {m.municipality for m in client.sent("handover_accepted")} == {OLD, NEW}


def test_what_ends_by_moving_is_offered_until_it_is_asked_for_again() -> None:
    client = a_client().needs("advance_payment", "id_document")
    client.gets("advance_payment")
    client.gets("id_document")
    client.moves_to(NEW)
    offered = lifecycle.offered_again(client.case, client.moment)
    assert [p.key for p in offered] == ["advance_payment"]
    client.needs_again("advance_payment", "moved")
    assert lifecycle.offered_again(client.case, client.moment) == ()
    assert client.provision("advance_payment").continues is None, "asked for by a person: it counts as started"


def test_the_objection_stays_with_the_municipality_that_refused() -> None:
    client = refused_address()
    open_before = {f.name for f in client.provision(ADDRESS).follow_ups if f.is_open}
    client.moves_to(NEW)
    old = client.provision(f"{ADDRESS}#1")
    assert deadlines.objection_until(client.situation(f"{ADDRESS}#1")) == day("2026-12-15")
    assert {f.name for f in old.follow_ups if f.is_open} == open_before - {"application_received"}
    client.lives_until("2026-12-02 10:00")
    reminded = [m for m in client.sent("follow_up") if m.key == old.id]
    assert reminded
    assert {m.municipality for m in reminded} == {OLD}


def test_directors_change_places() -> None:
    client = a_client().needs("wmo_indication")
    client.case = replace(client.case, director="regisseur.noord")
    client.is_handed_to(NEW, "regisseur-7")
    client.is_taken_over()
    assert client.case.director == "regisseur-7"
    assert client.case.director_in(OLD) == "regisseur.noord"


def test_a_move_back_is_a_move() -> None:
    client = a_client().needs("wmo_indication")
    client.travels_to("2026-11-03 10:00").moves_to(NEW)
    client.travels_to("2026-11-04 10:00").moves_to(OLD)
    rounds = client.case.rounds("wmo_indication")
    assert [(r.municipality, r.continues) for r in rounds] == [(OLD, None), (NEW, 1), (None, 2)]


@pytest.mark.parametrize("hour", ["2026-11-05 23:59", "2026-11-06 00:00"])
def test_a_handover_at_midnight(hour: str) -> None:
    client = a_client().needs("wmo_indication")
    client.lives_until(hour)
    client.moves_to(NEW)
    late = at(hour) >= midnight("2026-11-06")
    assert client.breached("wmo_indication#1") == late
    assert (client.climbed("wmo_indication") == ["doorbraaktafel"]) == late


def test_a_case_at_rest_stays_at_rest_when_it_moves() -> None:
    """Neither is anything late because of it, nor does a table hear of it; it is the new municipality that finds the client."""
    client = a_client("2026-11-02 09:00").needs("id_document", "benefit_decision")
    client.lives_until("2026-11-04 09:00")
    client.is_out_of_sight()
    lasting = client.case.resting(client.today)
    client.lives_until("2026-11-20 09:00")
    client.is_handed_to("havenmeer")
    client.lives_until("2026-11-24 09:00")
    client.is_taken_over()
    client.lives_until("2026-12-10 09:00")
    assert client.case.municipality == "havenmeer"
    assert client.case.resting(client.today) == lasting, "as long as it would have lasted there"
    assert [client.status(f"{key}#2") for key in ("id_document", "benefit_decision")] == [
        Status.WAITING,
        Status.BLOCKED,
    ]
    assert not client.overdue("id_document#2")
    assert client.climbed("id_document#2") == []
    said = refusal(lambda: client.gets("id_document#2"))
    assert "uit beeld" in str(said)

    client.is_back()
    assert client.due("id_document#2") == day("2026-12-16"), "the days at rest did not run for the new round either"
    client.lives_until("2026-12-18 09:00")
    assert (client.climbed("id_document#2"), client.breached("id_document#2")) == (
        ["case_director", "doorbraaktafel"],
        True,
    )
    assert not client.breached("id_document#1")
