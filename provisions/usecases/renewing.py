"""A new link for whoever was asked, at the address that the letter first went to: when a director hears it got lost."""

from uuid import uuid5

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.domain.answering import Asked, kinds_that_ask, question_of
from provisions.domain.case import Case, ProvisionKey
from provisions.domain.errors import NotAllowed
from provisions.domain.messages import MessageKind
from provisions.domain.questions import AskedAs, Question
from provisions.store import asked as store
from provisions.store import audit, channel, submissions
from provisions.store.asked import Sent
from provisions.store.loading import Stored
from provisions.usecases.deciding import Deciding


class Renewing(Deciding):
    """Links that are sent anew."""

    def link(self, reference: str, key: str, *, by: Actor) -> Case:
        """Send a new link to everybody who was asked about a provision and has not answered, at the first address.

        Raises ``NotAllowed`` when nobody was asked anything that waits; ``DoneBefore`` when the form that asks it did.
        """
        moment, asked = self._doing(by, UseCase.LINK), self._asked(key)
        reference = inputs.existing_reference(reference)
        with self._transaction(moment) as connection:
            stored = self._stored(connection, reference)
            self._entitle(moment, stored, asked)
            of = asked.of(stored.case)
            if moment.sent is not None:  # pressed twice at the same moment: the second waited for the case
                submissions.claim(connection, moment.sent, moment, [stored.case_id], 0)
            waiting = self._waiting(stored, of, store.sent_about(connection, stored.ids[of], _KINDS))
            if not waiting:
                reference = stored.case.reference
                raise NotAllowed(
                    f"Over '{of}' in traject {reference} wacht geen brief op antwoord. Er is geen nieuwe link verstuurd."
                )
            lines = []
            for letter, question in waiting:
                number = 1 + store.asked_anew(connection, letter.of, letter.id, MessageKind.LINK, moment.now)[0]
                message = uuid5(letter.id, f"{MessageKind.LINK.value}/{number}")
                receiver = letter.receivers[0]
                store.write_anew(connection, letter.of, letter.id, message, question.rung, receiver, number, moment.now)
                round_ = {"round": of.round} if of.round > 1 else {}
                data = {"kind": MessageKind.LINK.value, "via": by.via.value, **round_}
                because = "nieuwe link gestuurd naar het eerste adres"
                lines.append(audit.Line(moment.by, "message.requested", because, stored.case_id, of.key, data, message))
            channel.notify(connection)
            audit.append(connection, lines)
        return stored.case

    @staticmethod
    def _waiting(stored: Stored, key: ProvisionKey, letters: list[Sent]) -> list[tuple[Sent, Question]]:
        """Of each who was asked the last letter, where it waits for an answer; ``letters``: the newest first."""
        found: dict[Question, Sent] = {}
        for letter in letters:
            question = question_of(MessageKind(letter.of.kind), letter.of.detail, stored.case.id, key)
            if question is None:
                continue
            asked = Asked(question, letter.of.municipality, letter.of.created)
            if question not in found and letter.receivers and asked.waits(stored.case):
                found[question] = letter
        return [(letter, question) for question, letter in found.items()]


_KINDS = tuple(
    {kind.value for asked in AskedAs for moved in (False, True) for kind in kinds_that_ask(asked, moved=moved)}
)
