"""The engine's own clock and lookahead beside what is measured: a process of its own, and provisions that fall due meanwhile."""

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event

from sqlalchemy import text

from bench.product import Product
from flows.loops.clock import Clock
from flows.loops.lookahead import Lookahead
from provisions.app import App
from provisions.catalogue import load
from provisions.database.connect import engine_for
from provisions.settings import PROJECT

_READY, _ENDS = 60.0, 30.0  # seconds
_AGREED_YESTERDAY = """
UPDATE provision SET agreed = :day, due = :day, late_from = :late_from, next_at = :moment
WHERE id IN (SELECT id FROM provision WHERE status = 'waiting' AND agreed > :later ORDER BY id LIMIT :number) RETURNING id"""


@dataclass(frozen=True)
class Instant:
    """Provisions (database ids) of which a rung falls due at ``moment`` (UTC)."""

    moment: datetime
    provisions: Sequence[int]


def due_at(subject: Product, moment: datetime, number: int) -> Instant:
    """Let ``number`` of those that wait for an agreed date, or as many as there are, come to the clock at ``moment`` (UTC): the
    day agreed on was yesterday.
    """
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    values = {
        "day": (midnight - timedelta(days=1)).date(),
        "late_from": midnight,
        "moment": moment,
        "later": (midnight + timedelta(days=30)).date(),
        "number": number,
    }
    with subject.database.begin() as connection:
        return Instant(moment, list(connection.execute(text(_AGREED_YESTERDAY), values).scalars()))


def all_recorded(subject: Product, instants: Sequence[Instant]) -> bool:
    """Whether each of them climbed."""
    ids = [one for instant in instants for one in instant.provisions]
    with subject.database.connect() as connection:
        query = text("SELECT count(DISTINCT provision_id) FROM rung WHERE provision_id = ANY(:ids)")
        return int(connection.execute(query, {"ids": ids}).scalar_one()) == len(ids)


def lateness(subject: Product, instants: Sequence[Instant]) -> dict[str, float]:
    """By how many seconds their first rungs were recorded after their moment, by the database's clock."""
    late: list[float] = []
    query = text(
        "SELECT min(extract(epoch FROM climbed)) AS at FROM rung WHERE provision_id = ANY(:ids) GROUP BY provision_id"
    )
    with subject.database.connect() as connection:
        for instant in instants:
            found = connection.execute(query, {"ids": list(instant.provisions)}).all()
            late += [float(row.at) - instant.moment.timestamp() for row in found]
    ordered = sorted(late)
    if not ordered:
        return {"rungs": 0}
    return {
        "rungs": len(ordered),
        "late_p50": ordered[len(ordered) // 2],
        "late_p99": ordered[int(len(ordered) * 0.99)],
    }


@contextmanager
def clock(url: str) -> Iterator[None]:
    """The engine's clock and lookahead on this database, in a process of their own."""
    spawned = multiprocessing.get_context("spawn")
    ready, ended = spawned.Event(), spawned.Event()
    process = spawned.Process(target=_run, args=(url, ready, ended), daemon=True)
    process.start()
    try:
        if not ready.wait(_READY):
            raise RuntimeError("the clock did not start")
        yield
    finally:
        ended.set()
        process.join(_ENDS)
        process.terminate()


def _run(url: str, ready: Event, ended: Event) -> None:
    app = App(engine_for(url), load(PROJECT / "config"))
    loops = (Clock(app.time, now=app.clock, ticked=lambda: None).loop, Lookahead(app.time).loop)
    for loop in loops:
        loop.start()
    ready.set()
    ended.wait()
    for loop in loops:
        loop.stop()
    for loop in loops:
        loop.join(10)
