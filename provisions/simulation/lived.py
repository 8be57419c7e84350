"""A life, as those see it who tell what happens in it."""

from datetime import datetime
from typing import Protocol

from provisions.domain.case import Case, ProvisionKey
from provisions.domain.lifecycle import Moment
from provisions.domain.rules import Catalogue
from provisions.simulation.agenda import Agenda
from provisions.simulation.counters import Counters
from provisions.simulation.plans import ClientPlan, NeedPlan


class Lived(Protocol):
    """What they read of it, and where they note what follows."""

    plan: ClientPlan
    catalogue: Catalogue
    case: Case
    plans: dict[ProvisionKey, NeedPlan]
    agenda: Agenda
    counters: Counters

    def moment(self, now: datetime) -> Moment:
        """The moment of an act of a person."""

    def may_ask(self, key: str) -> bool:
        """Whether a provision can be needed now."""
