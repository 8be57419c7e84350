"""Records what became of a message: of each receiver, of the whole, in the record, and on its run; in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import Connection

from provisions.catalogue import Contact
from provisions.domain import delivery, dutch
from provisions.domain.case import ProvisionKey
from provisions.domain.delivery import Delivery, MessageStatus, Result, Standing
from provisions.domain.lifecycle import SYSTEM
from provisions.outbound.follows import lost_with
from provisions.outbound.render import Rendered
from provisions.store import audit, loading
from provisions.store import outbox as store
from provisions.store.outbox import Held, Message


class Next(Enum):
    """What may go out after a message."""

    THE_NEXT = auto()
    ANOTHER_PROVISIONS = auto()  # this provision's messages keep their order, so they wait
    NOTHING = auto()  # the way out is closed


@dataclass
class Note:
    """Collects what is to be recorded about one message, which happens last in the transaction."""

    message: UUID
    case_id: int | None = None
    key: ProvisionKey | None = None
    lines: list[audit.Line] = field(default_factory=list)

    def write(self, what: str, because: str, **data: object) -> None:
        """One line more."""
        key, round_ = self.key or (None, 1)
        if round_ > 1:
            data["round"] = round_
        self.lines.append(audit.Line(SYSTEM, what, because, self.case_id, key, data or None, self.message))


class Recorder:
    """``clock`` gives the moment (aware); ``spread`` a number from 0 to 1."""

    def __init__(self, clock: Callable[[], datetime], spread: Callable[[], float]) -> None:
        self._clock = clock
        self._spread = spread

    def sent(self, held: Held, row: Message, rendered: Rendered, results: Mapping[str, Result], note: Note) -> Next:
        """Record for each receiver what became of him, and of the message as a whole what follows from that."""
        now = self._clock().astimezone(UTC)
        receivers = {
            to.address: delivery.after(held.receivers.get(to.address), results.get(to.address), now, self._spread())
            for to in rendered.recipients
        }
        standing = delivery.whole(receivers, row.attempts)
        left = any(result.error is None for result in results.values())
        more = {"sent": now, "subject": rendered.subject, "body": rendered.text} if left else {}
        _tell(rendered, receivers, results, note)
        with held.transaction() as connection:
            if not record(connection, row, standing, more):  # forgotten meanwhile
                return Next.THE_NEXT
            store.keep(connection, row.id, held.receivers, receivers)
            if standing.status == MessageStatus.FAILED:
                note.lines += lost_with(connection, row.id, _names(rendered.recipients), standing.error or "")
            audit.append(connection, note.lines)
        return Next.ANOTHER_PROVISIONS if standing.status == MessageStatus.PENDING else Next.THE_NEXT

    @staticmethod
    def void(held: Held, row: Message, note: Note, why: str) -> Next:
        """There is nothing to say any more; ``why`` is Dutch."""
        note.write("message.void", f"niet verzonden: {why}")
        with held.transaction() as connection:
            if store.change_pending(connection, row.id, status=MessageStatus.VOID.value, next_try=None):
                audit.append(connection, note.lines)
        return Next.THE_NEXT

    def failed(self, held: Held, row: Message, note: Note, error: str) -> Next:
        """It could not be written: try again later, or give up after about three days. ``error`` is Dutch."""
        standing = unwritten(row, error, self._clock(), self._spread(), note)
        with held.transaction() as connection:
            if not record(connection, row, standing):
                return Next.THE_NEXT
            audit.append(connection, note.lines)
        return Next.ANOTHER_PROVISIONS if standing.status == MessageStatus.PENDING else Next.THE_NEXT


def unwritten(row: Message, error: str, now: datetime, spread: float, note: Note) -> Standing:
    """How it stands with a message that could not be written at ``now`` (aware), noted when that was the last try."""
    attempts = row.attempts + 1
    given_up = attempts >= delivery.MOST_ATTEMPTS
    if given_up:
        times = dutch.counted(attempts, "poging", "pogingen")
        note.write("message.failed", f"niet verzonden na {times} ({error}); neem zelf contact op")
    again = None if given_up else now + delivery.waiting_time(attempts, spread)
    status = MessageStatus.FAILED if given_up else MessageStatus.PENDING
    return Standing(status, attempts, again, tuple(row.recipients or ()), error)


def record(
    connection: Connection,
    row: Message,
    standing: Standing,
    more: Mapping[str, object] | None = None,
    *,
    holds_up: bool = True,
) -> bool:
    """Note how a message fares, also on its run. Returns whether it was still pending (it may have been forgotten meanwhile).

    ``holds_up``: what else is to be said about its provision waits as long. ``more``: other columns of the message.
    """
    columns = {**asdict(standing), "recipients": list(standing.recipients) or None, **(more or {})}
    if not store.change_pending(connection, row.id, **columns):
        return False
    if row.provision_id is not None:
        if standing.next_try is not None and holds_up:
            store.postpone(connection, standing.next_try, row.provision_id)
        if _shows_another(row, standing):
            loading.renew_run(connection, row.provision_id)
    return True


def _shows_another(row: Message, standing: Standing) -> bool:
    """Whether the run of its provision tells something else of the message now."""
    before = delivery.does_not_arrive(row.status, row.attempts, row.recipients)
    now = delivery.does_not_arrive(standing.status, standing.attempts, standing.recipients)
    return before != now or standing.status == MessageStatus.FAILED


def _tell(rendered: Rendered, receivers: Mapping[str, Delivery], results: Mapping[str, Result], note: Note) -> None:
    has_it = [to for to in rendered.recipients if to.address in results and results[to.address].error is None]
    if has_it:
        addresses = [contact.address for contact in has_it]
        note.write("message.sent", f"verzonden aan {_names(has_it)}", recipients=addresses)
    for to in rendered.recipients:
        one = receivers[to.address]
        if to.address in results and one.status == MessageStatus.FAILED:
            times = f"na {dutch.counted(one.attempts, 'poging', 'pogingen')}"
            because = f"niet verzonden aan {_names([to])} {times} ({one.error}); neem zelf contact op"
            note.write("message.failed", because)


def _names(contacts: Sequence[Contact]) -> str:
    return ", ".join(f"{contact.name} ({contact.address})" for contact in contacts)
