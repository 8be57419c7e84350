"""Forgets what was kept long enough, and erases what was forgotten where our database does not reach.

Prefect keeps an event for a week by itself; there is no way to take one away.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId, FlowRunFilterName
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

from flows.loops.loop import Loop
from flows.mirror.artifacts import latest, plan_key
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.outbound.transports import OutboxFolder
from provisions.usecases.retention import Erasure, Keeping

EVERY = 60.0  # seconds
PAGE = 200
NOT_FOUND = 404


class Forgetting:
    """Calls ``Keeping.forget_expired``, and applies ``Keeping.erasures``: a crash repeats it."""

    def __init__(self, keeping: Keeping, deployments: Deployments, outbox: OutboxFolder) -> None:
        self._keeping = keeping
        self._deployments = deployments
        self._outbox = outbox
        self.loop = Loop("bewaren", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        self._keeping.forget_expired()
        if self._keeping.erasures(limit=1):
            self.erase(get_client(sync_client=True))
        return EVERY

    def erase(self, client: SyncPrefectClient) -> int:
        """Erase what is to be erased; of how many cases. Nothing before the deployments are registered."""
        erasures = self._keeping.erasures()
        if not erasures or not self._deployments.ids:
            return 0
        for run in list(self._runs(client, erasures)):
            _delete_run(client, run.id)
        for erasure in erasures:
            self._outbox.remove(erasure.messages)
            for artifact in latest(client, [plan_key(erasure.reference)]):
                _delete_artifact(client, artifact.latest_id)
            self._keeping.erased(erasure.case_id)
        return len(erasures)

    def _runs(self, client: SyncPrefectClient, erasures: Sequence[Erasure]) -> Iterator[FlowRun]:
        """The runs of these cases: their provisions' by name, and the forms that named them."""
        for erasure in erasures:
            named = FlowRunFilterName(like_=erasure.reference)
            for run in _read(client, self._deployments.provision_ids, named):
                if run.name.endswith(f" {erasure.reference}"):
                    yield run
        quoted = [json.dumps(erasure.reference) for erasure in erasures]
        forms = [found for found in self._deployments.ids if found not in self._deployments.provision_ids]
        for run in _read(client, forms):
            filled_in = json.dumps(run.parameters, default=str)
            if any(reference in filled_in for reference in quoted):
                yield run


def _read(
    client: SyncPrefectClient, deployments: Sequence[UUID], name: FlowRunFilterName | None = None
) -> Iterator[FlowRun]:
    wanted = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)), name=name)
    offset = 0
    while page := client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset):
        yield from page
        offset += len(page)


def _delete_run(client: SyncPrefectClient, run: UUID) -> None:
    with suppress(ObjectNotFound):  # another engine was first
        client.delete_flow_run(run)


def _delete_artifact(client: SyncPrefectClient, artifact: UUID) -> None:
    try:
        client.request("DELETE", "/artifacts/{id}", path_params={"id": artifact})
    except PrefectHTTPStatusError as refused:
        if refused.response.status_code != NOT_FOUND:
            raise
