"""What was asked of a second person, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from provisions.domain.approvals import Request, State
from provisions.store import tables as t


def add(connection: Connection, case_id: int, request: Request, by: str, at: datetime) -> int:
    """Keep what is asked; its number, as people say it after ``A-``."""
    values = {
        "case_id": case_id,
        "key": request.key.key if request.key else None,
        "round": request.key.round if request.key else None,
        "act": request.act.value,
        "data": dict(request.data),
        "asked_by": by,
        "asked_at": at,
        "state": State.ASKED.value,
    }
    return int(connection.execute(insert(t.approval).values(values).returning(t.approval.c.number)).scalar_one())


def read(connection: Connection, number: int) -> Row[Any] | None:
    """What was asked under this number, with the reference of the case."""
    query = select(t.approval, t.case.c.reference).join(t.case, t.case.c.id == t.approval.c.case_id)
    return connection.execute(query.where(t.approval.c.number == number)).one_or_none()


def decide(connection: Connection, number: int, state: State, by: str, at: datetime) -> bool:
    """Note what became of it; ``False`` when somebody else got there first."""
    open_still = (t.approval.c.number == number, t.approval.c.state == State.ASKED.value)
    done = update(t.approval).where(*open_still).values(state=state.value, decided_by=by, decided_at=at)
    return connection.execute(done).rowcount == 1


def waiting(connection: Connection) -> Sequence[Row[Any]]:
    """What is asked and not decided, oldest first."""
    query = (
        select(t.approval, t.case.c.reference, t.case.c.municipality)
        .join(t.case, t.case.c.id == t.approval.c.case_id)
        .where(t.approval.c.state == State.ASKED.value)
        .order_by(t.approval.c.number)
    )
    return connection.execute(query).all()


def lapse(connection: Connection, case_id: int, at: datetime) -> None:
    """What is still asked of a case that ended has lapsed."""
    still = (t.approval.c.case_id == case_id, t.approval.c.state == State.ASKED.value)
    connection.execute(update(t.approval).where(*still).values(state=State.LAPSED.value, decided_at=at))
