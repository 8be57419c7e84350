"""The parts of ``provisions up`` by themselves, to have several of each on several machines (``docs/operations.md``).

``engine``: the clock, the outbox and the runs. ``server``: Prefect's pages and API. ``services``: the background work of several
servers. ``worker``: a process worker for a work pool. Each runs until SIGINT or SIGTERM and starts nothing of the others, except
the embedded PostgreSQL when no other was given.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psycopg

from flows.commands.supervisor import Watched, refuse_taken_port, say, tell_ready, told_to_stop, wait_for, watch
from flows.server.child import (
    PASSWORD_FILE,
    WORKER_ENVIRONMENT,
    PrefectServer,
    Role,
    client_environment,
    engine_token,
    stop_child,
    use_in_this_process,
)
from flows.server.redis import reach_redis
from provisions.app import App
from provisions.catalogue import load
from provisions.database.address import libpq_url
from provisions.database.connect import database, running_in_a_pool, unchanged
from provisions.database.migrate import refuse_engines
from provisions.database.versions import newest
from provisions.domain.errors import InvalidInput, Unreachable
from provisions.machine import home as homes
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import PREFIX, PROJECT, Settings, psycopg_url, without_password
from provisions.store import locks
from provisions.store.installation import release

if TYPE_CHECKING:
    from flows.engine import Engine

# What a run inherits of the machine. Everything else, whatever it is called, may be a secret that is not for runs.
_OF_THE_MACHINE = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}
)
_KINDS_OF_THE_MACHINE = ("LC_", "PYTHON", "SSL_CERT_")
_STOP_SECONDS = 30.0  # a run of the worker is finished first
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0


def migrate(settings: Settings, *, here: bool = False) -> int:
    """``provisions migrate``: bring our database to the version of this program; returns 0.

    ``here``: from now on it belongs to the installation that starts next. Raises ``NotAllowed`` while engines of the earlier
    version work on it, or with ``here`` any.
    """
    with database(settings, say) as store:
        if here:
            with store.begin() as connection:
                refuse_engines(connection, "De database kan nu niet naar een andere installatie")
                release(connection)
            say("De database hoort voortaan bij de installatie die nu als eerste start.")
        say(f"De database heeft versie {newest()}, zoals dit programma haar nodig heeft.")
    return 0


def engine(settings: Settings) -> int:
    """``provisions engine``: one engine, beside others on the same database. Returns 0.

    Prints ``ready`` on standard output once everything can be started from Prefect; the clock and the outbox run before that.
    Raises ``NotAllowed`` when the database is of another version, also when it becomes so, and ``Unreachable`` when it is away.
    """
    _need_password(settings)
    homes.prepare(settings.home)
    with told_to_stop() as stop, ExitStack() as stack:
        config = load(settings.config)
        for warning in config.warnings:
            say(f"Let op: {warning}")
        store = stack.enter_context(unchanged(settings, say))
        use_in_this_process(client_environment(settings, engine_token(settings)))
        from flows.engine import Engine  # imports Prefect, which reads its settings from the environment set above

        app = App(store, config)
        app.rules.follow()
        runner = Engine(settings, app)
        runner.start()
        stack.callback(runner.stop)
        _tend(runner, settings, stop)
    return 0


def _tend(runner: "Engine", settings: Settings, stop: threading.Event) -> None:
    """Say when it serves; return when told to stop; raise the reason why it halted by itself."""
    began, ready, said = time.monotonic(), False, False
    while runner.refusal is None and not stop.wait(_LOOK_SECONDS if ready else 0.1):
        if ready:
            continue
        if runner.serves():
            tell_ready("ready")
            ready = True
        elif not said and time.monotonic() - began > _PATIENCE_SECONDS:
            say(f"Prefect op {settings.api_url} antwoordt nog niet; de klok en de berichten lopen al.")
            said = True
    if runner.refusal is not None:
        raise runner.refusal


def server(settings: Settings) -> int:
    """``provisions server``: Prefect's pages and API. The only one, or with Redis one of several. Returns 0.

    Prints ``ready <url>``. Raises ``NotAllowed`` when the port is taken and ``Unreachable`` when it does not start.
    """
    return _serve(settings, Role.REPLICA if settings.redis_url else Role.WHOLE)


def services(settings: Settings) -> int:
    """``provisions services``: the background work of several servers. As :func:`server`; listens for its health only."""
    if not settings.redis_url:
        raise InvalidInput(
            "PROVISIONS_REDIS_URL ontbreekt: zonder Redis doet de ene 'provisions server' dit werk zelf.",
            "Laat 'provisions services' weg, of geef alle servers hetzelfde adres in PROVISIONS_REDIS_URL.",
        )
    return _serve(settings, Role.SERVICES)


def worker(settings: Settings) -> int:
    """``provisions worker``: Prefect's process worker for the pool of ``PROVISIONS_WORK_POOL``. Returns its exit code.

    Each run is a process of its own. Raises ``InvalidInput`` when no pool was given.
    """
    if not settings.work_pool:
        raise InvalidInput(
            "PROVISIONS_WORK_POOL ontbreekt: de motor voert de processen zelf uit, en een werker heeft niets te doen.",
            "Geef de motoren en de werkers dezelfde naam in PROVISIONS_WORK_POOL, bijvoorbeeld 'gemeenten'.",
        )
    _need_password(settings)
    homes.prepare(settings.home)
    with told_to_stop() as stop, running_in_a_pool(settings, say) as database_of_runs:
        # What is wrong with the database was said now, and not once for each run.
        command = [
            sys.executable,
            "-m",
            "prefect",
            "worker",
            "start",
            "--pool",
            settings.work_pool,
            "--type",
            "process",
        ]
        child = subprocess.Popen(  # noqa: S603 - our own program and arguments
            [*command, "--with-healthcheck"] if settings.metrics_port else command,
            cwd=settings.home / "prefect",  # Prefect reads .env and prefect.toml from where it starts
            env=worker_environment(settings, database_of_runs),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            while child.poll() is None and not stop.wait(_LOOK_SECONDS):
                continue
        finally:
            stop_child(child, _STOP_SECONDS)
        return 0 if stop.is_set() else child.wait()


def worker_environment(settings: Settings, database_of_runs: str) -> dict[str, str]:
    """For the worker and, by inheritance, for each run: how to reach Prefect, the database as the role of the runs, and which
    configuration. No other setting of ours and nothing else that whoever started it had set, so that no secret goes along.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in _OF_THE_MACHINE or name.startswith(_KINDS_OF_THE_MACHINE)
    }
    health = {
        "PREFECT_WORKER_WEBSERVER_HOST": settings.metrics_host,
        "PREFECT_WORKER_WEBSERVER_PORT": str(settings.metrics_port),
    }
    return {
        **inherited,
        f"{PREFIX}RUNS_DATABASE_URL": database_of_runs,
        f"{PREFIX}CONFIG": str(settings.config),
        **client_environment(settings, engine_token(settings)),
        **WORKER_ENVIRONMENT,
        **(health if settings.metrics_port else {}),
        # Prefect's runner makes a folder with a fixed name there. In a shared one it is of the first user who had one.
        "TMPDIR": str(settings.home / "run"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(PROJECT), os.environ.get("PYTHONPATH")))),
    }


