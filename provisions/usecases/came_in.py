"""What came in about one's own clients, and what is to be done because of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from provisions.access.log import Logged
from provisions.domain import dutch
from provisions.domain.approvals import WORDS, Act
from provisions.domain.calendar import day_of
from provisions.domain.case import Answer, Asked, Said
from provisions.domain.deadlines import ANNOUNCED_ON
from provisions.domain.rules import OutcomeName, TriggerKind
from provisions.domain.rungs import RungName
from provisions.overview import states
from provisions.store import workday
from provisions.store.looking import Rows
from provisions.usecases.notices import NoticeLine, SeeingNotices
from provisions.usecases.own_work import MOST, Mine, OwnWork, Task, named
from provisions.views.follow_ups import follow_up_title
from provisions.views.zaken import ZaakView

NEWS = timedelta(weeks=4)  # what was decided longer ago is no news, whether it was read or not

# What is done because of what one that was asked said.
_TO_DO = {Said.CALL_ME: "Bellen en oppakken", Said.ASK_BACK: "Vraag beantwoorden", Said.OBSTACLE: "Bellen en oppakken"}


class CameIn(OwnWork, SeeingNotices):
    """Notices of default, answers, decisions, what a case system says; objections and follow-ups of what was decided."""

    def _noticed(self, one: NoticeLine, mine: Mine) -> Task:
        task = self._about(one.row, mine, dutch.capitalised(one.said), "Besluit vastleggen")
        return replace(task, what=one.name, state=one.status)

    def _answers(self, rows: Rows, mine: Mine) -> list[Task]:
        return [
            self._about(row, mine, _answered(row), _TO_DO.get(row.said, "Verder regelen"))
            for row in workday.answers(rows, mine.cases, mine.codes, MOST)
        ]

    def _decisions(self, rows: Rows, mine: Mine) -> list[Task]:
        since = mine.now - NEWS
        found = workday.decided(rows, mine.cases, mine.codes, since, Logged.LOOKED.value, MOST)
        return [
            replace(
                self._about(
                    row,
                    mine,
                    f"Uw vraag A-{row.number} ({WORDS[Act(row.act)]}) is {dutch.ASKED[Asked(row.state)]}",
                    "Plan bekijken",
                ),
                at=f"/clienten/{row.address}",
            )
            for row in found
        ]

    def _zaken(self, rows: Rows, mine: Mine) -> list[Task]:
        """Where the case system says something else than the record."""
        return [
            self._about(row, mine, dutch.capitalised(ZaakView.of(row).told), "Bekijken wat klopt")
            for row in workday.zaken(rows, mine.cases, mine.codes, MOST)
        ]

    def _objections(self, rows: Rows, mine: Mine) -> tuple[list[Task], list[str]]:
        """Refusals to which one can object, as long as one of their follow-ups is to be done; and how these are called."""
        names = self._refusal_follow_ups
        found = {row.id: row for row in workday.refusals(rows, mine.cases, names, MOST)}
        today, tasks = day_of(mine.now), []
        for view in self._views.provisions(list(found)):
            if view.objection_until is not None and view.objection_until >= today:
                said = states.objection(view.objection_until, today, presumed=view.objection_presumed)
                task = self._about(found[view.id], mine, said, "Bezwaar bespreken")
                key = named(view.provision.key, view.provision.round)
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

    def _follow_ups(self, rows: Rows, mine: Mine, but: Sequence[str]) -> tuple[list[Task], int]:
        found, total = workday.follow_ups(rows, mine.cases, day_of(mine.now), but, MOST)
        tasks = []
        for row in found:
            title = follow_up_title(self._config, row.key, row.name)
            task = self._about(row, mine, f"{title} (sinds {states.near_day(row.due, day_of(mine.now))})", "Afronden")
            tasks.append(task if row.key else replace(task, what="Traject"))
        return tasks, total


def _answered(row: Any) -> str:
    """What a table answered, whether it was submitted, or what somebody who was asked wants."""
    if row.said is not None:
        said, who = Said(row.said), row.receiver.replace("-", " ")
        return f"{dutch.capitalised(who)}: {dutch.SAID[said]}"
    if row.what == "rung.submitted":
        return "Ingediend bij het Maatwerkloket" if row.submitted else "Niet ingediend bij het Maatwerkloket"
    if row.what == "desk.submitted":
        return "Ingediend bij het centrale loket" if row.submitted else "Niet ingediend bij het centrale loket"
    return f"{dutch.capitalised(RungName(row.rung).kind.holder)}: {dutch.ANSWER[Answer(row.answer)]}"
