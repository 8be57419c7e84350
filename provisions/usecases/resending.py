"""Sending a message again."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine, delete, func, select, update

from provisions import inputs
from provisions.catalogue import Config
from provisions.database.connect import pooled
from provisions.domain.errors import NotAllowed
from provisions.store import audit, loading
from provisions.store import tables as t
from provisions.store.audit import Line
from provisions.views.messages import SHORTEST_ID, WORDS, Message, Messages, MessageStatus


def resend(engine: Engine, config: Config, clock: Callable[[], datetime], identity: str, *, by: str) -> Message:
    """Send a message (again), now. It keeps its Message-ID; what it says is written anew from the case as it stands.

    ``clock`` gives the moment (aware). Raises ``NotFound``, and ``NotAllowed`` for a message that was not needed any more.
    """
    who = inputs.code(by, "wie dit doet (--by)")
    messages = Messages(pooled(engine), config)
    message = messages.one(identity)
    with engine.begin() as connection:
        held = select(t.message.c.status).where(t.message.c.id == message.id).with_for_update()
        status = MessageStatus(connection.execute(held).scalar_one())
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
        values = {"status": MessageStatus.PENDING.value, "attempts": 0, "next_try": clock(), "error": None}
        # What all have goes to all again; of what did not reach everybody, who has it does not get it again.
        again = t.delivery.c.message == message.id
        if status is MessageStatus.SENT:
            values["recipients"] = None
        else:
            again &= t.delivery.c.status != "sent"
        connection.execute(delete(t.delivery).where(again))
        connection.execute(update(t.message).where(t.message.c.id == message.id).values(**values))
        connection.execute(select(func.pg_notify(loading.CHANNEL, "")))
        of_message = t.provision.join(t.message)
        owner = connection.execute(
            select(t.provision.c.id, t.provision.c.case_id).select_from(of_message).where(t.message.c.id == message.id)
        ).one_or_none()
        if owner is not None:
            loading.renew_run(connection, owner.id)
        because = f"bericht opnieuw klaargezet; het was: {WORDS[status]}"
        case_id = owner.case_id if owner else None
        line = Line(who, "message.resend", because, case_id, message.key, message=message.id)
        audit.append(connection, [line])
    return messages.one(str(message.id))
