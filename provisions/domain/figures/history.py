"""The report's figures (domain.md, "The report's figures"), for every week at once and from facts only.

A fact is a day on which something happened; no snapshot is needed, so a past week is computed as well as the last one.
What happens *in* a week (started, delivered, breached, …) is counted by the week of its day. What *is* so at the end of
a week (open, overdue, suspended, …) is a span of days, and counts in each week whose Sunday it covers.

Pure: days are Amsterdam's, and ``today`` is an argument. Up to ``today`` counts: for the week that is still running the
figures are those of today.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from statistics import median
from typing import NamedTuple

from provisions.domain import graph
from provisions.domain.rules import Brp, OutcomeName, Promise, ProvisionRule
from provisions.domain.weeks import Week, week_number

FEWEST = 5  # a median or percentile of fewer deliveries says too much about each of them

EVENTS = ("started", "delivered", "delivered_on_time", "refused", "breaches")
LEVELS = ("open", "overdue", "suspended", "blocked", "statutory_exceeded")
DURATIONS = ("median_days", "p90_days", "longest_overdue_days", "since_intake_median_days")
SCALARS = (*EVENTS, *LEVELS, *DURATIONS)
OF_MUNICIPALITY = ("started", "delivered", "breaches", "overdue")

# What page one asks: who is without shelter, income or identity document. While one of the first is needed and open, and
# none of the second is there.
WITHOUT: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "shelter": (("emergency_shelter",), ("emergency_shelter", "housing")),
    "income": (("advance_payment", "benefit_decision"), ("advance_payment", "benefit_decision")),
    "id": (("id_document",), ("id_document",)),
}

REFUSED, COUNTER, TABLES = "refused", "counter", "tables"
BLOCKED, SUSPENDED = "blocked", "suspended"  # with ":" and what it waited for, or the reason


class OutcomeFact(NamedTuple):
    """An outcome and its day, in the order in which they were recorded; reopened ones included."""

    name: str
    day: date


class AnswerFact(NamedTuple):
    """What a table answered, and the day on which that was recorded."""

    rung: str
    answer: str
    day: date


@dataclass(slots=True)
class ProvisionFacts:
    """What happened to one provision. ``due``: D as it is now; ``earlier_due``: (day of the new agreement, D before it).

    ``suspensions``: (day of suspending, day of resuming, reason); ``rungs``: (name, day it was climbed).
    """

    key: str
    needed_on: date
    started_on: date | None = None
    needed_from: date | None = None
    due: date | None = None
    breach_day: date | None = None
    statutory_due: date | None = None
    urgent: bool = False
    outcomes: Sequence[OutcomeFact] = ()
    reopened: Sequence[date] = ()
    suspensions: Sequence[tuple[date, date, str]] = ()
    waivers: Sequence[tuple[str, date]] = ()
    rungs: Sequence[tuple[str, date]] = ()
    answers: Sequence[AnswerFact] = ()
    submitted: Sequence[date] = ()
    earlier_due: Sequence[tuple[date, date]] = ()


@dataclass(slots=True)
class CaseFacts:
    """What happened in one case. ``municipalities``: (first day, key), in order."""

    brp: Brp
    municipalities: Sequence[tuple[date, str]]
    provisions: Sequence[ProvisionFacts]
    present: frozenset[str] = frozenset()


# --- spans of days ---------------------------------------------------------------------------------------------------

Span = tuple[int, int]  # ordinals of the first day and of the day after the last
_ALWAYS = date.max.toordinal()


def _minus(spans: list[Span], holes: Iterable[Span]) -> list[Span]:
    for first, end in holes:
        if first >= end:
            continue
        left: list[Span] = []
        for a, b in spans:
            if end <= a or b <= first:
                left.append((a, b))
                continue
            if a < first:
                left.append((a, first))
            if end < b:
                left.append((end, b))
        spans = left
    return spans


def _within(spans: list[Span], first: int, end: int = _ALWAYS) -> list[Span]:
    return [(max(a, first), min(b, end)) for a, b in spans if a < end and first < b]


def _days(spans: Iterable[Span]) -> int:
    return sum(b - a for a, b in spans)


class _Levels:
    """How many spans cover the Sunday of each week."""

    def __init__(self) -> None:
        self._change: Counter[int] = Counter()
        self._steps: tuple[list[int], list[int]] | None = None

    def add(self, first: int, end: int) -> None:
        # A span covers the Sundays from the week of its first day until the week of the day after its last.
        begin, stop = (first - 1) // 7, (end - 1) // 7
        if begin < stop:
            self._change[begin] += 1
            self._change[stop] -= 1
            self._steps = None

    def at(self, week: int) -> int:
        if self._steps is None:
            weeks = sorted(self._change)
            self._steps = (weeks, list(accumulate((self._change[w] for w in weeks), initial=0)))
        weeks, levels = self._steps
        return levels[bisect_right(weeks, week)]


@dataclass(slots=True)
class _Delivery:
    """One delivery, in days: since the start and since intake (both less suspended days), and where they went."""

    since_start: int
    since_intake: int
    went: Mapping[str, int]


@dataclass
class _Tally:
    """Everything counted for one provision."""

    events: dict[str, Counter[int]] = field(default_factory=lambda: {name: Counter() for name in EVENTS})
    levels: dict[str, _Levels] = field(default_factory=lambda: {name: _Levels() for name in LEVELS})
    longest: dict[int, int] = field(default_factory=dict)
    blocked_on: defaultdict[str, _Levels] = field(default_factory=lambda: defaultdict(_Levels))
    deliveries: defaultdict[int, list[_Delivery]] = field(default_factory=lambda: defaultdict(list))
    rungs: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    answers: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    submitted: Counter[int] = field(default_factory=Counter)
    causes: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


class History:
    """All figures of the weeks from ``since`` on, built up case by case; nothing of a single case is kept.

    What was over before ``since`` is passed by: it counts in no later week.
    """

    def __init__(self, rules: Mapping[str, ProvisionRule], today: date, since: Week) -> None:
        self.today = today
        self.since = since
        self._rules = rules
        self._after_today = today.toordinal() + 1
        self._tallies = {key: _Tally() for key in rules}
        self._without = {name: _Levels() for name in WITHOUT}
        self._municipal_events: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._municipal_overdue: defaultdict[str, _Levels] = defaultdict(_Levels)

    # --- filling -----------------------------------------------------------------------------------------------------

    def add(self, case: CaseFacts) -> None:
        """Count one case. A provision that the catalogue does not know is left out."""
        lives = {p.key: _Life(p, self._rules[p.key]) for p in case.provisions if p.key in self._rules}
        for life in lives.values():
            if not life.over_before(self.since.monday):
                self._add_provision(case, life, lives)
        self._add_without(case, lives)

    def _add_provision(self, case: CaseFacts, life: "_Life", lives: Mapping[str, "_Life"]) -> None:
        tally, facts = self._tallies[life.facts.key], life.facts
        self._add_levels(case, tally, life)
        if facts.started_on is not None:
            self._event(case, tally, "started", facts.started_on)
        met = _Dependencies(case, life, lives) if life.waits else None
        if met is not None:
            for dependency, spans in met.unmet.items():
                self._level(tally.blocked_on[dependency], spans)
        for outcome, undone in life.outcomes:
            # What was undone before the end of its week did not happen in it.
            if undone is not None and week_number(undone) <= week_number(outcome.day):
                continue
            if outcome.name == OutcomeName.REFUSED:
                self._event(case, tally, "refused", outcome.day)
            elif outcome.name == OutcomeName.DELIVERED and facts.started_on is not None:
                self._event(case, tally, "delivered", outcome.day)
                if facts.due is not None and outcome.day <= facts.due:
                    self._event(case, tally, "delivered_on_time", outcome.day)
                tally.deliveries[week_number(outcome.day)].append(life.delivery(outcome.day, met))
        if facts.breach_day is not None and facts.breach_day <= self.today:
            self._event(case, tally, "breaches", facts.breach_day)
            tally.causes[week_number(facts.breach_day)][life.cause(facts.breach_day, met)] += 1
        for name, day in facts.rungs:
            tally.rungs[week_number(day)][name] += 1
        # An answer that was changed in the same week counts once.
        for (week, _), answer in {(week_number(a.day), a.rung): a.answer for a in facts.answers}.items():
            tally.answers[week][answer] += 1
        for day in facts.submitted:
            tally.submitted[week_number(day)] += 1

    def _event(self, case: CaseFacts, tally: _Tally, figure: str, day: date) -> None:
        week = week_number(day)
        tally.events[figure][week] += 1
        if figure in OF_MUNICIPALITY:
            self._municipal_events[_municipality_on(case, day), figure][week] += 1

    def _level(self, levels: _Levels, spans: Iterable[Span]) -> None:
        for first, end in spans:
            if first < self._after_today:
                levels.add(first, end if end < self._after_today else _ALWAYS)

    def _add_levels(self, case: CaseFacts, tally: _Tally, life: "_Life") -> None:
        self._level(tally.levels["open"], life.open)
        self._level(tally.levels["blocked"], life.blocked)
        self._level(tally.levels["suspended"], life.suspended)
        self._level(tally.levels["statutory_exceeded"], life.statutory_exceeded)
        for due, spans in life.overdue:
            self._level(tally.levels["overdue"], spans)
            for first, end in spans:
                self._add_longest(tally, due, first, min(end, self._after_today))
            for municipality, part in _by_municipality(case, spans):
                self._level(self._municipal_overdue[municipality], part)

    def _add_longest(self, tally: _Tally, due: int, first: int, end: int) -> None:
        this_week = week_number(self.today)
        for week in range(max((first - 1) // 7, self.since.number), (end - 1) // 7 + 1):
            sunday = min((week + 1) * 7, self.today.toordinal())
            if first <= sunday < end and week <= this_week:
                tally.longest[week] = max(tally.longest.get(week, 0), sunday - due)

    def _add_without(self, case: CaseFacts, lives: Mapping[str, "_Life"]) -> None:
        for name, (needed, met) in WITHOUT.items():
            if case.present.intersection(met):
                continue
            spans: list[Span] = []
            for key in needed:
                if life := lives.get(key):
                    from_day = (life.facts.needed_from or life.facts.needed_on).toordinal()
                    spans += _minus(_within(life.open, from_day), spans)
            for key in met:
                if life := lives.get(key):
                    spans = _minus(spans, life.delivered)
            self._level(self._without[name], spans)

    # --- reading -----------------------------------------------------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        """The provisions, in the order of the catalogue."""
        return tuple(self._tallies)

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The municipalities in which anything was counted."""
        return tuple(dict.fromkeys([*(m for m, _ in self._municipal_events), *self._municipal_overdue]))

    def row(self, keys: Sequence[str], week: Week) -> dict[str, object]:
        """The figures of ``keys`` together in ``week``, as ``report --json`` names them (cli.md)."""
        return self.row_over(keys, [week])

    def row_over(self, keys: Sequence[str], weeks: Sequence[Week]) -> dict[str, object]:
        """The same over successive ``weeks``: what happened in any of them, and what is so at the end of the last."""
        numbers, last, tallies = [week.number for week in weeks], weeks[-1].number, [self._tallies[key] for key in keys]
        deliveries = [d for tally in tallies for number in numbers for d in tally.deliveries.get(number, ())]
        enough = len(deliveries) >= FEWEST
        row: dict[str, object] = {name: sum(self._sum(tallies, name, number) for number in numbers) for name in EVENTS}
        row.update({name: self._sum(tallies, name, last) for name in LEVELS})
        row["median_days"] = _whole(median(d.since_start for d in deliveries)) if enough else None
        row["p90_days"] = _percentile([d.since_start for d in deliveries], 0.9) if enough else None
        row["longest_overdue_days"] = max((tally.longest.get(last, 0) for tally in tallies), default=0)
        row["since_intake_median_days"] = _whole(median(d.since_intake for d in deliveries)) if enough else None
        row["since_intake_days"] = _went(deliveries) if enough else None
        row["blocked_on"] = self._blocked_on(tallies, last)
        row["rungs"] = _merged(tally.rungs.get(number) for tally in tallies for number in numbers)
        row["answers"] = _merged(tally.answers.get(number) for tally in tallies for number in numbers)
        row["submitted"] = sum(tally.submitted[number] for tally in tallies for number in numbers)
        return row

    def causes(self, key: str, week: Week) -> dict[str, int]:
        """What the breaches of the week were mostly due to, most frequent first: ``blocked:id_document``, ``counter``, …"""
        return dict(self._tallies[key].causes.get(week.number, Counter()).most_common())

    def rungs(self, week: Week) -> dict[str, int]:
        """The rungs climbed in the week, in the whole region."""
        return _merged(tally.rungs.get(week.number) for tally in self._tallies.values())

    def answers(self, week: Week) -> dict[str, int]:
        """What the tables answered in the week, in the whole region."""
        return _merged(tally.answers.get(week.number) for tally in self._tallies.values())

    def submitted(self, week: Week) -> int:
        """How many were submitted to the national desk in the week."""
        return sum(tally.submitted[week.number] for tally in self._tallies.values())

    def where_days_went(self, weeks: Sequence[Week]) -> dict[str, int] | None:
        """The days since intake of all that was delivered in ``weeks``, by where they went; ``None`` under five."""
        deliveries = [d for tally in self._tallies.values() for w in weeks for d in tally.deliveries.get(w.number, ())]
        return _went(deliveries) if len(deliveries) >= FEWEST else None

    def without(self, week: Week) -> dict[str, int]:
        """How many clients are without shelter, income or an identity document."""
        return {name: levels.at(week.number) for name, levels in self._without.items()}

    def total(self, figure: str, week: Week) -> int:
        """One figure of ``EVENTS`` or ``LEVELS`` for the whole region."""
        return self._sum(list(self._tallies.values()), figure, week.number)

    def of_municipality(self, municipality: str, weeks: Sequence[Week]) -> dict[str, int]:
        """All its provisions together: events over ``weeks``, overdue at the end of the last. Not to be shown as it is."""
        figures = {
            figure: sum(self._municipal_events[municipality, figure][w.number] for w in weeks)
            for figure in OF_MUNICIPALITY
            if figure in EVENTS
        }
        return {**figures, "overdue": self._municipal_overdue[municipality].at(weeks[-1].number)}

    @staticmethod
    def _sum(tallies: Sequence[_Tally], figure: str, number: int) -> int:
        if figure in EVENTS:
            return sum(tally.events[figure][number] for tally in tallies)
        return sum(tally.levels[figure].at(number) for tally in tallies)

    @staticmethod
    def _blocked_on(tallies: Sequence[_Tally], number: int) -> dict[str, int]:
        found: Counter[str] = Counter()
        for tally in tallies:
            for dependency, levels in tally.blocked_on.items():
                found[dependency] += levels.at(number)
        return {name: count for name, count in sorted(found.items()) if count}


