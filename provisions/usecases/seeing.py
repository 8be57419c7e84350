"""What one person sees: every list, count, search and page through the same rights. What is not theirs does not exist."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from provisions.access import Actor, Reach, Role, Subject, UseCase
from provisions.access.log import Logged
from provisions.access.subjects import READS_ON, seen_of, sees_whole, subject_of
from provisions.catalogue import Config
from provisions.database.connect import pooled
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.errors import NotAllowed
from provisions.inputs import no_such_page
from provisions.store.worklists import Scope
from provisions.usecases.looks import Look, Looks
from provisions.views.cases import Views
from provisions.views.record import AuditEntry
from provisions.views.standing import CaseView

SOON = timedelta(days=7)


class Seeing:
    """Looking as ``actor``. ``clock`` gives the moment (aware) at which everything is judged."""

    def __init__(
        self, actor: Actor, engine: Engine, config: Config, views: Views, looks: Looks, clock: Callable[[], datetime]
    ) -> None:
        self.actor = actor
        self._read = pooled(engine)
        self._config = config
        self._views = views
        self._looks = looks
        self._clock = clock

    @property
    def scope(self) -> Scope:
        """How far this person sees."""
        towns = self._config.organisation.municipalities
        reaches = self._config.rights.reaches(self.actor, UseCase.SEE_CASE, towns)
        return Scope(
            reaches.get(Reach.MUNICIPALITY, ()),
            reaches.get(Reach.WITH_TABLE, ()),
            reaches.get(Reach.TO_JUDGE, ()),
            handed_over_after=day_of(self._clock()) - READS_ON,
        )

    def may(self, use_case: UseCase, subject: Subject | None = None) -> bool:
        """Whether this person may do this at all, or about this."""
        return bool(self._config.rights.may(self.actor, use_case, subject))

    def must(self, use_case: UseCase) -> None:
        """Raise ``NotFound``: a page that is not for this person does not exist."""
        self._looks.must(self.actor, use_case)

    # --- one case --------------------------------------------------------------------------------------------------------

    def case(self, address: UUID, page: str) -> CaseView:
        """A case, with those of its provisions that are this person's. The look is logged.

        Raises ``NotFound`` for what does not exist, and with the same words for what is not this person's.
        """
        found = self._views.at(address)
        view = self._seen_of(found[1]) if found else None
        if found is None or view is None:
            number = self._views.knocked_at(address)
            if number is not None:
                self._looks.note(Logged.NOT_ALLOWED, self.actor.code, via=self.actor.via, case_id=number, page=page)
            raise no_such_page()
        self._looks.note(Logged.LOOKED, self.actor.code, via=self.actor.via, case_id=found[0], page=page)
        return view

    def record(self, view: CaseView) -> list[AuditEntry]:
        """What was done, oldest first, for whoever sees the whole case; free text only for whoever may read it."""
        if not sees_whole(view.case, self.actor, self._config.rights):
            return []
        entries = self._views.audit(view.case.reference)
        may_read = self.may(UseCase.SEE_FREE_TEXT, Subject(view.case.municipality))
        return entries if may_read else [replace(e, note=None) for e in entries]

    def _seen_of(self, view: CaseView) -> CaseView | None:
        """The view with no more in it than this person sees; ``None`` for whoever sees nothing of the case."""
        subjects = {p.provision.id: subject_of(view.case, p.provision, p.lies_with) for p in view.provisions}
        keys = seen_of(view.case, subjects, self.actor, self._config.rights, day_of(self._clock()))
        if not keys:
            return None
        if not sees_whole(view.case, self.actor, self._config.rights):
            reads_on = all(not self.may(UseCase.SEE_CASE, subjects[key]) for key in keys)
            return view.only(keys, director=None if reads_on else view.case.director)
        return view if self.may(UseCase.SEE_FREE_TEXT, Subject(view.case.municipality)) else replace(view, notes=())

    # --- who looked ------------------------------------------------------------------------------------------------------

    def looks(self, asked: str) -> list[Look]:
        """Who looked at a case, or what a person looked at. Raises ``NotFound`` for whoever may not ask."""
        self.must(UseCase.SEE_LOOKS)
        found = self._looks.of(asked)
        towns = self._config.organisation.municipalities
        reaches = self._config.rights.reaches(self.actor, UseCase.SEE_LOOKS, towns)
        if set(reaches.get(Reach.MUNICIPALITY, ())) != set(towns):
            raise NotAllowed("Wie wat bekeek is nu alleen voor de hele regio op te vragen.")
        return found

    def _soon(self, now: datetime) -> datetime:
        return first_moment(day_of(now) + SOON)


def municipalities_of(actor: Actor, config: Config) -> tuple[str, ...]:
    """Where ``actor`` has anything to do at all: the municipalities of every role, and those where this one may be the second
    person (four eyes).
    """
    towns = config.organisation.municipalities
    own = actor.municipalities(towns, Role)
    second = {
        key
        for key, town in towns.items()
        if any(config.rights.may(actor, UseCase.APPROVE, Subject(place)) for place in town.seconds)
    }
    return tuple(key for key in towns if key in own or key in second)
