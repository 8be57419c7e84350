"""The steering group's reports as they were sent, and what the first one depends on. Nothing here commits.

A report that was made later than now was made by a clock that was ahead, of a week that was not over: it does not count as
sent, and is made anew when its Monday comes.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, text

from provisions.domain.delivery import SET_BACK
from provisions.store import locks
from provisions.store import tables as t

_AGAIN = "+"  # 2026-W47+1: made anew; nobody changes a report that was sent


def hold_sending(connection: Connection) -> None:
    """Nobody else may send a report until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": locks.REPORT})


def sent(connection: Connection, week: str, now: datetime) -> Any | None:
    """The figures that were sent by ``now`` of an ISO week (2026-W47); ``None`` when they were not."""
    query = select(t.report.c.figures).where(_of_week(week), _counts(now)).order_by(t.report.c.week.desc()).limit(1)
    return connection.execute(query).scalar()


def sent_since(connection: Connection, week: str, now: datetime) -> dict[str, Any]:
    """What was sent by ``now`` of the weeks from ``week`` on, by week."""
    query = (
        select(t.report.c.week, t.report.c.figures)
        .where(t.report.c.week >= week, _counts(now))
        .order_by(t.report.c.week)
    )
    return {row.week.partition(_AGAIN)[0]: row.figures for row in connection.execute(query)}


def list_sent(connection: Connection, now: datetime, limit: int) -> list[tuple[str, datetime, int, int]]:
    """(week, when it was made, its breaches, what was overdue) of the reports that were sent by ``now``, newest first."""
    totals = t.report.c.figures["totals"]
    figures = [totals[name].as_integer() for name in ("breaches", "overdue")]
    query = select(t.report.c.week, t.report.c.made, *figures).where(_counts(now)).order_by(t.report.c.week.desc())
    newest = {row[0].partition(_AGAIN)[0]: row for row in reversed(connection.execute(query.limit(limit)).all())}
    return [(week, row[1], row[2], row[3]) for week, row in sorted(newest.items(), reverse=True)]


def last_week_sent(connection: Connection, now: datetime) -> str | None:
    """The last week of which a report was sent by ``now``."""
    last = connection.execute(select(func.max(t.report.c.week)).where(_counts(now))).scalar()
    return last.partition(_AGAIN)[0] if last else None


def last_made(connection: Connection, now: datetime) -> datetime | None:
    """When the last report by ``now`` was made."""
    return connection.execute(select(func.max(t.report.c.made)).where(_counts(now))).scalar()


def first_start(connection: Connection) -> date | None:
    """The day on which the first provision started."""
    return connection.execute(select(func.min(t.provision.c.started_on))).scalar()


def first_record(connection: Connection) -> datetime | None:
    """When anything was recorded first."""
    return connection.execute(select(func.min(t.audit.c.at))).scalar()


def freeze(connection: Connection, week: str, figures: Mapping[str, Any], made: datetime, message: UUID) -> None:
    """Keep a report as it is sent, for ever: beside one of that week that was made ahead of its time, which stays on record."""
    there = connection.scalar(select(func.count()).where(_of_week(week))) or 0
    name = f"{week}{_AGAIN}{there}" if there else week
    connection.execute(t.report.insert().values(week=name, made=made, figures=figures, message=message))


def _of_week(week: str) -> ColumnElement[bool]:
    return func.split_part(t.report.c.week, _AGAIN, 1) == week


def _counts(now: datetime) -> ColumnElement[bool]:
    return t.report.c.made <= now + SET_BACK
