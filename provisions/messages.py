"""What was sent, what could not be delivered, and sending again."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Select, String, cast, func, select, update

from provisions import inputs
from provisions.catalogue import Config
from provisions.domain.errors import NotAllowed, NotFound
from provisions.store import chain, queries
from provisions.store import tables as t
from provisions.store.chain import Line

SHORTEST_ID = 8  # characters, as ``provisions messages`` shows them


class MessageStatus(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    SENT = "sent"
    VOID = "void"
    FAILED = "failed"


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

    @property
    def undelivered(self) -> bool:
        """Given up, or still pending after several attempts."""
        stuck = self.status is MessageStatus.PENDING and self.attempts >= queries.SEVERAL_ATTEMPTS
        return self.status is MessageStatus.FAILED or stuck

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
    """All reading and repeating of messages. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._config = config
        self._clock = clock

    def found(
        self,
        *,
        status: str | None = None,
        reference: str | None = None,
        municipality: str | None = None,
        undelivered: bool = False,
        limit: int = 50,
    ) -> list[Message]:
        """The newest ``limit`` messages that are like this, newest first."""
        query = _messages()
        if status is not None:
            query = query.where(
                t.message.c.status == inputs.choice(MessageStatus, status, "stand van een bericht").value
            )
        if reference is not None:
            pattern = self._config.organisation.reference_pattern
            query = query.where(t.case.c.reference == inputs.reference(reference, pattern))
        if municipality is not None:
            names = {key: m.name for key, m in self._config.organisation.municipalities.items()}
            query = query.where(t.message.c.municipality == inputs.known(municipality, names, "gemeente", names))
        if undelivered:
            query = query.where(queries.undelivered())
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(t.message.c.created.desc(), t.message.c.id).limit(limit))
            return [_message(row) for row in rows]

    def one(self, identity: str) -> Message:
        """The message with this id, or with an id that begins so. Raises ``NotFound``."""
        with self._engine.connect() as connection:
            return _one(connection, identity)

    def undelivered(self, provision_ids: Sequence[int]) -> dict[int, list[Message]]:
        """What could not be delivered for each of these provisions."""
        found: defaultdict[int, list[Message]] = defaultdict(list)
        query = _messages().where(t.message.c.provision_id == func.any(list(provision_ids)), queries.undelivered())
        with self._engine.connect() as connection:
            for row in connection.execute(query.order_by(t.message.c.created)):
                found[row.provision_id].append(_message(row))
        return found

    def resend(self, identity: str, *, by: str) -> Message:
        """Send a message (again), now. It keeps its Message-ID; what it says is written anew from the case as it stands.

        Raises ``NotAllowed`` for a message that was not needed any more.
        """
        who = inputs.code(by, "wie dit doet (--by)")
        now = self._clock()
        with self._engine.begin() as connection:
            message = _one(connection, identity, lock=True)
            if message.status is MessageStatus.VOID:
                raise NotAllowed(
                    f"Bericht {str(message.id)[:SHORTEST_ID]} is niet verzonden omdat het niet meer nodig was. "
                    "Er is niets om opnieuw te versturen."
                )
            connection.execute(
                update(t.message)
                .where(t.message.c.id == message.id)
                .values(status=MessageStatus.PENDING.value, attempts=0, next_try=now, error=None)
            )
            connection.execute(select(func.pg_notify(queries.CHANNEL, "")))
            of_message = t.provision.join(t.message)
            owner = connection.execute(
                select(t.provision.c.id, t.provision.c.case_id).select_from(of_message).where(t.message.c.id == message.id)
            ).one_or_none()
            if owner is not None:
                queries.want_face(connection, owner.id)
            because = f"bericht opnieuw klaargezet; het was: {WORDS[message.status]}"
            case_id = owner.case_id if owner else None
            line = Line(who, "message.resend", because, case_id, message.key, message=message.id)
            chain.append(connection, [line])
        return self.one(str(message.id))


def _messages() -> Select[Any]:
    return (
        select(t.message, t.provision.c.key, t.case.c.reference, t.prepared.c.subject.label("ready_subject"))
        .add_columns(t.prepared.c.text.label("ready_text"))
        .outerjoin(t.provision, t.provision.c.id == t.message.c.provision_id)
        .outerjoin(t.case, t.case.c.id == t.provision.c.case_id)
        .outerjoin(t.prepared, t.prepared.c.message == t.message.c.id)
    )


def _one(connection: Connection, identity: str, *, lock: bool = False) -> Message:
    text = identity.strip().lower()
    known = [] if len(text) < SHORTEST_ID else _with_id(connection, text)
    if len(known) != 1:
        several = "hoort bij meer dan een bericht" if known else "is er niet"
        raise NotFound(
            f"Bericht '{inputs.shown(identity)}' {several}. Geef het nummer uit 'provisions messages', "
            f"ten minste de eerste {SHORTEST_ID} tekens."
        )
    if lock:
        connection.execute(select(t.message.c.id).where(t.message.c.id == known[0]).with_for_update())
    return _message(connection.execute(_messages().where(t.message.c.id == known[0])).one())


def _with_id(connection: Connection, beginning: str) -> list[UUID]:
    try:
        exact = UUID(beginning)
    except ValueError:
        like = cast(t.message.c.id, String).startswith(beginning, autoescape=True)
        return list(connection.execute(select(t.message.c.id).where(like).limit(2)).scalars())
    return list(connection.execute(select(t.message.c.id).where(t.message.c.id == exact)).scalars())


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
    )


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
