"""What came to be known of a provision besides its outcome."""

from datetime import date

from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.privacy import refuse_identifying
from provisions.usecases.deciding import Deciding


class Facts(Deciding):
    """Milestones."""

    def milestone(self, reference: str, key: str, name: str, *, by: str, on: date | None = None) -> Case:
        """A dated fact that is no outcome; see ``lifecycle.milestone``."""
        moment = self._moment(by)
        asked, day = self._asked(key), self._on(on, moment)
        name = refuse_identifying(name, "de mijlpaal").strip()
        return self._decide(
            reference, moment, lambda case: lifecycle.milestone(case, asked.of(case), name, moment, day)
        )
