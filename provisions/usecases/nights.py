"""Vannacht: who needs a bed, for whoever is on duty, and with a reason for a colleague (web.md, "Pages")."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from provisions.access import Given, Subject, UseCase
from provisions.access.log import Logged
from provisions.catalogue import Contact
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.errors import NotFound
from provisions.store import worklists
from provisions.store.worklists import Only
from provisions.usecases.with_reason import WithReason
from provisions.views.lines import ProvisionLine, line

MOST = 200
PAGE = "vannacht"
WITH_REASON = UseCase.SEE_TONIGHT_WITH_REASON


@dataclass(frozen=True)
class Losing:
    """Somebody who loses the place to sleep on ``day``. ``case_id``: the database id of the case, ``address`` its random one.
    ``municipality`` has it, and hands it over to ``moving_to``, where it does.
    """

    case_id: int
    address: object
    reference: str
    day: date
    municipality: str
    moving_to: str | None


@dataclass(frozen=True)
class Night:
    """Tonight in a municipality: who needs a bed now, who does from tomorrow, and whom to call.

    ``losing``: who loses the place to sleep today or tomorrow. ``numbers``: of the municipality, who to call first on top.
    ``records``: whoever looks may say how it is. ``given``: with which reason it is seen, by whom no right opens it.
    ``spend_first``: how much of the customised budget (euro cents) whoever looks may spend now and ask afterwards; 0 for nothing.

    What is being handed over to it stands there too, and is recorded by the municipality that has it until it is taken over:
    ``elsewhere`` are the numbers of those.
    """

    municipality: str
    now: tuple[ProvisionLine, ...]
    tomorrow: tuple[ProvisionLine, ...]
    losing: tuple[Losing, ...]
    numbers: tuple[Contact, ...]
    records: bool
    given: Given | None = None
    spend_first: int = 0
    elsewhere: tuple[tuple[str, tuple[Contact, ...]], ...] = ()

    @property
    def cases(self) -> tuple[int, ...]:
        """Every case that stands there (database ids), each once."""
        found = (*(line.case_id for line in (*self.now, *self.tomorrow)), *(one.case_id for one in self.losing))
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Bed:
    """Somebody who has no bed tonight, of whom can be said how it is."""

    line: ProvisionLine

    @property
    def row(self) -> str:
        """Which row of the page it is."""
        return str(self.line.id)


@dataclass(frozen=True)
class Tonight:
    """The page of the stand-by. ``askable``: where whoever looks sees it only after giving a reason. ``hidden``: how many
    provisions there are besides, where there are too many for one page.
    """

    nights: tuple[Night, ...]
    askable: tuple[str, ...]
    hidden: int = 0

    @property
    def lying(self) -> tuple[Bed, ...]:
        """Of whom can be said how it is, in the order of the page."""
        nights = (night for night in self.nights if night.records)
        return tuple(Bed(line) for night in nights for line in night.now if line.municipality == night.municipality)


class Nights(WithReason):
    """What the stand-by needs at night: by right, or with a reason."""

    def tonight(self) -> Tonight:
        """Each municipality in which this person sees who sleeps where: by right, or for as long as a reason lasts that was
        given. The look is written down before anything is shown; with a reason at each case too.

        Raises ``NotFound`` for whoever may see it for no reason either.
        """
        if not self.may(WITH_REASON):
            self.must(UseCase.SEE_TONIGHT)
        standing, given = self._standing(), self.open_reasons(WITH_REASON)
        if standing:
            self._looks.note(Logged.LOOKED, self.actor.code, via=self.actor.via, page=PAGE)
        nights, hidden = self._nights((*standing, *given), given)
        for night in nights:
            if night.given is not None:
                self._looks.note_with_reason(night.given, night.cases, via=self.actor.via, page=PAGE)
        askable = tuple(place for place in self.places_with_reason(WITH_REASON) if place not in given)
        return Tonight(nights, askable, hidden)

    def must_have_no_bed(self, provision_id: int) -> Bed:
        """Who has no place tonight, where this person may do something about it. Raises ``NotFound`` when it is nobody."""
        self.must(UseCase.SEE_TONIGHT)
        nights, _ = self._nights(self._standing(), {})
        found = (bed for bed in Tonight(nights, ()).lying if bed.line.id == provision_id)
        if (one := next(found, None)) is None:
            raise NotFound("Dit staat er niet meer: er is intussen een plek, of het is niet meer nodig.")
        return one

    def give_reason_for_tonight(self, municipality: str, reason: str, *, form: str = "") -> Given:
        """Why this person looks tonight; see :meth:`give_reason`."""
        return self.give_reason(WITH_REASON, municipality, reason, PAGE, form)

    def _standing(self) -> tuple[str, ...]:
        """Where this person has the right."""
        towns = self._config.organisation.municipalities
        return tuple(key for key in towns if self.may(UseCase.SEE_TONIGHT, Subject(key)))

    def _records(self, place: str) -> bool:
        return all(self.may(use_case, Subject(place)) for use_case in (UseCase.MILESTONE, UseCase.WHY))

    def _nights(self, places: tuple[str, ...], given: Mapping[str, Given]) -> tuple[tuple[Night, ...], int]:
        """Tonight in these municipalities, and how many rows did not fit."""
        if not places:
            return (), 0
        now = self._clock()
        today = day_of(now)
        beds = tuple(rule.key for rule in self._config.catalogue.provisions.values() if rule.same_day)
        tonight, soon = (first_moment(today + timedelta(days=n)) for n in (1, 2))
        scope = replace(self.scope, whole=places, at_table=(), to_judge=(), cases=None)
        with self._read() as rows:
            late, all_late = worklists.late(rows, scope, tonight, Only(beds=beds, rows=MOST))
            due, all_due = worklists.due(rows, scope, tonight, soon, Only(beds=beds, rows=MOST))
            lost, _ = worklists.places(rows, scope, today, MOST)
        hidden = all_late + all_due - len(late) - len(due)
        soon_lost = [row for row in lost if row.ends <= today + timedelta(days=1)]

        def night(place: str) -> Night:
            standing, reason = partial(_stand_in, place, places), given.get(place)
            none, later, losing = (tuple(filter(standing, rows)) for rows in (late, due, soon_lost))
            others = dict.fromkeys(r.municipality for r in (*none, *later, *losing) if r.municipality != place)
            return Night(
                place,
                tuple(line(row, self._config, now, causes=reason is None) for row in none),
                tuple(line(row, self._config, now, causes=False) for row in later),
                tuple(
                    Losing(row.case_id, row.address, row.reference, row.ends, row.municipality, row.moving_to)
                    for row in losing
                ),
                self._numbers(place, beds),
                reason is None and self._records(place),
                reason,
                0 if reason else self._spend_first(place, now),
                tuple((other, self._numbers(other, beds)) for other in others),
            )

        return tuple(night(place) for place in places), hidden

    def _spend_first(self, place: str, now: datetime) -> int:
        rule = self._config.catalogue.budgets.get(place)
        open_now = self._config.catalogue.at_the_office(place, now)
        return 0 if rule is None or open_now or not self.may(UseCase.BUDGET, Subject(place)) else rule.first

    def _numbers(self, place: str, beds: tuple[str, ...]) -> tuple[Contact, ...]:
        town = self._config.organisation.municipalities[place]
        counters = [town.counters[self._config.catalogue.rule(key).counter] for key in beds]
        return tuple(dict.fromkeys(contact for contact in (town.standby, town.team, *counters) if contact.phone))


def _stand_in(place: str, places: Collection[str], row: Any) -> bool:
    """Whether a row stands under ``place``: of what is being handed over, whoever sees both municipalities sees it once."""
    return bool(row.municipality == place or (row.moving_to == place and row.municipality not in places))
