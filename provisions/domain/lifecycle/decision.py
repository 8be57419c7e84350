"""What a decision is made of, and the draft in which one grows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import uuid5

from provisions.domain import deadlines, dutch
from provisions.domain.absences import NOBODY_AWAY, Absences
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Provision, ProvisionKey, Status
from provisions.domain.deadlines import Situation
from provisions.domain.errors import NotAllowed, NotFound, Part
from provisions.domain.messages import MessageKind
from provisions.domain.rules import Catalogue, Dependency, ProvisionRule

SYSTEM = "systeem"


class Via(StrEnum):
    """The door by which something came in."""

    SHELL = "shell"
    WEB = "web"
    LINK = "link"
    CASE_SYSTEM = "zaaksysteem"
    PREFECT = "prefect"
    SYSTEM = "systeem"


@dataclass(frozen=True)
class Sent:
    """A form of one of our pages by which something came in.

    ``number``: random, so that what was sent twice is done once. ``seen``: the last line of the record that its reader could
    have seen, ``None`` where it does not matter what others recorded since; ``about``: of which provision, ``None``: of the case.
    ``onward``: the page to go to afterwards, empty for that of the case.
    """

    number: str
    seen: int | None = None
    about: ProvisionKey | None = None
    onward: str = ""


@dataclass(frozen=True)
class Moment:
    """When, by whom and how something is done, and the rules it is judged by. ``now`` is aware; days are Amsterdam's.

    ``acting_for``: the director who is deputised; ``approved_by``: the second person where four eyes are asked. ``absences``:
    who is away; from these follows ``acting_for`` as soon as it is about a case. ``sent``: the form of a page.
    """

    now: datetime
    by: str
    catalogue: Catalogue
    via: Via = Via.SYSTEM
    acting_for: str | None = None
    approved_by: str | None = None
    absences: Absences = NOBODY_AWAY
    form: str | None = None
    """The key of the form that was filled in, where this comes from one: in the record, so that it is taken in once."""
    sent: Sent | None = None
    is_trial: bool = False
    """Whether it is only asked if it can be done: deciding ends at :meth:`Draft.decided`."""

    @property
    def today(self) -> date:
        """Amsterdam's day."""
        return day_of(self.now)

    def about(self, case: Case) -> "Moment":
        """The same for an act on ``case``: whoever deputises for its director acts for that director."""
        if not self.absences.deputises(self.by, case.director, self.today):
            return self
        return replace(self, acting_for=case.director)


@dataclass(frozen=True)
class AuditLine:
    """One line of the record. ``note`` is free text: it is stored apart and can be forgotten."""

    what: str
    because: str
    key: ProvisionKey | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    note: str | None = None
    message: str | None = None


@dataclass(frozen=True)
class MessageIntent:
    """A message to be sent. ``id`` follows from what it is about, so that it can't be made twice.

    ``key``: the provision that it is about; ``None``: the case as a whole. ``wait``: how long it is held before it may leave.
    """

    id: str
    kind: str
    key: ProvisionKey | None
    detail: str | None
    municipality: str
    wait: timedelta = timedelta()


@dataclass(frozen=True)
class Decision:
    """What follows from an event."""

    case: Case
    audit: tuple[AuditLine, ...] = ()
    messages: tuple[MessageIntent, ...] = ()
    visible: frozenset[ProvisionKey] = frozenset()
    """The provisions that look different to people now."""

    def then(self, later: "Decision") -> "Decision":
        """This decision and one that was taken on the case as this one left it."""
        return Decision(
            later.case, self.audit + later.audit, self.messages + later.messages, self.visible | later.visible
        )


@dataclass(frozen=True)
class Need:
    """A provision that is needed, with what is known of it at intake. ``waive`` maps a dependency to its ground,
    ``waive_because`` to the code of why.
    """

    key: str
    agreed: date | None = None
    needed_from: date | None = None
    urgent: bool = False
    waive: Mapping[str, str] = field(default_factory=dict)
    waive_because: Mapping[str, str] = field(default_factory=dict)
    round: int = 1
    purpose: str | None = None
    again: str | None = None

    @property
    def id(self) -> ProvisionKey:
        """Which provision of the case it becomes."""
        return ProvisionKey(self.key, self.round)


class CanBeDoneError(Exception):
    """Of a trial: nothing that is still to come would refuse. It never leaves the domain."""


