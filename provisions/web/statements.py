"""Statements that anybody may read. Their texts are in ``templates/``, and nowhere else."""

from starlette.responses import Response

from provisions.domain import dutch
from provisions.outbound.markdown import html
from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.web.pages import Page
from provisions.web.visits import Visit

AXE = "4.14.1"  # that of tests/browser/axe: a test holds it to it


def privacy(visit: Visit) -> Response:
    """What is recorded of those who use this, with the terms of this installation."""
    organisation = visit.house.app.config.organisation
    text = _texts.get_template("users.md.j2").render(
        looks=dutch.counted(organisation.keep_looks_months, "maand", "maanden"),
        lines=organisation.keeping.lines,
        absences=organisation.keeping.absences,
    )
    return visit.house.page(visit, "statement.html.j2", title="Privacy van gebruikers", text=html(text))


def accessibility(visit: Visit) -> Response:
    """What was measured of the pages, and what does not comply yet: a draft, for whoever uses this to adopt."""
    sender = visit.house.app.config.organisation.sender
    text = _texts.get_template("accessibility.md.j2").render(axe=AXE, sender=sender)
    return visit.house.page(visit, "statement.html.j2", title="Toegankelijkheid", text=html(text))


_texts = environment(TEMPLATES / "privacy", TEMPLATES)

PAGES = (
    Page("/privacy", privacy, anyone=True),
    Page("/toegankelijkheid", accessibility, anyone=True),
)
