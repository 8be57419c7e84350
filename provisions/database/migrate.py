"""Moving the schema between versions (``versions.py``): alembic without ``alembic.ini``."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from provisions.database import roles, walls
from provisions.database.address import reason
from provisions.database.versions import is_newest, newest, other_version
from provisions.domain.errors import InvalidInput, NotAllowed, Unreachable
from provisions.settings import MIGRATIONS, without_password
from provisions.store import locks

__all__ = [
    "changing",
    "current",
    "downgrade",
    "is_current",
    "is_empty",
    "move",
    "newest",
    "refuse_engines",
    "refuse_other_version",
    "upgrade",
]


def current(connection: Connection) -> str | None:
    """The version of the database; ``None`` when it is empty, or when this role may not see it."""
    may_see = text("SELECT has_table_privilege(to_regclass('alembic_version'), 'SELECT')")
    if not connection.scalar(may_see):
        return None
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def is_current(connection: Connection) -> bool:
    """Whether the database has the version this program needs.

    Raises ``InvalidInput`` when the database is newer: an old program must not write into it.
    """
    return is_newest(current(connection))


def is_empty(connection: Connection) -> bool:
    """Whether nobody has made our tables yet, whatever this role may see."""
    return not connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))


def upgrade(url: str, application: str | None = None, workplace: str | None = None, runs: str | None = None) -> None:
    """Bring the database to the newest version, and give the roles ``application``, ``workplace`` and ``runs`` (those two where
    they are there) their rights. Safe to run twice at once.

    Raises ``Unreachable`` when it can't be reached, ``InvalidInput`` when it is newer, the role may not change it, or the roles
    are one, ``NotAllowed`` when engines of the earlier version still work on it.
    """
    with changing(url) as connection:
        if not is_current(connection):
            refuse_engines(connection, f"De database kan nu niet naar versie {newest()}")
            move(connection, "head")
        if application is not None:
            give_rights(connection, application, workplace or "", runs or "")


def give_rights(connection: Connection, application: str, workplace: str, runs: str = "") -> None:
    """Give these roles their rights, the second and third where there is such a role. ``connection`` is the owner's. Raises as
    :func:`upgrade`.
    """
    roles.grant(connection, application)
    if workplace and roles.exists(connection, workplace) and roles.missing_workplace(connection, workplace):
        refuse_engines(connection, "De databaserol van de werkplek is nu niet in te richten")
        roles.grant_workplace(connection, workplace, application)
    if runs and roles.exists(connection, runs):
        roles.grant_runs(connection, runs, (application, workplace))


def refuse_other_version(connection: Connection) -> None:
    """Raise ``NotAllowed`` unless the database has exactly the version of this program.

    For what must not change the schema itself, or found it changed: a look, one engine of several, a run in a work pool.
    """
    version = current(connection)
    if version != newest():
        raise NotAllowed(*other_version(version))


def refuse_engines(connection: Connection, what: str) -> None:
    """Not under the feet of an engine: it would write as before. Held until the transaction ends.

    Raises ``NotAllowed``, which begins with ``what`` can't be done.
    """
    if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:engines)"), {"engines": locks.ENGINES}):
        raise NotAllowed(
            f"{what}: er werkt nog een motor op.",
            "Stop alle motoren (provisions up, provisions engine) en probeer het opnieuw.",
        )


def downgrade(url: str, version: str) -> None:
    """Bring the database back to ``version`` (``base``: empty). What newer versions added is lost."""
    with changing(url) as connection:
        move(connection, version, down=True)


def move(connection: Connection, version: str, *, down: bool = False) -> None:
    """Bring the database to ``version`` in the transaction of ``connection``, which is the owner's; the roles get their rights
    after it.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    walls.take_down(connection)
    (command.downgrade if down else command.upgrade)(config, version)


@contextmanager
def changing(url: str) -> Iterator[Connection]:
    """One transaction in which nobody else changes the schema."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": locks.MIGRATION})
            yield connection
    except OperationalError as error:
        raise _unreachable(url, error) from None
    except ProgrammingError as error:
        if not any(words in str(error.orig) for words in ("permission denied", "must be owner")):
            raise
        raise InvalidInput(
            f"De databaserol {make_url(url).username} mag de tabellen niet aanmaken of wijzigen.",
            "Geef in PROVISIONS_MIGRATION_URL een rol die dat wel mag.",
        ) from None
    finally:
        engine.dispose()


def _unreachable(url: str, error: OperationalError) -> Unreachable:
    return Unreachable(f"De database op {without_password(url)} is niet bereikbaar.", reason(error.orig))
