"""The door on a port of this machine, for tests that open it in a real browser."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn

from provisions.app import App
from provisions.usecases.signing_in import SigningIn
from provisions.web.application import application
from tests.conftest import free_port
from tests.door import SEALING

_SECONDS_TO_START = 60


@contextmanager
def at_a_port(
    app: App, door: SigningIn, port: int | None = None, *, case_systems: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Serve the pages until the end of the block; gives their address, which is at ``port`` when it is named.

    ``case_systems``: by municipality what a notification of its case system brings along.
    """
    port = port or free_port()
    hosts = ("127.0.0.1",)
    rooms = application(app, door, SEALING, tls=False, hosts=hosts, case_systems=case_systems or {})
    server = uvicorn.Server(uvicorn.Config(rooms, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _SECONDS_TO_START
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(30)
