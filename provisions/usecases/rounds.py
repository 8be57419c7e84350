"""What is needed again: a new round of a provision."""

from datetime import date

from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle import Need, bounds
from provisions.domain.privacy import refuse_identifying
from provisions.usecases.deciding import Deciding


class Rounds(Deciding):
    """Rounds after the first."""

    def again(
        self,
        reference: str,
        key: str,
        *,
        reason: str,
        by: Actor,
        on: date | None = None,
        purpose: str | None = None,
        agreed: date | None = None,
        needed_from: date | None = None,
        urgent: bool = False,
        anyway: bool = False,
    ) -> Case:
        """A provision is needed again, from day ``on``. ``reason`` and ``purpose`` are codes; see ``lifecycle.again``."""
        moment = self._doing(by, UseCase.AGAIN)
        day = self._on(on, moment)
        need = Need(
            self._key(key),
            agreed=agreed and bounds.planned("de afspraak", agreed, moment.today),
            needed_from=needed_from and bounds.planned("de dag vanaf wanneer het nodig is", needed_from, moment.today),
            urgent=urgent,
            again=refuse_identifying(reason, "de reden"),
            purpose=purpose and refuse_identifying(purpose, "waarvoor"),
        )
        return self._decide(reference, moment, lambda case: lifecycle.again(case, need, moment, day, anyway=anyway))
