"""Meekijken: what a colleague asks, to agree with or not."""

from http import HTTPStatus

from starlette.responses import RedirectResponse, Response

from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.rules import CodeList
from provisions.web.pages import Page
from provisions.web.visits import Visit


def asked(visit: Visit) -> Response:
    """What is asked of this person, and what was asked and decided before."""
    return _page(visit)


def decide(visit: Visit) -> Response:
    """Agree, or not with a reason: an act of this person, and of nobody else."""
    number, seen = visit.form.get("nummer", "")[:20], visit.seen
    cases = visit.house.app.cases
    if number.upper().startswith("S-"):
        return _decide_for_the_group(visit, number)
    try:
        seen.must_be_mine_to_decide(number)
        if visit.form.get("besluit") == "akkoord":
            cases.approve(number, by=visit.actor, because=visit.form.get("reden", "").strip() or None)
        else:
            cases.deny(number, because=visit.form.get("reden", ""), by=visit.actor)
    except (InvalidInput, NotAllowed) as refusal:
        return _page(visit, HTTPStatus.CONFLICT, number, visit.why(refusal))
    return RedirectResponse("/meekijken?gedaan=ja", HTTPStatus.SEE_OTHER)


def _decide_for_the_group(visit: Visit, number: str) -> Response:
    """The same of what is to be brought before the steering group."""
    agreed, reason = visit.form.get("besluit") == "akkoord", visit.form.get("reden", "").strip()
    try:
        visit.house.app.bringing.see(number, agreed=agreed, because=reason or None, by=visit.actor)
    except (InvalidInput, NotAllowed) as refusal:
        return _page(visit, HTTPStatus.CONFLICT, number, visit.why(refusal))
    return RedirectResponse(f"/ingebracht?gedaan={number}", HTTPStatus.SEE_OTHER)


def _page(visit: Visit, status: HTTPStatus = HTTPStatus.OK, number: str = "", why: str = "") -> Response:
    """``why``: what was wrong with the decision on ``number``, which keeps its reason."""
    seen = visit.seen
    waiting, before = seen.asked_of_me(), seen.asked_before()
    told = next((one for one in before if one.decided_by == visit.actor.code), None)
    config = visit.house.app.config
    return visit.house.page(
        visit,
        "second_looks.html.j2",
        status,
        title="Meekijken",
        waiting=waiting,
        to_bring_in=seen.of_the_group().to_see,
        names={key: rule.name for key, rule in config.catalogue.provisions.items()},
        causes=config.catalogue.codes[CodeList.CAUSE],
        before=before,
        number=number,
        why=why,
        reason=visit.form.get("reden", "")[:500],
        told=told if visit.query.get("gedaan") == "ja" else None,
    )


PAGES = (Page("/meekijken", asked, decide),)
