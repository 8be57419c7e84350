"""The vocabulary of the tests: days and moments, a client's case without a database, and a town that works on one.

Names read as sentences. Nothing here decides anything: it only calls the domain or the use cases.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Engine

from provisions.access import Actor, Grant, Listed, Role
from provisions.access.roles import grants_of
from provisions.app import App
from provisions.catalogue import PROJECT, Config, Contact, load
from provisions.domain import approvals, deadlines, ladder, lifecycle
from provisions.domain.calendar import AMSTERDAM, first_moment
from provisions.domain.case import Answer, Case, Desk, Provision, ProvisionKey, Reason, Said, Status, Suspension
from provisions.domain.deadlines import Situation
from provisions.domain.errors import NotFound, Refused
from provisions.domain.lifecycle import AuditLine, Decision, Moment, Need
from provisions.domain.lifecycle.budget import Wanted, ask_budget, correct, returned, spent
from provisions.domain.lifecycle.case_follow_ups import plan_for_case
from provisions.domain.lifecycle.decision import Draft
from provisions.domain.rules import Brp, CaseFollowUpRule, CaseTrigger, Catalogue, OutcomeName, Route
from provisions.domain.rungs import RungName
from provisions.domain.terms import Term
from provisions.outbound.days import DaysOverviews
from provisions.outbound.gathered import Gathered
from provisions.outbound.outbox import Outbox
from provisions.outbound.transports import Refusal
from provisions.overview import AbsenceEnds
from provisions.store import loading
from provisions.store import tables as t
from provisions.store.columns import ALL_CHILDREN
from provisions.store.writing import Change, write
from provisions.usecases.intake import IntakeRequest
from provisions.views.standing import CaseView, ProvisionView

CONFIG = load(PROJECT / "config")
CATALOGUE = CONFIG.catalogue
KEYS = tuple(CATALOGUE.provisions)
DIRECTOR = "regisseur.noord"
TEAM_LEAD = "teamleider-1"
CASE_ID = UUID("00000000-0000-4000-8000-000000000042")
DUTCH = frozenset(
    re.findall(
        r"\w+",
        "de het een is niet geen kies op van voor bij met kan al heeft verwacht zoals en of nog dat die staat te "
        "hoogstens onbekende controleer kent laat weg moet na liggen",
    )
)


def typed(code: str) -> Actor:
    """Whoever types this code at the shell."""
    return Actor.typed(code)


def on_a_page(code: str, role: Role = Role.CASE_DIRECTOR) -> Actor:
    """Whoever is signed in and holds this role in the region."""
    return Actor.of(code, [role])


def day(text: str) -> date:
    """``day("2026-11-02")``."""
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    """A moment in Amsterdam, ``at("2026-11-02 09:00")``, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).astimezone(UTC)


def midnight(text: str) -> datetime:
    """The first moment of a day in Amsterdam, in UTC."""
    return first_moment(day(text))


def days_from(first: str, last: str) -> list[date]:
    """All days from ``first`` up to and including ``last``."""
    start, end = day(first), day(last)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


# --- one client, without a database ----------------------------------------------------------------------------------


