"""Each process says exactly what its rule can bring about: no caption for what can't happen, no happening without a caption.

What can happen is not read from the rule: clients are led through lives in which everything is tried that the domain knows.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import pytest

from flows.provision.catalogue import process_of
from flows.provision.process import AFTER_THE_END, EVERYWHERE, SILENT, Process, process
from provisions.domain.case import Answer, Said
from provisions.domain.lifecycle import Need
from provisions.domain.record import OTHERS_STARTED, Fact, facts_of
from provisions.domain.rules import Brp, FieldRule, OutcomeName, WarningTo
from provisions.domain.rungs import RungName
from tests.builders import CATALOGUE, KEYS, Client, a_client, attempt, day

REGIONAL, ELSEWHERE = "havenmeer", "voorbeeldstad"


def need(key: str, *, urgent: bool = False, waived: bool = False) -> Need:
    rule = CATALOGUE.rule(key)
    return Need(
        key,
        agreed=day("2026-11-20") if rule.needs_agreed_date else None,
        urgent=urgent,
        waive={str(edge): "bewijslast achteraf" for edge in rule.after} if waived else {},
        waive_because={str(edge): "evidence_afterwards" for edge in rule.after} if waived else {},
    )


def filled_in(key: str, name: OutcomeName) -> dict[str, str]:
    """Every field that belongs to this outcome."""

    def value(field: FieldRule) -> str:
        match field.kind:
            case "date":
                return "2026-11-02" if field.past else "2026-12-01"
            case "yes_no":
                return "yes"
            case _:
                return next(choice.value for choice in field.choices if choice.value not in field.refuse)

    filled = {field.name: value(field) for field in CATALOGUE.rule(key).fields if name in field.outcomes}
    return filled | ({"why": "client_declines"} if "why" in filled else {})


def begun(key: str) -> Iterator[Client]:
    """The client in each way in which a provision can begin."""
    for brp in Brp:
        yield a_client(municipality=REGIONAL, brp=brp).needs(*map(need, KEYS))
        yield a_client(municipality=REGIONAL, brp=brp, present=frozenset(KEYS) - {key}).needs(need(key))
    of_another = a_client(municipality=REGIONAL).needs(*map(need, KEYS))
    of_another.case = replace(of_another.case, director="regisseur.zuid")  # hears what others record
    yield of_another
    if CATALOGUE.rule(key).after:
        yield a_client(municipality=REGIONAL).needs(*map(need, set(KEYS) - {key}), need(key, waived=True))
    if CATALOGUE.rule(key).may_be_urgent:
        yield a_client(municipality=REGIONAL).needs(*map(need, set(KEYS) - {key}), need(key, urgent=True))


def tried(client: Client, key: str) -> None:
    attempt(lambda: client.moves_to(ELSEWHERE if client.case.municipality == REGIONAL else REGIONAL))
    attempt(lambda: client.stops_the_clock(key, until="2026-11-10"))
    attempt(lambda: client.agrees(key, "2026-11-30"))
    attempt(lambda: client.restarts_the_clock(key))
    if client.today < day("2026-11-03"):
        client.lives_until("2026-11-03 09:00")


def everything_happens(client: Client, key: str, *, at_once: bool) -> Client:
    """Whatever is refused did not happen. ``at_once``: it is delivered before anything else is."""
    if at_once:
        attempt(lambda: client.gets(key))
    tried(client, key)
    for number, approves in ((1, False), (2, True)):
        if attempt(lambda number=number: client.asks_for_a_longer_stop(key, number)):  # type: ignore[misc]
            continue
        client.lives_until(f"2026-11-0{3 + number} 09:00")
        attempt(lambda number=number, approves=approves: client.second(number, approves=approves))  # type: ignore[misc]
    attempt(lambda: client.restarts_the_clock(key))
    for other in (k for k in KEYS if k != key):  # so that what waits for others starts
        attempt(lambda other=other: client.outcome(other, OutcomeName.DELIVERED, None, **filled_in(other, OutcomeName.DELIVERED)))  # type: ignore[misc]  # fmt: skip
        if other == "id_document":
            for edge in CATALOGUE.rule(key).after[1:]:
                attempt(lambda edge=edge: client.starts_without(key, str(edge)))  # type: ignore[misc]
    tried(client, key)
    client.lives_until("2027-03-01 09:00")
    attempt(lambda: client.agrees(key, "2027-03-20"))  # a table has it
    attempt(lambda: client.counter_says(key, Said.CALL_ME))
    attempt(lambda: client.takes_up(key))
    attempt(lambda: client.counter_says(key, Said.PROMISED, on="2027-03-02"))
    client.lives_until("2027-03-02 09:00")
    for rung in RungName:
        attempt(lambda rung=rung: client.hears(key, rung, Answer.PRIORITY))  # type: ignore[misc]
    tried(client, key)
    attempt(lambda: client.submits(key, False))
    attempt(lambda: client.submits(key, True))
    attempt(lambda: client.is_refused(key, **filled_in(key, OutcomeName.REFUSED)))
    attempt(lambda: client.is_registered(Brp.UNREGISTERED))
    attempt(lambda: client.is_not_there_yet(key, "no_place"))
    attempt(lambda: client.is_called("WMO-77", key))
    return client


def and_then(client: Client, key: str, last: OutcomeName) -> list[Fact]:
    """It ends so, and all that can happen after that; the facts about ``key`` from the beginning."""
    attempt(lambda: client.outcome(key, last, None, **filled_in(key, last)))
    client.lives_until("2027-04-01 09:00")
    attempt(lambda: client.settles(key, next((f.name for f in CATALOGUE.rule(key).follow_ups), "none")))
    attempt(lambda: client.reopens(key))
    attempt(lambda: client.is_needed_from(key, "2027-05-01"))
    attempt(lambda: client.gets_urgent(key))
    for milestone in CATALOGUE.rule(key).milestones:
        attempt(lambda milestone=milestone: client.reaches(key, milestone.name))  # type: ignore[misc]
    attempt(lambda: client.gets(key, **filled_in(key, OutcomeName.DELIVERED)))
    attempt(lambda: client.loses_the_place("2027-05-03"))
    client.tick()
    attempt(client.keeps_the_place)
    attempt(lambda: client.loses_the_place(str(client.today + timedelta(days=3))))
    client.tick()
    client.now += timedelta(days=3)
    client.tick()
    attempt(client.keeps_the_place)
    attempt(
        lambda: client.needs_again(key, agreed=day("2027-05-01") if CATALOGUE.rule(key).needs_agreed_date else None)
    )
    client.now += timedelta(days=2)  # nothing ran meanwhile
    client.tick()
    attempt(lambda: client.asks_for_a_longer_stop(key, 3))
    attempt(lambda: client.closes("died"))
    attempt(client.ended_by_mistake)
    attempt(lambda: client.is_noted("gaat maandag mee", key))
    attempt(lambda: client.gets(key, **filled_in(key, OutcomeName.DELIVERED)))
    attempt(client.takes_back)
    about = [line for line in client.audit if line.key is not None and line.key.key == key]
    return [fact for line in about for fact in facts_of(line.what, line.data)]


def at_the_central_desk(key: str) -> list[Fact]:
    """The facts about ``key`` where it is needed from a day to come, in a region with a central desk."""
    if not CATALOGUE.rule(key).needed_from:
        return []
    everybody = dict.fromkeys(CATALOGUE.calendars, frozenset(to for to in WarningTo if to.optional))
    client = a_client(catalogue=replace(CATALOGUE, warned=everybody, central_desk=True))
    client.needs(replace(need(key), needed_from=day("2026-11-20"))).lives_until("2026-11-14 09:00")
    for submitted in (False, True):
        client.submits(key, submitted)
    client.is_needed_from(key, "2026-11-27")
    client.gets(key, **filled_in(key, OutcomeName.DELIVERED))
    client.reopens(key)
    return [fact for line in client.audit if line.key is not None for fact in facts_of(line.what, line.data)]


def most_delivered(client: Client, others: list[str], missing: int = 2) -> Iterator[Client]:
    """The client with each of the ``others`` delivered, and with each choice of at most ``missing`` of them that are not."""
    if not others:
        yield client.goes_on()
        return
    first, *rest = others
    got = client.goes_on()
    attempt(lambda: got.gets(first))
    yield from most_delivered(got, rest, missing)
    if missing:
        yield from most_delivered(client, rest, missing - 1)


def starts_another(key: str) -> bool:
    """Whether there is a client for whom the outcome of ``key`` starts something else: whatever else is there already."""
    others = [k for k in KEYS if k != key]
    for brp in Brp:
        for client in most_delivered(a_client(municipality=REGIONAL, brp=brp).needs(*map(need, KEYS)), others):
            before = len(client.audit)
            attempt(lambda: client.gets(key))  # noqa: B023 - called at once
            if any(
                line.what == "provision.started" and line.key is not None and line.key.key != key
                for line in client.audit[before:]
            ):
                return True
    return False


@lru_cache
def possible(key: str) -> set[Fact]:
    """All facts about ``key`` that can be recorded."""
    facts = set(at_the_central_desk(key))
    for at_once, ends in ((False, (OutcomeName.DELIVERED, OutcomeName.WITHDRAWN)), (True, (OutcomeName.DELIVERED,))):
        for client in begun(key):
            lived = everything_happens(client, key, at_once=at_once)
            facts |= {fact for last in ends for fact in and_then(lived.goes_on(), key, last)}
    return facts | ({OTHERS_STARTED} if starts_another(key) else set())


@pytest.mark.parametrize("key", KEYS)
def test_the_captions_of_a_process_are_exactly_the_facts_that_its_rule_can_produce(key: str) -> None:
    told = process_of(key).told
    noted = {Fact("outcome.field", name) for name in told.notes}
    said = set(told.captions) | noted
    can_happen = {fact for fact in possible(key) if fact.what not in AFTER_THE_END} - SILENT
    assert said - can_happen == set(), "a caption for what can't happen"
    assert can_happen - said - set(EVERYWHERE) == set(), "what happens has no caption"
    assert not set(told.captions) & noted


def test_what_is_told_for_every_process_can_happen_in_some() -> None:
    anywhere = set().union(*(possible(key) for key in KEYS))
    assert set(EVERYWHERE) - anywhere == set()
    assert SILENT - anywhere == set()
    assert AFTER_THE_END - {fact.what for fact in anywhere} == set()


def test_the_processes_differ_where_the_guide_differs() -> None:
    says = {key: set(process_of(key).told.captions) for key in KEYS}

    def with_fact(what: str, which: str = "") -> set[str]:
        return {key for key in KEYS if Fact(what, which) in says[key]}

    assert with_fact("message.requested", "ready") == {"id_document"}  # 1.2, tip
    assert with_fact("message.requested", "waiver_offer") == {"id_document"}  # 2.4
    assert with_fact("provision.applied") == {"benefit_decision", "debt_counselling"}
    assert with_fact("outcome.field", "offered_instead") == {"emergency_shelter"}  # 1.3
    assert with_fact("others.started") == {
        "id_document", "postal_address", "emergency_shelter", "housing", "benefit_decision",
    }  # fmt: skip
    assert {f.which for key in KEYS for f in says[key] if f.what == "follow_up.planned"} == {
        "lawfulness_check", "next_advance", "activity_started", "resume_benefit", "support_started",
    }  # fmt: skip


def test_no_step_says_where_somebody_stays() -> None:
    """A caption stands in Prefect, where everybody with the password may look."""
    for key in KEYS:
        told = process_of(key).told
        for text in (*told.captions.values(), *told.notes.values(), *EVERYWHERE.values()):
            assert not any(
                word in text.lower() for word in ("detentie", "vrijlating", "gevangenis", "opname", "kliniek")
            )


def test_a_process_that_does_not_wait_or_says_a_thing_twice_is_no_process() -> None:
    with pytest.raises(ValueError, match="waits_until"):
        process(lambda p: p.ends())

    def twice(p: Process) -> None:
        p.asks("Gevraagd")
        p.asks("Nog een keer gevraagd")

    with pytest.raises(ValueError, match="told already"):
        twice(Process())


def test_one_line_is_one_step_whatever_was_noted_with_it() -> None:
    told = process_of("postal_address").told
    refused = facts_of("provision.outcome", {"outcome": "refused", "fields": {"refusal": "stay_unclear"}})
    assert told.step(refused) == "Afgewezen. Vastgelegd: waarom het briefadres is afgewezen"
    assert told.step(facts_of("provision.outcome", {"outcome": "delivered", "fields": {}})) is None
    assert told.step(facts_of("term.changed", {})) is None
