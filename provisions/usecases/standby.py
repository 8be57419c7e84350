"""Acknowledging a call of the stand-by: then nobody else is called for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import Actor, Subject, UseCase
from provisions.access.subjects import READS_ON
from provisions.catalogue import Config
from provisions.database import walls
from provisions.domain.calendar import day_of, utc_text
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import Via
from provisions.domain.standby import who_is_called
from provisions.machine import link_secrets
from provisions.machine.link_secrets import LinkSecrets
from provisions.store import asked, audit, standby
from provisions.usecases.entitled import Entitlement

BY_LINK = "bereikbaarheidsdienst"  # whoever has the link in its mail: a function, and no person
NO_CALL = "Er is nu geen oproep die wacht. Er is niets vastgelegd."


@dataclass(frozen=True)
class Standing:
    """The last call of the stand-by of a municipality. Moments are UTC. ``waits``: nobody acknowledged it yet, and somebody is
    called at ``next_at``; ``unreached``: nobody did, and nobody is called any more.
    """

    municipality: str
    since: datetime
    called: int
    called_at: datetime | None
    next_at: datetime | None
    ended_at: datetime | None
    acknowledged_by: str | None
    error: str | None
    people: int

    @property
    def waits(self) -> bool:
        """Whether it waits for somebody to acknowledge it."""
        return self.next_at is not None

    @property
    def unreached(self) -> bool:
        """Whether everybody was called and nobody acknowledged it."""
        everybody = self.called > 0 and who_is_called(self.called, self.people) is None
        return everybody and not self.waits and self.acknowledged_by is None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        moments = {"since": self.since, "called_at": self.called_at, "next_at": self.next_at, "ended_at": self.ended_at}
        return {
            "municipality": self.municipality,
            "called": self.called,
            **{name: utc_text(moment) if moment else None for name, moment in moments.items()},
            "acknowledged_by": self.acknowledged_by,
            "error": self.error,
        }


@dataclass(frozen=True)
class CallLink:
    """A link in a letter to the stand-by, by which the call for which that letter was sent is taken up, and no later one."""

    municipality: str
    message: UUID


class Standby:
    """``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._entitlement = Entitlement(engine, config, clock)

    def standing(self, by: Actor) -> list[Standing]:
        """The last call of each municipality where ``by`` may do what the stand-by does."""
        towns = self._config.organisation.municipalities
        places = [key for key in towns if by.has_the_machine or self._may(by, key)]
        with self._engine.begin() as connection:
            found = standby.every_last(connection, places)
        return [self._standing(place, call) for place, call in found.items()]

    def by_link(self, text: str, secrets: LinkSecrets) -> CallLink | None:
        """The link by which a call is taken up that is written as ``text``; ``None`` for what is no such link."""
        read = link_secrets.read(text)
        if read is None:
            return None
        link, secret = read
        with self._engine.begin() as connection:
            known = asked.receivers(connection, link.message)
        whose = known[0] if known and secrets.whose_call(link, secret, known[1]) else None
        return CallLink(whose, link.message) if whose else None

    def waiting(self, link: CallLink) -> bool:
        """Whether the call of a link waits for somebody to take it up."""
        with self._within(link), self._engine.begin() as connection:
            call = standby.last(connection, link.municipality)
            return call is not None and call.next_at is not None and standby.is_about(connection, call, link.message)

    def take_up(self, link: CallLink) -> Standing:
        """Whoever has the link takes the call up. Raises ``NotAllowed`` when none waits that its letter is about."""
        place = link.municipality
        with self._within(link), self._engine.begin() as connection:
            return self._taken_up(connection, place, BY_LINK, Via.LINK, link.message)

    def _within(self, link: CallLink) -> AbstractContextManager[None]:
        return walls.within((link.municipality,), day_of(self._clock()) - READS_ON)

    def acknowledge(self, municipality: str, *, by: Actor) -> Standing:
        """``by`` takes it up. Raises ``InvalidInput``, and ``NotAllowed`` when no call waits."""
        towns = self._config.organisation.municipalities
        place = inputs.known(municipality, towns, "gemeente", {town.key: town.name for town in towns.values()})
        code = inputs.code(by.code, "de code van wie dit vastlegt")
        with self._entitlement.transaction(by, UseCase.PLACE) as connection:
            self._entitlement.must(by, UseCase.PLACE, Subject(place))
            return self._taken_up(connection, place, code, by.via)

    def _taken_up(
        self, connection: Connection, place: str, code: str, via: Via, letter: UUID | None = None
    ) -> Standing:
        """``letter``: of the link by which it is taken up, which must be about this call."""
        call, name = (
            standby.lock_open(connection, place, wait=True),
            self._config.organisation.municipalities[place].name,
        )
        if call is None or (letter is not None and not standby.is_about(connection, call, letter)):
            raise NotAllowed(NO_CALL)
        standby.change(connection, call.number, next_at=None, ended_at=self._clock(), acknowledged_by=code)
        data = {"municipality": place, "number": call.number, "via": via.value}
        because = f"oproep van bereikbaarheidsdienst {name} opgepakt"
        audit.append(connection, [audit.Line(code, "standby.acknowledged", because, data=data)])
        ended = standby.last(connection, place)
        assert ended is not None  # noqa: S101 - it was just changed
        return self._standing(place, ended)

    def _may(self, by: Actor, place: str) -> bool:
        return bool(self._config.rights.may(by, UseCase.PLACE, Subject(place)))

    def _standing(self, place: str, call: standby.Call) -> Standing:
        gateway = self._config.organisation.municipalities[place].standby_call
        return Standing(
            place,
            call.since,
            call.called,
            call.called_at,
            call.next_at,
            call.ended_at,
            call.acknowledged_by,
            call.error,
            len(gateway.people) if gateway else 0,
        )
