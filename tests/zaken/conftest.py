"""A municipality with a case system: the use cases on a real database, and real HTTP to a server of our own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from provisions.app import App
from provisions.catalogue import Config
from provisions.catalogue.entry import Entry
from provisions.catalogue.zaken import read_zaken
from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.settings import Secret
from provisions.store import loading
from provisions.usecases.case_system import CaseSystems
from provisions.usecases.intake import IntakeRequest
from provisions.zaken.servers import servers_for
from tests.builders import CATALOGUE, CONFIG, DIRECTOR, typed
from tests.conftest import MovingClock
from tests.zaken.openzaak import CLIENT, NOTIFIED, RSIN, SECRET, OpenZaak, serving

PLACE = next(iter(CONFIG.organisation.municipalities))
RESULTS = {
    "Verstrekt": "Toegekend",
    "Geweigerd": "Afgewezen",
    "Ingetrokken": "Ingetrokken",
    "Niet ontvankelijk": "Afgebroken",
}
GIVEN = {
    f"PROVISIONS_ZGW_{place.upper()}_{name}": Secret(secret)
    for place in (PLACE, "havenmeer")
    for name, secret in (("SECRET", SECRET), ("CALLBACK", NOTIFIED))
}


def written(root: str, **more: Any) -> dict[str, Any]:
    """A table of ``zaken.toml`` for the municipality."""
    rule = {
        "zaaktype": "B0255",
        "mode": "open",
        "withdrawn": "Ingetrokken",
        "unmapped": ["Niet ontvankelijk"],
        "results": {"Verstrekt": "delivered", "Geweigerd": "refused", "Ingetrokken": "withdrawn"},
    }
    return {
        "zaken": f"{root}/zaken/api/v1",
        "catalogi": f"{root}/catalogi/api/v1",
        "autorisaties": f"{root}/autorisaties/api/v1",
        "notificaties": f"{root}/notificaties/api/v1",
        "catalogus": f"{root}/catalogi/api/v1/catalogussen/7d2b7a3e-4a8c-4c84-a1cd-0a4e6a5a3f10",
        "rsin": RSIN,
        "client_id": CLIENT,
        "provision": {"id_document": {**rule, "code": "ID"}, "wmo_indication": {**rule, "code": "WMO"}},
        **more,
    }


def read(tables: dict[str, Any]) -> tuple[Config, list[str]]:
    """A configuration with these case systems, and its faults."""
    faults: list[str] = []
    root = Entry("zaken.toml", "", {"municipality": tables}, faults)
    systems = read_zaken(root, CONFIG.organisation.municipalities, CATALOGUE.provisions)
    rules = {(place, key): rule for place, system in systems.items() for key, rule in system.rules.items()}
    return replace(CONFIG, zaken=systems, catalogue=replace(CATALOGUE, zaken=rules)), faults


@dataclass
class Town:
    """A municipality at work: its app, its case system, and the engine between them."""

    app: App
    zgw: OpenZaak
    config: Config
    clock: MovingClock
    engine: Engine

    def systems(self, transport: httpx.BaseTransport | None = None) -> CaseSystems:
        """An engine's worth of it, with nothing remembered."""
        servers = servers_for(self.config.zaken, GIVEN, self.clock, lambda: 0.5, transport=transport)
        return CaseSystems(self.engine, self.config, servers, self.clock, lambda: 0.5)

    def intake(self, reference: str = "TR-2026-0042", *needs: str, **more: Any) -> Case:
        """A case, as somebody at the shell starts it."""
        given = {"municipality": PLACE, "director": DIRECTOR, **more}
        return self.app.cases.intake(
            IntakeRequest(reference, "voluntary", needs or ("id_document",), **given), by=typed(DIRECTOR)
        )

    def provision(self, reference: str = "TR-2026-0042", key: str = "id_document", number: int = 1) -> Provision:
        """A provision as it is recorded."""
        with self.engine.connect() as connection:
            stored = loading.load_case(connection, reference)
        assert stored is not None
        return stored.case.provisions[ProvisionKey(key, number)]

    def provision_due(self, reference: str = "TR-2026-0042") -> str:
        """The day that is promised now (ISO), of the only provision."""
        with self.engine.connect() as connection:
            query = "SELECT due FROM provision p JOIN client_case c ON c.id = p.case_id WHERE c.reference = :reference"
            return str(connection.execute(text(query), {"reference": reference}).scalar_one())

    def zaak(self, number: str = "TR-2026-0042-ID-1") -> Any:
        """What we keep of a zaak."""
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT * FROM zaak WHERE number = :number"), {"number": number}).one()

    def lines(self, what: str) -> list[Any]:
        """Lines of the record of this kind."""
        with self.engine.connect() as connection:
            return list(connection.execute(text("SELECT * FROM audit WHERE what = :what ORDER BY id"), {"what": what}))


@dataclass
class Side:
    """A case system and how it is set up, without a database of ours."""

    zgw: OpenZaak
    config: Config
    clock: MovingClock


@pytest.fixture
def side(clock: MovingClock) -> Iterator[Side]:
    """A case system in which a zaaktype is published."""
    with serving(clock) as zgw:
        config, faults = read({PLACE: written(zgw.root)})
        assert faults == []
        zgw.zaaktype("B0255", RESULTS)
        yield Side(zgw, config, clock)
        assert zgw.violations == []


@pytest.fixture
def town(side: Side, database: Engine) -> Town:
    """A municipality with that case system."""
    return Town(App(database, side.config, side.clock), side.zgw, side.config, side.clock, database)


@pytest.fixture
def opened(town: Town) -> Town:
    """A municipality with one zaak, opened."""
    town.intake()
    town.systems().turn()
    town.clock.advance(days=1)
    return town
