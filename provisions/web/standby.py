"""The call of the stand-by: whoever is called takes it up here, and nobody else is called."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.access import UseCase
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.web.pages import Page
from provisions.web.visits import Visit

ADDRESS = "/vannacht/oproep"


def standing(visit: Visit) -> Response:
    """How it stands with the calls."""
    visit.seen.must(UseCase.PLACE)
    return _page(visit)


def take_up(visit: Visit) -> Response:
    """This person takes it up."""
    visit.seen.must(UseCase.PLACE)
    try:
        visit.house.app.standby.acknowledge(visit.form.get("gemeente", "")[:60], by=visit.actor)
    except (InvalidInput, NotAllowed) as refusal:
        return _page(visit, HTTPStatus.CONFLICT, " ".join(refusal.lines))
    return RedirectResponse(f"{ADDRESS}?gedaan=ja", HTTPStatus.SEE_OTHER)


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, why: str = "") -> Response:
    calls = visit.house.app.standby.standing(visit.actor)
    done = visit.query.get("gedaan") == "ja" and not why
    return visit.house.page(
        visit, "standby.html.j2", status, title="Oproep van de bereikbaarheidsdienst", calls=calls, why=why, done=done
    )


PAGES = (Page(ADDRESS, standing, take_up),)
