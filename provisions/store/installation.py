"""One database has one installation: what is recorded of whose it is.

An installation is our database and the Prefect that shows it. Two of them on one database would share the runs out over two
Prefects, and write letters in two places. So a number is kept in our database, in Prefect, and in each home that worked with
them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import Connection, Engine, func, select

from provisions.domain.errors import NotAllowed
from provisions.store import locks, settings

SETTING = "installation"
OPEN = "?"  # restored, or released: the first installation that comes may have it


@contextmanager
def alone(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else settles whose this database is; waits until whoever does so has ended."""
    with engine.begin() as connection:
        connection.execute(select(func.pg_advisory_xact_lock(locks.INSTALLATION)))
        yield connection


def recorded(connection: Connection) -> str | None:
    """The number of the installation whose this database is; ``None`` when nobody was here yet."""
    return settings.read(connection, SETTING)


def claim(connection: Connection, number: str) -> str:
    """Record ``number`` where none stands, or an open one; the number that stands there then."""
    settings.write(connection, SETTING, number, over=OPEN)
    return recorded(connection) or number


def release(connection: Connection) -> None:
    """Let the next installation that comes have this database."""
    settings.write(connection, SETTING, OPEN)


def belonging(database: str | None, home: str | None, prefect: str | None) -> str:
    """The number that all three should have from now on, given what each has (``None``: none).

    Prefect decides, because several homes may share one on purpose. A Prefect that knows nothing was thrown away, when the
    home is one that worked here before; otherwise it is another one. Raises ``NotAllowed`` when they don't belong together.
    """
    match database:
        case "?":
            return prefect or str(uuid4())
        case None if prefect in (None, home):
            return prefect or str(uuid4())
        case None:
            raise NotAllowed("Deze Prefect hoort bij de database van een andere installatie.", *_WHAT_TO_DO)
        case number if prefect == number or (prefect is None and home == number):
            return number
        case _:
            raise NotAllowed("Deze database hoort bij een andere installatie, met een andere Prefect.", *_WHAT_TO_DO)


_WHAT_TO_DO = (
    "Er is niets gestart: de runs en de berichten zouden over twee installaties verdeeld raken.",
    "Kijk of PROVISIONS_DATABASE_URL, PROVISIONS_PREFECT_DATABASE_URL en PROVISIONS_HOME bij elkaar horen. Is de andere "
    "installatie er niet meer (verhuisd, verloren)? Stop alles en doe hier: provisions migrate --here",
)
