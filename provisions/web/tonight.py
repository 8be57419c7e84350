"""Vannacht: the page of the stand-by."""

from starlette.responses import Response

from provisions.web.pages import Page
from provisions.web.visits import Visit


def tonight(visit: Visit) -> Response:
    """Who needs a bed, the mandate, and whom to call."""
    nights = visit.seen.tonight()
    calls = visit.house.app.standby.standing(visit.actor)
    return visit.house.page(
        visit, "tonight.html.j2", title="Vannacht", nights=nights, waits=any(c.waits for c in calls)
    )


PAGES = (Page("/vannacht", tonight),)
