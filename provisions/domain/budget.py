"""The customised budget (maatwerkbudget): what its lines come to (domain.md, "What happens in a life", rule 15).

Nothing here decides; amounts are euro cents.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from provisions.domain.case import BudgetKind, BudgetLine

FEWEST = 5  # cells of fewer are hidden
DECIDED = frozenset({BudgetKind.APPROVED, BudgetKind.DENIED, BudgetKind.LAPSED})


@dataclass(frozen=True)
class Entry:
    """What was asked under one number (``B-…``), with its lines in order; the first says what was asked."""

    lines: tuple[BudgetLine, ...]

    @property
    def asked(self) -> BudgetLine:
        """The line by which it was asked."""
        return self.lines[0]

    @property
    def number(self) -> int:
        """That behind ``B-``."""
        return self.asked.number

    @cached_property
    def decided(self) -> BudgetLine | None:
        """The line that says what became of it, ``None`` while it is asked."""
        return next((line for line in self.lines if line.kind in DECIDED), None)

    @property
    def state(self) -> BudgetKind:
        """Asked, approved, denied or lapsed."""
        return self.decided.kind if self.decided else BudgetKind.ASKED

    @property
    def year(self) -> int:
        """Whose money it is: the year of approval counts."""
        return (self.decided or self.asked).year

    @property
    def may_be_spent(self) -> bool:
        """Whether money may go out: it was approved, or is spent first."""
        return self.state is BudgetKind.APPROVED or self.asked.first

    @cached_property
    def spent(self) -> int:
        """What was paid out, as corrected last."""
        total = 0
        for line in self.lines:
            if line.kind is BudgetKind.SPENT:
                total += line.amount
            elif line.kind is BudgetKind.CORRECTED:
                total = line.amount
        return total

    @cached_property
    def returned(self) -> int:
        """What came back into the budget: not needed, or paid back."""
        return sum(line.amount for line in self.lines if line.kind is BudgetKind.RETURNED)

    @property
    def reserved(self) -> int:
        """What is held back while nobody has decided."""
        return self.asked.amount - self.returned if self.state is BudgetKind.ASKED else 0

    @property
    def taken(self) -> int:
        """What it takes from the budget: what was approved, or was spent first without approval, less what came back."""
        if self.state is BudgetKind.APPROVED:
            return self.asked.amount - self.returned
        if self.state is BudgetKind.ASKED or not self.asked.first:
            return 0
        return max(0, self.spent - self.returned)

    @property
    def room(self) -> int:
        """What may still be paid out of it."""
        return max(0, self.asked.amount - self.spent - self.returned) if self.may_be_spent else 0


def entries(lines: Iterable[BudgetLine]) -> dict[int, Entry]:
    """The lines by number, each in the order in which they came."""
    found: dict[int, list[BudgetLine]] = {}
    for line in lines:
        found.setdefault(line.number, []).append(line)
    return {number: Entry(tuple(own)) for number, own in found.items()}


@dataclass(frozen=True)
class Balance:
    """How the budget of a municipality stands in a year. ``total``: ``None`` where none is set."""

    year: int
    total: int | None
    taken: int
    reserved: int
    spent: int
    returned: int

    @property
    def left(self) -> int:
        """What nobody has been promised; below zero it is an overrun."""
        return (self.total or 0) - self.taken

    @property
    def free(self) -> int:
        """The same, less what is asked and not decided."""
        return self.left - self.reserved


def balance(found: Iterable[Entry], year: int, total: int | None) -> Balance:
    """Of one municipality. What is asked counts in each year from that of asking, until somebody decides."""
    known = list(found)
    own = [entry for entry in known if entry.decided and entry.year == year]
    waiting = [entry for entry in known if not entry.decided and entry.year <= year]
    return Balance(
        year,
        total,
        taken=sum(entry.taken for entry in own),
        reserved=sum(entry.reserved for entry in waiting),
        spent=sum(entry.spent for entry in (*own, *(e for e in waiting if e.year == year))),
        returned=sum(entry.returned for entry in (*own, *(e for e in waiting if e.year == year))),
    )


@dataclass(frozen=True)
class Purpose:
    """One line of the yearly account: ``what`` (a code), how often, and what it took; ``None`` where that is hidden."""

    what: str
    times: int | None
    taken: int | None

    @property
    def shown(self) -> bool:
        """Whether the count may be seen."""
        return self.times is not None


def account(found: Iterable[Entry], year: int, purposes: Iterable[str]) -> tuple[Purpose, ...]:
    """The yearly account by purpose, without references, in the order of ``purposes``. The total is shown beside it, so a lone
    hidden line takes the smallest that is left with it.
    """
    counted: dict[str, tuple[int, int]] = {}
    for entry in found:
        if entry.decided and entry.year == year and entry.taken:
            times, taken = counted.get(entry.asked.what, (0, 0))
            counted[entry.asked.what] = (times + 1, taken + entry.taken)
    hidden = {what for what, (times, _) in counted.items() if times < FEWEST}
    others = sorted((times, what) for what, (times, _) in counted.items() if what not in hidden)
    few = sum(counted[what][0] for what in hidden)
    if hidden and others and (len(hidden) == 1 or few < FEWEST):
        hidden.add(others[0][1])
    listed = [what for what in purposes if what in counted] + sorted(set(counted) - set(purposes))
    return tuple(Purpose(w, None, None) if w in hidden else Purpose(w, *counted[w]) for w in listed)


def total_of(found: Iterable[Entry], year: int) -> tuple[int, int] | None:
    """How often, and how much, of all purposes together; ``None`` where that is one to four."""
    own = [entry for entry in found if entry.decided and entry.year == year and entry.taken]
    if 0 < len(own) < FEWEST:
        return None
    return len(own), sum(entry.taken for entry in own)
