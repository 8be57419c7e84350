"""What is pending goes out: in order for each provision, again after a failure, and never twice where it can be helped.

A message is sent while its row is locked, and recorded as sent in the same transaction. A crash between the two repeats
the message with the same Message-ID, and nothing else.
"""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, func, select, update

from provisions.catalogue import Config
from provisions.domain import messages
from provisions.domain.errors import Refused
from provisions.domain.lifecycle import SYSTEM
from provisions.outbound import prepared
from provisions.outbound.context import Asked, MessageFacts
from provisions.outbound.render import Rendered, render
from provisions.outbound.transports import Transport, UnableToSend, compose
from provisions.outbound.webhook import Event, EventTransport
from provisions.store import audit, loading
from provisions.store import tables as t
from provisions.store.loading import Stored
from provisions.store.looking import SEVERAL_ATTEMPTS

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 20  # with these waits: about three days
ASKING = tuple(kind.value for kind in messages.asking())

log = logging.getLogger(__name__)


def waiting_time(attempts: int, spread: float) -> timedelta:
    """How long to wait after ``attempts`` failures; ``spread`` (0 to 1) keeps failures from coming back all at once."""
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 20))
    return min(doubled, LONGEST_WAIT) * (0.8 + 0.4 * spread)


class _Next(Enum):
    """What may go out after a message."""

    THE_NEXT = auto()
    ANOTHER_PROVISIONS = auto()  # this provision's messages keep their order, so they wait
    NOTHING = auto()  # the way out is closed


