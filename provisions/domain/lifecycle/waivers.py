"""Deviating from a dependency ("afwijking": start zonder …), on record with its ground (domain.md, rule 1)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from provisions.domain import dutch, graph
from provisions.domain.case import Case, Provision, ProvisionKey, Status, Waiver
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case, provision_of
from provisions.domain.lifecycle.follow_ups import plan_after
from provisions.domain.lifecycle.starting import note_start, start_what_is_ready
from provisions.domain.lifecycle.telling import tell
from provisions.domain.messages import MessageKind
from provisions.domain.rules import CodeList, Dependency, ProvisionRule, TriggerKind
from provisions.domain.rungs import RungName

OTHER, COUNTER_DECIDED = "other", "counter_decided"


def waive(
    case: Case, key: ProvisionKey, dependency: str, ground: str, moment: Moment, on: date, because: str = OTHER
) -> Decision:
    """Start without one of the dependencies ("afwijking"), on record with its ground and ``because``, a code."""
    must_be_open_case(case)
    provision = provision_of(case, key)
    draft = Draft(case, moment)
    rule = draft.rule(key)
    found = dependency_of(rule, graph.needed(rule, case, provision), dependency)
    if provision.status is not Status.BLOCKED:
        raise NotAllowed(
            f"'{key}' in traject {case.reference} wacht nergens meer op (stand: {dutch.STATUS[provision.status]}); "
            "afwijken is niet nodig."
        )
    if graph.met_on(found, case, provision) is not None:
        raise NotAllowed(
            f"'{key}' in traject {case.reference} wacht niet meer op '{found}': dat is er al of er is al van afgeweken."
        )
    not_before(f"Afwijken voor '{key}'", on, (provision.needed_on, "de dag waarop het nodig werd"))
    waiver = Waiver(str(found), on, known_code(because, moment))
    draft.decided()
    draft.case = case.with_provision(replace(provision, waivers=(*provision.waivers, waiver)))
    note_waiver(draft, key, waiver, ground)
    start_what_is_ready(draft)
    return draft.done()


def decided_by_counter(draft: Draft, key: ProvisionKey, day: date) -> Provision:
    """The counter decided on the application on ``day``, whatever was still waited for: it starts that day, with a waiver for
    what was not there yet. Nobody need be told to go on.
    """
    provision = draft.case.provisions[key]
    needed = graph.needed(draft.rule(key), draft.case, provision)
    missing = [d for d in needed if (met := graph.met_on(d, draft.case, provision)) is None or met > day]
    waivers = tuple(Waiver(str(d), day, COUNTER_DECIDED) for d in missing if not provision.waived(str(d)))
    started = replace(provision, status=Status.WAITING, started_on=day, waivers=(*provision.waivers, *waivers))
    draft.change(started)
    for waiver in waivers:
        note_waiver(draft, key, waiver, None)
    note_start(draft, key, day)
    return draft.case.provisions[key]


def find_dependency(needed: Sequence[Dependency], text: str) -> Dependency | None:
    """Which of those that are ``needed`` is meant; one side of an ``a|b`` will do."""
    wanted = {part.strip() for part in text.split("|")}
    return next((dependency for dependency in needed if wanted <= set(dependency.alternatives)), None)


def dependency_of(rule: ProvisionRule, needed: Sequence[Dependency], text: str) -> Dependency:
    """As :func:`find_dependency`. Raises ``InvalidInput`` when it is none of them."""
    found = find_dependency(needed, text)
    if found is None:
        raise InvalidInput(no_such_dependency(rule, needed, text))
    return found


def no_such_dependency(rule: ProvisionRule, needed: Sequence[Dependency], text: str) -> str:
    """That ``rule`` does not wait for what was named, and for what it does."""
    known = [f"'{d}'" for d in needed]
    which = f"wel op {dutch.listed(known)}" if known else "op niets"
    return f"'{rule.key}' wacht niet op '{text}'; {which}. Kies een voorwaarde waarop de voorziening echt wacht."


def twice(key: str, dependency: str) -> str:
    """That one waiver of ``dependency`` is enough."""
    return f"Van de voorwaarde '{dependency}' van '{key}' wordt twee keer afgeweken. Een keer is genoeg."


def known_code(code: str, moment: Moment) -> str:
    """The code of a waiver. Raises ``InvalidInput`` for one that the catalogue does not have."""
    codes = moment.catalogue.codes[CodeList.WAIVER]
    if code not in codes:
        raise InvalidInput(f"'{code}' is geen reden voor een afwijking. Kies uit: {', '.join(codes)}.")
    return code


def note_waiver(draft: Draft, key: ProvisionKey, waiver: Waiver, ground: str | None) -> None:
    """On record, with its ground (free text); what is to be done after a waiver is planned."""
    draft.note(
        "provision.waived",
        f"start zonder {draft.named(waiver.dependency)} (afwijking, bewijslast achteraf)",
        key,
        note=ground,
        dependency=waiver.dependency,
        code=waiver.code,
        on=waiver.on.isoformat(),
    )
    plan_after(draft, key, TriggerKind.WAIVED, waiver.on, waiver.code)


def offer_waivers(draft: Draft, key: ProvisionKey) -> None:
    """When late or refused, the case director is offered the waiver for each dependent (domain.md, rule 1), once."""
    rule = draft.rule(key)
    blocked = graph.dependents(key.key, draft.case, draft.moment.catalogue.provisions)
    provision = draft.case.provisions[key]
    offered_before = provision.rung(RungName.DOORBRAAKTAFEL) is not None
    if rule.offers_waiver and blocked and not offered_before:
        tell(
            draft,
            MessageKind.WAIVER_OFFER,
            key,
            f"regisseur gewezen op afwijken voor {dutch.listed([draft.rule(key).name for key in blocked])}",
            occasion=str(len(provision.outcomes)),
            dependents=[str(key) for key in blocked],
        )
