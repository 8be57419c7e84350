"""A real SMTP server on loopback that counts what it receives, and can be as difficult as real ones are."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.conftest import free_port


class PostOffice:
    """Keeps (Message-ID, recipients, text) of every message for which it said 250."""

    def __init__(self) -> None:
        self.received: list[tuple[str, tuple[str, ...], bytes]] = []
        self.refuse_with: str | None = None  # an answer instead of 250
        self.hang_up_after_data = False  # takes the message, and is gone before it says so
        self.silent_for = 0.0  # seconds before it answers

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.silent_for:
            await asyncio.sleep(self.silent_for)
        if self.refuse_with:
            return self.refuse_with
        content = envelope.content
        assert isinstance(content, bytes)
        identity = re.search(rb"(?im)^Message-ID: <([^@>]+)", content)
        assert identity is not None
        self.received.append((identity[1].decode(), tuple(envelope.rcpt_tos), content))
        if self.hang_up_after_data:
            transport: Any = server.transport
            transport.abort()
        return "250 OK"

    def times(self) -> Counter[str]:
        """How often each message came, by its id."""
        return Counter(identity for identity, _, _ in self.received)

    def texts(self) -> list[str]:
        """What the messages say."""
        found = []
        for _, _, content in self.received:
            body = message_from_bytes(content, policy=SMTP_POLICY).get_body(("plain",))
            assert body is not None
            found.append(str(body.get_content()))
        return found


@contextmanager
def open_office(office: PostOffice) -> Iterator[str]:
    """Serve; gives the URL."""
    port = free_port()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
