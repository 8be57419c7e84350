"""The call of the stand-by: whoever is called takes it up here, and nobody else is called."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.access import UseCase
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.inputs import no_such_page
from provisions.machine.link_secrets import CALL_PATH, LinkSecrets
from provisions.usecases.standby import CallLink
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
        return _page(visit, HTTPStatus.CONFLICT, visit.why(refusal))
    return RedirectResponse(f"{ADDRESS}?gedaan=ja", HTTPStatus.SEE_OTHER)


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, why: str = "") -> Response:
    calls = visit.house.app.standby.standing(visit.actor)
    done = visit.query.get("gedaan") == "ja" and not why
    return visit.house.page(
        visit, "standby.html.j2", status, title="Oproep van de bereikbaarheidsdienst", calls=calls, why=why, done=done
    )


# --- by the link in the message ------------------------------------------------------------------------------------------


def called(visit: Visit) -> Response:
    """Whoever has the link reads that there is a call. Looking changes nothing."""
    return _by_link(visit, _link(visit))


def take_up_by_link(visit: Visit) -> Response:
    """In two steps, because what reads mails before people do may press a button."""
    link, standby = _link(visit), visit.house.app.standby
    if "confirm" not in visit.form:
        return _by_link(visit, link, asks=standby.waiting(link))
    try:
        standby.take_up(link)
    except NotAllowed as refusal:
        return _by_link(visit, link, why=visit.why(refusal))
    return _by_link(visit, link, done=True)


def _link(visit: Visit) -> CallLink:
    found = visit.house.app.standby.by_link(visit.path["secret"], LinkSecrets(visit.house.sealing))
    if found is None:
        raise no_such_page()
    return found


def _by_link(visit: Visit, link: CallLink, *, asks: bool = False, done: bool = False, why: str = "") -> Response:
    return visit.house.page(
        visit,
        "call.html.j2",
        HTTPStatus.CONFLICT if why else HTTPStatus.OK,
        title="Oproep van de bereikbaarheidsdienst",
        place=link.municipality,
        waits=visit.house.app.standby.waiting(link),
        asks=asks,
        done=done,
        why=why,
        team=visit.house.app.config.organisation.municipalities[link.municipality].team,
        bare=True,
    )


PAGES = (
    Page(ADDRESS, standing, take_up),
    Page(f"{CALL_PATH}/{{secret}}", called, take_up_by_link, anyone=True),
)
