"""The workplace, put together: every address, its page, and who may ask for it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from provisions.access.guesses import Guesses
from provisions.app import App
from provisions.machine.sealing import Sealing
from provisions.usecases.provider_sign_in import ProviderSigningIn
from provisions.usecases.signing_in import SigningIn
from provisions.web import (
    administration,
    answer_pages,
    answering,
    board,
    brought_in,
    budget,
    colleagues,
    day,
    lists,
    monitor,
    new_case,
    notifications,
    own_settings,
    plan,
    reports,
    signing,
    standby,
    statements,
    stories,
    tables,
    tonight,
)
from provisions.web.fence import Fence
from provisions.web.house import Example, House
from provisions.web.looks import Files
from provisions.web.menu import RUNS
from provisions.web.pages import Page
from provisions.web.visits import endpoint, not_found

# Every room declares its own pages. A new room is named here, and nowhere else.
ROOMS = (
    *(signing, day, lists, new_case, colleagues, tables, tonight, plan, board, budget, monitor),
    *(brought_in, reports, answering, answer_pages, own_settings, standby, stories, statements, administration),
)
PAGES: tuple[Page, ...] = tuple(page for room in ROOMS for page in room.PAGES)


def application(
    app: App,
    door: SigningIn,
    sealing: Sealing,
    *,
    tls: bool,
    hosts: Iterable[str] = (),
    examples: Collection[Example] = (),
    provider: ProviderSigningIn | None = None,
    guesses: Guesses | None = None,
    more: Callable[[House], Sequence[BaseRoute]] = lambda _house: (),
    case_systems: Mapping[str, str] | None = None,
) -> ASGIApp:
    """The whole door. ``hosts``: see ``Fence``; ``provider``, ``guesses``: see ``House``. ``more``: rooms of others.
    ``case_systems``: see ``notifications.route``.
    """
    files = Files(app.config.themes)
    house = House(
        app,
        door,
        sealing,
        tls=tls,
        files=files,
        examples=examples,
        provider=provider,
        guesses=guesses,
    )
    rooms = more(house)
    house.answered = {page.path for page in PAGES} | ({RUNS} if rooms else set())
    routes = [route for page in PAGES for route in _routes(house, page)]

    async def live(_request: Request) -> Response:
        return PlainTextResponse("in orde\n")

    async def robots(_request: Request) -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")

    async def closed(_request: Request) -> Response:
        return PlainTextResponse("Meld u eerst aan.\n", HTTPStatus.UNAUTHORIZED)

    async def unknown(_request: Request) -> Response:
        return PlainTextResponse("Niet gevonden.\n", HTTPStatus.NOT_FOUND)

    nothing = endpoint(house, not_found, anyone=True)
    fixed = [
        *files.routes(),
        Route("/live", live),
        Route("/robots.txt", robots),
        *rooms,
        notifications.route(app, case_systems or {}),
        Route("/api", closed, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Route("/api/{rest:path}", closed, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Route("/{rest:path}", nothing, methods=["GET", "HEAD"]),
        Route("/{rest:path}", unknown, methods=["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    ]
    # No debug pages, no /docs: Starlette has none. What breaks is said in one line, and told to nobody.
    inner = Starlette(routes=[*routes, *fixed], exception_handlers={500: _broken, 404: _nowhere, 405: _not_so})
    return Fence(inner, hosts=hosts, tls=tls)


def _routes(house: House, page: Page) -> list[Route]:
    return [
        Route(page.path, endpoint(house, handler, anyone=page.anyone), methods=[method])
        for method, handler in (("GET", page.get), ("POST", page.post))
        if handler is not None
    ]


def _nowhere(_request: Request, _error: Exception) -> Response:
    """What not even the last of the addresses takes, such as one with a line break in it."""
    return PlainTextResponse("Niet gevonden.\n", HTTPStatus.NOT_FOUND)


def _not_so(_request: Request, error: Exception) -> Response:
    allowed = error.headers if isinstance(error, HTTPException) else None
    return PlainTextResponse("Dit kan op dit adres niet.\n", HTTPStatus.METHOD_NOT_ALLOWED, headers=allowed)


def _broken(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse(
        "Er ging iets mis in het programma. Probeer het opnieuw; blijft het zo, bel dan uw beheerder.\n",
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
