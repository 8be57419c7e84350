"""What was brought before the steering group. Nothing here decides, nothing commits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from provisions.domain.brought_in import IN_REPORT, BroughtIn, Standing
from provisions.store import tables as t
from provisions.store.looking import Rows

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


def waiting(connection: Connection) -> list[BroughtIn]:
    """What nobody but the asker has seen, oldest first."""
    query = _SELECT.where(t.brought_in.c.state == Standing.ASKED.value).order_by(t.brought_in.c.number)
    return [_read(row) for row in connection.execute(query)]


def before_the_group(connection: Connection) -> list[BroughtIn]:
    """What is before the steering group, or was adopted and is not done; oldest first."""
    states = sorted(state.value for state in IN_REPORT)
    return [
        _read(row) for row in connection.execute(_SELECT.where(t.brought_in.c.state.in_(states)).order_by("number"))
    ]


def open_ones(rows: Rows) -> list[BroughtIn]:
    """What somebody still has something to do with, oldest first; for looking."""
    columns = ", ".join(_COLUMNS)
    states = [Standing.ASKED.value, *sorted(state.value for state in IN_REPORT)]
    found = rows(
        f"SELECT {columns} FROM brought_in WHERE state = ANY(%(states)s::text[]) ORDER BY number",  # noqa: S608 - our own names
        states=states,
    )
    return [_of({name: getattr(row, name) for name in _COLUMNS}) for row in found]


def forget_reasons(connection: Connection, before: date) -> None:
    """Take away why a second person did not agree before a day."""
    c = t.brought_in.c
    query = update(t.brought_in).where(c.reason.is_not(None), c.decided_on < before).values(reason=None)
    connection.execute(query)


def unexplained(connection: Connection) -> Iterator[str]:
    """What of the table does not follow from the lines of the record: Dutch sentences."""
    a = t.audit.c
    query = select(a.by, a.what, a.data).where(a.case_id.is_(None), a.what.in_(_LINES)).order_by(a.id)
    said: dict[int, tuple[str, str, int, dict[str, Any]]] = {}
    for row in connection.execute(query):
        number, state = row.data["number"], Standing(row.what.removeprefix(_LINE))
        first, _, deferred, _ = said.get(number, (row.by, "", 0, {}))
        said[number] = (first, state.value, deferred + (state is Standing.DEFERRED), row.data)
    for known in map(_read, connection.execute(_SELECT.order_by(t.brought_in.c.number))):
        if said.pop(known.number, None) != (known.asked_by, known.state.value, known.deferred, recorded(known)):
            yield f"S-{known.number}: wat er staat, volgt niet uit de regels."
    for number in said:
        yield f"S-{number}: volgens de regels is het gevraagd, maar het staat er niet."


def recorded(known: BroughtIn) -> dict[str, Any]:
    """What a line of the record says of it: all but the text, of which it has the digest."""
    return {
        "number": known.number,
        "municipality": known.municipality,
        "about": known.about,
        "cause": known.cause,
        "cases": known.cases,
        "owner": known.owner,
        "due": known.due.isoformat(),
        "text": known.digest,
        "until": known.until.isoformat() if known.until else None,
    }


_LINE = "brought_in."
_LINES = tuple(f"{_LINE}{state.value}" for state in Standing)
_SELECT = select(*(t.brought_in.c[name] for name in _COLUMNS))


def _row(known: BroughtIn) -> dict[str, object]:
    values = {name: getattr(known, name) for name in _COLUMNS if name != "number"}
    return values | {"state": known.state.value}


def _read(row: object) -> BroughtIn:
    return _of(row._asdict())  # type: ignore[attr-defined]


def _of(values: Mapping[str, Any]) -> BroughtIn:
    return BroughtIn(**{**values, "state": Standing(values["state"])})
