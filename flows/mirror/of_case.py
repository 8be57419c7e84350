"""All runs in Prefect about a case: of its provisions, and of forms that were filled in about it."""

import json
from collections.abc import Collection, Iterator

from flows.prefect import api
from flows.prefect.api import FlowRun, SyncPrefectClient
from flows.prefect.deployments import Deployments


def runs_of(client: SyncPrefectClient, deployments: Deployments, references: Collection[str]) -> Iterator[FlowRun]:
    """The runs about these cases, those that ended too; one may come twice."""
    for reference in references:
        for run in api.each_run(client, deployments.ids, name_like=reference):
            if _is_named_after(run, reference):
                yield run
    # What was filled in is wiped once it was dealt with, and the run is named after its case: this is for those of before.
    forms = [found for found in deployments.ids if found not in deployments.provision_ids]
    for run in api.each_run(client, forms):
        if _names_one_of(run, references):
            yield run


def is_about(run: FlowRun, reference: str) -> bool:
    """Whether ``run`` is about this case: of a provision of it, or a form that was filled in about it."""
    return _is_named_after(run, reference) or _names_one_of(run, [reference])


def _is_named_after(run: FlowRun, reference: str) -> bool:
    return run.name.endswith(f" {reference}")


def _names_one_of(run: FlowRun, references: Collection[str]) -> bool:
    filled_in = json.dumps(run.parameters, default=str)
    return any(json.dumps(reference) in filled_in for reference in references)
