"""Ingebracht: what is brought before the steering group, seen by a second person, and decided there."""

from collections.abc import Sequence
from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions import inputs
from provisions.access import Subject, UseCase
from provisions.domain import dutch
from provisions.domain.brought_in import DECISIONS, IN_DUTCH, LONGEST, OTHER, Standing
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.rules import CodeList
from provisions.inputs import no_such_page
from provisions.store.submissions import Unseen
from provisions.web.acts import labelled, only_one
from provisions.web.forms import FORM, Field, Filled, Form, Kind
from provisions.web.pages import Page
from provisions.web.sending import Drawing, Show, receipt, sent
from provisions.web.visits import Visit

ADDRESS = "/ingebracht"
_DECIDED = (Standing.ADOPTED, Standing.REJECTED, Standing.DEFERRED)


def listed(visit: Visit) -> Response:
    """What there is."""
    return _page(visit)


def change(visit: Visit) -> Response:
    """Bring something in; decide on what is before the group."""
    if visit.form.get(FORM) == "bring_in" and "besluit" not in visit.form:
        form = _form(visit)
        if form is None:
            raise no_such_page()
        return sent(visit, form, lambda _, filled: _bring_in(visit, filled), _shown(visit), onward=ADDRESS)
    number, bringing = visit.form.get("nummer", "")[:20], visit.house.app.bringing
    try:
        typed = visit.form.get("tot", "")
        until = inputs.day(typed, f"{Part.UNTIL}", visit.house.today()) if typed else None
        bringing.decide(number, visit.form.get("besluit", "")[:20], until=until, by=visit.actor)
    except (InvalidInput, NotAllowed) as refusal:
        return _page(visit, status=HTTPStatus.CONFLICT, why=visit.why(refusal))
    return RedirectResponse(f"{ADDRESS}?gedaan={number}", HTTPStatus.SEE_OTHER)


def _form(visit: Visit) -> Form | None:
    """For whoever may bring in."""
    config = visit.house.app.config
    towns = [
        (key, town.name)
        for key, town in config.organisation.municipalities.items()
        if visit.seen.may(UseCase.BRING_IN, Subject(key))
    ]
    if not towns:
        return None
    catalogue = config.catalogue
    about = [(key, dutch.capitalised(rule.name)) for key, rule in catalogue.provisions.items()]
    fields = (
        Field("municipality", "Van welke gemeente?", Kind.LIST, towns, required=True, given=only_one(towns)),
        Field("about", "Waarover gaat het?", Kind.LIST, [*about, (OTHER, "Iets anders")], True, parts=(Part.ABOUT,)),
        Field(
            "cause",
            "Wat staat in de weg?",
            Kind.LIST,
            labelled(catalogue.codes[CodeList.CAUSE]),
            True,
            parts=(Part.CAUSE,),
        ),
        Field("cases", "Om hoeveel cliënten gaat het?", Kind.LINE, required=True, parts=(Part.CASES,)),
        Field(
            "decision",
            "Welk besluit vraagt u?",
            Kind.TEXT,
            required=True,
            hint=f"Hoogstens {LONGEST} tekens, over geen cliënt. Een ander ziet de tekst voordat hij naar de stuurgroep gaat.",
            parts=(Part.DECISION,),
        ),
        Field("owner", "Wie moet het doen?", Kind.LINE, required=True, hint="Een rol of code, geen naam."),
        Field("due", "Wanneer moet het klaar zijn?", Kind.DAY, required=True, parts=(Part.DUE,)),
    )
    lead = "Een tweede persoon ziet het eerst. Daarna staat het in het weekrapport tot de stuurgroep besluit."
    return Form("bring_in", "Inbrengen bij de stuurgroep", "Vraag een ander om akkoord", fields, lead, guarded=False)


def _bring_in(visit: Visit, filled: Filled) -> str:
    asked = visit.house.app.bringing.bring_in(
        municipality=filled.one("municipality"),
        about=filled.one("about"),
        cause=filled.one("cause"),
        cases=filled.one("cases"),
        decision=filled.one("decision"),
        owner=filled.one("owner"),
        due=filled.needed("due"),
        by=visit.actor,
        form=filled.number,
    )
    return f"Gevraagd: S-{asked.number}. Een tweede persoon moet het eerst zien."


def _shown(visit: Visit) -> Show:
    def show(filled: Filled, status: HTTPStatus, _unseen: Sequence[Unseen]) -> Response:
        return _page(visit, filled, status)

    return show


def _page(visit: Visit, back: Filled | None = None, status: HTTPStatus = HTTPStatus.OK, why: str = "") -> Response:
    found = visit.house.app.bringing.every(visit.actor)
    form, catalogue = _form(visit), visit.house.app.config.catalogue
    told, _ = receipt(visit)
    done = visit.query.get("gedaan", "")
    decided = next((one for one in found if f"S-{one.number}" == done), None)
    return visit.house.page(
        visit,
        "brought_in.html.j2",
        status,
        title="Ingebracht bij de stuurgroep",
        found=found,
        form=back or (Drawing(visit).drawn(form) if form else None),
        back=back,
        why=why,
        told=told.said if told else f"S-{decided.number}: {IN_DUTCH[decided.state]}." if decided else "",
        may_see={one.number for one in found if visit.seen.may_be_second(one)},
        may_decide=visit.seen.may(UseCase.DECIDE),
        decided_states=DECISIONS,
        open_states=(Standing.BROUGHT_IN, Standing.DEFERRED),
        decisions=[(one.value, dutch.capitalised(IN_DUTCH[one])) for one in _DECIDED],
        words=IN_DUTCH,
        names={key: rule.name for key, rule in catalogue.provisions.items()},
        causes=catalogue.codes[CodeList.CAUSE],
    )


PAGES = (Page(ADDRESS, listed, change),)
