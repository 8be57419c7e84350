"""The customised budget (maatwerkbudget) as people and programs see it: how it stands, its ledger, its yearly account."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from provisions.catalogue import Config
from provisions.domain import budget as figures
from provisions.domain.budget import Balance, Entry, Purpose
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidInput
from provisions.domain.rules import CodeList
from provisions.store import budget as kept
from provisions.store.looking import Reader

MOST_YEARS_AGO = 8  # as long as the account of a year may be asked for


@dataclass(frozen=True)
class Booked:
    """One thing that was asked, with its lines. ``reference`` and ``address``: of its case, ``None`` once forgotten, or where the
    case is somebody else's by now.
    """

    entry: Entry
    reference: str | None
    address: UUID | None

    def as_json(self) -> dict[str, Any]:
        """For programs. Amounts are in euro cents."""
        entry, asked = self.entry, self.entry.asked
        return {
            "number": f"B-{entry.number}",
            "reference": self.reference,
            "state": entry.state.value,
            "amount": asked.amount,
            "spent": entry.spent,
            "returned": entry.returned,
            "year": entry.year,
            "why": asked.why,
            "what": asked.what,
            "key": asked.key,
            "approval": f"A-{asked.approval}",
            "first": asked.first,
            "lines": [
                {"kind": line.kind.value, "amount": line.amount, "on": line.on.isoformat()} for line in entry.lines
            ],
        }


@dataclass(frozen=True)
class Ledger:
    """The budget of one municipality in a year: ``booked`` newest first, ``account`` by purpose with small cells hidden,
    ``whole`` how often and how much in all (``None``: one to four times, hidden).
    """

    municipality: str
    balance: Balance
    booked: tuple[Booked, ...]
    account: tuple[Purpose, ...]
    whole: tuple[int, int] | None

    def as_json(self) -> dict[str, Any]:
        """For programs. Amounts are in euro cents; a hidden count is ``"x"``, and its amount ``None``."""
        b = self.balance
        return {
            "municipality": self.municipality,
            "year": b.year,
            "total": b.total,
            "approved": b.taken,
            "asked": b.reserved,
            "spent": b.spent,
            "returned": b.returned,
            "left": None if b.total is None else b.left,
            "lines": [one.as_json() for one in self.booked],
            "account": [
                {"what": p.what, "times": p.times if p.shown else "x", "amount": p.taken} for p in self.account
            ],
        }


class Ledgers:
    """Looking at the budgets. ``clock`` gives the moment (aware)."""

    def __init__(self, read: Reader, config: Config, clock: Callable[[], datetime]) -> None:
        self._read = read
        self._config = config
        self._clock = clock

    def of(self, municipalities: Sequence[str], year: int | None = None) -> list[Ledger]:
        """The ledgers of these municipalities in ``year`` (the present one). Raises ``InvalidInput`` for a year too far away."""
        this = day_of(self._clock()).year
        wanted = this if year is None else year
        if not this - MOST_YEARS_AGO < wanted <= this + 1:
            raise InvalidInput(
                f"Het jaar {wanted} kan niet: kies een jaar van {this - MOST_YEARS_AGO + 1} tot en met {this + 1}."
            )
        with self._read() as rows:
            found = list(kept.ledger(rows, municipalities))
        return [
            self._ledger(place, wanted, [f for f in found if f[0].municipality == place]) for place in municipalities
        ]

    def _ledger(self, place: str, year: int, found: Sequence[tuple[Any, Any]]) -> Ledger:
        whose = {line.number: (row.reference, row.address if row.reference else None) for line, row in found}
        entries = figures.entries(line for line, _ in found)
        rule = self._config.catalogue.budgets.get(place)
        every = entries.values()
        own = [e for e in every if e.year == year or (e.decided is None and e.year <= year)]
        return Ledger(
            place,
            figures.balance(every, year, rule.of(year) if rule else None),
            tuple(Booked(e, *whose[e.number]) for e in sorted(own, key=lambda e: -e.number)),
            figures.account(every, year, self._config.catalogue.codes[CodeList.BUDGET_WHAT]),
            figures.total_of(every, year),
        )
