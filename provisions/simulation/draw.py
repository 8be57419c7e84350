"""What chance has in store for each client, drawn before anything happens.

Every client and each of its provisions has a random stream of its own, and always draws the same things in the same order. So
a what-if differs only by what was changed (common random numbers): the client whose card would have taken five days gets it
in two and a half from a counter twice as fast, and everybody else's year stays what it was, to the day.
"""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from provisions.domain.calendar import ONE_DAY, WorkingCalendar
from provisions.domain.rules import Brp, OutcomeName
from provisions.domain.rungs import RungName
from provisions.simulation.plans import AgainPlan, ClientPlan, NeedPlan, PlacePlan, RestPlan, TablePlan
from provisions.simulation.reading import Days
from provisions.simulation.scenario import Counter, Group, Place, Scenario
from provisions.simulation.turns import Answering

T = TypeVar("T")
MOST_ROUNDS = 4  # of one provision: who loses the card a fifth time within two years is not in any scenario


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
            need = self._need(number, key, group, place, opened, brp)
            if need is not None:
                needs.append(need)
            elif key in group.otherwise_present:
                present.add(key)
        return ClientPlan(
            number=number,
            place=place.key,
            opened=opened,
            brp=brp,
            present=frozenset(present),
            needs=tuple(needs),
            again={key: again for key in sorted(present) if (again := self._again(number, key, 0, place)) is not None},
            place_lost=self._place_lost(number, group, place, opened),
            rest=self._rest(number, opened),
        )

    def _need(self, number: int, key: str, group: Group, place: Place, opened: date, brp: Brp) -> NeedPlan | None:
        """What becomes of a provision that is needed at intake or later; ``None`` where it is not."""
        scenario, stream = self.scenario, Stream(self._seed, number, key)
        now = stream.happens(group.needs.get(key, 0.0)) or key in scenario.always_needed.get(brp, ())
        later = stream.happens(group.later.get(key, 0.0))
        if not (now or later):
            return None
        later_day = opened + timedelta(days=max(1, stream.whole_days(group.later_after)))
        urgent = stream.happens(group.urgent.get(key, 0.0))
        plan = self._course(stream, key, place)
        return plan._replace(
            needed_on=None if now else later_day, urgent=urgent, again=self._again(number, key, 1, place)
        )

    def _course(self, stream: Stream, key: str, place: Place) -> NeedPlan:
        """What becomes of a round, once it is needed."""
        scenario, counter = self.scenario, self.scenario.counters[key]
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
        answering = scenario.answering
        by_link = stream.happens(answering.by_link)
        first, known = stream.share(), stream.share()
        ground = stream.pick(answering.grounds) if answering.grounds else None
        return NeedPlan(
            key=key,
            needed_on=None,
            agreed_after=counter.agreed_after,
            urgent=False,
            wait=wait,
            outcome=outcome,
            after_refusal=after_refusal,
            after_refusal_wait=after_refusal_wait,
            stops_after=stops_after if stops else None,
            stopped_days=scenario.stopping.calendar_days,
            stop_reason=reason,
            waived_after=waived_after if waives else None,
            tables=tables,
            by_link=by_link,
            first_answer=_days_until_known(answering.days, first, answering),
            known_after=_days_until_known(answering.days if by_link else answering.otherwise, known, answering),
            ground=ground,
        )

    def _again(self, number: int, key: str, before: int, place: Place) -> AgainPlan | None:
        """Whether what is there after round ``before`` (0: it was present) is needed again, and what becomes of it then."""
        again = self.scenario.again.get(key)
        if again is None or before > MOST_ROUNDS:
            return None
        stream = Stream(self._seed, number, key, "again", before)
        happens, after = stream.happens(again.chance), max(1, stream.whole_days(again.days))
        if not happens:
            return None
        need = self._course(Stream(self._seed, number, key, "round", before), key, place)
        return AgainPlan(after, again.reason, need._replace(again=self._again(number, key, before + 1, place)))

    def _place_lost(self, number: int, group: Group, place: Place, opened: date) -> PlacePlan | None:
        stream, lost = Stream(self._seed, number, "place"), group.place_lost
        if not stream.happens(lost.chance):
            return None
        ends = opened + timedelta(days=max(1, stream.whole_days(lost.after)))
        known = max(opened, ends - timedelta(days=stream.whole_days(lost.known)))
        found = {}
        for name, rule in self.scenario.found.items():
            # Of each warning a stream of its own: another chance of one says nothing of the others.
            of_warning = Stream(self._seed, number, "warning", name)
            happens, wait = of_warning.happens(rule.chance), of_warning.whole_days(rule.days)
            if happens:
                found[name] = wait
        shelter = self._course(Stream(self._seed, number, "shelter"), self.scenario.catalogue.place.adds, place)
        return PlacePlan(known, ends, shelter, found)

    def _rest(self, number: int, opened: date) -> RestPlan | None:
        stream, rest = Stream(self._seed, number, "rest"), self.scenario.out_of_sight
        if not stream.happens(rest.chance):
            return None
        start = opened + timedelta(days=max(1, stream.whole_days(rest.after)))
        back = start + timedelta(days=max(1, stream.whole_days(rest.days)))
        return RestPlan(start, back, stream.pick(rest.reasons))

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


def _days_until_known(days: Days, share: float, answering: Answering) -> int:
    """In whole working days, rounded."""
    return math.floor(min(days.at(share), answering.at_most) + 0.5)


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