@dataclass
class Client:
    """A client's case in memory: every verb decides with the domain and keeps what was decided."""

    now: datetime
    catalogue: Catalogue = field(default=CATALOGUE, repr=False)
    municipality: str = "voorbeeldstad"
    brp: Brp = Brp.UNKNOWN
    present: frozenset[str] = frozenset()
    case: Case = field(init=False, repr=False)
    last_act: lifecycle.LastAct | None = field(default=None, repr=False)
    audit: list[AuditLine] = field(default_factory=list, repr=False)
    messages: list[lifecycle.MessageIntent] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self.case = Case(
            CASE_ID, "TR-2026-0001", self.municipality, Route.VOLUNTARY, self.brp, self.today, present=self.present
        )

    def goes_on(self) -> "Client":
        """The same client once more, to whom from here on other things happen."""
        other = copy(self)
        other.audit, other.messages = list(self.audit), list(self.messages)
        return other

    @property
    def today(self) -> date:
        return self.now.astimezone(AMSTERDAM).date()

    @property
    def moment(self) -> Moment:
        return Moment(self.now, DIRECTOR, self.catalogue)

    def _do(self, decision: Decision, moment: Moment | None = None) -> Decision:
        if moment is None or moment.by != lifecycle.SYSTEM:
            never = lifecycle.never_undone(decision, self.moment)
            self.last_act = lifecycle.LastAct(DIRECTOR, self.now, None if never else self.case, never, len(self.audit))
        self.case = decision.case
        self.audit += decision.audit
        self.messages += decision.messages
        return decision

    # what people do

    def needs(self, *keys: str | Need, on: str | None = None) -> "Client":
        if on is not None:
            self.case = Case(
                self.case.id,
                self.case.reference,
                self.municipality,
                Route.VOLUNTARY,
                self.brp,
                day(on),
                present=self.present,
            )
        needs = [Need(key) if isinstance(key, str) else key for key in keys]
        self._do(lifecycle.open_case(self.case, needs, self.moment))
        return self

    def also_needs(self, *keys: str | Need, on: str | None = None) -> Decision:
        needs = [Need(key) if isinstance(key, str) else key for key in keys]
        return self._do(lifecycle.add(self.case, needs, self.moment, self._on(on)))

    def gets(self, key: str, on: str | None = None, **fields: str) -> Decision:
        return self.outcome(key, OutcomeName.DELIVERED, on, **fields)

    def is_refused(self, key: str, on: str | None = None, **fields: str) -> Decision:
        return self.outcome(key, OutcomeName.REFUSED, on, **fields)

    def does_without(self, key: str, on: str | None = None, **fields: str) -> Decision:
        return self.outcome(key, OutcomeName.WITHDRAWN, on, **fields)

    def outcome(self, key: str, name: OutcomeName, on: str | None = None, **fields: str) -> Decision:
        cause = fields.pop("cause", None)
        return self._do(
            lifecycle.record_outcome(self.case, self.which(key), name, self.moment, self._on(on), fields, cause=cause)
        )

    def stops_the_clock(
        self,
        key: str,
        until: str,
        on: str | None = None,
        reason: Reason = Reason.CLIENT_ASKS,
        approved_by: str | None = None,
    ) -> Decision:
        suspension = Suspension(self._on(on), day(until), reason)
        return self._do(lifecycle.suspend(self.case, self.which(key), suspension, self.moment, approved_by))

    def restarts_the_clock(self, key: str, on: str | None = None) -> Decision:
        return self._do(lifecycle.resume(self.case, self.which(key), self.moment, self._on(on)))

    def starts_without(self, key: str, dependency: str, on: str | None = None) -> Decision:
        return self._do(
            lifecycle.waive(self.case, self.which(key), dependency, "bewijslast achteraf", self.moment, self._on(on))
        )

    def agrees(self, key: str, date: str, on: str | None = None) -> Decision:
        return self._do(lifecycle.agree(self.case, self.which(key), day(date), self.moment, self._on(on)))

    def reopens(self, key: str, on: str | None = None) -> Decision:
        return self._do(
            lifecycle.reopen(self.case, self.which(key), self.moment, self._on(on), "het bleek niet te kloppen")
        )

    def hears(self, key: str, rung: RungName, answer: Answer, cause: str | None = None) -> Decision:
        return self._do(lifecycle.answer(self.case, self.which(key), rung, answer, self.moment, cause))

    def submits(self, key: str, submitted: bool = True, *, desk: Desk | None = None) -> Decision:
        said = lifecycle.submit(self.case, self.which(key), submitted, "alles is geprobeerd", self.moment, desk)
        return self._do(said)

    def takes_back(self) -> Decision:
        """The last act; the clock's lines since are not known here, but it may have had work of its own."""
        return self._do(lifecycle.undo(self.case, self.last_act, lifecycle.Since(), self.moment))

    def is_noted(self, text: str, key: str | None = None) -> Decision:
        return self._do(lifecycle.note(self.case, self.which(key) if key else None, text, self.moment))

    def is_kept(self) -> Decision:
        return self._do(lifecycle.keep(self.case, "nog nodig", self.moment))

    def is_reviewed(self) -> Decision:
        return self._do(lifecycle.review(self.case, self.moment))

    def moves_to(self, municipality: str) -> Decision:
        """The client moves, and is taken over at once."""
        begun = self.is_handed_to(municipality)
        return begun.then(self.is_taken_over())

    def is_handed_to(self, municipality: str, director: str | None = None) -> Decision:
        return self._do(lifecycle.transfer(self.case, municipality, self.moment, director))

    def is_taken_over(self) -> Decision:
        return self._do(lifecycle.accept(self.case, self.moment))

    def is_not_taken_over(self, because: str = "not_living_here") -> Decision:
        return self._do(lifecycle.decline(self.case, because, self.moment))

    def settles(self, key: str, name: str, on: str | None = None) -> Decision:
        return self._do(lifecycle.settle_follow_up(self.case, self.which(key), name, self.moment, self._on(on)))

    def settles_for_case(self, name: str, on: str | None = None) -> Decision:
        return self._do(lifecycle.settle_for_case(self.case, name, self.moment, self._on(on)))

    def needs_again(self, key: str, reason: str = "lost", on: str | None = None, **known: Any) -> Decision:
        anyway = known.pop("anyway", False)
        need = Need(key, again=reason, **known)
        return self._do(lifecycle.again(self.case, need, self.moment, self._on(on), anyway=anyway))

    def closes(self, reason: str = lifecycle.SETTLED, on: str | None = None, **takeovers: str) -> Decision:
        ending = lifecycle.Ending(reason, self._on(on), {self.which(key): who for key, who in takeovers.items()})
        return self._do(lifecycle.close(self.case, ending, self.moment))

    def gets_director(self, code: str) -> Decision:
        return self._do(lifecycle.assign(self.case, code, self.moment))

    def is_out_of_sight(self, on: str | None = None, reason: str = "out_of_sight") -> Decision:
        return self._do(lifecycle.rest(self.case, reason, self.moment, self._on(on)))

    def is_back(self, on: str | None = None) -> Decision:
        return self._do(lifecycle.wake(self.case, self.moment, self._on(on)))

    def ended_by_mistake(self) -> Decision:
        return self._do(lifecycle.reopen_case(self.case, "het einde klopte niet", self.moment))

    def reaches(self, key: str, name: str, on: str | None = None) -> Decision:
        """A milestone."""
        return self._do(lifecycle.milestone(self.case, self.which(key), name, self.moment, self._on(on)))

    def is_needed_from(self, key: str, needed_from: str) -> Decision:
        return self._do(lifecycle.move(self.case, self.which(key), day(needed_from), self.moment))

    def gets_urgent(self, key: str, on: str | None = None, because: str = "eviction") -> Decision:
        return self._do(lifecycle.urgent(self.case, self.which(key), because, self.moment, self._on(on)))

    def is_met(self, code: str) -> Decision:
        """How contact goes from now on."""
        return self._do(lifecycle.contact(self.case, code, self.moment))

    def loses_the_place(self, ends: str, kind: str = "clinic", because: str = "discharge") -> Decision:
        """The place to sleep ends on that day."""
        return self._do(lifecycle.place_ends(self.case, day(ends), kind, because, self.moment))

    def keeps_the_place(self, until: str | None = None) -> Decision:
        """It does not, or later."""
        return self._do(lifecycle.place_kept(self.case, self.moment, day(until) if until else None))

    def finds_a_place(self, until: str | None = None) -> Decision:
        """There is another one."""
        return self._do(lifecycle.place_found(self.case, self.moment, day(until) if until else None))

    def sleeps(self, situation: str, on: str | None = None, **said: Any) -> Decision:
        """Where the client sleeps from now on, or still does."""
        return self._do(lifecycle.living(self.case, situation, self.moment, self._on(on), **said))

    def is_called(self, number: str | None, key: str | None = None) -> Decision:
        """By the municipality, or by the counter of ``key``."""
        return self._do(lifecycle.number(self.case, self.which(key) if key else None, number, self.moment))

    def asks_for_a_longer_stop(self, key: str, number: int) -> Decision:
        """Asks a second person, under ``number``."""
        stop = Suspension(self.today, self.today + timedelta(days=60), Reason.CLIENT_ASKS)
        request = approvals.for_stop(self.which(key), stop)
        return self._do(approvals.ask(self.case, request, self.moment, number))

    def counter_says(self, key: str, said: Said, on: str | None = None, **more: Any) -> Decision:
        """The counter answers by its link."""
        given = lifecycle.FromCounter(said, day(on) if on else None, **more)
        return self._do(lifecycle.reply_as_counter(self.case, self.which(key), given, self.moment))

    def counter_before_says(self, key: str, said: Said) -> Decision:
        """The counter of the municipality that the client moved away from answers by its link."""
        given = lifecycle.FromCounter(said)
        return self._do(lifecycle.reply_after_moving(self.case, self.which(key), given, self.moment))

    def table_says(self, key: str, rung: RungName, said: Said, **more: Any) -> Decision:
        """A table answers by its link."""
        given = lifecycle.FromTable(said, **more)
        return self._do(lifecycle.reply_as_table(self.case, self.which(key), rung, given, self.moment))

    def officer_says(self, key: str, said: Said, because: str = "all_tried", *, checked: bool = True) -> Decision:
        """Whoever judges answers by a link."""
        given = lifecycle.FromOfficer(said, because, checked)
        return self._do(lifecycle.reply_as_officer(self.case, self.which(key), given, self.moment))

    def takes_up(self, key: str) -> Decision:
        """The director did what an answer asked."""
        return self._do(lifecycle.take_up(self.case, self.which(key), self.moment))

    def asks_for_money(self, amount: int = 8_000) -> Decision:
        """From the customised budget (euro cents), under the next numbers."""
        number = len(self.case.approvals) + 1
        wanted = Wanted(amount, "less_stress", "transport")
        return self._do(ask_budget(self.case, wanted, self.moment, number=number, approval=number, free=100_000))

    def spends(self, amount: int = 1_000) -> Decision:
        """Of what was asked last."""
        return self._do(spent(self.case, self._of_budget(), amount, self.moment, self.today))

    def gives_back(self, amount: int = 500) -> Decision:
        """Of what was asked last."""
        return self._do(returned(self.case, self._of_budget(), amount, self.moment, self.today, "te veel betaald"))

    def corrects_the_money(self, amount: int = 900) -> Decision:
        """What was really spent of what was asked last."""
        return self._do(correct(self.case, self._of_budget(), amount, self.moment, self.today, "verkeerd geteld"))

    def _of_budget(self) -> int:
        """The number of what was asked last."""
        if not self.case.budget:
            raise NotFound("Er is niets gevraagd. Vraag het eerst.")
        return self.case.budget[-1].number

    def second(self, number: int, *, approves: bool) -> Decision:
        """Another decides on what was asked."""
        moment = replace(self.moment, by=TEAM_LEAD)
        if approves:
            return self._do(approvals.approve(self.case, number, moment, approvals.Room(100_000)))
        return self._do(approvals.deny(self.case, number, moment, "liever een korte stop"))

    def is_not_there_yet(self, key: str, because: str) -> Decision:
        """Why not, by its code."""
        return self._do(lifecycle.why(self.case, self.which(key), because, self.moment))

    def is_registered(self, brp: Brp = Brp.REGISTERED, on: str | None = None) -> Decision:
        """What the register says has become known."""
        return self._do(lifecycle.register(self.case, brp, self.moment, self._on(on)))

    def which(self, key: str | ProvisionKey) -> ProvisionKey:
        """``key`` as people say it, ``key#2`` for a round."""
        if isinstance(key, ProvisionKey):
            return key
        name, _, number = key.partition("#")
        return lifecycle.round_of(self.case, name, int(number) if number else None)

    def _on(self, on: str | None) -> date:
        return day(on) if on else self.today

    # what time does

    def travels_to(self, text: str) -> "Client":
        """Go to a moment at once; what falls due on the way is for ``tick``."""
        self.now = at(text)
        return self

    def tick(self) -> "Client":
        for key in self.case.provisions:
            moment = Moment(self.now, lifecycle.SYSTEM, self.catalogue)
            self._do(lifecycle.tick(self.case, key, moment), moment)
        moment = Moment(self.now, lifecycle.SYSTEM, self.catalogue)
        self._do(lifecycle.tick_case(self.case, moment), moment)
        return self

    def lives_until(self, text: str) -> "Client":
        """Time passes as it does with a clock that never sleeps: each next moment is ticked at that very moment."""
        end = at(text)
        while (following := self.next_at()) is not None and following <= end:
            self.now = max(self.now, following)
            self.tick()
        self.now = end
        return self

    # what is so

    def next_at(self) -> datetime | None:
        moments = [lifecycle.derive(self.case, key, self.moment).next_at for key in self.case.provisions]
        moments.append(self.derived_case().next_at)
        return min((m for m in moments if m is not None), default=None)

    def derived_case(self) -> lifecycle.CaseDerived:
        return lifecycle.derive_case(self.case, self.moment)

    def provision(self, key: str) -> Provision:
        return self.case.provisions[self.which(key)]

    def situation(self, key: str) -> Situation:
        return Situation.of(self.case, self.which(key), self.catalogue)

    def status(self, key: str) -> Status:
        return self.provision(key).status

    def due(self, key: str) -> date | None:
        """D as shown today."""
        found = deadlines.due(self.situation(key), today=self.today)
        return found.due if found else None

    def overdue(self, key: str) -> bool:
        return deadlines.is_overdue(self.situation(key), self.now)

    def breached(self, key: str) -> bool:
        return deadlines.is_breached(self.situation(key), self.now)

    def climbed(self, key: str) -> list[str]:
        """The rungs climbed, in order."""
        return [rung.name.value for rung in self.provision(key).rungs]

    def climbed_at(self, key: str) -> dict[str, datetime]:
        return {rung.name.value: rung.due for rung in self.provision(key).rungs}

    def ahead(self, key: str) -> dict[str, datetime]:
        """The rungs still to be climbed, each with its moment."""
        return {r.name.value: r.at for r in ladder.rungs_ahead(self.situation(key), self.catalogue)}

    def sent(self, kind: str, key: str | None = None) -> list[lifecycle.MessageIntent]:
        about = None if key is None else self.which(key)
        return [m for m in self.messages if m.kind == kind and about in (None, m.key)]


