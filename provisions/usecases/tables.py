"""What lies with a table or waits for a judgement, as those see it who answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from provisions.access import UseCase
from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Answer, Desk, Status
from provisions.domain.errors import NotFound
from provisions.domain.messages import MessageKind
from provisions.domain.rungs import RungName
from provisions.outbound.context import MessageFacts
from provisions.outbound.render import Rendered, render
from provisions.overview import states
from provisions.store import tabled
from provisions.usecases.seeing import Seeing
from provisions.views.lines import ProvisionLine, line, provision_name

MOST = 100
EARLIER = timedelta(weeks=26)


@dataclass(frozen=True)
class Laid:
    """Something that lies with a table, or waits for a judgement: ``rung`` is which, ``laid`` since when (UTC). ``text``: what
    goes to ``desk`` when it is submitted there.
    """

    line: ProvisionLine
    rung: RungName
    laid: datetime
    text: str = ""
    desk: Desk = Desk.MAATWERKLOKET

    @property
    def row(self) -> str:
        """Which row of a page it is: one provision may wait for both desks."""
        return str(self.line.id) if self.desk is Desk.MAATWERKLOKET else f"{self.line.id}-{self.desk.value}"


@dataclass(frozen=True)
class Given:
    """An earlier answer: of what, by which table, what it was, and what came of it (Dutch)."""

    reference: str
    municipality: str
    name: str
    table: str
    laid: datetime
    answer: str
    came_of_it: str


@dataclass(frozen=True)
class TablePage:
    """What lies with a table, oldest first, how much there is, and earlier answers, newest first."""

    lying: tuple[Laid, ...]
    total: int
    earlier: tuple[Given, ...] = ()


class Tables(Seeing):
    """The pages of those who answer."""

    def at_table(self) -> TablePage:
        """What lies with the tables of those who may answer for them. Raises ``NotFound`` for everybody else."""
        places, now = self._places(UseCase.ANSWER), self._clock()
        with self._read() as rows:
            found, total = tabled.lying(rows, places, MOST)
            earlier = tabled.answered(rows, places, now - EARLIER, MOST)
        return TablePage(tuple(self._laid(row) for row in found), total, tuple(self._given(row) for row in earlier))

    def to_judge(self) -> TablePage:
        """What waits for a judgement, each with the text that would go out. Raises ``NotFound`` for whoever judges nothing."""
        places = self._places(UseCase.SUBMIT)
        with self._read() as rows:
            found, total = tabled.to_judge(rows, places, MOST)
        texts = self._texts(found)
        return TablePage(tuple(self._judged(row, text) for row, text in zip(found, texts, strict=True)), total)

    def must_lie_with_table(self, provision_id: int) -> Laid:
        """What lies with the table now. Raises ``NotFound`` when it is not, or not any more, before this person."""
        places = self._places(UseCase.ANSWER)
        with self._read() as rows:
            found, _ = tabled.lying(rows, places, 1, provision_id)
        return self._laid(_first(found))

    def must_be_to_judge(self, provision_id: int, desk: Desk = Desk.MAATWERKLOKET) -> Laid:
        """What waits for a judgement now. Raises ``NotFound`` as :meth:`must_lie_with_table`."""
        places = self._places(UseCase.SUBMIT)
        with self._read() as rows:
            found, _ = tabled.to_judge(rows, places, 1, provision_id, desk.value)
        return self._judged(_first(found))

    def _places(self, use_case: UseCase) -> tuple[str, ...]:
        """Where this person may do this."""
        towns = self._config.organisation.municipalities
        reaches = self._config.rights.reaches(self.actor, use_case, towns)
        places = tuple(key for key in towns if any(key in found for found in reaches.values()))
        if not places:
            self._looks.refuse(self.actor, use_case)
        return places

    def _laid(self, row: Any) -> Laid:
        return Laid(line(row, self._config, self._clock(), causes=False), RungName(row.rung), row.laid)

    def _judged(self, row: Any, text: str = "") -> Laid:
        return replace(self._laid(row), text=text, desk=Desk(row.desk))

    def _given(self, row: Any) -> Given:
        return Given(
            row.reference,
            row.municipality,
            provision_name(self._config, row.key, row.round, row.purpose),
            RungName(row.rung).kind.holder,
            row.laid,
            dutch.ANSWER[Answer(row.answer)],
            self._came_of_it(row),
        )

    def _came_of_it(self, row: Any) -> str:
        today = day_of(self._clock())
        status = Status(row.status)
        if not status.is_open:
            when = f" op {states.near_day(row.closed_on, today)}" if row.closed_on else ""
            return f"{dutch.capitalised(dutch.STATUS[status])}{when}"
        where = f", ligt bij {dutch.holder(row.lies_with)}" if row.lies_with else ""
        return f"Nog niet geregeld{where}"

    def _texts(self, found: Sequence[Any]) -> list[str]:
        """What would go to each desk, as it is now."""
        now, views = self._clock(), {view.id: view for view in self._views.provisions([row.id for row in found])}
        texts = []
        for row in found:
            view, kind = views.get(row.id), _SENT[Desk(row.desk)]
            if view is None:  # it went, or was forgotten, between the two looks
                texts.append("")
                continue
            place = view.case.municipality_of(view.provision.id)
            asked = MessageFacts("", kind.value, row.about, place, now)
            written = render(asked, view.case, view.provision, self._config, now)
            texts.append(written.text if isinstance(written, Rendered) else written.why)
        return texts


_SENT = {Desk.MAATWERKLOKET: MessageKind.SUBMISSION, Desk.CENTRAL: MessageKind.CENTRAL_SUBMISSION}


def _first(found: Sequence[Any]) -> Any:
    if not found:
        raise NotFound("Dit ligt niet (meer) bij u.")
    return found[0]
