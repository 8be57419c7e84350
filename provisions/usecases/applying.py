"""What is wanted of zaken is done in the case systems: in the way of the outbox, until it is done, and safe when it is repeated.

One process has a zaak at a time, by a lease; no transaction is open while a case system is called. A case system that is away
is left alone as a whole: nothing counts an attempt, and no letter waits for it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.delivery import MOST_ATTEMPTS, waiting_time
from provisions.domain.lifecycle import AuditLine, Moment, Via, wish
from provisions.domain.rules import ZaakMode, ZaakRule
from provisions.domain.zaken import Signal, ZaakState, said
from provisions.store import audit, channel, loading
from provisions.store import zaken as store
from provisions.store.writing import audit_line
from provisions.zaken.faults import AlreadyThere, Fault, NoRight, NotThere, Wrong
from provisions.zaken.opening import Lost, TakenBack, Wanted, bring_in_line, close_zaak, follow_zaak, open_zaak, said_by
from provisions.zaken.servers import AtRest, Server, Servers

log = logging.getLogger(__name__)

BY = "zaaksysteem"
LOOK_EVERY = timedelta(minutes=5)
SELDOM = timedelta(hours=6)  # what can't be taken in as it is
_AGAIN = timedelta(minutes=1)  # after a change that got lost


class Applying:
    """Opens, changes and closes zaken. ``clock`` gives the moment (aware); ``spread`` a number from 0 to 1."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        servers: Servers,
        clock: Callable[[], datetime],
        spread: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._config = config
        self._servers = servers
        self._clock = clock
        self._spread = spread

    def apply_due(self, limit: int = 200) -> int:
        """Do what is to be done, of at most ``limit`` zaken of each case system. Returns how many were handled."""
        return sum(self._at(server, limit) for server in self._servers.values())

    def _at(self, server: Server, limit: int) -> int:
        place, handled = server.system.municipality, 0
        while handled < limit and server.resting is None:
            with self._engine.begin() as connection:
                row = store.claim_due(connection, place, self._clock())
            if row is None:
                return handled
            handled += 1
            self._one(server, row)
        return handled

    def _one(self, server: Server, row: Any) -> None:
        """What is to be done at one zaak. Nothing about it stops another, unless the case system is away."""
        task = _Task(self._engine, row, self._clock)
        try:
            done = self._do(server, row, task)
        except AtRest as rest:
            with self._engine.begin() as connection:
                store.note(connection, row.id, claimed=None, fault=rest.code, next_try=rest.until)
                store.put_off(connection, server.system.municipality, rest.until)
        except TakenBack:
            return
        except Lost:
            task.reached(claimed=None, next_try=self._clock() + _AGAIN, fault="verloren")
        except Fault as fault:
            self._failed(row, fault, task)
        except Exception as error:  # noqa: BLE001 - a fault in one zaak must not hold up all others
            log.error("zaak %s: %s", row.id, type(error).__name__)
            self._failed(row, Fault(type(error).__name__), task)
        else:
            done()

    def _do(self, server: Server, row: Any, task: "_Task") -> Callable[[], None]:
        with self._engine.connect() as connection:
            stored = loading.load_cases(connection, [row.case_id]).get(row.case_id)
        if stored is None:  # forgotten
            return task.done
        key = stored.key_of(row.provision_id)
        rule = server.system.rules.get(key.key)
        if rule is None:
            return lambda: task.done(fault="niet-ingesteld")
        wanted = self._wanted(stored.case, key, rule, row)
        state = ZaakState(row.state)
        settled = not stored.case.provisions[key].status.is_open
        if state is ZaakState.WANTED and row.mode == ZaakMode.OPEN.value and settled and row.left is None:
            return task.drop  # nothing left, and nobody needs it any more
        if state is ZaakState.WANTED:
            return self._begin(server, wanted, row, key, task)
        if row.mode == ZaakMode.FOLLOW.value:  # it is the counter's
            return task.done
        if wanted.wish.withdrawn:
            return self._withdraw(server, wanted, row, task)
        if said_by(wanted.wish) == dict(row.said) or state is not ZaakState.OPEN:
            return task.done
        untouched = bring_in_line(server, wanted, task)
        task.reached(said=said_by(wanted.wish))
        return lambda: self._changed(row, key, untouched=untouched)

    def _wanted(self, case: Case, key: ProvisionKey, rule: ZaakRule, row: Any) -> Wanted:
        moment = Moment(self._clock(), BY, self._config.catalogue, Via.CASE_SYSTEM)
        return Wanted(
            row.number,
            rule,
            row.start or moment.today,
            row.first_status or moment.now,
            row.closing_at or moment.now,
            row.left is not None,
            wish(case, key, moment),
            dict(row.said),
            row.uuid,
            row.url,
            row.zaaktype,
        )

    # --- opening -----------------------------------------------------------------------------------------------------------

    def _begin(self, server: Server, wanted: Wanted, row: Any, key: ProvisionKey, task: "_Task") -> Callable[[], None]:
        if row.mode == ZaakMode.FOLLOW.value:
            follow_zaak(server, wanted, task)
        else:
            open_zaak(server, wanted, task)
        told = "gevolgd" if row.mode == ZaakMode.FOLLOW.value else "geopend"
        return lambda: self._opened(row, key, told)

    def _opened(self, row: Any, key: ProvisionKey, told: str) -> None:
        now = self._clock()
        with self._engine.begin() as connection:
            # Once more, because something may have changed while it was being opened.
            columns = {"state": ZaakState.OPEN.value, "next_try": now, "look_at": now, "claimed": None, "attempts": 0}
            store.note(connection, row.id, **columns, fault=None, signal=None)
            self._record(connection, row, key, "zaak.opened", f"zaak {told} in het zaaksysteem")

    # --- afterwards ----------------------------------------------------------------------------------------------------------

    def _withdraw(self, server: Server, wanted: Wanted, row: Any, task: "_Task") -> Callable[[], None]:
        if wanted.rule.withdrawn is not None and wanted.rule.mode is ZaakMode.OPEN and not row.said.get("withdrawn"):
            if row.closing_at is None:
                task.reached(closing_at=wanted.closing_at)
            close_zaak(server, wanted, task)
        said = said_by(wanted.wish)
        return lambda: task.done(said=said, look_at=self._clock())

    def _changed(self, row: Any, key: ProvisionKey, *, untouched: bool) -> None:
        with self._engine.begin() as connection:
            store.done(connection, row, self._clock())
            if not untouched:
                self.signal(connection, row, key, Signal.MOVED)

    def _failed(self, row: Any, fault: Fault, task: "_Task") -> None:
        """What will not go away by itself is given up at once; what somebody has to put right is tried again, as a letter is.
        Of one that was open and can't be reached, a look tells more.
        """
        is_open = row.state != ZaakState.WANTED.value
        if is_open and isinstance(fault, NoRight | NotThere):
            task.done(look_at=self._clock())
            return
        attempts = row.attempts + 1
        if not isinstance(fault, Wrong | NotThere | AlreadyThere) and attempts < MOST_ATTEMPTS:
            until = self._clock() + waiting_time(attempts, self._spread())
            task.reached(claimed=None, attempts=attempts, next_try=until, fault=fault.code)
            return
        with self._engine.begin() as connection:
            given_up = {} if is_open else {"state": ZaakState.GIVEN_UP.value}
            columns = {"claimed": None, "next_try": None, "attempts": attempts, "fault": fault.code, **given_up}
            store.note(connection, row.id, **columns)
            self.signal(connection, row, self._key(connection, row), Signal.GIVEN_UP)

    def _key(self, connection: Connection, row: Any) -> ProvisionKey:
        return loading.load_whole(connection, [row.case_id])[row.case_id].key_of(row.provision_id)

    # --- told ----------------------------------------------------------------------------------------------------------------

    def signal(self, connection: Connection, row: Any, key: ProvisionKey, signal: Signal) -> None:
        """Show this to the case director; it is recorded when it begins."""
        held = store.hold(connection, row.id)
        if held is None or held.signal == signal.value:
            return
        store.note(connection, row.id, signal=signal.value, signalled=self._clock())
        told = said(signal, followed=row.mode == ZaakMode.FOLLOW.value)
        self._record(connection, row, key, "zaak.signal", told, signal=signal.value)

    def confirmed(self, connection: Connection, row: Any, key: ProvisionKey) -> None:
        """The case system says what was recorded here already."""
        self._record(connection, row, key, "zaak.confirmed", "de zaak is gesloten met dezelfde uitkomst")

    def _record(
        self, connection: Connection, row: Any, key: ProvisionKey, what: str, because: str, **data: object
    ) -> None:
        """A line of the record. It outlives the reference, so it holds the uuid of the zaak and never its number."""
        moment = Moment(self._clock(), BY, self._config.catalogue, Via.CASE_SYSTEM)
        held = store.hold(connection, row.id)
        known = {"zaak": str(held.uuid)} if held is not None and held.uuid is not None else {}
        line = AuditLine(what, because, key, {**known, **data})
        channel.notify(connection)
        audit.append(connection, [audit_line(line, moment, row.case_id)])


@dataclass(frozen=True)
class _Task:
    """One zaak while it is worked at: what was reached is kept at once."""

    engine: Engine
    row: Any
    clock: Callable[[], datetime]

    def leaving(self) -> bool:
        with self.engine.begin() as connection:
            return store.leaves(connection, self.row.id, self.clock())

    def reached(self, **columns: object) -> None:
        with self.engine.begin() as connection:
            store.note(connection, self.row.id, **columns)

    def is_another(self, uuid: UUID) -> bool:
        with self.engine.connect() as connection:
            return store.is_known(connection, uuid, self.row.id)

    def drop(self) -> None:
        with self.engine.begin() as connection:
            store.drop(connection, self.row.id)

    def done(self, **columns: object) -> None:
        with self.engine.begin() as connection:
            store.done(connection, self.row, self.clock(), **columns)
