"""The use cases on a real database, with a clock that the tests move."""

import pytest
from sqlalchemy import Engine

from provisions.app import App
from tests.builders import CONFIG
from tests.conftest import MovingClock


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)
