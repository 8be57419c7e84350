"""Giving a signal about what is promised for the very day (domain.md, "What happens in a life", rule 6)."""

from collections.abc import Sequence

from provisions.domain import dutch
from provisions.domain.case import ProvisionKey, Signalled, changed
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.messages import MessageKind
from provisions.domain.rules import SignalAbout, SignalTo
from provisions.domain.signals import SignalDue, is_too_late, night, signals_ahead
from provisions.domain.warnings import AND_DAY

_LETTERS = {
    SignalTo.CASE_DIRECTOR: MessageKind.SIGNAL,
    SignalTo.TEAM_LEADS: MessageKind.SIGNAL_LEAD,
    SignalTo.STANDBY: MessageKind.STANDBY,
}


def signal(draft: Draft, key: ProvisionKey) -> None:
    """Give each signal that is due, in order. Of mornings that were missed only the last is told, and it counts the others in."""
    now = draft.moment.now
    due = [one for one in signals_ahead(draft.situation(key), draft.moment.catalogue, now) if one.at <= now]
    for place, one in enumerate(due):
        if one.rule.about is SignalAbout.NIGHT and any(other.rule == one.rule for other in due[place + 1 :]):
            continue
        missed = [before for before in due[:place] if before.rule == one.rule]
        if is_too_late(one, draft.case.provisions[key], now):
            _pass_over(draft, key, one)
        else:
            _give(draft, key, one, missed)


def _give(draft: Draft, key: ProvisionKey, one: SignalDue, missed: Sequence[SignalDue]) -> None:
    rule, day = one.rule, one.day.isoformat()
    which = night(draft.situation(key), one.day) if rule.about is SignalAbout.NIGHT else None
    kinds = [_LETTERS[to] for to in rule.to]
    first, *others = [draft.send(kind, key, f"{rule.name}{AND_DAY}{day}") for kind in kinds]
    _keep(draft, key, [*((before, None) for before in missed), (one, first)])
    draft.note(
        "signal.given",
        f"signaal: nacht {which} zonder plek" if which is not None else f"signaal: {rule.title}",
        key,
        message=first,
        name=rule.name,
        day=day,
        night=which,
        missed=[before.day.isoformat() for before in missed] or None,
    )
    for kind, message in zip(kinds[1:], others, strict=True):
        told = f"signaal ook gestuurd: {kind.letter.label}"
        draft.note("message.requested", told, key, message=message, kind=kind.value)


def _pass_over(draft: Draft, key: ProvisionKey, one: SignalDue) -> None:
    _keep(draft, key, [(one, None)])
    draft.note(
        "signal.passed",
        f"geen signaal meer: {one.rule.title}, {dutch.dutch_date(one.day)}",
        key,
        name=one.rule.name,
        day=one.day.isoformat(),
    )


def _keep(draft: Draft, key: ProvisionKey, given: Sequence[tuple[SignalDue, str | None]]) -> None:
    provision, now = draft.case.provisions[key], draft.moment.now
    told = tuple(Signalled(one.rule.name, one.day, now, message) for one, message in given)
    after = changed(provision, signals=(*provision.signals, *told))
    if provision.status.is_open:
        draft.change(after)
    else:  # its run has ended: nothing of it looks different
        draft.case = draft.case.with_provision(after)