class Draft:
    """A decision in the making."""

    def __init__(self, case: Case, moment: Moment, *, at_rest: bool = False) -> None:
        """``at_rest``: what people may also do while the case is at rest. Raises ``NotAllowed`` for all else."""
        if not at_rest:
            must_be_awake(case, moment)
        self.case = case if moment.by == SYSTEM else replace(case, act=case.act + 1)
        self.moment = moment.about(case)
        self._situation: Situation | None = None  # the one that was asked for last
        self.lines: list[AuditLine] = []
        self.intents: list[MessageIntent] = []
        self.visible: set[ProvisionKey] = set()
        self.is_intake = False

    def decided(self) -> None:
        """From here on nothing refuses but a cause that is none, and a trial names no cause: what follows is what the act brings
        about, which nobody reads of a trial. Raises ``CanBeDoneError`` in a trial.
        """
        if self.moment.is_trial:
            raise CanBeDoneError

    def rule(self, key: ProvisionKey) -> ProvisionRule:
        """The rule of a provision."""
        return self.moment.catalogue.rule(key.key)

    def named(self, dependency: str) -> str:
        """The Dutch name of ``a`` or ``a|b``."""
        return self.moment.catalogue.named(Dependency.parse(dependency))

    def situation(self, key: ProvisionKey) -> Situation:
        """A provision as it stands in this draft, with its rule and calendar. The same one until something changes: what follows
        from it is worked out once.
        """
        known = self._situation
        if known is None or known.case is not self.case or known.provision is not self.case.provisions[key]:
            known = self._situation = Situation.of(self.case, key, self.moment.catalogue)
        return known

    def change(self, provision: Provision) -> None:
        """The provision becomes this one, and its run is to show that."""
        self.case = self.case.with_provision(provision)
        self.visible.add(provision.id)

    def note(self, what: str, because: str, key: ProvisionKey | None = None, **more: object) -> None:
        """A line of the record, about a provision or (``None``) the case. ``more`` is its data, but for ``note`` (free text, kept
        apart) and ``message`` (the id of the message that it is about).
        """
        free_text = more.pop("note", None)
        message = more.pop("message", None)
        self.lines.append(
            AuditLine(
                what,
                because,
                key,
                more,
                free_text if isinstance(free_text, str) else None,
                message if isinstance(message, str) else None,
            )
        )

    def send(
        self,
        kind: MessageKind,
        key: ProvisionKey | None,
        detail: str | None = None,
        *,
        occasion: str = "",
        to: str | None = None,
    ) -> str:
        """Ask for a message, about a provision or (``None``) the case. ``occasion`` tells messages of one kind and act apart;
        ``to``: another municipality's.

        The id follows from the case, the round and the number of the act: deciding the same twice makes one message, and
        what is asked anew after it was taken back is a message of its own.
        """
        about = "/".join((str(key or ""), kind.value, detail or "", occasion, str(self.case.act)))
        identity = str(uuid5(self.case.id, about))
        place = to or self.case.municipality_of(key)
        self.intents.append(MessageIntent(identity, kind.value, key, detail, place, self._wait(kind, key)))
        return identity

    def _wait(self, kind: MessageKind, key: ProvisionKey | None) -> timedelta:
        """How long a letter waits: for second thoughts, or for the overview of the day.

        Nothing of intake, of the clock, or about what is promised for the very day waits for second thoughts.
        """
        catalogue, now = self.moment.catalogue, self.moment.now
        if kind.letter.listed:
            calendar = catalogue.calendar_of(self.case.municipality_of(key))
            return calendar.next_working_moment(now, catalogue.overview_at) - now
        typed = self.moment.via in (Via.SHELL, Via.SYSTEM, Via.PREFECT) or self.moment.by == SYSTEM
        same_day = key is not None and self.rule(key).same_day
        if typed or self.is_intake or kind.letter.at_once or same_day:
            return kind.letter.held
        return max(kind.letter.held, catalogue.letters_wait)

    def done(self) -> Decision:
        """What was decided."""
        return Decision(self.case, tuple(self.lines), tuple(self.intents), frozenset(self.visible))


def provision_of(case: Case, key: ProvisionKey) -> Provision:
    """The provision ``key`` of a case. Raises ``NotFound`` with those that it has."""
    provision = case.provisions.get(key)
    if provision is None:
        has = ", ".join(map(str, case.provisions)) or "geen"
        raise NotFound(f"Traject {case.reference} heeft geen voorziening '{key}'. Wel: {has}.")
    return provision


def running_provision(case: Case, key: ProvisionKey, moment: Moment) -> Provision:
    """A provision whose clock can be stopped. Raises ``NotAllowed`` when it does not run (any more), ``NotFound``."""
    provision = provision_of(case, key)
    if provision.status is Status.BLOCKED:
        raise NotAllowed(f"De klok van '{key}' in traject {case.reference} loopt nog niet: de voorziening wacht nog.")
    must_be_open(case, provision)
    if deadlines.clock_stopped_for_good(Situation.of(case, key, moment.catalogue)):
        raise NotAllowed(
            f"De klok van '{key}' in traject {case.reference} loopt niet meer: het besluit (een afwijzing) kwam op tijd."
        )
    return provision


def must_be_open_case(case: Case) -> None:
    """Raise ``NotAllowed`` for a case that ended."""
    if case.closed is not None:
        raise NotAllowed(
            f"Traject {case.reference} is afgesloten op {case.closed.isoformat()}. Daarvoor: "
            f"{Part.REOPEN_ONE.of(case.reference)}."
        )


def must_be_awake(case: Case, moment: Moment) -> None:
    """Nobody changes a case of which nothing runs; what time does goes on."""
    lasting = case.resting(moment.today)
    if lasting is not None and moment.by != SYSTEM:
        raise NotAllowed(
            f"Traject {case.reference} is uit beeld sinds {lasting.start.isoformat()}: alle klokken staan stil, en er kan niets "
            f"veranderen. Is de cliënt terug, dan eerst: {Part.WAKE.of(case.reference)}."
        )


def must_be_open(case: Case, provision: Provision) -> None:
    """Raise ``NotAllowed`` for a provision of which nothing is asked any more."""
    if provision.status.is_open:
        return
    when = f" op {provision.closed_on.isoformat()}" if provision.closed_on else ""
    raise NotAllowed(
        f"'{provision.key}' in traject {case.reference} is al afgesloten: {dutch.STATUS[provision.status]}{when}. "
        f"Moet dat anders: {Part.REOPEN.of(case.reference, provision.key)}."
    )
