"""The place to sleep is lost, kept, or another is found (domain.md, "What happens in a life", rule 5)."""

from dataclasses import replace

import pytest

from provisions.domain import deadlines, lifecycle
from provisions.domain.case import PlaceState, Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import Need
from tests.builders import CATALOGUE, Client, a_client, day, refusal
from tests.domain.test_case_facts import replayed

SHELTER = "emergency_shelter"


def due(client: Client, key: str = SHELTER) -> str:
    end = deadlines.due(client.situation(key))
    assert end is not None
    return end.due.isoformat()


def explained(client: Client) -> bool:
    return replayed(client).differences(client.case, exact=False) == []


def proposed(client: Client) -> list[tuple[str, str | None, str | None]]:
    found = lifecycle.proposals(client.case, CATALOGUE, client.today)
    return [(one.key, one.purpose, one.urgent) for one in found]


def test_shelter_is_needed_from_the_day_on_which_the_place_is_lost() -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    decision = client.loses_the_place("2026-12-12")
    shelter = client.provision(SHELTER)
    assert (shelter.needed_from, shelter.again, shelter.round) == (day("2026-12-12"), None, 1)
    assert (due(client), shelter.started_on) == ("2026-12-12", client.today)
    assert [m.kind for m in decision.messages] == ["request"]
    assert client.case.place_ends(client.today) == day("2026-12-12")
    assert client.case.place_ends(day("2026-12-13")) is None
    assert explained(client)


def test_no_sentence_of_the_record_tells_which_place_it_was_or_why_it_ends() -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    client.loses_the_place("2026-12-12", "detention", "release")
    client.keeps_the_place("2026-12-20")
    client.finds_a_place("2026-12-30")
    client.keeps_the_place()
    told = " ".join(line.because for line in client.audit).lower()
    assert not [word for word in ("detentie", "vrijlating", "detention", "release") if word in told]


def test_shelter_that_was_there_before_is_a_new_round_and_one_that_is_open_keeps_its_day() -> None:
    client = a_client("2026-11-02 09:00").needs(SHELTER)
    client.gets(SHELTER)
    client.travels_to("2026-11-26 09:00")
    client.loses_the_place("2026-12-12", "shelter", "term")
    second = client.provision(f"{SHELTER}#2")
    assert (second.again, second.needed_from, client.case.places[-1].added) == ("place_lost", day("2026-12-12"), 2)

    late = a_client("2026-11-02 09:00").needs(SHELTER).lives_until("2026-11-26 09:00")
    late.loses_the_place("2026-12-12")
    assert (due(late), late.case.places[-1].added, len(late.case.provisions)) == ("2026-11-02", None, 1)

    was_there = a_client("2026-11-02 09:00", present=frozenset({SHELTER})).needs("wmo_indication")
    was_there.loses_the_place("2026-12-12", "shelter", "behaviour")
    assert SHELTER in was_there.case.present
    assert was_there.provision(SHELTER).again == "place_lost"
    assert explained(client)
    assert explained(late)
    assert explained(was_there)


def test_another_day_moves_what_was_added() -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    client.loses_the_place("2026-12-12")
    client.travels_to("2026-11-30 09:00")
    decision = client.loses_the_place("2026-12-03", "clinic", "discharge")
    assert due(client) == "2026-12-03"
    assert "new_day" in [m.kind for m in decision.messages]
    assert [(p.ends, p.on) for p in client.case.places] == [(day("2026-12-03"), day("2026-11-26"))]
    client.keeps_the_place("2026-12-18")
    assert due(client) == "2026-12-18"
    client.finds_a_place("2027-01-15")
    first, found = client.case.places
    assert (first.state, first.added) == (PlaceState.FOUND, None)
    assert (found.kind, found.because, found.ends, found.added) == ("temporary", "term", day("2027-01-15"), 1)
    assert due(client) == "2027-01-15"
    assert len(client.case.rounds(SHELTER)) == 1
    assert explained(client)


