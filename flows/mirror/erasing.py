"""Forgets what was kept long enough, and erases what was forgotten in places that our database does not reach.

Prefect keeps an event for a week by itself; there is no way to take one away.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flows.loops.loop import Loop
from flows.mirror.artifacts import plan_key
from flows.mirror.of_case import is_about, runs_of
from flows.prefect import api
from flows.prefect.api import FlowRun, SyncPrefectClient
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.outbound.transports import OutboxFolder
from provisions.store.retention import Erasure
from provisions.usecases.retention import Retention

EVERY = 60.0  # seconds
TEXTS_EVERY = 3600.0  # seconds: all settled rounds are looked at
RECORDED = timedelta(minutes=1)
"""Within which Prefect has recorded the steps of a run that changed (it takes seconds). Of a run that is deleted before, it
can record none, and it drops with them what other runs showed in the same second."""


class Forgetting:
    """Calls ``Retention.forget_expired``, and applies ``Retention.erasures``: a crash repeats it."""

    def __init__(
        self, retention: Retention, deployments: Deployments, outbox: OutboxFolder, *, recorded: timedelta = RECORDED
    ) -> None:
        """``recorded``: how long a run must have been at rest before it is deleted."""
        self._recorded = recorded
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
            self._retention.review_notes()
            self._texts_from = time.monotonic() + TEXTS_EVERY
        if erasures := self._retention.erasures():
            self.erase(api.client_of_thread(), erasures)
        return EVERY

    def erase(self, client: SyncPrefectClient, erasures: Sequence[Erasure]) -> int:
        """Erase these; for how many cases. Nothing before the deployments are registered, and no case of which a run changed just
        now: the next turn asks again.
        """
        if not erasures or not self._deployments.ids:
            return 0
        runs = list(runs_of(client, self._deployments, [erasure.reference for erasure in erasures]))
        if busy := [run for run in runs if self._changed_just_now(run)]:
            at_rest = [one for one in erasures if not any(is_about(run, one.reference) for run in busy)]
            return self.erase(client, at_rest)
        for run in runs:
            api.delete_run(client, run.id)
        for erasure in erasures:
            self._outbox.remove(erasure.messages)
            for artifact in api.latest_artifacts(client, [plan_key(erasure.reference)]):
                api.delete_artifact(client, artifact.latest_id)
            self._retention.erased(erasure.case_id)
        return len(erasures)

    def _changed_just_now(self, run: FlowRun) -> bool:
        return run.state is not None and datetime.now(UTC) - run.state.timestamp < self._recorded
