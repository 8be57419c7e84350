"""What was agreed: a date, or something to do afterwards."""

from datetime import date

from provisions import inputs
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.privacy import refuse_identifying
from provisions.usecases.deciding import Deciding


class Agreements(Deciding):
    """Agreed dates and follow-ups."""

    def agree(self, reference: str, key: str, day: date, *, by: str) -> Case:
        """A (new) agreed date."""
        moment = self._moment(by)
        key, day = self._key(key), inputs.possible(day, "de afspraak")
        return self._decide(reference, moment, lambda case: lifecycle.agree(case, key, day, moment))

    def settle_follow_up(self, reference: str, key: str, name: str, *, by: str, on: date | None = None) -> Case:
        """A follow-up is done."""
        moment = self._moment(by)
        key, day = self._key(key), self._on(on, moment)
        name = refuse_identifying(name, "de vervolgactie")
        return self._decide(reference, moment, lambda case: lifecycle.settle_follow_up(case, key, name, moment, day))
