"""Who looks at Prefect behind the door: by the session of the door, remembered for some seconds."""

import hmac
import time
from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from flows.server.upstream import not_there
from provisions.access import Actor, Role, UseCase
from provisions.usecases.signing_in import SignedIn
from provisions.web.house import House

_REMEMBER_SECONDS = 5.0
_MOST_REMEMBERED = 500


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


class Lookers:
    """Who has a session and may look, and which municipality each of them chose."""

    def __init__(self, house: House) -> None:
        self._house = house
        house.when_out.append(self.forget)
        self._seen: dict[str, tuple[float, SignedIn | None]] = {}
        self._chosen: dict[str, str] = {}
        self._ended = 0  # sessions that somebody ended

    async def of(self, request: Request, *, active: bool) -> Looker | None:
        """Who has this session and may look; ``None`` for nobody. ``active``: a person did something, not an open page."""
        token = self._token(request)
        signed_in = await self._signed_in(token, active=active) if token else None
        if signed_in is None or signed_in.stale:
            return None
        return self._looks_as(signed_in.actor, token)

    async def is_somebody(self, request: Request) -> bool:
        """Whether somebody has this session, whatever they may do; nobody does whose rights must be asked anew."""
        token = self._token(request)
        found = await self._signed_in(token, active=False) if token else None
        return found is not None and not found.stale

    async def refused(self, request: Request) -> Response:
        """What a call gets of whoever does not look: 401 leads an open page to signing in; who is in finds nothing here."""
        if await self.is_somebody(request):
            return not_there()
        return JSONResponse({"detail": "Meld u eerst aan."}, HTTPStatus.UNAUTHORIZED)

    def forget(self, token: str) -> None:
        """Who had this session signed out: from now on it is nobody's."""
        self._ended += 1
        self._seen.pop(token, None)
        self._chosen.pop(token, None)

    def choose(self, looker: Looker, municipality: str | None) -> None:
        """From now on this one looks at another municipality; what is not theirs changes nothing."""
        if municipality in looker.choices:
            self._chosen[looker.token] = municipality

    def csrf(self, looker: Looker) -> str:
        """The token that a change made in this session carries."""
        return self._house.sealing.signed("csrf", looker.token)

    def _token(self, request: Request) -> str:
        return request.cookies.get(self._house.cookie, "")

    async def _signed_in(self, token: str, *, active: bool) -> SignedIn | None:
        """Remembered some seconds: an open page asks three times a second, and each time would be a question to the database."""
        now = time.monotonic()
        known = self._seen.get(token)
        if known is not None and not active and now < known[0] + _REMEMBER_SECONDS:
            return known[1]
        ended = self._ended
        found = await run_in_threadpool(self._house.door.who, token, active=active)
        if ended != self._ended:  # somebody signed out meanwhile, and maybe it was this one
            return found
        if len(self._seen) >= _MOST_REMEMBERED:
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


def is_right(given: str, expected: str) -> bool:
    """Whether a token is the one expected; takes as long whatever was given."""
    return hmac.compare_digest(given.encode(), expected.encode())
