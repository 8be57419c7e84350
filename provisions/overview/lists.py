"""What is late, waits, was refused, stands still or falls due: asked of the database at one moment, read only.

The lists that Prefect shows are cut off; their totals are not. Days are Amsterdam's, moments UTC.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from provisions.access import Role, holding
from provisions.catalogue import Config
from provisions.domain.absences import NOBODY_AWAY, Absences
from provisions.domain.calendar import ONE_DAY, day_of, first_moment
from provisions.store import absences, overviews, people
from provisions.store.overviews import Listing
from provisions.views.cases import Views
from provisions.views.follow_ups import OverdueFollowUp
from provisions.views.post import NOTHING_WAITS, Post
from provisions.views.standing import ProvisionView

MOST_LATE = 50
MOST_OTHER = 20
MOST_THIS_WEEK = 100
STANDS_STILL_AFTER = 10  # working days
AHEAD = 5  # working days
DECIDED_WITHIN = 2  # working days for a handover (domain.md, "What happens in a life", rule 8)


@dataclass(frozen=True)
class Top:
    """The top of a list, and how many there are in all, by municipality."""

    rows: tuple[ProvisionView, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(self.counts.values())

    @property
    def hidden(self) -> int:
        """How many are not among the rows."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Still:
    """What has not moved, and on which day something last happened (``None``: nothing on record)."""

    view: ProvisionView
    moved: date | None


@dataclass(frozen=True)
class Undelivered:
    """A message that does not arrive. ``given_up``: nobody tries any more.

    ``reference`` and ``provision`` are empty for what belongs to no case: a morning message, a weekly report.
    """

    reference: str
    municipality: str | None
    provision: str
    kind: str
    created: datetime
    attempts: int
    given_up: bool
    provision_id: int | None = None
    director: str | None = None


@dataclass(frozen=True)
class Unassigned:
    """An open case without a case director. ``was``: who it was, where that one is no longer listed."""

    reference: str
    municipality: str
    was: str | None


@dataclass(frozen=True)
class Undecided:
    """A handover that nobody accepted or declined for two working days. ``was`` and ``to``: municipalities."""

    reference: str
    was: str
    to: str
    since: date


@dataclass(frozen=True)
class LatePage:
    """What a team lead looks at first. ``municipality`` when it is about one."""

    today: date
    municipality: str | None
    late: Top
    late_cases: int
    waiting: Top
    refused: Top
    still: tuple[Still, ...]
    still_counts: Mapping[str, int]
    undelivered: tuple[Undelivered, ...]
    undelivered_total: int = 0
    unassigned: tuple[Unassigned, ...] = ()
    unassigned_total: int = 0
    post: Post = NOTHING_WAITS
    follow_ups: tuple[OverdueFollowUp, ...] = ()
    away: Absences = NOBODY_AWAY
    handovers: tuple[Undecided, ...] = ()

    @property
    def still_total(self) -> int:
        """How many provisions have not moved."""
        return sum(self.still_counts.values())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        lists = (self.late.total, self.waiting.total, self.refused.total, self.still_total, len(self.follow_ups))
        return not any((*lists, self.undelivered_total, self.unassigned_total, self.post.waiting, self.handovers))

    def directed_by(self, code: str | None) -> str:
        """A case director by code, and who acts now where that one is away."""
        return _directed_by(code, self.away, self.today)


@dataclass(frozen=True)
class WeekPage:
    """What falls due from ``today`` up to and including ``last``, and how many on each day."""

    today: date
    last: date
    municipality: str | None
    due: Top
    per_day: Mapping[date, int]
    away: Absences = NOBODY_AWAY

    def directed_by(self, code: str | None) -> str:
        """A case director by code, and who acts now where that one is away."""
        return _directed_by(code, self.away, self.today)


