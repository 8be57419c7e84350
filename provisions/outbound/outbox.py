"""What is pending goes out: in order for each provision, again after a failure, and never twice where it can be helped.

Delivery is per receiver: who has a message does not get it again when another has not. While a message is sent it is held by an
advisory lock and no transaction is open, however long the mail server takes; what became of it is recorded in one transaction.
A crash between the two repeats the message with the same Message-ID, and nothing else.
"""

import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config, Contact
from provisions.domain import dutch, messages
from provisions.domain.case import ProvisionKey
from provisions.domain.errors import Refused
from provisions.domain.lifecycle import SYSTEM
from provisions.outbound import prepared
from provisions.outbound.context import MessageFacts
from provisions.outbound.course import Told
from provisions.outbound.render import Lapsed, Rendered, render
from provisions.outbound.transports import Transport, UnableToSend, compose
from provisions.outbound.webhook import Event, EventTransport
from provisions.store import audit, loading
from provisions.store import outbox as sending
from provisions.store.loading import Stored
from provisions.store.looking import SEVERAL_ATTEMPTS
from provisions.store.outbox import Message

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
BOUND = LONGEST_WAIT * 1.25  # no moment written down is waited for longer than this, whatever the clock said then
MOST_ATTEMPTS = 20  # with these waits: about three days
CONNECTIONS = 4  # messages on their way to the mail server at once
CARRIERS = CONNECTIONS + 2  # so that webhooks go on while the mail server is slow
IN_HAND = 60  # provisions taken from the database and not yet looked at
MOST_WAITING = 2_000  # of these, provisions that wait for a connection to the mail server
TELLING = tuple(kind.value for kind in messages.telling())

log = logging.getLogger(__name__)


def waiting_time(attempts: int, spread: float) -> timedelta:
    """How long to wait after ``attempts`` failures; ``spread`` (0 to 1) keeps failures from coming back all at once."""
    doubled = FIRST_WAIT * (1 << min(attempts - 1, 20))
    return min(doubled, LONGEST_WAIT) * (0.8 + 0.4 * spread)


def is_due(next_try: datetime | None, now: datetime) -> bool:
    """Whether it is time; a moment further away than is ever waited was written by a clock that ran ahead."""
    return next_try is None or next_try <= now or next_try > now + BOUND


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


class _Busy(Exception):  # noqa: N818 - says what is so
    """All connections to the mail server are in use: this message waits for one, and others go on."""


@dataclass
class _Batch:
    """What is needed to write the messages of some provisions, read once for all of them."""

    cases: Mapping[int, Stored]  # by provision id
    told: dict[int, list[tuple[datetime, UUID, Told]]] = field(default_factory=dict)

    def tell(self, row: Message, sent: datetime) -> None:
        """Note what a counter was told."""
        told = Told(sent, row.municipality, messages.MessageKind(row.kind))
        self.told.setdefault(row.provision_id, []).append((row.created, row.id, told))

    def facts(self, row: Message) -> MessageFacts:
        # In the order in which they were decided on: what is sent again was said at its own time.
        before = sorted(
            (created, told.sent, id_.int, told)
            for created, id_, told in self.told.get(row.provision_id, ())
            if id_ != row.id and created <= row.created
        )
        told = tuple(told for _, _, _, told in before)
        return MessageFacts(str(row.id), row.kind, row.detail, row.municipality, row.created, told)


