"""Each column of a case and of what belongs to it, derived from the dataclasses in ``provisions/domain/case.py``.

A field is a column with its name and its type; what is called or known otherwise here is said below, and nowhere else. So a
field that is added there is written, loaded, looked at, foreseen and exported as soon as ``tables.py`` and a migration have
its column. This module knows no driver: whoever only looks must not import SQLAlchemy.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin
from uuid import UUID

from provisions.domain.case import (
    Agreement,
    Approval,
    BudgetLine,
    Case,
    Cause,
    Living,
    Milestone,
    Outcome,
    Place,
    Provision,
    Reply,
    Rung,
    Waiver,
)

Record = TypeVar("Record")
Change = Callable[[Any], Any]

# Fields whose column has another name: ``on`` is a word of SQL, and ``id`` is the number of a row.
_CALLED: Mapping[type, Mapping[str, str]] = {
    Case: {"id": "uid"},
    Outcome: {"on": "day"},
    Milestone: {"on": "day"},
    Cause: {"on": "day"},
    Reply: {"on": "day"},
    Living: {"on": "day"},
    Place: {"on": "day"},
    Waiver: {"on": "day"},
    Agreement: {"on": "agreed_on"},
    BudgetLine: {"on": "day"},
}
# What is known by a column beside its provision; all else has a number of its own.
_KEYS: Mapping[type, str] = {Waiver: "dependency", Rung: "name", Approval: "number"}
# What the database's clock writes.
_BY_DATABASE: Mapping[type, str] = {Rung: "climbed"}
# In which order records are, where that is not the order of their numbers or keys. Of rungs that were climbed in one
# moment the lowest is the first.
_ORDER: Mapping[type, Change] = {Rung: lambda rung: (rung.climbed, rung.name.height)}


@dataclass(frozen=True)
class _Kind:
    """How values of a type are changed: on the way to the database, from it, and from JSON (``None``: not at all)."""

    plain: Change | None = None
    read: Change | None = None
    from_json: Change | None = None


def _kind(of: Any) -> _Kind:
    """The kind of a field's type. Raises ``TypeError`` for a type that no column has."""
    if get_origin(of) in (Union, UnionType):
        (only,) = (one for one in get_args(of) if one is not NoneType)
        kind = _kind(only)
        return _Kind(_or_none(kind.plain), _or_none(kind.read), _or_none(kind.from_json))
    match get_origin(of) or of:
        case enum if isinstance(enum, type) and issubclass(enum, Enum):
            return _Kind(attrgetter("value"), enum, enum)
        case t if t is datetime:
            return _Kind(from_json=datetime.fromisoformat)
        case t if t is date:
            return _Kind(from_json=date.fromisoformat)
        case t if t is UUID:
            return _Kind(from_json=UUID)
        case t if t is frozenset:
            return _Kind(sorted, frozenset, frozenset)
        case t if t is Mapping:
            return _Kind(plain=dict)
        case t if t in (str, int, bool):
            return _Kind()
    raise TypeError(f"no column can hold {of!r}")


def _or_none(change: Change | None) -> Change | None:
    return change and (lambda value: None if value is None else change(value))


class Columns(Generic[Record]):
    """The columns of a dataclass. ``names``: theirs, in the order of the fields."""

    def __init__(self, record: type[Record], *, without: Collection[str] = ()) -> None:
        called = _CALLED.get(record, {})
        held = [field for field in fields(record) if field.name not in without]  # type: ignore[arg-type]
        kinds = [_kind(field.type) for field in held]
        self.record = record
        self.fields = tuple(field.name for field in held)
        self.names = tuple(called.get(name, name) for name in self.fields)
        self._of_record = attrgetter(*self.fields)
        self._of_row = attrgetter(*self.names)
        self._plain = [(name, k.plain) for name, k in zip(self.names, kinds, strict=True) if k.plain]
        self._read = [(field, k.read) for field, k in zip(self.fields, kinds, strict=True) if k.read]
        self._json = [(field, k.from_json) for field, k in zip(self.fields, kinds, strict=True) if k.from_json]

    def row(self, record: Record) -> dict[str, Any]:
        """What is written of a record, by column."""
        row = dict(zip(self.names, self._of_record(record), strict=True))
        for name, plain in self._plain:
            row[name] = plain(row[name])
        return row

    def read(self, row: Any, **more: Any) -> Record:
        """The record of a row, a named tuple with at least these columns; ``more``: fields that are no columns."""
        values = dict(zip(self.fields, self._of_row(row), strict=True))
        for field, read in self._read:
            values[field] = read(values[field])
        return self.record(**values, **more)

    def from_json(self, columns: Sequence[Any]) -> Record:
        """The record of these columns, in order, as JSON has them."""
        values = dict(zip(self.fields, columns, strict=True))
        for field, read in self._json:
            values[field] = read(values[field])
        return self.record(**values)


def _is_apart(of: Any) -> bool:
    """Whether a field holds records of their own: those are in a table of their own."""
    return any(is_dataclass(one) for one in get_args(of))


@dataclass(frozen=True)
class Child:
    """A table of what belongs to a provision or a case: rows that only change in place or are added at the end.

    ``owner``: the column that says to which. ``field``: of :class:`Provision` or :class:`Case`. ``key``: the column by which
    a row is known beside its owner, ``None`` when each has a number (``id``). ``by_database``: a column that the database's
    clock writes.
    """

    table: str
    owner: str
    field: str
    columns: Columns[Any]
    key: str | None
    by_database: str | None

    @property
    def listed(self) -> tuple[str, ...]:
        """The columns as they are read: the number first, where there is one."""
        return self.columns.names if self.key else ("id", *self.columns.names)

    @property
    def written(self) -> tuple[str, ...]:
        """The columns that are written of a record."""
        return tuple(name for name in self.columns.names if name != self.by_database)

    def rows(self, records: Sequence[Any]) -> list[dict[str, Any]]:
        """What is written of these records."""
        rows = [self.columns.row(record) for record in records]
        for row in rows if self.by_database else ():
            if not row.get("taken_over"):  # climbed long ago: that moment is known
                del row[self.by_database]  # type: ignore[arg-type]
        return rows

    def records(self, rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """The records of rows as JSON has them (``listed``); rungs in the order in which they were climbed."""
        start = 0 if self.key else 1
        found = [self.columns.from_json(row[start:]) for row in rows]
        return tuple(sorted(found, key=order) if (order := _ORDER.get(self.columns.record)) else found)


CASE = Columns(Case, without=[field.name for field in fields(Case) if _is_apart(field.type)])
PROVISION = Columns(Provision, without=[field.name for field in fields(Provision) if _is_apart(field.type)])


def _children(of: type, owner: str) -> dict[str, Child]:
    found = {}
    for field in fields(of):
        if _is_apart(field.type) and get_origin(field.type) is tuple:
            record = get_args(field.type)[0]
            table = re.sub(r"(?<!^)(?=[A-Z])", "_", record.__name__).lower()
            found[table] = Child(table, owner, field.name, Columns(record), _KEYS.get(record), _BY_DATABASE.get(record))
    return found


CHILDREN = _children(Provision, "provision_id")
"""What belongs to a provision, by the name of the table: that of the class, in the order of the fields of ``Provision``."""
CASE_CHILDREN = _children(Case, "case_id")
"""What belongs to a case as a whole, likewise."""
ALL_CHILDREN = {**CHILDREN, **CASE_CHILDREN}
