"""A case ends (domain.md, "What happens in a life", rule 10), or its end was a mistake."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, Provision, ProvisionKey, Status
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lapses import ENDED
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.case_follow_ups import lapse_for_case
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case
from provisions.domain.lifecycle.follow_ups import lapse, plan_all_again
from provisions.domain.lifecycle.handover import LAPSED, take_back
from provisions.domain.lifecycle.places import added_by
from provisions.domain.lifecycle.rest import Woken, wake_at
from provisions.domain.lifecycle.second import lapse_asked
from provisions.domain.lifecycle.telling import tell, tell_director_of_another, tell_of_end, tell_of_reopening
from provisions.domain.messages import MessageKind
from provisions.domain.rules import CodeList, EndRule

SETTLED = "settled"
NOBODY = "nobody"


@dataclass(frozen=True)
class Ending:
    """How a case ends: ``reason`` is one of ``Catalogue.ends``; ``takeovers``: who goes on with what is open (a code each)."""

    reason: str
    on: date
    takeovers: Mapping[ProvisionKey, str] = field(default_factory=dict)


def close(case: Case, ending: Ending, moment: Moment) -> Decision:
    """End a case as of day ``ending.on``. For all reasons but *settled* what is open ends with it.

    Raises ``NotAllowed`` while provisions are open and the reason does not end them, ``InvalidInput`` when it is not said who
    takes over. Whether another person must approve is told by ``needs_approval``.
    """
    must_be_open_case(case)
    not_before(f"Het einde van traject {case.reference}", ending.on, (case.opened, "de start"))
    rule = moment.catalogue.ends[ending.reason]
    still_open = tuple(p for p in case.provisions.values() if p.status.is_open)
    if still_open and not rule.ends_open:
        listed = ", ".join(f"{p.id} ({dutch.STATUS[p.status]})" for p in still_open)
        raise NotAllowed(
            f"Traject {case.reference} heeft nog open voorzieningen: {listed}. Leg eerst van elk een uitkomst vast, of zeg "
            "waarom het traject eindigt."
        )
    _check_takeovers(case, rule, still_open, ending, moment)
    draft = Draft(case, moment, at_rest=True)
    draft.decided()
    if (lasting := case.resting(moment.today)) is not None:
        wake_at(draft, max(ending.on, lasting.start), Woken.END)
    for provision in still_open:
        _end(draft, provision, ending)
    if rule.ends_open:
        for provision in case.provisions.values():
            lapse(draft, provision.id, {f.name for f in provision.follow_ups}, "het traject is afgesloten")
        lapse_for_case(draft, {f.name for f in case.follow_ups}, "het traject is afgesloten")
        lapse_asked(draft, "het traject is afgesloten")
    if still_open:
        tell_director_of_another(draft, still_open[0].id, ENDED)
    take_back(draft, LAPSED, "het traject is afgesloten")
    draft.case = replace(draft.case, closed=ending.on, end_reason=rule.name)
    draft.note(
        "case.closed",
        f"traject afgesloten op {dutch.dutch_date(ending.on)}: {rule.label}",
        on=ending.on.isoformat(),
        reason=rule.name,
    )
    return draft.done()


def needs_approval(ending: Ending, moment: Moment) -> bool:
    """Whether another person must approve this end (rules 10 and 14)."""
    return moment.catalogue.ends[ending.reason].approval or NOBODY in ending.takeovers.values()


def reopen_case(case: Case, reason: str, moment: Moment) -> Decision:
    """The end was a mistake: what ended with the case goes on as it was, with its old start and clock."""
    if case.closed is None:
        raise NotAllowed(f"Traject {case.reference} is niet afgesloten; heropenen hoeft niet.")
    draft = Draft(replace(case, closed=None, end_reason=None), moment)
    draft.note("case.reopened", "traject weer open: het einde was een vergissing", note=reason)
    for provision in tuple(case.provisions.values()):
        if provision.status is Status.ENDED and not _ended_before(case, provision, moment):
            draft.change(replace(provision, status=status_before_end(provision), ended_on=None, taken_over_by=None))
            draft.note("provision.reopened", "loopt door: het einde van het traject was een vergissing", provision.id)
            if provision.asked:
                told = "loket laten weten dat het verzoek weer geldt"
                tell(draft, MessageKind.AGAIN, provision.id, told, ENDED)
            tell_of_reopening(draft, provision.id, None)
        plan_all_again(draft, provision.id)
    return draft.done()


def _ended_before(case: Case, provision: Provision, moment: Moment) -> bool:
    """Whether it ended before the case did, because the client had a place to sleep."""
    rule = moment.catalogue.place
    return provision.key == rule.adds and any(
        place.settled_on is not None
        and added_by(case, place, rule.adds) is provision
        and provision.ended_on == max(place.settled_on, provision.needed_on)
        for place in case.places
    )


def _check_takeovers(
    case: Case, rule: EndRule, still_open: Iterable[Provision], ending: Ending, moment: Moment
) -> None:
    open_keys = [p.id for p in still_open]
    codes = moment.catalogue.codes[CodeList.TAKEOVER]
    faults = [
        f"'{key}' in traject {case.reference} is niet open; overnemen hoeft niet."
        for key in ending.takeovers
        if key not in open_keys
    ]
    faults += [
        f"'{code}' is niemand die '{key}' kan overnemen. Kies uit: {', '.join(codes)}."
        for key, code in ending.takeovers.items()
        if code not in codes
    ]
    if rule.takeover:
        missing = [str(key) for key in open_keys if key not in ending.takeovers]
        if missing:
            faults.append(
                f"Zeg van elke open voorziening wie haar overneemt ({', '.join(codes)}). Nog niet gezegd: {', '.join(missing)}."
            )
    elif ending.takeovers:
        faults.append(f"Bij een einde omdat '{rule.label}' neemt niemand iets over. Laat dat weg.")
    if faults:
        raise InvalidInput(*faults)


def _end(draft: Draft, provision: Provision, ending: Ending) -> None:
    day = max(ending.on, provision.needed_on)
    taken_over_by = ending.takeovers.get(provision.id)
    visible = provision.started_on is not None
    draft.change(replace(provision, status=Status.ENDED, ended_on=day, taken_over_by=taken_over_by))
    if not visible:
        draft.visible.discard(provision.id)
    by = ""
    if taken_over_by is not None:
        by = f"; overgenomen door {draft.moment.catalogue.codes[CodeList.TAKEOVER][taken_over_by]}"
    draft.note(
        "provision.ended",
        f"geëindigd op {dutch.dutch_date(day)}, met het traject{by}",
        provision.id,
        on=day.isoformat(),
        taken_over_by=taken_over_by,
    )
    if provision.asked:
        tell(draft, MessageKind.CANCELLED, provision.id, "loket laten weten dat onze vraag vervalt")
    tell_of_end(draft, provision, None)


def status_before_end(provision: Provision) -> Status:
    """Where a provision stood that ended with its case, and does not any more."""
    if provision.started_on is None:
        return Status.BLOCKED
    return Status.REFUSED if provision.outcome is not None else Status.WAITING
