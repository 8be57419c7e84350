"""What the door keeps of passwords and second factors: a hash, and a secret that can't be read without this installation's key.

The key lies beside the other secrets (``secrets/door-key``). Several machines that serve one database need the same one.
"""

import hashlib
import hmac
import os
import threading
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from provisions.machine.files import secret

KEY_FILE = "door-key"
_NONCE = 12
# Each takes 64 MiB and a tenth of a second (RFC 9106, the second choice): more at once would be a way to fill the machine.
AT_ONCE = 2


class Sealing:
    """Hashes, seals and signs for one installation. ``hasher``: how much a guess must cost."""

    def __init__(self, key: str, hasher: PasswordHasher | None = None) -> None:
        self._key = key.encode()
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("nobody")

    @classmethod
    def at(cls, folder: Path) -> "Sealing":
        """With the key in this folder of secrets, made the first time. Raises ``Unreachable``."""
        return cls(secret(folder, KEY_FILE))

    def hashed(self, password: str) -> str:
        """What is kept of a password (argon2id)."""
        with self._turn:
            kept: str = self._hasher.hash(password)
        return kept

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is that password. Of nobody's password it takes as long to say so."""
        with self._turn:
            try:
                self._hasher.verify(kept or self._nobody, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def sealed(self, value: bytes, about: str) -> bytes:
        """``value`` so that only this installation can read it, and only as ``about``."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._derived("seal")).encrypt(nonce, value, about.encode())

    def opened(self, value: bytes, about: str) -> bytes | None:
        """What was sealed; ``None`` when the key is another one, something was changed, or it is too short to be anything."""
        if len(value) < _NONCE:
            return None
        try:
            return AESGCM(self._derived("seal")).decrypt(value[:_NONCE], value[_NONCE:], about.encode())
        except InvalidTag:
            return None

    def signed(self, purpose: str, text: str) -> str:
        """A token that follows from a text; for another purpose it is another one."""
        return hmac.new(self._derived(purpose), text.encode(), hashlib.sha256).hexdigest()

    def derived(self, purpose: str, text: str) -> bytes:
        """Twenty bytes that follow from a text and can't be guessed."""
        return hmac.new(self._derived(purpose), text.encode(), hashlib.sha256).digest()[:20]

    def _derived(self, purpose: str) -> bytes:
        return hmac.new(self._key, f"provisions-door {purpose}".encode(), hashlib.sha256).digest()
