"""Runs flow runs in this process: a polling loop and a few threads, because a process for each run costs a second.

Safe with several engines: a run is claimed by proposing Pending, which Prefect accepts only once. What the mirror makes
or wakes comes here claimed already, without a poll.
"""

import logging
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import OrchestrationResult
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterWorkQueueName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import SetStateStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import FlowRunContext
from prefect.exceptions import Abort, Pause
from prefect.filesystems import LocalFileSystem
from prefect.flow_engine import run_flow
from prefect.results import ResultStore
from prefect.states import Pending, Running
from prefect.types import DateTime

from flows.loops.loop import Loop
from flows.prefect import parking
from flows.prefect.api import client_of_thread
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments

logger = logging.getLogger(__name__)

POLL = 2.0  # seconds: how long a form that a person submitted waits at most
STALE = 5.0  # seconds: another engine may have executed the run since it was seen
NOWHERE = LocalFileSystem()
QUEUED = 4  # runs a thread, at most: what is claimed and not begun would wait for the next start


@dataclass(frozen=True)
class Due:
    """A run to execute; ``seen`` when (monotonic), ``claimed`` when nobody else can have it."""

    run: FlowRun
    flow: Flow[..., Any]
    seen: float
    claimed: bool


class Executor:
    """Executes what is due, ``threads`` runs at a time."""

    def __init__(self, deployments: Deployments, *, threads: int = 8, number: int | None = None) -> None:
        """``number``: of the engine, so that others know whose run it was when this one is gone."""
        self._deployments = deployments
        self._number = number
        self._due: queue.SimpleQueue[Due | None] = queue.SimpleQueue()
        self._busy: set[UUID] = set()
        self._less_busy = threading.Condition()
        self._more = False  # whether the last poll brought as many as it may
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

    def take(self, run: FlowRun) -> None:
        """Execute a run that the caller claimed. Waits while there is much to do already."""
        with self._less_busy:
            while len(self._busy) >= QUEUED * len(self._threads) and not self._loop.stopped:
                self._less_busy.wait(0.5)
        self._hand_out(run, claimed=True)

    def stop(self) -> None:
        """Ask to stop: runs that are being executed are finished, claimed ones are handed back, the others stay due."""
        self._loop.stop()
        for _ in self._threads:
            self._due.put(None)

    def join(self, seconds: float) -> bool:
        """Wait until the executions have ended. Returns whether they did."""
        deadline = time.monotonic() + seconds
        ended = self._loop.join(seconds)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            ended = ended and not thread.is_alive()
        self._hand_back_the_rest()
        return ended

    def _hand_back_the_rest(self) -> None:
        """What was claimed while the threads were ending already."""
        left: list[Due] = []
        with suppress(queue.Empty):
            while True:
                due = self._due.get_nowait()
                left += [due] if due and due.claimed else []
        if left:
            with prefect_thread() as client:
                for due in left:
                    _hand_back(client, due)

    def _poll(self) -> float:
        client = client_of_thread()
        self._deployments.ensure(client)
        found = self._scheduled(client, limit=2 * len(self._threads))
        for run in found:
            self._hand_out(run)
        self._more = len(found) == 2 * len(self._threads)
        return POLL

    def _scheduled(self, client: SyncPrefectClient, limit: int) -> list[FlowRun]:
        """What is due: all our runs, or with a work pool those that are in no pool (made before there was one)."""
        now = datetime.now(UTC)
        if not self._deployments.work_pool:
            # The call of Prefect's own runner: it also shows the deployments as ready in the UI.
            scheduled = client.get_scheduled_flow_runs_for_deployments(
                self._deployments.ids, scheduled_before=now, limit=limit
            )
            return [FlowRun.model_validate(run.model_dump()) for run in scheduled]
        wanted = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=self._deployments.ids),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=DateTime.instance(now)),
            work_queue_name=FlowRunFilterWorkQueueName(is_null_=True),
        )
        found = client.read_flow_runs(
            flow_run_filter=wanted, sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC, limit=limit
        )
        return [run for run in found if run.work_queue_id is None]

    def _hand_out(self, run: FlowRun, *, claimed: bool = False) -> None:
        flow = self._deployments.flow(run.deployment_id)
        with self._less_busy:
            if flow is None or run.id in self._busy:
                return
            self._busy.add(run.id)
        self._due.put(Due(run, flow, time.monotonic(), claimed))

    def _work(self) -> None:
        with prefect_thread() as client:
            while (due := self._due.get()) is not None:
                if self._loop.stopped:
                    if due.claimed:
                        _hand_back(client, due)
                    continue  # so that all that was claimed is seen, up to the word that it is over
                try:
                    if fresh := due.run if due.claimed else self._still_due(client, due.run, due.seen):
                        execute(client, fresh, due.flow, claimed=due.claimed, number=self._number)
                except Exception as fault:
                    logger.warning("Uitvoeren van run %s lukte niet (%s)", due.run.id, type(fault).__name__)
                    logger.debug("Run %s", due.run.id, exc_info=fault)
                finally:
                    with self._less_busy:
                        self._busy.discard(due.run.id)
                        hungry = self._more and len(self._busy) <= len(self._threads) // 2
                        self._less_busy.notify()
                    if hungry:
                        self._more = False
                        self.wake()

    def _still_due(self, client: SyncPrefectClient, run: FlowRun, seen: float) -> FlowRun | None:
        """The run when it is still due; Prefect would also let an ended run be claimed again.

        Executing a provision's run twice harms nothing, so that is looked up only when it was seen long ago; a form
        would be carried out twice.
        """
        if time.monotonic() - seen < STALE and run.deployment_id in self._deployments.provision_ids:
            return run
        run = client.read_flow_run(run.id)
        return run if run.state and run.state.is_scheduled() else None


