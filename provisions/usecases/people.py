"""Accounts: adding, blocking, and the one-time address at which somebody sets a password."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import MACHINE, Actor, Grant, Role, UseCase
from provisions.access.log import Logged
from provisions.access.roles import grants_of
from provisions.catalogue import Config
from provisions.database.connect import glance
from provisions.domain import dutch
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import SYSTEM
from provisions.store import calendars, door, people, sessions, submissions
from provisions.store.people import Person
from provisions.usecases.entitled import Entitlement, Unentitled
from provisions.usecases.looks import Looks

ADMIN = "admin"
GOOD_FOR = timedelta(hours=24)
# Who of these sees cases says where; the others work for the whole region unless said otherwise.
_SAYS_WHERE = (Role.CASE_DIRECTOR, Role.TEAM_LEAD, Role.TABLE, Role.CUSTOMISATION_OFFICER)


@dataclass(frozen=True)
class Account:
    """An account as people see it."""

    code: str
    grants: frozenset[Grant]
    blocked: bool
    ready: bool
    """Whether somebody can sign in with it: a password was set, or the provider knows the person."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        grants = [{"role": g.role.value, "municipality": g.municipality or None} for g in sorted(self.grants)]
        return {"code": self.code, "grants": grants, "blocked": self.blocked, "ready": self.ready}


