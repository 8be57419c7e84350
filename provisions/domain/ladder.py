"""The escalation ladder: which rung is due at which moment (domain.md, "The ladder"). All of it follows the rules in config."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from provisions.domain.calendar import ONE_DAY, day_of, first_moment
from provisions.domain.case import Answer, Provision, Rung, Status
from provisions.domain.deadlines import Situation, due, reminder_makes_sense, stopped_days, suspended_until
from provisions.domain.rules import Anchor, Catalogue, OutcomeName, RungRule
from provisions.domain.rungs import RungName
from provisions.domain.terms import DueDate, Term, due_date


@dataclass(frozen=True)
class RungDue:
    """A rung that is still to be climbed, and the moment (UTC) on which it is due."""

    name: RungName
    at: datetime


def ladder_of(situation: Situation, catalogue: Catalogue) -> tuple[RungRule, ...]:
    """The rungs that exist for this provision: an optional one only where the municipality has such a table."""
    return tuple(
        r
        for r in situation.rule.ladder
        if catalogue.has_rung(r.name, situation.case.municipality_of(situation.provision.id))
    )


def rungs_ahead(situation: Situation, catalogue: Catalogue) -> tuple[RungDue, ...]:
    """The rungs not climbed yet, in order, each at the moment it is due as far as is known now.

    Empty for what is closed or has not started. A rung that falls on a suspended day is due when the clock resumes.
    """
    provision = situation.provision
    end = due(situation)
    if end is None or not provision.status.is_open:
        return ()
    rules = ladder_of(situation, catalogue)
    if all(_climbed_or_passed(provision, rule.name) for rule in rules):
        return ()
    stopped = stopped_days(situation)
    tables = _tables(situation, [rule for rule in rules if not rule.is_reminder], end, stopped)
    ahead = [RungDue(name, at) for name, at in tables if not _climbed_or_passed(provision, name)]
    reminder = next((rule for rule in rules if rule.is_reminder), None)
    if reminder is None or provision.rung(reminder.name) is not None or _is_dropped(situation):
        return tuple(ahead)
    at = _reminder(situation, reminder, end.due, stopped)
    return (RungDue(reminder.name, at), *ahead) if at is not None and at < end.overdue_from else tuple(ahead)


def _tables(
    situation: Situation, rules: list[RungRule], end: DueDate, stopped: frozenset[date]
) -> list[tuple[RungName, datetime]]:
    """Every table with the moment of its rung, climbed or not, in order; from the days of the facts only: a rung that was
    climbed at another moment than it should have been, as far as is known now, moves no other.

    An optional table never delays the national desk: it is asked at the latest at that rung's moment. D may have moved
    since the doorbraaktafel was reached (a stop recorded late, a new agreement): what is on time again climbs no further.
    """
    refused = situation.provision.status is Status.REFUSED
    moments: dict[RungName, datetime] = {}
    for rule in rules:
        if rule.name is RungName.DOORBRAAKTAFEL:
            moments[rule.name] = _doorbraaktafel(situation, rule, end.due, stopped)
        else:
            at = _moment(situation, rule, end.due, moments.get(RungName.DOORBRAAKTAFEL), stopped)
            moments[rule.name] = at if refused else max(at, _running(end.overdue_from, stopped))
    for name in moments:
        if name.kind.optional and RungName.MAATWERKLOKET in moments:
            moments[name] = min(moments[name], moments[RungName.MAATWERKLOKET])
    found: list[tuple[RungName, datetime]] = []
    for name, at in moments.items():
        # In order: never before a rung below it.
        found.append((name, max([at, *(below for _, below in found)])))
    return found


def next_rung_at(situation: Situation, catalogue: Catalogue, now: datetime) -> RungDue | None:
    """The rung to climb next and when; while suspended not before the clock resumes, and none while the case is at rest."""
    ahead = rungs_ahead(situation, catalogue)
    if not ahead or situation.case.resting(day_of(now)):
        return None
    first = min(ahead, key=lambda rung: rung.at)  # the earliest; of equals the lowest
    until = suspended_until(situation.provision, day_of(now))
    return first if until is None else RungDue(first.name, max(first.at, first_moment(until)))


def rungs_due(situation: Situation, catalogue: Catalogue, now: datetime) -> tuple[RungDue, ...]:
    """The rungs to climb by ``now``, in order: what :func:`next_rung_at` gives one after the other, for no rung moves another."""
    if suspended_until(situation.provision, day_of(now)) is not None:
        return ()
    found: list[RungDue] = []
    for rung in sorted(rungs_ahead(situation, catalogue), key=lambda rung: rung.at):
        if rung.at > now:
            break
        if all(climbed.name.height < rung.name.height for climbed in found):  # a ladder goes up
            found.append(rung)
    return tuple(found)


def lies_with(situation: Situation) -> str | None:
    """Who has to act now: ``loket``, a table, ``case_director``, or ``None`` (closed, or waiting for another provision)."""
    provision = situation.provision
    if not provision.status.is_open or provision.status is Status.BLOCKED:
        return None
    table = _highest_table(provision.rungs)
    if table is None:
        return "case_director" if provision.status is Status.REFUSED or not asked_in_time(situation) else "loket"
    if table.name.kind.is_judged and not table.submitted:
        return "case_director"  # the submission is to be judged, or was not made: the local desks act
    if table.answer is None:
        return table.name.value
    if provision.status is Status.REFUSED and table.answer is Answer.BACK_TO_COUNTER:
        return "case_director"  # the counter it went back to has refused: it is for somebody to take it up
    return "case_director" if table.answer in (Answer.UNRESOLVED, Answer.OTHER_ROUTE) else "loket"


def asked_in_time(situation: Situation) -> bool:
    """Whether the counter was asked by the end of D; of what was recorded by a version that did not note it, that is believed."""
    end, asked = due(situation), situation.provision.asked_on
    return end is None or asked is None or asked <= end.due


def table_at_work(provision: Provision) -> RungName | None:
    """The municipality's table or officer that has the provision before it and has not answered yet, if any."""
    table = _highest_table(provision.rungs)
    if table is None or table.answer is not None or table.submitted is not None:
        return None
    return table.name


