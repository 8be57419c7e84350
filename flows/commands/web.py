"""``provisions web``: the door alone, beside an ``up`` or an engine on the same database."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from starlette.routing import BaseRoute

from flows.commands.supervisor import refuse_taken_port, say, tell_ready, told_to_stop
from flows.server.child import PASSWORD_FILE, USER, engine_token, prefect_password, ui_password
from flows.server.guard import ENGINE_HEADER
from flows.server.inside import find_inside
from provisions.app import App
from provisions.catalogue import load
from provisions.database.connect import workplace
from provisions.domain.errors import Unreachable
from provisions.machine import home as homes
from provisions.settings import Settings
from provisions.web.house import House
from provisions.web.server import DoorServer

_LOOK_SECONDS = 1.0


def _rooms(settings: Settings) -> Callable[[House], Sequence[BaseRoute]]:
    """Prefect's pages, when ``PROVISIONS_PREFECT_API_URL`` or the ``up`` of this home says where its server is."""
    inside = find_inside(settings)
    if not settings.prefect_api_url and inside is None:
        return lambda _house: ()
    # With httpx and Prefect's pages: who has no server does without.
    from flows.server.behind import rooms_of
    from flows.server.upstream import Upstream

    headers = {ENGINE_HEADER: engine_token(settings)}
    if inside is not None:
        return rooms_of(Upstream(inside.api_url, (USER, inside.password), headers))
    return rooms_of(Upstream(settings.api_url, (USER, prefect_password(settings)), headers))


def run(settings: Settings) -> int:
    """Serve the pages, and Prefect's where its address was given, until SIGINT or SIGTERM; returns 0 then.

    Prints ``ready <url>``. Raises ``NotAllowed`` when the port is taken or the database is of another version, ``Unreachable``
    when there is no database, or when it stops by itself.
    """
    homes.prepare(settings.home)
    with told_to_stop() as stop, ExitStack() as stack:
        refuse_taken_port(settings)
        config = load(settings.config)
        store = stack.enter_context(workplace(settings, say))
        app = App(store, config)
        served = DoorServer(settings, app, ui_password(settings), more=_rooms(settings))
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
