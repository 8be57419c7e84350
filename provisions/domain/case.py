"""A client's case and its provisions: what happened, as immutable data. No decision is made here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeVar
from uuid import UUID

from provisions.domain.rules import Brp, OutcomeName, Route
from provisions.domain.rungs import RungName

UNKNOWN, VIA_DIRECTOR = "unknown", "via_director"  # codes of config that hold while nobody says otherwise


class Status(StrEnum):
    """Where a provision stands. ``suspended`` is no status of its own: it is waiting or refused, with the clock stopped."""

    BLOCKED = "blocked"
    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"  # with its case, or because nobody needs it any more
    HANDED_OVER = "handed_over"  # to the municipality to which the client moved

    @property
    def is_open(self) -> bool:
        """Not closed: blocked, waiting or refused."""
        return self in (Status.BLOCKED, Status.WAITING, Status.REFUSED)


class Reason(StrEnum):
    """Why a clock may be stopped: a closed list (domain.md, rule 4)."""

    CLIENT_ASKS = "client_asks"
    CLIENT_DOCUMENTS = "client_documents"
    OTHER_BODY = "other_body"
    FORCE_MAJEURE = "force_majeure"

    @property
    def moves_statutory_terms(self) -> bool:
        """Whether Awb 4:15 knows this reason."""
        return self is not Reason.OTHER_BODY


class Answer(StrEnum):
    """What a table answered."""

    CUSTOMISED_BUDGET = "customised_budget"
    DEVIATION = "deviation"
    PRIORITY = "priority"
    OTHER_ROUTE = "other_route"
    BACK_TO_COUNTER = "back_to_counter"
    UNRESOLVED = "unresolved"


class Said(StrEnum):
    """What somebody who was asked by a message may say: a counter, a table (one of :class:`Answer`, or a question back), or
    whoever judges a submission.
    """

    SEEN = "seen"
    APPLIED = "applied"
    PROMISED = "promised"
    READY = "ready"
    DELIVERED = "delivered"
    REFUSED = "refused"
    OBSTACLE = "obstacle"
    CALL_ME = "call_me"
    CUSTOMISED_BUDGET = "customised_budget"
    DEVIATION = "deviation"
    PRIORITY = "priority"
    OTHER_ROUTE = "other_route"
    BACK_TO_COUNTER = "back_to_counter"
    UNRESOLVED = "unresolved"
    ASK_BACK = "ask_back"
    SUBMITTED = "submitted"
    NOT_SUBMITTED = "not_submitted"

    @property
    def asks(self) -> bool:
        """Whether the case director has something to do because of it, which nothing else on record says."""
        return self in (Said.READY, Said.OBSTACLE, Said.CALL_ME, Said.ASK_BACK)

    @property
    def breaks_promise(self) -> bool:
        """Whether a day that was promised before it holds no more."""
        return self in (Said.REFUSED, Said.OBSTACLE)


BY_COUNTER = (
    *(Said.SEEN, Said.APPLIED, Said.PROMISED, Said.READY, Said.DELIVERED, Said.REFUSED, Said.OBSTACLE, Said.CALL_ME),
)
AFTER_MOVE = (Said.SEEN, Said.CALL_ME)  # of a counter of the municipality that the client moved away from
BY_TABLE = (*(Said(answer.value) for answer in Answer), Said.ASK_BACK)
BY_OFFICER = (Said.SUBMITTED, Said.NOT_SUBMITTED)


class ProvisionKey(NamedTuple):
    """Which provision of a case: ``key`` as in the catalogue, and the round (ronde), 1 for the first time it was needed.

    >>> str(ProvisionKey("id_document")), str(ProvisionKey("id_document", 2))
    ('id_document', 'id_document#2')
    """

    key: str
    round: int = 1

    def __str__(self) -> str:
        return self.key if self.round == 1 else f"{self.key}#{self.round}"

    @property
    def in_address(self) -> str:
        """As an address and a row have it: ``id_document``, ``id_document~2`` for a later round."""
        return self.key if self.round == 1 else f"{self.key}~{self.round}"


@dataclass(frozen=True)
class Suspension:
    """The clock was stopped on day ``start``, to resume by itself on day ``until``.

    ``resumed``: the day on which somebody had it run again, or ``until`` once its end was noted. An outcome ends a
    suspension too: when the clock really ran again is for ``Provision.stops``.
    """

    start: date
    until: date
    reason: Reason
    resumed: date | None = None

    @property
    def resumed_by_hand(self) -> date | None:
        """The day on which somebody had the clock run again before ``until``."""
        return self.resumed if self.resumed is not None and self.resumed < self.until else None


class Stop(NamedTuple):
    """A time in which the clock stood still: from the day of suspending (``start``) to the day on which it ran again."""

    start: date
    end: date
    reason: Reason


@dataclass(frozen=True)
class Rest:
    """The case was at rest ("uit beeld") from day ``start``, and is until day ``until`` at the latest. ``reason``: a code of
    config. ``woken``: the day on which it ran again, ``None`` while that is not noted.
    """

    start: date
    reason: str
    until: date
    woken: date | None = None

    @property
    def end(self) -> date:
        """The day on which it ran again, or will at the latest."""
        return self.woken or self.until


def rest_spans(rests: Iterable[Rest], outcomes: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """When nothing ran, of a provision with outcomes on these days: one of them ends a rest that began before it, as a stop."""
    days = tuple(outcomes)
    return tuple((r.start, min([r.end, *(day for day in days if day > r.start)])) for r in rests)


@dataclass(frozen=True)
class Agreement:
    """The date ``day``, agreed on day ``on``."""

    day: date
    on: date


@dataclass(frozen=True)
class NeededFrom:
    """It was needed from ``day`` (``None``: at once), until that changed on day ``until``."""

    day: date | None
    until: date


@dataclass(frozen=True)
class Waiver:
    """Started without a dependency ("afwijking"). ``dependency`` as in the rule: ``a`` or ``a|b``; ``code``: why, of config."""

    dependency: str
    on: date
    code: str = "other"


@dataclass(frozen=True)
class Rung:
    """A rung that was climbed. ``due`` is the moment (UTC) on which it had to be.

    ``taken_over``: it was climbed in the municipality before, in the round that this one continues, and is not climbed twice.
    """

    name: RungName
    due: datetime
    climbed: datetime
    message: str
    answer: Answer | None = None
    submitted: bool | None = None
    taken_over: bool = False


@dataclass(frozen=True)
class FollowUp:
    """Something to do after something that happened, due on day ``due``.

    ``reminded``: the director heard of it when it was due; ``reminded_again``: and once more, because it was not done.
    """

    name: str
    due: date
    done: date | None = None
    lapsed: bool = False
    reminded: bool = False
    reminded_again: bool = False

    @property
    def is_open(self) -> bool:
        """Still to be done."""
        return self.done is None and not self.lapsed


@dataclass(frozen=True)
class CaseFollowUp(FollowUp):
    """Something to do about the case as a whole; it belongs to no provision."""


class Asked(StrEnum):
    """What became of something that a second person was asked."""

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    LAPSED = "lapsed"


@dataclass(frozen=True)
class Approval:
    """What one person asked and another decides on (four eyes): ``A-17`` is ``number`` 17.

    ``act``: what is asked (``provisions.domain.approvals``); ``key`` and ``round``: of which provision, where it is about one;
    ``data``: days (ISO) and codes, never free text. Moments are UTC. ``asked_again``: the others were asked once more.
    """

    number: int
    act: str
    data: Mapping[str, str]
    asked_by: str
    asked_at: datetime
    key: str | None = None
    round: int | None = None
    state: Asked = Asked.ASKED
    decided_by: str | None = None
    decided_at: datetime | None = None
    asked_again: bool = False

    @property
    def of(self) -> "ProvisionKey | None":
        """The provision that it is about, ``None`` when it is about the case."""
        return ProvisionKey(self.key, self.round or 1) if self.key else None


class BudgetKind(StrEnum):
    """What a line of the ledger of the customised budget (maatwerkbudget) says."""

    ASKED = "asked"
    APPROVED = "approved"
    DENIED = "denied"
    LAPSED = "lapsed"
    SPENT = "spent"
    RETURNED = "returned"
    CORRECTED = "corrected"


@dataclass(frozen=True)
class BudgetLine:
    """One line of that ledger, of day ``on``. ``number``: of what was asked, as people say it after ``B-``.

    ``amount``: euro cents; of a correction what was really spent in all. ``year``: whose money it is, by the day of asking until
    that of approval. ``municipality``: whose budget. ``why`` and ``what``: codes of the catalogue. ``key`` and ``round``: for
    which provision, where it is for one. ``approval``: under which number a second person was asked. ``first``: asked outside
    office hours, to be spent first and seen afterwards.
    """

    number: int
    kind: BudgetKind
    amount: int
    on: date
    year: int
    municipality: str
    why: str
    what: str
    approval: int
    key: str | None = None
    round: int | None = None
    first: bool = False


@dataclass(frozen=True)
class Milestone:
    """A dated fact that is no outcome (mijlpaal): ``name`` as in the catalogue, of day ``on``."""

    name: str
    on: date


@dataclass(frozen=True)
class Cause:
    """Why it is not there yet: ``code`` of the catalogue, as was said on day ``on``."""

    code: str
    on: date


@dataclass(frozen=True)
class Reply:
    """What somebody who was asked said on day ``on``. ``receiver``: who that is, by function and never a person
    (``loket-burgerzaken``).

    ``named``: the day that was named with it. ``amount`` (euro cents), ``purpose`` and ``spent_on`` (codes): what a table gave
    with a budget. ``because``: why a submission is made or not (a code); ``checked``: whether the Maatwerkregister was looked
    at. ``handled``: the day on which somebody took up what asks for it (``Said.asks``). ``reminded``: whoever promised that
    day was reminded of it, or named it for the very day.
    """

    receiver: str
    said: Said
    on: date
    named: date | None = None
    amount: int | None = None
    purpose: str | None = None
    spent_on: str | None = None
    because: str | None = None
    checked: bool | None = None
    handled: date | None = None
    reminded: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it still waits for the case director."""
        return self.said.asks and self.handled is None


