"""Signing in and out, and the page of a one-time address."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.access import second_factor
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound
from provisions.usecases.signing_in import TooManyGuesses
from provisions.web.pages import Page
from provisions.web.qr import qr_code
from provisions.web.visits import SIGN_IN, SIGN_OUT, Visit, not_found


def ask(visit: Visit) -> Response:
    """The page where one signs in; whoever is in goes on."""
    if visit.signed_in is not None and not visit.signed_in.stale:
        return RedirectResponse(visit.onward, HTTPStatus.SEE_OTHER)
    return _asked(visit)


def sign_in(visit: Visit) -> Response:
    """What was typed there."""
    form = visit.form
    try:
        token = visit.house.door.sign_in(
            form.get("code", ""), form.get("password", ""), form.get("second", ""), visit.address
        )
    except TooManyGuesses as wait:
        response = _asked(visit, visit.why(wait), HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(int(wait.seconds) + 1)
        return response
    except NotAllowed as refusal:
        return _asked(visit, visit.why(refusal), HTTPStatus.UNAUTHORIZED)
    if visit.token:
        visit.house.sign_out(visit.token)  # who was in with this browser is out
    visit.new_token = token  # never the one that was there before
    return RedirectResponse(visit.onward, HTTPStatus.SEE_OTHER)


def to_provider(visit: Visit) -> Response:
    """Away to the organisation's own page for signing in."""
    if visit.house.provider is None:
        return not_found(visit)
    address = visit.house.provider.leave(visit.new_token or visit.token, visit.onward)
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)


def from_provider(visit: Visit) -> Response:
    """Back from there."""
    if visit.house.provider is None:
        return not_found(visit)
    try:
        token, onward = visit.house.provider.come_back(visit.token, visit.query)
    except NotAllowed as refusal:
        return _asked(visit, visit.why(refusal), HTTPStatus.FORBIDDEN)
    visit.house.sign_out(visit.token)
    visit.new_token = token
    return RedirectResponse(onward, HTTPStatus.SEE_OTHER)


def sign_out(visit: Visit) -> Response:
    """Out, at once; nothing of it is kept in the browser."""
    visit.house.sign_out(visit.token)
    visit.forget_token = True
    response = RedirectResponse(SIGN_IN, HTTPStatus.SEE_OTHER)
    response.headers["clear-site-data"] = '"cache", "storage"'
    return response


def _asked(visit: Visit, why: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    naar = visit.onward
    return visit.house.page(
        visit,
        "sign_in.html.j2",
        status,
        title="Aanmelden",
        why=why,
        code=visit.form.get("code", "")[:40],
        naar="" if naar == "/werk" else naar,
        kept="bewaard" in visit.query,
        examples=visit.house.examples,
        by_provider=visit.house.provider is not None,
    )


def set_up(visit: Visit) -> Response:
    """The page of a one-time address: looking at it changes nothing."""
    try:
        return _set_up(visit)
    except NotFound as refusal:
        return _gone(visit, refusal)


def set_password(visit: Visit) -> Response:
    """A password is set, once."""
    form = visit.form
    try:
        code = visit.house.door.set_password(
            visit.path["secret"], form.get("password", ""), form.get("again", ""), form.get("second", "")
        )
    except NotFound as refusal:
        return _gone(visit, refusal)
    except InvalidInput as refusal:
        return _set_up(visit, visit.why(refusal), HTTPStatus.BAD_REQUEST)
    return visit.house.page(visit, "set_up_done.html.j2", title="Uw wachtwoord is ingesteld", code=code)


def _set_up(visit: Visit, why: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    found = visit.house.door.set_up(visit.path["secret"])
    region = visit.house.app.config.organisation.region
    opened = second_factor.address(found.second, found.code, region) if found.second else ""
    return visit.house.page(
        visit,
        "set_up.html.j2",
        status,
        title="Kies een wachtwoord",
        why=why,
        code=found.code,
        typed=second_factor.as_typed(found.second) if found.second else "",
        opened=opened,
        picture=qr_code(opened) if opened else "",
    )


def _gone(visit: Visit, refusal: NotFound) -> Response:
    why = visit.why(refusal)
    return visit.house.page(visit, "refused.html.j2", HTTPStatus.NOT_FOUND, title="Dit adres werkt niet meer", why=why)


PAGES = (
    Page("/aanmelden", ask, sign_in, anyone=True),
    Page("/aanmelden/organisatie", to_provider, anyone=True),
    Page("/aanmelden/terug", from_provider, anyone=True),
    Page(SIGN_OUT, post=sign_out),
    Page("/welkom/{secret}", set_up, set_password, anyone=True),
)
