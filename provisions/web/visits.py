"""Whose request it is: the session, what was filled in, and whether the form was one of ours.

A handler is a plain function of a ``Visit``; it runs in a thread, because it asks the database.
"""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from provisions.access import Actor
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound, Refused
from provisions.usecases.sight import Sight
from provisions.usecases.signing_in import SignedIn
from provisions.views.refusals import for_people
from provisions.web import keeping
from provisions.web.house import House

SIGN_IN = "/aanmelden"
SIGN_OUT = "/afmelden"
BY_PROVIDER = "/aanmelden/organisatie"
MOST_FIELDS = 200
LONGEST_NUMBER = 18
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,100}")
_ONWARD = re.compile(r"(?!.*/[/.])/[A-Za-z0-9/_~.\-]{0,200}")  # no "//" or "/.": whoever folds those goes elsewhere
_SAME_SITE = (None, "same-origin", "none")


NOT_OURS = "Dit formulier hoort niet (meer) bij deze browser. Er is niets gedaan. Ga terug, ververs de pagina en probeer opnieuw."


class NoSessionError(Exception):
    """A page for somebody who is signed in, and nobody is."""


@dataclass
class Visit:
    """One request. ``form`` and ``query``: what was given, the last of each name. ``filled_in``: every field, in order."""

    house: House
    request: Request
    token: str
    filled_in: Sequence[tuple[str, str]]
    query: Mapping[str, str]
    signed_in: SignedIn | None
    new_token: str | None = None
    forget_token: bool = False
    path: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.form = dict(self.filled_in)

    def why(self, refusal: Refused) -> str:
        """A refusal as somebody reads it on a page: no option, no key, a day as people write it."""
        return for_people(refusal, self.house.app.config.catalogue)

    def chosen(self, name: str) -> tuple[str, ...]:
        """Everything that was ticked under one name, in the order of the page."""
        return tuple(value for given, value in self.filled_in if given == name)

    @property
    def actor(self) -> Actor:
        """Who asks. Raises ``NoSessionError`` when nobody is signed in."""
        if self.signed_in is None:
            raise NoSessionError
        return self.signed_in.actor

    @cached_property
    def seen(self) -> Sight:
        """What this person sees. Raises as ``actor``."""
        return self.house.app.seen_by(self.actor)

    @property
    def csrf(self) -> str:
        """What each of our forms gives back: it follows from the cookie, and can't be made without our key."""
        return self.house.sealing.signed("csrf", self.new_token or self.token)

    @property
    def address(self) -> str:
        """Where it came from."""
        return self.request.client.host if self.request.client else ""

    def whole_address(self, path: str) -> str:
        """The address of a page of ours as this person reached us."""
        host = self.request.headers.get("host", "")
        return f"{'https' if self.house.tls else 'http'}://{host}{path}"

    @property
    def onward(self) -> str:
        """The page of ours where somebody was going; the first page otherwise."""
        return onward(self.form.get("naar") or self.query.get("naar") or "")

    def is_from_here(self) -> bool:
        """Whether a page of ours sent this, as far as the browser says; one that says nothing may be an old one."""
        return self.request.headers.get("sec-fetch-site") in _SAME_SITE

    def form_is_ours(self) -> bool:
        """Whether what was posted came from a page of ours in this browser."""
        return self.is_from_here() and hmac.compare_digest(self.form.get("csrf", "").encode(), self.csrf.encode())


def number_of(typed: str) -> int:
    """The number that was typed or given back; 0, which is nobody's, for what is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < LONGEST_NUMBER else 0


Handler = Callable[[Visit], Response]


def onward(address: str) -> str:
    """``address`` when it is one of ours and no other machine's; the first page otherwise."""
    return address if _ONWARD.fullmatch(address) and not address.startswith(SIGN_IN) else "/werk"


def endpoint(house: House, handler: Handler, *, anyone: bool) -> Callable[[Request], Awaitable[Response]]:
    """``handler`` as Starlette calls it. ``anyone``: also without a session."""

    # Whoever only signs in, or answers by a link, does not wait in the row of pages.
    turn = nullcontext() if anyone else house.turn

    def in_turn(request: Request, form: Sequence[tuple[str, str]]) -> Response:
        with turn:
            return _handled(house, request, form, handler, anyone)

    async def serve(request: Request) -> Response:
        form = await _form(request)
        async with house.strangers if anyone else nullcontext():
            return await run_in_threadpool(in_turn, request, form)

    return serve


