"""``provisions up``: everything started in order, watched, and stopped in order."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace

from flows.commands.door import MODULE as DOOR
from flows.commands.door import Door
from flows.commands.supervisor import (
    Watched,
    hold_port,
    say,
    tell_ready,
    told_to_stop,
    wait_for,
    wait_until,
    watch,
)
from flows.server.child import PASSWORD_FILE, PrefectServer, client_environment, engine_token, use_in_this_process
from flows.server.inside import close_inside, open_inside
from provisions.app import App
from provisions.caseload.loading import example_settings, is_example
from provisions.catalogue import Config, load
from provisions.database.connect import database
from provisions.domain.errors import Refused, Unreachable
from provisions.machine import home as homes
from provisions.machine.postgres import EmbeddedPostgres, running
from provisions.settings import Settings

_DOOR_SECONDS = 60.0

Prepare = Callable[[App, Callable[[], bool]], None]


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
    settings = replace(settings, prefect_api_url=None)  # it starts a server of its own, and means that one
    homes.prepare(settings.home)
    with homes.only_one(settings.home), told_to_stop() as stop, ExitStack() as stack:
        config = load(settings.config)
        for warning in config.warnings:
            say(f"Let op: {warning}")
        parts, refusal = _start(settings, config, stop, stack, prepare)
        if halted := refusal():
            raise halted
        if not stop.is_set():
            tell_ready(f"ready {settings.url}")
            watch(parts, settings, stop, refusal)
        say("Alles wordt gestopt …")
    return 0


def _start(
    settings: Settings, config: Config, stop: threading.Event, stack: ExitStack, prepare: Prepare | None
) -> tuple[list[Watched], Callable[[], Refused | None]]:
    """What to watch, and what tells why the engine halted by itself."""
    began = time.monotonic()
    parts: list[Watched] = []
    token = engine_token(settings)
    homes.stop_left_over(settings.home, DOOR)
    PrefectServer(settings, token).stop_left_over()
    held = hold_port(settings)
    stack.callback(held.close)
    door = Door(settings, held)
    inside = open_inside(settings)
    stack.callback(close_inside, settings, inside)
    server = PrefectServer(settings, token, inside=inside)
    say("De database en Prefect worden gestart …")
    if not settings.database_url or not settings.prefect_database_url:
        postgres: EmbeddedPostgres = stack.enter_context(running(settings.home, say))
        parts.append(Watched("PostgreSQL", postgres, postgres.ensure))

    stack.callback(server.stop)
    server.start()
    parts.append(Watched("Prefect", server, server.start))

    # Prefect's server takes seconds to start; meanwhile this process prepares the rest.
    engine = stack.enter_context(database(settings, say))
    use_in_this_process(client_environment(settings, token))
    from flows.engine import Engine  # imports Prefect, which reads its settings from the environment set above

    app = App(engine, config)
    app.rules.follow()
    runner = Engine(settings, app)
    if prepare:
        prepare(app, stop.is_set)
    stack.callback(door.stop)
    door.start()
    parts.append(Watched("De deur", door, door.start))
    wait_for(server, stop)
    if stop.is_set():
        return parts, lambda: None
    runner.settle()
    runner.start()
    stack.callback(runner.stop)
    stack.callback(door.leave)  # meanwhile the engine stops
    wait_until(
        lambda: runner.serves() or runner.refusal is not None,
        stop,
        "De formulieren en processen worden aangemeld bij Prefect …",
    )
    if not stop.is_set() and not door.wait_ready(_DOOR_SECONDS):
        raise Unreachable("De pagina's voor mensen starten niet.", f"Zie {door.log}.")
    if not settings.ui_password:
        say(f"Aanmelden kan als admin; het wachtwoord staat in {settings.secrets / PASSWORD_FILE}.")
    say(f"Gestart in {time.monotonic() - began:.0f} s.")
    return parts, lambda: runner.refusal
