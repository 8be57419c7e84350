"""The databases in the embedded PostgreSQL, and the roles that own and use them."""

from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql

from provisions.machine.files import secret

# Each database with the role that owns it, and one of its own name that uses it; neither can enter the other database.
# Prefect changes its own schema, ours is changed by the owner only.
DATABASES = {"provisions": "provisions_owner", "prefect": "prefect"}
WORKPLACE = "provisions_web"
RUNS = "provisions_runs"  # of the runs in a work pool
# Who else may come in.
GUESTS = {"provisions": (WORKPLACE, RUNS), "prefect": ()}

Connection = psycopg.Connection[tuple[object, ...]]
Connect = Callable[[str], Connection]  # to a database of that name, as the superuser


def make_databases(secrets: Path, connect: Connect) -> None:
    """Make what is not there of the databases and their roles; ``secrets`` is the folder with a password for each role."""
    with connect("postgres") as connection:
        known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for name, owner in DATABASES.items():
            for role in dict.fromkeys((owner, name, *GUESTS[name])):
                _make_role(connection, role, secrets)
            if name not in known:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
                )
            if owner != name:
                _hand_over(connect, name)
            database = sql.Identifier(name)
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            for role in (name, *GUESTS[name]):
                connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role)))


def are_made(connection: Connection) -> bool:
    """Whether each role may come into its database; where an earlier version made them, one may be new. The database is asked and
    not the folder of passwords: a password is made by whoever needs it first.
    """
    wanted = [(name, role) for name, owner in DATABASES.items() for role in {owner, name, *GUESTS[name]}]
    found = connection.execute(
        "SELECT count(*) FROM unnest(%s::text[], %s::text[]) AS wanted (name, role) "
        "JOIN pg_database d ON d.datname = wanted.name JOIN pg_roles r ON r.rolname = wanted.role "
        "WHERE has_database_privilege(r.oid, d.oid, 'CONNECT')",
        [[name for name, _ in wanted], [role for _, role in wanted]],
    ).fetchone()
    return found == (len(wanted),)


def _password_of(role: str) -> str:
    return f"postgres-{role}"


def _make_role(connection: Connection, name: str, secrets: Path) -> None:
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone():
        return
    password = secret(secrets, _password_of(name))
    with connection.transaction():  # a role without its password would be of no use for ever
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        # The password is hashed here, so that it does not travel in a statement.
        connection.pgconn.change_password(name.encode(), password.encode())


def _hand_over(connect: Connect, database: str) -> None:
    """An earlier version let the role that uses the database own it."""
    with connect(database) as connection:
        connection.execute(
            sql.SQL("REASSIGN OWNED BY {} TO {}").format(sql.Identifier(database), sql.Identifier(DATABASES[database]))
        )
