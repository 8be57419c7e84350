"""What the program remembers of itself, a text by name. Nothing here commits."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from provisions.store import tables as t


def read(connection: Connection, name: str) -> str | None:
    """What stands under ``name``; ``None`` when nothing does."""
    return connection.scalar(select(t.setting.c.value).where(t.setting.c.name == name))


def write(connection: Connection, name: str, value: str, *, over: str | None = None) -> None:
    """Have ``value`` stand under ``name``; with ``over`` only where nothing or that stands."""
    statement = insert(t.setting).values(name=name, value=value)
    condition = None if over is None else t.setting.c.value == over
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}, where=condition))
