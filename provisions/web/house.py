"""What all pages share: the program, the door, the templates, and how a day or a name is written."""

import asyncio
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, Response

from provisions.access import Actor
from provisions.access.guesses import Guesses
from provisions.app import App
from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM, DAY_NAMES, day_of
from provisions.machine.link_secrets import LinkSecrets
from provisions.machine.sealing import Sealing
from provisions.overview import phrases, states
from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.usecases.link_answers import LinkAnswers
from provisions.usecases.provider_sign_in import ProviderSigningIn
from provisions.usecases.signing_in import SigningIn
from provisions.web.looks import Files, theme_path
from provisions.web.menu import menu_of

if TYPE_CHECKING:
    from provisions.web.visits import Visit

MOST_ROLES_SHOWN = 3
# Pages for whoever is signed in that are made at the same time; others wait their turn. One process computes one of them at a
# time anyway, and each may hold two connections of the pool's twenty: so none ever waits for one while it holds another.
PAGES_AT_ONCE = 8
# And of what is open to anyone: each takes a thread of the forty, also while it waits for its turn to try a password.
STRANGERS_AT_ONCE = 20
# What stands under every page, also for whoever is not signed in.
HELP = ("/hulp", "Hulp")
PREFERENCES = ("/voorkeuren", "Mijn voorkeuren")
BELOW = (
    ("/toegankelijkheid", "Toegankelijkheid"),
    ("/privacy", "Privacy"),
)
COOKIE, COOKIE_OVER_TLS = "sessie", "__Host-sessie"


@dataclass(frozen=True)
class Example:
    """Somebody of the example, who is named on the page where one signs in."""

    code: str
    role: str
    password: str


class House:
    """Everything that a page needs. ``tls``: people reach it over TLS. ``examples``: of ``make demo`` only.

    ``provider``: where people sign in with the account of their organisation. ``guesses``: counts links that are not ours.
    """

    def __init__(
        self,
        app: App,
        door: SigningIn,
        sealing: Sealing,
        *,
        tls: bool,
        files: Files,
        examples: Collection[Example] = (),
        provider: ProviderSigningIn | None = None,
        guesses: Guesses | None = None,
    ) -> None:
        self.app = app
        self.door = door
        self.sealing = sealing
        self.tls = tls
        self.provider = provider
        secrets, counted = LinkSecrets(sealing), guesses or Guesses(time.monotonic)
        given = Guesses(time.monotonic)
        self.links = LinkAnswers(app.engine, app.config, app.views, secrets, app.clock, counted, given, time.sleep)
        self.examples = examples
        self.prefect_answers: Callable[[], bool] | None = None  # said by its rooms, where it is behind this door
        self.when_out: list[Callable[[str], None]] = []  # told of each session that somebody ended
        self.answered: Collection[str] = ()  # the addresses at which there is a page: the menu names no other
        self.turn = threading.BoundedSemaphore(PAGES_AT_ONCE)
        self.strangers = asyncio.Semaphore(STRANGERS_AT_ONCE)
        self.cookie = COOKIE_OVER_TLS if tls else COOKIE
        self._templates = environment(TEMPLATES / "web")
        towns = app.config.organisation.municipalities
        self._files = files
        self._other_administrator = False
        self._templates.globals |= {
            "style": files.address("/stijl/werkplek.css"),
            "script": files.address("/stijl/werkplek.js"),
            "region": app.config.organisation.region,
        }
        self._templates.filters |= {
            "day": written_day,
            "in_words": in_words,
            "at": written_moment,
            "counted": dutch.counted,
            "capitalised": dutch.capitalised,
            "named": phrases.towns_named({key: town.name for key, town in towns.items()}),
            "town": lambda key: towns[key].name if key in towns else key,
            "standing": lambda view: states.of_view(view, app.config, day_of(app.clock())),
            "stands": lambda line: states.standing(line, day_of(app.clock())),
            "nights": states.nights,
            "near": lambda day: states.near_day(day, day_of(app.clock())),
            "past": lambda day: day < day_of(app.clock()),
            "holder": dutch.holder,
            "desk": lambda desk: dutch.DESK[desk],
            "due_day": lambda view: written_day(view.due) if view.due else "",
            "with_whom": phrases.with_whom,
            "next_step": lambda view: dutch.capitalised(phrases.next_step(view)),
            "role": lambda grant: grant.role.called,
        }

    def page(
        self, visit: "Visit", template: str, status: HTTPStatus = HTTPStatus.OK, /, *, title: str, **values: Any
    ) -> Response:
        """A page of ours, with its menu for whoever is signed in."""
        html = self._templates.get_template(template).render(
            title=title, visit=visit, here=visit.request.url.path, csrf=visit.csrf, **self._around(visit), **values
        )
        return HTMLResponse(html, int(status))

    def sign_out(self, token: str) -> None:
        """The session is over at once, in every room."""
        self.door.sign_out(token)
        for forget in self.when_out:
            forget(token)

    def theme_of(self, actor: Actor | None) -> str:
        """The address of the colours for this person; those of the region for nobody."""
        towns = {grant.municipality for grant in actor.grants} if actor else {""}
        return self._files.address(theme_path(self.app.config.theme_name(() if "" in towns else towns)))

    def today(self) -> date:
        """Amsterdam's day."""
        return day_of(self.app.clock())

    def _has_other_administrator(self) -> bool:
        """Once there was one it stays so, and is not asked again."""
        self._other_administrator = self._other_administrator or self.app.people.other_administrator()
        return self._other_administrator

    def _around(self, visit: "Visit") -> Mapping[str, Any]:
        """The menu, who it is, and what everybody must know."""
        signed_in = visit.signed_in
        below = [(address, label) for address, label in BELOW if address in self.answered]
        if signed_in is None or visit.forget_token:
            return {"who": None, "menu": (), "only_admin": False, "below": below, "theme": self.theme_of(None)}
        grants = signed_in.actor.grants
        roles = sorted({grant.role.called for grant in grants})
        return {
            "below": [*(link for link in (PREFERENCES, HELP) if link[0] in self.answered), *below],
            "theme": self.theme_of(signed_in.actor),
            # Whoever holds every role is named by none.
            "roles": ", ".join(roles) if len(roles) <= MOST_ROLES_SHOWN else "alle rollen",
            "who": signed_in.actor.code,
            "as_of": self.app.clock(),
            "menu": menu_of(self.app.seen_by(signed_in.actor), self.answered),
            "only_admin": not self._has_other_administrator(),
        }


def written_day(day: date | None) -> str:
    """As people write it: "vr 27 november 2026"."""
    return f"{DAY_NAMES[day.weekday()][:2]} {dutch.dutch_date(day)}" if day else ""


def in_words(day: date | str | None) -> str:
    """A day, or one as a date field sends it, as people write it; nothing when it is none."""
    if not isinstance(day, str):
        return written_day(day)
    try:
        return written_day(date.fromisoformat(day))
    except ValueError:
        return ""


def written_moment(moment: datetime) -> str:
    """The day and the time in Amsterdam, for an aware moment."""
    local = moment.astimezone(AMSTERDAM)
    return f"{written_day(local.date())}, {local:%H.%M} uur"
