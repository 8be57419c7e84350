"""The second person (four eyes): asked, asked again, and what became of it (domain.md, "What happens in a life", rule 14)."""

from dataclasses import replace
from datetime import date

from provisions.domain.calendar import WorkingCalendar, day_of
from provisions.domain.case import Approval, Asked, BudgetKind, Case
from provisions.domain.lifecycle.budget_lines import settle
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.messages import MessageKind

AGAIN_AFTER = 1  # working days


def approval_of(case: Case, number: int) -> Approval:
    """What was asked under ``number``, which must be of this case."""
    return next(a for a in case.approvals if a.number == number)


def with_approval(case: Case, approval: Approval) -> Case:
    """``case`` with ``approval`` in the place of the one with its number."""
    changed = (approval if a.number == approval.number else a for a in case.approvals)
    return replace(case, approvals=tuple(changed))


def ask_second(draft: Draft, approval: Approval, because: str) -> None:
    """Ask for it: those who may decide on it hear of it. ``because`` is Dutch."""
    draft.case = replace(draft.case, approvals=(*draft.case.approvals, approval))
    message = draft.send(_asking(approval), None, str(approval.number))
    draft.note(
        "approval.asked",
        because,
        approval.of,
        message=message,
        number=approval.number,
        act=approval.act,
        **approval.data,
    )


def _asking(approval: Approval) -> MessageKind:
    """The letter that asks it: of colleagues when the amount is small, else of the team leads."""
    return MessageKind.APPROVAL_COLLEAGUES if approval.act == "small_budget" else MessageKind.APPROVAL


def next_asking(approval: Approval, calendar: WorkingCalendar) -> date | None:
    """The day on which the others are asked once more; ``None`` when that is past, or it was decided."""
    if approval.state is not Asked.ASKED or approval.asked_again:
        return None
    return calendar.add_working_days(day_of(approval.asked_at), AGAIN_AFTER)


def ask_again(draft: Draft) -> None:
    """Whoever may decide hears once more of what nobody decided on."""
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality)
    for approval in draft.case.approvals:
        day = next_asking(approval, calendar)
        if day is None or day > draft.moment.today:
            continue
        draft.case = with_approval(draft.case, replace(approval, asked_again=True))
        message = draft.send(_asking(approval), None, str(approval.number), occasion="again")
        draft.note(
            "approval.asked_again",
            f"nog eens akkoord gevraagd (A-{approval.number})",
            approval.of,
            message=message,
            number=approval.number,
        )


def lapse_asked(draft: Draft, because: str) -> None:
    """What is still asked of the case lapses, and whoever asked hears that. ``because`` is Dutch."""
    for approval in draft.case.approvals:
        if approval.state is Asked.ASKED:
            draft.case = with_approval(draft.case, replace(approval, state=Asked.LAPSED, decided_at=draft.moment.now))
            settle(draft, approval, BudgetKind.LAPSED)
            tell_asker(draft, approval.number, f"akkoord vervalt: {because}", "approval.lapsed")


def tell_asker(draft: Draft, number: int, because: str, what: str, note: str | None = None) -> None:
    """Whoever asked hears what became of it; on record as ``what``. ``because`` is Dutch, ``note`` free text."""
    message = draft.send(MessageKind.APPROVAL_DECIDED, None, str(number))
    of = approval_of(draft.case, number).of
    draft.note(what, because, of, message=message, note=note, number=number)
