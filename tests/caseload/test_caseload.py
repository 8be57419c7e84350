"""The example caseload loads whatever day it is, and then every situation that a newcomer should see is there."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from flows.commands.demo import what_goes_on
from provisions.access import MACHINE
from provisions.app import App
from provisions.caseload.loading import Loaded, example_settings, is_example, load_example
from provisions.caseload.replay import Replay
from provisions.caseload.script import events
from provisions.catalogue import Config
from provisions.database.connect import engine_for
from provisions.domain.calendar import day_of
from provisions.domain.rungs import RungName
from provisions.settings import Secret, Settings
from provisions.store import tables as t
from provisions.views.standing import SUSPENDED, CaseView, ProvisionView
from tests.caseload.conftest import BASE, SUNDAY, OnSunday, at_eight
from tests.conftest import MovingClock, NewDatabase

OTHER_DAYS = [
    "2026-12-26",  # the second Christmas day
    "2027-01-04",  # the first working day of a year
    "2026-05-01",  # a week with King's Day
    "2026-05-18",  # after Ascension Day and the day equated with it
    "2027-03-29",  # Easter Monday, and the clock went forward the day before
]

SITUATIONS: dict[str, Callable[[ProvisionView], bool]] = {
    "delivered on time": lambda v: v.status == "delivered" and not v.breached,
    "delivered late": lambda v: v.status == "delivered" and v.breached,
    "on course": lambda v: v.status == "waiting" and not v.overdue,
    "blocked": lambda v: v.status == "blocked",
    "blocked longer than its own target": lambda v: v.waiting_days is not None,
    "waived": lambda v: bool(v.provision.waivers),
    "suspended": lambda v: v.status == SUSPENDED,
    "suspended before": lambda v: v.status != SUSPENDED and bool(v.provision.suspensions),
    "refused": lambda v: v.status == "refused" and v.overdue,
    "refused in time": lambda v: v.status == "refused" and not v.breached,
    "withdrawn": lambda v: v.status == "withdrawn",
    "reopened": lambda v: v.provision.reopened_on is not None,
    "overdue": lambda v: v.status == "waiting" and v.overdue,
    "with the doorbraaktafel": lambda v: v.overdue and v.lies_with == "doorbraaktafel",
    "with the national desk": lambda v: v.overdue and v.lies_with == "maatwerkloket",
    "to be judged by the officer": lambda v: v.overdue and went_to_the_desk(v) == [None],
    "not submitted": lambda v: went_to_the_desk(v) == [False],
    "regional table": lambda v: v.provision.rung(RungName.REGIONAL) is not None,
    "answered": lambda v: any(rung.answer for rung in v.provision.rungs),
    "needed from a day to come": lambda v: v.provision.needed_from is not None and v.status == "waiting",
    "urgent": lambda v: v.provision.urgent,
    "urgent later": lambda v: v.provision.urgent_since is not None,
    "needed from another day": lambda v: bool(v.provision.earlier_needed),
    "lost, and needed again": lambda v: v.provision.again == "lost" and v.provision.status.is_open,
    "several at once": lambda v: len([p for p in v.case.rounds(v.provision.key) if p.status.is_open]) > 1,
    "ended with its case": lambda v: v.status == "ended",
    "at rest": lambda v: (
        bool(v.case.rests) and v.case.rests[-1].woken is None and v.status == "waiting" and v.due is None
    ),
    "out of sight before": lambda v: bool(v.case.rests) and v.case.rests[-1].woken is not None,
    "a handover under way": lambda v: bool(v.case.handover_pending) and v.status == "waiting",
    "handed over": lambda v: v.status == "handed_over",
    "taken over": lambda v: v.provision.continues is not None and v.status == "waiting",
    "asked anew after a refusal": lambda v: v.status == "refused" and v.case.brp == "unregistered",
    "with its cause": lambda v: bool(v.provision.causes),
    "with a milestone": lambda v: bool(v.provision.milestones),
    "a day named by the counter": lambda v: v.provision.promised is not None and v.provision.status.is_open,
    "a counter that wants to be called": lambda v: any(r.is_open for r in v.provision.replies),
    "contact goes otherwise": lambda v: v.case.contact == "two_people" and v.case.own_number is not None,
    "a night without a place": lambda v: any(s.name == "night" for s in v.provision.signals),
    "losing the place": lambda v: v.case.losing_place is True and v.case.wlz is not None,
    "money refused, corrected and spent": lambda v: (
        {"denied", "approved", "spent", "corrected", "returned"} <= {line.kind for line in v.case.budget}
    ),
    "evidence outstanding": lambda v: any(f.is_open and f.name == "evidence_received" for f in v.provision.follow_ups),
    "follow-up to come": lambda v: any(f.is_open and not f.reminded for f in v.provision.follow_ups),
    "follow-up reminded of": lambda v: any(f.is_open and f.reminded for f in v.provision.follow_ups),
    "follow-up done": lambda v: any(f.done for f in v.provision.follow_ups),
}


def went_to_the_desk(view: ProvisionView) -> list[bool | None]:
    """What was decided about the national desk, where its rung was climbed."""
    return [rung.submitted for rung in view.provision.rungs if rung.name is RungName.MAATWERKLOKET]


def all_cases(engine: Engine, config: Config, clock: MovingClock) -> list[CaseView]:
    return App(engine, config, clock).views.all_cases()


def deputised_and_noted(engine: Engine) -> bool:
    """Whether somebody wrote a note, and acted for a director who is away."""
    with engine.connect() as connection:
        lines = connection.execute(select(t.audit.c.what, t.audit.c.data)).all()
    return any(line.what == "case.noted" and line.data.get("for") == "regisseur.noord" for line in lines)


def mails(settings: Settings) -> list[Path]:
    return sorted((settings.home / "outbox").glob("*.eml"))


def test_loaded_in_one_go_is_all_of_it(settings: Settings, config: Config, new_database: NewDatabase) -> None:
    """As ``provisions demo`` loads it: on whatever day that is, from nothing, with all that is sent."""
    settings.home.mkdir()
    clock = at_eight(OTHER_DAYS[0])
    with new_database() as url:
        example = replace(settings, database_url=Secret(url), base_url=BASE)
        load_example(example, config, print, clock=clock)
        database = engine_for(url)
        every_situation_occurs(database, config, clock)
        database.dispose()
    assert Loaded.of(settings.home, day_of(clock.now)).complete
    assert mails(example)


def test_every_situation_occurs(sunday_engine: Engine, config: Config) -> None:
    every_situation_occurs(sunday_engine, config, at_eight(SUNDAY))


@pytest.mark.parametrize("day", OTHER_DAYS[1:])
def test_every_situation_occurs_whatever_day_it_is(day: str, database: Engine, config: Config) -> None:
    """What happens is the same as on that Sunday, on other days; what is sent about it is shown there."""
    clock = at_eight(day)
    script = events(day_of(clock.now), config)
    replay = Replay(database, config, None, script[0].moment)
    for event in script:
        replay.carry_out(event)
    replay.travel_to(clock.now)
    every_situation_occurs(database, config, clock)


def every_situation_occurs(engine: Engine, config: Config, clock: MovingClock) -> None:
    views = all_cases(engine, config, clock)
    provisions = [p for view in views for p in view.provisions]
    assert [name for name, occurs in SITUATIONS.items() if not any(map(occurs, provisions))] == []
    assert len(views) == 22
    cases = App(engine, config, clock).cases
    assert len(cases.waiting(by=MACHINE)) == 1, "an approval is asked"
    assert [
        away.absence.director
        for away in cases.absences(by=MACHINE)
        if away.cases and away.absence.holds(day_of(clock.now))
    ] == [
        "regisseur.noord",
        "regisseur-2",
    ]
    assert deputised_and_noted(engine)
    assert any(view.case.end_reason == "died" for view in views)
    assert {view.case.municipality for view in views} == set(config.organisation.municipalities)
    assert any(view.case.closed for view in views)
    assert all(what_goes_on(view) for view in views)


def test_everything_was_done_on_a_working_day_in_the_past(config: Config) -> None:
    for day in (date(2026, 1, 1) + timedelta(days=n) for n in range(0, 730, 3)):
        for event in events(day, config):
            assert day_of(event.moment) < day
            assert config.catalogue.calendar.closed(day_of(event.moment)) is None


def test_each_line_message_and_rung_has_its_own_moment_and_loading_twice_loads_once(
    sunday: Settings, sunday_engine: Engine, config: Config
) -> None:
    example, engine, clock = sunday, sunday_engine, at_eight(SUNDAY)
    with engine.connect() as connection:
        lines = connection.execute(select(t.audit.c.at).order_by(t.audit.c.id)).scalars().all()
        rungs = connection.execute(select(t.rung)).all()
        messages = connection.execute(select(t.message)).all()
    assert lines == sorted(lines)
    assert lines[0] < clock.now - timedelta(days=34)
    # Climbed when due, or when something recorded (a reopening) made them due after all.
    people = {event.moment for event in events(day_of(clock.now), config)}
    assert all(rung.climbed == rung.due or (rung.climbed > rung.due and rung.climbed in people) for rung in rungs)
    assert {message.status for message in messages} <= {"sent", "void"}
    late = {message.kind for message in messages if message.status == "sent" and message.sent != message.created}
    assert late <= {"cancelled", "replied", "new_day_listed"}, (
        late
    )  # held for second thoughts, or until the day's overview
    assert all(message.sent >= message.created for message in messages if message.status == "sent")
    letters = [email.message_from_bytes(mail.read_bytes(), policy=email.policy.default) for mail in mails(example)]
    first = letters[0]
    bodies = [letter.get_body(("plain",)) for letter in letters]
    links = [body for body in bodies if body is not None and f"{example.base_url}/antwoord/" in body.get_content()]
    assert links, "whoever opens a letter of the example can answer it"
    assert first["Date"].datetime < clock.now - timedelta(days=34)

    before, sent = all_cases(engine, config, clock), mails(example)
    load_example(example, config, print, clock=MovingClock(clock.now + timedelta(days=3)))
    assert all_cases(engine, config, clock) == before
    assert mails(example) == sent


def test_broken_off_goes_on_where_it_stopped(on_sunday: OnSunday, sunday_engine: Engine, config: Config) -> None:
    """Also after a kill between an event and the note of it, and on another day than that on which it began."""
    sunday, whole = date(2026, 11, 22), len(events(date(2026, 11, 22), config))
    assert on_sunday.steps == [Loaded(sunday, 40), Loaded(sunday, 44), Loaded(sunday, whole, complete=True)]
    assert len(all_cases(sunday_engine, config, at_eight(SUNDAY))) == 22


def test_the_example_has_a_home_of_its_own_and_sends_nothing(tmp_path: Path) -> None:
    own = Settings(
        home=tmp_path / "var",
        database_url=Secret("postgresql://elsewhere/own"),
        prefect_database_url=Secret("postgresql://elsewhere/prefect"),
        smtp_url=Secret("smtp://mail.example"),
        port=4321,
    )
    example = example_settings(own)
    assert example.home == tmp_path / "var-demo"
    assert (example.database_url, example.migration_url, example.prefect_database_url, example.smtp_url) == (None,) * 4
    assert example.port == 4321
    assert example.base_url == "http://127.0.0.1:4321", "a letter is answered on this machine"
    assert example_settings(replace(own, base_url="https://regio.example")).base_url == "https://regio.example"
    example.home.mkdir()
    Loaded(date(2026, 11, 22)).keep(example.home)
    assert is_example(example.home)
    assert example_settings(example).home == example.home
