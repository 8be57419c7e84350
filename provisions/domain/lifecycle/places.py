"""The place to sleep is lost, kept, or another one is found (domain.md, "What happens in a life", rule 5).

Shelter is needed from the day on which the place is lost; what else may be needed is proposed and never added. Neither the
kind of place nor why it ends is in any sentence of the record: those are codes in its data.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, Place, PlaceState, Provision, ProvisionKey, Status
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.case_facts import known_code
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, Need, must_be_awake, must_be_open_case
from provisions.domain.lifecycle.follow_ups import lapse
from provisions.domain.lifecycle.intake import add_needs
from provisions.domain.lifecycle.known_later import needed_from_another_day
from provisions.domain.lifecycle.telling import tell, tell_director_of_another, tell_of_end
from provisions.domain.messages import MessageKind
from provisions.domain.rules import Catalogue, CodeList, OutcomeName, Proposal

FOUND_KIND, FOUND_ENDS = "temporary", "term"  # of a place that was found until a day: codes of config


def place_ends(case: Case, ends: date, kind: str, because: str, moment: Moment) -> Decision:
    """The client loses the place to sleep on day ``ends``; said again of the same place it is another day, kind or why.

    Shelter is needed from that day: it is added, or is so again when it was there before; one that is open keeps its D.
    Raises ``InvalidInput`` for an unknown code or a day that is past, ``NotAllowed`` for what is on record already.
    """
    must_be_open_case(case)
    must_be_awake(case, moment)
    known_code(kind, CodeList.PLACE_KIND, "soort plek", moment)
    known_code(because, CodeList.PLACE_ENDS, "reden waarom een plek ophoudt", moment)
    _refuse_past(case, ends, moment)
    draft, lost = Draft(case, moment), case.lost_place
    known = lost if lost is not None and lost.ends >= moment.today else None
    if known is not None and (known.ends, known.kind, known.because) == (ends, kind, because):
        raise NotAllowed(
            f"In traject {case.reference} staat al dat de plek ophoudt op {ends.isoformat()}. Er is niets te veranderen."
        )
    added = _need_shelter(draft, known, ends)
    if known is None:
        _put(draft, Place(ends, kind, because, moment.today, added=added), new=True)
    else:
        _put(draft, replace(known, ends=ends, kind=kind, because=because, added=added))
    _note(draft, "place.ends", f"de plek om te slapen houdt op, op {dutch.dutch_date(ends)}", moved=known is not None)
    return draft.done()


def place_kept(case: Case, moment: Moment, until: date | None = None) -> Decision:
    """The client keeps the place: for good, or until day ``until``. What it had added ends, or moves to that day; what was open
    before keeps its own D. Raises ``NotAllowed`` when no place was to be lost.
    """
    lost = _lost(case, moment, until)
    draft = Draft(case, moment)
    if until is None:
        _settle(draft, lost, PlaceState.KEPT)
        _note(draft, "place.kept", "de plek om te slapen blijft")
        return draft.done()
    if until == lost.ends:
        raise NotAllowed(
            f"In traject {case.reference} staat al dat de plek ophoudt op {until.isoformat()}. Kies een andere dag."
        )
    _put(draft, replace(lost, ends=until, added=_need_shelter(draft, lost, until)))
    _note(draft, "place.kept", f"de plek om te slapen blijft tot {dutch.dutch_date(until)}", until=until.isoformat())
    return draft.done()


def place_found(case: Case, moment: Moment, until: date | None = None) -> Decision:
    """Another place was found: for good, or until day ``until``; as :func:`place_kept`."""
    lost = _lost(case, moment, until)
    draft = Draft(case, moment)
    if until is None:
        _settle(draft, lost, PlaceState.FOUND)
        _note(draft, "place.found", "er is een andere plek om te slapen")
        return draft.done()
    _put(draft, replace(lost, state=PlaceState.FOUND, settled_on=moment.today, added=None))
    added = _need_shelter(draft, lost, until)
    _put(draft, Place(until, FOUND_KIND, FOUND_ENDS, moment.today, added=added), new=True)
    told = f"er is een andere plek om te slapen, tot {dutch.dutch_date(until)}"
    _note(draft, "place.found", told, until=until.isoformat())
    return draft.done()


def proposals(case: Case, catalogue: Catalogue, today: date) -> tuple[Proposal, ...]:
    """What else may be asked for because the place is lost, and was not asked since that is known, in the order of config."""
    lost = case.lost_place
    if lost is None or case.closed is not None or lost.ends < today:
        return ()
    return tuple(_still(case, lost, catalogue))


def _still(case: Case, lost: Place, catalogue: Catalogue) -> Iterator[Proposal]:
    seen = set()
    for proposal in catalogue.place.proposals:
        if proposal.key in seen or (proposal.kinds and lost.kind not in proposal.kinds):
            continue
        seen.add(proposal.key)
        last = case.latest(proposal.key)
        if last is None:
            yield proposal
        elif last.status.is_open:
            if proposal.urgent and not last.urgent:
                yield proposal
        elif last.needed_on < lost.on:
            yield proposal


def _refuse_past(case: Case, ends: date, moment: Moment) -> None:
    if ends < moment.today:
        raise InvalidInput(
            f"Op {ends.isoformat()} was de plek al weg (vandaag is {moment.today.isoformat()}). Vraag meteen om een plek: "
            f"{Part.ADD.of(case.reference)}. Was die er al eerder: "
            f"{Part.AGAIN.of(case.reference, moment.catalogue.place.adds)}.",
            about=Part.ENDS,
        )


def _lost(case: Case, moment: Moment, until: date | None) -> Place:
    """The place that is to be lost, or was. Raises what keeps anything from being said about it."""
    must_be_open_case(case)
    must_be_awake(case, moment)
    lost = case.lost_place
    if lost is None:
        raise NotAllowed(
            f"In traject {case.reference} is er geen plek die ophoudt. Leg eerst vast op welke dag dat is: "
            f"{Part.PLACE_ENDS.of(case.reference)}."
        )
    if until is not None and until <= moment.today:
        raise InvalidInput(
            f"De plek blijft dan tot {until.isoformat()}, en dat is niet na vandaag ({moment.today.isoformat()}). "
            f"Kies een latere dag, of laat {Part.UNTIL} weg.",
            about=Part.UNTIL,
        )
    return lost


def _need_shelter(draft: Draft, lost: Place | None, day: date) -> int | None:
    """From ``day`` on a place is needed: the round that was added, if it is the one for this. ``None``: it was open before."""
    rule, today = draft.moment.catalogue.place, draft.moment.today
    own = added_by(draft.case, lost, rule.adds)
    if own is not None and own.status.is_open:
        if (own.needed_from or own.needed_on) != day:
            needed_from_another_day(draft, own, day)
        return lost.added if lost else None
    rounds = draft.case.rounds(rule.adds)
    if any(r.status.is_open for r in rounds):
        return None
    number = max((r.round for r in rounds), default=0) + 1
    before = rounds or rule.adds in draft.case.present
    need = Need(rule.adds, needed_from=day, round=number, again=rule.reason if before else None)
    add_needs(draft, (need,), today)
    return number


def added_by(case: Case, lost: Place | None, key: str) -> Provision | None:
    """The round of provision ``key`` that was added because of a place, as it goes on now."""
    if lost is None or lost.added is None or ProvisionKey(key, lost.added) not in case.provisions:
        return None
    return case.goes_on_as(ProvisionKey(key, lost.added))


def _settle(draft: Draft, lost: Place, state: PlaceState) -> None:
    own = added_by(draft.case, lost, draft.moment.catalogue.place.adds)
    if own is not None and own.status.is_open:
        _end(draft, own)
    _put(draft, replace(lost, state=state, settled_on=draft.moment.today))


def _end(draft: Draft, provision: Provision) -> None:
    """Nobody needs it any more, and no outcome came of it."""
    day = max(draft.moment.today, provision.needed_on)
    draft.change(replace(provision, status=Status.ENDED, ended_on=day))
    draft.note(
        "provision.no_longer_needed",
        f"niet meer nodig sinds {dutch.dutch_date(day)}",
        provision.id,
        on=day.isoformat(),
    )
    lapse(draft, provision.id, {f.name for f in provision.follow_ups}, "het is niet meer nodig")
    tell(draft, MessageKind.CANCELLED, provision.id, "loket laten weten dat onze vraag vervalt")
    tell_of_end(draft, provision, None)
    tell_director_of_another(draft, provision.id, OutcomeName.WITHDRAWN.value)


def _put(draft: Draft, place: Place, *, new: bool = False) -> None:
    kept = draft.case.places if new else draft.case.places[:-1]
    draft.case = replace(draft.case, places=(*kept, place))


def _note(draft: Draft, what: str, because: str, moved: bool | None = None, until: str | None = None) -> None:
    """One line says what became of the place, and what it is now."""
    last = draft.case.places[-1]
    draft.note(
        what,
        because,
        on=draft.moment.today.isoformat(),
        ends=last.ends.isoformat(),
        kind=last.kind,
        why=last.because,
        added=last.added,
        moved=moved,
        until=until,
    )
