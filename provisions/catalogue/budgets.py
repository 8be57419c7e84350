"""The customised budget of a municipality (``budget`` in ``organisation.toml``), in euro; kept in cents."""

import re

from provisions.catalogue.entry import Entry
from provisions.domain.rules import BudgetRule

MOST = 100_000_000  # euro: more is a slip of the pen


def read_budget(place: Entry) -> BudgetRule | None:
    """``None`` where none is set. Faults are collected in ``place``."""
    entry = place.table("budget", optional=True)
    if entry is None:
        return None
    years = entry.table("years", optional=True) or Entry(entry.file, "years", {}, [])
    for year in years.values:
        if not re.fullmatch(r"20[0-9]{2}", year):
            years.fault(year, "dit is geen jaar.", "Schrijf bijvoorbeeld 2027 = 30000.")
    rule = BudgetRule(
        each_year=_cents(entry, "each_year"),
        colleague=_cents(entry, "colleague"),
        first=_cents(entry, "first"),
        years={int(year): _cents(years, year) for year in years.values if year.isascii() and year.isdigit()},
    )
    if not 0 <= rule.first <= rule.colleague <= rule.each_year:
        entry.fault(
            "colleague",
            "de bedragen lopen niet op.",
            "Zorg dat first niet meer is dan colleague, en colleague niet meer dan each_year.",
        )
    years.done()
    entry.done()
    return rule


def _cents(entry: Entry, key: str) -> int:
    euros = entry.number(key)
    if euros > MOST:
        entry.fault(key, f"{euros} euro is meer dan kan.", f"Vul ten hoogste {MOST} in.")
    return euros * 100