@dataclass(frozen=True)
class _Result:
    """What became of one receiver: ``error`` (Dutch) is ``None`` when he has it; ``final``: trying again is of no use."""

    error: str | None = None
    final: bool = False


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
        *,
        another: Callable[[], Transport] | None = None,
    ) -> None:
        """Without ``webhooks`` everybody is written to by e-mail.

        ``another`` makes one more way out, for a thread of its own: then several messages are on their way at once, and
        ``deliver_due`` does not wait for them. Without, it sends one after the other.
        """
        self._engine = engine
        self._config = config
        self._transport = transport
        self._clock = clock
        self._spread = spread
        self._webhooks = webhooks
        self._mail_closed_until: datetime | None = None
        self._connections = threading.BoundedSemaphore(CONNECTIONS)
        self._carriers = _Carriers(self, another) if another else None

    def deliver_due(self, limit: int = 200) -> int:
        """Try to send what is due, for at most ``limit`` provisions; how many messages were handled, failures included.

        With carriers: how many provisions were handed to them.
        """
        if self._carriers:
            return self._carriers.hand_out(limit)
        with self._engine.connect() as connection:
            queues = _queues(connection, self._clock(), limit)
            batch = _read(connection, list(queues))
            apart = sending.pending_apart(connection, self._clock(), BOUND, limit)
        handled, following = 0, _Next.THE_NEXT
        try:
            for row in apart:
                count, following = self._deliver_queue([row], batch, self._transport)
                handled += count
                if following is _Next.NOTHING:
                    break
            for waiting in queues.values() if following is not _Next.NOTHING else ():
                count, following = self._deliver_queue(waiting, batch, self._transport)
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
        now = self._clock()
        with self._engine.connect() as connection:
            return sending.next_try(connection, now, BOUND)

    def due(self, limit: int, under_way: Collection[object]) -> list[object]:
        """The provisions (id) and other messages (UUID) for which something is due, without those ``under_way``."""
        with self._engine.connect() as connection:
            apart = [row.id for row in sending.pending_apart(connection, self._clock(), BOUND, limit + len(under_way))]
            provisions = list(_queues(connection, self._clock(), limit + len(under_way)))
        return [found for found in (*apart, *provisions) if found not in under_way][:limit]

    def deliver(self, what: object, transport: Transport) -> None:
        """Send what is due of one provision (id), or one message that belongs to none (UUID)."""
        with self._engine.connect() as connection:
            if isinstance(what, int):
                waiting = list(_queues(connection, self._clock(), 1, what).values())
            else:
                assert isinstance(what, UUID)  # noqa: S101 - it came from ``due``
                waiting = [[row] for row in sending.pending_apart(connection, self._clock(), BOUND, 1, what)]
            batch = _read(connection, [what] if isinstance(what, int) else [])
        for one in waiting:
            self._deliver_queue(one, batch, transport)

    def _deliver_queue(self, waiting: Sequence[Message], batch: _Batch, transport: Transport) -> tuple[int, _Next]:
        """Send messages in order until one has to wait; how many were handled, and what may follow."""
        for handled, row in enumerate(waiting):
            if not is_due(row.next_try, self._clock()):
                self._put_off(row.next_try, row.provision_id)
                return handled, _Next.ANOTHER_PROVISIONS
            with sending.held(self._engine, row.id) as claimed:
                if not claimed:  # another process has it, or has sent it
                    return handled, _Next.ANOTHER_PROVISIONS
                following = self._deliver(row, batch, transport)
            if following is not _Next.THE_NEXT:
                return handled + 1, following
        return len(waiting), _Next.THE_NEXT

    def _deliver(self, row: Message, batch: _Batch, transport: Transport) -> _Next:
        """Send one message to everybody who waits for it, and record what became of it. Nothing about it stops another."""
        note = _Note(row.id)
        try:
            if row.provision_id is not None:
                stored = batch.cases[row.provision_id]
                note = _Note(row.id, stored.case_id, stored.key_of(row.provision_id))
            rendered, event = self._written(row, batch, note)
            if isinstance(rendered, Lapsed):
                return self._record_void(row, note, rendered.why)
            return self._send(row, rendered, event, note, batch, transport)
        except _MailClosed as closed:
            self._put_off(closed.until, row.provision_id, row.id)
            return _Next.ANOTHER_PROVISIONS
        except _Busy:
            raise
        except Refused as error:
            return self._failed(row, note, str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one message must not hold up all others
            # The kind of error only: its text may quote the message.
            log.error("message %s (%s): %s", row.id, row.kind, type(error).__name__)
            return self._failed(row, note, f"fout in het programma: {type(error).__name__}")

    def _written(self, row: Message, batch: _Batch, note: "_Note") -> tuple[Rendered | Lapsed, Event | None]:
        """The message as it goes out now, or why there is nothing to say any more."""
        if row.provision_id is None:
            with self._engine.connect() as connection:
                content = sending.content(connection, row.id)
            return prepared.rendered(content) or Lapsed("de tekst is niet meer bewaard"), None
        stored, key = batch.cases[row.provision_id], note.key
        assert key is not None  # noqa: S101 - this message belongs to a provision
        rendered = render(batch.facts(row), stored.case, stored.case.provisions[key], self._config, self._clock())
        if isinstance(rendered, Rendered) and self._webhooks is None:  # then everybody is written to by e-mail
            mailed = tuple(replace(contact, webhook=None) for contact in rendered.recipients)
            rendered = replace(rendered, recipients=mailed)
        event = Event(str(row.id), row.kind, row.detail, row.created, stored.case.reference, str(key), row.municipality)
        return rendered, event

    def _send(
        self, row: Message, rendered: Rendered, event: Event | None, note: "_Note", batch: _Batch, transport: Transport
    ) -> _Next:
        with self._engine.connect() as connection:
            known = sending.deliveries(connection, row.id)
        now = self._clock()
        waiting = [c for c in rendered.recipients if _waits(known.get(c.address), now)]
        results: dict[str, _Result] = {}
        closed = False
        by_mail = tuple(contact for contact in waiting if not contact.webhook)
        if by_mail:
            try:
                results |= self._mail(row, replace(rendered, recipients=by_mail), transport)
            except _MailClosed:
                if len(by_mail) == len(waiting):
                    raise  # nothing was tried, so nothing is counted
            except UnableToSend as error:
                closed = error.everything
                results |= dict.fromkeys((contact.email for contact in by_mail), _Result(str(error)))
        for contact in waiting:
            if contact.webhook and self._webhooks is not None and event is not None:
                results[contact.address] = self._to_webhook(self._webhooks, contact, event, rendered)
        following = self._record(row, rendered, known, results, note)
        if row.kind in TELLING and following is _Next.THE_NEXT and row.provision_id is not None:
            batch.tell(row, now)
        return self._closed(row) if closed else following

    def _mail(self, row: Message, rendered: Rendered, transport: Transport) -> dict[str, _Result]:
        closed = self._mail_closed_until
        if closed and not is_due(closed, self._clock()):
            raise _MailClosed(closed)
        mail = compose(rendered, str(row.id), row.created, self._config.organisation)
        if not self._connections.acquire(blocking=False):
            raise _Busy
        try:
            refused = transport.send(mail)
        finally:
            self._connections.release()
        results = dict.fromkeys((contact.email for contact in rendered.recipients), _Result())
        return results | {one.address: _Result(one.reason, one.final) for one in refused}

    @staticmethod
    def _to_webhook(webhooks: EventTransport, contact: Contact, event: Event, rendered: Rendered) -> _Result:
        try:
            webhooks.send(contact, event, rendered)
        except UnableToSend as error:
            return _Result(str(error))
        except Exception as error:  # noqa: BLE001 - who gets it by e-mail has it already
            log.error("message %s: %s", event.id, type(error).__name__)
            return _Result(f"fout in het programma: {type(error).__name__}")
        return _Result()

    def _record(
        self,
        row: Message,
        rendered: Rendered,
        known: Mapping[str, Message],
        results: Mapping[str, _Result],
        note: "_Note",
    ) -> _Next:
        """Record for each receiver what became of him, and of the message as a whole what follows from that."""
        now = self._clock().astimezone(UTC)
        states = {
            to.address: self._state(known.get(to.address), results.get(to.address), now) for to in rendered.recipients
        }
        whole = _whole(
            states, row, rendered, reached_now=any(result.error is None for result in results.values()), now=now
        )
        self._tell(rendered, states, results, note)
        with self._engine.begin() as connection:
            if sending.lock_status(connection, row.id) != "pending":  # forgotten meanwhile
                return _Next.THE_NEXT
            sending.keep(connection, row.id, states)
            sending.change(connection, row.id, **whole)
            if row.provision_id is not None:
                if whole["status"] == "pending":
                    sending.postpone(connection, whole["next_try"], BOUND, row.provision_id)
                if whole["status"] == "failed" or _shown(dict(row._mapping)) != _shown({**row._mapping, **whole}):
                    loading.renew_run(connection, row.provision_id)
            audit.append(connection, note.lines)
        return _Next.ANOTHER_PROVISIONS if whole["status"] == "pending" else _Next.THE_NEXT

    def _state(self, known: Message | None, result: _Result | None, now: datetime) -> dict[str, Any]:
        """The row of one receiver after this attempt; ``result`` is ``None`` when he was not tried."""
        if result is None:
            if known is not None:
                return dict(known._mapping)
            return {"status": "pending", "attempts": 0, "next_try": now + FIRST_WAIT, "sent": None, "error": None}
        attempts = (known.attempts if known is not None else 0) + 1
        if result.error is None:
            return {"status": "sent", "attempts": attempts, "next_try": None, "sent": now, "error": None}
        lost = result.final or attempts >= MOST_ATTEMPTS
        again = None if lost else now + waiting_time(attempts, self._spread())
        status = "failed" if lost else "pending"
        return {"status": status, "attempts": attempts, "next_try": again, "sent": None, "error": result.error}

    @staticmethod
    def _tell(rendered: Rendered, states: Mapping[str, Any], results: Mapping[str, _Result], note: "_Note") -> None:
        has_it = [to for to in rendered.recipients if to.address in results and results[to.address].error is None]
        if has_it:
            addresses = [contact.address for contact in has_it]
            note.write("message.sent", f"verzonden aan {_names(has_it)}", recipients=addresses)
        for to in rendered.recipients:
            state = states[to.address]
            if to.address in results and state["status"] == "failed":
                times = f"na {dutch.counted(state['attempts'], 'poging', 'pogingen')}"
                because = f"niet verzonden aan {_names([to])} {times} ({state['error']}); neem zelf contact op"
                note.write("message.failed", because)

    def _record_void(self, row: Message, note: "_Note", why: str) -> _Next:
        note.write("message.void", f"niet verzonden: {why}")
        with self._engine.begin() as connection:
            if sending.change_pending(connection, row.id, status="void", next_try=None):
                audit.append(connection, note.lines)
        return _Next.THE_NEXT

    def _failed(self, row: Message, note: "_Note", error: str) -> _Next:
        """It could not be written: try again later, or give up after about three days."""
        attempts, given_up = row.attempts + 1, row.attempts + 1 >= MOST_ATTEMPTS
        again = None if given_up else self._clock() + waiting_time(attempts, self._spread())
        if given_up:
            note.write(
                "message.failed",
                f"niet verzonden na {dutch.counted(attempts, 'poging', 'pogingen')} ({error}); neem zelf contact op",
            )
        with self._engine.begin() as connection:
            values = {"attempts": attempts, "next_try": again, "error": error}
            if not sending.change_pending(connection, row.id, status="failed" if given_up else "pending", **values):
                return _Next.THE_NEXT
            if row.provision_id is not None:
                if again is not None:
                    sending.postpone(connection, again, BOUND, row.provision_id)
                if given_up or attempts == SEVERAL_ATTEMPTS:
                    loading.renew_run(connection, row.provision_id)
            audit.append(connection, note.lines)
        return _Next.THE_NEXT if given_up else _Next.ANOTHER_PROVISIONS

    def _put_off(self, moment: datetime, provision_id: int | None, message: UUID | None = None) -> None:
        with self._engine.begin() as connection:
            sending.postpone(connection, moment, BOUND, provision_id, message)

    def _closed(self, row: Message) -> _Next:
        """E-mail is closed for all: none is tried, and none counts an attempt, until this one is tried again."""
        until = self._clock() + waiting_time(row.attempts + 1, self._spread())
        self._mail_closed_until = until
        if self._webhooks is not None:
            return _Next.ANOTHER_PROVISIONS  # what goes to a webhook goes on
        with self._engine.begin() as connection:
            sending.postpone(connection, until, BOUND)
        return _Next.NOTHING


class _Carriers:
    """Threads that send, each over a connection of its own, so that a slow server holds one message and not all."""

    def __init__(self, outbox: Outbox, another: Callable[[], Transport]) -> None:
        self._outbox = outbox
        self._another = another
        self._jobs: deque[object] = deque()
        self._for_mail: deque[object] = deque()  # known to wait for a connection to the mail server
        self._sending = 0
        self._under_way: set[object] = set()
        self._lock = threading.Lock()
        self._threads = 0

    def hand_out(self, limit: int) -> int:
        """Give what is due to who is free; how much that was."""
        with self._lock:
            room = min(IN_HAND - len(self._jobs), MOST_WAITING - len(self._under_way))
            under_way = frozenset(self._under_way)
        found = self._outbox.due(min(limit, room), under_way) if room > 0 else []
        with self._lock:
            self._under_way.update(found)
            self._jobs.extend(found)
            missing = max(0, min(CARRIERS - self._threads, len(self._jobs) + len(self._for_mail)))
            self._threads += missing
        for _ in range(missing):
            threading.Thread(target=self._carry, name="provisions-bezorger", daemon=True).start()
        return len(found)

    def _carry(self) -> None:
        """Send until there is nothing that can be sent now."""
        transport = self._another()
        try:
            while (job := self._next()) is not None:
                self._send(job, transport)
        finally:
            transport.close()

    def _next(self) -> object | None:
        """A job; ``None``, and one thread less, when there is none."""
        with self._lock:
            if self._for_mail and self._sending < CONNECTIONS:
                return self._for_mail.popleft()
            if self._jobs:
                return self._jobs.popleft()
            self._threads -= 1
            return None

    def _send(self, job: object, transport: Transport) -> None:
        with self._lock:
            self._sending += 1
        try:
            self._outbox.deliver(job, transport)
        except _Busy:
            with self._lock:
                self._for_mail.append(job)
            return
        except Exception as error:  # noqa: BLE001 - the database is away: what is due is found again when it is back
            log.warning("berichten: lukt nu niet (%s); probeert het opnieuw", type(error).__name__)
        finally:
            with self._lock:
                self._sending -= 1
        with self._lock:
            self._under_way.discard(job)


@dataclass
class _Note:
    """Collects what is to be recorded about one message, which happens last in the transaction."""

    message: UUID
    case_id: int | None = None
    key: ProvisionKey | None = None
    lines: list[audit.Line] = field(default_factory=list)

    def write(self, what: str, because: str, **data: object) -> None:
        key, round_ = self.key or (None, 1)
        if round_ > 1:
            data["round"] = round_
        self.lines.append(audit.Line(SYSTEM, what, because, self.case_id, key, data or None, self.message))


def _queues(
    connection: Connection, now: datetime, limit: int, provision: int | None = None
) -> dict[int, list[Message]]:
    """All pending messages of the provisions for which one is due, by provision, in the order in which they go out."""
    found = sending.pending(connection, now, BOUND, limit, provision)
    queues: dict[int, list[Message]] = {}
    for row in sorted(found, key=_place):
        queues.setdefault(row.provision_id, []).append(row)
    # What failed before comes last: a receiver who lets us wait, lets nobody else wait.
    return dict(sorted(queues.items(), key=lambda waiting: waiting[1][0].attempts > 0))


def _place(row: Message) -> tuple[datetime, tuple[int, int], UUID]:
    """Messages decided on in one breath go out in the order of their kinds."""
    return row.created, messages.MessageKind(row.kind).place(row.detail), row.id


def _read(connection: Connection, provision_ids: Sequence[int]) -> _Batch:
    """The cases of these provisions, and what their counters were told before."""
    owners = sending.owners(connection, provision_ids)
    cases = loading.load_cases(connection, sorted(set(owners.values())))
    batch = _Batch({provision_id: cases[case_id] for provision_id, case_id in owners.items()})
    for row in sending.told(connection, provision_ids, TELLING):
        batch.tell(row, row.sent)
    return batch


def _waits(known: Message | None, now: datetime) -> bool:
    """Whether a receiver has not got it and may be tried now."""
    return known is None or (known.status == "pending" and is_due(known.next_try, now))


def _whole(
    states: Mapping[str, Mapping[str, Any]], row: Message, rendered: Rendered, *, reached_now: bool, now: datetime
) -> dict[str, Any]:
    """The message, from its receivers: sent when all have it, pending while one is still to get it."""
    having = [address for address, state in states.items() if state["status"] == "sent"]
    moments = [state["next_try"] for state in states.values() if state["status"] == "pending"]
    errors = dict.fromkeys(f"{state['error']}" for state in states.values() if state["error"])
    missing = [address for address, state in states.items() if state["status"] != "sent"]
    error = "; ".join(errors) or None
    if error and having:
        error = f"niet aangenomen voor {', '.join(missing)}: {error}"
    values: dict[str, Any] = {
        "status": "pending" if moments else ("failed" if missing else "sent"),
        "attempts": row.attempts + 1,
        "next_try": min(moments, default=None),
        "recipients": having or None,
        "error": error,
    }
    if reached_now:
        values |= {"sent": now, "subject": rendered.subject, "body": rendered.text}
    return values


def _shown(message: Mapping[str, Any]) -> bool:
    """Whether its run tells that a message has not arrived (:data:`provisions.store.looking.UNDELIVERED`)."""
    stuck = message["attempts"] >= SEVERAL_ATTEMPTS or bool(message["recipients"])
    return message["status"] == "failed" or (message["status"] == "pending" and stuck)


def _names(contacts: Sequence[Contact]) -> str:
    return ", ".join(f"{contact.name} ({contact.address})" for contact in contacts)
