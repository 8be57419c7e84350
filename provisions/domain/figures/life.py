"""The life of one provision in spans of days: open, blocked, overdue, suspended, and where its days went."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from provisions.domain import graph
from provisions.domain.figures.facts import (
    AT_REST,
    BLOCKED,
    COUNTER,
    REFUSED,
    REGISTERED_LATE,
    SUSPENDED,
    TABLES,
    CaseFacts,
    OutcomeFact,
    ProvisionFacts,
)
from provisions.domain.figures.spans import ALWAYS, Span, count_days, merged_spans, minus, within
from provisions.domain.rules import Dependency, OutcomeName, Promise, ProvisionRule
from provisions.domain.rungs import RungName


@dataclass(slots=True)
class Delivery:
    """One delivery, in days: since the start and since intake (both less suspended days), and where they went."""

    since_start: int
    since_intake: int
    went: Mapping[str, int]


class Life:
    """The spans of one provision's life."""

    def __init__(self, facts: ProvisionFacts, rule: ProvisionRule) -> None:
        self.facts = facts
        self.rule = rule
        self.outcomes = _with_undone(facts)
        self.needed = facts.needed_on.toordinal()
        self.started = facts.started_on.toordinal() if facts.started_on else ALWAYS
        self.waits = self.started > self.needed
        closings = [(o, undone) for o, undone in self.outcomes if o.name != OutcomeName.REFUSED]
        closed = [(o.day.toordinal(), undone.toordinal() if undone else ALWAYS) for o, undone in closings]
        ended = [(facts.ended_on.toordinal(), ALWAYS)] if facts.ended_on else []
        self.open = minus([(self.needed, ALWAYS)], [*closed, *ended])
        self.delivered = [
            span for span, (o, _) in zip(closed, closings, strict=True) if o.name == OutcomeName.DELIVERED
        ]
        self.outside = [
            span for span, (o, _) in zip(closed, closings, strict=True) if o.without_place
        ]  # without a place to sleep, though it was settled
        self.blocked = within(self.open, self.needed, self.started)
        stops = [(s.toordinal(), e.toordinal()) for s, e, _ in facts.suspensions]
        self.suspended = merged_spans([part for s, e in stops for part in within(self.open, s, e)])
        rests = [(s.toordinal(), e.toordinal()) for s, e in facts.rests]
        self.at_rest = merged_spans([part for s, e in rests for part in within(self.open, s, e)])

    def over_before(self, day: date) -> bool:
        """Whether nothing of it is on or after ``day``: such provisions are most of them, after some years."""
        first = day.toordinal()
        facts = self.facts
        return (
            (not self.open or self.open[-1][1] <= first)
            and (facts.ended_on is None or facts.ended_on < day)
            and (facts.breach_day is None or facts.breach_day < day)
            and (facts.ended_on is None or facts.ended_on < day)
            and all(o.day < day for o in facts.outcomes)
            and all(climbed < day for _, climbed in facts.rungs)
            and all(a.day < day for a in facts.answers)
            and all(morning < day for morning in facts.nights)
            and all(submitted < day for submitted in facts.submitted)
        )

    @property
    def statutory_exceeded(self) -> list[Span]:
        """The days on which it was open beyond one of its statutory terms."""
        spans: list[Span] = []
        for late_from, ended in self.facts.statutory_late:
            first = late_from.toordinal()
            late = within(self.open, first, ended.toordinal() if ended else ALWAYS)
            # A refusal within the term is the decision that the law asks for.
            spans += minus(late, self._refused(first - 1))
        return merged_spans(spans)

    @property
    def overdue(self) -> list[tuple[int, list[Span]]]:
        """(D, days overdue against that D): more than one where a date was agreed anew."""
        if self.facts.due is None:
            return []
        periods: list[tuple[int, int, int]] = []
        since = 0
        for until, due in self.facts.earlier_due:
            periods.append((due.toordinal(), since, until.toordinal()))
            since = until.toordinal()
        periods.append((self.facts.due.toordinal(), since, ALWAYS))
        found = []
        for due_day, first, end in periods:
            spans = within(self.open, max(due_day + 1, first), end)
            if not spans:
                continue
            if self.suspended or self.at_rest:
                spans = minus(spans, merged_spans([*self.suspended, *self.at_rest]))
            if self.rule.promise is Promise.DECISION:
                spans = minus(spans, self._refused(due_day))
            found.append((due_day, spans))
        return found

    def _refused(self, until: int) -> list[Span]:
        return [
            (o.day.toordinal(), undone.toordinal() if undone else ALWAYS)
            for o, undone in self.outcomes
            if o.name == OutcomeName.REFUSED and o.day.toordinal() <= until
        ]

    def stopped(self, first: int, last: int) -> dict[str, int]:
        """The days after ``first``, up to and including ``last``, on which the clock stood still, by reason.

        The day of suspending and the day of resuming both run (Awb 4:15); what overlaps counts once.
        """
        days: Counter[str] = Counter()
        seen: list[Span] = []
        for start, end, reason in (*self.facts.suspensions, *((s, e, AT_REST) for s, e in self.facts.rests)):
            still = within([(start.toordinal() + 1, end.toordinal())], first + 1, last + 1)
            days[reason] += count_days(minus([s for s in still if s[0] < s[1]], seen))
            seen += still
        return {reason: count for reason, count in days.items() if count}

    def went(self, last: int, met: "Dependencies | None") -> dict[str, int]:
        """Where the days from the need up to ``last`` went: ``blocked:…``, ``suspended:…``, ``at_rest``, ``tables``, or
        ``counter``.
        """
        blocked = max(0, min(self.started, last) - self.needed)
        stopped = self.stopped(self.started, last)
        tables = minus(self._with_tables(last), self._still_spans())
        went = {f"{BLOCKED}:{met.last_met if met else ''}": blocked}
        went[AT_REST] = stopped.pop(AT_REST, 0)
        went.update({f"{SUSPENDED}:{reason}": count for reason, count in stopped.items()})
        went[TABLES] = count_days(within(merged_spans(tables), self.started + 1, last + 1))
        went[COUNTER] = last - self.needed - sum(went.values())
        return {name: count for name, count in went.items() if count > 0}

    def delivery(self, day: date, met: "Dependencies | None") -> Delivery:
        """A delivery on ``day``; ``met``: what it had waited for."""
        last = day.toordinal()
        # What is needed from a later day is not waited for before it.
        begin = max(self.started, self.facts.needed_from.toordinal() if self.facts.needed_from else 0)
        still = sum(self.stopped(self.started, last).values())
        return Delivery(
            max(0, last - begin - sum(self.stopped(begin, last).values())),
            max(0, last - self.needed - still),
            self.went(last, met),
        )

    def cause(self, breach: date, met: "Dependencies | None") -> str:
        """Why a promise was broken: as somebody said it, or else as the record shows it. That D had passed before the counter was
        asked goes before a refusal by then, and that before what took most of the days from the need until D.
        """
        due = breach.toordinal() - 1
        if self.facts.cause is not None:
            return self.facts.cause
        if self.facts.asked_on is not None and self.facts.asked_on >= breach:
            return REGISTERED_LATE
        if any(first <= due < end for first, end in self._refused(due)):
            return REFUSED
        went = self.went(due, met)
        order = {BLOCKED: 0, SUSPENDED: 1}
        return min(went, key=lambda n: (-went[n], order.get(n.partition(":")[0], 2)), default=COUNTER)

    def _with_tables(self, last: int) -> list[Span]:
        answered = {a.rung: a.day.toordinal() for a in self.facts.answers}
        return [
            (day.toordinal(), max(day.toordinal(), answered.get(name, last + 1)))
            for name, day in (*self.facts.rungs_before, *self.facts.rungs)
            if RungName(name).kind.is_table
        ]

    def _still_spans(self) -> list[Span]:
        still = [*((s, e) for s, e, _ in self.facts.suspensions), *self.facts.rests]
        return [(s.toordinal() + 1, e.toordinal()) for s, e in still]


