"""What chance has in store for each client, drawn before anything happens.

Every client and each of its provisions has a random stream of its own, and always draws the same things in the same order. So
a what-if differs only by what was changed (common random numbers): the client whose card would have taken five days gets it
in two and a half from a counter twice as fast, and everybody else's year stays what it was, to the day.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import NamedTuple, TypeVar

from provisions.domain.calendar import ONE_DAY, WorkingCalendar
from provisions.domain.case import Answer, Reason
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName
from provisions.simulation.scenario import Counter, Days, Group, Place, Scenario

T = TypeVar("T")


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
    """

    key: str
    needed_on: date | None
    agreed: date | None
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

    def table(self, rung: RungName) -> TablePlan:
        """What that table will answer."""
        return self.tables[rung]


class ClientPlan(NamedTuple):
    """One client: everything that follows is settled by this and the rules."""

    number: int
    place: str
    opened: date
    brp: Brp
    present: frozenset[str]
    needs: tuple[NeedPlan, ...]


class Stream:
    """Random numbers for one purpose; each call takes exactly one, whatever the scenario says."""

    def __init__(self, *purpose: object) -> None:
        self._random = Random("/".join(map(str, purpose)))  # noqa: S311 - a repeatable year, no secret

    def share(self) -> float:
        """A number above 0 and below 1."""
        return self._random.random() or 0.5

    def happens(self, chance: float) -> bool:
        """Whether something with that chance happens."""
        return self.share() < chance

    def pick(self, weights: Mapping[T, float]) -> T:
        """One of them, in proportion to the weights."""
        reached = self.share() * sum(weights.values())
        for option, weight in weights.items():
            found = option
            reached -= weight
            if reached < 0:
                break
        return found

    def whole_days(self, days: Days, speed: float = 1.0) -> int:
        """A number of days, rounded; never more at a higher ``speed``."""
        return math.floor(days.at(self.share()) / speed + 0.5)


class Draw:
    """All clients of one run of a scenario. ``seed`` and the number of the client settle everything."""

    def __init__(self, scenario: Scenario, seed: str) -> None:
        self.scenario = scenario
        self._seed = seed
        self._groups = {group.key: group.share for group in scenario.groups}
        self._places = {place.key: place.share for place in scenario.places}
        self._group = {group.key: group for group in scenario.groups}
        self._place = {place.key: place for place in scenario.places}
        self._open_days: dict[str, list[date]] = {}

    def number_of_clients(self) -> int:
        """How many clients come in the whole period."""
        lowest, highest = self.scenario.clients
        return lowest + int(Stream(self._seed, "clients").share() * (highest - lowest + 1))

    def client(self, number: int) -> ClientPlan:
        """What is in store for one client."""
        stream = Stream(self._seed, number)
        place = self._place[stream.pick(self._places)]
        days = self._days_of_intake(place.key)
        opened = days[int(stream.share() * len(days))]
        group = self._group[stream.pick(self._groups)]
        brp = stream.pick(group.brp)
        needs, present = [], set()
        always = self.scenario.always_needed.get(brp, frozenset())
        for key in self.scenario.catalogue.provisions:
            if not (group.needs.get(key) or group.later.get(key) or key in always):
                if key in group.otherwise_present:
                    present.add(key)
                continue
            need = self._need(Stream(self._seed, number, key), key, group, place, opened, brp)
            if need is not None:
                needs.append(need)
            elif key in group.otherwise_present:
                present.add(key)
        return ClientPlan(number, place.key, opened, brp, frozenset(present), tuple(needs))

    def _need(self, stream: Stream, key: str, group: Group, place: Place, opened: date, brp: Brp) -> NeedPlan | None:
        scenario = self.scenario
        counter = scenario.counters[key]
        now = stream.happens(group.needs.get(key, 0.0)) or key in scenario.always_needed.get(brp, ())
        later = stream.happens(group.later.get(key, 0.0))
        if not (now or later):
            return None
        later_day = opened + timedelta(days=max(1, stream.whole_days(group.later_after)))
        urgent = stream.happens(group.urgent.get(key, 0.0))
        wait = stream.whole_days(counter.days, counter.speed * place.speed.get(key, 1.0))
        outcome = _outcome(stream.share(), counter)
        after_refusal = _after_refusal(stream.share(), scenario)
        after_refusal_wait = max(1, stream.whole_days(scenario.after_refusal.days, counter.speed))
        stops = stream.happens(scenario.stopping.chance)
        stops_after = stream.whole_days(scenario.stopping.days)
        reason = stream.pick(scenario.stopping.reasons)
        waives = stream.happens(scenario.waiving.chance)
        waived_after = stream.whole_days(scenario.waiving.days)
        tables = {rung: self._table(stream, rung) for rung in self.scenario.tables}
        return NeedPlan(
            key=key,
            needed_on=None if now else later_day,
            agreed=None if counter.agreed_after is None else opened + timedelta(days=counter.agreed_after),
            urgent=urgent,
            wait=wait,
            outcome=outcome,
            after_refusal=after_refusal,
            after_refusal_wait=after_refusal_wait,
            stops_after=stops_after if stops else None,
            stopped_days=scenario.stopping.calendar_days,
            stop_reason=reason,
            waived_after=waived_after if waives else None,
            tables=tables,
        )

    def _table(self, stream: Stream, rung: RungName) -> TablePlan:
        table = self.scenario.tables[rung]
        wait = stream.whole_days(table.days)
        answer = stream.pick(table.answers)
        return TablePlan(wait, answer, table.faster.get(answer, 1.0), stream.happens(table.submitted))

    def _days_of_intake(self, place: str) -> list[date]:
        """The days on which somebody is there to take a client in."""
        if place not in self._open_days:
            first, last = self.scenario.first_week.monday, self.scenario.last_week.sunday
            self._open_days[place] = _working_days(self.scenario.catalogue.calendar_of(place), first, last)
        return self._open_days[place]


def _outcome(share: float, counter: Counter) -> OutcomeName:
    if share < counter.refused:
        return OutcomeName.REFUSED
    if share < counter.refused + counter.withdrawn:
        return OutcomeName.WITHDRAWN
    return OutcomeName.DELIVERED


def _after_refusal(share: float, scenario: Scenario) -> OutcomeName | None:
    after = scenario.after_refusal
    if share < after.delivered:
        return OutcomeName.DELIVERED
    return OutcomeName.WITHDRAWN if share < after.delivered + after.withdrawn else None


def _working_days(calendar: WorkingCalendar, first: date, last: date) -> list[date]:
    day, found = first, []
    while day <= last:
        if calendar.closed(day) is None:
            found.append(day)
        day += ONE_DAY
    return found
