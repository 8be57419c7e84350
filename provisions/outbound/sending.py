"""Sends one written message to those who wait for it: by e-mail in one piece, to each webhook apart."""

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from provisions.catalogue import Contact, Organisation
from provisions.domain.delivery import Result, is_due
from provisions.outbound.render import Rendered
from provisions.outbound.transports import Transport, UnableToSend, compose
from provisions.outbound.webhook import Event, EventTransport

CONNECTIONS = 4  # messages on their way to the mail server at once

log = logging.getLogger(__name__)


class MailClosed(Exception):  # noqa: N818 - says what is so
    """The mail server was just found closed; nothing is tried before ``until`` (aware)."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


class Busy(Exception):  # noqa: N818 - says what is so
    """All connections to the mail server are in use: this message waits for one, and others go on."""


@dataclass
class Sent:
    """What became of those who were tried, by address; ``closed``: no other message need try the mail server now."""

    results: dict[str, Result] = field(default_factory=dict)
    closed: bool = False


class Sender:
    """``clock`` gives the moment (aware). Without ``webhooks`` everybody is written to by e-mail."""

    def __init__(
        self, organisation: Organisation, clock: Callable[[], datetime], webhooks: EventTransport | None
    ) -> None:
        self._organisation = organisation
        self._clock = clock
        self._webhooks = webhooks
        self._connections = threading.BoundedSemaphore(CONNECTIONS)
        self.mail_closed_until: datetime | None = None

    def addressed(self, rendered: Rendered) -> Rendered:
        """The message to the receivers as they are reached."""
        if self._webhooks is not None:
            return rendered
        return replace(rendered, recipients=tuple(replace(contact, webhook=None) for contact in rendered.recipients))

    def send(
        self,
        message: UUID,
        created: datetime,
        rendered: Rendered,
        event: Event | None,
        waiting: Collection[Contact],
        transport: Transport,
    ) -> Sent:
        """Send to those who are ``waiting``. Raises ``MailClosed`` when that holds all of them, and ``Busy``."""
        sent = Sent()
        by_mail = tuple(contact for contact in waiting if not contact.webhook)
        if by_mail:
            try:
                mail = replace(rendered, recipients=by_mail)
                sent.results |= self._mail(message, created, mail, transport)
            except MailClosed:
                if len(by_mail) == len(waiting):
                    raise  # nothing was tried, so nothing is counted
            except UnableToSend as error:
                sent.closed = error.everything
                sent.results |= dict.fromkeys((contact.email for contact in by_mail), Result(str(error)))
        for contact in waiting:
            if contact.webhook and self._webhooks is not None and event is not None:
                sent.results[contact.address] = _to_webhook(self._webhooks, contact, event, rendered)
        return sent

    def _mail(self, message: UUID, created: datetime, rendered: Rendered, transport: Transport) -> dict[str, Result]:
        closed = self.mail_closed_until
        if closed and not is_due(closed, self._clock()):
            raise MailClosed(closed)
        if not self._connections.acquire(blocking=False):
            raise Busy
        try:
            refused = transport.send(compose(rendered, str(message), created, self._organisation))
        finally:
            self._connections.release()
        results = dict.fromkeys((contact.email for contact in rendered.recipients), Result())
        return results | {one.address: Result(one.reason, one.final) for one in refused}


def _to_webhook(webhooks: EventTransport, contact: Contact, event: Event, rendered: Rendered) -> Result:
    try:
        webhooks.send(contact, event, rendered)
    except UnableToSend as error:
        return Result(str(error))
    except Exception as error:  # noqa: BLE001 - who gets it by e-mail has it already
        log.error("message %s: %s", event.id, type(error).__name__)
        return Result(f"fout in het programma: {type(error).__name__}")
    return Result()
