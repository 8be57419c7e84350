"""What is to be sent, and what became of it for each receiver. Nothing here decides or sends; the sender is ``outbound``.

A ``next_try`` further away than ``bound`` was written by a clock that ran ahead, and is not waited for.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from provisions.store import tables as t

Message = Row[Any]


def next_try(connection: Connection, now: datetime, bound: timedelta) -> datetime | None:
    """When the next message is due, ``now`` when that stands beyond the bound; ``None`` when nothing is pending."""
    first = connection.execute(select(func.min(t.message.c.next_try))).scalar()
    ahead = select(t.message.c.next_try).where(t.message.c.next_try > now + bound).limit(1)
    wrong = connection.execute(ahead).scalar()
    return min(first, now) if first and wrong else first


def pending(
    connection: Connection, now: datetime, bound: timedelta, limit: int, provision: int | None = None
) -> Sequence[Message]:
    """All pending messages of at most ``limit`` provisions for which one is due at ``now``; or of this provision, if so."""
    due = (
        select(t.message.c.provision_id)
        .where(_is_time(now, bound))
        .where(t.message.c.provision_id == provision if provision else t.message.c.provision_id.is_not(None))
        .group_by(t.message.c.provision_id)
        .order_by(func.min(t.message.c.next_try))
        .limit(limit)
    )
    query = select(t.message).where(t.message.c.provision_id.in_(due), t.message.c.status == "pending")
    return connection.execute(query).all()


def pending_apart(
    connection: Connection, now: datetime, bound: timedelta, limit: int, message: UUID | None = None
) -> Sequence[Message]:
    """The messages of no provision that are due at ``now`` (aware), oldest first; or this one, when it is."""
    query = (
        select(t.message)
        .where(t.message.c.provision_id.is_(None), _is_time(now, bound), t.message.c.status == "pending")
        .order_by(t.message.c.created, t.message.c.detail)
        .limit(limit)
    )
    if message is not None:
        query = query.where(t.message.c.id == message)
    return connection.execute(query).all()


def _is_time(now: datetime, bound: timedelta) -> ColumnElement[bool]:
    return or_(t.message.c.next_try <= now, t.message.c.next_try > now + bound)


def owners(connection: Connection, provision_ids: Sequence[int]) -> dict[int, int]:
    """The case of each of these provisions, by id."""
    query = select(t.provision.c.id, t.provision.c.case_id).where(t.provision.c.id.in_(provision_ids))
    return {row.id: row.case_id for row in connection.execute(query)}


def told(connection: Connection, provision_ids: Sequence[int], kinds: Sequence[str]) -> Sequence[Any]:
    """What of these kinds went out about these provisions."""
    columns = (t.message.c[name] for name in ("id", "provision_id", "created", "sent", "municipality", "kind"))
    mine = t.message.c.provision_id.in_(provision_ids)
    return connection.execute(
        select(*columns).where(mine, t.message.c.kind.in_(kinds), t.message.c.sent.is_not(None))
    ).all()


@contextmanager
def held(engine: Engine, message: UUID) -> Iterator[bool]:
    """Hold a message, unless another process does or has handled it; no transaction stays open, and a crash lets go."""
    numbers = {"key": int.from_bytes(message.bytes[:8], "big", signed=True)}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), numbers).scalar():
            yield False
            return
        try:
            found = select(t.message.c.id).where(t.message.c.id == message, t.message.c.status == "pending")
            yield connection.execute(found).first() is not None
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), numbers)


def deliveries(connection: Connection, message: UUID) -> dict[str, Row[Any]]:
    """What became of a message for each of its receivers so far, by address."""
    columns = [column for column in t.delivery.c if column.name != "message"]
    query = select(*columns).where(t.delivery.c.message == message)
    return {row.receiver: row for row in connection.execute(query)}


def lock_status(connection: Connection, message: UUID) -> str | None:
    """The status of a message, whose row is held from here on; ``None`` when it is gone."""
    return connection.execute(select(t.message.c.status).where(t.message.c.id == message).with_for_update()).scalar()


def keep(connection: Connection, message: UUID, states: Mapping[str, Mapping[str, Any]]) -> None:
    """Who is no receiver any more is not waited for; who is has his row."""
    gone = and_(t.delivery.c.status != "sent", t.delivery.c.receiver.not_in(states))
    connection.execute(delete(t.delivery).where(t.delivery.c.message == message, gone))
    rows = [{**state, "message": message, "receiver": receiver} for receiver, state in states.items()]
    statement = insert(t.delivery)
    changed = {name: statement.excluded[name] for name in ("status", "attempts", "next_try", "sent", "error")}
    connection.execute(statement.on_conflict_do_update(index_elements=["message", "receiver"], set_=changed), rows)


def change(connection: Connection, message: UUID, **values: object) -> None:
    """Change a message whose row is held."""
    connection.execute(update(t.message).where(t.message.c.id == message).values(**values))


def change_pending(connection: Connection, message: UUID, **values: object) -> bool:
    """Change a message that is still pending; whether it was."""
    statement = update(t.message).where(t.message.c.id == message, t.message.c.status == "pending")
    return connection.execute(statement.values(**values)).rowcount == 1


def postpone(
    connection: Connection,
    moment: datetime,
    bound: timedelta,
    provision_id: int | None = None,
    message: UUID | None = None,
) -> None:
    """Nothing (of the provision, or at all) goes out before ``moment``."""
    too_far = t.message.c.next_try > moment + bound
    statement = update(t.message).where(or_(t.message.c.next_try < moment, too_far)).values(next_try=moment)
    if provision_id is not None:
        statement = statement.where(t.message.c.provision_id == provision_id)
    elif message is not None:
        statement = statement.where(t.message.c.id == message)
    connection.execute(statement)


# --- what belongs to no provision ---------------------------------------------------------------------------------------


def is_there(connection: Connection, message: UUID) -> bool:
    """Whether a message was decided on, whatever became of it."""
    return connection.execute(select(t.message.c.id).where(t.message.c.id == message)).first() is not None


def add(connection: Connection, message: UUID, **values: object) -> bool:
    """Write a message, unless it is there already; whether it was written."""
    statement = insert(t.message).values(id=message, **values).on_conflict_do_nothing().returning(t.message.c.id)
    return connection.execute(statement).first() is not None


def add_content(connection: Connection, message: UUID, content: Mapping[str, Any]) -> None:
    """Keep what a message says, ready to go out: ``recipients``, ``subject``, ``text``, ``html``, ``attachments``."""
    connection.execute(t.prepared.insert().values(message=message, **content))


def content(connection: Connection, message: UUID) -> Row[Any] | None:
    """What was kept of it; ``None`` when it was forgotten meanwhile."""
    return connection.execute(select(t.prepared).where(t.prepared.c.message == message)).one_or_none()


# --- sending again ------------------------------------------------------------------------------------------------------


def send_again(connection: Connection, message: UUID, now: datetime, *, everybody: bool) -> None:
    """Have a message, whose row is held, sent now: to everybody, or to those who have not got it."""
    again = t.delivery.c.message == message
    if not everybody:
        again &= t.delivery.c.status != "sent"
    connection.execute(delete(t.delivery).where(again))
    change(connection, message, status="pending", attempts=0, next_try=now, error=None)
    if everybody:
        change(connection, message, recipients=None)


def owner_of(connection: Connection, message: UUID) -> tuple[int, int] | None:
    """(provision id, case id) of what a message is about; ``None`` for what belongs to no provision."""
    query = (
        select(t.provision.c.id, t.provision.c.case_id)
        .select_from(t.provision.join(t.message))
        .where(t.message.c.id == message)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.id, row.case_id)
