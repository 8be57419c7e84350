"""What was asked of a second person, for whoever has no case in hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from provisions.domain.case import Asked
from provisions.store import tables as t


def next_number(connection: Connection) -> int:
    """The number for what is asked now, as people say it after ``A-``."""
    sequence = func.pg_get_serial_sequence(t.approval.name, t.approval.c.number.name)
    return int(connection.execute(select(func.nextval(sequence))).scalar_one())


def case_of(connection: Connection, number: int) -> str | None:
    """The reference of the case about which something was asked under this number."""
    query = select(t.case.c.reference).join(t.approval, t.approval.c.case_id == t.case.c.id)
    reference: str | None = connection.execute(query.where(t.approval.c.number == number)).scalar_one_or_none()
    return reference


def waiting(connection: Connection) -> Sequence[Row[Any]]:
    """What is asked and not decided, oldest first."""
    query = (
        select(t.approval, t.case.c.reference, t.case.c.municipality)
        .join(t.case, t.case.c.id == t.approval.c.case_id)
        .where(t.approval.c.state == Asked.ASKED.value)
        .order_by(t.approval.c.number)
    )
    return connection.execute(query).all()
