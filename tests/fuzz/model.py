"""What the guide promises, written a second time and simply: the fuzz compares the program with this.

Nothing here imports the domain's decisions; the graph is typed over from domain.md.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

DELIVERED, REFUSED, WITHDRAWN, WAITING, BLOCKED = "delivered", "refused", "withdrawn", "waiting", "blocked"
ENDED, HANDED_OVER = "ended", "handed_over"
CLOSED = (DELIVERED, WITHDRAWN, ENDED)
SHELTER = "emergency_shelter"  # needed from the day on which a place is lost
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
    """One provision as a person would keep it on paper: the round that counts. ``elsewhere``: settled by another municipality."""

    key: str
    round: int = 1
    status: str = BLOCKED
    urgent: bool = False
    started: bool = False
    waived: set[str] = field(default_factory=set)
    stops: list[Stop] = field(default_factory=list)
    ends: list[date] = field(default_factory=list)  # days on which somebody resumed, or an outcome came
    rungs: list[str] = field(default_factory=list)
    breached: bool = False
    cause: str | None = None
    elsewhere: bool = False

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
class Money:
    """An amount (euro) that was asked of the customised budget. ``state``: asked, approved, denied or lapsed."""

    number: int
    amount: int
    asker: str
    state: str = "asked"
    spent: int = 0

    def may_be_spent(self, amount: int) -> bool:
        """Whether so much of it may be paid out."""
        return self.state == "approved" and self.spent + amount <= self.amount


@dataclass
class Paper:
    """One client's case on paper. ``past``: what became of earlier rounds, by key and round. ``place``: the day on which the
    place to sleep is lost, as long as none was found; ``added``: whether the shelter was asked because of it.
    """

    reference: str
    brp: str
    present: set[str]
    promises: dict[str, Promise] = field(default_factory=dict)
    closed: bool = False
    director: str | None = None
    municipality: str = ""
    moving_to: str | None = None
    past: dict[tuple[str, int], str] = field(default_factory=dict)
    place: date | None = None
    added: bool = False
    money: list[Money] = field(default_factory=list)
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
        """At hand: present, registered (which is an address), or delivered, in any round: what was met once stays met."""
        delivered = any(status == DELIVERED for (earlier, _), status in self.past.items() if earlier == key)
        return key in self.present or delivered or (key in self.promises and self.promises[key].status == DELIVERED)

    def moves(self) -> None:
        """The other municipality takes it over: what is open goes on there as a round of its own, with a clock of its own;
        what is settled stays with the one before.
        """
        assert self.moving_to is not None
        self.municipality, self.moving_to, self.director = self.moving_to, None, None
        self.numbers.pop(None, None)
        for key, was in self.promises.items():
            if was.status in CLOSED:
                was.elsewhere = True
                continue
            self._next_round(key, HANDED_OVER)
            self.numbers.pop(key, None)
            new = self.promises[key]
            new.urgent, new.waived, new.started = was.urgent, was.waived, was.started
            new.status = WAITING if was.started else BLOCKED
        for money in self.money:
            if money.state == "asked":
                money.state = "lapsed"
        self.start_what_is_ready()

    def again(self, key: str) -> None:
        """It is needed again, also after the end; what was present stays so. Not because of a place, whatever was before."""
        was = self.promises.get(key)
        if was is None:
            self.promises[key] = Promise(key)
        else:
            self._next_round(key, was.status)
        self.closed = False
        self.numbers.pop(key, None)
        self.added = self.added and key != SHELTER
        self.start_what_is_ready()

    def loses_the_place(self, day: date, today: date) -> None:
        """Shelter is needed from then, unless it was asked for already."""
        known = self.place is not None and self.place >= today
        shelter = self.promises.get(SHELTER)
        if shelter is None:
            self.promises[SHELTER] = Promise(SHELTER)
        elif shelter.status in CLOSED:
            self._next_round(SHELTER, shelter.status)
        self.added = shelter is None or shelter.status in CLOSED or (known and self.added)
        self.place = day
        self.start_what_is_ready()

    def has_a_place(self) -> None:
        """It is kept, or another one was found: what was asked because of it is needed no more."""
        shelter = self.promises.get(SHELTER)
        if self.added and shelter is not None and shelter.status not in CLOSED:
            shelter.status = ENDED
        self.place, self.added = None, False

    def _next_round(self, key: str, became: str) -> None:
        was = self.promises[key]
        self.past[key, was.round] = became
        self.promises[key] = Promise(key, was.round + 1)

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
