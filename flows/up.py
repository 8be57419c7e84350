"""``provisions up``: everything started in order, watched, and stopped in order."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Protocol

from flows import home as homes
from flows.server import PASSWORD_FILE, PrefectServer, client_environment, new_engine_token, use_in_this_process
from provisions.caseload.loading import example_settings, is_example
from provisions.catalogue import Config, load
from provisions.domain.errors import NotAllowed, Refused, Unreachable
from provisions.settings import Settings
from provisions.steps import Steps
from provisions.store.connect import database
from provisions.store.embedded import EmbeddedPostgres, running

_START_SECONDS = 120.0
_WATCH_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


Prepare = Callable[[Steps, Config, Callable[[], bool]], None]


def run(settings: Settings, *, prepare: Prepare | None = None) -> int:
    """Run the whole until SIGINT or SIGTERM; returns 0 then.

    ``prepare`` is called with the database there and before anything is sent or shown; its last argument says whether
    it was told to stop. In the home of the example nothing is ever sent, whatever the settings are.

    Prints ``ready <url>`` on standard output when everything serves, and Dutch lines on standard error meanwhile.
    Raises ``NotAllowed`` when this home is up already or the port is taken, ``InvalidInput`` for a wrong configuration,
    and ``Unreachable`` when a part does not start.
    """
    if is_example(settings.home):
        settings = example_settings(settings)
    homes.prepare(settings.home)
    with homes.only_one(settings.home), _told_to_stop() as stop, ExitStack() as stack:
        config = load(settings.config)
        for warning in config.warnings:
            _say(f"Let op: {warning}")
        parts = _start(settings, config, stop, stack, prepare)
        if not stop.is_set():
            print(f"ready {settings.url}", flush=True)  # noqa: T201 - the promise of cli.md
            _watch(parts, settings, stop)
        _say("Alles wordt gestopt …")
    return 0


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
            _say(f"{self._name} is gestopt en start over {self._pause:.0f} s opnieuw.")
        if now < self._again_at:
            return
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_SECONDS)
        self._again_at = None
        self._started = now
        try:
            self._start()
        except Refused as refusal:
            _say(str(refusal))


def _start(
    settings: Settings, config: Config, stop: threading.Event, stack: ExitStack, prepare: Prepare | None
) -> list[Watched]:
    began = time.monotonic()
    parts: list[Watched] = []
    token = new_engine_token()
    server = PrefectServer(settings, token)
    server.stop_left_over()
    _refuse_taken_port(settings)
    _say("De database en Prefect worden gestart …")
    if not settings.database_url or not settings.prefect_database_url:
        postgres: EmbeddedPostgres = stack.enter_context(running(settings.home, _say))
        parts.append(Watched("PostgreSQL", postgres, postgres.ensure))

    stack.callback(server.stop)
    server.start()
    parts.append(Watched("Prefect", server, server.start))

    # Prefect's server takes seconds to start; meanwhile this process prepares the rest.
    engine = stack.enter_context(database(settings, _say))
    use_in_this_process(client_environment(settings, token))
    from flows.engine import Engine  # imports Prefect, which reads its settings from the environment set above

    steps = Steps(engine, config)
    steps.follow_rules()
    runner = Engine(settings, steps, config, engine)
    if prepare:
        prepare(steps, config, stop.is_set)
    _wait_for(server, stop)
    if stop.is_set():
        return parts
    runner.start()
    stack.callback(runner.stop)
    _wait_until(runner.serves, stop, "De formulieren en processen worden aangemeld bij Prefect …")
    if not settings.ui_password:
        _say(f"De UI vraagt een wachtwoord: gebruiker admin, wachtwoord in {settings.secrets / PASSWORD_FILE}.")
    _say(f"Gestart in {time.monotonic() - began:.0f} s.")
    return parts


def _wait_for(server: PrefectServer, stop: threading.Event) -> None:
    began = time.monotonic()
    next_line = began + 2
    while not server.ready():
        now = time.monotonic()
        if not server.alive() or now - began > _START_SECONDS:
            raise Unreachable("De server van Prefect start niet.", *server.last_words(), f"Zie {server.log}.")
        if now >= next_line:
            _say(f"Prefect start … ({now - began:.0f} s; de eerste keer duurt het langer)")
            next_line = now + 5
        if stop.wait(0.1):
            return


def _wait_until(done: Callable[[], bool], stop: threading.Event, line: str) -> None:
    """Wait for something that repeats by itself until it works; says so after two seconds."""
    began = time.monotonic()
    said = False
    while not done() and not stop.wait(0.1) and time.monotonic() - began < _START_SECONDS:
        if not said and time.monotonic() - began > 2:
            _say(line)
            said = True


def _watch(parts: list[Watched], settings: Settings, stop: threading.Event) -> None:
    rounds = 0
    while not stop.wait(_WATCH_SECONDS):
        for part in parts:
            part.check()
        rounds += 1
        if rounds % 60 == 0:
            homes.bound_logs(settings.home)


def _refuse_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise NotAllowed(
                f"Poort {settings.port} op {settings.host} is niet vrij ({os.strerror(error.errno or 0)}).",
                "Stop het programma dat hem gebruikt, of kies een andere poort met PROVISIONS_PORT.",
            ) from None


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
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


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - progress, for whoever started us
