"""The place to sleep is lost, kept, or another one is found."""

from datetime import date

from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle import bounds
from provisions.domain.rules import CodeList
from provisions.usecases.deciding import Deciding


class Places(Deciding):
    """What is known of the place where the client sleeps, and for how long."""

    def place_ends(self, reference: str, ends: date, *, kind: str, because: str, by: Actor) -> Case:
        """The client loses it on that day; ``kind`` and ``because`` are codes. See ``lifecycle.place_ends``."""
        moment = self._doing(by, UseCase.PLACE)
        day = bounds.planned("de dag waarop de plek ophoudt", ends, moment.today)
        what = self._coded(CodeList.PLACE_KIND, kind, "de soort plek") or ""
        why = self._coded(CodeList.PLACE_ENDS, because, "de reden") or ""
        return self._decide(reference, moment, lambda case: lifecycle.place_ends(case, day, what, why, moment))

    def place_kept(self, reference: str, *, by: Actor, until: date | None = None) -> Case:
        """The client keeps it, for good or until a day; see ``lifecycle.place_kept``."""
        moment = self._doing(by, UseCase.PLACE)
        day = until and bounds.planned("de dag tot wanneer de plek blijft", until, moment.today)
        return self._decide(reference, moment, lambda case: lifecycle.place_kept(case, moment, day))

    def place_found(self, reference: str, *, by: Actor, until: date | None = None) -> Case:
        """Another one was found, for good or until a day; see ``lifecycle.place_found``."""
        moment = self._doing(by, UseCase.PLACE)
        day = until and bounds.planned("de dag tot wanneer er een plek is", until, moment.today)
        return self._decide(reference, moment, lambda case: lifecycle.place_found(case, moment, day))