Rounds = dict[str, list[Life]]  # by key, oldest first


def there(rounds: Sequence[Life]) -> list[Span]:
    """The days on which a provision was there: from the delivery of a round until the next one was needed."""
    ends = [*(following.needed for following in rounds[1:]), ALWAYS][: len(rounds)]
    return [span for life, end in zip(rounds, ends, strict=True) for span in within(life.delivered, 0, end)]


class Dependencies:
    """What a provision waited for: until when each dependency was not met, and which was met last."""

    def __init__(self, case: CaseFacts, life: Life, lives: Rounds) -> None:
        self.unmet: dict[str, list[Span]] = {}
        facts, latest = life.facts, -1
        self.last_met = ""
        days = [0, *(since.toordinal() for since, _ in case.brp[1:]), ALWAYS]
        # As was known of the register on each day.
        for (_, brp), first, end in zip(case.brp, days[:-1], days[1:], strict=True):
            for dependency in graph.dependencies(life.rule, brp, urgent=facts.urgent, purpose=facts.purpose):
                name, met = str(dependency), self._met(dependency, case, life, lives)
                unmet = minus(within(life.blocked, first, end), met)
                self.unmet[name] = merged_spans([*self.unmet.get(name, ()), *unmet])
                since = min(end, *(day for day, _ in met)) if met else end
                if first < life.started and since > latest:
                    latest, self.last_met = since, name

    def _met(self, dependency: Dependency, case: CaseFacts, life: Life, lives: Rounds) -> list[Span]:
        name = str(dependency)
        met = [(day.toordinal(), ALWAYS) for waived, day in life.facts.waivers if waived == name]
        for key in dependency.alternatives:
            if key in case.present:
                met.append((life.needed, ALWAYS))
            else:
                # What was met once stays met, whatever happens to later rounds.
                met += [span for other in lives.get(key, ()) for span in other.delivered]
        return met


def _with_undone(facts: ProvisionFacts) -> list[tuple[OutcomeFact, date | None]]:
    """Each outcome with the day on which a reopening undid it: the n-th reopening undoes all up to the n-th closing."""
    reopenings = iter(facts.reopened)
    found: list[tuple[OutcomeFact, date | None]] = []
    waiting: list[OutcomeFact] = []
    for outcome in facts.outcomes:
        waiting.append(outcome)
        if outcome.name != OutcomeName.REFUSED:
            undone = next(reopenings, None)
            found += [(o, undone) for o in waiting]
            waiting = []
    return [*found, *((o, None) for o in waiting)]
