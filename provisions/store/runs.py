"""Which runs in Prefect do not show what they should: two numbers a provision, as Kubernetes has them.

``provision.generation`` is raised, in the same transaction, by every change that people should see;
``provision.observed_generation`` is the one that the run shows (docs/decisions/0006).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, and_, or_, select, update

from provisions.domain.case import Status
from provisions.store import acts, loading
from provisions.store import tables as t

_STALE = t.provision.c.generation != t.provision.c.observed_generation
# Open and started: with a run that has not ended.
RUNNING = and_(
    t.provision.c.started_on.is_not(None), t.provision.c.status.in_((Status.WAITING.value, Status.REFUSED.value))
)


@dataclass(frozen=True)
class MirroredRun:
    """A provision whose run is to be looked at: the generation it should show, and its run as far as is known."""

    provision_id: int
    generation: int
    flow_run: UUID | None


class Runs:
    """What is noted of the runs. Each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def stale(self, limit: int = 100) -> list[MirroredRun]:
        """Provisions whose run does not show what it should, oldest first."""
        return self._read(_STALE, limit)

    def expected(self, after_id: int, limit: int) -> list[MirroredRun]:
        """Provisions that should have a living run: open and started, by id, after ``after_id``."""
        unfinished = and_(t.provision.c.flow_run.is_not(None), _STALE)
        return self._read(and_(t.provision.c.id > after_id, or_(RUNNING, unfinished)), limit)

    def observe(self, provision_id: int, generation: int, flow_run: UUID | None) -> None:
        """The run shows ``generation``. A later one stays to be shown. The plan of the case links to the run."""
        with self._engine.begin() as connection:
            another = t.provision.c.flow_run.is_distinct_from(flow_run)
            query = select(t.provision.c.case_id).where(t.provision.c.id == provision_id, another)
            case_ids = list(connection.execute(query).scalars())
            connection.execute(
                update(t.provision)
                .where(t.provision.c.id == provision_id)
                .values(observed_generation=generation, flow_run=flow_run)
            )
            # The plan after the provision, as everybody locks them: the other way round two would wait for each other.
            loading.want_plans(connection, case_ids)

    def strays(self, limit: int = 100) -> list[UUID]:
        """Runs of what was taken back: they have nobody any more, and are to be ended."""
        with self._engine.connect() as connection:
            return acts.strays(connection, limit)

    def stray_ended(self, flow_run: UUID) -> None:
        """A stray run has ended."""
        with self._engine.begin() as connection:
            acts.stray_ended(connection, flow_run)

    def renew(self, provision_ids: Sequence[int]) -> None:
        """Show these again: their run is gone or stuck."""
        with self._engine.begin() as connection:
            connection.execute(
                update(t.provision)
                .where(t.provision.c.id.in_(provision_ids))
                .values(generation=t.provision.c.generation + 1)
            )

    def _read(self, condition: ColumnElement[bool], limit: int) -> list[MirroredRun]:
        p = t.provision.c
        query = select(p.id, p.generation, p.flow_run).where(condition).order_by(p.id).limit(limit)
        with self._engine.connect() as connection:
            return [MirroredRun(*row) for row in connection.execute(query)]
