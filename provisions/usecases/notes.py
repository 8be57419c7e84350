"""What somebody wants to remember of a case: free text, which stays in our own database."""

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle import Decision
from provisions.usecases.deciding import Deciding


class Notes(Deciding):
    """Notes about cases."""

    def note(self, reference: str, text: str, *, by: Actor, key: str | None = None) -> Case:
        """Write ``text`` down, about the provision ``key`` or the case. Refused when it may identify a person."""
        moment, said = self._doing(by, UseCase.NOTE), inputs.free_text(text, "de notitie")
        asked = None if key is None else self._asked(key)

        def decide(case: Case) -> Decision:
            return lifecycle.note(case, None if asked is None else asked.of(case), said, moment)

        return self._decide(reference, moment, decide, about=asked)

    def keep(self, reference: str, *, reason: str, by: Actor) -> Case:
        """Notes and grounds are kept for another year, with a reason; not longer than the case."""
        moment, said = self._doing(by, UseCase.KEEP), inputs.free_text(reason, "de reden")
        return self._decide(reference, moment, lambda case: lifecycle.keep(case, said, moment))
