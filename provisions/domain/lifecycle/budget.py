"""The customised budget (maatwerkbudget): asked, approved by a second person, spent, returned, corrected.

Source: domain.md, "What happens in a life", rule 15. Amounts are euro cents.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.budget import Entry, entries
from provisions.domain.case import Approval, BudgetKind, BudgetLine, Case, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.budget_lines import add_line, entry_asked
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case, provision_of
from provisions.domain.lifecycle.second import ask_second
from provisions.domain.rules import BudgetRule, CodeList

SMALL, LARGE = "small_budget", "budget"  # what is asked: of a colleague, of a team lead
SEEN_WITHIN = 2  # working days, of what is spent first


@dataclass(frozen=True)
class Wanted:
    """What is asked of the budget: euro cents, codes of the catalogue, and for which provision where it is for one."""

    amount: int
    why: str
    what: str
    key: ProvisionKey | None = None


def ask_budget(case: Case, wanted: Wanted, moment: Moment, *, number: int, approval: int, free: int) -> Decision:
    """Ask ``wanted`` under ``B-number`` and ``A-approval``. ``free``: what nobody has been promised or has asked for.

    Outside office hours a small amount that is there is spent first, and seen by a second person within two working days.
    Raises ``NotAllowed`` where no budget is set, or for more than that of the whole year.
    """
    must_be_open_case(case)
    if wanted.key is not None:
        provision_of(case, wanted.key)
    draft = Draft(case, moment)
    _code(moment, CodeList.BUDGET_WHY, wanted.why, Part.BUDGET_REASON)
    _code(moment, CodeList.BUDGET_WHAT, wanted.what, Part.BUDGET_WHAT)
    rule, today = _rule(case, moment), moment.today
    _within_the_year(wanted.amount, rule, today.year)
    away = not moment.catalogue.at_the_office(case.municipality, moment.now)
    first = away and wanted.amount <= min(rule.first, free)
    key, round_number = wanted.key or (None, None)
    line = BudgetLine(
        number,
        BudgetKind.ASKED,
        wanted.amount,
        today,
        today.year,
        case.municipality,
        wanted.why,
        wanted.what,
        approval,
        key,
        round_number,
        first,
    )
    act = SMALL if wanted.amount <= rule.colleague else LARGE
    data = {
        "budget": str(number),
        "amount": str(wanted.amount),
        "reason": wanted.why,
        "purpose": wanted.what,
        **({"of": str(wanted.key)} if wanted.key else {}),
    }
    if first:
        calendar = moment.catalogue.calendar_of(case.municipality)
        data["seen_by"] = calendar.add_working_days(today, SEEN_WITHIN).isoformat()
    asked = Approval(approval, act, data, moment.by, moment.now)
    told = "maatwerkbudget gevraagd, buiten kantooruren eerst uitgegeven" if first else "maatwerkbudget gevraagd"
    add_line(draft, line, told)
    ask_second(draft, asked, "akkoord gevraagd: een bedrag uit het maatwerkbudget")
    return draft.done()


def approve_budget(case: Case, approval: int, moment: Moment, *, left: int, reason: str | None) -> Decision:
    """Approve what was asked under ``A-approval``. ``left``: what nobody has been promised of this year's money.

    Raises ``NotAllowed`` when no budget is set any more, or the year has less than what is asked; ``reason`` (free text) is
    for what is more than is left (an overrun).
    """
    entry = entry_asked(case, approval)
    assert entry is not None  # noqa: S101 - the two are recorded together
    rule, today = _rule(case, moment), moment.today
    _within_the_year(entry.asked.amount, rule, today.year)
    draft, over = Draft(case, moment, at_rest=True), is_overrun(entry, left)
    line = replace(entry.asked, kind=BudgetKind.APPROVED, on=today, year=today.year)
    told = "maatwerkbudget goedgekeurd, boven wat er over is" if over else "maatwerkbudget goedgekeurd"
    add_line(draft, line, told, note=reason if over else None, overrun=over)
    return draft.done()


def is_overrun(entry: Entry, left: int) -> bool:
    """Whether approving it takes more than is left of the year's money."""
    return entry.asked.amount - entry.returned > left


