"""Finds what somebody changed in Prefect of the run of a provision, and puts it right.

A run that waits is looked at again and again, in pages: one that was not changed since it was found right is right still, so that
only what was changed is compared with its provision. Of some of them the form is read as well: each within an hour.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flows.prefect import api, comparing, parking
from flows.prefect.api import SyncPrefectClient
from flows.prefect.comparing import Shown
from flows.prefect.deployments import Deployments
from flows.provision.catalogue import process_of
from flows.provision.execution import NOT_RECORDED, form_of
from provisions.app import App
from provisions.domain.tags import PROVISION
from provisions.store.runs import MirroredRun
from provisions.views.runs import RunView

logger = logging.getLogger(__name__)

PAGE = 200
PAGES = 50  # in five minutes: ten thousand runs
AT_ONCE = 5  # pages, so that what an engine left is never waited for
FORM_EVERY = 12  # looks
LAPSED, REPLACED = "Vervallen", "Deze run was in Prefect veranderd. De voorziening heeft een nieuwe run."
_DAYS_LATE = re.compile(r" \(\d+ [a-z]+ te laat\)")


class RunComparison:
    """Remembers when each run was found right, for as long as the engine lives."""

    def __init__(self, app: App, deployments: Deployments) -> None:
        self._app = app
        self._deployments = deployments
        self._right: dict[UUID, str] = {}
        self._seen: set[UUID] = set()
        self._after = 0
        self._look = 0

    @property
    def begins(self) -> bool:
        """Whether the next look begins with the first run."""
        return self._after == 0

    def look(self, client: SyncPrefectClient, pages: int = AT_ONCE) -> int:
        """Compare the next ``pages`` pages of runs, up to the last of all. Returns how many were put right."""
        count = 0
        for _ in range(pages):
            page = self._app.runs.settled(self._after, PAGE)
            count += self._compare(client, page)
            if len(page) < PAGE:
                self._forget_the_rest()
                break
            self._after = page[-1].provision_id
        if count:
            logger.warning("%d runs waren in Prefect veranderd en zijn hersteld", count)
        return count

    def _forget_the_rest(self) -> None:
        """All have been looked at: what was not among them has ended."""
        self._right = {run: changed for run, changed in self._right.items() if run in self._seen}
        self._seen.clear()
        self._after = 0
        self._look += 1

    def _compare(self, client: SyncPrefectClient, page: Sequence[MirroredRun]) -> int:
        found = comparing.shown(client, [row.flow_run for row in page if row.flow_run])
        rows = {row.provision_id: row for row in page}
        runs = {number: found[row.flow_run] for number, row in rows.items() if row.flow_run in found}
        self._seen.update(run.id for run in runs.values())
        lost = [number for number in rows if number not in runs or runs[number].ended]
        doubtful = [number for number, run in runs.items() if self._is_doubtful(number, run)]
        count = 0
        views = self._app.run_views.several([*lost, *doubtful])
        for number, view in views.items():
            if view.generation != rows[number].generation or not view.open:
                continue  # it changed since: the mirror shows it
            count += self._put_right(client, view, runs[number]) if number in doubtful else self._renew(number)
        return count

    def _is_doubtful(self, number: int, run: Shown) -> bool:
        """Whether a run that waits was changed since it was found right, or its form has its turn."""
        return run.parked and (self._has_its_turn(number) or self._right.get(run.id) != run.changed)

    def _has_its_turn(self, number: int) -> bool:
        return number % FORM_EVERY == self._look % FORM_EVERY

    def _reads_form(self, number: int, run: Shown) -> bool:
        """A request by itself: for what was changed since it was right, and not for all at the start."""
        return self._has_its_turn(number) or self._right.get(run.id, run.changed) != run.changed

    def _put_right(self, client: SyncPrefectClient, view: RunView, run: Shown) -> int:
        """Whether something was wrong with ``run``, as a number."""
        tags = [*view.tags, PROVISION]
        parameters: Mapping[str, Any] = {"provision": view.provision_id}
        form = form_of(process_of(view.key), view, self._app.config.catalogue)
        if run.deployment != str(self._deployments.of_provision(view.key)) or run.job_variables:
            # Nobody would execute it, or with what somebody else put in: another takes its place.
            api.cancel_run(client, run.id, LAPSED, REPLACED)
            return self._renew(view.provision_id)
        if not self._says(view, run) or run.keyset != parking.keyset_of(run.key, form.digest):
            return self._renew(view.provision_id)
        wrong = 0
        if (run.name, run.tags, run.parameters) != (view.run_name, frozenset(tags), parameters):
            comparing.put_back(client, run.id, name=view.run_name, tags=tags, parameters=parameters)
            wrong = 1
        if self._reads_form(view.provision_id, run) and not comparing.form_is_whole(client, run):
            parking.write_form(client, run.id, form)
            wrong = 1
        if not wrong:
            self._right[run.id] = run.changed
        return wrong

    def _says(self, view: RunView, run: Shown) -> bool:
        """Whether the state of ``run`` says what it should. For how many days it is late is said once, when it is parked."""
        if run.state != view.state:
            return False
        if parking.sealed(run.id, run.state, run.message, run.key, self._app.runs.seal):
            said = run.message.rpartition("\n\n")[2] if run.message.startswith(NOT_RECORDED) else run.message
            return _DAYS_LATE.sub("", said) == _DAYS_LATE.sub("", view.message)
        return run.message == view.message

    def _renew(self, number: int) -> int:
        self._app.runs.renew([number])
        return 1
