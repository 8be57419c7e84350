"""The schema's versions lead to exactly the tables of ``tables.py``, up and down, and the audit only grows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.domain.errors import InvalidInput, Unreachable
from provisions.store import audit
from provisions.store import tables as t
from provisions.store.audit import Line

NewDatabase = Callable[..., AbstractContextManager[str]]


def test_the_migrated_database_is_what_the_tables_say(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, t.metadata) == []


def test_up_down_and_up_again_with_data(new_database: NewDatabase) -> None:
    with new_database(migrated=False) as url:
        engine = engine_for(url)
        migrate.upgrade(url)
        with engine.begin() as connection:
            audit.append(connection, [Line("regie-1", "opened", case_id=1)])
            assert migrate.current(connection) == migrate.newest()
        migrate.downgrade(url, "base")
        with engine.connect() as connection:
            assert migrate.current(connection) is None
            assert connection.scalar(text("SELECT to_regclass('audit')")) is None
        migrate.upgrade(url)
        with engine.connect() as connection:
            assert connection.scalar(t.audit.select()) is None
        engine.dispose()


def test_two_that_migrate_at_the_same_time_wait_for_each_other(new_database: NewDatabase) -> None:
    with new_database(migrated=False) as url, ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate.upgrade, [url] * 4))
        engine = engine_for(url)
        with engine.connect() as connection:
            assert migrate.is_current(connection)
        engine.dispose()


def test_a_database_that_is_newer_than_the_program_is_refused(new_database: NewDatabase) -> None:
    with new_database(migrated=False) as url:
        migrate.upgrade(url)
        engine = engine_for(url)
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(InvalidInput, match="versie 9999"):
            migrate.upgrade(url)
        engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit SET by = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_refuses_every_change(database: Engine, statement: str) -> None:
    with database.begin() as connection:
        audit.append(connection, [Line("regie-1", "opened", case_id=1)])
    with pytest.raises(ProgrammingError, match=r"append-only|permission denied"), database.begin() as connection:
        connection.execute(text(statement))


def test_an_unreachable_database_is_named_without_its_password() -> None:
    with pytest.raises(Unreachable) as refusal:
        migrate.upgrade("postgresql+psycopg://me:geheim-woord@127.0.0.1:1/provisions")
    assert "127.0.0.1:1/provisions" in str(refusal.value)
    assert "geheim-woord" not in str(refusal.value)
