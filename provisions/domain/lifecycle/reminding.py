"""When the director hears of something to be done: on the day it is due, and once more when it was not done
(domain.md, "Who hears what", last row). After that it is overdue, and the team lead sees it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from provisions.domain.calendar import WorkingCalendar
from provisions.domain.case import FollowUp

AGAIN_AFTER = 5  # working days

One = TypeVar("One", bound=FollowUp)


def overdue_on(follow_up: FollowUp, calendar: WorkingCalendar) -> date:
    """The day on which the director hears of it again, and from which it is overdue."""
    return calendar.add_working_days(follow_up.due, AGAIN_AFTER)


def is_overdue(follow_up: FollowUp, calendar: WorkingCalendar, today: date) -> bool:
    """Whether it was still not done five working days after it was due."""
    return follow_up.is_open and follow_up.due < today and overdue_on(follow_up, calendar) <= today


def next_reminder(follow_up: FollowUp, calendar: WorkingCalendar) -> date | None:
    """The day on which the director is to hear of it, ``None`` when that is past."""
    if not follow_up.is_open or follow_up.reminded_again:
        return None
    return overdue_on(follow_up, calendar) if follow_up.reminded else follow_up.due


def reminded(follow_up: One, calendar: WorkingCalendar, today: date) -> One | None:
    """It, once the director heard what was to be heard by ``today``; ``None`` when there was nothing to hear.

    What was recorded so late that both days are past is told once.
    """
    day = next_reminder(follow_up, calendar)
    if day is None or day > today:
        return None
    return replace(follow_up, reminded=True, reminded_again=is_overdue(follow_up, calendar, today))


@dataclass(frozen=True)
class Heard:
    """What a reminder speaks of. ``again``: it was told before, and was not done."""

    due: date
    again: bool


def heard(follow_ups: Iterable[FollowUp], name: str | None, calendar: WorkingCalendar, on: date) -> Heard | None:
    """What the director was to hear by a reminder of day ``on``, of all that is called ``name`` and is still to be done.

    What is asked over and over stands there with many days at once. Of these it is the ones that were told last by that day;
    what came since has a letter of its own, also when this one was written late. Of those that are told together, the newest.
    """
    told: dict[FollowUp, tuple[date, bool]] = {}
    for f in follow_ups:
        if f.name == name and f.is_open and f.due <= on:
            again = overdue_on(f, calendar)
            told[f] = (again, True) if again <= on else (f.due, False)
    last = max((day for day, _ in told.values()), default=None)
    latest = [(f.due, again) for f, (day, again) in told.items() if day == last]
    return Heard(*max(latest)) if latest else None
