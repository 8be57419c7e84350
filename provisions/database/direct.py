"""One look at the database by psycopg alone: no pool, no SQLAlchemy, one connection, one snapshot, nothing written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from provisions.database.address import CONNECT, database_url, libpq_url, unreachable
from provisions.database.versions import is_newest
from provisions.machine.postgres import running
from provisions.settings import Settings
from provisions.store.looking import TABLES, Reader, Rows

_MAY_READ = (
    "SELECT bool_and(coalesce(has_table_privilege(to_regclass(name), 'SELECT'), false)) AS all "
    "FROM unnest(%(names)s::text[]) AS name"
)


@contextmanager
def looking(settings: Settings, say: Callable[[str], None]) -> Iterator[Reader]:
    """A reader on the migrated database, for one command.

    The embedded PostgreSQL is started when it does not run, and stopped by the last one that uses it. ``say`` gets a
    Dutch line when there is something to wait for. Raises ``Unreachable`` and ``InvalidInput``.
    """
    with nullcontext() if settings.database_url else running(settings.home, say):
        with closing(_connect(settings)) as connection:
            if _is_ready(_rows(connection)):
                yield lambda: nullcontext(_rows(connection))
                return
        _make_ready(settings, say)
        with closing(_connect(settings)) as connection:
            yield lambda: nullcontext(_rows(connection))


def _connect(settings: Settings) -> psycopg.Connection[Any]:
    url = database_url(settings)
    try:
        connection = psycopg.connect(libpq_url(url), row_factory=namedtuple_row, **CONNECT)
    except psycopg.OperationalError as error:
        raise unreachable(url, error) from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # all queries see the same moment
    return connection


def _rows(connection: psycopg.Connection[Any]) -> Rows:
    def rows(query: str, /, **values: Any) -> Sequence[Any]:
        return connection.execute(query.encode(), values).fetchall()

    return rows


def _is_ready(rows: Rows) -> bool:
    """Whether the schema is the one that this program needs and its role may read it."""
    if not rows(_MAY_READ, names=TABLES)[0].all:
        return False
    found = rows("SELECT version_num FROM alembic_version")
    return is_newest(found[0].version_num if found else None)


def _make_ready(settings: Settings, say: Callable[[str], None]) -> None:
    """Migrate: the first use after an update."""
    from provisions.database.connect import database  # rare, and slow to import

    with database(settings, say):
        pass
