"""Prefect behind a guard: ``python -m flows.server.guard <home> <host> <port>``, started by ``flows.server.child``; or, in the
place of host and port, ``fd`` and the number of a socket that listens already.

The guard blocks the second UI (its pages call an outside host), tells the browser to call nobody but us, and slows down
anyone who guesses passwords. Our own engine, known by its token and the password, goes straight to the API: what is there to
protect a browser costs a quarter of each request. Ends when standard input closes: then the process that started it is gone.
"""

import asyncio
import base64
import gc
import hmac
import os
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, MutableMapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.server import dutch_answers, stylesheet

ENGINE_HEADER = "X-Provisions-Engine"
ENGINE_TOKEN_VARIABLE = "PROVISIONS_ENGINE_TOKEN"  # noqa: S105 - the name, not the token
BEHIND_PROXY_VARIABLE = "PROVISIONS_BEHIND_PROXY"
ONLY_SERVE_VARIABLE = "PROVISIONS_ONLY_SERVE"

_API = "/api"
_DESCRIPTOR = "fd"
_GUESSES = 10
_WINDOW_SECONDS = 60.0
_MOST_ADDRESSES = 10_000
_POLICY_VIOLATION = 1008  # how Prefect closes a websocket whose token is wrong

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # The UI finds out by eval("window") that it is in a browser: without, it has no theme and remembers nothing.
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",  # Vue sets styles on elements
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",  # the UI makes its workers from text
        "connect-src 'self'",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Guesses:
    """Counts wrong passwords by address: after ten within a minute that address waits, right or wrong.

    ``now`` is a monotonic clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._wrong: dict[str, deque[float]] = {}

    def wait(self, address: str) -> float:
        """How many seconds until ``address`` may try again; 0 when it may now."""
        recent = self._recent(address)
        if len(recent) < _GUESSES:
            return 0.0
        return recent[0] + _WINDOW_SECONDS - self._now()

    def wrong(self, address: str) -> None:
        """A wrong password came from ``address``."""
        if address not in self._wrong and len(self._wrong) >= _MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        self._wrong.setdefault(address, deque(maxlen=_GUESSES)).append(self._now())

    def _recent(self, address: str) -> deque[float]:
        recent = self._wrong.get(address, deque())
        while recent and recent[0] <= self._now() - _WINDOW_SECONDS:
            recent.popleft()
        if not recent:
            self._wrong.pop(address, None)
        return recent


class Guard:
    """Stands before Prefect's server. ``engine_token`` lets our own engine pass while its address is slowed down.

    ``api`` answers the engine below ``/api``, when it gives ``auth_string`` (user and password) as well as its token.
    """

    def __init__(
        self, app: ASGIApp, engine_token: str, guesses: Guesses, api: ASGIApp | None = None, auth_string: str = ""
    ) -> None:
        self._app = app
        self._api = api
        self._authorization = b"Basic " + base64.b64encode(auth_string.encode())
        self._engine_token = engine_token.encode()
        self._guesses = guesses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/v2" or path.startswith("/v2/"):
            await _answer(send, HTTPStatus.NOT_FOUND, "Niet gevonden.")
            return
        headers = dict(scope["headers"])
        is_engine = self._is_engine(headers)
        if is_engine and self._api is not None and path.startswith(f"{_API}/") and self._is_right(headers):
            # As Starlette hands a request on to what is mounted there.
            await self._api({**scope, "app_root_path": "", "root_path": _API}, receive, send)
            return
        # Without a password nothing is guessed: so the UI finds out that it must ask for one.
        may_guess = b"authorization" in headers and not is_engine
        address = _address(scope)
        wait = self._guesses.wait(address) if may_guess else 0.0
        if wait > 0:
            text = f"Te veel onjuiste wachtwoorden. Probeer het over {wait:.0f} seconden opnieuw."
            await _answer(send, HTTPStatus.TOO_MANY_REQUESTS, text, {"retry-after": str(int(wait) + 1)})
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == HTTPStatus.UNAUTHORIZED and may_guess:
                    self._guesses.wrong(address)
                message["headers"] = _with_ours(message.get("headers", []))
            await send(message)

        if dutch_answers.is_about_a_form(scope["method"], path):
            # Uncompressed, so that it can be read here; these answers are short.
            plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await self._app({**scope, "headers": plain}, receive, _in_dutch(guarded))
            return
        await self._app(scope, receive, guarded)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = _address(scope)
        if not self._is_engine(dict(scope["headers"])) and self._guesses.wait(address) > 0:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "websocket.close" and message.get("code") == _POLICY_VIOLATION:
                self._guesses.wrong(address)
            await send(message)

        await self._app(scope, receive, guarded)

    def _is_engine(self, headers: MutableMapping[bytes, bytes]) -> bool:
        return hmac.compare_digest(headers.get(ENGINE_HEADER.lower().encode(), b""), self._engine_token)

    def _is_right(self, headers: MutableMapping[bytes, bytes]) -> bool:
        return hmac.compare_digest(headers.get(b"authorization", b""), self._authorization)


def _in_dutch(send: Send) -> Send:
    """Hold an answer back until it is whole, and say it in Dutch."""
    start: Message = {}
    parts: list[bytes] = []

    async def held(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body = dutch_answers.in_dutch(b"".join(parts))
        headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        await send({**start, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    return held


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _with_ours(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    theirs = [(name, value) for name, value in headers if name.decode("latin-1").lower() not in _HEADERS]
    return theirs + [(name.encode(), value.encode()) for name, value in _HEADERS.items()]


async def _answer(send: Send, status: HTTPStatus, text: str, extra: dict[str, str] | None = None) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(name.encode(), value.encode()) for name, value in (extra or {}).items()]
    await send({"type": "http.response.start", "status": int(status), "headers": _with_ours(headers)})
    await send({"type": "http.response.body", "body": text.encode()})


def without_middleware(api: Any) -> ASGIApp:
    """Prefect's API (a FastAPI) without its password, CSRF and compression: for whoever showed the engine's token."""
    theirs, api.user_middleware = api.user_middleware, []
    try:
        bare: ASGIApp = api.build_middleware_stack()
    finally:
        api.user_middleware = theirs

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await bare({**scope, "app": api}, receive, send)

    return serve


def main(host: str, port: int) -> None:
    """Serve until told to stop, or until standard input closes."""
    # All that is imported stays: looking through it for garbage takes a sixth of the time that it takes to start.
    gc.disable()
    import prefect
    import uvicorn
    from prefect.server.api.server import create_app

    # There is no setting that leaves the second UI out: without its files it is neither served nor offered.
    prefect.__ui_v2_static_path__ = Path(os.devnull) / "none"

    behind_proxy = os.environ.get(BEHIND_PROXY_VARIABLE) == "yes"
    only_serve = os.environ.get(ONLY_SERVE_VARIABLE) == "yes"
    server_app = create_app(final=True, webserver_only=only_serve)
    stylesheet.put_in(Path(os.environ["PREFECT_SERVER_UI_STATIC_DIRECTORY"]))
    api = without_middleware(server_app.api_app)  # type: ignore[attr-defined]
    auth_string = os.environ["PREFECT_SERVER_API_AUTH_STRING"]
    app: Any = Guard(server_app, os.environ.pop(ENGINE_TOKEN_VARIABLE), Guesses(), api, auth_string)
    uvicorn_config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=behind_proxy,  # only then is the forwarded address worth more than the peer's
        timeout_graceful_shutdown=3,
        timeout_keep_alive=30,
    )
    server = uvicorn.Server(uvicorn_config)

    def until_parent_ends() -> None:
        sys.stdin.buffer.read()
        server.should_exit = True

    threading.Thread(target=until_parent_ends, daemon=True).start()
    gc.freeze()
    gc.enable()
    with asyncio.Runner(loop_factory=uvicorn_config.get_loop_factory()) as runner:
        runner.run(server.serve(sockets=[socket.socket(fileno=port)] if host == _DESCRIPTOR else None))


if __name__ == "__main__":
    _home, _host, _port = sys.argv[1:4]
    main(_host, int(_port))
