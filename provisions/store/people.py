"""Who may come in, and as what: accounts, what each holds, and one-time addresses. Nothing here commits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from provisions.access import Directory, Grant, Listed, Role, WithAccounts
from provisions.store import tables as t


@dataclass(frozen=True)
class Person:
    """An account. ``password`` and ``second`` are what is kept of them; ``made`` and ``blocked`` are UTC."""

    code: str
    made: datetime
    blocked: datetime | None
    password: str | None
    second: bytes | None
    second_used: int | None
    grants: frozenset[Grant]


@dataclass(frozen=True)
class Invitation:
    """A one-time address: for whom, and until when (UTC)."""

    code: str
    until: datetime


def find(connection: Connection, code: str) -> Person | None:
    """The account of a code."""
    return next(iter(_people(connection, code)), None)


def is_still(connection: Connection, person: Person) -> bool:
    """Whether password, second factor and admission of this account are as they were read. Until the transaction ends they stay
    so: who changes them waits, and then ends what began here.
    """
    query = select(t.person.c.password, t.person.c.second, t.person.c.blocked).where(t.person.c.code == person.code)
    row = connection.execute(query.with_for_update(read=True)).one_or_none()
    return row is not None and tuple(row) == (person.password, person.second, person.blocked)


def every(connection: Connection) -> list[Person]:
    """All accounts, by code."""
    return _people(connection, None)


def directory(connection: Connection, listed: Listed) -> Directory:
    """Who is listed, and who has an account with a role of its own or is blocked. What a provider of identities says of somebody
    is known only while that one is signed in, and is not here.
    """
    # No more of an account is read than this: a run in a work pool, which asks it too, may see no password.
    known = connection.execute(select(t.person.c.code, t.person.c.blocked)).all()
    held = _grants(connection, [person.code for person in known]) if known else {}
    return WithAccounts(listed, held, frozenset(person.code for person in known if person.blocked))


def blocked(connection: Connection) -> frozenset[str]:
    """The codes of those who are blocked."""
    return frozenset(connection.execute(select(t.person.c.code).where(t.person.c.blocked.is_not(None))).scalars())


def _people(connection: Connection, code: str | None) -> list[Person]:
    query = select(t.person).order_by(t.person.c.code)
    rows = connection.execute(query if code is None else query.where(t.person.c.code == code)).all()
    held = _grants(connection, [row.code for row in rows]) if rows else {}
    return [
        Person(
            row.code, row.made, row.blocked, row.password, row.second, row.second_used, held.get(row.code, frozenset())
        )
        for row in rows
    ]


def _grants(connection: Connection, codes: Sequence[str]) -> Mapping[str, frozenset[Grant]]:
    found: dict[str, set[Grant]] = {}
    known = {role.value for role in Role}
    for row in connection.execute(select(t.person_grant).where(t.person_grant.c.code.in_(codes))):
        if row.role in known:  # a role of another version gives nothing
            found.setdefault(row.code, set()).add(Grant(Role(row.role), row.municipality))
    return {code: frozenset(grants) for code, grants in found.items()}


def add(connection: Connection, code: str, made: datetime) -> bool:
    """A new account; ``False`` when there is one."""
    added = upsert(t.person).values(code=code, made=made).on_conflict_do_nothing().returning(t.person.c.code)
    return connection.execute(added).first() is not None


def give(connection: Connection, code: str, grants: Iterable[Grant]) -> None:
    """From now on the person holds these and no others."""
    connection.execute(delete(t.person_grant).where(t.person_grant.c.code == code))
    rows = [{"code": code, "role": grant.role.value, "municipality": grant.municipality} for grant in sorted(grants)]
    if rows:
        connection.execute(insert(t.person_grant), rows)


def block(connection: Connection, code: str, since: datetime | None) -> None:
    """Blocked since a moment; ``None``: not any more."""
    connection.execute(update(t.person).where(t.person.c.code == code).values(blocked=since))


def set_password(connection: Connection, code: str, kept: str | None, second: bytes | None) -> None:
    """What is kept of a password and of a second factor, in the place of what was."""
    values = {"password": kept, "second": second, "second_used": None}
    connection.execute(update(t.person).where(t.person.c.code == code).values(values))


def use_second(connection: Connection, code: str, step: int) -> bool:
    """Take the digits of a step; ``False`` when they, or later ones, were taken already."""
    later = func.coalesce(t.person.c.second_used, -1) < step
    taken = update(t.person).where(t.person.c.code == code, later).values(second_used=step)
    return connection.execute(taken).rowcount == 1


# --- one-time addresses --------------------------------------------------------------------------------------------------


def invite(connection: Connection, digest: bytes, code: str, until: datetime) -> None:
    """A new one-time address; earlier ones of this person are gone."""
    withdraw(connection, code)
    connection.execute(insert(t.invitation).values(digest=digest, code=code, until=until))


def withdraw(connection: Connection, code: str) -> None:
    """No address of this person is good any more."""
    connection.execute(delete(t.invitation).where(t.invitation.c.code == code))


def invitation(connection: Connection, digest: bytes, now: datetime, *, lock: bool = False) -> Invitation | None:
    """The one-time address with this digest, when it is still good; with ``lock`` nobody else uses it meanwhile."""
    query = (
        select(t.invitation.c.code, t.invitation.c.until)
        .join(t.person, t.person.c.code == t.invitation.c.code)
        .where(t.invitation.c.digest == digest, t.invitation.c.until > now, t.person.c.blocked.is_(None))
    )
    row = connection.execute(query.with_for_update(of=t.invitation) if lock else query).one_or_none()
    return Invitation(row.code, row.until) if row else None


# --- identities ----------------------------------------------------------------------------------------------------------


def code_of(connection: Connection, issuer: str, subject: str) -> str | None:
    """Whose identity this is."""
    query = select(t.identity.c.code).where(t.identity.c.issuer == issuer, t.identity.c.subject == subject)
    return connection.execute(query).scalar_one_or_none()


def is_bound(connection: Connection, code: str) -> bool:
    """Whether this code has an identity at a provider."""
    return connection.execute(select(t.identity.c.code).where(t.identity.c.code == code).limit(1)).first() is not None


def bind(connection: Connection, issuer: str, subject: str, code: str) -> None:
    """From now on this identity is this person's."""
    connection.execute(insert(t.identity).values(issuer=issuer, subject=subject, code=code))
