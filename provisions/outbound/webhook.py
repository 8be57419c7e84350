"""Messages to a municipality's own system: CloudEvents in the NL GOV profile, signed, by HTTPS POST.

Sources: "NL GOV profile for CloudEvents" and its guidelines for JSON and webhooks (Logius); the signature follows
Standard Webhooks, for which libraries exist in most languages. An event says what the e-mail would say, and no more.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import httpx

from provisions.catalogue import Contact, Organisation, Webhook
from provisions.domain.calendar import utc_text
from provisions.domain.errors import InvalidConfig
from provisions.domain.messages import MessageKind
from provisions.outbound.render import Rendered
from provisions.outbound.transports import UnableToSend
from provisions.redact import keep_secret

DEADLINE = 10.0  # seconds for all of it: to connect, to send, and to say what became of it
SHORTEST_SECRET = 24  # characters
TOO_MANY = 429


@dataclass(frozen=True)
class Event:
    """What happened, for a program. ``created`` (aware) and ``id`` are those of the message: a repeat is the same event.

    ``provision`` is ``None`` for what is about a case as a whole.
    """

    id: str
    kind: str
    detail: str | None
    created: datetime
    reference: str
    provision: str | None
    municipality: str | None

    def cloud_event(self, rendered: Rendered, organisation: Organisation) -> dict[str, object]:
        """The event as the profile has it. What could identify a case stands in ``data``, never in the attributes."""
        return {
            "specversion": "1.0",
            "id": self.id,
            "source": organisation.event_source,
            "type": f"nl.basisvoorzieningen.{MessageKind(self.kind).letter.event}",
            "time": utc_text(self.created),
            "datacontenttype": "application/json",
            "data": {
                "referentie": self.reference,
                "voorziening": self.provision,
                "gemeente": self.municipality,
                "escalatiestap": MessageKind(self.kind).rung(self.detail),
                "onderwerp": rendered.subject,
                "tekst": rendered.text,
                **({"antwoordlink": rendered.link} if rendered.link else {}),
            },
        }


class EventTransport(Protocol):
    """Takes events to webhooks."""

    def send(self, to: Contact, event: Event, rendered: Rendered) -> None:
        """Deliver. Raises ``UnableToSend``."""


@dataclass
class _Closed:
    """A webhook that did not answer: until when it is left alone, and what was wrong."""

    failures: int
    until: datetime
    error: str


class Webhooks:
    """Delivers to webhooks. One that does not answer is left alone for a while, so that no other waits for it.

    ``clock`` gives the moment (aware). One per process: what it knows of those that are away is forgotten at a restart.
    """

    LONGEST = timedelta(minutes=15)

    def __init__(
        self,
        organisation: Organisation,
        clock: Callable[[], datetime],
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._organisation = organisation
        self._clock = clock
        self._deadline = deadline
        self._certificates = httpx.create_ssl_context()
        self._closed: dict[str, _Closed] = {}

    def send(self, to: Contact, event: Event, rendered: Rendered) -> None:
        """Deliver one event. Raises ``UnableToSend``: at once, without trying, while the receiver is left alone."""
        webhook = to.webhook
        assert webhook is not None, "the outbox asks this only for a contact with a webhook"  # noqa: S101
        body = json.dumps(event.cloud_event(rendered, self._organisation), ensure_ascii=False).encode()
        self.deliver(webhook, event.id, body)

    def deliver(self, webhook: Webhook, identity: str, body: bytes) -> None:
        """Deliver an event (JSON) with this id. Raises as ``send``."""
        known = self._closed.get(webhook.url)
        if known is not None and self._clock() < known.until <= self._clock() + self.LONGEST:
            raise UnableToSend(known.error, everything=False)
        where = f"webhook {webhook.address}"
        try:
            status, asked = asyncio.run(self._post(webhook, self._headers(webhook, identity, body), body))
        except InvalidConfig as fault:
            raise UnableToSend(str(fault), everything=False) from None
        except (httpx.TimeoutException, TimeoutError):
            raise self._leave_alone(webhook, f"{where} antwoordt niet op tijd") from None
        except httpx.HTTPError as error:
            raise self._leave_alone(webhook, f"{where} is niet bereikbaar ({type(error).__name__})") from None
        if 200 <= status < 300:
            self._closed.pop(webhook.url, None)
            return
        problem = f"{where} weigert het bericht (code {status})"
        if status >= 500 or status == TOO_MANY:
            raise self._leave_alone(webhook, problem, asked=asked)
        raise UnableToSend(problem, everything=False)

    async def _post(self, webhook: Webhook, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """The status, and how long to wait if that was said. Of what else the receiver answers nothing is read."""
        async with asyncio.timeout(self._deadline):
            client = httpx.AsyncClient(verify=self._certificates, timeout=self._deadline, follow_redirects=False)
            async with client, client.stream("POST", webhook.url, content=body, headers=headers) as answer:
                return answer.status_code, answer.headers.get("Retry-After", "")

    def _headers(self, webhook: Webhook, identity: str, body: bytes) -> dict[str, str]:
        moment = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/cloudevents+json; charset=utf-8",
            "Accept-Encoding": "identity",
            "WebHook-Request-Origin": self._organisation.message_domain,
            "webhook-id": identity,
            "webhook-timestamp": moment,
            "webhook-signature": signature(read_secret(webhook.secret_from), identity, moment, body),
        }
        if webhook.token_from:
            headers["Authorization"] = f"Bearer {read_secret(webhook.token_from)}"
        return headers

    def _leave_alone(self, webhook: Webhook, error: str, *, asked: str = "") -> UnableToSend:
        """Do not try this one for 1, 2, 4 … minutes, at most a quarter of an hour, or for as long as he asks."""
        known = self._closed.get(webhook.url)
        failures = known.failures + 1 if known else 1
        wait = timedelta(minutes=1 << min(failures - 1, 10))
        if asked.isdecimal():
            wait = max(wait, timedelta(seconds=min(int(asked), 86_400)))
        self._closed[webhook.url] = _Closed(failures, self._clock() + min(wait, self.LONGEST), error)
        return UnableToSend(error, everything=False)


def signature(secret: str, identity: str, moment: str, body: bytes) -> str:
    """HMAC-SHA256 over id, moment (seconds since 1970) and body, as Standard Webhooks has it."""
    digest = hmac.new(_key(secret), f"{identity}.{moment}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _key(secret: str) -> bytes:
    """``whsec_…`` is base64; anything else is taken as it is."""
    if secret.startswith("whsec_"):
        try:
            return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            raise InvalidConfig("Een geheim van een webhook begint met whsec_ maar is geen base64.") from None
    return secret.encode()


def read_secret(place: str) -> str:
    """The secret at ``env:NAME`` or ``file:/path``. Raises ``InvalidConfig``, which names the place and not the secret."""
    kind, _, name = place.partition(":")
    try:
        found = os.environ.get(name, "") if kind == "env" else Path(name).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfig(f"Het geheim in {place} is niet te lezen ({type(error).__name__}).") from None
    if len(found) < SHORTEST_SECRET:
        raise InvalidConfig(
            f"Het geheim in {place} ontbreekt of is korter dan {SHORTEST_SECRET} tekens. Zet er een geheim dat u met de "
            "ontvanger hebt afgesproken."
        )
    keep_secret(found)
    return found


def check_secrets(organisation: Organisation) -> int:
    """Read each webhook's secrets. Returns how many webhooks there are. Raises ``InvalidConfig`` with one line a fault."""
    webhooks = {contact.webhook for contact in organisation.contacts() if contact.webhook}
    webhooks |= {place.standby_call.webhook for place in organisation.municipalities.values() if place.standby_call}
    faults: list[str] = []
    for place in sorted({place for w in webhooks for place in (w.secret_from, w.token_from) if place}):
        try:
            _key(read_secret(place))
        except InvalidConfig as fault:
            faults += fault.lines
    if faults:
        raise InvalidConfig(*faults)
    return len(webhooks)


def webhooks_for(organisation: Organisation, clock: Callable[[], datetime]) -> Webhooks | None:
    """The way to the webhooks, ``None`` where nobody has one. Raises ``InvalidConfig`` when a secret can't be read."""
    return Webhooks(organisation, clock) if check_secrets(organisation) else None
