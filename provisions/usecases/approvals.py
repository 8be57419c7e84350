"""Four eyes: asking, and deciding on what somebody else asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from provisions import inputs
from provisions.domain import approvals as rules
from provisions.domain.approvals import Act, Request, State
from provisions.domain.case import Case, ProvisionKey, Suspension
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound, Refused
from provisions.domain.lifecycle import Moment
from provisions.domain.lifecycle.decision import Draft
from provisions.store import approvals as kept
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Deciding

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

    def ask_stop(self, reference: str, key: str, *, reason: str, until: date, by: str, on: date | None = None) -> int:
        """Ask to stop a clock for longer than four weeks. Returns the number (``A-…``)."""
        moment = self._moment(by)
        asked, stop = self._asked(key), Suspension(self._on(on, moment), until, self._stop_reason(reason))
        return self._ask(reference, moment, lambda case: rules.for_stop(asked.of(case), stop))

    def ask_end(
        self,
        reference: str,
        *,
        by: str,
        reason: str,
        takeovers: Mapping[str, str] | None = None,
        on: date | None = None,
    ) -> int:
        """Ask to end a case. Returns the number (``A-…``)."""
        moment = self._moment(by)
        ending_of = self._ending(reason, takeovers, self._on(on, moment))
        return self._ask(reference, moment, lambda case: rules.for_end(ending_of(case)))

    @tried_again
    def _ask(self, reference: str, moment: Moment, request_of: Any) -> int:
        with self._engine.begin() as connection:
            stored = self._stored(connection, inputs.existing_reference(reference))
            request = request_of(stored.case)
            decision = rules.ask(stored.case, request, moment)
            number = kept.add(connection, stored.case_id, request, moment.by, moment.now)
            write(connection, [Change(stored, decision, moment)])
        return number

    def approve(self, number: str, *, by: str) -> Case:
        """Carry out what somebody else asked, as the case is now.

        What is not possible any more lapses; then ``NotAllowed`` says why, and the record has it.
        """
        return self._decide_on(number, by, approves=True)

    def deny(self, number: str, *, because: str, by: str) -> Case:
        """Turn down what somebody else asked, with a reason."""
        return self._decide_on(number, by, approves=False, because=inputs.free_text(because, "de reden"))

    @tried_again
    def _decide_on(self, number: str, by: str, *, approves: bool, because: str | None = None) -> Case:
        moment, wanted, known = self._moment(by), number_of(number), self._directory()
        lapsed: Refused | None = None
        with self._engine.begin() as connection:
            row = kept.read(connection, wanted)
            if row is None:
                raise NotFound(f"Er is niets gevraagd onder A-{wanted}.")
            stored = self._stored(connection, row.reference)
            row = kept.read(connection, wanted) or row  # as it is now that the case is held
            rules.refuse_to_decide(State(row.state), row.asked_by, moment.by, wanted)
            request = _request(row)
            self._may_be_second(known, moment.by, request.act, stored.case, f"beslissen over A-{wanted}")
            draft = Draft(stored.case, moment)
            if approves:
                asked = replace(moment, by=row.asked_by, approved_by=moment.by)
                try:
                    decision = rules.carry_out(stored.case, request, asked, approved_by=moment.by)
                except Refused as refused:
                    lapsed = refused
                    draft.note("approval.lapsed", "akkoord vervalt: het kan niet meer", request.key, number=wanted)
                    state, change = State.LAPSED, Change(stored, draft.done(), moment)
                else:
                    state, change = State.APPROVED, Change(stored, decision, asked)
            else:
                draft.note(
                    "approval.denied",
                    f"geen akkoord: {rules.WORDS[request.act]}",
                    request.key,
                    note=because,
                    number=wanted,
                )
                state, change = State.DENIED, Change(stored, draft.done(), moment)
            kept.decide(connection, wanted, state, moment.by, moment.now)
            if change.decision.case.closed is not None:
                kept.lapse(connection, stored.case_id, moment.now)
            write(connection, [change])
        if lapsed is not None:
            raise NotAllowed(f"A-{wanted} kan niet meer en vervalt: {lapsed}")
        return change.decision.case

    def waiting(self) -> list[Waiting]:
        """What is asked and not decided, oldest first."""
        with self._engine.connect() as connection:
            return [_waiting(row) for row in kept.waiting(connection)]


def number_of(text: str) -> int:
    """``A-17`` or ``17`` as a number. Raises ``InvalidInput``."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise InvalidInput(f"'{inputs.shown(text)}' is geen nummer van iets dat gevraagd is. Schrijf het als A-17.")
    return int(match[1])


def _request(row: Any) -> Request:
    return Request(Act(row.act), ProvisionKey(row.key, row.round) if row.key else None, row.data)


def _waiting(row: Any) -> Waiting:
    request = _request(row)
    return Waiting(
        row.number, row.reference, row.municipality, request.key, request.act, row.asked_by, row.asked_at, request.data
    )
