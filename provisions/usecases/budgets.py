"""The customised budget (maatwerkbudget): asking for money, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, NotFound, Part
from provisions.domain.lifecycle import Decision
from provisions.domain.lifecycle import budget as rules
from provisions.domain.lifecycle.budget import Wanted
from provisions.domain.rules import CodeList
from provisions.store import approvals as asking
from provisions.store import budget as kept
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.approvals import number_of
from provisions.usecases.balances import held_balance
from provisions.usecases.deciding import Deciding, Doing
from provisions.usecases.entitled import Known


@dataclass(frozen=True)
class AskedBudget:
    """Under which numbers (``A-…``, ``B-…``) something was asked; ``first``: it is spent first, and seen by ``seen_by``."""

    approval: int
    number: int
    first: bool = False
    seen_by: date | None = None


class Budgets(Deciding):
    """Money for what no rule pays."""

    @tried_again
    def ask_budget(
        self, reference: str, *, amount: str, why: str, what: str, by: Actor, key: str | None = None
    ) -> AskedBudget:
        """Ask an amount (as people write it, in euro), for a reason and a purpose that are codes or their Dutch words; see
        ``lifecycle.budget.ask_budget``.
        """
        doing = self._doing(by, UseCase.BUDGET)
        cents = inputs.euros(amount, f"{Part.AMOUNT}")
        reason = self._coded(CodeList.BUDGET_WHY, why, "waarom het bedrag nodig is") or ""
        purpose = self._coded(CodeList.BUDGET_WHAT, what, "waarvoor het bedrag is") or ""
        about = self._asked(key) if key else None
        with self._transaction(doing) as connection:
            stored = self._stored(connection, inputs.existing_reference(reference))
            self._entitle(doing, stored, about)
            case = stored.case
            wanted = Wanted(cents, reason, purpose, about.of(case) if about else None)
            free = held_balance(connection, case.municipality, doing).free
            number, approval = kept.next_number(connection), asking.next_number(connection)
            decision = rules.ask_budget(case, wanted, doing, number=number, approval=approval, free=free)
            write(connection, [Change(stored, decision, doing)])
        asked = decision.case.approvals[-1].data
        seen_by = date.fromisoformat(asked["seen_by"]) if "seen_by" in asked else None
        return AskedBudget(approval, number, seen_by is not None, seen_by)

    def budget_spent(self, number: str, *, amount: str, by: Actor, on: date | None = None) -> Case:
        """So much of ``B-…`` was paid out; see ``lifecycle.budget.spent``."""
        doing = self._doing(by, UseCase.BUDGET)
        cents, day = inputs.euros(amount, f"{Part.AMOUNT}"), self._on(on, doing)
        return self._book(number, doing, lambda case, wanted: rules.spent(case, wanted, cents, doing, day))

    def budget_returned(self, number: str, *, amount: str, because: str, by: Actor, on: date | None = None) -> Case:
        """So much of it comes back, for a reason (free text)."""
        doing = self._doing(by, UseCase.BUDGET)
        cents, day = inputs.euros(amount, f"{Part.AMOUNT}"), self._on(on, doing)
        said = inputs.free_text(because, "de reden")
        return self._book(number, doing, lambda case, wanted: rules.returned(case, wanted, cents, doing, day, said))

    def budget_correct(self, number: str, *, amount: str, because: str, by: Actor, on: date | None = None) -> Case:
        """What was really spent of it in all, for a reason (free text)."""
        doing = self._doing(by, UseCase.BUDGET)
        cents, day = inputs.euros(amount, f"{Part.AMOUNT}"), self._on(on, doing)
        said = inputs.free_text(because, "de reden")
        return self._book(number, doing, lambda case, wanted: rules.correct(case, wanted, cents, doing, day, said))

    @tried_again
    def _book(self, number: str, doing: Doing, decide: Callable[[Case, int], Decision]) -> Case:
        wanted = budget_number_of(number)
        with self._transaction(doing) as connection:
            unknown = NotFound(f"Er is geen uitgave B-{wanted}.")
            reference = kept.case_of(connection, wanted)
            if reference is None:
                raise unknown
            stored = self._stored(connection, reference)
            known = Known(stored.case_id, stored.case, unknown)
            self._entitlement.must_with(doing.actor, doing.use_case, known)
            decision = decide(stored.case, wanted)
            write(connection, [Change(stored, decision, doing)])
        return decision.case


def budget_number_of(text: str) -> int:
    """``B-3`` or ``3`` as a number. Raises ``InvalidInput``."""
    said = text.strip()
    if said[:1] in ("A", "a"):
        raise InvalidInput(
            f"'{inputs.shown(text)}' is het nummer van een vraag om akkoord. Schrijf het nummer van de uitgave: B-3."
        )
    return number_of(said[2:] if said[:2] in ("B-", "b-") else said)
