# ruff: noqa: S608 - names of our own columns and tables
"""What a row says, in the words of the domain. Rows are named tuples, whoever read them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Any

from provisions.domain.case import (
    Agreement,
    Answer,
    Case,
    FollowUp,
    Outcome,
    Provision,
    ProvisionKey,
    Reason,
    Rung,
    Status,
    Suspension,
    Waiver,
)
from provisions.domain.rules import Brp, OutcomeName, Route
from provisions.domain.rungs import RungName

Children = Mapping[str, Sequence[Any]]  # what belongs to a provision, by the name of its table: lists of its columns

_COLUMNS = {
    "suspension": "id, start, until, reason, resumed",
    "waiver": "dependency, day",
    "rung": "name, due, climbed, message, answer, submitted",
    "outcome": "id, name, day, recorded, fields, undone",
    "follow_up": "id, name, due, done, lapsed, reminded",
    "agreement": "id, day, agreed_on",
}
# Everything that belongs to provisions, in one query: mostly there is little, and each query is a way there and back.
CHILDREN = " UNION ALL ".join(
    f"SELECT '{table}' AS child, provision_id, json_build_array({columns}) AS columns "
    f"FROM {table} WHERE provision_id = ANY(%(ids)s::bigint[])"
    for table, columns in _COLUMNS.items()
)
_day = date.fromisoformat
_moment = datetime.fromisoformat
_ORDER: Mapping[str, Callable[[Any], Any]] = {
    "suspension": itemgetter(0),
    "waiver": itemgetter(0),
    "rung": lambda rung: _moment(rung[2]),
    "outcome": itemgetter(0),
    "follow_up": itemgetter(0),
    "agreement": itemgetter(0),
}


def children(found: Iterable[Any]) -> dict[int, dict[str, list[Any]]]:
    """What ``CHILDREN`` found, by provision; in the order in which it was added, rungs as they were climbed."""
    by_provision: dict[int, dict[str, list[Any]]] = {}
    for row in found:
        by_provision.setdefault(row.provision_id, {}).setdefault(row.child, []).append(row.columns)
    for tables in by_provision.values():
        for table, rows in tables.items():
            rows.sort(key=_ORDER[table])
    return by_provision


def case(row: Any, provisions: Mapping[ProvisionKey, Provision]) -> Case:
    """A case from a row of ``client_case``."""
    return Case(
        id=row.uid,
        reference=row.reference,
        municipality=row.municipality,
        route=Route(row.route),
        brp=Brp(row.brp),
        opened=row.opened,
        director=row.director,
        closed=row.closed,
        end_reason=row.end_reason,
        act=row.act,
        present=frozenset(row.present),
        provisions=provisions,
    )


def key(row: Any) -> ProvisionKey:
    """Which provision of its case a row of ``provision`` is."""
    return ProvisionKey(row.key, row.round)


def provision(row: Any, children: Children) -> Provision:
    """A provision from its row and what belongs to it; a table that is not there has no rows."""
    return Provision(
        key=row.key,
        needed_on=row.needed_on,
        round=row.round,
        purpose=row.purpose,
        again=row.again,
        status=Status(row.status),
        urgent=row.urgent,
        needed_from=row.needed_from,
        agreed=row.agreed,
        agreed_on=row.agreed_on,
        applied_on=row.applied_on,
        asked=row.asked,
        started_on=row.started_on,
        reopened_on=row.reopened_on,
        breached_on=row.breached_on,
        late_noted=row.late_noted,
        ended_on=row.ended_on,
        taken_over_by=row.taken_over_by,
        suspensions=tuple(
            Suspension(_day(start), _day(until), Reason(reason), _day_or_none(resumed))
            for _, start, until, reason, resumed in children.get("suspension", ())
        ),
        waivers=tuple(Waiver(dependency, _day(day)) for dependency, day in children.get("waiver", ())),
        rungs=tuple(
            Rung(RungName(name), _moment(due), _moment(climbed), message, Answer(answer) if answer else None, submitted)
            for name, due, climbed, message, answer, submitted in children.get("rung", ())
        ),
        outcomes=tuple(
            Outcome(OutcomeName(name), _day(day), _moment(recorded), fields, undone)
            for _, name, day, recorded, fields, undone in children.get("outcome", ())
        ),
        follow_ups=tuple(
            FollowUp(name, _day(due), _day_or_none(done), lapsed, reminded)
            for _, name, due, done, lapsed, reminded in children.get("follow_up", ())
        ),
        earlier_agreements=tuple(
            Agreement(_day(day), _day(agreed_on)) for _, day, agreed_on in children.get("agreement", ())
        ),
    )


def _day_or_none(text: str | None) -> date | None:
    return None if text is None else _day(text)
