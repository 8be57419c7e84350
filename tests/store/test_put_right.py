"""What was put right in Prefect is counted, and ``provisions check`` tells it for a week."""

import json
from argparse import Namespace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from provisions.cli import checking
from provisions.settings import PROJECT, Secret, Settings, utc_now
from provisions.store import put_right


def note(database: Engine, now: datetime, **counts: int) -> None:
    with database.begin() as connection:
        put_right.note(connection, now, counts)


def test_counts_add_up_and_the_last_moment_stands(database: Engine) -> None:
    with database.connect() as connection:
        assert put_right.read(connection) is None
    now = utc_now()
    note(database, now - timedelta(days=1), run=2, automation=1)
    note(database, now, run=1)
    with database.connect() as connection:
        assert put_right.read(connection) == put_right.PutRight(now, {"run": 3, "automation": 1})


@pytest.mark.parametrize(("days", "told"), [(1, True), (8, False)])
def test_check_tells_it_for_a_week(
    database: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, told: bool
) -> None:
    note(database, utc_now() - timedelta(days=days), run=2, automation=1)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(home=tmp_path, config=PROJECT / "config", database_url=Secret(url))
    checking.check(Namespace(json=True), settings)
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    found = [line for line in warnings if "1 x automation, 2 x run" in line]
    assert bool(found) is told, warnings
