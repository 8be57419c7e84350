"""The door on a real database, with a clock that the tests move."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from provisions.access.guesses import Guesses
from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.usecases.signing_in import SigningIn
from tests.builders import CONFIG
from tests.conftest import MovingClock

ADMIN_PASSWORD = "een-lang-wachtwoord-voor-admin"
PASSWORD = "paard batterij nietje correct"
HERE = "192.0.2.1"

MakeDoor = Callable[..., SigningIn]


@pytest.fixture(scope="session")
def sealing() -> Sealing:
    return Sealing("a key for tests, of enough characters", PasswordHasher(1, 8, 1))  # quick


@pytest.fixture
def app(database: Engine, clock: MovingClock) -> App:
    return App(database, CONFIG, clock)


@pytest.fixture
def make_door(app: App, clock: MovingClock, sealing: Sealing) -> MakeDoor:
    def make(*, off_loopback: bool = False) -> SigningIn:
        return SigningIn(
            app.engine,
            CONFIG,
            app.looks,
            sealing,
            clock,
            Guesses(lambda: clock.now.timestamp()),
            admin_password=ADMIN_PASSWORD,
            off_loopback=off_loopback,
            pause=lambda _seconds: None,
        )

    return make


@pytest.fixture
def door(make_door: MakeDoor) -> SigningIn:
    return make_door()
