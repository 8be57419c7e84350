"""The example caseload of a Sunday, loaded once for all tests that look at it: fifteen seconds of work."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from provisions.caseload.loading import Loaded, load_example
from provisions.catalogue import Config, load
from provisions.database.connect import engine_for
from provisions.settings import PROJECT, Secret, Settings
from tests.conftest import MovingClock, NewDatabase, Prepare

SUNDAY = "2026-11-22"
BASE = "https://basisvoorzieningen.voorbeeldland.example"


def at_eight(day: str) -> MovingClock:
    return MovingClock(datetime.fromisoformat(f"{day}T07:00:00+00:00"))


@dataclass
class OnSunday:
    """A home with the example, and the database (its name) that goes with it. Whoever does something with them has copies.

    ``steps``: how far it had come each time that loading was broken off, and in the end.
    """

    home: Path
    database: str = ""
    steps: list[Loaded] = field(default_factory=list)

    def load(self, settings: Settings, config: Config) -> None:
        """Loading is broken off twice: nobody sees that of the example."""

        def go_on(clock: MovingClock, most: int) -> None:
            turns = iter(range(most))
            load_example(settings, config, print, stopped=lambda: next(turns, None) is None, clock=clock)
            self.steps.append(Loaded.of(self.home, date.max))

        clock = at_eight(SUNDAY)
        go_on(clock, 40)
        # Killed after the event was recorded and before that was written down.
        Loaded(date.fromisoformat(SUNDAY), 39).keep(self.home)
        clock.advance(days=1)
        go_on(clock, 5)
        go_on(at_eight(SUNDAY), 1000)  # in time: what is due until now is done in the end only


@pytest.fixture(scope="session")
def config() -> Config:
    return load(PROJECT / "config")


@pytest.fixture(scope="session")
def on_sunday(prepared: Prepare, tmp_path_factory: pytest.TempPathFactory, config: Config) -> OnSunday:
    """The example as it was loaded on a Sunday morning."""
    loaded = OnSunday(tmp_path_factory.mktemp("example") / "home")
    loaded.home.mkdir()

    def fill(engine: Engine) -> None:
        url = engine.url.render_as_string(hide_password=False)
        loaded.load(Settings(home=loaded.home, database_url=Secret(url), base_url=BASE), config)

    loaded.database = prepared(fill)
    return loaded


@pytest.fixture
def sunday(on_sunday: OnSunday, settings: Settings, new_database: NewDatabase) -> Iterator[Settings]:
    """The same for this test alone, in a home and a database of its own."""
    with new_database(like=on_sunday.database) as url:
        shutil.copytree(on_sunday.home, settings.home)
        yield replace(settings, database_url=Secret(url), base_url=BASE)


@pytest.fixture
def sunday_engine(sunday: Settings) -> Iterator[Engine]:
    assert sunday.database_url is not None
    engine = engine_for(sunday.database_url.get_secret_value())
    yield engine
    engine.dispose()