class Overviews:
    """The lists, as they are at the moment that ``clock`` gives."""

    def __init__(self, engine: Engine, config: Config, views: Views, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._views = views
        self._clock = clock

    def late(self, municipality: str | None = None) -> LatePage:
        """Everything of the artifact "Te laat", for the region or for one municipality."""
        now = self._clock()
        late = overviews.late(now)
        with self._engine.connect() as connection:
            still, still_counts = self._still(connection, municipality, now)
            missed = self._undelivered(connection, municipality)
            alone = self._unassigned(connection, municipality)
            return LatePage(
                today=day_of(now),
                municipality=municipality,
                late=self._top(connection, late, municipality, MOST_LATE),
                late_cases=overviews.count_cases(connection, late, municipality),
                waiting=self._waiting(municipality),
                refused=self._top(connection, overviews.refused(), municipality, MOST_OTHER),
                still=still,
                still_counts=still_counts,
                undelivered=missed[:MOST_OTHER],
                undelivered_total=len(missed),
                post=self._views.post(municipality).besides(m.provision_id for m in missed if m.provision_id),
                follow_ups=tuple(self._views.overdue_follow_ups(municipality)),
                unassigned=alone[:MOST_OTHER],
                unassigned_total=len(alone),
                away=absences.away(connection, day_of(now)),
                handovers=self._handovers(connection, municipality, day_of(now)),
            )

    def week(self, municipality: str | None = None) -> WeekPage:
        """What falls due in the coming five working days and can still be on time."""
        now = self._clock()
        today = day_of(now)
        last = self._config.catalogue.calendar.add_working_days(today, AHEAD)
        soon = overviews.due(now, first_moment(last + ONE_DAY))
        with self._engine.connect() as connection:
            top = self._top(connection, soon, municipality, MOST_THIS_WEEK)
            moments = overviews.late_moments(connection, soon, municipality)
            away = absences.away(connection, today)
        per_day = Counter(day_of(moment) - ONE_DAY for moment in moments)
        return WeekPage(today, last, municipality, top, dict(sorted(per_day.items())), away)

    # --- the lists ---------------------------------------------------------------------------------------------------

    def _top(self, connection: Connection, listing: Listing, municipality: str | None, most: int) -> Top:
        rows = self._views.provisions(overviews.top(connection, listing, municipality, most))
        return Top(tuple(rows), _in_order(overviews.counts(connection, listing, municipality)))

    def _waiting(self, municipality: str | None) -> Top:
        found = self._views.waiting_too_long(municipality)
        return Top(tuple(found[:MOST_OTHER]), _in_order(Counter(view.case.municipality for view in found)))

    def _still(
        self, connection: Connection, municipality: str | None, now: datetime
    ) -> tuple[tuple[Still, ...], Mapping[str, int]]:
        """Started, the clock running, and ten working days of the municipality without any line on record but messages.

        Ten working days are days without movement between the last one and today.
        """
        last_days = self._last_day_of_movement(day_of(now))
        since = first_moment(max(last_days.values()) + ONE_DAY)
        found = overviews.without_movement(connection, municipality, since, day_of(now))
        moved = overviews.last_movement(connection, [row.case_id for row in found])
        still = [
            (moved.get((row.case_id, row.key, row.round)), row)
            for row in found
            if _day(moved.get((row.case_id, row.key, row.round))) <= last_days[row.municipality]
        ]
        still.sort(key=lambda pair: (_day(pair[0]), pair[1].reference, pair[1].key))
        counts = Counter(row.municipality for _, row in still)
        top = still[:MOST_OTHER]
        views = self._views.provisions([row.id for _, row in top])
        days = (day_of(at) if at else None for at, _ in top)
        return tuple(Still(view, on) for view, on in zip(views, days, strict=True)), _in_order(counts)

    def _last_day_of_movement(self, today: date) -> dict[str, date]:
        """For each municipality the last day since which ten working days have passed, today not counted."""
        catalogue, days = self._config.catalogue, {}
        for key in self._config.organisation.municipalities:
            calendar, day = catalogue.calendar_of(key), today
            for _ in range(STANDS_STILL_AFTER):
                day = calendar.last_working_day_before(day)
            days[key] = day - ONE_DAY
        return days

    def _unassigned(self, connection: Connection, municipality: str | None) -> tuple[Unassigned, ...]:
        """Open cases without a case director: where people are listed, who is one of them; elsewhere whoever is not blocked."""
        known = people.directory(connection, self._config.organisation.people)
        places = self._config.organisation.municipalities if known.is_complete else ()
        listed = [(place, code) for place in places for code in holding(known, Role.CASE_DIRECTOR, place)]
        directors = listed if known.is_complete else None
        found = absences.unassigned(connection, directors, municipality)
        return tuple(Unassigned(row.reference, row.municipality, row.director) for row in found)

    def _handovers(self, connection: Connection, municipality: str | None, today: date) -> tuple[Undecided, ...]:
        """What stands with two municipalities, from two working days on."""
        calendar_of = self._config.catalogue.calendar_of
        return tuple(
            Undecided(row.reference, row.municipality, row.to, row.since)
            for row in overviews.handovers(connection, municipality)
            if calendar_of(row.municipality).add_working_days(row.since, DECIDED_WITHIN) <= today
        )

    def _undelivered(self, connection: Connection, municipality: str | None) -> tuple[Undelivered, ...]:
        """What was given up, or failed several times; what was given up leaves the list when its provision is closed."""
        catalogue = self._config.catalogue
        return tuple(
            Undelivered(
                row.reference or "",
                row.municipality,
                catalogue.rule(row.key).name if row.key else "",
                row.kind,
                row.created,
                row.attempts,
                row.status == "failed",
                row.provision_id,
                row.director,
            )
            for row in overviews.undelivered(connection, municipality)
        )


def _directed_by(code: str | None, away: Absences, today: date) -> str:
    acting = away.acting(code, today)
    return code or "" if acting == code else f"{code} (nu {acting})"


def _in_order(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Most first."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _day(moment: datetime | None) -> date:
    return day_of(moment) if moment else date.min + timedelta(days=1)
