"""What is told of a case that moves: the plan in words, what ends by moving, and what was before the move."""

from collections.abc import Sequence
from datetime import date, datetime

from provisions.catalogue import Config
from provisions.domain import deadlines, dutch, graph, ladder, lifecycle
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Provision, ProvisionKey, Status
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle import SYSTEM, Moment


def rounds_before(situation: Situation) -> Sequence[Provision]:
    """The rounds that this one continues, oldest first: each was handed over by the municipality before."""
    found: list[Provision] = []
    one = situation.provision
    while one.continues is not None:
        one = situation.case.provisions[ProvisionKey(one.key, one.continues)]
        found.insert(0, one)
    return found


def moved_from(situation: Situation, config: Config, now: datetime) -> str:
    """From which municipality the client moved, for a table that hears of it before it is late or refused here; else empty."""
    before = rounds_before(situation)
    told_otherwise = deadlines.is_overdue(situation, now) or situation.provision.status is Status.REFUSED
    if not before or told_otherwise:
        return ""
    was = before[-1].municipality or ""
    known = config.organisation.municipalities.get(was)
    return known.name if known else was


def plan(case: Case, config: Config, now: datetime) -> list[str]:
    """A line for each round that was not handed over: where it stands, and what is still to be done. ``now`` is aware."""
    lines = []
    if case.present:
        present = [config.catalogue.rule(key).name for key in sorted(case.present)]
        lines.append(f"Was er al: {dutch.listed(present)}.")
    for key, provision in case.provisions.items():
        if provision.status is Status.HANDED_OVER:
            continue
        situation = Situation.of(case, key, config.catalogue)
        name = dutch.capitalised(situation.rule.called(key.round, provision.purpose))
        lines.append(f"**{name}**: {'; '.join(_standing(situation, config, now))}.")
    return lines


def end_by_moving(case: Case, config: Config, now: datetime) -> list[str]:
    """The names of what was there and has to be decided on anew in the new municipality."""
    rules = config.catalogue.provisions
    delivered = lifecycle.offered_again(case, Moment(now, SYSTEM, config.catalogue))
    names = [rules[p.key].called(p.round, p.purpose) for p in delivered]
    return names + [rules[key].name for key in sorted(case.present) if rules[key].ends_by_moving]


def _standing(situation: Situation, config: Config, now: datetime) -> list[str]:
    provision = situation.provision
    said = [_status(situation, config)]
    end = deadlines.due(situation, today=day_of(now))
    if provision.status.is_open and end is not None:
        late = deadlines.days_overdue(situation, now)
        said.append(f"uiterste datum {_day(end.due)}" + (f" ({dutch.days(late)} te laat)" if late else ""))
        if (until := deadlines.suspended_until(provision, day_of(now))) is not None:
            said.append(f"{dutch.SUSPENDED} tot {_day(until)}")
        if (holder := ladder.lies_with(situation)) is not None:
            said.append(f"ligt bij {dutch.holder(holder)}")
        if (following := ladder.next_rung_at(situation, config.catalogue, now)) is not None:
            said.append(f"daarna {following.name.kind.ahead} op {_day(day_of(following.at))}")
    titles = {rule.name: rule.title for rule in situation.rule.follow_ups}
    said += [f"nog te doen op {_day(f.due)}: {titles.get(f.name, f.name)}" for f in provision.follow_ups if f.is_open]
    return said


def _status(situation: Situation, config: Config) -> str:
    provision = situation.provision
    if provision.status is Status.BLOCKED:
        waits = graph.unmet(situation.rule, situation.case, provision)
        return f"wacht op {dutch.listed([config.catalogue.named(d) for d in waits])}"
    if provision.status is Status.WAITING and provision.started_on is not None:
        return f"gevraagd op {_day(provision.started_on)}"
    outcome = provision.outcome
    on = outcome.on if outcome else provision.closed_on
    until = deadlines.objection_until(situation)
    objection = f", bezwaar kan tot en met {_day(until)}" if until else ""
    return dutch.STATUS[provision.status] + (f" op {_day(on)}" if on else "") + objection


def _day(day: date) -> str:
    return dutch.dutch_date(day)
