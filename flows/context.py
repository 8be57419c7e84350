"""How a flow reaches the program: the App that the engine gave, or else one made from the settings.

Inside the engine's process :func:`use` is called once, before any flow runs. A Prefect worker in a process of its own
calls nothing: the first flow that asks builds the same from the settings.
"""

import threading

from provisions.access import Actor, Role
from provisions.app import App
from provisions.catalogue import load
from provisions.database import migrate
from provisions.database.address import database_url, runs_url
from provisions.database.connect import open_engine
from provisions.domain.lifecycle import Via
from provisions.settings import load_settings

# Whoever fills in a form in Prefect: only who has the password of the installation can, and so holds every role.
ADMIN = Actor.of("admin", Role, via=Via.PREFECT)

_app: App | None = None
_lock = threading.Lock()


def use(app: App) -> None:
    """Let every flow in this process use ``app``."""
    global _app
    _app = app


def app() -> App:
    """The program, as every flow in this process uses it."""
    global _app
    with _lock:
        if _app is None:
            _app = _from_settings()
        return _app


def _from_settings() -> App:
    settings = load_settings()
    # As the role of the runs, where the worker was given one; with no more connections than one run needs.
    url = runs_url(settings) if settings.runs_database_url else database_url(settings)
    engine = open_engine(settings, pool_size=2, url=url or "")
    with engine.connect() as connection:
        migrate.refuse_other_version(connection)
    return App(engine, load(settings.config))
