"""Whether somebody may do what is asked, judged on the case as it is loaded under its lock; and writing down who was refused."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from provisions import inputs
from provisions.access import Actor, Rights, Subject, UseCase
from provisions.access.log import Logged
from provisions.access.subjects import found_in, seen_of
from provisions.catalogue import Config
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.errors import NotAllowed, Refused
from provisions.domain.lifecycle.decision import provision_of
from provisions.domain.questions import Question
from provisions.usecases.noting import Noting


class Unentitled(Exception):  # noqa: N818 - it becomes a refusal, and is none yet
    """Somebody has no right to this. ``said``: what that person hears; ``case_id``: of which case it is noted."""

    def __init__(self, said: Refused, case_id: int | None = None) -> None:
        super().__init__()
        self.said = said
        self.case_id = case_id


class Named(Protocol):
    """A provision as somebody named it."""

    def of(self, case: Case) -> ProvisionKey:
        """Which one of ``case`` is meant."""


@dataclass(frozen=True)
class Known:
    """A case, as far as a right is about it.

    ``places``: the municipalities in one of which the right must be held; that of the case unless said otherwise.
    ``about``: the provision, where it is about one. ``unknown``: what whoever may not even see it hears.
    """

    case_id: int
    case: Case
    unknown: Refused
    places: Sequence[str] = ()
    about: Named | None = None


class Entitlement:
    """The rights of whoever asks. ``clock`` gives the moment (aware).

    What one may not see does not exist: that is refused in the words for what is not there. What one sees and may not do is
    refused with who may. Nobody at the shell is refused: whoever has the shell has the machine.
    """

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock
        self._noting = Noting(engine, config, clock)

    @contextmanager
    def noted(self, actor: Actor, use_case: UseCase) -> Iterator[None]:
        """Refuse whoever has no right, and write that down once everything else is rolled back."""
        try:
            yield
        except Unentitled as refusal:
            self._noting.note(
                Logged.NOT_ALLOWED, actor.code, via=actor.via, case_id=refusal.case_id, page=use_case.value
            )
            raise refusal.said from None

    @contextmanager
    def transaction(self, actor: Actor, use_case: UseCase) -> Iterator[Connection]:
        """One transaction, for what ``actor`` does; see :meth:`noted`."""
        with self.noted(actor, use_case), self._engine.begin() as connection:
            yield connection

    def must(self, actor: Actor, use_case: UseCase, subject: Subject | None = None) -> None:
        """Raise ``Unentitled`` for whoever may not do this: in a municipality, or about nothing in particular."""
        if not actor.has_the_machine and not self._rights.may(actor, use_case, subject):
            raise Unentitled(NotAllowed(self._rights.who_may(use_case)))

    def must_with(self, actor: Actor, use_case: UseCase, known: Known) -> None:
        """Raise ``Unentitled`` for whoever may not do this with a case, or with the provision that it is about."""
        if actor.question is not None:
            self._must_be_asked(actor, actor.question, use_case, known)
            return
        if self.sees(actor, use_case, known.places or (known.case.municipality,)):
            return
        seen = self._seen(actor, known.case)
        if not seen:
            raise Unentitled(known.unknown, known.case_id)
        if not self._may_with_what_is_seen(actor, use_case, known, seen):
            raise Unentitled(NotAllowed(self._rights.who_may(use_case)), known.case_id)

    def _must_be_asked(self, actor: Actor, question: Question, use_case: UseCase, known: Known) -> None:
        """Raise ``Unentitled`` for whoever comes by a link and does anything but answer what was asked of it."""
        about = None if known.about is None else known.about.of(known.case)
        if (known.case.id, about) != (question.case, question.key):
            raise Unentitled(known.unknown, known.case_id)
        allowed = self._rights.may(actor, use_case)
        if not allowed:
            raise Unentitled(NotAllowed(allowed.because), known.case_id)

    def sees(self, actor: Actor, use_case: UseCase, places: Iterable[str]) -> bool:
        """Whether ``actor`` may do this about all of one of these municipalities."""
        if actor.question is not None:
            return False  # that is about one question, and about nothing else
        return actor.has_the_machine or any(self._rights.may(actor, use_case, Subject(place)) for place in places)

    @property
    def _rights(self) -> Rights:
        return self._config.rights

    def _seen(self, actor: Actor, case: Case) -> Mapping[ProvisionKey, Subject]:
        """What ``actor`` sees of a case; nothing for whoever may not know that it is there."""
        subjects = {p.id: found_in(case, p, self._config.catalogue) for p in case.provisions.values()}
        seen = seen_of(case, subjects, actor, self._rights, day_of(self._clock()))
        return {key: subjects[key] for key in subjects if key in seen}

    def _may_with_what_is_seen(
        self, actor: Actor, use_case: UseCase, known: Known, seen: Mapping[ProvisionKey, Subject]
    ) -> bool:
        """Whether a right that reaches less than a municipality reaches this."""
        if known.places:
            return False
        if known.about is None:
            return any(self._rights.may(actor, use_case, subject) for subject in seen.values())
        visible = replace(known.case, provisions={key: known.case.provisions[key] for key in seen})
        try:
            key = provision_of(visible, known.about.of(visible)).id
        except Refused as absent:  # for this person it is not there, and that is what is said
            raise Unentitled(absent, known.case_id) from None
        return bool(self._rights.may(actor, use_case, seen[key]))


def no_such(reference: str, config: Config) -> Refused:
    """What is said of a case that is not there, for whoever asks."""
    return inputs.no_such_case(reference, config.organisation.reference_pattern)
