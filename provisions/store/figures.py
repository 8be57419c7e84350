"""What the report is made of, read in slices of cases: days on which things happened. No reference and no free text is read."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union,
)

from provisions.domain.calendar import first_moment
from provisions.store import rules
from provisions.store import tables as t

SLICE = 2000  # cases at a time: memory stays flat however many there are

# Recorded facts that have no table of their own. The index ix_audit_report holds these and no other lines.
UNDONE = "act.undone"
NOTED = ("case.transferred", "provision.reopened", "rung.answered", "rung.submitted", "term.agreed")

_Row = Row[Any]


@dataclass(frozen=True)
class RecordedProvision:
    """A row of ``provision`` (``row``), the rows that belong to it, and the lines about it."""

    row: _Row
    outcomes: Sequence[_Row]
    suspensions: Sequence[_Row]
    rungs: Sequence[_Row]
    waivers: Sequence[_Row]
    agreements: Sequence[_Row]
    needed: Sequence[_Row]
    causes: Sequence[_Row]
    replies: Sequence[_Row]
    signals: Sequence[_Row]
    lines: Sequence[_Row]


@dataclass(frozen=True)
class RecordedCase:
    """A row of ``client_case`` (``row``), its provisions, and the lines about the case itself."""

    row: _Row
    provisions: Sequence[RecordedProvision]
    lines: Sequence[_Row]
    rests: Sequence[_Row] = ()


def cases(connection: Connection, since: date, uncounted: Collection[str] = ()) -> Iterator[RecordedCase]:
    """Every case that has anything on or after ``since``, one after the other; without those that ended for ``uncounted``."""
    ids = list(connection.execute(_cases_since(since, uncounted)).scalars())
    for start in range(0, len(ids), SLICE):
        yield from _slice(connection, ids[start : start + SLICE])


def cases_with_events(
    connection: Connection, first: date, last: date, uncounted: Collection[str] = ()
) -> Iterator[RecordedCase]:
    """Every case of which a promise was broken, or that had an outcome, on one of the days from ``first`` up to ``last``."""
    p, o = t.provision.c, t.outcome.c
    broken = select(p.case_id).where(p.breach_day.between(first, last))
    settled = select(p.case_id).join(t.outcome).where(o.day.between(first, last))
    found = union(broken, settled).subquery()
    query = select(found.c.case_id).join(t.case, t.case.c.id == found.c.case_id).order_by(found.c.case_id)
    query = query.where(func.coalesce(t.case.c.end_reason, "").not_in(uncounted))
    ids = list(connection.execute(query).scalars())
    for start in range(0, len(ids), SLICE):
        yield from _slice(connection, ids[start : start + SLICE])


def taken_out(connection: Connection, uncounted: Collection[str]) -> Sequence[date]:
    """The day on which each case ended that ended for one of ``uncounted``."""
    c = t.case.c
    return (
        connection.execute(select(c.closed).where(c.end_reason.in_(uncounted), c.closed.is_not(None))).scalars().all()
    )


def earliest_change(connection: Connection, recorded_since: datetime, uncounted: Collection[str] = ()) -> date | None:
    """The earliest day about which anything was recorded at or after a moment; ``None`` when nothing was.

    Figures of earlier weeks can't have changed since. A reopening also tells about the days since the need: what was
    kept in time is kept no longer. So does an end that takes a case out of the figures (``uncounted``), and undoing an end.
    """
    return _earliest(connection, t.audit.c.at >= recorded_since, uncounted)


def last_line(connection: Connection) -> int:
    """The number of the last line of the record: whatever changes a figure adds one."""
    return connection.execute(select(t.audit_head.c.last_line)).scalar() or 0


def earliest_change_after(connection: Connection, line: int, uncounted: Collection[str] = ()) -> date | None:
    """As :func:`earliest_change`, of what was recorded after a line; what was taken back since may be older than that."""
    a = t.audit.c
    if connection.execute(select(a.id).where(a.id > line, a.what == rules.CHANGED).limit(1)).first():
        return date.min  # with other rules any day may have become another
    undone = select(func.min(a.data["after"].as_integer())).where(a.id > line, a.what == UNDONE)
    taken_back = connection.execute(undone).scalar()
    return _earliest(connection, a.id > (line if taken_back is None else min(line, taken_back)), uncounted)


def _earliest(connection: Connection, recorded: ColumnElement[bool], uncounted: Collection[str]) -> date | None:
    a, p = t.audit.c, t.provision.c
    # A correction tells about the day that was noted before too.
    on = func.least(a.data["on"].astext, a.data["corrects"].astext)
    told = func.coalesce(on, a.data["opened"].astext, cast(func.date(a.at), Text))
    noted = select(func.min(cast(told, Date))).where(recorded)
    reopened = (
        select(func.min(p.needed_on))
        .join(t.audit, and_(a.case_id == p.case_id, a.key == p.key, t.audit_round == p.round))
        .where(recorded, a.what == "provision.reopened")
    )
    out = and_(a.what == "case.closed", a.data["reason"].astext.in_(uncounted))
    counted_or_not = (
        select(func.min(p.needed_on))
        .join(t.audit, a.case_id == p.case_id)
        .where(recorded, or_(out, a.what == "case.reopened"))
    )
    days = [connection.execute(query).scalar() for query in (noted, reopened, counted_or_not)]
    return min((day for day in days if day is not None), default=None)


def _cases_since(since: date, uncounted: Collection[str]) -> Select[Any]:
    p, moment = t.provision.c, first_moment(since)
    # A rung may be climbed, and an answer given, after the day of the outcome: when that was recorded late.
    climbed = select(p.case_id).join(t.rung).where(t.rung.c.climbed >= moment)
    noted = select(t.audit.c.case_id).where(t.audit.c.what.in_(NOTED), t.audit.c.at >= moment)
    lively = select(p.case_id).where(
        or_(p.closed_on.is_(None), p.closed_on >= since, p.breach_day >= since, p.reopened_on >= since)
    )
    outside = (
        select(p.case_id).join(t.outcome).join(t.case, t.case.c.id == p.case_id)
        .where(t.outcome.c.without_place, or_(t.case.c.closed.is_(None), t.case.c.closed >= since))
    )  # fmt: skip
    # A night was told of, and that it was none was recorded later.
    told = select(p.case_id).join(t.signalled).where(t.signalled.c.day >= since)
    found = union(lively, climbed, noted, outside, told).subquery()
    query = select(found.c.case_id).join(t.case, t.case.c.id == found.c.case_id).order_by(found.c.case_id)
    return query.where(func.coalesce(t.case.c.end_reason, "").not_in(uncounted))


def _slice(connection: Connection, case_ids: Sequence[int]) -> Iterator[RecordedCase]:
    ids = func.any(bindparam(None, list(case_ids), type_=ARRAY(BigInteger)))
    outcome, suspension, rung, waiver, agreement = t.outcome.c, t.suspension.c, t.rung.c, t.waiver.c, t.agreement.c
    stops = (suspension.start, suspension.until, suspension.resumed, suspension.reason)
    needed, cause = t.needed_from.c, t.cause.c
    reply, signal = t.reply.c, t.signalled.c
    outcomes, suspensions, rungs, waivers, agreements, needs, causes, replies, signals = (
        _children(connection, ids, query)
        for query in (
            select(outcome.provision_id, outcome.name, outcome.day, outcome.recorded, outcome.without_place).order_by(
                outcome.id
            ),
            select(suspension.provision_id, *stops).order_by(suspension.start, suspension.id),
            select(rung.provision_id, rung.name, rung.climbed, rung.answer, rung.taken_over),
            select(waiver.provision_id, waiver.dependency, waiver.day),
            select(agreement.provision_id, agreement.day, agreement.agreed_on).order_by(agreement.id),
            select(needed.provision_id, needed.day, needed.until).order_by(needed.id),
            select(cause.provision_id, cause.code).order_by(cause.id),
            select(reply.provision_id, reply.said, reply.day).order_by(reply.id),
            select(signal.provision_id, signal.name, signal.day).order_by(signal.id),
        )
    )
    noted = _noted(connection, ids)
    provisions: defaultdict[int, list[RecordedProvision]] = defaultdict(list)
    for row in connection.execute(_provisions(ids)):
        provisions[row.case_id].append(
            RecordedProvision(
                row,
                outcomes.get(row.id, ()),
                suspensions.get(row.id, ()),
                rungs.get(row.id, ()),
                waivers.get(row.id, ()),
                agreements.get(row.id, ()),
                needs.get(row.id, ()),
                causes.get(row.id, ()),
                replies.get(row.id, ()),
                signals.get(row.id, ()),
                noted.get(row.case_id, {}).get((row.key, row.round), ()),
            )
        )
    r = t.rest.c
    rests: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in connection.execute(
        select(r.case_id, r.start, r.reason, r.until, r.woken).where(r.case_id == ids).order_by(r.id)
    ):
        rests[row.case_id].append(row)
    c = t.case.c
    for case in connection.execute(
        select(c.id, c.municipality, c.brp, c.earlier_brp, c.opened, c.present, c.closed).where(c.id == ids)
    ):
        lines = noted.get(case.id, {}).get((None, 1), ())
        yield RecordedCase(case, provisions.get(case.id, ()), lines, rests.get(case.id, ()))


def _provisions(ids: ColumnElement[Any]) -> Select[Any]:
    p = t.provision.c
    columns = (
        p.id, p.case_id, p.key, p.round, p.needed_on, p.started_on, p.needed_from, p.due, p.breach_day, p.statutory_late,
        p.urgent, p.urgent_since, p.asked_on, p.agreed, p.agreed_on, p.ended_on, p.status, p.continues, p.municipality, p.purpose,
    )  # fmt: skip
    return select(*columns).where(p.case_id == ids).order_by(p.id)


def _children(connection: Connection, ids: ColumnElement[Any], query: Select[Any]) -> Mapping[int, Sequence[_Row]]:
    found: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in connection.execute(query.join(t.provision).where(t.provision.c.case_id == ids)):
        found[row[0]].append(row)
    return found


def _noted(connection: Connection, ids: ColumnElement[Any]) -> dict[int, dict[tuple[str | None, int], list[_Row]]]:
    a = t.audit.c
    query = (
        select(a.id, a.case_id, a.key, t.audit_round.label("round"), a.what, a.at, a.data)
        .where(a.what.in_((*NOTED, UNDONE)), a.case_id == ids)
        .order_by(a.id)
    )
    found: dict[int, dict[tuple[str | None, int], list[_Row]]] = {}
    for row in connection.execute(query):
        of_case = found.setdefault(row.case_id, {})
        if row.what == UNDONE:
            for lines in of_case.values():
                lines[:] = [line for line in lines if line.id <= row.data["after"]]
        else:
            of_case.setdefault((row.key, row.round), []).append(row)
    return found
