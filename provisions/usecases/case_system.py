"""What the case system says of our zaken is looked at: what is open, gone, in doubt or closed. What a closing leads to in the
record is in ``closings.py``.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.domain.zaken import Closing, Find, Signal, ZaakState, judged
from provisions.store import case_systems, loading
from provisions.store import zaken as store
from provisions.store.zaken_seen import Answering
from provisions.usecases.applying import LOOK_EVERY, SELDOM, Applying
from provisions.usecases.closings import Closings
from provisions.zaken.client import MOST_ZAKEN
from provisions.zaken.faults import Fault
from provisions.zaken.looking import Gone, is_at_rest, look, seen
from provisions.zaken.servers import AtRest, Server, Servers, Standing
from provisions.zaken.subscribing import subscribe
from provisions.zaken.types import Zaak

log = logging.getLogger(__name__)

DOUBTED_FOR = timedelta(minutes=5)
_GONE = {Gone.DELETED: Signal.DELETED, Gone.SECRET: Signal.SECRET}
_PASSING = frozenset({Signal.CONTRADICTING.value, Signal.DELETED.value, Signal.SECRET.value})


class CaseSystems:
    """The case systems of all municipalities. ``clock`` gives the moment (aware); ``spread`` a number from 0 to 1."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        servers: Servers,
        clock: Callable[[], datetime],
        spread: Callable[[], float],
        *,
        callback: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """``callback``: where the case systems send notifications, empty where they can't; ``headers``: by municipality what
        these must bring along.
        """
        self._engine = engine
        self._clock = clock
        self._servers = servers
        self._callback = callback
        self._headers = headers or {}
        self._noted: dict[str, Standing] = {}
        self._applying = Applying(engine, config, servers, clock, spread)
        self._closings = Closings(engine, config, self._applying, clock)

    def turn(self) -> int:
        """Do what is to be done and look at what is to be looked at. Returns how many zaken were handled."""
        handled = self._applying.apply_due() + self.look_due()
        self._note_standings()
        return handled

    def _note_standings(self) -> None:
        """Keep whether each of them answers, for whoever looks: once a minute at most while nothing changes."""
        for place, server in self._servers.items():
            found = server.standing
            if found is None:
                continue
            shown = replace(found, answered=found.answered and found.answered.replace(second=0, microsecond=0))
            if self._noted.get(place) == shown:
                continue
            with self._engine.begin() as connection:
                kept = Answering(found.answered, found.silent, found.until, found.fault)
                case_systems.note(connection, place, kept)
            self._noted[place] = shown

    def next_moment(self) -> datetime | None:
        """When something is to be done next (UTC), ``None`` when there is nothing."""
        resting = [until for server in self._servers.values() if (until := server.resting) is not None]
        awake = [place for place, server in self._servers.items() if server.resting is None]
        with self._engine.connect() as connection:
            first = store.next_moment(connection, awake)
        return min([*resting, *([first] if first else [])], default=None)

    def subscribe(self) -> bool:
        """See to it that each case system tells us of changes, once; ``False`` where one could not be asked now."""
        done = [self._subscribed(server) for server in self._servers.values()]
        return all(done)

    def _subscribed(self, server: Server) -> bool:
        header = self._headers.get(server.system.municipality)
        if not (self._callback and server.system.notifications and header):
            return True
        try:
            done = subscribe(server.client, self._callback, header)
        except Fault as fault:  # notifications are a service of their own: zaken go on without it
            log.warning("notificaties van %s: %s", server.system.municipality, fault.code)
            return False
        log.info("notificaties van %s: %s", server.system.municipality, done)
        return True

    # --- looking ---------------------------------------------------------------------------------------------------------

    def look_due(self) -> int:
        """Look at every zaak whose moment it is. Returns how many."""
        return sum(self._look_at(server) for server in self._servers.values())

    def _look_at(self, server: Server) -> int:
        total = 0
        while server.resting is None:
            now = self._clock()
            with self._engine.begin() as connection:
                rows = store.claim_looks(connection, server.system.municipality, now, now + LOOK_EVERY, MOST_ZAKEN)
            if not rows:
                return total
            total += len(rows)
            try:
                self._taken_in(server, rows)
            except AtRest:
                return total  # each is looked at again, when its moment comes
            except Fault as fault:
                log.warning("zaaksysteem van %s: %s", server.system.municipality, fault.code)
                return total
        return total

    def _taken_in(self, server: Server, rows: Sequence[Any]) -> None:
        found = look(server, [row.uuid for row in rows])
        for row in rows:
            try:
                self._one(server, row, found[row.uuid])
            except AtRest:
                raise
            except Exception as error:  # noqa: BLE001 - a fault in one zaak must not hold up all others
                log.error("zaak %s: %s", row.id, type(error).__name__)

    def _one(self, server: Server, row: Any, zaak: Zaak | Gone) -> None:
        if isinstance(zaak, Gone):
            self._gone(row, zaak)
        elif is_at_rest(zaak):
            self._open(row)
        else:
            self._closing(row, *judged(seen(server, zaak)))

    def _gone(self, row: Any, gone: Gone) -> None:
        """Neither is an outcome: it is shown, and asked for again, less often."""
        with self._engine.begin() as connection:
            store.note(connection, row.id, look_at=self._clock() + SELDOM)
            self._signal(connection, row, _GONE[gone])

    def _open(self, row: Any) -> None:
        """It is open. Where it was closed before, it was opened again: what was recorded stands."""
        if row.state != ZaakState.CLOSED.value and row.signal not in _PASSING and row.doubted is None:
            return
        with self._engine.begin() as connection:
            passed = {"signal": None} if row.signal in _PASSING else {}
            store.note(connection, row.id, state=ZaakState.OPEN.value, doubted=None, ended=None, **passed)
            if row.state == ZaakState.CLOSED.value:
                self._signal(connection, row, Signal.REOPENED)

    def _closing(self, row: Any, found: Find, closing: Closing | None) -> None:
        if found is Find.CONTRADICTION:
            self._doubt(row)
        elif found is Find.OPEN:
            self._open(row)
        elif closing is not None:
            self._closings.take_in(row.id, row.case_id, closing)

    def _doubt(self, row: Any) -> None:
        """It may be between two calls of the counter: it is shown when it stays so."""
        now = self._clock()
        with self._engine.begin() as connection:
            if row.doubted is None:
                store.note(connection, row.id, doubted=now)
            elif now - row.doubted >= DOUBTED_FOR:
                self._signal(connection, row, Signal.CONTRADICTING)

    def _signal(self, connection: Connection, row: Any, signal: Signal) -> None:
        key = loading.load_whole(connection, [row.case_id])[row.case_id].key_of(row.provision_id)
        self._applying.signal(connection, row, key, signal)
