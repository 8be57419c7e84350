"""Starting what is ready: the clock begins, the counter is asked (domain.md, rules 1 to 3)."""

from dataclasses import replace
from datetime import date

from provisions.domain import deadlines, dutch, graph
from provisions.domain.case import Provision, ProvisionKey, Status
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.lifecycle.follow_ups import plan_after
from provisions.domain.lifecycle.telling import tell, tell_standby_when_due
from provisions.domain.messages import MessageKind
from provisions.domain.rules import TriggerKind
from provisions.domain.terms import DueDate


def note_term(draft: Draft, key: ProvisionKey) -> None:
    """On record: D as it is now, with how it follows, where it is known; and the statutory terms."""
    end = deadlines.due(draft.situation(key))
    if end is not None:
        draft.note("term.changed", f"uiterste datum nu {dutch.dutch_date(end.due)}", key, term=explained(end))
    note_statutory(draft, key)


def start_what_is_ready(draft: Draft) -> None:
    """Start every blocked provision whose last dependency is met. A start never makes another ready: one pass is enough."""
    for provision in tuple(draft.case.provisions.values()):
        if provision.status is Status.BLOCKED:
            day = graph.ready_on(draft.rule(provision.id), draft.case, provision)
            if day is not None:
                start(draft, provision, day)


def note_blocked(draft: Draft, provision: Provision) -> None:
    """On record: for what it waits."""
    waits = [str(d) for d in graph.unmet(draft.rule(provision.id), draft.case, provision)]
    draft.note(
        "provision.blocked",
        f"wacht op {dutch.listed([draft.named(d) for d in waits])}",
        provision.id,
        blocked_by=waits,
    )


def start(draft: Draft, provision: Provision, day: date) -> None:
    """Start one provision as of ``day``: its clock runs, and its counter is asked or hears that it can go on."""
    key = provision.id
    again = provision.asked
    kind = MessageKind.PROCEED if again else MessageKind.REQUEST
    draft.change(
        replace(
            provision,
            status=Status.WAITING,
            started_on=day,
            asked=True,
            asked_on=provision.asked_on or draft.moment.today,
            asked_at=draft.moment.now if draft.rule(key).same_day else None,
        )
    )
    note_start(draft, key, day, None if again else draft.moment.today)
    tell(draft, kind, key, "loket laten weten dat het verder kan" if again else "gevraagd aan het loket")
    tell_standby_when_due(draft, key)
    if not again:
        note_statutory(draft, key)
        plan_after(draft, key, TriggerKind.REQUESTED, draft.moment.today)
    plan_after(draft, key, TriggerKind.STARTED, day)


def note_start(draft: Draft, key: ProvisionKey, day: date, asked: date | None = None) -> None:
    """The clock started on ``day``; ``asked``: the day on which the counter was asked, where that is now."""
    end, at = deadlines.due(draft.situation(key)), draft.case.provisions[key].asked_at
    assert end is not None, "a provision that has started has a due date"  # noqa: S101
    draft.note(
        "provision.started",
        f"gestart op {dutch.dutch_date(day)}; uiterste datum {dutch.dutch_date(end.due)}",
        key,
        on=day.isoformat(),
        asked=asked.isoformat() if asked else None,
        asked_at=at.isoformat() if at else None,
        term=explained(end),
    )


def apply_at_intake(draft: Draft, provision: Provision) -> None:
    """The application must not wait: it goes out at intake, also while the provision is blocked (domain.md, rule 2)."""
    message = draft.send(MessageKind.APPLICATION, provision.id)
    draft.case = draft.case.with_provision(replace(provision, asked=True, asked_on=draft.moment.today))
    draft.note(
        "provision.applied",
        "aanvraag bij intake ingediend; de voorziening zelf wacht nog",
        provision.id,
        message=message,
        on=provision.applied_on.isoformat() if provision.applied_on else None,
        asked=draft.moment.today.isoformat(),
    )
    note_statutory(draft, provision.id)
    if provision.applied_on is not None:
        plan_after(draft, provision.id, TriggerKind.REQUESTED, draft.moment.today)


def note_statutory(draft: Draft, key: ProvisionKey) -> None:
    """The last end of the statutory terms, where any runs."""
    last = deadlines.last_statutory(draft.situation(key))
    if last is None:
        return
    presumed = " (vermoedelijk: geteld vanaf de dag waarop wij vroegen)" if last.presumed else ""
    draft.note(
        "term.statutory",
        f"wettelijke termijn tot en met {dutch.dutch_date(last.end.due)}{presumed}",
        key,
        term=explained(last.end),
        presumed=last.presumed or None,
    )


def explained(end: DueDate) -> dict[str, object]:
    """A term for the record. What is not there is as it mostly is: no suspension, and ``raw`` the same as ``due``."""
    said: dict[str, object] = {"term": end.text, "from": end.event.isoformat(), "due": end.due.isoformat()}
    if end.raw != end.due:
        said["raw"] = end.raw.isoformat()
    if end.suspended_days:
        said["suspended_days"] = end.suspended_days
    if end.steps:
        said["steps"] = [{"date": s.date.isoformat(), "because": s.because, "rule": s.rule} for s in end.steps]
    return said
