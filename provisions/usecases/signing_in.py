"""Signing in and out: who somebody is, from password or provider to an ``Actor``, for as long as a session lasts."""

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn

from sqlalchemy import Connection, Engine

from provisions.access import Actor, Grant, Role, UseCase, passwords, second_factor
from provisions.access.guesses import Guesses
from provisions.access.log import Logged
from provisions.access.roles import grants_of
from provisions.catalogue import Config
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.domain.lifecycle import Via
from provisions.inputs import CODE
from provisions.machine.sealing import AT_ONCE, Sealing
from provisions.store import calendars, door, people, sessions
from provisions.store.people import Person
from provisions.store.sessions import Session
from provisions.usecases.looks import Looks
from provisions.usecases.people import ADMIN, digest

LASTS = timedelta(hours=8)
IDLE = timedelta(minutes=30)
RIGHTS_LAST = timedelta(hours=1)
_NOTE_USE = timedelta(seconds=30)  # so that not each page writes
_LONGEST_TYPED = 80  # of a code, as guesses are counted by it

WRONG = "De code en het wachtwoord passen niet bij elkaar, of de tweede code klopt niet. Probeer het opnieuw."
TOO_MANY = "Er is te vaak geprobeerd. Wacht een minuut en probeer het dan opnieuw."


class TooManyGuesses(NotAllowed):
    """This address must wait; ``seconds`` until it may try again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(TOO_MANY)
        self.seconds = seconds


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is in. ``began`` is UTC; ``stale``: a provider must say again what the rights are."""

    actor: Actor
    source: str
    began: datetime
    stale: bool


@dataclass(frozen=True)
class SetUp:
    """What the page of a one-time address shows. ``second``: the secret of the second factor, where one is needed."""

    code: str
    second: bytes | None


def end_of_another_password(engine: Engine, sealing: Sealing, admin_password: str) -> None:
    """End the sessions of ``admin`` when its password is not the one with which they began. Asked at each start."""
    with engine.begin() as connection:
        if door.is_new_admin_password(connection, sealing.signed("admin password", admin_password)):
            sessions.end_all_of(connection, ADMIN)


class BeingIn:
    """Sessions: how one begins, whose it is, and how it ends. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, looks: Looks, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._looks = looks
        self._clock = clock

    def by_provider(self, code: str, grants: frozenset[Grant]) -> str:
        """The token of a new session for somebody whom the provider of identities vouched for."""
        return self._begin(code, "oidc", grants)

    def who(self, token: str, *, active: bool = True) -> SignedIn | None:
        """Who has this session; ``None`` when it is over. ``active``: a person does something, and no page by itself."""
        now, key = self._clock(), digest(token)
        with self._engine.begin() as connection:
            session = sessions.find(connection, key)
            if session is None or now >= session.began + LASTS or now >= session.seen + IDLE:
                return None
            grants = self._grants_now(connection, session)
            if not grants:
                sessions.end(connection, key)
                return None
            if active and now >= session.seen + _NOTE_USE:
                sessions.see(connection, key, now)
        actor = Actor(session.code, grants, Via.WEB)
        stale = session.source == "oidc" and now >= session.rights_at + RIGHTS_LAST
        return SignedIn(actor, session.source, session.began, stale)

    def sign_out(self, token: str) -> None:
        """It is over at once."""
        with self._engine.begin() as connection:
            if code := sessions.end(connection, digest(token)):
                self._looks.note(Logged.SIGNED_OUT, code, connection=connection)

    def clear(self) -> None:
        """Take away sessions and addresses that ended by themselves."""
        now = self._clock()
        with self._engine.begin() as connection:
            sessions.clear(connection, now - IDLE, now - LASTS, now)

    def admin_grants(self, connection: Connection) -> frozenset[Grant]:
        """Everything, until there was another administrator: then that only, for good."""
        return grants_of([Role.ADMINISTRATOR] if door.other_administrator(connection) else list(Role))

    def _grants_now(self, connection: Connection, session: Session) -> frozenset[Grant]:
        """What the person holds at this moment; nothing when blocked."""
        if session.code == ADMIN:
            return self.admin_grants(connection)
        person = people.find(connection, session.code)
        if person is None or person.blocked is not None:
            return frozenset()
        return person.grants if session.grants is None else session.grants

    def _begin(self, code: str, source: str, grants: frozenset[Grant] | None, proved: Person | None = None) -> str:
        """``proved``: the account as it was when the password was tried; what ended meanwhile opens nothing."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._engine.begin() as connection:
            if proved is not None and not people.is_still(connection, proved):
                raise NotAllowed(WRONG)
            sessions.begin(connection, digest(token), Session(code, source, grants, now, now, now))
            if grants is not None:
                calendars.renew(connection, code, grants, now)
            self._looks.note(Logged.SIGNED_IN, code, connection=connection)
        return token


