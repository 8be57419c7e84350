"""Signals about what is promised for the very day, which is counted in hours (domain.md, "What happens in a life", rule 6). They
are no rungs: they use up nothing, and the ladder is as it was.

Pure. Moments are UTC, days and hours Amsterdam's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from provisions.domain import deadlines
from provisions.domain.calendar import AMSTERDAM, ONE_DAY, OfficeHours, day_of
from provisions.domain.case import BY_COUNTER, Provision, Said, Status
from provisions.domain.deadlines import Situation
from provisions.domain.rules import Catalogue, SignalAbout, SignalRule, SignalTo

ARRIVED = "arrived"  # the milestone
ON_TIME = timedelta(minutes=15)
ALWAYS_THERE = OfficeHours(time.min, time.max)


@dataclass(frozen=True)
class SignalDue:
    """A signal that is still to be given, of day ``day``, and the moment (UTC) on which it is due."""

    rule: SignalRule
    day: date
    at: datetime


def signals_ahead(situation: Situation, catalogue: Catalogue, now: datetime) -> tuple[SignalDue, ...]:
    """The signals that are still to be given or passed over, by moment: of the nights each morning up to ``now`` (aware), and the
    one after. Nothing while the clock stands still, and nothing at rest; of ``now`` depends nothing else.
    """
    provision, today = situation.provision, day_of(now)
    runs = situation.rule.same_day and provision.started_on is not None and situation.case.closed is None
    if not runs or situation.case.resting(today) or has_arrived(provision):
        return ()
    found = [
        due
        for rule in catalogue.signals
        for due in _of(rule, situation, catalogue, now)
        if not any((given.name, given.day) == (rule.name, due.day) for given in provision.signals)
    ]
    return tuple(sorted(found, key=lambda due: due.at))


def is_too_late(due: SignalDue, provision: Provision, now: datetime) -> bool:
    """Whether a signal that is due says nothing any more: its day is over. Of nights only the last is told, and the first one of
    what was asked by a version that knew no signals only when it comes in time.
    """
    if due.rule.about is not SignalAbout.NIGHT:
        return day_of(now) > day_of(due.at)
    known = provision.asked_at is not None or any(given.name == due.rule.name for given in provision.signals)
    return not known and now - due.at > ON_TIME


def has_arrived(provision: Provision) -> bool:
    """Whether the client is there. What was recorded before a reopening was of an outcome that was a mistake."""
    on, reopened = provision.milestone(ARRIVED), provision.reopened_on
    return on is not None and (reopened is None or on >= reopened)


def is_answered(provision: Provision) -> bool:
    """Whether the counter said anything about it since it was asked. That it has seen the question is no answer to it."""
    asked = provision.asked_at
    said = (reply for reply in provision.replies if reply.said in BY_COUNTER and reply.said is not Said.SEEN)
    return provision.status is not Status.WAITING or any(asked is None or r.on >= day_of(asked) for r in said)


def is_still_so(provision: Provision, about: SignalAbout) -> bool:
    """Whether what a signal says is still so."""
    match about:
        case SignalAbout.UNANSWERED:
            return not is_answered(provision) and not has_arrived(provision)
        case SignalAbout.NIGHT:
            return provision.status.is_open and not has_arrived(provision)
        case SignalAbout.ARRIVED:
            there = provision.status.is_open or provision.status is Status.DELIVERED
            return there and not has_arrived(provision)


def night(situation: Situation, morning: date) -> int:
    """Which night without a place ended on ``morning``: the first is the one after D. They are counted as days too late are."""
    end = deadlines.due(situation)
    return (morning - end.due).days if end is not None else 0


def _of(rule: SignalRule, situation: Situation, catalogue: Catalogue, now: datetime) -> Iterator[SignalDue]:
    match rule.about:
        case SignalAbout.UNANSWERED:
            return _unanswered(rule, situation, catalogue, now)
        case SignalAbout.ARRIVED:
            return _arrived(rule, situation, now)
        case SignalAbout.NIGHT:
            return _nights(rule, situation, now)


# --- asked and unanswered --------------------------------------------------------------------------------------------


def _unanswered(rule: SignalRule, situation: Situation, catalogue: Catalogue, now: datetime) -> Iterator[SignalDue]:
    """On the day itself, or that of the asking where it was asked later. The morning after it is about the night."""
    provision, end = situation.provision, deadlines.due(situation)
    if provision.asked_at is None or end is None or is_answered(provision) or _stands_still(provision, now):
        return
    day = max(end.due, day_of(provision.asked_at))
    hours = catalogue.office_hours.get(situation.case.municipality_of(provision.id), ALWAYS_THERE)
    if situation.calendar.closed(day) is not None:
        # Whoever asks outside office hours tells the stand-by at once; of a day known before, that is for its morning.
        if SignalTo.STANDBY in rule.to and day_of(provision.asked_at) < day:
            yield SignalDue(rule, day, _moment(day, hours.start))
        return
    opens, closes = _moment(day, hours.start), _moment(day, hours.end)
    asked = max(provision.asked_at, opens)
    if asked < closes:
        yield SignalDue(rule, day, min(_within_hours(rule, day, asked, closes), closes))


def _within_hours(rule: SignalRule, day: date, asked: datetime, closes: datetime) -> datetime:
    """What was asked after a signal's hour is unanswered when the office closes."""
    if rule.at is None:
        return asked + timedelta(hours=rule.after or 0)
    at = _moment(day, rule.at)
    return at if at >= asked else closes


