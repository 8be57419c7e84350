"""``kill -9`` while a thousand rungs fall due: of the engine, of one of two, of PostgreSQL.

``make faults`` (``PROVISIONS_TEST_FAULTS=long``): two thousand, until fifty kills landed while rungs were being recorded.
"""

import logging
import os
import random
import signal
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from provisions.database.connect import engine_for
from provisions.machine.postgres import EmbeddedPostgres, running
from tests.faults.burst import (
    AFTERWARDS,
    FIRST,
    at_work,
    foresee,
    nothing_lost_nothing_twice,
    still_to_climb,
    still_to_send,
    take_in,
    take_in_for_the_morning,
    the_first_rung_once,
)
from tests.faults.engine_process import Engines, engines, wait_until
from tests.faults.postoffice import PostOffice, open_office
from tests.homes import Homes, durable

logger = logging.getLogger(__name__)
LONG = os.environ.get("PROVISIONS_TEST_FAULTS") == "long"
RUNGS = 2_000 if LONG else 1_000  # more provisions than the clock records in one transaction
KILLS = 50 if LONG else 5
NewDatabase = Callable[..., AbstractContextManager[str]]


def kill_in_the_burst(started: Engines, database: Engine, moments: random.Random) -> bool:
    """Start an engine, kill it at a random moment; whether rungs were still being recorded then."""
    engine = started.start()
    wait_until(lambda: at_work(database) or not still_to_climb(database))
    threading.Event().wait(moments.uniform(0, 0.4))  # the moment of the kill, not a wait for something
    busy = still_to_climb(database) > 0
    engine.kill()
    return busy and still_to_climb(database) > 0


@pytest.mark.timeout(3000 if LONG else 600)
def test_the_engine_is_killed_again_and_again(new_database: NewDatabase) -> None:
    seed = random.randrange(10**6)  # noqa: S311 - no secret
    logger.info("seed %d", seed)
    moments = random.Random(seed)  # noqa: S311
    landed = 0
    while landed < KILLS:
        landed += one_burst(new_database, moments, most=KILLS - landed)
        logger.info("%d of %d kills landed while rungs were recorded", landed, KILLS)


def one_burst(new_database: NewDatabase, moments: random.Random, most: int) -> int:
    """So many rungs, and kills until they are all recorded; then three more while the messages go out."""
    office = PostOffice()
    with new_database() as url, open_office(office) as smtp:
        database = engine_for(url)
        take_in(database, RUNGS)
        with engines(url, smtp, AFTERWARDS) as started:
            landed = kills = 0
            while landed < most and still_to_climb(database):
                landed += kill_in_the_burst(started, database, moments)
                kills += 1
            for _ in range(3):
                engine = started.start()
                seen = len(office.received)
                wait_until(lambda seen=seen: len(office.received) > seen + 20 or not still_to_send(database))  # type: ignore[misc]
                engine.kill()
                kills += 1
            started.start()
            wait_until(lambda: not still_to_climb(database) and not still_to_send(database), 600)
        nothing_lost_nothing_twice(database, office, interruptions=kills)
        database.dispose()
    return landed


def test_engines_are_killed_while_they_record_what_was_foreseen(new_database: NewDatabase) -> None:
    """Thousands in one transaction: all of it or nothing, and the next engine does the rest."""
    office, moments = PostOffice(), random.Random(7)  # noqa: S311
    with new_database() as url, open_office(office) as smtp:
        database = engine_for(url)
        cases = take_in_for_the_morning(database, RUNGS if LONG else 300)
        assert foresee(database) == cases
        with engines(url, smtp, FIRST) as started:
            kills = 0
            while still_to_climb(database, FIRST) and kills < (30 if LONG else 4):
                engine = started.start()
                wait_until(lambda: at_work(database) or not still_to_climb(database, FIRST))
                threading.Event().wait(moments.uniform(0, 0.05))  # the moment of the kill
                engine.kill()
                kills += 1
            started.start()
            wait_until(lambda: not still_to_climb(database, FIRST) and not still_to_send(database), 600)
        the_first_rung_once(database, office, cases=cases, interruptions=kills)
        database.dispose()


def test_one_of_two_engines_is_killed(new_database: NewDatabase) -> None:
    office = PostOffice()
    with new_database() as url, open_office(office) as smtp:
        database = engine_for(url)
        take_in(database, RUNGS if LONG else 300)
        with engines(url, smtp, AFTERWARDS) as started:
            first, _ = started.start(), started.start()
            wait_until(lambda: len(office.received) > 20)
            first.kill()
            wait_until(lambda: not still_to_climb(database) and not still_to_send(database), 600)
        nothing_lost_nothing_twice(database, office, interruptions=1)
        database.dispose()


def test_postgresql_is_killed(homes: Homes) -> None:
    """Its own PostgreSQL: killed while rungs are recorded, and again while messages go out."""
    office = PostOffice()
    with (
        tempfile.TemporaryDirectory(prefix="pk-") as folder,
        running(durable(homes.of_tests(Path(folder) / "pg"))) as server,
    ):
        url = server.url("provisions")
        database = engine_for(url)
        with database.connect() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
            assert connection.exec_driver_sql("SHOW fsync").scalar() == "on"
        take_in(database, RUNGS if LONG else 300)
        with open_office(office) as smtp, engines(url, smtp, AFTERWARDS) as started:
            started.start()
            wait_until(lambda: at_work(database))
            kill_postgresql(server)
            wait_until(lambda: len(office.received) > 50)
            kill_postgresql(server)
            wait_until(lambda: survives(lambda: not still_to_climb(database) and not still_to_send(database)), 200)
        nothing_lost_nothing_twice(database, office, interruptions=2)
        database.dispose()


def kill_postgresql(server: EmbeddedPostgres) -> None:
    """``kill -9`` of the postmaster, and a new start as ``provisions up`` does it."""
    pid = int((server.home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not server.alive())
    server.ensure()


def survives(look: Callable[[], bool]) -> bool:
    """The database may still be recovering."""
    try:
        return look()
    except OperationalError:
        return False
