"""The way to the database."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from provisions.database import migrate, roles
from provisions.database.address import CONNECT, database_url, migration_url, unreachable
from provisions.machine.postgres import running
from provisions.settings import Settings
from provisions.store.looking import Reader, Rows


def open_engine(settings: Settings, pool_size: int = 10) -> Engine:
    """An engine on the database, which must run; moments come back in UTC.

    Raises ``Unreachable`` when the database does not answer within five seconds, ``InvalidInput`` when it is newer than
    this program. The pool replaces connections that a restart of the database broke.
    """
    url = database_url(settings)
    engine = engine_for(url, pool_size)
    try:
        with engine.connect() as connection:
            migrate.is_current(connection)
    except OperationalError as error:
        engine.dispose()
        raise unreachable(url, error.orig) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def engine_for(url: str, pool_size: int = 10) -> Engine:
    """An engine with our settings; connects when it is first used."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # free text may be among them, and an error ends up on a screen
        connect_args=CONNECT,
    )


def pooled(engine: Engine) -> Reader:
    """Looks through the pool of ``engine``, which replaces connections that broke."""

    @contextmanager
    def reader() -> Iterator[Rows]:
        with engine.connect() as connection:

            def rows(query: str, /, **values: Any) -> Sequence[Any]:
                return connection.exec_driver_sql(query, values).all()

            yield rows

    return reader


@contextmanager
def database(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[Engine]:
    """An engine on the migrated database, for one command or a whole run.

    The embedded PostgreSQL is started when it does not run, and stopped by the last one that uses it. ``say`` gets a
    Dutch line when there is something to wait for. Raises ``Unreachable`` and ``InvalidInput``.
    """
    if settings.database_url:
        with _migrated(settings) as engine:
            yield engine
    else:
        with running(settings.home, say), _migrated(settings) as engine:
            yield engine


@contextmanager
def unchanged(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[Engine]:
    """As :func:`database`, but the schema stays as it is. Raises ``NotAllowed`` when it is of another version."""
    with nullcontext() if settings.database_url else running(settings.home, say):
        engine = open_engine(settings)
        try:
            with engine.connect() as connection:
                migrate.refuse_other_version(connection)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def owned(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[tuple[Engine, str]]:
    """An engine as the role that may change the schema, on the database as it is, and the application's role.

    For a restore. The embedded PostgreSQL is started when it does not run. Raises ``Unreachable``.
    """
    with nullcontext() if settings.database_url else running(settings.home, say):
        engine = engine_for(migration_url(settings), pool_size=1)
        try:
            yield engine, make_url(database_url(settings)).username or ""
        finally:
            engine.dispose()


@contextmanager
def _migrated(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings)
    try:
        with engine.connect() as connection:
            ready = migrate.is_current(connection) and not roles.missing(connection)
            role = connection.scalar(text("SELECT current_user"))
        if not ready:
            migrate.upgrade(migration_url(settings), role)
        yield engine
    finally:
        engine.dispose()