def a_client(on: str = "2026-11-02 09:00", **known: Any) -> Client:
    """A client who is taken in at a moment (a Monday morning)."""
    return Client(at(on), **known)


def refusal(action: Callable[[], object]) -> Refused:
    """The refusal that ``action`` meets."""
    refused = attempt(action)
    assert refused is not None, "this should have been refused"
    return refused


def attempt(action: Callable[[], object]) -> Refused | None:
    """Do it; the refusal when it was refused."""
    try:
        action()
    except Refused as refused:
        return refused
    return None


def is_dutch(refused: Refused) -> bool:
    """Whether a refusal is a whole Dutch sentence and not a fault of the software."""
    text = str(refused)
    return len(text) > 20 and len(DUTCH & set(re.findall(r"[a-zé]+", text.lower()))) >= 2


# --- a town that works with the program ------------------------------------------------------------------------------


class Clock(Protocol):
    """The moving clock of ``tests/conftest.py``."""

    now: datetime

    def __call__(self) -> datetime: ...


class Letterbox:
    """A transport that keeps what it is given. A fake of ``provisions.outbound.transports.Transport``."""

    def __init__(self) -> None:
        self.mail: list[EmailMessage] = []

    def send(self, mail: EmailMessage) -> tuple[Refusal, ...]:
        self.mail.append(mail)
        return ()

    def close(self) -> None:
        """Nothing is kept open."""


