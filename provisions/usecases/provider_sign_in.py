"""Signing in by a provider of identities: to it and back, and who somebody is here."""

import logging
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn, Protocol

from sqlalchemy import Connection, Engine

from provisions.access import Grant, Role
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.domain.errors import NotAllowed, Unreachable
from provisions.domain.lifecycle import SYSTEM
from provisions.store import door, people, sessions
from provisions.store.sessions import Attempt
from provisions.usecases.looks import Looks
from provisions.usecases.people import ADMIN, digest
from provisions.usecases.signing_in import SigningIn

logger = logging.getLogger(__name__)

GOOD_FOR = timedelta(minutes=10)
FAILED = "Het aanmelden bij uw organisatie is niet gelukt. Begin opnieuw; blijft het zo, bel dan uw beheerder."


class NotVouchedError(Exception):
    """What came from the provider can't be believed. The text is for the log of the program."""


class Provider(Protocol):
    """A provider of identities."""

    issuer: str

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent. Raises ``NotVouchedError`` when the provider can't be asked."""

    def vouched(self, code: str, nonce: str, verifier: str, issuer: str | None) -> Mapping[str, Any]:
        """The checked claims about whoever came back. Raises ``NotVouchedError``."""


class ProviderSigningIn:
    """To the provider and back. ``clock`` gives the moment (aware)."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        looks: Looks,
        signing_in: SigningIn,
        provider: Provider,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._map = config.organisation.sign_in
        self._looks = looks
        self._signing_in = signing_in
        self._provider = provider
        self._clock = clock

    def leave(self, browser: str, onward: str) -> str:
        """Where ``browser`` (its cookie) goes; it comes back within ten minutes. Raises ``Unreachable``."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            address = self._provider.address(state, nonce, verifier)
        except NotVouchedError as error:
            logger.warning("the provider of identities can't be asked: %s", error)
            raise Unreachable("Aanmelden bij uw organisatie kan nu niet. Probeer het straks opnieuw.") from None
        with self._engine.begin() as connection:
            until = self._clock() + GOOD_FOR
            sessions.leave(connection, digest(state), digest(browser), Attempt(nonce, verifier, onward), until)
        return address

    def come_back(self, browser: str, said: Mapping[str, str]) -> tuple[str, str]:
        """The token of a new session, and where to go. ``said``: what the address held. Raises ``NotAllowed``."""
        with self._engine.begin() as connection:
            attempt = sessions.come_back(connection, digest(said.get("state", "")), digest(browser), self._clock())
        if attempt is None or not said.get("code"):
            self._refuse(Logged.PROVIDER_REFUSED, None, FAILED)
        try:
            claims = self._provider.vouched(said["code"], attempt.nonce, attempt.verifier, said.get("iss"))
        except NotVouchedError as error:
            logger.warning("the provider of identities was not believed: %s", error)
            self._refuse(Logged.PROVIDER_REFUSED, None, FAILED)
        code = self._map.code_of(claims)
        if code is None or code in (ADMIN, SYSTEM):
            self._refuse(
                Logged.PROVIDER_REFUSED,
                None,
                "Uw account bij de organisatie heeft hier geen code. Vraag uw beheerder erom.",
            )
        grants = self._map.grants_of(claims)
        if not grants:
            self._refuse(
                Logged.NO_ROLE,
                code,
                "U hebt hier geen rol: uw account zit in geen groep die wij kennen. Vraag uw beheerder erom.",
            )
        self._bind(code, str(claims["sub"]), grants)
        return self._signing_in.by_provider(code, grants), attempt.onward

    def _bind(self, code: str, subject: str, grants: frozenset[Grant]) -> None:
        """The identity is this person's, and nobody else has it. Raises ``NotAllowed``."""
        refused: Logged | None = None
        with self._engine.begin() as connection:
            refused = self._refused(connection, code, subject)
            if refused is None and any(grant.role is Role.ADMINISTRATOR for grant in grants):
                door.note_other_administrator(connection)
        if refused is Logged.BLOCKED_CAME:
            self._refuse(refused, code, "Dit account is geblokkeerd. Bel uw beheerder.")
        if refused is not None:
            self._refuse(refused, code, "Deze code is hier al van een ander account. Bel uw beheerder.")

    def _refused(self, connection: Connection, code: str, subject: str) -> Logged | None:
        issuer = self._provider.issuer
        bound = people.code_of(connection, issuer, subject)
        people.add(connection, code, self._clock())
        person = people.find(connection, code)
        if person is None or person.blocked is not None:
            return Logged.BLOCKED_CAME
        if bound is None:
            if person.password is not None or person.grants or people.is_bound(connection, code):
                return Logged.OTHERS_CODE
            people.bind(connection, issuer, subject, code)
        return None if bound in (None, code) else Logged.OTHERS_CODE

    def _refuse(self, what: Logged, code: str | None, why: str) -> NoReturn:
        self._looks.note(what, code)
        raise NotAllowed(why)
