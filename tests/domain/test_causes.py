"""Why something is not there yet (domain.md, "What happens in a life", rule 11)."""

from datetime import date

from provisions.domain.case import Answer
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.figures.facts import OutcomeFact, ProvisionFacts
from provisions.domain.figures.life import Life
from provisions.domain.ladder import lies_with
from provisions.domain.lines import RecordedLine
from provisions.domain.replay import Replay
from provisions.domain.rungs import RungName
from tests.builders import CATALOGUE, a_client, day, refusal

KEY = "id_document"


def test_what_is_said_last_counts_and_nobody_else_sees_it() -> None:
    client = a_client().needs(KEY).lives_until("2026-11-10 10:00")
    client.is_not_there_yet(KEY, "capacity")
    decision = client.is_not_there_yet(KEY, "documents")
    assert client.provision(KEY).cause == "documents"
    assert [(c.code, c.on) for c in client.provision(KEY).causes] == [
        ("capacity", day("2026-11-10")), ("documents", day("2026-11-10")),
    ]  # fmt: skip
    assert not decision.messages
    assert not decision.visible  # no run in Prefect is renewed


def test_it_may_come_with_an_answer_and_with_an_outcome() -> None:
    client = a_client().needs(KEY, "postal_address").lives_until("2026-11-10 10:00")
    client.hears(KEY, RungName.DOORBRAAKTAFEL, Answer.UNRESOLVED, "capacity")
    assert client.provision(KEY).cause == "capacity"
    client.is_refused(KEY, cause="identity")
    assert client.provision(KEY).cause == "identity"
    client.gets(KEY)
    assert client.provision(KEY).cause == "identity"
    lines = [
        RecordedLine(n, client.now, client.moment.by, line.what, line.key, dict(line.data), line.message)
        for n, line in enumerate(client.audit)
    ]
    said = Replay().follow(lines).provisions[client.which(KEY)]
    assert (said.causes, said.asked_on) == (client.provision(KEY).causes, day("2026-11-02"))


def test_of_what_came_late_it_can_be_said_afterwards_and_not_of_what_came_in_time() -> None:
    client = a_client().needs(KEY, "emergency_shelter").lives_until("2026-11-10 10:00")
    client.gets("emergency_shelter", on="2026-11-02", place="shelter")
    assert isinstance(refusal(lambda: client.is_not_there_yet("emergency_shelter", "no_place")), NotAllowed)
    client.gets(KEY)
    client.is_not_there_yet(KEY, "system")
    assert client.provision(KEY).cause == "system"


def test_an_unknown_cause_is_refused_with_those_that_exist() -> None:
    client = a_client().needs(KEY)
    fault = refusal(lambda: client.is_not_there_yet(KEY, "no_reason"))
    assert isinstance(fault, InvalidInput)
    assert "region_dispute" in str(fault)


def cause(breach: str, **known: object) -> str:
    needed = day("2026-11-02")
    facts = ProvisionFacts(KEY, needed, needed, due=day("2026-11-09"), **known)  # type: ignore[arg-type]
    return Life(facts, CATALOGUE.rule(KEY)).cause(day(breach), None)


def test_without_one_the_report_says_what_the_record_shows() -> None:
    asked: date = day("2026-11-02")
    refused = [OutcomeFact("refused", day("2026-11-05"))]
    assert cause("2026-11-10", asked_on=asked) == "counter"
    assert cause("2026-11-10") == "counter"  # of an older record, it is believed
    assert cause("2026-11-10", asked_on=asked, outcomes=refused) == "refused"
    assert cause("2026-11-10", asked_on=asked, cause="no_place", outcomes=refused) == "no_place"
    assert cause("2026-11-10", asked_on=day("2026-11-09")) == "counter"
    assert cause("2026-11-10", asked_on=day("2026-11-10")) == "registered_late"
    assert cause("2026-11-10", asked_on=day("2026-11-20"), outcomes=refused) == "registered_late"


def test_it_lies_with_the_counter_only_where_that_was_asked_in_time() -> None:
    client = a_client("2026-11-20 09:00").needs(KEY, on="2026-11-02")
    assert client.provision(KEY).asked_on == day("2026-11-20")
    assert lies_with(client.situation(KEY)) == "case_director"
    client.tick().hears(KEY, RungName.DOORBRAAKTAFEL, Answer.PRIORITY)
    client.tick()
    in_time = a_client("2026-11-04 09:00").needs(KEY, on="2026-11-02")
    assert lies_with(in_time.situation(KEY)) == "loket"
