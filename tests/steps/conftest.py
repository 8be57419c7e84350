"""The use cases on a real database, with a clock that the tests move."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres
from tests.builders import CONFIG
from tests.clones import Clones
from tests.conftest import MovingClock, database_url
from tests.homes import MIGRATED


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)


@pytest.fixture(scope="module")
def shared_database(postgres: EmbeddedPostgres, clones: Clones) -> Iterator[Engine]:
    """One database for a whole file: for tests that must leave everything as it was."""
    with clones.one(MIGRATED) as name:
        engine = engine_for(database_url(postgres, name))
        yield engine
        engine.dispose()
