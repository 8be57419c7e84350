"""What each role may do, and about which cases. Whatever is not in the list is not allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from provisions.access.reasons import Reason
from provisions.access.roles import Actor, Role
from provisions.domain.approvals import Act
from provisions.domain.questions import ASKED_AS, AskedAs


class UseCase(StrEnum):
    """What can be asked of the program. A change is named as the shell names it."""

    # looking
    SEE_CASE = "see_case"
    SEE_FREE_TEXT = "see_free_text"
    SEE_RECORD = "see_record"
    SEE_LOOKS = "see_looks"
    SEE_REPORTS = "see_reports"
    SEE_BOARD = "see_board"
    SEE_DELIVERY = "see_delivery"
    SEE_RUNS = "see_runs"
    SEE_TONIGHT = "see_tonight"
    SEE_TONIGHT_WITH_REASON = "see_tonight_with_reason"
    SEE_REASONS = "see_reasons"
    # a case
    INTAKE = "intake"
    ADD = "add"
    OUTCOME = "outcome"
    SUSPEND = "suspend"
    RESUME = "resume"
    WAIVE = "waive"
    AGREE = "agree"
    FOLLOW_UP = "followup"
    REOPEN = "reopen"
    AGAIN = "again"
    MOVE = "move"
    URGENT = "urgent"
    BRP = "brp"
    MILESTONE = "milestone"
    WHY = "why"
    CONTACT = "contact"
    NUMBER = "number"
    PLACE = "place"
    LIVING = "living"
    NOTE = "note"
    KEEP = "keep"
    SHEET = "sheet"
    UNDO = "undo"
    TRANSFER = "transfer"
    ACCEPT = "accept"
    WAKE = "wake"
    CLOSE = "close"
    ASK = "ask"
    LINK = "link"
    BUDGET = "budget"
    APPROVE_SMALL_BUDGET = "approve_small_budget"
    # a team
    APPROVE = "approve"
    REST = "rest"
    ASSIGN = "assign"
    AWAY = "away"
    BRING_IN = "bring_in"
    # a table, an officer, the steering group
    ANSWER = "answer"
    SUBMIT = "submit"
    # who was asked by a message
    REPLY = "reply"
    TAKE_UP = "take_up"
    TAKE_BACK = "take_back"
    DECIDE = "decide"
    # answering for it
    RELEASE_EXPORT = "release_export"
    VERIFY = "verify"
    FORGET = "forget"
    # the program itself
    PEOPLE = "people"
    RESEND = "resend"
    BACKUP = "backup"
    CONFIGURATION = "configuration"


# Which right somebody needs who decides on what another asked.
OF_ACT: Mapping[Act, UseCase] = {
    Act.LONGER_STOP: UseCase.APPROVE,
    Act.END: UseCase.APPROVE,
    Act.REST: UseCase.APPROVE,
    Act.SMALL_BUDGET: UseCase.APPROVE_SMALL_BUDGET,
    Act.BUDGET: UseCase.APPROVE,
}

# What is seen with a reason only, and the standing right in whose place that comes.
ON_A_REASON: Mapping[UseCase, UseCase] = {UseCase.SEE_TONIGHT_WITH_REASON: UseCase.SEE_TONIGHT}
# Who sleeps where tonight is for those who work in that municipality: never for who comes from outside, or sees no case at all.
OF_TONIGHT = frozenset({UseCase.SEE_TONIGHT, UseCase.SEE_TONIGHT_WITH_REASON})
NEVER_TONIGHT = frozenset({Role.TABLE, Role.STEERING_GROUP})


class Reach(StrEnum):
    """About which cases a role has a right, within the municipalities in which somebody holds that role."""

    MUNICIPALITY = "municipality"
    WITH_TABLE = "with_table"
    TO_JUDGE = "to_judge"
    REGION = "region"


REACHES: Mapping[Reach, str] = {
    Reach.MUNICIPALITY: "alle trajecten van de eigen gemeenten",
    Reach.WITH_TABLE: "wat bij de tafel van de eigen gemeente ligt",
    Reach.TO_JUDGE: "wat in de eigen gemeente wacht op een oordeel over indiening",
    Reach.REGION: "geen afzonderlijk traject",
}


@dataclass(frozen=True)
class Right:
    """Some use cases that go together, and who has them. ``what`` says in Dutch what they are.

    ``by_link``: who has them as well, about the question that was asked of it and by its link. ``reasons``: it is had for one of
    these only, for as long as that one lasts.
    """

    what: str
    use_cases: frozenset[UseCase]
    roles: Mapping[Role, Reach]
    by_link: frozenset[AskedAs] = frozenset()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What something is asked about: a case of a municipality, as far as a right depends on it."""

    municipality: str
    with_table: bool = False
    to_judge: bool = False

    def within(self, reach: Reach) -> bool:
        """Whether a right that reaches so far is about this case."""
        match reach:
            case Reach.MUNICIPALITY:
                return True
            case Reach.WITH_TABLE:
                return self.with_table
            case Reach.TO_JUDGE:
                return self.to_judge
            case Reach.REGION:
                return False


