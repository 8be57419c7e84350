"""What the application's database roles may do: no more than they must.

The tables belong to another role, by which migrations run (``PROVISIONS_MIGRATION_URL``). The application reads and
adds, changes what changes, and removes only what is forgotten, done with, or taken back. It changes no schema, and no line of the
audit. The workplace has a role of its own, before which the second wall stands (``walls.py``); so have the runs in a work
pool, which see nothing of the door.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

from provisions.database import walls
from provisions.domain.errors import InvalidInput

READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"

PRIVILEGES: Mapping[str, tuple[str, ...]] = {
    "absence": (READ, ADD, CHANGE, REMOVE),
    "access_log": (READ, ADD, REMOVE),  # REMOVE: a trigger lets go of what was kept long enough, and of nothing else
    "agreement": (READ, ADD, REMOVE),  # REMOVE, here and of what belongs to a provision: an act is taken back
    "alembic_version": (READ,),
    "announcement": (READ, ADD, CHANGE, REMOVE),  # CHANGE: to hold rows (FOR UPDATE)
    "answer_code": (READ, ADD, CHANGE, REMOVE),
    "approval": (READ, ADD, CHANGE, REMOVE),
    "audit": (READ, ADD),
    "audit_head": (READ, CHANGE),
    "calendar_feed": (READ, ADD, CHANGE, REMOVE),
    "brought_in": (READ, ADD, CHANGE),
    "budget_line": (READ, ADD, CHANGE),  # CHANGE: which provision it was for is forgotten
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
    "living": (READ, ADD, CHANGE, REMOVE),
    "message": (READ, ADD, CHANGE, REMOVE),
    "milestone": (READ, ADD, CHANGE, REMOVE),
    "needed_from": (READ, ADD, CHANGE, REMOVE),
    "outcome": (READ, ADD, CHANGE, REMOVE),
    "person": (READ, ADD, CHANGE),
    "person_grant": (READ, ADD, REMOVE),
    "place": (READ, ADD, CHANGE, REMOVE),
    "plan": (READ, ADD, CHANGE, REMOVE),
    "preference": (READ, ADD, CHANGE, REMOVE),
    "prepared": (READ, ADD, REMOVE),
    "provision": (READ, ADD, CHANGE, REMOVE),
    "reply": (READ, ADD, CHANGE, REMOVE),
    "report": (READ, ADD),
    "rest": (READ, ADD, CHANGE, REMOVE),
    "rung": (READ, ADD, CHANGE, REMOVE),
    "session": (READ, ADD, CHANGE, REMOVE),
    "setting": (READ, ADD, CHANGE),
    "sign_in": (READ, ADD, REMOVE),
    "standby_call": (READ, ADD, CHANGE, REMOVE),
    "stray_run": (READ, ADD, REMOVE),
    "submission": (READ, ADD, CHANGE, REMOVE),
    "suspension": (READ, ADD, CHANGE, REMOVE),
    "typed": (READ, ADD, CHANGE, REMOVE),
    "waiver": (READ, ADD, REMOVE),
    "warned": (READ, ADD, CHANGE, REMOVE),
    "signalled": (READ, ADD, CHANGE, REMOVE),
    "zaak": (READ, ADD, CHANGE, REMOVE),
    "zaak_closing": (READ, ADD, REMOVE),
}

# What people do by the workplace: all of it but forgetting, and making a report.
OF_THE_WORKPLACE: Mapping[str, tuple[str, ...]] = {**PRIVILEGES, "erasure": (), "report": (READ,)}

# What a run in a work pool does: what time does, and what the forms record. No account, session, link or calendar, nothing that
# somebody is typing, no log of who looked; notes are written and not read.
OF_THE_RUNS: Mapping[str, tuple[str, ...]] = {
    **PRIVILEGES,
    **dict.fromkeys(
        (
            *("answer_code", "calendar_feed", "erasure", "free_text", "identity", "invitation", "person", "preference"),
            *("session", "sign_in", "submission", "typed"),
        ),
        (),
    ),
    "absence": (READ,),
    "access_log": (ADD,),
    "brought_in": (READ,),
    "free_text": (ADD,),
    "person_grant": (READ,),
    "setting": (READ,),
}
# And of these no more than: whether somebody is there and blocked; under which number a text went in.
COLUMNS_OF_THE_RUNS: Mapping[str, tuple[str, ...]] = {"person": ("code", "blocked"), "free_text": ("id",)}
_OPENINGS_FOR_RUNS = ("taken(text[])",)  # an intake asks whether a reference is there already

# A number that must be known before the row is there: it stands in what is recorded and sent with it.
NUMBERS = ("approval_number_seq", "budget_number_seq")

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
    """Give ``role`` exactly the application's rights; the owner itself ("") needs none. ``connection`` is the owner's."""
    if role not in ("", _own(connection)):
        _grant(connection, role, PRIVILEGES)


def grant_workplace(connection: Connection, role: str, application: str) -> None:
    """Give ``role`` exactly the rights of the workplace, behind the wall. ``connection`` is the owner's.

    Raises ``InvalidInput`` when it is the role of the application or of the owner.
    """
    if role in (application, _own(connection)):
        raise InvalidInput(
            f"In PROVISIONS_WEB_DATABASE_URL staat {role}, en dat is al de rol van het programma zelf.",
            "Maak voor de werkplek een eigen databaserol; zie SECURITY.md.",
        )
    walls.build(connection, role)
    _grant(connection, role, OF_THE_WORKPLACE)


def grant_runs(connection: Connection, role: str, others: Collection[str]) -> None:
    """Give ``role`` exactly the rights of the runs in a work pool. ``connection`` is the owner's.

    Raises ``InvalidInput`` when it is one of ``others`` (the roles of application and workplace) or the owner.
    """
    if role in (*others, _own(connection)):
        raise InvalidInput(
            f"In PROVISIONS_RUNS_DATABASE_URL staat {role}, en dat is al de rol van een ander deel van het programma.",
            "Maak voor de runs in de pool een eigen databaserol; zie SECURITY.md.",
        )
    _grant(connection, role, OF_THE_RUNS, functions=_OPENINGS_FOR_RUNS)
    for table, columns in COLUMNS_OF_THE_RUNS.items():
        connection.execute(text(f"GRANT {READ} ({', '.join(columns)}) ON {table} TO {_quoted(connection, role)}"))


def _grant(
    connection: Connection,
    role: str,
    privileges: Mapping[str, tuple[str, ...]],
    functions: Collection[str] = walls.OPENINGS,
) -> None:
    name = _quoted(connection, role)
    schema = _quoted(connection, str(connection.scalar(text("SELECT current_schema()"))))
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {name}"))
    for table, rights in privileges.items():
        connection.execute(text(f"REVOKE ALL ON {table} FROM {name}"))
        if rights:
            connection.execute(text(f"GRANT {', '.join(rights)} ON {table} TO {name}"))
    for sequence in NUMBERS:
        connection.execute(text(f"GRANT USAGE ON SEQUENCE {sequence} TO {name}"))
    for function in functions:
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION {function} TO {name}"))


def _own(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_user")))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)


def exists(connection: Connection, role: str) -> bool:
    """Whether there is such a role."""
    return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :role)"), {"role": role}))


def missing(connection: Connection, role: str | None = None) -> list[str]:
    """The rights that ``role`` (that of this connection) needs for the application and does not have, such as
    ``INSERT op audit``.
    """
    return _lacking(connection, role or _own(connection), PRIVILEGES)


def missing_workplace(connection: Connection, role: str) -> list[str]:
    """The rights that ``role`` needs for the workplace and does not have, and where the wall before it has a gap."""
    lacking = _lacking(connection, role, OF_THE_WORKPLACE)
    return lacking or [f"muur om {gap}" for gap in walls.gaps(connection, role)]


def excess_runs(connection: Connection, role: str) -> list[str]:
    """What ``role`` may read and no run in a work pool should: it is the role of another part, or was given too much."""
    closed = [(table, READ) for table, rights in OF_THE_RUNS.items() if READ not in rights]
    return [f"{right} op {table}" for (table, right), has in _has(connection, role, closed) if has]


def missing_runs(connection: Connection, role: str) -> list[str]:
    """The rights that ``role`` needs for the runs in a work pool and does not have."""
    lacking = _lacking(connection, role, OF_THE_RUNS, _OPENINGS_FOR_RUNS)
    may = text("SELECT coalesce(has_column_privilege(:role, to_regclass(:name), :column, :wanted), false)")
    return lacking + [
        f"{READ} ({column}) op {table}"
        for table, columns in COLUMNS_OF_THE_RUNS.items()
        for column in columns
        if not connection.scalar(may, {"role": role, "name": table, "column": column, "wanted": READ})
    ]


def excess(connection: Connection) -> list[str]:
    """What the role of this connection may do and should not: it owns the tables, or was given too much."""
    return [f"{right} op {table}" for (table, right), has in _has(connection, _own(connection), _FORBIDDEN) if has]


def _lacking(
    connection: Connection,
    role: str,
    privileges: Mapping[str, tuple[str, ...]],
    functions: Collection[str] = walls.OPENINGS,
) -> list[str]:
    needed = [(table, right) for table, rights in privileges.items() for right in rights]
    lacking = [f"{right} op {table}" for (table, right), has in _has(connection, role, needed) if not has]
    usable = text("SELECT coalesce(has_sequence_privilege(:role, to_regclass(:name), 'USAGE'), false)")
    asked = text("SELECT coalesce(has_function_privilege(:role, to_regprocedure(:name), 'EXECUTE'), false)")
    return [
        *lacking,
        *(f"USAGE op {name}" for name in NUMBERS if not connection.scalar(usable, {"role": role, "name": name})),
        *(f"EXECUTE op {name}" for name in functions if not connection.scalar(asked, {"role": role, "name": name})),
    ]


def _has(
    connection: Connection, role: str, rights: list[tuple[str, str]] | tuple[tuple[str, str], ...]
) -> list[tuple[tuple[str, str], bool]]:
    """For each (table, right) whether the role has it; a table that is not there counts as no right."""
    query = text(
        "SELECT coalesce(has_table_privilege(:role, to_regclass(name), wanted), false) "
        "FROM unnest(CAST(:names AS text[]), CAST(:rights AS text[])) WITH ORDINALITY AS asked (name, wanted, place) "
        "ORDER BY place"
    )
    names, wanted = zip(*rights, strict=True)
    found = connection.execute(query, {"role": role, "names": list(names), "rights": list(wanted)}).scalars()
    return list(zip(rights, found, strict=True))
