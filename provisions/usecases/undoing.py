"""Taking back what was just done with a case."""

from collections.abc import Callable

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import Refused
from provisions.domain.lifecycle import Decision, LastAct, Since
from provisions.store import acts
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Asked, Deciding, Doing

Decide = Callable[[Case, LastAct | None, Since], Decision]


class Undoing(Deciding):
    """Second thoughts."""

    def may_be_undone(self, reference: str, *, by: Actor) -> bool:
        """Whether ``undo`` would take something back now. Nothing is changed."""
        moment = self._doing(by, UseCase.UNDO)
        return self._is_possible(reference, moment, lambda case, last, since: lifecycle.undo(case, last, since, moment))

    @tried_again
    def undo(self, reference: str, *, by: Actor) -> Case:
        """Take back the last act with this case, which must be one of ``by``; see ``lifecycle.undo``.

        None of its letters leaves: while they are looked at nobody sends them, and then they are not there to be sent.
        """
        moment = self._doing(by, UseCase.UNDO)
        return self._undo(reference, moment, lambda case, last, since: lifecycle.undo(case, last, since, moment))

    @tried_again
    def take_back(self, reference: str, key: str, *, by: Actor) -> Case:
        """Take back the answer about ``key`` that ``by`` just gave by a link; see ``lifecycle.take_back``."""
        moment, asked = self._doing(by, UseCase.TAKE_BACK), self._asked(key)
        return self._undo(reference, moment, _taking_back(asked, moment), about=asked)

    def may_be_taken_back(self, reference: str, key: str, *, by: Actor) -> bool:
        """Whether ``take_back`` would take an answer back now. Nothing is changed."""
        moment, asked = self._doing(by, UseCase.TAKE_BACK), self._asked(key)
        return self._is_possible(reference, moment, _taking_back(asked, moment))

    def _is_possible(self, reference: str, moment: Doing, decide: Decide) -> bool:
        reference = inputs.existing_reference(reference)
        with self._engine.begin() as connection:  # what is held to look at it is let go, and nothing is written
            if not acts.is_recent(connection, reference, moment.by, moment.now - lifecycle.UNDO_WITHIN):
                return False
            stored = self._stored(connection, reference)
            kept = acts.read(connection, stored)
            try:
                decide(stored.case, kept.act if kept else None, kept.since if kept else Since())
            except Refused:
                return False
        return True

    def _undo(
        self,
        reference: str,
        moment: Doing,
        decide: Decide,
        *,
        about: Asked | None = None,
    ) -> Case:
        with self._transaction(moment) as connection:
            stored = self._stored(connection, inputs.existing_reference(reference))
            self._entitle(moment, stored, about)
            kept = acts.read(connection, stored)
            decision = decide(stored.case, kept.act if kept else None, kept.since if kept else Since())
            assert kept is not None  # noqa: S101 - else it was refused
            restored = acts.restore(connection, stored, kept, moment.now)
            write(connection, [Change(restored, decision, moment)])
        return decision.case


def _taking_back(asked: Asked, moment: Doing) -> Decide:
    return lambda case, last, since: lifecycle.take_back(case, asked.of(case), last, since, moment)
