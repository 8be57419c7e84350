"""What became of a provision: one at a time, or as a counter sends them, all or none."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, Refused, SeveralRefused
from provisions.domain.lifecycle import Decision, Moment
from provisions.domain.privacy import refuse_identifying
from provisions.domain.rules import OutcomeName
from provisions.store import loading
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Deciding
from provisions.usecases.entitled import Unentitled, no_such


@dataclass(frozen=True)
class OutcomeReport:
    """What became of one provision, as a counter says it. Key and outcome are still text; the day is parsed."""

    reference: str
    key: str
    outcome: str
    on: date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    note: str | None = None
    cause: str | None = None


class Outcomes(Deciding):
    """Outcomes, and opening again what was closed by mistake."""

    def record_outcome(
        self,
        reference: str,
        key: str,
        outcome: str,
        *,
        by: Actor,
        on: date | None = None,
        fields: Mapping[str, str] | None = None,
        note: str | None = None,
        cause: str | None = None,
        form: str | None = None,
    ) -> Case:
        """Record what became of a provision. ``form``: the key of the form that was filled in, by which it is known again."""
        moment = replace(self._doing(by, UseCase.OUTCOME), form=form)
        decide = self._outcome(OutcomeReport(reference, key, outcome, on, fields or {}, note, cause), moment)
        return self._decide(reference, moment, decide, about=self._asked(key))

    @tried_again
    def record_outcomes(self, reports: Sequence[OutcomeReport], *, by: Actor) -> list[Case]:
        """Record what became of many provisions, in this order, all or none. Returns the cases as they become.

        Raises ``SeveralRefused`` with every report that is not allowed.
        """
        moment = self._doing(by, UseCase.OUTCOME)
        faults: list[tuple[int, Refused]] = []
        unentitled: Unentitled | None = None
        with self._transaction(moment) as connection:
            references = sorted(set(_references(reports)))
            stored = loading.load_by_reference(connection, references)
            decided: dict[str, Decision] = {}
            for place, report in enumerate(reports):
                try:
                    reference, decide = inputs.existing_reference(report.reference), self._outcome(report, moment)
                    if reference not in stored:
                        raise no_such(reference, self._config)
                    self._entitle(moment, stored[reference], self._asked(report.key))
                    before = decided.get(reference, Decision(stored[reference].case))
                    decided[reference] = before.then(decide(before.case))
                except Refused as fault:
                    faults.append((place, fault))
                except Unentitled as fault:
                    faults.append((place, fault.said))
                    unentitled = unentitled or fault
            if faults:
                refusal = SeveralRefused(faults)
                raise Unentitled(refusal, unentitled.case_id) if unentitled else refusal
            write(connection, [Change(stored[reference], decision, moment) for reference, decision in decided.items()])
        return [decision.case for decision in decided.values()]

    def _outcome(self, report: OutcomeReport, moment: Moment) -> Callable[[Case], Decision]:
        name = inputs.choice(OutcomeName, report.outcome, "uitkomst")
        asked, day = self._asked(report.key), self._on(report.on, moment)
        text = inputs.free_text(report.note, "de notitie") if report.note is not None else None
        values = {
            refuse_identifying(field, "een veld"): refuse_identifying(value, "een veld")
            for field, value in report.fields.items()
        }
        cause = self._cause(report.cause) if report.cause is not None else None
        return lambda case: lifecycle.record_outcome(case, asked.of(case), name, moment, day, values, text, cause)

    def reopen(self, reference: str, key: str, *, reason: str, by: Actor, on: date | None = None) -> Case:
        """Reopen a closed provision; its old clock runs on."""
        moment = self._doing(by, UseCase.REOPEN)
        text = inputs.free_text(reason, "de reden")
        asked, day = self._asked(key), self._on(on, moment)
        return self._decide(
            reference, moment, lambda case: lifecycle.reopen(case, asked.of(case), moment, day, text), about=asked
        )


def _references(reports: Iterable[OutcomeReport]) -> Iterator[str]:
    """The references that can be looked up; the others are refused with what else is wrong."""
    for report in reports:
        with suppress(InvalidInput):
            yield inputs.existing_reference(report.reference)
