"""ISO weeks: Monday to Sunday, in the year that holds their Thursday."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from provisions.domain.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 1950, 2200  # as of a day that is typed
_TEXT = re.compile(r"([0-9]{4})-[Ww]([0-9]{2})")
_FORM = "Verwacht: JJJJ-Wnn, een week die bestaat, zoals 2026-W47."


def week_number(day: date) -> int:
    """The weeks since Monday 1 January of the year 1: a count that is easy to calculate with."""
    return (day.toordinal() - 1) // 7


def number_in_year(week: str) -> int:
    """By which number people call a week, of its ISO text.

    >>> number_in_year("2026-W07")
    7
    """
    return int(week.partition("-W")[2])


@dataclass(frozen=True, order=True)
class Week:
    """One ISO week; ``number`` counts on over the years. ``str()`` is the ISO text."""

    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The week that ``day`` lies in.

        >>> str(Week.of(date(2027, 1, 3)))
        '2026-W53'
        """
        return cls(week_number(day))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-W47``. Raises ``InvalidInput`` for any other text and for a week that does not exist."""
        match = _TEXT.fullmatch(text)
        if match is None:
            raise InvalidInput(f"'{text[:20]}' is geen week. {_FORM}")
        year = int(match[1])
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidInput(f"De week '{text}' ligt buiten wat mogelijk is ({FIRST_YEAR} tot {LAST_YEAR}). {_FORM}")
        try:
            return cls.of(date.fromisocalendar(year, int(match[2]), 1))
        except ValueError:
            raise InvalidInput(f"De week '{text}' bestaat niet. {_FORM}") from None

    def __str__(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def monday(self) -> date:
        """Its first day."""
        return date.fromordinal(self.number * 7 + 1)

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(days=6)

    def plus(self, weeks: int) -> "Week":
        """The week so many weeks later; a negative number goes back."""
        return Week(self.number + weeks)
