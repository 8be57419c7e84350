"""From what is recorded to facts: days on which things happened."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from provisions.domain import deadlines
from provisions.domain.calendar import day_of
from provisions.domain.case import (
    BY_COUNTER,
    Agreement,
    Case,
    NeededFrom,
    Outcome,
    Provision,
    Reason,
    Rest,
    Status,
    Stop,
    Suspension,
    brp_known,
    rest_spans,
)
from provisions.domain.deadlines import Situation
from provisions.domain.figures.facts import AnswerFact, CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.rules import Brp, Catalogue, OutcomeName, Route
from provisions.store import figures
from provisions.store.figures import RecordedCase, RecordedProvision


def case_facts(connection: Connection, catalogue: Catalogue, since: date) -> Iterator[CaseFacts]:
    """Every case that counts and has anything on or after ``since``, one after the other."""
    for case in figures.cases(connection, since, catalogue.uncounted):
        yield facts_of(case, catalogue)


def facts_of(case: RecordedCase, catalogue: Catalogue) -> CaseFacts:
    """One case; its provisions in the order in which they were read."""
    return CaseFacts(
        brp=brp_known(case.row.opened, Brp(case.row.brp), case.row.earlier_brp),
        municipalities=_municipalities(case),
        provisions=[_provision(one, case, catalogue) for one in case.provisions],
        present=frozenset(case.row.present),
        closed=case.row.closed,
        rests=[(rest.start, rest.end) for rest in _rests(case)],
    )


def _rests(case: RecordedCase) -> tuple[Rest, ...]:
    return tuple(Rest(row.start, row.reason, row.until, row.woken) for row in case.rests)


def _municipalities(case: RecordedCase) -> list[tuple[date, str]]:
    moves = [(_moved_on(line), line.data) for line in case.lines if line.what == "case.transferred"]
    if not moves:
        return [(case.row.opened, case.row.municipality)]
    return [(case.row.opened, moves[0][1]["was"]), *((day, data["municipality"]) for day, data in moves)]


def _moved_on(line: Any) -> date:
    """The day of the move; in lines of a version in which a move was one step, that of the line."""
    return date.fromisoformat(line.data["on"]) if "on" in line.data else day_of(line.at)


def _provision(recorded: RecordedProvision, case: RecordedCase, catalogue: Catalogue) -> ProvisionFacts:
    row = recorded.row
    facts = ProvisionFacts(
        key=row.key,
        needed_on=row.needed_on,
        started_on=row.started_on,
        needed_from=row.needed_from,
        due=row.due,
        breach_day=row.breach_day,
        statutory_late=[
            (date.fromisoformat(first), date.fromisoformat(ended) if ended else None)
            for first, ended in row.statutory_late.items()
        ],
        ended_on=row.ended_on,
        asked_on=row.asked_on,
        replied_on=min((r.day for r in recorded.replies if r.said in BY_COUNTER), default=None),
        cause=recorded.causes[-1].code if recorded.causes else None,
        urgent=row.urgent and row.urgent_since is None,  # as it waited: what became urgent waits no more
        outcomes=[OutcomeFact(o.name, o.day, o.without_place) for o in recorded.outcomes],
        suspensions=[(s.start, s.end, s.reason.value) for s in _stops(recorded)],
        rests=rest_spans(_rests(case), (o.day for o in recorded.outcomes)),
        waivers=[(w.dependency, w.day) for w in recorded.waivers],
        rungs=[(r.name, day_of(r.climbed)) for r in recorded.rungs if not r.taken_over],
        handed_over=row.status == Status.HANDED_OVER.value,
        taken_over=row.continues is not None,
        nights=[s.day for s in recorded.signals if s.name in catalogue.nights],
        municipality=row.municipality,
        purpose=row.purpose,
    )
    if recorded.lines:
        _add_noted(facts, recorded.lines)
    answered = {answer.rung for answer in facts.answers}
    facts.rungs_before = tuple(
        (r.name, row.needed_on) for r in recorded.rungs if r.taken_over and (r.answer is None or r.name in answered)
    )
    if (recorded.agreements or recorded.needed) and row.key in catalogue.provisions:
        agreed = tuple(Agreement(a.day, a.agreed_on) for a in recorded.agreements)
        needed = tuple(NeededFrom(n.day, n.until) for n in recorded.needed)
        provision = replace(_known(recorded), earlier_agreements=agreed, earlier_needed=needed)
        of = case.row
        place, rests = row.municipality or of.municipality, _rests(case)
        before = Case(UUID(int=0), "", place, Route.VOLUNTARY, Brp(of.brp), of.opened, rests=rests)
        situation = Situation.of(before.with_provision(provision), provision.id, catalogue)
        facts.earlier_due = [(agreed_anew, end.due) for end, agreed_anew in deadlines.earlier_dues(situation)]
    return facts


def _add_noted(facts: ProvisionFacts, lines: Sequence[Any]) -> None:
    """What has no table of its own. A reopening that undid the end of a case undid no outcome."""
    facts.reopened = [
        date.fromisoformat(line.data["on"])
        for line in lines
        if line.what == "provision.reopened" and "on" in line.data and not line.data.get("ended")
    ]
    facts.answers = [
        AnswerFact(line.data["rung"], line.data["answer"], day_of(line.at))
        for line in lines
        if line.what == "rung.answered"
    ]
    facts.submitted = [
        day_of(line.at) for line in lines if line.what == "rung.submitted" and line.data.get("submitted")
    ]


def _stops(recorded: RecordedProvision) -> Sequence[Stop]:
    return _known(recorded).stops if recorded.suspensions else ()


def _known(recorded: RecordedProvision) -> Provision:
    """What the domain's dates of a provision depend on; nothing else is filled in."""
    row = recorded.row
    return Provision(
        row.key,
        needed_on=row.needed_on,
        status=Status.WAITING,
        needed_from=row.needed_from,
        agreed=row.agreed,
        agreed_on=row.agreed_on,
        started_on=row.started_on,
        suspensions=tuple(Suspension(s.start, s.until, Reason(s.reason), s.resumed) for s in recorded.suspensions),
        outcomes=tuple(Outcome(OutcomeName(o.name), o.day, o.recorded) for o in recorded.outcomes),
    )