class Desk(StrEnum):
    """A desk to which a person submits, after which it works on it too."""

    MAATWERKLOKET = "maatwerkloket"  # the national one
    CENTRAL = "central_desk"  # the region's, for a place to sleep


@dataclass(frozen=True)
class Warned:
    """Somebody was warned beforehand (voorwaarschuwing) of day ``day``: ``name`` as in the catalogue, ``sent`` the moment (UTC).
    ``to_judge``: whoever was warned decides whether the region's central desk is asked; ``submitted``: what was decided.

    ``message``: its letter; ``None`` when none was sent any more, because a higher one was at that moment or the day had come.
    """

    name: str
    day: date
    sent: datetime
    message: str | None = None
    to_judge: bool = False
    submitted: bool | None = None


@dataclass(frozen=True)
class Signalled:
    """A signal was given about what is promised for the very day: ``name`` as in the catalogue, of day ``day`` (of a night: that
    of its morning), ``sent`` the moment (UTC).

    ``message``: its letter; ``None`` for a night that the letter of a later one counts in, and for what was too late to say.
    """

    name: str
    day: date
    sent: datetime
    message: str | None = None


@dataclass(frozen=True)
class Living:
    """Where the client slept since day ``on`` (a code), whether that place was to be lost within three months (``None``: not
    known), and which long-term care there was (a code), as was said until something else was.
    """

    situation: str
    losing_place: bool | None
    wlz: str
    on: date


