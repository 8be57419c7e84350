"""What people look at in Prefect besides runs, as artifacts: the plan of each case, "Te laat", "Deze week", "Begin hier".

An artifact is written in place, so that a bookmark on its page stays good and no versions pile up. Everything is made
again when Prefect's database was lost.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import Engine as Database

from flows.forms import catalogue
from flows.forms.form import form_link
from flows.loops.loop import Loop
from flows.mirror.moved import tag_anew
from flows.prefect import api
from flows.prefect.api import ArtifactCollection, SyncPrefectClient
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from provisions.catalogue import Config
from provisions.domain.calendar import day_of
from provisions.domain.tags import LATE_LIST as LATE
from provisions.domain.tags import WEEK_LIST as WEEK
from provisions.outbound.days import DaysOverviews
from provisions.overview import AbsenceEnds, Form, Mornings, Overviews, Page, Pages
from provisions.store import backlog, plans
from provisions.views.cases import Views

logger = logging.getLogger(__name__)

START, PLAN = "begin-hier", "traject-"
BATCH = 25
IDLE, BUSY = 30.0, 30.0  # seconds; woken by what is recorded and by what is shown; busy: somebody else shows them
LISTS_EVERY = 20.0  # seconds
COMPARE_EVERY = 15  # turns of the lists: five minutes
PAGE = 100
CONTENTS = 200  # plans whose text is compared at a time

FormLink = Callable[[Form, Mapping[str, object]], str]


def plan_key(reference: str) -> str:
    """
    >>> plan_key("TR-2026-0042")
    'traject-tr-2026-0042'
    """
    return PLAN + reference.lower()


def _path(artifact: UUID) -> str:
    return f"/artifacts/artifact/{artifact}"


class UiLinks:
    """Paths in Prefect's UI. ``form_link`` gives the path of a form with values filled in."""

    def __init__(self, form_link: FormLink) -> None:
        self._form_link = form_link
        self.artifacts: Mapping[str, UUID] = {}

    def run(self, flow_run: UUID) -> str:
        return f"/runs/flow-run/{flow_run}"

    def form(self, form: Form, values: Mapping[str, object]) -> str:
        return self._form_link(form, values)

    def plan(self, reference: str) -> str:
        artifact = self.artifacts.get(reference)
        return _path(artifact) if artifact else f"/artifacts/key/{quote(plan_key(reference))}"


