"""A note: free text about a case or one of its provisions. Nothing follows from it."""

from provisions.domain.case import Case, ProvisionKey
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, provision_of


def note(case: Case, key: ProvisionKey | None, text: str, moment: Moment) -> Decision:
    """Somebody wrote something down, about ``key`` or about the case; also about what is closed.

    Raises ``NotFound`` for a provision that the case does not have.
    """
    if key is not None:
        provision_of(case, key)
    draft = Draft(case, moment)
    draft.note("case.noted", "notitie", key, note=text)
    return draft.done()
