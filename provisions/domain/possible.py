"""What can be done with a case now, and with each of its provisions: a page offers that, and nothing else.

Nothing is told twice: an act is possible when deciding on it, with what is likeliest to be said, is not refused. Deciding goes no
further than that (``Draft.decided``): a plan of twelve tries hundreds. Whether somebody may do it is another question
(``provisions.access``).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from provisions.domain import budget, graph, lifecycle
from provisions.domain.case import Answer, Case, Desk, FollowUp, ProvisionKey, Reason, Said, Status, Suspension
from provisions.domain.errors import NotFound, Refused
from provisions.domain.lifecycle import Decision, Ending, FromCounter, Moment, Need
from provisions.domain.lifecycle.budget import Wanted, ask_budget
from provisions.domain.lifecycle.decision import CanBeDoneError
from provisions.domain.rules import Brp, CodeList, Dependency, FieldRule, OutcomeName, ProvisionRule
from provisions.domain.rungs import RungName

_SAID = "-"  # a ground or reason: free text, which is not judged here


class Can(StrEnum):
    """What may be done with a provision or (the last ones) with a case as a whole."""

    OUTCOME = "outcome"
    FOLLOW_UP = "follow_up"
    SUBMIT = "submit"
    SUBMIT_CENTRAL = "submit_central"
    ANSWER = "answer"
    RESUME = "resume"
    SUSPEND = "suspend"
    WAIVE = "waive"
    MILESTONE = "milestone"
    WHY = "why"
    URGENT = "urgent"
    MOVE = "move"
    AGREE = "agree"
    AGAIN = "again"
    NUMBER = "number"
    REPLY = "reply"
    TAKE_UP = "take_up"
    FOLLOW_ZAAK = "follow_zaak"
    REOPEN = "reopen"
    ADD = "add"
    CONTACT = "contact"
    LIVING = "living"
    OWN_NUMBER = "own_number"
    BRP = "brp"
    CASE_FOLLOW_UP = "case_follow_up"
    PLACE_ENDS = "place_ends"
    PLACE_STAYS = "place_stays"
    PROPOSE = "propose"
    REST = "rest"
    WAKE = "wake"
    ASSIGN = "assign"
    AWAY = "away"
    TRANSFER = "transfer"
    TAKE_OVER = "take_over"
    CLOSE = "close"
    REOPEN_CASE = "reopen_case"
    BUDGET = "budget"
    BUDGET_BOOK = "budget_book"


def with_provision(
    case: Case, key: ProvisionKey, moment: Moment, among: Collection[Can] = frozenset(Can)
) -> frozenset[Can]:
    """What can be done now with provision ``key``, by somebody who may do all, ``among`` what is asked about. Writing a note
    always can.
    """
    moment = replace(moment, is_trial=True)
    provision, today, rule = case.provisions[key], moment.today, moment.catalogue.rule(key.key)
    tomorrow = today + timedelta(days=1)
    stop = Suspension(today, tomorrow, Reason.CLIENT_ASKS)
    codes = moment.catalogue.codes
    last = case.latest(key.key) is provision
    tried: Mapping[Can, Callable[[], object]] = {
        Can.OUTCOME: lambda: _some(_outcomes(case, key, moment)),
        Can.FOLLOW_UP: lambda: _some(follow_ups(provision.follow_ups)),
        Can.SUBMIT: lambda: lifecycle.submit(case, key, False, _SAID, moment, Desk.MAATWERKLOKET),
        Can.SUBMIT_CENTRAL: lambda: lifecycle.submit(case, key, False, _SAID, moment, Desk.CENTRAL),
        Can.ANSWER: lambda: _some(tables(case, key, moment)),
        Can.RESUME: lambda: lifecycle.resume(case, key, moment, today),
        Can.SUSPEND: lambda: lifecycle.suspend(case, key, stop, moment, _SAID),
        Can.WAIVE: lambda: _some(dependencies(case, key, moment)),
        Can.MILESTONE: lambda: lifecycle.milestone(case, key, _first(m.name for m in rule.milestones), moment, today),
        Can.WHY: lambda: lifecycle.why(case, key, _first(codes[CodeList.CAUSE]), moment),
        Can.URGENT: lambda: lifecycle.urgent(case, key, _first(codes[CodeList.URGENT]), moment, today),
        Can.MOVE: lambda: _moved(case, key, moment),
        Can.AGREE: lambda: lifecycle.agree(case, key, today, moment, today),
        Can.AGAIN: lambda: _again(case, rule, moment) if last else _some(()),
        Can.NUMBER: lambda: lifecycle.number(case, key, _other(provision.their_number), moment),
        Can.REPLY: lambda: lifecycle.reply_as_counter(case, key, FromCounter(Said.CALL_ME), moment),
        Can.TAKE_UP: lambda: lifecycle.take_up(case, key, moment),
        Can.FOLLOW_ZAAK: lambda: lifecycle.follow_zaak(case, key, moment),
        Can.REOPEN: lambda: lifecycle.reopen(case, key, moment, today, _SAID) if last else _some(()),
    }
    return frozenset(can for can, trial in tried.items() if can in among and _goes(trial))


def with_case(case: Case, moment: Moment, municipalities: Iterable[str]) -> frozenset[Can]:
    """What can be done now with the case as a whole; ``municipalities``: all of the region. Writing a note always can."""
    moment = replace(moment, is_trial=True)
    codes, today = moment.catalogue.codes, moment.today
    elsewhere = next((town for town in municipalities if town != case.municipality), case.municipality)
    contact = next((code for code in codes[CodeList.CONTACT] if code != case.contact), "")
    tried: Mapping[Can, Callable[[], object]] = {
        Can.ADD: lambda: _some(missing(case, moment)) or lifecycle.add(case, (), moment, today),
        Can.CONTACT: lambda: lifecycle.contact(case, contact, moment),
        Can.LIVING: lambda: lifecycle.living(case, case.living, moment, today),
        Can.PLACE_ENDS: lambda: lifecycle.place_ends(
            case,
            _another_day(case, today),
            _first(codes[CodeList.PLACE_KIND]),
            _first(codes[CodeList.PLACE_ENDS]),
            moment,
        ),
        Can.PLACE_STAYS: lambda: lifecycle.place_kept(case, moment),
        Can.PROPOSE: lambda: (
            _some(lifecycle.proposals(case, moment.catalogue, today)) or lifecycle.add(case, (), moment, today)
        ),
        Can.OWN_NUMBER: lambda: lifecycle.number(case, None, _other(case.own_number), moment),
        Can.BRP: lambda: lifecycle.register(
            case, Brp.UNREGISTERED if case.brp is Brp.REGISTERED else Brp.REGISTERED, moment, today
        ),
        Can.CASE_FOLLOW_UP: lambda: _some(follow_ups(case.follow_ups)),
        Can.REST: lambda: lifecycle.rest(case, _first(codes[CodeList.REST]), moment, today),
        Can.WAKE: lambda: lifecycle.wake(case, moment, today),
        Can.ASSIGN: lambda: lifecycle.assign(case, _other(case.director), moment),
        Can.AWAY: lambda: _some([case.director] if case.director and not case.closed else ()),
        Can.TRANSFER: lambda: lifecycle.transfer(case, elsewhere, moment),
        Can.TAKE_OVER: lambda: lifecycle.accept(case, moment),
        Can.CLOSE: lambda: _some(_endings(case, moment)),
        Can.REOPEN_CASE: lambda: lifecycle.reopen_case(case, _SAID, moment),
        Can.BUDGET: lambda: _asked(case, moment),
        Can.BUDGET_BOOK: lambda: _some([e for e in budget.entries(case.budget).values() if e.may_be_spent]),
    }
    return frozenset(can for can, trial in tried.items() if _goes(trial))


def _asked(case: Case, moment: Moment) -> Decision:
    codes = moment.catalogue.codes
    wanted = Wanted(1, _first(codes[CodeList.BUDGET_WHY]), _first(codes[CodeList.BUDGET_WHAT]))
    return ask_budget(case, wanted, moment, number=0, approval=0, free=0)


def outcomes(case: Case, key: ProvisionKey, moment: Moment) -> tuple[OutcomeName, ...]:
    """The outcomes that it can get now."""
    return tuple(_outcomes(case, key, replace(moment, is_trial=True)))


def _outcomes(case: Case, key: ProvisionKey, moment: Moment) -> Iterator[OutcomeName]:
    """The same one by one: trying each costs a decision, and whether there is any takes but one."""
    rule, provision = moment.catalogue.rule(key.key), case.provisions[key]
    day = max([moment.today, *([provision.started_on] if provision.started_on else [])])

    def decided(name: OutcomeName) -> Callable[[], Decision]:
        fields = {f.name: _likely(f, moment) for f in rule.fields if name in f.required_for}
        return lambda: lifecycle.record_outcome(case, key, name, moment, day, fields)

    yield from (name for name in OutcomeName if _goes(decided(name)))


def dependencies(case: Case, key: ProvisionKey, moment: Moment) -> tuple[Dependency, ...]:
    """What it waits for, and could begin without."""
    provision, today = case.provisions[key], moment.today
    moment = replace(moment, is_trial=True)
    if provision.status is not Status.BLOCKED:
        return ()
    waits = graph.unmet(moment.catalogue.rule(key.key), case, provision)
    return tuple(d for d in waits if _goes(lambda d=d: lifecycle.waive(case, key, str(d), _SAID, moment, today)))  # type: ignore[misc]


def tables(case: Case, key: ProvisionKey, moment: Moment) -> tuple[RungName, ...]:
    """The tables of which an answer can be recorded: those that did not answer first."""
    moment = replace(moment, is_trial=True)
    climbed = [r for r in case.provisions[key].rungs if r.name.kind.is_table and _heard(r.submitted, r.name)]
    can = [
        r
        for r in climbed
        if _goes(lambda r=r: lifecycle.answer(case, key, r.name, Answer.PRIORITY, moment))  # type: ignore[misc]
    ]
    return tuple(r.name for r in sorted(can, key=lambda r: r.answer is not None))


def missing(case: Case, moment: Moment) -> tuple[ProvisionRule, ...]:
    """What else the case could need, in the order of the catalogue."""
    return tuple(rule for rule in moment.catalogue.provisions.values() if not case.rounds(rule.key))


def lacking(case: Case, key: str, moment: Moment, *, urgent: bool) -> tuple[Dependency, ...]:
    """What provision ``key`` would wait for, were it needed from now on."""
    there = case.present | {p.key for p in case.provisions.values() if p.status is Status.DELIVERED}
    needed = graph.dependencies(moment.catalogue.rule(key), case.brp, urgent=urgent)
    return tuple(d for d in needed if not there.intersection(d.alternatives))


def endings(case: Case, moment: Moment) -> tuple[str, ...]:
    """The reasons for which the case can end now (codes)."""
    return tuple(_endings(case, replace(moment, is_trial=True)))


def _endings(case: Case, moment: Moment) -> Iterator[str]:
    """The same one by one, as :func:`_outcomes`."""
    nobody = {key: _first(moment.catalogue.codes[CodeList.TAKEOVER]) for key in open_keys(case)}

    def ended(name: str, takeover: bool) -> Callable[[], Decision]:
        return lambda: lifecycle.close(case, Ending(name, moment.today, nobody if takeover else {}), moment)

    yield from (end.name for end in moment.catalogue.ends.values() if _goes(ended(end.name, end.takeover)))


def follow_ups(of: Iterable[FollowUp]) -> tuple[FollowUp, ...]:
    """Those that are still to be done, the first due first, each name once."""
    first: dict[str, FollowUp] = {}
    for one in sorted((f for f in of if f.is_open), key=lambda f: f.due):
        first.setdefault(one.name, one)
    return tuple(first.values())


def open_keys(case: Case) -> tuple[ProvisionKey, ...]:
    """What is open."""
    return tuple(key for key, provision in case.provisions.items() if provision.status.is_open)


def _heard(submitted: bool | None, rung: RungName) -> bool:
    """Whether that table was asked: the national desk only once it was submitted there."""
    return bool(submitted) or not rung.kind.is_judged


def _moved(case: Case, key: ProvisionKey, moment: Moment) -> Decision:
    provision = case.provisions[key]
    known = provision.needed_from or provision.needed_on
    return lifecycle.move(case, key, max(known, moment.today) + timedelta(days=1), moment)


def _another_day(case: Case, today: date) -> date:
    """A day on which a place may be lost, and which is not on record."""
    return max(case.place_ends(today) or today, today) + timedelta(days=1)


def _again(case: Case, rule: ProvisionRule, moment: Moment) -> Decision:
    agreed = moment.today if rule.needs_agreed_date else None
    purpose = next((p.value for p in rule.purposes), None)
    reason = _first(moment.catalogue.codes[CodeList.AGAIN])
    need = Need(rule.key, agreed=agreed, again=reason, purpose=purpose)
    return lifecycle.again(case, need, moment, moment.today, anyway=True)


def _likely(field: FieldRule, moment: Moment) -> str:
    """A value that a required field can have."""
    if field.kind == "date":
        return moment.today.isoformat()
    return "yes" if field.kind == "yes_no" else next(c.value for c in field.choices if c.value not in field.refuse)


def _other(known: str | None) -> str:
    return "a" if known != "a" else "b"


def _first(names: Iterable[str]) -> str:
    for name in names:
        return name
    raise NotFound(_SAID)


def _some(found: Iterable[object]) -> bool:
    """Raise ``NotFound`` when there is none."""
    for _ in found:
        return False
    raise NotFound(_SAID)


def _goes(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except CanBeDoneError:
        return True
    except Refused:
        return False
    return True
