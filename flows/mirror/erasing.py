"""Forgets what was kept long enough, and erases what was forgotten in places that our database does not reach.

Prefect keeps an event for a week by itself; there is no way to take one away.
"""

import json
import time
from collections.abc import Iterator, Sequence

from flows.loops.loop import Loop
from flows.mirror.artifacts import plan_key
from flows.prefect import api
from flows.prefect.api import FlowRun, SyncPrefectClient
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.outbound.transports import OutboxFolder
from provisions.store.retention import Erasure
from provisions.usecases.retention import Retention

EVERY = 60.0  # seconds
TEXTS_EVERY = 3600.0  # seconds: all settled rounds are looked at


class Forgetting:
    """Calls ``Retention.forget_expired``, and applies ``Retention.erasures``: a crash repeats it."""

    def __init__(self, retention: Retention, deployments: Deployments, outbox: OutboxFolder) -> None:
        self._retention = retention
        self._deployments = deployments
        self._outbox = outbox
        self._texts_from = 0.0  # monotonic seconds
        self.loop = Loop("bewaren", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        self._retention.drop_last_acts()
        self._retention.forget_expired()
        if time.monotonic() >= self._texts_from:
            self._retention.forget_texts(self._outbox.remove)
            self._texts_from = time.monotonic() + TEXTS_EVERY
        if erasures := self._retention.erasures():
            self.erase(api.client_of_thread(), erasures)
        return EVERY

    def erase(self, client: SyncPrefectClient, erasures: Sequence[Erasure]) -> int:
        """Erase these; for how many cases. Nothing before the deployments are registered."""
        if not erasures or not self._deployments.ids:
            return 0
        for run in list(self._runs(client, erasures)):
            api.delete_run(client, run.id)
        for erasure in erasures:
            self._outbox.remove(erasure.messages)
            for artifact in api.latest_artifacts(client, [plan_key(erasure.reference)]):
                api.delete_artifact(client, artifact.latest_id)
            self._retention.erased(erasure.case_id)
        return len(erasures)

    def _runs(self, client: SyncPrefectClient, erasures: Sequence[Erasure]) -> Iterator[FlowRun]:
        """The runs of these cases: those of their provisions by name, and the forms that named them."""
        for erasure in erasures:
            for run in api.each_run(client, self._deployments.provision_ids, name_like=erasure.reference):
                if run.name.endswith(f" {erasure.reference}"):
                    yield run
        quoted = [json.dumps(erasure.reference) for erasure in erasures]
        forms = [found for found in self._deployments.ids if found not in self._deployments.provision_ids]
        for run in api.each_run(client, forms):
            filled_in = json.dumps(run.parameters, default=str)
            if any(reference in filled_in for reference in quoted):
                yield run
