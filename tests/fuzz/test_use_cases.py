"""Random sequences of all use cases, by several people, while time passes: what comes out agrees with a simple model.

Bounded to about half a minute, the same lives each time, so that a change fails for what it changes;
``PROVISIONS_TEST_FUZZ_EXAMPLES=2000 pytest tests/fuzz`` looks longer, at others each time.
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any

from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine, Row, func, select

from provisions.app import App
from provisions.database.connect import engine_for
from provisions.domain import deadlines
from provisions.domain.budget import entries
from provisions.domain.calendar import AMSTERDAM
from provisions.domain.case import ProvisionKey
from provisions.domain.deadlines import Situation
from provisions.domain.errors import Refused
from provisions.domain.lifecycle import Moment, derive
from provisions.domain.rules import ProvisionRule
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Refusal
from provisions.store import loading
from provisions.store import tables as t
from provisions.usecases.intake import IntakeRequest
from provisions.views.standing import ProvisionView
from tests.builders import CONFIG, KEYS, everything_in, state_in, typed
from tests.conftest import MovingClock
from tests.fuzz.model import (
    APPLIED,
    BLOCKED,
    CLOSED,
    DATED,
    ORDER,
    REFUSED,
    SHELTER,
    Away,
    Money,
    Paper,
    Promise,
    Stop,
    acts_for,
    dependencies,
)

EXAMPLES = int(os.environ.get("PROVISIONS_TEST_FUZZ_EXAMPLES", "12"))
STEPS = int(os.environ.get("PROVISIONS_TEST_FUZZ_STEPS", "30"))
PHASES = (Phase.generate, Phase.shrink) if os.environ.get("PROVISIONS_TEST_FUZZ_SHRINK") else (Phase.generate,)
PEOPLE = ("regisseur.noord", "regisseur.zuid", "vervanger-4", "teamleider-1")
REASONS = ("client_asks", "client_documents", "other_body", "force_majeure")
ANSWERS = ("customised_budget", "deviation", "priority", "other_route", "back_to_counter", "unresolved")
OUTCOMES = ("delivered", "delivered", "refused", "withdrawn")
STEP_LINES = {  # which audit line must explain a status that is new
    "waiting": {"provision.started", "provision.reopened"},
    "blocked": {"provision.blocked", "provision.reopened"},
    "delivered": {"provision.outcome"},
    "refused": {"provision.outcome"},
    "withdrawn": {"provision.outcome"},
    "handed_over": {"provision.handed_over"},
    "ended": {"provision.no_longer_needed"},
}

people = st.sampled_from(PEOPLE)
keys = st.sampled_from(KEYS)
days_back = st.sampled_from((0, 0, 0, 1, 2, 4, 9, 20))

NewDatabase = Callable[..., AbstractContextManager[str]]


class Mail:
    """A fake transport: takes everything."""

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        assert str(mail["Subject"])
        return ()

    def close(self) -> None:
        """Nothing is kept open."""


class UseCases(RuleBasedStateMachine):
    """Several people at work on two cases, while the clock runs, stands still, or is made up for."""

    def __init__(self, new_database: NewDatabase) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.database: Engine = engine_for(self.stack.enter_context(new_database()), 2)
        self.stack.callback(self.database.dispose)
        self.clock = MovingClock(datetime(2026, 11, 2, 9, 0, tzinfo=UTC))
        self.app = App(self.database, CONFIG, self.clock)
        self.outbox = Outbox(self.database, CONFIG, Mail(), self.clock)
        self.papers: list[Paper] = []
        self.away: list[Away] = []
        self.last_line = 0

    def teardown(self) -> None:
        try:
            if self.papers:
                self.read_everything()
        finally:
            self.stack.close()

    @property
    def today(self) -> date:
        return self.clock().astimezone(AMSTERDAM).date()

    def back(self, days: int) -> date:
        return self.today - timedelta(days=days)

    # --- what people do ----------------------------------------------------------------------------------------------

    @initialize(
        needs=st.lists(keys, min_size=1, max_size=6, unique=True),
        brp=st.sampled_from(("registered", "unregistered", "unknown")),
        urgent=st.booleans(),
        back=days_back,
        by=people,
    )
    def first_case(self, needs: list[str], brp: str, urgent: bool, back: int, by: str) -> None:
        self._take_in(needs, brp, urgent, back, set(), by)

    @precondition(lambda self: len(self.papers) == 1)
    @rule(
        needs=st.lists(keys, min_size=1, max_size=4, unique=True),
        present=st.sets(keys, max_size=2),
        back=days_back,
        by=people,
    )
    def second_case(self, needs: list[str], present: set[str], back: int, by: str) -> None:
        self._take_in(needs, "unknown", False, back, present - set(needs), by)

    def _take_in(self, needs: list[str], brp: str, urgent: bool, back: int, present: set[str], by: str) -> None:
        paper = Paper(f"TR-2026-{len(self.papers) + 1:04}", brp, set(present))
        wanted = self._with_dependencies(needs, paper, urgent)
        on = self.back(back)
        self.app.cases.intake(
            IntakeRequest(
                paper.reference,
                "voluntary",
                wanted,
                brp=brp,
                present=sorted(present),
                agreed={key: on + timedelta(days=3 * (1 + KEYS.index(key))) for key in wanted if key in DATED},
                urgent=["debt_counselling"] if urgent and "debt_counselling" in wanted else [],
                on=on,
            ),
            by=typed(by),
        )
        for key in wanted:
            paper.need(key, urgent=urgent and key == "debt_counselling", waived=set())
        paper.start_what_is_ready()
        paper.municipality = self.app.views.case(paper.reference).case.municipality
        self.papers.append(paper)

    def _with_dependencies(self, needs: list[str], paper: Paper, urgent: bool) -> list[str]:
        """``needs``, and what they wait for where nobody has it."""
        wanted = list(needs)
        for key in wanted:  # grows while it is walked
            for dependency in dependencies(key, paper.brp, urgent=urgent and key == "debt_counselling"):
                sides = dependency.split("|")
                if not (set(sides) & ({*wanted, *paper.present, *paper.promises})):
                    wanted.append(sides[0])
        return wanted

    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES), back=days_back, by=people, noted=st.booleans())
    def outcome(self, data: st.DataObject, outcome: str, back: int, by: str, noted: bool) -> None:
        paper, promise = self._pick(data)
        on = self.back(back)
        allowed = (
            not paper.closed
            and promise.status not in CLOSED
            and (promise.status != BLOCKED or outcome == "withdrawn" or promise.key in APPLIED)
            and not (promise.status == REFUSED == outcome)
        )
        done = self._try(
            lambda: self.app.cases.record_outcome(
                paper.reference, promise.key, outcome, by=typed(by), on=on,
                fields=_fields(CONFIG.catalogue.rule(promise.key), outcome, self.today),
                note="in overleg met de cliënt" if noted else None,
            )
        )  # fmt: skip
        assert allowed or not done, f"{outcome} was accepted for {promise}"
        assert done or not allowed or back, f"{outcome} of today was turned down for {promise}"
        if done:
            if promise.status == BLOCKED and outcome != "withdrawn":  # the counter decided all the same
                promise.waived |= set(dependencies(promise.key, paper.brp, urgent=promise.urgent))
                promise.started = True
            case = self.app.views.case(paper.reference).case
            for_good = deadlines.clock_stopped_for_good(Situation.of(case, ProvisionKey(promise.key), CONFIG.catalogue))
            promise.settle(outcome, on, for_good=for_good)
            paper.start_what_is_ready()

    @rule(
        data=st.data(), reason=st.sampled_from(REASONS), back=days_back, length=st.integers(-1, 40), by=people,
        approved=st.booleans(),
    )  # fmt: skip
    def suspend(self, data: st.DataObject, reason: str, back: int, length: int, by: str, approved: bool) -> None:
        paper, promise = self._pick(data)
        start = self.back(back)
        until = start + timedelta(days=length)
        done = self._try(
            lambda: self.app.cases.suspend(
                paper.reference, promise.key, reason=reason, until=until, by=typed(by), on=start,
                approved_by="teamleider-1" if approved else None,
            )
        )  # fmt: skip
        if done:
            assert promise.started
            assert promise.status not in CLOSED
            covered = any(s.start <= start and until <= s.end for s in promise.stops)
            assert approved or covered or length <= 28
            promise.stop(start, until)

    @rule(data=st.data(), back=days_back, by=people)
    def resume(self, data: st.DataObject, back: int, by: str) -> None:
        paper, promise = self._pick(data)
        on = self.back(back)
        stopped = promise.stopped_on(on)
        done = self._try(lambda: self.app.cases.resume(paper.reference, promise.key, by=typed(by), on=on))
        assert done == stopped or (stopped and back)
        if done:
            promise.resume(on)

    @rule(data=st.data(), by=people)
    def waive(self, data: st.DataObject, by: str) -> None:
        paper, promise = self._pick(data)
        wanted = dependencies(promise.key, paper.brp, urgent=promise.urgent)
        assume(wanted)
        dependency = data.draw(st.sampled_from(wanted))
        side = data.draw(st.sampled_from([dependency, *dependency.split("|")]))
        needed = promise.status == BLOCKED and dependency in paper.waits_for(promise) and not paper.closed
        done = self._try(lambda: self.app.cases.waive(paper.reference, promise.key, side, ground="spoed", by=typed(by)))
        assert done == needed
        if done:
            promise.waived.add(dependency)
            paper.start_what_is_ready()

    @rule(data=st.data(), code=st.sampled_from(("via_director", "together", "two_people")), by=people)
    def contact(self, data: st.DataObject, code: str, by: str) -> None:
        paper = self._awake(data)
        done = self._try(lambda: self.app.cases.contact(paper.reference, code, by=typed(by)))
        assert done == (code != paper.contact and not paper.closed)
        paper.contact = code if done else paper.contact

    @rule(data=st.data(), place=st.sampled_from(("homeless", "shelter", "hotel")), back=days_back, by=people)
    def living(self, data: st.DataObject, place: str, back: int, by: str) -> None:
        paper, on = data.draw(st.sampled_from(self.papers)), self.back(back)
        done = self._try(lambda: self.app.cases.living(paper.reference, place, by=typed(by), on=on))
        assert not (done and paper.closed)
        assert done or paper.closed or back
        paper.living = place if done else paper.living
        assert self.app.views.case(paper.reference).case.living == paper.living

    @rule(data=st.data(), number=st.sampled_from(("Z2026-00123", "WMO-77", "geen")), own=st.booleans(), by=people)
    def number(self, data: st.DataObject, number: str, own: bool, by: str) -> None:
        paper, promise = self._pick(data)
        key = None if own else promise.key
        said = None if number == "geen" else number
        done = self._try(lambda: self.app.cases.number(paper.reference, number, by=typed(by), key=key))
        assert done == (said != paper.numbers.get(key))
        paper.numbers[key] = said

    @rule(data=st.data(), cause=st.sampled_from(("no_place", "capacity", "documents")), by=people)
    def why(self, data: st.DataObject, cause: str, by: str) -> None:
        paper, promise = self._pick(data)
        done = self._try(lambda: self.app.cases.why(paper.reference, promise.key, cause, by=typed(by)))
        assert done or promise.status in CLOSED
        if done:
            promise.cause = cause

    @rule(data=st.data(), brp=st.sampled_from(("registered", "unregistered")), back=days_back, by=people)
    def brp(self, data: st.DataObject, brp: str, back: int, by: str) -> None:
        paper = self._awake(data)
        done = self._try(lambda: self.app.cases.brp(paper.reference, brp, by=typed(by), on=self.back(back)))
        allowed = brp != paper.brp and not paper.closed
        assert done == allowed or (allowed and back)
        if done:
            paper.brp = brp
            paper.start_what_is_ready()

    @rule(data=st.data(), answer=st.sampled_from(ANSWERS), rung=st.sampled_from(ORDER), by=people)
    def answer(self, data: st.DataObject, answer: str, rung: str, by: str) -> None:
        paper, promise = self._pick(data)
        done = self._try(lambda: self.app.cases.answer(paper.reference, promise.key, rung, answer, by=typed(by)))
        assert done == (rung in promise.rungs and rung != "case_director")

    @rule(data=st.data(), decision=st.sampled_from(("submitted", "not_submitted")), by=people)
    def submit(self, data: st.DataObject, decision: str, by: str) -> None:
        paper, promise = self._pick(data)
        done = self._try(
            lambda: self.app.cases.submit(
                paper.reference, promise.key, decision, reason="alles is geprobeerd", by=typed(by)
            )
        )
        assert not done or ("maatwerkloket" in promise.rungs and promise.status not in CLOSED)

    @rule(data=st.data(), ahead=st.integers(-2, 30), by=people)
    def agree(self, data: st.DataObject, ahead: int, by: str) -> None:
        paper, promise = self._pick(data)
        day = self.today + timedelta(days=ahead)
        done = self._try(lambda: self.app.cases.agree(paper.reference, promise.key, day, by=typed(by)))
        allowed = promise.key in DATED and promise.status not in CLOSED and ahead >= 0 and not paper.closed
        assert done == allowed

    @rule(data=st.data(), back=days_back, by=people)
    def reopen(self, data: st.DataObject, back: int, by: str) -> None:
        paper, promise = self._pick(data)
        done = self._try(
            lambda: self.app.cases.reopen(
                paper.reference, promise.key, reason="het bleek niet te kloppen", by=typed(by), on=self.back(back)
            )
        )
        assert not done or (promise.status in CLOSED and not promise.elsewhere)
        assert done or promise.status not in CLOSED or promise.elsewhere or back
        if done:
            paper.closed = False
            promise.status = "waiting" if promise.started else BLOCKED
            paper.start_what_is_ready()

    @rule(data=st.data(), key=keys, back=days_back, by=people)
    def add(self, data: st.DataObject, key: str, back: int, by: str) -> None:
        paper = self._awake(data)
        on = self.back(back)
        agreed = {key: self.today + timedelta(days=10)} if key in DATED else {}
        done = self._try(lambda: self.app.cases.add(paper.reference, [key], by=typed(by), agreed=agreed, on=on))
        assert not done or (key not in paper.promises and not paper.closed)
        if done:
            paper.need(key, urgent=False, waived=set())
            paper.start_what_is_ready()

    @rule(data=st.data(), back=days_back, by=people)
    def again(self, data: st.DataObject, back: int, by: str) -> None:
        paper = self._awake(data)
        key = data.draw(st.sampled_from(sorted({*paper.promises, *paper.present})))
        was, agreed = paper.promises.get(key), self.today + timedelta(days=10) if key in DATED else None
        on = self.back(back)
        done = self._try(
            lambda: self.app.cases.again(
                paper.reference, key, reason="needed_again", by=typed(by), on=on, agreed=agreed, anyway=True
            )
        )
        free = was is None or was.status in CLOSED
        there = {*paper.promises, *paper.present}
        wanted = dependencies(key, paper.brp, urgent=False)
        complete = all(there & set(dependency.split("|")) for dependency in wanted)
        assert free or not done, f"{key} was still open"
        assert done or not free or back or not complete, f"{key} was not needed again"
        if done:
            paper.again(key)

    @rule(data=st.data(), back=days_back, by=people)
    def urgent(self, data: st.DataObject, back: int, by: str) -> None:
        paper, promise = self._pick(data)
        on = self.back(back)
        done = self._try(
            lambda: self.app.cases.urgent(paper.reference, promise.key, because="eviction", by=typed(by), on=on)
        )
        still = promise.status not in CLOSED and not promise.urgent and not paper.closed
        allowed = still and promise.key == "debt_counselling"
        assert done == allowed or (allowed and back)
        if done:
            promise.urgent = True
            if promise.stopped_on(on):
                promise.resume(on)
            paper.start_what_is_ready()

    @rule(data=st.data(), ahead=st.integers(-2, 30), by=people)
    def move(self, data: st.DataObject, ahead: int, by: str) -> None:
        """It is needed from another day; on paper nothing stands about days, so it is asked from when it was needed."""
        paper, promise = self._pick(data)
        day = self.today + timedelta(days=ahead)
        was = self.app.views.case(paper.reference).case.latest(promise.key)
        assert was is not None
        done = self._try(lambda: self.app.cases.move(paper.reference, promise.key, day, by=typed(by)))
        open_ = promise.key == SHELTER and promise.status not in CLOSED and not paper.closed
        assert done == (open_ and day >= was.needed_on and day != (was.needed_from or was.needed_on))

    @rule(data=st.data(), to=st.sampled_from(tuple(CONFIG.organisation.municipalities)), by=people)
    def transfer(self, data: st.DataObject, to: str, by: str) -> None:
        paper = data.draw(st.sampled_from(self.papers))
        done = self._try(lambda: self.app.cases.transfer(paper.reference, to, by=typed(by)))
        assert done == (to != paper.municipality and paper.moving_to is None and not paper.closed)
        paper.moving_to = to if done else paper.moving_to

    @rule(data=st.data(), by=people)
    def accept(self, data: st.DataObject, by: str) -> None:
        """It goes on there, at rest or not."""
        paper = data.draw(st.sampled_from(self.papers))
        done = self._try(lambda: self.app.cases.accept(paper.reference, by=typed(by)))
        assert done == (paper.moving_to is not None)
        if done:
            paper.moves()
            for shown in self.app.views.case(paper.reference).provisions:
                promise = paper.promises[shown.provision.key]
                if shown.provision.round == promise.round and not promise.elsewhere:
                    promise.rungs = [rung.name.value for rung in shown.provision.rungs if rung.taken_over]

    @rule(data=st.data(), by=people)
    def decline(self, data: st.DataObject, by: str) -> None:
        """It goes on as if it had never moved, at rest or not."""
        paper = data.draw(st.sampled_from(self.papers))
        done = self._try(lambda: self.app.cases.decline(paper.reference, because="not_living_here", by=typed(by)))
        assert done == (paper.moving_to is not None)
        paper.moving_to = None

    @rule(data=st.data(), ahead=st.sampled_from((-1, 0, 2, 9, 40)), by=people)
    def place_ends(self, data: st.DataObject, ahead: int, by: str) -> None:
        paper = self._awake(data)
        day = self.today + timedelta(days=ahead)
        done = self._try(
            lambda: self.app.cases.place_ends(paper.reference, day, kind="lease", because="arrears", by=typed(by))
        )
        assert done == (ahead >= 0 and day != paper.place and not paper.closed)
        if done:
            paper.loses_the_place(day, self.today)

    @rule(data=st.data(), found=st.booleans(), ahead=st.sampled_from((None, None, 0, 14)), by=people)
    def has_a_place(self, data: st.DataObject, found: bool, ahead: int | None, by: str) -> None:
        """For good, or until a day."""
        paper = self._awake(data)
        verb = self.app.cases.place_found if found else self.app.cases.place_kept
        until = None if ahead is None else self.today + timedelta(days=ahead)
        done = self._try(lambda: verb(paper.reference, until=until, by=typed(by)))
        same = not found and until is not None and until == paper.place
        assert done == (paper.place is not None and not paper.closed and ahead != 0 and not same)
        if done and until is None:
            paper.has_a_place()
        elif done and until is not None:
            paper.place = until if paper.place is None or paper.place >= self.today else None
            paper.loses_the_place(until, self.today)

    @rule(data=st.data(), amount=st.sampled_from((120, 400)), by=people)
    def asks_for_money(self, data: st.DataObject, amount: int, by: str) -> None:
        paper = self._awake(data)
        numbers = [money.number for other in self.papers for money in other.money]
        done = self._try(
            lambda: self.app.cases.ask_budget(
                paper.reference, amount=str(amount), why="keep_place", what="fees", by=typed(by)
            )
        )
        assert done == (not paper.closed)
        if done:
            paper.money.append(Money(max(numbers, default=0) + 1, amount, by))

    @rule(data=st.data(), approves=st.booleans(), by=people)
    def a_second_decides(self, data: st.DataObject, approves: bool, by: str) -> None:
        """Never who asked; and nothing that was decided before."""
        paper, money = self._money(data)
        assume(not paper.closed)
        number = f"B-{money.number}"
        done = self._try(
            lambda: (
                self.app.cases.approve(number, by=typed(by))
                if approves
                else self.app.cases.deny(number, because="liever anders", by=typed(by))
            )
        )
        assert done == (money.state == "asked" and (by != money.asker)), (money, by)
        if done:
            money.state = "approved" if approves else "denied"

    @rule(data=st.data(), amount=st.sampled_from((50, 120, 300)), by=people)
    def money_is_spent(self, data: st.DataObject, amount: int, by: str) -> None:
        _, money = self._money(data)
        done = self._try(lambda: self.app.cases.budget_spent(f"B-{money.number}", amount=str(amount), by=typed(by)))
        assert done == money.may_be_spent(amount)
        money.spent += amount if done else 0

    @rule(data=st.data(), back=days_back, by=people)
    def rest(self, data: st.DataObject, back: int, by: str) -> None:
        paper = self._awake(data)
        on = self.back(back)
        done = self._try(lambda: self.app.cases.rest(paper.reference, reason="out_of_sight", by=typed(by), on=on))
        assert not (done and paper.closed)
        assert done or paper.closed or back or paper.rests
        if done:
            lasting = self.app.views.case(paper.reference).case.rests[-1]
            assert (lasting.start, lasting.until <= on + timedelta(weeks=13)) == (on, True)
            paper.rests.append(Stop(on, lasting.until))

    @rule(data=st.data(), back=days_back, by=people)
    def wake(self, data: st.DataObject, back: int, by: str) -> None:
        paper = data.draw(st.sampled_from(self.papers))
        on = self.back(back)
        done = self._try(lambda: self.app.cases.wake(paper.reference, by=typed(by), on=on))
        resting = paper.rests_on(self.today)
        assert done == (resting and on >= paper.rests[-1].start)
        if done:
            paper.rests[-1].resumed = on

    @rule(
        data=st.data(),
        act=st.sampled_from(("outcome", "suspend", "waive", "add", "agree", "again", "milestone")),
        by=people,
    )
    def nothing_changes_at_rest(self, data: st.DataObject, act: str, by: str) -> None:
        resting = [paper for paper in self.papers if paper.rests_on(self.today)]
        assume(resting)
        paper = data.draw(st.sampled_from(resting))
        promise = paper.promises[data.draw(st.sampled_from(sorted(paper.promises)))]
        assert not self._try(self._acts(data, paper, promise, by, self.today)[act])

    @rule(director=people, deputy=people, ahead=st.integers(0, 3), length=st.integers(0, 20), by=people)
    def goes_away(self, director: str, deputy: str, ahead: int, length: int, by: str) -> None:
        start = self.today + timedelta(days=ahead)
        until = start + timedelta(days=length)
        done = self._try(lambda: self.app.cases.away(director, start=start, until=until, deputy=deputy, by=typed(by)))
        if done:
            assert director != deputy
            self.away = [a for a in self.away if (a.director, a.start) != (director, start)]
            self.away.append(Away(director, start, until, deputy))

    @rule(director=people, by=people)
    def is_back(self, director: str, by: str) -> None:
        there = [a for a in self.away if a.director == director and a.until >= self.today]
        done = self._try(lambda: self.app.cases.back(director, by=typed(by)))
        assert done == bool(there)
        ends = sorted(there, key=lambda a: (not a.holds(self.today), a.start))[:1] if done else []
        for one in ends:
            one.until = self.back(1)

    @rule(data=st.data(), director=people, by=people)
    def assign(self, data: st.DataObject, director: str, by: str) -> None:
        paper = self._awake(data)
        done = self._try(lambda: self.app.cases.assign([paper.reference], director, by=typed(by)))
        assert done == (not paper.closed and paper.director != director)
        if done:
            paper.director = director

    @rule(data=st.data(), back=days_back, by=people)
    def follow_up(self, data: st.DataObject, back: int, by: str) -> None:
        paper, promise = self._pick(data)
        names = [f.name for f in CONFIG.catalogue.rule(promise.key).follow_ups]
        assume(names)
        name = data.draw(st.sampled_from(names))
        self._try(
            lambda: self.app.cases.settle_follow_up(
                paper.reference, promise.key, name, by=typed(by), on=self.back(back)
            )
        )

    @rule(
        data=st.data(),
        act=st.sampled_from(("outcome", "suspend", "waive", "add", "reopen", "agree", "again", "milestone", "note")),
        back=days_back,
        by=people,
        ticks=st.booleans(),
    )
    def second_thoughts(self, data: st.DataObject, act: str, back: int, by: str, ticks: bool) -> None:
        """Whatever is taken back before anything left or fell due, has not been; on paper nothing is written."""
        paper, promise = self._pick(data)
        before, reference = state_in(self.database), paper.reference
        acts = self._acts(data, paper, promise, by, self.back(back))
        closed = self.app.views.case(reference).case.closed is not None
        assume(not (closed and act in ("reopen", "again")))  # that opens the case, which is never taken back
        if self._try(acts[act]):
            if ticks:
                self._tick()
            self.app.cases.undo(reference, by=typed(by))
            assert state_in(self.database) == before

    @rule(data=st.data(), by=people)
    def close(self, data: st.DataObject, by: str) -> None:
        paper = self._awake(data)
        all_done = all(p.status in CLOSED for p in paper.promises.values())
        assert self._try(lambda: self.app.cases.close(paper.reference, by=typed(by))) == (all_done and not paper.closed)
        paper.closed = paper.closed or all_done
        paper.moving_to = None if paper.closed else paper.moving_to

    def _acts(
        self, data: st.DataObject, paper: Paper, promise: Promise, by: str, on: date
    ) -> dict[str, Callable[[], object]]:
        """What can be done about a provision, each by its name."""
        reference, key = paper.reference, promise.key
        outcome = data.draw(st.sampled_from(OUTCOMES))
        rule, more = CONFIG.catalogue.rule(key), self.today + timedelta(days=10)
        wanted = dependencies(key, paper.brp, urgent=promise.urgent) or ("id_document",)
        acts: dict[str, Callable[[], object]] = {
            "outcome": lambda: self.app.cases.record_outcome(
                reference,
                key,
                outcome,
                by=typed(by),
                on=on,
                fields=_fields(rule, outcome, self.today),
                note="hm",
            ),
            "suspend": lambda: self.app.cases.suspend(reference, key, reason=REASONS[0], until=more, by=typed(by)),
            "waive": lambda: self.app.cases.waive(reference, key, wanted[0], ground="spoed", by=typed(by)),
            "add": lambda: self.app.cases.add(reference, ["day_activity"], by=typed(by), on=on),
            "reopen": lambda: self.app.cases.reopen(reference, key, reason="toch niet", by=typed(by), on=on),
            "agree": lambda: self.app.cases.agree(reference, key, more, by=typed(by)),
            "again": lambda: self.app.cases.again(
                reference, key, reason="lost", by=typed(by), agreed=more if key in DATED else None
            ),
            "milestone": lambda: self.app.cases.milestone(reference, key, rule.milestones[0].name, by=typed(by)),
            "note": lambda: self.app.cases.note(reference, "gaat maandag mee", key=key, by=typed(by)),
        }
        return acts

    @rule(data=st.data(), said=st.sampled_from(("seen", "promised", "call_me")), days=st.integers(0, 9), by=people)
    def a_counter_says(self, data: st.DataObject, said: str, days: int, by: str) -> None:
        """What it says moves nothing: on paper all stays as it was."""
        paper, promise = self._pick(data)
        on = self.today + timedelta(days=days) if said == "promised" else None
        self._try(lambda: self.app.cases.reply(paper.reference, promise.key, said, on=on, by=typed(by)))

    def _awake(self, data: st.DataObject) -> Paper:
        awake = [paper for paper in self.papers if not paper.rests_on(self.today)]
        assume(awake)
        return data.draw(st.sampled_from(awake))

    def _pick(self, data: st.DataObject) -> tuple[Paper, Promise]:
        paper = self._awake(data)
        return paper, paper.promises[data.draw(st.sampled_from(sorted(paper.promises)))]

    def _money(self, data: st.DataObject) -> tuple[Paper, Money]:
        asked = [(paper, money) for paper in self.papers if not paper.rests_on(self.today) for money in paper.money]
        assume(asked)
        return data.draw(st.sampled_from(asked))

    def _try(self, action: Callable[[], object]) -> bool:
        """Whether it was allowed. A refusal explains itself and changes nothing. Nobody is as quick as a machine."""
        self.clock.advance(microseconds=1)
        before = everything_in(self.database)
        refusal: Refused | None = None
        try:
            action()
        except Refused as refused:
            refusal = refused
        if refusal is None:
            return True
        assert len(str(refusal)) > 20, "a refusal explains itself"
        assert everything_in(self.database) == before
        return False

    # --- what time does ----------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from((1, 8, 24, 24, 72, 24 * 7, 24 * 16)))
    def time_passes(self, hours: int) -> None:
        """Everything happens at its own moment, as it was foreseen an hour before."""
        end = self.clock() + timedelta(hours=hours)
        while (moment := self.app.time.next_moment()) is not None and moment <= end:
            self.clock.now = max(self.clock.now, moment - timedelta(hours=1))
            while self.app.time.foresee():
                pass
            self.clock.now = max(self.clock.now, moment)
            self._tick()
        self.clock.now = end
        self._tick()

    @rule(hours=st.sampled_from((5, 24, 24 * 5, 24 * 30)))
    def the_engine_is_away(self, hours: int) -> None:
        """Everything that was missed happens at once, in order."""
        self.clock.now += timedelta(hours=hours)
        self._tick()

    @rule()
    def the_clock_is_set_back_and_right_again(self) -> None:
        now = self.clock.now
        self.clock.now = now - timedelta(days=3)
        self.app.time.tick_all()
        self.clock.now = now

    @rule()
    def the_post_goes_out(self) -> None:
        self.outbox.deliver_due()

    def _tick(self) -> None:
        for _ in range(50):
            if not self.app.time.tick():
                return
        raise AssertionError("the clock keeps finding something to do at one moment")

    # --- what must always be so --------------------------------------------------------------------------------------

    @invariant()
    def what_the_paper_says(self) -> None:
        if not self.papers:
            return
        lines = self._new_lines()
        for paper in self.papers:
            view = self.app.views.case(paper.reference)
            resting = paper.rests_on(self.today)
            assert (view.case.resting(self.today) is not None) == resting, paper.rests
            assert (view.case.handover_pending is not None) == (paper.moving_to is not None)
            assert (view.case.municipality, view.case.lost_place and view.case.lost_place.ends) == (
                paper.municipality,
                paper.place,
            )
            assert [(e.asked.number, e.state.value, e.spent) for e in entries(view.case.budget).values()] == [
                (money.number, money.state, 100 * money.spent) for money in paper.money
            ]
            assert {(p.provision.key, p.provision.round) for p in view.provisions} == {
                *paper.past,
                *((promise.key, promise.round) for promise in paper.promises.values()),
            }
            assert view.as_json()["deputy"] == (
                None if paper.closed else acts_for(paper.director, self.away, self.today)
            ), (paper.director, self.away)
            moved = [line for line in lines if line.what == "case.rested" and line.reference == paper.reference]
            for shown in view.provisions:
                promise = paper.promises[shown.provision.key]
                if shown.provision.round != promise.round:
                    assert shown.provision.status == paper.past[promise.key, shown.provision.round]
                    continue
                where = (paper.reference, promise.key, promise.round)
                mine = [line for line in lines if _which(line) == where]
                assert shown.provision.status == promise.status, where
                assert (shown.provision.started_on is not None) == promise.started, where
                assert set(shown.blocked_by) == (
                    set(paper.waits_for(promise)) if promise.status == BLOCKED else set()
                ), where
                assert (shown.status == "suspended") == promise.stopped_on(self.today), where
                assert not (shown.status == "suspended" and shown.overdue), where
                assert not shown.overdue or shown.breached, where
                assert shown.provision.cause == promise.cause, where
                assert not (resting and shown.overdue), where
                self._ladder(shown, promise, mine, paper)
                self._breach(shown, promise, mine + moved)

    def _ladder(self, shown: Any, promise: Promise, lines: list[Row[Any]], paper: Paper) -> None:
        """Each rung once, in order, none on a day that did not run; each with its line and its message."""
        rungs = [rung["rung"] for rung in shown.as_json()["rungs"]]
        assert rungs[: len(promise.rungs)] == promise.rungs, "what was climbed stays climbed"
        new = rungs[len(promise.rungs) :]
        assert [ORDER.index(name) for name in rungs] == sorted({ORDER.index(name) for name in rungs})
        assert [line.data["rung"] for line in lines if line.what == "rung.climbed"] == new
        assert not (new and promise.key == "social_network" and "maatwerkloket" in new)
        still = promise.still_days() | paper.rest_days()
        for rung in shown.provision.rungs:
            if rung.name.value in new:
                assert rung.due.astimezone(AMSTERDAM).date() not in still, (promise, rung)
                assert rung.due <= self.clock(), (promise, rung)
                assert not promise.stopped_on(self.today), (promise, rung)
        promise.rungs = rungs

    def _breach(self, shown: Any, promise: Promise, lines: list[Row[Any]]) -> None:
        """It disappears only when something turns out to have happened in time (rule 3)."""
        if promise.breached and not shown.breached:
            dated = [line for line in lines if line.what in ("provision.outcome", "clock.suspended", "case.rested")]
            assert dated, (promise, "a breach disappeared")
            known = shown.due is not None  # at rest there is none: it is computed anew at waking
            assert not known or all(date.fromisoformat(line.data["on"]) <= shown.due for line in dated), (
                promise,
                shown.due,
            )
        promise.breached = shown.breached

    def _new_lines(self) -> list[Row[Any]]:
        """The audit since the last look, complete: each new status has its line."""
        query = (
            select(t.audit, t.case.c.reference)
            .join(t.case, t.case.c.id == t.audit.c.case_id)
            .where(t.audit.c.id > self.last_line)
            .order_by(t.audit.c.id)
        )
        with self.database.connect() as connection:
            lines = list(connection.execute(query))
            rows = {
                (row.reference, row.key, row.round): row.status
                for row in connection.execute(
                    select(t.case.c.reference, t.provision.c.key, t.provision.c.round, t.provision.c.status).join(
                        t.provision, t.provision.c.case_id == t.case.c.id
                    )
                )
            }
        for undone in [line for line in lines if line.what == "act.undone"]:
            lines = [
                line
                for line in lines
                if line.reference != undone.reference or not undone.data["after"] < line.id <= undone.id
            ]
        before = getattr(self, "statuses", {})
        for which, status in rows.items():
            if before.get(which) != status:
                said = {line.what for line in lines if _which(line) == which}
                assert said & STEP_LINES[status], (which, status, said)
        self.statuses = rows
        self.last_line = lines[-1].id if lines else self.last_line
        assert all(line.by and line.because for line in lines)
        return lines

    @invariant()
    def derived_columns_follow_from_the_facts(self) -> None:
        if not self.papers:
            return
        self._tick()
        now = self.clock()
        moment = Moment(now, "regisseur-1", CONFIG.catalogue)
        with self.database.connect() as connection:
            ids = list(connection.execute(select(t.case.c.id)).scalars())
            for stored in loading.load_cases(connection, ids).values():
                for key, row in stored.rows.items():
                    derived = derive(stored.case, key, moment)
                    for name in derived.__dataclass_fields__:
                        assert row[name] == getattr(derived, name), (stored.case.reference, key, name)
                    assert row["next_at"] is None or row["next_at"] > now, (key, "is due and was not handled")
                    rests = stored.case.resting(self.today) is not None
                    if row["status"] in ("waiting", "refused") and row["next_at"] is None and not rests:
                        self._nothing_is_left(stored.case.provisions[key], row)

    def _nothing_is_left(self, provision: Any, row: Any) -> None:
        """An open provision that nothing will happen to any more has come to the end of its ladder."""
        top = "doorbraaktafel" if provision.key == "social_network" else "maatwerkloket"
        climbed = [rung.name.value for rung in provision.rungs]
        regional = top == "doorbraaktafel" and "regional" in climbed
        assert top in climbed or regional, (provision.key, climbed)
        assert row["late_from"] is None or provision.late_noted is not None, provision.key

    @invariant()
    def lists_say_what_each_case_says(self) -> None:
        """Lists read less than whole cases, and ask derived columns which: the same must come of it."""
        views = self.app.views
        every = [p for view in views.all_cases() for p in view.provisions]
        late, waiting = views.overdue(), views.waiting_too_long()
        assert [p.id for p in late] == [p.id for p in sorted(every, key=_longest_late_first) if p.overdue]
        whole = {p.id: p.as_json() for p in every}
        assert [p.as_json() for p in late] == [whole[p.id] for p in late]
        assert {p.id: p.waiting_days for p in waiting} == {
            p.id: p.waiting_days for p in every if p.waiting_days is not None
        }
        assert views.provisions([p.id for p in every]) == every

    @invariant()
    def each_rung_has_one_message_and_one_line(self) -> None:
        """One that was taken over keeps its message, or the table of the new municipality is asked by one of its own."""
        letter = t.message.c.kind.in_(("rung", "taken_over"))
        with self.database.connect() as connection:
            rungs = {
                row.message: row.taken_over
                for row in connection.execute(select(t.rung).order_by(t.rung.c.taken_over.desc()))
            }
            known = connection.execute(select(t.message.c.id, t.message.c.status).where(letter)).all()
            lines = connection.execute(
                select(t.audit.c.message, func.count().label("lines"))
                .where(t.audit.c.what == "rung.climbed")
                .group_by(t.audit.c.message)
            ).all()
        assert rungs.keys() <= {row.id for row in known}
        assert all(row.status == "void" for row in known if row.id not in rungs), (
            "the letter of a rung that is not there"
        )
        climbed = {message for message, taken_over in rungs.items() if not taken_over}
        assert {line.message: line.lines for line in lines if line.message in climbed} == dict.fromkeys(climbed, 1)

    def read_everything(self) -> None:
        """Whoever looks, gets an answer; and each message can be written."""
        for _ in range(20):
            if not self.outbox.deliver_due():
                break
        with self.database.connect() as connection:
            faults = connection.execute(
                select(t.message.c.kind, t.message.c.error).where(t.message.c.error.is_not(None))
            )
            assert [tuple(row) for row in faults] == []
            ids = list(connection.execute(select(t.provision.c.id)).scalars())
        for provision_id in ids:
            self.app.run_views.of(provision_id)
        for paper in self.papers:
            self.app.views.audit(paper.reference)
        self.app.views.overdue()
        self.app.views.waiting_too_long()


def _which(line: Row[Any]) -> tuple[str, str, int]:
    """Of which round a line of the audit is."""
    return line.reference, line.key, (line.data or {}).get("round", 1)


def _longest_late_first(p: ProvisionView) -> tuple[date, str, str]:
    return (p.due or date.max, p.case.reference, p.provision.key)


def _fields(rule: ProvisionRule, outcome: str, today: date) -> dict[str, str]:
    """The fields that this outcome asks for."""
    given = {}
    for f in rule.fields:
        if outcome not in f.required_for:
            continue
        choices = [c.value for c in f.choices if c.value not in f.refuse]
        given[f.name] = choices[0] if choices else "yes" if f.kind == "yes_no" else today.isoformat()
    return given


def test_any_sequence_of_use_cases_keeps_the_promises(new_database: NewDatabase) -> None:
    run_state_machine_as_test(
        partial(UseCases, new_database),  # type: ignore[arg-type] # Hypothesis calls it, and says that it wants the class
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize="PROVISIONS_TEST_FUZZ_EXAMPLES" not in os.environ,
            suppress_health_check=list(HealthCheck),
            phases=PHASES,
        ),
    )
