"""Recording that somebody is away: which days can be meant, and that somebody is left to act. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.absences import Absence, Absences
from provisions.domain.calendar import ONE_DAY, WorkingCalendar
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle import bounds

LONGEST = 366  # days: who is away longer than a year has a successor


def plan(known: Iterable[Absence], new: Absence, today: date) -> Absence:
    """``new`` as it is to be recorded: by itself, or instead of the one that it corrects, which begins on the same day.

    ``known``: the absences that end on ``today`` or later. Raises ``InvalidInput`` for days that can't be meant, ``NotAllowed``
    when it overlaps another one, or when nobody would be left to act.
    """
    known = tuple(known)
    _check_days(new, today)
    if new.deputy == new.director:
        raise InvalidInput(f"'{new.director}' kan niet de eigen vervanger zijn. Noem een ander.")
    same = next((one for one in known if (one.director, one.start) == (new.director, new.start)), None)
    others = [one for one in known if one is not same]
    for other in others:
        if other.director == new.director and other.overlaps(new):
            raise NotAllowed(
                f"'{new.director}' is al afwezig {period(other)}, met '{other.deputy}' als vervanger. Verander die afwezigheid "
                "door dezelfde eerste dag te noemen, of kies dagen daarna."
            )
    _refuse_circle(others, new)
    if same is None:
        return new
    asked = same.asked_on if same.until == new.until else None
    return replace(new, number=same.number, asked_on=asked)


def back(mine: Iterable[Absence], director: str, on: date, today: date) -> Absence:
    """The absence of ``director`` that ends because of being back on day ``on``; one that had not begun then holds on no day.

    ``mine``: the absences of that director that end on ``today`` or later. Raises ``NotAllowed`` when there is none,
    ``InvalidInput`` for a day on which nobody can have been away.
    """
    found = sorted(mine, key=lambda one: one.start)
    if not found:
        raise NotAllowed(f"'{director}' is niet afwezig, en dat is ook niet gepland. Er is niets te beëindigen.")
    away = next((one for one in found if one.holds(on)), None) or next((one for one in found if one.start > on), None)
    if away is None or on < today:
        raise InvalidInput(
            f"'{director}' kan niet op {on.isoformat()} terug zijn: de afwezigheid is {period(found[0])}. Kies een dag vanaf "
            f"vandaag ({today.isoformat()}) waarop de afwezigheid nog loopt."
        )
    return replace(away, until=on - ONE_DAY)


def period(absence: Absence) -> str:
    """
    >>> period(Absence("a", "b", date(2026, 11, 9), date(2026, 11, 27)))
    'van 9 november 2026 tot en met 27 november 2026'
    """
    return f"van {dutch.dutch_date(absence.start)} tot en met {dutch.dutch_date(absence.until)}"


def ask_on(absence: Absence, calendar: WorkingCalendar) -> date:
    """The day on which the team lead is asked what is to happen after it: one working day before its last day, and not before
    its first.
    """
    return max(absence.start, calendar.last_working_day_before(absence.until))


def _check_days(new: Absence, today: date) -> None:
    for what, day in (("de eerste dag", new.start), ("de laatste dag", new.until)):
        bounds.planned(f"{what} van de afwezigheid", day, today)
    if new.until < new.start:
        raise InvalidInput(
            f"De afwezigheid eindigt op {new.until.isoformat()}, voor zij begint ({new.start.isoformat()}). "
            "Kies een latere laatste dag."
        )
    if new.until < today:
        raise InvalidInput(
            f"De afwezigheid was op {new.until.isoformat()} al voorbij. Kies een laatste dag vanaf {today.isoformat()}."
        )
    if (new.until - new.start).days >= LONGEST:
        raise InvalidInput(
            f"De afwezigheid duurt tot en met {new.until.isoformat()}: dat is langer dan een jaar. Geef de trajecten dan aan een "
            "andere regisseur."
        )


def _refuse_circle(others: Iterable[Absence], new: Absence) -> None:
    """A circle, if there is one, is there on the first day of one of its absences: only on such a day a new link comes in."""
    absences = Absences([*others, new])
    days = {one.start for one in absences.each() if one.overlaps(new)} | {new.start}
    for day in sorted(day for day in days if new.holds(day)):
        deputies = absences.deputies(new.director, day)
        if new.director in deputies:
            around = " door ".join(f"'{code}'" for code in deputies)
            raise NotAllowed(
                f"Dan vervangen zij elkaar: op {day.isoformat()} wordt '{new.director}' vervangen door {around}. "
                "Dan is er niemand. Noem een ander."
            )
