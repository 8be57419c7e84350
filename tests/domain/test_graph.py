"""What waits for what: rules 1 and 2 of domain.md."""

from itertools import chain, combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain import graph
from provisions.domain.case import Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import Need
from provisions.domain.rules import Brp, Dependency, OutcomeName
from tests.builders import CATALOGUE, KEYS, a_client, day, is_dutch, refusal

WITHDRAWN_FIELDS = {"emergency_shelter": {"offered_instead": "hotel"}}
AGREED = {"housing", "social_network"}


def need(key: str, *, urgent: bool = False, waive: dict[str, str] | None = None) -> Need:
    return Need(key, agreed=day("2026-12-24") if key in AGREED else None, urgent=urgent, waive=waive or {})


def edges(brp: Brp, *, urgent: bool = False) -> dict[str, tuple[Dependency, ...]]:
    return {k: graph.dependencies(r, brp, urgent=urgent) for k, r in CATALOGUE.provisions.items()}


# --- the edges of domain.md ------------------------------------------------------------------------------------------


def test_the_edges_are_those_of_the_table() -> None:
    assert {k: [str(d) for d in ds] for k, ds in edges(Brp.UNKNOWN).items() if ds} == {
        "postal_address": ["id_document"],
        "housing": ["id_document"],
        "benefit_decision": ["id_document"],
        "debt_counselling": ["id_document", "emergency_shelter|housing", "benefit_decision"],
        "health_insurance": ["id_document", "postal_address|housing"],
    }


def test_for_an_unregistered_client_the_first_edge_turns_round() -> None:
    turned = {k: [str(d) for d in ds] for k, ds in edges(Brp.UNREGISTERED).items() if ds}
    assert turned["id_document"] == ["postal_address"]
    assert "postal_address" not in turned


def test_registered_meets_the_address_side_of_the_health_insurance() -> None:
    assert [str(d) for d in edges(Brp.REGISTERED)["health_insurance"]] == ["id_document"]


def test_urgent_debts_wait_for_nothing() -> None:
    for brp in Brp:
        assert edges(brp, urgent=True)["debt_counselling"] == ()


@pytest.mark.parametrize("brp", list(Brp))
def test_there_is_no_cycle_for_any_client(brp: Brp) -> None:
    assert graph.find_cycle(edges(brp)) is None


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3), max_size=6))
def test_a_cycle_is_found_exactly_where_no_order_exists(drawn: dict[str, list[str]]) -> None:
    found = graph.find_cycle({k: [Dependency((d,)) for d in ds] for k, ds in drawn.items()})
    settled: set[str] = set("abcdef") - set(drawn)
    while ready := {k for k, ds in drawn.items() if k not in settled and settled.issuperset(ds)}:
        settled |= ready
    assert (found is None) == (settled == set("abcdef"))
    if found:
        assert found[0] == found[-1]
        assert all(b in drawn[a] for a, b in pairwise(found))


@pytest.mark.parametrize("brp", list(Brp))
@given(data=st.data())
def test_everything_starts_when_what_has_started_is_delivered_in_any_order(brp: Brp, data: st.DataObject) -> None:
    client = a_client(brp=brp).needs(*(need(k) for k in KEYS))
    while running := [k for k in KEYS if client.status(k) is Status.WAITING]:
        client.gets(data.draw(st.sampled_from(running)))
    assert {client.status(k) for k in KEYS} == {Status.DELIVERED}


# --- starting --------------------------------------------------------------------------------------------------------


def test_the_id_starts_before_the_address_and_the_benefit() -> None:
    client = a_client().needs("id_document", "postal_address", "benefit_decision")
    assert client.status("id_document") is Status.WAITING
    assert client.status("postal_address") is client.status("benefit_decision") is Status.BLOCKED
    client.travels_to("2026-11-04 14:00").gets("id_document")
    assert client.status("postal_address") is client.status("benefit_decision") is Status.WAITING
    assert client.provision("postal_address").started_on == day("2026-11-04")
    assert client.due("postal_address") == day("2026-11-06")


