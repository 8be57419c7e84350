"""The plan of a client, one of its provisions, and everything that can be done there (web.md, "Pages")."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from starlette.responses import Response

from provisions.access import UseCase
from provisions.access.subjects import may_with_whole, sees_whole
from provisions.domain import dutch
from provisions.domain.case import ProvisionKey
from provisions.inputs import no_such_page
from provisions.store.submissions import Unseen
from provisions.usecases.cases import Cases
from provisions.views.standing import CaseView, ProvisionView
from provisions.web import acts_of_case, acts_of_provision, acts_with_budget, row_acts, showing
from provisions.web.acts import Act, Scene, offered
from provisions.web.forms import FORM, Filled, Kind
from provisions.web.pages import Page
from provisions.web.sending import About, Drawing, Show, sent
from provisions.web.told import told
from provisions.web.visits import Visit

_FOR_CLIENT = "client"
_SHEETS = {"overleg": "overleg", _FOR_CLIENT: "dit-hebben-wij-gevraagd"}


@dataclass(frozen=True)
class Refusal:
    """A form that came back: why, and what was recorded since it was drawn."""

    filled: Filled
    unseen: Sequence[Unseen]


@dataclass(frozen=True)
class Lost:
    """What was typed before the session ended, in a form that is not there any more: its title, and what was written in it."""

    title: str
    written: Sequence[str]


def case(visit: Visit, status: HTTPStatus = HTTPStatus.OK, back: Refusal | None = None) -> Response:
    """The plan of one client."""
    drawing, view = Drawing(visit, of_record=True), _view(visit)
    scene = Scene(visit, view)
    opened = [p for p in view.provisions if p.provision.status.is_open]
    record = visit.seen.record(view)
    closed = [p for p in view.provisions if not p.provision.status.is_open]
    forms, lost = _drawn(drawing, scene, acts_of_case.ACTS, back)
    return visit.house.page(
        visit,
        "case.html.j2",
        status,
        title=f"Plan van {view.case.reference}",
        view=view,
        opened=opened,
        closed=closed,
        head=showing.head(scene),
        picture=showing.picture(scene),
        follow_ups=showing.follow_ups(scene),
        record=record,
        letters=showing.letters(scene, record),
        runs={p.provision.id: showing.run_of(scene, p) for p in view.provisions},
        can={p.provision.id: row_acts.links(Scene(visit, view, p)) for p in view.provisions},
        whole=bool(record),
        budget=acts_with_budget.lines(scene),
        names={p.provision.key: p.situation.rule.name for p in view.provisions},
        forms=forms,
        lost=lost,
        doing_now=visit.query.get(row_acts.OPENED, ""),
        back=back,
        told=told(visit, view),
        undo=_undo(drawing, scene),
    )


def change_case(visit: Visit) -> Response:
    """What was sent from there."""
    scene = Scene(visit, visit.seen.case(_id(visit), "plan"))

    def show(filled: Filled, status: HTTPStatus, unseen: Sequence[Unseen]) -> Response:
        return case(visit, status, Refusal(filled, unseen))

    return _sent(scene, acts_of_case.ACTS, show, visit.request.url.path)


def provision(visit: Visit, status: HTTPStatus = HTTPStatus.OK, back: Refusal | None = None) -> Response:
    """One provision of it."""
    drawing, view = Drawing(visit, of_record=True), _view(visit)
    found = _provision(visit, view)
    scene = Scene(visit, view, found)
    forms, lost = _drawn(drawing, scene, acts_of_provision.ACTS, back)
    return visit.house.page(
        visit,
        "provision.html.j2",
        status,
        title=f"{dutch.capitalised(found.name)} van {view.case.reference}",
        view=view,
        p=found,
        facts=showing.of_provision(scene),
        answers=showing.answers(found),
        steps=showing.steps(scene),
        run=showing.run_of(scene, found),
        record=[e for e in visit.seen.record(view) if e.of == found.provision.id],
        forms=forms,
        lost=lost,
        doing_now=visit.query.get(row_acts.OPENED, ""),
        back=back,
        told=told(visit, view),
        undo=_undo(drawing, scene),
    )


def change_provision(visit: Visit) -> Response:
    """What was sent from there."""
    view = visit.seen.case(_id(visit), "plan")
    scene = Scene(visit, view, _provision(visit, view))

    def show(filled: Filled, status: HTTPStatus, unseen: Sequence[Unseen]) -> Response:
        return provision(visit, status, Refusal(filled, unseen))

    return _sent(scene, acts_of_provision.ACTS, show, visit.request.url.path)


def sheet(visit: Visit) -> Response:
    """One page on paper: for a meeting, or "Dit hebben wij voor u gevraagd" for the client."""
    from provisions.overview.sheet import as_pdf, sheet

    which, view = visit.path["which"], _view(visit)
    if which not in _SHEETS or not may_with_whole(UseCase.SHEET, view.case, visit.actor, visit.house.app.config.rights):
        raise no_such_page()
    page = sheet(view, visit.house.app.config, visit.house.today(), client=which == _FOR_CLIENT)
    name = {"content-disposition": f'inline; filename="{_SHEETS[which]}.pdf"'}
    return Response(as_pdf(page), media_type="application/pdf", headers=name)


def _sent(scene: Scene, acts: Sequence[Act], show: Show, onward: str) -> Response:
    visit = scene.visit
    act = next(
        (a for a in (*acts, acts_of_case.UNDO) if a.name == visit.form.get(FORM, "outcome") and a.is_allowed(scene)),
        None,
    )
    if act is None:
        raise no_such_page()
    does = act.does

    def do(cases: Cases, filled: Filled) -> str | None:
        return does(cases, scene, filled)

    return sent(visit, act.form(scene), do, show, onward=onward, about=_about(scene))


def _drawn(
    drawing: Drawing, scene: Scene, acts: Sequence[Act], back: Refusal | None
) -> tuple[dict[str, Filled], Lost | None]:
    """The forms of what can be done now, by name; the one that came back with what was typed. And what has no form any more."""
    asked = [act.form(scene) for act in offered(acts, scene)]
    forms = {form.name: drawing.drawn(form, **row_acts.chosen(scene.visit, form)) for form in asked}
    if "rest" in forms:
        forms.pop("ask_rest")  # whoever may do so need not ask
    forms |= {back.filled.form.name: back.filled} if back else {}
    return forms, _lost(scene, acts, drawing.left_over(forms.values()))


def _lost(scene: Scene, acts: Sequence[Act], typed: Sequence[tuple[str, str]]) -> Lost | None:
    act = next((a for a in acts if (FORM, a.name) in typed and a.is_allowed(scene)), None)
    if act is None:
        return None
    form = act.form(scene)
    own_words = {f.name for f in form.fields if f.kind in (Kind.LINE, Kind.TEXT)}
    return Lost(form.title, [value.strip() for name, value in typed if name in own_words and value.strip()])


def _undo(drawing: Drawing, scene: Scene) -> Filled | None:
    """The form by which the last thing that was done is taken back, while it can be."""
    cases = scene.visit.house.app.cases
    if not acts_of_case.UNDO.is_allowed(scene) or not cases.may_be_undone(scene.reference, by=scene.by):
        return None
    return drawing.drawn(acts_of_case.UNDO.form(scene))


def _about(scene: Scene) -> About:
    key, case = (scene.provision.provision.id if scene.provision else None), scene.case
    return About(scene.view.number, key, whole=sees_whole(case, scene.by, scene.config.rights))


def _view(visit: Visit) -> CaseView:
    return visit.seen.case(_id(visit), "plan")


def _provision(visit: Visit, view: CaseView) -> ProvisionView:
    """The provision of the address: ``key``, or ``key~2`` for its second round."""
    key, _, number = visit.path["key"].partition("~")
    wanted = ProvisionKey(key, int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1)
    found = next((p for p in view.provisions if p.provision.id == wanted), None)
    if found is None or visit.path["key"] != wanted.in_address:
        raise no_such_page()
    return found


def _id(visit: Visit) -> UUID:
    try:
        return UUID(visit.path["id"])
    except ValueError:
        raise no_such_page() from None


PAGES = (
    Page("/clienten/{id}", case, change_case),
    Page("/clienten/{id}/{key}", provision, change_provision),
    Page("/clienten/{id}/blad/{which}", sheet),
)