class _Life:
    """The spans of one provision's life."""

    def __init__(self, facts: ProvisionFacts, rule: ProvisionRule) -> None:
        self.facts = facts
        self.rule = rule
        self.outcomes = _with_undone(facts)
        self.needed = facts.needed_on.toordinal()
        self.started = facts.started_on.toordinal() if facts.started_on else _ALWAYS
        self.waits = self.started > self.needed
        closings = [(o, undone) for o, undone in self.outcomes if o.name != OutcomeName.REFUSED]
        closed = [(o.day.toordinal(), undone.toordinal() if undone else _ALWAYS) for o, undone in closings]
        self.open = _minus([(self.needed, _ALWAYS)], closed)
        self.delivered = [
            span for span, (o, _) in zip(closed, closings, strict=True) if o.name == OutcomeName.DELIVERED
        ]
        self.blocked = _within(self.open, self.needed, self.started)
        stops = [(s.toordinal(), e.toordinal()) for s, e, _ in facts.suspensions]
        self.suspended = _merge([part for s, e in stops for part in _within(self.open, s, e)])

    def over_before(self, day: date) -> bool:
        """Whether nothing of it is on or after ``day``: such provisions are most of them, after some years."""
        first = day.toordinal()
        facts = self.facts
        return (
            (not self.open or self.open[-1][1] <= first)
            and (facts.breach_day is None or facts.breach_day < day)
            and all(o.day < day for o in facts.outcomes)
            and all(climbed < day for _, climbed in facts.rungs)
            and all(a.day < day for a in facts.answers)
            and all(submitted < day for submitted in facts.submitted)
        )

    @property
    def statutory_exceeded(self) -> list[Span]:
        if self.facts.statutory_due is None:
            return []
        last = self.facts.statutory_due.toordinal()
        # A refusal within the term is the decision that the law asks for.
        return _minus(_within(self.open, last + 1), self._refused(last))

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
        periods.append((self.facts.due.toordinal(), since, _ALWAYS))
        found = []
        for due_day, first, end in periods:
            spans = _within(self.open, max(due_day + 1, first), end)
            if not spans:
                continue
            if self.suspended:
                spans = _minus(spans, self.suspended)
            if self.rule.promise is Promise.DECISION:
                spans = _minus(spans, self._refused(due_day))
            found.append((due_day, spans))
        return found

    def _refused(self, until: int) -> list[Span]:
        return [
            (o.day.toordinal(), undone.toordinal() if undone else _ALWAYS)
            for o, undone in self.outcomes
            if o.name == OutcomeName.REFUSED and o.day.toordinal() <= until
        ]

    def stopped(self, first: int, last: int) -> dict[str, int]:
        """The days after ``first``, up to and including ``last``, on which the clock stood still, by reason.

        The day of suspending and the day of resuming both run (Awb 4:15); what overlaps counts once.
        """
        days: Counter[str] = Counter()
        seen: list[Span] = []
        for start, end, reason in self.facts.suspensions:
            still = _within([(start.toordinal() + 1, end.toordinal())], first + 1, last + 1)
            days[reason] += _days(_minus([s for s in still if s[0] < s[1]], seen))
            seen += still
        return {reason: count for reason, count in days.items() if count}

    def went(self, last: int, met: "_Dependencies | None") -> dict[str, int]:
        """Where the days from the need up to ``last`` went."""
        blocked = max(0, min(self.started, last) - self.needed)
        stopped = self.stopped(self.started, last)
        tables = _minus(self._with_tables(last), self._still_spans())
        went = {f"{BLOCKED}:{met.last_met if met else ''}": blocked}
        went.update({f"{SUSPENDED}:{reason}": count for reason, count in stopped.items()})
        went[TABLES] = _days(_within(_merge(tables), self.started + 1, last + 1))
        went[COUNTER] = last - self.needed - sum(went.values())
        return {name: count for name, count in went.items() if count > 0}

    def delivery(self, day: date, met: "_Dependencies | None") -> _Delivery:
        last = day.toordinal()
        # What is needed from a later day is not waited for before it.
        begin = max(self.started, self.facts.needed_from.toordinal() if self.facts.needed_from else 0)
        still = sum(self.stopped(self.started, last).values())
        return _Delivery(
            max(0, last - begin - sum(self.stopped(begin, last).values())),
            max(0, last - self.needed - still),
            self.went(last, met),
        )

    def cause(self, breach: date, met: "_Dependencies | None") -> str:
        """What took most of the days from the need until D; a refusal by then goes before all."""
        due = breach.toordinal() - 1
        if any(first <= due < end for first, end in self._refused(due)):
            return REFUSED
        went = self.went(due, met)
        order = {BLOCKED: 0, SUSPENDED: 1}
        return min(went, key=lambda n: (-went[n], order.get(n.partition(":")[0], 2)), default=COUNTER)

    def _with_tables(self, last: int) -> list[Span]:
        answered = {a.rung: a.day.toordinal() for a in self.facts.answers}
        return [
            (day.toordinal(), max(day.toordinal(), answered.get(name, last + 1)))
            for name, day in self.facts.rungs
            if name != "case_director"
        ]

    def _still_spans(self) -> list[Span]:
        return [(s.toordinal() + 1, e.toordinal()) for s, e, _ in self.facts.suspensions]


