"""The schema's versions: alembic without ``alembic.ini``.

Versions are numbered ``0001``, ``0002``, …; a file in ``migrations/versions`` carries its number in its name, so that
the newest one is known without importing alembic (which would slow every command).
"""

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from provisions.domain.errors import InvalidInput, Unreachable
from provisions.settings import MIGRATIONS, without_password

_LOCK = 7_305_140_221  # any number that is ours: two processes that migrate at the same time wait for each other


def newest() -> str:
    """The version this program needs."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def current(connection: Connection) -> str | None:
    """The version of the database; ``None`` when it is empty."""
    if connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return None
    version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if version is None else str(version)


def is_current(connection: Connection) -> bool:
    """Whether the database has the version this program needs.

    Raises ``InvalidInput`` when the database is newer: an old program must not write into it.
    """
    version = current(connection)
    if version is not None and version > newest():
        raise InvalidInput(
            f"De database heeft versie {version}; dit programma kent versies tot en met {newest()}.",
            "Gebruik de nieuwste versie van het programma, of zet de database terug met de nieuwe versie.",
        )
    return version == newest()


def upgrade(url: str) -> None:
    """Bring the database to the newest version. Safe to run twice at the same time.

    Raises ``Unreachable`` when it can't be reached, ``InvalidInput`` when it is newer or the role may not change it.
    """
    _run(url, "upgrade", "head")


def downgrade(url: str, version: str) -> None:
    """Bring the database back to ``version`` (``base``: empty). What newer versions added is lost."""
    _run(url, "downgrade", version)


def _run(url: str, direction: str, version: str) -> None:
    from alembic import command
    from alembic.config import Config

    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            if direction == "upgrade" and is_current(connection):
                return
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            (command.upgrade if direction == "upgrade" else command.downgrade)(config, version)
    except OperationalError as error:
        raise _unreachable(url, error) from None
    except ProgrammingError as error:
        if "permission denied" not in str(error.orig):
            raise
        raise InvalidInput(
            f"De databaserol {make_url(url).username} mag de tabellen niet aanmaken of wijzigen.",
            "Geef in PROVISIONS_MIGRATION_URL een rol die dat wel mag.",
        ) from None
    finally:
        engine.dispose()


def _unreachable(url: str, error: OperationalError) -> Unreachable:
    return Unreachable(f"De database op {without_password(url)} is niet bereikbaar.", reason(error))


def reason(error: OperationalError) -> str:
    """What PostgreSQL's driver said, in one line. Never holds the password: libpq does not repeat it."""
    return "Reden: " + " ".join(str(error.orig).split())[:300]
