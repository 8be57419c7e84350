"""The work that every peer does, and how it tells what it took. Needs psycopg only.

A provision is started: a row, a request and an audit line. It falls due: the row changes, a message and an audit line are
added, each provision once. Each is one statement, so one round trip and one transaction: as cheap as it can be for a peer.
The peer adds what it needs to remember the deadline.

The URL comes in ``BENCH_URL`` (it holds a password). The answer is one line of JSON on standard output.
"""

import argparse
import json
import os
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg

EACH = 12  # provisions of one client
FAR = timedelta(days=365)

TABLES = """
    CREATE TABLE provision (id bigint PRIMARY KEY, client bigint NOT NULL, status text NOT NULL, due timestamptz NOT NULL);
    CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
        by text NOT NULL, what text NOT NULL, provision_id bigint NOT NULL);
    CREATE TABLE message (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(), provision_id bigint NOT NULL REFERENCES provision,
        kind text NOT NULL, created timestamptz NOT NULL DEFAULT clock_timestamp(), UNIQUE (provision_id, kind));
"""

# Names in the way of psycopg; ``AS_SQLALCHEMY`` is the same for SQLAlchemy's text().
START = """
    WITH p AS (INSERT INTO provision (id, client, status, due)
               SELECT n, %(client)s, 'waiting', %(due)s FROM unnest(CAST(%(ids)s AS bigint[])) AS n RETURNING id),
         a AS (INSERT INTO audit (by, what, provision_id) SELECT 'director', 'started', id FROM p)
    INSERT INTO message (provision_id, kind) SELECT id, 'request' FROM p
"""
RUNG = """
    WITH p AS (UPDATE provision SET status = 'late' WHERE id = %(id)s AND status = 'waiting' RETURNING id),
         a AS (INSERT INTO audit (by, what, provision_id) SELECT 'clock', 'rung', id FROM p)
    INSERT INTO message (provision_id, kind) SELECT id, 'rung' FROM p
"""


def as_sqlalchemy(statement: str) -> str:
    """The same statement with SQLAlchemy's names for what is filled in."""
    for name in ("client", "due", "ids", "id"):
        statement = statement.replace(f"%({name})s", f":{name}")
    return statement


class Peer(ABC):
    """One way to remember deadlines and to act on them."""

    def __init__(self, url: str) -> None:
        """``url`` for psycopg."""
        self.url = url

    @abstractmethod
    def prepare(self) -> None:
        """Make what the peer itself needs in the database, once. The tables of the work are there."""

    @abstractmethod
    def start(self, client: int, ids: list[int], due: datetime) -> None:
        """Start the provisions ``ids`` of a client, which fall due at ``due``."""

    @abstractmethod
    def work(self) -> None:
        """Begin to act on deadlines, in the background."""

    @abstractmethod
    def stop(self) -> None:
        """End everything."""


def main(made: type[Peer]) -> None:
    """Carry out what the command line asks with this peer."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("prepare")
    for name in ("start", "due"):
        command = commands.add_parser(name)
        command.add_argument("number", type=int, help="how many clients of twelve (start), or provisions (due)")
        command.add_argument("--first", type=int, required=True, help="the first number that is free")
        command.add_argument("--each", type=int, default=EACH, help="provisions that are started together (start)")
        command.add_argument("--lead", type=float, default=10.0, help="seconds between now and the instant")
    args = parser.parse_args()
    url = os.environ["BENCH_URL"]
    peer = made(url)
    try:
        if args.command == "prepare":
            with psycopg.connect(url) as connection:
                connection.execute(TABLES)
            peer.prepare()
            answer: dict[str, float] = {}
        elif args.command == "start":
            due = datetime.now(UTC) + FAR
            _start(peer, args.first, EACH, due, args.each)  # connects and compiles: once a process, not once a client
            answer = _start(peer, args.first + EACH, args.number * EACH, due, args.each)
        else:
            answer = _due(peer, args.first, args.number, args.lead)
    finally:
        peer.stop()
    print(json.dumps(answer), flush=True)  # noqa: T201


def _start(peer: Peer, first: int, number: int, due: datetime, each: int = EACH) -> dict[str, float]:
    began, cpu = time.perf_counter(), time.process_time()
    for client, ids in _clients(first, number, each):
        peer.start(client, ids, due)
    seconds = time.perf_counter() - began
    return {
        "per_second": number / seconds,
        "cpu_ms_each": (time.process_time() - cpu) * 1000 / number,
        "seconds": seconds,
    }


def _due(peer: Peer, first: int, number: int, lead: float) -> dict[str, float]:
    """``number`` fall due in one instant, ``lead`` seconds from now; a quarter of a second before it the peer must be at work."""
    instant = datetime.now(UTC) + timedelta(seconds=lead)
    loaded = _start(peer, first, number, instant)
    with psycopg.connect(peer.url, autocommit=True) as connection:
        connection.execute("ANALYZE")  # as autovacuum would have by the time that a deadline passes
    spare = (instant - datetime.now(UTC)).total_seconds()
    if spare < 1.0:
        return {"late_loading": 1.0 - spare, "load_per_second": loaded["per_second"]}
    cpu = time.process_time()
    peer.work()
    with psycopg.connect(peer.url, autocommit=True) as connection:
        _wait_for(connection, first, number, instant)
        query = """
            SELECT extract(epoch FROM max(at) - %(instant)s),
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM at - %(instant)s)),
                   percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM at - %(instant)s)), count(*),
                   (SELECT count(*) FROM message WHERE kind = 'rung' AND provision_id BETWEEN %(first)s AND %(last)s)
            FROM audit WHERE what = 'rung' AND provision_id BETWEEN %(first)s AND %(last)s
        """
        bounds = {"instant": instant, "first": first, "last": first + number - 1}
        found = connection.execute(query, bounds).fetchone() or ()
    last, median, p99, rungs, messages = (float(value) for value in found)
    if (rungs, messages) != (number, number):
        raise RuntimeError(f"{rungs:.0f} rungs and {messages:.0f} messages instead of {number}")
    return {
        "per_second": number / last,
        "late_p50": median,
        "late_p99": p99,
        "cpu_ms_each": (time.process_time() - cpu) * 1000 / number,
        "load_per_second": loaded["per_second"],
    }


def _clients(first: int, number: int, each: int) -> Iterator[tuple[int, list[int]]]:
    for start in range(first, first + number, each):
        yield start, list(range(start, min(start + each, first + number)))


def _wait_for(connection: psycopg.Connection[tuple[object, ...]], first: int, number: int, instant: datetime) -> None:
    query = "SELECT count(*) FROM provision WHERE status = 'late' AND id BETWEEN %s AND %s"
    until = instant + timedelta(seconds=60 + number / 5)
    while True:
        done = (connection.execute(query, [first, first + number - 1]).fetchone() or (0,))[0]
        if done == number:
            return
        if datetime.now(UTC) > until:
            raise TimeoutError(f"{done} of {number} recorded by {until:%H:%M:%S}")
        time.sleep(0.1)
