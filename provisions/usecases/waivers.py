"""Starting a provision without what it should wait for."""

from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle.waivers import OTHER
from provisions.domain.privacy import refuse_identifying
from provisions.usecases.deciding import Deciding


class Waivers(Deciding):
    """Deviations ("afwijking")."""

    def waive(
        self,
        reference: str,
        key: str,
        dependency: str,
        *,
        ground: str,
        by: Actor,
        on: date | None = None,
        because: str = OTHER,
    ) -> Case:
        """Start a provision without one of its dependencies ("afwijking"). ``because``: why, a code."""
        moment = self._doing(by, UseCase.WAIVE)
        ground = inputs.free_text(ground, "de grond van de afwijking")
        because = refuse_identifying(because, "de reden")
        dependency = self._dependency(dependency)
        asked, day = self._asked(key), self._on(on, moment)
        return self._decide(
            reference,
            moment,
            lambda case: lifecycle.waive(case, asked.of(case), dependency, ground, moment, day, because),
            about=asked,
        )
