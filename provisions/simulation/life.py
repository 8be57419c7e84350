"""One client's case, taken through the domain's own decisions, event by event, in simulated time.

Cases don't touch each other: a counter's queue is that of all its visitors, of whom these clients are very few, so how long
it takes is drawn and not queued for. Each case therefore has its own agenda of what is still to happen.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from uuid import NAMESPACE_OID, uuid5

from provisions.domain import deadlines, graph, lifecycle
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, ProvisionKey, Status, Suspension
from provisions.domain.deadlines import Situation
from provisions.domain.lifecycle import SYSTEM, AuditLine, Decision, Moment, Need
from provisions.domain.rules import Catalogue, Route
from provisions.domain.rungs import RungName
from provisions.simulation.agenda import Agenda
from provisions.simulation.counters import Counters
from provisions.simulation.known import Known
from provisions.simulation.mishaps import Mishaps
from provisions.simulation.plans import ClientPlan, NeedPlan

WHO = "simulatie"
GROUND = "simulatie: bewijslast achteraf"
# The hours (of the day in Amsterdam) at which things happen.
INTAKE, ANSWERED, STOPPED, DECIDED = (timedelta(hours=h) for h in (9, 10, 11, 12))
# What does not change when a rung is due: most of what happens to those who are late.
SCHEDULE_NOTHING = ("rung.answered", "rung.submitted")


@dataclass
class Life:
    """A case from intake to ``end`` (a moment in UTC). ``live()`` makes all of it happen.

    ``record``: the lines of the audit, each with its moment. ``known``: what was known of counters, and when.
    """

    plan: ClientPlan
    catalogue: Catalogue
    end: datetime
    case: Case = field(init=False)
    record: list[tuple[datetime, AuditLine]] = field(default_factory=list)
    known: Known = field(init=False)

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
        self.plans = {ProvisionKey(need.key): need for need in plan.needs}  # rounds follow as they come
        calendar = self.catalogue.calendar_of(plan.place)
        self.agenda = Agenda(calendar)
        self.known = Known(self)
        self.counters = Counters(self.agenda, calendar, self.known.is_done)
        self._mishaps = Mishaps(self)
        self._ahead: dict[ProvisionKey | None, datetime] = {}  # when the clock has something to do; None: for the case

    def live(self) -> "Life":
        """Let everything happen, in order."""
        self.agenda.at(self.plan.opened, INTAKE, self._takes_in)
        while (planned := self.agenda.next()) is not None and planned.at < self.end:
            if self.case.rests and not planned.clock and self.case.resting(day_of(planned.at)) is not None:
                self.agenda.hold(planned)
                continue
            decision = planned.act(planned.at)
            if decision is not None:
                self._carry_out(decision, planned.at)
        return self

    # --- what happens ------------------------------------------------------------------------------------------------

    def _takes_in(self, now: datetime) -> Decision:
        at_once = [_need(p, day_of(now)) for p in self.plan.needs if p.needed_on is None]
        for p in self.plan.needs:
            if p.needed_on is not None:
                self.agenda.at(p.needed_on, INTAKE, partial(self._needs_more, p))
        self._mishaps.expect()
        return lifecycle.open_case(self.case, at_once, self.moment(now))

    def _needs_more(self, plan: NeedPlan, now: datetime) -> Decision | None:
        if not self.may_ask(plan.key):
            return None
        return lifecycle.add(self.case, [_need(plan, day_of(now))], self.moment(now), day_of(now))

    def _time_passes(self, key: ProvisionKey | None, now: datetime) -> Decision | None:
        if self._ahead.get(key) != now:
            return None  # it was put off, or brought forward
        del self._ahead[key]
        moment = Moment(now, SYSTEM, self.catalogue)
        return lifecycle.tick_case(self.case, moment) if key is None else lifecycle.tick(self.case, key, moment)

    def _clock_stops(self, key: ProvisionKey, now: datetime) -> Decision | None:
        """Also of what was refused meanwhile: or else a slower counter, which had not refused yet, would gain the time."""
        if deadlines.clock_stopped_for_good(Situation.of(self.case, key, self.catalogue)):
            return None
        if self.known.was_delivered(key):
            return None  # there is nothing left to wait for, though nobody knows
        plan, day = self.plans[key], day_of(now)
        until = day + timedelta(days=plan.stopped_days)
        self.counters.stands_still(key, until, now)
        stop = Suspension(day, until, plan.stop_reason)
        return lifecycle.suspend(self.case, key, stop, self.moment(now), approved_by=None)

    def _table_answers(self, key: ProvisionKey, rung: RungName, now: datetime) -> Decision | None:
        if not self.case.provisions[key].status.is_open:
            return None
        table = self.plans[key].table(rung)
        self.counters.hurries(key, table.faster, now)
        return lifecycle.answer(self.case, key, rung, table.answer, self.moment(now))

    def _officer_decides(self, key: ProvisionKey, now: datetime) -> Decision | None:
        if not self.case.provisions[key].status.is_open:
            return None
        submitted = self.plans[key].table(RungName.MAATWERKLOKET).submitted
        return lifecycle.submit(self.case, key, submitted, GROUND, self.moment(now))

    def _director_waives(self, key: ProvisionKey, dependency: str, now: datetime) -> Decision | None:
        provision = self.case.provisions[key]
        if provision.status is not Status.BLOCKED:
            return None
        waiting = graph.unmet(self.catalogue.rule(key.key), self.case, provision)
        if not any(dependency in d.alternatives for d in waiting):
            return None
        return lifecycle.waive(self.case, key, dependency, GROUND, self.moment(now), day_of(now))

    # --- what follows from it ----------------------------------------------------------------------------------------

    def _carry_out(self, decision: Decision, now: datetime) -> None:
        self.case = decision.case
        moved: dict[ProvisionKey, None] = {}
        for line in decision.audit:
            self.record.append((now, line))
            self._mishaps.follow(line, now)
            if line.key is not None:
                self._follows(line.key, line, now)
            elif line.what in ("case.rested", "case.woken"):
                moved |= dict.fromkeys(self.case.provisions)
            if line.key is not None and line.what not in SCHEDULE_NOTHING:
                moved[line.key] = None
        for key in moved:  # also of what is blocked: something may be planned for it
            self.known.is_asked(key, now)
            self._look_ahead(key, lifecycle.next_at(self.case, key, self.moment(now)), now)
        if self.case.rests and self.case.rests[-1].woken is None:
            self._look_ahead(None, lifecycle.derive_case(self.case, self.moment(now)).next_at, now)

    def _follows(self, key: ProvisionKey, line: AuditLine, now: datetime) -> None:
        match line.what:
            case "provision.started":
                self._started(key, now)
            case "provision.no_longer_needed":
                self.counters.forget(key)
            case "rung.climbed":
                self._climbed(key, RungName(str(line.data["rung"])), now)
            case "rung.submitted" if line.data["submitted"]:
                wait = self.plans[key].table(RungName.MAATWERKLOKET).wait
                self.agenda.after(now, wait, ANSWERED, partial(self._table_answers, key, RungName.MAATWERKLOKET))

    def _started(self, key: ProvisionKey, now: datetime) -> None:
        """It is asked today, also when it turns out to have started before."""
        plan, provision = self.plans[key], self.case.provisions[key]
        start = max(deadlines.clock_event(provision) or day_of(now), day_of(now))
        self.counters.begins(key, start, plan.wait, plan.outcome, now)
        if plan.stops_after is not None:
            self.agenda.after(now, plan.stops_after, STOPPED, partial(self._clock_stops, key))

    def _climbed(self, key: ProvisionKey, rung: RungName, now: datetime) -> None:
        plan = self.plans[key]
        self.known.climbed(key, rung)
        if rung is RungName.MAATWERKLOKET:
            if self.case.municipality not in self.catalogue.automatic:
                self.agenda.after(now, 1, DECIDED, partial(self._officer_decides, key))
        elif rung.kind.is_table:
            self.agenda.after(now, plan.table(rung).wait, ANSWERED, partial(self._table_answers, key, rung))
        if rung is RungName.DOORBRAAKTAFEL and self.catalogue.rule(key.key).offers_waiver:
            for other in graph.dependents(key.key, self.case, self.catalogue.provisions):
                after = self.plans[other].waived_after
                if after is not None:
                    self.agenda.after(now, after, DECIDED, partial(self._director_waives, other, key.key))

    def _look_ahead(self, key: ProvisionKey | None, moment: datetime | None, now: datetime) -> None:
        """Note when the clock has something to do, as the domain says it."""
        if moment is None:
            self._ahead.pop(key, None)
            return
        at = max(moment, now)
        if self._ahead.get(key) != at:
            self._ahead[key] = at
            self.agenda.push(at, partial(self._time_passes, key), clock=True)

    # --- what is asked for -------------------------------------------------------------------------------------------

    def moment(self, now: datetime) -> Moment:
        """The moment of an act of a person."""
        return Moment(now, WHO, self.catalogue)

    def may_ask(self, key: str) -> bool:
        """Whether what ``key`` waits for is there or was asked: what nobody needs any more would never start it."""
        there = graph.there_or_asked(self.case)
        needed = graph.dependencies(self.catalogue.rule(key), self.case.brp, urgent=False)
        return all(there.intersection(dependency.alternatives) for dependency in needed)


def _need(plan: NeedPlan, on: date) -> Need:
    return Need(plan.key, agreed=plan.agreed(on), urgent=plan.urgent)
