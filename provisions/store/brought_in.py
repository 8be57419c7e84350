"""What was brought before the steering group. Nothing here decides, nothing commits."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy import Connection, insert, select, update

from provisions.domain.brought_in import IN_REPORT, BroughtIn, Standing
from provisions.store import tables as t

_COLUMNS = tuple(field.name for field in fields(BroughtIn))


def add(connection: Connection, asked: BroughtIn) -> int:
    """Write down something new. Returns its number."""
    query = insert(t.brought_in).values(_row(asked)).returning(t.brought_in.c.number)
    return int(connection.execute(query).scalar_one())


def keep(connection: Connection, known: BroughtIn) -> None:
    """As it is from now on."""
    connection.execute(update(t.brought_in).where(t.brought_in.c.number == known.number).values(_row(known)))


def one(connection: Connection, number: int) -> BroughtIn | None:
    """One, held until the transaction ends."""
    row = connection.execute(_SELECT.where(t.brought_in.c.number == number).with_for_update()).one_or_none()
    return _read(row) if row else None


def every(connection: Connection, municipalities: Sequence[str]) -> list[BroughtIn]:
    """All of these municipalities, newest first."""
    query = _SELECT.where(t.brought_in.c.municipality.in_(municipalities)).order_by(t.brought_in.c.number.desc())
    return [_read(row) for row in connection.execute(query)]


def before_the_group(connection: Connection) -> list[BroughtIn]:
    """What is before the steering group, or was adopted and is not done; oldest first."""
    states = sorted(state.value for state in IN_REPORT)
    return [
        _read(row) for row in connection.execute(_SELECT.where(t.brought_in.c.state.in_(states)).order_by("number"))
    ]


_SELECT = select(*(t.brought_in.c[name] for name in _COLUMNS))


def _row(known: BroughtIn) -> dict[str, object]:
    values = {name: getattr(known, name) for name in _COLUMNS if name != "number"}
    return values | {"state": known.state.value}


def _read(row: object) -> BroughtIn:
    values = row._asdict()  # type: ignore[attr-defined]
    return BroughtIn(**{**values, "state": Standing(values["state"])})
