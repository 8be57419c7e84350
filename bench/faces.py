"""Faces a second: runs made and parked, then all woken because they are late, and parked again; everything included.

    python -m bench.faces                       # 100: 25 clients of four provisions
    python -m bench.faces --clients 125         # 500 late at once
    python -m bench.faces --count               # also which calls to Prefect a face makes

Beside it stock Prefect: one scheduled run per deadline, executed by ``serve()`` (its server on the same PostgreSQL).
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psutil

from bench.figures import Aim, Contestant, always, interleaved, options, publish, ratio, significant
from bench.host import machine
from bench.peers.process import STOCK_PREFECT, PeerProcess
from bench.rig import MovingClock, Rig, cpu_seconds, rig, take_in, wait_until
from flows.server import child
from provisions.machine import home

IDLE = 45.0  # seconds that idleness is watched
LATE = "Te laat"
AT_ONCE = 500
PARTS = ("engine", "server", "postgres")


class NoPost:
    """Nothing is delivered: the mail server is not what is measured."""

    def deliver_due(self) -> int:
        """Nothing."""
        return 0

    def next_try(self) -> None:
        """Never."""


@contextmanager
def prefect(made: Rig) -> Iterator[child.PrefectServer]:
    """The product's Prefect server; this process is set up to talk to it."""
    home.prepare(made.settings.home)
    token = child.engine_token(made.settings)
    process = child.PrefectServer(made.settings, token)
    process.start()
    try:
        wait_until(process.ready, seconds=90, what="Prefect's server")
        child.use_in_this_process(child.client_environment(made.settings, token))
        yield process
    finally:
        process.stop()


@contextmanager
def counted(into: Counter[str]) -> Iterator[None]:
    """Count each request to Prefect by method and path, ids left out."""
    import re

    import httpx

    send = httpx.Client.send

    send_async = httpx.AsyncClient.send

    def count(request: httpx.Request) -> None:
        path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", request.url.path)
        path = re.sub(r"(toelichting|formulier|antwoord)-.*", r"\1", path)
        into[f"{request.method} {path}"] += 1

    def counting(self: httpx.Client, request: httpx.Request, **more: Any) -> httpx.Response:
        count(request)
        return send(self, request, **more)

    async def counting_async(self: httpx.AsyncClient, request: httpx.Request, **more: Any) -> httpx.Response:
        count(request)
        return await send_async(self, request, **more)

    httpx.Client.send = counting  # type: ignore[method-assign]
    httpx.AsyncClient.send = counting_async  # type: ignore[method-assign]
    try:
        yield
    finally:
        httpx.Client.send, httpx.AsyncClient.send = send, send_async  # type: ignore[method-assign]


class Meter:
    """Seconds passed, and CPU of the engine (this process), Prefect's server and PostgreSQL."""

    def __init__(self, made: Rig, server_pid: int) -> None:
        self._pids = {"engine": os.getpid(), "server": server_pid, "postgres": made.postgres.pid() or 0}

    def measure(self, action: Callable[[], None]) -> dict[str, float]:
        """Do ``action``; what it took, in seconds."""
        before, began = self._cpu(), time.monotonic()
        action()
        took = time.monotonic() - began
        return {"seconds": took} | {name: used - before[name] for name, used in self._cpu().items()}

    def _cpu(self) -> dict[str, float]:
        used = {name: cpu_seconds(pid) for name, pid in self._pids.items()}
        # The embedded PostgreSQL and the server are no children of ours, or must not be counted twice.
        own = os.times()
        return used | {"engine": own.user + own.system}


def parked(made: Rig, name: str | None = None) -> int:
    """How many runs are parked (under this name), asked of Prefect's own database."""
    with made.superuser("prefect") as connection:
        query = "SELECT count(*) FROM flow_run WHERE state_type = 'PAUSED' AND (%s::text IS NULL OR state_name = %s)"
        (count,) = connection.execute(query, [name, name]).fetchone() or (0,)
    return int(str(count))


