"""Help: for each role a day as a story, which tells of the pages that there are."""

from starlette.responses import Response

from provisions.access import Role
from provisions.inputs import no_such_page
from provisions.outbound.markdown import html
from provisions.settings import TEMPLATES
from provisions.templates import environment
from provisions.web.pages import Page
from provisions.web.visits import Visit

# In an address and in a link: short, for people.
NAMES = {
    "regisseur": Role.CASE_DIRECTOR,
    "teamleider": Role.TEAM_LEAD,
    "tafel": Role.TABLE,
    "maatwerkfunctionaris": Role.CUSTOMISATION_OFFICER,
    "stuurgroep": Role.STEERING_GROUP,
    "fg": Role.PRIVACY_OFFICER,
    "auditor": Role.AUDITOR,
    "beheerder": Role.ADMINISTRATOR,
}


def every(visit: Visit) -> Response:
    """Which stories there are, one's own first."""
    held = {grant.role for grant in visit.actor.grants}
    own = [name for name, role in NAMES.items() if role in held]
    others = [name for name in NAMES if name not in own]
    return visit.house.page(visit, "help.html.j2", title="Hulp", own=own, others=others, called=_called)


def one(visit: Visit) -> Response:
    """The day of one role."""
    name = visit.path["role"]
    if name not in NAMES:
        raise no_such_page()
    text = _texts.get_template(f"{NAMES[name].value}.md.j2").render(answered=visit.house.answered)
    title = f"Een maandag: {_called(name)}"
    return visit.house.page(visit, "help_story.html.j2", title=title, text=html(text))


def _called(name: str) -> str:
    return NAMES[name].called


_texts = environment(TEMPLATES / "help")

PAGES = (
    Page("/hulp", every),
    Page("/hulp/{role}", one),
)
