"""The example's events carried out again, each at its own moment, with what time does in between."""

from datetime import datetime

from sqlalchemy import Engine

from provisions.access import Actor
from provisions.app import App
from provisions.caseload.commands import commands
from provisions.caseload.script import Event
from provisions.catalogue import Config
from provisions.outbound.days import DaysOverviews
from provisions.outbound.links import Links
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Transport
from provisions.store.audit import RECORDED_AT


class Replay:
    """Carries out events from ``start`` (aware) on. The clock only moves forward. Without ``links`` letters hold no link; without
    ``transport`` they are asked for, and none is sent.
    """

    def __init__(
        self,
        engine: Engine,
        config: Config,
        transport: Transport | None,
        start: datetime,
        links: Links | None = None,
    ) -> None:
        self.now = start
        engine = engine.execution_options(**{RECORDED_AT: self._clock})
        self.app = App(engine, config, self._clock)
        self._days = DaysOverviews(engine, config, self._clock)
        self._outbox = Outbox(engine, config, transport, self._clock, links=links) if transport else None

    def carry_out(self, happened: Event) -> None:
        """One event, after everything that fell due before it. Raises ``Refused`` like the use case itself."""
        self.travel_to(happened.moment)
        command = commands(self.app)[happened.command]
        about = {"reference": happened.reference} if happened.reference else {}
        command(**about, by=Actor.typed(happened.by), **happened.arguments)
        self._deliver()

    def travel_to(self, moment: datetime) -> None:
        """Let time pass until ``moment``: everything due in between is recorded and sent when it is due."""
        while (due := self.app.time.next_moment()) is not None and due <= moment:
            self.now = max(self.now, due)
            self.app.time.tick_all()
            self._deliver()
        self.now = max(self.now, moment)
        self._deliver()

    def _clock(self) -> datetime:
        return self.now

    def _deliver(self) -> None:
        self._days.tell()
        if self._outbox is not None:
            self._outbox.deliver_due()
