"""Keeps the database and its mirror in agreement: compares the database with Prefect, and has what differs repaired.

Losing Prefect's database loses nothing: deployments are registered again, and each open provision gets a new run.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from flows.loops.loop import Loop
from flows.mirror.put_right import AT_ONCE, PAGES, RunComparison
from flows.prefect import api, parking, strangers
from flows.prefect.api import FlowRun, SyncPrefectClient
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.app import App
from provisions.domain.errors import NotFound
from provisions.store import put_right
from provisions.store.backlog import should_live
from provisions.views.runs import RunView

logger = logging.getLogger(__name__)

EVERY = 300.0  # seconds
WHOLE_EVERY = 6 * 3600.0  # seconds: run by run, also when the numbers agree
ABANDONED = timedelta(minutes=5)  # no execution in an engine takes this long
ABANDONED_IN_POOL = timedelta(minutes=15)  # and none in a pool, which may have to find a machine and an image first
LONGEST_PUT_OFF = timedelta(hours=1)  # an execution is put off by minutes (``parking.try_again_later``)
PAGE = 200
STRANGER = "Deze run hoort niet (meer) bij een voorziening."


class Reconciler:
    """Compares run by run at the start, when numbers do not agree (looked at every five minutes), and every six hours.

    When an engine is gone, what it executed is scheduled again at once.
    """

    def __init__(
        self,
        app: App,
        deployments: Deployments,
        *,
        living: Callable[[], set[int]],
        changed: Callable[[], None],
    ) -> None:
        """``living``: the numbers of the engines that work on this database; ``changed``: called when there is work to do."""
        self._app = app
        self._deployments = deployments
        self._living = living
        self._changed = changed
        self._comparison = RunComparison(app, deployments)
        self._pages = 0  # of runs, still to be compared in this look
        self._abandoned = ABANDONED_IN_POOL if deployments.work_pool else ABANDONED
        self._next = self._next_whole = 0.0  # monotonic seconds
        self.loop = Loop("vergelijking", self._turn, around=prefect_thread)

    def engine_gone(self) -> None:
        """An engine is gone: look at once for what it left."""
        self.loop.wake()

    def _turn(self) -> float:
        client = api.client_of_thread()
        self._deployments.ensure(client)
        self.reschedule_abandoned(client, self._abandoned)
        self.bring_forward(client)
        now = time.monotonic()
        if now < self._next:
            if self._pages and self._compare_some(client):
                self._changed()
            return 0.0 if self._pages else self._next - now
        if self.put_right(client):
            self._changed()
        if now >= self._next_whole or not self.looks_right(client):
            if self._next_whole:  # at the start that has just been done
                self._deployments.register(client)
            known = self.compare_provisions(client)
            self.compare_runs(client, known)
            self._next_whole = now + WHOLE_EVERY
        self._next = now + EVERY
        return EVERY

    def put_right(self, client: SyncPrefectClient) -> int:
        """Put right what somebody changed in Prefect of what is ours. Returns how many things."""
        counts: dict[str, int] = {}
        if not self._deployments.are_whole(client):
            logger.warning(
                "Een formulier, proces of de work pool was in Prefect veranderd; alle zijn opnieuw aangemeld"
            )
            self._deployments.register(client)
            counts["deployment van ons"] = 1
        if gone := strangers.remove(client, self._deployments, self._app.config.automations):
            told = ", ".join(f"{count} x {kind}" for kind, count in gone.items())
            logger.warning(
                "Uit Prefect is verwijderd wat niet van ons is en niet in config/prefect.toml staat: %s", told
            )
        self._note(counts | gone)
        self._pages = PAGES
        return sum(counts.values()) + sum(gone.values()) + self._compare_some(client)

    def _compare_some(self, client: SyncPrefectClient) -> int:
        """Compare some of the pages of runs that are left of this look. Returns how many runs were put right."""
        found = self._comparison.look(client)
        self._pages = 0 if self._comparison.begins else max(0, self._pages - AT_ONCE)
        self._note({"run": found} if found else {})
        return found

    def _note(self, counts: Mapping[str, int]) -> None:
        if counts:
            with self._app.engine.begin() as connection:
                put_right.note(connection, datetime.now(UTC), counts)

    def looks_right(self, client: SyncPrefectClient) -> bool:
        """Whether Prefect has all our deployments, and as many living runs as there should be.

        Two numbers, because to read ten thousand runs every five minutes costs more than all other idling.
        """
        if api.count_deployments(client, self._deployments.ids) != len(self._deployments.ids):
            return False
        return api.count_living(client, self._deployments.provision_ids) == should_live(self._app.engine)

    def reschedule_abandoned(self, client: SyncPrefectClient, age: timedelta) -> int:
        """Schedule again what an engine that is gone left RUNNING or PENDING, and whatever has been so for longer than ``age``.

        A run that its engine goes on executing all the same is executed twice, which harms nothing.
        """
        count = 0
        found = list(api.each_run(client, self._deployments.ids, states=api.UNDER_WAY))
        living = self._living() if found else set()
        for run in found:
            executor = parking.executing(run.state)
            gone = executor is not None and executor not in living
            # Prefect's own clock wrote the timestamp, so the real one is compared, not the injected one.
            if run.state and (gone or _apart(run.state.timestamp) >= age):
                count += parking.wake(client, run.id, "Hervat na onderbreking")
        if count:
            logger.info("%d onderbroken runs worden opnieuw uitgevoerd", count)
            self._changed()
        return count

    def bring_forward(self, client: SyncPrefectClient) -> int:
        """Schedule now what has waited longer than any execution is ever put off: a clock that was wrong scheduled it."""
        found = api.scheduled_after(client, self._deployments.provision_ids, datetime.now(UTC) + LONGEST_PUT_OFF)
        count = sum(parking.wake(client, run.id) for run in found)
        if count:
            self._changed()
        return count

    def compare_provisions(self, client: SyncPrefectClient) -> dict[int, UUID | None]:
        """Ask a run for what is open without a living run; the run of each provision that should have one."""
        known: dict[int, UUID | None] = {}
        after = 0
        while page := self._app.runs.expected(after, PAGE):
            runs = api.runs_by_id(client, [row.flow_run for row in page if row.flow_run])
            rows = [(row.provision_id, runs.get(row.flow_run) if row.flow_run else None) for row in page]
            wrong = [provision_id for provision_id, run in rows if self._unshown(provision_id, run)]
            if wrong:
                self._app.runs.renew(wrong)
                self._changed()
            known.update({row.provision_id: row.flow_run for row in page})
            after = page[-1].provision_id
        return known

    def _unshown(self, provision_id: int, run: FlowRun | None) -> bool:
        """Whether the provision is open and no run shows it."""
        if run is None or run.state is None:
            return True
        return run.state.is_final() and self._app.run_views.of(provision_id).open

    def compare_runs(self, client: SyncPrefectClient, known: dict[int, UUID | None]) -> int:
        """Look at each living run that is not known to be right. Returns how many were cancelled.

        Cancelled is what belongs to no provision, or to one that lives in another run. What is parked although its
        provision is closed is woken, to end.
        """
        cancelled = 0
        for run in list(api.each_run(client, self._deployments.provision_ids, states=api.LIVING)):
            provision = run.parameters.get("provision")
            if run.created is None or _apart(run.created) < ABANDONED:
                continue  # it may have been made just now, and not noted yet
            if isinstance(provision, int) and known.get(provision) == run.id:
                continue
            view = self._view(provision)
            if view is None or view.flow_run != run.id:
                api.cancel_run(client, run.id, "Vervallen", STRANGER)
                cancelled += 1
            elif not view.open and run.state and run.state.is_paused():
                self._app.runs.renew([view.provision_id])
                self._changed()
        if cancelled:
            logger.info("%d runs zonder voorziening zijn afgesloten", cancelled)
        return cancelled

    def _view(self, provision: object) -> RunView | None:
        try:
            return self._app.run_views.of(provision) if isinstance(provision, int) else None
        except NotFound:
            return None


def _apart(moment: datetime) -> timedelta:
    """How far from now, in either direction: a moment in the future comes from a clock that was wrong."""
    return abs(datetime.now(UTC) - moment)
