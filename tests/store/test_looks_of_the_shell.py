"""The shell looks by psycopg alone, a program that runs on asks its pool: what they read is the same."""

from datetime import timedelta

import psycopg
import pytest
from psycopg.rows import namedtuple_row
from sqlalchemy import Engine

from provisions.app import App
from provisions.catalogue import Config, load
from provisions.database.connect import pooled
from provisions.database.direct import _rows
from provisions.settings import PROJECT
from provisions.store import looking
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock

REFERENCE = "TR-2026-0042"


@pytest.fixture(scope="module")
def config() -> Config:
    return load(PROJECT / "config")


@pytest.mark.parametrize("municipality", [None, "voorbeeldstad", "havenmeer"])
def test_what_is_late_is_the_same_by_either_way(
    database: Engine, config: Config, clock: MovingClock, municipality: str | None
) -> None:
    app = App(database, config, clock)
    app.cases.intake(
        IntakeRequest(REFERENCE, "voluntary", ["id_document", "emergency_shelter"]), by=typed("regisseur.noord")
    )
    clock.advance(days=20)
    app.time.tick_all()
    app.cases.assign([REFERENCE], "regisseur.zuid", by=typed("teamleider-1"))
    now = clock.now + timedelta(seconds=1)

    with pooled(database)() as rows:
        by_pool = looking.late(rows, now, municipality)
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, row_factory=namedtuple_row) as connection:
        by_shell = looking.late(_rows(connection), now, municipality)

    assert sorted(by_shell, key=lambda one: one.id) == sorted(by_pool, key=lambda one: one.id)
    assert len(by_shell) == (0 if municipality == "havenmeer" else 2)
    assert {one.case.municipality for one in by_shell} <= {"voorbeeldstad"}
    assert {one.case.director for one in by_shell} <= {"regisseur.zuid"}
