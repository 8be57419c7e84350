"""What a fact does depends on the days of the facts, never on when or in which order they were recorded (domain.md, rule 3).

A history is a handful of dated facts about one provision: with a target, with a promised decision, with an agreed date, or
started by a waiver. It is recorded twice: in two orders, each at moments of its own. Where both orders are possible (none is
refused), the same dates, breaches, rungs due, statutory terms and figures come out.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations, product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from provisions.domain import deadlines, ladder
from provisions.domain.case import Case, Provision, ProvisionKey, Reason, Suspension
from provisions.domain.deadlines import Situation
from provisions.domain.errors import Refused
from provisions.domain.figures.facts import CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.figures.history import History
from provisions.domain.lifecycle import (
    Moment,
    Need,
    agree,
    open_case,
    record_outcome,
    reopen,
    resume,
    suspend,
    tick,
    waive,
)
from provisions.domain.rules import Brp, OutcomeName, Route
from provisions.domain.weeks import Week
from tests.builders import CASE_ID, CATALOGUE, at, day

EXAMPLES = int(os.environ.get("PROVISIONS_TEST_FUZZ_EXAMPLES", "80"))  # set it to 2000 to look longer
FIRST, LAST = day("2026-11-02"), day("2026-12-14")
TARGET, DECISION, AGREED, DEPENDENT = "advance_payment", "day_activity", "social_network", "postal_address"
KEYS = (TARGET, DECISION, AGREED, DEPENDENT)

Fact = tuple[str, str, date, object]  # (kind, provision, day, what)
Act = Callable[[Case, Moment], Case]


def act(fact: Fact) -> Act:
    kind, name, on, what = fact
    key = ProvisionKey(name)
    match kind:
        case "outcome":
            became = OutcomeName(str(what))
            return lambda case, moment: record_outcome(case, key, became, moment, on, {}).case
        case "stop":
            assert isinstance(what, tuple)
            length, reason = what
            stop = Suspension(on, on + timedelta(days=length), reason)
            return lambda case, moment: suspend(case, key, stop, moment, "teamleider-1").case
        case "resume":
            return lambda case, moment: resume(case, key, moment, on).case
        case "agree":
            assert isinstance(what, int)
            agreed = on + timedelta(days=what)
            return lambda case, moment: agree(case, key, agreed, moment, on).case
        case "waive":
            return lambda case, moment: waive(case, key, "id_document", "bewijslast achteraf", moment, on).case
        case _:
            return lambda case, moment: reopen(case, key, moment, on, "het bleek niet te kloppen").case


def recorded(facts: Sequence[Fact], moments: Sequence[datetime], ticking: bool) -> tuple[Case, list[Fact]]:
    """The case once the facts were recorded, each at its moment, and those that were taken; time passes between them or not."""
    case = Case(CASE_ID, "TR-2026-0001", "voorbeeldstad", Route.VOLUNTARY, Brp.UNKNOWN, FIRST, present=frozenset())
    needs = [Need(key, agreed=day("2026-11-13") if key == AGREED else None) for key in (*KEYS, "id_document")]
    now = at("2026-11-02 09:00")
    case = open_case(case, needs, Moment(now, "regie-1", CATALOGUE)).case
    taken: list[Fact] = []
    for fact, moment in zip(facts, moments, strict=True):
        now = max(now, moment)
        if ticking:
            case = ticked(case, now)
        try:
            case = act(fact)(case, Moment(now, "regie-1", CATALOGUE))
            taken.append(fact)
        except Refused:
            continue
    return (ticked(case, at("2027-03-01 09:00")) if ticking else case), taken


def ticked(case: Case, now: datetime) -> Case:
    for key in case.provisions:
        case = tick(case, key, Moment(now, "systeem", CATALOGUE)).case
    return case


def told(case: Case) -> dict[str, object]:
    """Everything that may depend on days only, at one later moment."""
    now = at("2027-03-01 09:00")
    found: dict[str, object] = {"figures": figures(case)}
    for key in KEYS:
        situation = Situation.of(case, ProvisionKey(key), CATALOGUE)
        end, statutory = deadlines.due(situation), deadlines.statutory_due(situation)
        found[key] = (
            situation.provision.status,
            situation.provision.started_on,
            end and (end.due, end.suspended_days),
            statutory and statutory.due,
            deadlines.breach_day(situation),
            deadlines.is_overdue(situation, now),
            [(end.due, until) for end, until in deadlines.earlier_dues(situation)],
            rungs_due(situation),
        )
    return found


def rungs_due(situation: Situation) -> list[ladder.RungDue]:
    """The rungs of a provision of which none was climbed yet; a refusal was recorded at some moment, here always the same."""
    same = at("2027-02-28 12:00")
    outcomes = tuple(replace(o, recorded=same) for o in situation.provision.outcomes)
    provision = replace(situation.provision, rungs=(), outcomes=outcomes)
    return list(ladder.rungs_ahead(replace(situation, provision=provision), CATALOGUE))


def figures(case: Case) -> list[object]:
    history = History(CATALOGUE.provisions, day("2027-03-01"), Week.parse("2026-W45"))
    history.add(CaseFacts([(FIRST, Brp.UNKNOWN)], [(FIRST, "voorbeeldstad")], [facts_of(case, key) for key in KEYS]))
    weeks = [Week.parse("2026-W45").plus(n) for n in range(12)]
    return [[history.row([key], week) for key in KEYS] for week in weeks]


def facts_of(case: Case, key: str) -> ProvisionFacts:
    situation = Situation.of(case, ProvisionKey(key), CATALOGUE)
    p: Provision = situation.provision
    end = deadlines.due(situation)
    return ProvisionFacts(
        key=key,
        needed_on=p.needed_on,
        started_on=p.started_on,
        due=end.due if end else None,
        breach_day=deadlines.breach_day(situation),
        statutory_late=deadlines.statutory_late(situation),
        outcomes=[OutcomeFact(o.name.value, o.on) for o in p.outcomes],
        reopened=[p.reopened_on] if p.reopened_on else [],
        suspensions=[(s.start, s.end, s.reason.value) for s in p.stops],
        earlier_due=[(until, end.due) for end, until in deadlines.earlier_dues(situation)],
    )


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """Some dated facts about one provision. No two on one day: among facts of one day the order of recording decides."""
    key = draw(st.sampled_from(KEYS))
    kinds = ["outcome", "stop", "stop", "resume", "reopen", *(["agree"] * 3 if key == AGREED else [])]
    days = draw(st.lists(st.dates(FIRST + timedelta(days=1), LAST), min_size=2, max_size=6, unique=True))
    waived: list[Fact] = [("waive", key, FIRST, None)] if key == DEPENDENT else []
    return waived + [(kind, key, on, draw(_what(kind))) for on in days for kind in [draw(st.sampled_from(kinds))]]


def _what(kind: str) -> st.SearchStrategy[object]:
    match kind:
        case "outcome":
            return st.sampled_from(["refused", "refused", "delivered", "withdrawn"])
        case "stop":
            return st.tuples(st.integers(1, 24), st.sampled_from(Reason))
        case "agree":
            return st.integers(0, 20)
        case _:
            return st.none()


def moments(facts: Sequence[Fact], late: Sequence[int]) -> list[datetime]:
    """When each fact is recorded: on its day at the earliest, in the order given."""
    found: list[datetime] = []
    for (_, _, on, _), delay in zip(facts, late, strict=True):
        on_its_day = at(f"{on + timedelta(days=delay)} 10:00")
        found.append(max([on_its_day, *found[-1:]]))
    return found


STOP_THEN_REFUSED: list[Fact] = [
    ("stop", TARGET, day("2026-11-03"), (17, Reason.CLIENT_DOCUMENTS)),
    ("outcome", TARGET, day("2026-11-09"), "refused"),
]
RESUMED_LATE: list[Fact] = [
    ("stop", TARGET, day("2026-11-03"), (10, Reason.CLIENT_ASKS)),
    ("resume", TARGET, day("2026-11-06"), None),
]
TWO_AGREEMENTS: list[Fact] = [
    ("stop", AGREED, day("2026-11-04"), (10, Reason.CLIENT_ASKS)),
    ("agree", AGREED, day("2026-11-16"), 9),
    ("agree", AGREED, day("2026-11-27"), 14),
]


@settings(max_examples=EXAMPLES, deadline=None)
@given(facts(), st.data(), st.booleans(), st.booleans())
def test_the_order_and_the_moments_of_recording_make_no_difference(
    lived: list[Fact], data: st.DataObject, ticking: bool, ticking_too: bool
) -> None:
    one, taken = recorded(lived, moments(lived, data.draw(delays_of(lived))), ticking)
    assume(len(taken) > 1)
    other = data.draw(st.permutations(taken))
    another, taken_too = recorded(other, moments(other, data.draw(delays_of(other))), ticking_too)
    assume(len(taken) == len(taken_too))
    assert told(one) == told(another)


def delays_of(facts: Sequence[Fact]) -> st.SearchStrategy[list[int]]:
    """How many days late each is recorded."""
    return st.lists(st.integers(0, 40), min_size=len(facts), max_size=len(facts))


def test_an_outcome_ends_a_stop_that_has_ended_by_itself_since() -> None:
    _recorded_at_once_and_late(STOP_THEN_REFUSED)


def test_a_clock_that_was_resumed_before_its_stop_ended_by_itself() -> None:
    _recorded_at_once_and_late(RESUMED_LATE)


def test_a_stop_and_two_agreements() -> None:
    _recorded_at_once_and_late(TWO_AGREEMENTS)


def _recorded_at_once_and_late(lived: list[Fact]) -> None:
    in_time, taken = recorded(lived, moments(lived, [0] * len(lived)), ticking=True)
    assert taken == lived
    for ticking, late in product((True, False), (0, 20, 40)):
        for order in permutations(lived):
            again, taken = recorded(order, moments(order, [late] * len(order)), ticking)
            assert len(taken) < len(lived) or told(again) == told(in_time), order
