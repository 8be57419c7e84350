"""The report's figures (domain.md, "The report's figures"), for every week at once and from facts only.

A fact is a day on which something happened; no snapshot is needed, so a past week is computed as well as the last one.
What happens *in* a week (started, delivered, breached, …) is counted by the week of its day. What *is* so at the end of
a week (open, overdue, suspended, …) is a span of days, and counts in each week whose Sunday it covers.

Pure: days are Amsterdam's, and ``today`` is an argument. Up to ``today`` counts: for the week that is still running the
figures are those of today.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from statistics import median

from provisions.domain.figures.answered import Answered
from provisions.domain.figures.facts import FEWEST, CaseFacts, ProvisionFacts
from provisions.domain.figures.life import Delivery, Dependencies, Life, Rounds, there
from provisions.domain.figures.spans import ALWAYS, Levels, Span, merged_spans, minus, within
from provisions.domain.rules import OutcomeName, ProvisionRule
from provisions.domain.weeks import Week, week_number

EVENTS = ("started", "delivered", "delivered_on_time", "refused", "ended", "breaches", "taken_over", "handed_over")
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


@dataclass
class _Tally:
    """Everything counted for one provision."""

    events: dict[str, Counter[int]] = field(default_factory=lambda: {name: Counter() for name in EVENTS})
    levels: dict[str, Levels] = field(default_factory=lambda: {name: Levels() for name in LEVELS})
    longest: dict[int, int] = field(default_factory=dict)
    blocked_on: defaultdict[str, Levels] = field(default_factory=lambda: defaultdict(Levels))
    deliveries: defaultdict[int, list[Delivery]] = field(default_factory=lambda: defaultdict(list))
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
        self._without = {name: Levels() for name in WITHOUT}
        self.answered = Answered()
        self._taken_out: Counter[int] = Counter()
        self._at_rest = Levels()
        self._nights: Counter[int] = Counter()
        self._municipal_events: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
        self._municipal_overdue: defaultdict[str, Levels] = defaultdict(Levels)

    # --- filling -----------------------------------------------------------------------------------------------------

    def add(self, case: CaseFacts) -> None:
        """Count one case. A provision that the catalogue does not know is left out."""
        lives: Rounds = {}
        for provision in case.provisions:
            if provision.key in self._rules:
                lives.setdefault(provision.key, []).append(Life(provision, self._rules[provision.key]))
        for life in chain.from_iterable(lives.values()):
            if not life.over_before(self.since.monday):
                self._add_provision(case, life, lives)
        self._add_without(case, lives)
        rests = [(first.toordinal(), end.toordinal()) for first, end in case.rests]
        self._level(self._at_rest, [span for span in merged_spans(rests) if span[0] < span[1]])

    def take_out(self, day: date) -> None:
        """A case that ended on ``day`` for a reason that is in no figure (a duplicate, a mistake)."""
        self._taken_out[week_number(day)] += 1

    def _add_provision(self, case: CaseFacts, life: Life, lives: Rounds) -> None:
        tally, facts = self._tallies[life.facts.key], life.facts
        self._add_levels(case, tally, life)
        self.answered.add(life.rule.counter, facts)
        if facts.started_on is not None:
            self._event(case, tally, "taken_over" if facts.taken_over else "started", facts, facts.started_on)
        if facts.handed_over and facts.ended_on is not None:
            self._event(case, tally, "handed_over", facts, facts.ended_on)
        met = Dependencies(case, life, lives) if life.waits else None
        if met is not None:
            for dependency, spans in met.unmet.items():
                self._level(tally.blocked_on[dependency], spans)
        for outcome, undone in life.outcomes:
            # What was undone before the end of its week did not happen in it.
            if undone is not None and week_number(undone) <= week_number(outcome.day):
                continue
            if outcome.name == OutcomeName.REFUSED:
                self._event(case, tally, "refused", facts, outcome.day)
            elif outcome.name == OutcomeName.DELIVERED and facts.started_on is not None:
                self._event(case, tally, "delivered", facts, outcome.day)
                if facts.due is not None and outcome.day <= facts.due:
                    self._event(case, tally, "delivered_on_time", facts, outcome.day)
                tally.deliveries[week_number(outcome.day)].append(life.delivery(outcome.day, met))
        if facts.ended_on is not None and not facts.handed_over:
            self._event(case, tally, "ended", facts, facts.ended_on)
        if facts.breach_day is not None and facts.breach_day <= self.today:
            self._event(case, tally, "breaches", facts, facts.breach_day)
            tally.causes[week_number(facts.breach_day)][life.cause(facts.breach_day, met)] += 1
        for name, day in facts.rungs:
            tally.rungs[week_number(day)][name] += 1
        # An answer that was changed in the same week counts once.
        for (week, _), answer in {(week_number(a.day), a.rung): a.answer for a in facts.answers}.items():
            tally.answers[week][answer] += 1
        for morning in facts.nights:
            self._nights[week_number(morning)] += 1
        for day in facts.submitted:
            tally.submitted[week_number(day)] += 1

    def _event(self, case: CaseFacts, tally: _Tally, figure: str, facts: ProvisionFacts, day: date) -> None:
        week = week_number(day)
        tally.events[figure][week] += 1
        if figure in OF_MUNICIPALITY:
            self._municipal_events[case.municipality_on(facts, day), figure][week] += 1

    def _level(self, levels: Levels, spans: Iterable[Span]) -> None:
        for first, end in spans:
            if first < self._after_today:
                levels.add(first, end if end < self._after_today else ALWAYS)

    def _add_levels(self, case: CaseFacts, tally: _Tally, life: Life) -> None:
        self._level(tally.levels["open"], life.open)
        self._level(tally.levels["blocked"], life.blocked)
        self._level(tally.levels["suspended"], life.suspended)
        self._level(tally.levels["statutory_exceeded"], life.statutory_exceeded)
        for due, spans in life.overdue:
            self._level(tally.levels["overdue"], spans)
            for first, end in spans:
                self._add_longest(tally, due, first, min(end, self._after_today))
            for municipality, part in _by_municipality(case.municipalities_of(life.facts), spans):
                self._level(self._municipal_overdue[municipality], part)

    def _add_longest(self, tally: _Tally, due: int, first: int, end: int) -> None:
        this_week = week_number(self.today)
        for week in range(max((first - 1) // 7, self.since.number), (end - 1) // 7 + 1):
            sunday = min((week + 1) * 7, self.today.toordinal())
            if first <= sunday < end and week <= this_week:
                tally.longest[week] = max(tally.longest.get(week, 0), sunday - due)

    def _add_without(self, case: CaseFacts, lives: Rounds) -> None:
        for name, (needed, met) in WITHOUT.items():
            if any(key in case.present and key not in lives for key in met):
                continue
            spans: list[Span] = []
            for life in chain.from_iterable(lives.get(key, ()) for key in needed):
                from_day = (life.facts.needed_from or life.facts.needed_on).toordinal()
                spans += minus(within(life.open, from_day), spans)
            spans += minus(_outside(case, [lives.get(key, ()) for key in needed]), spans)
            for key in met:
                spans = minus(spans, there(lives.get(key, ())))
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
        row: dict[str, object] = {name: sum(_sum(tallies, name, number) for number in numbers) for name in EVENTS}
        row.update({name: _sum(tallies, name, last) for name in LEVELS})
        row["median_days"] = _whole(median(d.since_start for d in deliveries)) if enough else None
        row["p90_days"] = _percentile([d.since_start for d in deliveries], 0.9) if enough else None
        longest = max((tally.longest.get(last, 0) for tally in tallies), default=0)
        row["longest_overdue_days"] = longest if _sum(tallies, "overdue", last) >= FEWEST else None
        row["since_intake_median_days"] = _whole(median(d.since_intake for d in deliveries)) if enough else None
        row["since_intake_days"] = _went(deliveries) if enough else None
        row["blocked_on"] = _blocked_on(tallies, last)
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

    def taken_out(self, week: Week) -> int:
        """How many cases ended in the week for a reason that is in no figure."""
        return self._taken_out[week.number]

    def at_rest(self, week: Week) -> int:
        """How many cases were at rest at the end of the week."""
        return self._at_rest.at(week.number)

    def nights_without_place(self, week: Week) -> int:
        """How many nights without a place were told of in the week: each client counts in each night."""
        return self._nights[week.number]

    def where_days_went(self, weeks: Sequence[Week]) -> dict[str, int] | None:
        """The days since intake of all that was delivered in ``weeks``, by where they went; ``None`` under five."""
        deliveries = [d for tally in self._tallies.values() for w in weeks for d in tally.deliveries.get(w.number, ())]
        return _went(deliveries) if len(deliveries) >= FEWEST else None

    def without(self, week: Week) -> dict[str, int]:
        """How many clients are without shelter, income or an identity document."""
        return {name: levels.at(week.number) for name, levels in self._without.items()}

    def total(self, figure: str, week: Week) -> int:
        """One figure of ``EVENTS`` or ``LEVELS`` for the whole region."""
        return _sum(list(self._tallies.values()), figure, week.number)

    def of_municipality(self, municipality: str, weeks: Sequence[Week]) -> dict[str, int]:
        """All its provisions together: events over ``weeks``, overdue at the end of the last. Not to be shown as it is."""
        figures = {
            figure: sum(self._municipal_events[municipality, figure][w.number] for w in weeks)
            for figure in OF_MUNICIPALITY
            if figure in EVENTS
        }
        return {**figures, "overdue": self._municipal_overdue[municipality].at(weeks[-1].number)}


def _sum(tallies: Sequence[_Tally], figure: str, number: int) -> int:
    if figure in EVENTS:
        return sum(tally.events[figure][number] for tally in tallies)
    return sum(tally.levels[figure].at(number) for tally in tallies)


def _blocked_on(tallies: Sequence[_Tally], number: int) -> dict[str, int]:
    found: Counter[str] = Counter()
    for tally in tallies:
        for dependency, levels in tally.blocked_on.items():
            found[dependency] += levels.at(number)
    return {name: count for name, count in sorted(found.items()) if count}


def _outside(case: CaseFacts, rounds_of: Iterable[Sequence[Life]]) -> list[Span]:
    """The days without a place to sleep after an outcome that gave none: until it is needed again, or the case ends."""
    last = case.closed.toordinal() if case.closed else ALWAYS
    found: list[Span] = []
    for rounds in rounds_of:
        ends = [*(following.needed for following in rounds[1:]), last][: len(rounds)]
        for life, end in zip(rounds, ends, strict=True):
            found += minus(within(life.outside, 0, min(end, last)), found)
    return found


def _by_municipality(municipalities: Sequence[tuple[date, str]], spans: list[Span]) -> Iterable[tuple[str, list[Span]]]:
    if len(municipalities) == 1:
        yield municipalities[0][1], spans
        return
    since = 0
    for number, (_, municipality) in enumerate(municipalities):
        following = municipalities[number + 1 : number + 2]
        until = following[0][0].toordinal() if following else ALWAYS
        yield municipality, within(spans, since, until)
        since = until


def _went(deliveries: Iterable[Delivery]) -> dict[str, int]:
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
