"""The use cases on a real database, with a clock that the tests move."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from tests.builders import CONFIG
from tests.conftest import MovingClock, admin, database_url


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)


@pytest.fixture(scope="module")
def shared_database(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """One database for a whole file: for tests that must leave everything as it was."""
    with _cloned(postgres) as url:
        engine = engine_for(url)
        yield engine
        engine.dispose()


@contextmanager
def _cloned(server: EmbeddedPostgres) -> Iterator[str]:
    name = f"shared_{uuid4().hex[:12]}"
    with admin(server) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER provisions_owner TEMPLATE template STRATEGY FILE_COPY")
    try:
        yield database_url(server, name)
    finally:
        with admin(server) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
