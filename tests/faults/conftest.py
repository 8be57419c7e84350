"""What the tests of faults share."""

import pytest
from sqlalchemy import Engine

from provisions.usecases.cases import Steps
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.faults.postoffice import PostOffice


@pytest.fixture
def steps(database: Engine, clock: MovingClock) -> Steps:
    return Steps(database, CONFIG, clock)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()
