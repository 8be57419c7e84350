"""The due date of a provision, and everything that follows from it: overdue, breach, statutory term (domain.md, rules 3 to 8)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise

from provisions.domain.calendar import ONE_DAY, WorkingCalendar, day_of, first_moment
from provisions.domain.case import Case, Outcome, Provision, ProvisionKey, Status, rest_spans
from provisions.domain.rules import Catalogue, MilestoneRef, OutcomeName, Promise, ProvisionRule, Statutory
from provisions.domain.terms import DueDate, Term, agreed_due_date, due_date, suspended_days

ANNOUNCED_ON = "announced_on"  # the field of a refusal, as in config/
_NEVER: frozenset[date] = frozenset()
OBJECTION = Term.parse("6 weken")  # Awb 6:7; the Atw applies


@dataclass(frozen=True)
class Situation:
    """A provision with the rule, case and calendar that it is judged by."""

    provision: Provision
    rule: ProvisionRule
    case: Case
    calendar: WorkingCalendar

    @classmethod
    def of(cls, case: Case, key: ProvisionKey, catalogue: Catalogue) -> "Situation":
        """The situation of provision ``key`` in ``case``."""
        return cls(
            case.provisions[key], catalogue.rule(key.key), case, catalogue.calendar_of(case.municipality_of(key))
        )

    # What nearly everything else follows from is worked out once: thousands fall due after one midnight.

    @cached_property
    def end(self) -> "DueDate | None":
        """D with its explanation, see :func:`due`."""
        return _due(self, None)

    @cached_property
    def statutory(self) -> "tuple[StatutoryTerm, ...]":
        """See :func:`statutory_terms`."""
        return _statutory_terms(self)


def target(rule: ProvisionRule, *, urgent: bool) -> Term | None:
    """The target in force; ``None`` where a date is agreed."""
    variant = rule.variants.get("urgent") if urgent else None
    return variant.target if variant and variant.target else rule.target


def statutory_rules(rule: ProvisionRule, *, urgent: bool) -> tuple[Statutory, ...]:
    """The statutory outer terms in force, none where the law has none."""
    variant = rule.variants.get("urgent") if urgent else None
    return variant.statutory if variant and variant.statutory else rule.statutory


def rests(situation: Situation) -> tuple[tuple[date, date], ...]:
    """When nothing of the case ran: from the day on which it was put at rest to the day on which it ran again. An outcome of a
    day within ends it for this provision, as it ends a stop.
    """
    return rest_spans(situation.case.rests, (outcome.on for outcome in situation.provision.outcomes))


def stopped_days(situation: Situation, *, today: date | None = None, statutory: bool = False) -> frozenset[date]:
    """The days on which the clock stands still: by a stop of its own, or because the case was at rest.

    What goes on runs to its end; with ``today`` it is taken to be resumed today. ``statutory``: only the reasons that Awb 4:15
    knows, and rest is none.
    """
    if not situation.provision.suspensions and not situation.case.rests:
        return _NEVER
    still = [(s.start, s.end) for s in situation.provision.stops if not statutory or s.reason.moves_statutory_terms]
    still += () if statutory else rests(situation)
    return suspended_days((start, today if today is not None and start <= today < end else end) for start, end in still)


def is_suspended(provision: Provision, today: date) -> bool:
    """Whether the clock stands still on ``today``: from the day of suspending until the day of resuming."""
    return provision.status.is_open and any(s.start <= today < s.end for s in provision.stops)


def suspended_until(provision: Provision, today: date) -> date | None:
    """The day on which the clock runs again by itself, ``None`` when it is not suspended today."""
    if not is_suspended(provision, today):
        return None
    day = today
    while is_suspended(provision, day):
        day = max(s.end for s in provision.stops if s.start <= day < s.end)
    return day


def clock_event(provision: Provision) -> date | None:
    """The day whose end starts the clock: the start, or the day from which it is needed when that is later."""
    if provision.started_on is None:
        return None
    return max(provision.started_on, provision.needed_from or provision.started_on)


def due(situation: Situation, *, today: date | None = None) -> DueDate | None:
    """D with its explanation, ``None`` while the clock has not started. ``today``: as if resumed today."""
    return situation.end if today is None else _due(situation, today)


def _due(situation: Situation, today: date | None) -> DueDate | None:
    provision = situation.provision
    event = clock_event(provision)
    if event is None:
        return None
    days = stopped_days(situation, today=today)
    if provision.urgent_since is not None:
        return _urgent_due(situation, event, provision.urgent_since, days)
    term = target(situation.rule, urgent=provision.urgent)
    if term is None:
        assert provision.agreed is not None, f"{provision.key}: intake asks for an agreed date"  # noqa: S101
        return agreed_due_date(
            provision.agreed, event, situation.calendar, agreed_on=provision.agreed_on, suspended=days
        )
    return due_date(term, event, situation.calendar, roll=situation.rule.roll, suspended=days)


def _urgent_due(situation: Situation, event: date, since: date, days: frozenset[date]) -> DueDate:
    """What became urgent later is due by the old D or by the urgent term from that day, whichever is earlier."""
    rule, calendar = situation.rule, situation.calendar
    terms = [(target(rule, urgent=False), event), (target(rule, urgent=True), max(event, since))]
    ends = [
        due_date(term, start, calendar, roll=rule.roll, suspended=days) for term, start in terms if term is not None
    ]
    return min(ends, key=lambda end: end.due)


def earlier_dues(situation: Situation) -> tuple[tuple[DueDate, date], ...]:
    """For each day that another one replaced (agreed, or needed from): D as it was by then, and the day on which that changed."""
    provision, event = situation.provision, clock_event(situation.provision)
    if event is None or provision.started_on is None:
        return ()
    days, term = stopped_days(situation), target(situation.rule, urgent=provision.urgent)
    if term is not None:
        started, rule = provision.started_on, situation.rule
        return tuple(
            (
                due_date(term, max(started, was.day or started), situation.calendar, roll=rule.roll, suspended=days),
                was.until,
            )
            for was in provision.earlier_needed
            if was.until >= started
        )
    return tuple(
        (agreed_due_date(was.day, event, situation.calendar, agreed_on=was.on, suspended=days), following.on)
        for was, following in pairwise(provision.agreements)
    )


@dataclass(frozen=True)
class StatutoryTerm:
    """One statutory term as it runs: its end, and whether its beginning is ``presumed`` (the day we asked) or known.

    ``ended_on``: the day of the milestone that ended it, ``None`` while only an outcome can.
    """

    rule: Statutory
    end: DueDate
    presumed: bool = False
    ended_on: date | None = None


def statutory_terms(situation: Situation) -> tuple[StatutoryTerm, ...]:
    """The statutory terms that run or ran, as far as their beginning is known.

    While no milestone from which any of them runs is known, they are presumed from the day we asked. What was recorded by a
    version without milestones counts from there as it did then: one term, to the last end.
    """
    return situation.statutory


def _statutory_terms(situation: Situation) -> tuple[StatutoryTerm, ...]:
    provision = situation.provision
    rules = statutory_rules(situation.rule, urgent=provision.urgent)
    asked = provision.applied_on or provision.started_on
    since = provision.urgent_since or date.min  # the urgent terms run from that day at the earliest
    begun = [(rule, max(day, since)) for rule in rules if (day := _begun_on(situation, rule, asked)) is not None]
    asked = asked and max(asked, since)
    if begun or asked is None:
        return tuple(_running(situation, rule, rule.term, day) for rule, day in begun)
    if provision.statutory_as_before:
        ends = [_running(situation, rule, rule.presumed or rule.term, asked) for rule in rules]
        last = max(ends, key=lambda term: term.end.due, default=None)
        return () if last is None else (StatutoryTerm(last.rule, last.end),)
    return tuple(_running(situation, rule, rule.presumed, asked, presumed=True) for rule in rules if rule.presumed)


def _begun_on(situation: Situation, rule: Statutory, asked: date | None) -> date | None:
    return asked if rule.begins is None else _milestone_day(situation, rule.begins)


def _running(
    situation: Situation, rule: Statutory, term: Term, event: date, *, presumed: bool = False
) -> StatutoryTerm:
    days = stopped_days(situation, statutory=True)
    end = due_date(term, event, situation.calendar, roll=rule.roll, suspended=days)
    ended_on = None if rule.until is None else _milestone_day(situation, rule.until)
    return StatutoryTerm(rule, end, presumed, ended_on)


def _milestone_day(situation: Situation, wanted: MilestoneRef) -> date | None:
    """The day of a milestone of this round, or of the round of another provision that goes with it."""
    of = situation.provision if wanted.of is None else situation.case.beside(situation.provision, wanted.of)
    return of.milestone(wanted.name) if of else None


def last_statutory(situation: Situation) -> StatutoryTerm | None:
    """The statutory term that ends last, ``None`` when none runs."""
    return max(statutory_terms(situation), key=lambda term: term.end.due, default=None)


def statutory_due(situation: Situation) -> DueDate | None:
    """The last end of the statutory terms."""
    last = last_statutory(situation)
    return last.end if last else None


def statutory_late(situation: Situation) -> tuple[tuple[date, date | None], ...]:
    """When each statutory term was exceeded, unless an outcome came first: the first day after its end, and the day on which
    a milestone ended it. What is presumed is never exceeded.
    """
    return tuple(
        (term.end.due + ONE_DAY, term.ended_on)
        for term in statutory_terms(situation)
        if not term.presumed and (term.ended_on is None or term.ended_on > term.end.due)
    )


def kept_on(situation: Situation) -> date | None:
    """The day on which the promise was kept, in time or late; ``None`` while it is not.

    Delivered or withdrawn; a refusal keeps a promised *decision*, on or before D only (domain.md, rule 5), and has kept it
    when the refusal is turned round later.
    """
    for outcome in situation.provision.outcomes:
        if outcome.undone:
            continue
        if outcome.name is not OutcomeName.REFUSED:
            return outcome.on
        end = due(situation)
        if situation.rule.promise is Promise.DECISION and end is not None and outcome.on <= end.due:
            return outcome.on
    return None


def clock_stopped_for_good(situation: Situation) -> bool:
    """Closed, or refused in time where a decision was promised: no deadline passes any more."""
    return not situation.provision.status.is_open or kept_on(situation) is not None


def breach_day(situation: Situation) -> date | None:
    """D+1 of the promise that was (or, in the future, will be) broken; ``None`` when it was kept in time or not started.

    Where a date was agreed anew, each date that had passed by the day of the new agreement was a promise too. Nothing is
    broken after the day on which the case ended or was handed over.
    """
    earlier = situation.provision.breached_on
    end = due(situation)
    if end is None:
        return earlier
    ends = [end.due, *(was.due for was, agreed_anew in earlier_dues(situation) if was.due < agreed_anew)]
    broken = [day + ONE_DAY for day in ends] + ([earlier] if earlier else [])
    kept, ended = kept_on(situation), situation.provision.ended_on
    return min((d for d in broken if (kept is None or kept >= d) and (ended is None or ended >= d)), default=None)


def late_from(situation: Situation, now: datetime) -> datetime | None:
    """The moment (UTC) from which the provision is overdue, as known at ``now``; ``None`` when it can't become so.

    A suspension that runs at ``now`` puts it off: while suspended nothing is overdue. While the case is at rest nothing can
    become so.
    """
    end = due(situation)
    if end is None or clock_stopped_for_good(situation) or situation.case.resting(day_of(now)):
        return None
    until = suspended_until(situation.provision, day_of(now))
    return end.overdue_from if until is None else max(end.overdue_from, first_moment(until))


def is_overdue(situation: Situation, now: datetime) -> bool:
    """Overdue from the first moment of D+1, unless closed, stopped or suspended."""
    moment = late_from(situation, now)
    return moment is not None and moment <= now


def is_breached(situation: Situation, now: datetime) -> bool:
    """Whether a promise was not kept by the end of D (domain.md, rule 7)."""
    day = breach_day(situation)
    return day is not None and first_moment(day) <= now


def objection_until(situation: Situation) -> date | None:
    """The last day to object to a refusal: six weeks from the day after it was announced (Awb 6:7 and 6:8), ``None`` when it was
    not refused. While that day is not known it is presumed to be that of the refusal. One can object when it was handed over
    since, with the municipality that refused.
    """
    outcome = situation.provision.outcome
    if situation.provision.status not in (Status.REFUSED, Status.HANDED_OVER) or outcome is None:
        return None
    return due_date(OBJECTION, announced_on(outcome) or outcome.on, situation.calendar).due


def announced_on(refusal: Outcome) -> date | None:
    """The day on which a refusal was announced, ``None`` while that is not known."""
    day = refusal.fields.get(ANNOUNCED_ON)
    return date.fromisoformat(day) if day else None


def days_overdue(situation: Situation, now: datetime) -> int:
    """Calendar days since D, 0 when it is not overdue."""
    end = due(situation, today=day_of(now))
    return (day_of(now) - end.due).days if end and is_overdue(situation, now) else 0


def reminder_makes_sense(situation: Situation) -> bool:
    """A reminder is for a target of a week or more, or an agreed date at least seven days away."""
    term = target(situation.rule, urgent=situation.provision.urgent)
    if term is not None:
        return term.a_week_or_more
    event, agreed = clock_event(situation.provision), situation.provision.agreed
    return event is not None and agreed is not None and agreed - event >= timedelta(days=7)


def last_need_blocked_too_long(rule: ProvisionRule, calendar: WorkingCalendar, today: date, *, urgent: bool) -> date:
    """The last day of the need (or the last agreed date, where a date is agreed) with which a provision that is still
    blocked has waited longer than its own target; see ``blocked_too_long``.
    """
    term, day = target(rule, urgent=urgent), today - ONE_DAY
    while term is not None and due_date(term, day, calendar, roll=rule.roll).due >= today:
        day -= ONE_DAY
    return day


def blocked_too_long(situation: Situation, today: date) -> int | None:
    """Calendar days since the need, when a provision has been blocked longer than its own target; else ``None``."""
    provision = situation.provision
    if provision.status is not Status.BLOCKED:
        return None
    term = target(situation.rule, urgent=provision.urgent)
    if term is None:
        end = provision.agreed or provision.needed_on
    else:
        end = due_date(term, provision.needed_on, situation.calendar, roll=situation.rule.roll).due
    return (today - provision.needed_on).days if today > end else None
