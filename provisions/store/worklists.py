# ruff: noqa: S608 - what is filled in are pieces of our own text
"""What somebody may see, as lists of provisions: late, falling due, with a table. Nothing outside the scope is even counted.

A list reads columns that are computed when something is recorded, and never a whole case: so one of a hundred rows reads a
hundred, however many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from provisions.domain.rungs import RungName
from provisions.store.looking import Patience, Rows

TABLES = [rung.value for rung in RungName if rung.kind.is_table and not rung.kind.is_judged]

OPEN = "p.status IN ('blocked', 'waiting', 'refused')"
# Handed over and not accepted yet: the case stands with both municipalities.
MOVING = "(c.handover_since IS NOT NULL AND c.handover_accepted IS NULL AND c.closed IS NULL)"
MOVING_TO = f"CASE WHEN {MOVING} THEN c.handover_with END AS moving_to"
STANDS_WITH = f"(c.municipality = ANY(%(whole)s::text[]) OR ({MOVING} AND c.handover_with = ANY(%(whole)s::text[])))"
# The municipality that did have a case reads its own rounds on for a time.
READS_ON = "(c.handover_with = ANY(%(whole)s::text[]) AND c.handover_accepted > %(handed_over_after)s::date)"
_AT_TABLE = "(c.municipality = ANY(%(at_table)s::text[]) AND p.lies_with = ANY(%(tables)s::text[]))"
# Named in the text, and not given with the query: so an index of just these is used.
JUDGED = ", ".join(f"'{rung.value}'" for rung in RungName if rung.kind.is_judged)
_TO_JUDGE = (
    f"(c.municipality = ANY(%(to_judge)s::text[]) AND {OPEN} "
    f"AND (p.id IN (SELECT r.provision_id FROM rung r WHERE r.name IN ({JUDGED}) AND r.submitted IS NULL) "
    "OR p.id IN (SELECT w.provision_id FROM warned w WHERE w.to_judge AND w.submitted IS NULL AND w.day = p.needed_from)))"
)
# Whether the client is there; what was recorded before a reopening was of an outcome that was a mistake.
ARRIVED = (
    "EXISTS (SELECT FROM milestone m WHERE m.provision_id = p.id AND m.name = 'arrived' "
    "AND (p.reopened_on IS NULL OR m.day >= p.reopened_on))"
)
LINE = (
    "p.id, p.case_id, c.uid AS address, c.reference, c.own_number, c.municipality, c.director, c.contact, "
    "p.key, p.round, p.purpose, p.status, p.due, p.needed_on, p.late_from, p.lies_with, p.suspended_until, p.agreed, "
    "(SELECT k.code FROM cause k WHERE k.provision_id = p.id ORDER BY k.id DESC LIMIT 1) AS cause, "
    # What the counter said last of when it is there: a day, or that it will not be.
    "(SELECT CASE WHEN y.said = 'promised' THEN y.named END FROM reply y WHERE y.provision_id = p.id "
    "AND y.said IN ('promised', 'refused', 'obstacle') ORDER BY y.id DESC LIMIT 1) AS promised, "
    f"{ARRIVED} AS arrived, {MOVING_TO}"
)


@dataclass(frozen=True)
class Scope:
    """Of which municipalities somebody sees all cases, what lies with a table, and what waits for a judgement.

    ``cases``: only these (database ids), which must be within it. ``handed_over_after``: after which day a case must have been
    handed over for the municipality that did so to read its own rounds.
    """

    whole: tuple[str, ...] = ()
    at_table: tuple[str, ...] = ()
    to_judge: tuple[str, ...] = ()
    cases: tuple[int, ...] | None = None
    handed_over_after: date | None = None

    @property
    def values(self) -> dict[str, Any]:
        """For a query."""
        return {
            "whole": list(self.whole),
            "at_table": list(self.at_table),
            "to_judge": list(self.to_judge),
            "cases": list(self.cases or ()),
            "handed_over_after": self.handed_over_after,
            "tables": TABLES,
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not (self.whole or self.at_table or self.to_judge)

    @property
    def sees(self) -> str:
        """The condition that provision ``p`` of case ``c`` is in it. Only what is needed: a condition less is an index more."""
        if self.cases is not None:
            return "p.case_id = ANY(%(cases)s::bigint[])"
        within = [
            condition
            for condition, places in (
                (STANDS_WITH, self.whole),
                (_AT_TABLE, self.at_table),
                (_TO_JUDGE, self.to_judge),
            )
            if places
        ]
        return f"({' OR '.join(within)})" if within else "false"


@dataclass(frozen=True)
class Only:
    """What of a list is asked for: of a municipality, a director, a provision (``key``), what lies with a table (``lies_with``).
    What is ``None`` does not matter. ``beds``: any of these provisions, while the client is not there; ``but_beds``: all others,
    and these once the client is there. ``rows`` after the first ``skip``.
    """

    municipality: str | None = None
    director: str | None = None
    key: str | None = None
    lies_with: str | None = None
    beds: tuple[str, ...] | None = None
    but_beds: tuple[str, ...] = ()
    rows: int = 100
    skip: int = 0

    @property
    def where(self) -> str:
        """The condition."""
        columns = {
            "c.municipality": ("municipality", self.municipality),
            "c.director": ("director", self.director),
            "p.key": ("key", self.key),
            "p.lies_with": ("lies_with", self.lies_with),
        }
        said = [f" AND {column} = %(only_{name})s" for column, (name, wanted) in columns.items() if wanted is not None]
        said += [f" AND p.key = ANY(%(only_beds)s::text[]) AND NOT {ARRIVED}"] if self.beds is not None else []
        said += [f" AND (p.key <> ALL(%(only_but)s::text[]) OR {ARRIVED})"] if self.but_beds else []
        return "".join(said)

    @property
    def values(self) -> dict[str, Any]:
        """For a query."""
        return {
            "only_municipality": self.municipality,
            "only_director": self.director,
            "only_key": self.key,
            "only_lies_with": self.lies_with,
            "only_beds": list(self.beds or ()),
            "only_but": list(self.but_beds),
        }


ALL = Only()
_OF = "FROM provision p JOIN client_case c ON c.id = p.case_id WHERE c.forgotten IS NULL"


def late(rows: Rows, scope: Scope, now: datetime, only: Only = ALL) -> tuple[Sequence[Any], int]:
    """Provisions that are late at ``now``, longest first, and how many there are."""
    where = f"{_OF} AND p.late_from <= %(now)s AND {scope.sees}{only.where}"
    return _top(rows, where, "p.late_from, c.reference, p.key, p.round", only, now=now, **scope.values)


@dataclass(frozen=True)
class Promised:
    """How much of a scope is late, is a night without a place (``nights``), and falls due (of these and of all else)."""

    late: int
    nights: int
    due: int
    nights_due: int


def promised(
    rows: Rows, scope: Scope, now: datetime, tonight: datetime, until: datetime, beds: Sequence[str]
) -> Promised:
    """What is late at ``now`` and due until ``until``; of ``beds`` (keys), as long as the client is not there, at ``tonight``."""
    (found,) = rows(
        "SELECT count(*) FILTER (WHERE NOT bed AND late_from <= %(now)s) AS late, "
        "count(*) FILTER (WHERE bed AND late_from <= %(tonight)s) AS nights, "
        "count(*) FILTER (WHERE NOT bed AND late_from > %(now)s) AS due, "
        "count(*) FILTER (WHERE bed AND late_from > %(tonight)s) AS nights_due "
        f"FROM (SELECT p.late_from, p.key = ANY(%(beds)s::text[]) AND NOT {ARRIVED} AS bed "
        f"{_OF} AND p.late_from <= %(until)s AND {scope.sees}) promised",
        now=now,
        tonight=tonight,
        until=until,
        beds=list(beds),
        **scope.values,
    )
    return Promised(*found)


def late_rows(rows: Rows, scope: Scope, now: datetime, only: Only = ALL) -> Sequence[Any]:
    """The same without how many there are, which :func:`shares_of_late` and :func:`promised` say too."""
    where = f"{_OF} AND p.late_from <= %(now)s AND {scope.sees}{only.where}"
    return _listed(
        rows, where, "p.late_from, c.reference, p.key, p.round", only, now=now, **scope.values, **only.values
    )


def due(rows: Rows, scope: Scope, now: datetime, until: datetime, only: Only = ALL) -> tuple[Sequence[Any], int]:
    """Provisions that become late after ``now`` and until ``until``, soonest first, as :func:`late`."""
    where = f"{_OF} AND p.late_from > %(now)s AND p.late_from <= %(until)s AND {scope.sees}{only.where}"
    return _top(rows, where, "p.late_from, c.reference, p.key, p.round", only, now=now, until=until, **scope.values)


def due_rows(rows: Rows, scope: Scope, now: datetime, until: datetime, only: Only = ALL) -> Sequence[Any]:
    """The same without how many there are, which :func:`promised` says too."""
    where = f"{_OF} AND p.late_from > %(now)s AND p.late_from <= %(until)s AND {scope.sees}{only.where}"
    order = "p.late_from, c.reference, p.key, p.round"
    return _listed(rows, where, order, only, now=now, until=until, **scope.values, **only.values)


def within(rows: Rows, scope: Scope, only: Only = ALL) -> tuple[Sequence[Any], int]:
    """Open provisions in the scope, as :func:`late`: for a table or an officer."""
    where = f"{_OF} AND {OPEN} AND {scope.sees}{only.where}"
    return _top(rows, where, "p.late_from NULLS LAST, c.reference, p.key, p.round", only, **scope.values)


def blocked_beyond(
    rows: Rows, scope: Scope, patience: Sequence[Patience], today: date, only: Only = ALL
) -> tuple[Sequence[Any], int]:
    """What has been blocked longer than one of these, the oldest need first, as :func:`late`; of what is at
    rest nothing waits.
    """
    where = (
        f"{_OF} AND p.status = 'blocked' AND {scope.sees}{only.where} AND EXISTS (SELECT FROM unnest(%(waits)s::text[], "
        "%(urgent)s::boolean[], %(last)s::date[], %(agreed)s::boolean[]) AS w (key, urgent, last, by_agreement) "
        "WHERE w.key = p.key AND w.urgent = p.urgent "
        "AND coalesce(CASE WHEN w.by_agreement THEN p.agreed END, p.needed_on) <= w.last) "
        "AND NOT EXISTS (SELECT FROM rest r WHERE r.case_id = c.id AND r.woken IS NULL AND r.until > %(today)s)"
    )
    return _top(
        rows,
        where,
        "p.needed_on, c.reference, p.key, p.round",
        only,
        waits=[one.key for one in patience],
        urgent=[one.urgent for one in patience],
        last=[one.last for one in patience],
        agreed=[one.by_agreement for one in patience],
        today=today,
        **scope.values,
    )


def _top(rows: Rows, where: str, order: str, only: Only, **values: Any) -> tuple[Sequence[Any], int]:
    values |= only.values
    found = _listed(rows, where, order, only, **values)
    if len(found) < only.rows and (found or not only.skip):
        return found, only.skip + len(found)
    return found, int(rows(f"SELECT count(*) AS number {where}", **values)[0].number)


def _listed(rows: Rows, where: str, order: str, only: Only, **values: Any) -> Sequence[Any]:
    """First which ones, then what is shown of them."""
    return rows(
        f"WITH top AS (SELECT p.id {where} ORDER BY {order} {part(only.rows, only.skip)}) "
        f"SELECT {LINE} FROM top JOIN provision p USING (id) JOIN client_case c ON c.id = p.case_id ORDER BY {order}",
        skip=only.skip,
        **values,
    )


def part(most: int, skip: int) -> str:
    """So many rows after the first ``skip``. How many stands in the text: PostgreSQL plans for a tenth of all rows where it does
    not know, and makes a plan anew each time because of that.
    """
    return f"LIMIT {int(most)} OFFSET %(skip)s" if skip else f"LIMIT {int(most)}"


def places(rows: Rows, scope: Scope, today: date, most: int) -> tuple[Sequence[Any], int]:
    """The cases in ``scope.whole`` (or ``scope.cases``) of which the client loses the place to sleep on ``today`` or later, the
    first first, and how many there are. What is being handed over is with both.
    """
    within = "c.id = ANY(%(cases)s::bigint[])" if scope.cases is not None else STANDS_WITH
    found = rows(
        "SELECT c.id AS case_id, c.uid AS address, c.reference, c.own_number, c.municipality, c.director, l.ends, "
        f"{MOVING_TO}, count(*) OVER () AS total "
        "FROM place l JOIN client_case c ON c.id = l.case_id WHERE l.state = 'ends' AND l.ends >= %(today)s "
        f"AND c.closed IS NULL AND c.forgotten IS NULL AND {within} ORDER BY l.ends, c.reference LIMIT %(most)s",
        today=today,
        most=most,
        **scope.values,
    )
    return found, int(found[0].total) if found else 0


def shares_of_late(rows: Rows, scope: Scope, now: datetime, only: Only = ALL) -> Sequence[Any]:
    """How many are late by municipality, by director, by provision and by with whom it lies: a row for each of these, with the
    other three empty; ``axis`` says which one it is about.
    """
    return rows(
        "SELECT CASE WHEN grouping(c.municipality) = 0 THEN 'municipality' WHEN grouping(c.director) = 0 THEN 'director' "
        "WHEN grouping(p.key) = 0 THEN 'key' ELSE 'lies_with' END AS axis, "
        "coalesce(c.municipality, c.director, p.key, p.lies_with) AS value, count(*) AS number "
        f"{_OF} AND p.late_from <= %(now)s AND {scope.sees}{only.where} "
        "GROUP BY GROUPING SETS ((c.municipality), (c.director), (p.key), (p.lies_with)) ORDER BY 1, 3 DESC, 2",
        now=now,
        **scope.values,
        **only.values,
    )


def last_days(rows: Rows, cases: Sequence[int]) -> Sequence[Any]:
    """Of these cases (database ids) each last day: ``late_from`` (UTC, the moment after it), ``reference``, ``address``."""
    return rows(
        "SELECT DISTINCT p.late_from, c.reference, c.uid AS address "
        f"{_OF} AND p.late_from IS NOT NULL AND p.case_id = ANY(%(cases)s::bigint[])",
        cases=list(cases),
    )


def cases_of(rows: Rows, scope: Scope, directors: Sequence[str]) -> tuple[int, ...]:
    """The open cases in ``scope.whole`` of which one of ``directors`` is director. What is being handed over to one of them is
    not theirs until it was accepted.
    """
    found = rows(
        f"SELECT c.id FROM client_case c WHERE c.director = ANY(%(directors)s::text[]) AND {STANDS_WITH} "
        "AND c.closed IS NULL AND c.forgotten IS NULL",
        directors=list(directors),
        **scope.values,
    )
    return tuple(row.id for row in found)
