"""The application's role can do no more than it must, on a database of one's own and on the embedded one."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from provisions.database import migrate, roles, walls
from provisions.database.connect import database as open_database
from provisions.database.connect import engine_for
from provisions.domain.errors import InvalidInput
from provisions.machine import home as homes
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Secret, Settings
from provisions.store import audit
from provisions.store.audit import Line
from provisions.store.tables import metadata
from tests.builders import Town
from tests.clones import admin
from tests.conftest import owner_url
from tests.granted import granted


def test_every_table_has_its_rights_and_no_other() -> None:
    assert set(roles.PRIVILEGES) == {*metadata.tables, "alembic_version"}


def test_the_application_has_exactly_its_rights(database: Engine) -> None:
    with database.connect() as connection:
        assert roles.missing(connection) == []
        assert roles.excess(connection) == []
        assert granted(connection) == {name: set(rights) for name, rights in roles.PRIVILEGES.items()}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET by = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "ALTER TABLE audit DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON audit",
        "DROP TABLE audit",
        "DELETE FROM audit_head",
        "UPDATE free_text SET body = 'x'",
        "DELETE FROM client_case",
        "DELETE FROM setting",
        "DELETE FROM report",
        "UPDATE report SET week = week",
        "UPDATE alembic_version SET version_num = '0001'",
        "CREATE TABLE extra (n int)",
        "CREATE FUNCTION refuse_change() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET session_replication_role = replica",
        "COPY audit TO PROGRAM 'cat'",
    ],
)
def test_the_application_can_not(database: Engine, statement: str) -> None:
    with database.begin() as connection:
        audit.append(connection, [Line("regie-1", "test")])
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), database.begin() as connection:
        connection.execute(text(statement))


def test_a_whole_case_can_be_worked_through_with_these_rights(town: Town) -> None:
    case = town.takes_in("TR-2026-0001", "id_document", "postal_address")
    town.on("2026-11-12 12:00")
    case.gets("id_document").gets("postal_address")
    case.does("close")
    assert case.view.case.closed is not None


def test_without_a_role_that_may_migrate_the_message_says_what_to_do(
    new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    with new_database(migrated=False) as owner:
        name = owner.partition("?")[0].rpartition("/")[2]
        application = postgres.url("provisions").replace("/provisions?", f"/{name}?")
        settings = _settings(database_url=application.replace("+psycopg", ""))
        with pytest.raises(InvalidInput, match="PROVISIONS_MIGRATION_URL"), open_database(settings):
            pass
        both = _settings(database_url=application.replace("+psycopg", ""), migration_url=owner.replace("+psycopg", ""))
        with open_database(both) as engine, engine.connect() as connection:
            assert roles.missing(connection) == []
            assert roles.excess(connection) == []


def test_rights_that_were_taken_away_are_given_back(
    new_database: Callable[..., AbstractContextManager[str]], postgres: EmbeddedPostgres
) -> None:
    with new_database() as url:
        name = url.partition("?")[0].rpartition("/")[2]
        owner = engine_for(owner_url(postgres, name))
        with owner.begin() as connection:
            connection.execute(text("REVOKE ALL ON audit, alembic_version FROM provisions"))
            for opening in walls.OPENINGS:
                connection.execute(text(f"REVOKE EXECUTE ON FUNCTION {opening} FROM provisions"))
            lacking = roles.missing(connection, "provisions")
            assert {f"EXECUTE op {opening}" for opening in walls.OPENINGS} < set(lacking)
        owner.dispose()
        both = _settings(
            database_url=url.replace("+psycopg", ""), migration_url=owner_url(postgres, name).replace("+psycopg", "")
        )
        with open_database(both) as engine, engine.connect() as connection:
            assert roles.missing(connection) == []


def _settings(database_url: str, migration_url: str | None = None) -> Settings:
    owner = Secret(migration_url) if migration_url else None
    return Settings(home=Path("/nergens"), database_url=Secret(database_url), migration_url=owner)


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pl-"))
    yield folder / "var"
    EmbeddedPostgres(folder / "var").stop()
    shutil.rmtree(folder)


def test_an_embedded_database_of_before_is_handed_over_to_the_owner(home: Path) -> None:
    with running(home) as server, admin(server) as connection:
        # As an earlier version left it: the application owns the database and all tables.
        connection.execute("ALTER DATABASE provisions OWNER TO provisions")
        migrate.upgrade(server.url("provisions"))
    settings = Settings(home=home)
    with open_database(settings) as engine, engine.begin() as found:
        assert roles.excess(found) == []
        assert roles.missing(found) == []
        audit.append(found, [Line("regie-1", "test")])
        owners = found.execute(text("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"))
        assert owners.scalars().all() == ["provisions_owner"]


def test_nothing_in_the_home_can_be_read_by_others(home: Path) -> None:
    before = os.umask(0)  # even for whoever is careless
    try:
        homes.prepare(home)
        with open_database(Settings(home=home)):
            pass
    finally:
        os.umask(before)
    for path in [home, *home.rglob("*")]:
        if path.is_symlink() or home / "postgres" in path.parents:
            continue  # PostgreSQL's own, below a folder that is closed
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 or path.parent != home, path
    assert stat.S_IMODE((home / "postgres").stat().st_mode) == 0o700
    secrets = sorted(file.name for file in (home / "secrets").iterdir())
    assert secrets == [
        f"postgres-{role}"
        for role in ("postgres", "prefect", "provisions", "provisions_owner", "provisions_runs", "provisions_web")
    ]
    assert {stat.S_IMODE((home / "secrets" / name).stat().st_mode) for name in secrets} == {0o600}


def test_a_password_does_not_open_the_other_role_or_database(home: Path) -> None:
    with running(home) as server:
        application = server.url("provisions").replace("+psycopg", "")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(application.replace("//provisions:", "//provisions_owner:"))
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(application.replace("/provisions?", "/prefect?"))
