"""The client moved, or the case ends."""

from dataclasses import replace

from provisions.domain import words
from provisions.domain.case import Case, Status
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case


def transfer(case: Case, municipality: str, moment: Moment) -> Decision:
    """The client moved: what is open is handed over and asked of the new municipality's counters. Clocks run on."""
    must_be_open_case(case)
    if municipality == case.municipality:
        raise NotAllowed(f"Traject {case.reference} ligt al bij {municipality}.")
    draft = Draft(replace(case, municipality=municipality), moment)
    draft.note(
        "case.transferred",
        f"overgedragen van {case.municipality} naar {municipality}",
        was=case.municipality,
        municipality=municipality,
    )
    occasion = moment.now.isoformat()
    for provision in case.provisions.values():
        if not provision.status.is_open or not provision.asked:
            continue
        handover = draft.send("handover", provision.key, occasion=occasion, to=case.municipality)
        draft.note(
            "message.requested",
            f"loket in {case.municipality} laten weten dat de aanvraag overgaat",
            provision.key,
            message=handover,
            kind="handover",
        )
        kind = "application" if provision.status is Status.BLOCKED else "request"
        request = draft.send(kind, provision.key, occasion=occasion)
        draft.note(
            "message.requested", f"gevraagd aan het loket in {municipality}", provision.key, message=request, kind=kind
        )
        if provision.started_on is not None:
            draft.faces.add(provision.key)
    return draft.done()


def close(case: Case, moment: Moment) -> Decision:
    """End a case. Raises ``NotAllowed`` while provisions are open."""
    must_be_open_case(case)
    still_open = [p for p in case.provisions.values() if p.status.is_open]
    if still_open:
        listed = ", ".join(f"{p.key} ({words.STATUS[p.status]})" for p in still_open)
        raise NotAllowed(
            f"Traject {case.reference} heeft nog open voorzieningen: {listed}. Leg eerst van elk een uitkomst vast."
        )
    draft = Draft(replace(case, closed=moment.today), moment)
    draft.note("case.closed", f"traject afgesloten op {words.dutch_date(moment.today)}", on=moment.today.isoformat())
    return draft.done()
