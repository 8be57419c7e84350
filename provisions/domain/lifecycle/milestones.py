"""Milestones (mijlpaal): dated facts that are no outcome (domain.md, "What happens in a life", rule 2)."""

from dataclasses import replace
from datetime import date

from provisions.domain import deadlines, dutch
from provisions.domain.case import Case, Milestone, Provision, ProvisionKey
from provisions.domain.errors import InvalidInput
from provisions.domain.lifecycle.bounds import not_before
from provisions.domain.lifecycle.decision import Decision, Draft, Moment, provision_of
from provisions.domain.lifecycle.follow_ups import lapse_by_milestone, plan_after
from provisions.domain.lifecycle.starting import note_statutory
from provisions.domain.rules import TriggerKind


def milestone(case: Case, key: ProvisionKey, name: str, moment: Moment, on: date) -> Decision:
    """Something happened on day ``on``; naming it again is a correction. Also for what is closed, and in a closed case.

    Raises ``InvalidInput`` for a name that the catalogue does not have, or a day before the need.
    """
    provision = provision_of(case, key)
    draft = Draft(case, moment)
    rule = draft.rule(key).milestone(name)
    if rule is None:
        there = ", ".join(m.name for m in draft.rule(key).milestones) or "geen"
        raise InvalidInput(f"'{key}' kent geen mijlpaal '{name}'. Kies uit: {there}.")
    not_before(
        f"De mijlpaal '{name}' van '{key}'", on, (provision.needed_on, "de dag waarop de voorziening nodig werd")
    )
    was = provision.milestone(name)
    before = _statutory_ends(case, moment)
    draft.case = case.with_provision(with_milestone(provision, Milestone(name, on)))
    corrected = f" (eerst {dutch.dutch_date(was)})" if was not in (None, on) else ""
    draft.note(
        "provision.milestone",
        f"mijlpaal: {rule.title}, op {dutch.dutch_date(on)}{corrected}",
        key,
        name=name,
        on=on.isoformat(),
        corrects=was.isoformat() if was else None,
    )
    for other, end in _statutory_ends(draft.case, moment).items():
        if end != before[other]:
            note_statutory(draft, other)
    lapse_by_milestone(draft, f"{rule.title}, op {dutch.dutch_date(on)}")
    if case.closed is None:
        plan_after(draft, key, TriggerKind.MILESTONE, on, name)
    if provision.started_on is not None:
        draft.visible.add(key)
    return draft.done()


def with_milestone(provision: Provision, new: Milestone) -> Provision:
    """``provision`` with ``new``, in place of an earlier one of that name."""
    if provision.milestone(new.name) is None:
        return replace(provision, milestones=(*provision.milestones, new))
    return replace(provision, milestones=tuple(new if m.name == new.name else m for m in provision.milestones))


def _statutory_ends(case: Case, moment: Moment) -> dict[ProvisionKey, deadlines.StatutoryTerm | None]:
    return {
        key: deadlines.last_statutory(deadlines.Situation.of(case, key, moment.catalogue)) for key in case.provisions
    }
