"""What the run of a provision shows in Prefect: its name, its state, one line and its tags. Read only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from provisions.domain import dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Status
from provisions.domain.errors import NotFound
from provisions.domain.record import OTHERS_STARTED, Fact, facts_of
from provisions.domain.rules import OutcomeName
from provisions.domain.rungs import RungName
from provisions.domain.tags import LATE, NOT_DELIVERED, tag
from provisions.store import looking
from provisions.store.looking import Reader
from provisions.views.cases import Views
from provisions.views.standing import SUSPENDED, ProvisionView

TAKEN_BACK = "Teruggedraaid"
DELIVERED = Fact("provision.outcome", OutcomeName.DELIVERED)


@dataclass(frozen=True)
class RunView:
    """What the run of a provision shows. Nothing in it identifies anyone or is free text."""

    provision_id: int
    reference: str
    key: str
    which: str  # the key and the round, as the use cases take it: "id_document#2"
    name: str
    run_name: str
    status: str
    overdue: bool
    open: bool  # and started: what waits for another has no run
    state: str
    message: str
    taken_back: bool  # its start, so that it waits for another again
    tags: tuple[str, ...]
    generation: int  # of the row that this was read from: see ``provisions.store.runs``
    flow_run: UUID | None


@dataclass(frozen=True)
class RecordLine:
    """One line of the record of a provision: its number, its moment (UTC) and what it is about."""

    id: int
    at: datetime
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Record:
    """The lines that were asked for, oldest first, and the number of the last line that was read."""

    lines: tuple[RecordLine, ...]
    last: int


class RunViews:
    """All reading for the runs. What a provision is judged by, and at which moment, is what ``views`` says."""

    def __init__(self, reader: Reader, views: Views) -> None:
        self._reader = reader
        self._views = views

    def of(self, provision_id: int) -> RunView:
        """What the run of a provision should show now. Raises ``NotFound`` for a provision that does not exist."""
        found = self.several([provision_id]).get(provision_id)
        if found is None:
            raise NotFound(f"Er is geen voorziening met nummer {provision_id}.")
        return found

    def several(self, provision_ids: Sequence[int]) -> dict[int, RunView]:
        """As :meth:`of`, for many at once; what does not exist (any more) is not there."""
        with self._reader() as rows:
            # The generations first: a change after it raises one again, so the run is woken once more.
            known = looking.generations_of(rows, provision_ids)
            cases = looking.cases(rows, sorted({one.case_id for one in known.values()}))
            undelivered = looking.undelivered_counts(rows, provision_ids)
        now = self._views.clock()
        return {
            number: self._run_view(
                self._views.view_of(cases[one.case_id], number, now), undelivered.get(number, 0), one.generation
            )
            for number, one in known.items()
            if one.case_id in cases
        }

    def _run_view(self, view: ProvisionView, undelivered: int, generation: int) -> RunView:
        provision, case = view.provision, view.case
        return RunView(
            provision_id=view.id,
            reference=case.reference,
            key=provision.key,
            which=f"{provision.key}#{provision.round}",
            name=view.name,
            run_name=f"{dutch.capitalised(view.name)} · {case.reference}",
            status=view.status,
            overdue=view.overdue,
            open=provision.status.is_open and provision.started_on is not None,
            state=state_name(view),
            message=state_message(view, undelivered),
            taken_back=provision.status is Status.BLOCKED,
            tags=tags(view, undelivered),
            generation=generation,
            flow_run=view.flow_run,
        )

    def was_recorded_from(self, provision_id: int, form: str) -> bool:
        """Whether what was filled in under the key ``form`` was recorded."""
        with self._reader() as rows:
            return looking.was_recorded_from(rows, provision_id, form)

    def record(self, run: RunView, *, after: int | None) -> Record:
        """What was recorded of the provision of ``run`` after line ``after``; without ``after`` since it was last reopened.

        What happened before a reopening, or before an end was taken back, showed in the run that ended then.
        """
        with self._reader() as rows:
            found = looking.record_of(rows, run.provision_id, after or 0)
        if after is None:
            reopenings = [n for n, row in enumerate(found) if row.own and _reopens(row)]
            found = found[reopenings[-1] :] if reopenings else found
        last = found[-1].id if found else after or 0
        return Record(tuple(self._lines(run.key, found)), last)

    def _lines(self, key: str, rows: Sequence[Any]) -> Iterator[RecordLine]:
        """The lines of the provision, and in one line what its outcome started: that was recorded in the same moment."""
        rules = self._views.config.catalogue.provisions
        waiting = {rule.key for rule in rules.values() if key in rule.may_wait_for}
        delivered: datetime | None = None
        for row in rows:
            if row.own:
                facts = facts_of(row.what, row.data)
                if facts[0] == DELIVERED:
                    delivered = row.at
                yield RecordLine(row.id, row.at, facts)
            elif row.at == delivered and row.key in waiting:
                delivered = None
                yield RecordLine(row.id, row.at, (OTHERS_STARTED,))


def _reopens(row: Any) -> bool:
    return row.what == "provision.reopened" or (
        row.what == "provision.undone" and bool((row.data or {}).get("reopens"))
    )


def state_name(view: ProvisionView) -> str:
    """The name of the run's state. Late goes before everything else that is open."""
    provision = view.provision
    if not provision.status.is_open:
        return dutch.capitalised(dutch.STATUS[provision.status])
    if view.resting:
        return dutch.capitalised(dutch.AT_REST)
    if view.overdue:
        return dutch.capitalised(dutch.OVERDUE)
    if view.status == SUSPENDED:
        return dutch.capitalised(dutch.SUSPENDED)
    if provision.status is Status.REFUSED:
        return dutch.capitalised(dutch.STATUS[Status.REFUSED])
    if provision.status is Status.BLOCKED:
        return f"Wacht op {dutch.listed([view.named(d) for d in view.blocked_by])}"
    return f"Wacht op {dutch.holder(view.lies_with or 'loket')}"


