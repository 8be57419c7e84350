"""A town on a moving clock, with a letterbox in place of the mail server."""

import pytest
from sqlalchemy import Engine

from tests.builders import Town, at
from tests.conftest import MovingClock


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    clock.now = at("2026-11-02 08:00")  # a Monday morning
    return Town(database, clock)
