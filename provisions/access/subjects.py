"""A provision of a case as what something is asked about."""

from provisions.access.rights import Subject
from provisions.domain import ladder
from provisions.domain.case import Case, Provision
from provisions.domain.deadlines import Situation
from provisions.domain.rules import Catalogue
from provisions.domain.rungs import RungName


def subject_of(case: Case, provision: Provision, lies_with: str | None) -> Subject:
    """``lies_with``: with whom it lies, as ``ladder.lies_with`` says."""
    to_judge = provision.status.is_open and any(r.name.kind.is_judged and r.submitted is None for r in provision.rungs)
    return Subject(case.municipality, with_table=lies_with in _TABLES, to_judge=to_judge)


def found_in(case: Case, provision: Provision, catalogue: Catalogue) -> Subject:
    """The same, with whom it lies worked out."""
    return subject_of(case, provision, ladder.lies_with(Situation.of(case, provision.id, catalogue)))


_TABLES = frozenset(rung.value for rung in RungName if rung.kind.is_table and not rung.kind.is_judged)
