"""Writing down who came in, was refused, and looked at what."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NoReturn

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, Engine

from provisions.access import Actor, Given, Subject, UseCase
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.domain.calendar import day_of
from provisions.domain.lifecycle import Via
from provisions.inputs import no_such_page
from provisions.store import access_log, submissions
from provisions.store.access_log import Entry


class Noting:
    """Lines of the log of the door. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock

    def note(
        self,
        what: Logged,
        code: str | None,
        *,
        via: Via = Via.WEB,
        about: str | None = None,
        case_id: int | None = None,
        page: str | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Write one line, in the transaction of ``connection`` or in one of its own."""
        now = self._clock()
        entry = Entry(now, code, what.value, via.value, self._keep_until(day_of(now)), about, case_id, page)
        if connection is not None:
            access_log.add(connection, entry)
            return
        with self._engine.begin() as own:
            access_log.add(own, entry)

    def must(self, actor: Actor, use_case: UseCase, subject: Subject | None = None) -> None:
        """Raise ``NotFound`` for whoever may not do this at all, or about this: a page that is not theirs does not exist."""
        if not self._config.rights.may(actor, use_case, subject):
            self.refuse(actor, use_case)

    def refuse(self, actor: Actor, use_case: UseCase) -> NoReturn:
        """Write down that somebody asked for what takes a right that is not theirs, and raise ``NotFound``."""
        self.note(Logged.NOT_ALLOWED, actor.code, via=actor.via, page=use_case.value)
        raise no_such_page()

    def note_reason(self, given: Given, *, via: Via, page: str, form: str = "") -> None:
        """A reason was given: from here on it counts. ``form``: the number of the form in which; one that did raises
        ``DoneBefore``.
        """
        with self._engine.begin() as own:
            submissions.once(own, form, given.by, self._clock())
            self._note_with(own, given, Logged.REASON_GIVEN, via, page, until=given.until)

    def note_with_reason(self, given: Given, cases: Iterable[int], *, via: Via, page: str) -> None:
        """Somebody looks with a reason: a line for the page, and one for each case that stands on it."""
        with self._engine.begin() as own:
            self._note_with(own, given, Logged.LOOKED_WITH_REASON, via, page, cases=(None, *cases))

    def _note_with(
        self,
        connection: Connection,
        given: Given,
        what: Logged,
        via: Via,
        page: str,
        *,
        cases: Sequence[int | None] = (None,),
        until: datetime | None = None,
    ) -> None:
        now = self._clock()
        keep = self._keep_until(day_of(now))
        line = Entry(now, given.by, what.value, via.value, keep, page=page, municipality=given.municipality)
        line = replace(line, reason=given.reason, until=until)
        access_log.add(connection, *(replace(line, case_id=case_id) for case_id in cases))

    def _keep_until(self, today: date) -> date:
        return today + relativedelta(months=self._config.organisation.keep_looks_months)
