"""The calls of a program at ``/api``, with the password of ``admin``."""

import base64
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from flows.server import allowed
from flows.server.allowed import How, NotLimitable
from flows.server.judged import judged
from flows.server.lookers import is_right
from flows.server.upstream import REFUSED, Prefect, csrf_answer, json_of
from provisions.usecases.people import ADMIN
from provisions.usecases.signing_in import TooManyGuesses
from provisions.web.house import House


class CallsOfAProgram:
    """Answers who has the password: what is read goes on, what we make a form for is recorded as done by ``admin``."""

    def __init__(self, prefect: Prefect, house: House) -> None:
        self._prefect = prefect
        self._house = house

    async def answer(self, request: Request) -> Response:
        """What a program gets with the password of ``admin``: reading, resuming, forms."""
        path = request.path_params["path"]
        if request.method == "GET" and path in ("health", "ready"):
            return await self._prefect.send("GET", path, {}, None)
        try:
            is_admin = await run_in_threadpool(self._is_admin, request)
        except TooManyGuesses as wait:
            said = {"retry-after": str(int(wait.seconds) + 1)}
            return JSONResponse({"detail": str(wait)}, HTTPStatus.TOO_MANY_REQUESTS, headers=said)
        if not is_admin:
            return JSONResponse({"detail": "Unauthorized"}, HTTPStatus.UNAUTHORIZED)
        csrf = self._house.sealing.signed("csrf-program", request.headers.get("prefect-csrf-client", ""))
        if request.method == "GET" and path == "csrf-token":
            return csrf_answer(
                request, self._house.sealing.signed("csrf-program", request.query_params.get("client", ""))
            )
        if request.method != "GET" and not is_right(request.headers.get("prefect-csrf-token", ""), csrf):
            return JSONResponse({"detail": "Missing CSRF token."}, HTTPStatus.FORBIDDEN)
        try:
            return await self._as_allowed(request, path)
        except NotLimitable:
            return JSONResponse({"detail": REFUSED}, HTTPStatus.FORBIDDEN)

    async def _as_allowed(self, request: Request, path: str) -> Response:
        """What goes on, made anew. Raises ``NotLimitable`` for anything else."""
        found = allowed.find(request.method, path)
        if found is not None and found[0].how in (How.RESUME, How.START):
            return await self._prefect.filled_in(request, *found, ADMIN)
        if found is not None and found[0].how is How.VALIDATE:
            return await self._prefect.send(request.method, path, request.query_params, judged(await json_of(request)))
        if allowed.is_read(request.method, path) or (found is not None and found[0].how is How.PASS):
            return await self._prefect.send(request.method, path, request.query_params, await json_of(request))
        raise NotLimitable

    def _is_admin(self, request: Request) -> bool:
        kind, _, said = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, password = base64.b64decode(said, validate=True).decode().partition(":")
        except ValueError:  # no base64, or a letter in it that is none of it
            return False
        if kind.lower() != "basic" or user != ADMIN:
            return False
        address = request.client.host if request.client else ""
        return self._house.door.admin_is_right(password, address)
