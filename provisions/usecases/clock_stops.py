"""Stopping the clock of a provision, and letting it run again."""

from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.approvals import Act
from provisions.domain.case import Case, Suspension
from provisions.domain.errors import NotAllowed, Part
from provisions.domain.lifecycle import Decision, Via, bounds
from provisions.usecases.deciding import Deciding


class ClockStops(Deciding):
    """Suspensions ("klok stilgezet")."""

    def suspend(
        self,
        reference: str,
        key: str,
        *,
        reason: str,
        until: date,
        by: Actor,
        on: date | None = None,
        approved_by: str | None = None,
    ) -> Case:
        """Stop the clock until day ``until``, when it runs again by itself."""
        moment = self._doing(by, UseCase.SUSPEND)
        why = self._stop_reason(reason)
        if approved_by is not None and not (by.has_the_machine or by.via is Via.PREFECT):
            raise NotAllowed(f"Akkoord geeft een ander zelf, en niet wie het vraagt: {Part.ASK}.")
        approved_by = inputs.code(approved_by, f"{Part.APPROVED_BY}") if approved_by is not None else None
        if approved_by == moment.by:
            raise NotAllowed(
                f"'{approved_by}' kan niet zelf akkoord geven op wat hij of zij vraagt. Laat een ander dat doen."
            )
        asked, until = self._asked(key), bounds.planned(f"{Part.UNTIL}", until, moment.today)
        suspension = Suspension(self._on(on, moment), until, why)

        known = self._directory()

        def decide(case: Case) -> Decision:
            if approved_by is not None:
                self._may_be_second(known, approved_by, Act.LONGER_STOP, case, "hier akkoord op geven")
            return lifecycle.suspend(case, asked.of(case), suspension, moment, approved_by)

        return self._decide(reference, moment, decide, about=asked)

    def resume(self, reference: str, key: str, *, by: Actor, on: date | None = None) -> Case:
        """Let the clock run again."""
        moment = self._doing(by, UseCase.RESUME)
        asked, day = self._asked(key), self._on(on, moment)
        return self._decide(
            reference, moment, lambda case: lifecycle.resume(case, asked.of(case), moment, day), about=asked
        )
