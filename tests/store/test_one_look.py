"""What a page looks at goes to the database by one connection, in one transaction, and sees what is recorded meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from provisions.database import walls
from provisions.database.address import CONNECT_PAGES
from provisions.database.connect import engine_for, glance, one_look, pooled
from provisions.machine.postgres import EmbeddedPostgres
from tests.conftest import owner_url

WHICH = "SELECT pg_current_xact_id()::text AS transaction"


def which(database: Engine) -> str:
    with pooled(database)() as rows:
        return str(rows(WHICH)[0].transaction)


def test_all_looks_within_it_are_one_transaction(database: Engine) -> None:
    with one_look(database):
        first, second = which(database), which(database)
        with glance(database) as connection:
            assert connection.scalar(text(WHICH)) == first == second
    assert which(database) != which(database) != first


def test_a_block_that_sees_other_municipalities_is_a_look_of_its_own(database: Engine) -> None:
    with one_look(database):
        first = which(database)
        with walls.within(["voorbeeldstad"], date.min):
            assert which(database) != first
        assert which(database) == first


def test_a_question_sees_what_was_recorded_since_the_one_before_it(database: Engine) -> None:
    with one_look(database), pooled(database)() as rows:
        assert rows("SELECT value FROM setting WHERE name = 'seen'") == []
        with database.begin() as other:
            other.execute(text("INSERT INTO setting (name, value) VALUES ('seen', 'yes')"))
        assert [row.value for row in rows("SELECT value FROM setting WHERE name = 'seen'")] == ["yes"]


def test_nothing_is_asked_for_where_nothing_is_looked_at(database: Engine) -> None:
    pool = database.pool
    assert isinstance(pool, QueuePool)
    with one_look(database):
        assert pool.checkedout() == 0
        which(database)
        assert pool.checkedout() == 1
    assert pool.checkedout() == 0


def test_a_change_of_the_schema_that_comes_between_two_connections_of_a_page_ends_its_look(
    database: Engine, postgres: EmbeddedPostgres
) -> None:
    """It waits for the look, and what the page writes waits for it: without an end nobody would go on."""
    sooner = CONNECT_PAGES | {"options": CONNECT_PAGES["options"].replace("60s", "300ms")}
    pages = engine_for(database.url.render_as_string(hide_password=False), connect=sooner)
    owner = engine_for(owner_url(postgres, database.url.database or ""))

    def change() -> None:
        with owner.begin() as connection:
            connection.execute(text("ALTER TABLE setting ADD COLUMN extra int"))

    def waits() -> bool:
        with database.begin() as connection:
            return bool(connection.scalar(text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")))

    def page() -> None:
        with one_look(pages), pooled(pages)() as rows:
            rows("SELECT value FROM setting")
            changing = thread.submit(change)
            while not waits() and not changing.done():
                continue
            with pages.begin() as writing:
                writing.execute(text("INSERT INTO setting (name, value) VALUES ('written', 'yes')"))
            changing.result()
            rows("SELECT value FROM setting")

    with ThreadPoolExecutor(1) as thread, pytest.raises((DBAPIError, psycopg.Error)):
        page()
    with one_look(pages), pooled(pages)() as rows:
        assert [row.value for row in rows("SELECT value FROM setting WHERE name = 'written'")] == ["yes"]
    pages.dispose()
    owner.dispose()
