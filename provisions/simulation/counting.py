"""What happened in a simulated life, as the report counts it."""

from provisions.domain import deadlines
from provisions.domain.calendar import day_of
from provisions.domain.case import ProvisionKey
from provisions.domain.deadlines import Situation
from provisions.domain.figures.facts import AnswerFact, CaseFacts, OutcomeFact, ProvisionFacts
from provisions.simulation.life import Life


def facts_of(life: Life) -> CaseFacts:
    """The facts of a life that was lived."""
    case = life.case
    return CaseFacts(
        brp=case.brp_known,
        municipalities=[(case.opened, case.municipality)],
        provisions=[_provision(life, key) for key in case.provisions],
        present=case.present,
    )


def _provision(life: Life, key: ProvisionKey) -> ProvisionFacts:
    situation = Situation.of(life.case, key, life.catalogue)
    p = situation.provision
    end = deadlines.due(situation)
    noted = [(day_of(at), line) for at, line in life.record if line.key == key]
    return ProvisionFacts(
        key=key.key,
        needed_on=p.needed_on,
        started_on=p.started_on,
        needed_from=p.needed_from,
        due=end.due if end else None,
        breach_day=deadlines.breach_day(situation),
        statutory_late=list(deadlines.statutory_late(situation)),
        asked_on=p.asked_on,
        cause=p.cause,
        urgent=p.urgent and p.urgent_since is None,
        outcomes=[OutcomeFact(o.name.value, o.on, o.without_place) for o in p.outcomes],
        suspensions=[(s.start, s.end, s.reason.value) for s in p.stops],
        waivers=[(w.dependency, w.on) for w in p.waivers],
        rungs=[(r.name.value, day_of(r.climbed)) for r in p.rungs],
        answers=[
            AnswerFact(str(line.data["rung"]), str(line.data["answer"]), day)
            for day, line in noted
            if line.what == "rung.answered"
        ],
        submitted=[day for day, line in noted if line.what == "rung.submitted" and line.data["submitted"]],
    )
