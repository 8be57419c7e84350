"""Mijn werk: what this person must do today, their clients, and what happened since the previous visit."""

from http import HTTPStatus
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from provisions.usecases.own_work import Kind
from provisions.web.pages import Page
from provisions.web.row_acts import OPENED
from provisions.web.visits import Visit

# Behind the address of a task: its form stands open there.
_FOLLOW_UP = f"?{OPENED}=followup#followup"
_TAKE_OVER = f"?{OPENED}=take_over#take_over"


def first(_visit: Visit) -> Response:
    """The product's address."""
    return RedirectResponse("/werk", HTTPStatus.SEE_OTHER)


def work(visit: Visit) -> Response:
    """What this person must do."""
    seen = visit.seen
    found = seen.day(visit.signed_in.began if visit.signed_in else visit.house.app.clock())
    whose = {"regisseur": visit.actor.code} if found.own and not found.replaced else {}
    late = f"/te-laat?{urlencode(whose)}" if whose else "/te-laat"
    return visit.house.page(
        visit,
        "work.html.j2",
        title="Mijn werk",
        day=found,
        clients=seen.own_cases() if found.own else None,
        opened={Kind.OBJECTION: _FOLLOW_UP, Kind.FOLLOW_UP: _FOLLOW_UP, Kind.HANDOVER: _TAKE_OVER},
        behind={Kind.SHELTER: late, Kind.LATE: late, Kind.DUE: late, Kind.ASKED: "/meekijken"},
        towns=seen.municipalities(),
        several=len(seen.municipalities()) > 1,
    )


PAGES = (Page("/", first), Page("/werk", work))
