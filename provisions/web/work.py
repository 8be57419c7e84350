"""The pages of the work, for reading: what must be done, the cases and what is late."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

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


PAGES = (
    Page("/", first),
    Page("/werk", work),
    Page("/clienten", cases, cases),
    Page("/te-laat", late),
)
