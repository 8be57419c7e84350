"""The day that a counter promised: it is reminded of it on that day, and it moves nothing (web.md, "Answering by link")."""

from dataclasses import replace
from datetime import date, datetime

from provisions.domain import deadlines, dutch
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.case import Provision, ProvisionKey, Said
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.messages import MessageKind


def promise_due(situation: Situation, now: datetime) -> datetime | None:
    """When the counter is to be reminded of the day that it promised; ``None`` when it is not (any more).

    Not while the clock stands still, and not while the case is at rest.
    """
    provision, today = situation.provision, day_of(now)
    promise = provision.promise
    if promise is None or promise.reminded or promise.named is None or not provision.status.is_open:
        return None
    if situation.case.resting(today) is not None:
        return None
    until = deadlines.suspended_until(provision, today)
    at = first_moment(promise.named)
    return at if until is None else max(at, first_moment(until))


def remind_of_promise(draft: Draft, key: ProvisionKey) -> None:
    """On the day that a counter promised it hears of it, once."""
    due = promise_due(draft.situation(key), draft.moment.now)
    if due is None or due > draft.moment.now:
        return
    provision = draft.case.provisions[key]
    promise = provision.promise
    assert promise is not None and promise.named is not None  # noqa: S101, PT018 - it is due
    draft.case = draft.case.with_provision(with_reminded(provision, promise.named))
    day = promise.named.isoformat()
    draft.note(
        "promise.reminded",
        f"loket herinnerd aan de dag die het noemde: {dutch.dutch_date(promise.named)}",
        key,
        message=draft.send(MessageKind.PROMISED_TODAY, key, day),
        named=day,
    )


def with_reminded(provision: Provision, named: date) -> Provision:
    """``provision``, the counter of which was reminded of the day ``named``."""
    replies = tuple(
        replace(r, reminded=True) if r.said is Said.PROMISED and r.named == named else r for r in provision.replies
    )
    return replace(provision, replies=replies)
