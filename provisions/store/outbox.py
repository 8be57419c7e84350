"""The messages that wait to go out, and which of their receivers have them. Nothing here decides or sends; that is ``outbound``.

A message that is being sent is held by an advisory lock, and no transaction is open meanwhile. What is recorded of it is
recorded over the same connection, so that a message costs few turns to the database.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, and_, bindparam, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from provisions.domain import holding, messages
from provisions.domain.delivery import BOUND, Delivery, MessageStatus
from provisions.domain.messages import MessageKind
from provisions.store import loading
from provisions.store import tables as t
from provisions.store.loading import Stored

TELLING = tuple(kind.value for kind in messages.telling())
LISTED = tuple(kind.value for kind in messages.listed())
# What goes by itself; the others go in an overview of the day.
_LETTER = and_(t.message.c.kind.not_in(LISTED), t.message.c.overview.is_(None))
Message = Row[Any]
LONGEST_OVERVIEW = timedelta(days=14)  # from one working day to the next

_OF_DELIVERY = [field.name for field in fields(Delivery)]
_LOCK = text("SELECT pg_try_advisory_lock(:key)")
_UNLOCK = text("SELECT pg_advisory_unlock(:key)")
_HOLD = text("SELECT coalesce(bool_and(pg_try_advisory_xact_lock(key)), true) FROM unnest((:keys)::bigint[]) AS key")
# A letter about the case as a whole may tell of all that was done with it.
_MARKED = (
    (
        "WHERE case_id = coalesce(:case_id, (SELECT case_id FROM provision WHERE id = :about)) "
        "AND (:about IS NULL OR :about = ANY(provisions))"
    )
    .replace(":case_id", "(:case_id)::bigint")
    .replace(":about", "(:about)::bigint")
)
_LEAVING = text(f"UPDATE last_act SET leaving = leaving || (:held)::uuid {_MARKED}")  # noqa: S608 - our own words
_STAYS = text(f"UPDATE last_act SET leaving = array_remove(leaving, (:held)::uuid) {_MARKED}")  # noqa: S608
_HELD = (
    select(t.delivery.c.receiver, *(t.delivery.c[name] for name in _OF_DELIVERY))
    .select_from(t.message.outerjoin(t.delivery, t.delivery.c.message == t.message.c.id))
    .where(t.message.c.id == bindparam("held"), t.message.c.status == MessageStatus.PENDING.value)
)
_ADD = insert(t.delivery)
_KEEP = _ADD.on_conflict_do_update(
    index_elements=["message", "receiver"], set_={name: _ADD.excluded[name] for name in _OF_DELIVERY}
)


# --- what is to go out -----------------------------------------------------------------------------------------------


def queues(connection: Connection, now: datetime, limit: int, provision: int | None = None) -> dict[int, list[Message]]:
    """All pending messages of the provisions for which one is due, by provision, in the order in which they go out."""
    due = (
        select(t.message.c.provision_id)
        .where(_LETTER)
        .where(or_(t.message.c.next_try <= now, t.message.c.next_try > now + BOUND))
        .where(t.message.c.provision_id == provision if provision else t.message.c.provision_id.is_not(None))
        .group_by(t.message.c.provision_id)
        .order_by(func.min(t.message.c.next_try))
        .limit(limit)
    )
    query = select(t.message).where(
        t.message.c.provision_id.in_(due), t.message.c.status == MessageStatus.PENDING.value, _LETTER
    )
    found: dict[int, list[Message]] = {}
    for row in sorted(connection.execute(query), key=_place):
        found.setdefault(row.provision_id, []).append(row)
    # What failed before comes last: a receiver who lets us wait, lets nobody else wait.
    return dict(sorted(found.items(), key=lambda waiting: waiting[1][0].attempts > 0))


def _place(row: Message) -> tuple[datetime, tuple[int, int], UUID]:
    """Messages decided on in one breath go out in the order of their kinds."""
    return row.created, messages.MessageKind(row.kind).place(row.detail), row.id


def pending_apart(connection: Connection, now: datetime, limit: int, message: UUID | None = None) -> Sequence[Message]:
    """The messages of no provision (of a case as a whole, or of none) that are due at ``now`` (aware), oldest first; or this
    one, when it is.

    A moment further away than is ever waited was written by a clock that ran ahead, and is not waited for.
    """
    time = or_(t.message.c.next_try <= now, t.message.c.next_try > now + BOUND)
    query = (
        select(t.message)
        .where(t.message.c.provision_id.is_(None), time, t.message.c.status == MessageStatus.PENDING.value, _LETTER)
        .order_by(t.message.c.created, t.message.c.detail)
        .limit(limit)
    )
    return connection.execute(query if message is None else query.where(t.message.c.id == message)).all()


def next_try(connection: Connection, now: datetime) -> datetime | None:
    """When the next message is due (UTC); ``None`` when nothing is pending."""
    first: datetime | None = connection.scalar(select(func.min(t.message.c.next_try)).where(_LETTER))
    ahead = select(t.message.c.next_try).where(t.message.c.next_try > now + BOUND, _LETTER).limit(1)
    return min(first, now) if first and connection.scalar(ahead) else first


def cases_of(connection: Connection, provision_ids: Sequence[int]) -> dict[int, Stored]:
    """The case of each of these provisions, by provision id."""
    owners = connection.execute(
        select(t.provision.c.id, t.provision.c.case_id).where(t.provision.c.id.in_(provision_ids))
    ).all()
    cases = loading.load_cases(connection, sorted({row.case_id for row in owners}))
    return {row.id: cases[row.case_id] for row in owners}


def case_of(connection: Connection, case_id: int) -> Stored | None:
    """A case by its database id; ``None`` when it was forgotten."""
    return loading.load_cases(connection, [case_id]).get(case_id)


def told_of(connection: Connection, provision_ids: Sequence[int]) -> Sequence[Message]:
    """What counters, tables and desks were told before of these provisions."""
    columns = ("id", "provision_id", "created", "sent", "municipality", "kind", "detail", "subject")
    query = select(*(t.message.c[name] for name in columns)).where(
        t.message.c.provision_id.in_(provision_ids), t.message.c.kind.in_(TELLING), t.message.c.sent.is_not(None)
    )
    return connection.execute(query).all()


# --- what waits for its receiver's sake ---------------------------------------------------------------------------------


def hold_back(connection: Connection, message: UUID, held: holding.Held) -> None:
    """Have a message that nobody was sent yet wait, by itself or in an overview of the day."""
    values = {"held": True, "next_try": held.until, "overview": held.overview or None}
    change_pending(connection, message, **values)


def in_overviews(connection: Connection, now: datetime) -> Sequence[Message]:
    """What is due to stand in the overview of a person or a table, oldest first, held until the end of the transaction.

    A moment further away than any overview was written by a clock that ran ahead, and is not waited for.
    """
    m = t.message.c
    query = (
        select(t.message)
        .where(m.overview.is_not(None), or_(m.next_try <= now, m.next_try > now + LONGEST_OVERVIEW))
        .order_by(m.created, m.id)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).all()


def gathered(connection: Connection, ids: Sequence[UUID], **more: object) -> None:
    """These stand in an overview, and need no letter of their own any more."""
    statement = update(t.message).where(t.message.c.id.in_(ids))
    connection.execute(statement.values(status=MessageStatus.VOID.value, next_try=None, **more))


def let_go(connection: Connection, now: datetime, overview: str | None = None, message: UUID | None = None) -> None:
    """What waits for this overview, or this message, leaves by itself, now."""
    m = t.message.c
    statement = update(t.message).where(m.overview.is_not(None), m.next_try.is_not(None))
    statement = statement.where(m.overview == overview) if overview is not None else statement.where(m.id == message)
    connection.execute(statement.values(overview=None, next_try=now))


_HOLD_LETTERS = (MessageKind.OVERVIEW.value, MessageKind.AGENDA.value, MessageKind.DAYS.value)


def stood_in(connection: Connection, overview: UUID, status: MessageStatus) -> list[UUID]:
    """The messages with this status that stand in this overview, and in no later one, as the record has it; none in a message
    that is no overview. For the rare day on which something comes back on one.
    """
    o, m, a, later = t.message.alias().c, t.message.c, t.audit.c, t.audit.alias().c
    of_case = func.coalesce(t.provision.c.case_id, m.case_id)
    line = and_(a.case_id == of_case, a.message == m.id, a.what == "message.listed")
    listed_later = exists().where(
        later.case_id == a.case_id, later.message == a.message, later.what == a.what, later.id > a.id
    )
    query = (
        select(m.id)
        .select_from(
            t.message.join(o.id.table, o.municipality == m.municipality)
            .outerjoin(t.provision, t.provision.c.id == m.provision_id)
            .join(t.audit, line)
        )
        .where(o.id == overview, o.kind.in_(_HOLD_LETTERS), m.status == status.value, m.created <= o.created)
        .where(~listed_later)
        .where(or_(m.overview.is_not(None), m.kind.in_(LISTED)), a.data["overview"].as_string() == str(overview))
        .order_by(a.id)
    )
    return list(connection.execute(query).scalars())


# --- what goes in the overview of the day ----------------------------------------------------------------------------


def to_list(connection: Connection, now: datetime) -> Sequence[Message]:
    """What is due to be listed, oldest first, held until the end of the transaction."""
    query = (
        select(t.message)
        .where(t.message.c.kind.in_(LISTED), t.message.c.status == MessageStatus.PENDING.value)
        .where(t.message.c.next_try <= now)
        .order_by(t.message.c.created, t.message.c.id)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).all()


def listed(connection: Connection, ids: Sequence[UUID]) -> None:
    """These need no letter of their own any more."""
    statement = update(t.message).where(t.message.c.id.in_(ids))
    connection.execute(statement.values(status=MessageStatus.VOID.value, next_try=None))


def _lock_of(message: UUID) -> int:
    return int.from_bytes(message.bytes[:8], "big", signed=True)


# --- one message in hand ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Held:
    """A message that this process alone handles, and its receivers as they stand."""

    connection: Connection
    receivers: Mapping[str, Delivery]

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """What is recorded in one piece."""
        self.connection.commit()  # nothing is open: this only lets the next statement be another kind
        self.connection.execution_options(isolation_level="READ COMMITTED")
        try:
            with self.connection.begin():
                yield self.connection
        finally:
            if not self.connection.invalidated:
                self.connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def working(engine: Engine) -> Iterator[Connection]:
    """A connection to look for messages and to hold them: no transaction is open on it but for what is recorded."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


