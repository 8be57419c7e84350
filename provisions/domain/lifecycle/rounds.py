"""A provision that is needed again: a new round (domain.md, "What happens in a life", rule 1)."""

from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed, NotFound, Part
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, Need, must_be_awake
from provisions.domain.lifecycle.intake import add_needs
from provisions.domain.rules import CodeList, ProvisionRule


def again(case: Case, need: Need, moment: Moment, on: date, *, anyway: bool = False) -> Decision:
    """A new round of a provision, needed from day ``on``, with its own start, clock, ladder and figures.

    ``need.again`` is why (a code); ``need.round`` is found here. What was present becomes round 1 and stays met for what waits
    for it. A case that has ended is open again with it, and what ended then stays ended (decision 0080). ``anyway``: also when
    a round began on the same day already. Raises ``NotAllowed`` while a round is open (unless the catalogue says ``several``)
    and after an end from which nobody comes back, ``NotFound`` for what was never needed.
    """
    _refuse_after_the_last(case, moment)
    must_be_awake(case, moment)
    rule, rounds = moment.catalogue.rule(need.key), case.rounds(need.key)
    if not rounds and need.key not in case.present:
        raise NotFound(
            f"Traject {case.reference} heeft '{need.key}' nog niet; opnieuw nodig kan dus niet. Wat u wel kunt doen: {Part.ADD}."
        )
    _refuse_unknown_reason(need, moment)
    _refuse_while_open(case, rule, rounds, need)
    not_before(
        f"Een nieuwe ronde van '{need.key}'",
        on,
        (case.opened, f"de start van traject {case.reference}"),
        (case.closed, f"het einde van traject {case.reference}"),
        *((r.closed_on, "het einde van de vorige ronde") for r in rounds),
    )
    if not anyway:
        _refuse_twice_on_a_day(case, rounds, on)
    number = max((r.round for r in rounds), default=0) + 1
    draft = Draft(replace(case, closed=None, end_reason=None), moment)
    if case.closed is not None:
        draft.note("case.reopened", "traject weer open, want er is iets opnieuw nodig")
    add_needs(draft, (replace(need, round=number),), on)
    return draft.done()


def round_of(case: Case, key: str, number: int | None) -> ProvisionKey:
    """Which round is meant by ``key`` alone (``number`` is ``None``) or by ``key#number``.

    By ``key`` alone the round that is open, or else the last. Raises ``InvalidInput`` when more than one is open, with their
    names, and ``NotFound`` when there is no such round.
    """
    rounds = case.rounds(key)
    if number is not None:
        if all(r.round != number for r in rounds):
            has = ", ".join(str(r.id) for r in rounds) or "geen"
            raise NotFound(f"Traject {case.reference} heeft geen ronde '{key}#{number}'. Wel: {has}.")
        return ProvisionKey(key, number)
    still_open = [r for r in rounds if r.status.is_open]
    if len(still_open) > 1:
        named = dutch.listed([f"{key}#{r.round}" + (f" ({r.purpose})" if r.purpose else "") for r in still_open])
        raise InvalidInput(f"Van '{key}' in traject {case.reference} zijn er meer open: {named}. Zeg welke.")
    if still_open:
        return still_open[0].id
    return rounds[-1].id if rounds else ProvisionKey(key)


def _refuse_after_the_last(case: Case, moment: Moment) -> None:
    end = moment.catalogue.ends.get(case.end_reason or "")
    if case.closed is not None and end is not None and not end.may_return:
        raise NotAllowed(
            f"Traject {case.reference} is afgesloten op {dutch.dutch_date(case.closed)}: {end.label}. Daarna is er niets opnieuw "
            f"nodig. Was dat einde een vergissing: {Part.REOPEN_ONE.of(case.reference)}."
        )


def _refuse_unknown_reason(need: Need, moment: Moment) -> None:
    reasons = moment.catalogue.codes[CodeList.AGAIN]
    if need.again not in reasons:
        raise InvalidInput(
            f"'{need.again}' is geen reden om '{need.key}' opnieuw te vragen. Kies uit: {', '.join(reasons)}."
        )


def _refuse_while_open(case: Case, rule: ProvisionRule, rounds: tuple[Provision, ...], need: Need) -> None:
    still_open = [r for r in rounds if r.status.is_open]
    if not still_open:
        return
    if not rule.several:
        raise NotAllowed(
            f"'{need.key}' in traject {case.reference} is nog open (stand: {dutch.STATUS[still_open[-1].status]}). Een nieuwe "
            "ronde kan pas als die klaar is."
        )
    if need.purpose is None:
        raise InvalidInput(
            f"Van '{need.key}' in traject {case.reference} is nog een ronde open. Noem {Part.PURPOSE}: "
            f"{', '.join(p.value for p in rule.purposes)}."
        )


def _refuse_twice_on_a_day(case: Case, rounds: tuple[Provision, ...], on: date) -> None:
    for earlier in rounds:
        if earlier.again is not None and earlier.needed_on == on:
            raise NotAllowed(
                f"'{earlier.key}' in traject {case.reference} kreeg op {dutch.dutch_date(on)} al een nieuwe ronde "
                f"({earlier.id}). Bedoelt u echt nog een, {Part.ANYWAY}."
            )