def state_message(view: ProvisionView, undelivered: int = 0) -> str:
    """One line: until when, with whom it lies, what happens next; and first of all what did not arrive."""
    if not view.provision.status.is_open:
        closed = view.provision.closed_on
        return (
            f"{dutch.capitalised(dutch.STATUS[view.provision.status])} op {dutch.dutch_date(closed)}" if closed else ""
        )
    parts = []
    if undelivered:
        which = "een bericht is" if undelivered == 1 else dutch.counted(undelivered, "bericht is", "berichten zijn")
        parts.append(f"{which} niet bezorgd: bel zelf")
    if view.resting:
        parts.append(f"{dutch.AT_REST} sinds {dutch.dutch_date(view.resting.start)}; alle klokken staan stil")
    if view.due:
        late = f" ({dutch.days(view.days_overdue)} te laat)" if view.overdue else ""
        parts.append(f"uiterste datum {dutch.dutch_date(view.due)}{late}")
    if view.suspended_until:
        parts.append(f"klok loopt vanzelf weer op {dutch.dutch_date(view.suspended_until)}")
    if view.lies_with and not view.resting:
        parts.append(f"ligt bij {dutch.holder(view.lies_with)}")
    if view.next_rung:
        parts.append(f"daarna: {view.next_rung.name.label} op {dutch.dutch_date(day_of(view.next_rung.at))}")
    text = " · ".join(parts)
    return dutch.capitalised(text)


def tags(view: ProvisionView, undelivered: int = 0) -> tuple[str, ...]:
    """What a team lead filters by: municipality, provision, table, ``te-laat`` while overdue, and ``niet-bezorgd``.

    The municipality is that of the case, also of a round that stayed with the one before: that reads it in the workplace, and in
    Prefect a run leads to the whole plan.
    """
    found = [view.case.municipality, tag(view.situation.rule.name)]
    if view.lies_with in RungName.tables() and not view.resting:
        found.append(tag(dutch.holder(view.lies_with)))
    if view.overdue:
        found.append(LATE)
    if undelivered and view.provision.status.is_open:
        found.append(NOT_DELIVERED)
    return tuple(found)
