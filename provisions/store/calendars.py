"""Those who have their own due days as a calendar. Nothing here commits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from provisions.access import Grant, Role
from provisions.store import tables as t


@dataclass(frozen=True)
class Feed:
    """A calendar: whose, and since when. ``grants``: what the provider of identities said at ``rights_at``; ``None`` where the
    account says what somebody holds. Moments are UTC.
    """

    code: str
    made: datetime
    grants: frozenset[Grant] | None
    rights_at: datetime | None


def keep(connection: Connection, code: str, digest: bytes, made: datetime, grants: Iterable[Grant] | None) -> None:
    """From now on this is the person's calendar, and no other."""
    values = {
        "digest": digest,
        "made": made,
        "grants": None if grants is None else [[g.role.value, g.municipality] for g in sorted(grants)],
        "rights_at": None if grants is None else made,
    }
    statement = insert(t.calendar_feed).values(code=code, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))


def renew(connection: Connection, code: str, grants: Iterable[Grant], now: datetime) -> None:
    """The provider of identities said again what the person holds; without a calendar nothing changes."""
    said = [[g.role.value, g.municipality] for g in sorted(grants)]
    statement = update(t.calendar_feed).where(t.calendar_feed.c.code == code)
    connection.execute(statement.values(grants=said, rights_at=now))


def of(connection: Connection, code: str) -> Feed | None:
    """The calendar of a person."""
    return _feed(connection.execute(select(t.calendar_feed).where(t.calendar_feed.c.code == code)).one_or_none())


def at(connection: Connection, digest: bytes) -> Feed | None:
    """The calendar whose address has a secret with this digest."""
    return _feed(connection.execute(select(t.calendar_feed).where(t.calendar_feed.c.digest == digest)).one_or_none())


def remove(connection: Connection, code: str) -> bool:
    """The person has none any more. Returns whether there was one."""
    return connection.execute(delete(t.calendar_feed).where(t.calendar_feed.c.code == code)).rowcount == 1


def _feed(row: Any) -> Feed | None:
    if row is None:
        return None
    known = {role.value for role in Role}
    said = row.grants
    grants = None if said is None else frozenset(Grant(Role(role), at) for role, at in said if role in known)
    return Feed(row.code, row.made, grants, row.rights_at)
