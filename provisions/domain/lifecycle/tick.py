"""Time passes: what fell due, and when the next thing does (domain.md, "The ladder" and rule 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from provisions.domain import deadlines, dutch, ladder
from provisions.domain.calendar import ONE_DAY, day_of, first_moment
from provisions.domain.case import Case, Provision, ProvisionKey, Rung, Status, Suspension, changed
from provisions.domain.deadlines import Situation
from provisions.domain.ladder import RungDue
from provisions.domain.lifecycle.case_follow_ups import keep_asking, remind_of_case
from provisions.domain.lifecycle.decision import SYSTEM, Decision, Draft, Moment
from provisions.domain.lifecycle.follow_ups import remind
from provisions.domain.lifecycle.promises import promise_due, remind_of_promise
from provisions.domain.lifecycle.reminding import next_reminder
from provisions.domain.lifecycle.rest import wake_by_itself
from provisions.domain.lifecycle.second import ask_again, next_asking
from provisions.domain.lifecycle.signal import signal
from provisions.domain.lifecycle.starting import explained
from provisions.domain.lifecycle.telling import tell_of_climb, tell_standby
from provisions.domain.lifecycle.waivers import offer_waivers
from provisions.domain.lifecycle.warning import warn
from provisions.domain.messages import MessageKind
from provisions.domain.rules import Catalogue
from provisions.domain.rungs import RungName
from provisions.domain.signals import signals_ahead
from provisions.domain.terms import DueDate
from provisions.domain.warnings import warnings_ahead


def tick(case: Case, key: ProvisionKey, moment: Moment) -> Decision:
    """Everything that fell due for one provision by ``moment.now``: clocks resumed, lateness noted, rungs climbed in order,
    warnings and signals given, follow-ups and promised days reminded of. Deciding twice changes nothing: what was done is in the
    case.
    """
    draft = Draft(case, moment)
    _resume_by_itself(draft, key)
    warn(draft, key)
    _note_overdue(draft, key)
    _climb(draft, key)
    signal(draft, key)
    remind(draft, key)
    remind_of_promise(draft, key)
    return draft.done()


def tick_case(case: Case, moment: Moment) -> Decision:
    """Everything that fell due for the case as a whole by ``moment.now``. Deciding twice changes nothing."""
    draft = Draft(case, moment)
    wake_by_itself(draft)
    keep_asking(draft)
    remind_of_case(draft)
    ask_again(draft)
    return draft.done()


def _resume_by_itself(draft: Draft, key: ProvisionKey) -> None:
    provision, today = draft.case.provisions[key], draft.moment.today
    ended = [s for s in _running_out(provision) if s.until <= today]
    if not ended:
        return
    draft.change(
        replace(
            provision,
            suspensions=tuple(replace(s, resumed=s.until) if s in ended else s for s in provision.suspensions),
        )
    )
    for s in ended:
        draft.note(
            "clock.resumed", f"klok loopt vanzelf weer vanaf {dutch.dutch_date(s.until)}", key, on=s.until.isoformat()
        )


def _running_out(provision: Provision) -> list[Suspension]:
    """The suspensions after which the clock resumes by itself, where that is not noted yet: nothing else ended them before."""
    if not provision.status.is_open:
        return []
    return [
        s
        for s, stop in zip(provision.suspensions, provision.stops, strict=True)
        if s.resumed is None and stop.end == s.until
    ]


def _note_overdue(draft: Draft, key: ProvisionKey) -> None:
    situation = draft.situation(key)
    end = deadlines.due(situation)
    if end is None or not deadlines.is_overdue(situation, draft.moment.now):
        return
    first_late_day = end.due + ONE_DAY
    if situation.provision.late_noted == first_late_day:
        return
    draft.change(changed(situation.provision, late_noted=first_late_day))
    draft.note(
        "provision.overdue",
        f"te laat: uiterste datum {dutch.dutch_date(end.due)} is voorbij",
        key,
        term=explained(end),
        overdue_from=end.overdue_from.isoformat(),
    )


def _climb(draft: Draft, key: ProvisionKey) -> None:
    """Every rung that is due, in order, each once."""
    climbed = []
    for rung in ladder.rungs_due(draft.situation(key), draft.moment.catalogue, draft.moment.now):
        if rung.name is RungName.DOORBRAAKTAFEL:
            _offer_waivers_when_late(draft, key)
        automatic = rung.name.kind.is_judged and draft.case.municipality_of(key) in draft.moment.catalogue.automatic
        message = draft.send(MessageKind.RUNG, key, rung.name.value)
        provision = draft.case.provisions[key]
        draft.change(
            changed(
                provision,
                rungs=(
                    *provision.rungs,
                    Rung(rung.name, rung.at, draft.moment.now, message, submitted=automatic or None),
                ),
            )
        )
        draft.note(
            "rung.climbed",
            f"escalatiestap: {rung.name.label}",
            key,
            message=message,
            rung=rung.name.value,
            due=rung.at.isoformat(),
        )
        tell_of_climb(draft, key, rung.name)
        climbed.append(rung)
        if automatic:
            submission = draft.send(MessageKind.SUBMISSION, key)
            draft.note(
                "rung.submitted",
                "automatisch ingediend bij het landelijk Maatwerkloket (zo afgesproken)",
                key,
                submitted=True,
                message=submission,
            )
    _tell_standby_once(draft, key, climbed)


def _tell_standby_once(draft: Draft, key: ProvisionKey, climbed: Sequence[RungDue]) -> None:
    """However many rungs were missed, who is on duty hears once; not again of what was due before the counter was even asked, for
    whoever asked it told that already.
    """
    asked_on = draft.case.provisions[key].asked_on
    late = [rung for rung in climbed if asked_on is None or day_of(rung.at) > asked_on]
    if late:
        tell_standby(draft, key, late[-1].name.value)


def _offer_waivers_when_late(draft: Draft, key: ProvisionKey) -> None:
    # On a refusal the offer was made when it was recorded.
    if draft.case.provisions[key].status is not Status.REFUSED:
        offer_waivers(draft, key)


def follow_rules(
    case: Case, dues: Mapping[ProvisionKey, date | None], breaches: Mapping[ProvisionKey, date | None], moment: Moment
) -> Decision:
    """The rules in ``config/`` changed: note each open provision whose due date is no longer what it was.

    ``dues`` and ``breaches``: the due date and the day of the breach by the earlier rules. A breach stays a breach.
    """
    draft = Draft(case, moment)
    for key, provision in case.provisions.items():
        end = deadlines.due(draft.situation(key))
        if not provision.status.is_open or end is None or dues.get(key) in (None, end.due):
            continue
        broken = breaches.get(key)
        if broken is not None and broken <= moment.today:
            provision = replace(provision, breached_on=min(broken, provision.breached_on or broken))
        draft.change(provision)
        draft.note(
            "term.changed",
            f"de regels zijn gewijzigd; uiterste datum nu {dutch.dutch_date(end.due)}",
            key,
            term=explained(end),
        )
    return draft.done()


@dataclass(frozen=True)
class Derived:
    """What lists, the clock and the report ask of a provision, as known at one moment. See ``store/tables.py``."""

    due: date | None
    statutory_due: date | None
    statutory_late: Mapping[str, str | None]
    late_from: datetime | None
    breach_day: date | None
    suspended_until: date | None
    closed_on: date | None
    lies_with: str | None
    next_at: datetime | None


def derive(case: Case, key: ProvisionKey, moment: Moment) -> Derived:
    """The derived columns of one provision."""
    situation = Situation.of(case, key, moment.catalogue)
    provision = situation.provision
    end = deadlines.due(situation)
    statutory = deadlines.statutory_due(situation)
    return Derived(
        due=end.due if end else None,
        statutory_due=statutory.due if statutory else None,
        statutory_late={
            first.isoformat(): ended.isoformat() if ended else None
            for first, ended in deadlines.statutory_late(situation)
        },
        late_from=deadlines.late_from(situation, moment.now),
        breach_day=deadlines.breach_day(situation),
        suspended_until=_stands_still_until(situation, moment.today),
        closed_on=provision.closed_on,
        lies_with=ladder.lies_with(situation),
        next_at=_next_at(situation, moment, end),
    )


@dataclass(frozen=True)
class CaseDerived:
    """What the clock asks of a case as a whole. See ``store/tables.py``."""

    next_at: datetime | None


def derive_case(case: Case, moment: Moment) -> CaseDerived:
    """The derived columns of a case: ``next_at`` is the next moment (UTC) on which ``tick_case`` has something to do."""
    calendar = moment.catalogue.calendar_of(case.municipality)
    moments = [first_moment(day) for f in case.follow_ups if (day := next_reminder(f, calendar))]
    moments += [first_moment(day) for a in case.approvals if (day := next_asking(a, calendar))]
    moments += [first_moment(r.until) for r in case.rests[-1:] if r.woken is None]
    return CaseDerived(next_at=min(moments, default=None))


def _stands_still_until(situation: Situation, today: date) -> date | None:
    """The day on which it runs again by itself: when its own stop ends, and the rest of the case."""
    own, lasting = deadlines.suspended_until(situation.provision, today), situation.case.resting(today)
    return max((day for day in (own, lasting and lasting.until) if day), default=None)


def next_at(case: Case, key: ProvisionKey, moment: Moment) -> datetime | None:
    """The next moment (UTC) on which ``tick`` has something to do for one provision, ``None`` when there is none."""
    situation = Situation.of(case, key, moment.catalogue)
    return _next_at(situation, moment, deadlines.due(situation))


def _next_at(situation: Situation, moment: Moment, end: DueDate | None) -> datetime | None:
    """The next moment on which ``tick`` has something to do."""
    provision = situation.provision
    moments = [first_moment(day) for f in provision.follow_ups if (day := next_reminder(f, situation.calendar))]
    moments += [first_moment(s.until) for s in _running_out(provision)]
    moments += [warning.at for warning in warnings_ahead(situation, moment.catalogue)[:1]]
    moments += [one.at for one in signals_ahead(situation, moment.catalogue, moment.now)[:1]]
    rung = ladder.next_rung_at(situation, moment.catalogue, moment.now)
    if rung is not None:
        moments.append(rung.at)
    promised = promise_due(situation, moment.now)
    if promised is not None:
        moments.append(promised)
    late = deadlines.late_from(situation, moment.now)
    if late is not None and end is not None and provision.late_noted != end.due + ONE_DAY:
        moments.append(late)
    return min(moments, default=None)


@dataclass(frozen=True)
class Foreseen:
    """What ``tick`` will decide at any moment from ``at`` until ``until`` (UTC), if nothing changes before."""

    at: datetime
    until: datetime
    moment: Moment
    decision: Decision
    derived: Derived


def foresee(case: Case, key: ProvisionKey, at: datetime, catalogue: Catalogue) -> Foreseen | None:
    """What the clock will record at ``at``, the next moment of the provision; ``None`` when it is more than lateness and rungs.

    It holds until Amsterdam's day ends, or something else falls due: within a day nothing else depends on the hour, but for
    whom the stand-by hears of outside office hours.
    """
    moment = Moment(at, SYSTEM, catalogue)
    decision = tick(case, key, moment)
    before, after = case.provisions[key], decision.case.provisions[key]
    if not decision.audit or changed(after, rungs=before.rungs, late_noted=before.late_noted) != before:
        return None
    derived = derive(decision.case, key, moment)
    end_of_day = first_moment(moment.today + ONE_DAY)
    until = min(end_of_day, derived.next_at or end_of_day)
    hours = catalogue.office_hours.get(case.municipality)
    if hours is not None and catalogue.rule(key.key).standby:
        until = min(until, hours.next_edge(at))
    return Foreseen(at, until, moment, decision, derived) if until > at else None
