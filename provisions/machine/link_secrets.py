"""The secrets in the links by which letters are answered: an HMAC over the letter, its receiver and a number, kept nowhere.

So a mail that is sent again is the same mail, and whoever reads the database, a backup or an export finds no link that works.
The key lies beside the other secrets of this installation (``sealing.py``).
"""

import base64
import binascii
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from provisions.machine.sealing import Sealing

PATH, CALL_PATH = "/antwoord", "/oproep"
DIGITS = 6
_PURPOSE, _OF_CALL = "answer by link", "take up a call"  # a link of the one is none of the other
_WRITTEN = re.compile(r"(?P<message>[A-Za-z0-9_-]{22})(?P<number>[1-9][0-9]{0,3})?\.(?P<secret>[A-Za-z0-9_-]{27})")


@dataclass(frozen=True)
class Link:
    """Which link: of a letter, and its number: 0 for the one in the letter itself, then those that were asked for anew."""

    message: UUID
    number: int = 0

    def __str__(self) -> str:
        return f"{_base64(self.message.bytes)}{self.number or ''}"


class LinkSecrets:
    """The secrets of one installation."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def path(self, link: Link, receiver: str) -> str:
        """The path of the link for this receiver (an address): ``/antwoord/{id}.{secret}``."""
        return f"{PATH}/{link}.{self._secret(link, receiver)}"

    def call_path(self, link: Link, receiver: str) -> str:
        """The path by which the stand-by takes up a call: ``/oproep/{id}.{secret}``."""
        return f"{CALL_PATH}/{link}.{self._secret(link, receiver, _OF_CALL)}"

    def whose_call(self, link: Link, secret: str, receivers: Iterable[str]) -> str | None:
        """The same as ``whose``, of the link by which a call is taken up."""
        return self._whose(link, secret, receivers, _OF_CALL)

    def code(self, message: UUID) -> str:
        """The six digits in the message that brings a code: as little kept as the secrets."""
        number = int.from_bytes(self._sealing.derived("code beside a link", str(message)), "big")
        return f"{number % 10**DIGITS:0{DIGITS}}"

    def is_code(self, message: UUID, typed: str) -> bool:
        """Whether these are its digits, compared in constant time."""
        return hmac.compare_digest(self.code(message).encode(), typed.encode())

    def whose(self, link: Link, secret: str, receivers: Iterable[str]) -> str | None:
        """For which of the receivers of the letter this secret was made; ``None`` for none. All are compared, in one time."""
        return self._whose(link, secret, receivers, _PURPOSE)

    def _whose(self, link: Link, secret: str, receivers: Iterable[str], purpose: str) -> str | None:
        found = None
        for receiver in receivers:
            if hmac.compare_digest(self._secret(link, receiver, purpose).encode(), secret.encode()):
                found = receiver
        return found

    def _secret(self, link: Link, receiver: str, purpose: str = _PURPOSE) -> str:
        return _base64(self._sealing.derived(purpose, f"{link.message} {link.number} {receiver}"))


def read(text: str) -> tuple[Link, str] | None:
    """The link and its secret, from the last part of an address; ``None`` for what can't be one."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    try:
        message = UUID(bytes=base64.urlsafe_b64decode(found["message"] + "=="))
    except (binascii.Error, ValueError):
        return None
    link = Link(message, int(found["number"] or 0))
    return (link, found["secret"]) if text.startswith(f"{link}.") else None  # written in one way only


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
