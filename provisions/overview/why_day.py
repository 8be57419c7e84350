"""Why a provision is due on that day (waarom deze dag?): step by step, each with its rule, in sentences."""

from collections.abc import Iterator

from provisions.domain import deadlines, dutch
from provisions.domain.deadlines import Situation
from provisions.domain.terms import DueDate


def why_this_day(situation: Situation) -> list[str]:
    """The steps from the beginning of the clock to the due date, and what the law adds; for what has not started, why."""
    return [*_steps(situation), *_statutory(situation)]


def _steps(situation: Situation) -> Iterator[str]:
    provision, rule = situation.provision, situation.rule
    end = deadlines.due(situation)
    yield f"De belofte (handreiking {rule.guide}): {rule.promise_text.removesuffix('.')}."
    if rule.municipal and provision.agreed is None:
        yield "De handreiking noemt geen dagen. De termijn is er een van de gemeente."
    if end is None:
        yield "De klok loopt nog niet: dit wacht op iets anders. De uiterste dag volgt als het begint."
        return
    if provision.agreed is not None:
        on = f", op {dutch.dutch_date(provision.agreed_on)}" if provision.agreed_on else ""
        yield f"Er is een datum afgesproken{on}: {dutch.dutch_date(provision.agreed)}. Die telt zoals hij is."
    else:
        yield f"De klok begint op {dutch.dutch_date(end.event)}. Die dag telt zelf niet mee."
        yield f"De termijn is {end.text}: dat is tot en met {dutch.dutch_date(end.raw)}."
    if provision.urgent_since is not None:
        yield f"Sinds {dutch.dutch_date(provision.urgent_since)} heeft dit haast: de vroegste van de twee dagen telt."
    yield from _moved(situation, end)
    yield f"Zo komt de uiterste dag op {dutch.dutch_date(end.due)}. Die hele dag is nog op tijd."


def _moved(situation: Situation, end: DueDate) -> Iterator[str]:
    for skipped in end.skipped:
        yield f"{dutch.capitalised(dutch.dutch_date(skipped.date))} telde niet mee: {skipped.because}."
    for stop in situation.provision.stops:
        still = f"van {dutch.dutch_date(stop.start)} tot {dutch.dutch_date(stop.end)}"
        yield f"De klok stond stil {still}: {dutch.REASON[stop.reason]}."
    for start, until in deadlines.rests(situation):
        yield f"Het traject was uit beeld van {dutch.dutch_date(start)} tot {dutch.dutch_date(until)}."
    if end.suspended_days:
        yield f"Daardoor kwamen er {dutch.days(end.suspended_days)} bij."
    for step in end.steps:
        yield f"De dag schuift naar {dutch.dutch_date(step.date)}: {step.because} ({step.rule})."


def _statutory(situation: Situation) -> Iterator[str]:
    for term in deadlines.statutory_terms(situation):
        ended = f" Daaraan is voldaan op {dutch.dutch_date(term.ended_on)}." if term.ended_on else ""
        until = dutch.dutch_date(term.end.due)
        if term.presumed:
            yield (
                f"Daarnaast geldt vermoedelijk de wettelijke termijn van {term.rule.term} ({term.rule.article}), tot en met "
                f"{until}: geteld vanaf de dag waarop wij vroegen, want wanneer de aanvraag is ontvangen, is niet bekend."
            )
        else:
            yield (
                f"Daarnaast geldt de wettelijke termijn van {term.rule.term} ({term.rule.article}), tot en met {until}.{ended}"
            )
