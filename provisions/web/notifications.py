"""Where case systems say that something changed. No person comes here: no session, no form, no page."""

import hmac
from collections.abc import Mapping
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from provisions.access import Actor, Role
from provisions.app import App
from provisions.domain.lifecycle import Via

PATH = "/zaaksysteem/berichten"
LARGEST = 64 * 1024  # bytes; a notification is well under a thousand
_NOBODY = "Dit adres is alleen voor het zaaksysteem.\n"


def route(app: App, headers: Mapping[str, str]) -> Route:
    """The address. ``headers``: by municipality the whole header that its case system must bring along."""

    async def notified(request: Request) -> Response:
        place = _whose(request.headers.get("authorization", ""), headers)
        if place is None:
            return PlainTextResponse(_NOBODY, HTTPStatus.UNAUTHORIZED)
        body = await request.body()
        if len(body) <= LARGEST:
            await run_in_threadpool(_heard, app, place, body)
        return Response(status_code=HTTPStatus.NO_CONTENT)  # also to what is not ours, and to what can't be read

    return Route(PATH, notified, methods=["POST"])


def _whose(header: str, headers: Mapping[str, str]) -> str | None:
    """Of which municipality this is; each is compared, in constant time."""
    found = [place for place, wanted in headers.items() if hmac.compare_digest(header.encode(), wanted.encode())]
    return found[0] if found else None


def _heard(app: App, municipality: str, body: bytes) -> None:
    with app.walled(Actor.of("zaaksysteem", [Role.CASE_DIRECTOR], [municipality], Via.CASE_SYSTEM)):
        app.hearing.heard(municipality, body)
