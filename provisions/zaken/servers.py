"""The case systems of this installation, and which of them is left alone because it is away."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from provisions.catalogue import CaseSystem
from provisions.domain.delivery import waiting_time
from provisions.domain.errors import InvalidConfig
from provisions.settings import Secret
from provisions.zaken.catalogue import Catalogue
from provisions.zaken.client import Client
from provisions.zaken.faults import Away, Fault, NotSignedIn
from provisions.zaken.tls import Files, context_for

log = logging.getLogger(__name__)

SHORTEST_SECRET = 32  # characters


class AtRest(Exception):  # noqa: N818 - it is so, and no error
    """The case system is left alone until this moment (UTC): it did not answer (``is_away``), or does not let us in. ``code``
    says why.
    """

    def __init__(self, until: datetime, code: str, *, is_away: bool) -> None:
        super().__init__(code)
        self.until = until
        self.code = code
        self.is_away = is_away


@dataclass
class _Closed:
    failures: int
    since: datetime
    until: datetime
    code: str
    is_away: bool


@dataclass(frozen=True)
class Standing:
    """How a server did when it was asked last: it answered at ``answered``, or it has not since ``silent``, because of ``fault``
    (a code), and is left alone ``until``. All UTC.
    """

    answered: datetime | None
    silent: datetime | None
    until: datetime | None
    fault: str


class Server:
    """One case system, with its catalogue. What fails for one zaak because the server is away fails for all: nobody asks again
    before it has had its rest, and that counts as nobody's attempt.
    """

    def __init__(self, client: Client, clock: Callable[[], datetime], spread: Callable[[], float]) -> None:
        self.client = client
        self.system = client.system
        self.catalogue = Catalogue(client, clock)
        self._clock = clock
        self._spread = spread
        self._closed: _Closed | None = None
        self._answered: datetime | None = None

    @property
    def standing(self) -> Standing | None:
        """How it did; ``None`` where it was not asked yet."""
        closed = self._closed
        if closed is not None:
            return Standing(self._answered, closed.since, closed.until, closed.code)
        return Standing(self._answered, None, None, "") if self._answered else None

    @property
    def resting(self) -> datetime | None:
        """Until when it is left alone (UTC), ``None`` when it is not."""
        return self._closed.until if self._closed is not None and self._clock() < self._closed.until else None

    @contextmanager
    def asked(self) -> Iterator[Client]:
        """In this block it is called. Raises ``AtRest``: at once while it is left alone, or when it turns out to be away."""
        if self._closed is not None and self.resting is not None:
            raise self._at_rest(self._closed)
        try:
            yield self.client
        except (Away, NotSignedIn) as fault:
            raise self._leave_alone(fault) from None
        except Fault:  # it answered
            self._note_answer()
            raise
        self._note_answer()

    def _note_answer(self) -> None:
        self._closed, self._answered = None, self._clock()

    def _leave_alone(self, fault: Away | NotSignedIn) -> AtRest:
        failures = self._closed.failures + 1 if self._closed else 1
        since = self._closed.since if self._closed else self._clock()
        wait = waiting_time(failures, self._spread())
        if isinstance(fault, Away):
            wait = max(wait, timedelta(seconds=fault.after))
        if failures & (failures - 1) == 0:  # ever more seldom, so that a night does not fill the log
            log.warning("zaaksysteem van %s: lukt nu niet (%s); alles daar wacht", self.system.municipality, fault.code)
        self._closed = _Closed(failures, since, self._clock() + wait, fault.code, isinstance(fault, Away))
        return self._at_rest(self._closed)

    def _at_rest(self, closed: _Closed) -> AtRest:
        return AtRest(closed.until, closed.code, is_away=closed.is_away)


Servers = Mapping[str, Server]


def secrets(systems: Mapping[str, CaseSystem], given: Mapping[str, Secret], *, notified: bool) -> None:
    """Raise ``InvalidConfig`` with a line for each secret that is missing or too short. ``notified``: messages can reach us."""
    faults = []
    for system in systems.values():
        wanted = [system.secret, *([system.callback] if system.notifications and notified else [])]
        faults += [
            f"zaken.toml, [municipality.{system.municipality}]: het geheim {name} ontbreekt of is korter dan {SHORTEST_SECRET} "
            "tekens. Zet het in de omgeving of in .env, zoals u met de beheerder van het zaaksysteem afsprak."
            for name in wanted
            if name not in given or len(given[name].get_secret_value()) < SHORTEST_SECRET
        ]
    if faults:
        raise InvalidConfig(*faults)


def servers_for(
    systems: Mapping[str, CaseSystem],
    given: Mapping[str, Secret],
    clock: Callable[[], datetime],
    spread: Callable[[], float],
    *,
    notified: bool = False,
    files: Files | None = None,
    transport: httpx.BaseTransport | None = None,
) -> dict[str, Server]:
    """By municipality; ``files``: their certificates and keys. Raises ``InvalidConfig`` when a secret is missing, or a file can't
    be used.
    """
    secrets(systems, given, notified=notified)
    made = {}
    for place, system in systems.items():
        secret, tls = given[system.secret].get_secret_value(), context_for(system, files or {})
        made[place] = Server(Client(system, secret, clock, transport=transport, tls=tls), clock, spread)
    return made
