"""A town with its overviews, and links that say where they lead."""

from collections.abc import Mapping
from uuid import UUID

import pytest
from sqlalchemy import Engine

from provisions.overview import Form, Overviews, Pages
from tests.builders import CONFIG, Town
from tests.conftest import MovingClock


class PlainLinks:
    """A fake of ``Links``: readable paths."""

    def run(self, flow_run: UUID) -> str:
        return f"/runs/{flow_run}"

    def form(self, form: Form, values: Mapping[str, object]) -> str:
        return "/".join(["/form", form.name.lower(), *map(str, values.values())])

    def plan(self, reference: str) -> str:
        return f"/plan/{reference}"


@pytest.fixture
def town(database: Engine, clock: MovingClock) -> Town:
    return Town(database, clock)


@pytest.fixture
def overviews(town: Town) -> Overviews:
    return Overviews(town.database, CONFIG, town.app.views, town.clock)


@pytest.fixture
def pages() -> Pages:
    return Pages(CONFIG, PlainLinks())
