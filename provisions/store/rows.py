"""What a row says, in the words of the domain. Rows are named tuples, whoever read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from provisions.domain.case import (
    Answer,
    Case,
    FollowUp,
    Outcome,
    Provision,
    Reason,
    Rung,
    Status,
    Suspension,
    Waiver,
)
from provisions.domain.rules import Brp, OutcomeName, Route, RungName

Children = Mapping[str, Sequence[Any]]  # the rows of a provision by the name of their table


def case(row: Any, provisions: Mapping[str, Provision]) -> Case:
    """A case from a row of ``client_case``."""
    return Case(
        reference=row.reference,
        municipality=row.municipality,
        route=Route(row.route),
        brp=Brp(row.brp),
        opened=row.opened,
        director=row.director,
        closed=row.closed,
        present=frozenset(row.present),
        provisions=provisions,
    )


def provision(row: Any, children: Children) -> Provision:
    """A provision from its row and those of its child tables; a table that is not there has no rows."""
    return Provision(
        key=row.key,
        needed_on=row.needed_on,
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
        suspensions=tuple(
            Suspension(c.start, c.until, Reason(c.reason), c.resumed) for c in children.get("suspension", ())
        ),
        waivers=tuple(Waiver(c.dependency, c.day) for c in children.get("waiver", ())),
        rungs=tuple(
            Rung(
                RungName(c.name), c.due, c.climbed, str(c.message), Answer(c.answer) if c.answer else None, c.submitted
            )
            for c in children.get("rung", ())
        ),
        outcomes=tuple(
            Outcome(OutcomeName(c.name), c.day, c.recorded, c.fields, c.undone) for c in children.get("outcome", ())
        ),
        follow_ups=tuple(FollowUp(c.name, c.due, c.done, c.lapsed, c.reminded) for c in children.get("follow_up", ())),
    )
