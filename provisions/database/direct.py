"""One look at the database by psycopg alone: no pool, no SQLAlchemy, one connection, one snapshot, nothing written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from typing import Any

import psycopg
from psycopg.rows import namedtuple_row

from provisions.database.address import CONNECT, database_url, libpq_url, refuse_no_database, unreachable
from provisions.database.versions import is_newest, other_version
from provisions.domain.errors import NotAllowed
from provisions.machine.postgres import running
from provisions.settings import Settings
from provisions.store.looking import TABLES, Reader, Rows

_MAY_READ = (
    "SELECT bool_and(coalesce(has_table_privilege(to_regclass(name), 'SELECT'), false)) AS all "
    "FROM unnest(%(names)s::text[]) AS name"
)


@contextmanager
def looking(settings: Settings, say: Callable[[str], None]) -> Iterator[Reader]:
    """A reader on the database as it is, for one command: a look changes nothing.

    The embedded PostgreSQL is started when it does not run, and stopped by the last one that uses it. ``say`` gets a
    Dutch line when there is something to wait for. Raises ``Unreachable`` (also when there is no database),
    ``InvalidInput`` (it is newer) and ``NotAllowed`` (it is older).
    """
    refuse_no_database(settings)
    with (
        nullcontext() if settings.database_url else running(settings.home, say),
        closing(_connect(settings)) as connection,
    ):
        rows = _rows(connection)
        _refuse_other_version(rows)
        yield lambda: nullcontext(rows)


def _connect(settings: Settings) -> psycopg.Connection[Any]:
    url = database_url(settings)
    try:
        connection = psycopg.connect(libpq_url(url), row_factory=namedtuple_row, **CONNECT)
    except psycopg.OperationalError as error:
        raise unreachable(settings, error) from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # all queries see the same moment
    return connection


def _rows(connection: psycopg.Connection[Any]) -> Rows:
    def rows(query: str, /, **values: Any) -> Sequence[Any]:
        return connection.execute(query.encode(), values).fetchall()

    return rows


def _refuse_other_version(rows: Rows) -> None:
    may_read = rows(_MAY_READ, names=["alembic_version"])[0].all
    found = rows("SELECT version_num FROM alembic_version") if may_read else ()
    version = found[0].version_num if found else None
    if not is_newest(version):
        raise NotAllowed(*other_version(version))
    if not rows(_MAY_READ, names=TABLES)[0].all:
        raise NotAllowed(
            "De databaserol van het programma mag niet alle tabellen lezen.",
            "Voer 'provisions migrate' uit: dat geeft de rechten opnieuw.",
        )