# --- is the client there? --------------------------------------------------------------------------------------------


def _arrived(rule: SignalRule, situation: Situation, now: datetime) -> Iterator[SignalDue]:
    """Of the day on which it has to be there, or on which it was arranged. Each question stands on its own day only."""
    provision, end = situation.provision, deadlines.due(situation)
    if provision.asked_at is None or end is None or not is_still_so(provision, SignalAbout.ARRIVED):
        return
    if provision.status.is_open and (rule.next_day or _stands_still(provision, now)):
        return  # the morning after D says that there is no place, and asks for it
    known, day = provision.asked_at, max(end.due, day_of(provision.asked_at))
    if not provision.status.is_open and (outcome := provision.outcome) is not None:
        known = outcome.recorded
        day = max(outcome.on, day_of(known), deadlines.clock_event(provision) or outcome.on)
    on = day + ONE_DAY if rule.next_day else day
    at = _moment(on, rule.at or time.min)
    if at > known:
        yield SignalDue(rule, day, at)


# --- every morning after D -------------------------------------------------------------------------------------------


def _nights(rule: SignalRule, situation: Situation, now: datetime) -> Iterator[SignalDue]:
    since = deadlines.late_from(situation, now)
    if since is None:
        return
    at, stopped = rule.at or time.min, deadlines.stopped_days(situation)
    morning = max(day_of(since), _first_morning(rule, situation.provision, at))
    while _moment(morning, at) <= now or morning in stopped:
        if morning not in stopped:
            yield SignalDue(rule, morning, _moment(morning, at))
        morning += ONE_DAY
    yield SignalDue(rule, morning, _moment(morning, at))


def _first_morning(rule: SignalRule, provision: Provision, at: time) -> date:
    """The one after the last that was told of; before the first, that after the asking."""
    given = [signal.day for signal in provision.signals if signal.name == rule.name]
    if given:
        return max(given) + ONE_DAY
    if provision.asked_at is None:
        return date.min
    day = day_of(provision.asked_at)
    return day if _moment(day, at) > provision.asked_at else day + ONE_DAY


def _stands_still(provision: Provision, now: datetime) -> bool:
    return deadlines.is_suspended(provision, day_of(now))


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, AMSTERDAM).astimezone(UTC)