class _MailClosed(Exception):  # noqa: N818 - says what is so
    """The mail server was just found closed; nothing is tried before ``until`` (aware)."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


@dataclass
class _Batch:
    """What is needed to write the messages of some provisions, read once for all of them."""

    cases: Mapping[int, Stored]  # by provision id
    asked: dict[int, list[Asked]] = field(default_factory=dict)

    def facts(self, row: Row[tuple[object, ...]]) -> MessageFacts:
        asked = tuple(self.asked.get(row.provision_id, ()))
        return MessageFacts(str(row.id), row.kind, row.detail, row.municipality, row.created, asked)


class Outbox:
    """The messages that are to be sent. ``clock`` gives the moment (aware); ``spread`` a number from 0 to 1."""

    def __init__(
        self,
        engine: Engine,
        config: Config,
        transport: Transport,
        clock: Callable[[], datetime],
        spread: Callable[[], float] = random.random,
        webhooks: EventTransport | None = None,
    ) -> None:
        """Without ``webhooks`` everybody is written to by e-mail."""
        self._engine = engine
        self._config = config
        self._transport = transport
        self._clock = clock
        self._spread = spread
        self._webhooks = webhooks
        self._mail_closed_until: datetime | None = None  # only where webhooks go on meanwhile

    def deliver_due(self, limit: int = 200) -> int:
        """Try to send what is due, for at most ``limit`` provisions; how many messages were handled, failures included."""
        with self._engine.connect() as connection:
            queues = _queues(connection, self._clock(), limit)
            batch = _read(connection, list(queues))
        handled = 0
        try:
            handled, following = self._deliver_prepared(limit)
            for queue in queues.values() if following is not _Next.NOTHING else ():
                count, following = self._deliver_queue(queue, batch)
                handled += count
                if following is _Next.NOTHING:
                    break
        finally:
            self._transport.close()
            if self._webhooks:
                self._webhooks.close()
        return handled

    def next_try(self) -> datetime | None:
        """When the next message is due (UTC), ``None`` when nothing is pending."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.min(t.message.c.next_try))).scalar()

    def _deliver_prepared(self, limit: int) -> tuple[int, _Next]:
        """Send what belongs to no provision; how many were handled, and what may follow. These wait for nobody."""
        with self._engine.connect() as connection:
            due = prepared.due(connection, self._clock(), limit)
        for handled, row in enumerate(due):
            with self._engine.begin() as connection:
                if not _claimed(connection, row.id):
                    continue
                rendered = prepared.read(connection, row.id)
                note = _Note(row.id)
                now = self._clock()
                try:
                    refused = self._mail(row, rendered)
                except _MailClosed as closed:
                    _record(connection, row.id, next_try=closed.until)
                except UnableToSend as error:
                    if error.everything and (following := self._closed(connection, row)) is _Next.NOTHING:
                        return handled + 1, following
                    self._failed(connection, row, note, rendered, str(error))
                except Exception as error:  # noqa: BLE001 - as for the messages of a provision
                    log.error("message %s (%s): %s", row.id, row.kind, type(error).__name__)
                    self._failed(connection, row, note, rendered, f"fout in het programma: {type(error).__name__}")
                else:
                    _record_sent(connection, row.id, rendered, refused, now)
                    note.sent(rendered, refused)
                audit.append(connection, note.lines)
        return len(due), _Next.THE_NEXT

    def _deliver_queue(self, queue: Sequence[Row[tuple[object, ...]]], batch: _Batch) -> tuple[int, _Next]:
        """Send the messages of one provision in order until one has to wait; how many were handled, and what may follow."""
        for handled, row in enumerate(queue):
            with self._engine.begin() as connection:
                if row.next_try is not None and row.next_try > self._clock():
                    _put_off(connection, row.next_try, row.provision_id)
                    return handled, _Next.ANOTHER_PROVISIONS
                if not _claimed(connection, row.id):  # another process has it, or has sent it
                    return handled, _Next.ANOTHER_PROVISIONS
                following = self._deliver(connection, row, batch)
            if following is not _Next.THE_NEXT:
                return handled + 1, following
        return len(queue), _Next.THE_NEXT

    def _deliver(self, connection: Connection, row: Row[tuple[object, ...]], batch: _Batch) -> _Next:
        """Send one message and record what became of it."""
        stored = batch.cases[row.provision_id]
        note = _Note(row.id, stored.case_id, stored.key_of(row.provision_id))
        following = self._try(connection, row, batch, note)
        audit.append(connection, note.lines)
        return following

    def _try(self, connection: Connection, row: Row[tuple[object, ...]], batch: _Batch, note: "_Note") -> _Next:
        stored, key = batch.cases[row.provision_id], note.key
        assert key is not None  # noqa: S101 - this message belongs to a provision
        now = self._clock()
        rendered: Rendered | None = None
        refused: tuple[str, ...] = ()
        try:
            rendered = render(batch.facts(row), stored.case, stored.case.provisions[key], self._config, now)
            if rendered is not None:
                rendered = self._write_to(rendered)
                event = Event(
                    str(row.id), row.kind, row.detail, row.created, stored.case.reference, key, row.municipality
                )
                refused = self._send(connection, row, rendered, event)
        except _MailClosed as closed:
            _put_off(connection, closed.until, row.provision_id)
            return _Next.ANOTHER_PROVISIONS
        except UnableToSend as error:
            following = self._failed(connection, row, note, rendered, str(error))
            return self._closed(connection, row) if error.everything else following
        except Refused as error:
            return self._failed(connection, row, note, rendered, str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one message must not hold up all others
            # The kind of error only: its text may quote the message.
            log.error("message %s (%s): %s", row.id, row.kind, type(error).__name__)
            return self._failed(connection, row, note, rendered, f"fout in het programma: {type(error).__name__}")
        if rendered is None:
            _record(connection, row.id, status="void", next_try=None)
            note.write("message.void", "niet verzonden: het bericht was niet meer nodig")
            return _Next.THE_NEXT
        _record_sent(connection, row.id, rendered, refused, now)
        note.sent(rendered, refused)
        if row.attempts >= SEVERAL_ATTEMPTS:  # its run said that it did not arrive
            loading.renew_run(connection, row.provision_id)
        if row.kind in ASKING:
            batch.asked.setdefault(row.provision_id, []).append(Asked(now, row.municipality))
        return _Next.THE_NEXT

    def _send(
        self, connection: Connection, row: Row[tuple[object, ...]], rendered: Rendered, event: Event
    ) -> tuple[str, ...]:
        """To everybody who has not got it yet: by e-mail, or to a webhook. Who got it is kept when another fails."""
        # What was sent once and is sent again, goes to all of them again.
        reached = list(row.recipients or ()) if row.sent is None else []
        waiting = [contact for contact in rendered.recipients if contact.address not in reached]
        by_mail = tuple(contact for contact in waiting if not contact.webhook)
        refused: tuple[str, ...] = ()
        problem: UnableToSend | _MailClosed | None = None
        try:
            if by_mail:
                refused = self._mail(row, replace(rendered, recipients=by_mail))
                reached += [contact.email for contact in by_mail if contact.email not in refused]
        except (UnableToSend, _MailClosed) as error:
            problem = error
        for contact in waiting:
            if self._webhooks is None or not contact.webhook:
                continue
            try:
                self._webhooks.send(contact, event, rendered)
                reached.append(contact.address)
            except UnableToSend as error:
                problem = problem or error
        if problem is None:
            return refused
        if reached:
            _record(connection, row.id, recipients=reached)
        raise problem

    def _write_to(self, rendered: Rendered) -> Rendered:
        """Where nothing goes to webhooks, everybody is written to by e-mail."""
        if self._webhooks is not None:
            return rendered
        return replace(rendered, recipients=tuple(replace(contact, webhook=None) for contact in rendered.recipients))

    def _mail(self, row: Row[tuple[object, ...]], rendered: Rendered) -> tuple[str, ...]:
        if self._mail_closed_until and self._mail_closed_until > self._clock():
            raise _MailClosed(self._mail_closed_until)
        refused = self._transport.send(compose(rendered, str(row.id), row.created, self._config.organisation))
        if refused and len(refused) == len({contact.email for contact in rendered.recipients}):
            raise UnableToSend(refused[0].reason, everything=False)
        return tuple(one.address for one in refused)

    def _failed(
        self, connection: Connection, row: Row[tuple[object, ...]], note: "_Note", rendered: Rendered | None, error: str
    ) -> _Next:
        """Try again later, or give up after about three days."""
        next_try = self._not_sent(connection, row, error)
        if next_try is None:
            attempts = row.attempts + 1
            to = f" aan {_names(rendered)}" if rendered else ""
            note.write("message.failed", f"niet verzonden{to} na {attempts} pogingen ({error}); neem zelf contact op")
            if row.provision_id is not None:
                loading.renew_run(connection, row.provision_id)
            return _Next.THE_NEXT
        if row.provision_id is not None:
            _put_off(connection, next_try, row.provision_id)
            if row.attempts + 1 == SEVERAL_ATTEMPTS:
                loading.renew_run(connection, row.provision_id)
        return _Next.ANOTHER_PROVISIONS

    def _not_sent(self, connection: Connection, row: Row[tuple[object, ...]], error: str) -> datetime | None:
        """Record a failed attempt; when the next one is, ``None`` when it was the last."""
        attempts = row.attempts + 1
        if attempts >= MOST_ATTEMPTS:
            _record(connection, row.id, status="failed", attempts=attempts, next_try=None, error=error)
            return None
        next_try = self._clock() + waiting_time(attempts, self._spread())
        _record(connection, row.id, attempts=attempts, next_try=next_try, error=error)
        return next_try

    def _closed(self, connection: Connection, row: Row[tuple[object, ...]]) -> _Next:
        """E-mail is closed for all: none is tried, and none counts an attempt, until this one is tried again."""
        until = self._clock() + waiting_time(row.attempts + 1, self._spread())
        if self._webhooks is not None:
            self._mail_closed_until = until  # what goes to a webhook goes on
            return _Next.ANOTHER_PROVISIONS
        _put_off(connection, until)
        return _Next.NOTHING


@dataclass
class _Note:
    """Collects what is to be recorded about one message, which happens last in the transaction."""

    message: UUID
    case_id: int | None = None
    key: str | None = None
    lines: list[audit.Line] = field(default_factory=list)

    def write(self, what: str, because: str, **data: object) -> None:
        self.lines.append(audit.Line(SYSTEM, what, because, self.case_id, self.key, data or None, self.message))

    def sent(self, rendered: Rendered, refused: Sequence[str]) -> None:
        because = f"verzonden aan {_names(rendered, refused)}"
        self.write("message.sent", because, recipients=_addresses(rendered, refused))


def _queues(connection: Connection, now: datetime, limit: int) -> dict[int, list[Row[tuple[object, ...]]]]:
    """All pending messages of the provisions for which one is due, by provision, in the order in which they go out."""
    due = (
        select(t.message.c.provision_id)
        .where(t.message.c.next_try <= now, t.message.c.provision_id.is_not(None))
        .group_by(t.message.c.provision_id)
        .order_by(func.min(t.message.c.next_try))
        .limit(limit)
    )
    query = select(t.message).where(t.message.c.provision_id.in_(due), t.message.c.status == "pending")
    queues: dict[int, list[Row[tuple[object, ...]]]] = {}
    for row in sorted(connection.execute(query), key=_place):
        queues.setdefault(row.provision_id, []).append(row)
    # What failed before comes last: a receiver who lets us wait, lets nobody else wait.
    return dict(sorted(queues.items(), key=lambda queue: queue[1][0].attempts > 0))


def _place(row: Row[tuple[object, ...]]) -> tuple[datetime, tuple[int, int], UUID]:
    """Messages decided on in one breath go out in the order of their kinds."""
    return row.created, messages.MessageKind(row.kind).place(row.detail), row.id


def _read(connection: Connection, provision_ids: Sequence[int]) -> _Batch:
    """The cases of these provisions, and when their counters were asked before."""
    owners = connection.execute(
        select(t.provision.c.id, t.provision.c.case_id).where(t.provision.c.id.in_(provision_ids))
    ).all()
    cases = loading.load_cases(connection, sorted({row.case_id for row in owners}))
    batch = _Batch({row.id: cases[row.case_id] for row in owners})
    asked = (
        select(t.message.c.provision_id, t.message.c.sent, t.message.c.municipality)
        .where(t.message.c.provision_id.in_(provision_ids), t.message.c.kind.in_(ASKING), t.message.c.status == "sent")
        .order_by(t.message.c.sent)
    )
    for row in connection.execute(asked):
        batch.asked.setdefault(row.provision_id, []).append(Asked(row.sent, row.municipality))
    return batch


def _claimed(connection: Connection, message: UUID) -> bool:
    """Hold the message until the transaction ends, unless another process holds it or has handled it."""
    query = (
        select(t.message.c.id)
        .where(t.message.c.id == message, t.message.c.status == "pending")
        .with_for_update(skip_locked=True)
    )
    return connection.execute(query).first() is not None


def _record(connection: Connection, message: UUID, **values: object) -> None:
    connection.execute(update(t.message).where(t.message.c.id == message).values(**values))


def _record_sent(
    connection: Connection, message: UUID, rendered: Rendered, refused: Sequence[str], now: datetime
) -> None:
    _record(
        connection,
        message,
        status="sent",
        sent=now.astimezone(UTC),
        attempts=t.message.c.attempts + 1,
        next_try=None,
        recipients=_addresses(rendered, refused),
        subject=rendered.subject,
        body=rendered.text,
        error=f"niet aangenomen voor {', '.join(refused)}" if refused else None,
    )


def _put_off(connection: Connection, moment: datetime, provision_id: int | None = None) -> None:
    """Nothing (of the provision, or at all) goes out before ``moment``."""
    statement = update(t.message).where(t.message.c.next_try < moment).values(next_try=moment)
    if provision_id is not None:
        statement = statement.where(t.message.c.provision_id == provision_id)
    connection.execute(statement)


def _addresses(rendered: Rendered, refused: Sequence[str] = ()) -> list[str]:
    return [contact.address for contact in rendered.recipients if contact.address not in refused]


def _names(rendered: Rendered, refused: Sequence[str] = ()) -> str:
    accepted = ", ".join(f"{c.name} ({c.address})" for c in rendered.recipients if c.address not in refused)
    return f"{accepted}; niet aangenomen voor {', '.join(refused)}" if refused else accepted
