"""The pages of the work, for reading: what must be done, the cases, what is late, and one case."""

from http import HTTPStatus
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from provisions.domain.errors import NotFound
from provisions.views.cases import CaseView
from provisions.web.pages import Page
from provisions.web.visits import Visit


def first(_visit: Visit) -> Response:
    """The product's address."""
    return RedirectResponse("/werk", HTTPStatus.SEE_OTHER)


def work(visit: Visit) -> Response:
    """What this person must look at."""
    return visit.house.page(visit, "work.html.j2", title="Mijn werk", work=visit.seen.work())


def late(visit: Visit) -> Response:
    """What is late, and what falls due within a week."""
    found, soon = visit.seen.late()
    return visit.house.page(visit, "late.html.j2", title="Te laat", late=found, due=soon)


def cases(visit: Visit) -> Response:
    """The cases that this person sees; searching is a post, so that no address holds a reference."""
    search, closed = visit.form.get("zoek", "").strip(), visit.form.get("afgesloten") == "ja"
    found = visit.seen.cases(search, closed=closed)
    return visit.house.page(visit, "cases.html.j2", title="Cliënten", listed=found, search=search[:60], closed=closed)


def case(visit: Visit) -> Response:
    """The plan of one client."""
    view = visit.seen.case(_address(visit), "plan")
    opened = [p for p in view.provisions if p.provision.status.is_open]
    closed = [p for p in view.provisions if not p.provision.status.is_open]
    title = f"Plan van {view.case.reference}"
    record = visit.seen.record(view)
    return visit.house.page(
        visit, "case.html.j2", title=title, view=view, opened=opened, closed=closed, record=record, names=_names(view)
    )


def _names(view: CaseView) -> dict[str, str]:
    return {p.provision.key: p.situation.rule.name for p in view.provisions}


def _address(visit: Visit) -> UUID:
    try:
        return UUID(visit.path["id"])
    except ValueError:
        raise NotFound("Deze pagina bestaat niet.") from None


PAGES = (
    Page("/", first),
    Page("/werk", work),
    Page("/clienten", cases, cases),
    Page("/clienten/{id}", case),
    Page("/te-laat", late),
)
