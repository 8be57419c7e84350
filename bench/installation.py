"""An installation of several parts on this machine, as real processes: engines, servers behind a balancer, a worker, Redis.

For the measurements in ``bench.machines`` and the tests in ``tests/machines``: what is started here is what an operator starts.
"""

import os
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.rig import free_port, wait_until
from provisions.machine.postgres import running
from provisions.settings import PROJECT, Secret, Settings

START_SECONDS = 240.0  # servers of Prefect start one after another, also on a machine that does more


@dataclass
class Part:
    """A process of the installation, with what it printed in a file."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    port: int = 0

    def kill(self) -> None:
        """``kill -9`` of it and of what it started: what a machine that falls away does."""
        for process in [*psutil.Process(self.process.pid).children(recursive=True), psutil.Process(self.process.pid)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()

    def wait_for(self, line: str) -> None:
        """Until it printed a line that begins so."""
        deadline = time.monotonic() + START_SECONDS
        while not any(said.startswith(line) for said in self.log.read_text(errors="replace").splitlines()):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} does not say '{line}': {self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)


class Balancer(socketserver.ThreadingTCPServer):
    """Spreads connections over ports on loopback, one after the other; a port that refuses is passed over."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, ports: Sequence[int]) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self._ports = list(ports)
        self._turn = 0
        self._lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def connect(self) -> socket.socket:
        """A connection to the next that answers."""
        for _ in self._ports:
            with self._lock:
                port = self._ports[self._turn % len(self._ports)]
                self._turn += 1
            with suppress(OSError):
                return socket.create_connection(("127.0.0.1", port), timeout=2)
        raise ConnectionRefusedError


class _Forward(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        balancer: Balancer = self.server  # type: ignore[assignment] # it made us
        with suppress(OSError), closing(balancer.connect()) as there:
            there.settimeout(None)
            back = threading.Thread(target=_copy, args=(there, self.request), daemon=True)
            back.start()
            _copy(self.request, there)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@dataclass
class Installation:
    """Parts that share a home, and with it the embedded PostgreSQL, which our own process holds: a part that is killed takes
    nothing of it along. Made by :func:`installation`.
    """

    home: Path
    password: str
    more: Mapping[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    balancer: Balancer | None = None
    redis_port: int = 0

    def environment(self, **more: str) -> dict[str, str]:
        """Ours and nothing of who measures; ``more`` without the prefix."""
        outside = {
            name: text for name, text in os.environ.items() if not name.startswith(("PROVISIONS_", "PREFECT_", "PG"))
        }
        ours = {
            "HOME": str(self.home),
            "CONFIG": str(PROJECT / "config"),
            "UI_PASSWORD": self.password,
            **self.more,
            **more,
        }
        if self.redis_port:
            ours["REDIS_URL"] = f"redis://127.0.0.1:{self.redis_port}/0"
        if self.balancer:
            ours["PREFECT_API_URL"] = f"http://127.0.0.1:{self.balancer.port}/api"
        return outside | {f"PROVISIONS_{name}": text for name, text in ours.items()}

    def start(self, command: str, *, ready: str | None = "ready", **more: str) -> Part:
        """Start ``provisions <command>``; returns when it printed ``ready``."""
        number = len(self.parts)
        log = self.home.parent / f"{number}-{command}.out"
        port = free_port()
        with log.open("wb") as out:
            process = subprocess.Popen(
                [Path(sys.executable).parent / "provisions", command],
                env=self.environment(**{"PORT": str(port), **more}),
                cwd=self.home.parent,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        part = Part(f"{command} {number}", process, log, port)
        self.parts.append(part)
        if ready:
            part.wait_for(ready)
        return part

    def run(self, *words: str) -> str:
        """Run ``provisions <words>`` to its end; what it printed. Raises ``CalledProcessError``."""
        command = [str(Path(sys.executable).parent / "provisions"), *words]
        done = subprocess.run(
            command, env=self.environment(), cwd=self.home.parent, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def balance(self, servers: Sequence[Part]) -> None:
        """Put a balancer before ``servers``; what starts from here on goes through it."""
        self.balancer = Balancer([server.port for server in servers])

    def redis(self) -> Part:
        """Debian's Redis, which keeps nothing on disk; servers that start from here on share it."""
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("redis-server")
        port = free_port()
        log = self.home.parent / "redis.out"
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.home.parent)]
        with log.open("wb") as out:
            process = subprocess.Popen([program, *options], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        part = Part("redis", process, log, port)
        self.parts.append(part)
        wait_until(lambda: _listens(port), seconds=20, what="Redis")
        self.redis_port = port
        return part

    def stop_all(self) -> None:
        """Stop everything, each after what needs it."""
        for commands in (("engine", "worker"), ("server", "services"), ("redis",)):
            some = [part for part in self.parts if part.name.split()[0] in commands]
            for part in some:
                if part.process.poll() is None:
                    part.process.send_signal(signal.SIGTERM)
            for part in some:
                part.stop()

    def settings(self) -> Settings:
        """To look from outside: at the database, or at Prefect through the balancer."""
        api = f"http://127.0.0.1:{self.balancer.port}/api" if self.balancer else None
        return Settings(home=self.home, ui_password=Secret(self.password), prefect_api_url=api)


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def installation(prepare: Callable[[Path], object] | None = None, **more: str) -> Iterator[Installation]:
    """An empty one, in a home that ``prepare`` makes if given; all that was started in it is stopped, last first, and its folder
    is gone afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="pm-") as folder:
        made = Installation(Path(folder) / "var", "wachtwoord-van-de-proef", more)
        if prepare:
            prepare(made.home)
        with running(made.home):
            try:
                made.run("migrate")
                yield made
            finally:
                made.stop_all()
                if made.balancer:
                    made.balancer.shutdown()
                    made.balancer.server_close()
