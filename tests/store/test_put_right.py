"""What was put right in Prefect is counted, and ``provisions check`` tells it for a week."""

import json
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from provisions.app import App
from provisions.catalogue import load
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


def test_what_two_engines_note_at_one_moment_both_counts(database: Engine) -> None:
    now = utc_now()
    note(database, now, run=1)
    with ThreadPoolExecutor(1) as other, database.begin() as connection:
        put_right.note(connection, now, {"run": 2})
        theirs = other.submit(note, database, now, run=4, block=1)  # waits for this transaction
        connection.commit()
        theirs.result(20)
    with database.connect() as connection:
        assert put_right.read(connection) == put_right.PutRight(now, {"run": 7, "block": 1})


def test_check_tells_that_admin_is_the_only_administrator_until_there_was_another(
    database: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(home=tmp_path, config=PROJECT / "config", database_url=Secret(url))
    told = []
    for _ in range(2):
        checking.check(Namespace(json=True, call=False), settings)
        told.append([line for line in json.loads(capsys.readouterr().out)["warnings"] if "andere beheerder" in line])
        if not told[1:]:
            App(database, load(PROJECT / "config")).people.add("beheer-1", ["administrator"], [])
    assert (len(told[0]), told[1]) == (1, [])
    assert "provisions person add" in told[0][0]


@pytest.mark.parametrize(("days", "told"), [(1, True), (8, False)])
def test_check_tells_it_for_a_week(
    database: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, told: bool
) -> None:
    note(database, utc_now() - timedelta(days=days), run=2, automation=1)
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(home=tmp_path, config=PROJECT / "config", database_url=Secret(url))
    checking.check(Namespace(json=True, call=False), settings)
    warnings = json.loads(capsys.readouterr().out)["warnings"]
    found = [line for line in warnings if "1 x automation, 2 x run" in line]
    assert bool(found) is told, warnings
