"""What can be run in Prefect: a deployment for each provision flow and for each run form.

Registered at each start of the engine and again by the reconciler, so that a lost Prefect database fills itself.

The engine executes them itself, or a work pool does: then each has a module path that any process with our package can import
(``flows.entrypoints``), and no folder.
"""

import inspect
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.utilities.callables import parameter_schema

from flows.prefect.api import PAGE
from flows.prefect.pool import DEFAULT_QUEUE, Pool

# Whatever the pool is: nothing of what a process says goes to Prefect (an error may hold data), nor is its heartbeat heard.
POOL_ENVIRONMENT = {
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "DO_NOT_TRACK": "1",
}

# What Prefect itself changes of a deployment, or gives anew when it is registered.
PREFECTS_OWN = frozenset({"created", "updated", "created_by", "updated_by", "status", "last_polled", "labels"})
OF_SCHEDULE = ("schedule", "active", "parameters", "max_scheduled_runs", "slug")


@dataclass(frozen=True)
class Plan:
    """One deployment as we want it: ``name`` is ours, the flow's name is what people see."""

    name: str
    flow: Flow[..., Any]
    entrypoint: str
    tags: tuple[str, ...] = ()
    schedule: CronSchedule | None = None


class Deployments:
    """The deployments and what executes them. Safe to use from several threads."""

    def __init__(
        self,
        provisions: Mapping[str, Plan],
        forms: tuple[Plan, ...] = (),
        *,
        pool: Pool | None = None,
        before: Callable[[SyncPrefectClient], None] = lambda _client: None,
    ) -> None:
        """``pool``: the work pool that executes them; ``None`` when the engine does. ``before`` is called first, and may
        refuse this Prefect by an error."""
        self._before = before
        self._provisions = dict(provisions)
        self._forms = forms
        self._pool = pool
        self._flows: dict[UUID, Flow[..., Any]] = {}
        self._of_provision: dict[str, UUID] = {}
        self._registered: dict[str, object] = {}
        self._lock = threading.Lock()

    @property
    def work_pool(self) -> str | None:
        """The name of the pool that executes them; ``None`` when the engine does."""
        return self._pool.name if self._pool else None

    @property
    def ids(self) -> list[UUID]:
        """The deployments that are registered; empty before :meth:`register`."""
        return list(self._flows)

    @property
    def provision_ids(self) -> list[UUID]:
        """Those of the provision flows."""
        return list(self._of_provision.values())

    def flow(self, deployment: UUID | None) -> Flow[..., Any] | None:
        """The flow of a deployment of ours."""
        return self._flows.get(deployment) if deployment else None

    def of_form(self, name: str) -> UUID | None:
        """The deployment of a run form by its Dutch name, once registered."""
        return next((found for found, flow in self._flows.items() if flow.name == name), None)

    def of_provision(self, key: str) -> UUID | None:
        """The deployment of a provision's flow, once registered."""
        return self._of_provision.get(key)

    def ensure(self, client: SyncPrefectClient) -> None:
        """Register, unless that was done already."""
        if not self._flows:
            self.register(client)

    def register(self, client: SyncPrefectClient) -> None:
        """Make or refresh all deployments; repeating it changes nothing."""
        with self._lock:
            self._before(client)
            if self._pool:
                self._pool.put_right(client)
            of_provision = {key: _register(client, plan, self.work_pool) for key, plan in self._provisions.items()}
            flows = {of_provision[key]: plan.flow for key, plan in self._provisions.items()}
            flows.update({_register(client, plan, self.work_pool): plan.flow for plan in self._forms})
            self._of_provision, self._flows = of_provision, flows
            self._registered = _contents(client, list(flows))

    def are_whole(self, client: SyncPrefectClient) -> bool:
        """Whether Prefect has all our deployments as they were registered: none paused, none with other code, forms or times; and
        the work pool as it should be.
        """
        if self._pool and not self._pool.is_whole(client):
            return False
        return _contents(client, self.ids) == self._registered


def _register(client: SyncPrefectClient, plan: Plan, work_pool: str | None) -> UUID:
    return client.create_deployment(
        flow_id=client.create_flow_from_name(plan.flow.name),
        name=plan.name,
        description=inspect.cleandoc(plan.flow.fn.__doc__ or ""),
        tags=list(plan.tags),
        entrypoint=plan.entrypoint,
        path=None,
        work_pool_name=work_pool,
        # Named, because a run keeps the name only of a queue that was named: by it the engine knows what is not for itself.
        work_queue_name=DEFAULT_QUEUE if work_pool else None,
        job_variables={"env": POOL_ENVIRONMENT} if work_pool else None,
        parameter_openapi_schema=parameter_schema(plan.flow.fn).model_dump_for_openapi(),
        enforce_parameter_schema=True,
        schedules=[DeploymentScheduleCreate(schedule=plan.schedule, active=True)] if plan.schedule else None,
        # Said in full, so that what somebody changed is put right: what is left out stays as it is.
        paused=False,
        pull_steps=[],
    )


def _contents(client: SyncPrefectClient, ids: Sequence[UUID]) -> dict[str, object]:
    """What can be changed of each of these deployments, by id; those that are gone are not there."""
    wanted = {"deployments": {"id": {"any_": [str(found) for found in ids]}}, "limit": PAGE}
    found = client.request("POST", "/deployments/filter", json=wanted).json() if ids else []
    return {one["id"]: _content(one) for one in found}


def _content(deployment: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: value for name, value in deployment.items() if name not in PREFECTS_OWN}
    schedules = [{name: one[name] for name in OF_SCHEDULE} for one in deployment["schedules"]]
    limit = bool(deployment.get("global_concurrency_limit"))
    return said | {"schedules": schedules, "global_concurrency_limit": limit}
