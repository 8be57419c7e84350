"""The board: what happened in 26 weeks and what stands now, for the municipalities in which somebody may see it."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions.access import Actor, Reach, UseCase
from provisions.access.log import Logged
from provisions.catalogue import Config
from provisions.database import walls
from provisions.database.connect import ONE_MOMENT, pooled
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.figures.happened import Figure
from provisions.domain.rungs import RungName
from provisions.domain.weeks import Week
from provisions.inputs import no_such_page
from provisions.report.board import TOO_FEW_CASES, Counted, Selection, Tallies, events, last_weeks
from provisions.store import board
from provisions.store.board import Since
from provisions.usecases.looks import Looks
from provisions.views.cases import Views
from provisions.views.standing import ProvisionView

MOST = 100
NOBODY = "niemand"
_HOLDERS = frozenset({"", NOBODY, dutch.COUNTER, *(rung.value for rung in RungName)})


@dataclass(frozen=True)
class Asked:
    """What the board is about; empty: all of it. ``counter``: its key in the settings.

    Of a list of what is open or late now also with whom it lies (``holder``) and whose case it is (``director``); ``NOBODY``:
    what lies with nobody, and has no director.
    """

    municipality: str = ""
    provision: str = ""
    counter: str = ""
    holder: str = ""
    director: str = ""


@dataclass(frozen=True)
class Line:
    """One row: ``called`` in Dutch, ``asked`` opens the same for this row alone."""

    called: str
    asked: Asked
    breaches: int
    delivered: int
    on_time: int
    open: int
    late: int

    @property
    def share(self) -> int | None:
        """Of what was delivered, how many in a hundred were on time; ``None`` when nothing was."""
        return round(100 * self.on_time / self.delivered) if self.delivered else None


@dataclass(frozen=True)
class WeekLine:
    """One week."""

    week: Week
    breaches: int
    delivered: int
    on_time: int


@dataclass(frozen=True)
class Load:
    """How much a director has; ``director`` is ``None`` for what has none."""

    director: str | None
    cases: int
    open: int
    late: int


@dataclass(frozen=True)
class Board:
    """Everything on the page. ``went``: the days since intake of what was delivered, by where they went, ``None`` when too few
    were; ``lies``: what is open and late now, by with whom it lies (empty: it waits for something else).

    ``loads`` is ``None`` as long as the works council's consent is not recorded. ``opens``: whether this person may open the
    lists behind the numbers.
    """

    asked: Asked
    total: Line
    weeks: tuple[WeekLine, ...]
    provisions: tuple[Line, ...]
    municipalities: tuple[Line, ...]
    counters: tuple[Line, ...]
    went: Mapping[str, int] | None
    lies: Mapping[str, tuple[int, int]]
    cases: int
    loads: tuple[Load, ...] | None
    opens: bool

    @property
    def has_curves(self) -> bool:
        """Whether there are cases enough for a picture."""
        return self.cases >= TOO_FEW_CASES


@dataclass(frozen=True)
class Opened:
    """The list behind a number. ``elsewhere``: how many of those read are now of a municipality that this person does not see.

    ``twice``: how often a row is one more time in the number: delivered, reopened, and delivered again.
    """

    rows: tuple[ProvisionView, ...]
    total: int
    elsewhere: int = 0
    twice: int = 0

    @property
    def hidden(self) -> int:
        """How many are not among the rows."""
        return self.total - len(self.rows) - self.elsewhere - self.twice


@dataclass(frozen=True)
class CaseRow:
    """A case behind a number. ``address``: its random id; ``open`` and ``late``: how many of its provisions are so now."""

    address: UUID
    reference: str
    municipality: str
    director: str | None
    opened: date
    closed: date | None
    open: int
    late: int


@dataclass(frozen=True)
class OpenedCases:
    """The cases behind a number."""

    rows: tuple[CaseRow, ...]
    total: int

    @property
    def hidden(self) -> int:
        """How many are not among the rows."""
        return self.total - len(self.rows)


class Boards:
    """Counts for whoever asks. ``clock`` gives the moment (aware)."""

    def __init__(
        self, engine: Engine, config: Config, views: Views, looks: Looks, clock: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._read = pooled(engine)
        self._config = config
        self._views = views
        self._looks = looks
        self._clock = clock
        self._counted = Counted(config.catalogue)

    def municipalities(self, actor: Actor) -> tuple[str, ...]:
        """Those of which ``actor`` may see the board. Raises ``NotFound`` when there is none."""
        return self._where(actor, UseCase.SEE_BOARD)

    def counters(self, actor: Actor) -> dict[str, str]:
        """The counters that can be asked for, each with its name. Raises as :meth:`municipalities`."""
        return self._called(self.municipalities(actor))

    def board(self, actor: Actor, asked: Asked | None = None) -> Board:
        """The board as of now. Raises ``NotFound`` for what is not there, or is not this person's."""
        asked, towns = asked or Asked(), self.municipalities(actor)
        selection, now = self._selection(asked, towns), self._clock()
        today = day_of(now)
        with self._counting() as connection:
            tallies = self._counted.tallies(connection, today)
        with self._read() as rows:
            stands = _Standing(board.standing(rows, sorted(selection.municipalities), now))
            places = sorted(selection.municipalities)
            cases = board.cases_since(rows, places, self._since(selection, today))
            opens = bool(self._config.rights.may(actor, UseCase.SEE_CASE))
            loads = board.load(rows, places, now) if self._shows_load(actor) else None
        lines = _Lines(tallies, stands, asked)
        return Board(
            asked,
            lines.line("Alles samen", asked, selection),
            tuple(lines.week(week, selection) for week in tallies.weeks),
            tuple(self._by_provision(lines, selection)),
            tuple(self._by_municipality(lines, selection)),
            tuple(self._by_counter(lines, selection)),
            tallies.went(selection),
            stands.by_holder(selection),
            cases,
            None if loads is None else tuple(Load(row.director, row.cases, row.open, row.late) for row in loads),
            opens,
        )

    def happened(self, actor: Actor, asked: Asked, figure: Figure, week: Week | None = None) -> Opened:
        """What was counted in ``figure``: in one week, or in all 26. Raises ``NotFound`` as :meth:`board`."""
        towns = self._where(actor, UseCase.SEE_CASE)
        selection, today = self._selection(asked, self.municipalities(actor)), day_of(self._clock())
        weeks = last_weeks(today)
        if week is not None and week not in weeks:
            raise no_such_page()
        with self._counting() as connection:
            total = self._counted.tallies(connection, today).total(figure, selection, week)
            ids: list[int] = []
            for event, number in events(connection, self._config.catalogue, [week] if week else weeks, today):
                if event.figure is figure and selection.has(event.municipality, event.key):
                    ids.append(number)
                if len(ids) == min(total, MOST):
                    break
        return self._opened(actor, "bord", ids, total, towns)

    def now(self, actor: Actor, asked: Asked, *, late: bool) -> Opened:
        """What is open now, or late. Raises ``NotFound`` as :meth:`board`."""
        towns = self._where(actor, UseCase.SEE_CASE)
        selection = self._selection(asked, self.municipalities(actor))
        places, keys = sorted(selection.municipalities), sorted(selection.keys)
        if asked.holder not in _HOLDERS or (asked.director and not self._shows_load(actor)):
            raise no_such_page()
        whose = board.Whose(_one(asked.holder), _one(asked.director))
        with self._read() as rows:
            ids, total = board.picked(rows, places, keys, self._clock(), MOST, late=late, whose=whose)
        return self._opened(actor, "bord", ids, total, towns)

    def cases(self, actor: Actor, asked: Asked) -> OpenedCases:
        """The cases that the board is about; of a director those in which something is open. Raises ``NotFound`` as
        :meth:`board`.
        """
        towns, today = self._where(actor, UseCase.SEE_CASE), day_of(self._clock())
        selection = self._selection(asked, self.municipalities(actor))
        if asked.holder or (asked.director and not self._shows_load(actor)):
            raise no_such_page()
        of = {"director": _one(asked.director) or ""} if asked.director else {"since": self._since(selection, today)}
        places = sorted(selection.municipalities)
        with self._read() as rows:
            found, total = board.cases(rows, places, self._clock(), MOST, **of)
        self._looks.note(Logged.SEARCHED, actor.code, via=actor.via, page="bord")
        seen = tuple(_case(row) for row in found if row.municipality in towns)
        return OpenedCases(seen, total)

    def _since(self, selection: Selection, today: date) -> Since:
        uncounted = sorted(self._config.catalogue.uncounted)
        return Since(last_weeks(today)[0].monday, sorted(selection.keys), uncounted)

    def _shows_load(self, actor: Actor) -> bool:
        """Whether this person may see how much each director has: only with the works council's consent."""
        agreed = self._config.organisation.works_council is not None
        return agreed and bool(self._config.rights.may(actor, UseCase.SEE_CASE))

    @contextmanager
    def _counting(self) -> Iterator[Connection]:
        """One moment of the whole region: what is counted is kept for everybody, and each sees the own municipalities of it."""
        every = self._config.organisation.municipalities
        with (
            walls.within(every, date.min),
            self._engine.connect().execution_options(isolation_level=ONE_MOMENT) as connection,
            connection.begin(),
        ):
            yield connection

    def _opened(self, actor: Actor, page: str, ids: list[int], total: int, towns: Collection[str]) -> Opened:
        self._looks.note(Logged.SEARCHED, actor.code, via=actor.via, page=page)
        once = list(dict.fromkeys(ids))
        views = self._views.provisions(once)  # behind the wall: what is elsewhere now is not even read
        seen = tuple(view for view in views if view.case.municipality in towns)
        return Opened(seen, total, len(once) - len(seen), len(ids) - len(once))

    def _where(self, actor: Actor, use_case: UseCase) -> tuple[str, ...]:
        every = self._config.organisation.municipalities
        towns = self._config.rights.reaches(actor, use_case, every).get(Reach.MUNICIPALITY, ())
        if not towns:
            self._looks.refuse(actor, use_case)
        return towns

    def _selection(self, asked: Asked, towns: Collection[str]) -> Selection:
        rules = self._config.catalogue.provisions
        places = [town for town in towns if asked.municipality in ("", town)]
        keys = [
            key for key, rule in rules.items() if asked.provision in ("", key) and asked.counter in ("", rule.counter)
        ]
        if not places or not keys:
            raise no_such_page()
        return Selection(frozenset(places), frozenset(keys))

    def _by_provision(self, lines: "_Lines", selection: Selection) -> list[Line]:
        rules = self._config.catalogue.provisions.values()
        return [
            lines.line(
                rule.name,
                lines.narrowed(provision=rule.key),
                Selection(selection.municipalities, frozenset({rule.key})),
            )
            for rule in rules
            if rule.key in selection.keys
        ]

    def _by_municipality(self, lines: "_Lines", selection: Selection) -> list[Line]:
        towns = self._config.organisation.municipalities.values()
        return [
            lines.line(
                town.name, lines.narrowed(municipality=town.key), Selection(frozenset({town.key}), selection.keys)
            )
            for town in towns
            if town.key in selection.municipalities
        ]

    def _by_counter(self, lines: "_Lines", selection: Selection) -> list[Line]:
        rules = self._config.catalogue.provisions
        called = self._called(selection.municipalities)
        keys: dict[str, set[str]] = {}
        for key in (key for key in rules if key in selection.keys):
            keys.setdefault(rules[key].counter, set()).add(key)
        return [
            lines.line(
                called[counter],
                lines.narrowed(counter=counter),
                Selection(selection.municipalities, frozenset(of_counter)),
            )
            for counter, of_counter in keys.items()
        ]

    def _called(self, towns: Collection[str]) -> dict[str, str]:
        """The counters and their names: those of the first of ``towns``, in the order of the settings."""
        every = self._config.organisation.municipalities
        first = next(every[key] for key in every if key in towns)
        counters = dict.fromkeys(rule.counter for rule in self._config.catalogue.provisions.values())
        return {counter: first.counters[counter].name for counter in counters}


