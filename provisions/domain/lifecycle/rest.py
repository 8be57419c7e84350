"""A case at rest ("uit beeld"): the client is out of sight, so nothing of it runs (domain.md, "What happens in a life", rule 9).

Rest is recorded of the case, once. The days of it did not run for any of its provisions, so D, lateness and rungs follow anew
from the same days as everything else does (``deadlines.stopped_days``). Statutory terms and the day from which something is
needed go on; the first of them wakes the case, and else the end of thirteen weeks does.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from provisions.domain import deadlines, dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import Case, ProvisionKey, Rest, Status
from provisions.domain.deadlines import Situation
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.case_follow_ups import keep_asking, lapse_for_case, plan_for_case
from provisions.domain.lifecycle.decision import SYSTEM, Decision, Draft, Moment, must_be_open_case
from provisions.domain.lifecycle.starting import note_term
from provisions.domain.lifecycle.telling import done_by_another, tell_new_day
from provisions.domain.messages import MessageKind
from provisions.domain.rules import CaseTrigger, Catalogue, CodeList
from provisions.domain.warnings import warnings_ahead

LONGEST = timedelta(weeks=13)


class Woken(StrEnum):
    """What ends a rest."""

    STATUTORY = "statutory"  # a statutory term ends
    NEEDED_FROM = "needed_from"  # something is needed from that day
    WARNING = "warning"  # somebody is to be warned of a day that comes near
    PLACE = "place"  # the client loses the place to sleep
    LONGEST = "longest"  # thirteen weeks are over
    PERSON = "person"
    END = "end"  # the case ended

    @property
    def words(self) -> str:
        """Why, in Dutch; empty when a person said so."""
        return _WORDS.get(self, "")


_WORDS = {
    Woken.STATUTORY: "een wettelijke termijn loopt af",
    Woken.NEEDED_FROM: "er is vanaf vandaag iets nodig",
    Woken.WARNING: "er komt een dag aan waarvoor iemand moet worden gewaarschuwd",
    Woken.PLACE: "vanaf vandaag heeft de cliënt geen plek om te slapen",
    Woken.LONGEST: "de dertien weken zijn voorbij",
    Woken.END: "het traject is afgesloten",
}


def rest(case: Case, reason: str, moment: Moment, on: date) -> Decision:
    """Put a case at rest from day ``on``, or let a rest that lasts go on for another thirteen weeks.

    Who may do so is for the use case. Raises ``InvalidInput`` for a reason that is none or a day that can't be.
    """
    must_be_open_case(case)
    labels = moment.catalogue.codes[CodeList.REST]
    if reason not in labels:
        raise InvalidInput(
            f"'{reason}' is geen reden om een traject uit beeld te zetten. Kies uit: {', '.join(labels)}. "
            "Detentie en opname zijn er geen: dan is bekend waar iemand is."
        )
    lasting = case.resting(moment.today)
    if lasting is not None:
        return _go_on(case, lasting, reason, moment, on)
    last = case.rests[-1] if case.rests else None
    not_before(
        f"Traject {case.reference} uit beeld zetten",
        on,
        (case.opened, "de start van het traject"),
        (last.end if last else None, "het eind van de vorige keer"),
    )
    until, why = _wakes(case, on, moment.catalogue)
    over = until <= moment.today
    draft = Draft(case, moment)
    new = Rest(on, reason, until, until if over else None)
    before = _dues(draft)
    draft.case = replace(draft.case, rests=(*case.rests, new))
    _all_visible(draft)
    draft.note(
        "case.rested",
        f"traject uit beeld vanaf {dutch.dutch_date(on)} ({labels[reason]}), uiterlijk tot {dutch.dutch_date(until)}",
        on=on.isoformat(),
        reason=reason,
        until=until.isoformat(),
        woken=until.isoformat() if over else None,
        ends=why.value,
    )
    if over:
        _runs_again(draft, before)
        return draft.done()
    plan_for_case(draft, CaseTrigger.RESTED, on)
    keep_asking(draft)
    _tell(draft, MessageKind.RESTED, "regisseur laten weten dat het traject uit beeld is gezet", done_by_another(draft))
    return draft.done()


def _go_on(case: Case, lasting: Rest, reason: str, moment: Moment, on: date) -> Decision:
    not_before(
        f"Traject {case.reference} langer uit beeld laten",
        on,
        (lasting.start, "de dag waarop het uit beeld is gezet"),
    )
    until, why = _wakes(case, on, moment.catalogue)
    draft = Draft(case, moment, at_rest=True)
    draft.case = replace(
        case, rests=(*case.rests[:-1], replace(lasting, reason=reason, until=until)), act=draft.case.act
    )
    _all_visible(draft)
    draft.note(
        "case.rest_extended",
        f"traject blijft uit beeld, uiterlijk tot {dutch.dutch_date(until)}",
        on=on.isoformat(),
        reason=reason,
        until=until.isoformat(),
        ends=why.value,
    )
    return draft.done()


def wake(case: Case, moment: Moment, on: date) -> Decision:
    """The client is back since day ``on``: everything runs again from that day, also when it has run by itself since.

    Raises ``NotAllowed`` when the case was not at rest on that day, or somebody said before when the client was back.
    """
    lasting = case.resting(moment.today) or _ran_by_itself(case, on)
    if lasting is None:
        raise NotAllowed(f"Traject {case.reference} is niet uit beeld. Er is niets om weer te laten lopen.")
    not_before(
        f"Traject {case.reference} weer laten lopen", on, (lasting.start, "de dag waarop het uit beeld is gezet")
    )
    draft = Draft(case, moment, at_rest=True)
    wake_at(draft, on, Woken.PERSON)
    return draft.done()


def _ran_by_itself(case: Case, on: date) -> Rest | None:
    """The last rest, when it lasted on day ``on`` and nobody but the calendar ended it: what counts is the day on which somebody
    was back, not the day on which that was recorded (domain.md, rule 3), as it is for a stop.
    """
    last = case.rests[-1] if case.rests else None
    if last is None or case.closed is not None or last.end < last.until:
        return None
    return last if last.start <= on < last.until else None


def wake_by_itself(draft: Draft) -> None:
    """The day has come on which a rest ends by itself: that is noted, and everything runs again."""
    last = draft.case.rests[-1] if draft.case.rests else None
    if last is None or last.woken is not None or last.until > draft.moment.today:
        return
    _, why = _wakes(draft.case, last.start, draft.moment.catalogue)
    wake_at(draft, last.until, why)


def wake_at(draft: Draft, on: date, why: Woken) -> None:
    """The last rest ends on day ``on``."""
    *earlier, last = draft.case.rests
    before = _dues(draft, [*earlier] if last.woken is None else None)
    draft.case = replace(draft.case, rests=(*earlier, replace(last, woken=on)))
    _all_visible(draft)
    draft.note(
        "case.woken",
        f"traject niet meer uit beeld vanaf {dutch.dutch_date(on)}{f': {why.words}' if why.words else ''}",
        on=on.isoformat(),
        ends=why.value,
    )
    names = {rule.name for rule in draft.moment.catalogue.case_follow_ups if rule.trigger is CaseTrigger.RESTED}
    lapse_for_case(draft, names, "het traject is niet meer uit beeld")
    if why is Woken.END:
        return
    _runs_again(draft, before)
    told = draft.moment.by == SYSTEM or done_by_another(draft)
    _tell(draft, MessageKind.WOKEN, "regisseur laten weten dat het traject niet meer uit beeld is", told, why.value)


def wake_days(case: Case, catalogue: Catalogue) -> Iterator[tuple[date, Woken]]:
    """The days that go on while a case is at rest: the last of each statutory term, and each day from which something is
    needed, of what is open; and that on which the place to sleep is lost. A term that is presumed is none: nobody knows that it
    runs.
    """
    if (lost := case.lost_place) is not None:
        yield lost.ends, Woken.PLACE
    for key, provision in case.provisions.items():
        if not provision.status.is_open:
            continue
        for warning in warnings_ahead(Situation.of(case, key, catalogue), catalogue):
            yield day_of(warning.at), Woken.WARNING
        if provision.needed_from is not None:
            yield provision.needed_from, Woken.NEEDED_FROM
        if provision.status is not Status.REFUSED:
            for term in deadlines.statutory_terms(Situation.of(case, key, catalogue)):
                if not term.presumed and term.ended_on is None:
                    yield term.end.due, Woken.STATUTORY


def _wakes(case: Case, on: date, catalogue: Catalogue) -> tuple[date, Woken]:
    """When a rest from day ``on`` ends by itself, and why."""
    days = [(day, why) for day, why in wake_days(case, catalogue) if day > on]
    return min([(on + LONGEST, Woken.LONGEST), *days], key=lambda found: found[0])


def _dues(draft: Draft, rests: list[Rest] | None = None) -> dict[ProvisionKey, date]:
    """D of each provision that runs, as those who work on it know it: without the rest that is beginning or ending now."""
    case = draft.case if rests is None else replace(draft.case, rests=tuple(rests))
    catalogue = draft.moment.catalogue
    ends = {key: deadlines.due(Situation.of(case, key, catalogue)) for key in case.provisions}
    return {key: end.due for key, end in ends.items() if end is not None and case.provisions[key].status.is_open}


def _runs_again(draft: Draft, before: dict[ProvisionKey, date]) -> None:
    for key, was in before.items():
        end = deadlines.due(draft.situation(key))
        if end is not None and end.due != was and not deadlines.clock_stopped_for_good(draft.situation(key)):
            note_term(draft, key)
            tell_new_day(draft, key, was, director=False)


def _all_visible(draft: Draft) -> None:
    draft.visible |= {p.id for p in draft.case.provisions.values() if p.started_on is not None and p.status.is_open}


def _tell(draft: Draft, kind: MessageKind, because: str, told: bool, detail: str | None = None) -> None:
    if told:
        message = draft.send(kind, None, detail, occasion=draft.case.rests[-1].start.isoformat())
        draft.note("message.requested", because, message=message, kind=kind.value)
