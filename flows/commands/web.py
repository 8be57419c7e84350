"""``provisions web``: the door alone, beside an ``up`` or an engine on the same database."""

from contextlib import ExitStack

from flows.commands.supervisor import refuse_taken_port, say, tell_ready, told_to_stop
from flows.server.child import PASSWORD_FILE, ui_password
from provisions.app import App
from provisions.catalogue import load
from provisions.database.connect import unchanged
from provisions.domain.errors import Unreachable
from provisions.machine import home as homes
from provisions.settings import Settings
from provisions.web.server import DoorServer

_LOOK_SECONDS = 1.0


def run(settings: Settings) -> int:
    """Serve the pages until SIGINT or SIGTERM; returns 0 then.

    Prints ``ready <url>``. Raises ``NotAllowed`` when the port is taken or the database is of another version, ``Unreachable``
    when there is no database, or when it stops by itself.
    """
    homes.prepare(settings.home)
    with told_to_stop() as stop, ExitStack() as stack:
        refuse_taken_port(settings)
        config = load(settings.config)
        store = stack.enter_context(unchanged(settings, say))
        app = App(store, config)
        served = DoorServer(settings, app, ui_password(settings))
        if not served.start():
            raise Unreachable(f"De pagina's zijn niet te starten op {settings.url}.")
        stack.callback(served.stop)
        if not settings.ui_password:
            say(f"Aanmelden kan als admin; het wachtwoord staat in {settings.secrets / PASSWORD_FILE}.")
        tell_ready(f"ready {settings.people_url}")
        while served.alive() and not stop.wait(_LOOK_SECONDS):
            continue
        if not stop.is_set():
            raise Unreachable("De pagina's zijn vanzelf gestopt.", "Start ze opnieuw.")
    return 0
