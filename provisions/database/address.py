"""Where the database is, how to connect to it, and what is said when nobody is there. Knows no driver."""

from typing import Any

from provisions.domain.errors import InvalidInput, Unreachable
from provisions.machine.databases import RUNS, WORKPLACE
from provisions.machine.postgres import EmbeddedPostgres
from provisions.redact import redacted
from provisions.settings import Settings, psycopg_url, without_password

# What every connection gets, however it is made: five seconds to answer, and moments in UTC.
CONNECT: dict[str, Any] = {"application_name": "provisions", "options": "-c timezone=UTC", "connect_timeout": 5}
# What those of the pages get besides. The connection by which a page looks keeps its locks while the page writes by another
# one: were a change of the schema to come between these two, each would wait for the other for ever. Then the look ends.
CONNECT_PAGES = CONNECT | {"options": f"{CONNECT['options']} -c idle_in_transaction_session_timeout=60s"}


def database_url(settings: Settings) -> str:
    """The URL of our database: the municipality's own, or the embedded one's. Holds a password."""
    if settings.database_url:
        return _understood(psycopg_url(settings.database_url), "PROVISIONS_DATABASE_URL")
    return EmbeddedPostgres(settings.home).url("provisions")


def workplace_url(settings: Settings) -> str | None:
    """The same database as the role of the workplace, which stands before a wall; ``None`` where none was given. Holds a
    password.
    """
    if settings.web_database_url:
        return _understood(psycopg_url(settings.web_database_url), "PROVISIONS_WEB_DATABASE_URL")
    return None if settings.database_url else EmbeddedPostgres(settings.home).url("provisions", WORKPLACE)


def runs_url(settings: Settings) -> str | None:
    """The same database as the role of the runs in a work pool; ``None`` where none was given. Holds a password."""
    if settings.runs_database_url:
        return _understood(psycopg_url(settings.runs_database_url), "PROVISIONS_RUNS_DATABASE_URL")
    return None if settings.database_url else EmbeddedPostgres(settings.home).url("provisions", RUNS)


def migration_url(settings: Settings) -> str:
    """The same database as the role that may change the schema. Holds a password."""
    if settings.migration_url:
        return _understood(psycopg_url(settings.migration_url), "PROVISIONS_MIGRATION_URL")
    if settings.database_url:
        return database_url(settings)
    return EmbeddedPostgres(settings.home).owner_url("provisions")


def libpq_url(url: str) -> str:
    """``url`` (as SQLAlchemy takes it) as PostgreSQL's own library takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _understood(url: str, name: str) -> str:
    """``url``, once PostgreSQL's library can read it. Raises ``InvalidInput``."""
    from psycopg import ProgrammingError  # asking for an address means connecting
    from psycopg.conninfo import conninfo_to_dict

    try:
        port = str(conninfo_to_dict(libpq_url(url)).get("port", ""))
    except ProgrammingError as error:
        raise InvalidInput(
            f"Instelling {name} is onjuist: PostgreSQL kan het adres niet lezen.", reason(error)
        ) from None
    if not all(one.isascii() and one.isdigit() for one in port.split(",") if one):
        raise InvalidInput(f"Instelling {name} is onjuist: de poort is geen getal.")
    return url


def unreachable(settings: Settings, error: BaseException | None) -> Unreachable:
    """That our database does not answer, and what PostgreSQL's driver said."""
    if not settings.database_url and not settings.runs_database_url:
        return Unreachable(
            f"De ingebouwde database in {settings.home} is niet bereikbaar.",
            reason(error),
            f"Zie {EmbeddedPostgres(settings.home).log}.",
        )
    name, url = (
        ("PROVISIONS_DATABASE_URL", database_url(settings))
        if settings.database_url
        else ("PROVISIONS_RUNS_DATABASE_URL", runs_url(settings) or "")
    )
    return Unreachable(
        f"De database op {without_password(url)} is niet bereikbaar.",
        reason(error),
        f"Controleer of hij draait en of {name} klopt.",
    )


def refuse_no_database(settings: Settings) -> None:
    """Raise ``Unreachable`` when the home has no database: who only looks must not make one, and find nothing in it."""
    if not settings.database_url and not EmbeddedPostgres(settings.home).exists():
        raise Unreachable(
            f"In {settings.home} staat geen database van dit programma.",
            "Kijk of PROVISIONS_HOME klopt. Nog nooit gestart? Begin met 'provisions up', of leg iets vast.",
        )


def reason(error: BaseException | None) -> str:
    """What PostgreSQL's driver said, in one line, without any part of a password: a driver may quote what it can't read."""
    return "Reden: " + " ".join(redacted(str(error)).split())[:300]
