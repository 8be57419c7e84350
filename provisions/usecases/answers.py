"""What escalating led to: a table's answer, and whether a provision goes to a desk."""

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain import dutch, lifecycle
from provisions.domain.case import Answer, Case, Desk
from provisions.domain.rungs import RungName
from provisions.usecases.deciding import Deciding


class Answers(Deciding):
    """Answers of the tables."""

    def answer(self, reference: str, key: str, rung: str, answer: str, *, by: Actor, cause: str | None = None) -> Case:
        """What a table answered, and why it is not there yet where that was said."""
        moment = self._doing(by, UseCase.ANSWER)
        asked, name = self._asked(key), inputs.choice(RungName, rung, "escalatiestap")
        given = inputs.choice(Answer, answer, "soort antwoord")
        code = self._cause(cause) if cause is not None else None
        return self._decide(
            reference,
            moment,
            lambda case: lifecycle.answer(case, asked.of(case), name, given, moment, code),
            about=asked,
        )

    def submit(
        self, reference: str, key: str, decision: str, *, reason: str, by: Actor, desk: str | None = None
    ) -> Case:
        """Whether a provision goes to a desk (``submitted``) or not (``not_submitted``). ``desk``: the national one or the
        region's central one; need not be said where only one of them waits.
        """
        moment = self._doing(by, UseCase.SUBMIT)
        asked = self._asked(key)
        submitted = inputs.known(decision, dutch.DECISION, "beslissing", dutch.DECISION) == "submitted"
        text = inputs.free_text(reason, "de reden")
        which = None if desk is None else inputs.choice(Desk, desk, "loket")
        return self._decide(
            reference,
            moment,
            lambda case: lifecycle.submit(case, asked.of(case), submitted, text, moment, which),
            about=asked,
        )
