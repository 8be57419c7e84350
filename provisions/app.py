"""The program on one database, put together in one place: for the shell, the engine, a process of a work pool, and tests."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy import Engine

from provisions.access import Actor
from provisions.access.subjects import READS_ON
from provisions.catalogue import Config
from provisions.database import walls
from provisions.database.connect import one_look, pooled
from provisions.domain.calendar import day_of
from provisions.report.reports import Reports
from provisions.settings import utc_now
from provisions.store.runs import Runs
from provisions.usecases.accounting import Accounting
from provisions.usecases.administering import Administering
from provisions.usecases.boards import Boards
from provisions.usecases.bringing_in import BringingIn
from provisions.usecases.calendars import Calendars
from provisions.usecases.cases import Cases
from provisions.usecases.hearing import Hearing
from provisions.usecases.looks import Looks
from provisions.usecases.monitoring import Monitoring
from provisions.usecases.new_rules import NewRules
from provisions.usecases.passing_time import PassingTime
from provisions.usecases.people import People
from provisions.usecases.preferences import Preferences
from provisions.usecases.releasing import Releasing
from provisions.usecases.reports import ReadingReports
from provisions.usecases.resending import Resending
from provisions.usecases.retention import Retention
from provisions.usecases.seeing import municipalities_of
from provisions.usecases.sight import Sight
from provisions.usecases.standby import Standby
from provisions.usecases.starting import Starting
from provisions.usecases.submissions import Submissions
from provisions.views.cases import Views
from provisions.views.export import Exports
from provisions.views.listing import CaseLists
from provisions.views.messages import Messages
from provisions.views.runs import RunViews


class App:
    """What can be asked of the program. ``clock`` gives the moment (aware); tests travel in time with it.

    ``cases``: what people do. ``time``: what time does. ``rules``: after a change in ``config/``. ``views``: a case as people
    see it; ``lists``: cases, a line each. ``runs`` and ``run_views``: which runs in Prefect are to be renewed, and what each
    shows. ``reports``: the steering group's. ``messages``, ``resending``: what was sent, and sending it again. ``retention``,
    ``exports``: how long cases are kept, and all that is known of one. ``people``, ``looks``: accounts, and who looked at what.
    ``boards``: what happened in 26 weeks, in numbers; ``reading``: the reports, for those who may read them;
    ``monitoring``: where clients sleep, counted.
    ``bringing``: what is brought before the steering group.
    ``accounting``: the record, read and verified. ``administering``: what did not arrive, and how the program is.
    ``calendars``: the own due days as a calendar; ``preferences``: how people want messages;
    ``standby``: who takes up a call.
    ``hearing``: what case systems say that changed.
    ``submissions``: forms of pages that were sent. ``starting``: what there is to choose and to see before a case is started.
    """

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime] = utc_now) -> None:
        self.engine = engine
        self.config = config
        self.clock = clock
        self.cases = Cases(engine, config, clock)
        self.time = PassingTime(engine, config.catalogue, clock)
        self.rules = NewRules(engine, config, clock)
        self.views = Views(pooled(engine), config, clock)
        self.lists = CaseLists(pooled(engine), config, clock)
        self.runs = Runs(engine)
        self.run_views = RunViews(pooled(engine), self.views)
        self.reports = Reports(engine, config, clock)
        self.messages = Messages(pooled(engine), config)
        self.resending = Resending(engine, config, self.messages, clock)
        self.retention = Retention(engine, config, clock)
        self.looks = Looks(engine, config, self.views, clock)
        self.exports = Exports(self.views, self.messages, self.looks.with_reason, clock)
        self.releasing = Releasing(engine, config, self.exports, clock)
        self.people = People(engine, config, self.looks, clock)
        self.calendars = Calendars(engine, config, self.looks, clock)
        self.preferences = Preferences(engine, config, self.looks, clock)
        self.standby = Standby(engine, config, clock)
        self.bringing = BringingIn(engine, config, clock)
        self.monitoring = Monitoring(engine, config, self.looks, clock)
        self.reading = ReadingReports(engine, config, self.reports, self.looks, clock)
        self.boards = Boards(engine, config, self.views, self.looks, clock)
        self.starting = Starting(engine, config, self.cases, self.views, self.looks, clock)
        self.submissions = Submissions(engine, self.views, clock)
        self.accounting = Accounting(engine, config, self.views, self.looks, clock)
        self.hearing = Hearing(engine, clock)
        self.administering = Administering(engine, config, self.messages, self.resending, self.looks, clock)

    def walled(self, actor: Actor) -> AbstractContextManager[None]:
        """What is asked of the database in this block stays within the municipalities of ``actor``, where it is asked as the role
        of the workplace (``database/walls.py``): whatever a page forgot to check.
        """
        return walls.within(municipalities_of(actor, self.config), day_of(self.clock()) - READS_ON)

    def looking(self) -> AbstractContextManager[None]:
        """What is looked at in this block goes to the database together: for a page, or a run, that changes nothing meanwhile."""
        return one_look(self.engine)

    def seen_by(self, actor: Actor) -> Sight:
        """Everything that one person sees, and nothing else."""
        return Sight(actor, self.engine, self.config, self.views, self.looks, self.clock)
