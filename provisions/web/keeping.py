"""What was sent and is not recorded yet: when the session had ended, or what is to be checked first. Kept for the same person."""

import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from provisions.machine.sealing import Sealing
from provisions.web.forms import CSRF, FROM

if TYPE_CHECKING:
    from provisions.web.visits import Visit

MOST_KEPT = 64 * 1024
LONGEST_PAGE = 200  # of an address of ours; no index takes one of any length


def person(sealing: Sealing, code: str) -> str:
    """What goes with each form, so that we know whose it is when the session has ended. Nobody can make another's."""
    return f"{code}~{sealing.signed('typed', code)}"


def keep(visit: "Visit") -> bool:
    """Keep what was sent without a session, if it is a form that we drew for somebody in this browser. Returns whether it is."""
    code = _whose(visit)
    return code is not None and visit.form_is_ours() and _keep(visit, code)


def keep_from_before(visit: "Visit") -> bool:
    """Keep what this person sends from a page that was drawn before signing in anew, such as in another tab; whether it was.

    The form does not belong to this session, so it is never carried out; that it was drawn for this very person is sealed in it.
    """
    code = _whose(visit)
    mine = visit.signed_in is not None and code == visit.signed_in.actor.code
    return code is not None and mine and visit.is_from_here() and _keep(visit, code)


def keep_for(visit: "Visit", page: str) -> bool:
    """Keep what this person sent for the page where it is checked; whether it was."""
    return _keep(visit, visit.actor.code, page)


def _keep(visit: "Visit", code: str, page: str = "") -> bool:
    typed = json.dumps([pair for pair in visit.filled_in if pair[0] != CSRF]).encode()
    page = page or visit.request.url.path
    if len(typed) > MOST_KEPT or len(page) > LONGEST_PAGE:
        return False
    sealed = visit.house.sealing.sealed(typed, f"{code} {page}")
    visit.house.app.submissions.keep_typed(code, page, sealed)
    return True


def kept(visit: "Visit", page: str = "") -> Sequence[tuple[str, str]]:
    """What this person sent on a page (this one, unless named) and that is not recorded: each field in order; else nothing."""
    code, page = visit.actor.code, page or visit.request.url.path
    sealed = visit.house.app.submissions.typed(code, page)
    opened = visit.house.sealing.opened(sealed, f"{code} {page}") if sealed else None
    return [(str(name), str(value)) for name, value in json.loads(opened)] if opened else []


def _whose(visit: "Visit") -> str | None:
    given = visit.form.get(FROM, "")
    code = given.partition("~")[0]
    return code if hmac.compare_digest(given.encode(), person(visit.house.sealing, code).encode()) else None
