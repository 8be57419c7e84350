"""The engine: the loops that make things happen. They share nothing but the database and Prefect.

Each may crash, repeat, or run twice at the same time (in two engines) without harm. Prefect may be away: the clock and
the outbox run on, and the runs follow when it is back.
"""

import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import httpx
from sqlalchemy import Engine as Database

from flows import context
from flows.forms.catalogue import form_plans
from flows.health.page import Health
from flows.health.probes import Probes
from flows.loops.case_systems import CaseSystemLoop
from flows.loops.clock import Clock
from flows.loops.doubt import Doubt
from flows.loops.listener import Listener
from flows.loops.lookahead import Lookahead
from flows.loops.loop import Loop
from flows.loops.missed_mondays import MissedMondays
from flows.loops.mornings import MorningMessages
from flows.loops.postman import Deliverer, Postman
from flows.loops.returns import ReturnsLoop
from flows.loops.standby import StandbyLoop
from flows.mirror.artifacts import Screens
from flows.mirror.erasing import Forgetting
from flows.mirror.events import Events
from flows.mirror.reconciler import Reconciler
from flows.mirror.runs import RunMirror
from flows.prefect.api import PrefectHTTPStatusError, SyncPrefectClient
from flows.prefect.client import prefect_thread
from flows.prefect.deployments import Deployments
from flows.prefect.executor import Executor
from flows.prefect.installation import settle
from flows.prefect.pool import Pool
from flows.prefect.probe import PrefectProbe
from flows.provision.catalogue import provision_plans
from flows.weekly_report import deployment_spec
from provisions.app import App
from provisions.caseload.loading import is_example
from provisions.catalogue import Config
from provisions.domain.errors import NotAllowed
from provisions.outbound.calling import StandbyCalls, WebhookGateway
from provisions.outbound.gathered import Gathered
from provisions.outbound.imap import ImapMailbox
from provisions.outbound.links import links_for
from provisions.outbound.outbox import Outbox
from provisions.outbound.returns import Returns
from provisions.outbound.smtp import transport_for
from provisions.outbound.transports import OutboxFolder
from provisions.outbound.webhook import webhooks_for
from provisions.settings import Settings

STOP_WITHIN = 5.0  # seconds


