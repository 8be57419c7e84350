"""Messages that belong to no provision: their content was written when they were decided on and lies ready in a table.

So a repeat is the same to the letter, and the outbox need not know what they are about.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from provisions.catalogue import Contact
from provisions.outbound.render import Attachment, Rendered
from provisions.store import tables as t


def due(connection: Connection, now: datetime, limit: int) -> Sequence[Row[Any]]:
    """The messages of no provision that are due at ``now`` (aware), oldest first."""
    query = (
        select(t.message)
        .where(t.message.c.provision_id.is_(None), t.message.c.next_try <= now, t.message.c.status == "pending")
        .order_by(t.message.c.created, t.message.c.detail)
        .limit(limit)
    )
    return connection.execute(query).all()


def read(connection: Connection, message: UUID) -> Rendered:
    """The content of a message, as it goes out."""
    row = connection.execute(select(t.prepared).where(t.prepared.c.message == message)).one()
    return Rendered(
        recipients=tuple(Contact(to["name"], to["email"]) for to in row.recipients),
        subject=row.subject,
        text=row.text,
        html=row.html,
        attachments=tuple(Attachment(**attachment) for attachment in row.attachments),
    )
