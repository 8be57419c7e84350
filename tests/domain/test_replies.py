"""What those say who were asked: a counter, a table, whoever judges (web.md, "Answering by link")."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions.domain import lifecycle
from provisions.domain.answering import Asked, question_of
from provisions.domain.case import BY_COUNTER, Answer, ProvisionKey, Said, Status
from provisions.domain.errors import InvalidInput, NoLongerAsked, NotAllowed
from provisions.domain.lifecycle import FromCounter, Moment, Since, Via
from provisions.domain.lines import RecordedLine
from provisions.domain.messages import MessageKind
from provisions.domain.questions import Question, receiver
from provisions.domain.replay import Replay
from provisions.domain.rungs import RungName
from provisions.views.replied import course
from tests.builders import CASE_ID, CATALOGUE, Client, a_client, at, day, refusal

KEY, COUNTER = "id_document", "loket-burgerzaken"
TABLE = RungName.DOORBRAAKTAFEL


def asked(until: str = "2026-11-04 10:00") -> Client:
    """An identity document, asked on 2 November: due on the ninth."""
    return a_client().needs(KEY).lives_until(until)


def kinds(client: Client) -> list[str]:
    return [message.kind for message in client.messages]


def replayed(client: Client) -> object:
    lines = [
        RecordedLine(n, client.now, client.moment.by, line.what, line.key, dict(line.data), line.message)
        for n, line in enumerate(client.audit)
    ]
    return Replay().follow(lines).provisions[client.which(KEY)].replies


def test_a_promised_day_moves_nothing_and_is_told_on_the_plan() -> None:
    client = asked()
    before = lifecycle.derive(client.case, client.which(KEY), client.moment)
    client.counter_says(KEY, Said.SEEN)
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    after = lifecycle.derive(client.case, client.which(KEY), client.moment)
    assert replace(after, next_at=None) == replace(before, next_at=None)
    assert client.provision(KEY).promised == day("2026-11-06")
    assert course(client.provision(KEY)) == "gevraagd 2 nov, pakken het op 4 nov, klaar op 6 nov"
    assert [r.receiver for r in client.provision(KEY).replies] == [COUNTER, COUNTER]
    assert replayed(client) == client.provision(KEY).replies
    assert kinds(client).count("replied") == 1  # that it was seen is no letter


def test_the_counter_is_reminded_once_on_the_day_that_it_promised() -> None:
    client = asked()
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    client.lives_until("2026-11-06 09:00")
    assert kinds(client).count("promised_today") == 1
    client.lives_until("2026-12-01 09:00")
    assert kinds(client).count("promised_today") == 1
    assert client.provision(KEY).rung(TABLE) is not None  # it moved nothing
    assert replayed(client) == client.provision(KEY).replies


def test_who_types_over_what_was_said_gets_no_letter_about_it() -> None:
    client = asked()
    client.gets_director(client.moment.by)
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    assert "replied" not in kinds(client)


def test_a_new_day_replaces_the_old_one_and_has_its_own_reminder() -> None:
    client = asked()
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    client.counter_says(KEY, Said.PROMISED, on="2026-11-12")
    client.lives_until("2026-11-12 09:00")
    assert [m.detail for m in client.messages if m.kind == "promised_today"] == ["2026-11-12"]


@pytest.mark.parametrize("says", [Said.OBSTACLE, Said.REFUSED])
def test_who_says_that_it_will_not_be_promises_nothing_any_more(says: Said) -> None:
    client = asked()
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    client.counter_says(KEY, says, cause="documents")
    assert client.provision(KEY).promised is None
    assert client.provision(KEY).cause == "documents"
    client.lives_until("2026-11-06 12:00")
    assert "promised_today" not in kinds(client)


def test_a_day_named_for_today_is_not_reminded_of_and_one_that_is_past_is_refused() -> None:
    client = asked()
    client.counter_says(KEY, Said.PROMISED, on="2026-11-04")
    client.lives_until("2026-11-05 09:00")
    assert "promised_today" not in kinds(client)
    assert isinstance(refusal(lambda: client.counter_says(KEY, Said.PROMISED, on="2026-11-03")), InvalidInput)


def test_no_reminder_while_the_clock_stands_still_and_one_when_it_runs_again() -> None:
    client = asked()
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    client.stops_the_clock(KEY, until="2026-11-11")
    client.lives_until("2026-11-10 23:00")
    assert "promised_today" not in kinds(client)
    client.lives_until("2026-11-11 09:00")
    assert kinds(client).count("promised_today") == 1


def test_at_rest_nothing_is_reminded_of_and_no_reason_is_told() -> None:
    client = asked()
    client.counter_says(KEY, Said.PROMISED, on="2026-11-06")
    client.is_out_of_sight()
    client.lives_until("2026-11-08 09:00")
    assert "promised_today" not in kinds(client)
    client.counter_says(KEY, Said.CALL_ME)
    said = str(refusal(lambda: client.counter_says(KEY, Said.DELIVERED)))
    assert "beeld" not in said
    assert client.case.reference not in said


def test_each_answer_of_a_counter_is_the_fact_that_it_is() -> None:
    client = a_client().needs("benefit_decision", KEY).lives_until("2026-11-04 10:00")
    client.counter_says("benefit_decision", Said.APPLIED, on="2026-11-03")
    assert client.provision("benefit_decision").milestone("applied") == day("2026-11-03")
    client.counter_says(KEY, Said.READY)
    assert client.provision(KEY).status is Status.WAITING
    client.counter_says(KEY, Said.DELIVERED, on="2026-11-04", fields={"paid_by": "free"})
    assert client.provision(KEY).status is Status.DELIVERED
    client.counter_says("benefit_decision", Said.REFUSED, cause="documents", fields={"announced_by": "letter"})
    assert client.provision("benefit_decision").status is Status.REFUSED


def test_the_number_of_the_counter_comes_with_any_answer_and_is_noted_once() -> None:
    client = asked()
    client.counter_says(KEY, Said.SEEN, number="BZ-77")
    client.counter_says(KEY, Said.SEEN, number="BZ-77")
    assert client.provision(KEY).their_number == "BZ-77"
    assert [line.what for line in client.audit].count("provision.number") == 1


def test_what_asks_something_waits_until_it_is_taken_up() -> None:
    client = asked()
    client.counter_says(KEY, Said.CALL_ME)
    assert [reply.is_open for reply in client.provision(KEY).replies] == [True]
    client.takes_up(KEY)
    assert [reply.is_open for reply in client.provision(KEY).replies] == [False]
    assert replayed(client) == client.provision(KEY).replies
    assert isinstance(refusal(lambda: client.takes_up(KEY)), NotAllowed)


def test_after_the_end_it_is_told_that_nothing_is_asked_any_more() -> None:
    client = asked()
    client.gets(KEY)
    fault = refusal(lambda: client.counter_says(KEY, Said.SEEN))
    assert isinstance(fault, NoLongerAsked)
    assert (fault.why, client.case.reference in str(fault)) == ("over", False)


def test_a_round_that_was_handed_over_is_another_municipality_s() -> None:
    client = asked()
    client.moves_to("duinrade")
    fault = refusal(lambda: client.counter_says(f"{KEY}#1", Said.SEEN))
    assert isinstance(fault, NoLongerAsked)
    assert fault.why == "handed_over"
    client.counter_says(f"{KEY}#2", Said.SEEN)


def test_a_table_answers_once_and_asks_back_as_often_as_it_wants() -> None:
    client = asked("2026-11-11 09:00")
    client.table_says(KEY, TABLE, Said.ASK_BACK)
    assert client.provision(KEY).rung(TABLE).answer is None  # type: ignore[union-attr]
    client.table_says(KEY, TABLE, Said.CUSTOMISED_BUDGET, amount=12_000, purpose="keep_place", spent_on="fees")
    assert client.provision(KEY).rung(TABLE).answer is Answer.CUSTOMISED_BUDGET  # type: ignore[union-attr]
    last = client.provision(KEY).replies[-1]
    assert (last.receiver, last.amount, last.purpose) == ("doorbraaktafel", 12_000, "keep_place")
    assert replayed(client) == client.provision(KEY).replies
    fault = refusal(lambda: client.table_says(KEY, TABLE, Said.PRIORITY))
    assert isinstance(fault, NoLongerAsked)
    assert fault.why == "answered"


def test_after_the_director_recorded_an_answer_a_table_hears_which() -> None:
    client = asked("2026-11-11 09:00")
    client.hears(KEY, TABLE, Answer.PRIORITY)
    assert "voorrang" in str(refusal(lambda: client.table_says(KEY, TABLE, Said.DEVIATION)))


def test_a_budget_has_an_amount_and_a_purpose_and_nothing_else_has() -> None:
    client = asked("2026-11-11 09:00")
    for more in ({}, {"amount": 0, "purpose": "keep_place"}, {"amount": 100}, {"amount": 100, "purpose": "zomaar"}):
        fault = refusal(lambda more=more: client.table_says(KEY, TABLE, Said.CUSTOMISED_BUDGET, **more))  # type: ignore[misc]
        assert isinstance(fault, InvalidInput)
    assert isinstance(refusal(lambda: client.table_says(KEY, TABLE, Said.PRIORITY, amount=100)), InvalidInput)


def test_whoever_judges_says_why_and_whether_the_register_was_looked_at() -> None:
    client = asked("2026-11-20 09:00")
    client.officer_says(KEY, Said.SUBMITTED)
    assert client.provision(KEY).rung(RungName.MAATWERKLOKET).submitted is True  # type: ignore[union-attr]
    assert client.provision(KEY).replies[-1].checked is True
    assert "submission" in kinds(client)
    assert isinstance(refusal(lambda: client.officer_says(KEY, Said.NOT_SUBMITTED)), NoLongerAsked)


def test_who_answered_takes_back_and_nobody_else_hears_why_not() -> None:
    client = asked()
    before = client.case
    client.counter_says(KEY, Said.CALL_ME)
    last = replace(client.last_act, by=COUNTER) if client.last_act else None
    moment = replace(client.moment, by=COUNTER, via=Via.LINK)
    back = lifecycle.take_back(client.case, client.which(KEY), last, Since(), moment)
    assert replace(back.case, act=0) == replace(before, act=0)
    for other in (replace(moment, by="loket-wmo"), replace(moment, now=at("2026-11-04 10:16"))):

        def again(other: Moment = other) -> object:
            return lifecycle.take_back(client.case, client.which(KEY), last, Since(), other)

        said = str(refusal(again))
        assert client.case.reference not in said
        assert COUNTER not in said


def test_the_counter_before_a_move_says_that_it_passes_on_what_it_has_and_nothing_of_the_round_changes() -> None:
    client = asked()
    client.moves_to("havenmeer")
    key = ProvisionKey(KEY)
    before = client.case.provisions[key]
    for kind in (MessageKind.HANDOVER, MessageKind.GO_ON):
        question = question_of(kind, None, client.case.id, key)
        assert question is not None
        assert question.moved
        assert Asked(question, "voorbeeldstad", client.moment.now).waits(client.case)
        assert not Asked(question, "havenmeer", client.moment.now).waits(client.case)
        assert not Asked(replace(question, moved=False), "voorbeeldstad", client.moment.now).waits(client.case)
    said = lifecycle.reply_after_moving(client.case, key, FromCounter(Said.SEEN), client.moment).case.provisions[key]
    assert replace(said, replies=before.replies) == before
    assert said.replies[-1].said is Said.SEEN


def test_a_letter_about_an_answer_that_was_taken_back_lapses() -> None:
    assert MessageKind.REPLIED.letter.lapses.__name__ == "not_said"


def test_receivers_are_functions() -> None:
    assert receiver(CATALOGUE.rule(KEY)) == COUNTER
    assert receiver(CATALOGUE.rule(KEY), RungName.REGIONAL) == "regionale-tafel"
    assert receiver(CATALOGUE.rule(KEY), RungName.MAATWERKLOKET) == "maatwerkfunctionaris"
    assert Question(CASE_ID, a_client().needs(KEY).which(KEY)).asked_as == "counter"


@given(st.lists(st.tuples(st.sampled_from(BY_COUNTER), st.integers(0, 9)), max_size=6))
def test_whatever_a_counter_says_in_whatever_order_the_record_says_the_same(
    said: list[tuple[Said, int]],
) -> None:
    client = asked()
    for what, days in said:
        on = f"2026-11-{4 + days:02}" if what is Said.PROMISED else None
        try:
            client.counter_says(KEY, what, on, cause="documents", fields={})
        except (InvalidInput, NotAllowed):
            continue
        client.tick()
    assert replayed(client) == client.provision(KEY).replies
    assert len({m.id for m in client.messages}) == len(client.messages)
    promised = [r.named for r in client.provision(KEY).replies if r.said is Said.PROMISED]
    assert client.provision(KEY).promised in (None, *promised[-1:])
