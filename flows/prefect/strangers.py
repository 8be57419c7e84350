"""What is in Prefect and not ours: found by listing what there may be a few of, and removed.

Nothing else may use this Prefect: what somebody adds there starts code on a machine, calls an address with what is a client's,
or holds our runs up.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from prefect.client.orchestration import SyncPrefectClient

from flows.prefect import automations
from flows.prefect.api import PAGE, PrefectHTTPStatusError
from flows.prefect.deployments import Deployments
from flows.prefect.installation import VARIABLE
from provisions.catalogue.automations import Automation

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kind:
    """Something that Prefect keeps. ``name``: as its pages say."""

    name: str
    path: str
    found: Callable[[SyncPrefectClient], list[dict[str, Any]]]
    by: str = "id"


def _listed(path: str) -> Callable[[SyncPrefectClient], list[dict[str, Any]]]:
    def found(client: SyncPrefectClient) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = _ask(client, "POST", f"{path}filter", {"limit": PAGE})
        return answer

    return found


AUTOMATION = Kind("automation", "/automations/", _listed("/automations/"))
BLOCK = Kind("block", "/block_documents/", automations.blocks_of)
VARIABLES = Kind("variable", "/variables/", _listed("/variables/"))
DEPLOYMENT = Kind("deployment", "/deployments/", _listed("/deployments/"))
LIMIT = Kind("concurrency limit", "/v2/concurrency_limits/", _listed("/v2/concurrency_limits/"))
POOL = Kind("work pool", "/work_pools/", _listed("/work_pools/"), by="name")
KINDS = (AUTOMATION, BLOCK, VARIABLES, DEPLOYMENT, LIMIT, POOL)


def remove(client: SyncPrefectClient, deployments: Deployments, wanted: Sequence[Automation]) -> dict[str, int]:
    """Remove what is not ours, and see to it that the configured automations are there. Returns how many of each kind went.

    At most 200 of a kind at a time. Nothing before the deployments are registered.
    """
    if not deployments.ids:
        return {}
    right, needed = automations.kept(client, wanted)
    ours: Mapping[str, Collection[str]] = {
        AUTOMATION.name: right,
        BLOCK.name: needed,
        DEPLOYMENT.name: {str(found) for found in deployments.ids},
        POOL.name: {deployments.work_pool or ""},
    }
    gone = {kind.name: sum(_removed(client, kind, ours.get(kind.name, ()))) for kind in KINDS}
    return {name: count for name, count in gone.items() if count}


def _removed(client: SyncPrefectClient, kind: Kind, ours: Collection[str]) -> Iterator[bool]:
    for one in kind.found(client):
        if one[kind.by] not in ours and (kind is not VARIABLES or one["name"] != VARIABLE):
            yield _delete(client, f"{kind.path}{one[kind.by]}")


def _delete(client: SyncPrefectClient, path: str) -> bool:
    try:
        _ask(client, "DELETE", path)
    except PrefectHTTPStatusError as refused:
        status = refused.response.status_code
        if status != HTTPStatus.NOT_FOUND:  # one that Prefect keeps stands in the way of no other
            logger.warning("%s kon in Prefect niet worden verwijderd (%s)", path, status)
        return False
    return True


def _ask(client: SyncPrefectClient, method: str, path: str, body: object = None) -> Any:
    answer = client.request(method, path, json=body)  # type: ignore[arg-type]  # the client lists its routes one by one
    return answer.json() if answer.content else None
