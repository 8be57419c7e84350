"""What a counter says, and when what it did becomes known: by its answer, or because the director asked around."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial

from provisions.domain import lifecycle
from provisions.domain.calendar import day_of
from provisions.domain.case import ProvisionKey, Said, Status
from provisions.domain.lifecycle import Decision, FromCounter, Moment, Via
from provisions.domain.questions import receiver
from provisions.domain.rules import OutcomeName, ProvisionRule
from provisions.domain.rungs import RungName
from provisions.simulation.counters import DONE, Work
from provisions.simulation.lived import Lived

ANSWERS = timedelta(hours=10)  # the hour (of the day in Amsterdam) at which a counter answers what it was asked
FORESEEABLE = timedelta(days=365)  # no counter names a day that is further away
_SAID = {OutcomeName.DELIVERED: Said.DELIVERED, OutcomeName.REFUSED: Said.REFUSED}


class Known:
    """``needless``: rungs climbed for what the counter had done already, but nobody knew; ``unknown``: the calendar days until
    each outcome of a counter was known.
    """

    def __init__(self, life: Lived) -> None:
        self.needless = 0
        self.unknown: list[int] = []
        self._life = life
        self._asked: set[ProvisionKey] = set()
        self._done: dict[ProvisionKey, OutcomeName] = {}  # what the counter did, while nobody knows

    def is_asked(self, key: ProvisionKey, now: datetime) -> None:
        """Once the counter is asked, it will answer."""
        life = self._life
        plan = life.plans[key]
        if plan.by_link and key not in self._asked and life.case.provisions[key].asked:
            self._asked.add(key)
            life.agenda.after(now, plan.first_answer, ANSWERS, partial(self._first_answer, key))

    def is_done(self, key: ProvisionKey, work: Work, now: datetime) -> Decision | None:
        """The counter is done. Who does without tells the director, and nobody else."""
        plan = self._life.plans[key]
        if not plan.known_after or work.name is OutcomeName.WITHDRAWN:
            return self._becomes_known(key, work, now)
        self._done[key] = work.name
        self._life.agenda.after(now, plan.known_after, DONE, partial(self._becomes_known, key, work))
        return None

    def was_delivered(self, key: ProvisionKey) -> bool:
        """Whether it is there, and nobody knows."""
        return self._done.get(key) is OutcomeName.DELIVERED

    def climbed(self, key: ProvisionKey, rung: RungName) -> None:
        """It was laid before ``rung``. What only reminds the director is nobody else's work."""
        if rung.kind.is_table and self.was_delivered(key):
            self.needless += 1

    def _first_answer(self, key: ProvisionKey, now: datetime) -> Decision | None:
        """What it says when it is not done by then: the day on which it will be, as far as it knows."""
        life, today = self._life, day_of(now)
        if life.case.provisions[key].status not in (Status.WAITING, Status.BLOCKED) or key in self._done:
            return None
        work = life.counters.work(key)
        if work is None or work.name is not OutcomeName.DELIVERED or work.day - today > FORESEEABLE:
            return self._says(key, FromCounter(Said.SEEN), now)
        return self._says(key, FromCounter(Said.PROMISED, max(work.day, today)), now)

    def _becomes_known(self, key: ProvisionKey, work: Work, now: datetime) -> Decision | None:
        self._done.pop(key, None)
        life, today = self._life, day_of(now)
        provision, plan = life.case.provisions[key], life.plans[key]
        if not provision.status.is_open:
            return None  # it was needed no more
        if work.name in _SAID:
            self.unknown.append((today - work.day).days)
        if work.name is OutcomeName.REFUSED and plan.after_refusal is not None:
            life.counters.begins(key, today, plan.after_refusal_wait, plan.after_refusal, now)
        fields = _required_fields(life.catalogue.rule(key.key), work.name, work.day)
        if not plan.by_link or work.name not in _SAID or not provision.asked:
            return lifecycle.record_outcome(life.case, key, work.name, life.moment(now), work.day, fields)
        cause = plan.ground if work.name is OutcomeName.REFUSED else None
        return self._says(key, FromCounter(_SAID[work.name], work.day, cause, fields), now)

    def _says(self, key: ProvisionKey, said: FromCounter, now: datetime) -> Decision:
        life = self._life
        moment = Moment(now, receiver(life.catalogue.rule(key.key)), life.catalogue, via=Via.LINK)
        return lifecycle.reply_as_counter(life.case, key, said, moment)


def _required_fields(rule: ProvisionRule, name: OutcomeName, day: date) -> Mapping[str, str]:
    """The fields without which that outcome can't be recorded, with any answer: nothing is counted by them."""
    found = {}
    for f in rule.fields:
        if name not in f.required_for:
            continue
        match f.kind:
            case "choice":
                found[f.name] = next(choice.value for choice in f.choices if choice.value not in f.refuse)
            case "yes_no":
                found[f.name] = "yes"
            case _:
                found[f.name] = day.isoformat()
    return found
