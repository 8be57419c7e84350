"""Who came in, was refused, and looked at what: append-only, and kept until a day of its own. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from provisions.store import tables as t


@dataclass(frozen=True)
class Entry:
    """One line. ``code``: who did it, where that is known; ``about``: the person that something was done to. ``at`` is UTC.

    ``reason``: with which one somebody looks in ``municipality`` who has no standing right to; ``until`` (UTC): how long, in the
    line in which it was given.
    """

    at: datetime
    code: str | None
    what: str
    via: str
    keep_until: date
    about: str | None = None
    case_id: int | None = None
    page: str | None = None
    municipality: str | None = None
    reason: str | None = None
    until: datetime | None = None


def add(connection: Connection, *entries: Entry) -> None:
    """These lines more."""
    if entries:
        # Inline: nothing is asked back, for whoever adds a line may not see it.
        connection.execute(insert(t.access_log).inline(), [asdict(entry) for entry in entries])


def of_case(connection: Connection, case_id: int, limit: int, what: str | None = None) -> Sequence[Row[Any]]:
    """Who looked at a case, newest first; ``what``: lines of this kind only."""
    kind = () if what is None else (t.access_log.c.what == what,)
    return connection.execute(_lines(limit).where(t.access_log.c.case_id == case_id, *kind)).all()


def of_person(connection: Connection, code: str, limit: int) -> Sequence[Row[Any]]:
    """What a person did and looked at, and what was done to the account, newest first."""
    mine = or_(t.access_log.c.code == code, t.access_log.c.about == code)
    return connection.execute(_lines(limit).where(mine)).all()


def reasons_of(connection: Connection, code: str, what: str, now: datetime) -> Sequence[Row[Any]]:
    """The reasons that a person gave (lines of the kind ``what``) and that last beyond ``now``, newest first."""
    log = t.access_log
    mine = (log.c.code == code, log.c.what == what, log.c.at <= now, log.c.until > now)
    return connection.execute(select(log).where(*mine).order_by(log.c.at.desc(), log.c.id.desc())).all()


def reasons_in(
    connection: Connection, places: Sequence[str], what: str, since: datetime, limit: int
) -> Sequence[Row[Any]]:
    """The reasons that were given in these municipalities after ``since`` (lines of the kind ``what``), newest first."""
    log = t.access_log
    there = (log.c.municipality.in_(places), log.c.reason.is_not(None), log.c.what == what, log.c.at > since)
    return connection.execute(select(log).where(*there).order_by(log.c.at.desc(), log.c.id.desc()).limit(limit)).all()


def counts(connection: Connection, by_page: str) -> dict[str, int]:
    """How many lines there are of each kind; of the kind ``by_page``, of which each case that stands on a page has a line besides
    that of the page, how many pages.
    """
    log = t.access_log.c
    query = select(log.what, func.count()).where(or_(log.what != by_page, log.case_id.is_(None))).group_by(log.what)
    return {row[0]: row[1] for row in connection.execute(query)}


def clear(connection: Connection, today: date) -> int:
    """Delete what was kept long enough. Returns how many lines."""
    return connection.execute(delete(t.access_log).where(t.access_log.c.keep_until < today)).rowcount


def _lines(limit: int) -> Any:
    log = t.access_log
    return (
        select(log, t.case.c.reference)
        .outerjoin(t.case, t.case.c.id == log.c.case_id)
        .order_by(log.c.at.desc(), log.c.id.desc())
        .limit(limit)
    )
