"""A municipality whose case system is a real Open Zaak, that somebody started and set up: see ``README.md`` beside this.

The clock is the real one, because that of the server is. What is to be done later is brought forward in the database.
"""

import os
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from string import ascii_uppercase
from typing import Any

import pytest
from sqlalchemy import Engine, text

from provisions.app import App
from provisions.catalogue import Config
from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.store import loading
from provisions.usecases.case_system import CaseSystems
from provisions.usecases.intake import IntakeRequest
from provisions.zaken.servers import servers_for
from tests.builders import DIRECTOR, typed
from tests.zaken.conftest import GIVEN, PLACE, read, written
from tests.zaken.openzaak import RSIN
from tests.zaken.real.counter import Counter

ROOT = os.environ.get("PROVISIONS_TEST_OPENZAAK", "")


def now() -> datetime:
    """The real moment."""
    return datetime.now(UTC)


def _reference() -> str:
    letters = "".join(random.choices(ascii_uppercase, k=4))  # noqa: S311 - no secret
    return f"{letters}-2026-{random.randrange(10_000, 100_000)}"  # noqa: S311


@dataclass
class RealTown:
    """A municipality at work with it; ``reference`` is of this test alone, because numbers are never free again."""

    app: App
    config: Config
    engine: Engine
    counter: Counter
    reference: str = field(default_factory=_reference)

    @property
    def number(self) -> str:
        """The zaaknummer of its first round."""
        return f"{self.reference}-ID-1"

    def systems(self, **more: Any) -> CaseSystems:
        """An engine's worth of it, with nothing remembered."""
        servers = servers_for(self.config.zaken, GIVEN, now, lambda: 0.5, **more)
        return CaseSystems(self.engine, self.config, servers, now, lambda: 0.5)

    def turn(self, **more: Any) -> None:
        """All that would be done within the hour is done now, and every zaak is looked at."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE zaak SET next_try = now(), claimed = NULL WHERE next_try IS NOT NULL"))
            connection.execute(text("UPDATE zaak SET look_at = now() WHERE look_at IS NOT NULL"))
        self.systems(**more).turn()

    def doubted_long_enough(self) -> None:
        """Five minutes pass of what contradicts itself."""
        with self.engine.begin() as connection:
            connection.execute(text("UPDATE zaak SET doubted = doubted - interval '5 minutes'"))

    def intake(self, *needs: str, **more: Any) -> Case:
        """A case, as somebody at the shell starts it."""
        request = IntakeRequest(
            self.reference, "voluntary", needs or ("id_document",), municipality=PLACE, director=DIRECTOR, **more
        )
        return self.app.cases.intake(request, by=typed(DIRECTOR))

    def opened(self) -> None:
        """A case with one zaak, opened."""
        self.intake()
        self.turn()

    def record(self, outcome: str) -> None:
        """The director records an outcome."""
        self.app.cases.record_outcome(self.reference, "id_document", outcome, by=typed(DIRECTOR))

    def provision(self, key: str = "id_document", number: int = 1) -> Provision:
        """A provision as it is recorded."""
        with self.engine.connect() as connection:
            stored = loading.load_case(connection, self.reference)
        assert stored is not None
        return stored.case.provisions[ProvisionKey(key, number)]

    def due(self) -> date:
        """The day that is promised now."""
        with self.engine.connect() as connection:
            found: date = connection.execute(text("SELECT due FROM provision")).scalar_one()
        return found

    def zaak(self, number: str = "") -> Any:
        """What we keep of a zaak."""
        with self.engine.connect() as connection:
            query = text("SELECT * FROM zaak WHERE number = :number")
            return connection.execute(query, {"number": number or self.number}).one()

    def lines(self, what: str) -> list[Any]:
        """Lines of the record of this kind."""
        with self.engine.connect() as connection:
            return list(connection.execute(text("SELECT * FROM audit WHERE what = :what ORDER BY id"), {"what": what}))


@pytest.fixture
def real(database: Engine) -> RealTown:
    """A municipality with that case system."""
    counter = Counter(ROOT)
    tables = written(ROOT, catalogus=counter.catalogue(), rsin=RSIN)
    del tables["notificaties"]
    tables["provision"]["wmo_indication"] = {
        "zaaktype": "B0366",
        "mode": "follow",
        "code": "WMO",
        "results": {"Toegekend": "delivered", "Afgewezen": "refused", "Ingetrokken": "withdrawn"},
    }
    config, faults = read({PLACE: tables})
    assert faults == []
    return RealTown(App(database, config, now), config, database, counter)
