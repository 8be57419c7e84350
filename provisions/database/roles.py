"""What the application's database role may do: no more than it must.

The tables belong to another role, by which migrations run (``PROVISIONS_MIGRATION_URL``). The application reads and
adds, changes what changes, and removes only what is forgotten, done with, or taken back. It changes no schema, and no line of the
audit.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"

PRIVILEGES: Mapping[str, tuple[str, ...]] = {
    "absence": (READ, ADD, CHANGE, REMOVE),
    "access_log": (READ, ADD, REMOVE),  # REMOVE: a trigger lets go of what was kept long enough, and of nothing else
    "agreement": (READ, ADD, REMOVE),  # REMOVE, here and of what belongs to a provision: an act is taken back
    "alembic_version": (READ,),
    "announcement": (READ, ADD, CHANGE, REMOVE),  # CHANGE: to hold rows (FOR UPDATE)
    "approval": (READ, ADD, CHANGE, REMOVE),
    "audit": (READ, ADD),
    "audit_head": (READ, CHANGE),
    "cause": (READ, ADD, CHANGE, REMOVE),
    "case_follow_up": (READ, ADD, CHANGE, REMOVE),
    "client_case": (READ, ADD, CHANGE),
    "delivery": (READ, ADD, CHANGE, REMOVE),
    "erasure": (READ, ADD, REMOVE),
    "example": (READ,),
    "follow_up": (READ, ADD, CHANGE, REMOVE),
    "foreseen": (READ, ADD, CHANGE, REMOVE),
    "free_text": (READ, ADD, REMOVE),
    "identity": (READ, ADD, REMOVE),
    "invitation": (READ, ADD, CHANGE, REMOVE),
    "last_act": (READ, ADD, CHANGE, REMOVE),
    "message": (READ, ADD, CHANGE, REMOVE),
    "milestone": (READ, ADD, CHANGE, REMOVE),
    "needed_from": (READ, ADD, CHANGE, REMOVE),
    "outcome": (READ, ADD, CHANGE, REMOVE),
    "person": (READ, ADD, CHANGE),
    "person_grant": (READ, ADD, REMOVE),
    "plan": (READ, ADD, CHANGE, REMOVE),
    "prepared": (READ, ADD, REMOVE),
    "provision": (READ, ADD, CHANGE, REMOVE),
    "report": (READ, ADD),
    "rest": (READ, ADD, CHANGE, REMOVE),
    "rung": (READ, ADD, CHANGE, REMOVE),
    "session": (READ, ADD, CHANGE, REMOVE),
    "setting": (READ, ADD, CHANGE),
    "sign_in": (READ, ADD, REMOVE),
    "stray_run": (READ, ADD, REMOVE),
    "suspension": (READ, ADD, CHANGE, REMOVE),
    "waiver": (READ, ADD, REMOVE),
}

# A number that must be known before the row is there: it stands in what is recorded and sent with it.
NUMBERS = ("approval_number_seq",)

_FORBIDDEN = (
    ("access_log", CHANGE),
    ("access_log", "TRUNCATE"),
    ("audit", CHANGE),
    ("audit", REMOVE),
    ("audit", "TRUNCATE"),
    ("audit_head", REMOVE),
    ("free_text", CHANGE),
    ("example", ADD),
)


def grant(connection: Connection, role: str) -> None:
    """Give ``role`` exactly these rights. ``connection`` is the owner's; nothing is done for the owner itself ("")."""
    if role in ("", connection.scalar(text("SELECT current_user"))):
        return
    name = connection.dialect.identifier_preparer.quote(role)
    schema = connection.dialect.identifier_preparer.quote(str(connection.scalar(text("SELECT current_schema()"))))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {name}"))
    for table, rights in PRIVILEGES.items():
        connection.execute(text(f"REVOKE ALL ON {table} FROM {name}"))
        connection.execute(text(f"GRANT {', '.join(rights)} ON {table} TO {name}"))
    for sequence in NUMBERS:
        connection.execute(text(f"GRANT USAGE ON SEQUENCE {sequence} TO {name}"))


def missing(connection: Connection) -> list[str]:
    """The rights that the role of this connection needs and does not have, such as ``INSERT op audit``."""
    needed = [(table, right) for table, rights in PRIVILEGES.items() for right in rights]
    lacking = [f"{right} op {table}" for (table, right), has in _has(connection, needed) if not has]
    usable = "SELECT coalesce(has_sequence_privilege(to_regclass(:name), 'USAGE'), false)"
    return lacking + [
        f"USAGE op {name}" for name in NUMBERS if not connection.execute(text(usable), {"name": name}).scalar_one()
    ]


def excess(connection: Connection) -> list[str]:
    """What the role of this connection may do and should not: it owns the tables, or was given too much."""
    return [f"{right} op {table}" for (table, right), has in _has(connection, _FORBIDDEN) if has]


def _has(
    connection: Connection, rights: list[tuple[str, str]] | tuple[tuple[str, str], ...]
) -> list[tuple[tuple[str, str], bool]]:
    """For each (table, right) whether the role has it; a table that is not there counts as no right."""
    query = text(
        "SELECT coalesce(has_table_privilege(to_regclass(name), wanted), false) "
        "FROM unnest(CAST(:names AS text[]), CAST(:rights AS text[])) WITH ORDINALITY AS asked (name, wanted, place) "
        "ORDER BY place"
    )
    names, wanted = zip(*rights, strict=True)
    found = connection.execute(query, {"names": list(names), "rights": list(wanted)}).scalars()
    return list(zip(rights, found, strict=True))
