"""``provisions up`` as a process: ready, one at a time, survives the death of its parts and its own, stops cleanly."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.conftest import free_port
from tests.waiting import pause

Up = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="pu-"))
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def up(home: Path, port: int) -> Iterator[Up]:
    """Starts ``provisions up``; what still runs at the end of the test is stopped."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [Path(sys.executable).parent / "provisions", "up"],
            env=_environment(home, port),
            cwd=home.parent,
            stdout=subprocess.PIPE,
            stderr=(home.parent / "stderr").open("a"),
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _environment(home: Path, port: int) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_"))}
    return outside | {"PROVISIONS_HOME": str(home), "PROVISIONS_PORT": str(port)}


def _wait_ready(process: "subprocess.Popen[str]", port: int) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"ready http://127.0.0.1:{port}\n"


def _postgres(home: Path) -> int:
    return int((home / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])


def _server(home: Path) -> int:
    found = [p.pid for p in psutil.process_iter(["cmdline"]) if (p.info["cmdline"] or [])[1:4] == _command(home)]
    return found[0] if found else 0


def _command(home: Path) -> list[str]:
    return ["-m", "flows.server.guard", str(home)]


def _serves(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/api/ready", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds
        pause(began)


def test_up_is_ready_once_recovers_its_parts_and_is_taken_over_after_a_kill(home: Path, port: int, up: Up) -> None:
    first = up()
    _wait_ready(first, port)
    postgres, server = _postgres(home), _server(home)
    assert psutil.Process(server).is_running()

    second = up()
    assert second.wait(timeout=30) == 4

    os.kill(server, signal.SIGKILL)
    os.kill(postgres, signal.SIGKILL)
    _until(lambda: _server(home) not in (0, server) and _serves(port))
    assert _postgres(home) != postgres

    first.kill()
    first.wait()
    third = up()
    _wait_ready(third, port)
    assert _serves(port)
    third.send_signal(signal.SIGINT)  # what Ctrl-C sends; that a SIGTERM ends it as well is seen at the faults
    assert third.wait(timeout=20) == 0
    assert _server(home) == 0
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_a_port_that_is_taken_is_named(home: Path, port: int, up: Up) -> None:
    with socket.create_server(("127.0.0.1", port)):
        assert up().wait(timeout=60) == 4
    assert f"Poort {port}" in (home.parent / "stderr").read_text()
    assert not (home / "postgres" / "postmaster.pid").exists()
