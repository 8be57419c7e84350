"""An upgrade with engines about: never under the feet of one, and an engine that meets another version stops by itself."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Engine as Database
from sqlalchemy import make_url, text

from bench.rig import wait_until
from flows.commands import parts
from flows.loops.listener import Listener
from provisions.database import migrate
from provisions.database.connect import engine_for
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.machine.postgres import EmbeddedPostgres
from provisions.settings import Secret, Settings
from provisions.store import locks
from tests.conftest import database_url

NewDatabase = Callable[..., AbstractContextManager[str]]
EARLIER = "0005"


@contextmanager
def listening(database: Database) -> Iterator[Listener]:
    """An engine's connection, with its locks, that has heard what it had to."""
    told = threading.Event()
    listener = Listener(database, (told.set,), refused=told.set)
    listener.loop.start()
    try:
        assert told.wait(20)
        yield listener
    finally:
        listener.loop.stop()
        assert listener.loop.join(20)


def owned_and_used(owner: str, postgres: EmbeddedPostgres) -> tuple[str, Database]:
    """The URL of an empty database for its owner, and an engine on it for the application, migrated."""
    migrate.upgrade(owner, "provisions")
    return owner, engine_for(database_url(postgres, str(make_url(owner).database)))


def test_the_schema_is_not_changed_while_an_engine_works(new_database: NewDatabase, postgres: EmbeddedPostgres) -> None:
    with new_database(migrated=False) as url:
        owner, database = owned_and_used(url, postgres)
        migrate.downgrade(owner, EARLIER)
        with database.connect() as connection:
            # An engine of the earlier version is satisfied with it; only its lock matters here.
            connection.execute(text("SELECT pg_advisory_lock_shared(:engines)"), {"engines": locks.ENGINES})
            with pytest.raises(NotAllowed, match="Stop alle motoren"):
                migrate.upgrade(owner, "provisions")
            assert migrate.current(connection) == EARLIER
        database.dispose()
        migrate.upgrade(owner, "provisions")
        database.dispose()


def test_an_upgrade_that_has_nothing_to_do_lets_engines_work(
    new_database: NewDatabase, postgres: EmbeddedPostgres
) -> None:
    with new_database(migrated=False) as url:
        owner, database = owned_and_used(url, postgres)
        with listening(database) as listener:
            migrate.upgrade(owner, "provisions")
            assert listener.refusal is None
        database.dispose()


def test_an_engine_that_meets_another_version_halts_and_says_so(
    new_database: NewDatabase, postgres: EmbeddedPostgres
) -> None:
    with new_database(migrated=False) as url:
        owner, database = owned_and_used(url, postgres)
        migrate.downgrade(owner, EARLIER)
        with listening(database) as listener:
            assert listener.refusal is not None
            assert f"De database heeft versie {EARLIER}" in str(listener.refusal)
            assert "provisions migrate" in str(listener.refusal)
        database.dispose()


@pytest.mark.parametrize(
    ("version", "refusal", "said"), [(EARLIER, NotAllowed, "migrate"), ("0999", InvalidInput, "0999")]
)
def test_an_engine_does_not_start_on_another_version(
    new_database: NewDatabase,
    postgres: EmbeddedPostgres,
    settings: Settings,
    version: str,
    refusal: type[Exception],
    said: str,
) -> None:
    with new_database(migrated=False) as url:
        owner, database = owned_and_used(url, postgres)
        migrate.downgrade(owner, EARLIER)
        with migrate.changing(owner) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        address = str(database.url.render_as_string(hide_password=False)).replace("+psycopg", "")
        with pytest.raises(refusal, match=said):
            parts.engine(replace(settings, database_url=Secret(address), ui_password=Secret("geheim")))
        database.dispose()


def test_engines_know_each_other_by_their_locks(database: Database) -> None:
    with listening(database) as first:
        with listening(database) as second:
            assert first.living() == {first.number, second.number}
        wait_until(lambda: first.living() == {first.number}, seconds=20, what="PostgreSQL lets its lock go")


def test_an_engine_that_is_missing_twice_is_gone(database: Database) -> None:
    gone: list[str] = []
    with listening(database) as other:
        mine = Listener(database, (), gone=lambda: gone.append("motor"))
        mine._look_for_others()
        assert other.number in mine._seen
    wait_until(lambda: mine.living() == set(), seconds=20, what="PostgreSQL lets its lock go")
    mine._look_for_others()
    assert gone == [], "its connection may come back"
    mine._look_for_others()
    assert gone == ["motor"]
    mine._look_for_others()
    assert gone == ["motor"]
