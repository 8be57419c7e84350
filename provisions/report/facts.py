"""From the database to facts: days on which things happened, read in slices of cases. No reference and no free text is read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from provisions.domain import deadlines
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, Provision, Reason, Status, Suspension
from provisions.domain.deadlines import Situation
from provisions.domain.figures import AnswerFact, CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.rules import Brp, Catalogue, Route
from provisions.store import tables as t

SLICE = 2000  # cases at a time: memory stays flat however many there are

# Recorded facts that have no table of their own. The index ix_audit_report holds these and no other lines.
NOTED = ("case.transferred", "provision.reopened", "rung.answered", "rung.submitted", "term.agreed")

_Row = Row[*tuple[Any, ...]]
_Children = Mapping[int, Sequence[_Row]]


def case_facts(connection: Connection, catalogue: Catalogue) -> Iterator[CaseFacts]:
    """Every case, one after the other."""
    first, last = connection.execute(select(func.min(t.case.c.id), func.max(t.case.c.id))).one()
    if first is None:
        return
    for start in range(first, last + 1, SLICE):
        yield from _slice(connection, catalogue, start, start + SLICE)


def _slice(connection: Connection, catalogue: Catalogue, start: int, end: int) -> Iterator[CaseFacts]:
    p = t.provision.c

    def children(query: Select[Any]) -> _Children:
        found: defaultdict[int, list[_Row]] = defaultdict(list)
        joined = query.join(t.provision).where(p.case_id >= start, p.case_id < end)
        for row in connection.execute(joined):
            found[row[0]].append(row)
        return found

    outcome, suspension, rung, waiver = t.outcome.c, t.suspension.c, t.rung.c, t.waiver.c
    outcomes = children(select(outcome.provision_id, outcome.name, outcome.day).order_by(outcome.id))
    suspensions = children(
        select(
            suspension.provision_id, suspension.start, suspension.until, suspension.resumed, suspension.reason
        ).order_by(suspension.start)
    )
    rungs = children(select(rung.provision_id, rung.name, rung.climbed))
    waivers = children(select(waiver.provision_id, waiver.dependency, waiver.day))
    noted = _noted(connection, start, end)
    provisions: defaultdict[int, list[_Row]] = defaultdict(list)
    columns = (
        p.id, p.case_id, p.key, p.needed_on, p.started_on, p.needed_from, p.due, p.breach_day, p.statutory_due,
        p.urgent, p.agreed,
    )  # fmt: skip
    for row in connection.execute(select(*columns).where(p.case_id >= start, p.case_id < end).order_by(p.id)):
        provisions[row.case_id].append(row)
    c = t.case.c
    for case in connection.execute(
        select(c.id, c.municipality, c.brp, c.opened, c.present).where(c.id >= start, c.id < end)
    ):
        lines = noted.get(case.id, {})
        yield CaseFacts(
            brp=Brp(case.brp),
            municipalities=_municipalities(case, lines.get(None, ())),
            provisions=[
                _provision(
                    row,
                    case,
                    lines.get(row.key, ()),
                    catalogue,
                    outcomes.get(row.id, ()),
                    suspensions.get(row.id, ()),
                    rungs.get(row.id, ()),
                    waivers.get(row.id, ()),
                )
                for row in provisions.get(case.id, ())
            ],
            present=frozenset(case.present),
        )


def _noted(connection: Connection, start: int, end: int) -> dict[int, dict[str | None, list[_Row]]]:
    a = t.audit.c
    query = (
        select(a.case_id, a.key, a.what, a.at, a.data)
        .where(a.what.in_(NOTED), a.case_id >= start, a.case_id < end)
        .order_by(a.id)
    )
    found: dict[int, dict[str | None, list[_Row]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.case_id, {}).setdefault(row.key, []).append(row)
    return found


def _municipalities(case: _Row, lines: Sequence[_Row]) -> list[tuple[date, str]]:
    moves = [(day_of(line.at), line.data) for line in lines if line.what == "case.transferred"]
    if not moves:
        return [(case.opened, case.municipality)]
    return [(case.opened, moves[0][1]["was"]), *((day, data["municipality"]) for day, data in moves)]


def _provision(
    row: _Row,
    case: _Row,
    lines: Sequence[_Row],
    catalogue: Catalogue,
    outcomes: Sequence[_Row],
    suspensions: Sequence[_Row],
    rungs: Sequence[_Row],
    waivers: Sequence[_Row],
) -> ProvisionFacts:
    facts = ProvisionFacts(
        key=row.key,
        needed_on=row.needed_on,
        started_on=row.started_on,
        needed_from=row.needed_from,
        due=row.due,
        breach_day=row.breach_day,
        statutory_due=row.statutory_due,
        urgent=row.urgent,
        outcomes=[OutcomeFact(o.name, o.day) for o in outcomes],
        suspensions=[
            (s.start, s.until if s.resumed is None else min(s.resumed, s.until), s.reason) for s in suspensions
        ],
        waivers=[(w.dependency, w.day) for w in waivers],
        rungs=[(r.name, day_of(r.climbed)) for r in rungs],
    )
    if lines:
        facts.reopened = [_on(line) for line in lines if line.what == "provision.reopened"]
        facts.answers = [
            AnswerFact(line.data["rung"], line.data["answer"], day_of(line.at))
            for line in lines
            if line.what == "rung.answered"
        ]
        facts.submitted = [
            day_of(line.at) for line in lines if line.what == "rung.submitted" and line.data.get("submitted")
        ]
        facts.earlier_due = _earlier_due(row, case, lines, catalogue, suspensions)
    return facts


def _on(line: _Row) -> date:
    return date.fromisoformat(line.data["on"])


def _earlier_due(
    row: _Row, case: _Row, lines: Sequence[_Row], catalogue: Catalogue, suspensions: Sequence[_Row]
) -> list[tuple[date, date]]:
    """For each new agreement its day, and the due date that held before it."""
    found = []
    for line in lines:
        if line.what != "term.agreed" or not line.data.get("was") or row.key not in catalogue.provisions:
            continue
        # The domain computes it, as it did then; only what a due date depends on is filled in.
        provision = Provision(
            row.key,
            needed_on=row.needed_on,
            status=Status.WAITING,
            needed_from=row.needed_from,
            agreed=date.fromisoformat(line.data["was"]),
            started_on=row.started_on,
            suspensions=tuple(Suspension(s.start, s.until, Reason(s.reason), s.resumed) for s in suspensions),
        )
        before = Case("", case.municipality, Route.VOLUNTARY, Brp(case.brp), case.opened)
        end = deadlines.due(Situation.of(before.with_provision(provision), row.key, catalogue))
        if end is not None:
            found.append((day_of(line.at), end.due))
    return found
