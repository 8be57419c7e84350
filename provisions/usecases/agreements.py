"""What was agreed: a date, or something to do afterwards."""

from datetime import date

from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle import bounds
from provisions.domain.privacy import refuse_identifying
from provisions.inputs import WHOLE_CASE
from provisions.usecases.deciding import Deciding


class Agreements(Deciding):
    """Agreed dates and follow-ups."""

    def agree(self, reference: str, key: str, day: date, *, by: Actor, on: date | None = None) -> Case:
        """A (new) agreed date, agreed on day ``on``."""
        moment = self._doing(by, UseCase.AGREE)
        asked, day, agreed_on = self._asked(key), bounds.planned("de afspraak", day, moment.today), self._on(on, moment)
        return self._decide(
            reference, moment, lambda case: lifecycle.agree(case, asked.of(case), day, moment, agreed_on), about=asked
        )

    def settle_follow_up(self, reference: str, key: str, name: str, *, by: Actor, on: date | None = None) -> Case:
        """A follow-up is done: of a provision, or of the case as a whole where ``key`` is the word for that."""
        moment, of_case = self._doing(by, UseCase.FOLLOW_UP), key.strip().lower() == WHOLE_CASE
        name, day = refuse_identifying(name, "de vervolgactie"), self._on(on, moment)
        if of_case:
            return self._decide(reference, moment, lambda case: lifecycle.settle_for_case(case, name, moment, day))
        asked = self._asked(key)
        return self._decide(
            reference,
            moment,
            lambda case: lifecycle.settle_follow_up(case, asked.of(case), name, moment, day),
            about=asked,
        )