def test_the_clock_starts_on_the_day_of_the_event_not_of_the_recording() -> None:
    client = a_client().needs("id_document", "postal_address").travels_to("2026-11-09 09:00")
    client.gets("id_document", on="2026-11-04")
    assert client.provision("postal_address").started_on == day("2026-11-04")
    assert client.overdue("postal_address")


def test_the_last_dependency_decides() -> None:
    client = a_client(present=frozenset({"emergency_shelter"})).needs(
        "id_document", "benefit_decision", "debt_counselling"
    )
    client.travels_to("2026-11-05 09:00").gets("id_document")
    assert client.status("debt_counselling") is Status.BLOCKED
    client.travels_to("2026-11-12 09:00").gets("benefit_decision", on="2026-11-11")
    assert client.provision("debt_counselling").started_on == day("2026-11-11")


@pytest.mark.parametrize("side", ["emergency_shelter", "housing"])
def test_either_side_is_enough(side: str) -> None:
    client = a_client(present=frozenset({"id_document", "benefit_decision"})).needs(
        need("emergency_shelter"), need("housing"), "debt_counselling"
    )
    assert client.status("debt_counselling") is Status.BLOCKED
    client.gets(side)
    assert client.status("debt_counselling") is Status.WAITING


@pytest.mark.parametrize("text", ["emergency_shelter", "housing", "housing|emergency_shelter"])
def test_waiving_either_side_satisfies_both(text: str) -> None:
    client = a_client(present=frozenset({"id_document", "benefit_decision"})).needs(
        need("emergency_shelter"), "debt_counselling"
    )
    client.starts_without("debt_counselling", text)
    assert client.status("debt_counselling") is Status.WAITING
    assert client.provision("debt_counselling").waived("emergency_shelter|housing")


def test_waiving_both_sides_at_intake_is_once_too_many() -> None:
    both = {"emergency_shelter": "slaapt bij familie", "housing": "slaapt bij familie"}
    client = a_client(present=frozenset({"id_document", "benefit_decision"}))
    refused = refusal(lambda: client.needs(need("debt_counselling", waive=both)))
    assert isinstance(refused, InvalidInput)
    assert "twee keer afgeweken" in str(refused)


def test_what_was_present_need_not_be_waited_for() -> None:
    client = a_client(present=frozenset({"id_document"})).needs("postal_address", "benefit_decision")
    assert client.status("postal_address") is client.status("benefit_decision") is Status.WAITING


def test_an_unregistered_client_gets_the_address_first() -> None:
    client = a_client(brp=Brp.UNREGISTERED).needs("id_document", "postal_address")
    assert client.status("postal_address") is Status.WAITING
    assert client.status("id_document") is Status.BLOCKED
    client.gets("postal_address")
    assert client.status("id_document") is Status.WAITING


def test_urgent_debts_start_at_once_with_three_working_days() -> None:
    client = a_client().needs(need("debt_counselling", urgent=True))
    assert client.due("debt_counselling") == day("2026-11-05")


def test_an_application_that_must_not_wait_goes_out_at_intake() -> None:
    client = a_client().needs("id_document", "emergency_shelter", "benefit_decision", "debt_counselling")
    for key in ("benefit_decision", "debt_counselling"):
        assert client.status(key) is Status.BLOCKED
        assert client.provision(key).applied_on == day("2026-11-02")
        assert len(client.sent("application", key)) == 1
    client.travels_to("2026-11-05 10:00").gets("id_document")
    assert client.provision("benefit_decision").applied_on == day("2026-11-02")
    assert not client.sent("request", "benefit_decision")  # the counter has it: it is told to go on
    assert len(client.sent("proceed", "benefit_decision")) == 1


def test_dependents_of_what_is_refused_or_withdrawn_stay_blocked() -> None:
    client = a_client().needs("id_document", "postal_address")
    client.is_refused("id_document")
    assert client.status("postal_address") is Status.BLOCKED
    client.does_without("id_document")
    assert client.status("postal_address") is Status.BLOCKED
    client.starts_without("postal_address", "id_document")
    assert client.status("postal_address") is Status.WAITING


