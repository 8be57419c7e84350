"""What the use cases record a second, each against the floor on the same PostgreSQL in the same round.

    python -m bench.record                # the short set
    python -m bench.record --due 10000

The use cases write state, audit with its chain, messages, wanted faces and plans. The floors write a state, an audit line
and a message, 500 in one transaction, and decide nothing: SQLAlchemy Core (executemany) and psycopg (COPY and one UPDATE).
Rounds are interleaved and the median is given, because the machine is never quite quiet.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psutil
import psycopg
from sqlalchemy import Column, DateTime, Integer, MetaData, Table, Text, Uuid, bindparam, text
from sqlalchemy import Engine as Database

from bench.rig import INDEPENDENT, MovingClock, Rig, requests, rig, take_in
from provisions.steps import Steps

# Twelve a client, as issue 5 has it; two need an agreed date, so that they come in with one.
BATCH = 500
_floor = MetaData()
STATE = Table("floor_state", _floor, Column("id", Integer, primary_key=True), Column("status", Text))
AUDIT = Table(
    "floor_audit",
    _floor,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True)),
    Column("what", Text),
    Column("about", Integer),
)
MESSAGE = Table(
    "floor_message", _floor, Column("id", Uuid, primary_key=True), Column("about", Integer), Column("kind", Text)
)


def timed(action: Callable[[], None]) -> float:
    """Seconds that ``action`` took."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


class Product:
    """The use cases on a fresh database."""

    def __init__(self, made: Rig, number: int) -> None:
        self.clock = MovingClock()
        self.database = made.fresh(f"product_{number}")
        self.steps = Steps(self.database, made.config, self.clock)

    def intake(self, clients: int) -> float:
        """Provisions a second, one client with twelve a transaction."""
        agreed = {"housing": self.clock().date(), "social_network": self.clock().date()}
        keys = list(self.steps.config.catalogue.provisions)
        wanted = [
            type(request)(request.reference, request.route, keys, agreed=agreed)
            for request in requests(clients, keys, first=5_000_000 // 1000)
        ]

        def all_of_them() -> None:
            for request in wanted:
                self.steps.intake(request, by="regisseur-03")

        return clients * len(keys) / timed(all_of_them)

    def rungs(self, due: int) -> float:
        """Rungs recorded a second when ``due`` provisions fall due in one instant."""
        take_in(self.steps, due // len(INDEPENDENT))
        self.clock.advance(days=21)
        self.steps.tick_all()  # what came before the instant
        before = self._count("rung")
        self.clock.advance(days=200)
        took = timed(lambda: self.steps.tick_all())  # type: ignore[arg-type, return-value]
        return (self._count("rung") - before) / took

    def first_rungs(self, due: int) -> float:
        """The same for the first rung alone: ``due`` provisions of one kind, one rung each."""
        take_in(self.steps, due, ("special_assistance",))
        before = self._count("rung")
        self.clock.advance(days=13)  # two weeks: the reminder is due, nothing is late
        took = timed(lambda: self.steps.tick_all())  # type: ignore[arg-type, return-value]
        recorded = self._count("rung") - before
        if recorded != due:
            raise RuntimeError(f"{recorded} rungs instead of {due}")
        return recorded / took

    def outcomes(self, clients: int) -> float:
        """Outcomes recorded a second, each of which unblocks dependents."""
        wanted = requests(clients, ("id_document", "postal_address", "benefit_decision"), first=9_000)
        self.steps.intake_many(wanted, by="regisseur-03")

        def all_of_them() -> None:
            for request in wanted:
                self.steps.record_outcome(request.reference, "id_document", "delivered", by="regisseur-03")

        return clients / timed(all_of_them)

    def _count(self, table: str) -> int:
        with self.database.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


class Floor:
    """The same rows and nothing else."""

    def __init__(self, made: Rig, number: int) -> None:
        self.database: Database = made.fresh(f"floor_{number}")
        self.url = made.url(f"floor_{number}", owner=True).replace("+psycopg", "")
        from sqlalchemy import create_engine

        self.owner = create_engine(made.url(f"floor_{number}", owner=True))
        _floor.create_all(self.owner)

    def fill(self, count: int) -> None:
        """States to change."""
        with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
            cursor.execute("TRUNCATE floor_state, floor_audit, floor_message")
            cursor.execute("INSERT INTO floor_state SELECT g, 'waiting' FROM generate_series(1, %s) g", [count])

    def core(self, count: int) -> float:
        """Changes a second with SQLAlchemy Core."""
        now = MovingClock().now

        def run() -> None:
            for first in range(1, count + 1, BATCH):
                numbers = range(first, min(first + BATCH, count + 1))
                with self.owner.begin() as connection:
                    connection.execute(
                        STATE.update().where(STATE.c.id == bindparam("row")).values(status=bindparam("to")),
                        [{"row": n, "to": "late"} for n in numbers],
                    )
                    connection.execute(AUDIT.insert(), [{"at": now, "what": "rung", "about": n} for n in numbers])
                    connection.execute(MESSAGE.insert(), [{"id": uuid4(), "about": n, "kind": "r"} for n in numbers])

        self.fill(count)
        return count / timed(run)

    def bare(self, count: int) -> float:
        """Changes a second with psycopg."""
        now = MovingClock().now

        def run() -> None:
            with psycopg.connect(self.url) as connection, connection.cursor() as cursor:
                for first in range(1, count + 1, BATCH):
                    numbers = list(range(first, min(first + BATCH, count + 1)))
                    cursor.execute("UPDATE floor_state SET status = 'late' WHERE id = ANY(%s)", [numbers])
                    with cursor.copy("COPY floor_audit (at, what, about) FROM STDIN") as copy:
                        for n in numbers:
                            copy.write_row((now, "rung", n))
                    with cursor.copy("COPY floor_message (id, about, kind) FROM STDIN") as copy:
                        for n in numbers:
                            copy.write_row((uuid4(), n, "r"))
                    connection.commit()

        self.fill(count)
        return count / timed(run)


def measure(*, due: int, clients: int, rounds: int) -> dict[str, Any]:
    """Median of interleaved rounds, in a second."""
    found: dict[str, list[float]] = {}
    with rig() as made:
        for number in range(rounds):
            product, floor = Product(made, number), Floor(made, number)
            for name, figure in (
                ("floor: psycopg", lambda f=floor: f.bare(due)),
                ("floor: SQLAlchemy Core", lambda f=floor: f.core(due)),
                ("first rungs recorded", lambda p=product: p.first_rungs(due)),
                ("intake, provisions", lambda p=product: p.intake(clients)),
                ("outcomes with dependents", lambda p=product: p.outcomes(clients)),
            ):
                found.setdefault(name, []).append(figure())
            floor.owner.dispose()
    return {name: round(statistics.median(values)) for name, values in found.items()}


def machine() -> dict[str, Any]:
    """What this ran on, and how busy it was with other things."""
    return {
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Print JSON and a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--due", type=int, default=2_100)
    parser.add_argument("--clients", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    on = machine()
    figures = measure(due=args.due, clients=args.clients, rounds=args.rounds)
    core = figures["floor: SQLAlchemy Core"]
    sys.stderr.write(
        "".join(f"{name:28}{value:>9,} /s{value / core:>7.2f} of Core\n" for name, value in figures.items())
    )
    print(json.dumps({"machine": on, "per_second": figures}))  # noqa: T201


if __name__ == "__main__":
    main()