def spent(case: Case, number: int, amount: int, moment: Moment, on: date) -> Decision:
    """So much of it was paid out on day ``on``."""
    draft, entry = Draft(case, moment, at_rest=True), _entry(case, number)
    if not entry.may_be_spent:
        raise NotAllowed(
            f"B-{number} is {dutch.BUDGET[entry.state]}: er kan niets van worden uitgegeven. Vraag het opnieuw, of "
            "wacht op akkoord."
        )
    not_before("De uitgave", on, (entry.asked.on, "de dag waarop het bedrag is gevraagd"))
    if amount > entry.room:
        raise NotAllowed(
            f"Van B-{number} kan nog {dutch.euros(entry.room)} worden uitgegeven, en geen {dutch.euros(amount)}. Is er meer "
            "nodig, vraag dat dan apart."
        )
    _book(draft, entry, BudgetKind.SPENT, amount, on, "uitgegeven uit het maatwerkbudget")
    return draft.done()


def returned(case: Case, number: int, amount: int, moment: Moment, on: date, because: str) -> Decision:
    """So much of it comes back: it was not needed, or paid back. ``because``: free text."""
    draft, entry = Draft(case, moment, at_rest=True), _entry(case, number)
    there = entry.taken or (entry.reserved if entry.asked.first else 0)
    if not there:
        raise NotAllowed(
            f"B-{number} is {dutch.BUDGET[entry.state]}, en er staat niets van open: er kan niets terugkomen."
        )
    not_before("Het terugboeken", on, (entry.asked.on, "de dag waarop het bedrag is gevraagd"))
    if amount > there:
        raise NotAllowed(f"Van B-{number} kan nog {dutch.euros(there)} terugkomen, en geen {dutch.euros(amount)}.")
    _book(draft, entry, BudgetKind.RETURNED, amount, on, "terug in het maatwerkbudget", because)
    return draft.done()


def correct(case: Case, number: int, amount: int, moment: Moment, on: date, because: str) -> Decision:
    """What was really spent in all is ``amount``. ``because``: free text."""
    draft, entry = Draft(case, moment, at_rest=True), _entry(case, number)
    if not entry.spent:
        raise NotAllowed(
            f"Van B-{number} is nog niets uitgegeven: er is niets te corrigeren. Leg eerst de uitgave vast."
        )
    if amount == entry.spent:
        raise InvalidInput(
            f"Van B-{number} is al {dutch.euros(amount)} uitgegeven: zo staat het er.", about=Part.AMOUNT
        )
    if amount > entry.asked.amount:
        raise NotAllowed(
            f"Voor B-{number} is {dutch.euros(entry.asked.amount)} gevraagd, en {dutch.euros(amount)} is meer. Vraag het "
            "verschil apart."
        )
    _book(draft, entry, BudgetKind.CORRECTED, amount, on, "uitgave uit het maatwerkbudget gecorrigeerd", because)
    return draft.done()


def _book(
    draft: Draft, entry: Entry, kind: BudgetKind, amount: int, on: date, told: str, note: str | None = None
) -> None:
    add_line(draft, replace(entry.asked, kind=kind, amount=amount, on=on, year=entry.year), told, note=note)


def _entry(case: Case, number: int) -> Entry:
    return entries(case.budget)[number]  # whoever has the case found it by this number


def _rule(case: Case, moment: Moment) -> BudgetRule:
    rule = moment.catalogue.budgets.get(case.municipality)
    if rule is None:
        raise NotAllowed(
            "Deze gemeente heeft geen maatwerkbudget ingesteld: er kan niets uit worden gevraagd. Vraag de beheerder het in te "
            "stellen, of zoek een andere weg."
        )
    return rule


def _within_the_year(amount: int, rule: BudgetRule, year: int) -> None:
    if amount > rule.of(year):
        raise NotAllowed(
            f"{dutch.euros(amount)} is meer dan het maatwerkbudget van heel {year}: {dutch.euros(rule.of(year))}. Vraag een "
            "lager bedrag, of zoek een andere weg."
        )


def _code(moment: Moment, of: CodeList, code: str, part: Part) -> None:
    known: Collection[str] = moment.catalogue.codes[of]
    if code not in known:
        raise InvalidInput(f"'{code}' kan niet voor {part}. Kies uit: {', '.join(known)}.", about=part)
