"""The anchor of the record, as it is typed."""

from provisions.domain.errors import InvalidInput
from provisions.store.audit import Anchor


def anchor(text: str) -> Anchor:
    """``NUMBER:HASH``. Raises ``InvalidInput``."""
    line, colon, digest = text.partition(":")
    if not (colon and line.isdigit() and len(digest) == 64 and all(c in "0123456789abcdef" for c in digest)):
        raise InvalidInput(
            f"'{text[:80]}' is geen anker. Verwacht: NUMMER:HASH, zoals 'provisions audit --verify' toont."
        )
    return Anchor(int(line), digest)
