"""The second factor: six digits that follow from a shared secret and the time (RFC 6238, as authenticator apps do it)."""

import base64
import hashlib
import hmac
import re
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
_LENIENCE = 1  # steps before and after: a telephone's clock


def code_at(secret: bytes, step: int) -> str:
    """The digits of one step of thirty seconds since 1970."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()  # what every app does (RFC 4226)
    place = digest[-1] & 0x0F
    number = int.from_bytes(digest[place : place + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(now: datetime) -> int:
    """Which step ``now`` (aware) is in."""
    return int(now.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, typed: str, now: datetime, used: int | None) -> int | None:
    """The step of which these are the digits, later than the one that was ``used``; ``None`` when they are not right.

    So each code is good once: whoever looks over a shoulder gains nothing.
    """
    digits = re.sub(r"\s", "", typed)
    here = step_at(now)
    for step in range(here - _LENIENCE, here + _LENIENCE + 1):
        if (used is None or step > used) and hmac.compare_digest(code_at(secret, step).encode(), digits.encode()):
            return step
    return None


def as_typed(secret: bytes) -> str:
    """The secret as somebody types it into an app: letters and digits in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def address(secret: bytes, code: str, issuer: str) -> str:
    """What an app on the same device opens."""
    values = {"secret": base64.b32encode(secret).decode().rstrip("="), "issuer": issuer}
    return f"otpauth://totp/{quote(issuer)}:{quote(code)}?{urlencode(values, quote_via=quote)}"
