"""After a change in ``config/``, or of a clock that was wrong: what follows from the facts of a case is computed anew."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.catalogue.fingerprint import fingerprint
from provisions.domain import lifecycle
from provisions.domain.errors import InvalidConfig
from provisions.domain.lifecycle import Moment
from provisions.domain.lifecycle.bounds import LONGEST_WAIT
from provisions.store import audit, loading, lookahead, rules
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again


class NewRules:
    """Compares the rules with those that the database was computed by. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock

    def follow(self, batch: int = 200) -> int:
        """Compute the derived columns of every open case again. Returns how many cases.

        What was accrued (starts, suspensions, rungs, breaches of agreed dates) is kept. Nothing is done when the rules are
        those of the last time. Raises ``InvalidConfig`` when the rules no longer know something that a case has.
        """
        now = fingerprint(self._config.catalogue)
        with self._engine.begin() as connection:
            known = rules.followed(connection)
            if known == now:
                return 0
            self._refuse_orphans(connection)
            case_ids = loading.open_case_ids(connection) if known is not None else []
        for first in range(0, len(case_ids), batch):
            self._follow(case_ids[first : first + batch])
        with self._engine.begin() as connection:
            rules.note_followed(connection, now)
            if known is not None:  # what was closed before this line keeps the dates of other rules
                because = "andere regels in config/, of een andere versie van het programma"
                audit.append(connection, [audit.Line(lifecycle.SYSTEM, rules.CHANGED, because, data={"rules": now})])
            lookahead.forget_all(connection)
        return len(case_ids)

    def recompute_doubtful(self, batch: int = 200) -> int:
        """Compute the derived columns anew of every open case of which a moment may be wrong because a clock was ahead.

        So nothing waits longer than the longest term there can be, whatever the clock said when its moment was written.
        Returns how many cases. Safe to call at any time.
        """
        now = self._clock()
        with self._engine.connect() as connection:
            case_ids = loading.doubtful_case_ids(connection, now, now + LONGEST_WAIT)
        for first in range(0, len(case_ids), batch):
            self._follow(case_ids[first : first + batch])
        return len(case_ids)

    def _refuse_orphans(self, connection: Connection) -> None:
        """Nobody falls through the cracks because an entry was taken out of ``config/``."""
        used = rules.in_use(connection)
        must_be_dated = {key for key, rule in self._config.catalogue.provisions.items() if rule.needs_agreed_date}
        faults = [
            f"config/provisions.toml: voorziening '{key}' ontbreekt, maar er zijn trajecten die haar hebben. Zet haar terug."
            for key in sorted(used.keys - set(self._config.catalogue.provisions))
        ]
        faults += [
            f"config/organisation.toml: gemeente '{place}' ontbreekt, maar er zijn trajecten van die gemeente. Zet haar terug, "
            "of draag de trajecten eerst over (provisions transfer)."
            for place in sorted(used.municipalities - set(self._config.organisation.municipalities))
        ]
        faults += [
            f"config/provisions.toml: '{key}' vraagt nu een afgesproken datum, maar er zijn trajecten zonder. "
            "Geef de voorziening een streeftermijn (target)."
            for key in sorted(used.undated & must_be_dated)
        ]
        if faults:
            raise InvalidConfig(*faults)

    @tried_again
    def _follow(self, case_ids: Sequence[int]) -> None:
        moment = Moment(self._clock(), lifecycle.SYSTEM, self._config.catalogue)
        with self._engine.begin() as connection:
            cases = loading.load_cases(connection, case_ids, lock=True)
            changes = [
                Change(
                    stored,
                    lifecycle.follow_rules(stored.case, stored.last("due"), stored.last("breach_day"), moment),
                    moment,
                )
                for stored in cases.values()
            ]
            write(connection, changes)
