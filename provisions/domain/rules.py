"""The rules as data: what ``config/provisions.toml`` says, in the types that the domain decides with.

``provisions.catalogue`` reads and validates the file; nothing here knows TOML.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from provisions.domain.calendar import OfficeHours, WorkingCalendar
from provisions.domain.rungs import RungName
from provisions.domain.terms import Term


class Brp(StrEnum):
    """Whether the client is registered in the Basisregistratie Personen."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    UNKNOWN = "unknown"


class Route(StrEnum):
    """The route by which partners may share (fivoor, "Gegevensdeling"). No legal basis by itself."""

    VOLUNTARY = "voluntary"
    CONDITIONAL = "conditional"
    WVGGZ = "wvggz"
    WZD = "wzd"
    BEMOEIZORG = "bemoeizorg"


class Promise(StrEnum):
    """What the guide promises within the target."""

    DELIVERY = "delivery"
    DECISION = "decision"


class Anchor(StrEnum):
    """From where a rung's term is counted."""

    START = "start"  # the day on which the clock of the provision started
    DUE = "due"  # the due date D
    DOORBRAAKTAFEL = "doorbraaktafel"  # the moment of that rung


class OutcomeName(StrEnum):
    """What became of a provision."""

    DELIVERED = "delivered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Dependency:
    """One edge of the graph: met when any of ``alternatives`` (provision keys) is met. ``str()`` is ``a|b``."""

    alternatives: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> "Dependency":
        """Read ``id_document`` or ``emergency_shelter|housing``."""
        return cls(tuple(part.strip() for part in text.split("|")))

    def __str__(self) -> str:
        return "|".join(self.alternatives)

    def called(self, name: Callable[[str], str]) -> str:
        """As people read it, with ``name`` of each side: "opvang of passende huisvesting"."""
        return " of ".join(name(key) for key in self.alternatives)


@dataclass(frozen=True)
class RungRule:
    """When one rung is due: the first moment of the day after ``after``, counted from ``anchor``.

    With ``before`` instead, the first moment of the last working day before D (a reminder). ``not_before`` is a second
    term that must have passed since the doorbraaktafel.
    """

    name: RungName
    anchor: Anchor = Anchor.DUE
    after: Term | None = None
    before: bool = False
    roll: bool = True
    not_before: Term | None = None
    only_long_targets: bool = False  # a reminder: only where the target is a week or more

    @property
    def is_reminder(self) -> bool:
        """A reminder is dropped when it would come too late."""
        return not self.name.kind.is_table


@dataclass(frozen=True)
class MilestoneRule:
    """A dated fact that is no outcome (mijlpaal): ``name`` for programs, ``title`` (Dutch) for people."""

    name: str
    title: str


@dataclass(frozen=True)
class MilestoneRef:
    """A milestone as a rule names it: one of the provision itself, or ``of`` another one. ``str()`` is ``of.name``."""

    name: str
    of: str | None = None

    @classmethod
    def parse(cls, text: str) -> "MilestoneRef":
        """Read ``applied`` or ``benefit_decision.applied``."""
        first, dot, last = text.partition(".")
        return cls(last, first) if dot else cls(first)

    def __str__(self) -> str:
        return f"{self.of}.{self.name}" if self.of else self.name


@dataclass(frozen=True)
class Statutory:
    """A statutory outer term, beside the target and never instead of it.

    ``begins``: the milestone from which it runs; ``None``: the application, as we sent it. ``until``: the milestone that
    ends it, besides the outcome. ``presumed``: the term that is presumed from the day we asked until the milestone is known;
    ``None`` where nothing can be presumed.
    """

    term: Term
    article: str
    roll: bool = True
    begins: MilestoneRef | None = None
    until: MilestoneRef | None = None
    presumed: Term | None = None
    fine: "Fine | None" = None


@dataclass(frozen=True)
class Fine:
    """What it costs when a statutory term passes: ``amount`` as people read it, of which ``year``, by which ``source``."""

    amount: str
    year: int
    source: str


@dataclass(frozen=True)
class PenaltyStep:
    """What a penalty for deciding late costs for so many days: ``amount`` a day, as people read it."""

    days: int
    amount: str


