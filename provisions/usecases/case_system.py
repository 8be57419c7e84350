"""What the case system says of our zaken becomes the record: an outcome once, from whatever comes first, and nothing that a
person recorded is ever overwritten.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from provisions.access import Actor, Role, UseCase
from provisions.catalogue import Config
from provisions.domain import lifecycle
from provisions.domain.case import Outcome, Provision, ProvisionKey, Status
from provisions.domain.errors import Refused
from provisions.domain.lifecycle import Decision, Via
from provisions.domain.rules import OutcomeName, ResultRule
from provisions.domain.zaken import Closing, Find, Signal, ZaakState, judged
from provisions.store import case_systems, loading
from provisions.store import zaken as store
from provisions.store.loading import Stored
from provisions.store.writing import Change, write
from provisions.store.zaken_seen import Answering
from provisions.usecases.again import tried_again
from provisions.usecases.applying import BY, LOOK_EVERY, Applying
from provisions.usecases.deciding import Asked, Deciding, Doing
from provisions.zaken.client import MOST_ZAKEN
from provisions.zaken.faults import Fault
from provisions.zaken.looking import Gone, is_at_rest, look, seen
from provisions.zaken.servers import AtRest, Server, Servers, Standing
from provisions.zaken.subscribing import subscribe
from provisions.zaken.types import Zaak

log = logging.getLogger(__name__)

CLOSED_EVERY = timedelta(days=1)
LOOKED_AT_FOR = timedelta(weeks=13)  # after it was closed
SELDOM = timedelta(hours=6)
DOUBTED_FOR = timedelta(minutes=5)
_GONE = {Gone.DELETED: Signal.DELETED, Gone.SECRET: Signal.SECRET}
_PASSING = frozenset({Signal.CONTRADICTING.value, Signal.DELETED.value, Signal.SECRET.value})


class CaseSystems(Deciding):
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
        super().__init__(engine, config, clock)
        self._servers = servers
        self._callback = callback
        self._headers = headers or {}
        self._noted: dict[str, Standing] = {}
        self._applying = Applying(engine, config, servers, clock, spread)

    def turn(self) -> int:
        """Do what is to be done and look at what is to be looked at; how many zaken were handled."""
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
        """Look at every zaak whose moment it is; how many."""
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
            self._close(row.id, row.case_id, closing)

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

    # --- a closing ---------------------------------------------------------------------------------------------------------

    @tried_again
    def _close(self, zaak_id: int, case_id: int, closing: Closing) -> None:
        """Take in a closing: in one transaction with the outcome that it leads to, and once."""
        with self._engine.connect() as connection:
            stored = loading.load_cases(connection, [case_id]).get(case_id)
        if stored is None:
            return
        doing = self._doing(self._actor(stored.case.municipality), UseCase.OUTCOME)
        with self._transaction(doing) as connection:
            stored = self._stored(connection, stored.case.reference)
            row = store.hold(connection, zaak_id)
            if row is None:
                return
            known = store.closings(connection, zaak_id)
            closed = {"state": ZaakState.CLOSED.value, "ended": closing.on, "words": closing.words, "doubted": None}
            old = doing.today - closing.on > LOOKED_AT_FOR
            store.note(connection, zaak_id, **closed, look_at=None if old else doing.now + CLOSED_EVERY)
            if any((one.result, one.status) == (closing.result, closing.status) for one in known):
                return
            self._first_time(connection, stored, row, closing, doing, replaced=bool(known))

    def _actor(self, municipality: str) -> Actor:
        """The case system, with what a counter may: to say what became of a provision there."""
        return Actor.of(BY, [Role.CASE_DIRECTOR], [municipality], Via.CASE_SYSTEM)

    def _first_time(
        self, connection: Connection, stored: Stored, row: Any, closing: Closing, doing: Doing, *, replaced: bool
    ) -> None:
        key = stored.key_of(row.provision_id)
        rule = lifecycle.zaak_rule(stored.case, key, doing)
        means = rule.results.get(closing.words) if rule is not None else None
        provision = stored.case.provisions[key]
        signal: Signal | None = None
        decision: Decision | None = None
        if means is None:
            signal = Signal.UNMAPPED
        elif _stands(provision, means.outcome, row.attempt):
            if not _same(provision, means.outcome):
                signal = Signal.REPLACED if replaced else Signal.DIFFERENT
        elif replaced:
            signal = Signal.REPLACED  # an outcome of before was taken away by a person since
        else:
            decision = self._decided(stored, key, means, closing, row, doing)
            signal = None if decision else Signal.NOT_RECORDED
        if signal is Signal.NOT_RECORDED:
            store.note(connection, row.id, look_at=doing.now + SELDOM)
        else:
            outcome = means.outcome.value if means else None
            store.keep_closing(connection, row, closing, outcome, recorded=decision is not None)
        if decision is not None:
            write(connection, [Change(stored, decision, doing)])
        if signal is not None:
            self._applying.signal(connection, row, key, signal)
        else:
            store.note(connection, row.id, signal=None)
            if decision is None:
                self._applying.confirmed(connection, row, key)

    def _decided(
        self,
        stored: Stored,
        key: ProvisionKey,
        means: ResultRule,
        closing: Closing,
        row: Any,
        doing: Doing,
    ) -> Decision | None:
        """The outcome by the same rules as of anybody else; ``None`` where these refuse it."""
        self._entitle(doing, stored, Asked(key.key, key.round))
        try:
            decision = lifecycle.record_outcome(stored.case, key, means.outcome, doing, closing.on, means.fields)
        except Refused:
            return None
        told = {"zaak": str(row.uuid), "closing": f"{closing.result}+{closing.status}"}
        lines = tuple(
            replace(line, data={**line.data, **told}) if line.what == "provision.outcome" else line
            for line in decision.audit
        )
        return replace(decision, audit=lines)


def _stands(provision: Provision, outcome: OutcomeName, attempt: int) -> bool:
    """Whether something is on record that a zaak does not overwrite. What was refused and asked again has a zaak of its own."""
    if provision.status is Status.REFUSED and attempt > 1:
        return outcome is OutcomeName.REFUSED
    return provision.outcome is not None or not provision.status.is_open


def _same(provision: Provision, outcome: OutcomeName) -> bool:
    found: Outcome | None = provision.outcome
    if found is None:  # ended with its case, or handed over: nothing was promised any more
        return outcome is OutcomeName.WITHDRAWN
    return found.name is outcome
