"""What the guide promises, written a second time and simply: the fuzz compares the program with this.

Nothing here imports the domain's decisions; the graph is typed over from domain.md.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

DELIVERED, REFUSED, WITHDRAWN, WAITING, BLOCKED = "delivered", "refused", "withdrawn", "waiting", "blocked"
CLOSED = (DELIVERED, WITHDRAWN)
ORDER = ("case_director", "doorbraaktafel", "regional", "maatwerkloket")
DATED = ("housing", "social_network")  # a date is agreed
APPLIED = ("benefit_decision", "debt_counselling")  # the application goes out at intake, whatever waits
NO_NATIONAL_DESK = ("social_network",)

Edges = dict[str, tuple[str, ...]]

_AFTER: Edges = {
    "postal_address": ("id_document",),
    "housing": ("id_document",),
    "benefit_decision": ("id_document",),
    "debt_counselling": ("id_document", "emergency_shelter|housing", "benefit_decision"),
    "health_insurance": ("id_document", "postal_address|housing"),
}
_UNREGISTERED: Edges = {"id_document": ("postal_address",), "postal_address": ()}
_REGISTERED: Edges = {"health_insurance": ("id_document",)}


def dependencies(key: str, brp: str, *, urgent: bool) -> tuple[str, ...]:
    """What ``key`` waits for."""
    if urgent and key == "debt_counselling":
        return ()
    turned = {"unregistered": _UNREGISTERED, "registered": _REGISTERED}.get(brp, _AFTER)
    return turned.get(key, _AFTER.get(key, ()))


@dataclass
class Stop:
    """A stopped clock."""

    start: date
    until: date
    resumed: date | None = None

    @property
    def end(self) -> date:
        return self.until if self.resumed is None else min(self.until, self.resumed)


@dataclass
class Promise:
    """One provision as a person would keep it on paper."""

    key: str
    status: str = BLOCKED
    urgent: bool = False
    started: bool = False
    waived: set[str] = field(default_factory=set)
    stops: list[Stop] = field(default_factory=list)
    ends: list[date] = field(default_factory=list)  # days on which somebody resumed, or an outcome came
    rungs: list[str] = field(default_factory=list)
    breached: bool = False
    cause: str | None = None

    def stopped_on(self, today: date) -> bool:
        """Whether its clock stands still today."""
        return self.status not in CLOSED and any(s.start <= today < s.end for s in self.stops)

    def still_days(self) -> set[date]:
        """The days that did not run: the days of stopping and of resuming did."""
        return {s.start + timedelta(days=n) for s in self.stops for n in range(1, (s.end - s.start).days)}

    def stop(self, start: date, until: date) -> None:
        """A stop, which ends on the first day after its start on which somebody resumed or an outcome came."""
        ends = [day for day in self.ends if start < day < until]
        self.stops.append(Stop(start, until, min(ends, default=None)))

    def resume(self, on: date) -> None:
        """Every stop that lasts on that day ends on it."""
        self.ends.append(on)
        for stop in self.stops:
            if stop.start <= on < stop.end:
                stop.resumed = on

    def settle(self, status: str, on: date, *, for_good: bool) -> None:
        """An outcome. Where the clock stopped for good, no stop begins after it."""
        self.status = status
        self.resume(on)
        for stop in self.stops:
            if for_good and stop.start > on:
                stop.resumed = stop.start


@dataclass
class Paper:
    """One client's case on paper."""

    reference: str
    brp: str
    present: set[str]
    promises: dict[str, Promise] = field(default_factory=dict)
    closed: bool = False
    director: str | None = None
    municipality: str = ""
    moving: bool = False
    rests: list[Stop] = field(default_factory=list)
    audit_lines: int = 0
    contact: str = "via_director"
    living: str = "unknown"
    numbers: dict[str | None, str | None] = field(
        default_factory=dict
    )  # of the municipality, and by provision of the counter

    def rests_on(self, today: date) -> bool:
        """Whether nothing of it runs today."""
        return any(s.start <= today < s.end for s in self.rests)

    def rest_days(self) -> set[date]:
        """The days that did not run, of all of it: the days of resting and of waking did."""
        return {s.start + timedelta(days=n) for s in self.rests for n in range(1, (s.end - s.start).days)}

    def need(self, key: str, *, urgent: bool, waived: set[str]) -> None:
        self.present.discard(key)
        self.promises[key] = Promise(key, urgent=urgent, waived=waived)

    def waits_for(self, promise: Promise) -> list[str]:
        """The dependencies that are not met."""
        wanted = dependencies(promise.key, self.brp, urgent=promise.urgent)
        return [d for d in wanted if d not in promise.waived and not any(map(self._is_there, d.split("|")))]

    def _is_there(self, key: str) -> bool:
        """At hand: present, registered (which is an address), or delivered."""
        return key in self.present or (key in self.promises and self.promises[key].status == DELIVERED)

    def start_what_is_ready(self) -> None:
        for promise in self.promises.values():
            if promise.status == BLOCKED and not self.waits_for(promise):
                promise.status, promise.started = WAITING, True


@dataclass
class Away:
    """Somebody is away, both days included, and another acts meanwhile."""

    director: str
    start: date
    until: date
    deputy: str

    def holds(self, today: date) -> bool:
        return self.start <= today <= self.until


def acts_for(director: str | None, away: list[Away], today: date) -> str | None:
    """Who acts today in the place of a director; nobody but the director when that is ``None``."""
    acting = director
    while (gone := next((a for a in away if a.director == acting and a.holds(today)), None)) is not None:
        acting = gone.deputy
    return None if acting == director else acting
