"""Prefect behind the door: its pages below ``/prefect`` for whoever may look, ``/api`` for programs with ``admin``'s password.

Each call is matched with ``allowed``, made anew, and sent on with a password that no person has. What may not be seen is 404,
what can't be limited is answered empty, a change is refused with a sentence (409).
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID

import httpx
from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from flows.server.by_person import CallsOfAPerson
from flows.server.by_program import CallsOfAProgram
from flows.server.guard import CONTENT_SECURITY_POLICY
from flows.server.lookers import Looker, Lookers, is_right
from flows.server.pages import BASE, PackagedPages, below_base
from flows.server.upstream import NOT_THERE, Prefect, Upstream
from provisions.domain import dutch
from provisions.domain.tags import LATE_LIST, WEEK_LIST
from provisions.usecases.workday import Numbers
from provisions.web.house import House
from provisions.web.visits import onward

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_LISTS_OF_OURS = {LATE_LIST: "/te-laat", WEEK_LIST: "/te-laat#binnenkort"}
# Shown, and led to the run that is looked at, by deur.js: Prefect's pages change without being loaded.
_TO_PLAN = f'<a href="{BASE}/plan" data-plan hidden>Naar het plan</a>'
_ELSEWHERE = ("runs", "artifacts", "deployments", "flows", "dashboard", "events")


class Behind:
    """Answers for Prefect. ``rooms`` are its addresses."""

    def __init__(self, house: House, upstream: Upstream, transport: httpx.AsyncBaseTransport | None = None) -> None:
        prefect = Prefect(upstream, transport)
        self._house = house
        house.prefect_answers = prefect.answers
        self._pages = PackagedPages()
        self._lookers = Lookers(house)
        self._by_person = CallsOfAPerson(prefect, self._lookers)
        self._by_program = CallsOfAProgram(prefect, house)

    def rooms(self) -> Sequence[BaseRoute]:
        """The addresses."""
        old = [Route(f"/{name}{rest}", self._moved) for name in _ELSEWHERE for rest in ("", "/{rest:path}")]
        lists = [Route(f"{BASE}/artifacts/key/{key}", self._list_of_ours) for key in _LISTS_OF_OURS]
        return [
            *lists,
            Route(f"{BASE}/ui-settings", self._ui_settings),
            Route(f"{BASE}/gemeente", self._choose, methods=["POST"]),
            Route(f"{BASE}/api/{{path:path}}", self._by_person.answer, methods=METHODS),
            Route("/api/{path:path}", self._by_program.answer, methods=METHODS),
            Route(f"{BASE}/plan/{{run}}", self._to_plan),
            Route(BASE, self._page),
            Route(f"{BASE}/{{path:path}}", self._page),
            *old,
        ]

    async def _page(self, request: Request) -> Response:
        path = request.path_params.get("path", "")
        looker = await self._lookers.of(request, active="." not in path)
        if looker is None:
            return await self._away(request)
        file = self._pages.file(path)
        if file is None and "." in path.rsplit("/", 1)[-1]:
            return Response(NOT_THERE, HTTPStatus.NOT_FOUND)
        if file is None:
            if path == "login":
                return RedirectResponse(BASE, HTTPStatus.SEE_OTHER)
            bar = await run_in_threadpool(self._bar, looker)
            html = self._pages.index(bar, whole=looker.is_administrator, theme=self._house.theme_of(looker.actor))
            return HTMLResponse(html, headers={"content-security-policy": CONTENT_SECURITY_POLICY})
        headers = {"content-security-policy": CONTENT_SECURITY_POLICY, "vary": "accept-encoding"}
        if file.forever:
            headers["cache-control"] = "private, max-age=31536000, immutable"
        if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.compressed, media_type=file.media_type, headers=headers | {"content-encoding": "gzip"})
        return Response(file.content, media_type=file.media_type, headers=headers)

    async def _to_plan(self, request: Request) -> Response:
        """From a run to the page of its provision, which checks again whether it may be seen."""
        looker = await self._lookers.of(request, active=True)
        if looker is None:
            return await self._away(request)
        address = await run_in_threadpool(self._plan_of, looker, request.path_params["run"])
        if address is None:
            return Response(NOT_THERE, HTTPStatus.NOT_FOUND)
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)

    def _plan_of(self, looker: Looker, run: str) -> str | None:
        try:
            wanted = UUID(run)
        except ValueError:
            return None
        with self._house.app.walled(looker.actor):
            found = self._house.app.runs.shown_by(wanted)
        return f"/clienten/{found[0]}/{found[1].in_address}" if found else None

    async def _away(self, request: Request) -> Response:
        """To signing in; whoever is in and may not look finds nothing here."""
        if await self._lookers.is_somebody(request):
            return Response(NOT_THERE, HTTPStatus.NOT_FOUND)
        return RedirectResponse(f"/aanmelden?naar={quote(onward(request.url.path))}", HTTPStatus.SEE_OTHER)

    async def _moved(self, request: Request) -> Response:
        return RedirectResponse(below_base(request.url.path, request.url.query), HTTPStatus.TEMPORARY_REDIRECT)

    async def _list_of_ours(self, request: Request) -> Response:
        """In Prefect a list of what is late is of the whole region: on our page it is of whoever asks."""
        return RedirectResponse(_LISTS_OF_OURS[request.url.path.rpartition("/")[2]], HTTPStatus.SEE_OTHER)

    async def _ui_settings(self, request: Request) -> Response:
        if await self._lookers.of(request, active=False) is None:
            return await self._lookers.refused(request)
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
        looker = await self._lookers.of(request, active=True)
        form = dict(_pairs(await request.body()))
        if looker is None or not is_right(form.get("csrf", ""), self._lookers.csrf(looker)):
            return await self._away(request)
        self._lookers.choose(looker, form.get("gemeente"))
        return RedirectResponse(f"{BASE}/dashboard", HTTPStatus.SEE_OTHER)

    def _bar(self, looker: Looker) -> str:
        """Mijn werk and its numbers, the municipality, who it is, signing out."""
        with self._house.app.walled(looker.actor):
            numbers = self._house.app.seen_by(looker.actor).numbers()
        csrf = f'<input type="hidden" name="csrf" value="{escape(self._lookers.csrf(looker))}">'
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
            f"{f'{_TO_PLAN}{_counted(numbers)}' if numbers else ''}{choose}"
            f'<form method="post" action="/afmelden">{csrf}<span>{escape(looker.actor.code)}</span>'
            '<button type="submit">Afmelden</button></form></nav>'
        )


def _counted(numbers: Numbers) -> str:
    """What is late and what will be, from our own database: also of runs that Prefect does not show any more."""
    waiting = dutch.counted(numbers.waiting, "wacht te lang", "wachten te lang")
    return (
        f'<a href="/te-laat">{numbers.late} te laat</a><a href="/te-laat#wacht">{waiting}</a>'
        f'<a href="/te-laat#binnenkort">{numbers.due} deze week</a>'
    )


def rooms_of(upstream: Upstream) -> Callable[[House], Sequence[BaseRoute]]:
    """Prefect's rooms in a house."""
    return lambda house: Behind(house, upstream).rooms()


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode(), max_num_fields=10)
    except (UnicodeDecodeError, ValueError):
        return []
