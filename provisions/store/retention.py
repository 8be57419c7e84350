"""What is left of a case that is forgotten, and what is still to be erased of it elsewhere. Nothing here commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
    update,
)

from provisions.domain.keeping import STOPS
from provisions.domain.messages import MessageKind
from provisions.domain.recipients import Recipient
from provisions.store import tables as t


@dataclass(frozen=True)
class Erasure:
    """What is to be erased of a forgotten case outside our database: in Prefect, and as written messages."""

    case_id: int
    reference: str
    messages: tuple[UUID, ...]


def lock_expired(
    connection: Connection, before: date, limit: int, *, reasons: Collection[str], without: bool = False
) -> list[int]:
    """Cases that were closed before a day and are still known, oldest first; they stay locked. Those that ended for one of
    ``reasons``, or ``without``: all others. Not while an objection, a penalty or a complaint is open.
    """
    for_these = func.coalesce(t.case.c.end_reason, "").in_(reasons)
    expired = (
        select(t.case.c.id)
        .where(t.case.c.closed < before, t.case.c.forgotten.is_(None), not_(for_these) if without else for_these)
        .where(not_(_stopped()))
        .order_by(t.case.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(expired).scalars())


def _stopped() -> ColumnElement[bool]:
    """Whether something is open that stops the terms of a case."""
    p, began, ended = t.provision.c, t.milestone.alias("began"), t.milestone.alias("ended")
    opened = [
        and_(
            began.c.name == first,
            not_(exists().where(ended.c.provision_id == p.id, ended.c.name == last, ended.c.day >= began.c.day)),
        )
        for first, last in STOPS
    ]
    return (
        exists()
        .select_from(t.provision.join(began, began.c.provision_id == p.id))
        .where(p.case_id == t.case.c.id, or_(*opened))
        .correlate(t.case)
    )


def expired_messages(connection: Connection, before: date, limit: int) -> list[UUID]:
    """Messages about rounds that were settled before a day (or about cases that ended before it) whose text is still there;
    held until the transaction ends.
    """
    m, p = t.message.c, t.provision.c
    of = t.message.outerjoin(t.provision, p.id == m.provision_id)
    owner = t.case.c.id == func.coalesce(p.case_id, m.case_id)
    settled = or_(p.closed_on < before, and_(m.provision_id.is_(None), t.case.c.closed < before))
    written = or_(m.body.is_not(None), m.subject.is_not(None), m.error.is_not(None))
    query = (
        select(m.id)
        .select_from(of.join(t.case, owner))
        .where(settled, written, m.status != "pending", t.case.c.forgotten.is_(None), not_(_stopped()))
        .order_by(m.id)
        .limit(limit)
        .with_for_update(of=t.message, skip_locked=True)
    )
    return list(connection.execute(query).scalars())


def clear_messages(connection: Connection, messages: Sequence[UUID]) -> None:
    """Take from these what was written and to whom; that they were sent, and when, stays."""
    emptied = {"body": None, "subject": None, "error": None, "recipients": None}
    connection.execute(update(t.message).where(t.message.c.id.in_(messages)).values(**emptied))
    to_the_same = t.message.c.kind.in_([kind.value for kind in MessageKind if kind.letter.to is Recipient.THE_SAME])
    # Of these the detail says to whom.
    connection.execute(update(t.message).where(t.message.c.id.in_(messages), to_the_same).values(detail=None))
    connection.execute(delete(t.delivery).where(t.delivery.c.message.in_(messages)))


def to_review(
    connection: Connection, before: date, renewed: date, names: Collection[str], since: date, limit: int
) -> list[str]:
    """The references of cases of which :func:`remove_texts` would take something with these days, and of which nobody was asked
    since a day whether it is still needed, under one of ``names``.
    """
    f = t.case_follow_up.c
    asked = exists().where(
        f.case_id == t.case.c.id, f.name.in_(names), or_(f.due > since, f.done.is_(None)), not_(f.lapsed)
    )
    ending = _ending_texts(before, renewed).with_only_columns(t.case.c.reference).where(not_(asked))
    return list(connection.execute(ending.distinct().order_by(t.case.c.reference).limit(limit)).scalars())


def reviewed_for_nothing(
    connection: Connection, before: date, renewed: date, names: Collection[str], limit: int
) -> list[str]:
    """The references of cases of which somebody is asked whether notes are still needed, and of which none is forgotten soon."""
    f = t.case_follow_up.c
    ending = _ending_texts(before, renewed).with_only_columns(t.case.c.id)
    asked = select(t.case.c.reference).join(t.case_follow_up)
    asked = asked.where(f.name.in_(names), f.done.is_(None), not_(f.lapsed), f.case_id.not_in(ending))
    return list(connection.execute(asked.distinct().order_by(t.case.c.reference).limit(limit)).scalars())


def remove_texts(connection: Connection, before: date, renewed: date, limit: int) -> dict[int, list[int]]:
    """Take away notes and grounds that were kept long enough; which, by case. The lines keep their digests.

    They are of rounds that were settled before a day; of the case as a whole when they were written before it, and the case,
    where it has ended, ended before it. Not what was said to be needed on ``renewed`` or later.
    """
    return _remove(connection, _ending_texts(before, renewed), limit)


def remove_remarks(connection: Connection, before: date, limit: int) -> dict[int, list[int]]:
    """The same, for what those remarked who answered a message: of rounds that were settled before a day."""
    a, p = t.audit.c, t.provision.c
    of_round = and_(p.case_id == a.case_id, p.key == a.key, p.round == t.audit_round)
    remarks = (
        select(t.free_text.c.id)
        .select_from(
            t.free_text.join(t.audit, a.free_text_id == t.free_text.c.id)
            .join(t.case, t.case.c.id == a.case_id)
            .join(t.provision, of_round)
        )
        .where(a.what == "provision.replied", p.closed_on < before, t.case.c.forgotten.is_(None), not_(_stopped()))
    )
    return _remove(connection, remarks, limit)


def _remove(connection: Connection, texts: Select[tuple[int]], limit: int) -> dict[int, list[int]]:
    query = texts.order_by(t.free_text.c.id).limit(limit)
    gone = delete(t.free_text).where(t.free_text.c.id.in_(query)).returning(t.free_text.c.case_id, t.free_text.c.id)
    found: dict[int, list[int]] = {}
    for case_id, number in sorted(connection.execute(gone).tuples()):
        found.setdefault(case_id, []).append(number)
    return found


def _ending_texts(before: date, renewed: date) -> Select[tuple[int]]:
    """The notes and grounds that :func:`remove_texts` is about."""
    a, p, c = t.audit.c, t.provision.c, t.case.c
    of_round = and_(p.case_id == a.case_id, p.key == a.key, p.round == t.audit_round)
    written = cast(func.timezone("Europe/Amsterdam", a.at), Date)
    over = or_(p.closed_on < before, and_(p.id.is_(None), func.greatest(c.closed, written) < before))
    return (
        select(t.free_text.c.id)
        .select_from(
            t.free_text.join(t.audit, a.free_text_id == t.free_text.c.id)
            .join(t.case, c.id == a.case_id)
            .outerjoin(t.provision, of_round)
        )
        .where(over, c.forgotten.is_(None), not_(_stopped()))
        .where(or_(c.notes_kept_on.is_(None), c.notes_kept_on < renewed))
    )


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
    answered = t.reply.c.provision_id.in_(_provisions(case_ids))
    said = {"amount": None, "purpose": None, "spent_on": None, "because": None, "checked": None}
    connection.execute(update(t.reply).where(answered).values(**said))
    still = {"their_number": None, "flow_run": None, "next_at": None, "observed_generation": t.provision.c.generation}
    connection.execute(update(t.provision).where(mine).values(**still))
    of_budget = t.budget_line.c.case_id.in_(case_ids)
    connection.execute(update(t.budget_line).where(of_budget).values(key=None, round=None))
    reference = func.concat("VERGETEN-", t.case.c.id)
    nobody = {
        "own_number": None,
        "reference": reference,
        "route": None,
        "director": None,
        "handover_director": None,
        "salt": None,
        "next_at": None,
        "forgotten": today,
    }
    connection.execute(update(t.case).where(t.case.c.id.in_(case_ids)).values(**nobody))
    # The codes of people in its lines; nobody may change more of these.
    connection.execute(select(func.forget_staff(case_ids)))


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
        delete(t.place).where(t.place.c.case_id.in_(case_ids)),
        delete(t.foreseen).where(t.foreseen.c.case_id.in_(case_ids)),
        delete(t.zaak_closing).where(t.zaak_closing.c.provision_id.in_(_provisions(case_ids))),
        delete(t.zaak).where(t.zaak.c.provision_id.in_(_provisions(case_ids))),
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
