"""How the engine is doing: what is asked, of itself, the database and Prefect, when somebody wants to know. Nothing in between.

Numbers of everything together only: no reference, no municipality, no secret.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Generic, TypeVar

from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError

from flows.loops.clock import Clock
from flows.loops.loop import Loop
from flows.mirror.runs import RunMirror
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.catalogue.fingerprint import fingerprint
from provisions.database import migrate
from provisions.domain import dutch
from provisions.domain.errors import NotAllowed
from provisions.store import access_log, backlog, case_systems, put_right
from provisions.store.backlog import Backlog, Totals
from provisions.store.case_systems import CaseSystemTotals

T = TypeVar("T")

SILENT_SECONDS = 180.0  # a loop that began no turn for so long hangs: the clock takes one a minute at least
STALE_SECONDS = 60.0  # the totals are counted once a minute at most
LATE_SECONDS = 60.0  # the clock is behind when something was due longer ago


@dataclass(frozen=True)
class Identity:
    """What is running: the same in each engine of an installation, or something is wrong."""

    version: str
    schema: str
    rules: str


class OnceAMinute(Generic[T]):
    """What ``ask`` asks of the database, once a minute at most. Safe to use from several threads."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._found: tuple[float, T] | None = None
        self._lock = threading.Lock()

    def now(self) -> T | None:
        """What was found, at most a minute ago; ``None`` when the database can't be reached."""
        with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > STALE_SECONDS:
                try:
                    self._found = (time.monotonic(), self._ask())
                except SQLAlchemyError:
                    return None
            return self._found[1]


class Probes:
    """Reads the signs of one engine. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        config: Config,
        *,
        now: Callable[[], datetime],
        clock: Clock,
        mirror: RunMirror,
        loops: Sequence[Loop],
        prefect: Callable[[], int | None],
        serves: Callable[[], bool],
        refusal: Callable[[], NotAllowed | None],
    ) -> None:
        """``prefect``: as :meth:`flows.prefect.probe.PrefectProbe.not_begun`."""
        self.identity = Identity(version("provisions"), migrate.newest(), fingerprint(config.catalogue)[:12])
        self.clock, self.mirror, self.loops = clock, mirror, loops
        self.prefect, self.serves = prefect, serves
        self._database, self._now, self._refusal = database, now, refusal
        self._places = tuple(config.zaken)
        self._totals = OnceAMinute(lambda: backlog.totals(database, now()))
        self._door = OnceAMinute(self._count_door)
        self._zaken = OnceAMinute(self._count_case_systems)

    def backlog(self) -> Backlog | None:
        """What waits; ``None`` when the database can't be reached."""
        with suppress(SQLAlchemyError):
            return backlog.backlog(self._database, self._now())
        return None

    def totals(self) -> Totals | None:
        """The caseload, at most a minute old; ``None`` when the database can't be reached."""
        return self._totals.now()

    def put_right(self) -> Mapping[str, int]:
        """How often something in Prefect was put right, by kind."""
        with suppress(SQLAlchemyError), self._database.connect() as connection:
            found = put_right.read(connection)
            return found.counts if found else {}
        return {}

    def door(self) -> Mapping[Logged, int]:
        """How many lines of each kind the log of the door holds, at most a minute old; nothing when the database is away."""
        return self._door.now() or {}

    def case_systems(self) -> CaseSystemTotals | None:
        """How the case systems are together, at most a minute old; ``None`` when the database can't be reached."""
        return self._zaken.now()

    def _count_door(self) -> Mapping[Logged, int]:
        with self._database.connect() as connection:
            found = access_log.counts(connection, Logged.LOOKED_WITH_REASON.value)
        return {what: found.get(what.value, 0) for what in Logged}

    def _count_case_systems(self) -> CaseSystemTotals:
        with self._database.connect() as connection:
            return case_systems.totals(connection, self._places, self._now())

    def not_live(self) -> list[str]:
        """Why this process must be started again (Dutch); empty when it lives, whatever else is away."""
        if refusal := self._refusal():
            return list(refusal.lines)
        now = time.monotonic()
        return [
            f"De lus '{loop.name}' is {now - loop.began:.0f} seconden niet meer begonnen. Start de motor opnieuw."
            for loop in (self.clock.loop,)
            if loop.began is not None and now - loop.began > SILENT_SECONDS
        ]

    def not_ready(self) -> list[str]:
        """What does not work now (Dutch); empty when everything does."""
        found = self.not_live()
        waiting = self.backlog()
        if waiting is None:
            found.append("De database is niet bereikbaar: er gaat geen termijn in en er gaat geen bericht uit.")
        elif waiting.due_seconds > LATE_SECONDS:
            found.append(
                f"De klok loopt {waiting.due_seconds:.0f} seconden achter, "
                f"met {dutch.counted(waiting.due, 'voorziening', 'voorzieningen')}."
            )
        if waiting is not None and waiting.messages_slow:
            found.append(
                f"De post gaat langzaam of staat stil: "
                f"{dutch.counted(waiting.messages_slow, 'bericht wacht', 'berichten wachten')}, het oudste "
                f"{waiting.messages_pending_seconds / 60:.0f} minuten. Kijk met 'provisions messages --status pending' waarom."
            )
        if waiting is not None and waiting.too_far:
            what = dutch.counted(waiting.too_far, "voorziening of bericht wacht", "voorzieningen of berichten wachten")
            found.append(
                f"De klok heeft voorgelopen: {what} op een moment dat niet kan. "
                "Controleer de tijd van deze machine en start de motor opnieuw: dan wordt alles nagegaan."
            )
        if self.prefect() is None:
            found.append("Prefect is niet bereikbaar: de klok en de berichten lopen door, de runs volgen later.")
        elif not self.serves():
            found.append("De formulieren en processen zijn nog niet aangemeld bij Prefect.")
        return found
