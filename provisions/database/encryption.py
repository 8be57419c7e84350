"""A file encrypted as it is written, in pieces, so that no table need fit in memory.

Each file has a key of its own (HKDF-SHA256 of the secret, a random salt and what the file holds), and each piece its own number:
AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015). A byte that changed, a piece that went
missing, was moved or came from another file, and a file that was cut off are all noticed before a byte of it is handed out.

A file holds 32 bytes of salt, then each piece of 64 KiB, encrypted (only the last may be smaller, or empty), with a tag of 16.
"""

import os
from collections.abc import Iterator
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE = 1 << 16
_SALT, _TAG = 32, 16
_KEY = 32  # bytes: AES-256


class NotAuthenticError(Exception):
    """What lies here was not written with this secret, or was changed since."""


class Output(Protocol):
    """Where the encrypted bytes go."""

    def write(self, data: bytes, /) -> object:
        """Add ``data``. Raises ``OSError``."""


class Encrypting:
    """Writes to ``file`` what it is given, encrypted. ``what`` is what the file holds: read as anything else it is refused."""

    def __init__(self, file: Output, secret: str, what: str) -> None:
        salt = os.urandom(_SALT)
        self._file, self._cipher = file, _cipher(secret, salt, what)
        self._held = bytearray()
        self._number = 0
        file.write(salt)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Add ``data``. Raises ``OSError``."""
        self._held += data
        while len(self._held) > PIECE:  # the last piece is known by what follows it, so one is kept back
            self._put(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]

    def finish(self) -> None:
        """Write what was kept back. Without this the file is cut off. Raises ``OSError``."""
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last), piece, None))
        self._number += 1


def decrypted(file: IO[bytes], secret: str, what: str) -> Iterator[bytes]:
    """What was written to ``file``, in pieces. Raises ``NotAuthenticError`` before it gives a piece that was changed."""
    cipher, number = _cipher(secret, file.read(_SALT), what), 0
    piece = file.read(PIECE + _TAG)
    while True:
        following = file.read(PIECE + _TAG)
        try:
            yield cipher.decrypt(_nonce(number, not following), piece, None)
        except InvalidTag:
            raise NotAuthenticError from None
        if not following:
            return
        piece, number = following, number + 1


def _cipher(secret: str, salt: bytes, what: str) -> AESGCM:
    about = f"provisions backup encryption 1: {what}".encode()
    return AESGCM(HKDF(SHA256(), _KEY, salt, about).derive(secret.encode()))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