class Faces:
    """The product's engine in this process, its Prefect server, and a database of its own. Rounds go through the same one."""

    def __init__(self, made: Rig, server_pid: int) -> None:
        # Imports Prefect, which reads its settings from the environment that ``prefect`` has set.
        from flows.engine import Engine
        from provisions.app import App

        self._made = made
        database, self._clock = made.fresh("faces"), MovingClock()
        self._app = App(database, made.config, self._clock)
        self.engine = Engine(made.settings, self._app, outbox=NoPost())
        self.meter = Meter(made, server_pid)
        self.calls: dict[str, Counter[str]] = {"started": Counter(), "late": Counter()}
        self._clients = 0

    def warm_up(self) -> None:
        """Start, and wait until what belongs to starting is over."""
        self.engine.start()
        self._take_in(1)
        time.sleep(5)

    def started(self, clients: int) -> dict[str, float]:
        """``clients`` of four are taken in, until the last of their runs is parked."""
        with counted(self.calls["started"]):
            return self._each(4 * clients, lambda: self._take_in(clients))

    def late(self) -> dict[str, float]:
        """All of those are late in one instant, until the last of their runs shows it."""
        before = parked(self._made, LATE)

        def pass_time() -> None:
            self._clock.advance(days=90)
            self._app.time.tick_all()
            wait_until(lambda: parked(self._made, LATE) == 4 * self._clients, seconds=900, what="all late")

        with counted(self.calls["late"]):
            return self._each(4 * self._clients - before, pass_time)

    def _take_in(self, clients: int) -> None:
        take_in(self._app, clients, first=self._clients + 1)
        self._clients += clients
        wait_until(lambda: parked(self._made) == 4 * self._clients, seconds=900, what="all started")

    def _each(self, number: int, action: Callable[[], None]) -> dict[str, float]:
        took = self.meter.measure(action)
        return {
            "per_second": number / took["seconds"],
            "seconds": took["seconds"],
            **{f"{part}_cpu_ms_each": took[part] / number * 1000 for part in PARTS},
        }


def measure(
    made: Rig,
    clients: int,
    rounds: int,
    stock: int,
    *,
    idle: float = IDLE,
    count: bool = False,
    pause: Callable[[int], None] = lambda _pid: None,
) -> tuple[dict[str, object], list[Aim]]:
    """Medians; ``stock`` is how many deadlines stock Prefect gets (0: none). ``pause`` is called with the server's pid."""
    peer = PeerProcess(made, STOCK_PREFECT) if stock else None
    with prefect(made) as process:
        pid = process._child.pid if process._child else 0
        faces = Faces(made, pid)
        try:
            faces.warm_up()
            pause(pid)
            contestants: dict[str, Contestant] = {
                "runs started": always(faces.started, clients),
                "runs woken, shown late": always(faces.late),
            }
            if peer:
                contestants["stock serve(), one run a deadline"] = always(peer.due, stock)
            found: dict[str, object] = dict(interleaved(contestants, rounds))
            if count:
                number = 4 * clients * rounds
                for name, calls in faces.calls.items():
                    found[f"calls, {name}"] = {k: round(v / number, 2) for k, v in calls.most_common()}
            rest = faces.meter.measure(lambda: time.sleep(idle))
            found["at rest"] = {
                **{f"{part}_cpu_s_a_minute": significant(rest[part] / rest["seconds"] * 60) for part in PARTS},
                "engine_mb": round(psutil.Process().memory_info().rss / 2**20),
            }
        finally:
            faces.engine.stop()
    return found, _aims(found, clients)


def _aims(found: Mapping[str, Any], clients: int) -> list[Aim]:
    started, late = found["runs started"], found["runs woken, shown late"]
    stock = found.get("stock serve(), one run a deadline")
    slowest = min(started["per_second"], late["per_second"])
    aims = [
        Aim("runs started a second", started["per_second"], 12),
        Aim("runs woken and shown late a second", late["per_second"], 12),
        Aim("the slower of these, × stock serve()", ratio(slowest, stock and stock["per_second"]), 10),
    ]
    if clients * 4 >= AT_ONCE:
        aims.append(Aim(f"seconds until {clients * 4} late at once are shown", late["seconds"], 60, at_least=False))
    return aims


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__, rounds=1)
    parser.add_argument("--clients", type=int, default=25)
    parser.add_argument("--stock", type=int, default=20, metavar="N", help="deadlines for stock Prefect; 0: without")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--pause", help="a command to start with the server's pid as its last word (a profiler)")
    args = parser.parse_args()

    def pause(pid: int) -> None:
        if args.pause:
            import subprocess

            subprocess.Popen(args.pause.format(pid=pid), shell=True)  # noqa: S602 - what the measurer typed

    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.clients, args.rounds, args.stock, count=args.count, pause=pause)
    settings = {"faces": args.clients * 4, "stock": args.stock, "rounds": args.rounds}
    publish(f"faces-{args.clients * 4}", on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
