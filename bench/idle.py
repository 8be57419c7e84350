"""What waiting costs: CPU a minute, memory and threads of ``provisions up`` with nobody, then with many waiting, in the same run.

    python -m bench.idle                                     # none, 10,000 and 100,000 waiting; a minute each
    python -m bench.idle --waiting 10000 --seconds 310       # long enough for the comparison every five minutes

Everything runs as in production: PostgreSQL, Prefect's server, the engine. The waiting are copies of eighty provisions that
were taken in, sent and parked for real (``bench.fill``, ``bench.parked``).
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psutil

from bench import fill, shell
from bench.faces import parked
from bench.figures import Aim, options, publish, ratio, significant
from bench.host import machine
from bench.parked import copy_runs
from bench.product import Product
from bench.rig import MovingClock, Rig, cpu_seconds, rig, wait_until
from provisions.app import App
from provisions.database import migrate
from provisions.database.connect import engine_for

UNFINISHED = (
    "provision WHERE generation <> observed_generation",
    "plan WHERE wanted <> shown",
    "message WHERE next_try IS NOT NULL",
    "announcement",
)
SETTLE = 20.0  # seconds between a change and a measurement: what belongs to the change is over


def at_rest(made: Rig, engine: psutil.Process, seconds: float, settle: float) -> dict[str, float]:
    """CPU seconds a minute, memory and threads, over so many ``seconds``."""
    server = next(child for child in engine.children() if "flows.server.guard" in " ".join(child.cmdline()))
    postgres = made.postgres.pid() or 0

    def used() -> dict[str, float]:
        times = engine.cpu_times()
        return {
            "engine": times.user + times.system,
            "server": cpu_seconds(server.pid),
            "postgres": cpu_seconds(postgres),
        }

    time.sleep(settle)
    before, began = used(), time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60
    return {
        **{f"{name}_cpu_s_a_minute": significant((spent - before[name]) / minutes) for name, spent in used().items()},
        "engine_mb": round(engine.memory_info().rss / 2**20),
        "engine_threads": engine.num_threads(),
        "server_mb": round(server.memory_info().rss / 2**20),
        "processes": 1 + len(engine.children(recursive=True)),
    }


def measure(
    made: Rig, sizes: Sequence[int], seconds: float, settle: float = SETTLE
) -> tuple[dict[str, Any], list[Aim]]:
    """At rest with nobody, and with each number waiting."""
    migrate.upgrade(made.url("provisions", owner=True), "provisions")
    database = engine_for(made.url("provisions"))
    clock = MovingClock(datetime.now(UTC))
    subject = Product(database, App(database, made.config, clock), clock, made.url("provisions", owner=True))
    found: dict[str, Any] = {}
    with shell.started("up", made.settings.home, made.settings.port) as engine:
        found["0 waiting"] = at_rest(made, engine, seconds, settle)
        originals = fill.templates(subject, max(sizes))
        shown = len(originals) * len(fill.AGREED)
        wait_until(lambda: parked(made) >= shown, seconds=120, what="the originals parked", every=0.5)
        # A copy of something that is still to be done would be ten thousand things to do.
        wait_until(
            lambda: not any(subject.count(one) for one in UNFINISHED), seconds=120, what="all sent and shown", every=0.5
        )
        there = shown
        for size in sizes:
            copies = -(-(size - there) // shown)
            fill.copy_cases(subject, originals, copies)
            copy_runs(made, subject)
            there += copies * shown
            found[f"{there:,} waiting"] = at_rest(made, engine, seconds, settle)
            if parked(made) != there:
                raise RuntimeError(f"{parked(made)} runs are parked instead of {there}")
    database.dispose()
    return found, _aims(found)


def _aims(found: dict[str, Any]) -> list[Aim]:
    empty, *others = found.values()
    first = others[0] if others else None
    memory = [values["engine_mb"] for values in found.values()]
    # The pools fill with the first few that wait; what counts is whether more waiting means more threads.
    threads = [values["engine_threads"] for values in (others or [empty])]
    return [
        Aim("engine, CPU seconds a minute", first and first["engine_cpu_s_a_minute"], 0.3, at_least=False),
        Aim("engine, MB", first and first["engine_mb"], 150, at_least=False),
        Aim(
            "× server's own idle when empty",
            first and ratio(first["server_cpu_s_a_minute"], empty["server_cpu_s_a_minute"]),
            1.5,
            at_least=False,
        ),
        Aim("× engine's memory with most to none", ratio(memory[-1], memory[0]), 1.1, at_least=False),
        Aim("more threads with most than with fewest", threads[-1] - threads[0], 0, at_least=False),
    ]


def main() -> None:
    """Print JSON and a table."""
    parser = options(__doc__, rounds=1)
    parser.add_argument("--waiting", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    with rig() as made:
        on = machine(made.version())
        found, aims = measure(made, args.waiting, args.seconds)
    settings = {"waiting": args.waiting, "seconds": args.seconds}
    publish("idle", on=on, settings=settings, found=found, aims=aims, folder=args.results)


if __name__ == "__main__":
    main()
