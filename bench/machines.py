"""Past one machine, on this one: what more engines and servers give, what a work pool costs, and what a kill -9 takes.

python -m bench.machines                       # everything, about ten minutes; needs Debian's redis-server
python -m bench.machines --only kill --clients 20

Real processes as ``docs/operations.md`` starts them. All of them share this machine's cores with PostgreSQL, so that a second
engine or server can only give what the first left idle: the CPU of each part says how much that was.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from bench.installation import Installation, Part, installation
from bench.outside import Outside
from bench.rig import INDEPENDENT, wait_until
from provisions.machine.postgres import EmbeddedPostgres

PARKED = {"Wacht op loket", "Te laat"}
Figures = dict[str, Any]


@dataclass
class Setup:
    """A running installation, and its parts by kind."""

    made: Installation
    outside: Outside
    engines: list[Part] = field(default_factory=list)
    servers: list[Part] = field(default_factory=list)
    others: list[Part] = field(default_factory=list)

    def cpu(self) -> dict[str, float]:
        """CPU seconds so far, by kind of part; the balancer is this process."""
        times = os.times()
        return {
            "engines": sum(map(used, self.engines)),
            "servers": sum(map(used, self.servers)),
            "others": sum(map(used, self.others)),
            "postgres": used_by(EmbeddedPostgres(self.made.home).pid() or 0),
            "balancer": times.user + times.system,
        }

    def memory(self) -> dict[str, list[int]]:
        """Resident megabytes of each part, what it started included."""
        kinds = {"engines": self.engines, "servers": self.servers, "others": self.others}
        return {kind: [resident(part) for part in parts] for kind, parts in kinds.items()}

    def all_parked(self, number: int) -> bool:
        """Whether this many runs wait under their right name, and nothing is left to show."""
        states = self.outside.states()
        return states.total() == number and set(states) <= PARKED and not self.outside.app.runs.stale(1)


def used(part: Part) -> float:
    """CPU seconds of a part: its processes, and those that they started and that ended."""
    return used_by(part.process.pid)


def resident(part: Part) -> int:
    """Megabytes of a part: its processes that live."""
    processes = [psutil.Process(part.process.pid), *psutil.Process(part.process.pid).children(recursive=True)]
    return round(sum(process.memory_info().rss for process in processes) / 2**20)


def used_by(pid: int) -> float:
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:4])
    return total


@contextmanager
def setup(engines: int, replicas: int = 0) -> Iterator[Setup]:
    """``replicas`` servers with Redis and a process for the background work, or (0) one server that does everything."""
    with installation() as made:
        outside = Outside(made)
        found = Setup(made, outside)
        if replicas:
            found.others = [made.redis()]
        found.servers = [made.start("server", ready=None) for _ in range(replicas or 1)]
        if replicas:
            found.others.append(made.start("services", ready=None))
        for part in (*found.servers, *found.others[1:]):
            part.wait_for("ready")
        made.balance(found.servers)
        found.engines = [made.start("engine", ready=None) for _ in range(engines)]
        for engine in found.engines:
            engine.wait_for("ready")
        outside.intake(1, 1, INDEPENDENT)
        wait_until(lambda: found.all_parked(4), seconds=120, what="the first four")
        try:
            yield found
        finally:
            outside.close()


def throughput(engines: int, replicas: int, clients: int) -> Figures:
    """Runs made and shown late a second, and rungs a second, everything included."""
    with setup(engines, replicas) as found:
        number = 4 * (clients + 1)
        figures: Figures = {"engines": engines, "servers": replicas or 1, "load_before": os.getloadavg()[0]}
        figures["made"] = measured(
            found,
            4 * clients,
            lambda: found.outside.intake(2, clients, INDEPENDENT),
            lambda: found.all_parked(number),
        )
        figures["late"] = measured(
            found,
            number,
            lambda: figures.update(rungs=rungs(found)),
            lambda: found.outside.states()["Te laat"] == number and found.all_parked(number),
        )
        return figures | {"megabytes": found.memory()}


def rungs(found: Setup) -> Figures:
    """Three months pass at once: how long until everything due was recorded, rungs a second (the runs follow later)."""
    before = found.outside.count("SELECT count(*) FROM rung")
    found.outside.days_pass(90)
    due = "SELECT count(*) FROM provision WHERE next_at <= now()"
    took = wait_until(lambda: found.outside.count(due) == 0, seconds=120, what="everything due is recorded")
    climbed = found.outside.count("SELECT count(*) FROM rung") - before
    return {"rungs": climbed, "seconds": round(took, 2), "per_second": round(climbed / took)}


def measured(found: Setup, faces: int, act: Callable[[], object], done: Callable[[], bool]) -> Figures:
    """``faces`` a second between ``act`` and ``done``, and the CPU milliseconds a face of each kind of part."""
    before, began = found.cpu(), time.monotonic()
    act()
    wait_until(done, seconds=600, what="all shown")
    took = time.monotonic() - began
    spent = {f"{kind}_ms": round((now - before[kind]) / faces * 1000, 1) for kind, now in found.cpu().items()}
    return {"faces": faces, "per_second": round(faces / took, 1), **spent}


def pool(clients: int) -> Figures:
    """A work pool of processes: each run made, parked, shown late, parked; what that costs."""
    with installation(WORK_POOL="gemeenten") as made:
        outside = Outside(made)
        server = made.start("server")
        made.balance([server])
        engine = made.start("engine")
        worker = made.start("worker", ready="Worker 'ProcessWorker")
        found = Setup(made, outside, [engine], [server], [worker])
        outside.intake(1, 1, INDEPENDENT[:1])
        wait_until(lambda: found.all_parked(1), seconds=120, what="the first")
        try:
            runs = clients + 1
            return {
                "load_before": os.getloadavg()[0],
                "megabytes": found.memory(),
                "made": measured(
                    found,
                    clients,
                    lambda: outside.intake(2, clients, INDEPENDENT[:1]),
                    lambda: found.all_parked(runs),
                ),
                "late": measured(
                    found,
                    runs,
                    lambda: outside.days_pass(90),
                    lambda: outside.states()["Te laat"] == runs and found.all_parked(runs),
                ),
            }
        finally:
            outside.close()


def kill(what: str, clients: int) -> Figures:
    """``kill -9`` of one of two engines, or of one of two servers, in the middle of a burst."""
    with setup(2, 2) as found:
        number = 4 * (clients + 1)
        found.outside.intake(2, clients, INDEPENDENT)
        wait_until(lambda: found.outside.states().total() >= number // 3, seconds=120, what="a third was made")
        victim = {"engine": found.engines, "server": found.servers}[what][0]
        victim.kill()
        began = time.monotonic()
        made = wait_until(lambda: found.outside.states().total() == number, seconds=300, what="all made")
        wait_until(lambda: found.all_parked(number), seconds=700, what=f"all parked: {found.outside.states()}")
        right = time.monotonic() - began
        count = found.outside.count
        return {
            "killed": what,
            "runs": number,
            "all_made_seconds": round(made, 1),
            "all_right_seconds": round(right, 1),
            "lost": number - count("SELECT count(DISTINCT flow_run) FROM provision"),
            "twice": found.outside.states().total() - number,
            "started_twice": count("SELECT count(*) FROM audit WHERE what = 'provision.started'") - number,
            "asked_twice": count("SELECT count(*) - count(DISTINCT provision_id) FROM message WHERE kind = 'request'"),
        }


SETUPS = ((1, 0), (2, 0), (2, 2))


def main() -> None:
    """Print the figures as JSON, and as a table on standard error."""
    import sys

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=20, help="of four provisions each")
    parser.add_argument("--rounds", type=int, default=1, help="of throughput, the three set-ups interleaved")
    parser.add_argument("--only", choices=("throughput", "pool", "kill"))
    args = parser.parse_args()
    figures: Figures = {}
    if args.only in (None, "throughput"):
        rounds = [[throughput(*one, args.clients) for one in SETUPS] for _ in range(args.rounds)]
        figures["throughput"] = [median(same) for same in zip(*rounds, strict=True)]
        print(table(figures["throughput"]), file=sys.stderr)  # noqa: T201
    if args.only in (None, "pool"):
        figures["pool"] = pool(max(2, args.clients // 4))
    if args.only in (None, "kill"):
        figures["kill"] = [kill(what, args.clients) for what in ("engine", "server")]
    print(json.dumps(figures, indent=2))  # noqa: T201


def median(rounds: Sequence[Figures]) -> Figures:
    """The round in the middle, by runs made a second."""
    return sorted(rounds, key=lambda one: float(one["made"]["per_second"]))[(len(rounds) - 1) // 2] | {
        "made_per_second": [one["made"]["per_second"] for one in rounds],
        "median_made_per_second": statistics.median(one["made"]["per_second"] for one in rounds),
    }


def table(found: Sequence[Figures]) -> str:
    """One line a set-up."""
    lines = ["engines servers | made/s late/s rungs/s | CPU ms a run made: engines servers others postgres balancer"]
    for one in found:
        made = one["made"]
        spent = "  ".join(str(made[f"{kind}_ms"]) for kind in ("engines", "servers", "others", "postgres", "balancer"))
        rate = f"{made['per_second']:>6} {one['late']['per_second']:>6} {one['rungs']['per_second']:>7}"
        lines.append(f"{one['engines']:>7} {one['servers']:>7} | {rate} | {spent}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
