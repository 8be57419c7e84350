"""Four eyes: asking, and deciding on what somebody else asked."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from provisions import inputs
from provisions.access import Actor, Directory, UseCase
from provisions.access.rights import OF_ACT
from provisions.domain import approvals as rules
from provisions.domain import dutch
from provisions.domain.approvals import BUDGETS, Act, Request, Room
from provisions.domain.case import Approval, Case, ProvisionKey, Suspension
from provisions.domain.errors import InvalidInput, Lapsed, NotFound, Part, Refused
from provisions.domain.lifecycle import Decision, Moment
from provisions.domain.lifecycle.budget import is_overrun
from provisions.domain.lifecycle.budget_lines import entry_asked
from provisions.domain.lifecycle.second import approval_of
from provisions.store import approvals as kept
from provisions.store import budget
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.balances import held_balance
from provisions.usecases.deciding import Asked, Deciding, Doing
from provisions.usecases.entitled import Known

_NUMBER = re.compile(r"(?:[Aa]-)?([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Waiting:
    """Something that was asked: its number, of which case and provision, what, by whom and when (UTC)."""

    number: int
    reference: str
    municipality: str
    key: ProvisionKey | None
    act: Act
    by: str
    at: datetime
    data: Mapping[str, str]


class Approvals(Deciding):
    """What two people must see."""

    def ask_stop(self, reference: str, key: str, *, reason: str, until: date, by: Actor, on: date | None = None) -> int:
        """Ask to stop a clock for longer than four weeks. Returns the number (``A-…``)."""
        moment = self._doing(by, UseCase.ASK)
        asked, stop = self._asked(key), Suspension(self._on(on, moment), until, self._stop_reason(reason))
        return self._ask(reference, moment, lambda case: rules.for_stop(asked.of(case), stop), about=asked)

    def ask_end(
        self,
        reference: str,
        *,
        by: Actor,
        reason: str,
        takeovers: Mapping[str, str] | None = None,
        on: date | None = None,
    ) -> int:
        """Ask to end a case. Returns the number (``A-…``)."""
        moment = self._doing(by, UseCase.ASK)
        ending_of = self._ending(reason, takeovers, self._on(on, moment))
        return self._ask(reference, moment, lambda case: rules.for_end(ending_of(case)))

    def ask_rest(self, reference: str, *, reason: str, by: Actor, on: date | None = None) -> int:
        """Ask to put a case at rest, or to let that go on. Returns the number (``A-…``)."""
        moment = self._doing(by, UseCase.ASK)
        why, day = self._rest_reason(reason), self._on(on, moment)
        return self._ask(reference, moment, lambda _: rules.for_rest(why, day))

    @tried_again
    def _ask(
        self, reference: str, doing: Doing, request_of: Callable[[Case], Request], *, about: Asked | None = None
    ) -> int:
        with self._transaction(doing) as connection:
            stored = self._stored(connection, inputs.existing_reference(reference))
            self._entitle(doing, stored, about)
            number = kept.next_number(connection)
            decision = rules.ask(stored.case, request_of(stored.case), doing, number)
            write(connection, [Change(stored, decision, doing)])
        return number

    def approve(self, number: str, *, by: Actor, because: str | None = None) -> Case:
        """Carry out what somebody else asked, as the case is now. ``because`` (free text): for an amount that is more than is
        left of the customised budget.

        What is not possible any more lapses; then ``Lapsed`` says why, and the record has it.
        """
        said = inputs.free_text(because, "de reden") if because else None
        return self._decide_on(number, self._doing(by, UseCase.APPROVE), reason=said)

    def deny(self, number: str, *, because: str, by: Actor) -> Case:
        """Turn down what somebody else asked, with a reason."""
        doing = self._doing(by, UseCase.APPROVE)
        return self._decide_on(number, doing, because=inputs.free_text(because, "de reden"))

    @tried_again
    def _decide_on(self, number: str, doing: Doing, *, because: str | None = None, reason: str | None = None) -> Case:
        """Deny for the reason ``because``; approve when there is none. The right that it takes follows from what was asked."""
        known = self._directory()
        with self._transaction(doing) as connection:
            wanted = self._wanted(connection, number)
            unknown = NotFound(f"Er is niets gevraagd onder A-{wanted}.")
            reference = kept.case_of(connection, wanted)
            if reference is None:
                raise unknown
            stored = self._stored(connection, reference)
            approval = approval_of(stored.case, wanted)
            act = Act(approval.act)
            places = self._config.organisation.places_of_seconds(stored.case.municipality)
            asked = Known(stored.case_id, stored.case, unknown, places)
            self._entitlement.must_with(doing.actor, OF_ACT[act], asked)
            rules.refuse_to_decide(approval, doing.by)
            if doing.actor.has_the_machine:
                self._may_be_second(known, doing.by, act, stored.case, f"beslissen over A-{wanted}")
            room = None
            if act in BUDGETS and because is None:
                room = self._room(connection, stored.case, approval, doing, known, asked, reason)
            decision, lapsed, recorded = self._decision(stored.case, approval, doing, because, room)
            write(connection, [Change(stored, decision, recorded)])
        if lapsed is not None:
            raise Lapsed(f"A-{wanted} kan niet meer en vervalt: {lapsed}")
        return decision.case

    @staticmethod
    def _wanted(connection: Connection, number: str) -> int:
        """``A-17``; or ``B-3``, which is what was asked for that."""
        if not number.strip().upper().startswith("B-"):
            return number_of(number)
        of_budget = number_of(number.strip()[2:])
        found = budget.approval_of(connection, of_budget)
        if found is None:
            raise NotFound(f"Er is geen uitgave B-{of_budget}.")
        return found

    def _room(
        self,
        connection: Connection,
        case: Case,
        approval: Approval,
        doing: Doing,
        directory: Directory,
        asked: Known,
        reason: str | None,
    ) -> Room:
        """What is left for an amount. More than that takes a team lead with a reason: raises what is in the way."""
        entry = entry_asked(case, approval.number)
        assert entry is not None  # noqa: S101 - the two are recorded together
        left = held_balance(connection, entry.asked.municipality, doing).left
        if is_overrun(entry, left):
            self._entitlement.must_with(doing.actor, UseCase.APPROVE, asked)
            if doing.actor.has_the_machine:
                self._may_be_second(directory, doing.by, Act.BUDGET, case, "een bedrag boven het budget goedkeuren")
            if reason is None:
                raise InvalidInput(
                    f"Er is nog {dutch.euros(left)} over van het maatwerkbudget, en A-{approval.number} vraagt "
                    f"{dutch.euros(entry.asked.amount)}. Alleen een teamleider keurt dat goed, en zegt waarom: vul "
                    f"{Part.BECAUSE} in.",
                    about=Part.BECAUSE,
                )
        return Room(left, reason)

    @staticmethod
    def _decision(
        case: Case, approval: Approval, moment: Moment, because: str | None, room: Room | None
    ) -> tuple[Decision, Refused | None, Moment]:
        """The decision, why it is not possible any more, and the moment it is recorded with: what is approved is the asker's."""
        if because is not None:
            return rules.deny(case, approval.number, moment, because), None, moment
        try:
            decision = rules.approve(case, approval.number, moment, room)
        except Refused as refused:
            return rules.lapse(case, approval.number, moment), refused, moment
        return decision, None, replace(moment, by=approval.asked_by, approved_by=moment.by)

    def waiting(self, *, by: Actor) -> list[Waiting]:
        """What is asked and not decided of the cases that ``by`` sees, or may decide on as the second person; oldest first."""
        with self._engine.begin() as connection:
            found = [_waiting(row) for row in kept.waiting(connection)]
        return [one for one in found if self._may_know(by, one)]

    def _may_know(self, by: Actor, asked: Waiting) -> bool:
        seconds = self._config.organisation.places_of_seconds(asked.municipality)
        return self._entitlement.sees(by, UseCase.SEE_CASE, [asked.municipality]) or self._entitlement.sees(
            by, OF_ACT[asked.act], seconds
        )


def number_of(text: str) -> int:
    """``A-17`` or ``17`` as a number. Raises ``InvalidInput``."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"'{inputs.shown(text)}' is geen nummer van iets dat gevraagd is. Schrijf het als A-17.")
    return int(match[1])


def _waiting(row: Any) -> Waiting:
    key = ProvisionKey(row.key, row.round) if row.key else None
    return Waiting(row.number, row.reference, row.municipality, key, Act(row.act), row.asked_by, row.asked_at, row.data)
