"""What somebody sets for oneself, and the calendar that follows from it."""

from http import HTTPStatus

from starlette.responses import PlainTextResponse, RedirectResponse, Response

from provisions.domain.errors import DoneBefore, InvalidInput, NotAllowed
from provisions.inputs import no_such_page
from provisions.overview.calendar_feed import as_calendar
from provisions.usecases.preferences import WORDS
from provisions.web.forms import new_number
from provisions.web.house import PREFERENCES
from provisions.web.pages import Page
from provisions.web.sending import SHOWN_ONCE, number_once
from provisions.web.visits import Visit

TITLE = "Mijn voorkeuren"


def settings(visit: Visit) -> Response:
    """How things stand."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Choose how messages come; ask for the calendar, for another address of it, or have none any more."""
    calendars = visit.house.app.calendars
    match visit.form.get("handeling", ""):
        case "berichten":
            try:
                visit.house.app.preferences.choose(
                    visit.actor, visit.form.get("wanneer", "")[:20], quiet=visit.form.get("stil") == "ja"
                )
            except InvalidInput as refusal:
                return _page(visit, HTTPStatus.UNPROCESSABLE_ENTITY, visit.why(refusal))
            return RedirectResponse(f"{PREFERENCES[0]}?bewaard=ja", HTTPStatus.SEE_OTHER)
        case "agenda-aan":
            try:
                secret = calendars.ask(visit.actor, form=number_once(visit))
            except DoneBefore:
                return _page(visit, said=SHOWN_ONCE)
            except NotAllowed as refusal:
                return _page(visit, HTTPStatus.CONFLICT, visit.why(refusal))
            address = visit.whole_address(f"/agenda/{secret}.ics")
            return visit.house.page(visit, "calendar_address.html.j2", title="Adres van uw agenda", address=address)
        case "agenda-uit":
            calendars.revoke(visit.actor)
        case _:
            raise no_such_page()
    return RedirectResponse(PREFERENCES[0], HTTPStatus.SEE_OTHER)


def calendar(visit: Visit) -> Response:
    """The calendar at this address, for a program that has no session; the same answer for whatever is no calendar."""
    app = visit.house.app
    visit.new_token = None  # a program that reads calendars fills in no form, and needs no cookie
    whose = app.calendars.whose(visit.path["secret"])
    if whose is None:
        return PlainTextResponse("Deze agenda is er niet (meer).\n", HTTPStatus.NOT_FOUND)
    with app.walled(whose):
        days = app.seen_by(whose).own_days()
    made = as_calendar(days, app.config.organisation.message_domain, app.clock())
    return Response(made, media_type="text/calendar; charset=utf-8")


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, why: str = "", said: str = "") -> Response:
    app = visit.house.app
    return visit.house.page(
        visit,
        "own_settings.html.j2",
        status,
        title=TITLE,
        why=why,
        said=said,
        number=new_number(),
        kept=visit.query.get("bewaard") == "ja" and not why,
        chosen=app.preferences.of(visit.actor),
        counts=app.preferences.count_for(visit.actor),
        paces=[(pace.value, words) for pace, words in WORDS.items()],
        may_have=app.calendars.may_have(visit.actor),
        since=app.calendars.since(visit.actor),
    )


PAGES = (
    Page(PREFERENCES[0], settings, change),
    Page("/agenda/{secret}.ics", calendar, anyone=True),
)