@contextmanager
def held(connection: Connection, message: UUID) -> Iterator[Held | None]:
    """Hold a message over a ``working`` connection; ``None`` when another process does, or has handled it.

    No transaction stays open while it is held, and a crash lets go.
    """
    numbers = {"key": _lock_of(message)}
    if not connection.execute(_LOCK, numbers).scalar():
        yield None
        return
    try:
        # Asked once it is ours: whoever had it before may have sent it.
        rows = connection.execute(_HELD, {"held": message}).all()
        receivers = {row.receiver: Delivery(*row[1:]) for row in rows if row.receiver is not None}
        yield Held(connection, receivers) if rows else None
    finally:
        if not connection.invalidated:  # then the database let go
            connection.execute(_UNLOCK, numbers)


def hold(connection: Connection, messages: Sequence[UUID]) -> bool:
    """Hold these until the transaction of ``connection`` ends, so that nobody sends them; ``False`` when one is being sent."""
    keys = [_lock_of(message) for message in messages]
    return bool(connection.execute(_HOLD, {"keys": keys}).scalar_one())


def leaving(connection: Connection, row: Message) -> None:
    """Note, before a message leaves, that what it tells can't be taken back. A crash leaves the note."""
    connection.execute(_LEAVING, {"held": row.id, "about": row.provision_id, "case_id": row.case_id})