@dataclass(frozen=True)
class Verdict:
    """Whether something is allowed, and a Dutch sentence that says why (not)."""

    allowed: bool
    because: str

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Rights:
    """The whole list. An empty one allows nothing."""

    rights: tuple[Right, ...] = ()

    def may(self, actor: Actor, use_case: UseCase, subject: Subject | None = None) -> Verdict:
        """Whether ``actor`` may do this, with the case that it is about where it is about one."""
        right = self.of(use_case)
        if right is None:
            return Verdict(False, f"'{use_case}' staat niet in de lijst van rechten: niemand mag het.")
        if actor.question is not None:
            return _by_link(right, actor.question.asked_as)
        held = [(role, reach) for role, reach in right.roles.items() if role in actor.roles]
        if not held:
            needed = ", ".join(role.called for role in right.roles)
            return Verdict(False, f"{right.what}: dit mag alleen als {needed}.")
        for role, reach in held:
            if subject is None or (actor.holds(role, subject.municipality) and subject.within(reach)):
                return Verdict(True, f"{right.what}: als {role.called}, {REACHES[reach]}.")
        return Verdict(False, f"{right.what}: dit traject valt daar niet onder.")

    def who_may(self, use_case: UseCase) -> str:
        """In Dutch, who may do this and what it is: "Dit mag alleen een teamleider van deze gemeente: …"."""
        right = self.of(use_case)
        if right is None:
            return self.may(_NOBODY, use_case).because
        roles = " of ".join(role.called for role in right.roles)
        where = "" if set(right.roles.values()) == {Reach.REGION} else " van deze gemeente"
        return f"Dit mag alleen een {roles}{where}: {right.what}."

    def of(self, use_case: UseCase) -> Right | None:
        """Where a use case stands in the list."""
        return next((right for right in self.rights if use_case in right.use_cases), None)

    def reasons(self, use_case: UseCase) -> Mapping[str, Reason]:
        """For which reasons this may be done, by their code; none where none is needed."""
        right = self.of(use_case)
        return {reason.code: reason for reason in right.reasons} if right else {}

    def reason_called(self, code: str) -> str:
        """A reason that was given once, in Dutch; its code when it is in the list no more."""
        every = (reason for right in self.rights for reason in right.reasons)
        return next((reason.label for reason in every if reason.code == code), code)

    def reaches(self, actor: Actor, use_case: UseCase, every: Iterable[str]) -> Mapping[Reach, tuple[str, ...]]:
        """How far ``actor`` reaches with this: per reach the municipalities, of ``every``, in their order."""
        right = self.of(use_case)
        if right is None:
            return {}
        keys = tuple(every)
        found = {
            reach: actor.municipalities(keys, [role for role, far in right.roles.items() if far is reach])
            for reach in Reach
        }
        return {reach: places for reach, places in found.items() if places}


def _by_link(right: Right, asked: AskedAs) -> Verdict:
    """For whoever comes by a link: that it is about that question is for whoever knows the case to see."""
    if asked not in right.by_link:
        return Verdict(False, f"{right.what}: dit mag niet met een link.")
    return Verdict(True, f"{right.what}: {ASKED_AS[asked]}, met de link in het bericht en alleen over die vraag.")


_NOBODY = Actor("", frozenset())