@dataclass(frozen=True)
class Letter:
    """What somebody received."""

    on: datetime
    to: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.on.astimezone(AMSTERDAM):%d-%m %H:%M} {self.to}: {self.subject}"


class Town:
    """The use cases, the outbox and a clock together: what happens, day by day, and what everybody gets to read."""

    def __init__(self, database: Engine, clock: Clock, config: Config = CONFIG) -> None:
        self.database = database
        self.clock = clock
        self.app = App(database, config, clock)
        self.letterbox = Letterbox()
        self.outbox = Outbox(database, config, self.letterbox, clock)
        self.days = DaysOverviews(database, config, clock)
        self.gathered = Gathered(database, config, clock)
        self.absences = AbsenceEnds(database, config, clock)
        self.letters: list[Letter] = []

    # time

    def on(self, text: str) -> "Town":
        """Time passes until this moment in Amsterdam. Whatever falls due on the way happens at its own moment."""
        end = at(text)
        assert end >= self.clock.now, "time does not go back"
        while (following := self.app.time.next_moment()) is not None and following <= end:
            self.clock.now = max(self.clock.now, following)
            self.app.time.tick_all()
            self._deliver()
        self.clock.now = end
        self._deliver()
        return self

    def _deliver(self) -> None:
        self.days.tell()
        self.gathered.tell()
        self.absences.ask()
        self.app.bringing.ask_again()
        self.outbox.deliver_due()
        for mail in self.letterbox.mail:
            body = mail.get_body(("plain",))
            assert body is not None
            for address in mail["To"].addresses:
                self.letters.append(Letter(self.clock.now, address.addr_spec, str(mail["Subject"]), body.get_content()))
        self.letterbox.mail.clear()

    # people

    def takes_in(self, reference: str, *needs: str, by: str = DIRECTOR, **known: Any) -> "CaseFile":
        known.setdefault("route", Route.VOLUNTARY)
        known.setdefault("director", DIRECTOR)
        self.app.cases.intake(IntakeRequest(reference, needs=needs, **known), by=typed(by))
        self._deliver()
        return CaseFile(self, reference)

    # what is seen

    def letters_since(self, text: str) -> list[Letter]:
        return [letter for letter in self.letters if letter.on >= at(text)]

    def letters_to(self, mailbox: str) -> list[Letter]:
        """What an address got; ``mailbox`` is the part before the @, or all of it."""
        return [letter for letter in self.letters if mailbox in (letter.to, letter.to.partition("@")[0])]

    def overdue(self) -> list[str]:
        """The team lead's list: "TR-2026-0001 briefadres 3 dagen, ligt bij loket"."""
        return [f"{v.case.reference} {v.name} {v.days_overdue}, {v.lies_with}" for v in self.app.views.overdue()]


