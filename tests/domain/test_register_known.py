"""It becomes known whether a client is registered (domain.md, "What happens in a life", rule 3)."""

import pytest

from provisions.domain.case import Case, Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.figures.facts import CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.figures.history import History
from provisions.domain.lines import RecordedLine
from provisions.domain.replay import Replay
from provisions.domain.rules import Brp
from provisions.domain.weeks import Week
from tests.builders import CATALOGUE, Client, a_client, day, refusal

BOTH = ("id_document", "postal_address")


def test_who_turns_out_not_to_be_registered_gets_the_address_first_from_that_day() -> None:
    client = a_client().needs(*BOTH).lives_until("2026-11-16 10:00")
    assert client.status("postal_address") is Status.BLOCKED
    client.is_registered(Brp.UNREGISTERED)
    assert client.provision("postal_address").started_on == day("2026-11-16")
    assert client.due("postal_address") == day("2026-11-18")
    assert client.provision("id_document").started_on == day("2026-11-02")  # what has started keeps its start
    assert [m.key and m.key.key for m in client.sent("request")] == ["id_document", "postal_address"]


def test_recorded_late_it_counts_from_its_own_day() -> None:
    client = a_client().needs(*BOTH).lives_until("2026-11-16 10:00")
    client.is_registered(Brp.UNREGISTERED, on="2026-11-05")
    assert client.provision("postal_address").started_on == day("2026-11-05")


def test_who_turns_out_to_be_registered_has_an_address_for_the_insurance() -> None:
    client = a_client().needs(*BOTH, "health_insurance")
    client.travels_to("2026-11-04 10:00").gets("id_document")
    assert client.status("health_insurance") is Status.BLOCKED
    client.travels_to("2026-11-06 10:00").is_registered()
    assert client.provision("health_insurance").started_on == day("2026-11-06")


def test_what_was_met_in_the_time_before_starts_then_also_when_that_is_recorded_later() -> None:
    client = a_client().needs(*BOTH, "health_insurance").travels_to("2026-11-10 10:00")
    client.is_registered(on="2026-11-09")
    client.gets("id_document", on="2026-11-05")
    assert client.provision("postal_address").started_on == day("2026-11-05")  # waited for the card, before and after
    assert client.provision("health_insurance").started_on == day("2026-11-09")  # had an address from that day only


def refused_while_unknown() -> Client:
    client = a_client().needs(*BOTH)
    client.travels_to("2026-11-04 10:00").is_refused("id_document")
    client.travels_to("2026-11-16 10:00").is_registered(Brp.UNREGISTERED)
    return client


def test_a_card_refused_while_it_was_unknown_is_asked_again_when_the_address_is_there() -> None:
    client = refused_while_unknown()
    assert not client.sent("asked_anew")
    client.travels_to("2026-11-18 10:00").gets("postal_address")
    assert [m.key and m.key.key for m in client.sent("asked_anew")] == ["id_document"]
    assert client.status("id_document") is Status.REFUSED  # an outcome is undone by nobody but a person
    client.travels_to("2026-11-20 10:00").gets("id_document")
    assert len(client.sent("asked_anew")) == 1


def test_it_is_asked_again_at_once_where_the_address_was_there_already() -> None:
    client = a_client().needs(*BOTH)
    client.starts_without("postal_address", "id_document")
    client.travels_to("2026-11-04 10:00").is_refused("id_document")
    client.gets("postal_address")
    assert not client.sent("asked_anew")
    client.travels_to("2026-11-16 10:00").is_registered(Brp.UNREGISTERED)
    assert len(client.sent("asked_anew")) == 1


def test_a_card_refused_when_it_was_known_is_not_asked_again() -> None:
    client = a_client(brp=Brp.REGISTERED).needs(*BOTH)
    client.travels_to("2026-11-04 10:00").is_refused("id_document")
    client.travels_to("2026-11-16 10:00").is_registered(Brp.UNREGISTERED)
    client.travels_to("2026-11-18 10:00").gets("postal_address")
    assert not client.sent("asked_anew")


def test_the_same_again_and_what_can_not_be_are_refused() -> None:
    client = a_client(brp=Brp.REGISTERED).needs(*BOTH)
    assert isinstance(refusal(client.is_registered), NotAllowed)
    assert isinstance(refusal(lambda: client.is_registered(Brp.UNKNOWN)), InvalidInput)
    client.travels_to("2026-11-16 10:00").is_registered(Brp.UNREGISTERED, on="2026-11-10")
    assert isinstance(refusal(lambda: client.is_registered(on="2026-11-09")), InvalidInput)


def test_two_changes_on_one_day_leave_what_was_known_before_it() -> None:
    client = a_client().needs(*BOTH).travels_to("2026-11-16 10:00")
    client.is_registered()
    client.is_registered(Brp.UNREGISTERED)
    assert client.case.brp_known == ((day("2026-11-02"), Brp.UNKNOWN), (day("2026-11-16"), Brp.UNREGISTERED))


def test_the_record_explains_it() -> None:
    client = refused_while_unknown()
    lines = [
        RecordedLine(n, client.now, client.moment.by, line.what, line.key, dict(line.data), line.message)
        for n, line in enumerate(client.audit)
    ]
    assert Replay().follow(lines).differences(client.case, exact=False) == []


def facts(case: Case) -> CaseFacts:
    return CaseFacts(
        case.brp_known,
        [(case.opened, case.municipality)],
        [
            ProvisionFacts(
                p.key, p.needed_on, p.started_on, outcomes=[OutcomeFact(o.name.value, o.on) for o in p.outcomes]
            )
            for p in case.provisions.values()
        ],
    )


@pytest.mark.parametrize(("week", "waits"), [("2026-W45", {"id_document": 1}), ("2026-W47", {})])
def test_past_weeks_read_what_was_so_on_their_days(week: str, waits: dict[str, int]) -> None:
    client = a_client().needs(*BOTH).travels_to("2026-11-18 10:00")
    client.is_registered(Brp.UNREGISTERED, on="2026-11-17")
    client.gets("postal_address")
    history = History(CATALOGUE.provisions, day("2026-11-30"), Week.parse("2026-W45"))
    history.add(facts(client.case))
    assert history.row(["postal_address"], Week.parse(week))["blocked_on"] == waits
    assert history.where_days_went([Week.parse("2026-W47")]) is None  # of one it tells nothing
