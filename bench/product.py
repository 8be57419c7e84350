"""The product by its own use cases on a migrated database of its own: audit, messages, plans, wanted faces and all.

A figure asks for a fresh one each round. Nothing is prepared outside the use cases, but that the clock is ours.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine as Database
from sqlalchemy import text

from bench.figures import stopwatch
from bench.rig import BY, MovingClock, Rig, requests, wait_until
from flows.loops.clock import Clock
from flows.loops.lookahead import Lookahead
from provisions.app import App
from provisions.database.connect import engine_for
from provisions.usecases.intake import IntakeRequest
from provisions.usecases.outcomes import OutcomeReport

WITHIN = 10.0  # seconds that are left before the instant when the clock starts


@dataclass
class Shifted:
    """The real clock, moved so that a moment of the calendar comes when it suits: an instant is not waited for for days."""

    shift: timedelta

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Product:
    """A fresh database and its use cases. ``clock`` stands still until a figure moves it. ``owner``: the URL of the
    database as the owner of its tables.
    """

    database: Database
    app: App
    clock: MovingClock = field(default_factory=MovingClock)
    owner: str = ""

    def one(self, query: str, **values: object) -> object:
        """The only value of a query."""
        with self.database.connect() as connection:
            return connection.execute(text(query), values).scalar_one()

    def count(self, what: str, **values: object) -> int:
        """Rows of ``what``: a table, with a condition if need be."""
        return int(str(self.one(f"SELECT count(*) FROM {what}", **values)))  # noqa: S608 - our own words

    def analyze(self) -> None:
        """As autovacuum would have by the time that a deadline passes; as the owner, for of another's tables it does nothing."""
        owner = engine_for(self.owner)
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        owner.dispose()


def product(made: Rig, name: str = "product") -> Product:
    """A migrated database of that name, empty, at nine o'clock on a Monday."""
    clock = MovingClock()
    database = made.fresh(name)
    app = App(database, made.config, clock)
    app.rules.follow()
    return Product(database, app, clock, made.url(name, owner=True))


def take_in_all(subject: Product, wanted: Sequence[IntakeRequest], batch: int = 200) -> None:
    """Many cases a transaction: the load before a measurement."""
    for start in range(0, len(wanted), batch):
        subject.app.cases.intake_many(wanted[start : start + batch], by=BY)


def twelve(subject: Product, clients: int, *, first: int = 1) -> list[IntakeRequest]:
    """Clients who need all twelve; two of these need an agreed date, so they come with one."""
    keys = list(subject.app.config.catalogue.provisions)
    day = subject.clock().date() + timedelta(days=30)
    agreed = {key: day for key in keys if subject.app.config.catalogue.provisions[key].needs_agreed_date}
    return [replace(request, agreed=agreed) for request in requests(clients, keys, first=first)]


def intake(subject: Product, clients: int) -> dict[str, float]:
    """One client with twelve a transaction: provisions a second."""
    first, *wanted = twelve(subject, clients + 1)
    subject.app.cases.intake(first, by=BY)  # connects and compiles: once a process, not once a client
    with stopwatch() as took:
        for request in wanted:
            subject.app.cases.intake(request, by=BY)
    number = subject.count("provision") - 12
    if number != clients * 12:
        raise RuntimeError(f"{number} provisions instead of {clients * 12}")
    return {"per_second": number / took["seconds"], "cpu_ms_each": took["cpu"] * 1000 / number}


def outcomes(subject: Product, clients: int, batch: int = 1) -> dict[str, float]:
    """``batch`` outcomes a transaction, each of which unblocks two dependents and asks their counters: outcomes a second."""
    first, *wanted = requests(clients + 1, ("id_document", "postal_address", "benefit_decision"))
    take_in_all(subject, [first, *wanted])
    subject.app.cases.record_outcome(first.reference, "id_document", "delivered", by=BY)  # connects and compiles
    subject.analyze()
    blocked = "provision WHERE status = 'blocked'"
    if subject.count(blocked) != 2 * clients:
        raise RuntimeError("the dependents are not blocked")
    reports = [OutcomeReport(request.reference, "id_document", "delivered") for request in wanted]
    with stopwatch() as took:
        if batch == 1:
            for report in reports:
                subject.app.cases.record_outcome(report.reference, report.key, report.outcome, by=BY)
        else:
            for start in range(0, clients, batch):
                subject.app.cases.record_outcomes(reports[start : start + batch], by=BY)
    if subject.count(blocked):
        raise RuntimeError("some dependents stayed blocked")
    return {"per_second": clients / took["seconds"], "cpu_ms_each": took["cpu"] * 1000 / clients}


