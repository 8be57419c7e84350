"""Whose case it is."""

from collections.abc import Sequence

from provisions import inputs
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, Part
from provisions.store import loading
from provisions.store.writing import Change, write
from provisions.usecases.again import tried_again
from provisions.usecases.deciding import Deciding


class Directors(Deciding):
    """Case directors, for good."""

    @tried_again
    def assign(self, references: Sequence[str], director: str, *, by: str) -> list[Case]:
        """These cases are ``director``'s from now on: all of them, or none. In the order in which they were named.

        Raises ``NotFound`` for a case that does not exist, and what ``lifecycle.assign`` raises.
        """
        moment = self._moment(by)
        director = inputs.code(director, f"{Part.DIRECTOR}")
        named = list(dict.fromkeys(inputs.existing_reference(reference) for reference in references))
        if not named:
            raise InvalidInput("Noem ten minste een traject dat een andere regisseur krijgt.")
        with self._engine.begin() as connection:
            stored = loading.load_by_reference(connection, named)
            changes = []
            for reference in named:
                if reference not in stored:
                    raise inputs.no_such_case(reference, self._config.organisation.reference_pattern)
                case = stored[reference].case
                self._may_direct(director, case.municipality)
                changes.append(Change(stored[reference], lifecycle.assign(case, director, moment), moment))
            write(connection, changes)
        return [change.decision.case for change in changes]
