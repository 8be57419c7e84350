"""What the lists ask: which provisions are late, due or refused, how many there are, and what has not moved. Read only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    SQLColumnExpression,
    and_,
    any_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from provisions.domain.case import Status
from provisions.domain.rules import OutcomeName
from provisions.store import tables as t
from provisions.store.loading import undelivered as is_undelivered
from provisions.store.runs import RUNNING


@dataclass(frozen=True)
class Listing:
    """Which provisions, and what comes first. Made by :func:`late`, :func:`due` and :func:`refused`."""

    condition: ColumnElement[bool]
    order: SQLColumnExpression[Any]


def late(now: datetime) -> Listing:
    """What is late at ``now``, longest first."""
    p = t.provision.c
    return Listing(and_(p.late_from.is_not(None), p.late_from <= now), p.due)


def due(now: datetime, until: datetime) -> Listing:
    """What becomes late after ``now``, until ``until``, soonest first."""
    p = t.provision.c
    return Listing(and_(p.late_from > now, p.late_from <= until), p.late_from)


def refused() -> Listing:
    """What is refused, oldest first, so that the first last day to object is on top."""
    refused_on = (
        select(func.max(t.outcome.c.day))
        .where(
            t.outcome.c.provision_id == t.provision.c.id,
            t.outcome.c.name == OutcomeName.REFUSED.value,
            t.outcome.c.undone.is_(False),
        )
        .scalar_subquery()
    )
    return Listing(t.provision.c.status == Status.REFUSED.value, refused_on)


def top(connection: Connection, listing: Listing, municipality: str | None, most: int) -> list[int]:
    """The ids of the first ``most``."""
    query = _of(select(t.provision.c.id), listing, municipality)
    query = query.order_by(listing.order, t.case.c.reference, t.provision.c.key).limit(most)
    return list(connection.execute(query).scalars())


def counts(connection: Connection, listing: Listing, municipality: str | None) -> dict[str, int]:
    """How many there are in all, by municipality."""
    query = _of(select(t.case.c.municipality, func.count()), listing, municipality).group_by(t.case.c.municipality)
    return {row[0]: row[1] for row in connection.execute(query)}


def count_cases(connection: Connection, listing: Listing, municipality: str | None) -> int:
    """To how many cases these belong."""
    query = _of(select(func.count(t.provision.c.case_id.distinct())), listing, municipality)
    return int(connection.execute(query).scalar_one())


def late_moments(connection: Connection, listing: Listing, municipality: str | None) -> list[datetime]:
    """From which moment each of these is late."""
    return list(connection.execute(_of(select(t.provision.c.late_from), listing, municipality)).scalars())


def _of(query: Select[Any], listing: Listing, municipality: str | None) -> Select[Any]:
    """``query`` on provisions and their cases, for one municipality or all."""
    query = query.select_from(t.provision.join(t.case)).where(listing.condition)
    return query if municipality is None else query.where(_stands_with(municipality))


def _stands_with(municipality: str) -> ColumnElement[bool]:
    """A case that is being handed over stands with both until it is accepted."""
    return or_(t.case.c.municipality == municipality, and_(t.case.c.handover_with == municipality, _pending()))


def _pending() -> ColumnElement[bool]:
    return and_(t.case.c.handover_with.is_not(None), t.case.c.handover_accepted.is_(None))


def handovers(connection: Connection, municipality: str | None) -> Sequence[Any]:
    """The cases that are being handed over, longest first: ``reference``, ``municipality``, ``to`` and ``since``."""
    c = t.case.c
    columns = (c.reference, c.municipality, c.handover_with.label("to"), c.handover_since.label("since"))
    query = select(*columns).where(_pending(), c.closed.is_(None))
    query = query.order_by(c.handover_since, c.reference)
    return connection.execute(query if municipality is None else query.where(_stands_with(municipality))).all()


def without_movement(connection: Connection, municipality: str | None, since: datetime, today: date) -> Sequence[Any]:
    """What has started, whose clock runs, and of which nothing but messages was recorded since a moment."""
    # EXISTS and no NOT IN: that one compares each provision with each line as soon as the lines don't fit in memory.
    recent = exists().where(
        t.audit.c.at >= since,
        t.audit.c.case_id == t.provision.c.case_id,
        t.audit.c.key == t.provision.c.key,
        t.audit_round == t.provision.c.round,
        t.audit.c.what.not_like("message.%"),
    )
    p, c = t.provision.c, t.case.c
    running = or_(p.suspended_until.is_(None), p.suspended_until <= today)
    listing = Listing(and_(RUNNING, running, ~recent), p.id)
    query = select(p.id, p.case_id, p.key, p.round, c.reference, c.municipality)
    return connection.execute(_of(query, listing, municipality)).all()


def last_movement(connection: Connection, case_ids: Sequence[int]) -> Mapping[tuple[int, str, int], datetime]:
    """When something was last recorded about each (case id, key, round) of these cases."""
    if not case_ids:
        return {}
    cases = sorted(set(case_ids))
    query = (
        select(t.audit.c.case_id, t.audit.c.key, t.audit_round, func.max(t.audit.c.at))
        .where(
            t.audit.c.case_id == any_(bindparam("cases", cases, type_=ARRAY(BigInteger))),
            t.audit.c.key.is_not(None),
            t.audit.c.what.not_like("message.%"),
        )
        .group_by(t.audit.c.case_id, t.audit.c.key, t.audit_round)
    )
    return {(case_id, key, number): at for case_id, key, number, at in connection.execute(query)}


def undelivered(connection: Connection, municipality: str | None) -> Sequence[Any]:
    """What was given up, or failed several times, oldest first; what was given up is left out once its provision is closed."""
    m = t.message.c
    settled = and_(m.status == "failed", t.provision.c.closed_on.is_not(None))
    columns = (m.municipality, m.kind, m.created, m.attempts, m.status, m.provision_id)
    query = (
        select(t.case.c.reference, t.case.c.director, t.provision.c.key, *columns)
        .select_from(t.message)
        .outerjoin(t.provision, t.provision.c.id == m.provision_id)
        .outerjoin(t.case, t.case.c.id == func.coalesce(t.provision.c.case_id, m.case_id))
        .where(is_undelivered(), ~settled)
        .order_by(m.created, m.id)
    )
    if municipality is not None:
        query = query.where(m.municipality == municipality)
    return connection.execute(query).all()
