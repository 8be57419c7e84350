"""One's own due days as a calendar: off until asked for, at an address that only its owner knows, and gone when revoked."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from provisions.access import Actor, UseCase
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import Via
from provisions.store import calendars, people, submissions
from provisions.usecases.looks import Looks
from provisions.usecases.people import digest

# Whoever comes by a provider of identities and left the organisation does not sign in again: then the calendar ends by itself.
WITHOUT_SIGN_IN = timedelta(days=30)


class Calendars:
    """Calendars on one database. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, looks: Looks, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._looks = looks
        self._clock = clock

    def may_have(self, by: Actor) -> bool:
        """Whether somebody can have one: who sees cases, and has an account (``admin`` is of the installation, and nobody's)."""
        with self._engine.begin() as connection:
            known = people.find(connection, by.code) is not None
        return known and bool(self._config.rights.may(by, UseCase.SEE_CASE))

    def since(self, by: Actor) -> datetime | None:
        """When the calendar that there is was asked for (UTC); ``None``: it is off."""
        with self._engine.begin() as connection:
            feed = calendars.of(connection, by.code)
        return feed.made if feed else None

    def ask(self, by: Actor, *, form: str = "") -> str:
        """The secret of a new address, in the place of the one before. It is told once, and kept nowhere.

        ``form``: the number of the form that asks it; one that did raises ``DoneBefore``. Raises ``NotAllowed``.
        """
        if not self.may_have(by):
            raise NotAllowed("Een agenda is er alleen voor wie trajecten ziet, met een eigen account.")
        secret = secrets.token_urlsafe(32)
        with self._engine.begin() as connection:
            submissions.once(connection, form, by.code, self._clock())
            person = people.find(connection, by.code)
            by_account = person is not None and bool(person.grants)
            grants = None if by_account else by.grants
            calendars.keep(connection, by.code, digest(secret), self._clock(), grants)
            self._looks.note(Logged.CALENDAR_ASKED, by.code, via=by.via, connection=connection)
        return secret

    def revoke(self, by: Actor) -> None:
        """There is none any more, from this moment on."""
        with self._engine.begin() as connection:
            if calendars.remove(connection, by.code):
                self._looks.note(Logged.CALENDAR_REVOKED, by.code, via=by.via, connection=connection)

    def whose(self, secret: str) -> Actor | None:
        """Whose calendar this is, with what that person holds now; ``None`` for no calendar (any more), or whoever is blocked."""
        with self._engine.begin() as connection:
            feed = calendars.at(connection, digest(secret))
            person = people.find(connection, feed.code) if feed else None
        if feed is None or person is None or person.blocked is not None:
            return None
        if feed.rights_at is not None and self._clock() >= feed.rights_at + WITHOUT_SIGN_IN:
            return None
        grants = person.grants if feed.grants is None else feed.grants
        return Actor(feed.code, grants, Via.WEB) if grants else None
