"""The end of a case here: it goes to another municipality, or it is closed."""

from provisions import inputs
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.usecases.deciding import Deciding


class Ends(Deciding):
    """Moving away and closing."""

    def transfer(self, reference: str, municipality: str, *, by: str) -> Case:
        """The client moved to another municipality of the region."""
        moment = self._moment(by)
        to = inputs.known(municipality, self._config.organisation.municipalities, "gemeente")
        return self._decide(reference, moment, lambda case: lifecycle.transfer(case, to, moment))

    def close(self, reference: str, *, by: str) -> Case:
        """End a case."""
        moment = self._moment(by)
        return self._decide(reference, moment, lambda case: lifecycle.close(case, moment))