def stays(connection: Connection, row: Message) -> None:
    """It did not leave after all: nothing was tried."""
    connection.execute(_STAYS, {"held": row.id, "about": row.provision_id, "case_id": row.case_id})


def receivers_of(connection: Connection, message: UUID) -> dict[str, Delivery]:
    """How it stands with each receiver of a message, by address."""
    columns = (t.delivery.c[name] for name in _OF_DELIVERY)
    rows = connection.execute(select(t.delivery.c.receiver, *columns).where(t.delivery.c.message == message)).all()
    return {row.receiver: Delivery(*row[1:]) for row in rows}


def lock_status(connection: Connection, message: UUID) -> str | None:
    """The status of a message, whose row is held from here on; ``None`` when it is gone."""
    return connection.execute(select(t.message.c.status).where(t.message.c.id == message).with_for_update()).scalar()


def change(connection: Connection, message: UUID, **values: object) -> None:
    """Change a message whose row is held."""
    connection.execute(update(t.message).where(t.message.c.id == message).values(**values))


def change_pending(connection: Connection, message: UUID, **values: object) -> bool:
    """Change a message that is still pending. Returns whether it was (it may have been forgotten meanwhile)."""
    statement = update(t.message).where(t.message.c.id == message, t.message.c.status == MessageStatus.PENDING.value)
    return connection.execute(statement.values(**values)).rowcount == 1


