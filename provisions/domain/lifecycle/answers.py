"""What the tables answered, and what went to the national desk (domain.md, "The ladder")."""

from dataclasses import replace

from provisions.domain import dutch
from provisions.domain.case import Answer, Case, Provision, ProvisionKey, Rung
from provisions.domain.errors import InvalidInput, NotAllowed
from provisions.domain.lifecycle.causes import note_cause
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, already_closed, provision_of
from provisions.domain.lifecycle.telling import tell_answer
from provisions.domain.messages import MessageKind
from provisions.domain.rungs import RungName


def answer(
    case: Case, key: ProvisionKey, rung: RungName, given: Answer, moment: Moment, cause: str | None = None
) -> Decision:
    """What a table answered, and why it is not there yet (a code) where that was said."""
    provision = provision_of(case, key)
    if not rung.kind.is_table:
        raise InvalidInput("De herinnering aan de regisseur is geen tafel en geeft geen antwoord. Kies een tafel.")
    climbed = _climbed(case, provision, rung)
    draft = Draft(case, moment)
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


def submit(case: Case, key: ProvisionKey, submitted: bool, reason: str, moment: Moment) -> Decision:
    """A person decides whether the case goes to the national desk; only then the submission goes out (the ladder, rung 4)."""
    provision = provision_of(case, key)
    climbed = _climbed(case, provision, RungName.MAATWERKLOKET)
    if climbed.submitted:
        raise NotAllowed(f"'{key}' in traject {case.reference} is al ingediend bij het landelijk Maatwerkloket.")
    if not provision.status.is_open:
        raise NotAllowed(already_closed(case, provision))
    draft = Draft(case, moment)
    _change_rung(draft, provision, replace(climbed, submitted=submitted))
    message = draft.send(MessageKind.SUBMISSION, key) if submitted else None
    words_ = (
        "ingediend bij het landelijk Maatwerkloket" if submitted else "niet ingediend bij het landelijk Maatwerkloket"
    )
    draft.note("rung.submitted", words_, key, note=reason, submitted=submitted, message=message)
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
