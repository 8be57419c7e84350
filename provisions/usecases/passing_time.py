"""What time does: what falls due is recorded, and what will fall due is decided ahead."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property

from sqlalchemy import Connection, Engine

from provisions.catalogue.fingerprint import fingerprint
from provisions.domain import lifecycle
from provisions.domain.lifecycle import Moment
from provisions.domain.rules import Catalogue
from provisions.store import loading, lookahead
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again

AHEAD = timedelta(hours=26)  # a day, and some time to get it done
FORESEEN_AT_ONCE = 1000  # provisions in one transaction


class PassingTime:
    """Everything that happens because its moment has come. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._catalogue = catalogue
        self._clock = clock

    @cached_property
    def _rules(self) -> str:
        return fingerprint(self._catalogue)

    @tried_again
    def tick(self, limit: int = 500) -> int:
        """Everything that is due now, for at most ``limit`` provisions or cases, in one transaction. Returns how many.

        Provisions first: what falls due of cases as a whole is no rung. Whoever else ticks at the same time takes other rows.
        """
        now = self._clock()
        with self._engine.begin() as connection:
            # Each run ticks before it parks, and then hardly ever anything is due: one question tells.
            first = loading.next_moment(connection)
            if first is None or first > now:
                return 0
            return (
                lookahead.record(connection, now, self._rules, FORESEEN_AT_ONCE)
                or self._tick_provisions(connection, now, limit)
                or self._tick_cases(connection, now, limit)
            )

    def _tick_provisions(self, connection: Connection, now: datetime, limit: int) -> int:
        moment = Moment(now, lifecycle.SYSTEM, self._catalogue)
        due = loading.due_provisions(connection, now, limit)
        cases = loading.load_cases(connection, sorted({case_id for _, case_id in due})) if due else {}
        changes = []
        for provision_id, case_id in due:
            stored = cases[case_id]
            key = stored.key_of(provision_id)
            decision = lifecycle.tick(stored.case, key, moment)
            changes.append(Change(stored, decision, moment, frozenset({key})))
        if changes:
            write(connection, changes)
        return len(due)

    def _tick_cases(self, connection: Connection, now: datetime, limit: int) -> int:
        moment = Moment(now, lifecycle.SYSTEM, self._catalogue)
        due = loading.due_cases(connection, now, limit)
        if due:
            # The case is held, and now its provisions are: in the order in which people hold them.
            cases = loading.load_cases(connection, due, lock=True)
            write(
                connection,
                [Change(one, lifecycle.tick_case(one.case, moment), moment) for one in cases.values()],
            )
        return len(due)

    def tick_all(self) -> int:
        """Tick until nothing is due. Returns how many provisions and cases were handled."""
        total = 0
        while handled := self.tick():
            total += handled
        return total

    @tried_again
    def foresee(self, limit: int = 100) -> int:
        """Decide ahead what falls due within ``AHEAD``, for at most ``limit`` provisions. Returns how many.

        Worth doing, never needed: what was not foreseen is decided when it falls due.
        """
        now = self._clock()
        with self._engine.begin() as connection:
            due = lookahead.to_keep(connection, now, now + AHEAD, self._rules, limit)
            cases = loading.load_cases(connection, sorted({one.case_id for one in due})) if due else {}
            found = [
                (one, stored, lifecycle.foresee(stored.case, stored.key_of(one.provision_id), one.at, self._catalogue))
                for one in due
                if (stored := cases.get(one.case_id)) is not None
            ]
            if found:
                lookahead.keep(connection, self._rules, found)
        return len(found)

    def next_moment(self) -> datetime | None:
        """When anything happens next (UTC)."""
        with self._engine.connect() as connection:
            return loading.next_moment(connection)
