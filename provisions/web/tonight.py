"""Vannacht: the page of the stand-by, and what it says of each bed: there is one, or why there is none.

Whoever works in the municipality and has no right to see it, gives a reason first; then it is shown, to look at.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.responses import Response

from provisions.access import UseCase
from provisions.catalogue import Config
from provisions.domain import dutch
from provisions.domain.case import ProvisionKey
from provisions.domain.rules import CodeList
from provisions.domain.signals import ARRIVED
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.usecases.nights import WITH_REASON, Bed, Nights, Tonight
from provisions.web.acts import labelled, only_one
from provisions.web.forms import FORM, Field, Filled, Form, Kind
from provisions.web.pages import Page
from provisions.web.rows import Answering, Rows
from provisions.web.sending import sent
from provisions.web.visits import Visit, number_of

ADDRESS = "/vannacht"
NO_BED, WHY = "no_bed", "reden"
CHOICES = [(ARRIVED, "De cliënt slaapt vannacht binnen"), (NO_BED, "Er is vannacht geen plek")]


def tonight(visit: Visit) -> Response:
    """Who needs a bed, the mandate, and whom to call; or the form in which a reason is given."""
    return BEDS.show(visit)


def say(visit: Visit) -> Response:
    """Of one that the client is inside, or why there is no bed; or why somebody looks."""
    if visit.form.get(FORM) == WHY:
        return _give(visit)
    visit.seen.must(UseCase.SEE_TONIGHT)  # with a reason it is to look at
    return BEDS.take(visit)


# --- a bed -------------------------------------------------------------------------------------------------------------------


def _find(seen: Nights, row: str) -> Bed:
    return seen.must_have_no_bed(number_of(row))


def _of_bed(config: Config, _bed: Bed) -> Sequence[Field]:
    causes = labelled(config.catalogue.codes[CodeList.CAUSE])
    return (
        Field("night", "Wat is er vannacht?", Kind.ONE, CHOICES, required=True, needed="Kies wat er vannacht is."),
        Field(
            "cause",
            "Waarom is er geen plek?",
            Kind.LIST,
            causes,
            required=True,
            only_for=(NO_BED,),
            empty="Kies waarom",
            needed="Kies waarom er geen plek is.",
        ),
    )


def _record(cases: Cases, visit: Visit, bed: Bed, filled: Filled) -> None:
    reference, key = bed.line.reference, str(ProvisionKey(bed.line.key, bed.line.round))
    if filled.one("night") == ARRIVED:
        cases.milestone(reference, key, ARRIVED, by=visit.actor)
    else:
        cases.why(reference, key, filled.one("cause"), by=visit.actor)


def _chosen(lost: Sequence[tuple[str, str]]) -> str:
    """What somebody chose whose row is gone."""
    said = dict(CHOICES)
    return "; ".join(said[value] for name, value in lost if name == "night" and value in said)


# --- a reason ----------------------------------------------------------------------------------------------------------------


def _give(visit: Visit) -> Response:
    """Write down why this person looks. Without a right to give a reason there is no such page."""
    visit.seen.must(WITH_REASON)
    form = _why_form(visit, visit.seen.places_with_reason(WITH_REASON))

    def show(filled: Filled, status: HTTPStatus, unseen: Sequence[Unseen]) -> Response:
        return BEDS.page(visit, status, filled, unseen)

    def does(_cases: Cases, filled: Filled) -> str:
        where, why = filled.one("gemeente"), filled.one("waarom")
        given = visit.seen.give_reason_for_tonight(where, why, form=filled.number)
        return _opened(visit, given.municipality)

    return sent(visit, form, does, show, onward=ADDRESS)


def _opened(visit: Visit, place: str) -> str:
    town = visit.house.app.config.organisation.municipalities[place].name
    return f"Uw reden is vastgelegd. U ziet nu wie er vannacht in {town} een slaapplek nodig heeft."


def _why_form(visit: Visit, places: Sequence[str]) -> Form:
    towns = visit.house.app.config.organisation.municipalities
    reasons = visit.seen.reasons(WITH_REASON).values()
    choices = [(one.code, f"{one.label} ({one.hours} uur)") for one in reasons]
    where = [(place, towns[place].name) for place in places]
    return Form(
        WHY,
        "Kijken met een reden",
        "Leg mijn reden vast en laat zien",
        (
            Field(
                "waarom", "Waarom wilt u kijken?", Kind.ONE, choices, required=True, needed="Kies waarom u wilt kijken."
            ),
            Field(
                "gemeente",
                "In welke gemeente?",
                Kind.ONE,
                where,
                required=True,
                given=only_one(where),
                needed="Kies in welke gemeente.",
            ),
        ),
    )


def _besides(visit: Visit, found: Rows[Bed]) -> Sequence[Form]:
    return (_why_form(visit, found.askable),) if isinstance(found, Tonight) and found.askable else ()


def _more(visit: Visit, _found: Rows[Bed]) -> Mapping[str, object]:
    rights = visit.house.app.config.rights
    return {
        "calls": [call for call in visit.house.app.standby.standing(visit.actor) if call.waits],
        "why_form": WHY,
        "euros": dutch.euros,
        "reason_called": rights.reason_called,
        "reasons_given": visit.seen.reasons_given(),
    }


BEDS: Answering[Bed] = Answering(
    ADDRESS,
    "Vannacht",
    "tonight.html.j2",
    "Vastleggen",
    Nights.tonight,
    _find,
    _of_bed,
    _record,
    _chosen,
    whole=True,
    besides=_besides,
    more=_more,
)
PAGES = (Page(ADDRESS, tonight, say),)
