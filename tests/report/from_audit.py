"""The report's figures a second time, from nothing but the audit lines, in the plainest way: replay, and look at Sunday.

Shares no code with ``provisions.domain.figures.history``. Slow and simple on purpose: for each week it walks through all lines.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import Engine, select

from provisions.domain.calendar import AMSTERDAM
from provisions.store import tables as t

DAY = timedelta(days=1)
DECISIONS = {"day_activity", "benefit_decision", "special_assistance"}  # domain.md: promise is a decision


def iso(text: str) -> date:
    return date.fromisoformat(text)


def days(first: date, last: date) -> list[date]:
    """The days after ``first`` up to and including ``last``."""
    return [first + n * DAY for n in range(1, (last - first).days + 1)]


@dataclass
class Stop:
    start: date
    until: date
    resumed: date | None = None

    @property
    def end(self) -> date:
        return min(self.until, self.resumed) if self.resumed else self.until


@dataclass
class Record:
    """One provision as its lines tell it."""

    key: str
    needed: date
    started: date | None = None
    event: date | None = None  # the day from which the clock ran
    due: date | None = None
    statutory: date | None = None
    stops: list[Stop] = field(default_factory=list)
    happened: list[tuple[str, date]] = field(default_factory=list)  # outcomes and "reopened", as recorded
    agreed: list[tuple[date, date]] = field(default_factory=list)  # (day of the agreement, the date)
    ends: list[date] = field(default_factory=list)  # days on which somebody resumed, or an outcome came
    rungs: list[tuple[str, date]] = field(default_factory=list)
    answers: list[tuple[str, str, date]] = field(default_factory=list)
    submitted: list[date] = field(default_factory=list)

    @property
    def dues(self) -> list[tuple[date, date]]:
        """(day of a new agreement, D before it), with all that is known now."""
        if self.event is None:
            return []
        return [
            (following, self._agreed_due(day, on))
            for (on, day), (following, _) in pairwise(sorted(self.agreed, key=lambda a: a[0]))
        ]

    def _agreed_due(self, agreed: date, on: date) -> date:
        assert self.event is not None
        due = max(agreed, self.event)
        day = max(self.event, on) + DAY
        while day <= due:
            due += DAY * any(s.start < day < s.end for s in self.stops)
            day += DAY
        return due

    @property
    def early_breach(self) -> date | None:
        """D+1 of a date that had passed when another one was agreed."""
        what, kept = self.stand(date.max)
        there = kept if what in ("delivered", "withdrawn") else None
        broken = [due for following, due in self.dues if due < following and not (there and there <= due)]
        return min(broken) + DAY if broken else None

    def stand(self, on: date) -> tuple[str | None, date | None]:
        """The outcome in force at the end of a day, and its day; ``None`` while there is none."""
        stand: tuple[str | None, date | None] = (None, None)
        for what, day in self.happened:
            if day <= on:
                stand = (None, None) if what == "reopened" else (what, day)
        return stand

    def end_stops(self, on: date) -> None:
        self.ends.append(on)
        for stop in self.stops:
            if stop.start <= on < stop.end:
                stop.resumed = on

    def is_open(self, on: date) -> bool:
        return self.needed <= on and self.stand(on)[0] not in ("delivered", "withdrawn")

    def is_suspended(self, on: date) -> bool:
        return self.is_open(on) and any(s.start <= on < s.end for s in self.stops)

    def due_on(self, on: date) -> date | None:
        for agreed_anew, before in self.dues:
            if on < agreed_anew:
                return before
        return self.due

    def is_overdue(self, on: date) -> bool:
        due = self.due_on(on)
        if due is None or not self.is_open(on) or self.is_suspended(on) or on <= due:
            return False
        what, day = self.stand(on)
        return not (what == "refused" and self.key in DECISIONS and day is not None and day <= due)

    def still(self, first: date, last: date) -> int:
        return sum(1 for day in days(first, last) if any(s.start < day < s.end for s in self.stops))

    def breach(self) -> date | None:
        if self.due is None:
            return self.early_breach
        what, day = self.stand(date.max)
        kept = what in ("delivered", "withdrawn") or (what == "refused" and self.key in DECISIONS)
        if kept and day is not None and day <= self.due:
            return self.early_breach
        return min(self.early_breach or date.max, self.due + DAY)


def records(database: Engine) -> list[Record]:
    """Every provision, replayed from the audit in the order of its lines."""
    found: dict[tuple[int, str], Record] = {}
    with database.connect() as connection:
        lines = connection.execute(select(t.audit).order_by(t.audit.c.id)).all()
    for line in lines:
        if line.key is None or line.case_id is None:
            continue
        data: dict[str, Any] = line.data or {}
        at: datetime = line.at
        today = at.astimezone(AMSTERDAM).date()
        if line.what == "provision.needed":
            record = found[line.case_id, line.key] = Record(line.key, iso(data["on"]))
            if "agreed" in data:
                record.agreed.append((iso(data["on"]), iso(data["agreed"])))
            continue
        if line.what == "clock.resumed" and line.by == "systeem":
            continue  # by itself: the stop says so
        _apply(found[line.case_id, line.key], line.what, data, today)
    return list(found.values())


def _apply(record: Record, what: str, data: dict[str, Any], today: date) -> None:
    match what:
        case "provision.started":
            record.started, record.event = iso(data["on"]), iso(data["term"]["from"])
            record.due = iso(data["term"]["due"])
        case "term.changed" | "provision.overdue":
            record.due = iso(data["term"]["due"])
        case "term.statutory":
            record.statutory = None if data.get("presumed") else iso(data["term"]["due"])
        case "term.agreed":
            record.agreed.append((iso(data["on"]), iso(data["agreed"])))
        case "clock.suspended":
            start, until = iso(data["on"]), iso(data["until"])
            ends = [day for day in record.ends if start < day < until]
            record.stops.append(Stop(start, until, min(ends, default=None)))
        case "clock.resumed":
            record.end_stops(iso(data["on"]))
        case "provision.outcome":
            on = iso(data["on"])
            record.happened.append((data["outcome"], on))
            record.end_stops(on)
            if data["outcome"] != "refused":
                for stop in record.stops:
                    stop.resumed = stop.start if stop.start > on else stop.resumed
        case "provision.reopened":
            record.happened.append(("reopened", iso(data["on"])))
        case "rung.climbed":
            record.rungs.append((data["rung"], today))
        case "rung.answered":
            record.answers.append((data["rung"], data["answer"], today))
        case "rung.submitted":
            if data["submitted"]:
                record.submitted.append(today)


def figures(found: list[Record], monday: date, today: date) -> dict[str, dict[str, Any]]:
    """The figures by key for the week of ``monday``, as of its Sunday (or today, when that comes first)."""
    sunday = min(monday + 6 * DAY, today)
    week = {monday + n * DAY for n in range(7)}
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    took: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    tables: defaultdict[str, dict[str, Counter[str]]] = defaultdict(lambda: {"rungs": Counter(), "answers": Counter()})
    for r in found:
        row = rows[r.key]
        row["started"] += r.started in week
        for number, (what, day) in enumerate(r.happened):
            if day not in week or _undone(r, number, sunday):
                continue
            row["refused"] += what == "refused"
            if what == "delivered" and r.started and r.event and r.due:
                row["delivered"] += 1
                row["delivered_on_time"] += day <= r.due
                begin = max(r.started, r.event)
                took[r.key].append(
                    (
                        max(0, (day - begin).days - r.still(begin, day)),
                        max(0, (day - r.needed).days - r.still(r.started, day)),
                    )
                )
        breach = r.breach()
        row["breaches"] += breach in week and breach is not None and breach <= today
        row["open"] += r.is_open(sunday)
        row["overdue"] += r.is_overdue(sunday)
        row["suspended"] += r.is_suspended(sunday)
        row["blocked"] += r.is_open(sunday) and (r.started is None or r.started > sunday)
        row["statutory_exceeded"] += _statutory_exceeded(r, sunday)
        due = r.due_on(sunday)
        if r.is_overdue(sunday) and due:
            row["longest_overdue_days"] = max(row["longest_overdue_days"], (sunday - due).days)
        tables[r.key]["rungs"].update(name for name, day in r.rungs if day in week)
        last = {rung: answer for rung, answer, day in r.answers if day in week}
        tables[r.key]["answers"].update(last.values())
        row["submitted"] += sum(1 for day in r.submitted if day in week)
    for row in rows.values():
        if row["overdue"] < 5:
            row["longest_overdue_days"] = None  # type: ignore[assignment]
    return {
        key: {
            **row,
            "median_days": median(d for d, _ in took[key]) if len(took[key]) >= 5 else None,
            "since_intake_median_days": median(d for _, d in took[key]) if len(took[key]) >= 5 else None,
            "rungs": dict(tables[key]["rungs"]),
            "answers": dict(tables[key]["answers"]),
        }
        for key, row in rows.items()
    }


def _undone(record: Record, number: int, sunday: date) -> bool:
    """Whether a reopening that follows the outcome came by Sunday."""
    return any(what == "reopened" and day <= sunday for what, day in record.happened[number + 1 :])


def _statutory_exceeded(record: Record, sunday: date) -> bool:
    if record.statutory is None or not record.is_open(sunday) or sunday <= record.statutory:
        return False
    what, day = record.stand(sunday)
    return not (what == "refused" and day is not None and day <= record.statutory)
