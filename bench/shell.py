"""Commands of ``provisions`` as a person gives them: each in a process of its own, with what it took."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from provisions.settings import PROJECT

PROVISIONS = Path(sys.executable).with_name("provisions")  # the installed command: its start is part of the time


def environment(home: Path, port: int | None = None) -> dict[str, str]:
    """What a command needs to find this home, and nothing of the measurer's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_"))}
    return kept | {"PROVISIONS_HOME": str(home)} | ({"PROVISIONS_PORT": str(port)} if port else {})


# A process counts the memory of whoever it was forked from as its own until it starts its program, so that must be small.
_MEASURED = """
import json, os, sys
silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, used = os.wait4(child, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


def run(home: Path, command: Sequence[str]) -> dict[str, float]:
    """Seconds passed, CPU seconds and the most memory (MB) of one command. Raises ``RuntimeError`` when it fails."""
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own program and arguments
        [sys.executable, "-S", "-E", "-c", _MEASURED, str(PROVISIONS), *command],
        env=environment(home),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - began
    code, cpu, memory = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"provisions {' '.join(command)} ended with {code}: {done.stderr[-500:]}")
    return {"seconds": seconds, "cpu_seconds": cpu, "mb": memory}


@contextmanager
def started(command: str, home: Path, port: int) -> Iterator[psutil.Process]:
    """``provisions <command>`` on this home until the end of the block, once it printed that it is ready.

    Raises ``RuntimeError`` when it ends before.
    """
    with serving([str(PROVISIONS), command], home, port) as process:
        yield process


@contextmanager
def serving(words: Sequence[str], home: Path, port: int) -> Iterator[psutil.Process]:
    """As :func:`started`, for a command line as a person types it."""
    child = subprocess.Popen(  # noqa: S603 - our own program and arguments
        words,
        env=environment(home, port),
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert child.stdout is not None  # noqa: S101 - asked for above
        while not (line := child.stdout.readline()).startswith("ready "):
            if not line:
                raise RuntimeError(f"'{' '.join(words)}' did not become ready")
        yield psutil.Process(child.pid)
    finally:
        child.terminate()
        try:
            child.wait(40)
        except subprocess.TimeoutExpired as slow:
            child.kill()
            child.wait()
            raise RuntimeError(f"'{' '.join(words)}' did not stop") from slow
