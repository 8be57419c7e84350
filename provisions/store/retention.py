"""What is left of a case that is forgotten, and what is still to be erased of it elsewhere. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, case, delete, func, or_, select, update

from provisions.domain.messages import MessageKind
from provisions.store import tables as t


@dataclass(frozen=True)
class Erasure:
    """What is to be erased of a forgotten case outside our database: in Prefect, and as written messages."""

    case_id: int
    reference: str
    messages: tuple[UUID, ...]


def lock_case(connection: Connection, reference: str) -> tuple[int, date | None]:
    """The id and the day of closing of a case that exists; it stays locked."""
    query = select(t.case.c.id, t.case.c.closed).where(t.case.c.reference == reference).with_for_update()
    row = connection.execute(query).one()
    return row.id, row.closed


def lock_expired(connection: Connection, before: date, limit: int) -> list[int]:
    """Cases that were closed before a day and are still known, oldest first; they stay locked."""
    expired = (
        select(t.case.c.id)
        .where(t.case.c.closed < before, t.case.c.forgotten.is_(None))
        .order_by(t.case.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(expired).scalars())


def count_unsent(connection: Connection, case_id: int) -> int:
    """How many messages about a case are still to be sent."""
    mine = and_(_about([case_id]), t.message.c.status == "pending")
    return connection.execute(select(func.count()).select_from(t.message).where(mine)).scalar_one()


def reduce(connection: Connection, case_ids: Sequence[int], today: date) -> None:
    """Take from these cases, which are locked, all that the report does not need; the audit's lines stay."""
    _note_erasures(connection, case_ids)
    _clean_overviews(connection, case_ids)
    _delete_what_belongs(connection, case_ids)
    mine = t.provision.c.case_id.in_(case_ids)
    emptied = t.outcome.c.provision_id.in_(_provisions(case_ids))
    connection.execute(update(t.outcome).where(emptied).values(fields={}))
    still = {"their_number": None, "flow_run": None, "next_at": None, "observed_generation": t.provision.c.generation}
    connection.execute(update(t.provision).where(mine).values(**still))
    reference = func.concat("VERGETEN-", t.case.c.id)
    nobody = {
        "own_number": None,
        "reference": reference,
        "route": None,
        "director": None,
        "salt": None,
        "next_at": None,
        "forgotten": today,
    }
    connection.execute(update(t.case).where(t.case.c.id.in_(case_ids)).values(**nobody))
    connection.execute(
        select(func.forget_staff(case_ids))
    )  # codes of people in its lines; nobody may change more of these


def erasures(connection: Connection, limit: int, case_id: int | None = None) -> list[Erasure]:
    """What is still to be erased elsewhere, oldest first; of all cases, or of one."""
    query = select(t.erasure).order_by(t.erasure.c.case_id).limit(limit)
    rows = connection.execute(query if case_id is None else query.where(t.erasure.c.case_id == case_id))
    return [Erasure(row.case_id, row.reference, tuple(row.messages)) for row in rows]


def erased(connection: Connection, case_id: int) -> None:
    """It is gone everywhere, so the reference is not needed any more."""
    connection.execute(delete(t.erasure).where(t.erasure.c.case_id == case_id))


def _provisions(case_ids: Sequence[int]) -> Select[tuple[int]]:
    return select(t.provision.c.id).where(t.provision.c.case_id.in_(case_ids))


def _about(case_ids: Sequence[int]) -> ColumnElement[bool]:
    """The messages about these cases: about one of their provisions, or about the case as a whole."""
    return or_(t.message.c.provision_id.in_(_provisions(case_ids)), t.message.c.case_id.in_(case_ids))


def _delete_what_belongs(connection: Connection, case_ids: Sequence[int]) -> None:
    lines = select(t.audit.c.id).where(t.audit.c.case_id.in_(case_ids))
    for gone in (
        delete(t.message).where(_about(case_ids)),
        delete(t.free_text).where(t.free_text.c.case_id.in_(case_ids)),
        delete(t.follow_up).where(t.follow_up.c.provision_id.in_(_provisions(case_ids))),
        delete(t.case_follow_up).where(t.case_follow_up.c.case_id.in_(case_ids)),
        delete(t.approval).where(t.approval.c.case_id.in_(case_ids)),
        delete(t.foreseen).where(t.foreseen.c.case_id.in_(case_ids)),
        delete(t.last_act).where(t.last_act.c.case_id.in_(case_ids)),
        delete(t.plan).where(t.plan.c.case_id.in_(case_ids)),
        delete(t.announcement).where(t.announcement.c.audit_id.in_(lines)),
    ):
        connection.execute(gone)


def _note_erasures(connection: Connection, case_ids: Sequence[int]) -> None:
    of_provisions = select(t.provision.c.id).where(t.provision.c.case_id == t.case.c.id).correlate(t.case)
    about = or_(t.message.c.provision_id.in_(of_provisions), t.message.c.case_id == t.case.c.id)
    messages = select(t.message.c.id).where(about).correlate(t.case)
    found = (
        select(t.case.c.id, t.case.c.reference, func.array(messages.scalar_subquery()))
        .select_from(t.case)
        .where(t.case.c.id.in_(case_ids))
    )
    connection.execute(t.erasure.insert().from_select(["case_id", "reference", "messages"], found))


def _clean_overviews(connection: Connection, case_ids: Sequence[int]) -> None:
    """Morning messages that name one of these cases: their text goes, that they were sent stays."""
    references = connection.execute(select(t.case.c.reference).where(t.case.c.id.in_(case_ids))).scalars().all()
    named = or_(*(t.prepared.c.text.contains(reference, autoescape=True) for reference in references))
    query = select(t.message.c.id).join(t.prepared).where(t.message.c.kind != MessageKind.REPORT.value, named)
    ids = list(connection.execute(query).scalars())
    connection.execute(delete(t.prepared).where(t.prepared.c.message.in_(ids)))
    status = case((t.message.c.status == "pending", "void"), else_=t.message.c.status)
    emptied = {"body": None, "recipients": None, "next_try": None, "status": status}
    connection.execute(update(t.message).where(t.message.c.id.in_(ids)).values(**emptied))
