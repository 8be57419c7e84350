"""What was forgotten is gone from Prefect as well: runs, forms that named it, plan, and the written messages."""

from datetime import timedelta
from pathlib import Path

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prefect.client.schemas.objects import FlowRun
from sqlalchemy import Engine as Database

from flows.mirror.artifacts import Screens, plan_key
from flows.mirror.erasing import Forgetting
from flows.prefect.api import latest_artifacts as latest
from provisions.app import App
from provisions.catalogue import Config
from provisions.outbound.transports import OutboxFolder
from tests.builders import typed
from tests.flows.conftest import Rows, World, wait_until_recorded


def _runs(world: World) -> list[FlowRun]:
    ours = FlowRunFilter(deployment_id=FlowRunFilterDeploymentId(any_=world.deployments.ids))
    return world.client.read_flow_runs(flow_run_filter=ours, limit=200)


def _names(world: World, reference: str) -> list[FlowRun]:
    return [run for run in _runs(world) if reference in run.name or reference in str(run.parameters)]


def test_a_forgotten_case_leaves_nothing_in_prefect_or_among_the_messages(
    world: World, database: Database, config: Config, tmp_path: Path, rows: Rows
) -> None:
    gone, stays = world.reference, f"{world.reference}0"  # one is the beginning of the other
    for reference in (gone, stays):
        world.reference = reference
        world.intake("id_document")
    world.settle()
    form = world.deployments.of_form("Uitkomst vastleggen")
    assert form is not None
    for reference in (gone, stays):
        filled_in = {
            "reference": reference,
            "provision": "Identiteitsbewijs",
            "outcome": "Geregeld",
            "by": "regisseur-03",
        }
        world.client.create_flow_run_from_deployment(form, parameters={"formulier": filled_in})
    screens = Screens(database, config, world.app.views, world.deployments)
    screens.plans.show(world.client)
    assert len(latest(world.client, [plan_key(gone), plan_key(stays)])) == 2
    assert len(_names(world, gone)) == 4

    world.app.cases.record_outcome(gone, "id_document", "withdrawn", by=typed("regisseur-03"))
    world.mirror_runs()
    world.app.cases.close(gone, by=typed("regisseur-03"))
    app = App(database, config, world.clock)
    written = [tmp_path / f"20261102T090000Z-{m['id']}.eml" for m in app.exports.of_case(gone)["messages"]]
    other = tmp_path / "20261102T090000Z-een-ander.eml"
    for path in (*written, other):
        path.write_text("een bericht")
    app.retention.forget(gone, by=typed("regisseur-03"))

    patient = Forgetting(app.retention, world.deployments, OutboxFolder(tmp_path))
    assert patient.erase(world.client, world.app.retention.erasures()) == 0, (
        "the steps of its runs may not be recorded yet"
    )
    assert len(_names(world, gone)) == 4

    wait_until_recorded(rows)
    forgetting = Forgetting(app.retention, world.deployments, OutboxFolder(tmp_path), recorded=timedelta(0))
    assert forgetting.erase(world.client, world.app.retention.erasures()) == 1
    left = [run for run in _names(world, gone) if stays not in run.name and stays not in str(run.parameters)]
    assert left == []
    assert len(_names(world, stays)) == 2
    assert [artifact.key for artifact in latest(world.client, [plan_key(gone), plan_key(stays)])] == [plan_key(stays)]
    assert list(tmp_path.iterdir()) == [other]
    assert written
    assert app.retention.erasures() == []
    assert forgetting.erase(world.client, world.app.retention.erasures()) == 0
    assert world.app.runs.stale() == []
