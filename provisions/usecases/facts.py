"""What came to be known of a provision, apart from its outcome."""

from datetime import date

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import lifecycle
from provisions.domain.case import Case
from provisions.domain.lifecycle import bounds
from provisions.domain.privacy import refuse_identifying
from provisions.domain.rules import Brp, CodeList
from provisions.usecases.deciding import OWN_NUMBER, THEIR_NUMBER, Deciding


class Facts(Deciding):
    """Milestones, and what was known at intake and changes."""

    def move(self, reference: str, key: str, needed_from: date, *, by: Actor) -> Case:
        """It is needed from another day; see ``lifecycle.move``."""
        moment = self._doing(by, UseCase.MOVE)
        asked, day = self._asked(key), bounds.planned("de dag vanaf wanneer het nodig is", needed_from, moment.today)
        return self._decide(
            reference, moment, lambda case: lifecycle.move(case, asked.of(case), day, moment), about=asked
        )

    def urgent(self, reference: str, key: str, *, because: str, by: Actor, on: date | None = None) -> Case:
        """It became urgent, for a reason that is a code; see ``lifecycle.urgent``."""
        moment = self._doing(by, UseCase.URGENT)
        asked, day = self._asked(key), self._on(on, moment)
        because = refuse_identifying(because, "de reden")
        return self._decide(
            reference, moment, lambda case: lifecycle.urgent(case, asked.of(case), because, moment, day), about=asked
        )

    def brp(self, reference: str, brp: str, *, by: Actor, on: date | None = None) -> Case:
        """Whether the client is registered has become known; see ``lifecycle.register``."""
        moment = self._doing(by, UseCase.BRP)
        known, day = inputs.choice(Brp, brp, "BRP-stand"), self._on(on, moment)
        return self._decide(reference, moment, lambda case: lifecycle.register(case, known, moment, day))

    def why(self, reference: str, key: str, cause: str, *, by: Actor) -> Case:
        """Why it is not there yet; see ``lifecycle.why``."""
        moment, asked = self._doing(by, UseCase.WHY), self._asked(key)
        code = self._cause(cause)
        return self._decide(
            reference, moment, lambda case: lifecycle.why(case, asked.of(case), code, moment), about=asked
        )

    def contact(self, reference: str, code: str, *, by: Actor) -> Case:
        """How contact with the client goes; see ``lifecycle.contact``."""
        moment, known = (
            self._doing(by, UseCase.CONTACT),
            self._coded(CodeList.CONTACT, code, "hoe het contact loopt") or "",
        )
        return self._decide(reference, moment, lambda case: lifecycle.contact(case, known, moment))

    def living(
        self,
        reference: str,
        situation: str,
        *,
        by: Actor,
        losing_place: bool | None = None,
        wlz: str | None = None,
        on: date | None = None,
    ) -> Case:
        """Where the client sleeps now, or that it is still so; see ``lifecycle.living``."""
        moment = self._doing(by, UseCase.LIVING)
        day = self._on(on, moment)
        place = self._coded(CodeList.LIVING, situation, "waar de cliënt slaapt") or ""
        care = self._coded(CodeList.WLZ, wlz, "de Wlz")
        return self._decide(
            reference,
            moment,
            lambda case: lifecycle.living(case, place, moment, day, losing_place=losing_place, wlz=care),
        )

    def number(self, reference: str, number: str, *, by: Actor, key: str | None = None) -> Case:
        """What the municipality calls the case, or what the counter of ``key`` calls it; see ``lifecycle.number``."""
        moment, said = (
            self._doing(by, UseCase.NUMBER),
            inputs.number(number, OWN_NUMBER if key is None else THEIR_NUMBER),
        )
        asked = None if key is None else self._asked(key)
        return self._decide(
            reference,
            moment,
            lambda case: lifecycle.number(case, asked.of(case) if asked else None, said, moment),
            about=asked,
        )

    def milestone(self, reference: str, key: str, name: str, *, by: Actor, on: date | None = None) -> Case:
        """A dated fact that is no outcome; see ``lifecycle.milestone``."""
        moment = self._doing(by, UseCase.MILESTONE)
        asked, day = self._asked(key), self._on(on, moment)
        name = refuse_identifying(name, "de mijlpaal").strip()
        return self._decide(
            reference, moment, lambda case: lifecycle.milestone(case, asked.of(case), name, moment, day), about=asked
        )
