"""What the tables answered, and what went to a desk (domain.md, "The ladder"; "What happens in a life", rule 4)."""

from dataclasses import replace

from provisions.domain import dutch
from provisions.domain.case import Answer, Case, Desk, Provision, ProvisionKey, Rung
from provisions.domain.errors import InvalidInput, NotAllowed, Part
from provisions.domain.lifecycle.causes import note_cause
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open, provision_of
from provisions.domain.lifecycle.telling import tell_answer
from provisions.domain.messages import MessageKind
from provisions.domain.rungs import RungName
from provisions.domain.warnings import AND_DAY, desk_warning, judged, waits_for_desk


def answer(
    case: Case, key: ProvisionKey, rung: RungName, given: Answer, moment: Moment, cause: str | None = None
) -> Decision:
    """What a table answered, and why it is not there yet (a code) where that was said."""
    provision = provision_of(case, key)
    if not rung.kind.is_table:
        raise InvalidInput("De herinnering aan de regisseur is geen tafel en geeft geen antwoord. Kies een tafel.")
    climbed = _climbed(case, provision, rung)
    draft = Draft(case, moment)
    draft.decided()
    _change_rung(draft, provision, replace(climbed, answer=given))
    draft.note(
        "rung.answered",
        f"antwoord van {rung.label}: {dutch.ANSWER[given]}",
        key,
        rung=rung.value,
        answer=given.value,
    )
    note_cause(draft, key, cause)
    tell_answer(draft, provision, rung)
    return draft.done()


def submit(
    case: Case, key: ProvisionKey, submitted: bool, reason: str, moment: Moment, desk: Desk | None = None
) -> Decision:
    """A person decides whether the case goes to a desk; only then the submission goes out: to the national one (the ladder,
    rung 4), or before the day to the region's central desk ("What happens in a life", rule 4). ``desk``: which of the two; need
    not be said where one of them waits.

    Raises ``InvalidInput`` when both wait, ``NotAllowed`` when it does not lie there, or was submitted.
    """
    provision = provision_of(case, key)
    if (desk or _desk(case, provision)) is Desk.CENTRAL:
        return _submit_to_central(case, provision, submitted, reason, moment)
    climbed = _climbed(case, provision, RungName.MAATWERKLOKET)
    if climbed.submitted:
        raise NotAllowed(f"'{key}' in traject {case.reference} is al ingediend bij het landelijk Maatwerkloket.")
    must_be_open(case, provision)
    draft = Draft(case, moment)
    _change_rung(draft, provision, replace(climbed, submitted=submitted))
    message = draft.send(MessageKind.SUBMISSION, key) if submitted else None
    words_ = (
        "ingediend bij het landelijk Maatwerkloket" if submitted else "niet ingediend bij het landelijk Maatwerkloket"
    )
    draft.note("rung.submitted", words_, key, note=reason, submitted=submitted, message=message)
    return draft.done()


def _desk(case: Case, provision: Provision) -> Desk:
    """The one that waits; the national one where neither does."""
    climbed, warning = provision.rung(RungName.MAATWERKLOKET), desk_warning(provision)
    if climbed is not None and climbed.submitted is None and waits_for_desk(provision):
        raise InvalidInput(
            f"'{provision.id}' in traject {case.reference} wacht op twee oordelen: over het landelijk Maatwerkloket en over het "
            f"centrale loket van de regio. Zeg welk met {Part.DESK}: {' of '.join(Desk)}.",
            about=Part.DESK,
        )
    central = waits_for_desk(provision) or (climbed is None and warning is not None)
    return Desk.CENTRAL if central else Desk.MAATWERKLOKET


def _submit_to_central(case: Case, provision: Provision, submitted: bool, reason: str, moment: Moment) -> Decision:
    warning = desk_warning(provision)
    if warning is None:
        raise NotAllowed(
            f"Over '{provision.id}' in traject {case.reference} is geen oordeel te geven voor het centrale loket van de regio. "
            "Dat kan na de voorwaarschuwing voor dat loket, als de regio er een heeft."
        )
    if warning.submitted:
        raise NotAllowed(
            f"'{provision.id}' in traject {case.reference} is al ingediend bij het centrale loket, voor de dag "
            f"{dutch.dutch_date(warning.day)}."
        )
    draft, on = Draft(case, moment), warning.day.isoformat()
    draft.change(replace(provision, warnings=judged(provision.warnings, warning.day, submitted)))
    detail = f"{warning.name}{AND_DAY}{on}"
    message = draft.send(MessageKind.CENTRAL_SUBMISSION, provision.id, detail) if submitted else None
    told = f"{'' if submitted else 'niet '}ingediend bij het centrale loket van de regio"
    draft.note("desk.submitted", told, provision.id, note=reason, submitted=submitted, day=on, message=message)
    return draft.done()


def _climbed(case: Case, provision: Provision, rung: RungName) -> Rung:
    climbed = provision.rung(rung)
    if climbed is None:
        raise NotAllowed(
            f"'{provision.key}' in traject {case.reference} is nog niet bij stap '{rung.label}'; "
            f"gezet zijn: {dutch.listed([r.name.label for r in provision.rungs]) if provision.rungs else 'geen stappen'}."
        )
    return climbed


def _change_rung(draft: Draft, provision: Provision, rung: Rung) -> None:
    draft.change(replace(provision, rungs=tuple(rung if r.name is rung.name else r for r in provision.rungs)))
