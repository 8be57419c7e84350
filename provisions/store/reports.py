"""The steering group's reports as they were sent, and what the first one depends on. Nothing here commits.

A report that was made later than now was made by a clock that was ahead, of a week that was not over: it does not count as
sent, and is made anew when its Monday comes.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, select, text
from sqlalchemy.dialects.postgresql import insert

from provisions.store import locks
from provisions.store import tables as t

SET_BACK = timedelta(hours=1)  # a clock may be set right by so much without a report being mailed twice


def hold_sending(connection: Connection) -> None:
    """Nobody else may send a report until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": locks.REPORT})


def sent(connection: Connection, week: str, now: datetime) -> Any | None:
    """The figures that were sent by ``now`` of an ISO week (2026-W47); ``None`` when they were not."""
    return connection.execute(select(t.report.c.figures).where(t.report.c.week == week, _counts(now))).scalar()


def sent_since(connection: Connection, week: str, now: datetime) -> dict[str, Any]:
    """What was sent by ``now`` of the weeks from ``week`` on, by week."""
    query = select(t.report.c.week, t.report.c.figures).where(t.report.c.week >= week, _counts(now))
    return {row.week: row.figures for row in connection.execute(query)}


def last_week_sent(connection: Connection, now: datetime) -> str | None:
    """The last week of which a report was sent by ``now``."""
    return connection.execute(select(func.max(t.report.c.week)).where(_counts(now))).scalar()


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
    """Keep a report as it is sent, for ever; only one that was made ahead of its time gives way to it."""
    report = {"made": made, "figures": figures, "message": message}
    connection.execute(
        insert(t.report).values(week=week, **report).on_conflict_do_update(index_elements=["week"], set_=report)
    )


def _counts(now: datetime) -> ColumnElement[bool]:
    return t.report.c.made <= now + SET_BACK
