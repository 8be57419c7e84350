"""Sending a message again, and asking a case system again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Engine

from provisions import inputs
from provisions.access import Actor, UseCase
from provisions.catalogue import Config
from provisions.domain.delivery import MessageStatus
from provisions.domain.errors import NotAllowed, Part
from provisions.outbound.follows import again_with
from provisions.store import audit, channel, loading, outbox, zaken
from provisions.store.audit import Line
from provisions.usecases.entitled import Entitlement
from provisions.views.messages import SHORTEST_ID, WORDS, Message, Messages


class Resending:
    """What is tried once more: messages, and zaken that were given up. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, messages: Messages, clock: Callable[[], datetime]) -> None:
        self._entitlement = Entitlement(engine, config, clock)
        self._messages = messages
        self._clock = clock

    def resend(self, identity: str, *, by: Actor) -> Message:
        """Send a message (again), now. It keeps its Message-ID; what it says is written anew from the case as it stands.

        Raises ``NotFound``, and ``NotAllowed`` for a message that was not needed any more.
        """
        who = inputs.code(by.code, f"{Part.BY}")
        self._must(by)
        message = self._messages.one(identity)
        with self._entitlement.transaction(by, UseCase.RESEND) as connection:
            status = MessageStatus(outbox.lock_status(connection, message.id) or MessageStatus.VOID)
            if status is MessageStatus.VOID:
                raise NotAllowed(
                    f"Bericht {str(message.id)[:SHORTEST_ID]} is niet verzonden omdat het niet meer nodig was. "
                    "Er is niets om opnieuw te versturen."
                )
            if message.reference is None and message.body is None:
                raise NotAllowed(
                    f"De tekst van bericht {str(message.id)[:SHORTEST_ID]} is vergeten, samen met een traject dat erin stond. "
                    "Er is niets om opnieuw te versturen."
                )
            # What everybody has goes to everybody again; what did not reach everybody goes only to those who have not got it.
            outbox.send_again(connection, message.id, self._clock(), everybody=status is MessageStatus.SENT)
            of_letters = again_with(connection, message.id)
            channel.notify(connection)
            owner = outbox.owner_of(connection, message.id)
            because = f"bericht opnieuw klaargezet; het was: {WORDS[status]}"
            line = Line(who, "message.resend", because, message=message.id)
            if owner is not None:
                if owner.id is not None:
                    loading.renew_run(connection, owner.id)
                loading.want_plans(connection, [owner.case_id])
                data = {"round": owner.round} if owner.round and owner.round > 1 else None
                line = replace(line, case_id=owner.case_id, key=owner.key, data=data)
            audit.append(connection, [line, *of_letters])
        return self._messages.one(str(message.id))

    def open_zaken_again(self, *, by: Actor) -> int:
        """Try once more to open (or find) the zaken that were given up; how many. Worth doing once its cause is put right."""
        who = inputs.code(by.code, f"{Part.BY}")
        self._must(by)
        with self._entitlement.transaction(by, UseCase.RESEND) as connection:
            found = zaken.try_again(connection, self._clock())
            channel.notify(connection)
            lines = [
                Line(
                    who,
                    "zaak.again",
                    "de zaak wordt opnieuw geprobeerd",
                    case_id=one.case_id,
                    key=one.key,
                    data={"round": one.round} if one.round > 1 else None,
                )
                for one in found
            ]
            audit.append(connection, lines)
        return len(found)

    def _must(self, by: Actor) -> None:
        """Before anything is looked up: whoever may not resend hears nothing of what there is."""
        with self._entitlement.noted(by, UseCase.RESEND):
            self._entitlement.must(by, UseCase.RESEND)
