"""Tafel and Maatwerkloket: what lies with whoever answers, and the answer in its row.

Each row has a form of its own, so that an answer is recorded once, its reader is shown what others recorded meanwhile, and what
was typed when the session ended stands in its row after signing in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.responses import Response

from provisions.catalogue import Config
from provisions.domain.case import BY_TABLE, Desk, ProvisionKey
from provisions.domain.errors import NotFound
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.usecases.tables import Laid, TablePage
from provisions.usecases.tables import Tables as Seen
from provisions.web.acts import REMARK, amount, cause_of, judge_at, judgement, of_budget, remark
from provisions.web.forms import FORM, Field, Filled, Form, Kind
from provisions.web.link_choices import label
from provisions.web.pages import Page
from provisions.web.sending import About, Drawing, done_before, receipt, sent
from provisions.web.visits import Visit, number_of

ROW = "rij-"  # what the form of a row is called, before the number of its provision
MOST_TYPED = 2000


@dataclass(frozen=True)
class Answering:
    """A page with a form in each of its rows. ``rows``: what stands there; ``find``: one of them, as it is now; ``fields``: of
    each form; ``does``: records what was filled in. ``title`` is Dutch, ``button`` what its forms are sent with.
    """

    address: str
    title: str
    template: str
    button: str
    rows: Callable[[Seen], TablePage]
    find: Callable[[Seen, str], Laid]
    fields: Callable[[Config, Laid], Sequence[Field]]
    does: Callable[[Cases, Visit, Laid, Filled], None]

    def show(self, visit: Visit) -> Response:
        """What lies there, the oldest first."""
        return self._page(visit)

    def take(self, visit: Visit) -> Response:
        """Record what was answered in one row."""
        name = visit.form.get(FORM, "")
        try:
            laid = self.find(visit.seen, name.removeprefix(ROW))
        except NotFound as gone:  # answered before: by this very form, or by somebody else meanwhile
            before = done_before(visit)
            return before or self._page(visit, HTTPStatus.CONFLICT, why=visit.why(gone), lost=visit.filled_in)

        def show(filled: Filled, status: HTTPStatus, unseen: Sequence[Unseen]) -> Response:
            return self._page(visit, status, filled, unseen)

        def does(cases: Cases, filled: Filled) -> None:
            self.does(cases, visit, laid, filled)

        about = About(laid.line.case_id, ProvisionKey(laid.line.key, laid.line.round), whole=False)
        form = self._form(visit, laid)
        return sent(visit, form, does, show, onward=self.address, about=about)

    def _form(self, visit: Visit, laid: Laid) -> Form:
        return Form(f"{ROW}{laid.row}", self.title, self.button, tuple(self.fields(visit.house.app.config, laid)))

    def _page(
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
        found, drawing = self.rows(visit.seen), Drawing.of_many(visit)
        forms = {f"{ROW}{laid.row}": drawing.drawn(self._form(visit, laid)) for laid in found.lying}
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
            lost=_written(lost),
            done=done,
            again=again,
            today=visit.house.today(),
        )


def _written(lost: Sequence[tuple[str, str]]) -> str:
    """What somebody wrote in their own words, in a form whose row is gone."""
    return "; ".join(value.strip()[:MOST_TYPED] for name, value in lost if name == REMARK and value.strip())


def _of_table(config: Config, _laid: Laid) -> Sequence[Field]:
    answers = [(said.value, label(said)) for said in BY_TABLE]
    answer = Field("answer", "Antwoord", Kind.ONE, answers, required=True)
    return (answer, *of_budget(config), cause_of(config), remark())


def _answer(cases: Cases, visit: Visit, laid: Laid, filled: Filled) -> None:
    cases.reply_as_table(
        laid.line.reference,
        str(ProvisionKey(laid.line.key, laid.line.round)),
        laid.rung.value,
        filled.one("answer"),
        by=visit.actor,
        cause=filled.text("cause"),
        amount=amount(filled.text("amount")),
        purpose=filled.text("purpose"),
        spent_on=filled.text("spent_on"),
        remark=filled.text("remark"),
    )


def _lying(seen: Seen, row: str) -> Laid:
    return seen.must_lie_with_table(number_of(row))


def _of_officer(config: Config, laid: Laid) -> Sequence[Field]:
    return judgement(config, laid.desk)


def _to_judge(seen: Seen, row: str) -> Laid:
    number, _, named = row.partition("-")
    desk = next((one for one in Desk if one.value == named), Desk.MAATWERKLOKET)
    return seen.must_be_to_judge(number_of(number), desk)


def _judge(cases: Cases, visit: Visit, laid: Laid, filled: Filled) -> None:
    key = str(ProvisionKey(laid.line.key, laid.line.round))
    judge_at(laid.desk, cases, visit.house.app.config, laid.line.reference, key, filled, visit.actor)


TABLE = Answering(
    "/tafel",
    "Tafel",
    "table.html.j2",
    "Antwoord vastleggen",
    Seen.at_table,
    _lying,
    _of_table,
    _answer,
)
OFFICER = Answering(
    "/maatwerkloket",
    "Maatwerkloket",
    "officer.html.j2",
    "Vastleggen",
    Seen.to_judge,
    _to_judge,
    _of_officer,
    _judge,
)
PAGES = tuple(Page(room.address, room.show, room.take) for room in (TABLE, OFFICER))
