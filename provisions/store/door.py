"""What the door remembers of itself. Nothing here commits."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from provisions.store import tables as t

OTHER_ADMINISTRATOR = "other_administrator"


def other_administrator(connection: Connection) -> bool:
    """Whether an administrator besides ``admin`` was ever made."""
    found = select(t.setting.c.name).where(t.setting.c.name == OTHER_ADMINISTRATOR)
    return connection.execute(found).first() is not None


def note_other_administrator(connection: Connection) -> None:
    """From now on there was one, for good."""
    connection.execute(insert(t.setting).values(name=OTHER_ADMINISTRATOR, value="yes").on_conflict_do_nothing())