class People:
    """Administers accounts. Every use case raises ``Refused`` when it is not allowed, and then nothing has changed."""

    def __init__(self, engine: Engine, config: Config, looks: Looks, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._looks = looks
        self._clock = clock
        self._entitlement = Entitlement(engine, config, clock)

    def add(
        self,
        code: str,
        roles: Sequence[str],
        municipalities: Sequence[str] = (),
        *,
        by: Actor = MACHINE,
        form: str = "",
    ) -> str:
        """A new account. Returns the secret of its one-time address, good for 24 hours, once.

        ``form``: the number of the form that asks it; one that did raises ``DoneBefore``.
        """
        grants = self._grants(roles, municipalities)
        code = inputs.code(code, "de code van de medewerker")
        if code in (ADMIN, SYSTEM):
            raise NotAllowed(f"De code {code} is van het programma zelf. Kies een andere code.")
        now = self._clock()
        with self._transaction(by, form) as connection:
            if not self._reaches(by, grants):
                raise Unentitled(NotAllowed(self._only_of(by)))
            if not people.add(connection, code, now):
                raise NotAllowed(
                    f"Er is al een account {code}. Is het wachtwoord kwijt, geef de persoon dan een nieuw adres."
                )
            people.give(connection, code, grants)
            if any(grant.role is Role.ADMINISTRATOR for grant in grants):
                door.note_other_administrator(connection)
            self._note(connection, Logged.PERSON_ADDED, by, code)
            return self._invite(connection, code, now)

    def block(self, code: str, *, by: Actor = MACHINE) -> None:
        """Out at once, everywhere."""
        with self._transaction(by) as connection:
            person = self._theirs(connection, code, by)
            if person.blocked is None:
                people.block(connection, person.code, self._clock())
                people.withdraw(connection, person.code)
                calendars.remove(connection, person.code)
                sessions.end_all_of(connection, person.code)
                self._note(connection, Logged.PERSON_BLOCKED, by, person.code)

    def unblock(self, code: str, *, by: Actor = MACHINE) -> None:
        """May come in again, with the password that there was."""
        with self._transaction(by) as connection:
            person = self._theirs(connection, code, by)
            if person.blocked is not None:
                people.block(connection, person.code, None)
                self._note(connection, Logged.PERSON_UNBLOCKED, by, person.code)

    def reset(self, code: str, *, by: Actor = MACHINE, form: str = "") -> str:
        """A new one-time address; password, second factor, sessions and calendar end at once. Returns its secret. ``form``: as
        for :meth:`add`.
        """
        with self._transaction(by, form) as connection:
            person = self._theirs(connection, code, by)
            if person.blocked is not None:
                raise NotAllowed(f"Het account {code} is geblokkeerd. Laat de persoon eerst weer toe.")
            people.set_password(connection, person.code, None, None)
            calendars.remove(connection, person.code)
            sessions.end_all_of(connection, person.code)
            self._note(connection, Logged.PERSON_RESET, by, person.code)
            return self._invite(connection, person.code, self._clock())

    def every(self, by: Actor = MACHINE) -> list[Account]:
        """All accounts that ``by`` administers, by code."""
        with self._engine.begin() as connection:
            found = [person for person in people.every(connection) if self._reaches(by, person.grants)]
            return [_account(connection, person) for person in found]

    def places(self, by: Actor) -> tuple[str, ...]:
        """The municipalities of whose people ``by`` is administrator."""
        towns, right = self._config.organisation.municipalities, self._config.rights.of(UseCase.PEOPLE)
        return tuple(towns) if by.has_the_machine else by.municipalities(towns, right.roles if right else ())

    def one(self, code: str) -> Account:
        """One account. Raises ``NotFound``."""
        with self._engine.begin() as connection:
            return _account(connection, self._person(connection, code))

    def other_administrator(self) -> bool:
        """Whether an administrator besides ``admin`` was ever made: from then on ``admin`` is administrator only."""
        with glance(self._engine) as connection:
            return door.other_administrator(connection)

    def _grants(self, roles: Sequence[str], municipalities: Sequence[str]) -> frozenset[Grant]:
        if not roles:
            raise InvalidInput(f"Geef ten minste één rol. Kies uit: {', '.join(role.called for role in Role)}.")
        held = [_role(role) for role in roles]
        towns = self._config.organisation.municipalities
        called = {town.key: town.name for town in towns.values()}
        places = [inputs.known(place, towns, "gemeente", called) for place in municipalities]
        if not places and len(towns) == 1:
            places = list(towns)
        if not places and (somewhere := [role for role in held if role in _SAYS_WHERE]):
            raise InvalidInput(
                f"Geef ook de gemeente waarin iemand {somewhere[0].called} is. Kies uit: {', '.join(called.values())}."
            )
        return grants_of(held, places)

    def _reaches(self, by: Actor, grants: Collection[Grant]) -> bool:
        """Whether whoever holds these works nowhere but where ``by`` is administrator. Else whoever administers one municipality
        could come in anywhere, with an account of one's own making.
        """
        places = self.places(by)
        if set(places) >= self._config.organisation.municipalities.keys():
            return True
        return bool(grants) and all(grant.municipality in places for grant in grants)

    def _only_of(self, by: Actor) -> str:
        names = [self._config.organisation.municipalities[place].name for place in self.places(by)]
        return f"U beheert alleen mensen van {dutch.listed(names)}. Geef een rol in die gemeente, en niet in de hele regio."

    def _theirs(self, connection: Connection, code: str, by: Actor) -> Person:
        """An account that ``by`` administers; another is not there."""
        person = self._person(connection, code)
        if not self._reaches(by, person.grants):
            raise Unentitled(inputs.no_such_person(person.code))
        return person

    def _person(self, connection: Connection, code: str) -> Person:
        code = inputs.code(code, "de code van de medewerker")
        if code == ADMIN:
            raise NotAllowed(
                "Het account admin hoort bij de installatie. Geef het een ander wachtwoord in PROVISIONS_UI_PASSWORD."
            )
        person = people.find(connection, code)
        if person is None:
            raise inputs.no_such_person(code)
        return person

    def _invite(self, connection: Connection, code: str, now: datetime) -> str:
        secret = secrets.token_urlsafe(24)
        people.invite(connection, digest(secret), code, now + GOOD_FOR)
        return secret

    def _note(self, connection: Connection, what: Logged, by: Actor, code: str) -> None:
        self._looks.note(what, by.code, via=by.via, about=code, connection=connection)

    @contextmanager
    def _transaction(self, by: Actor, form: str = "") -> Iterator[Connection]:
        """One transaction of whoever may administer people; ``form``: as for :meth:`add`."""
        with self._entitlement.transaction(by, UseCase.PEOPLE) as connection:
            self._entitlement.must(by, UseCase.PEOPLE)
            submissions.once(connection, form, by.code, self._clock())
            yield connection


def _role(text: str) -> Role:
    called = {role.value: role.called for role in Role}
    return Role(inputs.known(text, list(called), "rol", called))


def _account(connection: Connection, person: Person) -> Account:
    ready = person.password is not None or people.is_bound(connection, person.code)
    return Account(person.code, person.grants, person.blocked is not None, ready)


def digest(secret: str) -> bytes:
    """What is kept of a secret that only its holder knows; it is long and random, so that no more is needed."""
    return hashlib.sha256(secret.encode()).digest()
