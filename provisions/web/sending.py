"""What becomes of a form that was sent: read, carried out once, and then on to a page that says what it did.

Refused, it is given back with what was typed and what is wrong at each field. Sent twice (a button pressed twice, a page
reloaded, two tabs), the second leads to what the first did. What was recorded since it was drawn is shown first.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from provisions.domain.case import ProvisionKey
from provisions.domain.errors import ChangedMeanwhile, DoneBefore, InvalidInput, NotAllowed
from provisions.domain.lifecycle import Sent
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.usecases.submissions import Receipt
from provisions.web import keeping
from provisions.web.forms import FORM, NUMBER, Filled, Form, blank, known_number, read
from provisions.web.visits import Visit

DONE, ONCE_MORE = "gedaan", "weer"
SHOWN_ONCE = "Dit was al gedaan. Het adres is één keer getoond; is het niet overgenomen, maak dan een nieuw adres."


@dataclass(frozen=True)
class About:
    """What a form is about: a case by its database id, and which of its provisions, where it is about one.

    ``whole``: whoever sends it sees the whole case.
    """

    case_id: int | None = None
    key: ProvisionKey | None = None
    whole: bool = True


NOTHING = About()

Act = Callable[[Cases, Filled], str | None]
"""Does what a form asks with these use cases; gives what there is to say besides what was recorded."""
Show = Callable[[Filled, HTTPStatus, Sequence[Unseen]], Response]
"""The page of the form, with what is wrong with it and what was recorded meanwhile."""


class Drawing:
    """What a page draws its forms with. ``of_record``: they are about what was recorded, and the page is made with what is read
    after this: what is recorded in between may not stand there, and so does not count as seen.
    """

    def __init__(self, visit: Visit, *, of_record: bool = False) -> None:
        self._visit = visit
        self._person = keeping.person(visit.house.sealing, visit.actor.code)
        self._kept = _not_sent(visit)
        self._seen = visit.house.app.submissions.seen() if of_record else None

    def left_over(self, drawn: Iterable[Filled]) -> Sequence[tuple[str, str]]:
        """What was typed before the session ended in a form that is none of those ``drawn``: each field in order."""
        named = {(FORM, filled.form.name) for filled in drawn}
        return () if named.intersection(self._kept) else self._kept

    def drawn(self, form: Form, **values: str) -> Filled:
        """The form as it stands at first, or with what was typed in it before the session ended; ``values``: known already."""
        if (FORM, form.name) in self._kept:
            house = self._visit.house
            typed = read(form, self._kept, house.app.config.catalogue, house.today())
            return replace(typed, faults={}, person=self._person, restored=True)
        return replace(blank(form, self._seen, **values), person=self._person)

    def anew(self, filled: Filled) -> Filled:
        """A form that was refused, drawn for somebody who has now seen all that others recorded."""
        return replace(filled, seen=self._seen, person=self._person)


def sent(visit: Visit, form: Form, act: Act, show: Show, *, onward: str = "", about: About = NOTHING) -> Response:
    """What to answer to a form that was sent. ``onward``: the page to go to afterwards; empty: that of the case.

    Raises ``NotFound`` as the use case does.
    """
    house, by = visit.house, visit.actor.code
    app = house.app
    filled = read(form, visit.filled_in, app.config.catalogue, house.today())
    filled = filled if filled.number else replace(filled, number=blank(form).number)
    drawing = Drawing(visit, of_record=about.case_id is not None)
    if app.submissions.is_done(filled.number, by):
        return _done(visit, filled.number, onward, again=True)
    seen = filled.seen if form.guarded and about.case_id is not None else None

    def changed() -> Response | None:
        """What was recorded meanwhile, if anything."""
        if seen is None or about.case_id is None:
            return None
        unseen = app.submissions.unseen(about.case_id, seen, about.key)
        shown = [line for line in unseen if about.whole or not line.of_case]
        # What is wrong with it may be so because of that: a choice that is no more. It is judged anew when it is sent again.
        told = replace(filled, faults={}) if shown else filled.wrong("", str(ChangedMeanwhile()))
        return show(drawing.anew(told), HTTPStatus.CONFLICT, shown) if unseen else None

    if (meanwhile := changed()) is not None:
        return meanwhile
    if filled.is_refused:
        return show(drawing.anew(filled), HTTPStatus.UNPROCESSABLE_ENTITY, ())
    try:
        cases = app.cases.by_form(Sent(filled.number, seen, about.key, onward))
        said = act(cases, filled)
    except DoneBefore:
        return _done(visit, filled.number, onward, again=True)
    except ChangedMeanwhile as refusal:
        return changed() or show(drawing.anew(filled.wrong("", str(refusal))), HTTPStatus.CONFLICT, ())
    except (InvalidInput, NotAllowed) as refusal:
        if app.submissions.is_done(filled.number, by):  # by the same form, sent at the same moment
            return _done(visit, filled.number, onward, again=True)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(refusal, InvalidInput) else HTTPStatus.CONFLICT
        return show(drawing.anew(filled.refused(refusal, app.config.catalogue)), status, ())
    if said is not None or about.case_id is None:
        app.submissions.note(filled.number, by, onward=onward, said=said or "")
    app.submissions.forget_typed(by, visit.request.url.path)
    return _done(visit, filled.number, onward)


def _not_sent(visit: Visit) -> Sequence[tuple[str, str]]:
    """What was typed on this page before the session ended; nothing when that very form was carried out after all."""
    typed = keeping.kept(visit) if visit.request.method == "GET" else ()
    number = dict(typed).get(NUMBER, "")
    return () if typed and visit.house.app.submissions.is_done(number, visit.actor.code) else typed


def done_before(visit: Visit) -> Response | None:
    """Where the form leads that was sent now, when it was sent before: also one whose row is gone because of that."""
    return led_on(visit, visit.form.get(NUMBER, ""))


def led_on(visit: Visit, number: str) -> Response | None:
    """Where the form of this number led, when it was carried out."""
    return _done(visit, number, again=True) if visit.house.app.submissions.is_done(number, visit.actor.code) else None


def number_once(visit: Visit) -> str:
    """The number of a form that makes something secret, for what makes it; empty for what can't be one. It is shown once and kept
    nowhere: a reload or a second press makes no other one, by which the first would end, and is told ``SHOWN_ONCE``.
    """
    return known_number(visit.form.get(NUMBER, ""))


def receipt(visit: Visit) -> tuple[Receipt | None, bool]:
    """What the form did that led to this page, and whether it had been sent before."""
    number = visit.query.get(DONE, "")
    found = visit.house.app.submissions.receipt(number, visit.actor.code) if number else None
    return found, ONCE_MORE in visit.query


def _done(visit: Visit, number: str, onward: str = "", *, again: bool = False) -> Response:
    """On to the page that says what it did; ``onward`` where that was not noted (yet)."""
    found = visit.house.app.submissions.receipt(number, visit.actor.code)
    noted = "" if found is None else found.onward or (f"/clienten/{found.case}" if found.case else "")
    page = noted or onward or "/werk"
    address = f"{page}?{DONE}={quote(number)}{f'&{ONCE_MORE}=ja' if again else ''}"
    return RedirectResponse(address, HTTPStatus.SEE_OTHER)
