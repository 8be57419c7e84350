"""The database and its mirror agree: compares the database with Prefect and has repaired what differs.

Losing Prefect's database loses nothing: deployments are registered again, and each open provision gets a new run.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from httpx import Response
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled
from prefect.types._datetime import DateTime

from flows.loops.loop import Loop
from flows.mirror.runs import read_runs
from flows.prefect import parking
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.app import App
from provisions.domain.errors import NotFound
from provisions.store.backlog import should_live
from provisions.views.runs import RunView

logger = logging.getLogger(__name__)

EVERY = 300.0  # seconds
WHOLE_EVERY = 6 * 3600.0  # seconds: run by run, also when the numbers agree
ABANDONED = timedelta(minutes=5)  # no execution in an engine takes this long
ABANDONED_IN_POOL = timedelta(minutes=15)  # and none in a pool, which may have to find a machine and an image first
LONGEST_PUT_OFF = timedelta(hours=1)  # an execution is put off by minutes (``parking.try_again_later``)
PAGE = 200
STRANGER = "Deze run hoort niet (meer) bij een voorziening."
LIVING = (StateType.PAUSED, StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING)


class Reconciler:
    """Compares run by run at the start, when numbers do not agree (looked at every five minutes), and every six hours.

    When an engine is gone, what it executed is scheduled again at once.
    """

    def __init__(
        self,
        app: App,
        deployments: Deployments,
        *,
        living: Callable[[], set[int]],
        changed: Callable[[], None],
    ) -> None:
        """``living``: the numbers of the engines that work on this database; ``changed``: called when there is work to do."""
        self._app = app
        self._deployments = deployments
        self._living = living
        self._changed = changed
        self._abandoned = ABANDONED_IN_POOL if deployments.work_pool else ABANDONED
        self._next = self._next_whole = 0.0  # monotonic seconds
        self.loop = Loop("vergelijking", self._turn, around=prefect_thread)

    def bereft(self) -> None:
        """An engine is gone: look now for what it left."""
        self.loop.wake()

    def _turn(self) -> float:
        client = get_client(sync_client=True)
        self._deployments.ensure(client)
        self.reschedule_abandoned(client, self._abandoned)
        self.bring_forward(client)
        now = time.monotonic()
        if now < self._next:
            return self._next - now
        if now >= self._next_whole or not self.looks_right(client):
            if self._next_whole:  # at the start that has just been done
                self._deployments.register(client)
            known = self.compare_provisions(client)
            self.compare_runs(client, known)
            self._next_whole = now + WHOLE_EVERY
        self._next = now + EVERY
        return EVERY

    def looks_right(self, client: SyncPrefectClient) -> bool:
        """Whether Prefect has all our deployments, and as many living runs as there should be.

        Two numbers, because to read ten thousand runs every five minutes costs more than all other idling.
        """
        ours = {"deployments": {"id": {"any_": [str(found) for found in self._deployments.ids]}}}
        if _number(client.request("POST", "/deployments/count", json=ours)) != len(self._deployments.ids):
            return False
        provisions = [str(found) for found in self._deployments.provision_ids]
        living = {"deployment_id": {"any_": provisions}, "state": {"type": {"any_": [kind.value for kind in LIVING]}}}
        found = _number(client.request("POST", "/flow_runs/count", json={"flow_runs": living}))
        return found == should_live(self._app.engine)

    def reschedule_abandoned(self, client: SyncPrefectClient, age: timedelta) -> int:
        """Schedule again what an engine that is gone left RUNNING or PENDING, and what is so for longer than ``age``; how many.

        A run that its engine goes on executing all the same is executed twice, which harms nothing.
        """
        count = 0
        found = list(self._runs(client, (StateType.RUNNING, StateType.PENDING), self._deployments.ids))
        living = self._living() if found else set()
        for run in found:
            executor = parking.executing(run.state)
            gone = executor is not None and executor not in living
            # Prefect's own clock wrote the timestamp, so the real one is compared, not the injected one.
            if run.state and (gone or _apart(run.state.timestamp) >= age):
                count += parking.wake(client, run.id, "Hervat na onderbreking")
        if count:
            logger.info("%d onderbroken runs worden opnieuw uitgevoerd", count)
            self._changed()
        return count

    def bring_forward(self, client: SyncPrefectClient) -> int:
        """Schedule now what waits longer than any execution is ever put off: it was scheduled by a clock that was wrong."""
        wanted = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=self._deployments.provision_ids),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
            next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(
                after_=DateTime.instance(datetime.now(UTC) + LONGEST_PUT_OFF)
            ),
        )
        found = client.read_flow_runs(flow_run_filter=wanted, limit=PAGE)
        count = sum(parking.wake(client, run.id) for run in found)
        if count:
            self._changed()
        return count

    def compare_provisions(self, client: SyncPrefectClient) -> dict[int, UUID | None]:
        """Ask a run for what is open without a living run; the run of each provision that should have one."""
        known: dict[int, UUID | None] = {}
        after = 0
        while page := self._app.runs.expected(after, PAGE):
            runs = read_runs(client, [row.flow_run for row in page if row.flow_run])
            rows = [(row.provision_id, runs.get(row.flow_run) if row.flow_run else None) for row in page]
            wrong = [provision_id for provision_id, run in rows if self._unshown(provision_id, run)]
            if wrong:
                self._app.runs.renew(wrong)
                self._changed()
            known.update({row.provision_id: row.flow_run for row in page})
            after = page[-1].provision_id
        return known

    def _unshown(self, provision_id: int, run: FlowRun | None) -> bool:
        """Whether the provision is open and no run shows it."""
        if run is None or run.state is None:
            return True
        return run.state.is_final() and self._app.run_views.of(provision_id).open

    def compare_runs(self, client: SyncPrefectClient, known: dict[int, UUID | None]) -> int:
        """Look at each living run that is not known to be right; how many were cancelled.

        Cancelled is what belongs to no provision, or to one that lives in another run. What is parked although its
        provision is closed is woken, to end.
        """
        cancelled = 0
        for run in list(self._runs(client, LIVING, self._deployments.provision_ids)):
            provision = run.parameters.get("provision")
            if run.created is None or _apart(run.created) < ABANDONED:
                continue  # it may have been made just now, and not noted yet
            if isinstance(provision, int) and known.get(provision) == run.id:
                continue
            view = self._view(provision)
            if view is None or view.flow_run != run.id:
                client.set_flow_run_state(run.id, Cancelled(name="Vervallen", message=STRANGER), force=True)
                cancelled += 1
            elif not view.open and run.state and run.state.is_paused():
                self._app.runs.renew([view.provision_id])
                self._changed()
        if cancelled:
            logger.info("%d runs zonder voorziening zijn afgesloten", cancelled)
        return cancelled

    def _view(self, provision: object) -> RunView | None:
        try:
            return self._app.run_views.of(provision) if isinstance(provision, int) else None
        except NotFound:
            return None

    def _runs(
        self, client: SyncPrefectClient, states: tuple[StateType, ...], deployments: list[UUID]
    ) -> Iterator[FlowRun]:
        wanted = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=deployments),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
        )
        offset = 0
        while page := client.read_flow_runs(
            flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset
        ):
            yield from page
            offset += len(page)


def _apart(moment: datetime) -> timedelta:
    """How far from now, in either direction: a moment in the future was written by a clock that was wrong."""
    return abs(datetime.now(UTC) - moment)


def _number(answer: Response) -> int:
    return int(answer.json())