class CaseFile:
    """One client's case in the town, as the case director works with it."""

    def __init__(self, town: Town, reference: str) -> None:
        self.town = town
        self.reference = reference

    def gets(self, key: str, on: str | None = None, **fields: str) -> "CaseFile":
        return self._outcome(key, "delivered", on, fields)

    def is_refused(self, key: str, on: str | None = None, **fields: str) -> "CaseFile":
        return self._outcome(key, "refused", on, fields)

    def does_without(self, key: str, on: str | None = None, **fields: str) -> "CaseFile":
        return self._outcome(key, "withdrawn", on, fields)

    def _outcome(self, key: str, outcome: str, on: str | None, fields: Mapping[str, str]) -> "CaseFile":
        known_day = day(on) if on else None
        self.town.app.cases.record_outcome(
            self.reference, key, outcome, by=typed(DIRECTOR), on=known_day, fields=fields
        )
        return self._done()

    def does(self, verb: str, *args: Any, **more: Any) -> "CaseFile":
        """Any other use case, by its name in ``Cases``."""
        by = more.get("by", DIRECTOR)
        more["by"] = typed(by) if isinstance(by, str) else by
        getattr(self.town.app.cases, verb)(self.reference, *args, **more)
        return self._done()

    def _done(self) -> "CaseFile":
        self.town.app.time.tick_all()
        self.town._deliver()
        return self

    @property
    def view(self) -> CaseView:
        return self.town.app.views.case(self.reference)

    def __getitem__(self, key: str) -> ProvisionView:
        return next(p for p in self.view.provisions if p.provision.key == key)

    def shows(self, key: str) -> str:
        """One line, as on the run in Prefect."""
        return self.town.app.run_views.of(self[key].id).state

    def status(self) -> dict[str, str]:
        return {p.provision.key: p.status for p in self.view.provisions}

    def rounds(self, key: str) -> list[ProvisionView]:
        return [p for p in self.view.provisions if p.provision.key == key]

    def every(self) -> dict[str, ProvisionView]:
        """All rounds of all provisions, by ``key`` or ``key#2``."""
        return {str(p.provision.id): p for p in self.view.provisions}

    def state(self) -> dict[str, str]:
        return {key: p.status for key, p in self.every().items()}

    def rungs(self, key: str) -> list[str]:
        return [rung["rung"] for rung in self[key].as_json()["rungs"]]