def lived_on(lived: Sequence[Living], day: date) -> Living | None:
    """What was said to be so on ``day``, of what was said in order; ``None`` before the first."""
    return next((one for one in reversed(lived) if one.on <= day), None)


class PlaceState(StrEnum):
    """What became of a place to sleep that was to be lost."""

    ENDS = "ends"  # on its day it is lost, or was
    KEPT = "kept"
    FOUND = "found"  # another one was found in time, or later


@dataclass(frozen=True)
class Place:
    """A place to sleep that the client loses on day ``ends``: of which ``kind``, and why (``because``; codes of the catalogue).

    ``on``: the day on which that was recorded; ``settled_on``: that on which it was kept, or another was found. ``added``: the
    round of shelter that is needed because of it, ``None`` where one was open already.
    """

    ends: date
    kind: str
    because: str
    on: date
    state: PlaceState = PlaceState.ENDS
    settled_on: date | None = None
    added: int | None = None


@dataclass(frozen=True)
class Outcome:
    """An outcome, dated ``on``, recorded at moment ``recorded`` (UTC). ``undone`` once the provision was reopened.

    ``without_place``: the client sleeps outside all the same; it outlives the fields that said so.
    """

    name: OutcomeName
    on: date
    recorded: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    undone: bool = False
    without_place: bool = False


