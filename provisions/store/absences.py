"""Who is away. Nothing here decides, nothing commits."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, delete, func, insert, literal, or_, select, text, update

from provisions.domain.absences import Absence, Absences
from provisions.store import people
from provisions.store import tables as t

# One at a time: whether there is a circle depends on all.
_LOCK = text("LOCK TABLE absence IN SHARE ROW EXCLUSIVE MODE")
_LINES = ("absence.recorded", "absence.changed", "absence.ended")  # each says the whole
FORGOTTEN = "absence.forgotten"  # its data name the absences that are gone
_COLUMNS = ("director", "deputy", "start", "until", "number", "asked_on")


def current(connection: Connection, today: date) -> list[Absence]:
    """Those that end on ``today`` or later, oldest first."""
    columns = (t.absence.c[name] for name in _COLUMNS)
    query = select(*columns).where(t.absence.c.until >= today).order_by(t.absence.c.number)
    return [Absence(*row) for row in connection.execute(query)]


def away(connection: Connection, today: date) -> Absences:
    """Who is away, on ``today`` and after, and who acts no more."""
    return Absences(current(connection, today), people.blocked(connection))


def lock(connection: Connection) -> None:
    """Nobody else records that somebody is away, until the transaction ends."""
    connection.execute(_LOCK)


def keep(connection: Connection, absence: Absence) -> Absence:
    """Write it: a new one (number 0), or as it is from now on. Returns it with its number."""
    values: dict[str, Any] = {name: getattr(absence, name) for name in _COLUMNS if name != "number"}
    if absence.number:
        connection.execute(update(t.absence).where(t.absence.c.number == absence.number).values(values))
        return absence
    number = connection.execute(insert(t.absence).values(values).returning(t.absence.c.number)).scalar_one()
    return Absence(**values, number=number)


def to_ask(connection: Connection, today: date) -> list[Absence]:
    """Those that hold now, and after which nobody was asked yet what is to happen."""
    return [one for one in current(connection, today) if one.asked_on is None and one.start <= today]


def note_asked(connection: Connection, number: int, today: date) -> None:
    """Somebody was asked today what is to happen after this one."""
    connection.execute(update(t.absence).where(t.absence.c.number == number).values(asked_on=today))


def forget(connection: Connection, before: date) -> list[int]:
    """Let go of those that ended before a day, or never began, and of the codes in their lines; their numbers."""
    ended = func.greatest(t.absence.c.until, t.absence.c.start) < before
    gone = delete(t.absence).where(ended).returning(t.absence.c.number)
    numbers = sorted(connection.execute(gone).scalars())
    if numbers:
        connection.execute(select(func.forget_absences(numbers)))  # codes of people in their lines
    return numbers


def salt_of(connection: Connection, number: int) -> bytes:
    """The salt of the codes in the lines about an absence."""
    return bytes(connection.execute(select(t.absence.c.salt).where(t.absence.c.number == number)).scalar_one())


def open_cases(connection: Connection, director: str) -> dict[str, list[str]]:
    """The open cases of a director, by municipality: their references."""
    c = t.case.c
    mine = (c.director == director, c.closed.is_(None), c.forgotten.is_(None))
    found: dict[str, list[str]] = {}
    for row in connection.execute(select(c.municipality, c.reference).where(*mine).order_by(c.reference)):
        found.setdefault(row.municipality, []).append(row.reference)
    return found


def open_case_ids(connection: Connection, director: str) -> Sequence[int]:
    """The same cases by their database id."""
    c = t.case.c
    mine = (c.director == director, c.closed.is_(None), c.forgotten.is_(None))
    return list(connection.execute(select(c.id).where(*mine).order_by(c.id)).scalars())


def unassigned(
    connection: Connection, directors: Sequence[tuple[str, str]] | None, municipality: str | None
) -> Sequence[Any]:
    """Open cases without a case director: none named, or one who is not among ``directors`` (municipality, code) or is blocked.
    Where nobody is listed (``None``) only the last.
    """
    c, pairs = t.case.c, directors or ()
    known = select(func.unnest(_texts(pairs, 0)).label("place"), func.unnest(_texts(pairs, 1)).label("code"))
    listed = known.subquery()
    there = select(1).where(listed.c.place == c.municipality, listed.c.code == c.director).exists()
    gone = select(1).where(t.person.c.code == c.director, t.person.c.blocked.is_not(None)).exists()
    alone = gone if directors is None else or_(~there, gone)
    query = select(c.reference, c.municipality, c.director).where(c.closed.is_(None), c.forgotten.is_(None), alone)
    if municipality is not None:
        query = query.where(c.municipality == municipality)
    return connection.execute(query.order_by(c.reference)).all()


def _texts(pairs: Sequence[tuple[str, str]], place: int) -> Any:
    return literal([pair[place] for pair in pairs], ARRAY(Text))


def unexplained(connection: Connection) -> Iterator[str]:
    """What of the table does not follow from the lines of the record: Dutch sentences."""
    a = t.audit.c
    query = select(a.what, a.data).where(a.case_id.is_(None), a.what.in_((*_LINES, FORGOTTEN))).order_by(a.id)
    said: dict[int, tuple[Any, ...]] = {}
    for row in connection.execute(query):
        data = row.data or {}
        if row.what == FORGOTTEN:
            for number in data["numbers"]:
                said.pop(number, None)
            continue
        said[data["number"]] = (data.get("director"), data.get("deputy"), data["from"], data["until"])
    c = t.absence.c
    for row in connection.execute(select(c.number, c.director, c.deputy, c.start, c.until).order_by(c.number)):
        there = (row.director, row.deputy, row.start.isoformat(), row.until.isoformat())
        if said.pop(row.number, None) != there:
            yield f"Afwezigheid {row.number}: wat er staat, volgt niet uit de regels."
    for number in said:
        yield f"Afwezigheid {number}: volgens de regels is zij er, maar zij staat er niet."
