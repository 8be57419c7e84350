"""A page with a form in each of its rows: it is sent once, its reader is shown what others recorded meanwhile, and what was typed
when the session ended stands in its row after signing in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, Protocol, TypeVar

from starlette.responses import Response

from provisions.catalogue import Config
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import NotFound
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.usecases.sight import Sight
from provisions.views.lines import ProvisionLine
from provisions.web.forms import FORM, Field, Filled, Form
from provisions.web.sending import About, Drawing, done_before, receipt, sent
from provisions.web.visits import Visit

ROW = "rij-"  # what the form of a row is called, before the number of its provision
MOST_TYPED = 2000


class Row(Protocol):
    """What stands in a row: ``row`` is which one it is."""

    @property
    def line(self) -> ProvisionLine:
        """The provision that it is about."""

    @property
    def row(self) -> str:
        """Its number, and what else tells it from another."""


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)


class Rows(Protocol[R_co]):
    """All that a page shows."""

    @property
    def lying(self) -> Sequence[R_co]:
        """What has a form."""


def _no_forms(_visit: Visit, _found: object) -> Sequence[Form]:
    return ()


def _nothing_more(_visit: Visit, _found: object) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True)
class Answering(Generic[R]):
    """A page with a form in each of its rows. ``rows``: what stands there; ``find``: one of them, as it is now; ``fields``: of
    each form; ``does``: records what was filled in. ``title`` is Dutch, ``button`` what its forms are sent with.

    ``told``: what somebody filled in whose row is gone, in Dutch. ``whole``: whoever answers sees the whole case. ``besides``:
    the forms that are of no row; ``more``: what else its template shows.
    """

    address: str
    title: str
    template: str
    button: str
    rows: Callable[[Sight], Rows[R]]
    find: Callable[[Sight, str], R]
    fields: Callable[[Config, R], Sequence[Field]]
    does: Callable[[Cases, Visit, R, Filled], None]
    told: Callable[[Sequence[tuple[str, str]]], str]
    whole: bool = False
    besides: Callable[[Visit, Rows[R]], Sequence[Form]] = _no_forms
    more: Callable[[Visit, Rows[R]], Mapping[str, object]] = _nothing_more

    def show(self, visit: Visit) -> Response:
        """What lies there, the oldest first."""
        return self.page(visit)

    def take(self, visit: Visit) -> Response:
        """Record what was answered in one row."""
        name = visit.form.get(FORM, "")
        try:
            laid = self.find(visit.seen, name.removeprefix(ROW))
        except NotFound as gone:  # answered before: by this very form, or by somebody else meanwhile
            before = done_before(visit)
            return before or self.page(visit, HTTPStatus.CONFLICT, why=visit.why(gone), lost=visit.filled_in)

        def show(filled: Filled, status: HTTPStatus, unseen: Sequence[Unseen]) -> Response:
            return self.page(visit, status, filled, unseen)

        def does(cases: Cases, filled: Filled) -> None:
            self.does(cases, visit, laid, filled)

        about = About(laid.line.case_id, ProvisionKey(laid.line.key, laid.line.round), whole=self.whole)
        form = self._form(visit, laid)
        return sent(visit, form, does, show, onward=self.address, about=about)

    def _form(self, visit: Visit, laid: R) -> Form:
        return Form(f"{ROW}{laid.row}", self.title, self.button, tuple(self.fields(visit.house.app.config, laid)))

    def page(
        self,
        visit: Visit,
        status: HTTPStatus = HTTPStatus.OK,
        back: Filled | None = None,
        unseen: Sequence[Unseen] = (),
        *,
        why: str = "",
        lost: Sequence[tuple[str, str]] = (),
    ) -> Response:
        """``back``: a form that was refused; ``why``: why a row is not answered that is gone; ``lost``: what was typed in it."""
        drawing = Drawing(visit, of_record=True)
        found = self.rows(visit.seen)
        drawn = [*(self._form(visit, laid) for laid in found.lying), *self.besides(visit, found)]
        forms = {form.name: drawing.drawn(form) for form in drawn}
        if back is not None:
            forms[back.form.name] = back
        lost = lost or drawing.left_over(forms.values())
        done, again = receipt(visit)
        return visit.house.page(
            visit,
            self.template,
            status,
            title=self.title,
            found=found,
            forms=forms,
            row=ROW,
            back=back,
            unseen_lines=unseen,
            why=why,
            lost=self.told(lost)[:MOST_TYPED],
            done=done,
            again=again,
            today=visit.house.today(),
            **self.more(visit, found),
        )


def written(name: str) -> Callable[[Sequence[tuple[str, str]]], str]:
    """What somebody wrote in their own words in the field of this name."""

    def told(lost: Sequence[tuple[str, str]]) -> str:
        return "; ".join(value.strip()[:MOST_TYPED] for given, value in lost if given == name and value.strip())

    return told