@dataclass(frozen=True)
class Provision:
    """One provision of one case.

    ``round``: 1 the first time it is needed; ``purpose``: what this round is for (a code of the catalogue); ``again``: why it is
    needed again (a code). ``needed_on``: the day of intake, or of adding. ``started_on``: the day on which the clock started,
    ``None`` while blocked. ``agreed_on``: the day on which ``agreed`` was agreed; ``earlier_agreements``: those before it, in
    the order in which they were recorded. ``reopened_on``: the day of the last reopening; outcomes before it don't count any
    more. ``breached_on``: D+1 of a promise that was broken before its date changed (other rules, a move): that breach stays.
    ``late_noted``: the D+1 whose passing was noted by the clock. ``ended_on``: the day on which it ended without an outcome,
    with its case or by a move; ``taken_over_by``: who goes on with it (a code). ``continues``: the number of the round of the
    municipality before, which this one took over; ``municipality``: to which it belongs, where that is not the one that has the
    case now. ``urgent_since``: the day on which it
    became urgent, ``None`` when it was so from the beginning; ``urgent_because``: why (a code). ``asked_on``: the day on which
    the counter was first asked, ``None`` where it was not, or where that was not noted; ``asked_at``: of what is promised for the
    very day, the moment (UTC) of that; ``their_number``: what it calls this.
    ``earlier_needed``: from when it was needed before that changed. ``statutory_as_before``: recorded by a version that knew
    no milestones; its statutory term counts as it did then, until a milestone says otherwise.
    """

    key: str
    needed_on: date
    round: int = 1
    purpose: str | None = None
    again: str | None = None
    status: Status = Status.BLOCKED
    urgent: bool = False
    urgent_since: date | None = None
    urgent_because: str | None = None
    needed_from: date | None = None
    agreed: date | None = None
    agreed_on: date | None = None
    applied_on: date | None = None
    asked: bool = False
    asked_on: date | None = None
    asked_at: datetime | None = None
    their_number: str | None = None
    started_on: date | None = None
    reopened_on: date | None = None
    breached_on: date | None = None
    late_noted: date | None = None
    ended_on: date | None = None
    taken_over_by: str | None = None
    continues: int | None = None
    municipality: str | None = None
    statutory_as_before: bool = False
    suspensions: tuple[Suspension, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    rungs: tuple[Rung, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    causes: tuple[Cause, ...] = ()
    earlier_agreements: tuple[Agreement, ...] = ()
    earlier_needed: tuple[NeededFrom, ...] = ()
    warnings: tuple[Warned, ...] = ()
    signals: tuple[Signalled, ...] = ()
    replies: tuple[Reply, ...] = ()

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """When the clock stood still, as follows from the days of all facts: an outcome ends each stop that began before its
        day, whichever of the two was recorded first.
        """
        days = sorted(outcome.on for outcome in self.outcomes)
        return tuple(
            Stop(
                s.start,
                min([s.until, s.resumed or s.until, *(day for day in days if day > s.start)]),
                s.reason,
            )
            for s in self.suspensions
        )

    @cached_property
    def agreements(self) -> tuple[Agreement, ...]:
        """Every agreed date, by the day on which it was agreed; the last one holds."""
        if self.agreed is None:
            return ()
        last = Agreement(self.agreed, self.agreed_on or self.needed_on)
        return (*sorted(self.earlier_agreements, key=lambda a: a.on), last)

    @property
    def id(self) -> ProvisionKey:
        """Which provision of the case this is."""
        return ProvisionKey(self.key, self.round)

    @property
    def outcome(self) -> Outcome | None:
        """The outcome in force, ``None`` while there is none or after a reopening."""
        return next((o for o in reversed(self.outcomes) if not o.undone), None)

    @property
    def closed_on(self) -> date | None:
        """The day of the closing outcome (delivered or withdrawn), or the day on which it ended without one."""
        if self.status.is_open:
            return None
        return self.ended_on or (self.outcome.on if self.outcome else None)

    def milestone(self, name: str) -> date | None:
        """The day of that milestone, ``None`` while it is not known."""
        return next((m.on for m in self.milestones if m.name == name), None)

    @property
    def cause(self) -> str | None:
        """Why it is not there yet, as was said last."""
        return self.causes[-1].code if self.causes else None

    @property
    def promise(self) -> Reply | None:
        """The promise of the counter that holds: the last one, unless it said later that it will not be."""
        for reply in reversed(self.replies):
            if reply.said.breaks_promise:
                return None
            if reply.said is Said.PROMISED:
                return reply
        return None

    @property
    def promised(self) -> date | None:
        """The day that the counter named, which moves nothing."""
        return self.promise.named if self.promise else None

    def rung(self, name: RungName) -> Rung | None:
        """The rung of that name, when it was climbed."""
        return next((rung for rung in self.rungs if rung.name is name), None)

    def waived(self, dependency: str) -> bool:
        """Whether ``dependency`` (as in the rule) was waived."""
        return any(w.dependency == dependency for w in self.waivers)


class Handover(NamedTuple):
    """A handover (overdracht) of a case from municipality ``was`` to ``to``, begun on day ``since``: the day of the move.

    ``accepted``: the day on which ``to`` took it over, ``None`` while the case stands with both.
    """

    was: str
    to: str
    since: date
    accepted: date | None = None


@dataclass(frozen=True)
class Case:
    """A client's case (traject).

    ``id`` is random: it stands in addresses and in the ids of messages, so that neither tells the reference. ``act`` counts
    what people did with the case. ``living``: where the client sleeps, ``wlz``: which long-term care there is, ``contact``: how
    contact goes (codes); ``losing_place``: whether the place is lost within three months, ``None`` while that is not known.
    ``living_on``: the day on which these three were last said, ``None`` when that was the day of intake; ``earlier_living``: what
    was said of them before, in the order in which it was recorded.
    ``own_number``: what the municipality calls the case. ``present``: provisions that were there already at intake.
    ``earlier_brp``: what was known of the register before, by the day (ISO) until which it was so. ``follow_ups``: what is to
    be done about the case as a whole. ``notes_kept_on``: the day on which its notes and grounds
    were last said to be needed for longer. ``approvals``: what a second person was asked, by number. ``budget``: what was asked
    and spent of the customised budget, line by line. ``rests``: when it was at rest, in order. ``places``: those that were to be
    lost, in the order in which that was recorded.
    ``handover_with``: the other municipality of the last handover (see ``handover``), and ``handover_director``
    its director.
    """

    id: UUID
    reference: str
    municipality: str
    route: Route
    brp: Brp
    opened: date
    director: str | None = None
    closed: date | None = None
    end_reason: str | None = None
    living: str = UNKNOWN
    losing_place: bool | None = None
    wlz: str = UNKNOWN
    living_on: date | None = None
    contact: str = VIA_DIRECTOR
    own_number: str | None = None
    handover_with: str | None = None
    handover_director: str | None = None
    handover_since: date | None = None
    handover_accepted: date | None = None
    present: frozenset[str] = frozenset()
    earlier_brp: Mapping[str, str] = field(default_factory=dict)
    provisions: Mapping[ProvisionKey, Provision] = field(default_factory=dict)
    follow_ups: tuple[CaseFollowUp, ...] = ()
    notes_kept_on: date | None = None
    approvals: tuple[Approval, ...] = ()
    budget: tuple[BudgetLine, ...] = ()
    rests: tuple[Rest, ...] = ()
    earlier_living: tuple[Living, ...] = ()
    places: tuple[Place, ...] = ()
    act: int = 0

    @property
    def lived(self) -> tuple[Living, ...]:
        """Where the client slept, each from a day on, in order; the last one holds."""
        return (*self.earlier_living, Living(self.living, self.losing_place, self.wlz, self.living_on or self.opened))

    @cached_property
    def brp_known(self) -> tuple[tuple[date, Brp], ...]:
        """What was known of the register, each from a day on, in order."""
        return brp_known(self.opened, self.brp, self.earlier_brp)

    @property
    def lost_place(self) -> Place | None:
        """The place that is or will be lost, as long as it was not kept and none was found; the day may be past."""
        last = self.places[-1] if self.places else None
        return last if last is not None and last.state is PlaceState.ENDS else None

    def place_ends(self, today: date) -> date | None:
        """The day, ``today`` or later, on which the client loses the place to sleep."""
        lost = self.lost_place
        return lost.ends if lost is not None and lost.ends >= today else None

    def goes_on_as(self, key: ProvisionKey) -> "Provision":
        """The last round that continues round ``key`` (by handovers): itself, where it was never handed over."""
        found = self.provisions[key]
        for other in self.rounds(key.key):
            if other.continues == found.round:
                found = other
        return found

    def resting(self, today: date) -> Rest | None:
        """The rest that lasts on ``today``: the case is out of sight, and nothing of it runs."""
        last = self.rests[-1] if self.rests else None
        return last if last is not None and last.woken is None and today < last.until else None

    @property
    def handover(self) -> Handover | None:
        """The last handover, ``None`` when there was none or it was declined. Until it is accepted the case has the old one."""
        if self.handover_with is None or self.handover_since is None:
            return None
        if self.handover_accepted is None:
            return Handover(self.municipality, self.handover_with, self.handover_since)
        return Handover(self.handover_with, self.municipality, self.handover_since, self.handover_accepted)

    @property
    def handover_pending(self) -> Handover | None:
        """The handover that was begun and not accepted or declined yet."""
        found = self.handover
        return found if found is not None and found.accepted is None else None

    def municipality_of(self, key: ProvisionKey | None) -> str:
        """To which municipality a round (``None``: the case) belongs: that of the case, unless it stayed with the one before."""
        found = None if key is None else self.provisions.get(key)
        return found.municipality if found is not None and found.municipality is not None else self.municipality

    def director_in(self, municipality: str) -> str | None:
        """The case director for one of the municipalities of the last handover (a code); ``None`` where none is known."""
        if municipality == self.handover_with:
            return self.handover_director
        return self.director if municipality == self.municipality else None

    def rounds(self, key: str) -> tuple[Provision, ...]:
        """All rounds of the provision called ``key``, oldest first; empty when it was never needed."""
        return tuple(sorted((p for p in self.provisions.values() if p.key == key), key=lambda p: p.round))

    def latest(self, key: str) -> Provision | None:
        """The last round of the provision called ``key``."""
        return max((p for p in self.provisions.values() if p.key == key), key=lambda p: p.round, default=None)

    def beside(self, provision: Provision, key: str) -> Provision | None:
        """The round of ``key`` that goes with ``provision``: the last; of what is over, the last that was needed before its end,
        or not later than it was needed itself.

        What is needed again later changes nothing of an earlier round. On the day of its end both may be needed again: that is
        of the next one, which may be over on that day too.
        """
        rounds, over, day = self.rounds(key), provision.closed_on, provision.needed_on
        then = [r for r in rounds if over is None or r.needed_on < over or r.needed_on <= day] or list(rounds[:1])
        return then[-1] if then else None

    def with_provision(self, provision: Provision) -> "Case":
        """This case with ``provision`` in place of the one with its key."""
        return changed(self, provisions={**self.provisions, provision.id: provision})


Whole = TypeVar("Whole", Case, Provision)


def changed(record: Whole, **values: object) -> Whole:
    """``dataclasses.replace`` for a case or a provision, in a tenth of the time: what is set in place is taken over as it is."""
    new = object.__new__(type(record))
    there = record.__dict__
    new.__dict__.update({name: there[name] for name in record.__dataclass_fields__}, **values)
    return new


def brp_known(opened: date, brp: Brp, earlier: Mapping[str, str]) -> tuple[tuple[date, Brp], ...]:
    """What was known of the register, each from a day on: ``earlier`` until the day that is its key, then ``brp``."""
    ends = sorted(earlier)
    values = [*(Brp(earlier[day]) for day in ends), brp]
    return tuple(zip([opened, *map(date.fromisoformat, ends)], values, strict=True))