_TWO_WEEKS = Term.parse("2 weken")


@dataclass(frozen=True)
class NoticeRule:
    """What a notice of default (ingebrekestelling) means in days: ``after`` the day of receipt it begins to cost, for ``days``
    at most. ``steps``: what it costs then, of which ``year``, by which ``source``; none where the municipality named none.
    """

    after: Term = _TWO_WEEKS
    roll: bool = True
    days: int = 42
    article: str = "Awb art. 4:17"
    steps: tuple[PenaltyStep, ...] = ()
    year: int = 0
    source: str = ""


class TriggerKind(StrEnum):
    """What makes a follow-up planned."""

    OUTCOME = "outcome"
    REQUESTED = "requested"  # the counter was asked
    STARTED = "started"  # the clock started
    WAIVED = "waived"  # it started without one of its dependencies
    MILESTONE = "milestone"


@dataclass(frozen=True)
class Trigger:
    """What makes a follow-up planned; ``which``: the outcome, the milestone, or the code of the waiver (``None``: any)."""

    kind: TriggerKind
    which: str | None = None

    def met_by(self, kind: TriggerKind, which: str | None) -> bool:
        """Whether this is what happened."""
        return self.kind is kind and self.which in (None, which)


@dataclass(frozen=True)
class FollowUpRule:
    """Something to do after something that happened.

    Due ``after`` the day of its ``trigger``; or on the day in form field ``on_field`` (or ``working_days_before`` it); without
    that field's value, ``after``. ``from_field``: the field whose day ``after`` is counted from, where that was filled in;
    ``only_if``: a field and the value with which it is planned.
    ``repeat`` makes a new one each time it is done. One of an outcome lasts while that is in force; one of a request or a start
    until there is an outcome. ``until``: milestones that end it; ``unless_settled`` names another provision that ends it: when
    that was present, or by one of the outcomes ``ended_by``.
    """

    name: str
    title: str
    trigger: Trigger
    after: Term | None = None
    from_field: str | None = None
    only_if: tuple[str, str] | None = None
    until: tuple[MilestoneRef, ...] = ()
    on_field: str | None = None
    working_days_before: int = 0
    repeat: bool = False
    unless_settled: str | None = None
    ended_by: frozenset[OutcomeName] = frozenset({OutcomeName.DELIVERED, OutcomeName.WITHDRAWN})


class CaseTrigger(StrEnum):
    """What makes a follow-up planned that belongs to no provision."""

    RESTED = "rested"  # the case was put at rest
    NOTES_END = "notes_end"  # notes or grounds are forgotten soon: the yearly review


@dataclass(frozen=True)
class CaseFollowUpRule:
    """Something to do about a case as a whole: due each of the terms ``after`` from the day of its ``trigger``.

    ``every``: from the last of those on, each time this has passed, for as long as its reason lasts.
    """

    name: str
    title: str
    trigger: CaseTrigger
    after: tuple[Term, ...]
    every: Term | None = None


@dataclass(frozen=True)
class Choice:
    """One answer in a form: ``value`` for programs, ``label`` (Dutch) for people.

    ``without_place``: whoever gets this has no place to sleep, whatever the outcome is called.
    """

    value: str
    label: str
    without_place: bool = False


@dataclass(frozen=True)
class FieldRule:
    """A field of the outcome form. ``kind``: ``choice``, ``date`` or ``yes_no``; never free text.

    ``outcomes``: for which outcomes the field may be given; ``required_for``: for which it must.
    ``refuse``: values that are no outcome at all, each with the Dutch reason (guide 1.1: "ga naar gemeente A").
    """

    name: str
    title: str
    kind: str
    help: str = ""
    choices: tuple[Choice, ...] = ()
    outcomes: frozenset[OutcomeName] = frozenset(OutcomeName)
    required_for: frozenset[OutcomeName] = frozenset()
    past: bool = False  # a day on which something happened: never one to come
    refuse: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Purpose:
    """What a round is for (``--for``), such as a bed. ``agreed_after``: the agreed date when none is given, from the need.
    ``after``: what such a round starts after, where that is not what the provision starts after.
    """

    value: str
    label: str
    agreed_after: Term | None = None
    after: tuple[Dependency, ...] | None = None


