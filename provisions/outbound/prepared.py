"""Messages that belong to no provision: their content was written when they were decided on and lies ready in a table.

So a repeat is the same to the letter, and the outbox need not know what they are about.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, or_, select

from provisions.catalogue import Contact
from provisions.outbound.render import Attachment, Rendered
from provisions.store import tables as t


def due(
    connection: Connection, now: datetime, bound: timedelta, limit: int, message: UUID | None = None
) -> Sequence[Row[Any]]:
    """The messages of no provision that are due at ``now`` (aware), oldest first; or this one, when it is.

    A moment further away than ``bound`` was written by a clock that ran ahead, and is not waited for.
    """
    time = or_(t.message.c.next_try <= now, t.message.c.next_try > now + bound)
    query = (
        select(t.message)
        .where(t.message.c.provision_id.is_(None), time, t.message.c.status == "pending")
        .order_by(t.message.c.created, t.message.c.detail)
        .limit(limit)
    )
    if message is not None:
        query = query.where(t.message.c.id == message)
    return connection.execute(query).all()


def read(connection: Connection, message: UUID) -> Rendered | None:
    """The content of a message, as it goes out; ``None`` when it was forgotten meanwhile."""
    row = connection.execute(select(t.prepared).where(t.prepared.c.message == message)).one_or_none()
    if row is None:
        return None
    return Rendered(
        recipients=tuple(Contact(to["name"], to["email"]) for to in row.recipients),
        subject=row.subject,
        text=row.text,
        html=row.html,
        attachments=tuple(Attachment(**attachment) for attachment in row.attachments),
    )