def _highest_table(rungs: tuple[Rung, ...]) -> Rung | None:
    tables = [rung for rung in rungs if rung.name.kind.is_table]
    return max(tables, key=lambda rung: rung.name.height, default=None)


def _climbed_or_passed(provision: Provision, name: RungName) -> bool:
    """Whether this rung or a higher one was climbed: a ladder goes up, also when another municipality has more rungs."""
    return any(rung.name.height >= name.height for rung in provision.rungs)


def _is_dropped(situation: Situation) -> bool:
    """A reminder is dropped once a higher rung was climbed, or is about to be because of a refusal."""
    provision = situation.provision
    return provision.status is Status.REFUSED or _highest_table(provision.rungs) is not None


def _reminder(situation: Situation, rule: RungRule, end: date, stopped: frozenset[date]) -> datetime | None:
    if rule.only_long_targets and not reminder_makes_sense(situation):
        return None
    if rule.before:
        return _running(first_moment(situation.calendar.last_working_day_before(end)), stopped)
    return _moment(situation, rule, end, None, stopped)


def _doorbraaktafel(situation: Situation, rule: RungRule, end: date, stopped: frozenset[date]) -> datetime:
    """The first moment of D+1; on a refusal before it the moment that was recorded."""
    outcome = situation.provision.outcome
    at = _moment(situation, rule, end, None, stopped)
    if outcome is not None and outcome.name is OutcomeName.REFUSED:
        return min(at, outcome.recorded)
    return at


def _moment(
    situation: Situation, rule: RungRule, end: date, doorbraak: datetime | None, stopped: frozenset[date]
) -> datetime:
    """The first moment of the day after the rung's term."""
    if rule.anchor is Anchor.START:
        anchor = situation.provision.started_on or end
    elif rule.anchor is Anchor.DOORBRAAKTAFEL and doorbraak is not None:
        anchor = _day_ended_before(doorbraak)
    else:
        anchor = end
    at = _after(situation, rule.after, anchor, rule.roll, stopped)
    if rule.not_before is not None and doorbraak is not None:
        at = max(at, _after(situation, rule.not_before, _day_ended_before(doorbraak), rule.roll, stopped))
    return at


def _after(situation: Situation, term: Term | None, anchor: date, roll: bool, stopped: frozenset[date]) -> datetime:
    end = (
        anchor
        if term is None
        else due_date(term, anchor, situation.calendar, roll=roll and term.count > 0, suspended=stopped).due
    )
    return _running(first_moment(end + ONE_DAY), stopped)


def _day_ended_before(moment: datetime) -> date:
    """The day from which a term after ``moment`` counts: the day that ended at it, or the day it lies in."""
    day = day_of(moment)
    return day - ONE_DAY if moment == first_moment(day) else day


def _running(moment: datetime, stopped: frozenset[date]) -> datetime:
    """``moment``, or the first moment at which the clock runs again when it lies on a suspended day."""
    day = day_of(moment)
    if day not in stopped:
        return moment
    while day in stopped:
        day += timedelta(days=1)
    return first_moment(day)
