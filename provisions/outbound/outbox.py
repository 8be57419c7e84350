"""What is pending goes out: in order for each provision, again after a failure, and never twice where it can be helped.

Delivery is per receiver: a receiver that has a message does not get it again when another has not. While a message is sent
it is held by an advisory lock and no transaction is open, however long the mail server takes; what became of it is recorded
in one transaction. A crash between the two repeats the message with the same Message-ID, and nothing else.
"""

import logging
import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.domain import messages
from provisions.domain.absences import NOBODY_AWAY, Absences
from provisions.domain.calendar import day_of
from provisions.domain.delivery import SET_BACK, is_due, waiting_time
from provisions.domain.errors import Refused
from provisions.outbound import prepared
from provisions.outbound.carriers import Carriers
from provisions.outbound.context import MessageFacts
from provisions.outbound.course import Told
from provisions.outbound.holding import Holding
from provisions.outbound.links import Links
from provisions.outbound.recording import Next, Note, Recorder
from provisions.outbound.render import Lapsed, Rendered, render, render_for_case
from provisions.outbound.sending import Busy, MailClosed, Sender, Sent
from provisions.outbound.transports import Transport
from provisions.outbound.webhook import Event, EventTransport
from provisions.store import absences, preferences
from provisions.store import outbox as store
from provisions.store.loading import Stored
from provisions.store.outbox import TELLING, Held, Message

log = logging.getLogger(__name__)


@dataclass
class Batch:
    """What is needed to write the messages of some provisions, read once for all of them."""

    cases: Mapping[int, Stored]  # by provision id
    absences: Absences = NOBODY_AWAY
    told: dict[int, list[tuple[datetime, UUID, Told]]] = field(default_factory=dict)

    @classmethod
    def read(cls, connection: Connection, provision_ids: Sequence[int], now: datetime) -> "Batch":
        """The cases of these provisions, who is away, and what their counters were told before."""
        if not provision_ids:
            return cls({})
        batch = cls(store.cases_of(connection, provision_ids), absences.away(connection, day_of(now)))
        for row in store.told_of(connection, provision_ids):
            batch.tell(row, row.sent)
        return batch

    def tell(self, row: Message, sent: datetime) -> None:
        """Note what a counter was told."""
        told = Told(sent, row.municipality, messages.MessageKind(row.kind), row.detail)
        self.told.setdefault(row.provision_id, []).append((row.created, row.id, told))

    def facts(self, row: Message) -> MessageFacts:
        """What is needed to write a message."""
        # In the order in which they were decided on: what is sent again was said at its own time.
        before = sorted(
            (created, told.sent, id_.int, told)
            for created, id_, told in self.told.get(row.provision_id, ())
            if id_ != row.id and created <= row.created
        )
        told = tuple(told for _, _, _, told in before)
        return MessageFacts(str(row.id), row.kind, row.detail, row.municipality, row.created, told, self.absences)


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
        self._config = config
        self._transport = transport
        self._clock = clock
        self._spread = spread
        self._webhooks = webhooks
        self._links = links
        self._sender = Sender(config.organisation, clock, webhooks, links)
        self._recorder = Recorder(clock, spread)
        self._holding = Holding(config)
        self._carriers = Carriers(self, another) if another else None

    def deliver_due(self, limit: int = 200) -> int:
        """Try to send what is due, for at most ``limit`` provisions; how many messages were handled, failures included.

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
        """Send messages in order until one has to wait; how many were handled, and what may follow."""
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
            rendered, event = self._written(held, row, batch, note)
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

    def _written(self, held: Held, row: Message, batch: Batch, note: Note) -> tuple[Rendered | Lapsed, Event | None]:
        """The message as it goes out now, or why there is nothing to say any more."""
        if row.case_id is not None:
            return self._about_case(held, row)
        if row.provision_id is None:
            if row.kind == messages.MessageKind.REPORT and row.created > self._clock() + SET_BACK:
                return Lapsed(
                    "een klok die voorliep maakte dit rapport; het wordt op zijn eigen maandag opnieuw gemaakt"
                ), None
            return self._prepared(held, row) or Lapsed("de tekst is niet meer bewaard"), None
        stored, key = batch.cases[row.provision_id], note.key
        assert key is not None  # noqa: S101 - this message belongs to a provision
        rendered = render(batch.facts(row), stored.case, stored.case.provisions[key], self._config, self._clock())
        if isinstance(rendered, Rendered):
            rendered = self._sender.addressed(rendered)
            if self._links is None and rendered.asks is not None and rendered.asks.link is not None:
                rendered = Lapsed("er staan geen links in brieven: PROVISIONS_BASE_URL is niet ingesteld")
        event = Event(str(row.id), row.kind, row.detail, row.created, stored.case.reference, str(key), row.municipality)
        return rendered, event

    def _about_case(self, held: Held, row: Message) -> tuple[Rendered | Lapsed, Event | None]:
        """The same, of a message about a case as a whole."""
        stored = store.case_of(held.connection, row.case_id)
        if stored is None:
            return Lapsed("het traject is vergeten"), None
        now = self._clock()
        away = absences.away(held.connection, day_of(now))
        facts = MessageFacts(str(row.id), row.kind, row.detail, row.municipality, row.created, absences=away)
        rendered = render_for_case(facts, stored.case, self._config, now)
        if isinstance(rendered, Rendered):
            rendered = self._sender.addressed(rendered)
        return rendered, Event(
            str(row.id), row.kind, row.detail, row.created, stored.case.reference, None, row.municipality
        )

    def _prepared(self, held: Held, row: Message) -> Rendered | None:
        """A message whose content lies ready; from a municipality it is answered to the team."""
        rendered = prepared.rendered(store.content(held.connection, row.id))
        place = self._config.organisation.municipalities.get(row.municipality or "")
        if rendered is None or place is None:
            return rendered
        return replace(
            rendered,
            sender=self._config.organisation.sender_of(place),
            reply_to=(place.team,),
            holds_letters=row.kind in (messages.MessageKind.AGENDA, messages.MessageKind.OVERVIEW),
        )

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
            batch.tell(row, now)
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
