"""What others ask of somebody: to look at something with them, or to take a case over."""

from itertools import product
from typing import Any

from provisions.access import Subject, UseCase
from provisions.access.rights import OF_ACT
from provisions.domain.approvals import WORDS, Act
from provisions.domain.calendar import day_of
from provisions.overview import states
from provisions.store import workday
from provisions.store.looking import Rows
from provisions.usecases.own_work import Mine, OwnWork, Task, named
from provisions.views.lines import provision_name


class AskedByOthers(OwnWork):
    """What waits for this person's yes or no."""

    def _asked(self, rows: Rows) -> list[Any]:
        """What is asked of a second person, and may be decided on by this one."""
        organisation, rights = self._config.organisation, frozenset(OF_ACT.values())
        places = [
            key
            for key in organisation.municipalities
            if any(
                self.may(right, Subject(place)) for place, right in product(organisation.places_of_seconds(key), rights)
            )
        ]
        found = workday.asked(rows, self.actor.code, places) if places else []
        return [row for row in found if self._may_decide(Act(row.act), row.municipality)]

    def _may_decide(self, act: Act, municipality: str) -> bool:
        places = self._config.organisation.places_of_seconds(municipality)
        return any(self.may(OF_ACT[act], Subject(place)) for place in places)

    def _asked_task(self, row: Any) -> Task:
        name = provision_name(self._config, row.key, row.round or 1, row.purpose) if row.key else "Traject"
        said = f"{row.asked_by} vraagt: {WORDS[Act(row.act)]}"
        return Task(
            row.address,
            row.reference,
            row.own_number,
            row.municipality,
            row.director,
            name,
            said,
            "Meekijken",
            f"/meekijken#A-{row.number}",
            named(row.key, row.round),
            row.status or "",
        )

    def _handovers(self, rows: Rows, mine: Mine) -> list[Task]:
        """What another municipality hands over to one of those in which this person may take a case over."""
        towns = self._config.organisation.municipalities
        places = [key for key in towns if self.may(UseCase.ACCEPT, Subject(key))]
        every = any(self.may(UseCase.ASSIGN, Subject(key)) for key in places)
        found = workday.handovers(rows, places, mine.codes, every=every) if places else []
        return [
            Task(
                row.address,
                row.reference,
                None,
                row.to,
                mine.other(row.director),
                "Traject",
                f"Overdracht van {towns[row.municipality].name if row.municipality in towns else row.municipality}, "
                f"sinds {states.near_day(row.since, day_of(mine.now))}",
                "Aannemen of teruggeven",
                f"/clienten/{row.address}",
            )
            for row in found
        ]
