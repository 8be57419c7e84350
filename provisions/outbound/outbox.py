"""What is pending goes out: in order for each provision, again after a failure, and never twice where it can be helped.

Delivery is per receiver: a receiver that has a message does not get it again when another has not. While a message is sent
it is held by an advisory lock and no transaction is open, however long the mail server takes; what became of it is recorded
in one transaction. A crash between the two repeats the message with the same Message-ID, and nothing else.
"""

import logging
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.domain.delivery import is_due, waiting_time
from provisions.domain.errors import Refused
from provisions.outbound.carriers import Carriers
from provisions.outbound.holding import Holding
from provisions.outbound.links import Links
from provisions.outbound.recording import Next, Note, Recorder
from provisions.outbound.render import Lapsed, Rendered
from provisions.outbound.sending import Busy, MailClosed, Sender, Sent
from provisions.outbound.transports import Transport
from provisions.outbound.webhook import Event, EventTransport
from provisions.outbound.writer import Batch, Writer
from provisions.store import outbox as store
from provisions.store import preferences
from provisions.store.outbox import TELLING, Held, Message

log = logging.getLogger(__name__)


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
        links: Links | None = None,
        another: Callable[[], Transport] | None = None,
    ) -> None:
        """Without ``webhooks`` everybody is written to by e-mail; without ``links`` letters hold no link.

        ``another`` makes one more way out, for a thread of its own: then several messages are on their way at once, and
        ``deliver_due`` does not wait for them. Without, it sends one after the other.
        """
        self._engine = engine
        self._transport = transport
        self._clock = clock
        self._spread = spread
        self._webhooks = webhooks
        self._sender = Sender(config.organisation, clock, webhooks, links)
        self._writer = Writer(config, self._sender, clock, links=links is not None)
        self._recorder = Recorder(clock, spread)
        self._holding = Holding(config)
        self._carriers = Carriers(self, another) if another else None

    def deliver_due(self, limit: int = 200) -> int:
        """Try to send what is due, for at most ``limit`` provisions. Returns how many messages were handled, failures included.

        With carriers: how many provisions were handed to them.
        """
        if self._carriers:
            return self._carriers.hand_out(limit)
        handled = 0
        try:
            with store.working(self._engine) as connection:
                queues = store.queues(connection, self._clock(), limit)
                batch = Batch.read(connection, list(queues), self._clock())
                apart = store.pending_apart(connection, self._clock(), limit)
                for waiting in _one_by_one(apart, queues):
                    count, following = self._deliver_queue(connection, waiting, batch, self._transport)
                    handled += count
                    if following is Next.NOTHING:
                        break
        finally:
            self._transport.close()
        return handled

    def next_try(self) -> datetime | None:
        """When the next message is due (UTC), ``None`` when nothing is pending."""
        with self._engine.connect() as connection:
            return store.next_try(connection, self._clock())

    def due(self, limit: int, under_way: Collection[object]) -> list[object]:
        """The provisions (id) and other messages (UUID) for which something is due, without those ``under_way``."""
        most = limit + len(under_way)
        with self._engine.connect() as connection:
            apart = [row.id for row in store.pending_apart(connection, self._clock(), most)]
            provisions = list(store.queues(connection, self._clock(), most))
        return [found for found in (*apart, *provisions) if found not in under_way][:limit]

    def deliver(self, what: object, transport: Transport) -> None:
        """Send what is due of one provision (id), or one message that belongs to none (UUID)."""
        with store.working(self._engine) as connection:
            if isinstance(what, int):
                waiting = list(store.queues(connection, self._clock(), 1, what).values())
            else:
                assert isinstance(what, UUID)  # noqa: S101 - it came from ``due``
                waiting = [[row] for row in store.pending_apart(connection, self._clock(), 1, what)]
            batch = Batch.read(connection, [what] if isinstance(what, int) else [], self._clock())
            for one in waiting:
                self._deliver_queue(connection, one, batch, transport)

    def _deliver_queue(
        self, connection: Connection, waiting: Sequence[Message], batch: Batch, transport: Transport
    ) -> tuple[int, Next]:
        """Send messages in order until one has to wait. Returns how many were handled, and what may follow."""
        for handled, row in enumerate(waiting):
            if row.attempts == 0 and not is_due(row.next_try, self._clock()):
                continue  # it waits for second thoughts: what the clock says does not wait for it
            if not is_due(row.next_try, self._clock()):
                self._put_off(row.next_try, row.provision_id)
                return handled, Next.ANOTHER_PROVISIONS
            with store.held(connection, row.id) as held:
                if held is None:  # another process has it, or has sent it
                    return handled, Next.ANOTHER_PROVISIONS
                following = self._deliver(held, row, batch, transport)
            if following is not Next.THE_NEXT:
                return handled + 1, following
        return len(waiting), Next.THE_NEXT

    def _deliver(self, held: Held, row: Message, batch: Batch, transport: Transport) -> Next:
        """Send one message to everybody who waits for it, and record what became of it. Nothing about it stops another."""
        note = Note(row.id)
        try:
            if row.provision_id is not None:
                stored = batch.cases[row.provision_id]
                note = Note(row.id, stored.case_id, stored.key_of(row.provision_id))
            elif row.case_id is not None:
                note = Note(row.id, row.case_id)
            rendered, event = self._writer.of(held, row, batch, note)
            if isinstance(rendered, Lapsed):
                return self._recorder.void(held, row, note, rendered.why)
            if self._waits(held, row, rendered, note, batch):
                return Next.THE_NEXT
            return self._send(held, row, rendered, event, note, batch, transport)
        except MailClosed as closed:
            self._put_off(closed.until, row.provision_id, row.id)
            return Next.ANOTHER_PROVISIONS
        except Busy:
            raise
        except Refused as error:
            return self._recorder.failed(held, row, note, str(error))
        except Exception as error:  # noqa: BLE001 - a fault in one message must not hold up all others
            # The kind of error only: its text may quote the message.
            log.error("message %s (%s): %s", row.id, row.kind, type(error).__name__)
            return self._recorder.failed(held, row, note, f"fout in het programma: {type(error).__name__}")

    def _waits(self, held: Held, row: Message, rendered: Rendered, note: Note, batch: Batch) -> bool:
        """Whether nobody gets it yet, for the sake of the one who is to: what was tried, or is sent again, does not wait."""
        if note.case_id is None or held.receivers or row.attempts or row.sent is not None:
            return False
        waits = self._holding.of(
            row,
            rendered.recipients,
            note.key,
            self._clock(),
            chosen=lambda code: preferences.of(held.connection, code),
            mine=lambda code: self._director(held, row, batch) == code,
        )
        if waits is not None:
            store.hold_back(held.connection, row.id, waits)
        return waits is not None

    @staticmethod
    def _director(held: Held, row: Message, batch: Batch) -> str | None:
        """The code of the case director where the message is sent from."""
        of_case = row.provision_id is None
        stored = store.case_of(held.connection, row.case_id) if of_case else batch.cases[row.provision_id]
        return stored.case.director_in(row.municipality) if stored else None

    def _send(
        self,
        held: Held,
        row: Message,
        rendered: Rendered,
        event: Event | None,
        note: Note,
        batch: Batch,
        transport: Transport,
    ) -> Next:
        now = self._clock()
        waiting = [
            to for to in rendered.recipients if (known := held.receivers.get(to.address)) is None or known.waits(now)
        ]
        sent = self._leaves(
            held, row, lambda: self._sender.send(row.id, row.created, rendered, event, waiting, transport)
        )
        following = self._recorder.sent(held, row, rendered, sent.results, note)
        if row.kind in TELLING and following is Next.THE_NEXT and row.provision_id is not None:
            batch.tell(row, now, rendered.subject)
        return self._mail_is_closed(row) if sent.closed else following

    def _leaves(self, held: Held, row: Message, send: Callable[[], Sent]) -> Sent:
        """Send it; whoever takes back what it tells, sees that it left, also when this process ends before that is recorded."""
        if row.provision_id is None and row.case_id is None:
            return send()
        store.leaving(held.connection, row)
        try:
            return send()
        except (Busy, MailClosed):
            store.stays(held.connection, row)
            raise

    def _put_off(self, moment: datetime, provision_id: int | None = None, message: UUID | None = None) -> None:
        with self._engine.begin() as connection:
            store.postpone(connection, moment, provision_id, message)

    def _mail_is_closed(self, row: Message) -> Next:
        """E-mail is closed for all: none is tried, and none counts an attempt, until this one is tried again."""
        until = self._clock() + waiting_time(row.attempts + 1, self._spread())
        self._sender.mail_closed_until = until
        if self._webhooks is not None:
            return Next.ANOTHER_PROVISIONS  # what goes to a webhook goes on
        self._put_off(until)
        return Next.NOTHING


def _one_by_one(apart: Sequence[Message], queues: Mapping[int, Sequence[Message]]) -> Iterator[Sequence[Message]]:
    """First what belongs to no provision, then the messages of each provision in their order."""
    for row in apart:
        yield [row]
    yield from queues.values()