def _case(row: Any) -> CaseRow:
    return CaseRow(
        row.address, row.reference, row.municipality, row.director, row.opened, row.closed, row.open, row.late
    )


def _one(asked: str) -> str | None:
    """``None`` for all of them, empty for nobody."""
    return None if not asked else "" if asked == NOBODY else asked


class _Standing:
    """What is open and late now, counted by municipality, provision and with whom it lies."""

    def __init__(self, rows: Collection[Any]) -> None:
        self._rows = rows

    def of(self, selection: Selection) -> tuple[int, int]:
        """(open, late) in the selection."""
        held = self.by_holder(selection).values()
        return sum(opened for opened, _ in held), sum(late for _, late in held)

    def by_holder(self, selection: Selection) -> dict[str, tuple[int, int]]:
        """(open, late) by with whom it lies."""
        found: dict[str, tuple[int, int]] = {}
        for row in self._rows:
            if selection.has(row.municipality, row.key):
                opened, late = found.get(row.lies_with, (0, 0))
                found[row.lies_with] = (opened + row.open, late + row.late)
        return dict(sorted(found.items(), key=lambda item: (-item[1][1], -item[1][0], item[0])))


class _Lines:
    """Rows of the board."""

    def __init__(self, tallies: Tallies, stands: _Standing, asked: Asked) -> None:
        self._tallies = tallies
        self._stands = stands
        self._asked = asked

    def narrowed(self, **to: str) -> Asked:
        """What was asked, for one row of it."""
        return replace(self._asked, **to)

    def line(self, called: str, asked: Asked, selection: Selection) -> Line:
        """The figures of a selection."""
        breaches, delivered, on_time = (self._tallies.total(figure, selection) for figure in Figure)
        opened, late = self._stands.of(selection)
        return Line(called, asked, breaches, delivered, on_time, opened, late)

    def week(self, week: Week, selection: Selection) -> WeekLine:
        """The figures of one week."""
        breaches, delivered, on_time = (self._tallies.total(figure, selection, week) for figure in Figure)
        return WeekLine(week, breaches, delivered, on_time)
