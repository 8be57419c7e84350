"""The steering group's reports as they were sent, and what the first one depends on. Nothing here commits."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, text

from provisions.store import locks
from provisions.store import tables as t


def hold_sending(connection: Connection) -> None:
    """Nobody else may send a report until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": locks.REPORT})


def sent(connection: Connection, week: str) -> Any | None:
    """The figures that were sent of an ISO week (2026-W47); ``None`` when they were not."""
    return connection.execute(select(t.report.c.figures).where(t.report.c.week == week)).scalar()


def sent_since(connection: Connection, week: str) -> dict[str, Any]:
    """What was sent of the weeks from ``week`` on, by week."""
    query = select(t.report.c.week, t.report.c.figures).where(t.report.c.week >= week)
    return {row.week: row.figures for row in connection.execute(query)}


def last_week_sent(connection: Connection) -> str | None:
    """The last week of which a report was sent."""
    return connection.execute(select(func.max(t.report.c.week))).scalar()


def last_made(connection: Connection) -> datetime | None:
    """When the last report was made."""
    return connection.execute(select(func.max(t.report.c.made))).scalar()


def first_start(connection: Connection) -> date | None:
    """The day on which the first provision started."""
    return connection.execute(select(func.min(t.provision.c.started_on))).scalar()


def first_record(connection: Connection) -> datetime | None:
    """When anything was recorded first."""
    return connection.execute(select(func.min(t.audit.c.at))).scalar()


def freeze(connection: Connection, week: str, figures: Mapping[str, Any], made: datetime, message: UUID) -> None:
    """Keep a report as it is sent, for ever."""
    connection.execute(t.report.insert().values(week=week, made=made, figures=figures, message=message))
