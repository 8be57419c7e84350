"""Prefect's API as the mirror uses it: runs, artifacts and events, each by the plainest request that does it.

Where the client has a method of its own that is used here by its route, that is because the method does more than is wanted: it
sends events with the whole text, or does not tell whether a run is new. Routes and shapes are held by ``tests/flows/contract``.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentFlowRunCreate
from prefect.client.schemas.filters import (
    ArtifactCollectionFilter,
    ArtifactCollectionFilterKey,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterId,
    FlowRunFilterName,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ArtifactCollection, FlowRun, State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled, Running, Scheduled, to_state_create
from prefect.types import DateTime

__all__ = ["ArtifactCollection", "FlowRun", "PrefectHTTPStatusError", "State", "StateType", "SyncPrefectClient"]

PAGE = 200  # what one request may ask for
LIVING = (StateType.PAUSED, StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING)
MARKDOWN = "markdown"  # the type of our artifacts
UNDER_WAY = (StateType.RUNNING, StateType.PENDING)


class DeploymentLostError(Exception):
    """Prefect does not know the deployment: its database was lost."""


def client_of_thread() -> SyncPrefectClient:
    """The one client of this thread (:func:`flows.prefect.client.prefect_thread`)."""
    return get_client(sync_client=True)


# --- runs ------------------------------------------------------------------------------------------------------------


def create_run(
    client: SyncPrefectClient,
    deployment: UUID,
    *,
    parameters: Mapping[str, Any],
    name: str,
    tags: Sequence[str],
    key: str,
    running: str | None,
    scheduled: bool,
) -> tuple[FlowRun, bool]:
    """The run with idempotency ``key``, and whether it was made now. Raises :class:`DeploymentLostError`.

    ``scheduled``: to be executed by whoever looks; else it is made as Running, with the message ``running``.
    """
    state: State[Any] = Scheduled() if scheduled else Running(message=running)
    wanted = DeploymentFlowRunCreate(
        state=to_state_create(state), parameters=dict(parameters), name=name, tags=list(tags), idempotency_key=key
    )
    try:
        # Not by the client's own method, which does not tell whether the run is new.
        answer = client.request(
            "POST",
            "/deployments/{id}/create_flow_run",
            path_params={"id": deployment},
            json=wanted.model_dump(mode="json", exclude_unset=True),
        )
    except PrefectHTTPStatusError as refused:
        if refused.response.status_code == HTTPStatus.NOT_FOUND:
            raise DeploymentLostError from refused
        raise
    return FlowRun.model_validate(answer.json()), answer.status_code == HTTPStatus.CREATED


def runs_by_id(client: SyncPrefectClient, ids: Sequence[UUID]) -> dict[UUID, FlowRun]:
    """The runs that exist, by id. At most 200 ids."""
    if not ids:
        return {}
    found = client.read_flow_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=list(ids))), limit=PAGE)
    return {run.id: run for run in found}


def each_run(
    client: SyncPrefectClient,
    deployments: Sequence[UUID],
    *,
    states: Sequence[StateType] | None = None,
    name_like: str | None = None,
) -> Iterator[FlowRun]:
    """The runs of these deployments, newest first, read page by page."""
    wanted = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))) if states else None,
        name=FlowRunFilterName(like_=name_like) if name_like else None,
    )
    offset = 0
    while page := client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=PAGE, offset=offset):
        yield from page
        offset += len(page)


def scheduled_after(client: SyncPrefectClient, deployments: Sequence[UUID], moment: datetime) -> list[FlowRun]:
    """At most 200 runs of these deployments that are scheduled for after ``moment`` (aware)."""
    wanted = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=list(deployments)),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(after_=DateTime.instance(moment)),
    )
    return client.read_flow_runs(flow_run_filter=wanted, limit=PAGE)


def cancel_run(client: SyncPrefectClient, run: UUID, name: str, message: str) -> None:
    """End a run that nobody needs, whatever it is doing; one that is gone already is fine."""
    with suppress(ObjectNotFound):
        client.set_flow_run_state(run, Cancelled(name=name, message=message), force=True)


def tag_run(client: SyncPrefectClient, run: UUID, tags: Sequence[str]) -> None:
    """Give a run exactly these tags; one that is gone already is fine."""
    with suppress(ObjectNotFound):
        client.update_flow_run(run, tags=list(tags))


def delete_run(client: SyncPrefectClient, run: UUID) -> None:
    """Delete a run; one that is gone already is fine."""
    with suppress(ObjectNotFound):
        client.delete_flow_run(run)


def count_living(client: SyncPrefectClient, deployments: Sequence[UUID]) -> int:
    """How many runs of these deployments have not ended."""
    wanted = {
        "deployment_id": {"any_": [str(found) for found in deployments]},
        "state": {"type": {"any_": [kind.value for kind in LIVING]}},
    }
    return int(client.request("POST", "/flow_runs/count", json={"flow_runs": wanted}).json())


def count_deployments(client: SyncPrefectClient, ids: Sequence[UUID]) -> int:
    """How many of these deployments exist."""
    wanted = {"deployments": {"id": {"any_": [str(found) for found in ids]}}}
    return int(client.request("POST", "/deployments/count", json=wanted).json())


# --- artifacts and events ----------------------------------------------------------------------------------------------
# Not by the client's own methods: those also send an event with all of the text in it.


def put_artifact(
    client: SyncPrefectClient, key: str, summary: str, text: str, artifact: UUID | None, run: UUID | None = None
) -> UUID:
    """Write an artifact (Markdown) in place, or make a new one where there is none (any more); its id.

    ``run``: of which run a new one is, which can't be set later. Who sees one municipality sees the artifacts of its runs.
    """
    content = {"description": summary, "data": text}
    if artifact is not None:
        try:
            client.request("PATCH", "/artifacts/{id}", path_params={"id": artifact}, json=content)
            return artifact
        except PrefectHTTPStatusError as refused:
            if refused.response.status_code != HTTPStatus.NOT_FOUND:
                raise
    of_run = {"flow_run_id": str(run)} if run else {}
    made = client.request("POST", "/artifacts/", json={"key": key, "type": MARKDOWN, **content, **of_run})
    return UUID(made.json()["id"])


def latest_artifacts(client: SyncPrefectClient, keys: Sequence[str]) -> list[ArtifactCollection]:
    """The artifacts with these keys that exist. At most 200 keys."""
    if not keys:
        return []
    wanted = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=list(keys)))
    return client.read_latest_artifacts(artifact_filter=wanted, limit=PAGE)


def count_artifacts(client: SyncPrefectClient, key_like: str) -> int:
    """How many artifacts there are whose key holds ``key_like``."""
    wanted = {"artifacts": {"key": {"like_": key_like}}}
    return int(client.request("POST", "/artifacts/latest/count", json=wanted).json())


def delete_artifact(client: SyncPrefectClient, artifact: UUID) -> None:
    """Delete an artifact; one that is gone already is fine."""
    try:
        client.request("DELETE", "/artifacts/{id}", path_params={"id": artifact})
    except PrefectHTTPStatusError as refused:
        if refused.response.status_code != HTTPStatus.NOT_FOUND:
            raise


def post_events(client: SyncPrefectClient, events: Sequence[Mapping[str, Any]]) -> None:
    """Tell Prefect what happened. An event whose id it has is ignored."""
    client.request("POST", "/events", json=[dict(event) for event in events])
