"""Taking back what was just done with a case."""

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import Refused
from provisions.domain.lifecycle import Since
from provisions.store import acts
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Deciding


class Undoing(Deciding):
    """Second thoughts."""

    def may_be_undone(self, reference: str, *, by: Actor) -> bool:
        """Whether ``undo`` would take something back now. Nothing is changed."""
        moment, reference = self._doing(by, UseCase.UNDO), inputs.existing_reference(reference)
        with self._engine.connect() as connection:  # what is held to look at it is let go, and nothing is written
            if not acts.is_recent(connection, reference, moment.by, moment.now - lifecycle.UNDO_WITHIN):
                return False
            stored = self._stored(connection, reference)
            kept = acts.read(connection, stored)
            try:
                lifecycle.undo(stored.case, kept.act if kept else None, kept.since if kept else Since(), moment)
            except Refused:
                return False
        return True

    @tried_again
    def undo(self, reference: str, *, by: Actor) -> Case:
        """Take back the last act with this case, which must be one of ``by``; see ``lifecycle.undo``.

        None of its letters leaves: while they are looked at nobody sends them, and then they are not there to be sent.
        """
        moment, reference = self._doing(by, UseCase.UNDO), inputs.existing_reference(reference)
        with self._transaction(moment) as connection:
            stored = self._stored(connection, reference)
            self._entitle(moment, stored)
            kept = acts.read(connection, stored)
            decision = lifecycle.undo(stored.case, kept.act if kept else None, kept.since if kept else Since(), moment)
            assert kept is not None  # noqa: S101 - else it was refused
            restored = acts.restore(connection, stored, kept, moment.now)
            write(connection, [Change(restored, decision, moment)])
        return decision.case
