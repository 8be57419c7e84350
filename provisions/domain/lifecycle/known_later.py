"""What was known at intake changes (domain.md, "What happens in a life", rule 3)."""

from dataclasses import replace
from datetime import date

from provisions.domain import deadlines, dutch
from provisions.domain.case import Case, NeededFrom, Provision, ProvisionKey
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import (
    Decision,
    Draft,
    Moment,
    already_closed,
    must_be_open_case,
    provision_of,
)
from provisions.domain.lifecycle.starting import note_term, start_what_is_ready
from provisions.domain.lifecycle.telling import tell_new_day
from provisions.domain.rules import CodeList


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
    return draft.done()


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


def _open(case: Case, key: ProvisionKey) -> Provision:
    provision = provision_of(case, key)
    if not provision.status.is_open:
        raise NotAllowed(already_closed(case, provision))
    return provision


def _end_stops(draft: Draft, provision: Provision, on: date) -> None:
    """The stops that last on day ``on`` end then."""
    pairs = list(zip(provision.suspensions, provision.stops, strict=True))
    running = [s for s, stop in pairs if stop.start <= on < stop.end and s.resumed_by_hand is None]
    if not running:
        return
    ended = tuple(replace(s, resumed=on) if s in running else s for s in provision.suspensions)
    draft.case = draft.case.with_provision(replace(provision, suspensions=ended))
    draft.note(
        "clock.resumed", f"klok loopt weer vanaf {dutch.dutch_date(on)}: er is spoed", provision.id, on=on.isoformat()
    )