def _hand_back(client: SyncPrefectClient, due: Due) -> None:
    """Let another engine, or this one after its next start, execute a run that was claimed and not begun."""
    try:
        parking.wake(client, due.run.id)
    except Exception as fault:
        # Prefect is away: whoever finds that this engine is gone takes it over.
        logger.debug("Run %s", due.run.id, exc_info=fault)


def execute(
    client: SyncPrefectClient,
    run: FlowRun,
    flow: Flow[..., Any],
    *,
    claimed: bool = False,
    number: int | None = None,
) -> bool:
    """Claim ``run`` (unless it is: then it is Running) and execute it; ``False`` when someone else has it."""
    by = parking.executed_by(number)
    if not claimed and not _accepted(client, run, Pending(message=by)):
        return False
    with suppress(Abort, Pause):  # parked, or taken over: its state says so
        if not ends_itself(flow):
            run_flow(flow, flow_run=run.model_copy(update={"deployment_id": None}), return_type="state")
        elif claimed or _accepted(client, run, Running(message=by)):
            _execute_lightly(client, run, flow)
    return True


def ends_itself(flow: Flow[..., Any]) -> bool:
    """Whether the flow needs nothing of Prefect's engine: it catches its own faults and says how it ends."""
    return not (flow.retries or flow.should_validate_parameters or flow.isasync)


def _execute_lightly(client: SyncPrefectClient, run: FlowRun, flow: Flow[..., Any]) -> None:
    """What ``run_flow`` does, without what costs as much as all the rest.

    It also reads the run again, writes its policy, asks for a result storage, sends a heartbeat for a second and watches a
    web socket (unless it gets a copy without ``deployment_id``).
    """
    context = FlowRunContext(
        flow=flow,
        flow_run=run,
        parameters=run.parameters,
        client=client,
        task_runner=flow.task_runner,
        result_store=ResultStore(result_storage=NOWHERE),
        persist_result=False,
    )
    with context:
        state: State[Any] = flow.fn(**run.parameters)
    _accepted(client, run, state)


def _accepted(client: SyncPrefectClient, run: FlowRun, state: State[Any]) -> bool:
    result: OrchestrationResult[Any] = client.set_flow_run_state(run.id, state)
    return result.status is SetStateStatus.ACCEPT
