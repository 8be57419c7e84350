"""The days equated by royal decree (``config/calendar.toml``)."""

from collections.abc import Mapping
from datetime import date

from provisions.catalogue.entry import Entry
from provisions.domain.calendar import WorkingCalendar


def read_calendar(root: Entry) -> WorkingCalendar:
    """Read ``calendar.toml``. Faults are collected in ``root``."""
    last_year = root.number("last_year")
    days: dict[date, str] = {}
    for entry in root.tables("equated"):
        day, reason, source = entry.day("day"), entry.text("reason"), entry.text("source")
        entry.done()
        if day in days:
            entry.fault("day", f"{day.isoformat()} staat er twee keer.", "Haal een van beide weg.")
        if "last_year" in root.values and day.year > last_year:
            entry.fault("day", f"{day.isoformat()} ligt na last_year ({last_year}).", "Pas last_year aan.")
        days[day] = f"{reason}, {source}"
    root.done()
    return WorkingCalendar(days, last_year)


def with_closing_days(calendar: WorkingCalendar, closing_days: Mapping[date, str]) -> WorkingCalendar:
    """The same calendar for a municipality that is closed on these days as well."""
    return WorkingCalendar(calendar.equated, calendar.equated_until, closing_days)
