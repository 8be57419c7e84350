"""Delivery is per receiver: what an attempt makes of each of them, what follows for the message, and when it is tried again.

A message is sent when everybody has it, and pending while one is still to get it. Pure: the moment is an argument.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
BOUND = LONGEST_WAIT * 1.25  # no moment written down is waited for longer than this, whatever the clock said then
MOST_ATTEMPTS = 20  # with these waits: about three days
SEVERAL_ATTEMPTS = 3  # after so many a message that does not arrive is shown to people
SLOW = timedelta(minutes=2)  # post is slow, or stands still, when a message waits longer
# A clock may be set right by so much without what it made counting as made ahead of its time.
SET_BACK = timedelta(hours=1)
LONGEST_HELD = timedelta(minutes=60)  # the longest that a municipality may have its letters wait for second thoughts


class MessageStatus(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    SENT = "sent"
    VOID = "void"
    FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """What became of one receiver: ``error`` (Dutch) is ``None`` when the receiver has it; ``final``: trying again is useless."""

    error: str | None = None
    final: bool = False


@dataclass(frozen=True)
class Delivery:
    """How it stands with one receiver of a message. Moments are aware; ``error`` is Dutch."""

    status: str
    attempts: int
    next_try: datetime | None = None
    sent: datetime | None = None
    error: str | None = None

    def waits(self, now: datetime) -> bool:
        """Whether this one has not got it and may be tried at ``now``."""
        return self.status == MessageStatus.PENDING and is_due(self.next_try, now)


@dataclass(frozen=True)
class Standing:
    """How it stands with a message as a whole: a few of its columns. ``recipients`` are the addresses that have it."""

    status: str
    attempts: int
    next_try: datetime | None
    recipients: tuple[str, ...]
    error: str | None


def waiting_time(attempts: int, spread: float) -> timedelta:
    """How long to wait after ``attempts`` failures; ``spread`` (0 to 1) keeps failures from coming back all at once."""
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 20))
    return min(doubled, LONGEST_WAIT) * (0.8 + 0.4 * spread)


def is_due(next_try: datetime | None, now: datetime) -> bool:
    """Whether it is time; a moment further away than is ever waited was written by a clock that ran ahead."""
    return next_try is None or next_try <= now or next_try > now + BOUND


def does_not_arrive(status: str, attempts: int, recipients: Collection[str] | None) -> bool:
    """Whether a message was given up, is pending after several attempts, or has reached some of its receivers only.

    The same as :func:`provisions.store.looking.undelivered`, which asks it of the database.
    """
    stuck = status == MessageStatus.PENDING and (attempts >= SEVERAL_ATTEMPTS or bool(recipients))
    return status == MessageStatus.FAILED or stuck


def after(known: Delivery | None, result: Result | None, now: datetime, spread: float) -> Delivery:
    """One receiver after an attempt; ``result`` is ``None`` when that one was not tried, ``known`` when it is new."""
    if result is None:
        return known or Delivery(MessageStatus.PENDING, 0, now + FIRST_WAIT)
    attempts = (known.attempts if known else 0) + 1
    if result.error is None:
        return Delivery(MessageStatus.SENT, attempts, sent=now)
    if result.final or attempts >= MOST_ATTEMPTS:
        return Delivery(MessageStatus.FAILED, attempts, error=result.error)
    return Delivery(MessageStatus.PENDING, attempts, now + waiting_time(attempts, spread), error=result.error)


def whole(receivers: Mapping[str, Delivery], attempts: int) -> Standing:
    """The message after an attempt, from its receivers; ``attempts``: how many there were before."""
    having = tuple(address for address, one in receivers.items() if one.status == MessageStatus.SENT)
    missing = [address for address, one in receivers.items() if one.status != MessageStatus.SENT]
    moments = [one.next_try for one in receivers.values() if one.status == MessageStatus.PENDING and one.next_try]
    error = "; ".join(dict.fromkeys(one.error for one in receivers.values() if one.error)) or None
    if error and having:
        error = f"niet aangenomen voor {', '.join(missing)}: {error}"
    status = MessageStatus.PENDING if moments else (MessageStatus.FAILED if missing else MessageStatus.SENT)
    return Standing(status, attempts + 1, min(moments, default=None), having, error)
