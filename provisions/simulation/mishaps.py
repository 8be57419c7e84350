"""What else happens in a life: something is needed again, the client is out of sight, the place to sleep is lost."""

from datetime import datetime, timedelta
from functools import partial

from provisions.domain import lifecycle
from provisions.domain.calendar import ONE_DAY, day_of
from provisions.domain.case import Place, ProvisionKey
from provisions.domain.lifecycle import AuditLine, Decision, Need
from provisions.domain.rules import CodeList, OutcomeName
from provisions.simulation.lived import Lived
from provisions.simulation.plans import AgainPlan, PlacePlan, RestPlan

# The hours (of the day in Amsterdam) at which these are recorded.
ASKED, SETTLED = timedelta(hours=9), timedelta(hours=12)


class Mishaps:
    """Planned by :meth:`expect`, and by what happens: :meth:`follow`."""

    def __init__(self, life: Lived) -> None:
        self._life = life
        self._found: dict[str, int] = {}  # after how many working days a place is found, by the name of a warning

    def expect(self) -> None:
        """What the plan of the client has in store."""
        plan, agenda = self._life.plan, self._life.agenda
        for key, again in plan.again.items():
            agenda.from_day(
                plan.opened + timedelta(days=again.after), ASKED, partial(self._is_needed_again, key, again)
            )
        if plan.place_lost is not None:
            agenda.from_day(plan.place_lost.known, ASKED, partial(self._will_lose_the_place, plan.place_lost))
        if plan.rest is not None:
            agenda.from_day(plan.rest.start, SETTLED, partial(self._is_out_of_sight, plan.rest))

    def follow(self, line: AuditLine, now: datetime) -> None:
        """What comes of what happened."""
        life = self._life
        match line.what:
            case "provision.outcome" if line.data["outcome"] == OutcomeName.DELIVERED.value:
                assert line.key is not None, "an outcome is of a provision"  # noqa: S101
                self._is_there(line.key, now)
            case "warning.given" if str(line.data["name"]) in self._found:
                life.agenda.after(now, self._found[str(line.data["name"])], SETTLED, self._finds_a_place)
            case "case.woken":
                life.counters.rested(life.case.rests[-1].start, now)
                life.agenda.release(now)

    # --- needed again ------------------------------------------------------------------------------------------------

    def _is_there(self, key: ProvisionKey, now: datetime) -> None:
        again, delivered = self._life.plans[key].again, self._life.case.provisions[key].closed_on
        if again is not None and delivered is not None:
            day = max(delivered + timedelta(days=again.after), day_of(now) + ONE_DAY)
            self._life.agenda.from_day(day, ASKED, partial(self._is_needed_again, key.key, again))

    def _is_needed_again(self, key: str, again: AgainPlan, now: datetime) -> Decision | None:
        life, today = self._life, day_of(now)
        rounds = life.case.rounds(key)
        if any(one.status.is_open for one in rounds) or not life.may_ask(key):
            return None  # it is asked for already
        plan = again.need
        life.plans[ProvisionKey(key, max((one.round for one in rounds), default=0) + 1)] = plan
        need = Need(key, agreed=plan.agreed(today), again=again.reason)
        return lifecycle.again(life.case, need, life.moment(now), today)

    # --- the place to sleep ------------------------------------------------------------------------------------------

    def _will_lose_the_place(self, plan: PlacePlan, now: datetime) -> Decision | None:
        life, adds = self._life, self._life.catalogue.place.adds
        if not life.may_ask(adds):
            return None
        self._found.update(plan.found)
        # Which place, and why it ends, is counted nowhere: the first code of each will do.
        kind, because = (next(iter(life.catalogue.codes[of])) for of in (CodeList.PLACE_KIND, CodeList.PLACE_ENDS))
        ends = max(plan.ends, day_of(now))  # nobody knew it earlier of who was out of sight
        decision = lifecycle.place_ends(life.case, ends, kind, because, life.moment(now))
        lost: Place = decision.case.places[-1]
        if lost.added is not None:
            life.plans[ProvisionKey(adds, lost.added)] = plan.shelter
        return decision

    def _finds_a_place(self, now: datetime) -> Decision | None:
        life, lost = self._life, self._life.case.lost_place
        if lost is None:
            return None  # another found one before
        if lost.added is not None:
            shelter = life.case.provisions[ProvisionKey(life.catalogue.place.adds, lost.added)]
            if not shelter.status.is_open:
                return None  # there is a bed
        return lifecycle.place_found(life.case, life.moment(now))

    # --- out of sight ------------------------------------------------------------------------------------------------

    def _is_out_of_sight(self, plan: RestPlan, now: datetime) -> Decision | None:
        life = self._life
        if not any(provision.status.is_open for provision in life.case.provisions.values()):
            return None  # nobody is looking for him
        today = day_of(now)
        back = max(plan.back, today + ONE_DAY)
        life.agenda.from_day(back, ASKED, self._is_back, clock=True)
        return lifecycle.rest(life.case, plan.reason, life.moment(now), today)

    def _is_back(self, now: datetime) -> Decision | None:
        """Unless the rest has ended by itself."""
        if self._life.case.resting(day_of(now)) is None:
            return None
        return lifecycle.wake(self._life.case, self._life.moment(now), day_of(now))
