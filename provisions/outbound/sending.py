"""Sends one written message to those who wait for it: by e-mail in one piece, to each webhook apart.

Whoever is asked something gets an e-mail of their own, with the link to answer by; the others get a copy without it.
"""

import logging
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from provisions.catalogue import Contact, Organisation
from provisions.domain.delivery import Result, is_due
from provisions.outbound.links import Links, without_places
from provisions.outbound.render import Rendered
from provisions.outbound.transports import COPY, Transport, UnableToSend, compose
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
    """``clock`` gives the moment (aware). Without ``webhooks`` everybody is written to by e-mail; without ``links`` no letter has
    one.
    """

    def __init__(
        self,
        organisation: Organisation,
        clock: Callable[[], datetime],
        webhooks: EventTransport | None,
        links: Links | None = None,
    ) -> None:
        self._organisation = organisation
        self._clock = clock
        self._webhooks = webhooks
        self._links = links
        self._connections = threading.BoundedSemaphore(CONNECTIONS)
        self.mail_closed_until: datetime | None = None

    def addressed(self, rendered: Rendered) -> Rendered:
        """The message to the receivers as they are reached."""
        if self._webhooks is not None:
            return rendered
        asks = rendered.asks
        if asks is not None and asks.of is not None:
            asks = replace(asks, of=replace(asks.of, webhook=None))
        recipients = tuple(replace(contact, webhook=None) for contact in rendered.recipients)
        return replace(rendered, recipients=recipients, asks=asks)

    def send(
        self,
        message: UUID,
        created: datetime,
        rendered: Rendered,
        event: Event | None,
        waiting: Collection[Contact],
        transport: Transport,
    ) -> Sent:
        """Send to those who are ``waiting``. Raises ``MailClosed`` when that holds all of them up, and ``Busy``."""
        sent = Sent()
        by_mail = tuple(contact for contact in waiting if not contact.webhook)
        for name, mail in self._mails(message, rendered, by_mail):
            if sent.closed:
                break
            try:
                sent.results |= self._mail(name, created, mail, transport)
            except MailClosed:
                if len(by_mail) == len(waiting) and not sent.results:
                    raise  # nothing was tried, so nothing is counted
            except Busy:
                if not sent.results:
                    raise  # else the rest goes at the next turn
            except UnableToSend as error:
                sent.closed = error.everything
                sent.results |= dict.fromkeys((contact.email for contact in mail.recipients), Result(str(error)))
        for contact in waiting:
            if contact.webhook and self._webhooks is not None and event is not None:
                shown = self._for_webhook(message, rendered, contact)
                sent.results[contact.address] = _to_webhook(self._webhooks, contact, event, shown)
        return sent

    def _mails(self, message: UUID, rendered: Rendered, by_mail: tuple[Contact, ...]) -> Iterator[tuple[str, Rendered]]:
        """The e-mails of one message, each with its name: the message's own for whoever is asked, and for all where nobody is."""
        asks = rendered.asks
        if not by_mail:
            return
        if rendered.holds_letters:  # for one receiver, who chose to have them together
            linked = self._links.put_in_each(rendered, by_mail[0]) if self._links else without_places(rendered)
            yield str(message), replace(linked, recipients=by_mail)
            return
        if self._links is None or asks is None:
            yield str(message), replace(rendered, recipients=by_mail)
            return
        if asks.of is None:
            yield str(message), replace(self._links.put_in(rendered, message, by_mail[0]), recipients=by_mail)
            return
        if asks.of in by_mail:
            yield str(message), replace(self._links.put_in(rendered, message, asks.of), recipients=(asks.of,))
        if copies := tuple(contact for contact in by_mail if contact != asks.of):
            yield f"{message}{COPY}", replace(rendered, recipients=copies)

    def _for_webhook(self, message: UUID, rendered: Rendered, to: Contact) -> Rendered:
        """As a webhook gets it: with the address of the link only where that was set."""
        if self._links is None or rendered.asks is None or not to.webhook_link or rendered.asks.of != to:
            return rendered
        return replace(rendered, link=self._links.address(message, rendered.asks, to))

    def _mail(self, name: str, created: datetime, rendered: Rendered, transport: Transport) -> dict[str, Result]:
        closed = self.mail_closed_until
        if closed and not is_due(closed, self._clock()):
            raise MailClosed(closed)
        if not self._connections.acquire(blocking=False):
            raise Busy
        try:
            refused = transport.send(compose(rendered, name, created, self._organisation))
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
