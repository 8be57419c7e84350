"""Makes up for a Monday morning on which the engine or Prefect was away: each week gets one report."""

from datetime import timedelta

from flows.loops.loop import Loop
from provisions.app import App
from provisions.report.reports import Reports

LOOK_EVERY = 15 * 60.0  # seconds
GRACE = timedelta(minutes=10)  # the flow goes first: its run is what people see


class MissedMondays:
    """Looks now and then whether a report is due that nobody made."""

    def __init__(self, app: App) -> None:
        self._reports = app.reports
        self._missed = Reports(app.engine, app.config, lambda: app.clock() - GRACE)
        self.loop = Loop("weekrapport", self._turn)

    def look(self) -> None:
        """Make up for what was missed."""
        if self._missed.due_weeks():
            self._reports.send_due()

    def _turn(self) -> float:
        self.look()
        return LOOK_EVERY
