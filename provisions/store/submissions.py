"""Forms of pages that were sent, and what was typed when a session had ended. Nothing here decides, nothing commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from provisions.domain.case import ProvisionKey
from provisions.domain.errors import ChangedMeanwhile, DoneBefore
from provisions.domain.lifecycle import SYSTEM, Moment, Sent
from provisions.store import tables as t

MOST_PAGES = 20


@dataclass(frozen=True)
class Submission:
    """A form that was sent. ``at`` is UTC. ``case``: the random id of the case that it changed; its lines come after line
    ``after`` of the record, ``lines`` of them.
    """

    number: str
    by: str
    at: datetime
    case_id: int | None
    case: UUID | None
    after: int
    lines: int
    onward: str
    said: str


@dataclass(frozen=True)
class Unseen:
    """A line of the record that somebody had not seen: ``at`` which moment (UTC), ``by`` whom, and what it says.

    ``of_case``: it is about the case as a whole.
    """

    at: datetime
    by: str
    because: str
    of_case: bool


# --- done once -------------------------------------------------------------------------------------------------------


def claim(connection: Connection, sent: Sent, moment: Moment, cases: Sequence[int], lines: int) -> None:
    """This form is being carried out, in this transaction. Raises ``DoneBefore`` when it was before; whoever sends the same at
    the same moment waits here.
    """
    one = cases[0] if len(cases) == 1 else None
    head = select(t.audit_head.c.last_line).scalar_subquery()
    sender = moment.approved_by or moment.by  # what is approved is the asker's, and the form another's
    values = {"number": sent.number, "by": sender, "at": moment.now, "case_id": one, "after": head, "lines": lines}
    statement = insert(t.submission).values(**values, onward=sent.onward).on_conflict_do_nothing()
    if connection.execute(statement.returning(t.submission.c.number)).first() is None:
        raise DoneBefore


def note(connection: Connection, number: str, by: str, at: datetime, onward: str, said: str) -> None:
    """What this form did: also where it changed no case."""
    row = {"onward": onward, "said": said}
    statement = insert(t.submission).values(number=number, by=by, at=at, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["number"], set_=row))


def once(connection: Connection, number: str, by: str, at: datetime) -> None:
    """The same of a form that changes no case; nothing for what came by no form, whose ``number`` is empty."""
    if not number:
        return
    row = {"number": number, "by": by, "at": at, "onward": "", "said": ""}
    statement = insert(t.submission).values(row).on_conflict_do_nothing().returning(t.submission.c.number)
    if connection.execute(statement).first() is None:
        raise DoneBefore


def find(connection: Connection, number: str) -> Submission | None:
    """What this form did; ``None`` when it was not sent."""
    columns = [t.submission.c[name] for name in ("number", "by", "at", "case_id", "after", "lines", "onward", "said")]
    query = select(*columns, t.case.c.uid).outerjoin(t.case, t.case.c.id == t.submission.c.case_id)
    row = connection.execute(query.where(t.submission.c.number == number)).one_or_none()
    if row is None:
        return None
    return Submission(row.number, row.by, row.at, row.case_id, row.uid, row.after, row.lines, row.onward, row.said)


# --- what was recorded meanwhile -------------------------------------------------------------------------------------


def head(connection: Connection) -> int:
    """The number of the last line of the record."""
    return int(connection.execute(select(t.audit_head.c.last_line)).scalar_one())


def unseen(
    connection: Connection, case_id: int, seen: int, about: ProvisionKey | None, limit: int = 20
) -> list[Unseen]:
    """What people recorded after line ``seen``, oldest first: about this provision or the case as a whole.

    What the clock does, and what becomes of letters, is not what somebody did.
    """
    of_case = t.audit.c.key.is_(None)
    whose = of_case if about is None else or_(of_case, and_(t.audit.c.key == about.key, t.audit_round == about.round))
    query = (
        select(t.audit.c.at, t.audit.c.by, t.audit.c.because, t.audit.c.key)
        .where(t.audit.c.case_id == case_id, t.audit.c.id > seen, whose)
        .where(t.audit.c.by.not_in((SYSTEM, "")), t.audit.c.what.not_like("message.%"))
        .order_by(t.audit.c.id)
        .limit(limit)
    )
    return [Unseen(row.at, row.by, row.because, row.key is None) for row in connection.execute(query)]


def refuse_unseen(connection: Connection, sent: Sent, cases: Sequence[int]) -> None:
    """Raise ``ChangedMeanwhile`` when there is something of that in a case that is held."""
    if sent.seen is None or len(cases) != 1:
        return
    if unseen(connection, cases[0], sent.seen, sent.about, 1):
        raise ChangedMeanwhile


# --- what was typed --------------------------------------------------------------------------------------------------


def keep(connection: Connection, person: str, page: str, sealed: bytes, until: datetime) -> None:
    """Keep what this person typed on this page, in place of what was typed there before; of more than twenty pages the newest."""
    row = {"sealed": sealed, "until": until}
    statement = insert(t.typed).values(person=person, page=page, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["person", "page"], set_=row))
    c = t.typed.c
    newest = (
        select(c.page).where(c.person == person).order_by((c.page == page).desc(), c.until.desc()).limit(MOST_PAGES)
    )
    connection.execute(delete(t.typed).where(c.person == person, c.page.not_in(newest)))


def kept(connection: Connection, person: str, page: str, now: datetime) -> bytes | None:
    """What this person typed there."""
    query = select(t.typed.c.sealed).where(t.typed.c.person == person, t.typed.c.page == page, t.typed.c.until > now)
    return connection.execute(query).scalar_one_or_none()


def forget(connection: Connection, person: str, page: str) -> None:
    """It was sent after all."""
    connection.execute(delete(t.typed).where(t.typed.c.person == person, t.typed.c.page == page))


def clear(connection: Connection, before: datetime, now: datetime) -> None:
    """Take away what is older than a day, and what nobody came back for."""
    connection.execute(delete(t.submission).where(t.submission.c.at < before))
    connection.execute(delete(t.typed).where(t.typed.c.until < now))
