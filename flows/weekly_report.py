"""The steering group's report: made and mailed on Monday at 07:00, and made up when that Monday was missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from prefect import State, flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Completed

from flows import context
from flows.loops.loop import Loop
from flows.prefect.deployments import Plan
from provisions.domain import dutch
from provisions.domain.weeks import Week
from provisions.report.reports import Reports
from provisions.usecases.cases import Steps

NAME = "Weekrapport stuurgroep"
MONDAY_MORNING = CronSchedule(cron="0 7 * * 1", timezone="Europe/Amsterdam")

LOOK_EVERY = 15 * 60.0  # seconds
GRACE = timedelta(minutes=10)  # the flow goes first: its run is what people see


def make_and_send(steps: Steps) -> list[Week]:
    """Freeze and mail each report that is due, oldest first; the weeks. Calling it again sends nothing twice."""
    return Reports(steps.engine, steps.config, steps.clock).send_due()


@flow(name=NAME, retries=3, retry_delay_seconds=60, log_prints=False)
def weekly_report() -> State[Any]:
    """Maakt het weekrapport over de afgelopen week en mailt het aan de stuurgroep, elke maandag om 07.00 uur.

    Wat al verzonden is, gaat niet nog een keer weg. Een gemiste maandag wordt ingehaald: elke week krijgt één rapport.
    """
    weeks = make_and_send(context.steps())
    if not weeks:
        return Completed(message="Er was geen rapport te verzenden.")
    return Completed(message=f"Verzonden aan de stuurgroep: {dutch.listed([str(week) for week in weeks])}.")


def deployment_spec() -> Plan:
    """The deployment, with its schedule."""
    return Plan(NAME, weekly_report, "flows.entrypoints.weekly_report", schedule=MONDAY_MORNING)


class MissedMondays:
    """Looks now and then whether a report is due that nobody made: the engine or Prefect was away on Monday morning."""

    def __init__(self, steps: Steps, *, now: Callable[[], datetime]) -> None:
        self._reports = Reports(steps.engine, steps.config, lambda: now() - GRACE)
        self._steps = steps
        self.loop = Loop("weekrapport", self._turn)

    def look(self) -> None:
        """Make up for what was missed."""
        if self._reports.due_weeks():
            make_and_send(self._steps)

    def _turn(self) -> float:
        self.look()
        return LOOK_EVERY
