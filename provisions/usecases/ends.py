"""The end of a case here: it goes to another municipality, or it is closed."""

from collections.abc import Mapping
from datetime import date

from provisions import inputs
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle import Decision, Ending
from provisions.domain.privacy import refuse_identifying
from provisions.usecases.deciding import Deciding


class Ends(Deciding):
    """Moving away and closing."""

    def transfer(self, reference: str, municipality: str, *, by: str) -> Case:
        """The client moved to another municipality of the region."""
        moment = self._moment(by)
        to = inputs.known(municipality, self._config.organisation.municipalities, "gemeente")
        return self._decide(reference, moment, lambda case: lifecycle.transfer(case, to, moment))

    def close(
        self,
        reference: str,
        *,
        by: str,
        reason: str = lifecycle.SETTLED,
        takeovers: Mapping[str, str] | None = None,
        on: date | None = None,
    ) -> Case:
        """End a case. ``takeovers``: who goes on with each open provision (key or ``key#round`` → a code)."""
        moment = self._moment(by)
        ends = self._config.catalogue.ends.values()
        why = inputs.known(
            reason, [end.name for end in ends], "reden van het einde", {end.name: end.label for end in ends}
        )
        day = self._on(on, moment)
        asked = {
            self._asked(key): refuse_identifying(code, "wie het overneemt") for key, code in (takeovers or {}).items()
        }

        def decide(case: Case) -> Decision:
            ending = Ending(why, day, {key.of(case): code for key, code in asked.items()})
            return lifecycle.close(case, ending, moment)

        return self._decide(reference, moment, decide)

    def reopen_case(self, reference: str, *, reason: str, by: str) -> Case:
        """The end was a mistake: what ended with the case goes on."""
        moment = self._moment(by)
        text = inputs.free_text(reason, "de reden")
        return self._decide(reference, moment, lambda case: lifecycle.reopen_case(case, text, moment))
