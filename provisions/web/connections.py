"""Connections that are opened and say nothing, half a request or one without an end: gone in half a minute, and never in the way
of others.

There is a bound on what waits, on what sends its body, on what is idle, on what comes from one address, and on all together,
which is more than these three; so on open files too.
"""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from provisions.access.guesses import counted_as

HEADER_SECONDS = 10.0
LARGEST_HEAD = 64 * 1024  # bytes; with the longest address and cookie that a browser sends it is a quarter of that
# On its way: the largest body is half of it, and what comes after that body is kept as well.
LARGEST_REQUEST = 2 * 1024 * 1024
MOST_HALF_OPEN = 200
MOST_HALF_SENT = 100  # the head came, and not the whole body: a form of ours comes at once
MOST_IDLE = 200
MOST_CONNECTIONS = 600
MOST_FROM_ONE = 300  # not of this machine itself, and half of all: it may be the proxy, which speaks for many
_THIS_MACHINE = ("127.0.0.1", "::1")


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's own, with an end to waiting for the head of a request, and to how long a request may be: all of its head is kept,
    and what comes after its body too.

    Of more than two hundred that wait, the one that waits longest goes: so whoever comes with a whole request is heard, however
    many others only open connections. Likewise of more than a hundred whose body is on its way, and of what was answered and is
    kept open. From one other address (of IPv6: one network) there are at most three hundred.
    """

    _half_open: dict["PatientProtocol", None] = {}  # noqa: RUF012 - of all connections of this process, oldest first
    _half_sent: dict["PatientProtocol", None] = {}  # noqa: RUF012 - whose body is on its way, oldest first
    _idle: dict["PatientProtocol", None] = {}  # noqa: RUF012 - answered and kept open, oldest first
    _from: Counter[str] = Counter()  # noqa: RUF012 - how many of each address
    _address = ""
    _patience: asyncio.TimerHandle | None = None
    _received = 0  # bytes since the request began

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection was opened."""
        super().connection_made(transport)
        self._address = counted_as(str((transport.get_extra_info("peername") or ("",))[0]))
        self._from[self._address] += 1
        if self._address not in _THIS_MACHINE and self._from[self._address] > MOST_FROM_ONE:
            transport.abort()
            return
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        self._heard()
        self._half_sent.pop(self, None)
        self._idle.pop(self, None)
        self._from[self._address] -= 1
        if self._from[self._address] <= 0:
            del self._from[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something came; more than a request can be is not waited for."""
        super().data_received(data)
        self._received += len(data)
        if self.transport.is_closing():
            return
        if self in self._half_open and self._received > LARGEST_HEAD:
            self.transport.write(_TOO_LARGE)
            self._heard()
            self.transport.close()
        elif self in self._half_sent and self._received > LARGEST_REQUEST:
            self.transport.abort()

    def on_response_complete(self) -> None:
        """It was answered, and may be used again."""
        super().on_response_complete()
        if self.transport.is_closing() or self in self._half_open:
            return
        self._idle[self] = None
        if len(self._idle) > MOST_IDLE:
            _let_the_first_go(self._idle)

    def on_message_begin(self) -> None:
        """The first byte of a request; on a connection that was used before, the wait begins again."""
        self._idle.pop(self, None)
        self._received = 0
        super().on_message_begin()
        if self._patience is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """The head of a request is whole."""
        self._heard()
        self._half_sent[self] = None
        if len(self._half_sent) > MOST_HALF_SENT:
            _let_the_first_go(self._half_sent)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """And so is its body, where it has one."""
        self._half_sent.pop(self, None)
        super().on_message_complete()

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


_SAID = b"Deze aanvraag is te lang.\n"
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_SAID), _SAID)
)


def _let_the_first_go(waiting: dict[PatientProtocol, None]) -> None:
    """The one that waits longest."""
    longest = next(iter(waiting))
    del waiting[longest]
    longest.transport.abort()


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
