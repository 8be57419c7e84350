"""Prefect behind the door: its pages below ``/prefect`` for whoever may look, ``/api`` for programs with ``admin``'s password.

Each call is matched with ``allowed``, made anew, and sent on with a password that no person has. What may not be seen is 404,
what can't be limited is answered empty, a change is refused with a sentence (409).
"""

import base64
import binascii
import hmac
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

import httpx
from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from flows.server import allowed, dutch_answers
from flows.server.allowed import Call, How, NotLimitable
from flows.server.pages import BASE, POLICY, PackagedPages, below_base
from provisions.access import Actor, Role, UseCase
from provisions.domain.calendar import utc_text
from provisions.settings import utc_now
from provisions.usecases.people import ADMIN
from provisions.usecases.signing_in import SignedIn, TooManyGuesses
from provisions.web.house import House
from provisions.web.visits import onward

FORM_TAG = "formulier"
_TOKEN_LASTS = timedelta(hours=1)  # then the UI asks again; in a browser a day in 2999 is at once, without end
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_REMEMBER_SECONDS = 5.0
_HOLD_SECONDS = 3.0
_MOST_HELD = 500
_TIMEOUT = 30.0
_QUERY = frozenset({"client", "page-token", "limit", "offset", "sort"})
_ELSEWHERE = ("runs", "artifacts", "deployments", "flows", "dashboard", "events")
REFUSED = "Dit kan hier niet: deze pagina's zijn om te kijken. Leg het vast in het werkscherm, of met het formulier."
NOT_THERE = "Niet gevonden."


