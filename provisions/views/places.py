"""The place that a client loses, in Dutch."""

from datetime import date, datetime, time

from provisions.domain import dutch
from provisions.domain.calendar import AMSTERDAM, WorkingCalendar
from provisions.domain.case import Case
from provisions.domain.rules import Catalogue, Proposal


def losing(ends: date, today: date, calendar: WorkingCalendar) -> str:
    """
    >>> losing(date(2026, 12, 12), date(2026, 11, 26), WorkingCalendar())
    'raakt plek kwijt op 12 december (nog 11 werkdagen)'
    """
    if ends <= today:
        return "raakt plek vandaag kwijt"
    day = dutch.day_and_month(ends, datetime.combine(today, time(12), AMSTERDAM))
    left = dutch.counted(calendar.working_days_between(today, ends), "werkdag", "werkdagen")
    return f"raakt plek kwijt op {day} (nog {left})"


def of_case(case: Case, today: date, catalogue: Catalogue) -> str:
    """The same of a case; empty when no place is to be lost, or was lost before ``today``."""
    ends = case.place_ends(today)
    return losing(ends, today, catalogue.calendar_of(case.municipality)) if ends and case.closed is None else ""


def proposed(proposal: Proposal, catalogue: Catalogue) -> str:
    """What is proposed: "Passende huisvesting (de eigen woning behouden)", "Schuldhulpverlening, met spoed"."""
    rule = catalogue.rule(proposal.key)
    urgent = ", met spoed" if proposal.urgent else ""
    return f"{dutch.capitalised(rule.called(1, proposal.purpose))}{urgent}"
