"""Answering without an account: the pages behind the link in a letter (web.md, "Answering by link").

The secret is in the address of the first visit only. It is exchanged there for a short-lived cookie and a clean address, so
that it stands in no history, no log and no next address. Opening changes nothing and is written down nowhere; two steps: choose,
and confirm what was chosen.
"""

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from starlette.responses import RedirectResponse, Response

from provisions.access import Actor, UseCase
from provisions.access.subjects import subject_of
from provisions.domain.answering import AnswersBy
from provisions.domain.errors import DoneBefore, InvalidInput, NoLongerAsked, NotAllowed, NotFound
from provisions.domain.lifecycle import UNDO_WITHIN, Sent, Via
from provisions.domain.questions import AskedAs
from provisions.machine.link_secrets import PATH, Link
from provisions.usecases.link_answers import AskedNow, Opened
from provisions.usecases.signing_in import TooManyGuesses
from provisions.usecases.submissions import Receipt
from provisions.web.forms import FROM, Filled, blank, new_number, read
from provisions.web.house import House
from provisions.web.link_choices import form_of, record, sentence, summary
from provisions.web.pages import Page
from provisions.web.sending import number_once
from provisions.web.told import hears
from provisions.web.visits import Visit, not_found, to_sign_in

DONE = "gedaan"
_RIGHTS = {AskedAs.COUNTER: UseCase.REPLY, AskedAs.TABLE: UseCase.ANSWER, AskedAs.OFFICER: UseCase.SUBMIT}
CONFIRM, BACK = "confirm", "terug"
LASTS = timedelta(minutes=30)  # of the cookie
_LETTERS = 50  # the newest of the case: more do not follow from one act
_SEALED_AS = "answer by link"
NOT_OPENED = (
    "Open de link in uw mail opnieuw: de pagina stond te lang open, of dit is een andere browser. Niets is vastgelegd."
)
Handle = Callable[[Visit, AskedNow, Actor], Response]
WRONG_CODE = (
    "Deze code klopt niet, of zij is te oud. Vraag zo nodig een nieuwe aan. Na vijf keer proberen is een nieuwe nodig."
)
TOO_MANY_CODES = "Er zijn dit uur al vijf codes gestuurd. Wacht een uur, of bel wie in de mail staat."
ANOTHER = "U opende intussen een andere link. Er is niets vastgelegd. Open de link in uw mail opnieuw."


# --- the first visit ---------------------------------------------------------------------------------------------------


def arrive(visit: Visit) -> Response:
    """The secret for a cookie, and on to the clean address."""
    house = visit.house
    try:
        opened = house.links.opened(visit.path["token"], visit.address)
    except TooManyGuesses as wait:
        response = _unknown(visit, visit.why(wait), HTTPStatus.TOO_MANY_REQUESTS)
        response.headers["retry-after"] = str(int(wait.seconds) + 1)
        return response
    except NotFound as unknown:
        return _unknown(visit, visit.why(unknown))
    response = RedirectResponse(PATH, HTTPStatus.SEE_OTHER)
    _give(visit, response, Come(opened, secrets.token_urlsafe(16)))
    return _unindexed(response)


@dataclass(frozen=True)
class Come:
    """A browser that came with a link. ``browser``: random, its own; ``proven``: it gave the code that goes with the link."""

    opened: Opened
    browser: str
    proven: bool = False

    @property
    def digest(self) -> bytes:
        """What is kept of the browser."""
        return hashlib.sha256(self.browser.encode()).digest()


def _give(visit: Visit, response: Response, come: Come) -> None:
    """The cookie, for half an hour from now."""
    house, opened = visit.house, come.opened
    until = int((house.app.clock() + LASTS).timestamp())
    link = [opened.link.message.hex, opened.link.number, opened.receiver, opened.municipality]
    value = json.dumps([*link, until, come.browser, come.proven])
    response.set_cookie(
        _cookie(house),
        urlsafe_b64encode(house.sealing.sealed(value.encode(), _SEALED_AS)).decode().rstrip("="),
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=house.tls,
        httponly=True,
        samesite="lax",
    )


def _cookie(house: House) -> str:
    return "__Host-antwoord" if house.tls else "antwoord"


def _come(visit: Visit) -> Come | None:
    """This browser, as it came with a link; ``None`` when it came with none, or too long ago."""
    house = visit.house
    try:
        given = urlsafe_b64decode(f"{visit.request.cookies.get(_cookie(house), '')}==")
    except ValueError:
        return None
    value = house.sealing.opened(given, _SEALED_AS) if given else None
    if value is None:
        return None
    message, number, receiver, municipality, until, browser, proven = json.loads(value)
    if house.app.clock().timestamp() > until:
        return None
    return Come(Opened(Link(UUID(hex=message), number), receiver, municipality), browser, proven)


# --- the page of a question ----------------------------------------------------------------------------------------------


def look(visit: Visit) -> Response:
    """What was asked, with the form to answer it; or what was answered by the form that led here."""
    return _with(visit, _look)


def act(visit: Visit) -> Response:
    """What was chosen, or what was confirmed."""
    return _with(visit, _act)


