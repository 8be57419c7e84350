"""What the tests of faults share."""

import pytest
from sqlalchemy import Engine

from provisions.app import App
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.faults.postoffice import PostOffice


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()
