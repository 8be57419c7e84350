"""Shows in Prefect what the database says: makes the run of a provision, or wakes it so that it looks at its row again.

A crash repeats it. One engine at a time looks after a provision, so that its run is made and executed once; should that fail
(its connection to the database broke), the run is made under a key that every engine derives, and waking twice only makes a
run look twice.

With an executor in this process a run is made, or woken, as Running and handed over at once: to schedule it, find it and
claim it would be four calls more. Without one it is scheduled, for whoever works for Prefect (a process or Kubernetes worker).
"""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from flows.loops.loop import Loop
from flows.prefect import api, parking
from flows.prefect.api import FlowRun, State, SyncPrefectClient
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.app import App
from provisions.domain.tags import PROVISION
from provisions.store.runs import MirroredRun
from provisions.views.runs import TAKEN_BACK, RunView

BATCH = 100
TOGETHER = 10  # of which all is read at once, and which begin to be executed while more are being made
SEEN = 400  # of which another engine may be looking after the first
STRAY = "Wat deze run liet zien, is teruggedraaid."
IDLE, BUSY = 30.0, 0.5  # seconds; a change wakes it (``NOTIFY``), so that looking by itself is for what was missed


class RunMirror:
    """Applies what is stale to Prefect."""

    def __init__(
        self,
        app: App,
        deployments: Deployments,
        scheduled: Callable[[], None],
        execute: Callable[[FlowRun], None] | None = None,
        *,
        number: int | None = None,
        shown: Callable[[], None] = lambda: None,
    ) -> None:
        """``execute`` gets each run that was made or woken as Running; without it ``scheduled`` is called instead.

        ``number``: of the engine that executes; ``shown`` is called when something was: plans link to runs, events name them.
        """
        self._number = number
        self._shown = shown
        self._app = app
        self._deployments = deployments
        self._scheduled = scheduled
        self._execute = execute
        self.behind_since: float | None = None
        """Since when (monotonic seconds) there was always something to show; ``None`` when all was shown."""
        self.loop = Loop("runs", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        self.end_strays()
        wanted = self._app.runs.stale(SEEN)
        if not wanted:
            self.behind_since = None
            return IDLE
        self.behind_since = self.behind_since or time.monotonic()
        applied = self.apply(api.client_of_thread(), wanted)
        if applied:
            self._shown()
        # What is left is being executed right now: it may have read its row before the change, so it is tried again.
        return 0.0 if applied else BUSY

    def end_strays(self) -> int:
        """End the runs of what was needed because of an act that was taken back. Returns how many."""
        strays = self._app.runs.strays(BATCH)
        for run in strays:
            api.cancel_run(api.client_of_thread(), run, TAKEN_BACK, STRAY)
            self._app.runs.stray_ended(run)
        return len(strays)

    def apply(self, client: SyncPrefectClient, wanted: Sequence[MirroredRun]) -> int:
        """Show some of ``wanted``, which no other engine looks after now. Returns how many could be shown."""
        self._deployments.ensure(client)
        with self._app.runs.held(wanted, BATCH) as mine:
            runs = api.runs_by_id(client, [one.flow_run for one in mine if one.flow_run])
            applied = 0
            for start in range(0, len(mine), TOGETHER):
                together = [
                    (one, runs.get(one.flow_run) if one.flow_run else None) for one in mine[start : start + TOGETHER]
                ]
                ended = [one.provision_id for one, run in together if _living(run) is None]
                views = self._app.run_views.several(ended) if ended else {}
                for one, run in together:
                    applied += self._show(client, one, run, views.get(one.provision_id))
                    if self.loop.stopped:
                        break
                self._begin()  # begin to execute while more are being made
                if self.loop.stopped:
                    break
        return applied

    def _begin(self) -> None:
        if self._execute is None:
            self._scheduled()

    def _show(self, client: SyncPrefectClient, wanted: MirroredRun, run: FlowRun | None, view: RunView | None) -> bool:
        """``view``: what a run should show that is yet to be made."""
        mine = False  # whether it is ours to execute now
        if run is None or (state := _living(run)) is None:
            if view is None:
                return False  # the provision is gone meanwhile, or was just forgotten
            if run is None or view.open:
                run, mine = self._make(client, view, wanted.flow_run)
        elif state.is_paused():
            mine = self._execute is not None
            if not (parking.claim(client, run.id, self._number) if mine else parking.wake(client, run.id)):
                return False
        elif not state.is_scheduled():
            return False  # it is being executed, and may have read its row before this change
        try:
            # Before it is executed, because the execution marks what it really showed.
            self._app.runs.observe(wanted.provision_id, wanted.generation, run.id)
        finally:
            # Also when the database fell away: a run that is Running and that nobody executes would show nothing.
            if mine and self._execute is not None:
                self._execute(run)
        return True

    def _make(self, client: SyncPrefectClient, view: RunView, after: UUID | None) -> tuple[FlowRun, bool]:
        """The run of ``view``, and whether it was made now and is ours to execute."""
        deployment = self._deployments.of_provision(view.key)
        assert deployment is not None  # noqa: S101 - the catalogue's keys are all registered
        while True:
            try:
                run, made = api.create_run(
                    client,
                    deployment,
                    parameters={"provision": view.provision_id},
                    name=view.run_name,
                    tags=[*view.tags, PROVISION],
                    key=self._app.runs.key(view.provision_id, after),
                    running=parking.executed_by(self._number),
                    scheduled=self._execute is None,
                )
            except api.DeploymentLostError:
                self._deployments.register(client)  # the next turn finds them
                raise
            if run.state is None or not run.state.is_final() or not view.open:
                return run, made and self._execute is not None
            # An engine made this one, and it ended before that was noted: the next comes after it, if one is still needed.
            view, after = self._app.run_views.of(view.provision_id), run.id
            if not view.open:
                return run, False


def _living(run: FlowRun | None) -> State[Any] | None:
    """The state of a run that has not ended; ``None`` also for one that is gone, or never was."""
    state = None if run is None else run.state
    return None if state is None or state.is_final() else state
