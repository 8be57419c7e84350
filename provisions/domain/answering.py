"""Which letters are answered by the link in them, how, and for how long (web.md, "Answering by link").

A question ends when it is answered, when nobody needs the answer any more, or a while after the last letter that asked it. Pure:
the moment is an argument.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from provisions.domain.case import Case, Provision, ProvisionKey, Said
from provisions.domain.messages import MessageKind
from provisions.domain.questions import AskedAs, Question
from provisions.domain.recipients import Recipient
from provisions.domain.renewals import ToTheSame
from provisions.domain.rungs import RungName

LASTS = timedelta(days=30)
RENEWALS_A_DAY = 3
CODE_LASTS = timedelta(minutes=10)
CODES_AN_HOUR = 5
TRIES = 5  # of a code


class AnswersBy(StrEnum):
    """How a receiver answers: by the link alone, with a code as well that goes to the same mailbox, or signed in."""

    LINK = "link"
    LINK_AND_CODE = "link+code"
    SIGN_IN = "sign-in"


@dataclass(frozen=True)
class Asked:
    """A question as one letter asked it, of ``municipality``. ``at``: when the letter was decided on (aware)."""

    question: Question
    municipality: str
    at: datetime

    def waits(self, case: Case) -> bool:
        """Whether it waits for an answer, as ``case`` stands."""
        provision = case.provisions.get(self.question.key)
        if provision is None or case.id != self.question.case or case.closed is not None:
            return False
        if self.question.moved:
            return provision.municipality == self.municipality != case.municipality
        if not provision.status.is_open or case.municipality_of(self.question.key) != self.municipality:
            return False
        return not self._is_answered(provision)

    def _is_answered(self, provision: Provision) -> bool:
        rung = provision.rung(self.question.rung) if self.question.rung else None
        match self.question.asked_as:
            case AskedAs.COUNTER:
                refusals = (o for o in provision.outcomes if o.name == Said.REFUSED.value and not o.undone)
                return any(refusal.recorded >= self.at for refusal in refusals)
            case AskedAs.TABLE:
                return rung is None or rung.answer is not None
            case AskedAs.OFFICER:
                return rung is None or rung.submitted is not None


def of_whom(kind: MessageKind, detail: str | None) -> tuple[AskedAs, RungName | None] | None:
    """Who answers a letter of this kind, and of which rung; ``None`` for one that asks nothing, or of somebody who works here."""
    if not kind.letter.answered:
        return None
    if kind.letter.to is Recipient.COUNTER:
        return AskedAs.COUNTER, None
    rung = ToTheSame.of(detail).rung if kind.letter.to is Recipient.THE_SAME else kind.rung(detail)
    if kind.letter.to is Recipient.THE_SAME and rung is None:
        return AskedAs.COUNTER, None
    if rung is None or not rung.kind.is_table:
        return None
    return (AskedAs.OFFICER if rung.kind.is_judged else AskedAs.TABLE), rung


def question_of(kind: MessageKind, detail: str | None, case: UUID, key: ProvisionKey) -> Question | None:
    """What a letter about a provision of a case (its random id) asks; see :func:`of_whom`."""
    found = of_whom(kind, detail)
    return None if found is None else Question(case, key, found[1], kind.letter.moved)


def kinds_that_ask(asked: AskedAs, *, moved: bool = False) -> list[MessageKind]:
    """The kinds of letters by which such a one is asked. ``moved``: of a counter, when the client moved away."""
    to = Recipient.COUNTER if asked is AskedAs.COUNTER else Recipient.RUNG
    letters = ((kind, kind.letter) for kind in MessageKind)
    return [kind for kind, letter in letters if letter.answered and letter.to is to and letter.moved is moved]
