"""Which engines work on the database: each holds a lock with its own number, gone with its connection when it dies."""

from typing import Any

import psycopg
from sqlalchemy import Connection

from provisions.store import locks
from provisions.store.channel import CHANNEL


def join(connection: psycopg.Connection[Any], number: int) -> None:
    """Be one of them for as long as this connection lives; it hears what is said to all listeners.

    The first lock keeps everybody from changing the schema meanwhile; by the second the others know that this one is alive.
    """
    connection.execute(f"LISTEN {CHANNEL}")
    connection.execute("SELECT pg_advisory_lock_shared(%s)", (locks.ENGINES,))
    connection.execute("SELECT pg_advisory_lock(%s::int, %s::int)", (locks.ENGINE, number))


def living(connection: Connection) -> set[int]:
    """The numbers of the engines that are connected now."""
    found = connection.exec_driver_sql(
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = %(numbers)s AND objsubid = 2 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        {"numbers": locks.ENGINE},
    )
    return {int(number) for number in found.scalars()}