def take_back(visit: Visit) -> Response:
    """What was just said, after all not."""
    return _with(visit, _take_back)


def back(_visit: Visit) -> Response:
    """To the question, for whoever asks for the page that a form of it led to: that is no link, and is counted as none."""
    return RedirectResponse(PATH, HTTPStatus.SEE_OTHER)


def renew(visit: Visit) -> Response:
    """A new link, to the address that the first went to."""
    return _within(visit, _renew)


def code(visit: Visit) -> Response:
    """A code was asked for, or typed."""
    return _within(visit, _code)


def _within(visit: Visit, handle: Callable[[Visit, AskedNow, Come], Response]) -> Response:
    """Handle a visit with what its link is about, within one municipality."""
    links, come = visit.house.links, _come(visit)
    if come is None:
        return _unknown(visit, NOT_OPENED)
    with links.within(come.opened):
        try:
            asked = links.asked(come.opened)
        except NotFound as unknown:
            return _unknown(visit, visit.why(unknown))
        return _unindexed(handle(visit, asked, come))


def _with(visit: Visit, handle: Handle) -> Response:
    """The same, once it is known who answers."""

    def known(visit: Visit, asked: AskedNow, come: Come) -> Response:
        # Of a question that is over nothing is shown; what was answered is taken back by who could answer, and by no other.
        if asked.by is AnswersBy.LINK_AND_CODE and not come.proven and (asked.is_open or handle is _take_back):
            return _ask_code(visit, asked)
        if asked.by is not AnswersBy.SIGN_IN:
            return handle(visit, asked, asked.actor)
        if visit.signed_in is None or visit.signed_in.stale:
            return to_sign_in(visit)
        return handle(visit, asked, replace(visit.actor, via=Via.LINK))

    return _within(visit, known)


def _may(visit: Visit, asked: AskedNow, by: Actor) -> bool:
    """Whether this one may answer: whoever signed in needs the right to it."""
    right = _RIGHTS[asked.question.asked_as]
    subject = subject_of(asked.view.case, asked.view.provision, asked.view.lies_with)
    return bool(visit.house.app.config.rights.may(by, right, None if by.question else subject))


def _look(visit: Visit, asked: AskedNow, by: Actor) -> Response:
    number = visit.query.get(DONE, "")
    receipt = visit.house.app.submissions.receipt(number, by.code) if number else None
    if receipt is not None and receipt.case == str(asked.question.case):
        return _told(visit, asked, by, receipt)
    return _question(visit, asked, by)


