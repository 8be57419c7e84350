"""The client moved to another municipality of the region."""

from dataclasses import replace

from provisions.domain import deadlines, ladder
from provisions.domain.case import Case, Provision, Status
from provisions.domain.deadlines import Situation
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case
from provisions.domain.lifecycle.starting import note_term
from provisions.domain.lifecycle.telling import tell
from provisions.domain.messages import MessageKind
from provisions.domain.rungs import RungName


def transfer(case: Case, municipality: str, moment: Moment) -> Decision:
    """The client moved: what is open is handed over and asked of the new municipality's counters. Clocks run on."""
    must_be_open_case(case)
    if municipality == case.municipality:
        raise NotAllowed(f"Traject {case.reference} ligt al bij {municipality}.")
    draft = Draft(case, moment, at_rest=True)
    # What the old municipality and its counters call it says nothing to the new ones.
    moved = {
        p.id: replace(_with_breach_kept(draft, p, municipality), their_number=None) for p in case.provisions.values()
    }
    draft.case = replace(case, municipality=municipality, own_number=None, provisions=moved)
    draft.note(
        "case.transferred",
        f"overgedragen van {case.municipality} naar {municipality}",
        was=case.municipality,
        municipality=municipality,
    )
    for provision in moved.values():
        if provision.status.is_open and provision.asked:
            _hand_over(draft, provision, case.municipality)
    return draft.done()


def _with_breach_kept(draft: Draft, provision: Provision, municipality: str) -> Provision:
    """``provision`` with its breach on record, where its due date is another one by the closing days over there."""
    before = draft.situation(provision.id)
    after = replace(before, calendar=draft.moment.catalogue.calendar_of(municipality))
    end, end_there = deadlines.due(before), deadlines.due(after)
    if not provision.status.is_open or end is None or end_there is None or end.due == end_there.due:
        return provision
    broken = deadlines.breach_day(before) if deadlines.is_breached(before, draft.moment.now) else None
    return replace(provision, breached_on=broken or provision.breached_on)


def _hand_over(draft: Draft, provision: Provision, was: str) -> None:
    """The old counter hands over, the new one is asked, and so is the new table where the old one had it."""
    key, occasion = provision.id, draft.moment.now.isoformat()
    to = draft.case.municipality
    told = f"loket in {was} laten weten dat de aanvraag overgaat"
    tell(draft, MessageKind.HANDOVER, key, told, occasion=occasion, to=was)
    kind = MessageKind.APPLICATION if provision.status is Status.BLOCKED else MessageKind.REQUEST
    tell(draft, kind, key, f"gevraagd aan het loket in {to}", occasion=occasion)
    if provision.started_on is None:
        return
    draft.visible.add(key)
    before, now = (
        Situation.of(c, key, draft.moment.catalogue) for c in (replace(draft.case, municipality=was), draft.case)
    )
    end_before, end = deadlines.due(before), deadlines.due(now)
    if end_before and end and end_before.due != end.due:
        note_term(draft, key)  # other closing days
    table = ladder.table_at_work(provision)
    if table is not None:
        if not draft.moment.catalogue.has_rung(table, to):
            table = RungName.DOORBRAAKTAFEL
        told = f"{table.label} in {to} op de hoogte gebracht"
        tell(draft, MessageKind.TAKEN_OVER, key, told, table.value, occasion=occasion)