TABLES = t.metadata.sorted_tables


def everything_in(database: Engine) -> dict[str, list[str]]:
    """All rows of all tables, each as PostgreSQL writes it, to compare before and after."""
    queries = {table.name: f'SELECT one::text FROM "{table.name}" AS one' for table in TABLES}  # noqa: S608 - our own names
    return _rows(database, queries)


def _rows(database: Engine, queries: Mapping[str, str]) -> dict[str, list[str]]:
    """What each query finds (a text a row), in order. In one statement, for it is asked hundreds of times."""
    each = (f"SELECT '{name}' AS name, array({query} ORDER BY 1) AS found" for name, query in queries.items())
    with database.connect() as connection:
        return {row.name: row.found for row in connection.exec_driver_sql(" UNION ALL ".join(each))}


NUDGE = CaseFollowUpRule("nudge", "De wethouder bellen", CaseTrigger.RESTED, (Term.parse("1 werkdag"),))
"""Something to do about a case as a whole, as the tests know it."""
WITH_NUDGE = replace(CONFIG, catalogue=replace(CONFIG.catalogue, case_follow_ups=(NUDGE,)))


def nudged(app: App, reference: str, on: str) -> None:
    """Plan ``NUDGE`` for a case, as something that happens on that day would."""
    moment = Moment(app.clock(), lifecycle.SYSTEM, WITH_NUDGE.catalogue)
    with app.engine.begin() as connection:
        stored = loading.load_case(connection, reference, lock=True)
        assert stored is not None
        draft = Draft(stored.case, moment)
        plan_for_case(draft, CaseTrigger.RESTED, day(on))
        write(connection, [Change(stored, draft.done(), moment)])


