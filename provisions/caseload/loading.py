"""Loads the example into a home of its own, once; what was broken off goes on where it stopped."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from provisions.caseload.replay import Replay
from provisions.caseload.script import Event, events
from provisions.catalogue import Config
from provisions.database import migrate
from provisions.database.address import migration_url
from provisions.database.connect import open_engine
from provisions.domain.calendar import day_of
from provisions.domain.errors import InvalidConfig, Refused
from provisions.machine.files import write
from provisions.outbound.links import links_for
from provisions.outbound.transports import OutboxFolder
from provisions.settings import Settings, utc_now
from provisions.store.audit import allow_other_moments, takes_other_moments

MARKER = "example.json"
PROGRESS_SECONDS = 2.0


def example_settings(settings: Settings) -> Settings:
    """The same settings with a home beside the present one, a database in it, and messages that never leave it.

    Whoever opens one of them answers by its link on this machine, unless people reach it at another address.
    """
    home = settings.home
    if not is_example(home):
        home = home.with_name(f"{home.name}-demo")
    return replace(
        settings,
        home=home,
        database_url=None,
        migration_url=None,
        web_database_url=None,
        runs_database_url=None,
        prefect_database_url=None,
        smtp_url=None,
        base_url=settings.people_url,
    )


def is_example(home: Path) -> bool:
    """Whether ``home`` holds the example, or a part of it."""
    return (home / MARKER).is_file()


@dataclass(frozen=True)
class Loaded:
    """How far the loading has come. ``today``: the day from which the example counts."""

    today: date
    events: int = 0
    complete: bool = False

    @classmethod
    def of(cls, home: Path, today: date) -> "Loaded":
        """What was loaded before, or nothing yet on ``today``."""
        if not is_example(home):
            return cls(today)
        kept = json.loads((home / MARKER).read_text("utf-8"))
        return cls(date.fromisoformat(kept["today"]), kept["events"], kept["complete"])

    def keep(self, home: Path) -> None:
        """Write it down, whole or not at all."""
        text = json.dumps({"today": self.today.isoformat(), "events": self.events, "complete": self.complete})
        write(home / MARKER, text.encode())


def load_example(
    settings: Settings,
    config: Config,
    say: Callable[[str], None],
    stopped: Callable[[], bool] = lambda: False,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Load what is not there yet into the migrated database of ``settings.home``, which must run.

    ``say`` gets a Dutch line now and then; ends early when ``stopped``. Raises ``InvalidConfig`` when the example does
    not fit the configuration.
    """
    loaded = Loaded.of(settings.home, day_of(clock()))
    if loaded.complete:
        return
    script = events(loaded.today, config)
    engine = open_engine(settings, pool_size=2)
    try:
        _be_an_example(engine, settings)
        start = script[max(loaded.events - 1, 0)].moment
        replay = Replay(engine, config, OutboxFolder(settings.home / "outbox"), start, links_for(settings))
        loaded.keep(settings.home)
        spoken = time.monotonic()
        for number, happened in enumerate(script[loaded.events :], start=loaded.events + 1):
            if stopped():
                return
            _carry_out(replay, happened, again=number == loaded.events + 1 > 1)
            Loaded(loaded.today, number).keep(settings.home)
            if time.monotonic() - spoken > PROGRESS_SECONDS:
                spoken = time.monotonic()
                say(f"Voorbeeld laden … {number} van {len(script)} gebeurtenissen")
        replay.travel_to(clock())
        Loaded(loaded.today, len(script), complete=True).keep(settings.home)
    finally:
        engine.dispose()


def _be_an_example(engine: Engine, settings: Settings) -> None:
    """Let the database take lines of another moment than now: only the role that owns its tables can."""
    with engine.connect() as connection:
        if takes_other_moments(connection):
            return
    with migrate.changing(migration_url(settings)) as owner:
        allow_other_moments(owner)


def _carry_out(replay: Replay, happened: Event, *, again: bool) -> None:
    """``again``: loading was broken off, so that this event may have been recorded already and is refused now."""
    try:
        replay.carry_out(happened)
    except Refused as refusal:
        if not again:
            raise InvalidConfig(
                f"Het voorbeeld past niet bij de configuratie: {happened.command} {happened.reference} lukt niet.",
                *refusal.lines,
            ) from None
