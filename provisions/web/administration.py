"""The administrator's pages: people, what did not arrive, and how the program is."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.access import Role, UseCase
from provisions.domain.errors import DoneBefore, Refused
from provisions.inputs import no_such_page
from provisions.web.forms import FORM, Field, Filled, Form, Kind, new_number, read
from provisions.web.pages import Page
from provisions.web.sending import SHOWN_ONCE, Drawing, number_once
from provisions.web.visits import Visit

MOST_TYPED = 60
ADDRESS, ADD = "/beheer", "toevoegen"


def people(visit: Visit) -> Response:
    """Who may come in, and a form to add somebody."""
    visit.seen.must(UseCase.PEOPLE)
    return _people(visit)


def change(visit: Visit) -> Response:
    """Add somebody, block, let in again, or give a new one-time address, which is shown once."""
    visit.seen.must(UseCase.PEOPLE)
    typed = _typed(visit) if visit.form.get(FORM) == ADD else None
    if typed is not None and typed.is_refused:
        return _people(visit, HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed)
    try:
        secret = _changed(visit)
    except DoneBefore:
        return _people(visit, said=SHOWN_ONCE, done=number_once(visit))
    except Refused as refusal:
        return _people(visit, HTTPStatus.UNPROCESSABLE_ENTITY, why=visit.why(refusal), typed=typed)
    if secret is None:
        return RedirectResponse(ADDRESS, HTTPStatus.SEE_OTHER)
    if typed is not None:
        visit.house.app.submissions.forget_typed(visit.actor.code, ADDRESS)
    code = visit.form.get("code", "").strip()
    return visit.house.page(
        visit,
        "person_address.html.j2",
        title=f"Adres voor {code}",
        code=code,
        done=number_once(visit),
        address=visit.whole_address(f"/welkom/{secret}"),
    )


def _changed(visit: Visit) -> str | None:
    """Do what was asked; the secret of a one-time address where there is one."""
    app, form = visit.house.app, visit.form
    code, by, number = form.get("code", "")[:MOST_TYPED], visit.actor, number_once(visit)
    match form.get(FORM, ""):
        case "toevoegen":
            return app.people.add(code, visit.chosen("rol"), visit.chosen("gemeente"), by=by, form=number)
        case "blokkeren":
            app.people.block(code, by=by)
        case "toelaten":
            app.people.unblock(code, by=by)
        case "nieuw-adres":
            return app.people.reset(code, by=by, form=number)
        case _:
            raise no_such_page()
    return None


def _form(visit: Visit) -> Form:
    """To add somebody."""
    app = visit.house.app
    named = app.config.organisation.municipalities
    towns = [(key, named[key].name) for key in app.people.places(visit.actor)]
    return Form(
        ADD,
        "Iemand toevoegen",
        "Voeg toe en maak een adres",
        (
            Field(
                "code",
                "Code van de medewerker",
                required=True,
                hint="Zoals regisseur-3: kleine letters, cijfers, punten en streepjes. Geen naam.",
            ),
            Field("rol", "Rollen", Kind.SOME, [(role.value, role.called) for role in Role], required=True),
            Field(
                "gemeente",
                "Gemeenten",
                Kind.SOME,
                towns,
                hint="Waar deze rollen gelden. Niets gekozen: de hele regio, als de rol dat kan.",
            ),
        ),
        guarded=False,
    )


def _typed(visit: Visit) -> Filled:
    """What was sent to add somebody, with what is wrong with it."""
    house = visit.house
    return read(_form(visit), visit.filled_in, house.app.config.catalogue, house.today())


def delivery(visit: Visit) -> Response:
    """What did not arrive, in numbers and without what it is about."""
    found = visit.house.app.administering.delivery(visit.actor)
    again = visit.query.get("opnieuw", "") == "ja"
    return visit.house.page(visit, "delivery.html.j2", title="Beheer: bezorging", delivery=found, why="", again=again)


def resend(visit: Visit) -> Response:
    """Send one of these again."""
    administering = visit.house.app.administering
    try:
        administering.resend(visit.actor, visit.form.get("bericht", "")[:MOST_TYPED])
    except Refused as refusal:
        found = administering.delivery(visit.actor)
        why = visit.why(refusal)
        return visit.house.page(
            visit,
            "delivery.html.j2",
            HTTPStatus.CONFLICT,
            title="Beheer: bezorging",
            delivery=found,
            why=why,
            again=False,
        )
    return RedirectResponse("/beheer/bezorging?opnieuw=ja", HTTPStatus.SEE_OTHER)


def state(visit: Visit) -> Response:
    """How the program is, what is wrong with its settings, and which versions there are."""
    found = visit.house.app.administering.state(visit.actor)
    answers = visit.house.prefect_answers
    prefect = None if answers is None else answers()
    return visit.house.page(
        visit, "state.html.j2", title="Beheer: stand van het programma", state=found, prefect=prefect
    )


def _people(
    visit: Visit,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    why: str = "",
    typed: Filled | None = None,
    said: str = "",
    done: str = "",
) -> Response:
    """``typed``: what was refused, ``why``, or at its fields; ``done``: the number of a form that was carried out before."""
    app, drawing = visit.house.app, Drawing(visit)
    return visit.house.page(
        visit,
        "people.html.j2",
        status,
        title="Beheer: mensen",
        people=app.people.every(visit.actor),
        why=why,
        said=said,
        done=done,
        new_number=new_number,
        adding=drawing.drawn(_form(visit)) if typed is None else drawing.anew(typed),
    )


PAGES = (
    Page(ADDRESS, people, change),
    Page("/beheer/bezorging", delivery, resend),
    Page("/beheer/stand", state),
)
