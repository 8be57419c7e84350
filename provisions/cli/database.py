"""The database from the command line: what is opened for a change, and what is said when it falls away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from provisions.catalogue import load
from provisions.cli.output import progress
from provisions.domain.errors import Unreachable
from provisions.settings import Settings

if TYPE_CHECKING:
    from provisions.app import App


@contextmanager
def app_on(settings: Settings, *, new: bool = False) -> Iterator["App"]:
    """The use cases on the database as it is; ``new``: where there is none yet, one is made.

    Raises ``InvalidConfig``, ``Unreachable``, and ``NotAllowed`` when the database is of another version.
    """
    from provisions.app import App  # with SQLAlchemy; a look does without
    from provisions.database.connect import recording, unchanged

    config = load(settings.config)
    opened = recording if new else unchanged
    with reaching_the_database(), opened(settings, progress) as engine:
        yield App(engine, config)


@contextmanager
def reaching_the_database() -> Iterator[None]:
    """A connection that falls away is told in Dutch."""
    try:
        yield
    except psycopg.OperationalError as error:
        raise _fell_away(error) from None
    except Exception as error:
        # SQLAlchemy's error around psycopg's: known by what it holds, so that a look need not import SQLAlchemy.
        lost, origin = getattr(error, "connection_invalidated", False), getattr(error, "orig", None)
        if not (lost or isinstance(origin, psycopg.OperationalError)):
            raise
        raise _fell_away(origin) from None


def _fell_away(error: object) -> Unreachable:
    if isinstance(error, psycopg.errors.DiskFull):
        return Unreachable(
            "De schijf van de database is vol (schijf vol). Er is niets half vastgelegd.",
            "Maak ruimte en probeer het opnieuw.",
        )
    # The statement and its values stay out of the message: they may hold free text.
    return Unreachable(
        "De verbinding met de database viel weg. Er is niets half vastgelegd.",
        "Kijk met 'provisions show' of het vastgelegd is, en probeer het anders opnieuw.",
    )
