"""How long what is known of a client is kept (domain.md, "Keeping and forgetting"): terms are data in ``config/``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from provisions.domain import dutch

_TERM = re.compile(r"([1-9][0-9]{0,2}) (jaar|maand|maanden|week|weken|dag|dagen)")
SHORT_ENDS = frozenset({"mistake", "duplicate", "not_included"})
"""Ends after which a case is kept no longer than the ``short`` term."""
STOPS = (
    ("objected", "objection_decided"),
    ("notice_of_default", "penalty_settled"),
    ("complained", "complaint_settled"),
)
"""From the first milestone until the second nothing of the case is forgotten: an objection, a penalty, a complaint is open."""
RENEWED = relativedelta(years=1)
"""How long a renewal keeps notes and grounds: until the next yearly review."""
REVIEWED_BEFORE = timedelta(weeks=4)
"""How long before notes or grounds are forgotten the director is asked whether they are still needed."""
REVIEWS_APART = relativedelta(months=10)
"""A review is of all notes of a case, and yearly: what is forgotten soon after one is not asked about again."""


@dataclass(frozen=True)
class KeepTerm:
    """So many months, or days, after something ended."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "KeepTerm | None":
        """``"5 jaar"``, ``"6 maanden"``, ``"6 weken"`` or ``"30 dagen"``; ``None`` for anything else."""
        found = _TERM.fullmatch(text.strip())
        if found is None:
            return None
        number, unit = int(found[1]), found[2]
        match unit:
            case "jaar":
                return cls(months=12 * number)
            case "maand" | "maanden":
                return cls(months=number)
            case "week" | "weken":
                return cls(days=7 * number)
        return cls(days=number)

    def before(self, today: date) -> date:
        """What ended before this day has been kept long enough."""
        return today - relativedelta(months=self.months, days=self.days)

    def after(self, day: date) -> date:
        """Until and including which day that is kept which ended on ``day``."""
        return day + relativedelta(months=self.months, days=self.days)

    @property
    def data(self) -> dict[str, int]:
        """For the record."""
        return {"months": self.months} if self.months else {"days": self.days}

    def __str__(self) -> str:
        return dutch.counted(self.months, "maand", "maanden") if self.months else dutch.days(self.days)


@dataclass(frozen=True)
class Keeping:
    """The terms. ``messages``: what was written, of a round that is settled; ``notes``: notes and grounds; ``lines``: the case,
    after its end; ``short``: the same, when it ended as a mistake, was one too many, or was not taken in; ``absences``: who was
    away and who acted meanwhile, after its last day.
    """

    messages: KeepTerm = KeepTerm(months=6)
    notes: KeepTerm = KeepTerm(months=24)
    lines: KeepTerm = KeepTerm(months=60)
    short: KeepTerm = KeepTerm(days=42)
    absences: KeepTerm = KeepTerm(months=12)


AS_SHIPPED = Keeping()
