"""Runs flow runs in this process: a polling loop and a few threads, because a process for each run costs a second.

Safe with several engines: a run is claimed by proposing Pending, which Prefect accepts only once.
"""

import logging
import queue
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import SetStateStatus
from prefect.exceptions import Abort, Pause
from prefect.filesystems import LocalFileSystem
from prefect.flow_engine import run_flow
from prefect.states import Pending

from flows.connection import prefect_thread
from flows.deployments import Deployments
from flows.loops import Loop

logger = logging.getLogger(__name__)

POLL = 2.0  # seconds: how long a form that a person submitted waits at most
BATCH = 100
NOWHERE = LocalFileSystem()


class Worker:
    """Executes what is due, ``threads`` runs at a time."""

    def __init__(self, deployments: Deployments, *, threads: int = 8) -> None:
        self._deployments = deployments
        self._due: queue.SimpleQueue[tuple[FlowRun, Flow[..., Any]] | None] = queue.SimpleQueue()
        self._busy: set[UUID] = set()
        self._lock = threading.Lock()
        self._loop = Loop("uitvoering", self._poll, around=prefect_thread)
        self._threads = [
            threading.Thread(target=self._work, name=f"provisions-uitvoering-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin to poll and to execute."""
        for thread in self._threads:
            thread.start()
        self._loop.start()

    def wake(self) -> None:
        """Look for due runs now."""
        self._loop.wake()

    def stop(self) -> None:
        """Ask to stop: runs that are being executed are finished, the others stay due."""
        self._loop.stop()
        for _ in self._threads:
            self._due.put(None)

    def join(self, seconds: float) -> bool:
        """Wait until the executions have ended; whether they did."""
        deadline = datetime.now(UTC).timestamp() + seconds
        ended = self._loop.join(seconds)
        for thread in self._threads:
            thread.join(max(0.0, deadline - datetime.now(UTC).timestamp()))
            ended = ended and not thread.is_alive()
        return ended

    def _poll(self) -> float:
        client = get_client(sync_client=True)
        self._deployments.ensure(client)
        # The call of Prefect's own runner: it also shows the deployments as ready in the UI.
        found = client.get_scheduled_flow_runs_for_deployments(
            self._deployments.ids, scheduled_before=datetime.now(UTC), limit=BATCH
        )
        for run in found:
            self._hand_out(FlowRun.model_validate(run.model_dump()))
        return POLL

    def _hand_out(self, run: FlowRun) -> None:
        flow = self._deployments.flow(run.deployment_id)
        with self._lock:
            if flow is None or run.id in self._busy:
                return
            self._busy.add(run.id)
        self._due.put((run, flow))

    def _work(self) -> None:
        with prefect_thread() as client:
            while (due := self._due.get()) is not None:
                if self._loop.stopped:
                    return
                run, flow = due
                try:
                    execute(client, run, flow)
                except Exception as fault:
                    logger.warning("Uitvoeren van run %s lukte niet (%s)", run.id, type(fault).__name__)
                    logger.debug("Run %s", run.id, exc_info=fault)
                finally:
                    with self._lock:
                        self._busy.discard(run.id)
                        idle = not self._busy
                    if idle:
                        self.wake()  # there may be more than one batch


def execute(client: SyncPrefectClient, run: FlowRun, flow: Flow[..., Any]) -> bool:
    """Claim ``run`` and execute it; ``False`` when someone else has it."""
    claim: OrchestrationResult[Any] = client.set_flow_run_state(run.id, Pending())
    if claim.status is not SetStateStatus.ACCEPT:
        return False
    # Nothing is stored; but a flow without a storage asks the server for the default one at each run.
    flow.result_storage = flow.result_storage or NOWHERE
    # Without deployment_id Prefect does not open a web socket for each run to watch for suspension.
    claimed = run.model_copy(update={"deployment_id": None, "state": claim.state})
    with suppress(Abort, Pause):  # parked, or taken over: its state says so
        run_flow(flow, flow_run=claimed, return_type="state")
    return True
