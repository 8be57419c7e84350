"""What Prefect has of our runs, read cheaply, so that what somebody changed there can be found and put right.

Prefect tells of each run when it was last changed, whatever was changed, and nobody can set that. What is filled in above and in
a form (``formulier-…``, ``toelichting-…``) is kept apart from the run, and its key holds a digest of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType

from flows.prefect import parking

FINAL = frozenset({StateType.COMPLETED, StateType.CANCELLED, StateType.FAILED, StateType.CRASHED})


@dataclass(frozen=True)
class Shown:
    """A run as Prefect has it. ``changed``: other after every change of the run or its state."""

    id: UUID
    changed: str
    name: str
    tags: frozenset[str]
    parameters: Mapping[str, Any]
    job_variables: Mapping[str, Any]
    deployment: str
    kind: StateType | None
    state: str
    message: str
    key: str
    keyset: Mapping[str, str]

    @property
    def parked(self) -> bool:
        """Whether it waits."""
        return self.kind is StateType.PAUSED

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.kind in FINAL


def shown(client: SyncPrefectClient, runs: Sequence[UUID]) -> dict[UUID, Shown]:
    """These runs as far as they exist. At most 200.

    As it comes, without the client's own model of a run: making that of 200 runs costs more than the rest of the look.
    """
    if not runs:
        return {}
    wanted = {"flow_runs": {"id": {"any_": [str(run) for run in runs]}}, "limit": len(runs)}
    found = [_shown(run) for run in client.request("POST", "/flow_runs/filter", json=wanted).json()]
    return {run.id: run for run in found}


def _shown(run: Mapping[str, Any]) -> Shown:
    state = run.get("state") or {}
    details = state.get("state_details") or {}
    return Shown(
        id=UUID(run["id"]),
        changed=f"{run['updated']}/{run['state_id']}",
        name=run["name"] or "",
        tags=frozenset(run["tags"]),
        parameters=run["parameters"],
        job_variables=run["job_variables"] or {},
        deployment=run["deployment_id"] or "",
        kind=StateType(state["type"]) if state else None,
        state=state.get("name") or "",
        message=state.get("message") or "",
        key=details.get("pause_key") or "",
        keyset=details.get("run_input_keyset") or {},
    )


def put_back(
    client: SyncPrefectClient, run: UUID, *, name: str, tags: Sequence[str], parameters: Mapping[str, Any]
) -> None:
    """Give a run its own name, tags and parameters. Variables of a job can't be taken from a run that is parked."""
    content = {"name": name, "tags": list(tags), "parameters": dict(parameters)}
    client.request("PATCH", "/flow_runs/{id}", path_params={"id": run}, json=content)


def form_is_whole(client: SyncPrefectClient, run: Shown) -> bool:
    """Whether the form of a parked run and the text above it are those whose digest is in their keys."""
    keys = [run.keyset.get("schema", ""), run.keyset.get("description", "")]
    wanted = {"prefix": "", "limit": 50, "exclude_keys": []}
    found = client.request("POST", "/flow_runs/{id}/input/filter", path_params={"id": run.id}, json=wanted).json()
    values = {one["key"]: one["value"] for one in found}
    if not all(key in values for key in keys):
        return False
    try:
        introduction = json.loads(values[keys[1]])
    except ValueError:
        return False
    digest = parking.digest_of(values[keys[0]], introduction)
    return keys == [parking.SCHEMA + digest, parking.TEXT + digest]
