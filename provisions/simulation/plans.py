"""What is in store for a client, as it was drawn; what happens follows from it and from the rules."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from provisions.domain.case import Answer, Reason
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName


class TablePlan(NamedTuple):
    """What a table will answer, after ``wait`` working days, and how many times faster the counter then goes."""

    wait: int
    answer: Answer
    faster: float
    submitted: bool


class NeedPlan(NamedTuple):
    """What will become of one provision. Waits are working days, from the day on which its cause happens.

    ``needed_on``: the day of the need when that is not the intake. ``after_refusal``: ``None`` when it stays refused.
    ``stops_after``: ``None`` when its clock is never stopped. ``waived_after``: ``None`` when nobody deviates.
    ``agreed_after``: calendar days from the need until the date that is agreed. ``by_link``: whether the counter answers by the
    link; ``first_answer``: how long after it was asked it does so, ``known_after``: how long after it was done that is known;
    ``ground``: why it refuses (a code). ``again``: what follows once it is there.
    """

    key: str
    needed_on: date | None
    agreed_after: int | None
    urgent: bool
    wait: int
    outcome: OutcomeName
    after_refusal: OutcomeName | None
    after_refusal_wait: int
    stops_after: int | None
    stopped_days: int
    stop_reason: Reason
    waived_after: int | None
    tables: Mapping[RungName, TablePlan]
    by_link: bool = False
    first_answer: int = 0
    known_after: int = 0
    ground: str | None = None
    again: "AgainPlan | None" = None

    def agreed(self, on: date) -> date | None:
        """The date that is agreed when it is needed from day ``on``; ``None`` where none is."""
        return None if self.agreed_after is None else on + timedelta(days=self.agreed_after)

    def table(self, rung: RungName) -> TablePlan:
        """What that table will answer."""
        return self.tables[rung]


class AgainPlan(NamedTuple):
    """What is there is needed again ``after`` so many calendar days, for a reason (a code), and what becomes of that."""

    after: int
    reason: str
    need: NeedPlan


class PlacePlan(NamedTuple):
    """The place to sleep is lost on day ``ends``, which is known since day ``known``. ``shelter``: what becomes of the shelter
    that is needed then; ``found``: after how many working days a place is found because of a warning, by the name of it.
    """

    known: date
    ends: date
    shelter: NeedPlan
    found: Mapping[str, int]


class RestPlan(NamedTuple):
    """The client is out of sight from day ``start`` until day ``back``, for a reason (a code)."""

    start: date
    back: date
    reason: str


class ClientPlan(NamedTuple):
    """One client: everything that follows is settled by this and the rules. ``again``: of what was present, by provision."""

    number: int
    place: str
    opened: date
    brp: Brp
    present: frozenset[str]
    needs: tuple[NeedPlan, ...]
    again: Mapping[str, AgainPlan] = {}
    place_lost: PlacePlan | None = None
    rest: RestPlan | None = None
