"""Lines of the ledger of the customised budget, as they come into a case and the record."""

from dataclasses import replace

from provisions.domain import dutch
from provisions.domain.budget import Entry, entries
from provisions.domain.case import Approval, BudgetKind, BudgetLine, Case
from provisions.domain.lifecycle.decision import Draft

BUDGET_ACTS = frozenset({"budget", "small_budget"})
"""What is asked of a second person about money, by the name of the act."""


def entry_asked(case: Case, approval: int) -> Entry | None:
    """What was asked of the budget under this number (``A-…``)."""
    return next((e for e in entries(case.budget).values() if e.asked.approval == approval), None)


def add_line(
    draft: Draft, line: BudgetLine, because: str, *, note: str | None = None, overrun: bool | None = None
) -> None:
    """Write a line down. ``because`` is Dutch; ``note`` is free text; ``overrun``: of an approval, whether it is more than was
    left.
    """
    draft.case = replace(draft.case, budget=(*draft.case.budget, line))
    draft.note(
        f"budget.{line.kind.value}",
        f"{because} (B-{line.number}): {dutch.euros(line.amount)}",
        note=note,
        number=line.number,
        amount=line.amount,
        on=line.on.isoformat(),
        year=line.year,
        municipality=line.municipality,
        reason=line.why,
        purpose=line.what,
        approval=line.approval,
        of=f"{line.key}#{line.round}" if line.key else None,
        first=line.first,
        overrun=overrun,
    )


def settle(draft: Draft, approval: Approval, kind: BudgetKind) -> None:
    """What was asked of the budget with ``approval`` was denied, or lapsed. Of anything else there is nothing to say."""
    entry = entry_asked(draft.case, approval.number) if approval.act in BUDGET_ACTS else None
    if entry is None or entry.decided is not None:
        return
    today = draft.moment.today
    because = "maatwerkbudget niet akkoord" if kind is BudgetKind.DENIED else "vraag om maatwerkbudget vervallen"
    add_line(draft, replace(entry.asked, kind=kind, on=today, year=today.year), because)
