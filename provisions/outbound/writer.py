"""A message as it goes out now: written when it leaves, of the case as it is, or why there is nothing to say any more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from provisions.catalogue import Config
from provisions.domain import messages
from provisions.domain.absences import NOBODY_AWAY, Absences
from provisions.domain.calendar import day_of
from provisions.domain.delivery import SET_BACK
from provisions.outbound import prepared
from provisions.outbound.context import MessageFacts
from provisions.outbound.course import Told
from provisions.outbound.recording import Note
from provisions.outbound.render import Lapsed, Rendered, render, render_for_case
from provisions.outbound.sending import Sender
from provisions.outbound.webhook import Event
from provisions.store import absences
from provisions.store import outbox as store
from provisions.store.loading import Stored
from provisions.store.outbox import Held, Message


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
            batch.tell(row, row.sent, row.subject)
        return batch

    def tell(self, row: Message, sent: datetime, subject: str | None) -> None:
        """Note what a counter was told."""
        told = Told(sent, row.municipality, messages.MessageKind(row.kind), row.detail, subject)
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


class Writer:
    """Writes messages. ``clock`` gives the moment (aware); ``links``: whether letters hold a link by which they are answered."""

    def __init__(self, config: Config, sender: Sender, clock: Callable[[], datetime], *, links: bool) -> None:
        self._config = config
        self._sender = sender
        self._clock = clock
        self._links = links

    def of(self, held: Held, row: Message, batch: Batch, note: Note) -> tuple[Rendered | Lapsed, Event | None]:
        """The message as it goes out now, or why there is nothing to say any more."""
        if row.case_id is not None:
            return self._of_case(held, row)
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
            if not self._links and rendered.asks is not None and rendered.asks.link is not None:
                rendered = Lapsed("er staan geen links in brieven: PROVISIONS_BASE_URL is niet ingesteld")
        event = Event(str(row.id), row.kind, row.detail, row.created, stored.case.reference, str(key), row.municipality)
        return rendered, event

    def _of_case(self, held: Held, row: Message) -> tuple[Rendered | Lapsed, Event | None]:
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
