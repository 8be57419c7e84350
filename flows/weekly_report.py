"""The steering group's report: made and mailed on Monday at 07:00."""

from __future__ import annotations

from typing import Any

from prefect import State, flow
from prefect.client.schemas.schedules import CronSchedule
from prefect.states import Completed

from flows import context
from flows.prefect.deployments import Plan
from provisions.domain import dutch
from provisions.report.reports import SENT_AT

NAME = "Weekrapport stuurgroep"
MONDAY_MORNING = CronSchedule(cron=f"{SENT_AT.minute} {SENT_AT.hour} * * 1", timezone="Europe/Amsterdam")


@flow(name=NAME, retries=3, retry_delay_seconds=60, log_prints=False)
def weekly_report() -> State[Any]:
    """Maakt het weekrapport over de afgelopen week en mailt het aan de stuurgroep, elke maandag om 07.00 uur.

    Wat al verzonden is, gaat niet nog een keer weg. Een gemiste maandag wordt ingehaald: elke week krijgt één rapport.
    """
    weeks = context.app().reports.send_due()
    if not weeks:
        return Completed(message="Er was geen rapport te verzenden.")
    return Completed(message=f"Verzonden aan de stuurgroep: {dutch.listed([str(week) for week in weeks])}.")


def deployment_spec() -> Plan:
    """The deployment, with its schedule."""
    return Plan(NAME, weekly_report, "flows.entrypoints.weekly_report", schedule=MONDAY_MORNING)
