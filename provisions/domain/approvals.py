"""Four eyes: what one person asks and another approves (domain.md, "What happens in a life", rule 14).

Asking changes nothing but the record. What is asked is judged anew when it is approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from provisions.domain import dutch
from provisions.domain.case import Approval, Asked, BudgetKind, Case, ProvisionKey, Reason, Suspension
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle import Decision, Ending, Moment, close, rest, suspend
from provisions.domain.lifecycle.budget import approve_budget
from provisions.domain.lifecycle.budget_lines import settle
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.lifecycle.second import approval_of, ask_second, tell_asker, with_approval


class Act(StrEnum):
    """What may be asked."""

    LONGER_STOP = "longer_stop"
    END = "end"
    REST = "rest"
    SMALL_BUDGET = "small_budget"  # a colleague decides
    BUDGET = "budget"


BUDGETS = frozenset({Act.SMALL_BUDGET, Act.BUDGET})
WORDS = {
    Act.LONGER_STOP: "de klok langer stilzetten",
    Act.END: "het traject beëindigen",
    Act.REST: "het traject uit beeld zetten",
    Act.SMALL_BUDGET: "een klein bedrag uit het maatwerkbudget",
    Act.BUDGET: "een bedrag uit het maatwerkbudget",
}


@dataclass(frozen=True)
class Request:
    """What is asked of a case: ``key`` where it is about one provision; ``data``: days (ISO) and codes, never free text."""

    act: Act
    key: ProvisionKey | None
    data: Mapping[str, str]


def for_stop(key: ProvisionKey, suspension: Suspension) -> Request:
    """Asking to stop a clock for longer than four weeks."""
    said = {
        "start": suspension.start.isoformat(),
        "until": suspension.until.isoformat(),
        "reason": suspension.reason.value,
    }
    return Request(Act.LONGER_STOP, key, said)


def for_end(ending: Ending) -> Request:
    """Asking to end a case for a reason that two people must see."""
    takeovers = {f"to:{key.key}#{key.round}": code for key, code in ending.takeovers.items()}
    return Request(Act.END, None, {"reason": ending.reason, "on": ending.on.isoformat(), **takeovers})


def for_rest(reason: str, on: date) -> Request:
    """Asking to put a case at rest."""
    return Request(Act.REST, None, {"reason": reason, "on": on.isoformat()})


def ask(case: Case, request: Request, moment: Moment, number: int) -> Decision:
    """Ask for it, under ``number``. Raises what carrying it out would raise now, and ``NotAllowed`` when the same is asked
    already; nothing else changes.
    """
    same = (request.act.value, request.key)
    asked = next((a for a in case.approvals if a.state is Asked.ASKED and (a.act, a.of) == same), None)
    if asked is not None:
        raise NotAllowed(
            f"In traject {case.reference} wordt dit al gevraagd: A-{asked.number}. Wacht op het besluit, of laat een ander "
            "dat eerst weigeren."
        )
    carry_out(case, request, moment, approved_by="-")
    draft = Draft(case, moment, at_rest=True)
    key, number_of_round = (request.key.key, request.key.round) if request.key else (None, None)
    approval = Approval(number, request.act.value, request.data, moment.by, moment.now, key, number_of_round)
    ask_second(draft, approval, f"akkoord gevraagd: {WORDS[request.act]}")
    return draft.done()


@dataclass(frozen=True)
class Room:
    """What is needed to approve an amount: how much is ``left`` of this year's money (euro cents), and the ``reason`` (free
    text) of whoever approves more than that.
    """

    left: int
    reason: str | None = None


def approve(case: Case, number: int, moment: Moment, room: Room | None = None) -> Decision:
    """Carry out what was asked under ``number``, as the case is now: for whoever asked, with ``moment.by`` as the second.

    ``room``: of an amount. Raises ``Refused`` when it is not possible any more; :func:`lapse` then says so in the record.
    """
    approval = approval_of(case, number)
    asked = replace(moment, by=approval.asked_by, approved_by=moment.by)
    decided = _decided(case, number, Asked.APPROVED, moment)
    request = request_of(approval)
    if request.act in BUDGETS:
        assert room is not None  # noqa: S101 - whoever approves an amount knows what is left
        decision = approve_budget(decided, number, asked, left=room.left, reason=room.reason)
    else:
        decision = carry_out(decided, request, asked, approved_by=moment.by)
    draft = Draft(decision.case, asked, at_rest=True)
    tell_asker(draft, number, f"akkoord gegeven: {WORDS[Act(approval.act)]}", "approval.approved")
    return decision.then(draft.done())


def deny(case: Case, number: int, moment: Moment, because: str) -> Decision:
    """Turn it down, for a reason (free text)."""
    draft = Draft(_decided(case, number, Asked.DENIED, moment), moment, at_rest=True)
    asked = approval_of(case, number)
    act = Act(asked.act)
    settle(draft, asked, BudgetKind.DENIED)
    tell_asker(draft, number, f"geen akkoord: {WORDS[act]}", "approval.denied", because)
    return draft.done()


def lapse(case: Case, number: int, moment: Moment) -> Decision:
    """It is not possible any more."""
    draft = Draft(_decided(case, number, Asked.LAPSED, moment), moment, at_rest=True)
    settle(draft, approval_of(case, number), BudgetKind.LAPSED)
    tell_asker(draft, number, "akkoord vervalt: het kan niet meer", "approval.lapsed")
    return draft.done()


def _decided(case: Case, number: int, state: Asked, moment: Moment) -> Case:
    decided = replace(approval_of(case, number), state=state, decided_by=moment.by, decided_at=moment.now)
    return with_approval(case, decided)


def request_of(approval: Approval) -> Request:
    """What was asked, to be carried out."""
    return Request(Act(approval.act), approval.of, approval.data)


def carry_out(case: Case, request: Request, moment: Moment, *, approved_by: str) -> Decision:
    """What was asked, as the case is now. Raises ``Refused`` when it is not possible any more."""
    data = request.data
    match request.act:
        case Act.LONGER_STOP:
            assert request.key is not None  # noqa: S101 - for_stop made it
            start, until = (date.fromisoformat(data[name]) for name in ("start", "until"))
            stop = Suspension(start, until, Reason(data["reason"]))
            return suspend(case, request.key, stop, moment, approved_by)
        case Act.END:
            takeovers = {_key(name): code for name, code in data.items() if name.startswith("to:")}
            return close(case, Ending(data["reason"], date.fromisoformat(data["on"]), takeovers), moment)
        case Act.REST:
            return rest(case, data["reason"], moment, date.fromisoformat(data["on"]))
        case Act.SMALL_BUDGET | Act.BUDGET:
            raise ValueError("an amount is asked with ask_budget, and approved with what is left of the budget")


def refuse_to_decide(approval: Approval, by: str) -> None:
    """Raise ``NotAllowed`` when ``by`` may not approve or deny: it is their own, or it was decided already."""
    number = approval.number
    if approval.state is not Asked.ASKED:
        raise NotAllowed(f"A-{number} wordt niet meer gevraagd: het is al {dutch.ASKED[approval.state]}.")
    if approval.asked_by == by:
        raise NotAllowed(f"A-{number} is door '{by}' zelf gevraagd. Een ander moet erover beslissen.")


def _key(name: str) -> ProvisionKey:
    key, _, number = name.removeprefix("to:").partition("#")
    return ProvisionKey(key, int(number))
