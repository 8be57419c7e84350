"""A notification leads to a look, and proves nothing; late, doubled, malformed or of others, it does no harm."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.app import App
from provisions.domain.case import Status
from provisions.usecases.case_system import CaseSystems
from provisions.web.application import application
from provisions.zaken.servers import servers_for
from provisions.zaken.subscribing import callback_of
from tests.door import SEALING, signing_in
from tests.zaken.conftest import GIVEN, PLACE, Town
from tests.zaken.openzaak import NOTIFIED
from tests.zaken.test_opening import ID

PATH = "/zaaksysteem/berichten"


@pytest.fixture
def door(town: Town, workplace: Engine) -> TestClient:
    """The door of the municipality, behind the second wall."""
    behind = App(workplace, town.config, town.clock)
    served = application(
        behind,
        signing_in(behind, town.clock),
        SEALING,
        tls=False,
        hosts=("127.0.0.1",),
        case_systems={"havenmeer": "x" * 40, PLACE: NOTIFIED},
    )
    return TestClient(served, base_url="http://127.0.0.1:4200", follow_redirects=False)


def about(town: Town, **more: Any) -> dict[str, Any]:
    """A notification as servers send it."""
    return {
        "kanaal": "zaken",
        "hoofdObject": town.zgw.of(ID)["url"],
        "resource": "status",
        "resourceUrl": "https://elders.example/statussen/1",
        "actie": "create",
        "aanmaakdatum": "2026-11-25T10:00:00.123Z",
        "source": "openzaak",
        "kenmerken": {"bronorganisatie": "002564440"},
        **more,
    }


def sent(door: TestClient, body: Any, header: str = NOTIFIED) -> int:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = door.post(PATH, content=content, headers={"Authorization": header} if header else {})
    return int(answer.status_code)


def test_what_changed_is_looked_at_at_once_and_recorded_once(town: Town, door: TestClient) -> None:
    town.intake()
    town.systems().turn()
    town.clock.advance(days=1)
    town.systems().turn()
    town.zgw.close(ID, "Verstrekt")
    assert town.systems().turn() == 0  # the poll is not due yet
    for _ in range(3):
        assert sent(door, about(town)) == 204
        town.systems().turn()
    assert town.provision().status is Status.DELIVERED
    assert len(town.lines("provision.outcome")) == 1


def test_it_proves_nothing(town: Town, door: TestClient) -> None:
    town.intake()
    town.systems().turn()
    assert sent(door, about(town, resultaat="Verstrekt", einddatum="2026-11-02")) == 204
    town.systems().turn()
    assert town.provision().status is Status.WAITING


def test_without_its_header_nothing_is_believed(town: Town, door: TestClient) -> None:
    town.intake()
    town.systems().turn()
    town.systems().turn()
    looks = town.zaak().look_at
    for header in ("", "Bearer x", NOTIFIED[:-1]):
        assert sent(door, about(town), header) == 401
    # Another municipality's header is a right one, and this zaak is not theirs.
    assert sent(door, about(town), "x" * 40) == 204
    assert town.zaak().look_at == looks


def test_what_is_not_ours_or_can_not_be_read_is_taken_and_does_nothing(town: Town, door: TestClient) -> None:
    for body in (
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b"[" * 60000,
        {"kanaal": "test"},
        {"hoofdObject": "https://elders.example/zaken/1"},
        {"hoofdObject": ["x"]},
        {"hoofdObject": "https://elders.example/zaken/6f1f2f4e-0f0f-4d0d-8d0d-000000000000"},
    ):
        assert sent(door, body) == 204
    assert town.zgw.calls == []


def test_subscribed_once_whole_and_put_right(town: Town) -> None:
    callback = callback_of("https://basisvoorzieningen.example")
    servers = servers_for(town.config.zaken, GIVEN, town.clock, lambda: 0.5)
    systems = CaseSystems(
        town.engine, town.config, servers, town.clock, lambda: 0.5, callback=callback, headers={PLACE: NOTIFIED}
    )
    town.zgw.abonnementen["of others"] = {"url": "x/1", "callbackUrl": "https://elders.example", "kanalen": []}
    for _ in range(2):
        assert systems.subscribe()
    (ours,) = [one for one in town.zgw.abonnementen.values() if one["callbackUrl"] == callback]
    assert ours["auth"] == NOTIFIED
    assert ours["kanalen"] == [{"naam": "zaken", "filters": {"bronorganisatie": "002564440"}}]
    assert {call.method for call in town.zgw.calls} == {"GET", "POST", "PUT"}
    town.zgw.away = True
    assert not systems.subscribe()
