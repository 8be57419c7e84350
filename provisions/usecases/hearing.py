"""A case system says that something changed: then its zaak is looked at, as a poll would. A notification proves nothing."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from provisions.store import zaken


class Hearing:
    """What notifications lead to. ``clock`` gives the moment (aware)."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def heard(self, municipality: str, body: bytes) -> bool:
        """Look at the zaak that a notification is about, if it is ours. Returns whether it is. Nothing else of it is believed."""
        zaak = _about(body)
        if zaak is None:
            return False
        with self._engine.begin() as connection:
            return zaken.notice(connection, municipality, zaak, self._clock())


def _about(body: bytes) -> UUID | None:
    """The uuid at the end of ``hoofdObject``; the address itself is not gone to."""
    try:
        found = json.loads(body)
        return UUID(str(found["hoofdObject"]).rstrip("/").rpartition("/")[2])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
