"""The time line of a case as a picture: what happened when and what is still to come, in numbers for a template to draw.

A lane for each provision. Colour never says anything alone: each lane ends in words, and the table below says it all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from provisions.domain import deadlines, dutch
from provisions.domain.calendar import ONE_DAY, day_of
from provisions.domain.case import Provision, Status
from provisions.domain.rules import Catalogue
from provisions.domain.rungs import RungName
from provisions.overview.phrases import names, short_date, standing
from provisions.views.standing import CaseView, ProvisionView

WIDTH, LABELS, REMARKS = 1000.0, 230.0, 250.0
TOP, LANE, LEGEND = 34.0, 30.0, 34.0
SHORTEST = timedelta(days=14)  # shorter cases would show days as wide as weeks
BESIDE = 9.0  # a rung is due when a day begins, which is where the line of the due date is
SIGN, TICK = 26.0, 44.0  # half of the sign of today, and the words of a day on the axis
MOST_LABEL, MOST_REMARK = 28, 33  # characters that fit, also in a wide letter such as DejaVu

BLOCKED, RUNNING, STOPPED, LATE, AHEAD = "blocked", "running", "stopped", "late", "ahead"


@dataclass(frozen=True)
class Bar:
    """A stretch of days of one kind, from ``x`` to ``x + width``."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Mark:
    """Something on one day: ``due`` (a line), ``rung`` (a letter) or ``end`` (the outcome)."""

    kind: str
    x: float
    text: str = ""


@dataclass(frozen=True)
class Lane:
    """One provision. ``tone`` is the kind of what it says at the end."""

    y: float
    label: str
    remark: str
    tone: str
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Tick:
    """A day on the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Timeline:
    """The picture. ``today`` is where the line of today goes, ``None`` when the case is closed."""

    title: str
    height: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    today: float | None
    left: float = LABELS
    right: float = WIDTH - REMARKS
    width: float = WIDTH
    signs: str = " · ".join([*(f"{r.kind.mark} {r.kind.short}" for r in RungName), "✓ geregeld", "✕ afgewezen"])


@dataclass(frozen=True)
class _Axis:
    """From days to places in the picture. A day is a stretch: it begins at its place and ends at that of the next."""

    first: date
    last: date

    def place(self, day: date) -> float:
        share = (day - self.first) / (self.last + ONE_DAY - self.first)
        return round(LABELS + min(max(share, 0.0), 1.0) * (WIDTH - LABELS - REMARKS), 1)

    def bar(self, kind: str, start: date, end: date) -> Bar:
        """From the beginning of ``start`` to the beginning of ``end``."""
        x = self.place(start)
        return Bar(kind, x, round(self.place(end) - x, 1))


def timeline(view: CaseView, catalogue: Catalogue, today: date) -> Timeline:
    """The time line of a case as it is on ``today``."""
    until = view.case.closed or today
    axis = _axis(view, until)
    now = None if view.case.closed else axis.place(today + ONE_DAY / 2)
    lanes = tuple(_lane(number, p, catalogue, axis, until) for number, p in enumerate(view.provisions))
    return Timeline(
        title=f"Tijdlijn van traject {view.case.reference}",
        height=TOP + LANE * len(lanes) + LEGEND,
        lanes=lanes,
        ticks=tuple(_ticks(axis, now)),
        today=now,
    )


def _axis(view: CaseView, until: date) -> _Axis:
    first = min([view.case.opened, *(p.provision.started_on or until for p in view.provisions)])
    days = [until, first + SHORTEST]
    for p in view.provisions:
        days += [day for day in (p.due, p.provision.closed_on) if day]
        days += [day_of(p.next_rung.at)] if p.next_rung else []
    # A date agreed far ahead must not press everything else together.
    horizon = until + max(timedelta(days=28), until - first)
    return _Axis(first, min(max(days), horizon) + ONE_DAY)


def _lane(number: int, view: ProvisionView, catalogue: Catalogue, axis: _Axis, until: date) -> Lane:
    provision = view.provision
    return Lane(
        y=TOP + LANE * number,
        label=_short(dutch.capitalised(view.name), MOST_LABEL),
        remark=_short(_remark(view, catalogue), MOST_REMARK),
        tone=_tone(view),
        bars=tuple(bar for bar in _bars(view, axis, until) if bar.width > 0),
        marks=tuple(_marks(view, provision, axis)),
    )


def _bars(view: ProvisionView, axis: _Axis, until: date) -> Iterator[Bar]:
    """The stretches, in the order in which they are drawn."""
    provision = view.provision
    now = until + ONE_DAY  # today is being lived: it belongs to the past
    end = provision.closed_on + ONE_DAY if provision.closed_on else now
    yield axis.bar(BLOCKED, provision.needed_on, provision.started_on or end)
    if provision.started_on is None:
        return
    yield axis.bar(RUNNING, provision.started_on, end)
    if view.due is not None:
        if view.breached and end > view.due + ONE_DAY:
            yield axis.bar(LATE, max(view.due + ONE_DAY, provision.started_on), end)
        elif provision.status.is_open and view.due >= now:
            yield axis.bar(AHEAD, now, view.due + ONE_DAY)
    for start, stopped_until in [*((s.start, s.end) for s in provision.stops), *deadlines.rests(view.situation)]:
        if start < end and stopped_until > provision.started_on:
            yield axis.bar(STOPPED, max(start, provision.started_on), min(stopped_until, end))


def _marks(view: ProvisionView, provision: Provision, axis: _Axis) -> Iterator[Mark]:
    if view.due is not None:
        yield Mark("due", axis.place(view.due + ONE_DAY))
    for rung in provision.rungs:
        yield Mark("rung", axis.place(day_of(rung.due)) + BESIDE, rung.name.kind.mark)
    if provision.outcome is not None:
        sign = {Status.DELIVERED: "✓", Status.REFUSED: "✕"}.get(provision.status, "–")
        yield Mark("end", axis.place(provision.outcome.on + ONE_DAY), sign)


def _remark(view: ProvisionView, catalogue: Catalogue) -> str:
    closed = view.provision.closed_on
    if closed:
        return f"{standing(view, catalogue)} {short_date(closed, year=False)}"
    if view.blocked_by and view.provision.status is Status.BLOCKED:
        first, *others = names(view.blocked_by, catalogue)
        return f"wacht op {first}{f' en {len(others)} meer' if others else ''}"
    if view.status == "waiting" and view.due and not view.overdue:
        return f"loopt, uiterlijk {short_date(view.due, year=False)}"
    return standing(view, catalogue)


def _tone(view: ProvisionView) -> str:
    if not view.provision.status.is_open:
        return "closed"
    if view.overdue:
        return LATE
    return BLOCKED if view.provision.status is Status.BLOCKED else RUNNING


def _ticks(axis: _Axis, now: float | None) -> Iterator[Tick]:
    """Mondays, at most about eight of them; without words where the sign of today, at ``now``, would stand over them."""
    days = (axis.last - axis.first).days
    step = timedelta(weeks=max(1, round(days / 7 / 8)))
    day = axis.first + timedelta(days=-axis.first.weekday() % 7)
    while day <= axis.last:
        x = axis.place(day)
        covered = now is not None and now - SIGN - TICK < x < now + SIGN
        yield Tick(x, "" if covered else short_date(day, year=False))
        day += step


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