def _question(
    visit: Visit, asked: AskedNow, by: Actor, filled: Filled | None = None, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    if not asked.is_open:
        return _over(visit, asked)
    if not _may(visit, asked, by):
        return not_found(visit)
    house = visit.house
    filled = filled or blank(form_of(asked, house.app.config, house.today()))
    return house.page(
        visit,
        "answer.html.j2",
        status,
        title="Uw antwoord",
        asked=asked,
        filled=replace(filled, person=_bound(visit, asked)),
    )


def _act(visit: Visit, asked: AskedNow, by: Actor) -> Response:
    house, app = visit.house, visit.house.app
    if not _is_of_this(visit, asked):
        return _unknown(visit, ANOTHER, HTTPStatus.CONFLICT)
    form = form_of(asked, app.config, house.today())
    filled = read(form, visit.filled_in, app.config.catalogue, house.today())
    filled = filled if filled.number else replace(filled, number=blank(form).number)
    if app.submissions.is_done(filled.number, by.code):
        return _on(filled.number)
    if BACK in visit.form or not asked.is_open or not _may(visit, asked, by):
        return _question(visit, asked, by, replace(filled, faults={}))
    if filled.is_refused:
        return _question(visit, asked, by, filled, HTTPStatus.UNPROCESSABLE_ENTITY)
    if CONFIRM in visit.form:
        return _recorded(visit, asked, by, filled)
    filled = replace(filled, person=_bound(visit, asked))
    return house.page(
        visit, "answer_check.html.j2", title="Klopt dit?", asked=asked, filled=filled, said=summary(filled)
    )


def _recorded(visit: Visit, asked: AskedNow, by: Actor, filled: Filled) -> Response:
    """Record it, once."""
    app = visit.house.app
    sent = Sent(filled.number, None, asked.question.key, PATH)
    try:
        visit.house.links.must_not_flood(asked.opened)
        record(app.cases.by_form(sent), asked, filled, by)
    except DoneBefore:
        return _on(filled.number)
    except TooManyGuesses as wait:
        return _question(visit, asked, by, filled.wrong("", visit.why(wait)), HTTPStatus.TOO_MANY_REQUESTS)
    except NoLongerAsked as over:
        return _over(visit, asked, visit.why(over))
    except (InvalidInput, NotAllowed) as refusal:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(refusal, InvalidInput) else HTTPStatus.CONFLICT
        return _question(visit, asked, by, filled.refused(refusal, app.config.catalogue), status)
    app.submissions.note(filled.number, by.code, onward=PATH, said=sentence(filled))
    return _on(filled.number)


def _on(number: str) -> Response:
    return RedirectResponse(f"{PATH}?{DONE}={number}", HTTPStatus.SEE_OTHER)


def _is_of_this(visit: Visit, asked: AskedNow) -> bool:
    return hmac.compare_digest(visit.form.get(FROM, "").encode(), _bound(visit, asked).encode())


def _bound(visit: Visit, asked: AskedNow) -> str:
    """What goes with each form of this question: another one's is not taken."""
    return visit.house.sealing.signed("answer form", f"{asked.opened.link} {asked.opened.receiver}")


# --- once more to the same receiver --------------------------------------------------------------------------------------


def _renew(visit: Visit, asked: AskedNow, _come: Come) -> Response:
    if _is_of_this(visit, asked):
        visit.house.links.renew(asked, number_once(visit))
    return visit.house.page(visit, "answer_renewed.html.j2", title="Nieuwe link aangevraagd", team=asked.place.team)


def _code(visit: Visit, asked: AskedNow, come: Come) -> Response:
    links, typed = visit.house.links, "".join(visit.form.get("code", "").split())
    if not _is_of_this(visit, asked):
        return _unknown(visit, ANOTHER, HTTPStatus.CONFLICT)
    if "sturen" in visit.form:
        sent = links.send_code(asked, come.digest, number_once(visit))
        return _ask_code(visit, asked, sent=sent, why="" if sent else TOO_MANY_CODES)
    if not links.is_code(asked, come.digest, typed):
        return _ask_code(visit, asked, why=WRONG_CODE, sent=True)
    response = RedirectResponse(PATH, HTTPStatus.SEE_OTHER)
    _give(visit, response, replace(come, browser=secrets.token_urlsafe(16), proven=True))
    return response


def _ask_code(visit: Visit, asked: AskedNow, *, why: str = "", sent: bool = False) -> Response:
    """Before anything of the question is shown. ``sent``: a code is on its way."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY if why else HTTPStatus.OK
    return visit.house.page(
        visit,
        "answer_code.html.j2",
        status,
        title="Code",
        why=why,
        sent=sent,
        bound=_bound(visit, asked),
        number=new_number(),
    )


# --- afterwards ----------------------------------------------------------------------------------------------------------


def _told(visit: Visit, asked: AskedNow, by: Actor, receipt: Receipt) -> Response:
    """What was recorded, who hears it, and until when it can be taken back: of this question, and of nothing else of the case."""
    app, now = visit.house.app, visit.house.app.clock()
    ids = {line.message for line in receipt.lines if line.message is not None and line.of == asked.question.key}
    letters = app.messages.found(reference=asked.reference, limit=_LETTERS) if ids else []
    mine = [letter for letter in reversed(letters) if letter.id in ids]
    until = receipt.at + UNDO_WITHIN
    first = min((letter.next_try for letter in mine if letter.next_try is not None), default=until)
    undo = app.cases.may_be_taken_back(asked.reference, asked.key, by=by)
    return visit.house.page(
        visit,
        "answer_done.html.j2",
        title="Vastgelegd",
        asked=asked,
        receipt=receipt,
        hears=list(dict.fromkeys(hears(letter, "", now) for letter in mine)),  # two tables hear the same
        until=min(first, until) if undo else None,
        bound=_bound(visit, asked),
    )


def _take_back(visit: Visit, asked: AskedNow, by: Actor) -> Response:
    if not _is_of_this(visit, asked):
        return _unknown(visit, ANOTHER, HTTPStatus.CONFLICT)
    why, status = "", HTTPStatus.OK
    try:
        visit.house.app.cases.take_back(asked.reference, asked.key, by=by)
    except NotAllowed as refusal:
        why, status = visit.why(refusal), HTTPStatus.CONFLICT
    title = "Niet teruggedraaid" if why else "Teruggedraaid"
    return visit.house.page(visit, "answer_undone.html.j2", status, title=title, why=why, asked=asked)


def _over(visit: Visit, asked: AskedNow, why: str = "") -> Response:
    """It is over. Nothing says of whom it was. ``why``: of what was just sent nothing was recorded."""
    status = HTTPStatus.CONFLICT if why else HTTPStatus.GONE
    return visit.house.page(
        visit,
        "answer_over.html.j2",
        status,
        title="Deze vraag is afgesloten",
        team=asked.place.team,
        why=why,
        bound=_bound(visit, asked),
        number=new_number(),
    )


def _unknown(visit: Visit, why: str, status: HTTPStatus = HTTPStatus.NOT_FOUND) -> Response:
    """No details: whoever comes here may be anybody."""
    return _unindexed(visit.house.page(visit, "answer_unknown.html.j2", status, title="Deze link werkt niet", why=why))


def _unindexed(response: Response) -> Response:
    response.headers["x-robots-tag"] = "noindex, nofollow"
    return response


PAGES = (
    Page(PATH, look, act, anyone=True),
    Page(f"{PATH}/nieuw", back, renew, anyone=True),
    Page(f"{PATH}/code", back, code, anyone=True),
    Page(f"{PATH}/terugdraaien", back, take_back, anyone=True),
    Page(f"{PATH}/{{token}}", arrive, anyone=True),
)
