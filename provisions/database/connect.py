"""The way to the database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg.rows import namedtuple_row
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from provisions.database import migrate, roles, walls
from provisions.database.address import (
    CONNECT,
    CONNECT_PAGES,
    database_url,
    migration_url,
    refuse_no_database,
    runs_url,
    unreachable,
    workplace_url,
)
from provisions.domain.errors import NotAllowed
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings
from provisions.store.looking import Reader, Rows

ONE_MOMENT = "REPEATABLE READ"  # how isolated a transaction is whose queries all see the same moment


@dataclass(frozen=True)
class RoleNames:
    """The roles that are given rights; empty where there is none."""

    application: str
    workplace: str
    runs: str


def open_engine(
    settings: Settings, pool_size: int = 10, *, url: str = "", connect: Mapping[str, Any] = CONNECT
) -> Engine:
    """An engine on the database (as the role of the application, or by ``url``), which must run; moments come back in UTC.
    ``connect``: what its connections get.

    Raises ``Unreachable`` when the database does not answer within five seconds, ``InvalidInput`` when it is newer than
    this program. The pool replaces connections that a restart of the database broke.
    """
    url = url or database_url(settings)
    engine = engine_for(url, pool_size, connect)
    try:
        with engine.connect() as connection:
            migrate.is_current(connection)
    except OperationalError as error:
        engine.dispose()
        raise unreachable(settings, error.orig) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def engine_for(url: str, pool_size: int = 10, connect: Mapping[str, Any] = CONNECT) -> Engine:
    """An engine with our settings; connects when it is first used."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # free text may be among them, and an error ends up on a screen
        connect_args=dict(connect),
    )


class _Look:
    """The looks of one block, behind the wall that stood there when it began."""

    def __init__(self, engine: Engine, stack: ExitStack) -> None:
        self._engine = engine
        self._stack = stack
        self._within = walls.now()

    def serves(self, engine: Engine) -> bool:
        """Whether a look by ``engine`` may go this way: a block inside it may see other municipalities."""
        return engine is self._engine and walls.now() == self._within

    @cached_property
    def connection(self) -> Connection:
        """Connects when it is first used."""
        return self._stack.enter_context(self._engine.begin())


_look: ContextVar[_Look | None] = ContextVar("look", default=None)


def pooled(engine: Engine) -> Reader:
    """Looks through the pool of ``engine``, which replaces connections that broke. Within :func:`one_look` all by one connection.

    A look ends by a commit. After a rollback psycopg forgets what the server had prepared, and behind the second wall planning a
    look at a case takes ten times as long as the look itself.
    """

    @contextmanager
    def reader() -> Iterator[Rows]:
        with glance(engine) as connection:
            yield _rows(connection)

    return reader


@contextmanager
def glance(engine: Engine) -> Iterator[Connection]:
    """A connection to look by, and not to lock or write by: that of :func:`one_look` within it, else one of its own."""
    look = _look.get()
    if look is not None and look.serves(engine):
        yield look.connection
        return
    with engine.begin() as connection:
        yield connection


@contextmanager
def one_look(engine: Engine) -> Iterator[None]:
    """All that is looked at in this block goes by one connection in one transaction, from the first question on: coming and going
    costs four ways to the database, and a page has six looks.

    Each question still sees what was recorded before it (``READ COMMITTED``). Nothing is written by that connection.
    """
    with ExitStack() as stack:
        token = _look.set(_Look(engine, stack))
        try:
            yield
        finally:
            _look.reset(token)


def _rows(connection: Connection) -> Rows:
    """Straight to the driver: SQLAlchemy describes the columns of each answer anew, which takes longer than reading its rows."""
    driver = connection.connection.driver_connection
    assert driver is not None, "a transaction has a connection"  # noqa: S101 - SQLAlchemy's, while it lasts

    def rows(query: str, /, **values: Any) -> Sequence[Any]:
        with driver.cursor(row_factory=namedtuple_row) as cursor:
            return list(cursor.execute(query, values).fetchall())

    return rows


