"""How long ``provisions show`` and ``overdue`` take from the shell, on a running database.

python -m bench.commands --clients 500      # four provisions a client, all late
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from bench.host import machine
from bench.rig import MovingClock, rig, take_in
from provisions.settings import PROJECT
from provisions.steps import Steps
from provisions.store.connect import engine_for

COMMANDS = (("show", "TR-2026-0001", "--json"), ("overdue", "--json"), ("show", "TR-2026-0001"))


def measure(clients: int, times: int) -> dict[str, dict[str, float]]:
    """Median seconds, and the least CPU seconds, of each command."""
    with rig() as made:
        from provisions.store import migrate

        migrate.upgrade(made.url("provisions", owner=True), "provisions")
        database = engine_for(made.url("provisions"))
        steps = Steps(database, made.config, MovingClock(datetime.now(UTC) - timedelta(days=60)))
        steps.follow_rules()
        take_in(steps, clients)
        Steps(database, made.config).tick_all()
        database.dispose()
        environment = {**os.environ, "PROVISIONS_HOME": str(made.settings.home)}
        return {" ".join(command): _timed(command, environment, times) for command in COMMANDS}


def _timed(command: tuple[str, ...], environment: dict[str, str], times: int) -> dict[str, float]:
    walls, cpus = [], []
    for _ in range(times):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run(  # noqa: S603 - our own program and arguments
            [sys.executable, "-m", "provisions.cli", *command],
            env=environment,
            cwd=PROJECT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.monotonic() - began)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"seconds": round(statistics.median(walls), 2), "least_cpu_seconds": round(min(cpus), 2)}


def main() -> None:
    """Print JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=250)
    parser.add_argument("--times", type=int, default=5)
    args = parser.parse_args()
    on = machine()
    print(json.dumps({"machine": on, "commands": measure(args.clients, args.times)}, indent=2))  # noqa: T201


if __name__ == "__main__":
    main()
