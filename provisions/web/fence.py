"""What every request meets first: whether it came to our address, how large it may be, what a browser may do with the answer."""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 1024 * 1024
BODY_SECONDS = 30.0

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
_OVER_TLS = {"strict-transport-security": "max-age=31536000"}


class Fence:
    """Stands before the application. ``hosts``: the names that it goes by; none: any, for a proxy with a name that we don't know.

    ``tls``: whether people reach it over TLS only.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], tls: bool) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = HEADERS | (_OVER_TLS if tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refused(headers)
        if refused is not None:
            await self._answer(send, *refused)
            return
        body = await _body(receive)
        if body is None:
            await self._answer(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Dit is te groot: hoogstens 1 MB.")
            return
        given = False

        async def replay() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def fenced(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name not in answered:  # a page with a policy of its own, a file that may be kept
                        answered[name] = value
            await send(message)

        await self._app(scope, replay, fenced)

    def _refused(self, headers: Headers) -> tuple[HTTPStatus, str] | None:
        if self._hosts and name_of(headers.get("host", "")) not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST, "Dit adres is hier niet bekend."
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Dit is te groot: hoogstens 1 MB."
        return None

    async def _answer(self, send: Send, status: HTTPStatus, text: str) -> None:
        body = f"{text}\n".encode()
        sent = {**self._headers, "content-type": "text/plain; charset=utf-8", "content-length": str(len(body))}
        headers = [(name.encode(), value.encode()) for name, value in {**sent, "connection": "close"}.items()]
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _body(receive: Receive) -> bytes | None:
    """The whole body; ``None`` when it is too large, or does not come."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > LARGEST_BODY:
                    return None
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        return None


def name_of(host: str) -> str:
    """The name in a ``Host`` header, without its port: ``[::1]:4200`` → ``::1``."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") <= 1 else host
