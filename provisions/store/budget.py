"""The ledger of the customised budget (maatwerkbudget), as far as it belongs to no case in hand. Nothing here commits."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, text

from provisions.domain.case import BudgetLine
from provisions.store import tables as t
from provisions.store.columns import CASE_CHILDREN
from provisions.store.looking import Rows

_COLUMNS = CASE_CHILDREN["budget_line"].columns


def next_number(connection: Connection) -> int:
    """The number for what is asked now, as people say it after ``B-``."""
    return int(connection.execute(select(func.nextval(t.budget_number.name))).scalar_one())


def hold(connection: Connection, municipality: str) -> None:
    """Until the transaction ends nobody else decides on the money of this municipality."""
    lock = text("SELECT pg_advisory_xact_lock(hashtext('provisions.budget'), hashtext(:place))")
    connection.execute(lock, {"place": municipality})


def lines(connection: Connection, municipality: str) -> tuple[BudgetLine, ...]:
    """All of a municipality, in the order in which they were written."""
    query = select(t.budget_line).where(t.budget_line.c.municipality == municipality).order_by(t.budget_line.c.id)
    return tuple(_COLUMNS.read(row) for row in connection.execute(query))


def case_of(connection: Connection, number: int) -> str | None:
    """The reference of the case of which something was asked under this number."""
    query = select(t.case.c.reference).join(t.budget_line, t.budget_line.c.case_id == t.case.c.id)
    found = query.where(t.budget_line.c.number == number, t.case.c.forgotten.is_(None)).limit(1)
    reference: str | None = connection.execute(found).scalar_one_or_none()
    return reference


def approval_of(connection: Connection, number: int) -> int | None:
    """Under which number a second person was asked for it."""
    query = select(t.budget_line.c.approval).where(t.budget_line.c.number == number).limit(1)
    return connection.execute(query).scalar_one_or_none()


def ledger(rows: Rows, municipalities: Sequence[str]) -> Iterable[tuple[BudgetLine, Any]]:
    """The lines of these municipalities with the row that each is: ``reference`` and ``address`` of its case, where that is seen
    and was not forgotten.
    """
    names = ", ".join(f"b.{name}" for name in _COLUMNS.names)
    found = rows(
        f"SELECT {names}, CASE WHEN c.forgotten IS NULL THEN c.reference END AS reference, c.uid AS address "  # noqa: S608
        "FROM budget_line b LEFT JOIN client_case c ON c.id = b.case_id "
        "WHERE b.municipality = ANY(%(places)s::text[]) ORDER BY b.id",
        places=list(municipalities),
    )
    return [(_COLUMNS.read(row), row) for row in found]
