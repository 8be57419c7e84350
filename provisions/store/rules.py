"""By which rules the derived columns were computed, and what the cases have that rules must know."""

from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Connection, select, union

from provisions.store import settings
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
    return settings.read(connection, RULES)


def note_followed(connection: Connection, fingerprint: str) -> None:
    """Every open case follows these rules now."""
    settings.write(connection, RULES, fingerprint)


def _municipalities() -> CompoundSelect[tuple[str]]:
    """Those that have a case, to which one goes, or that still have rounds of their own."""
    named = (t.case.c.municipality, t.case.c.handover_with, t.provision.c.municipality)
    return union(*(select(column).where(column.is_not(None)) for column in named))


def in_use(connection: Connection) -> InUse:
    """What rules may not leave out."""
    keys = select(t.provision.c.key).distinct()
    return InUse(
        frozenset(connection.execute(keys).scalars()),
        frozenset(connection.execute(keys.where(t.provision.c.agreed.is_(None))).scalars()),
        frozenset(connection.execute(_municipalities()).scalars()),
    )
