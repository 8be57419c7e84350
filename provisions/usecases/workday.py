"""Mijn werk: what somebody must do today. It is derived from what is on record each time, and kept nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.store import worklists
from provisions.store.looking import Rows
from provisions.store.worklists import Only
from provisions.usecases.asked_by_others import AskedByOthers
from provisions.usecases.before_the_group import SeeingGroup
from provisions.usecases.came_in import CameIn
from provisions.usecases.monitoring import SeeingQuarter
from provisions.usecases.own_work import MOST, Kind, Mine, Part, Task
from provisions.usecases.promised import SeeingPromised
from provisions.usecases.since_last_visit import News, SinceLastVisit


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


class Workday(SeeingPromised, CameIn, AskedByOthers, SinceLastVisit, SeeingQuarter, SeeingGroup):
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

    def _parts(self, rows: Rows, mine: Mine) -> Iterator[tuple[Kind, Sequence[Task], int]]:
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

    def _quarter(self, rows: Rows, mine: Mine) -> tuple[Sequence[Task], int]:
        """One line for all of one's clients about whom nobody said this quarter where they sleep."""
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
