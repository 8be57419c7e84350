"""How each person wants messages. Nothing here commits."""

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert

from provisions.domain.holding import AS_IT_WAS, Pace, Preference
from provisions.store import tables as t


def of(connection: Connection, code: str) -> Preference:
    """Of one person. A choice of another version counts for none."""
    row = connection.execute(select(t.preference).where(t.preference.c.code == code)).one_or_none()
    return Preference(Pace(row.pace), row.quiet) if row and row.pace in list(Pace) else AS_IT_WAS


def keep(connection: Connection, code: str, preference: Preference) -> None:
    """From now on this is what the person wants."""
    connection.execute(delete(t.preference).where(t.preference.c.code == code))
    if preference != AS_IT_WAS:
        values = {"code": code, "pace": preference.pace.value, "quiet": preference.quiet}
        connection.execute(insert(t.preference).values(values))
