"""What an administrator looks at: what did not arrive, how the program is, and what of it is set. Numbers; no reference."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from uuid import UUID

from sqlalchemy import Engine

from provisions.access import Actor, UseCase
from provisions.catalogue import Config
from provisions.database import roles, versions
from provisions.domain.messages import label
from provisions.inputs import EARLIER_REFERENCES
from provisions.store import case_systems, put_right
from provisions.store.backlog import Backlog, Totals, backlog, should_live, totals
from provisions.store.case_systems import CaseSystemState
from provisions.store.put_right import PutRight
from provisions.usecases.looks import Looks
from provisions.usecases.resending import Resending
from provisions.views.messages import Message, Messages

MOST = 200
_REFERENCE = re.compile(EARLIER_REFERENCES.removesuffix("{1,20}") + "{4,20}")
PROGRAM = "provisions"
PREFECT = "prefect"


@dataclass(frozen=True)
class Undelivered:
    """A message that did not arrive, without what it is about. ``id`` is what it is sent again by; ``error`` may be empty."""

    id: UUID
    what: str
    municipality: str | None
    status: str
    created: datetime
    attempts: int
    error: str


@dataclass(frozen=True)
class Delivery:
    """What did not arrive: the newest of it, and how much there is by kind (Dutch)."""

    rows: tuple[Undelivered, ...]
    by_kind: dict[str, int]
    may_resend: bool


@dataclass(frozen=True)
class State:
    """How the program is. ``runs``: how many Prefect should have that have not ended. ``warnings`` of the configuration are
    Dutch sentences; ``excess``: what the role of the program may and need not; ``versions`` by name; ``case_systems``: of each
    municipality that has one.
    """

    backlog: Backlog
    totals: Totals
    runs: int
    put_right: PutRight | None
    warnings: tuple[str, ...]
    excess: tuple[str, ...]
    versions: dict[str, str]
    case_systems: tuple[CaseSystemState, ...] = ()


class Administering:
    """For whoever looks after the program. ``clock`` gives the moment (aware)."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        messages: Messages,
        resending: Resending,
        looks: Looks,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._config = config
        self._messages = messages
        self._resending = resending
        self._looks = looks
        self._clock = clock

    def delivery(self, actor: Actor) -> Delivery:
        """What did not arrive. Raises ``NotFound`` for whoever may not see it."""
        self._looks.must(actor, UseCase.SEE_DELIVERY)
        found = self._messages.found(undelivered=True, limit=None)
        by_kind = Counter(label(message.kind) for message in found)
        may = bool(self._config.rights.may(actor, UseCase.RESEND))
        return Delivery(tuple(_undelivered(message) for message in found[:MOST]), dict(by_kind.most_common()), may)

    def resend(self, actor: Actor, identity: str) -> Undelivered:
        """Send a message that did not arrive once more. Raises ``NotFound`` and ``NotAllowed`` as resending does."""
        self._looks.must(actor, UseCase.RESEND)
        return _undelivered(self._resending.resend(identity, by=actor))

    def state(self, actor: Actor) -> State:
        """How the program is now. Raises ``NotFound`` for whoever may not see it."""
        self._looks.must(actor, UseCase.CONFIGURATION)
        now = self._clock()
        with self._engine.connect() as connection:
            excess, repaired = tuple(roles.excess(connection)), put_right.read(connection)
            systems = tuple(case_systems.states(connection, self._config.zaken, now))
        return State(
            backlog(self._engine, now, erasures=False),
            totals(self._engine, now),
            should_live(self._engine),
            repaired,
            tuple(self._config.warnings),
            excess,
            _versions(),
            systems,
        )


def _undelivered(message: Message) -> Undelivered:
    error = _REFERENCE.sub("…", message.error or "")
    status = message.stands
    return Undelivered(
        message.id, label(message.kind), message.municipality, status, message.created, message.attempts, error
    )


def _versions() -> dict[str, str]:
    """What is installed: the program, the schema that it needs, and Prefect where that is."""
    found = {}
    for name, package in (("dit programma", PROGRAM), ("Prefect", PREFECT)):
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    return {**found, "het schema dat dit programma nodig heeft": versions.newest()}