class _Dependencies:
    """What a provision waited for: until when each dependency was not met, and which was met last."""

    def __init__(self, case: CaseFacts, life: _Life, lives: Mapping[str, _Life]) -> None:
        self.unmet: dict[str, list[Span]] = {}
        latest = -1
        self.last_met = ""
        for dependency in graph.dependencies(life.rule, case.brp, urgent=life.facts.urgent):
            name = str(dependency)
            met = [(day.toordinal(), _ALWAYS) for waived, day in life.facts.waivers if waived == name]
            for key in dependency.alternatives:
                if key in case.present:
                    met.append((life.needed, _ALWAYS))
                elif other := lives.get(key):
                    met += other.delivered
            self.unmet[name] = _minus(life.blocked, met)
            since = min((first for first, _ in met), default=_ALWAYS)
            if since > latest:
                latest, self.last_met = since, name


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


def _merge(spans: list[Span]) -> list[Span]:
    """The same days, each once."""
    if len(spans) < 2:
        return spans
    merged: list[Span] = []
    for first, end in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((first, end))
    return merged


def _municipality_on(case: CaseFacts, day: date) -> str:
    found = case.municipalities[0][1]
    for first, municipality in case.municipalities[1:]:
        if first <= day:
            found = municipality
    return found


def _by_municipality(case: CaseFacts, spans: list[Span]) -> Iterable[tuple[str, list[Span]]]:
    if len(case.municipalities) == 1:
        yield case.municipalities[0][1], spans
        return
    since = 0
    for number, (_, municipality) in enumerate(case.municipalities):
        following = case.municipalities[number + 1 : number + 2]
        until = following[0][0].toordinal() if following else _ALWAYS
        yield municipality, _within(spans, since, until)
        since = until


def _went(deliveries: Iterable[_Delivery]) -> dict[str, int]:
    return _merged(Counter(d.went) for d in deliveries)


def _merged(counters: Iterable[Counter[str] | None]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for counter in counters:
        if counter:
            found.update(counter)
    return dict(sorted(found.items()))


def _percentile(values: Sequence[int], share: float) -> int:
    """The nearest rank: the smallest value that at least ``share`` of the values don't exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value
