"""Evidence afterwards, refusal, and withdrawing (domain.md, "What happens in a life", rules 10, 12 and 13)."""

import pytest

from provisions.domain import deadlines, lifecycle
from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle import Need
from tests.builders import Client, a_client, day, refusal


def follow_ups(client: Client, key: str) -> dict[str, str]:
    return {f.name: f.due.isoformat() for f in client.provision(key).follow_ups if f.is_open}


def refused(key: str, **fields: str) -> Client:
    client = a_client(present=frozenset({"id_document"})).needs(key)
    client.travels_to("2026-11-10 09:00").is_refused(key, **fields)
    return client


def test_evidence_that_would_come_afterwards_is_asked_after_in_four_weeks() -> None:
    client = a_client().needs("id_document", "postal_address", "wmo_indication")
    client._do(
        lifecycle.waive(
            client.case, client.which("postal_address"), "id_document", "de kaart volgt", client.moment, client.today,
            "evidence_afterwards",
        )
    )  # fmt: skip
    assert follow_ups(client, "postal_address")["evidence_received"] == "2026-11-30"
    client.gets("postal_address")
    assert "evidence_received" in follow_ups(client, "postal_address"), "that it is there is no evidence"


def test_a_waiver_of_another_kind_asks_for_nothing_and_an_unknown_code_is_refused() -> None:
    client = a_client().needs("id_document", "postal_address")
    said = refusal(
        lambda: lifecycle.waive(
            client.case, client.which("postal_address"), "id_document", "grond", client.moment, client.today, "flowers"
        )
    )
    assert isinstance(said, InvalidInput)
    assert "evidence_afterwards" in str(said)
    client.starts_without("postal_address", "id_document")
    assert client.provision("postal_address").waivers[0].code == "other"
    assert "evidence_received" not in follow_ups(client, "postal_address")


def test_a_need_may_say_at_once_why_it_need_not_wait() -> None:
    need = Need("postal_address", waive={"id_document": "DigiD"}, waive_because={"id_document": "identity_otherwise"})
    client = a_client().needs("id_document", need)
    assert [w.code for w in client.provision("postal_address").waivers] == ["identity_otherwise"]


def test_the_objection_counts_from_the_day_after_the_announcement() -> None:
    assert deadlines.objection_until(refused("day_activity").situation("day_activity")) == day("2026-12-22")
    client = refused("day_activity", announced_on="2026-11-06")
    assert deadlines.objection_until(client.situation("day_activity")) == day("2026-12-18")


def test_after_a_refusal_the_director_is_asked_in_weeks_one_two_and_five() -> None:
    client = refused("day_activity", announced_on="2026-11-06")
    planned = follow_ups(client, "day_activity")
    assert planned == {
        "refusal_discussed": "2026-11-13", "objection_considered": "2026-11-20", "objection_last_weeks": "2026-12-11",
    }  # fmt: skip
    client.travels_to("2026-11-18 09:00").reaches("day_activity", "objected")
    assert set(follow_ups(client, "day_activity")) == {"refusal_discussed"}
    client.gets("day_activity")
    assert "refusal_discussed" not in follow_ups(client, "day_activity"), "granted on objection"


@pytest.mark.parametrize("key", ["benefit_decision", "advance_payment"])
def test_without_benefit_or_advance_it_is_asked_the_same_day_what_the_client_lives_of(key: str) -> None:
    client = refused(key)
    assert follow_ups(client, key)["livelihood"] == "2026-11-10"
    client.tick()
    assert "livelihood" in [m.detail for m in client.sent("follow_up", key)]


def test_an_announcement_to_come_is_refused() -> None:
    said = refusal(lambda: refused("day_activity", announced_on="2026-12-24"))
    assert "toekomst" in str(said)


def test_who_declines_is_asked_again_after_three_months_and_who_needs_it_no_more_is_not() -> None:
    client = a_client().needs("wmo_indication", "day_activity")
    client.does_without("wmo_indication", why="client_declines")
    client.does_without("day_activity", why="not_needed")
    assert follow_ups(client, "wmo_indication") == {"asked_again": "2027-02-02"}
    assert follow_ups(client, "day_activity") == {}
