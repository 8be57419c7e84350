"""Statements that anybody may read. Their texts are in ``templates/``, and nowhere else."""

from starlette.responses import Response

from provisions.domain import dutch
from provisions.outbound.markdown import html
from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.web.pages import Page
from provisions.web.visits import Visit


def privacy(visit: Visit) -> Response:
    """What is recorded of those who use this, with the terms of this installation."""
    organisation = visit.house.app.config.organisation
    text = _texts.get_template("users.md.j2").render(
        looks=dutch.counted(organisation.keep_looks_months, "maand", "maanden"),
        lines=organisation.keeping.lines,
        absences=organisation.keeping.absences,
    )
    return visit.house.page(visit, "statement.html.j2", title="Privacy van gebruikers", text=html(text))


_texts = environment(TEMPLATES / "privacy")

PAGES = (Page("/privacy", privacy, anyone=True),)
