"""A client is taken in, or needs one more provision (domain.md, rule 1)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from provisions.domain import dutch, graph
from provisions.domain.case import Case, Provision, Status, Waiver
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.case_facts import note_number, refuse_unknown
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, Need, must_be_awake, must_be_open_case
from provisions.domain.lifecycle.starting import apply_at_intake, note_blocked, start_what_is_ready
from provisions.domain.lifecycle.waivers import (
    OTHER,
    dependency_of,
    find_dependency,
    known_code,
    no_such_dependency,
    note_waiver,
    twice,
)
from provisions.domain.rules import CodeList, Dependency, ProvisionRule


def open_case(case: Case, needs: Iterable[Need], moment: Moment) -> Decision:
    """Start a client's case (traject). ``case`` has no provisions yet; ``case.opened`` is the day of intake.

    Raises ``InvalidInput`` with one line a fault.
    """
    refuse_unknown(case, moment)
    draft = Draft(case, moment)
    draft.is_intake = True
    draft.note(
        "case.opened",
        f"traject gestart op {dutch.dutch_date(case.opened)} in {case.municipality}",
        opened=case.opened.isoformat(),
        municipality=case.municipality,
        brp=case.brp.value,
        present=sorted(case.present),
        director=case.director,
        living=case.living,
        losing_place=case.losing_place,
        wlz=case.wlz,
        contact=case.contact,
    )
    if case.own_number is not None:
        note_number(draft, None, case.own_number)
    add_needs(draft, tuple(needs), case.opened)
    return draft.done()


def add(case: Case, needs: Iterable[Need], moment: Moment, on: date) -> Decision:
    """One or more other provisions are needed. What was present and is needed again is no longer present."""
    must_be_open_case(case)
    must_be_awake(case, moment)
    needs = tuple(needs)
    not_before("Een voorziening toevoegen", on, (case.opened, f"de start van traject {case.reference}"))
    for need in needs:
        if existing := case.latest(need.key):
            remedy = (
                ""
                if existing.status.is_open
                else f" Was dat een vergissing: {Part.REOPEN.of(case.reference, need.key)}."
            )
            raise NotAllowed(
                f"Traject {case.reference} heeft '{need.key}' al; de stand is: {dutch.STATUS[existing.status]}.{remedy}"
            )
    draft = Draft(replace(case, present=case.present - {need.key for need in needs}), moment)
    add_needs(draft, needs, on)
    return draft.done()


def add_needs(draft: Draft, needs: tuple[Need, ...], on: date) -> None:
    """These are needed from day ``on``: each starts, or waits for another. Raises ``InvalidInput`` with every fault of all."""
    needs = tuple(_dated(draft, need, on) for need in needs)
    faults = [fault for need in needs for fault in _faults(need, needs, draft, on)]
    if faults:
        raise InvalidInput(*faults)
    for need in needs:
        rule = draft.rule(need.id)
        needed = _needed(rule, draft.case, need)
        waivers = tuple(
            Waiver(
                str(dependency_of(rule, needed, text)),
                on,
                known_code(need.waive_because.get(text, OTHER), draft.moment),
            )
            for text in need.waive
        )
        provision = Provision(
            need.key,
            needed_on=on,
            round=need.round,
            purpose=need.purpose,
            again=need.again,
            urgent=need.urgent,
            needed_from=need.needed_from,
            agreed=need.agreed,
            agreed_on=on if need.agreed else None,
            waivers=waivers,
            applied_on=on if rule.applies_at_intake else None,
        )
        draft.case = draft.case.with_provision(provision)
        extra = {
            name: day.isoformat()
            for name, day in (("agreed", need.agreed), ("needed_from", need.needed_from))
            if day is not None
        }
        draft.note(
            "provision.needed",
            f"{rule.name} is {_why(draft, need)}",
            need.id,
            on=on.isoformat(),
            urgent=need.urgent,
            again=need.again,
            purpose=need.purpose,
            **extra,
        )
        for waiver, ground in zip(waivers, need.waive.values(), strict=True):
            note_waiver(draft, need.id, waiver, ground)
    start_what_is_ready(draft)
    for need in needs:
        provision = draft.case.provisions[need.id]
        if provision.status is Status.BLOCKED:
            note_blocked(draft, provision)
        if provision.applied_on is not None and not provision.asked:
            apply_at_intake(draft, provision)


def _needed(rule: ProvisionRule, case: Case, need: Need) -> tuple[Dependency, ...]:
    return graph.dependencies(rule, case.brp, urgent=need.urgent, purpose=need.purpose)


def _dated(draft: Draft, need: Need, on: date) -> Need:
    """``need`` with the agreed date that its purpose has when none is given."""
    purpose = draft.rule(need.id).purpose(need.purpose)
    if need.agreed is not None or purpose is None or purpose.agreed_after is None:
        return need
    calendar = draft.moment.catalogue.calendar_of(draft.case.municipality)
    return replace(need, agreed=purpose.agreed_after.after(on, calendar))


def _why(draft: Draft, need: Need) -> str:
    if need.again is None:
        return "nodig"
    return f"opnieuw nodig: {draft.moment.catalogue.codes[CodeList.AGAIN][need.again]}"


def _faults(need: Need, needs: tuple[Need, ...], draft: Draft, on: date) -> Iterable[str]:
    rule, case = draft.rule(need.id), draft.case
    if need.again is None and need.key in case.present:
        yield f"'{need.key}' staat bij wat nodig is en bij wat er al is. Kies een van beide."
    if rule.needs_agreed_date and need.agreed is None:
        yield (
            f"'{need.key}' heeft een afgesproken datum nodig: vul die in ({Part.AGREED_FOR.of(need.key)}) "
            "of laat de voorziening weg."
        )
    if not rule.needs_agreed_date and need.agreed is not None:
        yield (
            f"'{need.key}' heeft een streeftermijn ({rule.target}); een afgesproken datum kan daar niet. "
            f"Laat {Part.AGREED_FOR.of(need.key)} weg."
        )
    if need.purpose is not None and rule.purpose(need.purpose) is None:
        known = ", ".join(p.value for p in rule.purposes) or "niets"
        yield f"'{need.purpose}' is niets waarvoor '{need.key}' kan zijn. Kies uit: {known}."
    if need.agreed is not None and need.agreed < on:
        yield f"De afgesproken datum {need.agreed.isoformat()} voor '{need.key}' ligt voor {on.isoformat()}."
    if need.needed_from is not None and not rule.needed_from:
        yield f"'{need.key}' kan niet pas vanaf een latere dag nodig zijn. Laat {Part.NEEDED_FROM_FOR.of(need.key)} weg."
    if need.needed_from is not None and need.needed_from < on:
        yield (
            f"De dag vanaf wanneer '{need.key}' nodig is ({need.needed_from.isoformat()}) ligt voor {on.isoformat()}. "
            f"Laat {Part.NEEDED_FROM} weg: dan is het meteen nodig."
        )
    if need.urgent and not rule.may_be_urgent:
        yield f"'{need.key}' kent geen spoed. Laat {Part.URGENT_FOR.of(need.key)} weg."
    waived, needed = set(), _needed(rule, case, need)
    for text in need.waive:
        dependency = find_dependency(needed, text)
        if dependency is None:
            yield no_such_dependency(rule, needed, text)
        elif str(dependency) in waived:
            yield twice(need.key, str(dependency))
        else:
            waived.add(str(dependency))
    available = {n.key for n in needs} | graph.there_or_asked(case)
    for dependency in needed:
        if str(dependency) in waived or available.intersection(dependency.alternatives):
            continue
        one = " (een van de twee is genoeg)" if len(dependency.alternatives) > 1 else ""
        yield (
            f"'{need.key}' kan pas starten na '{dependency}', maar dat is niet nodig, niet aanwezig en er is geen "
            f"afwijking{one}. Zet het bij {Part.NEED} of {Part.PRESENT}, of leg een afwijking vast: "
            f"{Part.WAIVE_FOR.of(need.key, dependency)}."
        )
