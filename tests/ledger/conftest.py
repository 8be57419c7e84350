"""A town at work, and somebody who gets around the database's own guard."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest
from sqlalchemy import Connection, Engine, text

from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from provisions.store.audit import Anchor
from provisions.store.verification import Verdict, verify
from tests.builders import CATALOGUE, Town
from tests.conftest import MovingClock, owner_url


class Intrude(Protocol):
    """Carries out statements as the owner of the tables, past the triggers."""

    def __call__(self, *statements: str) -> None: ...


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock)


@pytest.fixture
def owner(postgres: EmbeddedPostgres, database: Engine) -> Iterator[Engine]:
    """The same database as the role that owns the tables."""
    engine = engine_for(owner_url(postgres, str(database.url.database)))
    yield engine
    engine.dispose()


@pytest.fixture
def intrude(owner: Engine) -> Intrude:
    """Do what the triggers refuse, as somebody with the owner's password could."""

    def run(*statements: str) -> None:
        with owner.begin() as connection, without_triggers(connection):
            for statement in statements:
                connection.execute(text(statement))

    return run


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    for table in ("audit", "audit_head"):
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    for table in ("audit", "audit_head"):
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def verified(database: Engine, known: Anchor | None = None) -> Verdict:
    with database.connect() as connection:
        return verify(connection, known, catalogue=CATALOGUE)
