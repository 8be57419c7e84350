"""The work pool that executes the flows: made when it is not there, and put right when somebody changed it.

Its template says which command a worker starts on its machine, with what in its environment. For a pool of processes it is
Prefect's own; for another kind it stands in the configuration (``[pool]`` in ``prefect.toml``), or is left to whoever made the
pool.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.objects import WorkPool
from prefect.exceptions import ObjectNotFound

from provisions.catalogue.pool import PoolRule

logger = logging.getLogger(__name__)

DEFAULT_QUEUE = "default"  # each pool has it
PROCESSES = "process"  # the kind of a pool that is not there yet; for another kind it is made beforehand


@dataclass(frozen=True)
class Pool:
    """The pool ``name``, and what the configuration says of it."""

    name: str
    rule: PoolRule = field(default_factory=PoolRule)

    def put_right(self, client: SyncPrefectClient) -> None:
        """Make it, or have it as it should be; repeating it changes nothing."""
        found = self._found(client)
        if found is None:
            template = self._template(PROCESSES)
            made = WorkPoolCreate(
                name=self.name,
                type=PROCESSES,
                base_job_template=dict(template or {}),
                concurrency_limit=self.rule.limit,
            )
            found = client.create_work_pool(made)
        elif not self._is_whole(found):
            changes: dict[str, Any] = {"is_paused": False, "concurrency_limit": self.rule.limit}
            if (template := self._template(found.type)) is not None:
                changes["base_job_template"] = dict(template)
            client.update_work_pool(self.name, WorkPoolUpdate(**changes))
        if self._template(found.type) is None:
            logger.warning(
                "Het sjabloon van work pool %s staat niet in config/prefect.toml: wie het in Prefect wijzigt, wordt niet gezien",
                self.name,
            )
        queue = client.read_work_queue_by_name(DEFAULT_QUEUE, work_pool_name=self.name)
        if queue.is_paused or queue.concurrency_limit is not None:
            client.update_work_queue(queue.id, is_paused=False, concurrency_limit=None)

    def is_whole(self, client: SyncPrefectClient) -> bool:
        """Whether it is there, not paused and not limited, and starts what it should."""
        found = self._found(client)
        if found is None or not self._is_whole(found):
            return False
        queue = client.read_work_queue_by_name(DEFAULT_QUEUE, work_pool_name=self.name)
        return not queue.is_paused and queue.concurrency_limit is None

    def _found(self, client: SyncPrefectClient) -> WorkPool | None:
        try:
            return client.read_work_pool(self.name)
        except ObjectNotFound:
            return None

    def _is_whole(self, found: WorkPool) -> bool:
        template = self._template(found.type)
        as_it_should = template is None or found.base_job_template == template
        return as_it_should and not found.is_paused and found.concurrency_limit == self.rule.limit

    def _template(self, kind: str) -> Mapping[str, Any] | None:
        """How a job is started; ``None`` where that is known to nobody here."""
        if self.rule.template is not None:
            return self.rule.template
        if kind != PROCESSES:
            return None
        from prefect.workers.process import ProcessWorker  # some megabytes, for whoever has a pool

        return ProcessWorker.get_default_base_job_template()
