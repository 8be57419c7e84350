"""Which plans are out of date, and which artifact shows each. The plan itself is written by ``provisions.overview``.

A plan is wanted again by every change of its case (``queries.want_plans``), and on every new day while the case is open.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Connection, Engine, Row, any_, bindparam, func, select, update

from provisions.store import locks
from provisions.store import tables as t


@dataclass(frozen=True)
class WantedPlan:
    """A plan that is out of date: ``wanted`` is the version that was asked for when this was read."""

    case_id: int
    reference: str
    wanted: int
    digest: str | None
    artifact: UUID | None


@contextmanager
def shown_alone(engine: Engine) -> Iterator[bool]:
    """Whether nobody else is showing plans now; nobody else will until the end of the context."""
    with engine.connect() as connection, connection.begin():
        yield bool(connection.execute(select(func.pg_try_advisory_xact_lock(locks.PLANS))).scalar_one())


def wanted(engine: Engine, today: date, unsent: Collection[int], limit: int) -> list[WantedPlan]:
    """At most ``limit`` plans to show: what changed first, then what must say (or say no more) that post has not left, then what
    was written on another day. ``unsent``: the cases whose post has not left.
    """
    columns = (t.plan.c.case_id, t.case.c.reference, t.plan.c.wanted, t.plan.c.digest, t.plan.c.artifact)
    query = select(*columns).join(t.case).order_by(t.plan.c.case_id)
    changed = query.where(t.plan.c.wanted != t.plan.c.shown)
    there = query.where(t.plan.c.wanted == t.plan.c.shown)
    waits = t.plan.c.case_id == any_(bindparam("unsent", list(unsent), type_=ARRAY(BigInteger)))
    marked = there.where(t.plan.c.unsent != waits)
    # Another day, not an earlier one: a clock that was ahead may have written it.
    aged = there.where(t.plan.c.unsent == waits, t.plan.c.shown_on != today, t.case.c.closed.is_(None))
    rows: list[Row[Any]] = []
    with engine.connect() as connection:
        for some in (changed, marked, aged):
            if len(rows) < limit:
                rows += connection.execute(some.limit(limit - len(rows))).all()
    return [WantedPlan(*row) for row in rows]


def shown(engine: Engine, plan: WantedPlan, artifact: UUID, digest: str, today: date, *, unsent: bool) -> None:
    """``artifact`` shows the version that ``plan`` asked for; a later one stays wanted."""
    with engine.begin() as connection:
        connection.execute(
            update(t.plan)
            .where(t.plan.c.case_id == plan.case_id)
            .values(shown=plan.wanted, shown_on=today, digest=digest, artifact=artifact, unsent=unsent)
        )


def artifacts(engine: Engine) -> dict[str, UUID]:
    """The artifact of each case that has one, by reference."""
    return {reference: artifact for reference, (artifact, _) in written(engine).items()}


def written(engine: Engine) -> dict[str, tuple[UUID, str | None]]:
    """The artifact of each case that has one, and the digest of what was written in it, by reference."""
    query = select(t.case.c.reference, t.plan.c.artifact, t.plan.c.digest).join(t.plan)
    with engine.connect() as connection:
        rows = connection.execute(query.where(t.plan.c.artifact.is_not(None)))
        return {row.reference: (row.artifact, row.digest) for row in rows}


def runs(engine: Engine, references: Sequence[str]) -> dict[str, set[UUID]]:
    """The runs in Prefect of each of these cases that has any, by reference."""
    query = select(t.case.c.reference, t.provision.c.flow_run).join(t.provision, t.provision.c.case_id == t.case.c.id)
    found: dict[str, set[UUID]] = {}
    with engine.connect() as connection:
        for row in connection.execute(
            query.where(t.case.c.reference.in_(references), t.provision.c.flow_run.is_not(None))
        ):
            found.setdefault(row.reference, set()).add(row.flow_run)
    return found


def moved(engine: Engine, limit: int) -> list[tuple[int, str, str]]:
    """Cases that another municipality took over and whose runs do not all have its tag yet: number, reference, municipality."""
    c = t.case.c
    query = select(c.id, c.reference, c.municipality).join(t.plan).order_by(c.id).limit(limit)
    elsewhere = t.plan.c.tagged.is_distinct_from(c.municipality)
    with engine.connect() as connection:
        found = connection.execute(query.where(c.handover_accepted.is_not(None), elsewhere))
        return [(row.id, row.reference, row.municipality) for row in found]


def tagged(engine: Engine, case_id: int, municipality: str) -> None:
    """All runs of a case have the tag of ``municipality``."""
    with engine.begin() as connection:
        connection.execute(update(t.plan).where(t.plan.c.case_id == case_id).values(tagged=municipality))


def lost(connection: Connection, references: Sequence[str]) -> None:
    """The artifacts of these cases are gone, and are to be made again."""
    cases = select(t.case.c.id).where(t.case.c.reference.in_(references))
    connection.execute(
        update(t.plan).where(t.plan.c.case_id.in_(cases)).values(wanted=t.plan.c.wanted + 1, artifact=None, digest=None)
    )
