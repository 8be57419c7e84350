"""Whether a case system answers and what waits for it: on the administrator's page, in ``/metrics`` and at the shell."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from provisions.access import Actor, Role
from provisions.app import App
from provisions.database.connect import pooled
from provisions.views.zaken import silent
from provisions.web.application import application
from tests.builders import DIRECTOR, day, typed
from tests.door import PASSWORD, SEALING, signing_in
from tests.infra.test_health import served
from tests.web.conftest import Browser
from tests.zaken.conftest import PLACE, Town
from tests.zaken.test_opening import ID

SIGNS = (
    "silent",
    "silent_seconds",
    "wanted",
    "wanted_seconds",
    "changes",
    "look_late_seconds",
    "differing",
    "given_up",
)


@pytest.fixture
def silenced(town: Town) -> Town:
    """One zaak was opened and is to say something else, two are to be opened; then their case system is away for two hours."""
    town.intake()
    systems = town.systems()
    systems.turn()
    town.zgw.away = True
    until = day("2026-11-12")
    town.app.cases.suspend("TR-2026-0042", "id_document", reason="client_asks", until=until, by=typed(DIRECTOR))
    for number in (43, 44):
        town.intake(f"TR-2026-00{number}")
    for _ in range(24):
        systems.turn()
        town.clock.advance(minutes=5)
    return town


def state(town: Town) -> tuple[object, ...]:
    """What the administrator reads of it."""
    (found,) = town.app.administering.state(Actor.of("beheer-1", [Role.ADMINISTRATOR], [PLACE])).case_systems
    return (
        found.answering.silent,
        found.answering.fault,
        found.waiting.open,
        found.waiting.wanted,
        found.waiting.changes,
    )


def test_it_is_known_since_when_it_is_silent_and_that_it_answers_again(silenced: Town) -> None:
    began = silenced.clock() - timedelta(hours=2)
    assert state(silenced) == (began, "503", 1, 2, 1)
    silenced.systems().turn()  # an engine that was started since then did not see it begin
    assert state(silenced)[0] == began
    (line,) = silent(pooled(silenced.engine), silenced.config.zaken)
    assert line.startswith(
        f"Het zaaksysteem van {PLACE} antwoordt niet, sinds 2 november 2026, 10.00 uur (503); 2 zaken moeten"
    )
    silenced.zgw.away = False
    silenced.clock.advance(hours=1)
    silenced.systems().turn()
    assert state(silenced) == (None, "", 3, 0, 0)
    assert silent(pooled(silenced.engine), silenced.config.zaken) == []


def test_the_engine_tells_it_in_numbers_and_not_of_whom(silenced: Town) -> None:
    with served(silenced.engine, silenced.clock, silenced.config) as world:
        signs, page = world.signs(), world.get("/metrics")[1]
    found = {name: signs[f"provisions_{'case_systems' if 'silent' in name else 'zaken'}_{name}"] for name in SIGNS}
    assert (found["silent"], found["silent_seconds"], found["wanted"], found["changes"]) == (1, 7200, 2, 1)
    assert found["wanted_seconds"] == 7260  # its first status is a minute old from the start
    assert found["look_late_seconds"] >= 0
    assert (found["differing"], found["given_up"]) == (0, 0)
    assert PLACE not in page


def test_what_differs_and_what_did_not_succeed_are_counted(town: Town) -> None:
    town.intake()
    town.systems().turn()
    town.zgw.delete(ID)
    town.clock.advance(minutes=6)
    town.systems().turn()
    (found,) = town.app.administering.state(Actor.of("beheer-1", [Role.ADMINISTRATOR], [PLACE])).case_systems
    assert (found.waiting.differing, found.waiting.given_up, found.answering.answered) == (1, 0, town.clock())


def test_on_the_page_of_the_administrator(silenced: Town, workplace: Engine) -> None:
    behind = App(workplace, silenced.config, silenced.clock)
    door = signing_in(behind, silenced.clock)
    door.set_password(silenced.app.people.add("beheer-1", ["administrator"], [PLACE]), PASSWORD, PASSWORD, "")
    house = application(behind, door, SEALING, tls=False, hosts=("127.0.0.1",))
    browser = Browser(TestClient(house, base_url="http://127.0.0.1:4200", follow_redirects=True)).signs_in("beheer-1")
    page = browser.opens("/beheer/stand")
    assert "nee, sinds ma 2 november 2026, 10.00 uur (503)" in page
    assert "2, de oudste al 2 uur" in page
    assert "TR-2026" not in page
