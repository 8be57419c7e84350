"""Shows in Prefect what the database says: makes the run of a provision, or wakes it so that it looks at its row again.

A crash repeats it, and two engines may do it at the same time: a run is made under a key that both derive, and waking
twice only makes a run look twice.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

from flows import waiting
from flows.connection import prefect_thread
from flows.deployments import Deployments
from flows.loops import Loop
from flows.tags import PROVISION_TAG
from provisions.steps import Steps, WantedFace
from provisions.views import Face

BATCH = 100
IDLE, BUSY = 5.0, 0.5  # seconds


class Faces:
    """Applies ``faces_wanted``."""

    def __init__(self, steps: Steps, deployments: Deployments, scheduled: Callable[[], None]) -> None:
        """``scheduled`` is called when runs were made or woken."""
        self._steps = steps
        self._deployments = deployments
        self._scheduled = scheduled
        self.loop = Loop("runs", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        wanted = self._steps.faces_wanted(BATCH)
        if not wanted:
            return IDLE
        applied = self.apply(get_client(sync_client=True), wanted)
        # What is left is being executed right now: it may have read its row before the change, so it is tried again.
        return 0.0 if applied else BUSY

    def apply(self, client: SyncPrefectClient, wanted: Sequence[WantedFace]) -> int:
        """Show each of ``wanted``; how many could be shown now."""
        self._deployments.ensure(client)
        runs = read_runs(client, [face.flow_run for face in wanted if face.flow_run])
        applied = 0
        for position, face in enumerate(wanted):
            applied += self._show(client, face, runs.get(face.flow_run) if face.flow_run else None)
            if position % 10 == 9:
                self._scheduled()  # begin to execute while more are being made
        self._scheduled()
        return applied

    def _show(self, client: SyncPrefectClient, wanted: WantedFace, run: FlowRun | None) -> bool:
        state = run.state if run else None
        if run is None or state is None or state.is_final():
            face = self._steps.face(wanted.provision_id)
            if run is None or face.open:
                run = self._make(client, face, wanted.flow_run)
        elif state.is_paused():
            if not waiting.wake(client, run.id):
                return False
        elif not state.is_scheduled():
            return False  # it is being executed, and may have read its row before this change
        self._steps.face_shown(wanted.provision_id, wanted.wanted, run.id)
        return True

    def _make(self, client: SyncPrefectClient, face: Face, after: UUID | None) -> FlowRun:
        deployment = self._deployments.of_provision(face.key)
        assert deployment is not None  # noqa: S101 - the catalogue's keys are all registered
        while True:
            try:
                run = client.create_flow_run_from_deployment(
                    deployment,
                    parameters={"provision": face.provision_id},
                    name=face.run_name,
                    tags=[*face.tags, PROVISION_TAG],
                    idempotency_key=f"voorziening-{face.provision_id}-na-{after or 'niets'}",
                )
            except ObjectNotFound:
                self._deployments.register(client)  # Prefect's database was lost; the next turn finds them
                raise
            if run.state is None or not run.state.is_final() or not face.open:
                return run
            # Another engine made this one, and it ended before that was noted: the next comes after it.
            after = run.id


def read_runs(client: SyncPrefectClient, ids: Sequence[UUID]) -> dict[UUID, FlowRun]:
    """The runs that exist, by id. At most 200 ids."""
    if not ids:
        return {}
    found = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(ids))), limit=200)
    return {run.id: run for run in found}
