"""Mijn werk: what somebody must do today. It is derived from what is on record each time, and kept nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any
from uuid import UUID

from provisions.access import Subject, UseCase
from provisions.access.log import Logged
from provisions.access.rights import OF_ACT
from provisions.domain import dutch
from provisions.domain.absences import Absences
from provisions.domain.approvals import WORDS, Act
from provisions.domain.brought_in import IN_DUTCH, BroughtIn, Standing
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.case import Answer, Asked, Said
from provisions.domain.deadlines import ANNOUNCED_ON
from provisions.domain.rules import OutcomeName, TriggerKind
from provisions.domain.rungs import RungName
from provisions.overview import since, states
from provisions.store import listing, workday, worklists
from provisions.store.looking import Rows
from provisions.store.worklists import Only, Scope
from provisions.usecases.before_the_group import SeeingGroup
from provisions.usecases.monitoring import SeeingQuarter
from provisions.usecases.notices import NoticeLine, SeeingNotices
from provisions.views.follow_ups import follow_up_title
from provisions.views.lines import ProvisionLine, line, provision_name
from provisions.views.places import losing
from provisions.views.zaken import ZaakView

_REMINDED = frozenset(rung.value for rung in RungName if not rung.kind.is_table)  # with the director, who knows that
MOST = 50
MOST_HAPPENED = 40
NEWS = timedelta(weeks=4)  # what was decided longer ago is no news, whether it was read or not
VISITS = (Logged.SIGNED_IN, Logged.SIGNED_OUT, Logged.LOOKED, Logged.SEARCHED)


class Kind(StrEnum):
    """Why something stands in the list, in the order of the list; the value is for programs."""

    SHELTER = "shelter"
    PLACE = "place"
    LATE = "late"
    NOTICE = "notice"
    ANSWERED = "answered"
    DUE = "due"
    OBJECTION = "objection"
    ASKED = "asked"
    HANDOVER = "handover"
    FOLLOW_UP = "follow_up"
    GROUP = "group"
    QUARTER = "quarter"


TITLES = {
    Kind.SHELTER: "Vannacht geen plek",
    Kind.PLACE: "Plek loopt af",
    Kind.LATE: "Te laat",
    Kind.NOTICE: "Ingebrekestelling",
    Kind.ANSWERED: "Antwoord binnen",
    Kind.DUE: "Uiterlijk vandaag of morgen",
    Kind.OBJECTION: "Bezwaar kan nog tot",
    Kind.ASKED: "Collega vraagt: kijk mee",
    Kind.HANDOVER: "Overdracht",
    Kind.FOLLOW_UP: "Vervolgactie",
    Kind.GROUP: "Voor de stuurgroep",
    Kind.QUARTER: "Elk kwartaal",
}


@dataclass(frozen=True)
class Task:
    """One thing to do. ``address``: of its case, ``None`` where it is about no case (``reference``: then what it is called);
    ``key`` (``key~2``) and ``state`` where it is about a provision; ``what`` it is about and how it stands (``said``), in Dutch;
    ``action``: what is done, and ``at`` on which page (an address of ours).

    ``director``: whose case it is, where that is somebody else. ``lies_with``: with whom it lies (Dutch), where that is a
    counter or a table.
    """

    address: UUID | None
    reference: str
    own_number: str | None
    municipality: str
    director: str | None
    what: str
    said: str
    action: str
    at: str
    key: str = ""
    state: str = ""
    late: bool = False
    lies_with: str = ""


@dataclass(frozen=True)
class Part:
    """One part of the list: the first of it, and how much there is."""

    kind: Kind
    tasks: tuple[Task, ...]
    total: int

    @property
    def title(self) -> str:
        """In Dutch."""
        return TITLES[self.kind]


@dataclass(frozen=True)
class Happened:
    """Something that somebody else, or the clock, did with a case: a Dutch sentence, at a moment (UTC)."""

    address: UUID
    reference: str
    at: datetime
    said: str


@dataclass(frozen=True)
class News:
    """What happened since ``since`` (UTC), newest first, and how much; ``since`` is ``None`` at a first visit."""

    since: datetime | None
    lines: tuple[Happened, ...] = ()
    total: int = 0


@dataclass(frozen=True)
class Day:
    """What must be done, part by part; a part in which there is nothing is not there. ``own``: these are one's own cases, or
    those of whom one replaces (``replaced``); otherwise all that the roles give.
    """

    own: bool
    replaced: tuple[str, ...]
    parts: tuple[Part, ...]
    news: News

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.parts


@dataclass(frozen=True)
class Numbers:
    """How much is late, waits too long for something else, and falls due within a week."""

    late: int
    waiting: int
    due: int


# What is done because of what one that was asked said.
_TO_DO = {Said.CALL_ME: "Bellen en oppakken", Said.ASK_BACK: "Vraag beantwoorden", Said.OBSTACLE: "Bellen en oppakken"}


class Workday(SeeingNotices, SeeingQuarter, SeeingGroup):
    """What somebody must do. What is of the first night without a place, and of a place that ends, comes before all of it."""

    def day(self, began: datetime) -> Day:
        """What must be done now. ``began``: when this session began (UTC)."""
        if self.scope.is_empty:
            return Day(False, (), self._of_the_group(), News(None))
        with self._read() as rows:
            mine = self._mine(rows)
            found = [Part(kind, tuple(tasks), total) for kind, tasks, total in self._parts(rows, mine) if total]
            order = list(Kind)
            news = self._news(rows, mine, began)
        parts = tuple(sorted([*found, *self._of_the_group()], key=lambda part: order.index(part.kind)))
        return Day(mine.own, tuple(mine.codes[1:]), parts, news)

    def numbers(self) -> Numbers | None:
        """What the bar above Prefect's pages says, of all that this person sees; ``None`` for whoever sees no case."""
        now, scope = self._clock(), self.scope
        if not scope.whole:
            return None
        with self._read() as rows:
            late = worklists.late(rows, scope, now, Only(rows=1))[1]
            due = worklists.due(rows, scope, now, self._soon(now), Only(rows=1))[1]
            patience = self._views.patience(day_of(now))
            waiting = worklists.blocked_beyond(rows, scope, patience, day_of(now), Only(rows=1))[1]
        return Numbers(late, waiting, due)

    # --- whose work it is ------------------------------------------------------------------------------------------------

    def _mine(self, rows: Rows) -> "_Mine":
        """Whose cases it is about: my own and those of whom I replace, or all that I see when I direct none."""
        now, scope = self._clock(), self.scope
        away = listing.absences(rows, day_of(now))
        codes = [self.actor.code, *away.represented(self.actor.code, day_of(now))]
        cases = worklists.cases_of(rows, replace(scope, at_table=(), to_judge=()), codes) if scope.whole else ()
        narrowed = replace(scope, cases=cases, at_table=(), to_judge=()) if cases else scope
        return _Mine(bool(cases), tuple(codes), cases, narrowed, away, now)

    def _parts(self, rows: Rows, mine: "_Mine") -> Iterator[tuple[Kind, Sequence[Task], int]]:
        scope = mine.scope if mine.scope.whole else replace(mine.scope, to_judge=())
        yield from self._promised(rows, mine, scope)
        if mine.scope.whole:
            yield (Kind.PLACE, *self._place_tasks(rows, mine))
            notices = [self._noticed(one, mine) for one in self._notices(rows, mine.scope)]
            yield Kind.NOTICE, notices, len(notices)
        if mine.own:
            answered = [*self._answers(rows, mine), *self._decisions(rows, mine), *self._zaken(rows, mine)]
            yield Kind.ANSWERED, answered[:MOST], len(answered)
            objections, discussed = self._objections(rows, mine)
            yield Kind.OBJECTION, objections, len(objections)
            yield (Kind.FOLLOW_UP, *self._follow_ups(rows, mine, discussed))
            yield (Kind.QUARTER, *self._quarter(rows, mine))
        asked = [self._asked_task(one) for one in self._asked(rows)]
        yield Kind.ASKED, asked[:MOST], len(asked)
        moving = self._handovers(rows, mine)
        yield Kind.HANDOVER, moving[:MOST], len(moving)

    # --- what was promised -----------------------------------------------------------------------------------------------

    def _promised(self, rows: Rows, mine: "_Mine", scope: Scope) -> Iterator[tuple[Kind, Sequence[Task], int]]:
        """Shelter for tonight, what is late, and what is due today or tomorrow. A thing stands in the list once."""
        tonight = tuple(rule.key for rule in self._config.catalogue.provisions.values() if rule.same_day)
        now, today = mine.now, day_of(mine.now)
        nights, soon = first_moment(today + timedelta(days=1)), first_moment(today + timedelta(days=2))
        without, others = Only(beds=tonight, rows=MOST), Only(but_beds=tonight, rows=MOST)
        due, due_in_all = worklists.due(rows, scope, now, soon, others)
        beds, beds_in_all = worklists.due(rows, scope, nights, soon, without)  # for tomorrow
        for kind, (found, total) in (
            (Kind.SHELTER, worklists.late(rows, scope, nights, without)),
            (Kind.LATE, worklists.late(rows, scope, now, others)),
            (Kind.DUE, ([*due, *beds], due_in_all + beds_in_all)),
        ):
            lines = [line(row, self._config, now, causes=False) for row in found]
            yield kind, [self._promise(one, mine, today) for one in lines], total

    def _promise(self, one: ProvisionLine, mine: "_Mine", today: date) -> Task:
        table = not self.may(UseCase.SEE_CASE, Subject(one.municipality))
        return Task(
            one.address,
            one.reference,
            one.own_number,
            one.municipality,
            mine.other(one.director),
            one.name,
            f"{states.standing(one, today)}{states.nights(one)}{states.promised(one, today)}",
            "Antwoord geven" if table else "Uitkomst vastleggen",
            "/tafel" if table else f"/clienten/{one.address}/{one.named}",
            one.named,
            one.status,
            bool(one.days_late),
            "" if table or one.lies_with in (None, *_REMINDED) else dutch.holder(one.lies_with or ""),
        )

    def _place_tasks(self, rows: Rows, mine: "_Mine") -> tuple[Sequence[Task], int]:
        """Who loses the place to sleep, the first to do so first."""
        today = day_of(mine.now)
        found, total = worklists.places(rows, mine.scope, today, MOST)
        calendar_of = self._config.catalogue.calendar_of
        return [
            Task(
                row.address,
                row.reference,
                row.own_number,
                row.municipality,
                mine.other(row.director),
                "Slaapplek",
                dutch.capitalised(losing(row.ends, today, calendar_of(row.municipality))),
                "Plan bekijken",
                f"/clienten/{row.address}",
            )
            for row in found
        ], total

    def _noticed(self, one: NoticeLine, mine: "_Mine") -> Task:
        task = self._about(one.row, mine, dutch.capitalised(one.said), "Besluit vastleggen")
        return replace(task, what=one.name, state=one.status)

    def _quarter(self, rows: Rows, mine: "_Mine") -> tuple[Sequence[Task], int]:
        """One line for all of one's clients of whom nobody said this quarter where they sleep."""
        total = self._unsaid(rows, mine.cases)
        if not total:
            return (), 0
        said = f"Van {dutch.counted(total, 'cliënt', 'cliënten')} dit kwartaal nog niet gezegd"
        return [
            Task(
                None,
                "Kengetallen",
                None,
                "",
                None,
                "Waar cliënten slapen, en Wlz",
                said,
                "Nog steeds zo?",
                "/kengetallen",
            )
        ], 1

    def _of_the_group(self) -> tuple[Part, ...]:
        """What is to be brought before the steering group, or is before it, and waits for this person."""
        found = self.of_the_group()
        tasks = [self._before_the_group(one, "Meekijken", f"/meekijken#S-{one.number}") for one in found.to_see]
        tasks += [
            self._before_the_group(one, "Besluit vastleggen", f"/ingebracht#S-{one.number}") for one in found.to_decide
        ]
        return (Part(Kind.GROUP, tuple(tasks[:MOST]), len(tasks)),) if tasks else ()

    def _before_the_group(self, one: BroughtIn, action: str, at: str) -> Task:
        rule = self._config.catalogue.provisions.get(one.about)
        words = dutch.capitalised(IN_DUTCH[one.state])
        due = f"; {one.owner}, uiterlijk {dutch.dutch_date(one.due)}" if one.state is Standing.ADOPTED else ""
        name = rule.name if rule else "iets anders"
        return Task(None, f"S-{one.number}", None, one.municipality, None, name, f"{words}{due}", action, at)

    # --- what came in ----------------------------------------------------------------------------------------------------

    def _answers(self, rows: Rows, mine: "_Mine") -> list[Task]:
        return [
            self._about(row, mine, _answered(row), _TO_DO.get(row.said, "Verder regelen"))
            for row in workday.answers(rows, mine.cases, mine.codes, MOST)
        ]

    def _decisions(self, rows: Rows, mine: "_Mine") -> list[Task]:
        since = mine.now - NEWS
        found = workday.decided(rows, mine.cases, mine.codes, since, Logged.LOOKED.value, MOST)
        return [
            replace(
                self._about(
                    row, mine, f"Uw vraag ({WORDS[Act(row.act)]}) is {dutch.ASKED[Asked(row.state)]}", "Plan bekijken"
                ),
                at=f"/clienten/{row.address}",
            )
            for row in found
        ]

    def _zaken(self, rows: Rows, mine: "_Mine") -> list[Task]:
        """Where the case system says something else than the record."""
        return [
            self._about(row, mine, dutch.capitalised(ZaakView.of(row).told), "Bekijken wat klopt")
            for row in workday.zaken(rows, mine.cases, mine.codes, MOST)
        ]

    def _objections(self, rows: Rows, mine: "_Mine") -> tuple[list[Task], list[str]]:
        """Refusals to which one can object, as long as one of their follow-ups is to be done; and how these are called."""
        names = self._refusal_follow_ups
        found = {row.id: row for row in workday.refusals(rows, mine.cases, names, MOST)}
        today, tasks = day_of(mine.now), []
        for view in self._views.provisions(list(found)):
            if view.objection_until is not None and view.objection_until >= today:
                said = states.objection(view.objection_until, today, presumed=view.objection_presumed)
                task = self._about(found[view.id], mine, said, "Bezwaar bespreken")
                key = _named(view.provision.key, view.provision.round)
                at = f"/clienten/{task.address}/{key}"
                tasks.append(replace(task, what=view.name, state=view.status, key=key, at=at))
        return tasks, names

    @cached_property
    def _refusal_follow_ups(self) -> list[str]:
        """What is to be done as long as one can object: counted from the day on which the refusal was announced."""
        rules = self._config.catalogue.provisions.values()
        found = {
            f.name
            for rule in rules
            for f in rule.follow_ups
            if f.trigger.met_by(TriggerKind.OUTCOME, OutcomeName.REFUSED) and f.from_field == ANNOUNCED_ON
        }
        return sorted(found)

    def _follow_ups(self, rows: Rows, mine: "_Mine", but: Sequence[str]) -> tuple[list[Task], int]:
        found, total = workday.follow_ups(rows, mine.cases, day_of(mine.now), but, MOST)
        tasks = []
        for row in found:
            title = follow_up_title(self._config, row.key, row.name)
            task = self._about(row, mine, f"{title} (sinds {states.near_day(row.due, day_of(mine.now))})", "Afronden")
            tasks.append(task if row.key else replace(task, what="Traject"))
        return tasks, total

    # --- what others ask -------------------------------------------------------------------------------------------------

    def _asked(self, rows: Rows) -> list[Any]:
        """What is asked of a second person, and may be decided on by this one."""
        towns = self._config.organisation.municipalities
        places = [
            key
            for key, town in towns.items()
            if any(
                self.may(right, Subject(place))
                for place, right in product((key, *town.seconds), frozenset(OF_ACT.values()))
            )
        ]
        found = workday.asked(rows, self.actor.code, places) if places else []
        return [row for row in found if self._may_decide(Act(row.act), row.municipality)]

    def _may_decide(self, act: Act, municipality: str) -> bool:
        town = self._config.organisation.municipalities.get(municipality)
        places = (municipality, *(town.seconds if town else ()))
        return any(self.may(OF_ACT[act], Subject(place)) for place in places)

    def _asked_task(self, row: Any) -> Task:
        name = provision_name(self._config, row.key, row.round or 1, row.purpose) if row.key else "Traject"
        said = f"{row.asked_by} vraagt: {WORDS[Act(row.act)]}"
        return Task(
            row.address,
            row.reference,
            row.own_number,
            row.municipality,
            row.director,
            name,
            said,
            "Meekijken",
            f"/meekijken#A-{row.number}",
            _named(row.key, row.round),
            row.status or "",
        )

    def _handovers(self, rows: Rows, mine: "_Mine") -> list[Task]:
        """What another municipality hands over to one of those in which this person may take a case over."""
        towns = self._config.organisation.municipalities
        places = [key for key in towns if self.may(UseCase.ACCEPT, Subject(key))]
        every = any(self.may(UseCase.ASSIGN, Subject(key)) for key in places)
        found = workday.handovers(rows, places, mine.codes, every=every) if places else []
        return [
            Task(
                row.address,
                row.reference,
                None,
                row.to,
                mine.other(row.director),
                "Traject",
                f"Overdracht van {towns[row.municipality].name if row.municipality in towns else row.municipality}, "
                f"sinds {states.near_day(row.since, day_of(mine.now))}",
                "Aannemen of teruggeven",
                f"/clienten/{row.address}",
            )
            for row in found
        ]

    def _about(self, row: Any, mine: "_Mine", said: str, action: str) -> Task:
        """A task about a row with a case, and a provision where it has one."""
        key = _named(getattr(row, "key", None), getattr(row, "round", None))
        purpose = getattr(row, "purpose", None)
        return Task(
            row.address,
            row.reference,
            row.own_number,
            row.municipality,
            mine.other(row.director),
            provision_name(self._config, row.key, row.round, purpose) if key else "Traject",
            said,
            action,
            f"/clienten/{row.address}/{key}" if key else f"/clienten/{row.address}",
            key,
            getattr(row, "status", None) or "",
        )

    # --- since the previous visit ----------------------------------------------------------------------------------------

    def _news(self, rows: Rows, mine: "_Mine", began: datetime) -> News:
        if not mine.own:
            return News(None)
        kinds = [kind.value for kind in VISITS]
        before = workday.previous_visit(rows, self.actor.code, began, kinds)
        if before is None:
            return News(None)
        found, total = workday.happened(rows, mine.cases, self.actor.code, before, since.KINDS, MOST_HAPPENED)
        lines = [
            Happened(row.address, row.reference, row.at, since.sentence(row, self._name_of(row), row.by))
            for row in found
        ]
        return News(before, tuple(lines), total)

    def _name_of(self, row: Any) -> str:
        return provision_name(self._config, row.key, row.round, row.purpose) if row.key else ""


@dataclass(frozen=True)
class _Mine:
    """Whose cases it is about: the codes of whom I act for, myself first; ``cases``: theirs."""

    own: bool
    codes: tuple[str, ...]
    cases: tuple[int, ...]
    scope: Scope
    away: Absences
    now: datetime

    def other(self, director: str | None) -> str | None:
        """Whose case it is, where that is not oneself."""
        return None if director == self.codes[0] else director


def _named(key: str | None, number: int | None) -> str:
    if key is None:
        return ""
    return key if number in (None, 1) else f"{key}~{number}"


def _answered(row: Any) -> str:
    """What a table answered, whether it was submitted, or what one that was asked wants."""
    if row.said is not None:
        said, who = Said(row.said), row.receiver.replace("-", " ")
        return f"{dutch.capitalised(who)}: {dutch.SAID[said]}"
    if row.what == "rung.submitted":
        return "Ingediend bij het Maatwerkloket" if row.submitted else "Niet ingediend bij het Maatwerkloket"
    if row.what == "desk.submitted":
        return "Ingediend bij het centrale loket" if row.submitted else "Niet ingediend bij het centrale loket"
    return f"{dutch.capitalised(RungName(row.rung).kind.holder)}: {dutch.ANSWER[Answer(row.answer)]}"
