"""What was typed in a form when the session had ended: kept for the same person, who finds it there after signing in."""

import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from provisions.machine.sealing import Sealing
from provisions.web.forms import CSRF, FROM

if TYPE_CHECKING:
    from provisions.web.visits import Visit

MOST_KEPT = 64 * 1024


def person(sealing: Sealing, code: str) -> str:
    """What goes with each form, so that we know whose it is when the session has ended. Nobody can make another's."""
    return f"{code}~{sealing.signed('typed', code)}"


def keep(visit: "Visit") -> bool:
    """Keep what was sent without a session, if it is a form that we drew for somebody in this browser. Returns whether it is."""
    code = _whose(visit)
    if code is None or not visit.form_is_ours():
        return False
    typed = json.dumps([pair for pair in visit.filled_in if pair[0] != CSRF]).encode()
    if len(typed) > MOST_KEPT:
        return False
    page = visit.request.url.path
    sealed = visit.house.sealing.sealed(typed, f"{code} {page}")
    visit.house.app.submissions.keep_typed(code, page, sealed)
    return True


def kept(visit: "Visit") -> Sequence[tuple[str, str]]:
    """What this person typed on this page and could not send: each field in order; nothing otherwise."""
    code, page = visit.actor.code, visit.request.url.path
    sealed = visit.house.app.submissions.typed(code, page)
    opened = visit.house.sealing.opened(sealed, f"{code} {page}") if sealed else None
    return [(str(name), str(value)) for name, value in json.loads(opened)] if opened else []


def _whose(visit: "Visit") -> str | None:
    given = visit.form.get(FROM, "")
    code = given.partition("~")[0]
    return code if hmac.compare_digest(given.encode(), person(visit.house.sealing, code).encode()) else None
