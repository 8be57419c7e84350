"""The client moved: another municipality takes the case over, in two steps (domain.md, "What happens in a life", rule 8)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from provisions.domain import dutch
from provisions.domain.case import Case, Handover, Provision, ProvisionKey, Status
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case
from provisions.domain.lifecycle.follow_ups import lapse
from provisions.domain.lifecycle.second import lapse_asked
from provisions.domain.lifecycle.starting import apply_at_intake, note_blocked, start, start_what_is_ready
from provisions.domain.lifecycle.tables_over import hand_tables_over
from provisions.domain.lifecycle.telling import tell
from provisions.domain.lifecycle.waivers import note_waiver
from provisions.domain.messages import MEANT_FOR, MessageKind
from provisions.domain.rules import CodeList, TriggerKind

MOVED = "moved"  # why the rounds of the new municipality are needed: a code of config
LAPSED = "lapsed"  # instead of a code, when a handover ends with its case


def transfer(case: Case, to: str, moment: Moment, director: str | None = None) -> Decision:
    """Begin a handover to municipality ``to``, as of today: the day of the move. Nothing else changes until it is accepted.

    ``director``: who will take the case there (a code), ``None`` when that is not known. Raises ``NotAllowed`` where the case is
    already, and while another handover is under way.
    """
    must_be_open_case(case)
    if to == case.municipality:
        raise NotAllowed(f"Traject {case.reference} ligt al bij {to}. Overdragen kan alleen aan een andere gemeente.")
    if (pending := case.handover_pending) is not None:
        raise NotAllowed(
            f"Traject {case.reference} wordt al overgedragen aan {pending.to}, sinds {dutch.dutch_date(pending.since)}. "
            f"Dat moet eerst klaar zijn: {Part.DECIDE_HANDOVER.of(case.reference)}."
        )
    draft = Draft(case, moment, at_rest=True)
    draft.case = replace(
        draft.case,
        handover_with=to,
        handover_director=director,
        handover_since=moment.today,
        handover_accepted=None,
    )
    draft.note(
        "case.handover",
        f"overdracht van {case.municipality} aan {to} begonnen; tot {to} haar aanneemt, ligt het traject bij beide",
        to=to,
        on=moment.today.isoformat(),
        director=director,
    )
    _tell_directors(draft, MessageKind.HANDOVER_PLAN, None, case.municipality, to)
    return draft.done()


def accept(case: Case, moment: Moment) -> Decision:
    """The new municipality takes the case over, as of the day of the move.

    What is open ends there as handed over and goes on as a round of the new municipality. Raises ``NotAllowed`` for what was not
    handed over, or was accepted already.
    """
    must_be_open_case(case)
    pending = _pending(case, "aan te nemen")
    draft = Draft(case, moment, at_rest=True)
    stays = {key: p if p.municipality else replace(p, municipality=pending.was) for key, p in case.provisions.items()}
    draft.case = replace(
        draft.case,
        municipality=pending.to,
        director=case.handover_director,
        own_number=None,  # what the municipality before called it
        handover_with=pending.was,
        handover_director=case.director,
        handover_accepted=moment.today,
        provisions=stays,
    )
    draft.note(
        "case.transferred",
        f"overgedragen van {pending.was} aan {pending.to}, met ingang van {dutch.dutch_date(pending.since)}",
        was=pending.was,
        municipality=pending.to,
        on=pending.since.isoformat(),
        accepted=moment.today.isoformat(),
        director=case.handover_director,
    )
    still_open = [p for p in stays.values() if p.status.is_open]
    taken_over = [(old, _continue(draft, old, pending)) for old in still_open]
    start_what_is_ready(draft)
    _ask_for_what_waits(draft, [key for _, key in taken_over])
    for old, key in taken_over:
        hand_tables_over(draft, old, key)
    _ask_to_go_on(draft)
    lapse_asked(draft, "het traject is overgedragen")
    _tell_directors(draft, MessageKind.HANDOVER_ACCEPTED, None, pending.was, pending.to)
    return draft.done()


def decline(case: Case, because: str, moment: Moment) -> Decision:
    """The new municipality does not take the case over: it goes on as if it had never moved. ``because``: a code of config."""
    reasons = moment.catalogue.codes[CodeList.DECLINE]
    if because not in reasons:
        raise InvalidInput(
            f"'{because}' is geen reden om een overdracht niet aan te nemen. Kies uit: {', '.join(reasons)}."
        )
    must_be_open_case(case)
    _pending(case, "te weigeren")
    draft = Draft(case, moment, at_rest=True)
    take_back(draft, because, reasons[because])
    return draft.done()


def take_back(draft: Draft, code: str, label: str) -> None:
    """A handover that is under way ends without the other municipality taking the case over; both directors hear it."""
    pending = draft.case.handover_pending
    if pending is None:
        return
    _tell_directors(draft, MessageKind.HANDOVER_DECLINED, code, pending.was)
    # Afterwards nothing of the case says who was to be director there.
    there = f"{code}{MEANT_FOR}{draft.case.handover_director}" if draft.case.handover_director else code
    _tell_directors(draft, MessageKind.HANDOVER_DECLINED, there, pending.to)
    draft.case = replace(
        draft.case, handover_with=None, handover_director=None, handover_since=None, handover_accepted=None
    )
    draft.note("case.handover_declined", f"niet overgedragen aan {pending.to}: {label}", to=pending.to, code=code)


def offered_again(case: Case, moment: Moment) -> tuple[Provision, ...]:
    """What was delivered by the municipality before and ends by moving, and was not asked for again."""
    rules = moment.catalogue.provisions
    latest = {p.key: case.latest(p.key) for p in case.provisions.values()}
    return tuple(
        p
        for p in case.provisions.values()
        if rules[p.key].ends_by_moving and p.status is Status.DELIVERED and p is latest[p.key] and p.municipality
    )


def _pending(case: Case, what: str) -> Handover:
    """The handover that is under way. Raises ``NotAllowed`` when there is none; ``what`` was tried."""
    found = case.handover
    if found is None:
        raise NotAllowed(
            f"Traject {case.reference} is niet overgedragen; er valt niets {what}. "
            f"Is de cliënt verhuisd: {Part.TRANSFER.of(case.reference)}."
        )
    if found.accepted is not None:
        raise NotAllowed(
            f"De overdracht van traject {case.reference} aan {found.to} is al aangenomen op "
            f"{dutch.dutch_date(found.accepted)}; er valt niets meer {what}."
        )
    return found


def _continue(draft: Draft, old: Provision, handover: Handover) -> ProvisionKey:
    """End a round as handed over, and make the round that continues it: nothing of it counts twice."""
    outcome = old.outcome
    known = [old.needed_on, old.started_on, outcome.on if outcome else None]
    day = max(handover.since, *(d for d in known if d is not None))
    _end_as_handed_over(draft, old, day, handover)
    key = ProvisionKey(old.key, max(p.round for p in draft.case.rounds(old.key)) + 1)
    draft.case = draft.case.with_provision(
        Provision(
            key.key,
            needed_on=day,
            round=key.round,
            purpose=old.purpose,
            again=MOVED,
            urgent=old.urgent,
            needed_from=old.needed_from if old.needed_from and old.needed_from > day else None,
            agreed=old.agreed,
            agreed_on=day if old.agreed else None,
            applied_on=day if draft.rule(key).applies_at_intake else None,
            continues=old.round,
            waivers=old.waivers,
        )
    )
    _note_need(draft, key, handover)
    for waiver in old.waivers:
        note_waiver(draft, key, waiver, None)
    if old.started_on is not None:
        # What has started stays started, whatever became of what it had waited for.
        start(draft, draft.case.provisions[key], day)
    return key


def _end_as_handed_over(draft: Draft, old: Provision, day: date, handover: Handover) -> None:
    draft.change(replace(old, status=Status.HANDED_OVER, ended_on=day))
    if old.started_on is None:
        draft.visible.discard(old.id)
    draft.note(
        "provision.handed_over",
        f"overgedragen aan {handover.to} op {dutch.dutch_date(day)}",
        old.id,
        on=day.isoformat(),
    )
    # What a refusal asks for goes on: the objection stays with the municipality that refused.
    lapsing = {rule.name for rule in draft.rule(old.id).follow_ups if rule.trigger.kind is not TriggerKind.OUTCOME}
    lapse(draft, old.id, lapsing, f"{handover.to} gaat ermee verder")
    if old.asked:
        told = f"loket in {handover.was} laten weten dat de aanvraag overgaat, en bedankt"
        tell(draft, MessageKind.HANDOVER, old.id, told)


def _note_need(draft: Draft, key: ProvisionKey, handover: Handover) -> None:
    new = draft.case.provisions[key]
    days = {"agreed": new.agreed, "needed_from": new.needed_from}
    draft.note(
        "provision.needed",
        f"{draft.rule(key).name} overgenomen van {handover.was}",
        key,
        on=new.needed_on.isoformat(),
        urgent=new.urgent,
        again=new.again,
        purpose=new.purpose,
        continues=new.continues,
        **{name: day.isoformat() for name, day in days.items() if day is not None},
    )


def _ask_for_what_waits(draft: Draft, keys: Iterable[ProvisionKey]) -> None:
    for key in keys:
        provision = draft.case.provisions[key]
        if provision.status is Status.BLOCKED:
            note_blocked(draft, provision)
        if provision.applied_on is not None and not provision.asked:
            apply_at_intake(draft, provision)


def _ask_to_go_on(draft: Draft) -> None:
    """Nothing that is paid or given stops because somebody moved, until the new municipality gives it."""
    for provision in offered_again(draft.case, draft.moment):
        if provision.asked and provision.municipality == draft.case.handover_with:
            told = "loket gevraagd door te gaan tot de nieuwe gemeente het overneemt"
            tell(draft, MessageKind.GO_ON, provision.id, told)


def _tell_directors(draft: Draft, kind: MessageKind, detail: str | None, *municipalities: str) -> None:
    """Both directors hear it. A letter belongs to a provision: here to the one that is open, or else the last."""
    provisions = tuple(draft.case.provisions.values())
    if not provisions:
        return
    about = next((p for p in provisions if p.status.is_open), provisions[-1])
    for municipality in municipalities:
        message = draft.send(kind, about.id, detail, occasion=municipality, to=municipality)
        draft.note(
            "message.requested",
            f"regisseur in {municipality} bericht gestuurd over de overdracht",
            message=message,
            kind=kind.value,
        )
