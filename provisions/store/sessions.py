"""Who is signed in, and who is on the way to the provider of identities and back. Nothing here commits."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from provisions.access import Grant, Role
from provisions.store import tables as t


@dataclass(frozen=True)
class Session:
    """A session. Moments are UTC. ``grants``: what the provider said; ``None`` where the account says it."""

    code: str
    source: str
    grants: frozenset[Grant] | None
    began: datetime
    seen: datetime
    rights_at: datetime


@dataclass(frozen=True)
class Attempt:
    """Somebody who was sent to the provider: what must come back, and where to go then."""

    nonce: str
    verifier: str
    onward: str


def begin(connection: Connection, digest: bytes, session: Session) -> None:
    """Somebody is in."""
    grants = None if session.grants is None else [[g.role.value, g.municipality] for g in sorted(session.grants)]
    values = {"began": session.began, "seen": session.seen, "rights_at": session.rights_at, "grants": grants}
    connection.execute(insert(t.session).values(id=digest, code=session.code, source=session.source, **values))


def find(connection: Connection, digest: bytes) -> Session | None:
    """The session with this digest, whatever its age."""
    row = connection.execute(select(t.session).where(t.session.c.id == digest)).one_or_none()
    if row is None:
        return None
    known = {role.value for role in Role}
    grants = (
        None if row.grants is None else frozenset(Grant(Role(role), at) for role, at in row.grants if role in known)
    )
    return Session(row.code, row.source, grants, row.began, row.seen, row.rights_at)


def see(connection: Connection, digest: bytes, now: datetime) -> None:
    """It was used."""
    connection.execute(update(t.session).where(t.session.c.id == digest).values(seen=now))


def end(connection: Connection, digest: bytes) -> str | None:
    """It is over; whose it was."""
    gone = delete(t.session).where(t.session.c.id == digest).returning(t.session.c.code)
    return connection.execute(gone).scalar_one_or_none()


def end_all_of(connection: Connection, code: str) -> int:
    """End all of this person's. Returns how many."""
    return connection.execute(delete(t.session).where(t.session.c.code == code)).rowcount


def clear(connection: Connection, idle_since: datetime, began_before: datetime, now: datetime) -> None:
    """Take away what has ended by itself."""
    over = or_(t.session.c.seen < idle_since, t.session.c.began < began_before)
    connection.execute(delete(t.session).where(over))
    connection.execute(delete(t.sign_in).where(t.sign_in.c.until < now))
    connection.execute(delete(t.invitation).where(t.invitation.c.until < now))


# --- to the provider and back ----------------------------------------------------------------------------------------------


def leave(connection: Connection, state: bytes, browser: bytes, attempt: Attempt, until: datetime) -> None:
    """Somebody goes to the provider."""
    said = {"nonce": attempt.nonce, "verifier": attempt.verifier, "onward": attempt.onward}
    connection.execute(insert(t.sign_in).values(state=state, browser=browser, until=until, **said))


def come_back(connection: Connection, state: bytes, browser: bytes, now: datetime) -> Attempt | None:
    """Who came back, once: the same answer a second time is nobody's, and so is one in another browser."""
    gone = (
        delete(t.sign_in)
        .where(t.sign_in.c.state == state, t.sign_in.c.browser == browser, t.sign_in.c.until > now)
        .returning(t.sign_in.c.nonce, t.sign_in.c.verifier, t.sign_in.c.onward)
    )
    row = connection.execute(gone).one_or_none()
    return Attempt(row.nonce, row.verifier, row.onward) if row else None
