"""What all pages share: the program, the door, the templates, and how a day or a name is written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse, Response

from provisions.access import Grant, UseCase
from provisions.app import App
from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM, DAY_NAMES, day_of
from provisions.machine.sealing import Sealing
from provisions.overview import phrases
from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.usecases.provider_sign_in import ProviderSigningIn
from provisions.usecases.signing_in import SigningIn

if TYPE_CHECKING:
    from provisions.web.visits import Visit

COOKIE, COOKIE_OVER_TLS = "sessie", "__Host-sessie"


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    address: str
    label: str
    needs: UseCase | None


RUNS = "/prefect/runs"
MENU = (
    Entry("/werk", "Mijn werk", None),
    Entry("/clienten", "Cliënten", UseCase.SEE_CASE),
    Entry("/te-laat", "Te laat", UseCase.SEE_CASE),
    Entry(RUNS, "Runs", UseCase.SEE_RUNS),
    Entry("/verantwoording", "Verantwoording", UseCase.SEE_LOOKS),
    Entry("/beheer", "Beheer", UseCase.PEOPLE),
)


@dataclass(frozen=True)
class Example:
    """Somebody of the example, who is named on the page where one signs in."""

    code: str
    role: str
    password: str


class House:
    """Everything that a page needs. ``tls``: people reach it over TLS. ``examples``: of ``make demo`` only.

    ``provider``: where people sign in with the account of their organisation.
    """

    def __init__(
        self,
        app: App,
        door: SigningIn,
        sealing: Sealing,
        *,
        tls: bool,
        style: str,
        examples: Collection[Example] = (),
        provider: ProviderSigningIn | None = None,
    ) -> None:
        self.app = app
        self.door = door
        self.sealing = sealing
        self.tls = tls
        self.provider = provider
        self.examples = examples
        self.has_runs = False  # until somebody brings Prefect's rooms
        self.cookie = COOKIE_OVER_TLS if tls else COOKIE
        self._templates = environment(TEMPLATES / "web")
        towns = app.config.organisation.municipalities
        self._templates.globals |= {"style": style, "region": app.config.organisation.region}
        self._templates.filters |= {
            "day": written_day,
            "at": written_moment,
            "counted": dutch.counted,
            "capitalised": dutch.capitalised,
            "town": lambda key: towns[key].name if key in towns else key,
            "standing": lambda view: dutch.capitalised(phrases.standing(view, app.config.catalogue)),
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

    def today(self) -> date:
        """Amsterdam's day."""
        return day_of(self.app.clock())

    def _around(self, visit: "Visit") -> Mapping[str, Any]:
        """The menu, who it is, and what everybody must know."""
        signed_in = visit.signed_in
        if signed_in is None or visit.forget_token:
            return {"who": None, "menu": (), "only_admin": False}
        seen = self.app.seen_by(signed_in.actor)
        shown = [entry for entry in MENU if entry.address != RUNS or self.has_runs]
        menu = [entry for entry in shown if entry.needs is None or seen.may(entry.needs)]
        return {
            "who": signed_in.actor.code,
            "menu": menu,
            "only_admin": signed_in.source == "admin" and not self.app.people.other_administrator(),
        }


def written_day(day: date | None) -> str:
    """As people write it: "vr 27 november 2026"."""
    return f"{DAY_NAMES[day.weekday()][:2]} {dutch.dutch_date(day)}" if day else ""


def written_moment(moment: datetime) -> str:
    """The day and the time in Amsterdam, for an aware moment."""
    local = moment.astimezone(AMSTERDAM)
    return f"{written_day(local.date())}, {local:%H.%M} uur"


def held(grants: Collection[Grant]) -> list[Grant]:
    """In a fixed order."""
    return sorted(grants)
