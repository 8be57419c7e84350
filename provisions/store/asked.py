"""The letters that ask something, for whoever comes with the link in one. Nothing here decides, nothing commits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from provisions.domain.case import ProvisionKey
from provisions.domain.messages import MessageKind
from provisions.domain.renewals import COUNTER, ToTheSame
from provisions.domain.rungs import RungName
from provisions.store import outbox
from provisions.store import tables as t


@dataclass(frozen=True)
class Letter:
    """A letter about a provision (``provision_id``) of a case (``case``: its random id). ``created`` is UTC."""

    provision_id: int
    case_id: int
    case: UUID
    key: ProvisionKey
    kind: str
    detail: str | None
    municipality: str
    created: datetime


def receivers(connection: Connection, message: UUID) -> tuple[str, list[str]] | None:
    """To whose counter or table a letter went, and to which addresses; ``None`` when there is no such letter.

    Whoever asks is nobody yet: no wall stands before this.
    """
    found = func.receivers_of(message).table_valued("municipality", "receiver")
    rows = connection.execute(select(found.c.municipality, found.c.receiver)).all()
    return (rows[0].municipality, [row.receiver for row in rows]) if rows and rows[0].municipality else None


def letter(connection: Connection, message: UUID) -> Letter | None:
    """A letter about a provision; ``None`` when it was forgotten."""
    m, p = t.message.c, t.provision.c
    query = (
        select(m.provision_id, p.case_id, t.case.c.uid, p.key, p.round, m.kind, m.detail, m.municipality, m.created)
        .select_from(t.message.join(t.provision, p.id == m.provision_id).join(t.case, t.case.c.id == p.case_id))
        .where(m.id == message, t.case.c.forgotten.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    key = ProvisionKey(row.key, row.round)
    return Letter(row.provision_id, row.case_id, row.uid, key, row.kind, row.detail, row.municipality, row.created)


def moved_to(connection: Connection, message: UUID, kinds: Collection[str]) -> str | None:
    """The municipality that has the case now of which a letter of these ``kinds`` is; ``None`` for every other letter."""
    query = (
        select(t.case.c.municipality)
        .select_from(t.message.join(t.provision, t.provision.c.id == t.message.c.provision_id).join(t.case))
        .where(t.message.c.id == message, t.message.c.kind.in_(kinds))
    )
    return connection.execute(query).scalar_one_or_none()


def last_sent(connection: Connection, of: Letter, kinds: Collection[str], rung: str | None) -> datetime | None:
    """When the last letter left that asks the same of the same (UTC): of one of these kinds, and of the same table."""
    m = t.message.c
    asks = m.kind.in_(kinds) if rung is None else m.kind.in_(kinds) & (m.detail == rung)
    anew = (m.kind == MessageKind.LINK.value) & (func.split_part(m.detail, "/", 3) == (rung or COUNTER))
    query = select(func.max(m.sent)).where(
        m.provision_id == of.provision_id, m.municipality == of.municipality, or_(asks, anew)
    )
    return connection.execute(query).scalar_one_or_none()


@dataclass(frozen=True)
class Sent:
    """A letter that left, by its message id, and the addresses that it went to: who was asked first."""

    id: UUID
    of: Letter
    receivers: tuple[str, ...]


def sent_about(connection: Connection, provision_id: int, kinds: Collection[str]) -> list[Sent]:
    """What left about a provision, of these kinds, the newest first."""
    m = t.message.c
    query = (
        select(m.id, m.recipients)
        .where(m.provision_id == provision_id, m.kind.in_(kinds), m.sent.is_not(None))
        .order_by(m.created.desc(), m.id)
    )
    found = [(row, letter(connection, row.id)) for row in connection.execute(query)]
    return [Sent(row.id, one, tuple(row.recipients or ())) for row, one in found if one is not None]


# --- to the same receiver once more ------------------------------------------------------------------------------------


def hold(connection: Connection, message: UUID) -> None:
    """Whoever asks for something of this letter waits here for whoever does so at the same moment."""
    connection.execute(select(t.message.c.id).where(t.message.c.id == message).with_for_update())


def asked_anew(
    connection: Connection, of: Letter, message: UUID, kind: MessageKind, since: datetime
) -> tuple[int, int]:
    """How often a link or code of a letter was asked for: at all, and since then."""
    m = t.message.c
    mine = (m.provision_id == of.provision_id, m.kind == kind.value, func.split_part(m.detail, "/", 1) == str(message))
    row = connection.execute(
        select(func.count(), func.count().filter(m.created >= since)).select_from(t.message).where(*mine)
    ).one()
    return row[0], row[1]


def write_anew(
    connection: Connection,
    of: Letter,
    letter: UUID,
    message: UUID,
    rung: RungName | None,
    receiver: str,
    number: int,
    now: datetime,
    kind: MessageKind = MessageKind.LINK,
) -> None:
    """A link (or code) of a letter goes out to ``receiver`` now."""
    detail = str(ToTheSame(letter, number, rung, receiver))
    words = {"provision_id": of.provision_id, "municipality": of.municipality, "kind": kind.value, "detail": detail}
    outbox.add(connection, message, **words, created=now, next_try=now)


def keep_code(connection: Connection, message: UUID, letter: UUID, browser: bytes, now: datetime) -> None:
    """A code is on its way, for this browser."""
    connection.execute(insert(t.answer_code).values(message=message, letter=letter, browser=browser, asked=now))


def try_code(connection: Connection, letter: UUID, browser: bytes, since: datetime, most: int) -> UUID | None:
    """The message with the last code that this browser asked for, which is tried once more; ``None`` when there is none that is
    good. Counted before it is compared: two tries at one moment are two.
    """
    c = t.answer_code.c
    last = (
        select(c.message)
        .where(c.letter == letter, c.browser == browser, c.asked > since)
        .order_by(c.asked.desc())
        .limit(1)
        .scalar_subquery()
    )
    tried = update(t.answer_code).where(c.message == last, c.tries < most).values(tries=c.tries + 1)
    return connection.execute(tried.returning(c.message)).scalar_one_or_none()


def used(connection: Connection, message: UUID) -> None:
    """A code is good once."""
    connection.execute(delete(t.answer_code).where(t.answer_code.c.message == message))


def clear(connection: Connection, before: datetime) -> None:
    """Take away codes that are not good any more."""
    connection.execute(delete(t.answer_code).where(t.answer_code.c.asked < before))
