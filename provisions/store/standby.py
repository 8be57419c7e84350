"""The calls of the stand-by. Nothing here decides, nothing commits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, exists, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from provisions.domain.case import Status
from provisions.domain.delivery import MessageStatus
from provisions.domain.messages import MessageKind
from provisions.domain.signals import ARRIVED
from provisions.store import tables as t

Call = Row[Any]
_OPEN = [status.value for status in Status if status.is_open]
_SAID = (MessageStatus.PENDING.value, MessageStatus.SENT.value)


def urgent_since(connection: Connection, municipality: str, after: datetime) -> datetime | None:
    """When the first message to the stand-by was decided on after ``after``, of which what it asks for is not there yet."""
    m, p = t.message.c, t.provision.c
    query = (
        select(func.min(m.created))
        .select_from(t.message.join(t.provision, p.id == m.provision_id))
        .where(m.kind == MessageKind.STANDBY.value, m.municipality == municipality, m.created > after)
        .where(m.status.in_(_SAID), p.status.in_(_OPEN), not_(_arrived()))
    )
    since: datetime | None = connection.execute(query).scalar_one()
    return since


def _arrived() -> ColumnElement[bool]:
    """Whether the client sleeps inside, though the provision is open (``signals.has_arrived``)."""
    p, there = t.provision.c, t.milestone.c
    still = or_(p.reopened_on.is_(None), there.day >= p.reopened_on)
    return exists().where(there.provision_id == p.id, there.name == ARRIVED, still)


def last(connection: Connection, municipality: str) -> Call | None:
    """The newest call, whether it is over or not."""
    c = t.standby_call.c
    query = select(t.standby_call).where(c.municipality == municipality).order_by(c.number.desc()).limit(1)
    return connection.execute(query).one_or_none()


def begin(connection: Connection, municipality: str, since: datetime, now: datetime) -> None:
    """A new call, unless one is open."""
    values = {"municipality": municipality, "since": since, "next_at": now}
    connection.execute(insert(t.standby_call).values(values).on_conflict_do_nothing())


def lock_open(connection: Connection, municipality: str, *, wait: bool = False) -> Call | None:
    """The call that is open, held until the transaction ends; ``None`` when there is none, or another engine has it."""
    c = t.standby_call.c
    query = select(t.standby_call).where(c.municipality == municipality, c.next_at.is_not(None))
    return connection.execute(query.with_for_update(skip_locked=not wait)).one_or_none()


def is_about(connection: Connection, call: Call, message: UUID) -> bool:
    """Whether a letter is one of those for which is called: of that municipality, and not of before."""
    m = t.message.c
    query = select(m.id).where(m.id == message, m.municipality == call.municipality, m.created >= call.since)
    return connection.execute(query).first() is not None


def change(connection: Connection, number: int, **values: object) -> None:
    """Change a call."""
    connection.execute(update(t.standby_call).where(t.standby_call.c.number == number).values(**values))


def every_last(connection: Connection, municipalities: Sequence[str]) -> dict[str, Call]:
    """The newest call of each of these that has one."""
    found = {place: last(connection, place) for place in municipalities}
    return {place: call for place, call in found.items() if call is not None}
