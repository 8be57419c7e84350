"""Prefect's API behind the door: every call is made anew, with a password that no person has."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from flows.server import allowed, dutch_answers
from flows.server.allowed import Call, How, NotLimitable
from provisions.domain.calendar import utc_text
from provisions.domain.tags import FORM
from provisions.settings import utc_now

REFUSED = "Dit kan hier niet: deze pagina's zijn om te kijken. Leg het vast in het werkscherm, of met het formulier."
NOT_THERE = "Niet gevonden."
_TOKEN_LASTS = timedelta(hours=1)  # then the UI asks again; in a browser a day in 2999 is at once, without end
_TIMEOUT = 30.0
_SOON = 2.0
_QUERY = frozenset({"client", "page-token", "limit", "offset", "sort"})


@dataclass(frozen=True)
class Upstream:
    """Where Prefect's API is, and by which name and password it is asked."""

    api_url: str
    auth: tuple[str, str]
    headers: Mapping[str, str]


class Prefect:
    """The server of Prefect, as the door asks it."""

    def __init__(self, upstream: Upstream, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._upstream = upstream
        self._client = httpx.AsyncClient(
            base_url=upstream.api_url,
            auth=upstream.auth,
            headers=dict(upstream.headers),
            timeout=_TIMEOUT,
            transport=transport,
            trust_env=False,
        )

    def answers(self) -> bool:
        """Whether it answers now, within two seconds."""
        try:
            return httpx.get(
                f"{self._upstream.api_url}/health",
                auth=self._upstream.auth,
                headers=dict(self._upstream.headers),
                timeout=_SOON,
                trust_env=False,
            ).is_success
        except httpx.HTTPError:
            return False

    async def send(
        self, method: str, path: str, query: Mapping[str, str], body: Any, *, changes: bool = False
    ) -> Response:
        """One call, made anew: a known path, known parts of the query, JSON as we read it. ``changes``: it is no look."""
        asked = {name: value for name, value in query.items() if name in _QUERY}
        call = self._client.build_request(
            method, f"/{quote(path, safe='/')}", params=asked, json=body if method == "POST" else None
        )
        try:
            answer = await (self._client.send(call) if changes else self._looked_up(call))
        except httpx.HTTPError:
            return JSONResponse(
                {"detail": "Prefect antwoordt nu niet. Probeer het zo opnieuw."}, HTTPStatus.SERVICE_UNAVAILABLE
            )
        kind = answer.headers.get("content-type", "application/json")
        return Response(answer.content, answer.status_code, media_type=kind)

    async def _looked_up(self, call: httpx.Request) -> httpx.Response:
        """A look goes by another connection when the one that was kept turns out to be closed: after an error of its own Prefect
        closes it, and whoever comes next has nothing to do with that.
        """
        try:
            return await self._client.send(call)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            return await self._client.send(call)

    async def filled_in(self, request: Request, call: Call, about: str, by: str) -> Response:
        """A form of ours, sent on as ``by`` filled it in. Raises ``NotLimitable``."""
        body = await json_of(request)
        if not isinstance(body, dict):
            raise NotLimitable
        if call.how is How.RESUME:
            response = await self.send("POST", f"flow_runs/{about}/resume", {}, allowed.resumed(body, by), changes=True)
        else:
            deployment = await self.send("GET", f"deployments/{about}", {}, None)
            known = json.loads(bytes(deployment.body)) if deployment.status_code == HTTPStatus.OK else {}
            if FORM not in known.get("tags", ()):
                return refused()
            made = allowed.started(body, by, FORM)
            response = await self.send("POST", f"deployments/{about}/create_flow_run", {}, made, changes=True)
        return in_dutch(response)


def refused() -> Response:
    """A change that is not made here (409)."""
    return JSONResponse({"detail": REFUSED}, HTTPStatus.CONFLICT)


def not_there() -> Response:
    """What is not there, or may not be seen (404)."""
    return JSONResponse({"detail": NOT_THERE}, HTTPStatus.NOT_FOUND)


def csrf_answer(request: Request, token: str) -> Response:
    """The token, as Prefect's UI and client ask for it."""
    client = request.query_params.get("client", "")[:100]
    return JSONResponse({"token": token, "client": client, "expiration": utc_text(utc_now() + _TOKEN_LASTS)})


async def json_of(request: Request) -> Any:
    """The body; nothing but JSON goes on, which NaN and half a character are not. Raises ``NotLimitable``."""
    raw = await request.body()
    if request.method != "POST" or not raw:
        return {} if request.method == "POST" else None
    try:
        found = json.loads(raw)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise NotLimitable from None
    return found


def in_dutch(response: Response) -> Response:
    """The same answer, its sentences about a form in Dutch."""
    response.body = dutch_answers.in_dutch(bytes(response.body))
    response.headers["content-length"] = str(len(response.body))
    return response
