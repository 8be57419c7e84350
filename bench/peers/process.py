"""Runs a peer in a process of its own, with a database of its own on the same PostgreSQL."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.rig import Rig
from provisions.settings import PROJECT

PYTHON = PROJECT / ".venv-bench" / "bin" / "python"
GRAPHILE_WORKER = "graphile_worker"
NAMES = ("apscheduler", "dbos", "procrastinate", GRAPHILE_WORKER)
STOCK_PREFECT = "stock_prefect"  # one run takes a second: for fewer deadlines than the others


def installed(name: str) -> bool:
    """Whether ``make .venv-bench/.installed`` was done; what runs on Node.js is left out where that is missing."""
    modules = PYTHON.parents[1] / "node" / "node_modules"
    return PYTHON.exists() and (name != GRAPHILE_WORKER or (modules.exists() and shutil.which("node") is not None))


class PeerProcess:
    """One peer. Numbers of provisions never repeat, so that a round finds nothing of the one before."""

    def __init__(self, made: Rig, name: str) -> None:
        self.name = name
        self._python = Path(sys.executable) if name == STOCK_PREFECT else PYTHON
        self._first = 1
        self._load_per_second = 2.0 if name == STOCK_PREFECT else 250.0  # the least; measured anew at each turn
        self._made = made
        self._url = made.url(f"peer_{name}", owner=True).replace("+psycopg", "")
        self._log = made.settings.home / "log" / f"peer-{name}.log"
        self._fresh()

    def start(self, clients: int, *, each: int = 12) -> dict[str, float]:
        """Clients of twelve are started, ``each`` so many provisions together: a second, and CPU milliseconds for each."""
        answer = self._run("start", str(clients), "--first", str(self._take((clients + 1) * 12)), "--each", str(each))
        return {key: answer[key] for key in ("per_second", "cpu_ms_each")}

    def due(self, number: int) -> dict[str, float]:
        """``number`` fall due in one instant: how many a second until the last was recorded, and how late (seconds)."""
        for _ in range(4):
            lead = number / self._load_per_second * 1.5 + 4
            arguments = ("due", str(number), "--first", str(self._take(number)), "--lead", f"{lead:.1f}")
            answer = self._run(*arguments, within=lead + 240 + number / 4)
            self._load_per_second = answer["load_per_second"]
            if "late_loading" not in answer:
                return {key: answer[key] for key in ("per_second", "late_p50", "late_p99", "cpu_ms_each")}
            self._fresh()  # what was loaded in vain is not to be in the way
        raise RuntimeError(f"{self.name} could not be loaded in time")

    def _fresh(self) -> None:
        database = f"peer_{self.name}"
        with self._made.superuser() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {database} OWNER provisions_owner")
        self._run("prepare")

    def _take(self, number: int) -> int:
        first, self._first = self._first, self._first + number
        return first

    def _run(self, *arguments: str, within: float = 600) -> dict[str, float]:
        with self._log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own program and arguments
                [str(self._python), "-m", f"bench.peers.{self.name}", *arguments],
                cwd=PROJECT,
                env={**_environment(), "BENCH_URL": self._url},
                stdout=subprocess.PIPE,
                stderr=log,
                timeout=within,
                check=False,
            )
        if done.returncode:
            sys.stderr.write(self._log.read_text(errors="replace")[-3000:])
            raise RuntimeError(f"{self.name} {' '.join(arguments)} ended with {done.returncode}")
        answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return answer


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PG", "PROVISIONS_"))}
