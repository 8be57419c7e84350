"""The calls of a person who looks at Prefect's pages: within the municipality that is looked at."""

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from flows.server import allowed
from flows.server.allowed import Call, How, NotLimitable
from flows.server.judged import judged
from flows.server.lookers import Looker, Lookers, is_right
from flows.server.upstream import Prefect, csrf_answer, in_dutch, json_of, not_there, refused

_HOLD_SECONDS = 3.0
_MOST_HELD = 500


class CallsOfAPerson:
    """Answers the calls that Prefect's pages make. An answer that every open page asks for is held for some seconds."""

    def __init__(self, prefect: Prefect, lookers: Lookers) -> None:
        self._prefect = prefect
        self._lookers = lookers
        self._held: dict[tuple[Any, ...], tuple[float, Response]] = {}

    async def answer(self, request: Request) -> Response:
        """What this person gets: all of it, what is of the municipality, or a refusal."""
        looker = await self._lookers.of(request, active=False)
        if looker is None:
            return await self._lookers.refused(request)
        found = allowed.find(request.method, request.path_params["path"])
        if request.method != "GET" and not is_right(
            request.headers.get("prefect-csrf-token", ""), self._lookers.csrf(looker)
        ):
            return JSONResponse({"detail": "Missing CSRF token."}, HTTPStatus.FORBIDDEN)
        if found is None:
            return refused() if request.method != "GET" else not_there()
        try:
            return await self._as_allowed(request, looker, *found)
        except NotLimitable:
            return refused()

    async def _as_allowed(self, request: Request, looker: Looker, call: Call, about: str) -> Response:
        path, town = request.path_params["path"], looker.municipality
        match call.how:
            case How.CSRF:
                return csrf_answer(request, self._lookers.csrf(looker))
            case How.SETTINGS:
                return JSONResponse({"PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": False})
            case How.NOTHING | How.ZERO if not (looker.is_administrator and town is None) or path == "logs/filter":
                return JSONResponse([] if call.how is How.NOTHING else 0)
            case How.RESUME | How.START:
                return await self._change(request, looker, call, about)
            case How.VALIDATE if not _fills_in(looker):
                # Its schema is the browser's own (flows/server/judged.py).
                return JSONResponse({"valid": True, "errors": []})
            case How.NEXT_EVENTS if town and not allowed.holds_our_limit(
                request.query_params.get("page-token", ""), town
            ):
                return not_there()
            case How.OF_RUN | How.OF_TASK_RUN | How.OF_ARTIFACT if town and not await self._is_of(
                call, path, about, town
            ):
                return not_there()
        body = await json_of(request)
        body = judged(body) if call.how is How.VALIDATE else body
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
        response = await self._prefect.send(request.method, path, request.query_params, body)
        if call.how is How.VALIDATE:
            response = in_dutch(response)
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
        found = await self._prefect.send("POST", "flow_runs/filter", {}, allowed.limited(asked, town))
        ids = [run["id"] for run in json.loads(bytes(found.body))] if found.status_code == HTTPStatus.OK else []
        return {"flow_run_ids": ids} if ids else JSONResponse({})

    async def _is_of(self, call: Call, path: str, about: str, town: str) -> bool:
        """Whether what is asked for is of this municipality, by the tags of its run."""
        run = about
        if call.how is not How.OF_RUN:
            found = await self._prefect.send("GET", path.removeprefix("ui/"), {}, None)
            said = json.loads(bytes(found.body)) if found.status_code == HTTPStatus.OK else {}
            run = str(said.get("flow_run_id") or "")
        if not run:
            return False
        asked = allowed.limited({"flow_runs": {"id": {"any_": [run]}}}, town)
        found = await self._prefect.send("POST", "flow_runs/count", {}, asked)
        return found.status_code == HTTPStatus.OK and json.loads(bytes(found.body)) == 1

    async def _change(self, request: Request, looker: Looker, call: Call, about: str) -> Response:
        """A form of ours, filled in by the administrator; anybody else does it on a page of ours."""
        if not _fills_in(looker):
            return refused()
        return await self._prefect.filled_in(request, call, about, looker.actor.code)


def _fills_in(looker: Looker) -> bool:
    """Whether this one fills in forms of ours here."""
    return looker.is_administrator and looker.municipality is None
