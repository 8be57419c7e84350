"""An engine as a process that a test can kill: the clock, the outbox and the listener as ``provisions up`` runs them.

Without Prefect: deadlines pass and messages go out without it. Processes are forked from a server that has imported
everything, so that many can be started in a second. They die with the test.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event

from flows.loops.clock import Clock
from flows.loops.listener import Listener
from flows.loops.postman import Postman
from provisions.app import App
from provisions.catalogue.fingerprint import fingerprint
from provisions.database.connect import engine_for
from provisions.outbound.outbox import Outbox
from provisions.outbound.smtp import SmtpTransport
from tests.builders import CONFIG
from tests.waiting import pause

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.engine_process", "tests.zaken.dying"])
fingerprint(CONFIG.catalogue)  # a third of a second, that no process has to spend again


def run(url: str, smtp_url: str, ahead: timedelta, begun: Event) -> None:
    """Work until killed. The clock runs ``ahead`` of the real one."""

    def now() -> datetime:
        return datetime.now(UTC) + ahead

    database = engine_for(url)
    app = App(database, CONFIG, now)
    postman = Postman(Outbox(database, CONFIG, SmtpTransport(smtp_url), now), now=now)
    clock = Clock(app.time, now=now, ticked=postman.loop.wake)
    listener = Listener(database, (clock.loop.wake, postman.loop.wake))
    begun.set()
    for loop in (clock.loop, postman.loop, listener.loop):
        loop.start()
    threading.Event().wait()


@dataclass
class EngineProcess:
    """One that runs."""

    process: ForkServerProcess

    def kill(self) -> None:
        """``kill -9``."""
        if self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(10)
        assert not self.process.is_alive()


class Engines:
    """Starts engines on one database and post office."""

    def __init__(self, url: str, smtp_url: str, at: datetime) -> None:
        """For the engines it is now ``at``, and their time runs on."""
        self._arguments = (url, smtp_url, at - datetime.now(UTC))
        self._running: list[EngineProcess] = []

    def start(self) -> EngineProcess:
        """A new process; returns when it begins its first turn."""
        begun = FORKS.Event()
        process = FORKS.Process(target=run, args=(*self._arguments, begun), daemon=True)
        process.start()
        assert begun.wait(60), "the engine does not start"
        self._running.append(EngineProcess(process))
        return self._running[-1]

    def kill_all(self) -> None:
        """None is left."""
        for engine in self._running:
            engine.kill()


@contextmanager
def engines(url: str, smtp_url: str, at: datetime) -> Iterator[Engines]:
    """Engines that are gone at the end."""
    made = Engines(url, smtp_url, at)
    try:
        yield made
    finally:
        made.kill_all()


def wait_until(holds: Callable[[], bool], seconds: float = 300, what: Callable[[], object] = lambda: "") -> None:
    """Poll a real process; ``what`` says how it is when the time is over."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + seconds, f"not within {seconds} seconds: {what()}"
        pause(began)
