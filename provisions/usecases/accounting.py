"""Answering for what was done: the record of a case without its free text, and whether the whole of it is unchanged."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine

from provisions import inputs
from provisions.access import Actor, Reach, Subject, UseCase
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.database.connect import ONE_MOMENT
from provisions.domain.errors import NotAllowed, NotFound
from provisions.store import audit
from provisions.store.audit import Anchor
from provisions.store.verification import Verdict, compare
from provisions.usecases.looks import Looks
from provisions.views.cases import Views
from provisions.views.record import AuditEntry


@dataclass(frozen=True)
class Recorded:
    """The record of one case, oldest first."""

    reference: str
    municipality: str
    lines: tuple[AuditEntry, ...]


class Accounting:
    """Reads the record for whoever may. ``clock`` gives the moment (aware)."""

    def __init__(
        self, engine: Engine, config: Config, views: Views, looks: Looks, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._config = config
        self._views = views
        self._looks = looks
        self._clock = clock
        self._checking = threading.Lock()

    def end(self, actor: Actor) -> tuple[int, Anchor]:
        """How many lines there are, and the anchor of the last. Raises ``NotFound`` for whoever may not read the record."""
        self._looks.must(actor, UseCase.SEE_RECORD)
        with self._engine.connect() as connection:
            return audit.end(connection)

    def record_of(self, actor: Actor, reference: str) -> Recorded:
        """What was done in a case; what people wrote is left out. The look is logged.

        Raises ``NotFound`` for what does not exist, and in the same words for what is another municipality's.
        """
        self._looks.must(actor, UseCase.SEE_RECORD)
        reference = inputs.existing_reference(reference)
        unknown = inputs.no_such_case(reference, self._config.organisation.reference_pattern)
        try:
            number = self._views.number(reference)
            view = self._views.case(reference)
        except NotFound:
            raise unknown from None
        if not self._config.rights.may(actor, UseCase.SEE_RECORD, Subject(view.case.municipality)):
            self._looks.note(Logged.NOT_ALLOWED, actor.code, via=actor.via, case_id=number, page="vastlegging")
            raise unknown
        self._looks.note(Logged.LOOKED, actor.code, via=actor.via, case_id=number, page="vastlegging")
        lines = tuple(replace(entry, note=None) for entry in self._views.audit(reference))
        return Recorded(view.case.reference, view.case.municipality, lines)

    def verify(self, actor: Actor, known: Anchor | None = None) -> Verdict:
        """Compare every line with the one before it and every case with its lines: minutes, for a large record.

        Raises ``NotFound`` for whoever may not, and ``NotAllowed`` while it is under way for another, or for whoever sees part of
        the region: the record is one.
        """
        self._looks.must(actor, UseCase.VERIFY)
        towns = self._config.organisation.municipalities
        reach = self._config.rights.reaches(actor, UseCase.VERIFY, towns).get(Reach.MUNICIPALITY, ())
        if set(reach) != set(towns):
            raise NotAllowed("De vastlegging is er een van de hele regio: vraag wie voor de hele regio auditor is.")
        if not self._checking.acquire(blocking=False):
            raise NotAllowed("Er loopt al een controle van de vastlegging. Probeer het over een paar minuten opnieuw.")
        try:
            with self._engine.connect().execution_options(isolation_level=ONE_MOMENT) as connection:
                return compare(connection, known, catalogue=self._config.catalogue)
        finally:
            self._checking.release()