def keep(
    connection: Connection, message: UUID, known: Mapping[str, Delivery], receivers: Mapping[str, Delivery]
) -> None:
    """Record the receivers of a message, a row each; one who is a receiver no longer and has not got it is not waited for."""
    gone = [receiver for receiver in known if receiver not in receivers]
    if gone:
        mine = (t.delivery.c.message == message, t.delivery.c.receiver.in_(gone))
        connection.execute(delete(t.delivery).where(*mine, t.delivery.c.status != MessageStatus.SENT.value))
    rows = [
        {"message": message, "receiver": receiver, **asdict(one)}
        for receiver, one in receivers.items()
        if one != known.get(receiver)
    ]
    if rows:
        connection.execute(_KEEP, rows)


def postpone(
    connection: Connection, moment: datetime, provision_id: int | None = None, message: UUID | None = None
) -> None:
    """Nothing (of the provision, or of the message, or at all) goes out before ``moment``."""
    too_far = t.message.c.next_try > moment + BOUND
    statement = update(t.message).where(or_(t.message.c.next_try < moment, too_far)).values(next_try=moment)
    if provision_id is not None:
        statement = statement.where(t.message.c.provision_id == provision_id)
    elif message is not None:
        statement = statement.where(t.message.c.id == message)
    connection.execute(statement)


# --- what belongs to no case ---------------------------------------------------------------------------------------


def is_there(connection: Connection, message: UUID) -> bool:
    """Whether a message was decided on, whatever became of it."""
    return connection.execute(select(t.message.c.id).where(t.message.c.id == message)).first() is not None


def add(connection: Connection, message: UUID, **values: object) -> bool:
    """Write a message, unless it is there already. Returns whether it was written."""
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
    change(connection, message, status="pending", attempts=0, next_try=now, error=None, overview=None)
    if everybody:
        change(connection, message, recipients=None)


def owner_of(connection: Connection, message: UUID) -> Row[Any] | None:
    """What a message is about: the case (``case_id``) and the provision (``id``, ``key``, ``round``; ``None`` for the case as a
    whole); ``None`` for what belongs to no case.
    """
    p, of_case = t.provision.c, func.coalesce(t.provision.c.case_id, t.message.c.case_id)
    query = (
        select(p.id, of_case.label("case_id"), p.key, p.round)
        .select_from(t.message.outerjoin(t.provision, p.id == t.message.c.provision_id))
        .where(t.message.c.id == message, of_case.is_not(None))
    )
    return connection.execute(query).one_or_none()
