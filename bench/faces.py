"""Faces a second: runs made and parked, then all woken because they are late, and parked again; everything included.

python -m bench.faces --clients 25          # four provisions a client
python -m bench.faces --clients 25 --count  # also which calls to Prefect a face makes
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from bench.rig import MovingClock, Rig, cpu_seconds, rig, take_in, wait_until
from flows import home, server

IDLE = 45.0  # seconds that idleness is watched


class NoPost:
    """Nothing is delivered: the mail server is not what is measured."""

    def deliver_due(self) -> int:
        """Nothing."""
        return 0

    def next_try(self) -> None:
        """Never."""


@contextmanager
def prefect(made: Rig) -> Iterator[server.PrefectServer]:
    """The product's Prefect server; this process is set up to talk to it."""
    home.prepare(made.settings.home)
    token = server.engine_token(made.settings)
    child = server.PrefectServer(made.settings, token)
    child.start()
    try:
        wait_until(child.ready, seconds=90, what="Prefect's server")
        server.use_in_this_process(server.client_environment(made.settings, token))
        yield child
    finally:
        child.stop()


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


def measure(
    clients: int, *, count: bool = False, pause: Callable[[int], None] = lambda _pid: None
) -> dict[str, object]:
    """Both figures; ``pause`` is called with the server's pid before the work begins."""
    with rig() as made, prefect(made) as child:
        from flows.engine import Engine
        from provisions.steps import Steps

        database, clock = made.fresh("faces"), MovingClock()
        steps = Steps(database, made.config, clock)
        engine = Engine(made.settings, steps, made.config, database, outbox=NoPost())
        engine.start()
        calls: dict[str, Counter[str]] = {"started": Counter(), "late": Counter()}
        try:
            take_in(steps, 1)
            wait_until(lambda: parked(made) == 4, seconds=60, what="the first four")
            time.sleep(5)  # what belongs to starting is over
            expected = (clients + 1) * 4
            pid = child._child.pid if child._child else 0
            meter = Meter(made, pid)
            pause(pid)

            def start() -> None:
                take_in(steps, clients, first=2)
                wait_until(lambda: parked(made) == expected, seconds=600, what="all started")

            def late() -> None:
                clock.advance(days=90)
                steps.tick_all()
                wait_until(lambda: parked(made, "Te laat") == expected, seconds=600, what="all late")

            figures: dict[str, object] = {}
            for name, action, number in (("started", start, clients * 4), ("late", late, expected)):
                with counted(calls[name]):
                    took = meter.measure(action)
                figures[name] = {
                    "faces": number,
                    "per_second": round(number / took["seconds"], 1),
                    **{f"{part}_ms": round(took[part] / number * 1000, 1) for part in ("engine", "server", "postgres")},
                }
                if count:
                    figures[f"{name} calls"] = {k: round(v / number, 2) for k, v in calls[name].most_common()}
                time.sleep(3)
            idle = meter.measure(lambda: time.sleep(IDLE))
            parts = ("engine", "server", "postgres")
            figures["idle"] = {
                **{f"{part}_cpu_seconds_a_minute": round(idle[part] / idle["seconds"] * 60, 2) for part in parts},
                "engine_mb": round(psutil.Process().memory_info().rss / 2**20),
            }
            return figures
        finally:
            engine.stop()


def main() -> None:
    """Print the figures as JSON."""
    import json

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=25)
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--pause", help="a command to start with the server's pid as its last word (a profiler)")
    args = parser.parse_args()

    def pause(pid: int) -> None:
        if args.pause:
            import subprocess

            subprocess.Popen(args.pause.format(pid=pid), shell=True)  # noqa: S602 - what the measurer typed

    print(json.dumps(measure(args.clients, count=args.count, pause=pause), indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
