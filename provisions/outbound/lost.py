"""What stood in an overview of the day that did not arrive, has not arrived either: it is undelivered at each of its cases, where
their directors see it.
"""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from provisions.domain.delivery import MessageStatus
from provisions.domain.lifecycle import SYSTEM
from provisions.store import audit, loading
from provisions.store import outbox as store


def lost_with(connection: Connection, overview: UUID, to: str, why: str) -> list[audit.Line]:
    """Mark what stood in an overview as not delivered; the lines for the record. ``to``: whose overview; ``why``: Dutch."""
    lines: list[audit.Line] = []
    for message in store.stood_in(connection, overview):
        if store.lock_status(connection, message) != MessageStatus.VOID:
            continue  # it was sent again by itself, or forgotten
        owner = store.owner_of(connection, message)
        known = store.receivers_of(connection, message)
        store.keep(
            connection,
            message,
            known,
            {address: replace(one, status=MessageStatus.FAILED, error=why) for address, one in known.items()},
        )
        store.change(connection, message, status=MessageStatus.FAILED.value, error=why, recipients=None)
        if owner is None:
            continue
        said = f"stond in het overzicht aan {to}, dat niet is aangekomen ({why}); neem zelf contact op"
        round_ = {"round": owner.round} if owner.key and owner.round > 1 else None
        lines.append(audit.Line(SYSTEM, "message.failed", said, owner.case_id, owner.key, round_, message))
        if owner.id is not None:
            loading.renew_run(connection, owner.id)
    return lines
