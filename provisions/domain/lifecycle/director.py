"""Whose case it is: another case director, for good (domain.md, "What happens in a life", rule 7)."""

from dataclasses import replace

from provisions.domain.case import Case
from provisions.domain.errors import NotAllowed
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, must_be_open_case
from provisions.domain.messages import MessageKind


def assign(case: Case, director: str, moment: Moment) -> Decision:
    """The case is ``director``'s from now on. Both hear it: whoever had it, and whoever has it now.

    Raises ``NotAllowed`` when the case is closed, or is that director's already.
    """
    must_be_open_case(case)
    if case.director == director:
        raise NotAllowed(f"'{director}' is al regisseur van traject {case.reference}.")
    draft = Draft(replace(case, director=director), moment, at_rest=True)
    draft.note("case.assigned", "een andere regisseur", director=director)
    if case.director is not None:
        _tell(draft, MessageKind.UNASSIGNED, case.director, "wie regisseur was, laten weten dat een ander het nu is")
    _tell(draft, MessageKind.ASSIGNED, director, "de nieuwe regisseur laten weten dat dit traject erbij komt")
    return draft.done()


def _tell(draft: Draft, kind: MessageKind, code: str, because: str) -> None:
    """A letter about the case as a whole."""
    draft.note("message.requested", because, message=draft.send(kind, None, code), kind=kind.value)
