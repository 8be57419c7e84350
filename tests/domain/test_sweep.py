"""Every event in every state, and random lives: each pair is decided or refused in Dutch, and what must hold always holds."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisions.domain import deadlines, lifecycle
from provisions.domain.case import BY_COUNTER, Answer, Asked, Case, Provision, ProvisionKey, Reason, Said, Status
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound, Refused
from provisions.domain.lifecycle import Moment, Need
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName
from tests.builders import CATALOGUE, KEYS, Client, a_client, at, attempt, day, is_dutch

AGREED = {"housing", "social_network"}
NEEDS_A_FIELD = {("emergency_shelter", OutcomeName.WITHDRAWN): {"offered_instead": "hotel"}}
START = "2026-11-02 09:00"

State = Callable[[str], Client]
Event = Callable[[Client, str], Any]


def fields(key: str, name: OutcomeName) -> dict[str, str]:
    return NEEDS_A_FIELD.get((key, name), {})


def need(key: str) -> Need:
    return Need(key, agreed=day("2026-11-20") if key in AGREED else None)


def waiting(key: str) -> Client:
    return a_client(START, present=frozenset(KEYS) - {key}).needs(need(key))


def blocked(key: str) -> Client:
    """Blocked where the provision can be; the ID only for somebody unregistered."""
    return a_client(START, brp=Brp.UNREGISTERED if key == "id_document" else Brp.UNKNOWN).needs(*map(need, KEYS))


def suspended(key: str) -> Client:
    client = waiting(key)
    client.stops_the_clock(key, until="2026-11-16")
    return client


def overdue(key: str) -> Client:
    return waiting(key).lives_until("2027-01-11 09:00")


def refused(key: str) -> Client:
    client = waiting(key)
    client.is_refused(key)
    return client.tick()


def refused_late(key: str) -> Client:
    client = overdue(key)
    client.is_refused(key)
    return client.tick()


def delivered(key: str) -> Client:
    client = waiting(key)
    client.gets(key)
    return client


def withdrawn(key: str) -> Client:
    client = waiting(key)
    client.does_without(key, **fields(key, OutcomeName.WITHDRAWN))
    return client


def closed(key: str) -> Client:
    client = delivered(key)
    client.closes()
    return client


def reopened(key: str) -> Client:
    client = closed(key).travels_to("2026-11-04 09:00")
    client.reopens(key)
    return client


def ended(key: str) -> Client:
    client = waiting(key)
    client.closes("died")
    return client


def needed_again(key: str) -> Client:
    client = delivered(key).travels_to("2026-11-04 09:00")
    client.needs_again(key, agreed=need(key).agreed)
    return client


def resting(key: str) -> Client:
    client = waiting(key).travels_to("2026-11-03 09:00")
    client.is_out_of_sight()
    return client.travels_to("2026-11-20 09:00").tick()


def back(key: str) -> Client:
    client = resting(key)
    if client.case.resting(client.today):  # where a statutory term did not wake it before
        client.is_back()
    return client


def being_handed_over(key: str) -> Client:
    client = refused(key)
    client.is_handed_to("havenmeer")
    return client.travels_to("2026-11-04 09:00")


def taken_over(key: str) -> Client:
    client = being_handed_over(key)
    client.is_taken_over()
    return client.tick()


def losing_the_place(key: str) -> Client:
    client = delivered(key).travels_to("2026-11-04 09:00")
    client.loses_the_place("2026-11-12")
    return client.tick()


def promised(key: str) -> Client:
    """The counter named a day, an amount is asked, and the second person has not looked yet."""
    client = waiting(key).travels_to("2026-11-03 09:00")
    if client.provision(key).asked:
        client.counter_says(key, Said.PROMISED, "2026-11-06")
    client.asks_for_money()
    return client.travels_to("2026-11-06 09:00").tick()


def answered(key: str) -> Client:
    """Late: the table answered, the officer judged, and of the amount that was asked a part is paid."""
    client = overdue(key)
    for rung in client.provision(key).rungs:
        if rung.name.kind.is_judged:
            client.officer_says(key, Said.SUBMITTED)
        elif rung.name.kind.is_table:
            client.table_says(key, rung.name, Said.PRIORITY)
    client.asks_for_money()
    client.second(last_asked(client), approves=True)
    client.spends()
    return client.tick()


def taken_over_late(key: str) -> Client:
    client = overdue(key)
    client.moves_to("duinrade")
    return client.travels_to("2027-01-13 09:00")


STATES: list[State] = [
    resting, back,
    waiting, blocked, suspended, overdue, refused, refused_late, delivered, withdrawn, closed, reopened, ended, needed_again,
    being_handed_over, taken_over, taken_over_late, losing_the_place, promised, answered,
]  # fmt: skip


@cache
def _made(state: State, key: str) -> Client:
    return state(key)


def in_state(state: State, key: str) -> Client:
    """A client in that state. It takes months of ticking to come there, so one comes there and all go on from it."""
    return _made(state, key).goes_on()


def outcome(name: OutcomeName) -> Event:
    return lambda c, k: c.outcome(k, name, **fields(k, name))


def end(reason: str) -> Event:
    """The case ends; a provider goes on with what is open, where that is asked."""

    def event(client: Client, _: str) -> lifecycle.Decision:
        still_open = [str(p.id) for p in client.case.provisions.values() if p.status.is_open]
        takes_over = CATALOGUE.ends[reason].takeover
        return client.closes(reason, **dict.fromkeys(still_open if takes_over else [], "provider"))

    return event


def counter(said: Said) -> Event:
    """What a counter says, with all that goes with it."""

    def event(client: Client, key: str) -> object:
        on = str(client.today + timedelta(days=2)) if said is Said.PROMISED else None
        cause = "capacity" if said in (Said.OBSTACLE, Said.REFUSED) else None
        outcomes = {Said.DELIVERED: OutcomeName.DELIVERED, Said.REFUSED: OutcomeName.REFUSED}
        more = fields(key, outcomes[said]) if said in outcomes else {}
        return client.counter_says(key, said, on, cause=cause, fields=more)

    return event


def last_asked(client: Client) -> int:
    """What a second person was asked last and did not decide on; refused where there is no such thing."""
    waiting = [a.number for a in client.case.approvals if a.state is Asked.ASKED and "budget" in a.act]
    if not waiting:
        raise NotFound("Er is niets gevraagd. Vraag het eerst.")
    return waiting[-1]


EVENTS: dict[str, Event] = {
    **{name.value: outcome(name) for name in OutcomeName},
    "suspend": lambda c, k: c.stops_the_clock(k, until=str(c.today + timedelta(days=7))),
    "resume": lambda c, k: c.restarts_the_clock(k),
    "waive": lambda c, k: c.starts_without(k, str(next(iter(CATALOGUE.rule(k).after), "id_document"))),
    "agree": lambda c, k: c.agrees(k, str(c.today + timedelta(days=30))),
    "reopen": lambda c, k: c.reopens(k),
    "answer": lambda c, k: c.hears(k, RungName.DOORBRAAKTAFEL, Answer.PRIORITY),
    "answer a reminder": lambda c, k: c.hears(k, RungName.CASE_DIRECTOR, Answer.PRIORITY),
    "submit": lambda c, k: c.submits(k),
    "add": lambda c, k: c.also_needs(need(k)),
    "transfer": lambda c, _: c.is_handed_to("havenmeer"),
    "transfer back": lambda c, _: c.is_handed_to("voorbeeldstad"),
    "accept": lambda c, _: c.is_taken_over(),
    "decline": lambda c, _: c.is_not_taken_over(),
    "reopen what was handed over": lambda c, k: c.reopens(f"{k}#1"),
    "followup": lambda c, k: c.settles(k, next((f.name for f in CATALOGUE.rule(k).follow_ups), "none")),
    "move": lambda c, k: c.is_needed_from(k, str(c.today + timedelta(days=5))),
    "urgent": lambda c, k: c.gets_urgent(k),
    "contact": lambda c, _: c.is_met("two_people"),
    "place ends": lambda c, _: c.loses_the_place(str(c.today + timedelta(days=9))),
    "place ends another day": lambda c, _: c.loses_the_place(str(c.today + timedelta(days=2)), "lease", "arrears"),
    "place kept": lambda c, _: c.keeps_the_place(),
    "place kept until": lambda c, _: c.keeps_the_place(str(c.today + timedelta(days=20))),
    "place found": lambda c, _: c.finds_a_place(),
    "place found until": lambda c, _: c.finds_a_place(str(c.today + timedelta(days=20))),
    "living": lambda c, _: c.sleeps("hotel", losing_place=True),
    "own number": lambda c, _: c.is_called("Z2026-00123"),
    "their number": lambda c, k: c.is_called("WMO-77", k),
    "why": lambda c, k: c.is_not_there_yet(k, "no_place"),
    "registered": lambda c, _: c.is_registered(),
    "not registered": lambda c, _: c.is_registered(Brp.UNREGISTERED),
    "milestone": lambda c, k: c.reaches(k, CATALOGUE.rule(k).milestones[0].name),
    **{f"counter: {said.value}": counter(said) for said in BY_COUNTER},
    "counter before the move": lambda c, k: c.counter_before_says(f"{k}#1", Said.CALL_ME),
    "table: budget": lambda c, k: c.table_says(
        k, RungName.DOORBRAAKTAFEL, Said.CUSTOMISED_BUDGET, amount=12000, purpose="keep_place"
    ),
    "table: deviation": lambda c, k: c.table_says(k, RungName.DOORBRAAKTAFEL, Said.DEVIATION),
    "table: question back": lambda c, k: c.table_says(k, RungName.DOORBRAAKTAFEL, Said.ASK_BACK),
    "officer: yes": lambda c, k: c.officer_says(k, Said.SUBMITTED),
    "officer: no": lambda c, k: c.officer_says(k, Said.NOT_SUBMITTED, "solved_soon"),
    "taken up": lambda c, k: c.takes_up(k),
    "again": lambda c, k: c.needs_again(k, agreed=need(k).agreed, urgent=need(k).urgent),
    "assign": lambda c, _: c.gets_director("regisseur.zuid"),
    "close": lambda c, _: c.closes(),
    **{f"end: {name}": end(name) for name in CATALOGUE.ends if name != lifecycle.SETTLED},
    "reopen the case": lambda c, _: c.ended_by_mistake(),
    "note": lambda c, k: c.is_noted("gaat maandag mee", k),
    "keep": lambda c, _: c.is_kept(),
    "review": lambda c, _: c.is_reviewed(),
    "undo": lambda c, _: c.takes_back(),
    "rest": lambda c, _: c.is_out_of_sight(),
    "wake": lambda c, _: c.is_back(),
    "ask for money": lambda c, _: c.asks_for_money(),
    "approve the money": lambda c, _: c.second(last_asked(c), approves=True),
    "deny the money": lambda c, _: c.second(last_asked(c), approves=False),
    "spend": lambda c, _: c.spends(),
    "money back": lambda c, _: c.gives_back(),
    "money corrected": lambda c, _: c.corrects_the_money(),
    "tick": lambda c, _: c.tick(),
}


def holds(client: Client) -> None:
    """What must hold of every case at every moment."""
    assert len({m.id for m in client.messages}) == len(client.messages)
    for key, provision in client.case.provisions.items():
        name = f"{key.key}#{key.round}"
        names = [r.name for r in provision.rungs]
        assert len(set(names)) == len(names)
        assert names == sorted(names, key=list(RungName).index)
        assert (provision.status is Status.BLOCKED) <= (provision.started_on is None)
        assert (provision.started_on is None) <= (provision.rungs == ())
        assert len({(f.name, f.due) for f in provision.follow_ups}) == len(provision.follow_ups)
        derived = lifecycle.derive(client.case, key, client.moment)
        assert (derived.late_from is not None and derived.late_from <= client.now) == client.overdue(name)
        assert not (client.overdue(name) and deadlines.is_suspended(provision, client.today))
        assert client.overdue(name) <= client.breached(name)
        assert not (client.overdue(name) and client.case.resting(client.today))
        assert (derived.lies_with is None) == (provision.status is Status.BLOCKED or not provision.status.is_open)
    assert all(line.because and line.what for line in client.audit)


def settled(client: Client) -> None:
    """After a tick nothing is left to do now, and ticking again changes nothing."""
    client.tick()
    client.tick()  # what woke the case has more to do
    case, lines = client.case, len(client.audit)
    of_case = client.derived_case().next_at
    assert of_case is None or of_case > client.now
    for key in case.provisions:
        following = lifecycle.derive(case, key, client.moment).next_at
        assert following is None or following > client.now
    client.tick()
    assert (client.case, len(client.audit)) == (case, lines)


def holds_and_goes_on_holding(client: Client) -> None:
    holds(client)
    settled(client)
    holds(client)


@cache
def holds_where_nothing_happened(state: State, key: str) -> None:
    """Once for all events that are refused in that state: each leaves the very same client."""
    holds_and_goes_on_holding(in_state(state, key))


@pytest.mark.parametrize("state", STATES, ids=lambda s: s.__name__)
@pytest.mark.parametrize("event", EVENTS, ids=str)
def test_each_event_in_each_state_is_decided_or_refused_in_dutch(state: State, event: str) -> None:
    for key in KEYS:
        client = in_state(state, key)
        before = client.case, len(client.audit), len(client.messages), client.last_act, client.now
        refused_because = attempt(partial(EVENTS[event], client, key))
        if refused_because:
            assert isinstance(refused_because, InvalidInput | NotAllowed | NotFound), (key, refused_because)
            assert is_dutch(refused_because), (key, str(refused_because))
            assert (client.case, len(client.audit), len(client.messages), client.last_act, client.now) == before
            holds_where_nothing_happened(state, key)
        else:
            # Whatever is decided leaves a line, unless there was nothing to do (a tick).
            assert client.case == before[0] or len(client.audit) > before[1]
            holds_and_goes_on_holding(client)


# Which outcome is taken where: the table of rule 5.
@pytest.mark.parametrize(
    ("state", "allowed"),
    [
        (waiting, {"delivered", "refused", "withdrawn"}),
        (suspended, {"delivered", "refused", "withdrawn"}),
        (overdue, {"delivered", "refused", "withdrawn"}),
        (reopened, {"delivered", "refused", "withdrawn"}),
        (refused, {"delivered", "withdrawn"}),
        (refused_late, {"delivered", "withdrawn"}),
        (delivered, set()),
        (withdrawn, set()),
        (closed, set()),
    ],
    ids=lambda s: s.__name__ if callable(s) else "",
)
def test_which_outcomes_each_state_takes(state: State, allowed: set[str]) -> None:
    for key in KEYS:
        taken = set()
        for name in OutcomeName:
            client = in_state(state, key)
            try:
                EVENTS[name.value](client, key)
            except NotAllowed:
                continue
            taken.add(name.value)
        assert taken == allowed


# --- random lives ----------------------------------------------------------------------------------------------------

moves = st.tuples(
    st.sampled_from(sorted(EVENTS)),
    st.sampled_from(KEYS),
    st.integers(0, 20 * 24),  # hours that pass first
    st.booleans(),  # whether the clock was awake meanwhile
)


@settings(max_examples=80)
@given(st.sampled_from(list(Brp)), st.lists(moves, max_size=14))
def test_in_every_life_each_rung_is_climbed_once_and_the_clock_always_comes_to_rest(
    brp: Brp, life: list[tuple[str, str, int, bool]]
) -> None:
    client = a_client(START, brp=brp, municipality="havenmeer").needs(*map(need, KEYS))
    for event, key, hours, awake in life:
        later = client.now + timedelta(hours=hours)
        if awake:
            while (following := client.next_at()) is not None and following <= later:
                client.now = max(client.now, following)
                client.tick()
        client.now = later
        refused_because = attempt(partial(EVENTS[event], client, key))
        assert refused_because is None or is_dutch(refused_because)
        holds(client)
    settled(client)
    holds(client)


@settings(max_examples=80)
@given(st.sampled_from(list(Brp)), st.lists(moves, max_size=14), st.floats(0, 1, exclude_max=True))
def test_what_was_foreseen_is_what_is_decided_when_the_moment_has_come(
    brp: Brp, life: list[tuple[str, str, int, bool]], later: float
) -> None:
    """At any moment for which it holds, for everything but the moment of climbing itself."""
    client = a_client(START, brp=brp, municipality="havenmeer").needs(*map(need, KEYS))
    for event, key, hours, _ in life:
        end = client.now + timedelta(hours=hours)
        while (moment := client.next_at()) is not None and moment <= end:
            client.now = max(client.now, moment)
            for each in client.case.provisions:
                foreseen_is_decided(client, each, later)
            client.tick()
        client.now = end
        attempt(partial(EVENTS[event], client, key))


def foreseen_is_decided(client: Client, key: ProvisionKey, later: float) -> None:
    at = lifecycle.derive(client.case, key, client.moment).next_at
    if at is None or at < client.now:
        return
    foreseen = lifecycle.foresee(client.case, key, at, CATALOGUE)
    if foreseen is None:
        return
    assert foreseen.at == at < foreseen.until
    within = min(
        later * (foreseen.until - at), foreseen.until - at - timedelta(microseconds=1)
    )  # rounding may reach it
    moment = Moment(at + within, lifecycle.SYSTEM, CATALOGUE)
    decided = lifecycle.tick(client.case, key, moment)
    assert (decided.audit, decided.messages, decided.visible) == (
        foreseen.decision.audit, foreseen.decision.messages, foreseen.decision.visible,
    )  # fmt: skip
    assert lifecycle.derive(decided.case, key, moment) == foreseen.derived
    assert without_climbing(decided.case, key) == without_climbing(foreseen.decision.case, key)
    others = set(client.case.provisions) - {key}
    assert all(decided.case.provisions[other] is client.case.provisions[other] for other in others)


def without_climbing(case: Case, key: ProvisionKey) -> Provision:
    provision = case.provisions[key]
    return replace(provision, rungs=tuple(replace(rung, climbed=rung.due) for rung in provision.rungs))


@st.composite
def late_facts(draw: st.DrawFn) -> tuple[str, date, int]:
    kind = draw(st.sampled_from(["delivered", "withdrawn", "refused", "stop", "reopen", "agree", "move", "wait"]))
    return kind, day("2026-11-02") + timedelta(days=draw(st.integers(0, 60))), draw(st.integers(1, 27))


@settings(max_examples=120)
@given(st.sampled_from(KEYS), st.lists(late_facts(), min_size=1, max_size=8))
def test_a_breach_disappears_only_by_an_outcome_dated_on_time_or_a_stop_recorded_late(
    key: str, facts: list[tuple[str, date, int]]
) -> None:
    client = waiting(key)
    for kind, on, length in facts:
        client.now += timedelta(days=length)
        client.tick()
        broken = client.breached(str(key))
        first = deadlines.breach_day(client.situation(key))
        assert first is not None or not broken
        try:
            match kind:
                case "stop":
                    client.stops_the_clock(key, until=str(on + timedelta(days=length)), on=str(min(on, client.today)))
                case "reopen":
                    client.reopens(key)
                case "agree":
                    client.agrees(key, str(client.today + timedelta(days=length)))
                case "move":
                    moved = client.case
                    client.is_handed_to("havenmeer")
                    client.is_not_taken_over()
                    assert client.case == replace(moved, act=client.case.act)
                case "wait":
                    pass
                case name:
                    client.outcome(key, OutcomeName(name), str(min(on, client.today)), **fields(key, OutcomeName(name)))
        except Refused:
            continue
        if broken and not client.breached(str(key)):
            assert first is not None
            dated_on_time = kind in ("delivered", "withdrawn", "refused") and on < first
            stopped_on_time = kind == "stop" and on < first
            assert dated_on_time or stopped_on_time, (kind, on, first)


def test_every_reason_on_the_closed_list_stops_the_clock() -> None:
    for reason in Reason:
        client = waiting("advance_payment")
        client.stops_the_clock("advance_payment", until="2026-11-10", reason=reason)
        client.now = at("2026-11-05 09:00")
        assert deadlines.is_suspended(client.provision("advance_payment"), client.today)
