"""What stands in an overview of the day follows it: what became of the overview became of each letter in it. It is told at each
of their cases, where their directors see it.
"""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from provisions.domain.delivery import Delivery, MessageStatus
from provisions.domain.lifecycle import SYSTEM
from provisions.store import audit, loading
from provisions.store import outbox as store

ABSENT = "message.absent"


def lost_with(connection: Connection, overview: UUID, to: str, why: str) -> list[audit.Line]:
    """Mark what stood in an overview as not delivered; the lines for the record. ``to``: whose overview; ``why``: Dutch."""
    said = f"stond in het overzicht aan {to}, dat niet is aangekomen ({why}); neem zelf contact op"
    lines: list[audit.Line] = []
    for message in _stood(connection, overview, MessageStatus.VOID):
        known = store.receivers_of(connection, message)
        of_each = {to: replace(one, status=MessageStatus.FAILED, error=why) for to, one in known.items()}
        store.keep(connection, message, known, of_each)
        store.change(connection, message, status=MessageStatus.FAILED.value, error=why, recipients=None)
        lines += _told(connection, message, audit.Line(SYSTEM, "message.failed", said))
    return lines


def again_with(connection: Connection, overview: UUID) -> list[audit.Line]:
    """What was lost with an overview stands in it as before, now that this is sent once more; the lines for the record."""
    line = audit.Line(
        SYSTEM, "message.listed", "staat in het overzicht dat opnieuw is klaargezet", data={"overview": str(overview)}
    )
    lines: list[audit.Line] = []
    for message in _stood(connection, overview, MessageStatus.FAILED):
        known = store.receivers_of(connection, message)
        of_each: dict[str, Delivery] = {
            to: replace(one, status=MessageStatus.SENT, error=None) for to, one in known.items()
        }
        store.keep(connection, message, known, of_each)
        store.change(connection, message, status=MessageStatus.VOID.value, error=None, recipients=list(known) or None)
        lines += _told(connection, message, line)
    return lines


def absent_with(connection: Connection, overview: UUID, line: audit.Line) -> list[audit.Line]:
    """Who reads an overview is away: ``line`` says so, once of each letter in it."""
    lines: list[audit.Line] = []
    for message in _stood(connection, overview, MessageStatus.VOID):
        owner = store.owner_of(connection, message)
        if owner is not None and not audit.told(connection, owner.case_id, message, line.what):
            lines += _told(connection, message, line)
    return lines


def _stood(connection: Connection, overview: UUID, status: MessageStatus) -> Iterator[UUID]:
    """What stands in an overview and has this status, its row held: not what was sent again by itself, or forgotten."""
    for message in store.stood_in(connection, overview, status):
        if store.lock_status(connection, message) == status:
            yield message


def _told(connection: Connection, message: UUID, line: audit.Line) -> list[audit.Line]:
    """``line``, as it is told of a letter at its case, whose run shows it; nothing where the case was forgotten."""
    owner = store.owner_of(connection, message)
    if owner is None:
        return []
    if owner.id is not None:
        loading.renew_run(connection, owner.id)
    round_ = {"round": owner.round} if owner.key and owner.round > 1 else {}
    data = {**(line.data or {}), **round_} or None
    return [replace(line, case_id=owner.case_id, key=owner.key, data=data, message=message)]
