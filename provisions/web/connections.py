"""Connections that are opened and say nothing, or half a request: gone in ten seconds, and never in the way of others."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10.0
MOST_HALF_OPEN = 200
MOST_CONNECTIONS = 600


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's own, with an end to waiting for the head of a request.

    Of more than two hundred that wait, the one that waits longest goes: so whoever comes with a whole request is heard, however
    many others only open connections.
    """

    _half_open: dict["PatientProtocol", None] = {}  # noqa: RUF012 - of all connections of this process, oldest first
    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection was opened."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._heard()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request; on a connection that was used before, the wait begins again."""
        super().on_message_begin()
        if self._patience is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head of a request is whole."""
        self._heard()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._half_open[self] = None
        self._patience = self.loop.call_later(HEADER_SECONDS, self._let_go)
        if len(self._half_open) > MOST_HALF_OPEN:
            next(iter(self._half_open))._let_go()

    def _heard(self) -> None:
        self._half_open.pop(self, None)
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _let_go(self) -> None:
        self._heard()
        if self.transport is not None and not self.transport.is_closing():
            self.transport.abort()


def options() -> dict[str, Any]:
    """For uvicorn: what every server of ours has."""
    return {
        "http": PatientProtocol,
        "ws": "none",
        "limit_concurrency": MOST_CONNECTIONS,
        "timeout_keep_alive": 30,
        "timeout_graceful_shutdown": 2,
        "log_level": "warning",
        "access_log": False,  # an address holds no reference, and still it says who looked when
        "server_header": False,
        "date_header": True,
        "lifespan": "off",
    }
