"""The pages for whoever answers for it: who looked at what, people, and rights."""

from starlette.responses import Response

from provisions.access import UseCase
from provisions.access.rights import REACHES
from provisions.domain.errors import Refused
from provisions.web.pages import Page
from provisions.web.visits import Visit


def looks(visit: Visit) -> Response:
    """Who looked at what: asked by a post, because a reference or a code is in it."""
    visit.seen.must(UseCase.SEE_LOOKS)
    asked, why = visit.form.get("zoek", "").strip(), ""
    found = []
    if asked:
        try:
            found = visit.seen.looks(asked[:80])
        except Refused as refusal:
            why = " ".join(refusal.lines)
    return visit.house.page(visit, "looks.html.j2", title="Wie bekeek wat", asked=asked[:80], looks=found, why=why)


def people(visit: Visit) -> Response:
    """Who may come in."""
    visit.seen.must(UseCase.PEOPLE)
    return visit.house.page(visit, "people.html.j2", title="Beheer: mensen", people=visit.house.app.people.every())


def rights(visit: Visit) -> Response:
    """The list of rights, for everybody who is signed in."""
    listed = visit.house.app.config.rights.rights
    held = sorted(visit.actor.grants)
    return visit.house.page(visit, "rights.html.j2", title="Wie mag wat", rights=listed, reaches=REACHES, held=held)


PAGES = (
    Page("/verantwoording", looks, looks),
    Page("/beheer", people),
    Page("/beheer/rechten", rights),
)
