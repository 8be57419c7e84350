"""Notes: free text about a case or one of its provisions, from which nothing follows; and for how long they are needed."""

from dataclasses import replace

from provisions.domain.case import Case, ProvisionKey
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, provision_of


def note(case: Case, key: ProvisionKey | None, text: str, moment: Moment) -> Decision:
    """Somebody wrote something down, about ``key`` or about the case; also about what is closed.

    Raises ``NotFound`` for a provision that the case does not have.
    """
    if key is not None:
        provision_of(case, key)
    draft = Draft(case, moment, at_rest=True)
    draft.note("case.noted", "notitie", key, note=text)
    return draft.done()


def keep(case: Case, reason: str, moment: Moment) -> Decision:
    """The notes and grounds of a case are needed for another year, for a reason."""
    draft = Draft(case, moment, at_rest=True)
    draft.case = replace(draft.case, notes_kept_on=moment.today)
    draft.note("notes.kept", "notities en gronden nog een jaar nodig", note=reason, on=moment.today.isoformat())
    return draft.done()
