"""Reads what came back on our messages, and records it: who did not get one after all, and who is away. An automatic mail is
never an answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, Engine

from provisions.catalogue import Config
from provisions.domain import delivery, dutch
from provisions.domain.calendar import day_of
from provisions.domain.case import ProvisionKey
from provisions.domain.delivery import Delivery, MessageStatus
from provisions.domain.lifecycle import SYSTEM
from provisions.outbound import returned
from provisions.outbound.follows import ABSENT, absent_with, lost_with
from provisions.outbound.imap import Mailbox, Place
from provisions.outbound.recording import Note
from provisions.outbound.returned import Failure, Returned
from provisions.store import audit, channel, loading, settings
from provisions.store import outbox as store

READ_UNTIL = "mailbox"  # the name of the setting that says how far it was read


class Returns:
    """``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, config: Config, mailbox: Mailbox, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._mailbox = mailbox
        self._clock = clock
        self._domain = config.organisation.message_domain.lower()
        self._names = {contact.email.lower(): contact.name for contact in config.organisation.contacts()}

    def turn(self) -> int:
        """Read what is new. Returns how many mails were about a message of ours. Raises ``Unreachable``."""
        with self._engine.connect() as connection:
            begun = _place(settings.read(connection, READ_UNTIL))
        told = 0
        for place, raw in self._mailbox.after(begun):
            told += self._take_in(place, returned.read(raw, day_of(self._clock())))
        return told

    def _take_in(self, place: Place, said: Returned | None) -> bool:
        """Record what one mail says, and that it was read, in one transaction."""
        with self._engine.begin() as connection:
            settings.write(connection, READ_UNTIL, f"{place.validity}/{place.uid}")
            if said is None or said.domain != self._domain:
                return False
            return self._record(connection, said)

    def _record(self, connection: Connection, said: Returned) -> bool:
        if store.lock_status(connection, said.message) is None:
            return False  # it was forgotten, or never was
        owner = store.owner_of(connection, said.message)
        note = Note(said.message)
        if owner is not None:
            note.case_id = owner.case_id
            note.key = ProvisionKey(owner.key, owner.round) if owner.key else None
        known = store.receivers_of(connection, said.message)
        for failure in said.failures:
            self._failed(connection, said, failure, known, note)
        if said.away:
            self._away(connection, said, known, note)
        if not note.lines:
            return False
        if owner is not None and owner.id is not None:
            loading.renew_run(connection, owner.id)
        channel.notify(connection)
        audit.append(connection, note.lines)
        return True

    def _failed(
        self, connection: Connection, said: Returned, failure: Failure, known: Mapping[str, Delivery], note: Note
    ) -> None:
        """Whoever was thought to have it does not. What is tried again already, or stands undelivered, is no news."""
        receiver = _one_of(known, failure.receiver)
        if receiver is None or known[receiver].status != MessageStatus.SENT:
            return
        was = known[receiver]
        now = {**known, receiver: Delivery(MessageStatus.FAILED, was.attempts, error=failure.why)}
        standing = delivery.whole(now, max(one.attempts for one in now.values()) - 1)
        columns = {**asdict(standing), "recipients": list(standing.recipients) or None}
        store.change(connection, said.message, **columns)
        store.keep(connection, said.message, known, now)
        note.lines += lost_with(connection, said.message, self._called(receiver), failure.why)
        note.write(
            "message.failed", f"niet aangekomen bij {self._called(receiver)}: {failure.why}; neem zelf contact op"
        )

    def _away(self, connection: Connection, said: Returned, known: Mapping[str, Delivery], note: Note) -> None:
        """Who reads it is away: told once a message, at the case that it is about, or at that of each letter in an overview."""
        receiver = _one_of(known, said.sender) or (next(iter(known)) if len(known) == 1 else None)
        if receiver is None:
            return
        until = f" tot {dutch.dutch_date(said.until)}" if said.until else ""
        data = {"until": said.until.isoformat()} if said.until else {}
        because = f"automatisch antwoord van {self._called(receiver)}: afwezig{until}"
        if note.case_id is None:
            note.lines += absent_with(connection, said.message, audit.Line(SYSTEM, ABSENT, because, data=data or None))
        elif not audit.told(connection, note.case_id, said.message, ABSENT):
            note.write(ABSENT, because, **data)

    def _called(self, receiver: str) -> str:
        name = self._names.get(receiver.lower())
        return f"{name} ({receiver})" if name else receiver


def _one_of(known: Mapping[str, Delivery], address: str) -> str | None:
    return next((receiver for receiver in known if receiver.lower() == address), None)


def _place(kept: str | None) -> Place:
    validity, _, uid = (kept or "").partition("/")
    return Place(int(validity), int(uid)) if validity.isdigit() and uid.isdigit() else Place()
