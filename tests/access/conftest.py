"""The door on a real database, with a clock that the tests move."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.usecases.signing_in import SigningIn
from tests.builders import CONFIG
from tests.conftest import MovingClock
from tests.door import SEALING, signing_in

HERE = "192.0.2.1"

MakeDoor = Callable[..., SigningIn]


@pytest.fixture(scope="session")
def sealing() -> Sealing:
    return SEALING


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)


@pytest.fixture
def make_door(app: App, clock: MovingClock) -> MakeDoor:
    return partial(signing_in, app, clock)


@pytest.fixture
def door(make_door: MakeDoor) -> SigningIn:
    return make_door()
