"""Meekijken: what a colleague asks, to agree with or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from provisions.domain import dutch
from provisions.domain.brought_in import IN_DUTCH
from provisions.domain.case import Asked
from provisions.domain.errors import InvalidInput, Lapsed, Part
from provisions.domain.rules import CodeList
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.usecases.second_looks import AskedFor
from provisions.web.forms import FORM, Field, Filled, Form, Kind
from provisions.web.pages import Page
from provisions.web.sending import Drawing, Show, receipt, sent
from provisions.web.visits import Visit

ADDRESS, BROUGHT_IN = "/meekijken", "/ingebracht"
AGREES, NOT = "akkoord", "niet"
OVER = "over-"  # what the form of what is asked is called, before its number
_HINT = "Nodig als u niet akkoord gaat, of akkoord gaat met meer dan er over is van het maatwerkbudget. Noem geen naam of BSN."
_FIELDS = (
    Field("reden", "Waarom", Kind.TEXT, hint=_HINT, parts=(Part.BECAUSE,), mark="(alleen als het nodig is)"),
    Field("besluit", "Besluit", Kind.PRESS, ((AGREES, "Akkoord"), (NOT, "Niet akkoord")), required=True),
)


@dataclass(frozen=True)
class Decided:
    """What became of a decision that was sent: ``said`` (Dutch), of what, where that is known, and whether it was sent before."""

    said: str
    again: bool
    about: AskedFor | None


def asked(visit: Visit) -> Response:
    """What is asked of this person, and what was asked and decided before."""
    return _page(visit)


def decide(visit: Visit) -> Response:
    """Agree, or not with a reason: an act of this person, and of nobody else."""
    number = visit.form.get(FORM, "").removeprefix(OVER)[:20]
    if number.upper().startswith("S-"):
        return _decide_for_the_group(visit, number)
    visit.seen.must_be_mine_to_decide(number)

    def does(cases: Cases, filled: Filled) -> str:
        because, by = filled.text("reden"), visit.actor
        try:
            if filled.one("besluit") == AGREES:
                cases.approve(number, by=by, because=because)
                return _said(number, Asked.APPROVED)
        except Lapsed as why:  # which is recorded, and so is no refusal
            return visit.why(why)
        if because is None:
            raise InvalidInput("Vul in waarom u niet akkoord gaat.", about=Part.BECAUSE)
        cases.deny(number, because=because, by=by)
        return _said(number, Asked.DENIED)

    return sent(visit, _form(number), does, _shown(visit), onward=ADDRESS)


def _decide_for_the_group(visit: Visit, number: str) -> Response:
    """The same of what is to be brought before the steering group."""

    def does(_: Cases, filled: Filled) -> str:
        agreed, because = filled.one("besluit") == AGREES, filled.text("reden")
        try:
            seen = visit.house.app.bringing.see(number, agreed=agreed, because=because, by=visit.actor)
        except Lapsed as why:
            return visit.why(why)
        return f"{number}: {IN_DUTCH[seen.state]}."

    return sent(visit, _form(number), does, _shown(visit), onward=BROUGHT_IN)


def _shown(visit: Visit) -> Show:
    def show(filled: Filled, status: HTTPStatus, _: Sequence[Unseen]) -> Response:
        return _page(visit, status, filled)

    return show


def _form(number: str) -> Form:
    return Form(f"{OVER}{number}", f"Beslissen over {number}", "", _FIELDS, guarded=False)


def _said(number: str, state: Asked) -> str:
    return f"{number} is {dutch.ASKED[state]}"


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, back: Filled | None = None) -> Response:
    """``back``: a decision that was refused, with what was typed."""
    seen, drawing = visit.seen, Drawing(visit)
    waiting, before = seen.asked_of_me(), seen.asked_before()
    to_bring_in, config = seen.of_the_group().to_see, visit.house.app.config
    numbers = [*(one.number for one in waiting), *(f"S-{one.number}" for one in to_bring_in)]
    forms = {number: drawing.drawn(_form(number)) for number in numbers}
    if back is not None:
        forms[back.form.name.removeprefix(OVER)] = back
    lost = [value for name, value in drawing.left_over(forms.values()) if name == "reden" and value.strip()]
    return visit.house.page(
        visit,
        "second_looks.html.j2",
        status,
        title="Meekijken",
        waiting=waiting,
        to_bring_in=to_bring_in,
        names={key: rule.name for key, rule in config.catalogue.provisions.items()},
        causes=config.catalogue.codes[CodeList.CAUSE],
        before=before,
        forms=forms,
        back=back,
        told=_told(visit, before),
        lost="; ".join(lost),
    )


def _told(visit: Visit, before: Sequence[AskedFor]) -> Decided | None:
    """What the form did that led here."""
    found, again = receipt(visit)
    if found is None:
        return None
    about = next((one for one in before if found.said.startswith(f"{one.number} ")), None)
    return Decided(found.said, again, about)


PAGES = (Page(ADDRESS, asked, decide),)
