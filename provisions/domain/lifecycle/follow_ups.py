"""What must still be done after an outcome, so that nothing is forgotten (domain.md, "What each flow does beyond…")."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, FollowUp, Provision, ProvisionKey
from provisions.domain.errors import NotAllowed, NotFound
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, provision_of
from provisions.domain.lifecycle.reminding import reminded
from provisions.domain.lifecycle.telling import tell_of_follow_ups
from provisions.domain.messages import MessageKind
from provisions.domain.rules import FollowUpRule, MilestoneRef, OutcomeName, TriggerKind


def remind(draft: Draft, key: ProvisionKey) -> None:
    """The director hears of what fell due, and once more of what was not done."""
    provision, calendar = draft.case.provisions[key], draft.moment.catalogue.calendar_of(draft.case.municipality)
    told = [found for f in provision.follow_ups if (found := reminded(f, calendar, draft.moment.today))]
    if not told:
        return
    _change_follow_ups(draft, provision, told)
    tell_of_follow_ups(draft, MessageKind.FOLLOW_UP, key, told)


def plan_follow_ups(draft: Draft, key: ProvisionKey) -> None:
    """Plan what the outcome in force asks for."""
    outcome = draft.case.provisions[key].outcome
    if outcome is not None:
        plan_after(draft, key, TriggerKind.OUTCOME, outcome.on, outcome.name.value, outcome.fields)
        _go_on_with_what_repeats(draft, key)


def plan_after(
    draft: Draft,
    key: ProvisionKey,
    kind: TriggerKind,
    on: date,
    which: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> None:
    """Plan what has to be done after something that happened on day ``on``; ``which``: see ``Trigger``."""
    provision, made = draft.case.provisions[key], []
    for rule in draft.rule(key).follow_ups:
        if not rule.trigger.met_by(kind, which) or _ended(draft.case, key, rule):
            continue
        if rule.only_if is not None and (fields or {}).get(rule.only_if[0]) != rule.only_if[1]:
            continue
        day = _follow_up_day(draft, key, rule, on, fields or {})
        if day is not None:
            made.append(FollowUp(rule.name, day))
    planned = with_follow_ups(provision.follow_ups, tuple(made))
    draft.case = draft.case.with_provision(replace(provision, follow_ups=planned))
    there = {(f.name, f.due) for f in provision.follow_ups if not f.lapsed}
    for one in made:
        if (one.name, one.due) not in there:
            note_follow_up(draft, key, one)


def with_follow_ups(known: tuple[FollowUp, ...], new: tuple[FollowUp, ...]) -> tuple[FollowUp, ...]:
    """``known`` and ``new``. One that lapsed by a reopening and is planned again for the same day is that same one."""
    planned = {(f.name, f.due) for f in new}
    revived = tuple(replace(f, lapsed=False) if (f.name, f.due) in planned else f for f in known)
    there = {(f.name, f.due) for f in known}
    return (*revived, *(f for f in new if (f.name, f.due) not in there))


def _follow_up_day(
    draft: Draft, key: ProvisionKey, rule: FollowUpRule, on: date, fields: Mapping[str, str]
) -> date | None:
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality_of(key))
    if rule.on_field and (value := fields.get(rule.on_field)):
        day = date.fromisoformat(value)
        for _ in range(rule.working_days_before):
            day = calendar.last_working_day_before(day)
        return day
    if rule.from_field and (value := fields.get(rule.from_field)):
        on = date.fromisoformat(value)
    return rule.after.after(on, calendar) if rule.after else None


def _ended(case: Case, key: ProvisionKey, rule: FollowUpRule) -> bool:
    """Whether a milestone has ended it, or the provision that ends it was there or has an outcome that does."""
    if any(_known(case, key, milestone) for milestone in rule.until):
        return True
    if rule.unless_settled is None:
        return False
    last = case.latest(rule.unless_settled)
    outcome = last.outcome if last else None
    return (last is None and rule.unless_settled in case.present) or (
        outcome is not None and outcome.name in rule.ended_by
    )


def _known(case: Case, key: ProvisionKey, milestone: MilestoneRef) -> bool:
    of = case.provisions[key] if milestone.of is None else case.latest(milestone.of)
    return of is not None and of.milestone(milestone.name) is not None


def lapse_by_milestone(draft: Draft, because: str) -> None:
    """Follow-ups that a milestone has ended, of whichever provision it is."""
    for provision in tuple(draft.case.provisions.values()):
        ended = {
            rule.name
            for rule in draft.rule(provision.id).follow_ups
            if any(_known(draft.case, provision.id, milestone) for milestone in rule.until)
        }
        lapse(draft, provision.id, ended, because)


def lapse_follow_ups(draft: Draft, settled: ProvisionKey) -> None:
    """Follow-ups that last only until ``settled`` is settled, and now are ended by it."""
    for provision in tuple(draft.case.provisions.values()):
        ended = {
            r.name
            for r in draft.rule(provision.id).follow_ups
            if r.unless_settled == settled.key and _ended(draft.case, provision.id, r)
        }
        outcome = draft.case.provisions[settled].outcome
        if ended and outcome is not None:
            because = f"{draft.named(settled.key)} is {dutch.OUTCOME[outcome.name]}, op {dutch.dutch_date(outcome.on)}"
            lapse(draft, provision.id, ended, because)


def lapse_own_follow_ups(draft: Draft, key: ProvisionKey, because: str) -> None:
    """Those whose reason is gone: of an outcome that is not in force any more, of asking and starting once there is one."""
    rules, provision = draft.rule(key).follow_ups, draft.case.provisions[key]
    lapse(draft, key, {rule.name for rule in rules if not _has_reason(rule, provision)}, because)


def _has_reason(rule: FollowUpRule, provision: Provision) -> bool:
    """Whether what it is planned for may still hold, given the outcome in force."""
    in_force = provision.outcome.name.value if provision.outcome else None
    match rule.trigger.kind:
        case TriggerKind.OUTCOME:
            return rule.trigger.which == in_force
        case TriggerKind.REQUESTED | TriggerKind.STARTED:
            return in_force is None
        case TriggerKind.WAIVED:
            return in_force != OutcomeName.WITHDRAWN
        case TriggerKind.MILESTONE:
            return True


def plan_again_after_starting(draft: Draft, key: ProvisionKey) -> None:
    """What asking and starting had planned has its reason again, once the outcome that ended it has been undone."""
    provision = draft.case.provisions[key]
    asked_on = provision.asked_on or provision.applied_on or provision.started_on
    if provision.asked and asked_on is not None:
        plan_after(draft, key, TriggerKind.REQUESTED, asked_on)
    if provision.started_on is not None:
        plan_after(draft, key, TriggerKind.STARTED, provision.started_on)


def plan_all_again(draft: Draft, key: ProvisionKey) -> None:
    """Everything of a provision that lapsed with its case, once the end of the case has been undone: what was done stays done."""
    provision = draft.case.provisions[key]
    if provision.outcome is None:
        plan_again_after_starting(draft, key)
    plan_follow_ups(draft, key)
    for milestone in provision.milestones:
        plan_after(draft, key, TriggerKind.MILESTONE, milestone.on, milestone.name)
    if provision.outcome is None or provision.outcome.name is not OutcomeName.WITHDRAWN:
        for waiver in provision.waivers:
            plan_after(draft, key, TriggerKind.WAIVED, waiver.on, waiver.code)
    _go_on_with_what_repeats(draft, key)


def _go_on_with_what_repeats(draft: Draft, key: ProvisionKey) -> None:
    """Of what repeats and has been done before, the next one, where it has its reason and none is planned."""
    provision = draft.case.provisions[key]
    for rule in draft.rule(key).follow_ups:
        known = [f for f in draft.case.provisions[key].follow_ups if f.name == rule.name]
        done = [f for f in known if f.done is not None]
        if done and _has_reason(rule, provision) and not any(f.is_open for f in known):
            _plan_next(draft, key, rule, max(done, key=lambda f: f.due))


def _plan_next(draft: Draft, key: ProvisionKey, rule: FollowUpRule, last: FollowUp) -> None:
    """After ``last``, which is done, the next one of what repeats. What was done on the very day from which it was counted would
    be due on the same day again: then the next one is counted from there.
    """
    if not (rule.repeat and rule.after and last.done) or _ended(draft.case, key, rule):
        return
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality_of(key))
    provision = draft.case.provisions[key]
    done = {f.due for f in provision.follow_ups if f.name == rule.name and f.done is not None}
    due = rule.after.after(last.done, calendar)
    while due in done:
        due = rule.after.after(due, calendar)
    following = FollowUp(rule.name, due)
    if all(f.lapsed for f in provision.follow_ups if (f.name, f.due) == (following.name, following.due)):
        planned = with_follow_ups(provision.follow_ups, (following,))
        draft.case = draft.case.with_provision(replace(provision, follow_ups=planned))
        note_follow_up(draft, key, following)


def lapse(draft: Draft, key: ProvisionKey, names: Collection[str], because: str) -> None:
    """What of these is open lapses, on record."""
    provision = draft.case.provisions[key]
    lapsing = [f for f in provision.follow_ups if f.is_open and f.name in names]
    if not lapsing:
        return
    _change_follow_ups(draft, provision, [replace(f, lapsed=True) for f in lapsing])
    for f in lapsing:
        draft.note("follow_up.lapsed", f"vervolgactie vervalt: {because}", key, name=f.name, due=f.due.isoformat())


def plan_again(draft: Draft, reopened: ProvisionKey) -> None:
    """What ``reopened`` had ended has its reason again: the last one that lapsed, or the first where none was planned."""
    for provision in tuple(draft.case.provisions.values()):
        for rule in draft.rule(provision.id).follow_ups:
            outcome = provision.outcome
            if rule.unless_settled != reopened.key or outcome is None:
                continue
            if not rule.trigger.met_by(TriggerKind.OUTCOME, outcome.name.value):
                continue
            known = [f for f in draft.case.provisions[provision.id].follow_ups if f.name == rule.name]
            if not known:
                plan_follow_ups(draft, provision.id)
            elif not any(f.is_open for f in known) and (last := max(known, key=lambda f: f.due)).lapsed:
                back = replace(last, lapsed=False)
                _change_follow_ups(draft, draft.case.provisions[provision.id], [back])
                note_follow_up(draft, provision.id, back)


def _change_follow_ups(draft: Draft, provision: Provision, changed: list[FollowUp]) -> None:
    by_identity = {(f.name, f.due): f for f in changed}
    draft.case = draft.case.with_provision(
        replace(provision, follow_ups=tuple(by_identity.get((f.name, f.due), f) for f in provision.follow_ups))
    )


def note_follow_up(draft: Draft, key: ProvisionKey, follow_up: FollowUp) -> None:
    """On record: it is planned."""
    draft.note(
        "follow_up.planned",
        f"vervolgactie op {dutch.dutch_date(follow_up.due)}",
        key,
        name=follow_up.name,
        due=follow_up.due.isoformat(),
    )


def settle_follow_up(case: Case, key: ProvisionKey, name: str, moment: Moment, on: date) -> Decision:
    """A follow-up is done. One that repeats is planned again, counted from ``on``."""
    provision = provision_of(case, key)
    draft = Draft(case, moment, at_rest=True)
    rules = {f.name: f for f in draft.rule(key).follow_ups}
    known = [f for f in provision.follow_ups if f.name == name]
    if name not in rules or not known:
        names = dutch.listed(sorted({f.name for f in provision.follow_ups})) if provision.follow_ups else "geen"
        raise NotFound(f"'{key}' in traject {case.reference} heeft geen vervolgactie '{name}'. Wel: {names}.")
    due_first = min((f for f in known if f.is_open), key=lambda f: f.due, default=None)
    if due_first is None:
        raise NotAllowed(f"De vervolgactie '{name}' van '{key}' in traject {case.reference} is al afgerond.")
    outcome = provision.outcome
    not_before(
        f"De vervolgactie '{name}' van '{key}' afronden",
        on,
        (outcome.on if outcome else provision.needed_on, "de uitkomst" if outcome else "de dag waarop het nodig werd"),
        (max((f.done for f in known if f.done is not None and f.due < due_first.due), default=None), "de vorige keer"),
    )
    _change_follow_ups(draft, provision, [replace(due_first, done=on)])
    draft.note(
        "follow_up.done", "vervolgactie afgerond", key, name=name, due=due_first.due.isoformat(), on=on.isoformat()
    )
    _plan_next(draft, key, rules[name], replace(due_first, done=on))
    return draft.done()