async def _form(request: Request) -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return []
    try:
        typed = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
        return [(name, _clean(value)) for name, value in typed]
    except (UnicodeDecodeError, ValueError):
        return []


def _clean(value: str) -> str:
    """Without the one character that PostgreSQL takes in no text, and that nobody types."""
    return value.replace("\0", "")


def _handled(
    house: House, request: Request, form: Sequence[tuple[str, str]], handler: Handler, anyone: bool
) -> Response:
    given = request.cookies.get(house.cookie, "")
    token = given if _TOKEN.fullmatch(given) else ""
    query = {name: _clean(value) for name, value in request.query_params.items()}
    visit = Visit(house, request, token, form, query, house.door.who(token) if token else None)
    visit.path = request.path_params
    if not token:
        visit.new_token = secrets.token_urlsafe(32)  # nobody's yet: what a form of ours must give back follows from it
    try:
        response = _answer(visit, handler, anyone)
    except NoSessionError:
        response = to_sign_in(visit)
    if visit.forget_token:
        response.delete_cookie(house.cookie, path="/", secure=house.tls, httponly=True, samesite="lax")
    elif visit.new_token is not None:
        response.set_cookie(house.cookie, visit.new_token, path="/", secure=house.tls, httponly=True, samesite="lax")
    return response


def _answer(visit: Visit, handler: Handler, anyone: bool) -> Response:
    if visit.request.url.path != _clean(visit.request.url.path):
        return not_found(visit)
    # What was said of somebody's rights an hour ago opens no page and does nothing, but signing out.
    stale = visit.signed_in is not None and visit.signed_in.stale and visit.request.url.path != SIGN_OUT
    if not anyone and (visit.signed_in is None or stale):
        return to_sign_in(visit, kept=visit.request.method == "POST" and keeping.keep(visit))
    if visit.request.method == "POST" and not visit.form_is_ours():
        if keeping.keep_from_before(visit):
            return RedirectResponse(onward(visit.request.url.path), HTTPStatus.SEE_OTHER)
        why = NOT_OURS
        return visit.house.page(visit, "refused.html.j2", HTTPStatus.FORBIDDEN, title="Dat ging niet", why=why)
    try:
        if visit.signed_in is None:
            return handler(visit)
        with visit.house.app.walled(visit.signed_in.actor):
            # A form changes something between its looks. And what is open to anyone takes no turn: it holds no connection while
            # it waits for another.
            if anyone or visit.request.method == "POST":
                return handler(visit)
            with visit.house.app.looking():
                return handler(visit)
    except NotFound:
        return not_found(visit)
    except (InvalidInput, NotAllowed) as refusal:
        return visit.house.page(
            visit, "refused.html.j2", HTTPStatus.CONFLICT, title="Dat ging niet", why=visit.why(refusal)
        )
    except Refused as refusal:
        return visit.house.page(
            visit, "refused.html.j2", HTTPStatus.SERVICE_UNAVAILABLE, title="Dat ging niet", why=visit.why(refusal)
        )


def not_found(visit: Visit) -> Response:
    """The same for what does not exist and for what is not for this person."""
    return visit.house.page(visit, "not_found.html.j2", HTTPStatus.NOT_FOUND, title="Niet gevonden")


def to_sign_in(visit: Visit, *, kept: bool = False) -> Response:
    """Away to signing in, and back to this page afterwards. ``kept``: what was typed there is kept."""
    path = onward(visit.request.url.path if kept or visit.request.method in ("GET", "HEAD") else "")
    if visit.signed_in is not None and visit.signed_in.stale:
        return RedirectResponse(f"{BY_PROVIDER}?naar={quote(path)}", HTTPStatus.SEE_OTHER)
    if kept:
        return RedirectResponse(f"{SIGN_IN}?naar={quote(path)}&bewaard=ja", HTTPStatus.SEE_OTHER)
    return RedirectResponse(SIGN_IN if path == "/werk" else f"{SIGN_IN}?naar={quote(path)}", HTTPStatus.SEE_OTHER)
