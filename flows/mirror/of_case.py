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
            if run.name.endswith(f" {reference}"):
                yield run
    # What was filled in is wiped once it was dealt with, and the run is named after its case: this is for those of before.
    quoted = [json.dumps(reference) for reference in references]
    forms = [found for found in deployments.ids if found not in deployments.provision_ids]
    for run in api.each_run(client, forms):
        filled_in = json.dumps(run.parameters, default=str)
        if any(reference in filled_in for reference in quoted):
            yield run
