"""How the case systems of municipalities are: whether they answer, what waits for them, and what they do not say as we do.

Whether one answers is known to the engine that asks it, and kept as a setting for whoever looks. Nothing here commits.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from provisions.domain.zaken import Signal, ZaakState
from provisions.store import settings
from provisions.store.zaken_seen import KEPT_AS, Answering, answering_of


@dataclass(frozen=True)
class Waiting:
    """Zaken in one case system. ``wanted``: to be opened or found, the oldest ``wanted_seconds`` ago; ``changes``: open ones
    that are to say something else; ``differing``: about which it says something else than the record; ``given_up``: what did not
    succeed. ``late_seconds``: how long ago the first of those that were not looked at in time should have been.
    """

    open: int = 0
    wanted: int = 0
    wanted_seconds: float = 0.0
    changes: int = 0
    differing: int = 0
    given_up: int = 0
    late_seconds: float = 0.0


@dataclass(frozen=True)
class CaseSystemState:
    """How the case system of ``municipality`` is."""

    municipality: str
    answering: Answering
    waiting: Waiting


@dataclass(frozen=True)
class CaseSystemTotals:
    """All case systems together, without which: ``silent`` of them do not answer, the longest ``silent_seconds``."""

    waiting: Waiting
    silent: int
    silent_seconds: float


_WAITING = text("""
    SELECT municipality,
           count(*) FILTER (WHERE state = :open) AS open,
           count(*) FILTER (WHERE state = :wanted) AS wanted,
           coalesce(extract(epoch FROM :now - min(first_status) FILTER (WHERE state = :wanted)), 0)::float AS wanted_seconds,
           count(*) FILTER (WHERE state = :open AND next_try IS NOT NULL) AS changes,
           count(*) FILTER (WHERE signal <> :given_up) AS differing,
           count(*) FILTER (WHERE signal = :given_up) AS given_up,
           greatest(coalesce(extract(epoch FROM :now - min(look_at)), 0), 0)::float AS late_seconds
    FROM zaak GROUP BY municipality
""")


def note(connection: Connection, municipality: str, found: Answering) -> None:
    """Keep what was found just now. One that was silent before has been silent since then."""
    before = answering(connection, municipality)
    answered_since = found.answered is not None and before.silent is not None and before.silent < found.answered
    since = found.silent if found.silent is None or answered_since else before.silent or found.silent
    answered = found.answered or before.answered
    kept = asdict(Answering(answered, since, found.until, found.fault))
    settings.write(connection, f"{KEPT_AS}{municipality}", json.dumps(kept, default=datetime.isoformat))


def answering(connection: Connection, municipality: str) -> Answering:
    """What was kept last."""
    return answering_of(settings.read(connection, f"{KEPT_AS}{municipality}") or "{}")


def states(connection: Connection, municipalities: Iterable[str], now: datetime) -> list[CaseSystemState]:
    """Of each of these."""
    waits = _waiting(connection, now)
    return [CaseSystemState(one, answering(connection, one), waits.get(one, Waiting())) for one in municipalities]


def totals(connection: Connection, municipalities: Iterable[str], now: datetime) -> CaseSystemTotals:
    """Of all of these together."""
    found = states(connection, municipalities, now)
    silent = [(now - one.answering.silent).total_seconds() for one in found if one.answering.silent]
    waits = [one.waiting for one in found]
    together = Waiting(
        open=sum(one.open for one in waits),
        wanted=sum(one.wanted for one in waits),
        wanted_seconds=max((one.wanted_seconds for one in waits), default=0.0),
        changes=sum(one.changes for one in waits),
        differing=sum(one.differing for one in waits),
        given_up=sum(one.given_up for one in waits),
        late_seconds=max((one.late_seconds for one in waits), default=0.0),
    )
    return CaseSystemTotals(together, len(silent), max(silent, default=0.0))


def _waiting(connection: Connection, now: datetime) -> Mapping[str, Waiting]:
    asked = {
        "now": now,
        "open": ZaakState.OPEN.value,
        "wanted": ZaakState.WANTED.value,
        "given_up": Signal.GIVEN_UP.value,
    }
    rows = connection.execute(_WAITING, asked).mappings()
    return {row["municipality"]: Waiting(**{k: v for k, v in row.items() if k != "municipality"}) for row in rows}
