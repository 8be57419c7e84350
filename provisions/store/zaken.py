"""The zaken of provisions: which are wanted, at which something is to be done, and at which to look. Nothing here commits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from provisions.domain.lifecycle import ZaakIntent
from provisions.domain.rules import ZaakMode
from provisions.domain.zaken import Closing, ZaakState
from provisions.store import channel
from provisions.store import tables as t

LEASE = timedelta(minutes=3)  # longer than all calls about one zaak together
_ANEW = """
INSERT INTO zaak (provision_id, attempt, municipality, number, mode, start, first_status, next_try)
SELECT first.provision_id, last.attempt + 1, first.municipality, first.number || '-' || (last.attempt + 1), first.mode,
       %(start)s, %(now)s::timestamptz - interval '1 minute', %(now)s
FROM zaak first
JOIN LATERAL (
    SELECT attempt, state FROM zaak z WHERE z.provision_id = first.provision_id ORDER BY attempt DESC LIMIT 1
) last ON true
WHERE first.provision_id = %(provision_id)s AND first.attempt = 1 AND first.mode = 'open' AND last.state = 'closed'
"""


# --- wanted, with the fact ------------------------------------------------------------------------------------------------


def row(intent: ZaakIntent) -> dict[str, Any]:
    """What is written of a zaak that is wanted."""
    kept = {name: value for name, value in asdict(intent).items() if name not in ("key", "not_before")}
    return {**kept, "mode": ZaakMode.OPEN.value, "next_try": intent.not_before}


def want(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Zaken that are wanted, in the transaction of the fact; one that is there already stays."""
    if rows:
        connection.execute(upsert(t.zaak).on_conflict_do_nothing(), list(rows))


