"""Vannacht: the page of the stand-by, and what it says of each bed: there is one, or why there is none."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.domain.case import ProvisionKey
from provisions.domain.errors import DoneBefore, InvalidInput, NotAllowed, NotFound
from provisions.domain.lifecycle import Sent
from provisions.domain.rules import CodeList
from provisions.domain.signals import ARRIVED
from provisions.web.acts import labelled
from provisions.web.forms import NUMBER, known_number, new_number
from provisions.web.pages import Page
from provisions.web.sending import DONE, ONCE_MORE, done_before
from provisions.web.visits import Visit

ADDRESS = "/vannacht"
ROW, NO_BED = "rij", "no_bed"
CHOICES = [(ARRIVED, "De cliënt slaapt vannacht binnen"), (NO_BED, "Er is vannacht geen plek")]


def tonight(visit: Visit) -> Response:
    """Who needs a bed, the mandate, and whom to call."""
    return _page(visit)


def say(visit: Visit) -> Response:
    """Of the one in ``rij`` that the client is inside, or why there is no bed; refused, its row says why."""
    number = visit.number(ROW)
    try:
        one = visit.seen.must_have_no_bed(number)
        _record(visit, one.reference, str(ProvisionKey(one.key, one.round)))
    except DoneBefore:  # a button pressed twice, two tabs
        return done_before(visit) or _page(visit)
    except NotFound as gone:  # by this very form, or somebody else found a bed meanwhile
        return done_before(visit) or _page(visit, HTTPStatus.CONFLICT, 0, visit.why(gone))
    except (InvalidInput, NotAllowed) as refusal:
        return _page(visit, HTTPStatus.CONFLICT, number, visit.why(refusal))
    return RedirectResponse(f"{ADDRESS}?{DONE}=ja", HTTPStatus.SEE_OTHER)


def _record(visit: Visit, reference: str, key: str) -> None:
    cases, cause = visit.house.app.cases, visit.form.get("cause", "")
    if number := known_number(visit.form.get(NUMBER, "")):
        cases = cases.by_form(Sent(number, onward=ADDRESS))
    match visit.form.get("night", ""):
        case said if said == ARRIVED:
            cases.milestone(reference, key, ARRIVED, by=visit.actor)
        case said if said == NO_BED and cause:
            cases.why(reference, key, cause, by=visit.actor)
        case said if said == NO_BED:
            raise InvalidInput("Kies waarom er geen plek is.")
        case _:
            raise InvalidInput("Kies wat er vannacht is.")


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, wrong: int = 0, why: str = "") -> Response:
    calls = visit.house.app.standby.standing(visit.actor)
    return visit.house.page(
        visit,
        "tonight.html.j2",
        status,
        title="Vannacht",
        nights=visit.seen.tonight(),
        waits=any(call.waits for call in calls),
        choices=CHOICES,
        causes=labelled(visit.house.app.config.catalogue.codes[CodeList.CAUSE]),
        new_number=new_number,
        wrong=wrong,
        why=why,
        typed={name: visit.form.get(name, "")[:60] for name in ("night", "cause")},
        recorded=DONE in visit.query and not why,
        again=ONCE_MORE in visit.query,
    )


PAGES = (Page(ADDRESS, tonight, say),)