class CodeList(StrEnum):
    """The lists of codes in ``config/provisions.toml``, each a reason or kind that people choose instead of writing it."""

    AGAIN = "again"
    CAUSE = "cause"
    WAIVER = "waiver"
    URGENT = "urgent"
    CONTACT = "contact"
    WITHDRAWN = "withdrawn"
    DECLINE = "decline"
    REST = "rest"
    TAKEOVER = "takeover"
    LIVING = "living"
    WLZ = "wlz"
    ANNOUNCED = "announced"
    JUDGED = "judged"
    BUDGET_WHY = "budget_why"
    BUDGET_WHAT = "budget_what"
    PLACE_KIND = "place_kind"
    PLACE_ENDS = "place_ends"


class WarningTo(StrEnum):
    """Whom a warning is for."""

    CASE_DIRECTOR = "case_director"
    DOORBRAAKTAFEL = "doorbraaktafel"
    ESCALATION_TABLE = "escalation_table"  # of the municipality or the region
    CENTRAL_DESK = "central_desk"  # of the region; else the portfolio holder of the municipality
    STANDBY = "standby"

    @property
    def optional(self) -> bool:
        """Whether there may be none."""
        return self in (WarningTo.ESCALATION_TABLE, WarningTo.CENTRAL_DESK)


@dataclass(frozen=True)
class WarningRule:
    """A warning before a day that is known beforehand (voorwaarschuwing): ``before`` in working days, from the first moment of
    that day or ``at`` a time (Amsterdam); without ``before`` at once. ``title``: what it is called, in Dutch.
    """

    name: str
    title: str
    to: WarningTo
    before: int | None = None
    at: time | None = None


class SignalAbout(StrEnum):
    """What a signal says of what is promised for the very day."""

    UNANSWERED = "unanswered"  # the counter was asked and does not answer
    ARRIVED = "arrived"  # is the client there?
    NIGHT = "night"  # another night without a place


class SignalTo(StrEnum):
    """Whom a signal is for."""

    CASE_DIRECTOR = "case_director"
    TEAM_LEADS = "team_leads"
    STANDBY = "standby"


