"""By which rules the derived columns were computed, and what the cases have that rules must know."""

from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from provisions.store import tables as t

RULES = "rules"  # the name of the setting that holds the fingerprint
CHANGED = "rules.followed"  # the line of the record by which other rules began to hold


@dataclass(frozen=True)
class InUse:
    """What any case has: keys of provisions, those without an agreed date among them, and municipalities."""

    keys: frozenset[str]
    undated: frozenset[str]
    municipalities: frozenset[str]


def followed(connection: Connection) -> str | None:
    """The fingerprint of the rules that were followed last; ``None`` before the first time."""
    return connection.execute(select(t.setting.c.value).where(t.setting.c.name == RULES)).scalar()


def note_followed(connection: Connection, fingerprint: str) -> None:
    """Every open case follows these rules now."""
    statement = insert(t.setting).values(name=RULES, value=fingerprint)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": fingerprint}))


def in_use(connection: Connection) -> InUse:
    """What rules may not leave out."""
    keys = select(t.provision.c.key).distinct()
    return InUse(
        frozenset(connection.execute(keys).scalars()),
        frozenset(connection.execute(keys.where(t.provision.c.agreed.is_(None))).scalars()),
        frozenset(connection.execute(select(t.case.c.municipality).distinct()).scalars()),
    )
