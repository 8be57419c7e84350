"""Calls the stand-by of a municipality through its gateway, one after the other, until somebody acknowledges it.

A call that was begun is held for a minute and no transaction is open meanwhile: whoever ends half way is called again, which is
better than not at all.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config, Organisation, Webhook
from provisions.catalogue.standby import OnCall, StandbyCall
from provisions.domain import dutch, standby
from provisions.domain.calendar import utc_text
from provisions.domain.lifecycle import SYSTEM
from provisions.outbound.transports import UnableToSend
from provisions.store import audit
from provisions.store import standby as store

TYPE = "nl.basisvoorzieningen.bereikbaarheidsdienst-gebeld"
_NAMESPACE = UUID("c1f9a8b2-64c0-5b9e-8a0f-1b7d2e5f9d33")


class Gateway(Protocol):
    """Calls people."""

    def call(self, to: OnCall, by: StandbyCall, identity: str, now: datetime) -> None:
        """Have ``to`` called. A repeat has the same ``identity``. Raises ``UnableToSend``."""


class Signed(Protocol):
    """Delivers signed events (``provisions.outbound.webhook.Webhooks``)."""

    def deliver(self, webhook: Webhook, identity: str, body: bytes) -> None:
        """Deliver an event (JSON) with this id. Raises ``UnableToSend``."""


class WebhookGateway:
    """The gateway of a municipality: a signed webhook. What it gets has no reference in it."""

    def __init__(self, organisation: Organisation, webhooks: Signed) -> None:
        self._organisation = organisation
        self._webhooks = webhooks

    def call(self, to: OnCall, by: StandbyCall, identity: str, now: datetime) -> None:
        """As :class:`Gateway`."""
        event = {
            "specversion": "1.0",
            "id": identity,
            "source": self._organisation.event_source,
            "type": TYPE,
            "time": utc_text(now),
            "datacontenttype": "application/json",
            "data": {"telefoon": to.phone, "tekst": by.says},
        }
        self._webhooks.deliver(by.webhook, identity, json.dumps(event, ensure_ascii=False).encode())


@dataclass(frozen=True)
class _Turn:
    """Somebody who is called now: the number of the call, and how many calls there were before."""

    number: int
    before: int
    to: OnCall


class StandbyCalls:
    """``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, gateway: Gateway, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._gateway = gateway
        self._clock = clock
        places = config.organisation.municipalities.values()
        self._calls = {place.key: place.standby_call for place in places if place.standby_call}

    @property
    def is_needed(self) -> bool:
        """Whether any municipality has a gateway."""
        return bool(self._calls)

    def turn(self) -> int:
        """Call whoever is to be called now. Returns how many were called."""
        return sum(self._call(place, by) for place, by in self._calls.items())

    def _call(self, place: str, by: StandbyCall) -> bool:
        now = self._clock()
        with self._engine.begin() as connection:
            self._begin(connection, place, now)
            turn = self._next(connection, place, by, now)
        if turn is None:
            return False
        error = None
        try:
            identity = str(uuid5(_NAMESPACE, f"{place}/{turn.number}/{turn.before}"))
            self._gateway.call(turn.to, by, identity, now)
        except UnableToSend as failure:
            error = str(failure)
        with self._engine.begin() as connection:
            self._note(connection, place, by, turn, error)
        return error is None

    @staticmethod
    def _begin(connection: Connection, place: str, now: datetime) -> None:
        """A new call where something urgent came since the last one was over."""
        before = store.last(connection, place)
        if before is not None and before.next_at is not None:
            return
        after = now - standby.LOOKS_BACK
        if before is not None and before.ended_at is not None:
            after = max(after, before.ended_at)
        since = store.urgent_since(connection, place, after)
        if since is not None:
            store.begin(connection, place, since, now)

    def _next(self, connection: Connection, place: str, by: StandbyCall, now: datetime) -> _Turn | None:
        """Who is called now, held for a minute; the call ends where there is nobody left, or nothing urgent any more."""
        call = store.lock_open(connection, place)
        if call is None or now < call.next_at <= now + standby.LOOKS_BACK:
            return None
        if store.urgent_since(connection, place, call.since - timedelta(microseconds=1)) is None:
            store.change(connection, call.number, next_at=None, ended_at=now)
            return None
        index = standby.who_is_called(call.called, len(by.people))
        if index is None:
            store.change(connection, call.number, next_at=None, ended_at=now)
            times = dutch.counted(call.called, "oproep", "oproepen")
            because = f"bereikbaarheidsdienst {self._name(place)}: niemand pakte het op na {times}"
            self._record(connection, "standby.unreached", because, place, call.number)
            return None
        store.change(connection, call.number, next_at=now + standby.AGAIN)
        return _Turn(call.number, call.called, by.people[index])

    def _note(self, connection: Connection, place: str, by: StandbyCall, turn: _Turn, error: str | None) -> None:
        """What became of it. Who acknowledged it meanwhile is left in peace."""
        call, now = store.lock_open(connection, place, wait=True), self._clock()
        if call is None or (call.number, call.called) != (turn.number, turn.before):
            return
        if error is not None:
            store.change(connection, call.number, error=error, next_at=now + standby.AGAIN)
            return
        called = turn.before + 1
        values = {"called": called, "called_at": now, "next_at": now + by.within, "error": None}
        store.change(connection, call.number, **values)
        because = f"bereikbaarheidsdienst {self._name(place)} gebeld: {turn.to.name} ({called})"
        self._record(connection, "standby.called", because, place, call.number)

    def _name(self, place: str) -> str:
        return self._config.organisation.municipalities[place].name

    @staticmethod
    def _record(connection: Connection, what: str, because: str, place: str, number: int) -> None:
        line = audit.Line(SYSTEM, what, because, data={"municipality": place, "number": number})
        audit.append(connection, [line])


def try_out(config: Config, gateway: Gateway, now: datetime) -> list[str]:
    """Have the first of each list called, for a test; the names of the municipalities. Raises ``UnableToSend``."""
    called = []
    for place in config.organisation.municipalities.values():
        if place.standby_call is not None:
            identity = str(uuid5(_NAMESPACE, f"{place.key}/check/{now.isoformat()}"))
            gateway.call(place.standby_call.people[0], place.standby_call, identity, now)
            called.append(place.name)
    return called
