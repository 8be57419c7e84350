"""Vannacht: who needs a bed, for whoever is on duty (web.md, "Pages")."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from provisions.access import Subject, UseCase
from provisions.access.log import Logged
from provisions.catalogue import Contact
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.errors import NotFound
from provisions.store import worklists
from provisions.store.worklists import Only
from provisions.usecases.seeing import Seeing
from provisions.views.lines import ProvisionLine, line

MOST = 200


@dataclass(frozen=True)
class Losing:
    """Somebody who loses the place to sleep on ``day``."""

    address: object
    reference: str
    day: date


@dataclass(frozen=True)
class Night:
    """Tonight in a municipality: who needs a bed now, who does from tomorrow, and whom to call.

    ``losing``: who loses the place to sleep today or tomorrow. ``numbers``: of the municipality, who to call first on top.
    """

    municipality: str
    now: tuple[ProvisionLine, ...]
    tomorrow: tuple[ProvisionLine, ...]
    losing: tuple[Losing, ...]
    numbers: tuple[Contact, ...]


class Nights(Seeing):
    """What the stand-by needs at night."""

    def tonight(self) -> tuple[Night, ...]:
        """Each municipality in which this person may do what the stand-by does. The look is written down.

        Raises ``NotFound`` for whoever has no such right.
        """
        self.must(UseCase.PLACE)
        self._looks.note(Logged.LOOKED, self.actor.code, via=self.actor.via, page="vannacht")
        return self._nights()

    def must_have_no_bed(self, provision_id: int) -> ProvisionLine:
        """Who has no place tonight, where this person may do something about it. Raises ``NotFound`` when it is nobody."""
        self.must(UseCase.PLACE)
        found = (one for night in self._nights() for one in night.now if one.id == provision_id)
        if (one := next(found, None)) is None:
            raise NotFound("Dit staat er niet meer: er is intussen een plek, of het is niet meer nodig.")
        return one

    def _nights(self) -> tuple[Night, ...]:
        towns = self._config.organisation.municipalities
        places = tuple(key for key in towns if self.may(UseCase.PLACE, Subject(key)))
        now = self._clock()
        today = day_of(now)
        beds = tuple(rule.key for rule in self._config.catalogue.provisions.values() if rule.same_day)
        tonight, soon = (first_moment(today + timedelta(days=n)) for n in (1, 2))
        scope = replace(self.scope, whole=places, at_table=(), to_judge=(), cases=None)
        with self._read() as rows:
            late, _ = worklists.late(rows, scope, tonight, Only(beds=beds, rows=MOST))
            due, _ = worklists.due(rows, scope, tonight, soon, Only(beds=beds, rows=MOST))
            lost, _ = worklists.places(rows, scope, today, MOST)
        return tuple(
            Night(
                place,
                tuple(line(row, self._config, now, causes=True) for row in late if row.municipality == place),
                tuple(line(row, self._config, now, causes=False) for row in due if row.municipality == place),
                tuple(
                    Losing(row.address, row.reference, row.ends)
                    for row in lost
                    if row.municipality == place and row.ends <= today + timedelta(days=1)
                ),
                self._numbers(place, beds),
            )
            for place in places
        )

    def _numbers(self, place: str, beds: tuple[str, ...]) -> tuple[Contact, ...]:
        town = self._config.organisation.municipalities[place]
        counters = [town.counters[self._config.catalogue.rule(key).counter] for key in beds]
        return tuple(dict.fromkeys(contact for contact in (town.standby, town.team, *counters) if contact.phone))
