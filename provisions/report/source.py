"""From the database to facts: days on which things happened, read in slices of cases. No reference and no free text is read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Row,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    union,
)

from provisions.domain import deadlines
from provisions.domain.calendar import day_of, first_moment
from provisions.domain.case import Agreement, Case, Outcome, Provision, Reason, Status, Stop, Suspension
from provisions.domain.deadlines import Situation
from provisions.domain.figures.facts import AnswerFact, CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.rules import Brp, Catalogue, OutcomeName, Route
from provisions.store import tables as t

SLICE = 2000  # cases at a time: memory stays flat however many there are

# Recorded facts that have no table of their own. The index ix_audit_report holds these and no other lines.
NOTED = ("case.transferred", "provision.reopened", "rung.answered", "rung.submitted", "term.agreed")

_Row = Row[Any]
_Children = Mapping[int, Sequence[_Row]]


def case_facts(connection: Connection, catalogue: Catalogue, since: date) -> Iterator[CaseFacts]:
    """Every case of which anything is on or after ``since``, one after the other."""
    ids = list(connection.execute(_cases_since(since)).scalars())
    for start in range(0, len(ids), SLICE):
        yield from _slice(connection, catalogue, ids[start : start + SLICE])


def _cases_since(since: date) -> Select[Any]:
    p, moment = t.provision.c, first_moment(since)
    # A rung may be climbed, and an answer given, after the day of the outcome: when that was recorded late.
    climbed = select(p.case_id).join(t.rung).where(t.rung.c.climbed >= moment)
    noted = select(t.audit.c.case_id).where(t.audit.c.what.in_(NOTED), t.audit.c.at >= moment)
    lively = select(p.case_id).where(
        or_(p.closed_on.is_(None), p.closed_on >= since, p.breach_day >= since, p.reopened_on >= since)
    )
    found = union(lively, climbed, noted).subquery()
    return select(found.c.case_id).where(found.c.case_id.is_not(None)).order_by(found.c.case_id)


def earliest_change(connection: Connection, recorded_since: datetime) -> date | None:
    """The earliest day about which anything was recorded at or after a moment; ``None`` when nothing was.

    Figures of earlier weeks can't have changed since. A reopening also tells about the days since the need: what was
    kept in time is kept no longer.
    """
    a, p = t.audit.c, t.provision.c
    told = func.coalesce(a.data["on"].astext, a.data["opened"].astext, cast(func.date(a.at), Text))
    recorded = select(func.min(cast(told, Date))).where(a.at >= recorded_since)
    reopened = (
        select(func.min(p.needed_on))
        .join(t.audit, and_(a.case_id == p.case_id, a.key == p.key, t.audit_round == p.round))
        .where(a.at >= recorded_since, a.what == "provision.reopened")
    )
    days = [connection.execute(query).scalar() for query in (recorded, reopened)]
    return min((day for day in days if day is not None), default=None)


def _slice(connection: Connection, catalogue: Catalogue, case_ids: Sequence[int]) -> Iterator[CaseFacts]:
    p = t.provision.c
    ids = func.any(bindparam(None, list(case_ids), type_=ARRAY(BigInteger)))

    def children(query: Select[Any]) -> _Children:
        found: defaultdict[int, list[_Row]] = defaultdict(list)
        joined = query.join(t.provision).where(p.case_id == ids)
        for row in connection.execute(joined):
            found[row[0]].append(row)
        return found

    outcome, suspension, rung, waiver, agreement = t.outcome.c, t.suspension.c, t.rung.c, t.waiver.c, t.agreement.c
    outcomes = children(select(outcome.provision_id, outcome.name, outcome.day, outcome.recorded).order_by(outcome.id))
    agreements = children(select(agreement.provision_id, agreement.day, agreement.agreed_on).order_by(agreement.id))
    suspensions = children(
        select(
            suspension.provision_id, suspension.start, suspension.until, suspension.resumed, suspension.reason
        ).order_by(suspension.start, suspension.id)
    )
    rungs = children(select(rung.provision_id, rung.name, rung.climbed))
    waivers = children(select(waiver.provision_id, waiver.dependency, waiver.day))
    noted = _noted(connection, ids)
    provisions: defaultdict[int, list[_Row]] = defaultdict(list)
    columns = (
        p.id, p.case_id, p.key, p.round, p.needed_on, p.started_on, p.needed_from, p.due, p.breach_day, p.statutory_due,
        p.urgent, p.agreed, p.agreed_on,
    )  # fmt: skip
    for row in connection.execute(select(*columns).where(p.case_id == ids).order_by(p.id)):
        provisions[row.case_id].append(row)
    c = t.case.c
    for case in connection.execute(select(c.id, c.municipality, c.brp, c.opened, c.present).where(c.id == ids)):
        lines = noted.get(case.id, {})
        yield CaseFacts(
            brp=Brp(case.brp),
            municipalities=_municipalities(case, lines.get((None, 1), ())),
            provisions=[
                _provision(
                    row,
                    case,
                    lines.get((row.key, row.round), ()),
                    agreements.get(row.id, ()),
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


def _noted(connection: Connection, ids: ColumnElement[Any]) -> dict[int, dict[tuple[str | None, int], list[_Row]]]:
    a = t.audit.c
    query = (
        select(a.case_id, a.key, t.audit_round.label("round"), a.what, a.at, a.data)
        .where(a.what.in_(NOTED), a.case_id == ids)
        .order_by(a.id)
    )
    found: dict[int, dict[tuple[str | None, int], list[_Row]]] = {}
    for row in connection.execute(query):
        found.setdefault(row.case_id, {}).setdefault((row.key, row.round), []).append(row)
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
    agreements: Sequence[_Row],
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
        suspensions=[(s.start, s.end, s.reason.value) for s in _stops(row, outcomes, suspensions)],
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
    if agreements and row.key in catalogue.provisions:
        provision = replace(
            _known(row, outcomes, suspensions),
            earlier_agreements=tuple(Agreement(a.day, a.agreed_on) for a in agreements),
        )
        before = Case(UUID(int=0), "", case.municipality, Route.VOLUNTARY, Brp(case.brp), case.opened).with_provision(
            provision
        )
        dues = deadlines.earlier_dues(Situation.of(before, provision.id, catalogue))
        facts.earlier_due = [(agreed_anew, end.due) for end, agreed_anew in dues]
    return facts


def _on(line: _Row) -> date:
    return date.fromisoformat(line.data["on"])


def _stops(row: _Row, outcomes: Sequence[_Row], suspensions: Sequence[_Row]) -> Sequence[Stop]:
    return _known(row, outcomes, suspensions).stops if suspensions else ()


def _known(row: _Row, outcomes: Sequence[_Row], suspensions: Sequence[_Row]) -> Provision:
    """What the domain's dates of a provision depend on; nothing else is filled in."""
    return Provision(
        row.key,
        needed_on=row.needed_on,
        status=Status.WAITING,
        needed_from=row.needed_from,
        agreed=row.agreed,
        agreed_on=row.agreed_on,
        started_on=row.started_on,
        suspensions=tuple(Suspension(s.start, s.until, Reason(s.reason), s.resumed) for s in suspensions),
        outcomes=tuple(Outcome(OutcomeName(o.name), o.day, o.recorded) for o in outcomes),
    )
