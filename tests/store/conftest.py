"""The use cases on a real database, with a clock that the tests move."""

import pytest
from sqlalchemy import Engine

from provisions.usecases.cases import Steps
from tests.builders import CONFIG
from tests.conftest import MovingClock


@pytest.fixture
def steps(database: Engine, clock: MovingClock) -> Steps:
    return Steps(database, CONFIG, clock)
