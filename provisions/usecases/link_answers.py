"""Answering by the link in a letter: whose link it is, what was asked, and who answers (web.md, "Answering by link").

Opening a link changes nothing and is written down nowhere: mail scanners open all links, and some press buttons.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid5

from sqlalchemy import Engine

from provisions.access import Actor
from provisions.access.guesses import Guesses
from provisions.access.subjects import READS_ON
from provisions.catalogue import Config, Contact, Municipality
from provisions.database import walls
from provisions.domain.answering import (
    CODE_LASTS,
    CODES_AN_HOUR,
    LASTS,
    RENEWALS_A_DAY,
    TRIES,
    AnswersBy,
    Asked,
    kinds_that_ask,
    question_of,
)
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.errors import NotFound
from provisions.domain.lifecycle import SYSTEM, Via
from provisions.domain.messages import MessageKind
from provisions.domain.questions import AskedAs, Question, receiver
from provisions.machine import link_secrets
from provisions.machine.link_secrets import Link, LinkSecrets
from provisions.store import asked as store
from provisions.store import audit, channel, submissions
from provisions.store.asked import Letter
from provisions.usecases.signing_in import TooManyGuesses
from provisions.views.cases import Views
from provisions.views.standing import ProvisionView

_OF_WHO_MOVED = [kind.value for kind in MessageKind if kind.letter.moved]
UNKNOWN = "Deze link kennen wij niet. Misschien is hij niet helemaal overgenomen."


@dataclass(frozen=True)
class Opened:
    """A link that is ours. ``receiver``: the address that its letter went to; ``municipality``: whose counter or table it is."""

    link: Link
    receiver: str
    municipality: str


@dataclass(frozen=True)
class AskedNow:
    """What a letter asked, as it stands now. ``contact``: who is asked, as the settings have it; ``by``: how it answers.

    ``is_open``: it waits for an answer, and the link still counts.
    """

    opened: Opened
    question: Question
    letter: Letter
    view: ProvisionView
    place: Municipality
    contact: Contact
    by: AnswersBy
    is_open: bool

    @property
    def actor(self) -> Actor:
        """Whoever answers without an account."""
        return Actor.by_link(receiver(self.view.situation.rule, self.question.rung), self.question)

    @property
    def reference(self) -> str:
        """Of the case."""
        return self.view.case.reference

    @property
    def key(self) -> str:
        """The provision as use cases are told which: with its round."""
        return f"{self.question.key.key}#{self.question.key.round}"


class LinkAnswers:
    """``clock`` gives the moment (aware). ``guesses`` counts links that are not ours, ``given`` the answers by each link that is;
    ``pause`` waits so many seconds.
    """

    def __init__(
        self,
        engine: Engine,
        config: Config,
        views: Views,
        secrets: LinkSecrets,
        clock: Callable[[], datetime],
        guesses: Guesses,
        given: Guesses,
        pause: Callable[[float], None],
    ) -> None:
        self._engine = engine
        self._config = config
        self._views = views
        self._secrets = secrets
        self._clock = clock
        self._guesses = guesses
        self._given = given
        self._pause = pause

    def opened(self, text: str, address: str) -> Opened:
        """The link that is written as ``text``. Raises ``NotFound`` for what is no link of ours, ``TooManyGuesses`` when too many
        of those came from ``address``.
        """
        written = text[:22]
        wait = self._guesses.wait(written, address)
        if wait > 0:
            raise TooManyGuesses(wait)
        self._pause(self._guesses.pause())
        found = self._found(text)
        if (wait := self._guesses.heard(written, address, right=found is not None)) > 0:
            raise TooManyGuesses(wait)
        if found is None:
            raise NotFound(UNKNOWN)
        return found

    def _found(self, text: str) -> Opened | None:
        read = link_secrets.read(text)
        if read is None:
            return None
        link, secret = read
        with self._engine.begin() as connection:
            known = store.receivers(connection, link.message)
        whose = self._secrets.whose(link, secret, known[1] if known else ())
        return Opened(link, whose, known[0]) if known and whose else None

    def must_not_flood(self, opened: Opened) -> None:
        """Raise ``TooManyGuesses`` when too many answers were given by this link in the last minute: nobody has so many."""
        wait = self._given.heard(str(opened.link), str(opened.link), right=False)
        if wait > 0:
            raise TooManyGuesses(wait)

    @contextmanager
    def within(self, opened: Opened) -> Iterator[None]:
        """What is asked of the database in this block stays within the municipality whose counter or table was asked; and where
        that was asked because the client moved, within the one that has the case now besides: what it answers is written there.
        """
        mine, since = (opened.municipality,), day_of(self._clock()) - READS_ON
        with walls.within(mine, since), self._engine.begin() as connection:
            there = store.moved_to(connection, opened.link.message, _OF_WHO_MOVED)
        with walls.within(mine if there is None else (*mine, there), since):
            yield

    def asked(self, opened: Opened) -> AskedNow:
        """What the letter of a link asked. Raises ``NotFound`` when it asks nothing, or is not there any more."""
        with self._engine.begin() as connection:
            letter = store.letter(connection, opened.link.message)
            if letter is None:
                raise NotFound(UNKNOWN)
            question = question_of(MessageKind(letter.kind), letter.detail, letter.case, letter.key)
            if question is None:
                raise NotFound(UNKNOWN)
            kinds = [kind.value for kind in kinds_that_ask(question.asked_as, moved=question.moved)]
            last = store.last_sent(connection, letter, kinds, question.rung.value if question.rung else None)
        place = self._config.organisation.municipalities.get(letter.municipality)
        views = self._views.provisions([letter.provision_id])
        if place is None or not views:
            raise NotFound(UNKNOWN)
        view = views[0]
        contact = _contact(place, question, view)
        lasts = last is not None and self._clock() < last + LASTS
        waits = Asked(question, letter.municipality, letter.created).waits(view.case)
        return AskedNow(
            opened, question, letter, view, place, contact, contact.answers_by(question.asked_as), lasts and waits
        )

    # --- to the same receiver once more --------------------------------------------------------------------------------

    def renew(self, asked: AskedNow, form: str = "") -> None:
        """Have a new link sent to the address that the first went to, when the question still waits, three times a day at most.

        Whoever asks hears the same, whatever comes of it. ``form``: the number of the form that asks it; a second press on its
        button sends nothing.
        """
        now = self._clock()
        waits = Asked(asked.question, asked.letter.municipality, asked.letter.created).waits(asked.view.case)
        if waits:
            today = first_moment(day_of(now))
            self._send(asked, form, MessageKind.LINK, today, RENEWALS_A_DAY, "nieuwe link gevraagd")

    def send_code(self, asked: AskedNow, browser: bytes, form: str = "") -> bool:
        """Have a code sent to the same address, for this browser (a digest). Returns whether that is still possible this hour.
        ``form``: as for :meth:`renew`.
        """
        since = self._clock() - timedelta(hours=1)
        because = "code gevraagd bij een link"
        return self._send(asked, form, MessageKind.LINK_CODE, since, CODES_AN_HOUR, because, browser)

    def is_code(self, asked: AskedNow, browser: bytes, typed: str) -> bool:
        """Whether these are the digits of the last code that this browser asked for, ten minutes ago at most. Each is good once,
        and is tried five times at most.
        """
        with self._engine.begin() as connection:
            since = self._clock() - CODE_LASTS
            message = store.try_code(connection, asked.opened.link.message, browser, since, TRIES)
            right = message is not None and self._secrets.is_code(message, typed)
            if message is not None and right:
                store.used(connection, message)
        return right

    def _send(
        self,
        asked: AskedNow,
        form: str,
        kind: MessageKind,
        since: datetime,
        most: int,
        because: str,
        browser: bytes | None = None,
    ) -> bool:
        """Write such a message, unless ``form`` did or there were ``most`` since then. Returns whether it is on its way."""
        now, of, opened = self._clock(), asked.letter, asked.opened
        letter = opened.link.message
        with self._engine.begin() as connection:
            store.hold(connection, letter)
            if form and submissions.find(connection, form) is not None:
                return True
            total, lately = store.asked_anew(connection, of, letter, kind, since)
            if lately >= most:
                return False
            message, rung = uuid5(letter, f"{kind.value}/{total + 1}"), asked.question.rung
            store.write_anew(connection, of, letter, message, rung, opened.receiver, total + 1, now, kind)
            if form:
                submissions.note(connection, form, asked.actor.code, now, "", "")
            if browser is not None:
                store.keep_code(connection, message, letter, browser, now)
            data = {"kind": kind.value, "via": Via.LINK.value, **({"round": of.key.round} if of.key.round > 1 else {})}
            line = audit.Line(SYSTEM, "message.requested", because, of.case_id, of.key.key, data, message)
            channel.notify(connection)
            audit.append(connection, [line])
        return True


def _contact(place: Municipality, question: Question, view: ProvisionView) -> Contact:
    """Who is asked, as the settings have it now; the team where they have nobody any more."""
    match question.asked_as:
        case AskedAs.COUNTER:
            return place.counters.get(view.situation.rule.counter, place.team)
        case AskedAs.TABLE if question.rung:
            return place.tables.get(question.rung, place.team)
        case _:
            return place.customisation_officer