@pytest.mark.parametrize("how", ["kept", "found"])
def test_what_the_place_added_ends_when_it_is_not_lost(how: str) -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    client.gets_director("regisseur.zuid")
    client.loses_the_place("2026-12-12")
    client.travels_to("2026-12-01 09:00")
    decision = client.keeps_the_place() if how == "kept" else client.finds_a_place()
    shelter = client.provision(SHELTER)
    assert (shelter.status, shelter.ended_on) == (Status.ENDED, client.today)
    assert {"cancelled", "recorded"} == {m.kind for m in decision.messages}
    assert client.case.lost_place is None
    assert not client.breached(SHELTER)
    assert isinstance(refusal(client.keeps_the_place), NotAllowed)
    assert explained(client)
    # It did not end with the case: an end by mistake has nothing to do with it.
    client.closes("died")
    client.ended_by_mistake()
    assert client.provision(SHELTER).status is Status.ENDED
    assert client.provision("wmo_indication").status is Status.WAITING
    assert explained(client)


def test_what_was_open_before_keeps_its_own_day_when_the_place_is_kept() -> None:
    client = a_client("2026-11-26 09:00").needs(Need(SHELTER, needed_from=day("2026-12-01")))
    client.loses_the_place("2026-12-12")
    client.keeps_the_place()
    assert (client.provision(SHELTER).status, due(client)) == (Status.WAITING, "2026-12-01")
    assert explained(client)


def test_what_was_found_too_late_stays_a_breach() -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    client.loses_the_place("2026-11-30")
    client.lives_until("2026-12-02 09:00")
    assert client.breached(SHELTER)
    client.finds_a_place()
    assert client.provision(SHELTER).status is Status.ENDED
    assert client.breached(SHELTER)
    assert explained(client)


def test_what_else_may_be_needed_is_proposed_and_never_added() -> None:
    client = a_client("2026-11-26 09:00", present=frozenset({"id_document", "benefit_decision", "housing"}))
    client.needs("postal_address")
    client.loses_the_place("2026-12-12", "lease", "arrears")
    assert proposed(client) == [("housing", "keep", None), ("debt_counselling", None, "eviction")]
    client.also_needs(Need("debt_counselling"))
    assert ("debt_counselling", None, "eviction") in proposed(client)  # asked for, and not urgently
    client.gets_urgent("debt_counselling")
    client.gets("postal_address")
    client.needs_again("housing", purpose="keep", agreed=day("2026-12-03"))
    assert proposed(client) == []
    clinic = a_client("2026-11-26 09:00").needs("wmo_indication")
    clinic.loses_the_place("2026-12-12", "clinic", "discharge")
    assert proposed(clinic) == [("housing", None, None), ("postal_address", None, None)]
    clinic.keeps_the_place()
    assert proposed(clinic) == []


def test_a_place_that_ends_wakes_a_case_at_rest() -> None:
    client = a_client("2026-11-02 09:00").needs(SHELTER, "wmo_indication")
    client.loses_the_place("2026-11-20")  # shelter is open: it keeps its own day
    client.is_out_of_sight()
    assert isinstance(refusal(lambda: client.loses_the_place("2026-11-21")), NotAllowed)
    client.lives_until("2026-11-20 09:00")
    assert client.case.rests[-1].woken == day("2026-11-20")


def test_the_round_that_was_added_is_the_one_that_goes_on_in_another_municipality() -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    client.loses_the_place("2026-12-12")
    client.moves_to("havenmeer")
    client.keeps_the_place()
    assert [r.status for r in client.case.rounds(SHELTER)] == [Status.HANDED_OVER, Status.ENDED]
    assert explained(client)


def test_a_place_is_never_taken_back_and_the_record_must_say_so() -> None:
    client = a_client("2026-11-26 09:00").needs("wmo_indication")
    decision = client.loses_the_place("2026-12-12")
    assert lifecycle.never_undone(decision, client.moment) == "place"
    changed = replace(client.case, places=(replace(client.case.places[0], kind="lease"),))
    assert [d.column for d in replayed(client).differences(changed, exact=False)] == ["place"]
    assert isinstance(refusal(lambda: client.loses_the_place("2026-11-25")), InvalidInput)
