"""What must be done today because it was promised: shelter for tonight, what is late, what is due, and a place that ends."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from provisions.access import Subject, UseCase
from provisions.domain import dutch
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.rungs import RungName
from provisions.overview import states
from provisions.store import worklists
from provisions.store.looking import Rows
from provisions.store.worklists import Only, Scope
from provisions.usecases.own_work import MOST, Kind, Mine, OwnWork, Task
from provisions.views.lines import ProvisionLine, line
from provisions.views.places import losing

_REMINDED = frozenset(rung.value for rung in RungName if not rung.kind.is_table)  # with the director, who knows that


class SeeingPromised(OwnWork):
    """What falls due, or did."""

    def _promised(self, rows: Rows, mine: Mine, scope: Scope) -> Iterator[tuple[Kind, Sequence[Task], int]]:
        """Shelter for tonight, what is late, and what is due today or tomorrow. A thing stands in the list once."""
        tonight = tuple(rule.key for rule in self._config.catalogue.provisions.values() if rule.same_day)
        now, today = mine.now, day_of(mine.now)
        nights, soon = first_moment(today + timedelta(days=1)), first_moment(today + timedelta(days=2))
        without, others = Only(beds=tonight, rows=MOST), Only(but_beds=tonight, rows=MOST)
        counted = worklists.promised(rows, scope, now, nights, soon, tonight)
        late = worklists.late_rows(rows, scope, now, others) if counted.late else ()
        due = worklists.due_rows(rows, scope, now, soon, others) if counted.due else ()
        shelter = worklists.late_rows(rows, scope, nights, without) if counted.nights else ()
        beds = worklists.due_rows(rows, scope, nights, soon, without) if counted.nights_due else ()  # for tomorrow
        for kind, found, total in (
            (Kind.SHELTER, shelter, counted.nights),
            (Kind.LATE, late, counted.late),
            (Kind.DUE, [*due, *beds], counted.due + counted.nights_due),
        ):
            lines = [line(row, self._config, now, causes=False) for row in found]
            yield kind, [self._promise(one, mine, today) for one in lines], total

    def _promise(self, one: ProvisionLine, mine: Mine, today: date) -> Task:
        table = not self.may(UseCase.SEE_CASE, Subject(one.municipality))
        return Task(
            one.address,
            one.reference,
            one.own_number,
            one.municipality,
            mine.other(one.director),
            one.name,
            f"{states.standing(one, today)}{states.nights(one)}{states.promised(one, today)}",
            "Antwoord geven" if table else "Uitkomst vastleggen",
            "/tafel" if table else f"/clienten/{one.address}/{one.named}",
            one.named,
            one.status,
            bool(one.days_late),
            "" if table or one.lies_with in (None, *_REMINDED) else dutch.holder(one.lies_with or ""),
        )

    def _place_tasks(self, rows: Rows, mine: Mine) -> tuple[Sequence[Task], int]:
        """Who loses the place to sleep, the first to do so first."""
        today = day_of(mine.now)
        found, total = worklists.places(rows, mine.scope, today, MOST)
        calendar_of = self._config.catalogue.calendar_of
        tasks = [
            self._about(
                row,
                mine,
                dutch.capitalised(losing(row.ends, today, calendar_of(row.municipality))),
                "Plan bekijken",
            )
            for row in found
        ]
        return [replace(task, what="Slaapplek") for task in tasks], total
