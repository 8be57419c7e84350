"""Once another municipality took a case over, all runs of the case have its tag, and those that ended too: by its tag a run, its
plan and what happened to it are seen. The municipality before reads its own rounds in the workplace.
"""

from collections.abc import Collection

from sqlalchemy import Engine as Database

from flows.mirror.of_case import runs_of
from flows.prefect import api
from flows.prefect.api import SyncPrefectClient
from flows.prefect.deployments import Deployments
from provisions.store import plans

AT_ONCE = 10  # cases


def tag_anew(
    client: SyncPrefectClient, database: Database, deployments: Deployments, municipalities: Collection[str]
) -> int:
    """Give the runs of some cases that moved the tag of their municipality (one of ``municipalities``); of how many cases."""
    moved = plans.moved(database, AT_ONCE)
    for case_id, reference, municipality in moved:
        for run in list(runs_of(client, deployments, [reference])):
            tags = {municipality, *(tag for tag in run.tags if tag not in municipalities)}
            if tags != set(run.tags):
                api.tag_run(client, run.id, sorted(tags))
        plans.tagged(database, case_id, municipality)
    return len(moved)
