"""Being told by a real Open Notificaties of what a counter does in a real Open Zaak; skipped where there are none."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.domain.case import Status
from provisions.usecases.case_system import CaseSystems
from provisions.zaken.checking import Findings, examine
from provisions.zaken.servers import Server, servers_for
from provisions.zaken.subscribing import PATH, ours
from tests.conftest import MovingClock
from tests.door import signing_in
from tests.web.served import at_a_port
from tests.zaken.conftest import GIVEN, PLACE
from tests.zaken.openzaak import NOTIFIED
from tests.zaken.real.conftest import RealTown, now

logger = logging.getLogger(__name__)
NOTIFICATIONS = os.environ.get("PROVISIONS_TEST_OPENNOTIFICATIES", "")
LONGEST = 60  # seconds: they promise twenty
pytestmark = pytest.mark.skipif(not NOTIFICATIONS, reason="PROVISIONS_TEST_OPENNOTIFICATIES names no Open Notificaties")


@dataclass
class Told:
    """A municipality that can be told, at ``callback``."""

    real: RealTown
    callback: str

    @property
    def server(self) -> Server:
        """Its case system, asked anew."""
        return servers_for(self.real.config.zaken, GIVEN, now, lambda: 0.5, notified=True)[PLACE]

    def systems(self) -> CaseSystems:
        """An engine's worth of it that sees to being told."""
        servers = servers_for(self.real.config.zaken, GIVEN, now, lambda: 0.5, notified=True)
        headers = {PLACE: NOTIFIED}
        return CaseSystems(
            self.real.engine, self.real.config, servers, now, lambda: 0.5, callback=self.callback, headers=headers
        )

    def checked(self) -> Findings:
        """What ``provisions check`` says."""
        return examine(self.server, now(), callback=self.callback, answers=lambda _address: 401)


@pytest.fixture
def told(real: RealTown, workplace: Engine) -> Iterator[Told]:
    """Its door is open, and everything that was looked at is looked at again only when somebody says so."""
    (system,) = real.config.zaken.values()
    config = replace(real.config, zaken={PLACE: replace(system, notifications=f"{NOTIFICATIONS}/api/v1")})
    real = replace(real, config=config)
    behind = App(workplace, config, now)
    with at_a_port(behind, signing_in(behind, MovingClock(now())), case_systems={PLACE: NOTIFIED}) as address:
        made = Told(real, f"{address}{PATH}")
        yield made
        for one in ours(made.server.client.subscriptions(), made.callback):
            real.counter.unsubscribe(one.url)


def until(holds: Callable[[], bool]) -> float:
    """How many seconds it took."""
    began = now()
    while not holds():
        assert (now() - began).total_seconds() < LONGEST
        threading.Event().wait(0.2)
    return (now() - began).total_seconds()


def test_subscribed_once_and_the_counters_closing_comes_by_itself(told: Told) -> None:
    real = told.real
    assert any("nog geen abonnement" in line for line in told.checked().warnings)
    for _ in range(2):
        assert told.systems().subscribe()
    assert len(ours(told.server.client.subscriptions(), told.callback)) == 1
    assert told.checked().faults == []
    assert told.checked().warnings == []
    real.opened()
    before: datetime = real.zaak().look_at
    real.counter.close(real.number, "Verstrekt")
    until(lambda: real.zaak().look_at < before)  # five minutes later, without having been told
    took = until(lambda: bool(told.systems().turn()) and real.zaak().state == "closed")
    logger.info("recorded %.1f seconds after it was closed", took)
    assert real.provision().status is Status.DELIVERED
    assert len(real.lines("provision.outcome")) == 1