@dataclass(frozen=True)
class SignalRule:
    """A signal about what is promised for the very day, which is counted in hours; it is no rung. ``title``: what it says, in
    Dutch.

    Due ``after`` so many office hours from the asking, or ``at`` a time (Amsterdam) of the day; with ``next_day`` of the day
    after. What is about a night is so every morning.
    """

    name: str
    title: str
    about: SignalAbout
    to: tuple[SignalTo, ...]
    after: int | None = None
    at: time | None = None
    next_day: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a person is proposed to ask for when the client loses the place to sleep: provision ``key``, for a ``purpose`` (a
    code) or ``urgent`` (why: a code). ``kinds``: only of these kinds of place; empty: of all.
    """

    key: str
    purpose: str | None = None
    urgent: str | None = None
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PlaceRule:
    """What follows when the client loses the place to sleep: provision ``adds`` is needed from that day, and if it was there
    before it is so again for ``reason`` (a code). ``proposals``: of one provision the first that fits is made.
    """

    adds: str = "emergency_shelter"
    reason: str = "place_lost"
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True)
class EndRule:
    """A reason for which a case ends (domain.md, "What happens in a life", rule 10).

    ``ends_open``: what is open ends with it; ``takeover``: who takes over is asked per open provision; ``approval``: another
    person approves; ``counts``: whether the case stays in the figures; ``may_return``: whether something can be needed again
    afterwards, which opens the case again. No breach falls after the day of an end.
    """

    name: str
    label: str
    ends_open: bool = False
    takeover: bool = False
    approval: bool = False
    counts: bool = True
    may_return: bool = True


@dataclass(frozen=True)
class BudgetRule:
    """The customised budget (maatwerkbudget) of a municipality, in euro cents: how much there is each year (``years``: of a
    year that differs), up to how much a colleague decides, and how much may be spent first outside office hours.
    """

    each_year: int
    colleague: int
    first: int
    years: Mapping[int, int] = field(default_factory=dict)

    def of(self, year: int) -> int:
        """The amount of a year."""
        return self.years.get(year, self.each_year)


@dataclass(frozen=True)
class Variant:
    """What differs for some clients (unregistered, registered) or when urgent."""

    after: tuple[Dependency, ...] | None = None
    target: Term | None = None
    statutory: tuple[Statutory, ...] = ()


@dataclass(frozen=True)
class ProvisionRule:
    """One provision of the catalogue.

    ``target`` is ``None`` where a date is agreed. ``applies_at_intake``: the application goes to the counter at intake,
    also while the provision is blocked (domain.md, rule 2).
    """

    key: str
    name: str
    guide: str
    promise_text: str
    target: Term | None
    roll: bool
    promise: Promise
    after: tuple[Dependency, ...]
    counter: str
    ladder: tuple[RungRule, ...]
    municipal: bool = False
    applies_at_intake: bool = False
    statutory: tuple[Statutory, ...] = ()
    milestones: tuple[MilestoneRule, ...] = ()
    follow_ups: tuple[FollowUpRule, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    variants: Mapping[str, Variant] = field(default_factory=dict)  # "registered", "unregistered", "urgent"
    needed_from: bool = False  # may be needed from a known future day
    standby: bool = False  # what can't wait for the morning: outside office hours who is on duty hears of it
    tells_director: bool = False  # the case director is told when it is delivered
    several: bool = False  # more than one round may be open at once
    purposes: tuple[Purpose, ...] = ()
    ends_by_moving: bool = False  # another municipality decides on it anew
    offers_waiver: bool = False  # when late or refused, the case director is offered the waiver for each dependent

    @property
    def same_day(self) -> bool:
        """Whether it is promised for the very day, as shelter is."""
        return self.target is not None and self.target.count == 0

    @property
    def needs_agreed_date(self) -> bool:
        """Whether the promise is a date agreed with the client."""
        return self.target is None

    def milestone(self, name: str) -> MilestoneRule | None:
        """The milestone of that name, ``None`` when the catalogue has none for this provision."""
        return next((m for m in self.milestones if m.name == name), None)

    def purpose(self, value: str | None) -> Purpose | None:
        """What a round is for, ``None`` when ``value`` is none of the catalogue's."""
        return next((p for p in self.purposes if p.value == value), None)

    def called(self, round_number: int, purpose: str | None) -> str:
        """The Dutch name of one of its rounds: "identiteitsbewijs (2)", "bijzondere bijstand (2, kleding)"."""
        told = [str(round_number)] if round_number > 1 else []
        told += [known.label] if (known := self.purpose(purpose)) else []
        return f"{self.name} ({', '.join(told)})" if told else self.name

    @property
    def edges(self) -> tuple[Dependency, ...]:
        """Each that it waits for, for some clients or purposes at least."""
        others = [*(v.after for v in self.variants.values()), *(p.after for p in self.purposes)]
        every = [*self.after, *(edge for after in others for edge in after or ())]
        return tuple({str(edge): edge for edge in every}.values())

    @property
    def may_wait_for(self) -> frozenset[str]:
        """The keys of all that it waits for, for some clients or purposes at least."""
        return frozenset(key for edge in self.edges for key in edge.alternatives)

    @property
    def may_be_urgent(self) -> bool:
        """Whether ``--urgent`` means something for this provision."""
        return "urgent" in self.variants


class ZaakMode(StrEnum):
    """Who makes the zaak of a provision: we open it, or we follow one that the counter made."""

    OPEN = "open"
    FOLLOW = "follow"


@dataclass(frozen=True)
class ResultRule:
    """What a resultaat of the case system means here, with the provision's own fields where these belong to it."""

    outcome: OutcomeName
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ZaakRule:
    """How a provision is a zaak in the case system of a municipality.

    ``zaaktype``: its identification in the catalogus; ``code``: how the provision is called in a zaaknummer. ``results``: by
    the name (``omschrijving``) of a resultaat what it means; ``unmapped``: those about which a person decides. ``withdrawn``:
    the name of the resultaat with which we close what is not needed any more, ``None`` where the counter does that.
    """

    municipality: str
    key: str
    zaaktype: str
    mode: ZaakMode
    code: str
    results: Mapping[str, ResultRule]
    unmapped: tuple[str, ...] = ()
    withdrawn: str | None = None


