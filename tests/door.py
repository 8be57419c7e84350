"""The door as the tests have it: quick to seal, never pausing, with a clock that they move."""

from argon2 import PasswordHasher

from provisions.access.guesses import Guesses
from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.usecases.signing_in import SigningIn
from tests.builders import CONFIG
from tests.conftest import MovingClock

ADMIN_PASSWORD = "een-lang-wachtwoord-voor-admin"
PASSWORD = "paard batterij nietje correct"
SEALING = Sealing("a key for tests, of enough characters", PasswordHasher(1, 8, 1))  # quick


def signing_in(app: App, clock: MovingClock, *, off_loopback: bool = False) -> SigningIn:
    """Signing in at the door of ``app``."""
    return SigningIn(
        app.engine,
        CONFIG,
        app.looks,
        SEALING,
        clock,
        Guesses(lambda: clock.now.timestamp()),
        admin_password=ADMIN_PASSWORD,
        off_loopback=off_loopback,
        pause=lambda _seconds: None,
    )