@dataclass(frozen=True)
class Upstream:
    """Where Prefect's API is, and by which name and password it is asked."""

    api_url: str
    auth: tuple[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Looker:
    """Who asks: ``municipality`` when only that one is seen, ``None`` for the whole region."""

    actor: Actor
    token: str
    municipality: str | None
    choices: tuple[str, ...]

    @property
    def is_administrator(self) -> bool:
        """Whether this one may do what is left to do here."""
        return Role.ADMINISTRATOR in self.actor.roles


class Behind:
    """Answers for Prefect. ``rooms`` are its addresses."""

    def __init__(self, house: House, upstream: Upstream, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._house = house
        self._pages = PackagedPages()
        self._client = httpx.AsyncClient(
            base_url=upstream.api_url,
            auth=upstream.auth,
            headers=dict(upstream.headers),
            timeout=_TIMEOUT,
            transport=transport,
            trust_env=False,
        )
        self._seen: dict[str, tuple[float, SignedIn | None]] = {}
        self._held: dict[tuple[Any, ...], tuple[float, Response]] = {}
        self._chosen: dict[str, str] = {}

    def rooms(self) -> Sequence[BaseRoute]:
        """The addresses."""
        old = [Route(f"/{name}{rest}", self._moved) for name in _ELSEWHERE for rest in ("", "/{rest:path}")]
        return [
            Route(f"{BASE}/ui-settings", self._ui_settings),
            Route(f"{BASE}/gemeente", self._choose, methods=["POST"]),
            Route(f"{BASE}/api/{{path:path}}", self._by_person, methods=METHODS),
            Route("/api/{path:path}", self._by_program, methods=METHODS),
            Route(BASE, self._page),
            Route(f"{BASE}/{{path:path}}", self._page),
            *old,
        ]

    # --- who ---------------------------------------------------------------------------------------------------------

    async def _looker(self, request: Request, *, active: bool) -> Looker | None:
        """Who has this session and may look; ``None`` for nobody."""
        token = request.cookies.get(self._house.cookie, "")
        signed_in = await self._signed_in(token, active=active) if token else None
        if signed_in is None or signed_in.stale:
            return None
        return self._looks_as(signed_in.actor, token)

    async def _signed_in(self, token: str, *, active: bool) -> SignedIn | None:
        """Remembered some seconds: an open page asks three times a second, and each time would be a question to the database."""
        now = time.monotonic()
        known = self._seen.get(token)
        if known is not None and not active and now < known[0] + _REMEMBER_SECONDS:
            return known[1]
        found = await run_in_threadpool(self._house.door.who, token, active=active)
        if len(self._seen) >= _MOST_HELD:
            self._seen.clear()
        self._seen[token] = (now, found)
        return found

    def _looks_as(self, actor: Actor, token: str) -> Looker | None:
        config = self._house.app.config
        towns = tuple(config.organisation.municipalities)
        reaches = config.rights.reaches(actor, UseCase.SEE_RUNS, towns)
        mine = tuple(town for town in towns if any(town in places for places in reaches.values()))
        if not mine:
            return None
        if mine == towns:
            return Looker(actor, token, None, ())
        chosen = self._chosen.get(token)
        return Looker(actor, token, chosen if chosen in mine else mine[0], mine)

    # --- pages -------------------------------------------------------------------------------------------------------

    async def _page(self, request: Request) -> Response:
        path = request.path_params.get("path", "")
        looker = await self._looker(request, active="." not in path)
        if looker is None:
            return await self._away(request)
        file = self._pages.file(path)
        if file is None and "." in path.rsplit("/", 1)[-1]:
            return Response(NOT_THERE, HTTPStatus.NOT_FOUND)
        if file is None:
            if path == "login":
                return RedirectResponse(BASE, HTTPStatus.SEE_OTHER)
            bar = await run_in_threadpool(self._bar, looker)
            html = self._pages.index(bar, whole=looker.is_administrator)
            return HTMLResponse(html, headers={"content-security-policy": POLICY})
        headers = {"content-security-policy": POLICY, "vary": "accept-encoding"}
        if file.forever:
            headers["cache-control"] = "private, max-age=31536000, immutable"
        if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.compressed, media_type=file.media_type, headers=headers | {"content-encoding": "gzip"})
        return Response(file.content, media_type=file.media_type, headers=headers)

    async def _away(self, request: Request) -> Response:
        """To signing in; whoever is in and may not look finds nothing here."""
        token = request.cookies.get(self._house.cookie, "")
        if token and await self._signed_in(token, active=False) is not None:
            return Response(NOT_THERE, HTTPStatus.NOT_FOUND)
        return RedirectResponse(f"/aanmelden?naar={quote(onward(request.url.path))}", HTTPStatus.SEE_OTHER)

    async def _moved(self, request: Request) -> Response:
        return RedirectResponse(below_base(request.url.path, request.url.query), HTTPStatus.TEMPORARY_REDIRECT)

    async def _ui_settings(self, request: Request) -> Response:
        if await self._looker(request, active=False) is None:
            return JSONResponse({"detail": "Meld u eerst aan."}, HTTPStatus.UNAUTHORIZED)
        said: dict[str, Any] = {
            "api_url": f"{BASE}/api",
            "auth": None,
            "csrf_enabled": True,
            "flags": [],
            "default_ui": "v1",
        }
        return JSONResponse({**said, "available_uis": ["v1"], "v1_base_url": BASE, "v2_base_url": None})

    async def _choose(self, request: Request) -> Response:
        """Another municipality, for whoever sees several."""
        looker = await self._looker(request, active=True)
        form = dict(_pairs(await request.body()))
        csrf = self._csrf(looker.token) if looker else ""
        if looker is None or not hmac.compare_digest(form.get("csrf", ""), csrf):
            return await self._away(request)
        if form.get("gemeente") in looker.choices:
            self._chosen[looker.token] = form["gemeente"]
        return RedirectResponse(f"{BASE}/dashboard", HTTPStatus.SEE_OTHER)

    def _bar(self, looker: Looker) -> str:
        """Mijn werk and its numbers, the municipality, who it is, signing out."""
        work = self._house.app.seen_by(looker.actor).work()
        csrf = f'<input type="hidden" name="csrf" value="{escape(self._csrf(looker.token))}">'
        towns = self._house.app.config.organisation.municipalities
        choose = ""
        if len(looker.choices) > 1:
            chosen = {key: " selected" if key == looker.municipality else "" for key in looker.choices}
            options = "".join(
                f'<option value="{escape(key)}"{mark}>{escape(towns[key].name)}</option>'
                for key, mark in chosen.items()
            )
            choose = (
                f'<form method="post" action="{BASE}/gemeente">{csrf}<label>Gemeente '
                f'<select name="gemeente">{options}</select></label><button type="submit">Kies</button></form>'
            )
        elif looker.municipality:
            choose = f"<span>{escape(towns[looker.municipality].name)}</span>"
        return (
            '<nav class="deur" lang="nl" aria-label="Basisvoorzieningen"><a href="/werk">Mijn werk</a>'
            f'<a href="/te-laat">{work.late.total} te laat</a><a href="/te-laat">{work.due.total} deze week</a>{choose}'
            f'<form method="post" action="/afmelden">{csrf}<span>{escape(looker.actor.code)}</span>'
            '<button type="submit">Afmelden</button></form></nav>'
        )

    def _csrf(self, token: str) -> str:
        return self._house.sealing.signed("csrf", token)

    # --- calls of a person -------------------------------------------------------------------------------------------

    async def _by_person(self, request: Request) -> Response:
        looker = await self._looker(request, active=False)
        if looker is None:
            return JSONResponse({"detail": "Meld u eerst aan."}, HTTPStatus.UNAUTHORIZED)
        found = allowed.find(request.method, request.path_params["path"])
        if request.method != "GET" and not self._token_is_right(request, self._csrf(looker.token)):
            return JSONResponse({"detail": "Missing CSRF token."}, HTTPStatus.FORBIDDEN)
        if found is None:
            return _refused() if request.method != "GET" else _not_there()
        try:
            return await self._answer(request, looker, *found)
        except NotLimitable:
            return _refused()

    def _token_is_right(self, request: Request, expected: str) -> bool:
        given = request.headers.get("prefect-csrf-token", "")
        return hmac.compare_digest(given.encode(), expected.encode())

    async def _answer(self, request: Request, looker: Looker, call: Call, about: str) -> Response:
        path, town = request.path_params["path"], looker.municipality
        match call.how:
            case How.CSRF:
                return _csrf_answer(request, self._csrf(looker.token))
            case How.SETTINGS:
                return JSONResponse({"PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": False})
            case How.NOTHING | How.ZERO if not (looker.is_administrator and town is None) or path == "logs/filter":
                return JSONResponse([] if call.how is How.NOTHING else 0)
            case How.RESUME | How.START:
                return await self._change(request, looker, call, about)
            case How.NEXT_EVENTS if town and not allowed.holds_our_limit(
                request.query_params.get("page-token", ""), town
            ):
                return _not_there()
            case How.OF_RUN | How.OF_TASK_RUN | How.OF_ARTIFACT if town and not await self._is_of(
                call, path, about, town
            ):
                return _not_there()
        body = await _json(request)
        return await self._read(request, call, path, town, body)

    async def _read(self, request: Request, call: Call, path: str, town: str | None, body: Any) -> Response:
        if town is not None and request.method == "POST":
            body = await self._limited(call, body, town)
            if isinstance(body, Response):
                return body
        key = (path, town, json.dumps(body, sort_keys=True)) if path.endswith(("graph-v2", "task_runs/count")) else None
        now = time.monotonic()
        if key is not None and key in self._held and now < self._held[key][0] + _HOLD_SECONDS:
            return self._held[key][1]
        response = await self._send(request.method, path, request.query_params, body)
        if call.how is How.VALIDATE:
            response.body = dutch_answers.in_dutch(bytes(response.body))
            response.headers["content-length"] = str(len(response.body))
        if key is not None:
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            self._held[key] = (now, response)
        return response

    async def _limited(self, call: Call, body: Any, town: str) -> Any:
        """The body within the municipality, or the answer itself. Raises ``NotLimitable``."""
        body = {} if body is None else body
        if not isinstance(body, dict):
            raise NotLimitable
        match call.how:
            case How.LIMITED:
                return allowed.limited(body, town)
            case How.LIMITED_IF_RUNS if allowed.is_about_runs(body):
                return allowed.limited(body, town)
            case How.EVENTS:
                return allowed.events_limited(body, town)
            case How.NULLS:
                ids = body.get("flow_ids")
                return JSONResponse(dict.fromkeys(map(str, ids), None) if isinstance(ids, list) else {})
            case How.COUNTS_BY_RUN:
                return await self._own_runs(body, town)
        return body

    async def _own_runs(self, body: Mapping[str, Any], town: str) -> Any:
        wanted = body.get("flow_run_ids")
        asked = {"flow_runs": {"id": {"any_": wanted}}, "limit": 200}
        found = await self._send("POST", "flow_runs/filter", {}, allowed.limited(asked, town))
        ids = [run["id"] for run in json.loads(bytes(found.body))] if found.status_code == HTTPStatus.OK else []
        return {"flow_run_ids": ids} if ids else JSONResponse({})

    async def _is_of(self, call: Call, path: str, about: str, town: str) -> bool:
        """Whether what is asked for is of this municipality, by the tags of its run."""
        run = about
        if call.how is not How.OF_RUN:
            found = await self._send("GET", path.removeprefix("ui/"), {}, None)
            said = json.loads(bytes(found.body)) if found.status_code == HTTPStatus.OK else {}
            run = str(said.get("flow_run_id") or "")
        if not run:
            return False
        asked = allowed.limited({"flow_runs": {"id": {"any_": [run]}}}, town)
        found = await self._send("POST", "flow_runs/count", {}, asked)
        return found.status_code == HTTPStatus.OK and json.loads(bytes(found.body)) == 1

    async def _change(self, request: Request, looker: Looker, call: Call, about: str) -> Response:
        """A form of ours, filled in by the administrator; anybody else does it on a page of ours."""
        if not looker.is_administrator or looker.municipality is not None:
            return _refused()
        return await self._filled_in(request, call, about, looker.actor.code)

    async def _filled_in(self, request: Request, call: Call, about: str, by: str) -> Response:
        body = await _json(request)
        if not isinstance(body, dict):
            raise NotLimitable
        if call.how is How.RESUME:
            response = await self._send("POST", f"flow_runs/{about}/resume", {}, allowed.resumed(body, by))
        else:
            deployment = await self._send("GET", f"deployments/{about}", {}, None)
            known = json.loads(bytes(deployment.body)) if deployment.status_code == HTTPStatus.OK else {}
            if FORM_TAG not in known.get("tags", ()):
                return _refused()
            made = allowed.started(body, by, FORM_TAG)
            response = await self._send("POST", f"deployments/{about}/create_flow_run", {}, made)
        response.body = dutch_answers.in_dutch(bytes(response.body))
        response.headers["content-length"] = str(len(response.body))
        return response

    # --- calls of a program ------------------------------------------------------------------------------------------

    async def _by_program(self, request: Request) -> Response:
        path = request.path_params["path"]
        if request.method == "GET" and path in ("health", "ready"):
            return await self._send("GET", path, {}, None)
        try:
            is_admin = await run_in_threadpool(self._is_admin, request)
        except TooManyGuesses as wait:
            said = {"retry-after": str(int(wait.seconds) + 1)}
            return JSONResponse({"detail": str(wait)}, HTTPStatus.TOO_MANY_REQUESTS, headers=said)
        if not is_admin:
            return JSONResponse({"detail": "Unauthorized"}, HTTPStatus.UNAUTHORIZED)
        csrf = self._house.sealing.signed("csrf-program", request.headers.get("prefect-csrf-client", ""))
        if request.method == "GET" and path == "csrf-token":
            return _csrf_answer(
                request, self._house.sealing.signed("csrf-program", request.query_params.get("client", ""))
            )
        if request.method != "GET" and not self._token_is_right(request, csrf):
            return JSONResponse({"detail": "Missing CSRF token."}, HTTPStatus.FORBIDDEN)
        found = allowed.find(request.method, path)
        if found is not None and found[0].how in (How.RESUME, How.START):
            try:
                return await self._filled_in(request, *found, ADMIN)
            except NotLimitable:
                return JSONResponse({"detail": REFUSED}, HTTPStatus.FORBIDDEN)
        if allowed.is_read(request.method, path) or (found is not None and found[0].how in (How.PASS, How.VALIDATE)):
            return await self._send(request.method, path, request.query_params, await _json(request))
        return JSONResponse({"detail": REFUSED}, HTTPStatus.FORBIDDEN)

    def _is_admin(self, request: Request) -> bool:
        kind, _, said = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(said, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        if kind.lower() != "basic" or user != ADMIN:
            return False
        address = request.client.host if request.client else ""
        return self._house.door.admin_is_right(password, address)

    # --- to Prefect --------------------------------------------------------------------------------------------------

    async def _send(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Response:
        """One call, made anew: a known path, known parts of the query, JSON as we read it."""
        asked = {name: value for name, value in query.items() if name in _QUERY}
        try:
            answer = await self._client.request(
                method, f"/{quote(path, safe='/')}", params=asked, json=body if method == "POST" else None
            )
        except httpx.HTTPError:
            return JSONResponse(
                {"detail": "Prefect antwoordt nu niet. Probeer het zo opnieuw."}, HTTPStatus.SERVICE_UNAVAILABLE
            )
        kind = answer.headers.get("content-type", "application/json")
        return Response(answer.content, answer.status_code, media_type=kind)


def rooms_of(upstream: Upstream) -> Callable[[House], Sequence[BaseRoute]]:
    """Prefect's rooms in a house."""
    return lambda house: Behind(house, upstream).rooms()


def _refused() -> Response:
    return JSONResponse({"detail": REFUSED}, HTTPStatus.CONFLICT)


def _not_there() -> Response:
    return JSONResponse({"detail": NOT_THERE}, HTTPStatus.NOT_FOUND)


def _csrf_answer(request: Request, token: str) -> Response:
    client = request.query_params.get("client", "")[:100]
    return JSONResponse({"token": token, "client": client, "expiration": utc_text(utc_now() + _TOKEN_LASTS)})


async def _json(request: Request) -> Any:
    raw = await request.body()
    if request.method != "POST" or not raw:
        return {} if request.method == "POST" else None
    try:
        return json.loads(raw)
    except ValueError:
        raise NotLimitable from None


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), max_num_fields=10)
    except (UnicodeDecodeError, ValueError):
        return []