class Engine:
    """Starts and stops the loops. ``start`` needs neither Prefect nor the database to be reachable."""

    def __init__(
        self,
        settings: Settings,
        app: App,
        *,
        outbox: Deliverer | None = None,
    ) -> None:
        """``PREFECT_API_URL`` (and its sign-in) must be in the environment before Prefect is imported."""
        # Prefect tells of each run on standard error; what matters is in the audit.
        logging.getLogger("prefect").setLevel(logging.ERROR)
        config, database, now = app.config, app.engine, app.clock
        context.use(app)
        plans, forms = provision_plans(config.catalogue), (*form_plans(config), deployment_spec())
        pool = Pool(settings.work_pool, config.pool) if settings.work_pool else None
        deployments = Deployments(plans, forms, pool=pool, before=self._settle_with)
        self._database, self._home = database, settings.home
        self._stranger: NotAllowed | None = None
        self._deployments = deployments
        self._listener = Listener(
            database, (self._clock_wake, self._look), refused=self._halt, gone=lambda: self._reconciler.engine_gone()
        )
        number = self._listener.number
        # With a work pool this one executes only what belongs to no pool: what was begun before there was one.
        self._executor = Executor(deployments, number=number)
        execute = None if settings.work_pool else self._executor.take
        self._mirror = RunMirror(
            app, deployments, scheduled=self._executor.wake, execute=execute, number=number, shown=self._shown
        )
        self._postman = Postman(outbox or _outbox(settings, config, database, now), now=now)
        self._clock = Clock(app.time, now=now, ticked=self._look)
        self._lookahead = Lookahead(app.time)
        self._doubt = Doubt(app.rules)
        screens = Screens(database, config, app.views, deployments)
        self._lists, self._plans = screens.lists, screens.plans
        self._morning = MorningMessages(
            screens.mornings, screens.days, Gathered(database, config, now), screens.absences, app.bringing
        )
        self._standby = StandbyLoop(_standby_calls(settings, config, database, now))
        self._returns = ReturnsLoop(_returns(settings, config, database, now))
        self._events = Events(database, config)
        self._missed_mondays = MissedMondays(app)
        self._forgetting = Forgetting(app.retention, deployments, OutboxFolder(settings.home / "outbox"))
        self._reconciler = Reconciler(app, deployments, living=self._listener.living, changed=self._changed)
        self._case_systems = _case_systems(settings, config, database, now)
        self._health: Health | None = None
        if settings.metrics_port is not None:
            probes = Probes(
                database,
                config,
                now=now,
                clock=self._clock,
                mirror=self._mirror,
                loops=self._loops(),
                prefect=PrefectProbe(deployments).not_begun,
                serves=self.serves,
                refusal=lambda: self.refusal,
            )
            self._health = Health(probes, settings.metrics_host, settings.metrics_port)

    def start(self) -> None:
        """Start all loops; returns at once. Raises ``NotAllowed`` when the port of the health page is taken."""
        if self._health:
            self._health.start()
        for loop in self._loops():
            loop.start()
        self._executor.start()

    def settle(self) -> None:
        """Raise ``NotAllowed`` when our database belongs to a Prefect other than this one.

        When Prefect does not answer now, the loops settle it once it does.
        """
        with prefect_thread() as client, suppress(httpx.HTTPError, PrefectHTTPStatusError):
            self._settle_with(client)

    def _settle_with(self, client: SyncPrefectClient) -> None:
        try:
            settle(client, self._database, self._home)
        except NotAllowed as refusal:
            self._stranger = refusal
            self._halt()
            raise

    def serves(self) -> bool:
        """Whether everything can be started from Prefect: all deployments are registered."""
        return bool(self._deployments.ids)

    @property
    def refusal(self) -> NotAllowed | None:
        """Why this engine halted by itself: the database has the schema of another version, or belongs to another Prefect."""
        return self._listener.refusal or self._stranger

    def stop(self) -> None:
        """Stop all loops; returns when they have ended, or after about five seconds."""
        deadline = time.monotonic() + STOP_WITHIN
        self._halt()
        if self._health:
            self._health.stop()
        for loop in self._loops():
            loop.join(max(0.0, deadline - time.monotonic()))
        self._executor.join(max(0.0, deadline - time.monotonic()))

    def _halt(self) -> None:
        for loop in self._loops():
            loop.stop()
        self._executor.stop()

    def _loops(self) -> list[Loop]:
        pages = [self._plans.loop, self._lists.loop, self._events.loop, self._morning.loop]
        zaken = [self._case_systems.loop] if self._case_systems else []
        return [
            self._listener.loop,
            self._clock.loop,
            self._lookahead.loop,
            self._doubt.loop,
            self._postman.loop,
            self._mirror.loop,
            self._reconciler.loop,
            self._missed_mondays.loop,
            self._forgetting.loop,
            self._standby.loop,
            self._returns.loop,
            *pages,
            *zaken,
        ]

    def _look(self) -> None:
        """Something was recorded: there may be messages to send and runs to bring up to date."""
        self._postman.loop.wake()
        if self._case_systems:
            self._case_systems.loop.wake()
        self._mirror.loop.wake()
        self._plans.loop.wake()
        self._events.loop.wake()

    def _shown(self) -> None:
        """Runs were made: plans can link to them and events can name them."""
        self._plans.loop.wake()
        self._events.loop.wake()

    def _clock_wake(self) -> None:
        self._clock.loop.wake()

    def _changed(self) -> None:
        self._mirror.loop.wake()
        self._executor.wake()


def _standby_calls(
    settings: Settings, config: Config, database: Database, now: Callable[[], datetime]
) -> StandbyCalls | None:
    """From the home of the example nobody is called."""
    webhooks = None if is_example(settings.home) else webhooks_for(config.organisation, now)
    if webhooks is None:
        return None
    return StandbyCalls(database, config, WebhookGateway(config.organisation, webhooks), now)


def _case_systems(
    settings: Settings, config: Config, database: Database, now: Callable[[], datetime]
) -> CaseSystemLoop | None:
    """``None`` where no municipality has one; the example never calls one."""
    if not config.zaken or is_example(settings.home):
        return None
    from provisions.usecases.case_system import CaseSystems
    from provisions.zaken.servers import servers_for
    from provisions.zaken.subscribing import callback_of

    callback = callback_of(settings.base_url)
    servers = servers_for(
        config.zaken, settings.zgw, now, random.random, notified=bool(callback), files=settings.zgw_files
    )
    headers = settings.callbacks({place: one.callback for place, one in config.zaken.items()})
    systems = CaseSystems(database, config, servers, now, random.random, callback=callback, headers=headers)
    return CaseSystemLoop(systems, now=now, notified=bool(callback))


def _returns(settings: Settings, config: Config, database: Database, now: Callable[[], datetime]) -> Returns | None:
    """The reading of the mailbox, where one was set; nothing of the example is answered."""
    if settings.imap_url is None or is_example(settings.home):
        return None
    return Returns(database, config, ImapMailbox(settings.imap_url.get_secret_value()), now)


def _outbox(settings: Settings, config: Config, database: Database, now: Callable[[], datetime]) -> Outbox:
    """From the home of the example nothing is ever sent, not to webhooks either."""
    webhooks = None if is_example(settings.home) else webhooks_for(config.organisation, now)
    return Outbox(
        database,
        config,
        transport_for(settings, config.organisation.mail),
        now,
        webhooks=webhooks,
        links=links_for(settings),
        another=lambda: transport_for(settings, config.organisation.mail),
    )
