"""What happened in a simulated life, as the report counts it; and what the report does not count."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from provisions.domain import deadlines
from provisions.domain.calendar import day_of
from provisions.domain.case import BY_COUNTER, Place, PlaceState, ProvisionKey, rest_spans
from provisions.domain.deadlines import Situation
from provisions.domain.figures.facts import AnswerFact, CaseFacts, OutcomeFact, ProvisionFacts
from provisions.domain.lifecycle import AuditLine
from provisions.domain.rules import OutcomeName
from provisions.simulation.life import Life

Noted = Sequence[tuple[date, AuditLine]]


class Turns(NamedTuple):
    """Counts of what happened in one life, or in many. ``rounds``: needed again; ``rests``: times out of sight.

    ``places_lost``: places to sleep of which the last day has come, ``found_in_time``: of these, where there was another by then;
    ``nights``: those without a place since. ``needless``: rungs climbed for what was done already, but nobody knew;
    ``outcomes``: of counters, known with ``unknown_days`` in all.
    """

    rounds: int = 0
    rests: int = 0
    warnings: int = 0
    places_lost: int = 0
    found_in_time: int = 0
    nights: int = 0
    needless: int = 0
    outcomes: int = 0
    unknown_days: int = 0

    def plus(self, other: "Turns") -> "Turns":
        """Both together."""
        return Turns(*(one + more for one, more in zip(self, other, strict=True)))


def turns_of(life: Life) -> Turns:
    """What else happened in a life."""
    case, end = life.case, day_of(life.end)
    lost = [place for place in case.places if place.ends < end]
    nights = [_nights(life, place, end) for place in lost]
    return Turns(
        rounds=sum(p.again is not None for p in case.provisions.values()),
        rests=len(case.rests),
        warnings=sum(line.what == "warning.given" for _, line in life.record),
        places_lost=len(lost),
        found_in_time=nights.count(0),
        nights=sum(nights),
        needless=life.known.needless,
        outcomes=len(life.known.unknown),
        unknown_days=sum(life.known.unknown),
    )


def _nights(life: Life, place: Place, end: date) -> int:
    """From the day on which the place was lost until there was another: found, or by what became of the shelter."""
    rounds = life.case.rounds(life.catalogue.place.adds)
    days = [
        o.on
        for o in (outcome for one in rounds for outcome in one.outcomes)
        if o.name is not OutcomeName.REFUSED and not o.without_place and o.on >= place.on
    ]
    if place.state is not PlaceState.ENDS and place.settled_on is not None:
        days.append(place.settled_on)
    return max(0, (min([*days, end]) - place.ends).days)


def facts_of(life: Life) -> CaseFacts:
    """The facts of a life that was lived."""
    case = life.case
    noted: defaultdict[ProvisionKey, list[tuple[date, AuditLine]]] = defaultdict(list)
    for at, line in life.record:
        if line.key is not None and line.what in ("rung.answered", "rung.submitted"):
            noted[line.key].append((day_of(at), line))
    return CaseFacts(
        brp=case.brp_known,
        municipalities=[(case.opened, case.municipality)],
        provisions=[_provision(life, key, noted[key]) for key in case.provisions],
        present=case.present,
        rests=[(rest.start, rest.end) for rest in case.rests],
    )


def _provision(life: Life, key: ProvisionKey, noted: Noted) -> ProvisionFacts:
    situation = Situation.of(life.case, key, life.catalogue)
    p = situation.provision
    end = deadlines.due(situation)
    return ProvisionFacts(
        key=key.key,
        needed_on=p.needed_on,
        started_on=p.started_on,
        needed_from=p.needed_from,
        due=end.due if end else None,
        breach_day=deadlines.breach_day(situation),
        statutory_late=list(deadlines.statutory_late(situation)),
        ended_on=p.ended_on,
        asked_on=p.asked_on,
        replied_on=min((reply.on for reply in p.replies if reply.said in BY_COUNTER), default=None),
        cause=p.cause,
        urgent=p.urgent and p.urgent_since is None,
        purpose=p.purpose,
        outcomes=[OutcomeFact(o.name.value, o.on, o.without_place) for o in p.outcomes],
        suspensions=[(s.start, s.end, s.reason.value) for s in p.stops],
        rests=rest_spans(life.case.rests, (outcome.on for outcome in p.outcomes)),
        waivers=[(w.dependency, w.on) for w in p.waivers],
        rungs=[(r.name.value, day_of(r.climbed)) for r in p.rungs],
        answers=[
            AnswerFact(str(line.data["rung"]), str(line.data["answer"]), day)
            for day, line in noted
            if line.what == "rung.answered"
        ],
        nights=[s.day for s in p.signals if s.name in life.catalogue.nights],
        submitted=[day for day, line in noted if line.what == "rung.submitted" and line.data["submitted"]],
    )
