"""One client's case, taken through the domain's own decisions, event by event, in simulated time.

Cases don't touch each other: a counter's queue is that of all its visitors, of whom these clients are very few, so how long
it takes is drawn and not queued for. Each case therefore has its own queue of what is still to happen.
"""

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from provisions.domain import deadlines, graph, lifecycle
from provisions.domain.calendar import ONE_DAY, day_of, first_moment
from provisions.domain.case import Case, ProvisionKey, Status, Suspension
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle import AuditLine, Decision, Moment, Need
from provisions.domain.rules import Catalogue, OutcomeName, ProvisionRule, Route
from provisions.domain.rungs import RungName
from provisions.simulation.draw import ClientPlan, NeedPlan

WHO = "simulatie"
GROUND = "simulatie: bewijslast achteraf"
# The hours (of the day in Amsterdam) at which things happen: one can't answer in the morning what is asked in the afternoon.
INTAKE, ANSWERED, STOPPED, DECIDED, OUTCOME = (timedelta(hours=h) for h in (9, 10, 11, 12, 15))
# What does not change when a rung is due: most of what happens to those who are late.
SCHEDULE_NOTHING = ("rung.answered", "rung.submitted")

Act = Callable[[datetime], Decision | None]


@dataclass
class Life:
    """A case from intake to ``end`` (a moment in UTC). ``live()`` makes all of it happen.

    ``record``: what the audit says of rungs, with the moment; their answers have no day elsewhere.
    """

    plan: ClientPlan
    catalogue: Catalogue
    end: datetime
    case: Case = field(init=False)
    record: list[tuple[datetime, AuditLine]] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.plan
        reference = f"SIM-{plan.opened.year}-{plan.number:05}"
        self.case = Case(
            uuid5(NAMESPACE_OID, reference),
            reference,
            plan.place,
            Route.VOLUNTARY,
            plan.brp,
            plan.opened,
            present=plan.present,
        )
        self._plans = {ProvisionKey(need.key): need for need in plan.needs}
        self._calendar = self.catalogue.calendar_of(plan.place)
        self._queue: list[tuple[datetime, int, Act]] = []
        self._pushed = 0
        self._ahead: dict[ProvisionKey, datetime] = {}  # when the clock has something to do, by provision
        self._finish: dict[ProvisionKey, tuple[date, OutcomeName]] = {}  # when the counter is done, by provision
        self._still: dict[ProvisionKey, date] = {}  # until when the counter stands still, by provision

    def live(self) -> "Life":
        """Let everything happen, in order."""
        self._at(self.plan.opened, INTAKE, self._takes_in)
        while self._queue:
            now, _, act = heapq.heappop(self._queue)
            if now >= self.end:
                break
            decision = act(now)
            if decision is not None:
                self._carry_out(decision, now)
        return self

    # --- what happens ------------------------------------------------------------------------------------------------

    def _takes_in(self, now: datetime) -> Decision:
        at_once = [_need(p) for p in self.plan.needs if p.needed_on is None]
        for p in self.plan.needs:
            if p.needed_on is not None:
                self._at(p.needed_on, INTAKE, partial(self._needs_more, p))
        return lifecycle.open_case(self.case, at_once, self._moment(now))

    def _needs_more(self, plan: NeedPlan, now: datetime) -> Decision:
        return lifecycle.add(self.case, [_need(plan)], self._moment(now), day_of(now))

    def _time_passes(self, key: ProvisionKey, now: datetime) -> Decision | None:
        if self._ahead.get(key) != now:
            return None  # it was put off, or brought forward
        del self._ahead[key]
        return lifecycle.tick(self.case, key, self._moment(now))

    def _counter_is_done(self, key: ProvisionKey, planned: tuple[date, OutcomeName], now: datetime) -> Decision | None:
        if self._finish.get(key) != planned:
            return None  # a table hurried it, or the clock was stopped
        del self._finish[key]
        day, name = planned
        fields = _required_fields(self.catalogue.rule(key.key), name, day)
        decision = lifecycle.record_outcome(self.case, key, name, self._moment(now), day, fields)
        plan = self._plans[key]
        if name is OutcomeName.REFUSED and plan.after_refusal is not None:
            self._finishes(key, self._calendar.add_working_days(day, plan.after_refusal_wait), plan.after_refusal, now)
        return decision

    def _clock_stops(self, key: ProvisionKey, now: datetime) -> Decision | None:
        """Also of what was refused meanwhile: or else a slower counter, which had not refused yet, would gain the time."""
        if deadlines.clock_stopped_for_good(Situation.of(self.case, key, self.catalogue)):
            return None
        plan, pending, day = self._plans[key], self._finish.get(key), day_of(now)
        until = day + timedelta(days=plan.stopped_days)
        self._still[key] = until
        if pending is not None:
            lost = self._calendar.working_days_between(day, until)
            self._finishes(key, self._calendar.add_working_days(pending[0], lost), pending[1], now)
        stop = Suspension(day, until, plan.stop_reason)
        return lifecycle.suspend(self.case, key, stop, self._moment(now), approved_by=None)

    def _table_answers(self, key: ProvisionKey, rung: RungName, now: datetime) -> Decision | None:
        if not self.case.provisions[key].status.is_open:
            return None
        table, pending, day = self._plans[key].table(rung), self._finish.get(key), day_of(now)
        if pending is not None and table.faster > 1:
            goes_on = max(day, self._still.get(key, day))
            left = self._calendar.working_days_between(goes_on, pending[0])
            sooner = self._calendar.add_working_days(goes_on, math.ceil(left / table.faster))
            self._finishes(key, min(sooner, pending[0]), pending[1], now)
        return lifecycle.answer(self.case, key, rung, table.answer, self._moment(now))

    def _officer_decides(self, key: ProvisionKey, now: datetime) -> Decision | None:
        if not self.case.provisions[key].status.is_open:
            return None
        submitted = self._plans[key].table(RungName.MAATWERKLOKET).submitted
        return lifecycle.submit(self.case, key, submitted, GROUND, self._moment(now))

    def _director_waives(self, key: ProvisionKey, dependency: str, now: datetime) -> Decision | None:
        provision = self.case.provisions[key]
        if provision.status is not Status.BLOCKED:
            return None
        waiting = graph.unmet(self.catalogue.rule(key.key), self.case, provision)
        if not any(dependency in d.alternatives for d in waiting):
            return None
        return lifecycle.waive(self.case, key, dependency, GROUND, self._moment(now), day_of(now))

    # --- what follows from it ----------------------------------------------------------------------------------------

    def _carry_out(self, decision: Decision, now: datetime) -> None:
        self.case = decision.case
        for line in decision.audit:
            if line.key is not None:
                if line.what.startswith("rung."):
                    self.record.append((now, line))
                self._follows(line.key, line, now)
        moved = {line.key for line in decision.audit if line.what not in SCHEDULE_NOTHING}
        for key in moved:  # also of what is blocked: something may be planned for it
            if key is not None:
                self._look_ahead(key, now)

    def _follows(self, key: ProvisionKey, line: AuditLine, now: datetime) -> None:
        match line.what:
            case "provision.started":
                self._started(key, now)
            case "rung.climbed":
                self._climbed(key, RungName(str(line.data["rung"])), now)
            case "rung.submitted" if line.data["submitted"]:
                wait = self._plans[key].table(RungName.MAATWERKLOKET).wait
                self._after(now, wait, ANSWERED, partial(self._table_answers, key, RungName.MAATWERKLOKET))

    def _started(self, key: ProvisionKey, now: datetime) -> None:
        plan, provision = self._plans[key], self.case.provisions[key]
        start = deadlines.clock_event(provision) or day_of(now)
        self._finishes(key, self._calendar.add_working_days(start, plan.wait), plan.outcome, now)
        if plan.stops_after is not None:
            self._after(now, plan.stops_after, STOPPED, partial(self._clock_stops, key))

    def _climbed(self, key: ProvisionKey, rung: RungName, now: datetime) -> None:
        plan = self._plans[key]
        if rung is RungName.MAATWERKLOKET:
            if self.case.municipality not in self.catalogue.automatic:
                self._after(now, 1, DECIDED, partial(self._officer_decides, key))
        elif rung.kind.is_table:
            self._after(now, plan.table(rung).wait, ANSWERED, partial(self._table_answers, key, rung))
        if rung is RungName.DOORBRAAKTAFEL and self.catalogue.rule(key.key).offers_waiver:
            for other in graph.dependents(key.key, self.case, self.catalogue.provisions):
                after = self._plans[other].waived_after
                if after is not None:
                    self._after(now, after, DECIDED, partial(self._director_waives, other, key.key))

    def _look_ahead(self, key: ProvisionKey, now: datetime) -> None:
        """Note when the clock has something to do, as the domain says it."""
        moment = lifecycle.next_at(self.case, key, self._moment(now))
        if moment is None:
            self._ahead.pop(key, None)
            return
        at = max(moment, now)
        if self._ahead.get(key) != at:
            self._ahead[key] = at
            self._push(at, partial(self._time_passes, key))

    # --- the queue ---------------------------------------------------------------------------------------------------

    def _finishes(self, key: ProvisionKey, day: date, name: OutcomeName, now: datetime) -> None:
        """The counter will be done on ``day``, but never while the clock stands still: an outcome would let it run again."""
        still = self._still.get(key)
        if still is not None and day < still:
            day = self._calendar.add_working_days(still - ONE_DAY, 1)
        planned = (day, name)
        self._finish[key] = planned
        self._push(max(first_moment(day) + OUTCOME, now), partial(self._counter_is_done, key, planned))

    def _after(self, now: datetime, working_days: int, hour: timedelta, act: Act) -> None:
        today = day_of(now)
        if working_days == 0 and self._calendar.closed(today):
            working_days = 1  # a rung falls due in the weekend; people answer on Monday
        self._push(max(first_moment(self._calendar.add_working_days(today, working_days)) + hour, now), act)

    def _at(self, day: date, hour: timedelta, act: Act) -> None:
        self._push(first_moment(day) + hour, act)

    def _push(self, at: datetime, act: Act) -> None:
        self._pushed += 1  # of what happens at the same moment, the first noted goes first
        heapq.heappush(self._queue, (at, self._pushed, act))

    def _moment(self, now: datetime) -> Moment:
        return Moment(now, WHO, self.catalogue)


def _need(plan: NeedPlan) -> Need:
    return Need(plan.key, agreed=plan.agreed, urgent=plan.urgent)


def _required_fields(rule: ProvisionRule, name: OutcomeName, day: date) -> Mapping[str, str]:
    """The fields without which that outcome can't be recorded, with any answer: nothing is counted by them."""
    found = {}
    for f in rule.fields:
        if name not in f.required_for:
            continue
        match f.kind:
            case "choice":
                found[f.name] = next(choice.value for choice in f.choices if choice.value not in f.refuse)
            case "yes_no":
                found[f.name] = "yes"
            case _:
                found[f.name] = day.isoformat()
    return found