class Plans:
    """Keeps the plan of each case current."""

    def __init__(
        self, database: Database, views: Views, pages: Pages, *, now: Callable[[], datetime], deployments: Deployments
    ) -> None:
        """``deployments``: what the plans link to; nothing is shown before they are registered."""
        self._database = database
        self._views = views
        self._pages = pages
        self._now = now
        self._deployments = deployments
        self._compared = ""  # up to which reference
        self.loop = Loop("plannen", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        if not self.ready:
            return 1.0
        with plans.shown_alone(self._database) as alone:
            if not alone:
                return BUSY
            client = api.client_of_thread()
            while not self.loop.stopped and self.show(client) + self.tag_anew(client):
                pass
        return IDLE

    @property
    def ready(self) -> bool:
        """Whether the forms to link to are known."""
        return bool(self._deployments.ids)

    def show(self, client: SyncPrefectClient) -> int:
        """Show some of the plans that are wanted. Returns how many."""
        today = day_of(self._now())
        post = self._views.post()
        wanted = plans.wanted(self._database, today, post.cases, BATCH)
        # The versions were read first: what changes from here on is wanted once more.
        views = {view.case.reference: view for view in self._views.cases([plan.case_id for plan in wanted])}
        shown = [provision.id for view in views.values() for provision in view.provisions]
        post = post.besides(self._views.given_up(shown))
        new = [plan_key(plan.reference) for plan in wanted if plan.artifact is None]
        found = {artifact.key: artifact.latest_id for artifact in api.latest_artifacts(client, new)}
        for plan in wanted:
            page = self._pages.plan(views[plan.reference], today, post)
            key, written = plan_key(plan.reference), digest(page)
            artifact = plan.artifact or found.get(key)
            if plan.artifact is None or written != plan.digest:
                run = next((p.flow_run for p in views[plan.reference].provisions if p.flow_run), None)
                artifact = api.put_artifact(client, key, page.summary, page.text, artifact, run)
            assert artifact is not None  # noqa: S101 - put_artifact gives one
            plans.shown(self._database, plan, artifact, written, today, unsent=plan.case_id in post.cases)
        return len(wanted)

    def tag_anew(self, client: SyncPrefectClient) -> int:
        """Give the runs of some cases that moved the tag of their municipality, and with them their plans; of how many cases."""
        return tag_anew(client, self._database, self._deployments, self._views.config.organisation.municipalities)

    def compare(self, client: SyncPrefectClient) -> int:
        """Have plans made again that Prefect lost, in which it says something else, or that belong to no run. Returns how many.

        One of no run was made before its case had one: who sees one municipality does not see it. All of them when their number
        is not right, and otherwise the next of them: a plan comes with all of its text.
        """
        known = plans.written(self._database)
        references = sorted(known)
        if api.count_artifacts(client, PLAN) == len(known):
            after = [reference for reference in references if reference > self._compared]
            references = after[:CONTENTS]
            self._compared = references[-1] if len(after) > CONTENTS else ""
        lost, early = [], []
        for first in range(0, len(references), PAGE):
            some = references[first : first + PAGE]
            there = {artifact.key: artifact for artifact in api.latest_artifacts(client, [plan_key(r) for r in some])}
            runs = plans.runs(self._database, some)
            for reference in some:
                found = there.get(plan_key(reference))
                stray = found is not None and reference in runs and found.flow_run_id not in runs[reference]
                if found is None or not _is_ours(found, *known[reference]):
                    lost.append(reference)
                elif stray:
                    early.append(reference)
                if found is not None and (stray or found.latest_id != known[reference][0]):
                    api.delete_artifact(client, found.latest_id)  # somebody else's, in the place of ours; or of no run
        if lost:
            logger.warning("%d plannen waren in Prefect weg of veranderd en worden opnieuw gemaakt", len(lost))
        if early:  # nothing is wrong: a case is shown before its first run is there
            logger.info(
                "%d plannen stonden in Prefect bij geen run van hun traject en worden opnieuw gemaakt", len(early)
            )
        if again := [*lost, *early]:
            with self._database.begin() as connection:
                plans.lost(connection, again)
            self.loop.wake()
        return len(again)


class Lists:
    """Keeps "Te laat" and "Deze week" current, within half a minute of a change, and the page that links to them."""

    def __init__(
        self,
        database: Database,
        overviews: Overviews,
        pages: Pages,
        links: UiLinks,
        plans_of_cases: Plans,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._overviews = overviews
        self._pages = pages
        self._links = links
        self._plans = plans_of_cases
        self._now = now
        self._shown: object = None
        self._turns = 0
        self.loop = Loop("overzichten", self._turn, around=prefect_thread)

    def _turn(self) -> float:
        if not self._plans.ready:
            return 1.0
        client = api.client_of_thread()
        compare = self._turns % COMPARE_EVERY == 0
        stamp = self._stamp()
        if compare or stamp != self._shown:
            self.show(client)
            self._shown = stamp
        if compare:
            self._plans.compare(client)
        self._turns += 1
        return LISTS_EVERY

    def show(self, client: SyncPrefectClient) -> None:
        """Write the lists whose text is not what Prefect has."""
        self._links.artifacts = plans.artifacts(self._database)
        there = {artifact.key: artifact for artifact in api.latest_artifacts(client, [START, LATE, WEEK])}
        late = self._put(client, there.get(LATE), LATE, self._pages.late(self._overviews.late()))
        week = self._put(client, there.get(WEEK), WEEK, self._pages.week(self._overviews.week()))
        lists = {"Te laat": _path(late), "Deze week": _path(week)}
        self._put(client, there.get(START), START, self._pages.start(lists))

    def _put(self, client: SyncPrefectClient, old: ArtifactCollection | None, key: str, page: Page) -> UUID:
        """Write a page unless Prefect has it already."""
        if old is not None and _says(old, digest(page)):
            return old.latest_id
        if old is not None and old.type != api.MARKDOWN:
            api.delete_artifact(client, old.latest_id)  # what it is can't be changed
            old = None
        return api.put_artifact(client, key, page.summary, page.text, old.latest_id if old else None)

    def _stamp(self) -> object:
        """Changes whenever a list may: a line was recorded, a message failed once more or waits too long, or it is another day.

        Nothing else makes a list change: what falls due is recorded by the clock.
        """
        with self._database.connect() as connection:
            return day_of(self._now()), *backlog.stamp(connection, self._now())


class Screens:
    """The loops that show and tell, with the same links: to the forms of ``config`` as ``deployments`` has them."""

    def __init__(self, database: Database, config: Config, views: Views, deployments: Deployments) -> None:
        forms = catalogue.forms(config)

        def link(form: Form, values: Mapping[str, object]) -> str:
            deployment = deployments.of_form(form.value)
            return form_link("", deployment, forms[form.value], values) if deployment else ""

        links = UiLinks(link)
        pages = Pages(config, links)
        overviews = Overviews(database, config, views, views.clock)
        self.plans = Plans(database, views, pages, now=views.clock, deployments=deployments)
        self.lists = Lists(database, overviews, pages, links, self.plans, now=views.clock)
        self.mornings = Mornings(database, config, overviews, pages, views.clock)
        self.days = DaysOverviews(database, config, views.clock)
        self.absences = AbsenceEnds(database, config, views.clock)


def digest(page: Page) -> str:
    """What a page says, in few characters."""
    return _digest(page.summary, page.text)


def _digest(summary: object, text: object) -> str:
    return hashlib.sha256(f"{summary}\n{text}".encode()).hexdigest()[:32]


def _says(artifact: ArtifactCollection, written: str | None) -> bool:
    return artifact.type == api.MARKDOWN and _digest(artifact.description, artifact.data) == written


def _is_ours(artifact: ArtifactCollection, ident: UUID, written: str | None) -> bool:
    return artifact.latest_id == ident and _says(artifact, written)
