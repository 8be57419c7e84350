"""The mailbox to which automatic mails about our messages come, read by IMAP (RFC 3501). Nothing in it is changed."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

from provisions import settings as setting
from provisions import urls
from provisions.domain.errors import InvalidInput, Unreachable
from provisions.outbound.returned import LONGEST_READ
from provisions.redact import keep_secret

SECONDS = 30.0
MOST = 200  # mails at a time
_NUMBER = re.compile(rb"\d+")


@dataclass(frozen=True)
class Place:
    """How far a mailbox was read: the number of the last mail, in a numbering (``validity``) that a server may begin anew."""

    validity: int = 0
    uid: int = 0


class Mailbox(Protocol):
    """Where mails come in."""

    def after(self, place: Place) -> Iterator[tuple[Place, bytes]]:
        """The mails that came after ``place``, oldest first, each with its own place. Raises ``Unreachable``."""


class ImapMailbox:
    """A folder at an IMAP server: ``imaps://user:password@host/INBOX``; ``imap://`` uses STARTTLS, except on this machine."""

    def __init__(self, url: str, seconds: float = SECONDS) -> None:
        try:
            found = urls.read(url, setting.IMAP)
        except urls.Malformed as fault:
            raise InvalidInput(f"Instelling PROVISIONS_IMAP_URL is onjuist; {fault}.") from None
        keep_secret(*found.secrets)
        self._tls = found.scheme == "imaps"
        self._host, self._port = found.host, found.port or (993 if self._tls else 143)
        self._user, self._password = found.user, found.password
        self._folder = found.path.strip("/") or "INBOX"
        self._seconds = seconds

    def after(self, place: Place) -> Iterator[tuple[Place, bytes]]:
        """As :class:`Mailbox`; at most some hundreds. After a new numbering everything is read once more."""
        with self._signed_in() as connection:
            validity = self._open(connection)
            last = place.uid if validity == place.validity else 0
            for uid in self._found(connection, last)[:MOST]:
                yield Place(validity, uid), self._fetched(connection, uid)

    def check(self) -> None:
        """Sign in and open the folder. Raises ``Unreachable``."""
        with self._signed_in() as connection:
            self._open(connection)

    @contextmanager
    def _signed_in(self) -> Iterator[imaplib.IMAP4]:
        connection: imaplib.IMAP4 | None = None
        try:
            connection = self._connect()
            connection.login(self._user, self._password)
            yield connection
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            # Without its text or cause: these may quote the password, or a mail.
            raise Unreachable(f"De mailbox op {self._host} is niet te lezen ({type(error).__name__}).") from None
        finally:
            if connection is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    connection.logout()

    def _connect(self) -> imaplib.IMAP4:
        context = ssl.create_default_context()
        if self._tls:
            return imaplib.IMAP4_SSL(self._host, self._port, ssl_context=context, timeout=self._seconds)
        connection = imaplib.IMAP4(self._host, self._port, timeout=self._seconds)
        if not setting.is_loopback(self._host):
            connection.starttls(context)
        return connection

    def _open(self, connection: imaplib.IMAP4) -> int:
        """Open the folder for looking only; its numbering."""
        status, _ = connection.select(f'"{self._folder}"', readonly=True)
        if status != "OK":
            raise imaplib.IMAP4.error("folder")
        _, said = connection.response("UIDVALIDITY")
        found = _NUMBER.search(said[0] or b"") if said else None
        return int(found[0]) if found else 0

    @staticmethod
    def _found(connection: imaplib.IMAP4, last: int) -> list[int]:
        _, said = connection.uid("SEARCH", "UID", f"{last + 1}:*")  # gives the last one also when that is no later
        numbers = (int(number) for number in (said[0] or b"").split()) if said else ()
        return sorted(number for number in numbers if number > last)

    @staticmethod
    def _fetched(connection: imaplib.IMAP4, uid: int) -> bytes:
        """A mail as far as it is read, without marking it; empty when it is gone."""
        said: list[Any]
        _, said = connection.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{LONGEST_READ}>)")
        return next((part[1] for part in said if isinstance(part, tuple)), b"")
