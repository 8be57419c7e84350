"""Which runs in Prefect do not show what they should: two numbers a provision, as Kubernetes has them.

``provision.generation`` is raised, in the same transaction, by every change that people should see;
``provision.observed_generation`` is the one that the run shows (docs/decisions/0006).
"""

import hmac
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Engine, and_, bindparam, func, or_, select, update

from provisions.domain.case import ProvisionKey, Status
from provisions.domain.errors import NotFound
from provisions.store import acts, loading, locks, settings
from provisions.store import tables as t

RUN_KEYS = "run_keys"  # the setting with the secret that the keys of runs are made with
_STALE = t.provision.c.generation != t.provision.c.observed_generation
# Open and started: with a run that has not ended.
RUNNING = and_(
    t.provision.c.started_on.is_not(None), t.provision.c.status.in_((Status.WAITING.value, Status.REFUSED.value))
)
# One statement, as it is: every run does it twice. The plan after the provision, as everybody locks them: the other way round two
# would wait for each other.
_OBSERVE = (  # noqa: S608 - all of it is ours
    "WITH before AS (SELECT id, flow_run FROM provision WHERE id = %(id)s), "
    "noted AS (UPDATE provision SET observed_generation = %(generation)s, flow_run = %(run)s::uuid FROM before "
    "WHERE provision.id = before.id RETURNING provision.case_id, before.flow_run IS DISTINCT FROM %(run)s::uuid AS another) "
) + loading.want_plans_of("SELECT case_id FROM noted WHERE another")


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

    @contextmanager
    def held(self, wanted: Sequence[MirroredRun], limit: int) -> Iterator[list[MirroredRun]]:
        """At most ``limit`` of ``wanted`` that nobody else makes or wakes the run of until the end of the context, and that are
        stale still; as they are now.

        What is known of a row before it is held may be of before another engine made its run.
        """
        numbers = [one.provision_id for one in wanted]
        asked = select(func.unnest(bindparam("numbers", numbers, type_=ARRAY(BigInteger))).label("id")).subquery()
        free = func.pg_try_advisory_xact_lock(locks.MIRROR, func.hashint8(asked.c.id))
        p = t.provision.c
        with self._engine.connect() as connection, connection.begin():
            mine = list(connection.execute(select(asked.c.id).where(free).limit(limit)).scalars())
            now = select(p.id, p.generation, p.flow_run).where(p.id.in_(mine), _STALE).order_by(p.id)
            yield [MirroredRun(*row) for row in connection.execute(now)]

    def expected(self, after_id: int, limit: int) -> list[MirroredRun]:
        """Provisions that should have a living run: open and started, by id, after ``after_id``."""
        unfinished = and_(t.provision.c.flow_run.is_not(None), _STALE)
        return self._read(and_(t.provision.c.id > after_id, or_(RUNNING, unfinished)), limit)

    def settled(self, after_id: int, limit: int) -> list[MirroredRun]:
        """Provisions whose run shows what it should as far as is known here, and waits; by id, after ``after_id``."""
        return self._read(and_(t.provision.c.id > after_id, RUNNING, ~_STALE), limit)

    def observe(self, provision_id: int, generation: int, flow_run: UUID | None) -> None:
        """The run shows ``generation``. A later one stays to be shown. The plan of the case links to the run."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_OBSERVE, {"id": provision_id, "generation": generation, "run": flow_run})

    def strays(self, limit: int = 100) -> list[UUID]:
        """Runs of what was taken back: they have nobody any more, and are to be ended."""
        with self._engine.connect() as connection:
            return acts.strays(connection, limit)

    def stray_ended(self, flow_run: UUID) -> None:
        """A stray run has ended."""
        with self._engine.begin() as connection:
            acts.stray_ended(connection, flow_run)

    def key(self, provision_id: int, after: UUID | None) -> str:
        """Under which key the run of a provision is made that follows on ``after``: every engine derives the same, and nobody
        who has only Prefect can tell it beforehand.
        """
        said = f"{provision_id}-na-{after or 'niets'}"
        return f"voorziening-{said}-{hmac.new(self._secret, said.encode(), sha256).hexdigest()[:24]}"

    def seal(self, said: str) -> str:
        """What only this program can put under ``said``, so that it is known again."""
        return hmac.new(self._secret, f"zegel {said}".encode(), sha256).hexdigest()[:24]

    def is_bound(self, provision_id: int, key: str, run: UUID, made_as: str | None) -> bool:
        """Whether ``run``, made under the key ``made_as``, is the run of this provision, which is one of ``key``: the row names
        it, or it was made to follow on the run that the row names and that is not noted yet.

        Raises ``NotFound`` for a provision that does not exist.
        """
        p = t.provision.c
        with self._engine.connect() as connection:
            row = connection.execute(select(p.key, p.flow_run).where(p.id == provision_id)).one_or_none()
        if row is None:
            raise NotFound(f"Er is geen voorziening met nummer {provision_id}.")
        follows = made_as is not None and hmac.compare_digest(made_as, self.key(provision_id, row.flow_run))
        return row.key == key and (row.flow_run == run or follows)

    def shown_by(self, run: UUID) -> tuple[UUID, ProvisionKey] | None:
        """What ``run`` shows: the random id of the case, and which of its provisions; ``None`` when it shows none (any more)."""
        p = t.provision.c
        query = (
            select(t.case.c.uid, p.key, p.round).join(t.provision, p.case_id == t.case.c.id).where(p.flow_run == run)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else (row.uid, ProvisionKey(row.key, row.round))

    def show_elsewhere(self, run: UUID) -> None:
        """What ``run`` should have shown is shown again by another."""
        with self._engine.connect() as connection:
            theirs = connection.execute(select(t.provision.c.id).where(t.provision.c.flow_run == run)).scalars().all()
        self.renew(theirs)

    @cached_property
    def _secret(self) -> bytes:
        with self._engine.begin() as connection:
            known = settings.read(connection, RUN_KEYS)
            if not known:  # an engine makes it; a run in a work pool may only read it
                settings.write(connection, RUN_KEYS, secrets.token_hex(32), over="")
                known = settings.read(connection, RUN_KEYS)
            return (known or "").encode()

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
