"""The customised budget, for whoever may ask from it: the ledgers of the municipalities of one person."""

from provisions.access import UseCase
from provisions.access.rights import Reach
from provisions.usecases.seeing import Seeing
from provisions.views.budgets import Ledger, Ledgers


class SeeingBudgets(Seeing):
    """What somebody sees of the budgets."""

    def budgets(self, year: int | None = None) -> list[Ledger]:
        """The ledgers of this person's municipalities in ``year`` (the present one). Raises ``NotFound`` for whoever may not ask
        from any.
        """
        self.must(UseCase.BUDGET)
        reaches = self._config.rights.reaches(self.actor, UseCase.BUDGET, self._config.organisation.municipalities)
        return Ledgers(self._read, self._config, self._clock).of(reaches.get(Reach.MUNICIPALITY, ()), year)
