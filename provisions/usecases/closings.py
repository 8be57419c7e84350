"""A zaak that was closed becomes the record: an outcome once, from whatever comes first, and nothing that a person recorded is
ever overwritten.
"""

from collections.abc import Callable
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
from provisions.domain.zaken import Closing, Signal, ZaakState
from provisions.store import loading
from provisions.store import zaken as store
from provisions.store.loading import Stored
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.applying import BY, SELDOM, Applying
from provisions.usecases.deciding import Asked, Deciding, Doing

CLOSED_EVERY = timedelta(days=1)
LOOKED_AT_FOR = timedelta(weeks=13)  # after it was closed


class Closings(Deciding):
    """What follows in the record when a zaak was closed. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, applying: Applying, clock: Callable[[], datetime]) -> None:
        super().__init__(engine, config, clock)
        self._applying = applying

    @tried_again
    def take_in(self, zaak_id: int, case_id: int, closing: Closing) -> None:
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