class SigningIn(BeingIn):
    """The door on one database. ``off_loopback``: others than this machine reach it, so that a second factor is needed.

    ``admin_password`` is that of the account ``admin``. ``clock`` gives the moment (aware).
    """

    def __init__(
        self,
        engine: Engine,
        config: Config,
        looks: Looks,
        sealing: Sealing,
        clock: Callable[[], datetime],
        guesses: Guesses,
        *,
        admin_password: str,
        off_loopback: bool,
        pause: Callable[[float], None],
    ) -> None:
        super().__init__(engine, looks, clock)
        self._config = config
        self._sealing = sealing
        self._guesses = guesses
        self._admin_password = admin_password
        self._off_loopback = off_loopback
        self._pause = pause
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    # --- with a password -------------------------------------------------------------------------------------------------

    def sign_in(self, code: str, password: str, second: str, address: str) -> str:
        """The token of a new session. Raises ``NotAllowed`` with what to say, and ``TooManyGuesses``.

        ``address`` is where it came from, as far as that can be believed.
        """
        code = code.strip().lower()
        known = code if CODE.fullmatch(code) else None
        self._must_not_wait(self._guesses.wait(code[:_LONGEST_TYPED], address), address)
        self._pause(self._guesses.pause())
        if code == ADMIN:
            return self._admin(password, address)
        with self._engine.begin() as connection:
            person = people.find(connection, known) if known else None
        kept = person.password if person else None
        if not self._tried(lambda: self._sealing.fits(password, kept), code, address) or person is None:
            self._refuse(Logged.WRONG_PASSWORD, person.code if person else None)
        self._second(person, second, address)
        if person.blocked is not None:
            self._looks.note(Logged.BLOCKED_CAME, person.code)
            raise NotAllowed("Dit account is geblokkeerd. Bel uw beheerder.")
        if not person.grants:
            self._looks.note(Logged.NO_ROLE, person.code)
            raise NotAllowed("Dit account heeft geen rol. Vraag uw beheerder om een rol.")
        return self._begin(person.code, "account", None, person)

    def _admin(self, password: str, address: str) -> str:
        def fits() -> bool:
            self._sealing.fits(password, None)  # takes as long as for anybody else
            return hmac.compare_digest(password.encode(), self._admin_password.encode())

        if not self._tried(fits, ADMIN, address):
            self._refuse(Logged.WRONG_PASSWORD, ADMIN)
        return self._begin(ADMIN, ADMIN, None)

    def _tried(self, fits: Callable[[], bool], code: str, address: str) -> bool:
        """Whether the password fits. To try it takes long, and few are tried at a time: of very many at the same moment those are
        not tried any more that must wait by the time that it is their turn.
        """
        with self._turn:
            self._must_not_wait(self._guesses.wait(code[:_LONGEST_TYPED], address), address)
            right = fits()
            # Whoever must wait because of what was tried meanwhile does not hear that it was right either.
            self._must_not_wait(self._guesses.heard(code[:_LONGEST_TYPED], address, right=right), address)
        return right

    def admin_is_right(self, password: str, address: str) -> bool:
        """Whether this is the password of ``admin``, for a program. Raises ``TooManyGuesses``."""
        right = hmac.compare_digest(password.encode(), self._admin_password.encode())
        self._must_not_wait(self._guesses.heard(ADMIN, address, right=right), address)
        if not right:
            self._looks.note(Logged.WRONG_PASSWORD, ADMIN)
        return right

    def _second(self, person: Person, typed: str, address: str) -> None:
        """Check the second factor. Raises ``NotAllowed``."""
        if person.second is None:
            if self._needs_second(person.grants):
                self._looks.note(Logged.NO_SECOND, person.code)
                raise NotAllowed(
                    "Voor uw rol is ook een tweede stap nodig, en die is er nog niet. Vraag uw beheerder om een nieuw adres."
                )
            return
        secret = self._sealing.opened(person.second, person.code)
        step = secret and second_factor.matching_step(secret, typed, self._clock(), person.second_used)
        if not step:
            self._wrong(Logged.WRONG_SECOND, person.code, address)
        with self._engine.begin() as connection:
            taken = people.use_second(connection, person.code, step)
        if not taken:  # the same digits in two browsers at the same moment
            self._wrong(Logged.WRONG_SECOND, person.code, address)
        self._must_not_wait(self._guesses.heard(person.code, address, right=True), address)

    def _wrong(self, what: Logged, code: str, address: str) -> NoReturn:
        self._must_not_wait(self._guesses.heard(code, address, right=False), address)
        self._refuse(what, code)

    def _refuse(self, what: Logged, code: str | None) -> NoReturn:
        self._looks.note(what, code)
        raise NotAllowed(WRONG)

    def _must_not_wait(self, wait: float, address: str) -> None:
        """Raise ``TooManyGuesses`` when there are seconds to wait. The first time in a minute that is written down."""
        if wait > 0:
            if self._guesses.is_news(address):
                self._looks.note(Logged.SLOWED, None)
            raise TooManyGuesses(wait)

    def _needs_second(self, grants: frozenset[Grant]) -> bool:
        right = self._config.rights.of(UseCase.SEE_CASE)
        return self._off_loopback and right is not None and any(grant.role in right.roles for grant in grants)

    # --- a one-time address ----------------------------------------------------------------------------------------------

    def set_up(self, secret: str) -> SetUp:
        """Whose one-time address this is. Raises ``NotFound`` when it is nobody's, was used, or is too old."""
        with self._engine.begin() as connection:
            return self._invited(connection, secret, lock=False)

    def set_password(self, secret: str, password: str, again: str, second: str) -> str:
        """Set the password by a one-time address, once. Returns the code of the person.

        Raises ``NotFound`` as :meth:`set_up`, and ``InvalidInput`` for a password that can't be one.
        """
        with self._engine.begin() as connection:
            found = self._invited(connection, secret, lock=True)
            if password != again:
                raise InvalidInput("De twee wachtwoorden zijn niet gelijk. Typ ze allebei opnieuw.")
            places = tuple(town.name for town in self._config.organisation.municipalities.values())
            if why := passwords.why_refused(password, found.code, (*places, self._config.organisation.region)):
                raise InvalidInput(why)
            sealed = None
            if found.second is not None:
                if second_factor.matching_step(found.second, second, self._clock(), None) is None:
                    raise InvalidInput("De zes cijfers van de app kloppen niet. Typ de cijfers die er nu staan.")
                sealed = self._sealing.sealed(found.second, found.code)
            people.set_password(connection, found.code, self._sealing.hashed(password), sealed)
            people.withdraw(connection, found.code)
            sessions.end_all_of(connection, found.code)
            self._looks.note(Logged.SET_UP, found.code, connection=connection)
        return found.code

    def _invited(self, connection: Connection, secret: str, *, lock: bool) -> SetUp:
        found = people.invitation(connection, digest(secret), self._clock(), lock=lock)
        person = people.find(connection, found.code) if found else None
        if found is None or person is None:
            raise NotFound(
                "Dit adres is al gebruikt, te oud, of niet goed overgenomen. Vraag uw beheerder om een nieuw adres."
            )
        needed = self._needs_second(person.grants)
        return SetUp(found.code, self._sealing.derived("second", secret) if needed else None)
