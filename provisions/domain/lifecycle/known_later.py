"""What was known at intake changes (domain.md, "What happens in a life", rule 3)."""

from dataclasses import replace
from datetime import date

from provisions.domain import deadlines, dutch, graph
from provisions.domain.case import Case, NeededFrom, Provision, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import (
    Decision,
    Draft,
    Moment,
    must_be_awake,
    must_be_open,
    must_be_open_case,
    provision_of,
)
from provisions.domain.lifecycle.starting import note_term, start_what_is_ready
from provisions.domain.lifecycle.suspension import resumed
from provisions.domain.lifecycle.telling import tell, tell_new_day
from provisions.domain.messages import MessageKind
from provisions.domain.rules import Brp, CodeList


def move(case: Case, key: ProvisionKey, needed_from: date, moment: Moment) -> Decision:
    """It is needed from another day: D is the later of the start and that day. What was broken before stays so.

    Raises ``InvalidInput`` for a provision that is needed at once, or a day before the need.
    """
    must_be_open_case(case)
    provision = _open(case, key)
    draft = Draft(case, moment)
    if not draft.rule(key).needed_from:
        raise InvalidInput(f"'{key}' kan niet pas vanaf een latere dag nodig zijn; verplaatsen kan dus niet.")
    not_before(
        f"De dag vanaf wanneer '{key}' nodig is", needed_from, (provision.needed_on, "de dag waarop het gevraagd werd")
    )
    if needed_from == (provision.needed_from or provision.needed_on):
        raise NotAllowed(
            f"'{key}' in traject {case.reference} is al nodig vanaf {needed_from.isoformat()}. Kies een andere dag."
        )
    needed_from_another_day(draft, provision, needed_from)
    return draft.done()


def needed_from_another_day(draft: Draft, provision: Provision, needed_from: date) -> None:
    """``provision``, which is open, is needed from another day; the counter hears it."""
    key, moment = provision.id, draft.moment
    was = deadlines.due(draft.situation(key))
    draft.change(with_needed_from(provision, needed_from, moment.today))
    draft.note(
        "provision.moved",
        f"nodig vanaf {dutch.dutch_date(needed_from)}",
        key,
        on=moment.today.isoformat(),
        needed_from=needed_from.isoformat(),
        was=provision.needed_from.isoformat() if provision.needed_from else None,
    )
    if provision.started_on is None:
        draft.visible.discard(key)
    note_term(draft, key)
    tell_new_day(draft, key, was.due if was else None)


def with_needed_from(provision: Provision, day: date, on: date) -> Provision:
    """``provision``, needed from ``day``, as became known on day ``on``."""
    earlier = (*provision.earlier_needed, NeededFrom(provision.needed_from, on))
    return replace(provision, needed_from=day, earlier_needed=earlier)


def urgent(case: Case, key: ProvisionKey, because: str, moment: Moment, on: date) -> Decision:
    """It became urgent on day ``on``: a stop that is running then ends, and from that day the urgent rules hold, edges included.

    Raises ``InvalidInput`` for a provision without urgent rules or an unknown code, ``NotAllowed`` when it is urgent already.
    """
    must_be_open_case(case)
    provision = _open(case, key)
    draft = Draft(case, moment)
    if not draft.rule(key).may_be_urgent:
        raise InvalidInput(f"'{key}' kent geen spoed: er zijn geen regels voor.")
    codes = moment.catalogue.codes[CodeList.URGENT]
    if because not in codes:
        raise InvalidInput(f"'{because}' is geen reden voor spoed. Kies uit: {', '.join(codes)}.")
    if provision.urgent:
        raise NotAllowed(f"'{key}' in traject {case.reference} heeft al spoed.")
    not_before(f"Spoed voor '{key}'", on, (provision.needed_on, "de dag waarop het nodig werd"))
    was = deadlines.due(draft.situation(key))
    _end_stops(draft, provision, on)
    provision = draft.case.provisions[key]
    draft.change(replace(provision, urgent=True, urgent_since=on, urgent_because=because))
    draft.note(
        "provision.urgent",
        f"met spoed sinds {dutch.dutch_date(on)}: {codes[because]}",
        key,
        on=on.isoformat(),
        code=because,
    )
    if provision.started_on is not None:
        note_term(draft, key)
        tell_new_day(draft, key, was.due if was else None)
    else:
        draft.visible.discard(key)
    start_what_is_ready(draft)
    return draft.done()


def register(case: Case, brp: Brp, moment: Moment, on: date) -> Decision:
    """It became known on day ``on`` whether the client is registered. What waited only because of that starts on that day; what
    has started keeps its start.

    Raises ``InvalidInput`` when that is not what came to be known, or for a day before what was known last, ``NotAllowed`` when
    it was known already.
    """
    must_be_open_case(case)
    must_be_awake(case, moment)
    if brp is Brp.UNKNOWN:
        raise InvalidInput(
            "Wat al bekend is over de BRP, wordt niet weer onbekend. Kies uit: registered, unregistered."
        )
    if brp is case.brp:
        raise NotAllowed(f"In traject {case.reference} staat al: {dutch.BRP[brp]}. Er is niets te veranderen.")
    since = case.brp_known[-1][0]
    not_before("De stand van de BRP", on, (since, "de dag waarop bekend werd wat er nu staat"))
    draft = Draft(with_brp(case, brp, on), moment)
    draft.note(
        "case.brp",
        f"BRP: {dutch.BRP[brp]}, sinds {dutch.dutch_date(on)} (eerst: {dutch.BRP[case.brp]})",
        on=on.isoformat(),
        brp=brp.value,
    )
    start_what_is_ready(draft)
    ask_again(draft, case)
    return draft.done()


def with_brp(case: Case, brp: Brp, on: date) -> Case:
    """``case``, of which became known on day ``on`` what the register says."""
    return replace(case, brp=brp, earlier_brp={on.isoformat(): case.brp.value} | dict(case.earlier_brp))


def ask_again(draft: Draft, before: Case) -> None:
    """What was refused while nothing was known of the register, for want of something that came only now, is asked again."""
    for provision in tuple(draft.case.provisions.values()):
        key, rule = provision.id, draft.rule(provision.id)
        there = graph.refused_too_early(rule, draft.case, provision)
        if not there or graph.refused_too_early(rule, before, before.provisions.get(key, provision)):
            continue
        names = dutch.listed([draft.named(str(d)) for d in there])
        tell(draft, MessageKind.ASKED_ANEW, key, f"opnieuw gevraagd aan het loket: er is nu {names}")


def _open(case: Case, key: ProvisionKey) -> Provision:
    provision = provision_of(case, key)
    must_be_open(case, provision)
    return provision


def _end_stops(draft: Draft, provision: Provision, on: date) -> None:
    """The stops that last on day ``on`` end then."""
    changed = resumed(provision, on)
    if changed is None:
        return
    draft.case = draft.case.with_provision(changed)
    draft.note(
        "clock.resumed", f"klok loopt weer vanaf {dutch.dutch_date(on)}: er is spoed", provision.id, on=on.isoformat()
    )
