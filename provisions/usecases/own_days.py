"""The last days of one's own clients, and of those of the people one replaces."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from provisions.domain.calendar import ONE_DAY, day_of
from provisions.store import worklists
from provisions.usecases.own_work import OwnWork


@dataclass(frozen=True, order=True)
class OwnDay:
    """A last day on time, of one or more provisions of a case. ``address``: the random id of the case."""

    day: date
    reference: str
    address: UUID


class OwnDays(OwnWork):
    """What stands in somebody's own calendar."""

    def own_days(self) -> list[OwnDay]:
        """Each last day of something of one's own clients, oldest first; what is late stands on the day that passed."""
        if not self.scope.whole:
            return []
        with self._read() as rows:
            mine = self._mine(rows)
            found = worklists.last_days(rows, mine.cases) if mine.own else ()
        return sorted({OwnDay(day_of(row.late_from) - ONE_DAY, row.reference, row.address) for row in found})
