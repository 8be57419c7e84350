"""A region in which a lot happens: clients come, counters are slow, people record things late and change their mind.

Everything goes through the use cases, with a clock that travels; the moments that the database writes travel along.
"""

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine

from provisions.app import App
from provisions.catalogue import Config
from provisions.domain.calendar import AMSTERDAM, ONE_DAY
from provisions.domain.case import Answer, Reason, Status
from provisions.domain.errors import Refused
from provisions.domain.rules import OutcomeName
from provisions.store.audit import RECORDED_AT
from provisions.usecases.intake import IntakeRequest
from tests.builders import typed
from tests.conftest import MovingClock

BY = "regie-1"


def dated(engine: Engine, clock: MovingClock) -> Engine:
    """Let the moments that the database would write itself be those of the clock, as the example caseload does."""
    return engine.execution_options(**{RECORDED_AT: clock})


def morning(day: date) -> datetime:
    return datetime.combine(day, time(9), AMSTERDAM)


class Region:
    """A region that lives day by day; ``seed`` decides on everything that happens."""

    def __init__(self, database: Engine, clock: MovingClock, config: Config, seed: int = 1) -> None:
        self.database, self.clock, self.config = database, clock, config
        self.app = App(dated(database, clock), config, clock)
        self.random = random.Random(seed)  # noqa: S311 - a repeatable life, no secret
        self.references: list[str] = []

    def lives(self, first: date, last: date, clients_a_day: float = 1.0) -> "Region":
        """Every day from ``first`` to ``last``."""
        day = first
        while day <= last:
            self.clock.now = morning(day)
            self.app.time.tick_all()
            if day.weekday() < 5:
                self._a_working_day(day, clients_a_day)
            day += ONE_DAY
        return self

    def _a_working_day(self, day: date, clients_a_day: float) -> None:
        whole, part = divmod(clients_a_day, 1)
        for _ in range(int(whole) + (self.random.random() < part)):
            self._takes_in(day)
        for reference in list(self.references):
            if self.random.random() < 0.5:
                self._something_happens(reference, day)

    def _takes_in(self, day: date) -> None:
        chance = self.random
        reference = f"TR-{day.year}-{len(self.references) + 1:04}"
        keys = [rule.key for rule in self.config.catalogue.provisions.values() if not rule.needs_agreed_date]
        present = [key for key in ("id_document", "benefit_decision") if chance.random() < 0.3]
        municipalities = list(self.config.organisation.municipalities)
        request = IntakeRequest(
            reference,
            chance.choice(["voluntary", "conditional", "bemoeizorg"]),
            [key for key in keys if key not in present] + ["housing"],
            municipality=chance.choices(municipalities, weights=[12, 5, 2, 1][: len(municipalities)])[0],
            brp=chance.choice(["registered", "unregistered", "unknown"]),
            present=present,
            agreed={"housing": day + timedelta(days=chance.randint(3, 30))},
            urgent=["debt_counselling"] if chance.random() < 0.2 else [],
            on=day - timedelta(days=chance.choice([0, 0, 0, 1, 3, 10])),
        )
        self.app.cases.intake(request, by=typed(BY))
        self.references.append(reference)

    def _something_happens(self, reference: str, day: date) -> None:
        case = self.app.views.case(reference).case
        for provision in case.provisions.values():
            if self.random.random() > 0.22:
                continue
            self.clock.advance(seconds=7)
            try:
                self._one_thing(reference, provision, day)
            except Refused:
                continue  # not possible as things stand; a person would have seen that

    def _one_thing(self, reference: str, provision: Any, day: date) -> None:
        chance, app, key = self.random, self.app, provision.key
        earlier = day - timedelta(days=chance.choice([0, 0, 0, 0, 1, 2, 9]))
        if not provision.status.is_open:
            if chance.random() < 0.02:
                app.cases.reopen(
                    reference,
                    key,
                    reason="het bleek niet te kloppen",
                    by=typed(BY),
                    on=max(earlier, provision.closed_on),
                )
            return
        what = chance.random()
        if provision.status is Status.BLOCKED:
            if what < 0.06:
                dependency = "id_document"
                app.cases.waive(reference, key, dependency, ground="bewijslast achteraf", by=typed(BY), on=earlier)
            elif what < 0.07:
                app.cases.record_outcome(reference, key, "withdrawn", by=typed(BY), on=earlier)
            return
        if what < 0.45:
            app.cases.record_outcome(reference, key, OutcomeName.DELIVERED, by=typed(BY), on=earlier)
        elif what < 0.52:
            app.cases.record_outcome(reference, key, OutcomeName.REFUSED, by=typed(BY), on=earlier)
        elif what < 0.55:
            fields = {"offered_instead": "other_shelter"} if key == "emergency_shelter" else {}
            app.cases.record_outcome(reference, key, OutcomeName.WITHDRAWN, by=typed(BY), on=earlier, fields=fields)
        elif what < 0.65:
            until = day + timedelta(days=chance.randint(2, 20))
            app.cases.suspend(reference, key, reason=chance.choice(list(Reason)), until=until, by=typed(BY), on=earlier)
        elif what < 0.68:
            app.cases.resume(reference, key, by=typed(BY), on=earlier)
        elif what < 0.80 and provision.rungs:
            app.cases.answer(reference, key, provision.rungs[-1].name, chance.choice(list(Answer)), by=typed(BY))
        elif what < 0.83:
            app.cases.submit(reference, key, "submitted", reason="alles is geprobeerd", by=typed(BY))
        elif what < 0.90 and key == "housing":
            app.cases.agree(reference, key, day + timedelta(days=chance.randint(1, 20)), by=typed(BY))
        elif what < 0.91:
            app.cases.transfer(reference, chance.choice(list(self.config.organisation.municipalities)), by=typed(BY))
