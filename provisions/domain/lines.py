"""What each kind of line of the record makes of a provision and its follow-ups. To add one that changes state: name it here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from provisions.domain.calendar import ONE_DAY, day_of
from provisions.domain.case import (
    Agreement,
    Answer,
    BudgetKind,
    BudgetLine,
    Cause,
    FollowUp,
    Milestone,
    Outcome,
    Place,
    PlaceState,
    Provision,
    ProvisionKey,
    Reason,
    Reply,
    Rest,
    Rung,
    Said,
    Signalled,
    Status,
    Suspension,
    Waiver,
    Warned,
)
from provisions.domain.lifecycle.decision import SYSTEM
from provisions.domain.lifecycle.ending import status_before_end
from provisions.domain.lifecycle.known_later import with_needed_from
from provisions.domain.lifecycle.milestones import with_milestone
from provisions.domain.lifecycle.promises import with_reminded
from provisions.domain.lifecycle.replies import with_taken_up
from provisions.domain.lifecycle.suspension import with_agreement
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.domain.warnings import judged

SAID = "…"  # a number that was given: which, is in the free text of its line, and forgotten with that


@dataclass(frozen=True)
class RecordedLine:
    """One line of the record. ``id`` is its number, ``at`` the moment of recording (aware), ``message`` an id."""

    id: int
    at: datetime
    by: str
    what: str
    key: ProvisionKey | None
    data: Mapping[str, Any]
    message: str | None = None


def needed(line: RecordedLine, key: ProvisionKey) -> Provision:
    """The provision as a line says that it was needed."""
    data, on = line.data, day(line.data["on"])
    agreed = day_or_none(data.get("agreed"))
    return Provision(
        key.key,
        needed_on=on,
        round=key.round,
        purpose=data.get("purpose"),
        again=data.get("again"),
        continues=data.get("continues"),
        urgent=bool(data.get("urgent")),
        needed_from=day_or_none(data.get("needed_from")),
        agreed=agreed,
        agreed_on=on if agreed else None,
    )


def after_line(before: Provision, line: RecordedLine) -> Provision:
    """The provision after a line; itself when lines of that kind change nothing."""
    change = _CHANGES.get(line.what)
    return before if change is None else change(before, line)


def _applied(p: Provision, line: RecordedLine) -> Provision:
    asked = day_or_none(line.data.get("asked"))
    return replace(p, asked=True, asked_on=asked, applied_on=day_or_none(line.data.get("on")))


def _started(p: Provision, line: RecordedLine) -> Provision:
    asked, at = p.asked_on or day_or_none(line.data.get("asked")), line.data.get("asked_at")
    began = replace(p, status=Status.WAITING, asked=True, asked_on=asked, started_on=day(line.data["on"]))
    return replace(began, asked_at=datetime.fromisoformat(at)) if at else began


def _waived(p: Provision, line: RecordedLine) -> Provision:
    return replace(
        p, waivers=(*p.waivers, Waiver(line.data["dependency"], day(line.data["on"]), line.data.get("code", "other")))
    )


def _outcome(p: Provision, line: RecordedLine) -> Provision:
    name, on = OutcomeName(line.data["outcome"]), day(line.data["on"])
    status = Status(name.value)
    stops = tuple(replace(s, resumed=s.start) if s.start == on else s for s in p.suspensions)
    outside = bool(line.data.get("without_place"))
    outcome = Outcome(name, on, line.at, line.data.get("fields") or {}, without_place=outside)
    return replace(p, status=status, outcomes=(*p.outcomes, outcome), suspensions=stops)


def _ended(p: Provision, line: RecordedLine) -> Provision:
    on, who = day(line.data["on"]), line.data.get("taken_over_by")
    return replace(p, status=Status.ENDED, ended_on=on, taken_over_by=who)


def _handed_over(p: Provision, line: RecordedLine) -> Provision:
    return replace(p, status=Status.HANDED_OVER, ended_on=day(line.data["on"]))


def _reopened(p: Provision, line: RecordedLine) -> Provision:
    if "on" not in line.data:  # it had ended with its case
        return replace(p, status=status_before_end(p), ended_on=None, taken_over_by=None)
    return replace(
        p,
        status=Status.BLOCKED if p.started_on is None else Status.WAITING,
        reopened_on=day(line.data["on"]),
        ended_on=None,
        taken_over_by=None,
        outcomes=tuple(replace(o, undone=True) for o in p.outcomes),
    )


def _overdue(p: Provision, line: RecordedLine) -> Provision:
    return replace(p, late_noted=day(line.data["term"]["due"]) + ONE_DAY)


def _suspended(p: Provision, line: RecordedLine) -> Provision:
    data = line.data
    stop = Suspension(day(data["on"]), day(data["until"]), Reason(data["reason"]), day_or_none(data.get("resumed")))
    return replace(p, suspensions=(*p.suspensions, stop))


def _resumed(p: Provision, line: RecordedLine) -> Provision:
    on, by_itself = day(line.data["on"]), line.by == SYSTEM

    def ends(stop: Suspension, end: date) -> bool:
        if by_itself:
            return stop.until == on and stop.resumed is None
        return stop.start <= on < end and stop.resumed_by_hand is None

    pairs = zip(p.suspensions, p.stops, strict=True)
    return replace(p, suspensions=tuple(replace(s, resumed=on) if ends(s, stop.end) else s for s, stop in pairs))


def _agreed(p: Provision, line: RecordedLine) -> Provision:
    on = day_or_none(line.data.get("on")) or day_of(line.at)
    return with_agreement(p, Agreement(day(line.data["agreed"]), on))


def _moved(p: Provision, line: RecordedLine) -> Provision:
    return with_needed_from(p, day(line.data["needed_from"]), day(line.data["on"]))


def _urgent(p: Provision, line: RecordedLine) -> Provision:
    return replace(p, urgent=True, urgent_since=day(line.data["on"]), urgent_because=line.data["code"])


def _milestone(p: Provision, line: RecordedLine) -> Provision:
    return with_milestone(p, Milestone(line.data["name"], day(line.data["on"])))


def _cause(p: Provision, line: RecordedLine) -> Provision:
    return replace(p, causes=(*p.causes, Cause(line.data["code"], day(line.data["on"]))))


def _climbed(p: Provision, line: RecordedLine) -> Provision:
    due = datetime.fromisoformat(line.data["due"])
    return replace(p, rungs=(*p.rungs, Rung(RungName(line.data["rung"]), due, line.at, str(line.message))))


def _taken_over(p: Provision, line: RecordedLine) -> Provision:
    data, answer = line.data, line.data.get("answer")
    rung = Rung(
        RungName(data["rung"]),
        datetime.fromisoformat(data["due"]),
        datetime.fromisoformat(data["climbed"]),
        str(line.message),
        Answer(answer) if answer else None,
        data.get("submitted"),
        taken_over=True,
    )
    return replace(p, rungs=(*p.rungs, rung))


def _warned(p: Provision, line: RecordedLine) -> Provision:
    data, on = line.data, day(line.data["day"])
    passed = [Warned(name, on, line.at) for name in data.get("others") or ()]
    to_judge = bool(data.get("to_judge"))
    given = [Warned(data["name"], on, line.at, str(line.message), to_judge)] if "name" in data else []
    return replace(p, warnings=(*p.warnings, *passed, *given))


def _desk_submitted(p: Provision, line: RecordedLine) -> Provision:
    on, done = day(line.data["day"]), bool(line.data["submitted"])
    return replace(p, warnings=judged(p.warnings, on, done))


def _signalled(p: Provision, line: RecordedLine) -> Provision:
    data = line.data
    missed = [Signalled(data["name"], day(morning), line.at) for morning in data.get("missed") or ()]
    given = Signalled(data["name"], day(data["day"]), line.at, str(line.message) if line.message else None)
    return replace(p, signals=(*p.signals, *missed, given))


def _answered(p: Provision, line: RecordedLine) -> Provision:
    name, answer = RungName(line.data["rung"]), Answer(line.data["answer"])
    return replace(p, rungs=tuple(replace(r, answer=answer) if r.name is name else r for r in p.rungs))


def _submitted(p: Provision, line: RecordedLine) -> Provision:
    done = bool(line.data["submitted"])
    return replace(p, rungs=tuple(replace(r, submitted=done) if r.name.kind.is_judged else r for r in p.rungs))


def _replied(p: Provision, line: RecordedLine) -> Provision:
    data = line.data
    reply = Reply(
        data["receiver"],
        Said(data["said"]),
        day(data["on"]),
        day_or_none(data.get("named")),
        data.get("amount"),
        data.get("purpose"),
        data.get("spent_on"),
        data.get("reason"),
        data.get("checked"),
        reminded=bool(data.get("reminded")),
    )
    return replace(p, replies=(*p.replies, reply))


def _planned(known: Sequence[FollowUp], kind: type[FollowUp], line: RecordedLine) -> tuple[FollowUp, ...]:
    new = kind(line.data["name"], day(line.data["due"]))
    if any((f.name, f.due) == (new.name, new.due) for f in known):
        return _follow_up(known, line, lapsed=False)
    return (*known, new)


def _follow_up(known: Sequence[FollowUp], line: RecordedLine, **becomes: Any) -> tuple[FollowUp, ...]:
    which = line.data["name"], day(line.data["due"])
    return tuple(replace(f, **becomes) if (f.name, f.due) == which else f for f in known)


def _reminded(known: Sequence[FollowUp], _: type[FollowUp], line: RecordedLine) -> tuple[FollowUp, ...]:
    # A version that reminded once did not say which time it was: no second one comes of those.
    return _follow_up(known, line, reminded=True, reminded_again=line.data.get("again", True))


FOLLOW_UPS: Mapping[str, Callable[[Sequence[FollowUp], type[FollowUp], RecordedLine], tuple[FollowUp, ...]]] = {
    "follow_up.planned": _planned,
    "follow_up.reminded": _reminded,
    "follow_up.done": lambda known, _kind, line: _follow_up(known, line, done=day(line.data["on"])),
    "follow_up.lapsed": lambda known, _kind, line: _follow_up(known, line, lapsed=True),
}
"""What lines about follow-ups make of them: of a provision, or of the case where the line has no key."""


def rests(known: Sequence[Rest], line: RecordedLine) -> tuple[Rest, ...]:
    """The rests of a case after a line."""
    data = line.data
    match line.what:
        case "case.rested":
            new = Rest(day(data["on"]), data["reason"], day(data["until"]), day_or_none(data.get("woken")))
            return (*known, new)
        case "case.rest_extended":
            return (*known[:-1], replace(known[-1], reason=data["reason"], until=day(data["until"])))
    return (*known[:-1], replace(known[-1], woken=day(data["on"])))


def places(known: Sequence[Place], line: RecordedLine) -> tuple[Place, ...]:
    """The places of a case that were to be lost, after a line."""
    data, on = line.data, day(line.data["on"])
    said = Place(day(data["ends"]), data["kind"], data["why"], on, added=data.get("added"))
    match line.what:
        case "place.ends" if not data.get("moved"):
            return (*known, said)
        case "place.kept" if not data.get("until"):
            return (*known[:-1], replace(known[-1], state=PlaceState.KEPT, settled_on=on))
        case "place.found" if not data.get("until"):
            return (*known[:-1], replace(known[-1], state=PlaceState.FOUND, settled_on=on))
        case "place.found":
            return (*known[:-1], replace(known[-1], state=PlaceState.FOUND, settled_on=on, added=None), said)
    return (*known[:-1], replace(said, on=known[-1].on))


BUDGET: Mapping[str, BudgetKind] = {f"budget.{kind.value}": kind for kind in BudgetKind}
"""What lines say of the customised budget."""


def budget_line(line: RecordedLine) -> BudgetLine:
    """The line of the ledger that a line of the record tells of."""
    data = line.data
    key, _, number = (data.get("of") or "").partition("#")
    return BudgetLine(
        data["number"],
        BUDGET[line.what],
        data["amount"],
        day(data["on"]),
        data["year"],
        data["municipality"],
        data["reason"],
        data["purpose"],
        data["approval"],
        key or None,
        int(number) if number else None,
        data["first"],
    )


def _of_follow_ups(p: Provision, line: RecordedLine) -> Provision:
    return replace(p, follow_ups=FOLLOW_UPS[line.what](p.follow_ups, FollowUp, line))


_CHANGES: Mapping[str, Callable[[Provision, RecordedLine], Provision]] = {
    "provision.applied": _applied,
    "provision.started": _started,
    "provision.waived": _waived,
    "provision.outcome": _outcome,
    "provision.ended": _ended,
    "provision.no_longer_needed": _ended,
    "provision.handed_over": _handed_over,
    "provision.reopened": _reopened,
    "provision.overdue": _overdue,
    "clock.suspended": _suspended,
    "clock.resumed": _resumed,
    "term.agreed": _agreed,
    "provision.milestone": _milestone,
    "provision.moved": _moved,
    "provision.cause": _cause,
    "provision.number": lambda p, line: replace(p, their_number=SAID if line.data["given"] else None),
    "provision.urgent": _urgent,
    "provision.replied": _replied,
    "reply.handled": lambda p, line: with_taken_up(p, day(line.data["on"])),
    "promise.reminded": lambda p, line: with_reminded(p, day(line.data["named"])),
    "term.changed": lambda p, _line: replace(p),
    "rung.climbed": _climbed,
    "warning.given": _warned,
    "warning.passed": _warned,
    "desk.submitted": _desk_submitted,
    "signal.given": _signalled,
    "signal.passed": _signalled,
    "rung.taken_over": _taken_over,
    "rung.answered": _answered,
    "rung.submitted": _submitted,
    **dict.fromkeys(FOLLOW_UPS, _of_follow_ups),
}


def day(text: str) -> date:
    """A day as a line holds it."""
    return date.fromisoformat(text)


def day_or_none(text: str | None) -> date | None:
    """The same, where there may be none."""
    return None if text is None else day(text)
