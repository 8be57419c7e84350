"""What the lines of the customised budget come to (domain.md, "What happens in a life", rule 15)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisions import inputs
from provisions.domain import budget as figures
from provisions.domain.budget import Entry, account, balance, entries, total_of
from provisions.domain.case import BudgetKind, BudgetLine
from tests.builders import refusal

ASKED = BudgetLine(1, BudgetKind.ASKED, 12_000, date(2026, 11, 2), 2026, "havenmeer", "less_stress", "transport", 7)


def line(kind: BudgetKind, amount: int = 12_000, number: int = 1, **more: object) -> BudgetLine:
    return replace(ASKED, kind=kind, amount=amount, number=number, **more)  # type: ignore[arg-type]


def booked(*kinds: tuple[BudgetKind, int], first: bool = False) -> Entry:
    """What was asked (€ 120), with these lines after it."""
    found = entries([replace(ASKED, first=first), *(line(kind, amount, first=first) for kind, amount in kinds)])
    return found[1]


APPROVED, DENIED = (BudgetKind.APPROVED, 12_000), (BudgetKind.DENIED, 12_000)
SPENT, RETURNED, CORRECTED = BudgetKind.SPENT, BudgetKind.RETURNED, BudgetKind.CORRECTED


@pytest.mark.parametrize(
    ("entry", "taken", "reserved", "spent", "room"),
    [
        (booked(), 0, 12_000, 0, 0),
        (booked(DENIED), 0, 0, 0, 0),
        (booked(APPROVED), 12_000, 0, 0, 12_000),
        (booked(APPROVED, (SPENT, 10_000)), 12_000, 0, 10_000, 2_000),
        (booked(APPROVED, (SPENT, 10_000), (RETURNED, 2_000)), 10_000, 0, 10_000, 0),
        (booked(APPROVED, (SPENT, 12_000), (RETURNED, 3_000)), 9_000, 0, 12_000, 0),
        (booked(APPROVED, (SPENT, 12_000), (CORRECTED, 11_000)), 12_000, 0, 11_000, 1_000),
        (booked(APPROVED, (SPENT, 5_000), (CORRECTED, 6_000), (SPENT, 1_000)), 12_000, 0, 7_000, 5_000),
        (booked(first=True), 0, 12_000, 0, 12_000),
        (booked((SPENT, 9_000), first=True), 0, 12_000, 9_000, 3_000),
        (booked((SPENT, 9_000), DENIED, first=True), 9_000, 0, 9_000, 3_000),
        (booked((SPENT, 9_000), DENIED, (RETURNED, 9_000), first=True), 0, 0, 9_000, 0),
    ],
)
def test_what_it_takes_from_the_budget(entry: Entry, taken: int, reserved: int, spent: int, room: int) -> None:
    assert (entry.taken, entry.reserved, entry.spent, entry.room) == (taken, reserved, spent, room)


def test_the_year_of_approval_counts() -> None:
    asked = replace(ASKED, on=date(2026, 12, 30))
    found = entries([asked, replace(asked, kind=BudgetKind.APPROVED, on=date(2027, 1, 4), year=2027)]).values()
    assert balance(found, 2026, 20_000).left == 20_000
    assert balance(found, 2027, 20_000).left == 8_000
    waiting = entries([asked]).values()
    assert [balance(waiting, year, 20_000).free for year in (2025, 2026, 2027)] == [20_000, 8_000, 8_000]


@given(st.lists(st.tuples(st.sampled_from(["pets", "phone", "fees", "night"]), st.integers(1, 50_000)), max_size=30))
def test_no_purpose_of_one_to_four_can_be_worked_out_from_the_account(asked: list[tuple[str, int]]) -> None:
    """Whoever knows the total and what is shown knows of what is hidden only how much it is together, and not of one."""
    lines = []
    for number, (what, amount) in enumerate(asked, 1):
        one = replace(ASKED, number=number, what=what, amount=amount)
        lines += [one, replace(one, kind=BudgetKind.APPROVED)]
    found = entries(lines).values()
    shown = account(found, 2026, ["night", "pets", "phone", "fees"])
    times = {what: sum(w == what for w, _ in asked) for what in dict(asked)}
    for purpose in shown:
        assert purpose.times in (None, times[purpose.what])
        assert purpose.times is None or purpose.times >= figures.FEWEST
    hidden, whole = [p.what for p in shown if not p.shown], total_of(found, 2026)
    if hidden and whole is not None:
        left = whole[0] - sum(p.times or 0 for p in shown)
        assert len(hidden) > 1
        assert left >= figures.FEWEST or len(hidden) == len(shown)
    if whole is None:
        assert all(not p.shown for p in shown)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("120", 12_000), ("120,50", 12_050), ("120.5", 12_050), (" € 7,05 ", 705), ("EUR 12", 1_200), ("0,01", 1)],
)
def test_amounts_as_people_write_them(typed: str, cents: int) -> None:
    assert inputs.euros(typed, "het bedrag") == cents


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0", "meer zijn dan nul"),
        ("0,00", "meer zijn dan nul"),
        ("-12", "meer zijn dan nul"),
        ("12,345", "meer dan twee cijfers"),
        ("1.250", "meer dan twee cijfers"),
        ("1.250,00", "zonder punten voor duizendtallen"),
        ("veel", "een bedrag in euro"),
        ("", "een bedrag in euro"),
        ("9999999", "meer dan 1000000 euro"),
    ],
)
def test_what_is_no_amount(typed: str, says: str) -> None:
    refused = refusal(lambda: inputs.euros(typed, "het bedrag"))
    assert refused.exit_code == 2
    assert says in str(refused)
