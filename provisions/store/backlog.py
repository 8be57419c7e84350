"""How much there is to do, and since when: for whoever watches over the running program. Numbers only, of everything together."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Connection, DateTime, Engine, func, literal_column, select, text

from provisions.domain.case import Status
from provisions.domain.delivery import SEVERAL_ATTEMPTS, SLOW
from provisions.domain.lifecycle.bounds import LONGEST_WAIT
from provisions.store import locks, settings
from provisions.store import tables as t
from provisions.store.looking import waits_since
from provisions.store.outbox import LISTED
from provisions.store.runs import RUNNING

BACKUP = "backup"  # the name of the setting that says when the last backup was made
SOON = timedelta(minutes=5)  # two machines' clocks may differ by so much
OPEN = [status.value for status in Status if status.is_open]


@dataclass(frozen=True)
class Backlog:
    """What waits to be handled. Ages are seconds, 0 when nothing waits; moments are compared with ``now`` of the reader."""

    due: int
    """Provisions for which something should have happened by now."""
    due_seconds: float
    """How long the oldest of these waits."""
    too_far: int
    """Waiting for a moment that no right clock can have written: provisions longer than any term, letters made after now."""
    messages_pending: int
    messages_pending_seconds: float
    """How long the oldest of these waits, besides what it waits on purpose."""
    messages_slow: int
    """Waiting longer than post ever should."""
    messages_retried: int
    """Pending after several attempts."""
    stale_runs: int
    """Provisions whose run does not show what it should."""
    plans: int
    announcements: int
    erasures: int
    audit_lines: int
    engines: int
    """Engines that work on this database."""
    schema: str
    backup_seconds: float | None
    """How long ago ``provisions backup`` finished; ``None`` when never."""


@dataclass(frozen=True)
class Totals:
    """The caseload as a whole. Counting takes longer the more provisions are open, so it is not done at every look."""

    open: int
    overdue: int
    messages_failed: int
    """Given up: a person must call."""


WAITS_SINCE = waits_since("m")
_ERASURES = "(SELECT count(*) FROM erasure)"
_BACKLOG = f"""
    WITH due AS (SELECT count(*) AS n, min(next_at) AS oldest FROM provision WHERE next_at <= :now),
    pending AS (SELECT count(*) AS n, min({WAITS_SINCE}) AS oldest,
                       count(*) FILTER (WHERE {WAITS_SINCE} <= :slow) AS slow,
                       count(*) FILTER (WHERE attempts >= :several) AS retried
                FROM message m WHERE next_try IS NOT NULL),
    ahead AS (SELECT count(*) AS n FROM message WHERE next_try IS NOT NULL AND created > :soon AND kind <> ALL(:listed))
    SELECT due.n AS due,
           coalesce(extract(epoch FROM :now - due.oldest), 0)::float AS due_seconds,
           (SELECT count(*) FROM provision WHERE next_at > :longest) + ahead.n AS too_far,
           pending.n AS messages_pending,
           greatest(coalesce(extract(epoch FROM :now - pending.oldest), 0), 0)::float AS messages_pending_seconds,
           pending.slow AS messages_slow,
           pending.retried AS messages_retried,
           (SELECT count(*) FROM provision WHERE generation <> observed_generation) AS stale_runs,
           (SELECT count(*) FROM plan WHERE wanted <> shown) AS plans,
           (SELECT count(*) FROM announcement) AS announcements,
           {{erasures}} AS erasures,
           (SELECT lines FROM audit_head) AS audit_lines,
           (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :engines AND granted AND database =
             (SELECT oid FROM pg_database WHERE datname = current_database())) AS engines,
           (SELECT version_num FROM alembic_version) AS schema,
           (SELECT extract(epoch FROM :now - value::timestamptz)::float FROM setting WHERE name = :backup) AS backup_seconds
    FROM due, pending, ahead
    """  # noqa: S608 - names of our own


def backlog(engine: Engine, now: datetime, *, erasures: bool = True) -> Backlog:
    """What waits at ``now``. Every part asks an index, so that looking costs the same however much there is.

    ``erasures``: whether what is still to be erased is counted, which the role of the workplace may not read; else 0.
    """
    with engine.connect() as connection:
        asked: dict[str, object] = {
            "now": now,
            "soon": now + SOON,
            "longest": now + LONGEST_WAIT,
            "slow": now - SLOW,
            "engines": locks.ENGINES,
        }
        asked["listed"] = list(LISTED)  # these wait for the overview of their day
        row = connection.execute(
            text(_BACKLOG.format(erasures=_ERASURES if erasures else "0")),
            {**asked, "backup": BACKUP, "several": SEVERAL_ATTEMPTS},
        ).one()
    return Backlog(**{field.name: getattr(row, field.name) for field in fields(Backlog)})


def totals(engine: Engine, now: datetime) -> Totals:
    """The caseload at ``now``."""
    counted = (
        select(func.count()).where(t.provision.c.status.in_(OPEN)).scalar_subquery(),
        select(func.count()).where(t.provision.c.late_from <= now).scalar_subquery(),
        select(func.count()).where(t.message.c.status == "failed").scalar_subquery(),
    )
    with engine.connect() as connection:
        return Totals(*connection.execute(select(*counted)).one())


def should_live(engine: Engine) -> int:
    """How many provisions should have a run in Prefect that has not ended: started and open."""
    query = select(func.count()).select_from(t.provision).where(RUNNING)
    with engine.connect() as connection:
        return connection.scalar(query) or 0


def note_backup(connection: Connection, made: str) -> None:
    """Remember when (UTC, ISO) a backup was finished."""
    settings.write(connection, BACKUP, made)


def stamp(connection: Connection, now: datetime) -> tuple[object, ...]:
    """Changes whenever a list may: a line was recorded, a message failed once more or waits too long, a plan got its artifact."""
    newest = select(func.max(t.audit.c.id)).scalar_subquery()
    attempts = select(func.sum(t.message.c.attempts)).where(t.message.c.status == "pending").scalar_subquery()
    linked = select(func.count(t.plan.c.artifact)).scalar_subquery()
    since = literal_column(waits_since(t.message.name), DateTime(timezone=True))
    slow = select(func.count()).where(t.message.c.next_try.is_not(None), since <= now - SLOW).scalar_subquery()
    return tuple(connection.execute(select(newest, attempts, linked, slow)).one())
