"""A case and its provisions as what something is asked about, and what of them somebody sees."""

from collections.abc import Mapping
from datetime import date, timedelta

from provisions.access.rights import Rights, Subject, UseCase
from provisions.access.roles import Actor
from provisions.domain import ladder
from provisions.domain.case import Case, Provision, ProvisionKey
from provisions.domain.deadlines import Situation
from provisions.domain.rules import Catalogue
from provisions.domain.rungs import RungName
from provisions.domain.warnings import waits_for_desk

READS_ON = timedelta(weeks=13)


def seen_of(
    case: Case, subjects: Mapping[ProvisionKey, Subject], actor: Actor, rights: Rights, today: date
) -> frozenset[ProvisionKey]:
    """Which provisions of ``case`` somebody sees on ``today``. ``subjects``: each of them, as a right is about it.

    All of them in the municipality of the case, and in the one that it is being handed over to. The municipality that handed
    it over reads its own rounds for thirteen weeks.
    """
    if sees_whole(case, actor, rights):
        return frozenset(subjects)
    before = _handed_over_by(case, today)
    reads_on = before is not None and bool(rights.may(actor, UseCase.SEE_CASE, Subject(before)))
    return frozenset(
        key
        for key, subject in subjects.items()
        if rights.may(actor, UseCase.SEE_CASE, subject) or (reads_on and case.provisions[key].municipality == before)
    )


def sees_whole(case: Case, actor: Actor, rights: Rights) -> bool:
    """Whether somebody sees the case and not only some of its provisions."""
    return may_with_whole(UseCase.SEE_CASE, case, actor, rights)


def may_with_whole(use_case: UseCase, case: Case, actor: Actor, rights: Rights) -> bool:
    """Whether somebody may do this with the case as a whole, here or in the municipality that it is being handed over to."""
    pending = case.handover_pending
    places = (case.municipality, *((pending.to,) if pending else ()))
    return any(rights.may(actor, use_case, Subject(place)) for place in places)


def _handed_over_by(case: Case, today: date) -> str | None:
    """The municipality that handed the case over less than thirteen weeks ago."""
    last = case.handover
    if last is None or last.accepted is None or today >= last.accepted + READS_ON:
        return None
    return last.was


def subject_of(case: Case, provision: Provision, lies_with: str | None) -> Subject:
    """``lies_with``: with whom it lies, as ``ladder.lies_with`` says."""
    waits = any(r.name.kind.is_judged and r.submitted is None for r in provision.rungs) or waits_for_desk(provision)
    return Subject(case.municipality, with_table=lies_with in _TABLES, to_judge=provision.status.is_open and waits)


def found_in(case: Case, provision: Provision, catalogue: Catalogue) -> Subject:
    """The same, with whom it lies worked out."""
    return subject_of(case, provision, ladder.lies_with(Situation.of(case, provision.id, catalogue)))


_TABLES = frozenset(rung.value for rung in RungName if rung.kind.is_table and not rung.kind.is_judged)