# --- falling due -----------------------------------------------------------------------------------------------------


def due_at_once(subject: Product, number: int, beside: Sequence[str] = (), *, first: int = 1) -> datetime:
    """Take in ``number`` clients whose Wmo indication falls due at one midnight: the moment (UTC), three working days on.

    ``beside`` is what each needs besides; none of that is due by then. All that comes before the instant is recorded.
    """
    wanted = requests(number, ("wmo_indication", *beside), first=first)
    take_in_all(subject, wanted)
    query = (
        "SELECT late_from FROM provision JOIN client_case AS c ON c.id = case_id WHERE reference = :one AND key = :key"
    )
    moment = subject.one(query, one=wanted[0].reference, key="wmo_indication")
    assert isinstance(moment, datetime)  # noqa: S101 - a column of moments
    subject.clock.now = moment - timedelta(seconds=1)
    subject.app.time.tick_all()
    due = subject.count("provision WHERE next_at = :moment", moment=moment)
    if due != number:
        raise RuntimeError(f"{due} due at {moment} instead of {number}")
    subject.analyze()
    return moment


def foresee(subject: Product, moment: datetime, number: int) -> dict[str, float]:
    """What the engine does in the day before ``moment``: decide ahead. What that costs beforehand."""
    subject.clock.now = moment - timedelta(hours=1)
    count = 0
    with stopwatch() as took:
        while some := subject.app.time.foresee():
            count += some
    if count < number:
        raise RuntimeError(f"{count} foreseen instead of {number}")
    subject.analyze()
    return {"foreseen_per_second": count / took["seconds"], "foresight_cpu_ms_each": took["cpu"] * 1000 / count}


def climb_in_real_time(subject: Product, moment: datetime, number: int, within: float = WITHIN) -> dict[str, float]:
    """Let the engine's own clock (and its lookahead) meet ``moment``, ``within`` seconds from now, in real time.

    ``per_second`` counts from the instant until the last commit; lateness is ``rung.climbed``, which the database's clock
    wrote, less the instant, in seconds. CPU is that of this process, from before the instant on.
    """
    real = datetime.now(UTC) + timedelta(seconds=within)
    shifted = Shifted(moment - real)
    commits: list[float] = []
    with _running(App(subject.database, subject.app.config, shifted), shifted, commits), stopwatch() as took:
        time.sleep(max(0.0, (real - datetime.now(UTC)).total_seconds()))
        waiting = "provision WHERE next_at <= :moment"
        wait_until(
            lambda: not subject.count(waiting, moment=moment),
            seconds=60 + number / 100,
            what="all rungs recorded",
            every=0.1,
        )
        wait_until(lambda: bool(commits), seconds=10, what="the last commit", every=0.01)
    late = _lateness(subject, moment, real)
    if late.pop("rungs") != number:
        raise RuntimeError("not every rung was recorded once")
    seconds = max(commits) - real.timestamp()
    return {"per_second": number / seconds, **late, "cpu_ms_each": took["cpu"] * 1000 / number}


@contextmanager
def _running(app: App, now: Shifted, commits: list[float]) -> Iterator[None]:
    lock = threading.Lock()

    def ticked() -> None:
        with lock:
            commits.append(time.time())

    loops = (Clock(app.time, now=now, ticked=ticked).loop, Lookahead(app.time).loop)
    for loop in loops:
        loop.start()
    try:
        yield
    finally:
        for loop in loops:
            loop.stop()
        for loop in loops:
            loop.join(10)


def _lateness(subject: Product, moment: datetime, real: datetime) -> dict[str, float]:
    query = """
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM climbed - :real)),
               percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM climbed - :real)),
               count(DISTINCT message)
        FROM rung WHERE due = :moment
    """
    with subject.database.connect() as connection:
        median, p99, rungs = connection.execute(text(query), {"real": real, "moment": moment}).one()
    return {"late_p50": float(median), "late_p99": float(p99), "rungs": rungs}