def test_what_started_stays_started_when_its_dependency_is_reopened() -> None:
    client = a_client().needs("id_document", "postal_address")
    client.gets("id_document")
    client.reopens("id_document")
    assert client.status("postal_address") is Status.WAITING


@pytest.mark.parametrize("how", list(OutcomeName))
def test_the_waiver_is_offered_once_when_the_id_is_late_or_refused(how: OutcomeName) -> None:
    client = a_client().needs("id_document", "postal_address", "benefit_decision")
    if how is OutcomeName.REFUSED:
        client.is_refused("id_document")
        client.tick()
    client.lives_until("2026-11-30 12:00")
    (offer,) = client.sent("waiver_offer")
    assert str(offer.key) == "id_document"
    (line,) = [line for line in client.audit if line.message == offer.id]
    assert line.data["dependents"] == ["postal_address", "benefit_decision"]


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_need_whose_dependency_is_nowhere_is_refused_with_the_remedies() -> None:
    refused = refusal(lambda: a_client().needs("postal_address", "debt_counselling"))
    assert isinstance(refused, InvalidInput)
    text = str(refused)
    assert all(
        word in text for word in ("'postal_address'", "'id_document'", "nodig is", "er al is", "een afwijking vast")
    )
    assert "'emergency_shelter|housing'" in text
    assert "een van de twee is genoeg" in text
    assert len(refused.lines) == 4  # every fault at once


def test_a_dependency_that_was_withdrawn_is_not_needed_any_more() -> None:
    client = a_client().needs("id_document")
    client.does_without("id_document")
    refused = refusal(lambda: client.also_needs("postal_address"))
    assert isinstance(refused, InvalidInput)
    client.also_needs(need("postal_address", waive={"id_document": "bewijslast achteraf"}))
    assert client.status("postal_address") is Status.WAITING


@pytest.mark.parametrize(
    ("key", "dependency"), [("postal_address", "housing"), ("id_document", "postal_address"), ("postal_address", "")]
)
def test_a_waiver_of_a_dependency_that_is_not_there_is_refused(key: str, dependency: str) -> None:
    client = a_client().needs("id_document", "postal_address")
    refused = refusal(lambda: client.starts_without(key, dependency))
    assert isinstance(refused, InvalidInput)
    assert is_dutch(refused)


def test_a_waiver_of_what_is_no_longer_waited_for_is_not_allowed() -> None:
    client = a_client().needs("id_document", "postal_address")
    client.starts_without("postal_address", "id_document")
    assert isinstance(refusal(lambda: client.starts_without("postal_address", "id_document")), NotAllowed)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Need("housing"), "de afgesproken datum voor 'housing'"),
        (Need("id_document", agreed=day("2026-12-01")), "streeftermijn"),
        (Need("social_network", agreed=day("2026-11-01")), "2026-11-01"),
        (Need("id_document", urgent=True), "spoed"),
        (Need("id_document", needed_from=day("2026-12-01")), "dag vanaf wanneer 'id_document' nodig is"),
        (Need("emergency_shelter", needed_from=day("2026-11-01")), "dag vanaf wanneer 'emergency_shelter' nodig is"),
    ],
    ids=lambda w: w.key if isinstance(w, Need) else w,
)
def test_a_need_that_can_not_be_is_refused(wrong: Need, says: str) -> None:
    refused = refusal(
        lambda: a_client().needs("id_document", wrong) if wrong.key != "id_document" else a_client().needs(wrong)
    )
    assert isinstance(refused, InvalidInput)
    assert says in str(refused)


def test_every_choice_of_needs_is_taken_in_or_refused_with_a_reason() -> None:
    """All 4,096 sets of needs: whoever is taken in can get everything."""
    for chosen in chain.from_iterable(combinations(KEYS, n) for n in range(1, len(KEYS) + 1)):
        required = [d for k in chosen for d in CATALOGUE.rule(k).after]
        satisfiable = all(set(d.alternatives) & set(chosen) for d in required)
        try:
            client = a_client().needs(*(need(k) for k in chosen))
        except InvalidInput:
            assert not satisfiable
        else:
            assert satisfiable
            assert any(client.status(k) is Status.WAITING for k in chosen)