def _serve(settings: Settings, role: Role) -> int:
    if settings.prefect_database_url:
        _need_password(settings)
    homes.prepare(settings.home)
    with told_to_stop() as stop, ExitStack() as stack:
        refuse_taken_port(settings)
        if role is not Role.WHOLE:
            reach_redis(settings)
        if not settings.prefect_database_url:
            stack.enter_context(running(settings.home, say))
        child = PrefectServer(settings, engine_token(settings), role)
        stack.callback(child.stop)
        # Each brings Prefect's schema and its own types up to date at the start: not two at the same moment.
        with _starting_alone(settings, stop):
            child.start()
            wait_for(child, stop)
        if not stop.is_set():
            tell_ready(f"ready {settings.url}")
            watch([Watched(f"Prefect ({role.value})", child, child.start)], settings, stop)
    return 0


@contextmanager
def _starting_alone(settings: Settings, stop: threading.Event) -> Iterator[None]:
    url = psycopg_url(settings.prefect_database_url) if settings.prefect_database_url else None
    url = url or EmbeddedPostgres(settings.home).url("prefect")
    try:
        connection = psycopg.connect(libpq_url(url), autocommit=True, connect_timeout=5)
    except (psycopg.OperationalError, psycopg.ProgrammingError):  # the latter: what stands after the ? is not known
        raise Unreachable(
            f"De database van Prefect op {without_password(url)} is niet bereikbaar.",
            "Controleer of hij draait en of PROVISIONS_PREFECT_DATABASE_URL klopt.",
        ) from None
    with connection:
        while not stop.is_set() and not locks.try_hold(connection, locks.PREFECT_STARTS):
            stop.wait(0.2)
        yield


def _need_password(settings: Settings) -> None:
    """A part by itself does not make up a password that no other part has."""
    if not settings.prefect_password and not settings.ui_password and not (settings.secrets / PASSWORD_FILE).exists():
        raise InvalidInput(
            "PROVISIONS_UI_PASSWORD ontbreekt, en in de datamap staat geen wachtwoord.",
            "Geef alle onderdelen hetzelfde wachtwoord, de werker dat van Prefect (PROVISIONS_PREFECT_PASSWORD), of start eerst "
            f"'provisions server' in {settings.home}.",
        )