def ask_anew(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of these rounds another zaak, with the next number, where the last one is closed."""
    for one in rows:
        connection.exec_driver_sql(_ANEW, dict(one))


def touch(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """What these zaken should say may be something else, from a moment on. What waits already goes on waiting."""
    z = t.zaak.c
    for one in rows:
        mine = (z.provision_id == one["provision_id"], z.mode == ZaakMode.OPEN.value, z.state == ZaakState.OPEN.value)
        later = {"next_try": func.coalesce(z.next_try, one["at"]), "touched": z.touched + 1}
        connection.execute(update(t.zaak).where(*mine).values(**later))


def left_since(connection: Connection, provisions: Sequence[int], since: datetime) -> bool:
    """Whether something left about a zaak of these since a moment. Until the transaction ends nothing more leaves of them."""
    z = t.zaak.c
    rows = connection.execute(select(z.left).where(z.provision_id.in_(provisions)).order_by(z.id).with_for_update())
    return any(left is not None and left >= since for left in rows.scalars())


def take_back(connection: Connection, provisions: Sequence[int]) -> None:
    """These were not asked for after all; nothing left of them."""
    z = t.zaak.c
    connection.execute(delete(t.zaak).where(z.provision_id.in_(provisions), z.left.is_(None)))


def follow(connection: Connection, provision_id: int, municipality: str, number: str, now: datetime) -> None:
    """Follow a zaak that the counter made. One of that number, or one of this round that is not over, must not be there."""
    last = select(func.coalesce(func.max(t.zaak.c.attempt), 0)).where(t.zaak.c.provision_id == provision_id)
    values = {
        "provision_id": provision_id,
        "attempt": last.scalar_subquery() + 1,
        "municipality": municipality,
        "number": number,
        "mode": ZaakMode.FOLLOW.value,
        "next_try": now,
    }
    connection.execute(insert(t.zaak).values(values))
    channel.notify(connection)


def let_go(connection: Connection, provision_id: int) -> None:
    """What was followed and nothing came of, and what was never opened, makes room for another."""
    z, closed = t.zaak.c, select(t.zaak_closing.c.zaak_id)
    followed = and_(z.mode == ZaakMode.FOLLOW.value, z.id.not_in(closed))
    given_up = and_(z.state == ZaakState.GIVEN_UP.value, z.uuid.is_(None))
    connection.execute(delete(t.zaak).where(z.provision_id == provision_id, or_(followed, given_up)))


def is_taken(connection: Connection, provision_id: int, municipality: str, number: str) -> bool:
    """Whether the round has a zaak that is not over, or another has this number."""
    z, going = t.zaak.c, (ZaakState.WANTED.value, ZaakState.OPEN.value)
    same = and_(z.municipality == municipality, z.number == number)
    open_one = and_(z.provision_id == provision_id, z.state.in_(going))
    return connection.execute(select(z.id).where(or_(open_one, same))).first() is not None


# --- what is to be done there ----------------------------------------------------------------------------------------------


def claim_due(connection: Connection, municipality: str, now: datetime) -> Row[Any] | None:
    """The first zaak at which something is to be done, for this process alone until its lease ends; with ``case_id``, and
    ``left_before``: when something last left of it before this.
    """
    z = t.zaak.c
    free = or_(z.claimed.is_(None), z.claimed <= now, z.claimed > now + LEASE)
    found = connection.execute(
        select(t.zaak, t.provision.c.case_id)
        .join(t.provision, t.provision.c.id == z.provision_id)
        .where(z.municipality == municipality, z.next_try <= now, free)
        .order_by(z.next_try, z.id)
        .limit(1)
        .with_for_update(of=t.zaak, skip_locked=True)
    ).one_or_none()
    if found is not None:
        connection.execute(update(t.zaak).where(z.id == found.id).values(claimed=now + LEASE))
    return found


def leaves(connection: Connection, zaak_id: int, now: datetime) -> bool:
    """Something is about to leave about it; ``False`` when it was taken back meanwhile."""
    z = t.zaak.c
    return connection.execute(update(t.zaak).where(z.id == zaak_id).values(left=now)).rowcount == 1


def note(connection: Connection, zaak_id: int, **columns: object) -> None:
    """What became of it."""
    connection.execute(update(t.zaak).where(t.zaak.c.id == zaak_id).values(**columns))


def done(connection: Connection, row: Row[Any], now: datetime, **columns: object) -> None:
    """What was to be done is done; at once again where something changed since it was claimed."""
    z = t.zaak.c
    again = case((z.touched == row.touched, None), else_=now)
    through = {"claimed": None, "attempts": 0, "fault": None, "next_try": again}
    connection.execute(update(t.zaak).where(z.id == row.id).values(**{**through, **columns}))


def put_off(connection: Connection, municipality: str, until: datetime) -> None:
    """The case system is left alone: nothing is done there before ``until``, and that is nobody's attempt."""
    z = t.zaak.c
    connection.execute(update(t.zaak).where(z.municipality == municipality, z.next_try < until).values(next_try=until))


def drop(connection: Connection, zaak_id: int) -> None:
    """It is not wanted any more, and nothing left of it."""
    connection.execute(delete(t.zaak).where(t.zaak.c.id == zaak_id, t.zaak.c.left.is_(None)))


def try_again(connection: Connection, now: datetime) -> Sequence[Row[Any]]:
    """Those that were given up before they were opened are wanted again; of which provisions: ``case_id``, ``key``, ``round``."""
    z, p = t.zaak.c, t.provision.c
    wanted = {"state": ZaakState.WANTED.value, "attempts": 0, "next_try": now, "signal": None, "fault": None}
    again = update(t.zaak).where(z.provision_id == p.id, z.state == ZaakState.GIVEN_UP.value, z.uuid.is_(None))
    return connection.execute(again.values(**wanted).returning(p.case_id, p.key, p.round)).all()


def is_known(connection: Connection, uuid: UUID, but: int) -> bool:
    """Whether another zaak of ours is this one."""
    query = select(t.zaak.c.id).where(t.zaak.c.uuid == uuid, t.zaak.c.id != but)
    return connection.execute(query).first() is not None


# --- looking ----------------------------------------------------------------------------------------------------------------


def claim_looks(
    connection: Connection, municipality: str, now: datetime, again: datetime, limit: int
) -> Sequence[Row[Any]]:
    """Zaken to look at now, with ``case_id``; nobody else looks at them before ``again``, and then everybody may."""
    z = t.zaak.c
    found = connection.execute(
        select(t.zaak, t.provision.c.case_id)
        .join(t.provision, t.provision.c.id == z.provision_id)
        .where(z.municipality == municipality, z.look_at <= now, z.uuid.is_not(None))
        .order_by(z.look_at, z.id)
        .limit(limit)
        .with_for_update(of=t.zaak, skip_locked=True)
    ).all()
    if found:
        connection.execute(update(t.zaak).where(z.id.in_([one.id for one in found])).values(look_at=again))
    return found


def hold(connection: Connection, zaak_id: int) -> Row[Any] | None:
    """A zaak as it is now, with ``case_id``, held until the transaction ends."""
    query = select(t.zaak, t.provision.c.case_id).join(t.provision, t.provision.c.id == t.zaak.c.provision_id)
    return connection.execute(query.where(t.zaak.c.id == zaak_id).with_for_update(of=t.zaak)).one_or_none()


def notice(connection: Connection, municipality: str, uuid: UUID, now: datetime) -> bool:
    """Look at this zaak now, if it is one of ours. Returns whether it is."""
    z = t.zaak.c
    mine = (z.uuid == uuid, z.municipality == municipality)
    found = connection.execute(update(t.zaak).where(*mine).values(look_at=now)).rowcount
    if found:
        channel.notify(connection)
    return bool(found)


def next_moment(connection: Connection, municipalities: Sequence[str]) -> datetime | None:
    """When something is to be done or looked at next in these case systems (UTC)."""
    z = t.zaak.c
    theirs = z.municipality.in_(municipalities)
    free = func.greatest(z.next_try, func.coalesce(z.claimed, z.next_try))
    looks = select(func.min(z.look_at)).where(theirs).scalar_subquery()
    tries = select(func.min(free)).where(theirs, z.next_try.is_not(None)).scalar_subquery()
    found: datetime | None = connection.execute(select(func.least(looks, tries))).scalar()
    return found


# --- closings ----------------------------------------------------------------------------------------------------------------


def closings(connection: Connection, zaak_id: int) -> Sequence[Row[Any]]:
    """The closings of a zaak that were taken in."""
    return connection.execute(select(t.zaak_closing).where(t.zaak_closing.c.zaak_id == zaak_id)).all()


def keep_closing(
    connection: Connection, zaak: Row[Any], closing: Closing, outcome: str | None, *, recorded: bool
) -> bool:
    """Take in a closing, once: ``False`` when it was before. ``recorded``: the outcome was recorded because of it."""
    values = {
        "provision_id": zaak.provision_id,
        "zaak_id": zaak.id,
        "result": closing.result,
        "status": closing.status,
        "words": closing.words,
        "day": closing.on,
        "outcome": outcome,
        "recorded": recorded,
    }
    return connection.execute(upsert(t.zaak_closing).values(values).on_conflict_do_nothing()).rowcount == 1