@dataclass(frozen=True)
class Catalogue:
    """All rules together. ``calendar`` has the closing days of no municipality in particular.

    ``calendars`` has one calendar per municipality key; ``tables`` which of the optional tables each municipality has;
    ``automatic`` those that agreed with the national desk on automatic submission. ``letters_wait``: how long letters about
    what was not recorded in the shell wait for second thoughts; ``overview_at``: when the overviews of the day go (Amsterdam).
    """

    provisions: Mapping[str, ProvisionRule]
    calendar: WorkingCalendar
    calendars: Mapping[str, WorkingCalendar]
    tables: Mapping[str, frozenset[RungName]] = field(default_factory=dict)
    automatic: frozenset[str] = frozenset()
    office_hours: Mapping[str, OfficeHours] = field(default_factory=dict)
    codes: Mapping[CodeList, Mapping[str, str]] = field(default_factory=dict)  # code → what people read
    ends: Mapping[str, EndRule] = field(default_factory=dict)
    case_follow_ups: tuple[CaseFollowUpRule, ...] = ()
    # A notice of default is shown and decides nothing, and so do the moments at which letters leave: no change of rules.
    notice: NoticeRule = field(default=NoticeRule(), compare=False)
    place: PlaceRule = PlaceRule()
    # What may be asked of the budget moves no day of what is recorded.
    budgets: Mapping[str, BudgetRule] = field(default_factory=dict, compare=False)
    warnings: tuple[WarningRule, ...] = ()
    # By municipality, whom of the optional ones a warning reaches there.
    warned: Mapping[str, frozenset[WarningTo]] = field(default_factory=dict)
    signals: tuple[SignalRule, ...] = ()
    # Whether the region has one: then who is warned for it decides whether it is asked.
    central_desk: bool = False
    # When letters leave decides nothing else: changing it is no change of rules.
    letters_wait: timedelta = field(default=timedelta(minutes=5), compare=False)
    overview_at: time = field(default=time(7, 30), compare=False)
    # By municipality and provision. Whether a zaak is made decides nothing of the provision either.
    zaken: Mapping[tuple[str, str], ZaakRule] = field(default_factory=dict, compare=False)

    @property
    def uncounted(self) -> frozenset[str]:
        """The ends that take a case out of every figure."""
        return frozenset(name for name, end in self.ends.items() if not end.counts)

    @property
    def nights(self) -> frozenset[str]:
        """The signals that tell of a night without a place."""
        return frozenset(rule.name for rule in self.signals if rule.about is SignalAbout.NIGHT)

    def case_follow_up(self, name: str) -> CaseFollowUpRule | None:
        """The follow-up of that name that belongs to no provision, ``None`` when there is none."""
        return next((rule for rule in self.case_follow_ups if rule.name == name), None)

    def rule(self, key: str) -> ProvisionRule:
        """The rule of ``key``, which must exist (use cases validate keys first)."""
        return self.provisions[key]

    def named(self, dependency: Dependency) -> str:
        """The Dutch name of what is waited for, such as "opvang of passende huisvesting"."""
        return dependency.called(lambda key: self.rule(key).name)

    def has_rung(self, rung: RungName, municipality: str) -> bool:
        """Whether a municipality has this rung at all: some tables are there in some municipalities only."""
        return not rung.kind.optional or rung in self.tables.get(municipality, ())

    def warnings_in(self, municipality: str) -> tuple[WarningRule, ...]:
        """The warnings that reach somebody in a municipality, lowest first."""
        there = self.warned.get(municipality, ())
        return tuple(rule for rule in self.warnings if not rule.to.optional or rule.to in there)

    def at_the_office(self, municipality: str, moment: datetime) -> bool:
        """Whether ``moment`` (aware) falls within the office hours of a municipality; one that has set none is always there."""
        hours = self.office_hours.get(municipality)
        return hours is None or hours.are_on(moment, self.calendar_of(municipality))

    def calendar_of(self, municipality: str) -> WorkingCalendar:
        """The calendar of a municipality: the Atw and its own closing days."""
        return self.calendars.get(municipality, self.calendar)
