"""The end of a case here: it goes to another municipality, or it is closed."""

from collections.abc import Mapping
from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, Part
from provisions.domain.lifecycle import Decision
from provisions.domain.privacy import refuse_identifying
from provisions.usecases.deciding import Deciding


class Ends(Deciding):
    """Moving away and closing."""

    def transfer(self, reference: str, municipality: str, *, by: Actor, director: str | None = None) -> Case:
        """The client moved to another municipality of the region: begin a handover. ``director``: who takes the case there."""
        moment = self._doing(by, UseCase.TRANSFER)
        to = inputs.known(municipality, self._config.organisation.municipalities, "gemeente")
        who = inputs.code(director, f"{Part.DIRECTOR}") if director else None
        if who is not None:
            self._may_direct(self._directory(), who, to)
        return self._decide(reference, moment, lambda case: lifecycle.transfer(case, to, moment, who))

    def accept(self, reference: str, *, by: Actor) -> Case:
        """The new municipality takes the case over. ``by`` is one of its directors or team leads."""
        moment, known = self._doing(by, UseCase.ACCEPT), self._directory()

        def decide(case: Case) -> Decision:
            self._may_take_over(known, by, case, "deze overdracht aannemen")
            return lifecycle.accept(case, moment)

        return self._decide(reference, moment, decide)

    def decline(self, reference: str, *, because: str, by: Actor) -> Case:
        """The new municipality does not take the case over. ``because``: a code."""
        moment, known = self._doing(by, UseCase.ACCEPT), self._directory()
        why = refuse_identifying(because, "waarom de overdracht niet doorgaat")

        def decide(case: Case) -> Decision:
            self._may_take_over(known, by, case, "deze overdracht weigeren")
            return lifecycle.decline(case, why, moment)

        return self._decide(reference, moment, decide)

    def close(
        self,
        reference: str,
        *,
        by: Actor,
        reason: str = lifecycle.SETTLED,
        takeovers: Mapping[str, str] | None = None,
        on: date | None = None,
    ) -> Case:
        """End a case; what two people must see is refused here (``Approvals.ask_end``).

        ``takeovers``: who goes on with each open provision (key or ``key#round`` → a code).
        """
        moment = self._doing(by, UseCase.CLOSE)
        ending_of = self._ending(reason, takeovers, self._on(on, moment))

        def decide(case: Case) -> Decision:
            ending = ending_of(case)
            decision = lifecycle.close(case, ending, moment)
            if lifecycle.needs_approval(ending, moment):
                raise InvalidInput(
                    f"Dit einde moet een tweede persoon zien: {Part.ASK}. Tot die akkoord geeft, verandert er niets."
                )
            return decision

        return self._decide(reference, moment, decide)

    def reopen_case(self, reference: str, *, reason: str, by: Actor) -> Case:
        """The end was a mistake: what ended with the case goes on."""
        moment = self._doing(by, UseCase.REOPEN)
        text = inputs.free_text(reason, "de reden")
        return self._decide(reference, moment, lambda case: lifecycle.reopen_case(case, text, moment))
