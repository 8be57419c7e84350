"""What every command that keeps running shares: told to stop, waiting for a part, starting again what died."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Protocol

from flows.server.child import PrefectServer
from flows.server.inside import listening
from provisions.domain.errors import NotAllowed, Refused, Unreachable
from provisions.machine import home as homes
from provisions.settings import Settings

_START_SECONDS = 120.0
_WATCH_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


class Part(Protocol):
    """A process that is started again when it dies."""

    def alive(self) -> bool: ...


class Watched:
    """A part, and the pause before it is started again: doubled each time, back to a second once it lived a minute."""

    def __init__(
        self, name: str, part: Part, start: Callable[[], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._name = name
        self._part = part
        self._start = start
        self._now = now
        self._pause = 1.0
        self._started = now()
        self._again_at: float | None = None

    def check(self) -> None:
        """Start the part again when it died and its pause is over; to be called often."""
        now = self._now()
        if self._again_at is None:
            if self._part.alive():
                return
            if now - self._started > _LONGEST_PAUSE_SECONDS:
                self._pause = 1.0
            self._again_at = now + self._pause
            say(f"{self._name} is gestopt en start over {self._pause:.0f} s opnieuw.")
        if now < self._again_at:
            return
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
        self._again_at = None
        self._started = now
        try:
            self._start()
        except Refused as refusal:
            say(str(refusal))


def wait_for(server: PrefectServer, stop: threading.Event) -> None:
    """Wait until the server serves. Raises ``Unreachable`` when it dies or takes two minutes."""
    began = time.monotonic()
    next_line = began + 2
    while not server.ready():
        now = time.monotonic()
        if not server.alive() or now - began > _START_SECONDS:
            raise Unreachable("De server van Prefect start niet.", *server.last_words(), f"Zie {server.log}.")
        if now >= next_line:
            say(f"Prefect start … ({now - began:.0f} s; de eerste keer duurt het langer)")
            next_line = now + 5
        if stop.wait(0.1):
            return


def wait_until(done: Callable[[], bool], stop: threading.Event, line: str) -> None:
    """Wait for something that repeats by itself until it works; says so after two seconds."""
    began = time.monotonic()
    said = False
    while not done() and not stop.wait(0.1) and time.monotonic() - began < _START_SECONDS:
        if not said and time.monotonic() - began > 2:
            say(line)
            said = True


def watch(
    parts: Sequence[Watched],
    settings: Settings,
    stop: threading.Event,
    refusal: Callable[[], Refused | None] = lambda: None,
) -> None:
    """Start again what dies, and keep the logs small, until told to stop. Raises ``refusal()`` once there is one."""
    rounds = 0
    while not stop.wait(_WATCH_SECONDS):
        if halted := refusal():
            raise halted
        for part in parts:
            part.check()
        rounds += 1
        if rounds % 60 == 0:
            homes.bound_logs(settings.home)


def refuse_taken_port(settings: Settings) -> None:
    """Raise ``NotAllowed`` when somebody listens on the port of the UI already."""
    hold_port(settings).close()


def hold_port(settings: Settings) -> socket.socket:
    """The port of the pages, listening: from now on nobody else gets it. Raises ``NotAllowed`` when somebody has it already."""
    try:
        return listening(settings.host, settings.port)
    except OSError as error:
        raise NotAllowed(
            f"Poort {settings.port} op {settings.host} is niet vrij ({os.strerror(error.errno or 0)}).",
            "Stop het programma dat hem gebruikt, of kies een andere poort met PROVISIONS_PORT.",
        ) from None


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set, until the end of the context."""
    stop = threading.Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def say(line: str) -> None:
    """Print a Dutch line on standard error. When that goes to a file on a full disk, the line is lost and work goes on."""
    with suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress, for whoever started us


def tell_ready(line: str) -> None:
    """Print the line on standard output that whoever started us waits for, and go on whether or not it is read."""
    with suppress(OSError, ValueError):
        print(line, flush=True)  # noqa: T201 - the promise of cli.md
