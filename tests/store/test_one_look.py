"""What a page looks at goes to the database by one connection, in one transaction, and sees what is recorded meanwhile."""

from datetime import date

from sqlalchemy import Engine, text
from sqlalchemy.pool import QueuePool

from provisions.database import walls
from provisions.database.connect import glance, one_look, pooled

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
