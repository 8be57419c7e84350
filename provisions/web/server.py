"""The door as a server: on which names it answers, whom it believes about where a request came from, and its start and stop."""

import asyncio
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from urllib.parse import urlsplit

import uvicorn
from starlette.routing import BaseRoute

from provisions.access.guesses import Guesses
from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.settings import Settings
from provisions.usecases.provider_sign_in import ProviderSigningIn
from provisions.usecases.signing_in import SigningIn, end_of_another_password
from provisions.web import connections
from provisions.web.application import application
from provisions.web.house import Example, House

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CLEAR_SECONDS = 300.0
_START_SECONDS = 10.0
_STOP_SECONDS = 6.0
# A page asks the database some twenty times, and each answer waits until the thread that computes lets go: by itself that is
# after 5 ms.
_LETS_GO_SECONDS = 0.001


def hosts_of(settings: Settings) -> tuple[str, ...]:
    """The names that the door goes by; none (any) behind a proxy whose name was not set."""
    if settings.tls_in_front == "yes" and settings.base_url is None:
        return ()
    return (*LOOPBACK, settings.host, urlsplit(settings.people_url).hostname or "")


def _provider(settings: Settings, app: App, door: SigningIn) -> ProviderSigningIn | None:
    """Where people sign in with the account of their organisation, when that was set."""
    if not (settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret):
        return None
    from provisions.web.provider import OpenIdProvider  # with httpx: who has no provider does without

    secret = settings.oidc_client_secret.get_secret_value()
    back = f"{settings.people_url}/aanmelden/terug"
    provider = OpenIdProvider(settings.oidc_issuer, settings.oidc_client_id, secret, back, app.clock)
    return ProviderSigningIn(app.engine, app.config, app.looks, door, provider, app.clock)


class DoorServer:
    """Serves in a thread of its own. ``start`` returns once it listens."""

    def __init__(
        self,
        settings: Settings,
        app: App,
        admin_password: str,
        *,
        more: Callable[[House], Sequence[BaseRoute]] = lambda _house: (),
    ) -> None:
        self._app = app
        sealing = Sealing.at(settings.secrets)
        self.door = SigningIn(
            app.engine,
            app.config,
            app.looks,
            sealing,
            app.clock,
            Guesses(time.monotonic),
            admin_password=admin_password,
            off_loopback=settings.off_loopback,
            pause=time.sleep,
        )
        self._end_of_another_password = partial(end_of_another_password, app.engine, sealing, admin_password)
        self._examples: list[Example] = []
        served = application(
            app,
            self.door,
            sealing,
            tls=settings.off_loopback,
            hosts=hosts_of(settings),
            examples=self._examples,
            provider=_provider(settings, app, self.door),
            more=more,
            case_systems=settings.callbacks({place: one.callback for place, one in app.config.zaken.items()}),
        )
        config = uvicorn.Config(
            served,
            host=settings.host,
            port=settings.port,
            proxy_headers=settings.tls_in_front == "yes",  # only then is there a proxy; it is on this machine
            forwarded_allow_ips=list(LOOPBACK),
            **connections.options(),
        )
        self._server = uvicorn.Server(config)
        self._loop_factory = config.get_loop_factory()
        self._thread = threading.Thread(target=self._serve, name="provisions-deur", daemon=True)
        self._over = threading.Event()

    def show(self, people: Collection[tuple[str, str, str]]) -> None:
        """Name the people of the example where one signs in: code, role and password of each."""
        self._examples[:] = [Example(*one) for one in people]

    def start(self, sockets: list[socket.socket] | None = None) -> bool:
        """Begin to listen. Returns whether it does."""
        self._sockets = sockets
        self._end_of_another_password()
        sys.setswitchinterval(_LETS_GO_SECONDS)
        self._thread.start()
        threading.Thread(target=self._clear, name="provisions-deur-opruimen", daemon=True).start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.01)
        return self._server.started

    def alive(self) -> bool:
        """Whether it serves."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Finish what is being answered, and stop."""
        self._over.set()
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=self._loop_factory) as runner, contextlib.suppress(SystemExit):
            runner.run(self._server.serve(sockets=self._sockets))

    def _clear(self) -> None:
        """Now and then take away sessions that ended by themselves."""
        while not self._over.wait(_CLEAR_SECONDS):
            with contextlib.suppress(Exception):  # the database is away: next time
                self.door.clear()
                self._app.submissions.clear()
