"""A counter decides on an application although its provision still waits (domain.md, "What happens in a life", rule 3)."""

from provisions.domain.case import Status
from provisions.domain.errors import NotAllowed
from tests.builders import Client, a_client, day, refusal

BENEFIT = "benefit_decision"


def applied() -> Client:
    return a_client().needs("id_document", "postal_address", BENEFIT).lives_until("2026-11-10 10:00")


def waived(client: Client, key: str) -> list[tuple[str, str, str]]:
    return [(w.dependency, w.code, w.on.isoformat()) for w in client.provision(key).waivers]


def test_it_starts_and_ends_that_day_with_a_waiver_for_what_was_not_there() -> None:
    client = applied()
    client.gets(BENEFIT, on="2026-11-09")
    provision = client.provision(BENEFIT)
    assert (provision.status, provision.started_on, provision.closed_on) == (
        Status.DELIVERED, day("2026-11-09"), day("2026-11-09"),
    )  # fmt: skip
    assert waived(client, BENEFIT) == [("id_document", "counter_decided", "2026-11-09")]
    assert not client.breached(BENEFIT)
    assert not client.sent("proceed")


def test_a_refusal_is_taken_too_and_climbs_at_once() -> None:
    client = applied()
    client.is_refused(BENEFIT)
    client.tick()
    assert client.status(BENEFIT) is Status.REFUSED
    assert client.climbed(BENEFIT) == ["doorbraaktafel"]
    assert not client.breached(BENEFIT)  # a decision was promised, and it came


def test_what_was_there_only_later_is_waived_for_that_day_too() -> None:
    client = a_client().needs("id_document", "emergency_shelter", BENEFIT, "debt_counselling")
    client.travels_to("2026-11-10 10:00").gets("id_document")
    client.travels_to("2026-11-12 10:00").gets("debt_counselling", on="2026-11-09")
    assert {d for d, _, _ in waived(client, "debt_counselling")} == {
        "id_document", "emergency_shelter|housing", BENEFIT,
    }  # fmt: skip


def test_what_was_not_applied_for_can_not_be_decided() -> None:
    client = applied()
    assert isinstance(refusal(lambda: client.gets("postal_address")), NotAllowed)
    assert isinstance(refusal(lambda: client.is_refused("postal_address")), NotAllowed)


def test_a_mistake_is_undone_and_the_clock_runs_from_that_day() -> None:
    client = applied()
    client.gets(BENEFIT)
    client.travels_to("2026-11-12 10:00").reopens(BENEFIT)
    assert (client.status(BENEFIT), client.provision(BENEFIT).started_on) == (Status.WAITING, day("2026-11-10"))
    assert client.due(BENEFIT) == day("2026-11-24")
    assert len(client.sent("again", BENEFIT)) == 1


def test_what_waited_for_it_starts() -> None:
    client = a_client(present=frozenset({"housing"})).needs("id_document", BENEFIT, "debt_counselling")
    client.travels_to("2026-11-10 10:00").gets(BENEFIT)
    client.travels_to("2026-11-11 10:00").gets("id_document")
    assert client.provision("debt_counselling").started_on == day("2026-11-11")
