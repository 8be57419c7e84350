"""Runs a peer in a process of its own, with a database of its own on the same PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path

from bench.rig import Rig
from provisions.settings import PROJECT

PYTHON = PROJECT / ".venv-bench" / "bin" / "python"
NAMES = ("apscheduler", "dbos", "procrastinate")
_LOAD_PER_SECOND = 250.0  # what the slowest starts at the least; measured anew at each turn


def installed() -> bool:
    """Whether ``make .venv-bench/.installed`` was done."""
    return PYTHON.exists()


class PeerProcess:
    """One peer. Numbers of provisions never repeat, so that a round finds nothing of the one before."""

    def __init__(self, made: Rig, name: str, *, module: str | None = None, python: Path = PYTHON) -> None:
        self.name = name
        self._python = python
        self._module = module or f"bench.peers.{name}"
        self._first = 1
        self._load_per_second = _LOAD_PER_SECOND
        database = f"peer_{name}"
        with made.superuser() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {database} OWNER provisions_owner")
        self._url = made.url(database, owner=True).replace("+psycopg", "")
        self._log = made.settings.home / "log" / f"peer-{name}.log"
        self._run("prepare")

    def start(self, clients: int) -> dict[str, float]:
        """Clients of twelve are started; provisions a second, and CPU milliseconds of the peer's process for each."""
        answer = self._run("start", str(clients), "--first", str(self._take(clients * 12)))
        return {key: answer[key] for key in ("per_second", "cpu_ms_each")}

    def due(self, number: int) -> dict[str, float]:
        """``number`` fall due in one instant: how many a second until the last was recorded, and how late (seconds)."""
        for _ in range(4):
            lead = number / self._load_per_second * 1.3 + 4
            answer = self._run(
                "due",
                str(number),
                "--first",
                str(self._take(number)),
                "--lead",
                f"{lead:.1f}",
                within=lead + 120 + number / 4,
            )
            self._load_per_second = answer["load_per_second"]
            if "late_loading" not in answer:
                return {key: answer[key] for key in ("per_second", "late_p50", "late_p99", "cpu_ms_each")}
        raise RuntimeError(f"{self.name} could not be loaded in time")

    def _take(self, number: int) -> int:
        first, self._first = self._first, self._first + number
        return first

    def _run(self, *arguments: str, within: float = 600) -> dict[str, float]:
        with self._log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 - our own program and arguments
                [str(self._python), "-m", self._module, *arguments],
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