# What an act and its taking back leave changed: the record, and what counts acts and asks others to look.
_COUNTS = {
    "client_case": {"act"},
    "provision": {"generation", "observed_generation"},
    "plan": {"wanted"},
    "message": {"next_try"},
}
_NUMBERED = {name for name, child in ALL_CHILDREN.items() if child.key is None}
_RECORD = {"audit", "audit_head", "free_text", "last_act", "announcement", "foreseen"}


def state_in(database: Engine) -> dict[str, list[str]]:
    """All there is but the record, a row as JSON; letters only while they wait."""
    queries = {}
    for name in (table.name for table in TABLES if table.name not in _RECORD):
        left_out = _COUNTS.get(name, set()) | ({"id"} if name in _NUMBERED else set())
        kept = "".join(f" - '{column}'" for column in sorted(left_out))
        queries[name] = f'SELECT (to_jsonb(one){kept})::text FROM "{name}" AS one'  # noqa: S608 - our own names
    queries["message"] += " WHERE status = 'pending'"
    return _rows(database, queries)


def count(rows: Iterable[object]) -> int:
    return sum(1 for _ in rows)


def with_target(config: Config, key: str, target: str) -> Config:
    """The same rules, but for one target."""
    rules = dict(config.catalogue.provisions)
    rules[key] = replace(rules[key], target=Term.parse(target))
    return replace(config, catalogue=replace(config.catalogue, provisions=rules))


CENTRAL_DESK = Contact("Centraal loket plekken", "plekken@zvh-voorbeeldland.example", "088 000 00 06")


def with_central_desk(config: Config) -> Config:
    """The same, of a region that has a central desk."""
    organisation = replace(config.organisation, central_desk=CENTRAL_DESK)
    return replace(config, organisation=organisation, catalogue=replace(config.catalogue, central_desk=True))


def with_people(people: Mapping[str, Collection[Grant]], config: Config = CONFIG) -> Config:
    """The same organisation, that lists these people."""
    listed = Listed({code: frozenset(grants) for code, grants in people.items()})
    return replace(config, organisation=replace(config.organisation, people=listed))


def being(*roles: Role, places: Iterable[str] = ("voorbeeldstad",)) -> frozenset[Grant]:
    """These roles in ``places``; in the region when there are none."""
    return grants_of(roles, places)
