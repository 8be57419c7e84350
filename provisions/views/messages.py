"""What was sent, and what could not be delivered. Sending again is ``resending.py``."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from provisions import inputs
from provisions.catalogue import Config
from provisions.domain import delivery
from provisions.domain.calendar import utc_text
from provisions.domain.delivery import MessageStatus
from provisions.domain.errors import NotFound
from provisions.store import looking
from provisions.store.looking import MessageFilter, Reader

SHORTEST_ID = 8  # characters, as ``provisions messages`` shows them


WORDS = {
    MessageStatus.PENDING: "wacht op verzending",
    MessageStatus.SENT: "verzonden",
    MessageStatus.VOID: "niet meer nodig",
    MessageStatus.FAILED: "niet bezorgd",
}


@dataclass(frozen=True)
class Message:
    """A message as it stands. Moments are UTC. ``reference`` and ``key`` are ``None`` for what belongs to no case."""

    id: UUID
    reference: str | None
    key: str | None
    municipality: str | None
    kind: str
    detail: str | None
    status: MessageStatus
    created: datetime
    attempts: int
    next_try: datetime | None
    sent: datetime | None
    recipients: tuple[str, ...]
    subject: str | None
    error: str | None
    body: str | None
    in_overview: bool = False

    @property
    def stands(self) -> str:
        """How it stands, in Dutch. ``in_overview``: it stands in the overview of the day of whoever chose one, or will."""
        if self.in_overview and self.status is MessageStatus.PENDING:
            return "wacht op het overzicht van de dag"
        if self.in_overview and self.sent is not None:
            return "staat in het overzicht van de dag"
        return WORDS[self.status]

    @property
    def undelivered(self) -> bool:
        """Given up, still pending after several attempts, or taken by some of its receivers only."""
        return delivery.does_not_arrive(self.status, self.attempts, self.recipients)

    def as_json(self, *, body: bool = False) -> dict[str, Any]:
        """All of it; the text only when asked for."""
        found = {
            "id": str(self.id),
            "reference": self.reference,
            "key": self.key,
            "municipality": self.municipality,
            "kind": self.kind,
            "detail": self.detail,
            "status": self.status.value,
            "created": _utc(self.created),
            "attempts": self.attempts,
            "next_try": _utc(self.next_try),
            "sent": _utc(self.sent),
            "recipients": list(self.recipients),
            "subject": self.subject,
            "error": self.error,
        }
        return {**found, "body": self.body} if body else found


class Messages:
    """All reading of messages."""

    def __init__(self, reader: Reader, config: Config) -> None:
        self._reader = reader
        self._config = config

    def found(
        self,
        *,
        status: str | None = None,
        reference: str | None = None,
        municipality: str | None = None,
        undelivered: bool = False,
        limit: int | None = 50,
    ) -> list[Message]:
        """The newest ``limit`` messages that are like this (``None``: all), newest first.

        Raises ``NotFound`` for a case that is not there, and ``InvalidInput`` for what can be none.
        """
        if status is not None:
            status = inputs.choice(MessageStatus, status, "stand van een bericht").value
        if reference is not None:
            reference = inputs.existing_reference(reference)
        if municipality is not None:
            names = {key: m.name for key, m in self._config.organisation.municipalities.items()}
            municipality = inputs.known(municipality, names, "gemeente", names)
        wanted = MessageFilter(status, reference, municipality, undelivered)
        with self._reader() as rows:
            found = [_message(row) for row in looking.messages(rows, wanted, limit)]
            if not found and reference is not None and looking.number_of(rows, reference) is None:
                raise inputs.no_such_case(reference, self._config.organisation.reference_pattern)
        return found

    def one(self, identity: str) -> Message:
        """The message with this id, or with an id that begins so. Raises ``NotFound``."""
        text = identity.strip().lower()
        with self._reader() as rows:
            known = [] if len(text) < SHORTEST_ID else looking.messages_beginning(rows, text)
        if len(known) != 1:
            several = "hoort bij meer dan een bericht" if known else "is er niet"
            raise NotFound(
                f"Bericht '{inputs.shown(identity)}' {several}. Geef het nummer uit 'provisions messages', "
                f"ten minste de eerste {SHORTEST_ID} tekens."
            )
        return _message(known[0])

    def undelivered(self, provision_ids: Sequence[int]) -> dict[int, list[Message]]:
        """What could not be delivered for each of these provisions."""
        found: defaultdict[int, list[Message]] = defaultdict(list)
        with self._reader() as rows:
            for row in looking.undelivered_of(rows, provision_ids):
                found[row.provision_id].append(_message(row))
        return found


def _message(row: Any) -> Message:
    return Message(
        id=row.id,
        reference=row.reference,
        key=row.key,
        municipality=row.municipality,
        kind=row.kind,
        detail=row.detail,
        status=MessageStatus(row.status),
        created=row.created,
        attempts=row.attempts,
        next_try=row.next_try,
        sent=row.sent,
        recipients=tuple(row.recipients or ()),
        subject=row.subject or row.ready_subject,
        error=row.error,
        body=row.body or row.ready_text,
        in_overview=row.overview is not None,
    )


def _utc(moment: datetime | None) -> str | None:
    return utc_text(moment) if moment else None