@contextmanager
def database(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[Engine]:
    """An engine on the database, brought to the version of this program: for ``up``, ``demo`` and ``migrate`` only.

    The embedded PostgreSQL is started when it does not run, and stopped by the last one that uses it. ``say`` gets a
    Dutch line when there is something to wait for. Raises ``Unreachable`` and ``InvalidInput``.
    """
    with _opened(settings, say) as engine:
        with engine.connect() as connection:
            ready = migrate.is_current(connection) and not roles.missing(connection)
            ready = ready and not workplace_lacks(settings, connection) and not runs_lack(settings, connection)
            role = connection.scalar(text("SELECT current_user"))
        if not ready:
            migrate.upgrade(migration_url(settings), role, workplace_of(settings), runs_of(settings))
        yield engine


@contextmanager
def recording(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[Engine]:
    """As :func:`unchanged`, for those who record: where there is no database of ours yet, one is made, and ``say`` is told."""
    if not settings.database_url and not EmbeddedPostgres(settings.home).exists():
        say(f"In {settings.home} stond nog geen database; die wordt nu gemaakt.")
    with _opened(settings, say) as engine:
        with engine.connect() as connection:
            new = migrate.is_empty(connection)
            role = connection.scalar(text("SELECT current_user"))
            if not new:
                _refuse_unready(connection)
        if new:
            migrate.upgrade(migration_url(settings), role, workplace_of(settings), runs_of(settings))
        yield engine


@contextmanager
def unchanged(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[Engine]:
    """An engine on the database as it is: nothing is made and no schema is changed.

    Raises ``Unreachable`` when there is none, ``InvalidInput`` when it is newer than this program, ``NotAllowed`` when it is
    older or its role may not do what it must; both say what to do.
    """
    refuse_no_database(settings)
    with _unchanged(settings, say, CONNECT) as engine:
        yield engine


@contextmanager
def workplace(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[Engine]:
    """As :func:`unchanged`, for what people see and do at the door: as its own role, behind the second wall.

    With a database of one's own and no such role (``PROVISIONS_WEB_DATABASE_URL``) it is the application's, and there is no wall:
    ``provisions check`` says so.
    """
    refuse_no_database(settings)
    url = workplace_url(settings)
    if url is None:
        with _unchanged(settings, say, CONNECT_PAGES) as engine:
            yield walls.guard(engine)
        return
    with nullcontext() if settings.database_url else running(settings.home, say):
        engine = walls.guard(open_engine(settings, url=url, connect=CONNECT_PAGES))
        try:
            with engine.connect() as connection:
                _refuse_unready(connection, roles.missing_workplace(connection, workplace_of(settings)))
            yield engine
        finally:
            engine.dispose()


@contextmanager
def running_in_a_pool(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[str]:
    """The address by which the runs of a work pool come to the database, once their role may do there what it must. Holds a
    password.

    Where no such role was given (``PROVISIONS_RUNS_DATABASE_URL``) it is that of the application: ``provisions check`` says so.
    Raises as :func:`unchanged`.
    """
    url = runs_url(settings)
    if url is None:
        with unchanged(settings, say):
            yield database_url(settings)
        return
    if not settings.runs_database_url:
        refuse_no_database(settings)
    with nullcontext() if settings.runs_database_url else running(settings.home, say):
        engine = open_engine(settings, pool_size=1, url=url)
        try:
            with engine.connect() as connection:
                _refuse_unready(connection, roles.missing_runs(connection, runs_of(settings)))
                _refuse_too_much(roles.excess_runs(connection, runs_of(settings)))
        finally:
            engine.dispose()
        yield url


def runs_of(settings: Settings) -> str:
    """The name of the role of the runs in a work pool; empty where none was given."""
    return _role_in(runs_url(settings))


def runs_lack(settings: Settings, connection: Connection) -> list[str]:
    """What is missing of the role of the runs in a work pool, or what it has too much; nothing where none was given."""
    role = runs_of(settings)
    if not role:
        return []
    if not roles.exists(connection, role):
        return [f"rol {role}"]
    return roles.missing_runs(connection, role) or [f"te veel: {x}" for x in roles.excess_runs(connection, role)]


def _refuse_too_much(excess: Sequence[str]) -> None:
    if excess:
        raise NotAllowed(
            f"De databaserol in PROVISIONS_RUNS_DATABASE_URL mag meer dan een run in een pool ({', '.join(excess[:3])}).",
            "Geef de runs een eigen databaserol, en voer 'provisions migrate' uit; zie SECURITY.md.",
        )


def workplace_of(settings: Settings) -> str:
    """The name of the role of the workplace; empty where none was given."""
    return _role_in(workplace_url(settings))


def workplace_lacks(settings: Settings, connection: Connection) -> list[str]:
    """What is missing of the role of the workplace; nothing where none was given."""
    role = workplace_of(settings)
    if not role:
        return []
    return roles.missing_workplace(connection, role) if roles.exists(connection, role) else [f"rol {role}"]


def _role_in(url: str | None) -> str:
    return "" if url is None else make_url(url).username or ""


def _refuse_unready(connection: Connection, missing: Sequence[str] | None = None) -> None:
    migrate.is_current(connection)  # a newer one is another matter: it is this program that is old
    if not missing or migrate.current(connection) is not None:  # a role without any right does not see the version
        migrate.refuse_other_version(connection)
    if lacking := roles.missing(connection) if missing is None else missing:
        raise NotAllowed(
            f"De databaserol van het programma mist rechten ({', '.join(lacking[:3])}{', …' if lacking[3:] else ''}).",
            "Voer 'provisions migrate' uit: dat geeft de rechten opnieuw.",
        )


@contextmanager
def _unchanged(settings: Settings, say: Callable[[str], None], connect: Mapping[str, Any]) -> Iterator[Engine]:
    with _opened(settings, say, connect) as engine:
        with engine.connect() as connection:
            _refuse_unready(connection)
        yield engine


@contextmanager
def _opened(settings: Settings, say: Callable[[str], None], connect: Mapping[str, Any] = CONNECT) -> Iterator[Engine]:
    with nullcontext() if settings.database_url else running(settings.home, say):
        engine = open_engine(settings, connect=connect)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def owned(settings: Settings, say: Callable[[str], None] = lambda _line: None) -> Iterator[tuple[Engine, RoleNames]]:
    """An engine as the role that may change the schema, on the database as it is, and the names of the other roles.

    For a restore. The embedded PostgreSQL is started when it does not run. Raises ``Unreachable``.
    """
    with nullcontext() if settings.database_url else running(settings.home, say):
        engine = engine_for(migration_url(settings), pool_size=1)
        try:
            application = make_url(database_url(settings)).username or ""
            yield engine, RoleNames(application, workplace_of(settings), runs_of(settings))
        finally:
            engine.dispose()
