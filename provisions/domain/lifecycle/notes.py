"""Notes: free text about a case or one of its provisions, from which nothing follows; and for how long they are needed."""

from dataclasses import replace

from provisions.domain.case import Case, ProvisionKey
from provisions.domain.lifecycle.case_follow_ups import lapse_for_case, plan_for_case, settle_asked
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, provision_of
from provisions.domain.rules import CaseTrigger, Catalogue


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
    """The notes and grounds of a case are needed for another year, for a reason. What was asked about that is then settled."""
    draft = Draft(case, moment, at_rest=True)
    draft.case = replace(draft.case, notes_kept_on=moment.today)
    settle_asked(draft, reviews(moment.catalogue), moment.today)
    draft.note("notes.kept", "notities en gronden nog een jaar nodig", note=reason, on=moment.today.isoformat())
    return draft.done()


def reviews(catalogue: Catalogue) -> frozenset[str]:
    """What asks whether notes are still needed: names of follow-ups."""
    return frozenset(rule.name for rule in catalogue.case_follow_ups if rule.trigger is CaseTrigger.NOTES_END)


def review(case: Case, moment: Moment) -> Decision:
    """Notes or grounds are forgotten soon: the director is asked whether they are still needed."""
    draft = Draft(case, moment, at_rest=True)
    plan_for_case(draft, CaseTrigger.NOTES_END, moment.today)
    return draft.done()


def end_review(case: Case, moment: Moment) -> Decision:
    """They were forgotten, or nothing is to be forgotten soon any more: nobody is asked."""
    draft = Draft(case, moment, at_rest=True)
    lapse_for_case(draft, reviews(moment.catalogue), "er wordt binnenkort niets vergeten")
    return draft.done()
