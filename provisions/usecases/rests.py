"""A case at rest ("uit beeld"), and back."""

from datetime import date

from provisions.access import Actor, Directory, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.errors import InvalidInput, Part
from provisions.domain.lifecycle import Decision
from provisions.usecases.deciding import Deciding


class Rests(Deciding):
    """Putting a case at rest, and having it run again."""

    def rest(self, reference: str, *, reason: str, by: Actor, on: date | None = None) -> Case:
        """Put a case at rest, or let that go on for another thirteen weeks. A team lead does; who is known to be none asks for it
        (``Approvals.ask_rest``).
        """
        moment = self._doing(by, UseCase.REST)
        why, day, known = self._rest_reason(reason), self._on(on, moment), self._directory()

        def decide(case: Case) -> Decision:
            decision = lifecycle.rest(case, why, moment, day)
            if by.has_the_machine and not self._may_put_at_rest(known, moment.by, case):
                raise InvalidInput(
                    f"Alleen een teamleider kan een traject uit beeld zetten: {Part.ASK}. "
                    "Tot die akkoord geeft, verandert er niets."
                )
            return decision

        return self._decide(reference, moment, decide)

    def wake(self, reference: str, *, by: Actor, on: date | None = None) -> Case:
        """The client is back: everything runs again."""
        moment = self._doing(by, UseCase.WAKE)
        day = self._on(on, moment)
        return self._decide(reference, moment, lambda case: lifecycle.wake(case, moment, day))

    def _may_put_at_rest(self, known: Directory, code: str, case: Case) -> bool:
        """Whether ``code`` may do so. Somebody who is not known is believed: who has the shell, has the machine."""
        held, right = known.grants(code), self._config.rights.of(UseCase.REST)
        if held is None or right is None:
            return True
        return any(grant.role in right.roles and grant.covers(case.municipality) for grant in held)
